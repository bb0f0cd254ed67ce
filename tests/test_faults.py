"""What goes wrong while a learner works: nothing is lost, and one message says what to do.

Elsewhere: damaged, missing and truncated files (test_datasets), each check by itself
(test_exercises), a machine that lacks something (test_environment).
"""

import ast
import hashlib
import json
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook

from tools.build import assemble
from tools.files import ROOT
from tools.lesson import TRACKS, lesson_names, names, read
from tools.run import Client, records
from utils import datasets
from utils.datasets import DataError, registry

NUMBERED = [name for name in lesson_names() if name[0].isdigit()]
FILES = {"Dutch.txt": b"Bakker\nde Wit\n" * 500, "Spanish.txt": "López\n".encode() * 500}


# Downloads


class Unsteady(BaseHTTPRequestHandler):
    """Serves FILES. Of a file with a fault it sends half, once, and then calls the fault."""

    def do_GET(self):
        name = self.path.strip("/")
        self.server.asked.append(name)
        self.send_response(200)
        self.send_header("Content-Length", str(len(FILES[name])))
        self.end_headers()
        fault = self.server.faults.pop(name, None)
        self.wfile.write(FILES[name][: len(FILES[name]) // 2] if fault else FILES[name])
        if fault:
            fault()

    def log_message(self, *arguments):
        pass


@pytest.fixture
def web(monkeypatch):
    """A server for the two files that stand in for surnames_18."""
    server = HTTPServer(("127.0.0.1", 0), Unsteady)
    server.asked, server.faults = [], {}
    server.entry = {
        "source": "a test",
        "files": [
            {
                "name": f"surnames/{name}",
                "url": f"http://127.0.0.1:{server.server_port}/{name}",
                "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
            for name, content in FILES.items()
        ],
    }
    monkeypatch.setitem(registry.REGISTRY, "surnames_18", server.entry)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored
    yield server
    signal.signal(signal.SIGINT, before)
    server.shutdown()
    server.server_close()


@pytest.fixture
def cache(monkeypatch):
    """An empty COURSE_DATA, in a place that every user may look into."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    monkeypatch.setenv("COURSE_DATA", str(folder))
    yield folder
    shutil.rmtree(folder)


def press_stop():
    """What the stop button of a notebook sends."""
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)


BROKEN_OFF = r"^surnames/Spanish.txt: no answer from .*Check the network and run the cell again$"


@pytest.mark.parametrize(
    "fault, error, message",
    [(lambda: None, DataError, BROKEN_OFF), (press_stop, KeyboardInterrupt, None)],
    ids=["the server hangs up", "the learner presses stop"],
)
def test_an_interrupted_download_keeps_whole_files_and_goes_on(web, cache, fault, error, message):
    web.faults["Spanish.txt"] = fault
    with pytest.raises(error, match=message):
        datasets.download("surnames_18")
    assert os.listdir(cache / "surnames") == ["Dutch.txt"]
    datasets.download("surnames_18")
    assert web.asked == ["Dutch.txt", "Spanish.txt", "Spanish.txt"]
    assert datasets.load("surnames_18").classes == ("Dutch", "Spanish")


def test_a_kernel_killed_while_it_downloads_leaves_no_half_of_a_file_under_its_name(web, cache):
    code = """\
import json, sys
from utils.datasets import registry
registry.REGISTRY["surnames_18"] = json.loads(sys.argv[1])
registry.download("surnames_18")"""
    started = queue.Queue()
    web.faults["Spanish.txt"] = lambda: started.get(timeout=60).kill()
    command = [sys.executable, "-c", code, json.dumps(web.entry)]
    process = subprocess.Popen(command, cwd=ROOT)
    started.put(process)
    assert process.wait(60) == -signal.SIGKILL
    missing = r"Spanish.txt is not in .*datasets.download\('surnames_18'\) fetches it"
    with pytest.raises(DataError, match=missing):
        datasets.load("surnames_18")
    datasets.download("surnames_18")
    assert datasets.load("surnames_18").classes == ("Dutch", "Spanish")


@contextmanager
def read_only(folder):
    """Nobody may write into the folder, not even a superuser, who is someone else for a while."""
    user, folders = os.geteuid(), [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    for path in folders:
        path.chmod(0o555)
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)
        for path in folders:
            path.chmod(0o755)


def test_a_read_only_cache_is_named_and_what_it_holds_can_be_used(web, cache):
    message = f"cannot write to {cache} (permission denied). Set COURSE_DATA to a folder"
    with read_only(cache), pytest.raises(DataError, match=re.escape(message)):
        datasets.download("surnames_18")
    datasets.download("surnames_18")
    with read_only(cache):
        datasets.download("surnames_18")
        assert datasets.load("surnames_18").classes == ("Dutch", "Spanish")
    assert web.asked == list(FILES)


# Exercises, in every lesson: what an answer can touch


@pytest.mark.parametrize("track", TRACKS)
@pytest.mark.parametrize("name", NUMBERED)
def test_an_answer_reaches_its_own_check_alone_now_and_after_run_all(name, track):
    cells = [cell for cell in read(name).track(track) if cell.kind == "code"]
    binds, reads = zip(*map(names, cells), strict=True)
    checks = [place for place, cell in enumerate(cells) if "check" in cell.tags]
    assert checks
    for check in checks:
        answer, solution = check - 1, check + 1
        own = {answer, check, solution}
        assert any(bound.startswith("answer_") for bound in binds[answer])
        assert "solution" in cells[solution].tags
        for other in set(range(len(cells))) - own:
            read_there = binds[answer] & (reads[other] - binds[other])
            assert not read_there, f"{cells[other]} reads {read_there}, which {cells[answer]} binds"
        needed = set.union(*(reads[k] - binds[k] for k in own)) - binds[answer] - binds[check]
        for later in range(solution + 1, len(cells)):
            lost = needed & binds[later]
            assert not lost, f"{cells[later]} binds {lost} again, which {cells[check]} needs"


# Notebooks in a kernel


def cell_with(notebook, text):
    """The place of the only code cell that holds a text."""
    code = [(k, cell) for k, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    [place] = [k for k, cell in code if text in cell.source]
    return place


def answered(lesson, track, tag):
    """The notebook with each exercise answered as its first cell tagged ``tag`` does: right or wrong."""
    notebook, done = assemble(lesson, track), set()
    for cell in lesson.cells:
        if tag in cell.tags and cell.track in (None, track):
            *before, last = ast.parse(cell.source).body  # the last line is the call of the check
            number, (answer,) = last.value.func.id.removeprefix("check_"), last.value.args
            if number not in done:
                done.add(number)
                typed = "\n".join([*map(ast.unparse, before), f"answer_{number} = {ast.unparse(answer)}"])
                check = cell_with(notebook, f"@title Check of {number.replace('_', '.')}\n")
                notebook.cells.insert(check, new_code_cell(typed))
    return notebook


@pytest.fixture
def kernel(monkeypatch, cache):
    """A function that starts a kernel for a track and gives another, which runs cells there."""

    @contextmanager
    def start(track):
        client = Client(new_notebook(), ROOT / "notebooks" / track)

        def run(*cells):
            client.nb.cells = list(cells)
            for place, cell in enumerate(cells):
                client.execute_cell(cell, place)

        with client.setup_kernel():
            yield run

    device = os.environ.get("COURSE_DEVICE", "cpu")
    for name, value in {"COURSE_SEED": "0", "COURSE_DEVICE": device, "OMP_NUM_THREADS": "1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("MPLBACKEND", raising=False)
    return start


def edited(notebook, old, new):
    """A copy of the only cell that holds ``old``, as a learner changes it."""
    return new_code_cell(notebook.cells[cell_with(notebook, old)].source.replace(old, new))


def states(notebook):
    return [record["state"] for record in records(notebook, "exercise")]


KILL_IN_THE_SIXTH_BATCH = """\
import os, signal
from utils.text import Batches
def batches_until_killed(batches, every=Batches.__iter__):
    for number, batch in enumerate(every(batches)):
        if number == 5:
            os.kill(os.getpid(), signal.SIGKILL)
        yield batch
Batches.__iter__ = batches_until_killed"""


def test_a_kernel_killed_in_the_middle_of_training_takes_nothing_with_it(kernel, cache):
    def files():
        found = [path for part in ("data", "notebooks") for path in (ROOT / part).rglob("*")]
        return {path: path.stat().st_mtime_ns for path in found}

    before, notebook = files(), assemble(read("01_embeddings"), "pytorch")
    start = cell_with(notebook, "seed = set_seed()") + 1
    after_training = cell_with(notebook, "bag_accuracy = evaluate(")
    cells = notebook.cells[: after_training + 1]
    with kernel("pytorch") as run, pytest.raises(DeadKernelError):
        run(*cells[:start], new_code_cell(KILL_IN_THE_SIXTH_BATCH), *cells[start:])
    assert not notebook.cells[after_training].outputs
    with kernel("pytorch") as run:
        run(*cells)
    assert [record["holds"] for record in records(notebook, "claim")] == [True] * 3
    assert files() == before and not os.listdir(cache)


def whole_course(*tested_always):
    """The names of all lessons; those not named run in `make test-answers` only."""
    return [name if name in tested_always else pytest.param(name, marks=pytest.mark.whole_course) for name in NUMBERED]


@pytest.mark.parametrize("track", TRACKS)
@pytest.mark.parametrize("name", whole_course("01_embeddings"))
def test_run_all_twice_in_one_kernel_with_wrong_then_right_answers(kernel, cache, name, track):
    (cache / "ag_news_test.csv").write_text("half of a file", encoding="utf-8")
    lesson = read(name)
    wrong, right = answered(lesson, track, "wrong"), answered(lesson, track, "solution")
    with kernel(track) as run:
        run(*wrong.cells)
        run(*right.cells)
    checks = sum("check" in cell.tags for cell in lesson.track(track))
    assert states(wrong) == ["wrong"] * checks and states(right) == ["solved"] * checks
    claims = [
        [(record["text"], record["holds"]) for record in records(notebook, "claim")] for notebook in (wrong, right)
    ]
    assert claims[0] == claims[1] and all(holds for _, holds in claims[0])
    if name == "01_embeddings":
        news = right.cells[cell_with(right, "news = datasets.load(")]
        assert "AG News is not here: skipped" in str(news.outputs)
    assert (cache / "ag_news_test.csv").read_text(encoding="utf-8") == "half of a file"


def test_what_lesson_00_invites_to_change_and_run_again(kernel):
    notebook = assemble(read("00_start_here"), "tensorflow")
    with kernel("tensorflow") as run:
        run(*notebook.cells)
        with pytest.raises(CellExecutionError) as error:
            run(edited(notebook, "equals=0.5", "equals=0.6"))
        assert error.value.ename == "ClaimError"
        message = r"share of heads in 100,000 tosses: expected = 0\.6 ± 0\.01, got 0\.\d+"
        assert re.fullmatch(message, error.value.evalue)
        run(notebook.cells[cell_with(notebook, "equals=0.5")])
        check = notebook.cells[cell_with(notebook, "@title Check of 0.1")]
        run(edited(notebook, "answer_0_1 = ...", "answer_0_1 = 256 * 50 * 32"), check)
        assert "✓ 0.1 solved." in str(check.outputs)
        slow = edited(notebook, "tf.function(keras", "(keras")
        run(slow, *notebook.cells[cell_with(notebook, "layers = {") + 1 :])
    assert all(record["holds"] for record in records(notebook, "claim"))
