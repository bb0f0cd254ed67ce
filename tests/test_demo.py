"""The instructor's demos: what they are made of, that each lesson has one, and that its record is good."""

import re

import nbformat
import pytest

import conftest  # noqa: F401
from tools import build, demo
from tools.lesson import LessonError, lesson_names, parse, read

FRONT = "---\njupyter:\n  course:\n    title: A lesson\n---\n\n## Start\n\n"
NOTE = '<!-- #region tags=["teacher"] -->\n### What is it? (3 minutes)\n\n**Ask:** what?\n<!-- #endregion -->\n\n'
LESSONS = [name for name in lesson_names() if name[0].isdigit() and not name.startswith("00")]
TRACKS = ("pytorch", "tensorflow")


def code(source, *tags):
    listed = ", ".join(f'"{tag}"' for tag in tags)
    return f"```python{f' tags=[{listed}]' if tags else ''}\n{source}\n```\n\n"


def prepared(*pieces):
    """The code of the Preparation of a lesson made of pieces; the ones tagged demo stand behind a note."""
    lesson = parse("99_test", FRONT + NOTE + "".join(pieces))
    return [cell.source for cell in demo.preparation(lesson, "pytorch")]


def test_a_preparation_holds_what_the_demo_reads_and_no_more():
    needed, other = code("x = 1"), code("y = 2")
    assert prepared(needed, other, code("print(x)", "demo"), code("print(x + y)")) == ["x = 1"]


def test_the_last_binding_of_a_name_is_enough():
    assert prepared(code("x = 1"), code("x = 2"), code("print(x)", "demo")) == ["x = 2"]


@pytest.mark.parametrize(
    "change",
    [
        "fit(model, 3)",
        "history = train(model, data)",
        "model.compile('adam')",
        "model[0] = 2",
        "model.weight = 2",
        "losses = {name: train(each) for name, each in model.items()}",
        "for each in model:\n    fit(each)",
    ],
)
def test_what_changes_a_needed_name_is_needed(change):
    before = code("model, data = {}, 1\nfit = train = print")
    assert prepared(before, code(change), code("print(model)", "demo"))[1:] == [change]


@pytest.mark.parametrize(
    "shows", ["print(model)", "claim('a', model, equals=1)", "plots.curves(model)", "a = f(model)"]
)
def test_what_only_shows_a_needed_name_is_not_needed(shows):
    before = code("from utils import plots\nfrom utils.claims import claim\n\nmodel, f = 1, print")
    assert len(prepared(before, code(shows), code("print(model)", "demo"))) == 1


def test_what_a_function_reads_may_be_bound_after_it():
    function = "def double():\n    return 2 * x"
    needed = [code("x = 0"), code(function), code("x = 1")]
    assert prepared(*needed, code("print(double())", "demo")) == ["x = 0", function, "x = 1"]


def test_a_demo_cell_that_the_preparation_needs_runs_twice():
    assert prepared(code("x = 1", "demo"), code("y = x + 1"), code("print(y)", "demo")) == ["x = 1", "y = x + 1"]


@pytest.mark.parametrize(
    ("shown", "read"),
    [
        ("print(x)", True),
        ("x = 3\nprint(x)", False),
        ("for x in [1]:\n    print(x)", False),
        ("with open(y) as x:\n    print(x)", False),
        ("if y:\n    print(x)", True),
        ("print([x for x in y])", False),
    ],
)
def test_a_name_that_the_preparation_binds_anew_is_noticed(shown, read):
    later = code("x = 2\nz = 1") + code("print(z)", "demo")
    lesson = parse("99_test", FRONT + NOTE + code("x = y = []") + code(shown, "demo") + later)
    assert bool(demo.rebound(lesson, "pytorch")) == read


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (code("x = 1", "demo"), "no teacher's note stands before it"),
        (NOTE.replace("(3 minutes)", ""), "expected Markdown that begins with a heading such as"),
        (NOTE + code("# @title Solution of 1.1\nx = 1", "solution", "demo"), "take out ['demo']"),
        (NOTE + code("x = 1", "wrong", "demo"), "no notebook runs it"),
    ],
)
def test_a_demo_that_cannot_be_built_is_refused(text, says):
    with pytest.raises(LessonError, match=re.escape(says)):
        demo.steps(parse("99_test", FRONT + code("x = 0") + text), "pytorch")


