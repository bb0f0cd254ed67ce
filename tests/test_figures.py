"""Figures, live controls and detectors."""

import base64
import html
import re

import ipywidgets
import nbformat
import numpy as np
import pytest
from bs4 import BeautifulSoup
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from nbconvert import HTMLExporter

from utils import outputs, plots, sanity, widgets
from utils.plots import style

POINTS = np.random.default_rng(0).normal(size=(12, 5))
LABELS = np.array([0, 1] * 6)


def draw_bars():
    plots.bars({"baseline": 0.5, "model": 0.75}, xlabel="accuracy", title="Bars", chance=0.5)


def draw_bars_of_runs():
    runs = {"LSTM": [0.95, 0.97, 0.99], "guess": 0.5, "gain": [-0.3, -0.1, -0.0]}
    plots.bars(runs, xlabel="accuracy", title="Runs", chance=0.5)


def draw_orders():
    plots.orders({"a b": {"bag": 0.1, "RNN": -2.0}, "b a": {"bag": 0.1, "RNN": 2.0}}, title="Orders", xlabel="score")


def draw_pairs():
    plots.pairs({"bag": POINTS, "RNN": POINTS}, LABELS, ("no", "yes"), title="Pairs")


def draw_groups():
    plots.groups(POINTS, LABELS, ("no", "yes"), title="Groups")


def draw_groups_with_words():
    plots.groups(POINTS, LABELS, ("no", "yes"), title="Groups", words=list("abcdefghijkl"))


def draw_curves():
    plots.curves(
        {"one": ([0, 1], [1.0, 0.5]), "two": ([0, 1], [0.0, 2.0])}, xlabel="x", ylabel="y", title="C", chance=0.5
    )


def draw_states():
    plots.states(POINTS.T, "abcdefghijkl", [f"unit {k}" for k in range(5)], title="States")


def draw_labelled_states():
    bits = [f"{k % 2}\n{k}" for k in range(12)]
    plots.states(POINTS.T, bits, [f"unit {k}" for k in range(5)], title="States", symbol_names=("bit", "step"))


def draw_triangle():
    sizes = np.where(np.eye(4) == 1, np.nan, np.arange(1.0, 17).reshape(4, 4))
    plots.triangle({"all": sizes}, title="Parts", xlabel="use", ylabel="loss", label="size")


def draw_gradient_norms():
    lines = {"low": np.geomspace(1e-9, 1, 30), "same": np.ones(30), "again": np.ones(30)}
    plots.gradient_norms({"linear": lines, "tanh": lines}, title="Norms")


def draw_two_directions():
    plots.two_directions(["not", "bad"], title="Both")


def draw_unrolled():
    plots.unrolled_rnn(["not", "bad"], title="Unrolled")


def draw_cell():
    plots.rnn_cell(3, 4, title="Cell")


def draw_tapes():
    tape = {name: np.linspace(0, 1, 4) for name in "chfio"}
    plots.gate_tapes({"one": tape, "two": tape}, ["a", "", "", "b"], title="Tapes")


def draw_lstm_cell():
    plots.lstm_cell(title="LSTM cell")


def draw_padded_batch():
    plots.padded_batch(["ox", "lantern"], {"last letter": [1, 6], "last column": [6, 6]}, title="Padded")


def draw_flags():
    before, after = ({"plural": [-1.0, 0.5]}, "they"), ({"plural": [-1.0, -0.5]}, "she")
    plots.flags({"Alice and": [before, after], "Tom sang": [before]}, title="Flags")


def draw_stack():
    plots.stacked_rnn(2, ["not", "bad"], title="Stack")


def draw_depth_and_time():
    sizes = np.array([[1e-6, 1e-4], [0.0, 1.0]])
    plots.depth_and_time({"plain": sizes, "residual": sizes + 1}, title="Depth", label="norm")


def draw_traces():
    plots.traces(
        {"one": (POINTS, 1), "two": (POINTS, 2)},
        xlabel="step",
        title="T",
        unit_label="best",
        band=(3, 6),
        band_label="new",
    )


def draw_film_strip():
    frames = list(np.linspace(0, 1, 48).reshape(3, 4, 4))
    plots.film_strip({"true": frames, "predicted": [None, *frames[1:]]}, title="Film")


def draw_pictures():
    plots.pictures({"true": np.eye(3), "predicted": None}, title="Frame 1")


