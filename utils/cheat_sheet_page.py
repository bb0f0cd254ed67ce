"""The cheat sheet as a page: one A4 sheet, portrait, drawn from the rows of utils.cheat_sheet.

Lengths are in points (1/72 inch), places from the upper left corner. Words are at least 7.5 points high on paper.
"""

import hashlib

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.mathtext import MathTextParser
from matplotlib.patches import Rectangle

from utils import cheat_sheet
from utils.plots.style import COLOURS, GATE_COLOURS, QUIET, TEXT, show_figure

WIDTH, HEIGHT = 210 / 25.4 * 72, 297 / 25.4 * 72  # A4
MARGIN = 22
LEFT, RIGHT = MARGIN, WIDTH - MARGIN
LINE = 10  # from one line of words to the next
SMALL, HEAD, TITLE = 7.5, 9, 14
MATHS = 9
RULE = "#BFBFBF"
MONO = {"family": "DejaVu Sans Mono"}
STRONG = {"weight": "bold"}
# A line's colour is that of its gate in all figures; of a GRU's gates, z keeps like f, and n is a candidate like g.
CHIPS = {**GATE_COLOURS, "z": GATE_COLOURS["f"], "n": GATE_COLOURS["g"], "r": COLOURS[5], "y": COLOURS[6]}
NAME, SUBTITLE = "Recurrent networks on one page", "PyTorch and Keras 3 side by side"
BELOW = "Below: how many numbers one layer\nlearns in one direction. A layer above\nreads d·H numbers in place of D."
BEFORE = "or reset before the product:"
BUGS = "Silent bugs: utils.sanity"
COLUMNS = ("PyTorch", "L layers, d directions", "Keras", "Bidirectional")
KINDS = {"rnn": "RNN", "lstm": "LSTM (gates i, f, g, o)", "gru": "GRU (gates r, z, n)"}


def show_page() -> None:
    """Show the cheat sheet in a notebook. Its description holds every row as text."""
    show_figure(page(), as_text())


def save_pdf(path) -> None:
    """Write the cheat sheet as a PDF of one A4 page: the same bytes whenever, and a fingerprint of the rows with it."""
    nothing = {"Creator": None, "Producer": None, "CreationDate": None}
    about = {"Title": NAME, "Keywords": fingerprint()}
    with rc_context({"pdf.fonttype": 42}):
        page().savefig(path, format="pdf", metadata=nothing | about)


def as_text() -> str:
    """All that stands on the page, line by line; formulas in LaTeX."""
    sheet = cheat_sheet
    lines = [NAME, SUBTITLE, _notation()]
    for kind, formulas in sheet.EQUATIONS.items():
        lines += [KINDS[kind], *(formula.tex for formula in formulas)]
    lines += [f"{BEFORE} {sheet.RESET_BEFORE} in place of {sheet.RESET_AFTER}", *BELOW.split("\n")]
    lines += [_line(row.what, row.pytorch, row.keras) for row in sheet.PARAMETERS]
    lines += [_line("Shapes", *COLUMNS), *(_line(*vars(row).values()) for row in sheet.SHAPES)]
    for title, rows in sheet.NAMES.items():
        lines += [title, *(_line(row.what, row.pytorch, row.keras) for row in rows)]
    lines += ["Gradient and memory", *(_line(fact.what, fact.tex, fact.words) for fact in sheet.GRADIENTS)]
    lines += ["Reading out", *(_line(fact.what, fact.tex, fact.words) for fact in sheet.READING)]
    lines += [BUGS, *(_line(bug.what, bug.detector) for bug in sheet.BUGS)]
    return "\n".join(lines)


def fingerprint() -> str:
    """A fingerprint of all that stands on the page."""
    return hashlib.sha256(as_text().encode()).hexdigest()


def page() -> Figure:
    """The cheat sheet as a matplotlib figure of A4 size."""
    figure = Figure(figsize=(WIDTH / 72, HEIGHT / 72))
    y = _cells(figure, _title(figure, MARGIN - 6) + 7)
    _bugs(figure, LEFT + 404, y)
    y = _shapes(figure, LEFT + 390, y)
    y = _names(figure, y + 7) + 7
    _formulas(figure, LEFT, LEFT + 272, y, "Gradient and memory", cheat_sheet.GRADIENTS)
    _formulas(figure, LEFT + 286, RIGHT, y, "Reading out", cheat_sheet.READING)
    return figure


def _notation():
    return (
        "B batch, T steps, D features, H units, L layers, d directions, G gates: 1 in an RNN, 4 in an LSTM, "
        "3 in a GRU. Vectors are rows."
    )


def _line(what, *cells):
    return f"{what}: " + " | ".join(" ".join(cell.split()) for cell in cells if cell)


def _words(figure, x, y, text, *, size=SMALL, color=TEXT, **look):
    """Lines of words, the first of which stands on ``y``."""
    for k, line in enumerate(text.split("\n")):
        place = x / WIDTH, 1 - (y + k * LINE) / HEIGHT
        figure.text(*place, line, fontsize=size, color=color, va="baseline", parse_math=False, **look)


def _formula(figure, x, y, tex):
    tex, font = _set_in(tex)
    figure.text(x / WIDTH, 1 - y / HEIGHT, tex, fontproperties=font, va="baseline")


