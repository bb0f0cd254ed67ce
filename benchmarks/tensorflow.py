"""The TensorFlow half of the benchmarks: pipelines from text to a trained model, recurrent layers, a training step."""

from benchmarks import news
from benchmarks.pipeline import EMBEDDING_SIZE, HIDDEN_SIZE, LEARNING_RATE, Setting, vocabulary
from utils.tensorflow import bucketed, get_weights, keras, tf
from utils.text import Batches, encode, tokenise

tf.get_logger().setLevel("ERROR")  # TensorFlow warns of many functions that do the same; here each is measured

# From what common tutorials do to what the course does.
PIPELINES = {
    "common": Setting(once=False, batch_size=16, every_word=True),
    "common, batches of 128": Setting(once=False, batch_size=128, every_word=True),
    "encoded once, in length buckets of 128": Setting(once=True, batch_size=128, every_word=True),
    "course": Setting(once=True, batch_size=128, every_word=False),
    "with `fit` of the lessons": Setting(once=True, batch_size=128, every_word=False, optimizer="lessons"),
}


def classifier_layers(vocabulary_size) -> list:
    """Read the words in order, classify the state after the last one: the RNN classifier of lesson 01, as an LSTM."""
    normal = keras.initializers.RandomNormal(stddev=0.1)
    return [
        keras.layers.Embedding(vocabulary_size, EMBEDDING_SIZE, mask_zero=True, embeddings_initializer=normal),
        keras.layers.LSTM(HIDDEN_SIZE),
        keras.layers.Dense(news.NUM_CLASSES),
    ]


class Pipeline:
    """A model that is being trained on texts in the way a setting says."""

    def __init__(self, setting, train, *, seed):
        keras.utils.set_random_seed(seed)
        self.setting = setting
        self.vocabulary = vocabulary(setting, train)
        layers = classifier_layers(len(self.vocabulary))
        if setting.once:
            self.model = keras.Sequential([keras.Input((None,), dtype="int32"), *layers])
        else:
            in_model = keras.layers.TextVectorization(vocabulary=self.vocabulary.tokens[2:])  # adds its own 0 and 1
            self.model = keras.Sequential([keras.Input((), dtype="string"), in_model, *layers])
        self.data = self._data(train, seed)
        lessons = {"epsilon": 1e-7, "global_clipnorm": 1.0} if setting.optimizer == "lessons" else {}
        self.model.compile(
            optimizer=keras.optimizers.Adam(LEARNING_RATE, **lessons),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
        )
        if setting.once:  # as `fit` of the lessons does; else Keras compiles the training step twice
            self.model.optimizer.build(self.model.trainable_variables)

    def _data(self, texts, seed=0):
        if self.setting.once:
            encoded = encode(map(tokenise, texts.texts), self.vocabulary)
            return bucketed(Batches(encoded, texts.labels, batch_size=self.setting.batch_size, seed=seed))
        rows = tf.data.Dataset.from_tensor_slices((texts.texts, texts.labels))
        return rows.shuffle(len(texts), seed=seed).batch(self.setting.batch_size).prefetch(1)

    def train(self, num_texts):
        """Train on texts drawn anew."""
        steps = num_texts // self.setting.batch_size
        self.model.fit(self.data, steps_per_epoch=steps, shuffle=False, verbose=0)

    def accuracy(self, texts) -> float:
        """Share of texts that get their own topic."""
        _, accuracy = self.model.evaluate(self._data(texts), verbose=0)
        return accuracy


LAYERS = {"rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}


def layer_steps(kind, *, batch_size, num_steps, size):
    """Two functions, by hand and library, that go forward and backward and return the gradients of x and the weights.

    Both have the same weights: those of an RNN or LSTM are W_xh, W_hh, b_h; a GRU has b_x and b_h.
    """
    x = tf.random.normal((batch_size, num_steps, size))
    layer = LAYERS[kind](size, return_sequences=True)
    layer.build(x.shape)
    [[w]] = get_weights(layer)
    arrays = [w.W_xh, w.W_hh, w.b_x, w.b_h] if kind == "gru" else [w.W_xh, w.W_hh, w.b_x]
    weights = [tf.Variable(array) for array in arrays]

    @tf.function
    def by_hand():
        with tf.GradientTape() as tape:
            tape.watch(x)
            total = tf.reduce_sum(BY_HAND[kind](x, *weights))
        return tape.gradient(total, [x, *weights])

    @tf.function
    def library():
        with tf.GradientTape() as tape:
            tape.watch(x)
            total = tf.reduce_sum(layer(x))
        return tape.gradient(total, [x, *layer.trainable_variables])

    return by_hand, library


def rnn(x, W_xh, W_hh, b_h):
    """All states (batch, time, hidden): lesson 02."""
    h = tf.zeros((len(x), len(W_hh)))
    states = []
    for x_t in tf.unstack(x, axis=1):
        h = tf.tanh(x_t @ W_xh + h @ W_hh + b_h)
        states.append(h)
    return tf.stack(states, axis=1)


def lstm(x, W_xh, W_hh, b_h):
    """All hidden states (batch, time, hidden): lesson 05."""
    h = c = tf.zeros((len(x), len(W_hh)))
    states = []
    for x_t in tf.unstack(x, axis=1):
        i, f, g, o = tf.split(x_t @ W_xh + h @ W_hh + b_h, 4, axis=1)
        i, f, g, o = tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)
        c = f * c + i * g
        h = o * tf.tanh(c)
        states.append(h)
    return tf.stack(states, axis=1)


def gru(x, W_xh, W_hh, b_x, b_h):
    """All states (batch, time, hidden): lesson 07, reset after the product."""
    h = tf.zeros((len(x), len(W_hh)))
    states = []
    for x_t in tf.unstack(x, axis=1):
        x_r, x_z, x_n = tf.split(x_t @ W_xh + b_x, 3, axis=1)
        h_r, h_z, h_n = tf.split(h @ W_hh + b_h, 3, axis=1)
        r, z = tf.sigmoid(x_r + h_r), tf.sigmoid(x_z + h_z)
        n = tf.tanh(x_n + r * h_n)
        h = z * h + (1 - z) * n
        states.append(h)
    return tf.stack(states, axis=1)


BY_HAND = {"rnn": rnn, "lstm": lstm, "gru": gru}


def product(size):
    """A function that multiplies two square matrices."""
    a, b = tf.random.normal((size, size)), tf.random.normal((size, size))
    return lambda: a @ b


def places() -> list[str]:
    """Where a training step can run: the CPU, and a GPU if TensorFlow sees one."""
    return ["cpu", "gpu"] if tf.config.list_logical_devices("GPU") else ["cpu"]


def training_step(*, batch_size, num_steps, input_size, hidden_size, place="cpu"):
    """A function that makes one training step of a library LSTM, and returns the loss when it is done."""
    with tf.device(place):
        layer = keras.layers.LSTM(hidden_size, return_sequences=True)
        layer.build((batch_size, num_steps, input_size))
        optimizer = keras.optimizers.Adam()
        optimizer.build(layer.trainable_variables)
        x = tf.random.normal((batch_size, num_steps, input_size))

    @tf.function
    def train():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(layer(x)))
        optimizer.apply(tape.gradient(loss, layer.trainable_variables), layer.trainable_variables)
        return loss

    def step():
        with tf.device(place):
            return float(train())

    return step
