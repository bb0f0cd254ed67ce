"""What must be true of every lesson and of its committed notebooks."""

import ast
import html
import itertools
import re
from html.parser import HTMLParser

import nbformat
import pytest
from nbconvert import HTMLExporter
from nbconvert.filters import markdown2html

from tools import saving
from tools.build import check, target
from tools.files import ROOT
from tools.length import DEEPER, minutes, parts
from tools.lesson import FOR_TESTS, TITLES, TRACKS, lesson_names, read
from tools.quiz import START
from tools.run import records

LESSONS = lesson_names()
PARTS = (
    "Before you start",
    "Predict",
    "Break it",
    "On real data",
    "Exercises",
    "In the other framework",
    "Check yourself",
    "Where next",
)
NUMBERED = [name for name in LESSONS if name[0].isdigit()]  # the others: assignment and quiz
FULL = [name for name in NUMBERED if name != "00_start_here"]  # 00 shows how a lesson works, it is not one
each_lesson = pytest.mark.parametrize("name", LESSONS)
each_full_lesson = pytest.mark.parametrize("name", FULL)
each_notebook = pytest.mark.parametrize("name, track", [(name, track) for name in LESSONS for track in TRACKS])
each_numbered = pytest.mark.parametrize("name, track", [(name, track) for name in NUMBERED for track in TRACKS])


def notebook(name, track):
    """The committed notebook; a test that needs one which somebody has edited is skipped, for one test says so."""
    path = target(read(name), track)
    if saving.was_edited(path):
        pytest.skip(f"{path.name} is not as it was built")
    return nbformat.read(path, as_version=4)


def section(name, track, heading):
    """The Markdown of one part of a lesson."""
    text = "\n\n".join(cell.source for cell in read(name).track(track) if cell.kind == "markdown")
    return re.split(r"(?m)^## ", text.split(f"## {heading}\n", 1)[1])[0]


@each_notebook
def test_the_committed_notebook_is_what_its_lesson_gives(name, track):
    problems = check(read(name), track)
    assert not problems, "\n".join(problems)


def test_no_built_notebook_is_left_of_a_lesson_that_is_gone():
    for track in TRACKS:
        for path in (ROOT / "notebooks" / track).glob("*.ipynb"):
            built_from = nbformat.read(path, as_version=4).metadata.get("course", {}).get("lesson")
            assert path.stem in LESSONS or built_from != path.stem  # a learner's own notebook may stay


@each_lesson
def test_the_twins_share_ids_and_prose(name):
    both = [{cell.id: cell for cell in notebook(name, track).cells if cell.id != "title"} for track in TRACKS]
    own = [{cell.id for cell in read(name).cells if cell.track == track} for track in TRACKS]
    notes = [{i for i in ids if i.endswith(f"-{track}")} for track, ids in zip(TRACKS, own, strict=True)]
    assert both[0].keys() - notes[0] == both[1].keys() - notes[1]
    for cell_id in both[0].keys() - own[0]:
        assert both[0][cell_id].source == both[1][cell_id].source


@each_numbered
def test_the_twins_make_the_same_claims_and_all_of_them_held(name, track):
    claims = records(notebook(name, track), "claim")
    assert len(claims) >= (5 if name in FULL else 1) and all(claim["holds"] for claim in claims)
    assert [claim["text"] for claim in claims] == [c["text"] for c in records(notebook(name, TRACKS[0]), "claim")]


def is_truth(node, assigned):
    """Whether an expression is a truth value; ``assigned`` holds what the names stand for."""
    if isinstance(node, ast.Name):
        return node.id in assigned and is_truth(assigned[node.id], {})
    called = getattr(node, "func", None)
    asks = getattr(called, "attr", getattr(called, "id", None)) in ("all", "any", "array_equal", "allclose", "bool")
    return asks or isinstance(node, (ast.Compare, ast.BoolOp)) or isinstance(getattr(node, "op", None), ast.Not)


@pytest.mark.parametrize("track", TRACKS)
@each_lesson
def test_a_truth_is_claimed_as_yes_or_no_and_not_as_a_number(name, track):
    assigned = {}
    for cell in read(name).track(track):
        nodes = list(ast.walk(ast.parse(cell.source))) if cell.runs else []
        found = [node for node in nodes if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)]
        assigned |= {node.targets[0].id: node.value for node in found}
        for call in (node for node in nodes if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "claim"):
            bounds = [keyword.value for keyword in call.keywords if keyword.arg != "within"]
            says = all(isinstance(bound, ast.Constant) and isinstance(bound.value, bool) for bound in bounds)
            told = f"{name}: {ast.unparse(call)!r} claims a truth: write equals=True or equals=False"
            assert says or not is_truth(call.args[1], assigned), told


