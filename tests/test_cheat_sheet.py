"""The cheat sheet: its formulas are those of the lessons, its page can be read, and no wrong row gets through."""

import itertools
import re
from dataclasses import replace

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.text import Text

from tools.cheat_sheet import PDF
from tools.cheat_sheet import main as write_pdf
from tools.files import ROOT
from tools.lesson import TRACKS, lesson_names, read
from utils import cells, cheat_sheet, cheat_sheet_page
from utils.weights import GATES, CellWeights

FORMULAS = [
    *itertools.chain(*cheat_sheet.EQUATIONS.values()),
    cheat_sheet.Formula("before", cheat_sheet.RESET_BEFORE),
    *cheat_sheet.GRADIENTS,
    *cheat_sheet.READING,
]


def plain(tex):
    """A formula without what only spaces or aligns it."""
    return re.sub(r"\\(?:big|Big)[lr]?\b|\\[,;!]|\\q?quad|&|\s", "", tex)


@pytest.mark.parametrize("tex", [formula.tex for formula in FORMULAS if formula.tex])
def test_each_formula_stands_in_a_lesson(tex):
    lessons = [name for name in lesson_names() if name[0].isdigit()]
    texts = [(ROOT / "lessons" / f"{name}.md").read_text(encoding="utf-8") for name in lessons]
    parts = tex.split(r"\qquad")
    assert all(any(plain(part) in plain(text) for text in texts) for part in parts), "no lesson has this formula"


def weights(kind, reset_after=True, *, inputs=3, hidden=4):
    rng, columns = np.random.default_rng(0), len(GATES[kind]) * hidden
    shapes = ((inputs, columns), (hidden, columns), (columns,), (columns,))
    return CellWeights(kind, *(rng.normal(size=shape) for shape in shapes), reset_after)


@pytest.mark.parametrize("kind, reset_after", [("rnn", True), ("lstm", True), ("gru", True), ("gru", False)])
def test_the_equations_as_printed_are_those_of_the_reference(kind, reset_after):
    cell, x = weights(kind, reset_after), np.random.default_rng(1).normal(size=(2, 6, 3))
    outputs, state = cheat_sheet.walk(x, cell)
    run = cells.forward(x, cell)
    assert np.allclose(outputs, run.outputs, atol=1e-12)
    assert len(state) == len(run.state) and all(map(np.allclose, state, run.state))


def test_an_equation_becomes_python():
    assert cheat_sheet.as_python(r"n_t = \tanh(x_t W_{xn} + (r_t \odot h_{t-1}) W_{hn})") == (
        "n_t = tanh(x_t @ W_xn + (r_t * h_before) @ W_hn)"
    )


def test_shapes_and_numbers_are_taken_at_their_word():
    assert cheat_sheet.value("(B, 2·H)", B=3, H=4) == (3, 8)
    assert cheat_sheet.value("(G·H,), (H,)", G=3, H=2) == ((6,), (2,))
    assert cheat_sheet.value("2/√H", H=16) == 0.5
    with pytest.raises(NameError):
        cheat_sheet.value("(B, Q)", B=3)


def test_code_is_run_and_its_last_value_given():
    names = {"a": 2}
    assert cheat_sheet.run("b = a + 1; a * b", names) == 6 and names["b"] == 3
    assert cheat_sheet.run("c = 1", names) is None and names["c"] == 1


def test_a_remark_is_taken_apart():
    assert cheat_sheet.remark("1  # the default") == ("1", "the default")
    assert cheat_sheet.remark("zeros") == ("zeros", "")


@pytest.fixture(scope="module")
def words():
    """All texts of the page and their places in points, (left, bottom, right, top)."""
    figure = cheat_sheet_page.page()
    figure.set_dpi(288)
    figure.draw_without_rendering()
    texts = [text for text in figure.findobj(Text) if text.get_text().strip()]
    return texts, [text.get_window_extent().extents / 4 for text in texts]


def test_words_are_large_enough_on_paper_and_dark(words):
    for text in words[0]:
        assert text.get_fontsize() >= 7.5 and to_hex(text.get_color()) in ("#000000", "#595959"), text.get_text()


def test_nothing_leaves_the_page_or_its_margins(words):
    for text, (left, bottom, right, top) in zip(*words, strict=True):
        margin = 16  # points: printers leave about 12 white
        inside = margin <= left and right <= cheat_sheet_page.WIDTH - margin
        assert inside and margin <= bottom and top <= cheat_sheet_page.HEIGHT - margin, text.get_text()


def test_no_two_texts_lie_on_each_other(words):
    for (one, a), (other, b) in itertools.combinations(zip(*words, strict=True), 2):
        wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
        assert wide <= 0.5 or high <= 2.5, f"{one.get_text()!r} and {other.get_text()!r}"


def test_all_that_is_drawn_stands_in_the_text_for_screen_readers(words):
    told = cheat_sheet_page.as_text()
    drawn = [" ".join(text.get_text().split()) for text in words[0] if not text.get_text().startswith("$")]
    assert len(drawn) > 150 and not [text for text in drawn if text not in told]


