"""What lesson 03 added to utils: the echo streams, counted characters, the detector of torn streams, the triangle."""

import numpy as np
import pytest

from utils import datasets, outputs, plots, sanity
from utils.character_counts import bits_of_counts


def along_streams(flat, batch_size=4, window=5):
    rows = flat[: len(flat) // batch_size * batch_size].reshape(batch_size, -1)
    return [rows[:, k : k + window] for k in range(0, rows.shape[1] - window + 1, window)]


def as_they_come(flat, batch_size=4, window=5):
    return list(flat[: len(flat) // 20 * 20].reshape(-1, batch_size, window))


@pytest.mark.parametrize("lag", [1, 8])
def test_echo_asks_for_the_bit_of_lag_steps_before(lag):
    echo = datasets.load("echo", seed=3, lag=lag, streams=4, train_length=60, test_length=40)
    for part, length in ((echo.train, 60), (echo.test, 40)):
        assert part.inputs.shape == part.targets.shape == (4, length)
        assert set(np.unique(part.inputs)) == {1, 2}
        assert (part.targets[:, lag:] == part.inputs[:, :-lag] - 1).all()


def test_echo_is_another_draw_for_every_seed_and_the_same_for_one():
    first, again, other = (datasets.load("echo", seed=seed, train_length=50).train.inputs for seed in (0, 0, 1))
    assert (first == again).all() and (first != other).any()


def test_echo_refuses_a_lag_of_nothing():
    with pytest.raises(ValueError, match="at least 1 step"):
        datasets.load("echo", lag=0)


def test_an_echo_in_colours_asks_for_the_bit_alone():
    echo = datasets.load("echo", seed=3, lag=2, colours=5, streams=8, train_length=200).train
    assert set(np.unique(echo.inputs)) == set(range(1, 11))
    assert (echo.targets[:, 2:] == (echo.inputs[:, :-2] > 5)).all()
    with pytest.raises(ValueError, match="at least 1 colour"):
        datasets.load("echo", colours=0)


def test_counted_characters_know_a_text_that_repeats_itself():
    text = "abc" * 300
    assert bits_of_counts(text, text, 0) == pytest.approx(np.log2(3), abs=1e-6)
    assert bits_of_counts(text, text, 1) < 0.01
    assert bits_of_counts(text, "acb" * 10, 1) > 8
    with pytest.raises(ValueError, match="at least before"):
        bits_of_counts(text, "ab", 2)


def test_streams_cut_along_time_go_on_from_batch_to_batch():
    assert sanity.stream_gap(along_streams, 203) == 0


def test_windows_taken_as_they_come_are_torn():
    assert sanity.stream_gap(as_they_come, 203) == 1


def test_one_stream_is_never_torn():
    assert sanity.stream_gap(lambda flat: as_they_come(flat, batch_size=1, window=20), 200) == 0


@pytest.mark.parametrize("cut", [lambda flat: [flat.reshape(2, -1)], lambda flat: [flat, flat], lambda flat: []])
def test_the_detector_of_torn_streams_wants_two_batches(cut):
    with pytest.raises(ValueError, match="at least two batches"):
        sanity.stream_gap(cut, 20)


def test_the_triangle_is_a_png_whose_alt_text_counts_its_fields(monkeypatch):
    shown = []
    monkeypatch.setattr(outputs, "get_ipython", lambda: "a kernel")
    monkeypatch.setattr(outputs, "display", lambda data, metadata, raw: shown.append(data))
    sizes = np.arange(1.0, 17).reshape(4, 4)
    blocks = np.arange(4)[:, None] // 2 == np.arange(4) // 2
    panels = {"all": sizes, "window 2": np.where(blocks, sizes, np.nan)}
    plots.triangle(panels, title="Parts", xlabel="use", ylabel="loss", label="size")
    [data] = shown
    assert 'src="data:image/png;base64,iVBORw0' in data["text/html"]
    assert "all: 10 fields; window 2: 6 fields" in data["text/html"].split("src=")[0]