@pytest.mark.parametrize("track", TRACKS)
@each_lesson
def test_every_import_of_a_lesson_is_used(name, track):
    nodes = [node for cell in read(name).track(track) if cell.runs for node in ast.walk(ast.parse(cell.source))]
    imports = [alias for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom)) for alias in node.names]
    imported = {(alias.asname or alias.name).split(".")[0] for alias in imports}
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    for_learners = read(name).number is None  # the assignment's imports are for what they will write
    assert for_learners or imported <= used, f"{name} ({track}) imports {imported - used} and does not use it"


@each_notebook
def test_outputs_hold_no_error_no_warning_and_no_widget(name, track):
    for cell in notebook(name, track).cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error" and output.get("name") != "stderr", cell.id
            assert not any("widget" in kind for kind in output.get("data", {})), cell.id


@each_numbered
def test_every_figure_has_alt_text(name, track):
    figures = [
        output
        for cell in notebook(name, track).cells
        for output in cell.get("outputs", [])
        if "<img " in output.get("data", {}).get("text/html", "")
    ]
    assert figures
    for figure in figures:
        [alt] = re.findall('<img alt="([^"]*)"', figure.data["text/html"])
        assert len(alt) > 20 and html.unescape(alt) == figure.data["text/plain"]


@each_full_lesson
def test_a_lesson_has_all_its_parts(name):
    headings = [cell.source.splitlines()[0][3:] for cell in read(name).cells if cell.source.startswith("## ")]
    assert [heading for heading in headings if heading in PARTS] == list(PARTS)
    if DEEPER in headings:
        assert headings[-3:] == ["Check yourself", DEEPER, "Where next"]
    text = "\n".join(cell.source for cell in read(name).cells)
    goals = re.search(r"After this lesson you can\n\n((?:- .+\n?(?:  .+\n?)*)+)", text)
    done = re.search(r"You have\n\n((?:- .+\n?(?:  .+\n?)*)+)", text)
    assert goals[1].count("- ") == done[1].count("- ") == 3


@each_full_lesson
@pytest.mark.parametrize("track", TRACKS)
def test_a_lesson_has_three_exercises_with_check_wrong_answers_and_solution(name, track):
    """More may follow in "Go deeper"; they count on from four."""
    lesson = read(name)
    number, (main, deeper) = int(lesson.number), parts(lesson, track)
    more = sum("check" in cell.tags for cell in deeper)
    for cells, numbers in ((main, (1, 2, 3)), (deeper, range(4, 4 + more))):
        for tag, word in (("check", "Check"), ("solution", "Solution")):
            titles = [cell.source.splitlines()[0] for cell in cells if tag in cell.tags]
            assert titles == [f"# @title {word} of {number}.{k}" for k in numbers]
        for k in numbers:
            [solution] = [cell for cell in cells if cell.source.startswith(f"# @title Solution of {number}.{k}\n")]
            call = f"check_{number}_{k}(solution_{number}_{k})"
            assert solution.source.endswith(f"\n{call}"), f"{name}: {solution} must end with {call}"
    for k in range(1, 4 + more):
        wrong = [cell for cell in lesson.cells if "wrong" in cell.tags and f"check_{number}_{k}(" in cell.source]
        assert wrong, f"{name}: exercise {number}.{k} has no wrong answer"


@each_lesson
def test_a_line_above_names_each_check(name):
    for track in TRACKS:
        cells = [cell for cell in read(name).track(track) if cell.track in (None, track)]
        for above, cell in itertools.pairwise(cells):
            if "check" in cell.tags:
                assert above.kind == "markdown" and above.source.startswith("The check of"), cell.id


@each_notebook
def test_no_notebook_gives_a_solution_away(name, track):
    """Neither open in its text nor in an output, in which a check would call it solved."""
    made = notebook(name, track)
    assert "solved" not in {record["state"] for record in records(made, "exercise")}
    page = Quiz(HTMLExporter().from_notebook_node(made)[0])
    for cell in read(name).track(track):
        if "solution" in cell.tags:
            title, *lines = cell.source.splitlines()
            said = [line.strip() for line in lines if "solution_" in line]
            assert title.removeprefix("# @title ") in page.summaries, title
            assert not [line for line in said if line in page.outside], title
            assert any(all(line in answer for line in said) for answer in page.answers), title


@each_lesson
def test_code_cells_are_short_and_narrow(name):
    for cell in read(name).cells:
        if cell.kind == "code" and not cell.tags & FOR_TESTS:
            lines = cell.source.splitlines()
            most = 36 if "check" in cell.tags else 25  # a check is collapsed, and has a hint for each mistake
            assert len(lines) <= most, f"{cell.id} has {len(lines)} lines"
            assert max(map(len, lines)) <= 100, f"{cell.id} has a line of {max(map(len, lines))} characters"