FIGURES = [value for name, value in sorted(globals().items()) if name.startswith("draw_")]


@pytest.fixture
def shown(monkeypatch):
    """What a notebook would be given to display."""
    displays = []
    monkeypatch.setattr(outputs, "get_ipython", lambda: "a kernel")
    monkeypatch.setattr(outputs, "display", lambda data, metadata, raw: displays.append(data))
    return displays


@pytest.mark.parametrize("draw", FIGURES)
def test_a_figure_is_one_png_and_a_screen_reader_gets_its_description(shown, draw):
    draw()
    [data] = shown
    assert set(data) == {"text/plain", "text/html"}
    alt, png = re.fullmatch('<img alt="([^"]+)" src="data:image/png;base64,([^"]+)">', data["text/html"]).groups()
    assert html.unescape(alt) == data["text/plain"]
    assert base64.b64decode(png).startswith(b"\x89PNG")


def test_the_description_arrives_in_the_html_of_nbconvert(shown):
    for draw in FIGURES:
        draw()
    cell = nbformat.v4.new_code_cell("figures", outputs=[nbformat.v4.new_output("display_data", x) for x in shown])
    page, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    assert "No description has been provided" not in page
    found = [image.get("alt") for image in BeautifulSoup(page, "html.parser").find_all("img")]
    assert found == [data["text/plain"] for data in shown]


def contrast(colour, ground):
    """Contrast of two colours as the Web Content Accessibility Guidelines define it."""
    lights = []
    for rgb in (to_rgb(colour), to_rgb(ground)):
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
        lights.append(0.05 + np.dot([0.2126, 0.7152, 0.0722], linear))
    return max(lights) / min(lights)


@pytest.mark.parametrize("draw", FIGURES)
def test_words_are_large_and_dark_enough_to_be_read(monkeypatch, draw):
    drawn = []
    monkeypatch.setattr(style, "show", lambda *data, **more: None)
    monkeypatch.setattr(Figure, "savefig", lambda figure, *file, **options: drawn.append(figure))
    draw()
    [figure] = drawn
    figure.draw_without_rendering()
    texts = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
    assert texts
    for text in texts:
        box = text.get_bbox_patch()
        ground = "white" if box is None else box.get_facecolor()
        on_a_map = text.get_text() in "+−" and text.get_color() == "white"
        assert text.get_fontsize() >= 10, text.get_text()
        assert on_a_map or contrast(text.get_color(), ground) >= 4.5, text.get_text()


@pytest.mark.parametrize(
    "value, decimals, signed, text",
    [
        (-0.001, 2, False, "0.00"),
        (-0.001, 2, True, "0.00"),
        (-1.5, 1, False, "−1.5"),
        (1.5, 1, True, "+1.5"),
        (-8.65, 2, True, "−8.65"),
        (1234.5, 0, False, "1234"),
    ],
)
def test_numbers_have_a_true_minus_and_no_negative_zero(value, decimals, signed, text):
    assert style.number(value, decimals, signed=signed) == text


@pytest.mark.parametrize(
    "samples, decimals",
    [
        ([[0.5], [0.751]], 2),
        ([[0.1667], [0.0004]], 4),
        ([[0.0], [0.0]], 2),
        ([[0.5, 0.52], [0.5, 0.9]], 2),
        ([[0.951, 0.954]], 3),
        ([[0.95, 0.95000001]], 3),
        ([[120.5], [3.2]], 0),
    ],
)
def test_bars_show_the_decimals_that_say_something(samples, decimals):
    assert style.decimals_for(samples) == decimals


def test_the_alt_text_holds_the_numbers(capsys):
    draw_bars()
    assert capsys.readouterr().out == "Bars. Bars, accuracy: baseline 0.50, model 0.75, chance 0.50.\n"


def test_the_bars_of_several_runs_end_at_the_median_and_tell_the_range(capsys):
    draw_bars_of_runs()
    text = capsys.readouterr().out
    assert "LSTM 0.97, runs from 0.95 to 0.99; guess 0.50; gain −0.10, runs from −0.30 to 0.00; chance 0.50" in text


def test_a_map_of_words_says_which_words_it_shows(capsys):
    plots.groups(POINTS, LABELS, ("no", "yes"), title="Map", words=[f"w{k}" for k in range(12)], labels=3)
    assert re.search(r"Among them: w\d+ \((no|yes)\)(, w\d+ \((no|yes)\)){2}\.", capsys.readouterr().out)


