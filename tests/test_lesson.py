"""Reading a lesson's source: what is accepted, what is refused and with which words."""

import pytest

from tools.lesson import LessonError, choose, parse

FRONT = "---\njupyter:\n  course:\n    title: A lesson\n---\n"


def code(source, *tags):
    listed = ", ".join(f'"{tag}"' for tag in tags)
    return f"```python{f' tags=[{listed}]' if tags else ''}\n{source}\n```\n\n"


def lesson(*cells):
    return parse("99_test", FRONT + "\n## Start\n\n" + "".join(cells))


PAIR = code("x = 1", "pytorch") + code("x = 2", "tensorflow")


def test_siblings_share_an_id_and_shared_cells_have_the_same_id_in_both_tracks():
    note = '<!-- #region tags=["pytorch"] -->\nA note.\n<!-- #endregion -->\n\n'
    both = lesson(note, PAIR, code("print(x)"), "## More\n\nText.\n\n", code("y = x"))
    pytorch, tensorflow = ([cell.id for cell in both.track(track)] for track in ("pytorch", "tensorflow"))
    assert pytorch == ["start-1", "start-1-pytorch", "start-2", "start-3", "more-1", "more-2"]
    assert tensorflow == [name for name in pytorch if name != "start-1-pytorch"]


def test_ids_are_ascii_and_short():
    named = lesson(
        "## Zoë’s 8×8 digits: a very long heading that goes on and on until nobody reads it\n\n", code("x = 1")
    )
    assert named.cells[-1].id == "zo-s-8x8-digits-a-very-long-heading-that-goes-on-2"
    assert all(cell.id.isascii() and len(cell.id) <= 64 for cell in named.cells)


def test_wrong_answers_stay_out_of_the_notebooks():
    assert len(lesson(code("x = 1"), code("x = 0", "wrong")).track("pytorch")) == 2


@pytest.mark.parametrize(
    "cells, message",
    [
        (code("x = 1", "pytorch"), r"begins 'x = 1' \(pytorch\) has no tensorflow sibling directly after it"),
        (code("x = 1", "tensorflow"), r"begins 'x = 1' \(tensorflow\) has no pytorch sibling directly before it"),
        (code("x = 2", "tensorflow") + code("x = 1", "pytorch"), "sibling"),
        (PAIR + code("x = 1", "pytorch"), "has no tensorflow sibling directly after it"),
        (code("x = 1", "pytorch", "pytorch"), "99_test: jupytext cannot read it .*non-unique"),
        (code("x = 1", "pytorch") + "Text.\n\n" + code("x = 2", "tensorflow"), "has no tensorflow sibling"),
        (code("x = 1", "pytorch", "nbval-check-output") + code("x = 2", "tensorflow"), "differ in tags"),
        (code("x = 1", "pytorch", "tensorflow"), "tags of both tracks"),
        (code("x = 1", "pytroch"), r"unknown tags \{'pytroch'\}, expected answer, check, demo, nbval-check-output"),
        (code("x = 1", "check"), "is collapsed: begin it with a line '# @title Check of …'"),
        (code("x = 1", "solution"), "is a solution: begin it with a line '# @title Solution of …'"),
        (code("# @title Solution of 9.1", "solution", "nbval-check-output"), r"take out \['nbval-check-output'\]"),
        (code("# @title Solution of 9.1\nx = 1", "solution") + code("print(x)"), "reads x, which no earlier pytorch"),
        (code("x = 1", "wrong") + code("print(x)"), "reads x, which no earlier pytorch"),
        (
            code("x = y = 1", "pytorch") + code("x = 1", "tensorflow") + code("print(y)"),
            r"begins 'print\(y\)' is shared and reads y, which no earlier tensorflow cell binds",
        ),
        (code("def f():\n    return z"), "reads z, which no earlier pytorch cell binds"),
        (code("print(later)") + code("later = 1"), "reads later"),
        (code("x = = 1"), "is not valid Python"),
        ("## Start\n\nAgain.\n\n", "two cells get the id 'start-1'"),
    ],
)
def test_a_source_that_cannot_be_built_names_the_cell_and_what_was_expected(cells, message):
    with pytest.raises(LessonError, match=message):
        lesson(cells)


@pytest.mark.parametrize(
    "source",
    [
        "def f(a, *, b=1):\n    c = a + b\n    return [c * d for d in range(3)]",
        "class A:\n    size = 1\n\n    def get(self):\n        return self.size",
        "import numpy as np\nnp.zeros(3)",
        "for k in range(3):\n    print(k)",
    ],
)
def test_names_bound_inside_the_cell_are_known(source):
    lesson(code(source))


def test_front_matter_must_have_a_title():
    with pytest.raises(LessonError, match="99_test: the front matter lacks a title"):
        parse("99_test", "## Start\n")


def test_front_matter_must_not_state_the_minutes():
    with pytest.raises(LessonError, match=r"99_test: minutes are computed .*: take 'minutes:' out"):
        parse("99_test", FRONT.replace("A lesson\n", "A lesson\n    minutes: 5\n"))


def test_front_matter_that_holds_something_else_is_named():
    with pytest.raises(LessonError, match="expected a title and more under jupyter: course:, got 5"):
        parse("99_test", "---\njupyter:\n  course: 5\n---\n")


def test_a_lesson_must_not_reinstall_what_colab_has():
    front = FRONT.replace("A lesson", "A lesson\n    colab_packages: [numpy, emoji]")
    with pytest.raises(LessonError, match=r"must not hold \{'numpy'\}"):
        parse("99_test", front)


def test_lessons_are_chosen_by_name_or_number():
    assert choose(["01"]) == choose(["01_embeddings"]) == ["01_embeddings"]
    assert "01_embeddings" in choose([])


def test_an_unknown_lesson_lists_the_known_ones():
    with pytest.raises(LessonError, match=r"unknown lesson '77': expected one of .*01_embeddings"):
        choose(["77"])
