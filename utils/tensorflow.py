"""The TensorFlow half: a quiet start, seed, and bucketed batches for Keras.

Import it before ``keras`` or ``tensorflow``: it chooses the backend, lets a GPU's memory grow on demand, and keeps
the start-up messages of the C++ libraries out of the notebook.
"""

import contextlib
import os
import sys


@contextlib.contextmanager
def _quiet_libraries():
    """Send what C++ code writes to the process's stderr to nowhere. Python's own errors still arrive."""
    sys.stderr.flush()
    saved = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(nowhere)
        os.close(saved)


os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
if "keras" in sys.modules and sys.modules["keras"].backend.backend() != "tensorflow":
    raise ImportError("Keras already runs on another backend: restart the kernel and import utils.tensorflow first")

with _quiet_libraries():
    import keras
    import tensorflow as tf

    from utils.settings import course_device, course_seed

    _gpus = tf.config.list_physical_devices("GPU")
    if course_device() == "gpu" and not _gpus:
        raise RuntimeError("COURSE_DEVICE is gpu, but TensorFlow sees no GPU: unset it or set it to cpu")
    if course_device() == "cpu":
        tf.config.set_visible_devices([], "GPU")
    else:
        for _gpu in _gpus:
            tf.config.experimental.set_memory_growth(_gpu, True)
    tf.zeros(1)  # starts the runtime, whose messages belong here too


def set_seed() -> int:
    """Seed Python, NumPy and TensorFlow with ``COURSE_SEED`` (default 0) and return the seed."""
    seed = course_seed()
    keras.utils.set_random_seed(seed)
    return seed


def bucketed(batches) -> tf.data.Dataset:
    """Batches of any width for ``fit`` and ``evaluate``: a tf.data pipeline over ``utils.text.Batches``.

    Give ``fit`` its ``shuffle=False``: the batches come shuffled already. The signature leaves the width open; a
    ``keras.utils.PyDataset`` would fix it to the first batches' width and refuse the next.
    """
    signature = (tf.TensorSpec((None, None), tf.int32), tf.TensorSpec((None,), tf.int32))
    dataset = tf.data.Dataset.from_generator(lambda: iter(batches), output_signature=signature)
    return dataset.apply(tf.data.experimental.assert_cardinality(len(batches)))
