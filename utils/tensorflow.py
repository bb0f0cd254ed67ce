"""The TensorFlow half: a quiet start, seed, bucketed batches for Keras, the training of lesson 01, recurrent weights in
and out, the gradient microscope.

`fit`, `predict` and `evaluate` are written out and explained in lesson 01; later lessons import them from here.

Import it before ``keras`` or ``tensorflow``: it chooses the backend, lets a GPU's memory grow on demand, and keeps
the start-up messages of the C++ libraries out of the notebook. It computes with COURSE_THREADS threads of the CPU.
"""

import contextlib
import os
import sys

from utils.outputs import quiet_libraries

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
if "keras" in sys.modules and sys.modules["keras"].backend.backend() != "tensorflow":
    raise ImportError("Keras already runs on another backend: restart the kernel and import utils.tensorflow first")

with quiet_libraries():
    import keras
    import numpy as np
    import tensorflow as tf

    from utils import weights
    from utils.settings import course_device, course_seed, course_threads
    from utils.waiting import Line

    if (_threads := course_threads()) is not None:
        with contextlib.suppress(RuntimeError):  # a TensorFlow that computed already keeps the threads it has
            tf.config.threading.set_intra_op_parallelism_threads(_threads)
            tf.config.threading.set_inter_op_parallelism_threads(_threads)

    _gpus = tf.config.list_physical_devices("GPU")
    if course_device() == "gpu" and not _gpus:
        raise RuntimeError("COURSE_DEVICE is gpu, but TensorFlow sees no GPU: unset it or set it to cpu")
    if course_device() == "cpu":
        tf.config.set_visible_devices([], "GPU")
    else:
        for _gpu in _gpus:
            tf.config.experimental.set_memory_growth(_gpu, True)
    tf.config.experimental.enable_tensor_float_32_execution(False)  # as in utils.pytorch: newer GPUs would round
    tf.zeros(1)  # starts the runtime, whose messages belong here too


def set_seed() -> int:
    """Seed Python, NumPy and TensorFlow with ``COURSE_SEED`` (default 0) and return the seed."""
    seed = course_seed()
    keras.utils.set_random_seed(seed)
    return seed


def bucketed(batches) -> tf.data.Dataset:
    """Batches of any width for ``fit``: a tf.data pipeline over ``utils.text.Batches``.

    Give ``fit`` its ``shuffle=False``: the batches come shuffled already. The signature leaves the width open; a
    ``keras.utils.PyDataset`` would fix it to the first batches' width and refuse the next.
    """
    signature = (tf.TensorSpec((None, None), tf.int32), tf.TensorSpec((None,), tf.int32))
    dataset = tf.data.Dataset.from_generator(lambda: iter(batches), output_signature=signature)
    return dataset.apply(tf.data.experimental.assert_cardinality(len(batches)))


class Progress(keras.callbacks.Callback):
    """For ``callbacks`` of Keras's ``fit``: the line of `utils.waiting`, that shows how far a training is."""

    def on_train_begin(self, logs=None):
        steps = self.params["steps"]
        self.line = Line("training", steps and steps * self.params["epochs"])
        self.done = 0

    def on_train_batch_end(self, batch, logs=None):
        self.done += 1
        self.line.at(self.done)

    def on_train_end(self, logs=None):
        self.line.end()


def fit(model, batches, *, epochs, learning_rate):
    """Train a classifier with Adam; return the mean loss of each epoch."""
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate, epsilon=1e-7, global_clipnorm=1.0),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    model.optimizer.build(model.trainable_variables)
    history = model.fit(bucketed(batches), epochs=epochs, shuffle=False, verbose=0, callbacks=[Progress()])
    return history.history["loss"]


def predict(model, tokens):
    """Logits of a batch of token ids, as a NumPy array (batch, classes)."""
    return model(tokens, training=False).numpy()


def evaluate(model, batches):
    """Share of texts whose largest logit is at the right class."""
    hits = [predict(model, tokens).argmax(axis=1) == labels for tokens, labels in batches]
    return float(np.concatenate(hits).mean())