def test_the_pdf_is_one_a4_page_and_the_same_whenever_it_is_made(tmp_path):
    paths = [tmp_path / "one.pdf", tmp_path / "two.pdf"]
    for path in paths:
        cheat_sheet_page.save_pdf(path)
    one, two = (path.read_bytes() for path in paths)
    assert one == two and b"/CreationDate" not in one
    assert re.findall(rb"/Count (\d+)", one) == [b"1"]
    size = [float(number) for number in re.search(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+)", one).groups()]
    assert np.allclose(size, (595.276, 841.890), atol=0.01)


def test_the_committed_pdf_is_what_the_rows_give(tmp_path):
    committed = PDF.read_bytes()
    assert cheat_sheet_page.fingerprint().encode() in committed, "run: python -m tools.cheat_sheet"
    pinned = re.search(r"(?m)^matplotlib==(\S+)", (ROOT / "constraints.txt").read_text(encoding="utf-8"))[1]
    if matplotlib.__version__ == pinned:  # another version may draw the same page with other bytes
        cheat_sheet_page.save_pdf(tmp_path / "page.pdf")
        assert (tmp_path / "page.pdf").read_bytes() == committed, "run: python -m tools.cheat_sheet"


def test_the_tool_writes_the_pdf(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("tools.cheat_sheet.ROOT", tmp_path)
    monkeypatch.setattr("tools.cheat_sheet.PDF", tmp_path / "teaching" / "cheat_sheet.pdf")
    assert write_pdf() == 0 and (tmp_path / "teaching" / "cheat_sheet.pdf").read_bytes()[:5] == b"%PDF-"
    assert capsys.readouterr().out == "teaching/cheat_sheet.pdf is written\n"


# A wrong cell of the page does not get through the notebook. Each table is tried with every cell changed, one by one.

COLUMNS = {"pytorch": ("pytorch", "pytorch_stack"), "tensorflow": ("keras", "keras_both")}
TABLES = {  # the part of the notebook that tries a table
    "EQUATIONS": "Equations",
    "PARAMETERS": "Numbers of parameters",
    "SHAPES": "Shapes",
    "LAYERS": "Layers",
    "STARTS": "Weights",
    "PADDING": "Padding",
    "TRAINING": "Training",
    "GRADIENTS": "Gradient and memory",
    "BUGS": "Silent bugs",
}


def sections(track):
    """The code of the notebook of one track, {heading: [source, …]}."""
    found, heading = {}, "start"
    for cell in read("cheat_sheet").track(track):
        if cell.source.startswith("## "):
            heading = cell.source.splitlines()[0][3:]
        if cell.runs:
            found.setdefault(heading, []).append(cell.source)
    return found


def run(sources, names):
    for source in sources:
        exec(compile(source, "<cheat sheet>", "exec"), names)


@pytest.fixture(scope="module", params=TRACKS)
def tried(request):
    """Track, and for each table the code that reads it and the names that are bound before. Everything holds."""
    pytest.importorskip("torch" if request.param == "pytorch" else "tensorflow")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cheat_sheet_page, "show_page", lambda: None)
        code, names, found = sections(request.param), {"__name__": "cheat sheet"}, {}
        tables = {heading: table for table, heading in TABLES.items()}
        for heading, sources in code.items():
            table = tables.get(heading, "nothing")
            first = next((k for k, source in enumerate(sources) if f"cheat_sheet.{table}" in source), len(sources))
            run(sources[:first], names)
            found[table] = sources[first:], dict(names)
            run(sources[first:], names)
        yield request.param, found


def changed(table, track):
    """A table with one cell changed into that of another row, for each cell of this track."""
    rows = getattr(cheat_sheet, table)
    for column in ("detector",) if table == "BUGS" else ("words",) if table == "GRADIENTS" else COLUMNS[track]:
        for place, row in enumerate(rows):
            others = [getattr(other, column, None) for other in (*rows[place + 1 :], *rows[:place])]
            other = next((text for text in others if text and text != getattr(row, column, None)), None)
            if other is not None and getattr(row, column, ""):
                yield row, column, (*rows[:place], replace(row, **{column: other}), *rows[place + 1 :])


@pytest.mark.parametrize("table", [table for table in TABLES if table != "EQUATIONS"])
def test_no_wrong_cell_of_a_table_gets_through(tried, table, monkeypatch, capsys):
    track, found = tried
    sources, names = found[table]
    survived = []
    for row, column, rows in changed(table, track):
        monkeypatch.setattr(cheat_sheet, table, rows)
        try:
            run(sources, dict(names))
        except Exception:
            continue
        survived.append((row.what, column))
    assert not survived


@pytest.mark.parametrize("kind", cheat_sheet.EQUATIONS)
def test_no_wrong_equation_gets_through(tried, kind, monkeypatch, capsys):
    sources, names = tried[1]["EQUATIONS"]
    formulas = cheat_sheet.EQUATIONS[kind]
    for place, formula in enumerate(formulas):
        tex = formula.tex.replace(" + b", " - b", 1) if " + b" in formula.tex else formula.tex.replace(r"\odot", "+", 1)
        wrong = (*formulas[:place], replace(formula, tex=tex), *formulas[place + 1 :])
        monkeypatch.setitem(cheat_sheet.EQUATIONS, kind, wrong)
        with pytest.raises(AssertionError, match="differ by at most"):
            run(sources, dict(names))