def _set_in(tex):
    """A formula as it is set, and its font."""
    tex = tex.replace(" W_", r"\,W_").replace(r"\frac", r"\dfrac")  # air in a product, no tiny letters
    size = 1.2 * MATHS if r"_{\text" in tex else MATHS  # words below a sign are as high as other words
    return f"${tex}$", FontProperties(size=size, math_fontfamily="dejavusans")


def _extent(tex):
    """How far a formula reaches above and below the line it stands on."""
    tex, font = _set_in(tex)
    _, height, depth, *_ = MathTextParser("path").parse(tex, dpi=72, prop=font)
    return height - depth, depth


def _rule(figure, y, left=LEFT, right=RIGHT, *, color=RULE, width=0.5):
    ends = [left / WIDTH, right / WIDTH], [1 - y / HEIGHT] * 2
    figure.add_artist(Line2D(*ends, color=color, linewidth=width))


def _head(figure, y, text, left=LEFT, right=RIGHT):
    """A heading with a line below; returns where the next line of words stands."""
    _words(figure, left, y + HEAD, text, size=HEAD, **STRONG)
    _rule(figure, y + HEAD + 3.5, left, right, color=TEXT, width=0.8)
    return y + HEAD + 3.5 + LINE


def _table(figure, y, columns, rows, *, right=RIGHT):
    """Rows of cells under each other; ``columns`` holds x and look of each. Returns the y of the last line."""
    for cells in rows:
        for (x, look), cell in zip(columns, cells, strict=True):
            _words(figure, x, y, cell, **look)
        y += LINE * max(cell.count("\n") + 1 for cell in cells)
        _rule(figure, y - LINE + 2.9, LEFT, right)
    return y - LINE + 2.9


def _title(figure, y):
    _words(figure, LEFT, y + TITLE, NAME, size=TITLE, **STRONG)
    _words(figure, RIGHT, y + TITLE, SUBTITLE, ha="right", color=QUIET)
    _words(figure, LEFT, y + TITLE + 13, _notation())
    return y + TITLE + 16


def _cells(figure, top):
    """The equations of the three cells side by side, and how many parameters each has."""
    counts = {row.what: row for row in cheat_sheet.PARAMETERS}
    sides = zip((LEFT, LEFT + 172, LEFT + 342), (LEFT + 160, LEFT + 330, RIGHT), strict=True)
    for (kind, formulas), (left, right) in zip(cheat_sheet.EQUATIONS.items(), sides, strict=True):
        y = _head(figure, top, KINDS[kind], left, right) + 2
        for formula in formulas:
            _chip(figure, left, y, CHIPS[formula.what])
            _formula(figure, left + 7, y, formula.tex)
            y += 13.2
        if kind == "gru":
            _words(figure, left + 7, y, BEFORE)
            _formula(figure, left + 7, y + 12, cheat_sheet.RESET_BEFORE)
        y = top + 106
        _words(figure, left, y, "PyTorch\nKeras", color=QUIET)
        _words(figure, left + 34, y, f"{counts[kind].pytorch}\n{counts[kind].keras}", **MONO)
    _words(figure, LEFT, top + 66, BELOW)
    return y + LINE + 7


def _chip(figure, x, y, colour):
    figure.add_artist(Rectangle((x / WIDTH, 1 - (y + 2.5) / HEIGHT), 3 / WIDTH, 9.5 / HEIGHT, color=colour))


def _shapes(figure, right, y):
    y = _head(figure, y, "Shapes", LEFT, right)
    places = [LEFT, *(LEFT + x for x in (100, 172, 266, 322))]
    for x, head in zip(places[1:], COLUMNS, strict=True):
        _words(figure, x, y, head, **STRONG)
    columns = list(zip(places, ({}, MONO, MONO, MONO, MONO), strict=True))
    return _table(figure, y + LINE, columns, [tuple(vars(row).values()) for row in cheat_sheet.SHAPES], right=right)


def _bugs(figure, left, y):
    y = _head(figure, y, BUGS, left)
    for bug in cheat_sheet.BUGS:
        _words(figure, left, y, bug.what)
        _words(figure, left, y + LINE, bug.detector, **MONO)
        y += 2 * LINE + 2.5


def _names(figure, y):
    places = (LEFT, LEFT + 92, LEFT + 326)
    columns = list(zip(places, ({}, MONO, MONO), strict=True))
    for title, rows in cheat_sheet.NAMES.items():
        for x, head in zip(places, (title, "PyTorch", "Keras"), strict=True):
            _words(figure, x, y + HEAD, head, size=HEAD, **STRONG)
        _rule(figure, y + HEAD + 3, color=TEXT, width=0.8)
        y = _table(figure, y + HEAD + 3 + LINE, columns, [(row.what, row.pytorch, row.keras) for row in rows]) + 3
    return y - 3


def _formulas(figure, left, right, y, title, formulas):
    """Formulas under each other, each with what it is on its left, and as much room as it needs."""
    y = _head(figure, y, title, left, right) - LINE + 3
    middle = left + 93
    for formula in formulas:
        above, below = _extent(formula.tex) if formula.tex else (SMALL, 2)
        y += max(above, SMALL) + 1.5
        _words(figure, left, y, formula.what)
        if formula.tex:
            _formula(figure, middle, y, formula.tex)
            _words(figure, right, y, formula.words, ha="right")
        else:
            _words(figure, middle, y, formula.words)
        y += max(below, 2) + 1.5