def test_points_that_are_all_the_same_are_drawn(capsys):
    plots.groups(np.ones((4, 3)), np.array([0, 0, 1, 1]), ("no", "yes"), title="Map", words="abcd")
    assert "Among them: a (no)." in capsys.readouterr().out


def test_the_alt_text_of_a_padded_batch_says_what_each_reader_reads(capsys):
    draw_padded_batch()
    text = capsys.readouterr().out
    assert "ox and 5 of padding" in text and "lantern and 0 of padding" in text
    assert "last letter reads columns 2, 7" in text and "last column reads columns 7, 7" in text


def test_the_figure_of_depth_and_time_tells_its_corners(capsys):
    draw_depth_and_time()
    assert "plain: 1e+00 at the top right, 1e-06 at the bottom left" in capsys.readouterr().out


def test_equal_points_of_a_pair_are_said_to_be_at_distance_0(capsys):
    twins = np.repeat(POINTS[:6], 2, axis=0)
    plots.pairs({"bag": twins}, LABELS, ("no", "yes"), title="Pairs")
    assert "bag: 0.00" in capsys.readouterr().out


@pytest.fixture
def control(monkeypatch):
    """The control of `reorder_words` for "a b c", and what was drawn so far: a list of {order: scores}."""
    drawn, displayed = [], []
    monkeypatch.setattr(plots, "orders", lambda scores, **labels: drawn.append(scores))
    monkeypatch.setattr(widgets, "display", displayed.append)
    widgets.reorder_words(["a b c", "c b a"], lambda text: {"m": float(text[0] == "a")}, title="t", xlabel="x")
    return displayed[0], drawn


def test_the_static_figure_comes_first(control):
    _, drawn = control
    assert drawn == [{"a b c": {"m": 1.0}, "c b a": {"m": 0.0}}, {"a b c": {"m": 1.0}}]


@pytest.mark.parametrize("clicks, order", [([1], "b a c"), ([0], "b c a"), ([2, 1], "c a b"), ([1, 1], "a b c")])
def test_a_click_moves_a_word_to_the_left_and_the_first_to_the_end(control, clicks, order):
    box, drawn = control
    buttons = box.children[0].children
    for place in clicks:
        buttons[place].click()
    assert list(drawn[-1]) == [order]
    assert [button.description for button in buttons] == order.split()
    assert all(isinstance(button, ipywidgets.Button) for button in buttons)


@pytest.fixture
def letter_control(monkeypatch):
    """The control of `change_a_letter` for "abc", and the curves drawn so far."""
    drawn, displayed = [], []
    monkeypatch.setattr(plots, "curves", lambda lines, **labels: drawn.append(lines))
    monkeypatch.setattr(widgets, "display", displayed.append)
    widgets.change_a_letter(
        "abc", lambda text, other: [float(a != b) for a, b in zip(text, other, strict=True)], title="t"
    )
    return displayed[0], drawn


def test_the_static_curves_come_first(letter_control):
    _, drawn = letter_control
    assert list(drawn[0]) == ["letter 1 changed", "letter 2 changed"]
    assert drawn[0]["letter 1 changed"] == ([1, 2, 3], [1.0, 0.0, 0.0])


def test_the_live_curve_follows_place_and_letter(letter_control, capsys):
    box, drawn = letter_control
    place, letter = box.children[:2]
    place.value = 3
    letter.value = "z"
    assert drawn[-1] == {"abz": ([1, 2, 3], [0.0, 0.0, 1.0])}
    letter.value = "zz"
    assert len(drawn) == 4 and list(drawn[-1]) == ["abz"]


def test_the_alt_text_of_flags_holds_levels_and_answers(capsys):
    draw_flags()
    text = capsys.readouterr().out
    assert "plural −1.0 +0.5; plural, after the flip −1.0 −0.5; answer they → she (Alice and)" in text
    assert "answer they (Tom sang)" in text


@pytest.fixture
def flag_control(monkeypatch):
    """The control of `flip_a_flag`, and the panels drawn so far."""
    drawn, displayed = [], []
    monkeypatch.setattr(plots, "flags", lambda panels, **labels: drawn.append(panels))
    monkeypatch.setattr(widgets, "display", displayed.append)

    def look(sentence, flipped):
        return {"up": [1.0] * len(sentence.split())}, "he" if flipped else "she"

    widgets.flip_a_flag(["a b", "b a c"], look, ["a", "b", "c"], longest=3, title="t")
    return displayed[0], drawn


