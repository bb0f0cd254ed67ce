"""The grading of the assignment: unsolved, solved, and solved wrongly in the ways that matter."""

import re
from dataclasses import asdict

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from tools import grade, points
from tools.build import assemble
from tools.copies import Course
from tools.lesson import TRACKS, definitions, read
from tools.submissions import run as run_submission
from utils.datasets import own_data, own_texts
from utils.datasets.judging import Judgement

REPORT = " ".join(f"Text {k} was missed because of its length, I think." for k in range(20))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A learner's folder, with an own CSV file."""
    mine = tmp_path_factory.mktemp("mine")
    _, *rows = own_texts.EXAMPLE.read_text(encoding="utf-8").splitlines()
    own = ["words;verdict", *(f"and {row.replace(',', ';')}" for row in rows)]
    (mine / "my_texts.csv").write_text("\n".join(own), encoding="utf-8")
    return mine


@pytest.fixture(scope="module", autouse=True)
def course(copy_of_course):
    """Not the course itself, which may be edited while its tests run."""
    with pytest.MonkeyPatch.context() as patch, Course(copy_of_course) as course:
        patch.setattr(grade, "Course", lambda apart_from: Course(copy_of_course, apart_from))
        yield course


def solved(track, **changes):
    """The assignment with the answers of its source; ``changes`` replaces cells by the name that they bind."""
    lesson = read("core_assignment")
    notebook = assemble(lesson, track)
    answers = {
        name: cell.source
        for cell in lesson.cells
        if "answer" in cell.tags and cell.track in (None, track)
        for name in ("baseline", "rnn", "my_bound")
        if f"{name} = " in cell.source or f"def {name}(" in cell.source
    }
    answers["my_file"] = 'my_file = "my_texts.csv"\ntexts = own_texts.read_csv(my_file, text="words", label="verdict")'
    for name, source in {**answers, **changes}.items():
        place = next(k for k, cell in enumerate(notebook.cells) if cell.source.startswith(f"{name} = "))
        notebook.cells[place].source = source
    notebook.cells.append(new_markdown_cell(REPORT))
    return notebook


def run(notebook, folder, course, *, mixed_labels=None):
    pytest.importorskip({"pytorch": "torch", "tensorflow": "tensorflow"}[notebook.metadata.course.track])
    return run_submission(grade.with_measure(notebook), folder, course, COURSE_MIXED_LABELS=mixed_labels)


@pytest.mark.parametrize("track", TRACKS)
def test_a_good_solution_gets_all_points(folder, track, capsys):
    path = folder / f"{track}.ipynb"
    check_full_marks(solved(track), path, capsys)


def check_full_marks(notebook, path, capsys):
    nbformat.write(notebook, path)
    code, said = grade.main([str(path)]), capsys.readouterr().out
    assert code == 0 and "10 of 10 points" in said, said
    assert said.startswith("0 of 4 runs are over; going on: seed 0, seed 1\n")
    assert (
        re.search(r"[23] of 4 runs are over; going on: .*mixed targets\n", said)
        and "with seeds 0, 1, 2 the RNN's lead was " in said
    )


@pytest.mark.parametrize("name", [one.lesson for one in points.ASSIGNMENTS])
def test_the_unsolved_assignment_gets_a_point_for_running(folder, course, name):
    pytest.importorskip("torch")
    empty = assemble(read(name), "pytorch")
    assert points.assignment_of(empty).lesson == name
    graded = grade.grade(empty, folder, course)
    lines = graded.lines
    assert graded.leads == [None] * 3 and graded.points == 1 and not graded.stopped
    assert [line.points for line in lines] == [1, 0, 0, 0, 0, 0, 0]
    assert all(line.hint for line in lines[1:])
    rubric = next(cell.source for cell in read(name).cells if "| points |" in cell.source)
    promised = [int(row.split("|")[1]) for row in rubric.splitlines() if row.endswith("program |")]
    assert promised == [line.of for line in lines] and sum(promised) == 10


