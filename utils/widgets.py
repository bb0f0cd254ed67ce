"""Live controls. Each first draws a static figure, so that nothing is lost where no kernel runs.

Sliders and buttons stand below each other, above a live figure whose axes stay where they are while it moves.

Only what ipywidgets 7 and 8 have in common is used.
"""

import itertools
import textwrap

import ipywidgets
import numpy as np
from IPython.display import clear_output, display

from utils import plots
from utils.plots.style import number
from utils.text import tokenise

WIDE = {"width": "95%", "max_width": "34em"}
LONGEST_REVIEW = 30


def reorder_words(sentences, score, *, title, xlabel):
    """Move the words of a sentence and watch the scores. First draws the scores of all ``sentences``.

    sentences  texts made of the same words; the live one starts as the first
    score      function from a text to {model: number}

    The control is a row of buttons (a click moves that word one place to the left, the first one to the end) above
    the figure of the current order.
    """
    scores = {sentence: score(sentence) for sentence in sentences}
    plots.orders(scores, title=title, xlabel=xlabel)
    limits = _Limits([value for of_models in scores.values() for value in of_models.values()], room=0.25)

    words = sentences[0].split()
    buttons = [ipywidgets.Button(tooltip="move one place to the left", layout={"width": "auto"}) for _ in words]
    row = ipywidgets.HBox(buttons, layout={"flex_flow": "row wrap"})
    figure = ipywidgets.Output()

    def draw():
        for button, word in zip(buttons, words, strict=True):
            button.description = word
        with figure:
            clear_output(wait=True)
            sentence = " ".join(words)
            now = score(sentence)
            xlim = limits.around(list(now.values()))
            plots.orders({sentence: now}, title="Your order", xlabel=xlabel, xlim=xlim)

    def move(button):
        place = buttons.index(button)
        word = words.pop(place)
        words.insert(place - 1 if place else len(words), word)
        draw()

    for button in buttons:
        button.on_click(move)
    draw()
    display(ipywidgets.VBox([row, figure]))