def test_the_static_flags_come_first_before_and_after(flag_control):
    _, drawn = flag_control
    assert [[answer for _, answer in readings] for readings in drawn[0].values()] == [["she", "he"]] * 2
    assert list(drawn[0]) == ["a b", "b a c"] and [answer for _, answer in drawn[1]["a b"]] == ["she"]


def test_the_live_flags_follow_sentence_and_button(flag_control):
    box, drawn = flag_control
    text, flip = box.children[:2]
    flip.value = True
    text.value = "c a"
    assert [answer for _, answer in drawn[-1]["c a"]] == ["she", "he"]


@pytest.mark.parametrize(
    "sentence, message",
    [
        ("a zed b ned", "not in this grammar: zed, ned. It knows: a b c"),
        ("a", "2 to 3 words, please, not 1"),
        ("", "2 to 3 words, please, not 0"),
        ("a b c a", "2 to 3 words, please, not 4"),
    ],
)
def test_a_sentence_outside_the_grammar_gets_one_line_and_no_figure(flag_control, capsys, sentence, message):
    box, drawn = flag_control
    figures = len(drawn)
    box.children[0].value = sentence
    assert len(drawn) == figures and message in capsys.readouterr().out


def lucky_search(rows):
    return lambda labels: max(abs(row[labels == 1].mean() - row[labels == 0].mean()) for row in rows)


def test_shuffling_tells_a_finding_from_luck():
    rng = np.random.default_rng(0)
    labels = np.array([0, 1] * 10)
    noise = rng.normal(size=(100, 20))
    assert sanity.found_by_luck(lucky_search(noise), labels) > 0.05
    noise[50] += 4 * labels
    assert sanity.found_by_luck(lucky_search(noise), labels) == 0
    assert sanity.found_by_luck(lambda labels: 1.0, labels) == 1  # a search that finds the same everywhere


@pytest.mark.parametrize("labels, repeats", [([[0, 1]], 5), ([1, 1, 1], 5), ([0, 1], 0)])
def test_luck_without_two_classes_or_shuffles_is_refused(labels, repeats):
    with pytest.raises(ValueError, match="two classes or more and repeats >= 1"):
        sanity.found_by_luck(len, labels, repeats=repeats)


def test_turning_the_batch_reveals_a_loop_over_the_wrong_axis():
    batch = np.random.default_rng(0).normal(size=(4, 3))
    assert sanity.permutation_gap(lambda x: np.cumsum(x, axis=1)[:, -1], batch) == 0
    assert sanity.permutation_gap(lambda x: np.cumsum(x, axis=0)[:, -1], batch) > 0.1
    with pytest.raises(ValueError, match="a batch of at least two rows"):
        sanity.permutation_gap(np.sum, batch[:1])


def test_padding_moves_a_plain_mean_but_not_a_careful_one():
    tokens = np.array([[2, 3, 0], [4, 0, 0]])
    assert sanity.padding_gap(lambda t: t.sum(1) / (t != 0).sum(1), tokens) == 0
    assert sanity.padding_gap(lambda t: t.mean(1), tokens) > 0.1


@pytest.mark.parametrize("tokens, extra", [(np.array([1, 2]), 5), (np.array([[1, 2]]), 0)])
def test_the_padding_detector_refuses_what_is_no_batch(tokens, extra):
    with pytest.raises(ValueError, match=r"expected tokens \(batch, time\) and extra >= 1"):
        sanity.padding_gap(lambda t: t, tokens, extra=extra)


def test_asking_twice_reveals_dropout_that_is_still_on():
    rng, batch = np.random.default_rng(0), np.ones((4, 3))
    assert sanity.repeat_gap(lambda x: x.sum(axis=1), batch) == 0
    assert sanity.repeat_gap(lambda x: (x * (rng.random(x.shape) < 0.5)).sum(axis=1), batch) > 0.5


def span(figure):
    """The limits of all axes of a figure."""
    return [(axis.get_xlim(), axis.get_ylim()) for axis in figure.axes]


@pytest.fixture
def live(monkeypatch):
    """The control that was displayed, and all figures that were drawn, the static one first."""
    displayed, drawn = [], []
    monkeypatch.setattr(widgets, "display", displayed.append)
    monkeypatch.setattr(style, "show", lambda *data, **more: None)
    monkeypatch.setattr(Figure, "savefig", lambda figure, *file, **options: drawn.append(figure))
    return displayed, drawn