def test_a_guess_is_typed_on_the_slide_that_answers_it_unless_it_has_one_of_its_own():
    guess, shown, answer = "my_prediction = 1", "print(1)", "print(my_prediction)"
    first, second = NOTE + code(shown, "demo"), NOTE + code(answer, "demo")
    for text, expected in (
        (code(guess) + first + second, [[shown], [guess, answer]]),
        (NOTE + code(guess, "demo") + first + second, [[guess], [shown], [answer]]),
        (code(guess) + first, [[shown]]),
    ):
        spoken = demo.steps(parse("99_test", FRONT + text), "pytorch")
        assert [[cell.source for cell in step.cells] for step in spoken] == expected


def test_the_first_slide_with_a_tick_says_what_it_means():
    text = NOTE + code("print(1)", "demo") + 2 * (NOTE + code("claim('a', 1, equals=1)", "demo"))
    notebook = build.assemble_demo(parse("99_test", FRONT + code("claim = print") + text), "pytorch")
    notes = [cell.source for cell in notebook.cells if cell.id.startswith("step-")]
    assert [demo.TICK in note for note in notes] == [False, True, False]


def test_notes_and_tags_of_a_demo_change_nothing_for_learners():
    plain = parse("99_test", FRONT + code("x = 1") + code("print(x)"))
    with_demo = parse("99_test", FRONT + code("x = 1") + NOTE + code("print(x)", "demo"))
    cells = [
        [(cell.id, cell.source, cell.metadata) for cell in build.assemble(lesson, "pytorch").cells]
        for lesson in (plain, with_demo)
    ]
    assert cells[0] == cells[1]


def test_a_demo_keeps_its_seconds_and_lets_nobody_wait(monkeypatch):
    notebook = build.assemble_demo(parse("99_test", FRONT + code("x = 1") + NOTE + code("x", "demo")), "pytorch")
    slow = notebook.cells[-1]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [nbformat.v4.new_output("stream", text="1")]
    monkeypatch.setattr(build, "seconds", lambda cell: 1.9 if cell is slow else 20)
    assert build._demo_seconds(notebook) == {"preparation": 60, slow.id: 1.9}
    assert [len(cell.outputs) for cell in notebook.cells if cell.cell_type == "code"] == [0, 0, 0, 1]
    monkeypatch.setattr(build, "seconds", lambda cell: 2.1 if cell is slow else 20)
    with pytest.raises(LessonError, match=re.escape(f"{slow.id} (2.1 s) let a class wait: expected at most 2.0 s")):
        build._demo_seconds(notebook)


@pytest.mark.parametrize("track", TRACKS)
@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_has_a_demo_that_fits_class_and_projector(name, track):
    spoken = demo.steps(read(name), track)
    assert demo.rebound(read(name), track) == []
    assert 13 <= sum(step.minutes for step in spoken) <= 17
    assert 2 <= sum(step.minutes for step in spoken if step.alone) <= 5, "what to show in five minutes"
    assert 6 <= sum(cell.kind == "code" for step in spoken for cell in step.cells) <= 12
    for step in spoken:
        assert re.search(r"\*\*(Say|Ask|Point at)[:,*]", step.note), step.title
        assert not re.search(r"[$*`]", step.title), "a slide's title is plain words"
    assert sum("**Ask" in step.note and "**They will say" in step.note for step in spoken) >= 3
    assert any("**Point at" in step.note for step in spoken)

    notebook = nbformat.read(build.target(read(name), track, "demo"), as_version=4)
    shown = [cell for cell in notebook.cells if cell.cell_type == "code" and "tags" not in cell.metadata]
    assert {cell.id for cell in shown} | {demo.PREPARATION} == set(notebook.metadata.course.seconds)
    names = {f"preparation-{cell.id}": cell.source for cell in demo.preparation(read(name), track)}
    code = {cell.id: cell.source for cell in notebook.cells if cell.cell_type == "code"}
    assert names.items() <= code.items(), "the Preparation's cells are the lesson's"
    for cell in shown:
        assert notebook.metadata.course.seconds[cell.id] <= demo.SLOWEST, f"{cell.id} lets a class wait"
        assert max(map(len, cell.source.splitlines())) <= int(demo.WIDTH), cell.id
        assert demo.height(cell) <= demo.HIGHEST, f"{cell.id} has to be scrolled at 1024 x 768"


@pytest.mark.parametrize("name", LESSONS)
def test_both_tracks_have_the_same_demo(name):
    pytorch, tensorflow = (
        [(step.title, step.minutes, [cell.id for cell in step.cells if cell.kind == "code"]) for step in steps]
        for steps in (demo.steps(read(name), track) for track in TRACKS)
    )
    assert pytorch == tensorflow