def test_answers_learned_from_the_test_part_are_found_out(folder, course):
    cheat = """\
known = dict(zip(texts.test.texts, texts.test.labels))
def rnn(some):
    print("one moment")
    return np.array([known.get(one, len(one) % 2) for one in some])"""
    notebook = solved("pytorch", rnn=cheat)
    real, mixed = (points.measurement(run(notebook, folder, course, mixed_labels=mixed)) for mixed in (None, "1"))
    assert real["rnn"]["score"] == mixed["rnn"]["score"] == 1
    line = points._learns(real, mixed)
    assert line.points == 0 and "has it seen the test part?" in line.hint


@pytest.mark.parametrize(
    "rnn, hint",
    [
        ("rnn = baseline", "it reads no order"),
        ("def rnn(some):\n    return np.array([(max(map(len, some)) - len(one)) % 2 for one in some])", "the padding"),
    ],
)
def test_a_bag_and_a_padding_bug_lose_their_points_and_an_error_is_named(folder, course, rnn, hint):
    done = run(solved("pytorch", rnn=rnn, my_bound="my_bound = 1 / 0"), folder, course)
    shown = " ".join(
        output.data["text/plain"]
        for cell in done.notebook.cells
        for output in cell.get("outputs", [])
        if "data" in output
    )
    assert hint in shown and points._step(done, "A.3", 2, "").points == 0
    assert points._runs(done) == points.Line(0, 1, "runs from top to bottom", "ZeroDivisionError: division by zero")
    assert points._claim([points.measurement(done)] * 3).points == 0


def measured(classes, by_class):
    judged = Judgement(by_class, by_class, 1 / classes, 1, "in the mean over the classes", "naming one class")
    return {"rnn": {**asdict(judged), "skill": judged.skill}}


@pytest.mark.parametrize(
    "classes, real, mixed, gained, hint",
    [
        (2, 0.95, 0.52, 2, "with mixed labels 0.520"),
        (2, 0.58, 0.52, 0, "where naming one class gives 0.500; 0.625 is needed"),
        (3, 0.51, 0.34, 2, ""),
        (3, 0.49, 0.34, 0, "0.500 is needed"),
        (2, 0.98, 0.83, 2, ""),  # luck with mixed labels on a small test part is no proof
        (2, 0.98, 0.97, 0, "has it seen the test part?"),
    ],
)
def test_learning_is_judged_by_the_true_and_the_mixed_labels(classes, real, mixed, gained, hint):
    line = points._learns(measured(classes, real), measured(classes, mixed))
    assert line.points == gained and hint in line.hint


def passes(recalls, shares, size, times=2000):
    """How often a network passes that is right for a text of class k with chance recalls[k]."""
    texts = np.round(np.array(shares) * size).astype(int)
    right = np.random.default_rng(0).binomial(texts, recalls, size=(times, len(shares)))
    lines = [
        points._learns(measured(len(shares), one), measured(len(shares), 0)) for one in (right / texts).mean(axis=1)
    ]
    return np.mean([line.points == 2 for line in lines])


@pytest.mark.parametrize("size", [150, 1000])
@pytest.mark.parametrize(
    "shares, recalls",
    [
        ((0.89, 0.11), (0.96, 0.7)),  # right for 0.93 of all texts: little more than the 0.89 of one class
        ((0.63, 0.21, 0.16), (0.85, 0.55, 0.65)),
        ((0.5, 0.5), (0.75, 0.75)),
    ],
)
def test_an_honest_network_passes_and_one_that_guesses_does_not(shares, recalls, size):
    one_class = (1, *[0] * (len(shares) - 1))
    assert passes(recalls, shares, size) > 0.95
    assert passes(one_class, shares, size) == 0
    assert passes(shares, shares, size) < 0.05  # guesses as often as in the training part


def test_a_kernel_that_dies_is_named_and_what_ran_before_is_graded(folder, course):
    notebook = solved("pytorch", rnn="import os\nos._exit(1)  # as when memory runs out")
    notebook.cells = [
        cell for cell in notebook.cells if "start_like_keras" not in cell.source or "import" in cell.source
    ]
    done = run(notebook, folder, course)
    line = points._runs(done)
    assert line.points == 0 and "the kernel died in the cell that begins 'import os'" in line.hint
    assert [points._step(done, step, 1, "").points for step in ("A.1", "A.2", "A.3")] == [1, 1, 0]
    assert points.measurement(done) is None and "the kernel died" in points._why_not_measured(done)
    assert points._report(notebook, "core_assignment").points == 1


