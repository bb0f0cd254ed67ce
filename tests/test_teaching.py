"""The instructor's guide: its links and commands lead somewhere, its numbers follow from its tables, the hub's settings
hold together; and the tool that measures how much memory a learner needs."""

import re
import sys
from pathlib import Path

import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from traitlets.config import Config

from benchmarks import capacity, report
from benchmarks.capacity import CapacityError, Memory, Run
from tools import instructors
from tools.build import _course
from tools.files import ROOT
from tools.length import minutes
from tools.lesson import TITLES, TRACKS, choose, read

GUIDE = (ROOT / "teaching" / "README.md").read_text(encoding="utf-8")
SETTINGS = ROOT / "teaching" / "jupyterhub_config.py"
MEASURED = GUIDE.split("<!-- capacity -->")[1].split("<!-- end of capacity -->")[0]


def rows(heads):
    """The rows of the measured table whose head begins so, each as a dictionary."""
    [lines] = [part.splitlines() for part in MEASURED.split("\n\n") if part.startswith(heads)]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [dict(zip(cells[0], row, strict=True)) for row in cells[2:]]


def test_the_guide_is_short():
    assert len(GUIDE.replace(MEASURED, "").split()) <= 1500


def test_every_relative_link_of_the_guide_leads_to_a_file_and_heading():
    for link in re.findall(r"\]\(([^)\s]+)\)", GUIDE):
        if link.startswith("http"):
            continue
        path, _, heading = link.partition("#")
        target = ROOT / "teaching" / path
        assert target.exists(), link
        titles = re.findall(r"(?m)^#+ (.+)$", target.read_text(encoding="utf-8")) if heading else []
        assert not heading or heading in [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles]


def test_every_make_command_of_the_guide_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"`(?:[A-Z_]+=\S+ )*make ([a-z][a-z-]*)|^make ([a-z-]+)", GUIDE, re.MULTILINE))
    named = {target for pair in named for target in pair if target}
    assert {"lab", "wheelhouse", "demo"} <= named
    for target in named:
        assert re.search(rf"(?m)^{target}:", makefile), target


def test_the_address_in_the_guide_is_the_course_s_own():
    course = _course()
    hosts = r"(?:github\.com|colab\.research\.google\.com/github|mybinder\.org/v2/gh)"
    own = [link for link in re.findall(rf"{hosts}/([\w.-]+/[\w.-]+)", GUIDE) if not link.startswith("jupyterhub/")]
    assert len(own) >= 3 and set(own) == {course["repository"]}
    for folder, name in re.findall(r"notebooks(?:/|%2F)(\w+)(?:/|%2F)(\w+)\.ipynb", GUIDE):
        assert (ROOT / "notebooks" / folder / f"{name}.ipynb").exists()


def test_the_minutes_and_the_busy_share_follow_from_the_table():
    found = rows("|  | lesson")
    assert {row["lesson"] for row in found} <= set(capacity.LESSONS)
    for row in found:
        [track] = [track for track in TRACKS if TITLES[track] == row[""]]
        [name] = choose([row["lesson"]])
        assert int(row["minutes"]) == minutes(read(name), track)[0]
        busy = float(row["processor s"]) / (60 * int(row["minutes"]))
        assert abs(busy - float(row["busy"].strip("% ")) / 100) <= 0.001


def test_the_number_of_learners_follows_from_the_table():
    server = re.search(r"server itself: (\d+) MiB of its own, (\d+) MiB of libraries", MEASURED)
    own, libraries = map(int, server.groups())
    tracks = {row[""] for row in rows("|  | lesson")}
    assert tracks == {row[""] for row in rows("|  | open")}
    for track in tracks:
        ran = [row for row in rows("|  | lesson") if row[""] == track]
        peak, end, shared = (max(int(row[key]) for row in ran) for key in ("own, peak", "own, end", "libraries"))
        one = capacity.hundred(own + peak)
        expected = {"one notebook": one, "three notebooks": one + 2 * capacity.hundred(end)}
        for row in (row for row in rows("|  | open") if row[""] == track):
            assert int(row["needed"]) == expected.pop(row["open"])
            assert int(row["L"]) == capacity.hundred(shared + libraries)
            for gib in (16, 64, 256):
                fit = (1024 * gib - 2048 - int(row["L"])) // int(row["needed"])
                assert int(row[f"{gib} GiB"]) == fit
        assert not expected


