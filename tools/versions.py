"""Test the course under other versions: `python -m tools.versions` writes VERSIONS.md.

Needs nothing but a Python. Each place gets an environment of its own under .versions/, kept for
the next run. Other Pythons are looked for on the PATH, by names such as python3.12. PyTorch is
installed only where pip finds a build without CUDA; elsewhere the tests that need it are counted
apart.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from xml.etree import ElementTree

from tools.files import ROOT, replace_file

PAGE = ROOT / "VERSIONS.md"
COLAB = "Colab"
PLACES = {  # name: Python, and what tells pip the versions
    COLAB: ("3.13", ["-r", "constraints-colab.txt"]),
    "Python 3.11": ("3.11", ["-c", "constraints.txt"]),
    "Python 3.12": ("3.12", ["-c", "constraints.txt"]),
    "Python 3.13": ("3.13", ["-c", "constraints.txt"]),
}
PIP_INSTALL = ["-m", "pip", "install", "--quiet"]
PYTEST = ["-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "-p", "no:cacheprovider"]
NBVAL = ["--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=300"]
SHOWN = ("python", "tensorflow", "keras", "numpy", "torch")
OUTCOMES = ("passed", "skipped", "need PyTorch", "failed")

INTRODUCTION = """\
# Versions

Where the course was tested, by `make test-versions`. `make lab` installs the versions of
constraints.txt under the Python that you have. Colab brings its own; constraints-colab.txt holds
those that matter here.

## Tests
"""
ABOUT_PYTORCH = """\
PyTorch is untested where pip finds only builds that bring gigabytes of CUDA. The tests that need it
are counted apart; a file that cannot be read without it counts as one. On Linux this finds builds
for the CPU:

```text
PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu make test-versions
```
"""


@dataclass(frozen=True)
class Case:
    """A test, or a cell of a notebook: its file, its name and what came out, one of OUTCOMES."""

    file: str
    name: str
    outcome: str


@dataclass
class Result:
    """What was found in one place; ``untested`` says why nothing was."""

    place: str
    untested: str = ""
    installed: dict = field(default_factory=dict)
    tests: list = field(default_factory=list)
    cells: list = field(default_factory=list)


def main() -> int:
    results = [measure(place) for place in PLACES]
    replace_file(PAGE, page(results))
    print(f"{PAGE.name} is written.")
    return 0 if all_is_well(results) else 1


def measure(place) -> Result:
    """Set a place up and run the shared tests there; on Colab's versions the notebooks, too."""
    version, pins = PLACES[place]
    base = find_python(version)
    if not base:
        return Result(place, f"no python{version} on the PATH runs")
    folder = ROOT / ".versions" / place.replace(" ", "-").lower()
    print(f"{place}: setting up {folder.relative_to(ROOT)}", flush=True)
    try:
        python = set_up(folder, base, pins)
    except subprocess.CalledProcessError as error:
        reason = (error.stderr.strip() or "pip gave no reason").splitlines()[-1]
        return Result(place, f"these versions could not be installed ({reason})")
    result = Result(place, installed=versions(python))
    result.tests = test(python, folder, "tests", "--continue-on-collection-errors")
    if place == COLAB:
        result.cells = test(python, folder, "notebooks/tensorflow", *NBVAL)
    return result


def find_python(version):
    """The path of a Python that runs and is of this version, such as "3.12"; None without one."""
    question = "import sys; print('{}.{}'.format(*sys.version_info))"
    for path in (sys.executable, shutil.which(f"python{version}")):
        if path:
            answer = subprocess.run([path, "-c", question], capture_output=True, encoding="utf-8")
            if answer.stdout.strip() == version:
                return path
    return None


def set_up(folder, base, pins):
    """Make the environment unless it is there, made from the same files. Returns its Python."""
    python, ready = folder / "bin" / "python", folder / "ready"
    needs = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    made_from = needs + (ROOT / pins[1]).read_text(encoding="utf-8")
    if ready.exists() and ready.read_text(encoding="utf-8") == made_from:
        return python
    run(base, "-m", "venv", "--clear", folder)
    torch = re.search(r"^torch\b.*$", needs, re.MULTILINE)[0]
    if not comes_without_cuda(python, torch, pins):
        needs = needs.replace(torch, "")
    (folder / "requirements.txt").write_text(needs, encoding="utf-8")
    run(python, *PIP_INSTALL, "-r", folder / "requirements.txt", *pins)
    ready.write_text(made_from, encoding="utf-8")
    return python


