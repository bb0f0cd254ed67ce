import os
import subprocess
import sys

import numpy as np
import pytest

from tools.files import ROOT
from utils.tensorflow import bucketed, evaluate, fit, keras, predict, set_seed
from utils.text import Batches, Vocabulary, encode


def classifier():
    return keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            keras.layers.Embedding(4, 8, mask_zero=True),
            keras.layers.SimpleRNN(4),
            keras.layers.Dense(2),
        ]
    )


@pytest.fixture
def batches():
    lists = [["a"] * (1 + k % 30) if k % 2 else ["b"] * (1 + k % 30) for k in range(200)]
    labels = np.array([k % 2 for k in range(200)])
    return Batches(encode(lists, Vocabulary(lists)), labels, batch_size=16, seed=0)


def run_python(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **environment}, capture_output=True, encoding="utf-8"
    )


def test_start_up_is_silent():
    result = run_python("import utils.tensorflow, keras; keras.layers.Dense(2)(keras.ops.ones((1, 2))); print('ready')")
    assert (result.returncode, result.stdout, result.stderr) == (0, "ready\n", "")


def test_python_errors_after_the_quiet_start_still_arrive():
    result = run_python("import utils.tensorflow, os; os.write(2, b'from C\\n'); raise SystemExit('from Python')")
    assert result.stderr == "from C\nfrom Python\n"


def test_keras_on_another_backend_is_refused():
    fake = (
        "import sys, types; k = types.ModuleType('keras'); k.backend = types.SimpleNamespace(backend=lambda: 'jax'); "
    )
    result = run_python(fake + "sys.modules['keras'] = k; import utils.tensorflow")
    assert "ImportError: Keras already runs on another backend: restart the kernel" in result.stderr


def test_asking_for_a_gpu_where_there_is_none_is_refused():
    result = run_python("import utils.tensorflow", COURSE_DEVICE="gpu", CUDA_VISIBLE_DEVICES="-1")
    assert "RuntimeError: COURSE_DEVICE is gpu, but TensorFlow sees no GPU" in result.stderr


def test_set_seed_makes_everything_repeat(monkeypatch):
    monkeypatch.setenv("COURSE_SEED", "5")
    assert set_seed() == 5
    first = keras.random.normal((3,)).numpy().tolist(), np.random.rand(3).tolist()
    set_seed()
    assert (keras.random.normal((3,)).numpy().tolist(), np.random.rand(3).tolist()) == first


def test_fit_learns_from_batches_of_varying_widths_without_a_warning(batches, recwarn):
    set_seed()
    model = classifier()
    assert len({tokens.shape[1] for tokens, _ in batches}) > 3
    history = fit(model, batches, epochs=10, learning_rate=0.05)
    assert len(history) == 10 and history[-1] < 0.01 < history[0]
    assert evaluate(model, batches) == 1.0
    assert predict(model, np.array([[2, 0], [3, 3]], dtype="int32")).shape == (2, 2)
    # DeprecationWarnings are for the authors of libraries: no notebook shows them.
    assert not [str(warning.message) for warning in recwarn.list if warning.category is not DeprecationWarning]


def test_what_makes_fit_fast_changes_nothing_that_it_learns(batches):
    """Adam's variables are there before the training step is compiled: a matter of speed alone."""
    quick, plain = classifier(), classifier()
    plain.set_weights(quick.get_weights())
    few = list(batches)
    fast = fit(quick, few, epochs=2, learning_rate=0.05)
    adam = keras.optimizers.Adam(0.05, epsilon=1e-7, global_clipnorm=1.0)
    plain.compile(optimizer=adam, loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    slow = plain.fit(bucketed(few), epochs=2, shuffle=False, verbose=0).history["loss"]
    np.testing.assert_allclose(fast, slow, rtol=1e-5)
    for one, other in zip(quick.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_every_epoch_sees_every_text_once_in_a_new_order(batches):
    dataset = bucketed(batches)
    passes = [[labels.numpy().tolist() for _, labels in dataset] for _ in range(2)]
    assert passes[0] != passes[1]
    assert all(sum(map(len, one)) == 200 for one in passes)
    assert dataset.cardinality().numpy() == len(batches)


def test_why_not_pydataset():
    """Keras takes the shape from the first two batches; a wider one later is refused."""

    class Widths(keras.utils.PyDataset):
        def __len__(self):
            return 3

        def __getitem__(self, place):
            return np.ones((16, [8, 8, 12][place]), dtype=np.int32), np.zeros(16, dtype=np.int32)

    model = classifier()
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    with pytest.raises(Exception, match=r"shape \(16, 12\) where a shape \(None, 8\) was expected|\(16, 12\)"):
        model.fit(Widths(), shuffle=False, verbose=0)
