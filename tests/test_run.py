import time

import pytest
import zmq.asyncio
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook

from tools import run


def notebook(*sources):
    return new_notebook(cells=[new_code_cell(source) for source in sources])


def printed(done):
    return ["".join(output.text for output in cell.outputs) for cell in done.cells]


def test_a_notebook_runs_in_its_folder_with_seed_and_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_SEED", "5")
    show = "import os\nprint(os.getcwd(), os.environ['COURSE_SEED'], os.environ['WORD'], 'HOME' in os.environ)"
    done = run.execute(notebook(show), tmp_path, seed=3, WORD="yes", HOME=None)
    assert printed(done) == [f"{tmp_path} 3 yes False\n"]


def test_the_first_error_stops_a_notebook_unless_errors_are_allowed(tmp_path):
    with pytest.raises(CellExecutionError):
        run.execute(notebook("1 / 0", "print(2)"), tmp_path)
    done = run.execute(notebook("1 / 0", "print(2)"), tmp_path, allow_errors=True)
    assert [cell.outputs[0].output_type for cell in done.cells] == ["error", "stream"]


def test_an_answer_whose_signal_is_missed_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(zmq.asyncio.Socket, "_init_io_state", lambda self, io_loop=None: None)  # no signal ever
    start = time.perf_counter()
    done = run.execute(notebook("print(1)", "import time; time.sleep(1.5); print(2)"), tmp_path)
    assert printed(done) == ["1\n", "2\n"]
    client = run.Client(notebook("print(3)"), tmp_path)
    with client.setup_kernel():
        client.execute_cell(client.nb.cells[0], 0)
    assert printed(client.nb) == ["3\n"]
    assert time.perf_counter() - start < 60 < run.CELL_SECONDS


def test_claims_are_strict_and_asserts_count_whatever_is_set_outside(tmp_path, monkeypatch):
    for name, value in {"COURSE_CLAIMS": "warn", "COURSE_THREADS": "all", "PYTHONOPTIMIZE": "1"}.items():
        monkeypatch.setenv(name, value)
    show = "import os\nprint(__debug__, *(os.environ.get('COURSE_' + name) for name in ('CLAIMS', 'THREADS')))"
    assert printed(run.execute(notebook(show), tmp_path)) == ["True None None\n"]
    assert printed(run.execute(notebook(show), tmp_path, COURSE_CLAIMS="warn")) == ["True warn None\n"]
