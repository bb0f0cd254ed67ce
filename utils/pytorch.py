"""The PyTorch half: seed, device, the training loop of lesson 01, recurrent weights (start, in and out), microscope.

`fit`, `evaluate` and `predict` are written out and explained in lesson 01; later lessons import them from here.
"""

import random

import numpy as np
import torch
from torch import nn

from utils import weights
from utils.settings import course_device, course_seed, course_threads
from utils.waiting import progress

if (_threads := course_threads()) is not None:
    torch.set_num_threads(_threads)
torch.backends.cudnn.allow_tf32 = False  # a newer GPU would round the products in recurrent layers to three digits


def set_seed() -> int:
    """Seed Python, NumPy and PyTorch with ``COURSE_SEED`` (default 0) and return the seed."""
    seed = course_seed()
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    return seed


def device() -> torch.device:
    """Where models run: a CUDA GPU if there is one, else the CPU; ``COURSE_DEVICE`` (cpu, gpu) decides otherwise.

    Raises RuntimeError if a GPU is asked for and there is none.
    """
    wanted = course_device()
    if wanted == "gpu" and not torch.cuda.is_available():
        raise RuntimeError("COURSE_DEVICE is gpu, but PyTorch sees no CUDA GPU: unset it or set it to cpu")
    return torch.device("cuda" if wanted != "cpu" and torch.cuda.is_available() else "cpu")


def fit(model, batches, *, epochs, learning_rate):
    """Train a classifier with Adam; return the mean loss of each epoch."""
    where = next(model.parameters()).device
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate, eps=1e-7)
    history = []
    model.train()
    for _ in progress(range(epochs)):
        losses = []
        for tokens, labels in batches:
            tokens = torch.as_tensor(tokens, device=where)
            labels = torch.as_tensor(labels, device=where, dtype=torch.long)
            loss = nn.functional.cross_entropy(model(tokens), labels)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
        history.append(float(np.mean(losses)))
    return history


def predict(model, tokens):
    """Logits of a batch of token ids, as a NumPy array (batch, classes)."""
    where = next(model.parameters()).device
    model.eval()
    with torch.no_grad():
        return model(torch.as_tensor(tokens, device=where)).cpu().numpy()


def evaluate(model, batches):
    """Share of texts whose largest logit is at the right class."""
    hits = [predict(model, tokens).argmax(axis=1) == labels for tokens, labels in batches]
    return float(np.concatenate(hits).mean())


def start_like_keras(layer, *, forget_bias=1.0) -> None:
    """Give an nn.RNN, nn.LSTM or nn.GRU the weights that Keras starts with, all layers and directions.

    Input weights Glorot uniform, recurrent weights orthogonal, biases 0, forget bias of an LSTM ``forget_bias``.
    PyTorch adds up two biases. In an RNN or LSTM the second one is frozen at 0: two that learn would be one that learns
    at double speed. A GRU needs both, as Keras's has.
    """
    for name, parameter in layer.named_parameters():
        if name.startswith("weight_ih"):
            nn.init.xavier_uniform_(parameter)
        elif name.startswith("weight_hh"):
            nn.init.orthogonal_(parameter)
        else:
            nn.init.zeros_(parameter)
            parameter.requires_grad_(name.startswith("bias_ih") or isinstance(layer, nn.GRU))
    if isinstance(layer, nn.LSTM):
        set_forget_bias(layer, forget_bias)


def start_all_like_keras(model) -> None:
    """Give all recurrent, linear and convolutional layers and embeddings in ``model`` the weights Keras starts with."""
    for layer in model.modules():
        if isinstance(layer, nn.RNNBase):
            start_like_keras(layer)
        elif isinstance(layer, (nn.Linear, nn.Conv2d)):
            nn.init.xavier_uniform_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
        elif isinstance(layer, nn.Embedding):
            nn.init.uniform_(layer.weight, -0.05, 0.05)


def set_forget_bias(layer, bias) -> None:
    """Set the forget gate's bias of an nn.LSTM to a number, or to one for each unit (hidden,), in all its cells.

    PyTorch adds up two biases: the first gets the value, the second 0. Raises ValueError if the layer is no LSTM.
    """
    set_weights(layer, weights.with_forget_bias(get_weights(layer), bias))


def get_weights(layer):
    """The weights of an nn.RNN, nn.LSTM or nn.GRU in the layout of utils.weights, all layers and directions."""
    kind = _kind(layer)
    arrays = {name: array.detach().cpu().numpy() for name, array in layer.named_parameters()}
    return weights.from_pytorch(arrays, kind)


def set_weights(layer, layers) -> None:
    """Copy weights in the layout of utils.weights into an nn.RNN, nn.LSTM or nn.GRU.

    Raises ValueError if kind, sizes, number of layers or directions differ, or if the layer is in half precision.
    """
    weights.check_same_shape(layers, get_weights(layer))
    with torch.no_grad():
        for name, array in weights.to_pytorch(layers).items():
            getattr(layer, name).copy_(torch.tensor(array))


def state_gradients(layer, x, direction) -> np.ndarray:
    """The gradient microscope: how much the state at each step matters for the last one. Returns (batch, time).

    layer      an nn.RNN, nn.LSTM or nn.GRU (batch_first, one layer, one direction), or any module that makes one
               step, ``cell(x_t, state)``, such as nn.RNNCell
    x          (batch, time, feature)
    direction  (hidden,) the loss is the last hidden state times this vector

    Entry t is the norm of the gradient of the loss with respect to the state that step t hands on; of an LSTM, that of
    h and c together. Raises ValueError if the layer has several layers or directions, or reads time first.
    """
    if isinstance(layer, nn.RNNBase) and (layer.num_layers > 1 or layer.bidirectional or not layer.batch_first):
        raise ValueError("expected one layer, one direction and batch_first=True")
    x = torch.as_tensor(x).detach().requires_grad_()
    state, states = None, []
    with torch.backends.cudnn.flags(enabled=False):  # cuDNN refuses the way back through a layer in eval mode
        for t in range(x.shape[1]):
            if isinstance(layer, nn.RNNBase):
                _, state = layer(x[:, t : t + 1], state)
            else:
                state = layer(x[:, t], state)
            # Copies, so that the c of an LSTM is what goes on to the next step, and not also what made this step's h.
            state = tuple(part.clone() for part in state) if isinstance(state, tuple) else state.clone()
            states.append(state if isinstance(state, tuple) else (state,))
    loss = (states[-1][0] * torch.as_tensor(direction, dtype=x.dtype, device=x.device)).sum()
    parts = [part for state in states for part in state]
    gradients = torch.autograd.grad(loss, parts, allow_unused=True, materialize_grads=True)
    gradients = torch.stack([g.reshape(len(x), -1) for g in gradients]).double().unflatten(0, (len(states), -1))
    return gradients.pow(2).sum(dim=(1, 3)).sqrt().T.cpu().numpy()


def _kind(layer) -> str:
    kinds = {nn.RNN: "rnn", nn.LSTM: "lstm", nn.GRU: "gru"}
    if type(layer) not in kinds:
        raise ValueError(f"expected an nn.RNN, nn.LSTM or nn.GRU, got {type(layer).__name__}")
    if not layer.bias or getattr(layer, "proj_size", 0) or getattr(layer, "nonlinearity", "tanh") != "tanh":
        raise ValueError("expected a layer with biases, without projection and with tanh: only these are converted")
    precision = next(layer.parameters()).dtype
    if precision not in (torch.float32, torch.float64):
        raise ValueError(f"expected weights in float32 or float64, got {precision}: half precision would round them")
    return kinds[type(layer)]