class Quiz(HTMLParser):
    """Collects the summaries and the answers of rendered <details>, and all that stands outside them."""

    def __init__(self, html):
        super().__init__()
        self.summaries, self.answers, self.outside, self.inside = [], [], "", None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        if tag == "details":
            self.answers.append("")
            self.inside = "details"
        elif tag == "summary":
            self.summaries.append("")
            self.inside = "summary"

    def handle_endtag(self, tag):
        if tag == "summary":
            self.inside = "details"
        elif tag == "details":
            self.inside = None

    def handle_data(self, text):
        if self.inside == "summary":
            self.summaries[-1] += text
        elif self.inside == "details":
            self.answers[-1] += text
        else:
            self.outside += text


@each_full_lesson
@pytest.mark.parametrize("track", TRACKS)
@pytest.mark.parametrize("heading", ["Before you start", "Check yourself"])
def test_quizzes_render_and_have_one_right_option_each(name, track, heading):
    questions = questions_of(name, track, heading)
    assert 3 <= len(questions) <= 5
    check_questions(questions)


@pytest.mark.parametrize("track", TRACKS)
@pytest.mark.parametrize("name", ["core_quiz", "applications_quiz"])
def test_a_quiz_of_its_own_has_one_right_option_for_each_question(name, track):
    questions = questions_of(name, track, "Questions")
    assert len(questions) == 18
    check_questions(questions)


def questions_of(name, track, heading):
    return START.split(section(name, track, heading))[2::2]


def check_questions(questions):
    for question in questions:
        quiz = Quiz(markdown2html(question))
        assert len(quiz.summaries) == len(quiz.answers) >= 3
        for letter, summary, answer in zip("ABCDE", quiz.summaries, quiz.answers, strict=False):
            assert summary.startswith(f"{letter}. ")
            assert not re.search(r"[`*$]", summary), f"Markdown in a summary: {summary}"
            assert re.match(r"\s*(Right|Not quite)\.", answer), f"begins with neither Right nor Not quite: {answer}"
        assert sum(answer.strip().startswith("Right.") for answer in quiz.answers) == 1, question


WAYS = re.findall(
    r"(?m)^\| ([^|\n]+) \| (\d\d(?: \d\d)+) \| (\d+) \|$", (ROOT / "README.md").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("want, numbers, hours", WAYS, ids=[way[0] for way in WAYS])
def test_each_way_through_the_course_holds_what_its_lessons_need(want, numbers, hours):
    lessons = {name[:2]: read(name) for name in lesson_names()}
    passed, total = set(), 0
    for number in numbers.split():
        missing = lessons[number].needs - passed if number != "00" else set()
        assert not missing, f"{want}: lesson {number} needs {missing}"
        passed.add(number)
        total += max(minutes(lessons[number], track)[0] for track in TRACKS)
    assert abs(int(hours) - total / 60) <= 0.5, f"{want}: {total} minutes"


def test_there_are_ways_to_every_lesson():
    passed = {number for _, numbers, _ in WAYS for number in numbers.split()}
    assert passed == {name[:2] for name in lesson_names() if name[0].isdigit()}


@each_notebook
def test_the_badge_opens_this_notebook(name, track):
    title = notebook(name, track).cells[0].source
    assert f"/blob/main/notebooks/{track}/{name}.ipynb)" in title
    assert f"**{TITLES[track]}**" in title


def markdown_files():
    yield from sorted(ROOT.glob("*.md"))
    yield ROOT / "data" / "README.md"
    yield from sorted((ROOT / "reading").glob("*.md"))


def links_of(folder, text):
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if not link.startswith(("http", "#")):
            yield folder / link.split("#")[0]


def test_relative_links_of_the_pages_resolve():
    for page in markdown_files():
        for link in links_of(page.parent, page.read_text(encoding="utf-8")):
            assert link.exists(), f"{page.name} links to {link}"


@each_notebook
def test_relative_links_of_the_notebooks_resolve(name, track):
    for cell in notebook(name, track).cells:
        if cell.cell_type == "markdown":
            for link in links_of(ROOT / "notebooks" / track, cell.source):
                assert link.exists(), f"{cell.id} links to {link}"


@each_lesson
def test_the_readme_lists_the_lesson_in_both_tracks(name):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"notebooks/{track}/{name}.ipynb" in readme for track in TRACKS)
    assert read(name).title in readme


def test_neutral_modules_import_no_framework():
    for path in (ROOT / "utils").rglob("*.py"):
        if path.name not in ("pytorch.py", "tensorflow.py"):
            assert not re.search(r"(?m)^\s*(import|from) (torch|tensorflow|keras)", path.read_text(encoding="utf-8")), (
                path
            )


def test_constraints_meet_the_requirements():
    from packaging.requirements import Requirement

    pinned = dict(line.lower().split("==") for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").split())
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    for requirement in (Requirement(line) for line in lines if line and not line.startswith("#")):
        assert requirement.specifier.contains(pinned[requirement.name]), requirement