def set_forget_bias(layers, bias) -> None:
    """Set the forget gate's bias of LSTM layers to a number, or to one for each unit (hidden,), in all their cells.

    layers  as in get_weights. Raises ValueError if they are no LSTMs, or were never called.
    """
    set_weights(layers, weights.with_forget_bias(get_weights(layers), bias))


def get_weights(layers):
    """The weights of recurrent Keras layers in the layout of utils.weights.

    layers  one SimpleRNN, LSTM, GRU or Bidirectional of these, or a list of them, the lowest layer first
    """
    layers = layers if isinstance(layers, (list, tuple)) else [layers]
    kind, directions, reset_after = _form(layers)
    arrays = [layer.get_weights() for layer in layers]
    return weights.from_keras(arrays, kind, directions=directions, reset_after=reset_after)


def set_weights(layers, values) -> None:
    """Copy weights in the layout of utils.weights into recurrent Keras layers.

    Raises ValueError if kind, sizes, number of layers or directions differ, if a layer was never called (Keras
    creates the weights at the first call), or if it computes in half precision.
    """
    layers = layers if isinstance(layers, (list, tuple)) else [layers]
    weights.check_same_shape(values, get_weights(layers))
    for layer, arrays in zip(layers, weights.to_keras(values), strict=True):
        layer.set_weights(arrays)


def state_gradients(layer, x, direction) -> np.ndarray:
    """The gradient microscope: how much the state at each step matters for the last one. Returns (batch, time).

    layer      a SimpleRNN, LSTM or GRU, or a cell that makes one step, ``cell(x_t, states)``, such as SimpleRNNCell
    x          (batch, time, feature)
    direction  (hidden,) the loss is the last hidden state times this vector

    Entry t is the norm of the gradient of the loss with respect to the state that step t hands on; of an LSTM, that of
    h and c together. Raises ValueError for a Bidirectional layer.
    """
    if isinstance(layer, keras.layers.Bidirectional):
        raise ValueError("expected one direction: give forward_layer or backward_layer of the Bidirectional")
    cell = getattr(layer, "cell", layer)
    x = tf.convert_to_tensor(x)
    states, state = [], cell.get_initial_state(len(x))
    with tf.GradientTape() as tape:
        tape.watch(state)
        for t in range(x.shape[1]):
            _, state = cell(x[:, t], state)
            # Copies, so that the c of an LSTM is what goes on to the next step, and not also what made this step's h.
            state = [tf.identity(part) for part in state]
            states.append(state)
        loss = tf.reduce_sum(states[-1][0] * tf.cast(direction, x.dtype))
    gradients = tape.gradient(loss, states, unconnected_gradients="zero")
    norms = [np.sqrt(sum((g.numpy().astype(float) ** 2).sum(axis=1) for g in step)) for step in gradients]
    return np.stack(norms, axis=1)


def _form(layers):
    """Kind, number of directions and reset_after of recurrent layers that belong together."""
    forms = {_form_of_one(layer) for layer in layers}
    if len(forms) != 1:
        raise ValueError(f"expected layers of one kind, got {', '.join(layer.name for layer in layers) or 'none'}")
    return forms.pop()


def _form_of_one(layer):
    kinds = {keras.layers.SimpleRNN: "rnn", keras.layers.LSTM: "lstm", keras.layers.GRU: "gru"}
    both = isinstance(layer, keras.layers.Bidirectional)
    inner = layer.forward_layer if both else layer
    if type(inner) not in kinds:
        raise ValueError(f"expected a SimpleRNN, LSTM, GRU or Bidirectional of these, got {type(layer).__name__}")
    if not layer.built:
        raise ValueError(f"{layer.name} has no weights yet: Keras creates them when the layer is first called")
    if not inner.use_bias or inner.activation is not keras.activations.tanh:
        raise ValueError(f"{layer.name}: expected a layer with bias and tanh: only these are converted")
    if inner.compute_dtype not in ("float32", "float64"):
        raise ValueError(f"{layer.name}: expected to compute in float32 or float64, got {inner.compute_dtype}")
    return kinds[type(inner)], 2 if both else 1, getattr(inner, "reset_after", True)
