"""What lesson 20 adds: jobs of several processes that leave nothing behind, training scripts, the split detector."""

import json
import os
import re
import socket
import sys
import time

import numpy as np
import pytest

from tools.files import ROOT
from utils import jobs, outputs, sanity

needs_posix = pytest.mark.skipif(os.name != "posix", reason="signals are those of Linux and macOS")


def job(*codes):
    """A job whose processes run these pieces of Python."""
    return [([sys.executable, "-c", code], {}) for code in codes]


def is_alive(process):
    """Whether a process still runs; one that has ended and waits to be collected does not."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    stat = f"/proc/{process}/stat"
    if os.path.exists(stat):
        with open(stat, encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    return True


def wait_until_gone(processes, seconds=30):
    until = time.monotonic() + seconds
    while any(map(is_alive, processes)) and time.monotonic() < until:
        time.sleep(0.1)
    return not any(map(is_alive, processes))


def test_a_job_that_ends_well_says_so():
    ended = jobs.run(job("print('one')", "print('two')"))
    assert ended.ok and ended.codes == [0, 0] and ended.said == ["one\n", "two\n"]
    assert ended.reason == "all ended well"


def test_processes_have_one_thread_and_their_own_variables(monkeypatch):
    monkeypatch.setenv("RANK", "7")
    code = "import os; print(os.environ['OMP_NUM_THREADS'], os.environ.get('RANK'), os.environ['MINE'])"
    ended = jobs.run([([sys.executable, "-c", code], {"MINE": "yes"})])
    assert ended.said == ["1 None yes\n"]


@needs_posix
def test_when_one_is_killed_the_others_are_stopped_and_the_reason_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(jobs, "GRACE", 0.5)
    pid = tmp_path / "pid"
    waits = f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    kills = f"import os, time\nwhile not os.path.exists({str(pid)!r}): time.sleep(.05)\nos.kill(os.getpid(), 9)"
    ended = jobs.run(job(waits, kills), seconds=120)
    assert not ended.ok and ended.codes == [-15, -9] and ended.first == 1
    assert ended.reason == "process 1 was killed by signal 9"
    assert not is_alive(int(pid.read_text(encoding="utf-8")))


def test_the_reason_is_the_line_that_says_what_was_expected():
    ended = jobs.run(job("print('hello')\nraise SystemExit('expected a multiple of 2, got 31')\n"))
    assert ended.reason == "process 0 ended with code 1: expected a multiple of 2, got 31"
    assert "ValueError: no" in jobs.run(job("raise ValueError('no')")).reason
    assert jobs.run(job("import os; os._exit(3)")).reason == "process 0 ended with code 3: nothing was written"


def test_torchruns_report_tells_which_process_failed():
    report = "Root Cause (first observed failure):\n[0]:\n  rank      : 1 (local_rank: 1)\n  exitcode  : -9 (pid: 5)\n"
    assert jobs.Ended([1], [report], 0).reason == "process 1 was killed by signal 9"


@needs_posix
def test_a_job_that_does_not_end_is_stopped_even_if_it_will_not_listen(monkeypatch, tmp_path):
    monkeypatch.setattr(jobs, "GRACE", 0.2)
    pid = tmp_path / "pid"
    deaf = (
        "import os, signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"open({str(pid)!r}, 'w').write(str(os.getpid()))\nprint('still here')\ntime.sleep(600)"
    )
    with pytest.raises(TimeoutError, match=r"expected the job to end within 20 s, and stopped it; .*still here"):
        jobs.run(job(deaf), seconds=20)
    assert wait_until_gone([int(pid.read_text(encoding="utf-8"))])


def test_a_command_that_is_not_there_leaves_no_process(tmp_path):
    pid = tmp_path / "pid"
    waits = f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    with pytest.raises(FileNotFoundError):
        jobs.run([*job(waits), (["no such program"], {})])
    assert not pid.exists() or wait_until_gone([int(pid.read_text(encoding="utf-8"))])


def test_ports_are_free_and_different():
    ports = jobs.free_ports(5)
    assert len(set(ports)) == 5
    with socket.socket() as one:
        one.bind(("127.0.0.1", ports[0]))


def test_each_worker_is_told_where_all_are():
    first, second = (
        json.loads(variables["TF_CONFIG"]) for _, variables in jobs.workers("a.py", "--out", "b", processes=2)
    )
    assert first["cluster"] == second["cluster"] and len(set(first["cluster"]["worker"])) == 2
    assert [first["task"]["index"], second["task"]["index"]] == [0, 1]


def test_a_job_without_a_record_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no record.json in .*: the job did not come to its end"):
        jobs.read(tmp_path)


@needs_posix
def test_torchrun_told_to_stop_takes_its_processes_with_it(tmp_path):
    pytest.importorskip("torch")
    script = tmp_path / "sleeper.py"
    script.write_text(
        "import os, signal, sys, time\n"
        "folder, rank = sys.argv[1], os.environ['RANK']\n"
        "open(os.path.join(folder, 'part' + rank), 'w').write(str(os.getpid()))\n"
        "os.replace(os.path.join(folder, 'part' + rank), os.path.join(folder, 'pid' + rank))\n"
        "while not os.path.exists(os.path.join(folder, 'pid' + '10'[int(rank)])): time.sleep(.1)\n"
        "if rank == '0': os.kill(os.getppid(), signal.SIGTERM)\n"  # as a job's time limit does
        "time.sleep(600)\n",
        encoding="utf-8",
    )
    ended = jobs.run(jobs.torchrun(script, tmp_path, processes=2), seconds=240)
    assert not ended.ok
    assert wait_until_gone([int((tmp_path / f"pid{rank}").read_text(encoding="utf-8")) for rank in (0, 1)])


@pytest.fixture(params=["pytorch", "tensorflow"])
def script(request):
    if request.param == "pytorch":
        pytest.importorskip("torch")
        from cluster import train_pytorch as found
    else:
        pytest.importorskip("tensorflow")
        import utils.tensorflow  # noqa: F401 isort: skip
        from cluster import train_tensorflow as found
    return found


def test_a_training_goes_on_from_its_checkpoint_as_if_nothing_had_been(script, tmp_path):
    saved = tmp_path / "checkpoint"
    whole = script.train(seed=1, steps=12)
    script.train(seed=1, steps=7, checkpoint=saved)
    rest = script.train(seed=1, steps=12, checkpoint=saved)
    assert rest["first_step"] == 5 and len(rest["losses"]) == 7
    assert np.abs(rest["weights"][-1] - whole["weights"][-1]).max() < 1e-6
    assert not list(tmp_path.glob("*.part"))


def test_a_file_that_is_no_checkpoint_is_refused(script, tmp_path):
    saved = tmp_path / "checkpoint"
    for content in (b"", b"hello", b"PK\x03\x04"):
        saved.write_bytes(content)
        with pytest.raises(SystemExit, match=r"is no checkpoint of this model .* remove it to start afresh"):
            script.train(steps=1, checkpoint=saved)
    saved.unlink()
    script.train(steps=1, every=1, checkpoint=saved)
    with pytest.raises(SystemExit, match="expected one that this script saved with the same --hidden-size"):
        script.train(steps=2, hidden_size=8, checkpoint=saved)


class Harmful:
    def __reduce__(self):
        return print, ("code has run",)


def test_a_checkpoint_never_runs_code(script, tmp_path, capsys):
    saved = tmp_path / "checkpoint"
    if script.__name__.endswith("pytorch"):
        import torch

        torch.save({"step": Harmful()}, saved)
    else:
        with saved.open("wb") as file:
            np.savez(file, step=1, model_0=np.array([Harmful()], dtype=object))
    with pytest.raises(SystemExit, match="is no checkpoint"):
        script.train(steps=1, checkpoint=saved)
    assert "code has run" not in capsys.readouterr().out


def test_the_twins_have_the_same_rows_and_the_same_options():
    pytest.importorskip("torch")
    pytest.importorskip("tensorflow")
    import utils.tensorflow  # noqa: F401 isort: skip
    from cluster import train_pytorch, train_tensorflow

    rows = train_pytorch.make_rows(3)
    assert np.array_equal(rows, train_tensorflow.make_rows(3)) and rows.shape == (256, 16)
    lengths = (rows != 0).sum(axis=1)
    assert lengths.min() == 2 and lengths.max() == 16 and (rows[:, :2] > 0).all()
    files = [ROOT / "cluster" / f"train_{track}.py" for track in ("pytorch", "tensorflow")]
    told = [file.read_text(encoding="utf-8") for file in files]
    options = [[line.split('"')[1] for line in text.splitlines() if "add_argument" in line] for text in told]
    assert options[0] == options[1]


def test_the_scripts_import_nothing_of_the_course():
    for path in (ROOT / "cluster").glob("train_*.py"):
        assert not re.search(r"(?m)^\s*(import|from) (utils|cluster)", path.read_text(encoding="utf-8")), path


def test_the_lines_that_the_lesson_quotes_are_in_the_scripts():
    lesson = (ROOT / "lessons" / "20_more_than_one_device.md").read_text(encoding="utf-8")
    quoted = re.findall(r"(?s)```text\n(.*?)```", lesson)
    assert len(quoted) == 2
    for track, lines in zip(("pytorch", "tensorflow"), quoted, strict=True):
        script = "".join((ROOT / "cluster" / f"train_{track}.py").read_text(encoding="utf-8").split())
        for line in lines.splitlines():
            for piece in line.split("..."):
                assert "".join(piece.split()) in script, line


def test_a_batch_that_processes_cannot_share_is_refused(tmp_path):
    pytest.importorskip("torch")
    options = ("--out", tmp_path / "out", "--batch-size", 31, "--device", "cpu")
    ended = jobs.run(jobs.torchrun(ROOT / "cluster" / "train_pytorch.py", *options, processes=2))
    assert "expected a batch that 2 processes can share equally, got --batch-size 31" in ended.reason
    assert not (tmp_path / "out").exists()


def test_processes_that_find_different_checkpoints_are_told(script, tmp_path):
    saved = tmp_path / "checkpoint"
    script.train(seed=1, steps=5, checkpoint=saved)
    options = ("--out", str(tmp_path / "out"), "--device", "cpu", "--steps", "8", "--checkpoint")
    port, *ports = jobs.free_ports(3)
    torch = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": "2"}
    cluster = {"worker": [f"127.0.0.1:{port}" for port in ports]}
    job = []
    for k, file in enumerate((saved, tmp_path / "not there")):
        task = {"cluster": cluster, "task": {"type": "worker", "index": k}}
        own = {**torch, "RANK": str(k)} if script.__name__.endswith("pytorch") else {"TF_CONFIG": json.dumps(task)}
        job.append(([sys.executable, script.__file__, *options, str(file)], own))
    ended = jobs.run(job)
    assert not any(code == 0 for code in ended.codes)
    assert "expected all to find the same checkpoint" in ended.reason
    assert not (tmp_path / "out").exists()


def test_only_the_chief_is_the_first_worker(monkeypatch):
    pytest.importorskip("tensorflow")
    import utils.tensorflow  # noqa: F401 isort: skip
    from cluster import train_tensorflow

    assert train_tensorflow.worker_index() == 0
    for cluster, task, right in (
        ({"worker": ["a:1", "b:1"]}, {"type": "worker", "index": 0}, 0),
        ({"worker": ["a:1", "b:1"]}, {"type": "worker", "index": 1}, 1),
        ({"chief": ["a:1"], "worker": ["b:1"]}, {"type": "chief", "index": 0}, 0),
        ({"chief": ["a:1"], "worker": ["b:1"]}, {"type": "worker", "index": 0}, 1),
    ):
        monkeypatch.setenv("TF_CONFIG", json.dumps({"cluster": cluster, "task": task}))
        assert train_tensorflow.worker_index() == right


def test_tasks_of_slurm_do_not_train_alone(monkeypatch, tmp_path):
    pytest.importorskip("tensorflow")
    import utils.tensorflow  # noqa: F401 isort: skip
    from cluster import train_tensorflow

    monkeypatch.delenv("TF_CONFIG", raising=False)
    monkeypatch.setenv("SLURM_STEP_NUM_TASKS", "2")
    with pytest.raises(SystemExit, match="expected TF_CONFIG, set for each task of Slurm"):
        train_tensorflow.main(["--out", str(tmp_path / "out")])


def weighted(parts, *, equal):
    """The gradient of a mean over numbers above 0: right, or as the mean of each part's mean."""
    means = [part[part > 0].mean() for part in parts]
    counts = [1 if equal else np.count_nonzero(part) for part in parts]
    return np.array([np.average(means, weights=counts)])