def test_the_axes_of_the_piano_stay_while_a_gate_moves(live):
    def play(f, i, o):
        c = 3 * i * f ** np.arange(6) - (1 - f)
        return {"c": c, "h": o * np.tanh(c), "f": np.full(6, f), "i": np.full(6, i), "o": np.full(6, o)}

    displayed, drawn = live
    widgets.gate_piano(play, [""] * 6, {"open": (1, 1, 1)}, title="Piano")
    forget, write, _, _ = displayed[0].children
    for value in (0.0, 0.3, 0.8):
        forget.value = value
    write.value = 0.0
    assert len(drawn) == 6
    assert all(span(figure) == span(drawn[1]) for figure in drawn[2:])
    low, high = drawn[-1].axes[0].get_ylim()
    assert low < -1 and high > 3


def test_the_axis_of_the_scores_stays_or_gives_way_but_never_shrinks(live):
    displayed, drawn = live
    scores = {"a b c": 1.0, "c b a": -8.0, "b a c": 1.5, "a c b": -20.0}
    widgets.reorder_words(["a b c", "c b a"], lambda text: {"m": scores[text]}, title="t", xlabel="x")
    second, first = displayed[0].children[0].children[1], displayed[0].children[0].children[0]
    second.click()
    assert drawn[-1].axes[0].get_xlim() == drawn[1].axes[0].get_xlim()
    first.click()
    wide, before = drawn[-1].axes[0].get_xlim(), drawn[1].axes[0].get_xlim()
    assert wide[0] < -20 < before[0] < -8 and wide[1] >= before[1]


def test_the_axes_of_the_changed_letter_stay(live):
    displayed, drawn = live
    widgets.change_a_letter("abcdef", lambda a, b: [float(x != y) for x, y in zip(a, b, strict=True)], title="t")
    place, letter, _ = displayed[0].children
    place.value = 4
    letter.value = "d"  # no change at all: both texts are the same
    assert drawn[-1].axes[0].get_title() == "abcdef → abcdef"
    assert span(drawn[-1]) == span(drawn[1])


def test_the_axes_of_the_flags_stay(live):
    displayed, drawn = live

    def look(text, flipped):
        return {"up": [-3.0 if flipped else 0.5] * len(text.split())}, "he" if flipped else "she"

    widgets.flip_a_flag(["a b", "b a"], look, ["a", "b"], longest=4, title="t")
    displayed[0].children[1].value = True
    assert span(drawn[-1])[0][1] == span(drawn[1])[0][1]


def test_a_cell_state_that_would_flatten_the_others_gets_its_own_scale(live, capsys):
    _, drawn = live

    def tape(size):
        return {"c": np.linspace(0, size, 4)} | {name: np.full(4, 0.5) for name in "hfio"}

    plots.gate_tapes({"small": tape(1.0), "large": tape(-80.0)}, [""] * 4, title="T")
    plots.gate_tapes({"small": tape(1.0), "twice": tape(2.0)}, [""] * 4, title="T")
    own, shared = drawn
    assert own.axes[0].get_ylim()[0] > -2 and own.axes[1].get_ylim()[0] < -80
    assert shared.axes[0].get_ylim() == shared.axes[1].get_ylim()


@pytest.mark.parametrize(
    ("x", "whole"),
    [([1, 2, 3], True), ([0.5, 1.0], False), (np.arange("2020-01", "2020-04", dtype="datetime64[M]"), False)],
)
def test_steps_have_whole_ticks_and_dates_are_drawn(live, x, whole):
    plots.curves({"a": (x, np.arange(len(x)))}, xlabel="x", ylabel="y", title="C")
    [axis] = live[1][0].axes
    assert getattr(axis.xaxis.get_major_locator(), "_integer", False) == whole


def test_curves_on_top_of_each_other_are_all_seen(live):
    _, drawn = live
    x, y = np.arange(50), np.ones(50)
    plots.curves({name: (x, y) for name in "abc"}, xlabel="x", ylabel="y", title="C")
    lines = drawn[0].axes[0].get_lines()
    assert [line.get_zorder() for line in lines] == [2, 2, 2]  # drawn in this order
    assert np.all(np.diff([line.get_linewidth() for line in lines]) < 0)
    assert len({line.get_linestyle() for line in lines}) > 1 and len({line.get_markevery() for line in lines}) == 3
