"""Networks side by side in PyTorch: states are (batch, network, hidden), and each network has matrices of its own.

In `einsum`, b is the batch, k the network, d an input, h a hidden unit, g a column of the gates.
"""

import numpy as np
import torch
from torch import nn

from utils.pytorch import device
from utils.side_by_side import from_arrays, to_arrays

LOSSES = {"squared": nn.MSELoss(reduction="none"), "logistic": nn.BCEWithLogitsLoss(reduction="none")}


def rnn_step(from_x, from_h, state):
    return ((from_x + from_h).tanh(),)


def lstm_step(from_x, from_h, state):
    _, c = state
    i, f, g, o = (from_x + from_h).chunk(4, dim=-1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


def gru_step(from_x, from_h, state):
    (h,) = state
    (x_r, x_z, x_n), (h_r, h_z, h_n) = from_x.chunk(3, dim=-1), from_h.chunk(3, dim=-1)
    r, z = (x_r + h_r).sigmoid(), (x_z + h_z).sigmoid()
    n = (x_n + r * h_n).tanh()
    return (z * h + (1 - z) * n,)


STEPS = {"rnn": rnn_step, "lstm": lstm_step, "gru": gru_step}


class SideBySide(nn.Module):
    """Networks of one kind as one model: from (batch, time, input) to one number each, (batch, time, network).

    step  makes the state after, a tuple that begins with h, from ``x_t W_xh + b_x``, ``h W_hh + b_h`` and the state
          before; each is (batch, network, columns). Default: the step of the kind
    """

    def __init__(self, networks, step=None):
        super().__init__()
        self.kind = networks[0].cell.kind
        self.step = step or STEPS[self.kind]
        arrays = [nn.Parameter(torch.tensor(array)) for array in to_arrays(networks)]
        self.W_xh, self.W_hh, self.b_x, self.b_h, self.w_y, self.b_y = arrays
        self.b_h.requires_grad_(self.kind == "gru")  # elsewhere it would be b_x a second time
        self.to(device())

    def forward(self, x):
        zeros = x.new_zeros(len(x), *self.w_y.shape)
        state = (zeros, zeros) if self.kind == "lstm" else (zeros,)
        from_x = torch.einsum("btd,kdg->tbkg", x, self.W_xh) + self.b_x
        outputs = []
        for from_x_t in from_x:
            from_h = torch.einsum("bkh,khg->bkg", state[0], self.W_hh) + self.b_h
            state = self.step(from_x_t, from_h, state)
            outputs.append(state[0])
        return (torch.stack(outputs, dim=1) * self.w_y).sum(dim=-1) + self.b_y

    def networks(self):
        """The networks with the weights of now."""
        arrays = (self.W_xh, self.W_hh, self.b_x, self.b_h, self.w_y, self.b_y)
        return from_arrays(self.kind, [array.detach().cpu().numpy().astype(float) for array in arrays])


def train(networks, inputs, targets, *, loss, learning_rate, batch_size, epochs=1, asked=None, step=None):
    """Train networks side by side with Adam, batches in order; the learning rate falls to 0 along a half cosine.

    loss   "squared", or "logistic" for targets 0 and 1
    asked  (sequences, time) 0 where a step's answer does not count; default: all count

    The loss is the mean over the networks. Returns the trained model.
    """
    model = SideBySide(networks, step)
    asked = np.ones_like(targets) if asked is None else asked
    data = [torch.as_tensor(array, dtype=torch.float32, device=device()) for array in (inputs, targets, asked)]
    batches = list(zip(*(array.split(batch_size) for array in data), strict=True))
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=learning_rate, eps=1e-7)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * len(batches))
    model.train()
    for _ in range(epochs):
        for x, target, counts in batches:
            answers = model(x)
            losses = LOSSES[loss](answers, target[..., None].expand_as(answers)) * counts[..., None]
            optimizer.zero_grad()
            (losses.mean(dim=-1).sum() / counts.sum()).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            falling.step()
    return model
