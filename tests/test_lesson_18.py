"""What lesson 18 adds: scenes, the strip of gazes, the gaze that is moved, and the detector that puts maps back in."""

import ipywidgets
import numpy as np
import pytest

from tools.lesson import definitions
from utils import datasets, plots, sanity, widgets
from utils.datasets.scenes import COLOURS, SHAPES, window

THREE = [["ring", "left-of", "cross"], ["ring", "above", "cross"]]


def small(**options):
    return datasets.load("scenes", train_size=40, test_size=30, **options)


def test_a_caption_names_the_things_in_reading_order():
    for part in (small(seed=2).train, small(seed=2).test):
        for words, nouns, cells in zip(part.captions, part.nouns, part.cells, strict=True):
            assert [*words[::2]] == [tuple(SHAPES)[k] for k in nouns] and (np.diff(cells) > 0).all()
            same_row = np.diff(cells // 3) == 0
            assert words[1::2] == ["left-of" if same else "above" for same in same_row]


def test_each_thing_lies_in_its_cell_and_the_other_cells_are_empty():
    part = small(seed=1).test
    for picture, nouns, cells in zip(part.pictures, part.nouns, part.cells, strict=True):
        bright = {k: (picture[window(k)].max(axis=2) > 0.5).sum() for k in range(9)}
        assert {k for k, pixels in bright.items() if pixels} == set(cells)
        names = tuple(SHAPES)
        assert [bright[k] for k in cells] == ["".join(SHAPES[names[noun]]).count("#") for noun in nouns]


def test_a_thing_has_one_of_the_colours():
    part = small().train
    for picture, cells in zip(part.pictures, part.cells, strict=True):
        cell = picture[window(cells[0])]
        pixel = cell[np.unravel_index(cell.max(axis=2).argmax(), (8, 8))]
        assert np.abs(COLOURS - pixel).max(axis=1).min() < 0.4


def test_the_seed_decides_the_scenes_and_the_parts_differ():
    first, again, other = (small(seed=seed).train.pictures for seed in (1, 1, 2))
    assert np.array_equal(first, again) and not np.array_equal(first, other)
    assert not np.array_equal(small().train.pictures[:30], small().test.pictures)


def test_a_scene_may_hold_one_thing_or_nine():
    assert small(things=1).test.captions[0] == [tuple(SHAPES)[small(things=1).test.nouns[0, 0]]]
    assert (small(things=9).test.cells == np.arange(9)).all()


def test_test_digits_occur_in_no_training_scene():
    digits = datasets.load("digit_scenes", train_size=300, test_size=60)
    assert digits.classes[7] == "seven" and digits.train.captions[0][0] in digits.classes

    def drawings(part):  # without colour and noise
        pairs = zip(part.pictures, part.cells, strict=True)
        return np.array([picture[window(k)].max(axis=2).ravel() for picture, cells in pairs for k in cells])

    known, asked = drawings(digits.train), drawings(digits.test)
    nearest = np.array([np.corrcoef(row, known)[0, 1:].max() for row in asked])
    assert np.median(nearest) < 0.97  # two pictures of one drawing are nearer than that
    twice = np.array([np.corrcoef(row, known)[0, 1:] for row in known[:60]])
    assert np.median(np.sort(twice, axis=1)[:, -2]) > np.median(nearest) - 0.1


@pytest.mark.parametrize(
    "options, message",
    [
        ({"train_size": 0}, "at least 1 scene in each part, and 1 to 9 things, got 0 and 500 scenes of 3 things"),
        ({"things": 0}, "scenes of 0 things"),
        ({"things": 10}, "scenes of 10 things"),
    ],
)
def test_scenes_that_cannot_be_are_refused(options, message):
    for name in ("scenes", "digit_scenes"):
        with pytest.raises(ValueError, match=message):
            datasets.load(name, **options)


def test_the_windows_of_the_cells_cover_the_board_once():
    board = np.zeros((24, 24))
    for cell in range(9):
        board[window(cell)] += 1
    assert (board == 1).all() and window(5) == (slice(8, 16), slice(16, 24))
    for cell in (-1, 9):
        with pytest.raises(ValueError, match=f"expected a cell from 0 to 8, row by row, got {cell}"):
            window(cell)


MAPS = np.random.default_rng(0).dirichlet(np.ones(9), size=(4, 3))


def follower(maps):
    """Outputs of a model that looks where it is told, or, told nothing, where MAPS say."""
    return np.cumsum((MAPS if maps is None else maps) * np.arange(9), axis=1)


def test_the_maps_that_were_used_can_be_put_back_in():
    assert sanity.replay_gap(follower, MAPS) == 0
    assert sanity.replay_gap(follower, np.roll(MAPS, -1, axis=1)) > 0.5
    assert sanity.replay_gap(lambda maps: np.ones((4, 3)), np.roll(MAPS, 1, axis=1)) == 0  # a gaze that is ignored


@pytest.mark.parametrize(
    "maps, message",
    [
        (MAPS[0], r"expected maps \(rows, steps, places\) whose weights sum to 1, got shape \(3, 9\)$"),
        (MAPS.transpose(0, 2, 1), r"got shape \(4, 9, 3\) with sums from"),
        (2 * MAPS, "with sums from 2.00 to 2.00"),
    ],
)
def test_weights_that_are_no_maps_are_refused(maps, message):
    with pytest.raises(ValueError, match=message):
        sanity.replay_gap(follower, maps)


def test_outputs_must_keep_their_shape():
    with pytest.raises(ValueError, match=r"outputs of one shape with and without maps, got \(2,\) and \(3,\)"):
        sanity.replay_gap(lambda maps: np.ones(3 if maps is None else 2), MAPS)


def test_a_strip_says_where_each_word_looks(capsys):
    picture, gazes = np.zeros((24, 24, 3)), np.eye(9)[[5, 0, 8]]
    strips = {"scene 1": (picture, ["ring", "above", "end"], gazes), "short": (picture, ["ring"], gazes[:1])}
    plots.gaze_strips(strips, title="Gaze")
    said = capsys.readouterr().out
    assert "scene 1: ring 1.00 on row 2, column 3, above 1.00 on row 1, column 1, end 1.00 on row 3, column 3" in said
    plots.scenes([picture, picture], ["ring above cross", "plus left-of ring"], title="Scenes")
    assert "Scenes. Boards of 3 by 3 cells: ring above cross; plus left-of ring." in capsys.readouterr().out


@pytest.fixture
def moving(monkeypatch):
    """The control of a captioner that says which cell it looks at, and the strips that were drawn."""
    drawn, shown = [], []
    monkeypatch.setattr(plots, "gaze_strips", lambda strips, title: drawn.append((strips, title)))
    monkeypatch.setattr(widgets, "display", shown.append)

    def write(moved):
        cells = [moved.get(step, 4) for step in range(3)]
        return [f"cell {cell + 1}" for cell in cells], np.eye(9)[cells]

    widgets.move_the_gaze(np.zeros((24, 24, 3)), write, {0: 2}, title="Moved")
    slider, board, let_go, _ = shown[0].children
    return slider, [button for row in board.children for button in row.children], let_go, drawn


def test_two_static_captions_come_first(moving):
    *_, drawn = moving
    strips, title = drawn[0]
    assert title == "Moved" and [words for _, words, _ in strips.values()] == [
        ["cell 5"] * 3,
        ["cell 3", *["cell 5"] * 2],
    ]


def test_a_click_moves_the_gaze_of_the_chosen_word_and_one_button_lets_go(moving):
    slider, cells, let_go, drawn = moving
    assert isinstance(slider, ipywidgets.IntSlider) and (slider.min, slider.max) == (0, 2) and len(cells) == 9
    slider.value = 1
    cells[8].click()
    assert drawn[-1][1] == "Moved: step 1 at cell 8" and drawn[-1][0]["yours"][1] == ["cell 5", "cell 9", "cell 5"]
    slider.value = 0
    cells[0].click()
    assert drawn[-1][1] == "Moved: step 0 at cell 0, step 1 at cell 8"
    let_go.click()
    assert drawn[-1][1] == "Moved: nothing" and drawn[-1][0]["yours"][1] == ["cell 5"] * 3


def test_the_grade_is_the_weight_on_the_named_cells():
    found = definitions("18_show_attend_and_tell", "pytorch")
    part = small().test
    found["NOUNS"], gazes = [0, 2, 4], np.full((30, 6, 9), 0.1)
    for k, step in enumerate((0, 2, 4)):
        gazes[np.arange(30), step, part.cells[:, k]] = 0.2 * (k + 1)
    assert found["on_the_named"](gazes, part) == pytest.approx(0.4)