def test_the_report_is_counted_without_the_assignment_s_own_words():
    empty = assemble(read("core_assignment"), "pytorch")
    assert points._report(empty, "core_assignment").hint.startswith("it has 0;")
    own, heading = " ".join(["word"] * 150), "## Report\n\n"
    for text in (
        heading + own,
        f"## Report \r\n{own}",
        f"{heading}{own}\n\n### Report of mistakes\n\nfew",
        next(cell.source for cell in empty.cells if "## Report" in cell.source) + own,
    ):
        written = new_notebook(cells=[new_markdown_cell("# 1"), new_markdown_cell(text)])
        assert points._report(written, "core_assignment").points == 1
    without = points._report(new_notebook(cells=[new_markdown_cell(own)]), "core_assignment")
    assert without.hint == "the heading '## Report' is missing"


@pytest.mark.parametrize(
    "text, words",
    [
        ("The network wins. The baseline loses.\n" * 7, 6),
        ("The network wins! the network wins", 3),
        ("It reached 0.95, i.e. more – much more.", 7),
        ("我想知道这条评论是好评还是差评。", 8),
        ("我想知道这条评论是好评还是差评。" * 30, 8),
        ("これはペンです。RNN", 4 + 1),
        ("ภาษาไทย", 2),
        ("हिन्दी भाषा", 2),
        ("", 0),
    ],
)
def test_words_of_different_sentences_are_counted_also_without_spaces(text, words):
    assert points.count_words(text) == words


@pytest.mark.parametrize(
    "bound, leads, expected",
    [(0.3, (0.4, 0.42, 0.44), 2), (0.39, (0.4, 0.42, 0.44), 1), (0.41, (0.4, 0.42, 0.44), 0), (-1, (0.4, 0.4, 0.4), 1)],
)
def test_a_bound_must_hold_with_a_margin_and_say_something(bound, leads, expected):
    runs = [{"bound": bound, "rnn": {"score": 0.5 + lead}, "baseline": {"score": 0.5}} for lead in leads]
    line = points._claim(runs)
    assert line.points == expected and "with seeds 0, 1, 2 the RNN's lead was 0.400, " in line.hint


def test_the_leads_are_shown_also_without_a_bound():
    line = points._claim([{"bound": None, "rnn": {"score": 0.6}, "baseline": {"score": 0.5}}] * 3)
    assert line.points == 0 and line.hint.endswith("the RNN's lead was 0.100, 0.100, 0.100; there is no bound")


@pytest.mark.parametrize(
    "content, message",
    [(None, "no such file"), ("text,label", "not a notebook"), ("[]", "not a notebook"), ("{}", "not a notebook")],
)
def test_what_is_no_notebook_is_refused(tmp_path, capsys, content, message):
    path = tmp_path / "x.ipynb"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(SystemExit) as error:
        grade.main([str(path)])
    assert error.value.code == 2 and message in capsys.readouterr().err


# The project


def project(track, kind, **changes):
    """The project with the answers of one brief, on data that are the example's but for their names or numbers."""
    lesson = read("applications_project")
    notebook = assemble(lesson, track)
    answers = {
        name: cell.source
        for cell in project_answers(track, kind)
        for name in ("baseline", "rnn", "my_bound")
        if f"{name} = " in cell.source or f"def {name}(" in cell.source
    }
    options = "".join(f", {name}={value!r}" for name, value in own_data.OPTIONS[kind].items())
    answers["my_file"] = f'my_file = "my_{kind}.csv"\ndata = own_data.{kind}(my_file{options})'
    for name, source in {**answers, **changes}.items():
        place = next(k for k, cell in enumerate(notebook.cells) if cell.source.startswith(f"{name} = "))
        notebook.cells[place].source = source
    notebook.cells.append(new_markdown_cell(REPORT))
    return notebook


def project_answers(track, kind):
    """The cells of one brief's answers, in order."""
    cells = [cell for cell in read("applications_project").cells if "answer" in cell.tags]
    return [cell for cell in cells if cell.track in (None, track) and cell.source.startswith(f"# {kind}\n")]


