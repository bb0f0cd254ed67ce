"""NumPy = PyTorch = TensorFlow, for random sizes: outputs, gradients, and fifty steps of training."""

import itertools

import numpy as np
import pytest
import torch
from torch import nn

from utils import cells, pytorch
from utils import tensorflow as tensorflow_half
from utils.tensorflow import keras, tf
from utils.weights import GATES, CellWeights, from_keras, from_pytorch

ON_GPU = torch.cuda.is_available()
TOLERANCE = {"float32": 1e-4 if ON_GPU else 1e-5, "float64": 1e-9 if ON_GPU else 1e-10}
TORCH = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
KERAS = {"rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}

every_network = pytest.mark.parametrize(
    "kind, directions, num_layers, dtype, seed",
    [
        (kind, directions, num_layers, dtype, seed)
        for seed, (kind, directions, num_layers, dtype) in enumerate(
            itertools.product(GATES, (1, 2), (1, 2), ("float32", "float64"))
        )
    ],
)


def random_weights(rng, kind, sizes, directions, reset_after=True):
    """Weights of a network whose layers have these sizes: [input, hidden, hidden, …]."""
    layers = []
    for number, (size, hidden) in enumerate(itertools.pairwise(sizes)):
        inputs = size if number == 0 else directions * size
        columns = len(GATES[kind]) * hidden
        shapes = [(inputs, columns), (hidden, columns), (columns,), (columns,)]
        layers.append(
            [CellWeights(kind, *(rng.normal(size=s) for s in shapes), reset_after) for _ in range(directions)]
        )
    return layers


def pytorch_run(layers, x, d_outputs, dtype):
    """Outputs, gradient of x and gradients of the weights, computed by PyTorch."""
    device, precision = pytorch.device(), getattr(torch, dtype)
    first = layers[0][0]
    layer = TORCH[first.kind](
        first.input_size, first.hidden_size, len(layers), batch_first=True, bidirectional=len(layers[0]) == 2
    )
    layer = layer.to(device, precision)
    pytorch.set_weights(layer, layers)
    inputs = torch.tensor(x, dtype=precision, device=device, requires_grad=True)
    outputs, _ = layer(inputs)
    outputs.backward(torch.tensor(d_outputs, dtype=precision, device=device))
    gradients = {name: array.grad.cpu().numpy() for name, array in layer.named_parameters()}
    return outputs.detach().cpu().numpy(), inputs.grad.cpu().numpy(), from_pytorch(gradients, first.kind)


def keras_run(layers, x, d_outputs, dtype):
    """The same, computed by Keras on TensorFlow. Keras adds the two biases of an RNN or LSTM up into one."""
    first = layers[0][0]
    options = {"reset_after": first.reset_after} if first.kind == "gru" else {}
    stack = []
    for directions in layers:
        layer = KERAS[first.kind](first.hidden_size, return_sequences=True, dtype=dtype, **options)
        stack.append(keras.layers.Bidirectional(layer, dtype=dtype) if len(directions) == 2 else layer)
    inputs = tf.Variable(x.astype(dtype))
    model = keras.Sequential(stack)
    model(inputs)
    tensorflow_half.set_weights(stack, layers)
    with tf.GradientTape() as tape:
        outputs = model(inputs)
        total = tf.reduce_sum(outputs * d_outputs.astype(dtype))
    d_x, *d_weights = tape.gradient(total, [inputs, *model.trainable_variables])
    per_layer = len(d_weights) // len(stack)
    arrays = [[a.numpy() for a in d_weights[k : k + per_layer]] for k in range(0, len(d_weights), per_layer)]
    gradients = from_keras(arrays, first.kind, directions=len(layers[0]), reset_after=first.reset_after)
    return outputs.numpy(), d_x.numpy(), gradients


def gap(one, other):
    """The largest difference between two arrays, relative to the larger of 1 and the largest number in them."""
    return np.abs(one - other).max() / max(1.0, np.abs(other).max())


def weight_gap(one, other, *, one_bias):
    """The largest relative gap between two networks of gradients; ``one_bias`` leaves out Keras's missing b_h."""
    names = ("W_xh", "W_hh", "b_x") + (() if one_bias else ("b_h",))
    pairs = zip(itertools.chain(*one), itertools.chain(*other), strict=True)
    return max(gap(getattr(a, name), getattr(b, name)) for a, b in pairs for name in names)


def draw(seed, kind, directions, num_layers, reset_after=True):
    """A random network, input and outer gradient, all of random sizes."""
    rng = np.random.default_rng(seed)
    batch, steps, size, hidden = rng.integers([1, 1, 1, 1], [5, 9, 7, 7])
    layers = random_weights(rng, kind, [size] + [hidden] * num_layers, directions, reset_after)
    return layers, rng.normal(size=(batch, steps, size)), rng.normal(size=(batch, steps, directions * hidden))


def test_float32_is_never_rounded_to_three_digits():
    """Newer GPUs would, by default, and by more than the two frameworks may differ."""
    assert not torch.backends.cudnn.allow_tf32
    assert not torch.backends.cuda.matmul.allow_tf32
    assert not tf.config.experimental.tensor_float_32_execution_enabled()


@every_network
def test_outputs_and_gradients_agree(kind, directions, num_layers, dtype, seed):
    layers, x, d_outputs = draw(seed, kind, directions, num_layers)
    outputs, runs = cells.forward_layers(x, layers)
    d_x, gradients = cells.backward_layers(runs, d_outputs)
    for run, one_bias in ((pytorch_run, False), (keras_run, kind != "gru")):
        outputs_there, d_x_there, gradients_there = run(layers, x, d_outputs, dtype)
        assert gap(outputs_there, outputs) <= TOLERANCE[dtype]
        assert gap(d_x_there, d_x) <= TOLERANCE[dtype]
        assert weight_gap(gradients_there, gradients, one_bias=one_bias) <= TOLERANCE[dtype]


@pytest.mark.parametrize("directions, num_layers, seed", [(1, 1, 100), (2, 1, 101), (1, 2, 102), (2, 2, 103)])
def test_a_gru_that_resets_before_agrees_with_keras(directions, num_layers, seed):
    layers, x, d_outputs = draw(seed, "gru", directions, num_layers, reset_after=False)
    outputs, runs = cells.forward_layers(x, layers)
    d_x, gradients = cells.backward_layers(runs, d_outputs)
    outputs_there, d_x_there, gradients_there = keras_run(layers, x, d_outputs, "float64")
    assert gap(outputs_there, outputs) <= 1e-10 and gap(d_x_there, d_x) <= 1e-10
    assert weight_gap(gradients_there, gradients, one_bias=True) <= 1e-10


def test_the_two_forms_of_the_gru_are_different_functions():
    rng = np.random.default_rng(0)
    after = random_weights(rng, "gru", [3, 4], 1)[0][0]
    before = CellWeights("gru", after.W_xh, after.W_hh, after.b_x, after.b_h, reset_after=False)
    x = rng.normal(size=(2, 5, 3))
    assert np.abs(cells.forward(x, after).outputs - cells.forward(x, before).outputs).max() > 1e-3


@pytest.mark.parametrize("kind", GATES)
def test_the_backward_pass_agrees_with_finite_differences(kind):
    rng = np.random.default_rng(3)
    weights = random_weights(rng, kind, [3, 4], 1)[0][0]
    x, state = rng.normal(size=(2, 5, 3)), tuple(rng.normal(size=(2, 4)) for _ in cells.zero_state(weights, 2))
    run = cells.forward(x, weights, state)
    d_outputs, d_last = rng.normal(size=run.outputs.shape), tuple(rng.normal(size=s.shape) for s in run.state)
    d_x, d_state, d_weights = cells.backward(run, d_outputs, d_last)

    def loss():
        again = cells.forward(x, weights, state)
        return (again.outputs * d_outputs).sum() + sum((s * d).sum() for s, d in zip(again.state, d_last, strict=True))

    pairs = [(x, d_x), *zip(state, d_state, strict=True)]
    pairs += [(getattr(weights, name), getattr(d_weights, name)) for name in ("W_xh", "W_hh", "b_x", "b_h")]
    for array, gradient in pairs:
        for _ in range(5):
            place = tuple(rng.integers(array.shape))
            middle, step = array[place], 1e-5
            array[place] = middle + step
            above = loss()
            array[place] = middle - step
            below = loss()
            array[place] = middle
            assert (above - below) / (2 * step) == pytest.approx(gradient[place], rel=1e-5, abs=1e-7)


class Training:
    """A small classifier of sequences and its data: embedding, recurrent layer, linear layer; the last state counts."""

    vocabulary, size, hidden, classes, batch, steps = 30, 6, 8, 3, 16, 12

    def __init__(self, kind):
        rng = np.random.default_rng(7)
        self.kind = kind
        self.table = rng.normal(size=(self.vocabulary, self.size))
        self.cell = random_weights(rng, kind, [self.size, self.hidden], 1)[0][0]
        for name in ("W_xh", "W_hh", "b_x", "b_h"):
            getattr(self.cell, name)[:] *= 0.3
        if kind != "gru":
            self.cell.b_h[:] = 0  # Keras has one bias here; PyTorch's second one is zero and frozen
        self.out = rng.normal(size=(self.hidden, self.classes)) * 0.3
        self.bias = np.zeros(self.classes)
        self.tokens = rng.integers(self.vocabulary, size=(10, self.batch, self.steps))
        self.labels = self.tokens[:, :, -3] % self.classes

    def with_numpy(self):
        """Losses of fifty Adam steps; epsilon stands inside the bias correction, as in Keras."""
        cell = self.cell
        names = ["W_xh", "W_hh", "b_x"] + (["b_h"] if self.kind == "gru" else [])
        arrays = [self.table, *(getattr(cell, name) for name in names), self.out, self.bias]
        moments, losses = [[np.zeros_like(a), np.zeros_like(a)] for a in arrays], []
        for step in range(50):
            tokens, labels = self.tokens[step % 10], self.labels[step % 10]
            run = cells.forward(self.table[tokens], cell)
            logits = run.outputs[:, -1] @ self.out + self.bias
            p = np.exp(logits - logits.max(axis=1, keepdims=True))
            p /= p.sum(axis=1, keepdims=True)
            losses.append(-np.log(p[np.arange(self.batch), labels]).mean())
            p[np.arange(self.batch), labels] -= 1
            p /= self.batch
            d_outputs = np.zeros_like(run.outputs)
            d_outputs[:, -1] = p @ self.out.T
            d_x, _, d_cell = cells.backward(run, d_outputs)
            d_table = np.zeros_like(self.table)
            np.add.at(d_table, tokens, d_x)
            gradients = [d_table, *(getattr(d_cell, name) for name in names), run.outputs[:, -1].T @ p, p.sum(0)]
            for array, gradient, (m, v) in zip(arrays, gradients, moments, strict=True):
                m += 0.1 * (gradient - m)
                v += 0.001 * (gradient**2 - v)
                rate = 1e-3 * np.sqrt(1 - 0.999 ** (step + 1)) / (1 - 0.9 ** (step + 1))
                array -= rate * m / (np.sqrt(v) + 1e-7)
        return losses

    def with_pytorch(self):
        device = pytorch.device()
        embedding = nn.Embedding(self.vocabulary, self.size).to(device)
        layer = TORCH[self.kind](self.size, self.hidden, batch_first=True).to(device)
        linear = nn.Linear(self.hidden, self.classes).to(device)
        pytorch.set_weights(layer, [[self.cell]])
        with torch.no_grad():
            embedding.weight.copy_(torch.tensor(self.table))
            linear.weight.copy_(torch.tensor(self.out.T))
            linear.bias.copy_(torch.tensor(self.bias))
        if self.kind != "gru":
            layer.bias_hh_l0.requires_grad_(False)
        trained = [p for part in (embedding, layer, linear) for p in part.parameters() if p.requires_grad]
        optimizer, losses = torch.optim.Adam(trained, 1e-3), []
        for step in range(50):
            tokens = torch.tensor(self.tokens[step % 10], device=device)
            labels = torch.tensor(self.labels[step % 10], device=device)
            loss = nn.functional.cross_entropy(linear(layer(embedding(tokens))[0][:, -1]), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.param_groups[0]["eps"] = 1e-7 / np.sqrt(1 - 0.999 ** (step + 1))  # as Keras counts it
            optimizer.step()
            losses.append(loss.item())
        return losses

    def with_keras(self):
        embedding = keras.layers.Embedding(self.vocabulary, self.size)
        layer, linear = KERAS[self.kind](self.hidden), keras.layers.Dense(self.classes)
        model = keras.Sequential([keras.Input((self.steps,), dtype="int32"), embedding, layer, linear])
        embedding.set_weights([self.table])
        tensorflow_half.set_weights(layer, [[self.cell]])
        linear.set_weights([self.out, self.bias])
        measure = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        optimizer, losses = keras.optimizers.Adam(1e-3, epsilon=1e-7), []
        for step in range(50):
            with tf.GradientTape() as tape:
                loss = measure(self.labels[step % 10], model(self.tokens[step % 10]))
            gradients = tape.gradient(loss, model.trainable_variables)
            dense = [tf.convert_to_tensor(gradient) for gradient in gradients]  # the sparse one of the embedding
            optimizer.apply(dense, model.trainable_variables)
            losses.append(float(loss))
        return losses


@pytest.mark.parametrize("kind", GATES)
def test_fifty_training_steps_give_the_same_losses(kind):
    there, here = Training(kind).with_pytorch(), Training(kind).with_keras()
    judge = Training(kind).with_numpy()
    assert np.mean(judge[-10:]) < np.mean(judge[:10])
    assert np.abs(np.subtract(there, here)).max() <= TOLERANCE["float32"]
    assert np.abs(np.subtract(there, judge)).max() <= TOLERANCE["float32"]


def test_keras_squares_repeated_rows_of_a_sparse_gradient_without_adding_them_up():
    """The fact behind the box in lesson 02. If this fails, Keras has changed and the box must go."""

    def steps(dense):
        table = keras.Variable(np.zeros((2, 1), dtype="float32"))
        optimizer = keras.optimizers.Adam(0.1)
        optimizer.build([table])
        for values in ([3.0, 1.0], [1.0, 1.0]):
            slices = tf.IndexedSlices(tf.constant([[v] for v in values]), tf.constant([1, 1]), tf.constant([2, 1]))
            optimizer.apply([tf.convert_to_tensor(slices) if dense else slices], [table])
        return table.numpy()[1, 0]

    assert abs(steps(dense=True) - steps(dense=False)) > 1e-3