def test_the_split_gap_is_zero_only_for_sums():
    batch = np.array([[1.0, 0, 0], [1, 2, 3], [4, 0, 0], [2, 2, 2]])
    assert sanity.split_gap(lambda parts: weighted(parts, equal=False), batch) < 1e-12
    assert sanity.split_gap(lambda parts: weighted(parts, equal=True), batch) > 0.05
    assert sanity.split_gap(lambda parts: weighted(parts, equal=True), np.full((4, 3), 2.0)) == 0


@pytest.mark.parametrize(
    "gradient, parts, message",
    [
        (lambda cut: np.ones(3), 1, "expected two parts or more, with a row for each, got 1 parts of 4 rows"),
        (lambda cut: np.ones(3), 5, "got 5 parts of 4 rows"),
        (lambda cut: np.zeros(3), 2, "finite and not all 0"),
        (lambda cut: np.full(3, np.nan), 2, "finite and not all 0"),
        (lambda cut: np.ones(len(cut)), 2, r"got shapes \(1,\) and \(2,\)"),
    ],
)
def test_what_cannot_be_split_is_refused(gradient, parts, message):
    with pytest.raises(ValueError, match=message):
        sanity.split_gap(gradient, np.ones((4, 2)), parts=parts)


def test_what_a_library_writes_while_it_starts_is_not_seen(capfd):
    with outputs.quiet_libraries():
        os.write(2, b"noise")
    os.write(2, b"heard")
    assert capfd.readouterr().err == "heard"