@pytest.mark.parametrize("track", TRACKS)
def test_a_good_project_gets_all_points(folder, track, capsys):
    head, *rows = own_data.EXAMPLES["classifier"].read_text(encoding="utf-8").splitlines()
    other = [f"{row.rpartition(',')[0]},{99 - int(row.rpartition(',')[2])}" for row in rows]  # upside down
    (folder / "my_classifier.csv").write_text("\n".join([head, *other]), encoding="utf-8")
    check_full_marks(project(track, "classifier"), folder / f"project_{track}.ipynb", capsys)


def namespace(track, kind):
    """What the imports of the project bind, with the example of one brief."""
    pytest.importorskip({"pytorch": "torch", "tensorflow": "tensorflow"}[track])
    found = definitions("applications_project", track)
    found |= {"data": own_data.READERS[kind](own_data.EXAMPLES[kind], **own_data.OPTIONS[kind]), "seed": 0}
    found["set_seed"]()
    for cell in read("applications_project").track(track):
        if "check" in cell.tags:
            exec(cell.source.rpartition("\n\n\n")[0], found)  # the check, without its call
    return found


def said_by(check, answer, capsys):
    capsys.readouterr()
    check(answer)
    return capsys.readouterr().out


@pytest.mark.parametrize("track", TRACKS)
@pytest.mark.parametrize("kind", ["generator", "translator", "forecaster"])  # the classifier is graded above
def test_each_brief_is_solved_by_its_answers_also_after_a_short_training(kind, track, capsys):
    cells = project_answers(track, kind)
    assert len(cells) == 3 and "my_bound" in cells[-1].source
    found = namespace(track, kind)
    for cell in cells[:2]:
        short = re.sub(r"(epochs=|range\()(15|20|25)\b", r"\g<1>6", cell.source)
        exec(short, found)
    assert "P.2 solved" in said_by(found["check_p_2"], found["baseline"], capsys)
    assert "P.3 solved" in said_by(found["check_p_3"], found["rnn"], capsys)
    assert found["data"].judge(found["rnn"]).skill > points.LEARNS


CHEATS = {
    "the future": ("generator", "sees the future"),
    "no order": ("forecaster", "reads no order"),
    "the padding": ("classifier", "depend on what else is in the batch"),
}


@pytest.mark.parametrize("cheat", CHEATS)
def test_the_future_no_order_and_padding_are_found_by_the_check_of_the_network(cheat, capsys):
    kind, hint = CHEATS[cheat]
    found = namespace("pytorch", kind)
    data = found["data"]

    def peeks(tokens):
        """Each symbol of the window that comes next; after the last one, a guess."""
        after = np.eye(len(data.symbols))[np.asarray(tokens)[:, 1:]]
        return np.concatenate([after, np.full((len(tokens), 1, len(data.symbols)), 1 / len(data.symbols))], axis=1)

    functions = {
        "generator": peeks,
        "forecaster": lambda windows: np.repeat(windows.mean(axis=1), 6, axis=1),
        "classifier": lambda clips: [(max(map(len, clips)) - len(clip)) % 3 for clip in clips],
    }
    assert hint in said_by(found["check_p_3"], functions[kind], capsys)


@pytest.mark.parametrize("kind", own_data.READERS)
def test_a_test_part_known_by_heart_is_found_out_in_each_brief(kind, monkeypatch):
    def judged():
        data = own_data.READERS[kind](own_data.EXAMPLES[kind], **own_data.OPTIONS[kind])
        plain = (lambda one: one) if kind == "translator" else (lambda one: one.tobytes())
        known = dict(zip(map(plain, data.test.inputs), data.test.targets, strict=True))
        answers = [known[plain(one)] for one in data.test.inputs]
        answers = np.eye(len(data.symbols))[answers] if kind == "generator" else answers
        found = data.judge(lambda inputs: answers)
        return {"rnn": {**asdict(found), "skill": found.skill}}

    real = judged()
    monkeypatch.setenv("COURSE_MIXED_LABELS", "1")
    line = points._learns(real, judged(), targets="targets")
    assert line.points == 0 and "with mixed targets it reaches" in line.hint and "seen the test part?" in line.hint