def test_the_hub_s_settings_hold_together(monkeypatch):
    monkeypatch.setenv("COURSE_ENVIRONMENT", "/srv/course/.venv")
    c = Config()
    exec(compile(SETTINGS.read_text(encoding="utf-8"), SETTINGS.name, "exec"), {"get_config": lambda: c})
    assert c.Spawner.cmd == ["/srv/course/.venv/bin/jupyterhub-singleuser"]
    assert c.JupyterHub.bind_url.startswith("http://127.0.0.1:")  # a trial is seen from this machine alone
    assert c.SharedPasswordAuthenticator.user_password == ""  # none is written in the file
    names = [service["name"] for service in c.JupyterHub.services]
    assert [name for role in c.JupyterHub.load_roles for name in role["services"]] == names
    [service] = c.JupyterHub.services
    assert service["command"][:3] == [sys.executable, "-m", "jupyterhub_idle_culler"]
    heaviest = max(int(row["needed"]) for row in rows("|  | open"))
    limit = int(c.Spawner.mem_limit.removesuffix("G")) * 1024
    shared = max(int(row["L"]) for row in rows("|  | open"))
    assert limit >= heaviest + shared  # a limit counts the libraries for each learner


def test_memory_at_the_peak_is_more_than_at_the_end(tmp_path):
    cells = ["x = bytearray(300_000_000)", "import time; time.sleep(0.5)", "del x"]
    found = capacity.run(new_notebook(cells=[new_code_cell(cell) for cell in cells]), tmp_path)
    assert 250 < found.peak - found.end < 350
    assert found.libraries > 5 and 0 < found.processor < 60


def test_a_process_that_has_ended_holds_nothing():
    process = psutil.Popen([sys.executable, "-c", ""])
    process.wait()
    assert capacity.memory(process) == Memory(0, 0)
    assert capacity.proportional(process) == 0


def test_without_linux_s_accounts_the_tool_says_so(monkeypatch):
    monkeypatch.setattr(Path, "exists", lambda path: False)
    with pytest.raises(CapacityError, match="expected Linux with /proc/PID/status"):
        capacity.memory(psutil.Process())


def test_what_fits_is_what_is_left_divided_by_what_a_learner_needs():
    assert capacity.learners(16 * 1024, needed=1000, libraries=336) == 14
    assert capacity.learners(2048, needed=1000, libraries=336) == 0


def test_the_tables_hold_what_was_measured():
    runs = {(track, "02"): (Run(peak=700.4, end=650, libraries=210, processor=18), 30) for track in TRACKS}
    assert "| PyTorch | 02 | 700 | 650 | 210 | 18 | 30 | 1.0% |" in capacity.notebooks_table(runs)
    last = capacity.learners_table(runs, Memory(own=120, libraries=40)).splitlines()[-1]
    assert last == "| TensorFlow | three notebooks | 300 | 2300 | 6 | 27 | 112 |"
    runs = [run for run, _ in runs.values()]
    assert (
        capacity.together_table({("pytorch", 2): (runs, 1500.0)}).splitlines()[-1]
        == "| PyTorch | 2 | 1500 | 1611 | 18 |"
    )


def test_the_tool_writes_into_the_guide(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "machine", lambda: "this machine")
    page = tmp_path / "README.md"
    page.write_text("a\n<!-- capacity -->\nold\n<!-- end of capacity -->\nb\n", encoding="utf-8")
    monkeypatch.setattr(capacity, "PAGE", page)
    monkeypatch.setattr(capacity, "section", lambda: "the tables")
    assert capacity.main([]) == 0
    text = page.read_text(encoding="utf-8")
    assert "the tables" in text and report.machine() in text and "old" not in text


def test_the_page_of_all_lessons_is_what_the_lessons_give(capsys):
    assert instructors.main(["--check"]) == 0
    page = instructors.PAGE.read_text(encoding="utf-8")
    assert len(re.findall(r"(?m)^## \d\d · ", page)) == 20
    for length in (45, 90):
        assert sum(int(part.split()[0]) for part in instructors.WAYS[length]) == length


def test_a_page_that_is_out_of_date_is_named(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(instructors, "PAGE", tmp_path / "lessons.md")
    assert instructors.main(["--check"]) == 1
    assert "python -m tools.instructors" in capsys.readouterr().err
