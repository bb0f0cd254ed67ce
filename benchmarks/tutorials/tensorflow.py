"""The same steps with TensorFlow, for the models of lessons 12, 13 and 14: loops under a tape.

The optimiser is the lessons' Adam in all, so that only the step differs.
"""

from utils.tensorflow import keras, tf

LEARNING_RATE = 1e-2
LOSSES = {  # which lessons bind when they run
    "ctc": keras.losses.CTC(),
    "per_pixel": keras.losses.BinaryCrossentropy(from_logits=True),
}


def _adam(model):
    optimizer = keras.optimizers.Adam(LEARNING_RATE, epsilon=1e-7, global_clipnorm=1.0)
    optimizer.build(model.trainable_variables)
    return optimizer


def character_step(model):
    """One update on a line of text, ids (length,): the batch is 1, one call of the cell for each character.

    Inside ``tf.function``, since without it a line takes more than ten times as long.
    """
    optimizer = _adam(model)
    criterion = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    embedding, lstm, head = (model.get_layer(name) for name in ("embedding", "lstm", "head"))

    @tf.function
    def step(line):
        state, loss = [tf.zeros((1, lstm.units))] * 2, 0.0
        with tf.GradientTape() as tape:
            for t in range(len(line) - 1):
                output, state = lstm.cell(embedding(line[t : t + 1]), state)
                loss += criterion(line[t + 1 : t + 2], head(output))
            loss /= len(line) - 1
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    return step


def translation_step(model):
    """One update on a batch of pairs, as "Neural machine translation with attention" wrote it out: a loop over symbols.

    The decoder is called once for each symbol, under teacher forcing, all of it inside ``tf.function``.
    """
    model(tf.zeros((2, 2, 2), tf.int32))  # creates the weights
    optimizer = _adam(model)

    @tf.function
    def step(source, before, target):
        with tf.GradientTape() as tape:
            states, real, state = model.encoder(source)
            loss = 0.0
            for t in range(target.shape[1]):
                logits, state, _ = model.decoder(before[:, t : t + 1], state, states, real)
                costs = tf.nn.sparse_softmax_cross_entropy_with_logits(target[:, t], logits[:, 0])
                loss += tf.reduce_sum(tf.where(target[:, t] != 0, costs, 0.0))
            loss /= tf.reduce_sum(tf.cast(target != 0, tf.float32))
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    return step


def recording_step(model, loss):
    """One update on one recording (frames, bands) and its labels: a batch of 1, compiled."""
    optimizer = _adam(model)

    @tf.function
    def step(clip, labels):
        with tf.GradientTape() as tape:
            value = loss(labels[None], model(clip[None], training=True))
        optimizer.apply(tape.gradient(value, model.trainable_variables), model.trainable_variables)

    return lambda clip, labels: step(tf.constant(clip), tf.constant(labels))