def comes_without_cuda(python, torch, pins) -> bool:
    """Whether pip would install PyTorch, and nothing of CUDA with it. Installs nothing."""
    try:
        report = run(python, *PIP_INSTALL, "--dry-run", "--report", "-", torch, *pins)
    except subprocess.CalledProcessError:
        return False
    names = [item["metadata"]["name"] for item in json.loads(report)["install"]]
    return not any(name.startswith(("cuda", "nvidia")) for name in names)


def versions(python) -> dict:
    """What is installed: {"numpy": "2.1.3", …}, and Python itself."""
    packages = json.loads(run(python, "-m", "pip", "list", "--format", "json"))
    found = {package["name"].lower(): package["version"] for package in packages}
    return {"python": run(python, "--version").split()[1], **found}


def test(python, folder, *arguments) -> list[Case]:
    """Run pytest: every test with its outcome, or a single failed case if it did not finish."""
    report = folder / "report.xml"
    report.unlink(missing_ok=True)
    command = [python, *PYTEST, f"--junitxml={report}", *arguments]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"})
    if not report.exists():
        return [Case(arguments[0], "pytest did not finish", "failed")]
    has_torch = (folder / "lib").glob("python*/site-packages/torch/__init__.py")
    return cases(ElementTree.parse(report), has_torch=any(has_torch))


def cases(report, *, has_torch) -> list[Case]:
    """The cases of a JUnit report. Without PyTorch, those that miss it are told apart."""
    found = []
    for case in report.iter("testcase"):
        bad = [part for part in case if part.tag in ("failure", "error", "skipped")]
        text = " ".join(f"{part.get('message')} {part.text}" for part in bad)
        if not bad:
            outcome = "passed"
        elif not has_torch and "No module named 'torch'" in text:
            outcome = "need PyTorch"
        else:
            outcome = "skipped" if bad[0].tag == "skipped" else "failed"
        found.append(Case(case.get("classname") or case.get("name"), case.get("name"), outcome))
    return found


def all_is_well(results) -> bool:
    """Whether something was tested, passed everywhere, and failed nowhere."""
    tested = [result for result in results if not result.untested]
    parts = [result.tests for result in tested]
    parts += [result.cells for result in tested if result.place == COLAB]
    counts = [count(part) for part in parts]
    return bool(counts) and all(each["passed"] and not each["failed"] for each in counts)


def count(cases) -> Counter:
    return Counter(case.outcome for case in cases)


def page(results) -> str:
    """VERSIONS.md as text."""
    columns = (*SHOWN, *OUTCOMES)
    lines = [INTRODUCTION, f"| | {' | '.join(columns)} |", "|---|" + "---|" * len(columns)]
    for result in results:
        counts = count(result.tests)
        row = [result.installed.get(name, "untested") for name in SHOWN]
        row += ["–" if result.untested else str(counts[outcome]) for outcome in OUTCOMES]
        lines.append(f"| {result.place} | {' | '.join(row)} |")
    lines += ["", ABOUT_PYTORCH]
    for result in results:
        if result.untested:
            lines.append(f"{result.place} is untested: {result.untested}.\n")
        for case in result.tests + result.cells:
            if case.outcome == "failed":
                lines.append(f"Failed, {result.place}: {case.file}, {case.name}\n")
        if result.cells:
            lines += notebooks(result)
    return "\n".join(lines).rstrip() + "\n"


def notebooks(result) -> list[str]:
    """The part of the page about the notebooks of the TensorFlow track."""
    pins = (ROOT / "constraints-colab.txt").read_text(encoding="utf-8")
    names = ["python", *re.findall(r"^(\w+)==", pins, re.MULTILINE)]
    installed = ", ".join(f"{name} {result.installed[name]}" for name in names)
    lines = ["## Notebooks of the TensorFlow track under Colab's versions\n", f"{installed}\n"]
    lines += ["| notebook | cells passed | cells failed |", "|---|---|---|"]
    for file in sorted({case.file for case in result.cells}):
        counts = count(case for case in result.cells if case.file == file)
        lines.append(f"| {file.split('.')[-2]} | {counts['passed']} | {counts['failed']} |")
    return [*lines, ""]


def run(*command) -> str:
    """Run a command in the course's folder; what it printed. Raises CalledProcessError."""
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, encoding="utf-8").stdout


if __name__ == "__main__":
    sys.exit(main())