def change_a_letter(text, distance, *, title):
    """Change one letter of a text and watch how far apart the states of the two texts are, step by step.

    text      the original
    distance  function from two texts of equal length to (time,) distances between their states

    First draws the curves for a change at the beginning, in the middle and near the end.
    """
    places = (0, len(text) // 2, len(text) - 2)
    other = {place: _with_letter(text, place, "x") for place in places}
    steps = list(range(1, len(text) + 1))
    labels = {"xlabel": "letters read", "ylabel": "distance of the states"}
    lines = {f"letter {place + 1} changed": (steps, distance(text, other[place])) for place in places}
    plots.curves(lines, title=title, **labels)
    limits = _Limits([0.0, *(value for _, values in lines.values() for value in values)])

    place = ipywidgets.IntSlider(1, 1, len(text), description="letter", continuous_update=False, layout=WIDE)
    letter = ipywidgets.Text("x", description="becomes", layout={"width": "14em"})

    def draw(place, letter):
        if len(letter) == 1:
            changed = _with_letter(text, place - 1, letter)
            apart = distance(text, changed)
            fixed = {"xlim": (0, len(text) + 1), "ylim": limits.around(apart), "height": 2.8}
            plots.curves({changed: (steps, apart)}, title=f"{text} → {changed}", **labels, **fixed)
        else:
            print(f"one letter, please, not {len(letter)}")

    figure = ipywidgets.interactive_output(draw, {"place": place, "letter": letter})
    display(ipywidgets.VBox([place, letter, figure]))


def gate_piano(play, symbols, chords, *, title):
    """Hold the three gates of an LSTM unit where you like and watch its states. First draws the tapes of ``chords``.

    play     function from the gates f, i and o, numbers between 0 and 1, to a tape, as `plots.gate_tapes` takes it
    symbols  (time,) labels of the steps
    chords   name to (f, i, o)
    """
    plots.gate_tapes({name: play(*gates) for name, gates in chords.items()}, symbols, title=title)

    sliders = {
        gate: ipywidgets.FloatSlider(
            1.0,
            min=0.0,
            max=1.0,
            step=0.05,
            description=word,
            continuous_update=False,
            style={"handle_color": plots.GATE_COLOURS[gate]},
            layout=WIDE,
        )
        for gate, word in (("f", "f forget"), ("i", "i input"), ("o", "o output"))
    }

    corners = [play(*gates)["c"] for gates in itertools.product((0.0, 0.5, 1.0), repeat=3)]
    limits = _Limits(np.concatenate(corners))

    def draw(f, i, o):
        name, tape = f"f = {f:.2f}, i = {i:.2f}, o = {o:.2f}", play(f, i, o)
        c_limits = limits.around(tape["c"])
        plots.gate_tapes({name: tape}, symbols, title="Your gates", c_limits=c_limits, height=3.3)

    figure = ipywidgets.interactive_output(draw, sliders)
    display(ipywidgets.VBox([*sliders.values(), figure]))


def flip_a_flag(sentences, look, words, *, longest, title):
    """Type a sentence, flip a flag in the state, and watch the levels and the answer.

    sentences  those of the static figure, drawn each as it is and after the flip; the live one starts as the first
    look       function from a sentence and whether to flip to ({name of a flag: levels (words,)}, answer)
    words      the words that are known
    longest    how many words a sentence may have, at least two
    """
    panels = {text: [look(text, False), look(text, True)] for text in sentences}
    plots.flags(panels, title=title)
    limits = _Limits(_levels([reading for readings in panels.values() for reading in readings]))

    box = ipywidgets.Text(sentences[0], description="sentence", continuous_update=False, layout={"width": "95%"})
    flip = ipywidgets.ToggleButton(False, description="flip")

    def draw(text, flipped):
        unknown = [word for word in text.split() if word not in words]
        if unknown:
            print(f"not in this grammar: {', '.join(unknown)}. It knows: {' '.join(sorted(words))}")
        elif not 2 <= len(text.split()) <= longest:
            print(f"2 to {longest} words, please, not {len(text.split())}")
        else:
            readings = [look(text, False), look(text, True)] if flipped else [look(text, False)]
            plots.flags({text: readings}, title="Your sentence", ylim=limits.around(_levels(readings)))

    figure = ipywidgets.interactive_output(draw, {"text": box, "flipped": flip})
    display(ipywidgets.VBox([box, flip, figure]))


def read_a_review(texts, read, known, *, ylabel, title):
    """Type a text and watch a number after each of its words. First draws the curves of ``texts``.

    texts   those of the static figure; the live one starts as the first
    read    function from a list of words to {name of a curve: numbers (words,)}, between 0 and 1
    known   the words that the models know
    """
    plots.word_by_word({text: read(tokenise(text)) for text in texts}, ylabel=ylabel, title=title)

    box = ipywidgets.Text(texts[0], description="review", continuous_update=False, layout={"width": "95%"})

    def draw(text):
        words = tokenise(text)
        if not 1 <= len(words) <= LONGEST_REVIEW:
            print(f"1 to {LONGEST_REVIEW} words, please, not {len(words)}")
            return
        unknown = sorted({word for word in words if word not in known})
        if unknown:
            print(f"unknown to the models, all read as one and the same word: {', '.join(unknown)}")
        plots.word_by_word({" ".join(words): read(words)}, ylabel=ylabel, title="Your review")

    figure = ipywidgets.interactive_output(draw, {"text": box})
    display(ipywidgets.VBox([box, figure]))


def turn_up_the_heat(write, beginning, temperatures, *, title):
    """Choose a temperature and a beginning, and read what a language model writes. First prints one text for each.

    write         function from a beginning and a temperature to a text; a ValueError is shown as a sentence
    beginning     the first beginning
    temperatures  those of the printed texts; the slider goes from a tenth to twice the largest
    """
    print(title)
    for temperature in temperatures:
        _written(write, beginning, temperature)

    slider = ipywidgets.FloatSlider(
        1.0,
        min=0.1,
        max=2.0 * max(temperatures),
        step=0.1,
        description="temperature",
        continuous_update=False,
        layout=WIDE,
    )
    box = ipywidgets.Text(beginning, description="beginning", continuous_update=False, layout={"width": "95%"})

    def draw(beginning, temperature):
        try:
            _written(write, beginning, temperature)
        except ValueError as error:
            print(error)

    text = ipywidgets.interactive_output(draw, {"beginning": box, "temperature": slider})
    display(ipywidgets.VBox([slider, box, text]))


def change_the_lattice(probabilities, find_paths, label, *, title):
    """Change what frames say, or the label, and watch the paths and their sum. First draws the lattice of ``label``.

    probabilities  (frames, symbols), row sums 1; symbol 0 is the blank, symbol k the digit k
    find_paths     function from probabilities and a label to (paths, one row of symbols each; their probabilities)
    label          the first label, such as "11"

    There is a slider for each frame: how probable digit 1 is there; the other symbols share the rest as before.
    """
    probabilities = np.asarray(probabilities, dtype=float)
    known = "".join(map(str, range(1, probabilities.shape[1])))

    def draw_lattice(table, label, title):
        paths, scores = find_paths(table, [int(digit) for digit in label])
        print(f"{len(paths)} paths for {label!r}, together {np.sum(scores):.6f}")
        if len(paths):
            signs = [["–" if symbol == 0 else str(symbol) for symbol in path] for path in paths]
            plots.lattice(signs, scores, label, title=title)

    draw_lattice(probabilities, label, title)
    sliders, starts = {}, probabilities[:, 1].round(2)
    for t, start in enumerate(starts):
        options = {"min": 0, "max": 0.99, "step": 0.01, "continuous_update": False, "layout": WIDE}
        sliders[f"frame {t + 1}"] = ipywidgets.FloatSlider(start, description=f"1, frame {t + 1}", **options)
    box = ipywidgets.Text(label, description="label", continuous_update=False, layout={"width": "14em"})

    def draw(label, **ones):
        if not set(label) <= set(known) or len(label) > 3:
            print(f"at most three of the digits {known}, please, not {label!r}")
            return
        table = probabilities.copy()
        for row, one, start in zip(table, ones.values(), starts, strict=True):
            if one != start:  # a slider that nobody moved is only rounded
                row *= (1 - one) / (1 - row[1])
                row[1] = one
        draw_lattice(table, label, "Your lattice")

    figure = ipywidgets.interactive_output(draw, {"label": box, **sliders})
    display(ipywidgets.VBox([box, *sliders.values(), figure]))


def _written(write, beginning, temperature):
    text = textwrap.fill(" ".join(write(beginning, temperature).split()), 88, break_long_words=True)
    print(f"\ntemperature {temperature:.1f}\n{textwrap.indent(text, '  ')}")


def move_back(times, truth, forecasts, *, most, ylabel, title):
    """Move a forecast back in time and see how far it is from what came. First draws it as it is, and one step back.

    times      (time,) numbers or dates
    truth      (time,) what came at these times
    forecasts  (time,) what had been forecast for these times
    most       how many steps back the slider goes
    """
    limits = _Limits([*truth, *forecasts])

    def lines(steps):
        kept = len(truth) - steps
        return {"what came": (times, truth), "forecast": (times[:kept], forecasts[steps:])}

    def apart(steps):
        return float(np.abs(forecasts[steps:] - truth[: len(truth) - steps]).mean())

    def name(steps):
        where = {0: "as it is", 1: "one step back"}.get(steps, f"{steps} steps back")
        return f"{where}: {apart(steps):.1f} apart"

    y = {"ylabel": ylabel, "ylim": limits.around([*truth, *forecasts])}
    plots.forecasts({name(steps): lines(steps) for steps in (0, 1)}, title=title, **y)

    slider = ipywidgets.IntSlider(0, 0, most, description="steps back", continuous_update=False, layout=WIDE)

    def draw(steps):
        plots.forecasts({name(steps): lines(steps)}, title="The forecast, moved back", **y)

    figure = ipywidgets.interactive_output(draw, {"steps": slider})
    display(ipywidgets.VBox([slider, figure]))


def scrub_a_film(film, forecast, read, *, title):
    """Scrub through a film, true and predicted frames side by side; shuffle the frames that the forecast is made from.

    First draws the film strip of true and predicted frames.

    film      (frames, height, width, 1), pixels from 0 to 1
    forecast  function from the first frames (read, height, width, 1) to the others (frames - read, height, width, 1)
    read      how many frames it reads
    """
    film = np.asarray(film)
    empty = [None] * read
    plots.film_strip({"true": list(film), "predicted": [*empty, *forecast(film[:read])]}, title=title)

    order, predicted, rng = list(range(read)), [*empty, *forecast(film[:read])], np.random.default_rng(0)
    slider = ipywidgets.IntSlider(read + 1, 1, len(film), description="frame", continuous_update=True, layout=WIDE)
    shuffle, restore = (
        ipywidgets.Button(description=text, layout={"width": "auto"})
        for text in (f"shuffle the first {read} frames", "in order")
    )
    figure = ipywidgets.Output()

    def draw(_=None):
        k = slider.value - 1
        true = film[order[k]] if k < read else film[k]
        name = "predicted" if k >= read else "predicted: reads this one"
        how = "read in the order " + " ".join(str(place + 1) for place in order)
        with figure:
            clear_output(wait=True)
            plots.pictures({"true": true, name: predicted[k]}, title=f"Frame {k + 1} of {len(film)}, {how}")

    def arrange(new_order):
        order[:] = new_order
        predicted[:] = [*empty, *forecast(film[order])]
        draw()

    shuffle.on_click(lambda _: arrange([int(place) for place in rng.permutation(read)]))
    restore.on_click(lambda _: arrange(range(read)))
    slider.observe(draw, names="value")
    draw()
    display(ipywidgets.VBox([slider, ipywidgets.HBox([shuffle, restore]), figure]))


def move_the_gaze(picture, write, moved, *, title):
    """Point at a cell while a word is said, and read what the captioner says. First draws two captions.

    picture  (height, width, 3) a board of 3 × 3 cells
    write    function from {step: cell} to (words, gazes (words, 9)): a caption whose gaze rests on these cells at these
             steps, and everywhere else where the captioner wants
    moved    the {step: cell} of the second static caption

    There is a slider for the step, a button for each cell, and one that lets go of all cells.
    """
    plots.gaze_strips({"by itself": (picture, *write({})), "moved": (picture, *write(moved))}, title=title)

    forced = {}
    longest = len(write({})[0])
    slider = ipywidgets.IntSlider(0, 0, longest - 1, description="step", continuous_update=False, layout=WIDE)
    cells = [ipywidgets.Button(description=str(k), tooltip="look here", layout={"width": "3em"}) for k in range(9)]
    let_go = ipywidgets.Button(description="let it look by itself", layout={"width": "auto"})
    figure = ipywidgets.Output()

    def draw():
        pointed = ", ".join(f"step {step} at cell {cell}" for step, cell in sorted(forced.items()))
        with figure:
            clear_output(wait=True)
            plots.gaze_strips({"yours": (picture, *write(dict(forced)))}, title=f"Moved: {pointed or 'nothing'}")

    def point(button):
        forced[slider.value] = cells.index(button)
        draw()

    def forget(_):
        forced.clear()
        draw()

    for button in cells:
        button.on_click(point)
    let_go.on_click(forget)
    draw()
    board = ipywidgets.VBox([ipywidgets.HBox(cells[row : row + 3]) for row in (0, 3, 6)])
    display(ipywidgets.VBox([slider, board, let_go, figure]))


class _Limits:
    """The ends of an axis that must not jump: they hold all ``values``, with some room on both sides."""

    def __init__(self, values, *, room=0.08):
        self.room = room
        self._hold(min(values), max(values))

    def _hold(self, low, high):
        room = self.room * ((high - low) or 1.0)
        self.low, self.high, self.edge = float(low - room), float(high + room), room / 2

    def around(self, values):
        """(lowest, highest) of the axis; they move apart only if ``values`` come too near, and never together."""
        low, high = min(values), max(values)
        if low < self.low + self.edge or high > self.high - self.edge:
            self._hold(min(low, self.low + 2 * self.edge), max(high, self.high - 2 * self.edge))
        return self.low, self.high


def _levels(readings):
    """All numbers in readings ({name of a flag: levels (words,)}, answer), in one list."""
    return [value for levels, _ in readings for values in levels.values() for value in values]


def _with_letter(text, place, letter):
    return text[:place] + letter + text[place + 1 :]


def turn_a_factor(states, factors, *, most, title):
    """Turn the factor of a unit that reads the same symbol again and again. First draws its states for ``factors``.

    states   function from a factor to (steps,) states
    factors  those of the static figure; the live one starts as the last
    most     the slider goes from -most to most
    """

    def lines(some):
        return {f"factor {number(factor)}": (range(1, len(states(factor)) + 1), states(factor)) for factor in some}

    labels = {"xlabel": "steps", "ylabel": "state"}
    drawn = lines(factors)
    plots.curves(drawn, title=title, **labels)
    limits = _Limits([value for _, values in drawn.values() for value in values])

    options = {"min": -most, "max": most, "step": 0.05, "continuous_update": False, "layout": WIDE}
    slider = ipywidgets.FloatSlider(factors[-1], description="factor", **options)

    def draw(factor):
        factor = round(factor, 2)
        plots.curves(lines([factor]), title="Your factor", ylim=limits.around(states(factor)), **labels)

    figure = ipywidgets.interactive_output(draw, {"factor": slider})
    display(ipywidgets.VBox([slider, figure]))
