"""For all tests and for the notebooks that pytest runs: which these are, where the classic data sets are, what
kernels run first, and a file that a test writes."""

import csv
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

COURSE = Path(__file__).parent
SHARED = COURSE.parent / "shared" / "data"

for variable in ("COURSE_CLAIMS", "COURSE_THREADS", "PYTHONOPTIMIZE"):
    os.environ.pop(variable, None)  # tests are strict, whatever a learner has set

if "COURSE_DATA" not in os.environ and SHARED.is_dir():
    os.environ["COURSE_DATA"] = str(SHARED)

settings.register_profile("course", deadline=None, max_examples=25)  # a busy machine is no failure
settings.register_profile("fuzz", deadline=None, max_examples=700)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "course"))


def pytest_ignore_collect(collection_path):
    """Notebooks that belong to no lesson are a learner's own: they are left alone."""
    if collection_path.suffix == ".ipynb" and not (COURSE / "lessons" / f"{collection_path.stem}.md").exists():
        return True
    return None


def pytest_configure(config):
    """Every kernel that the tests start runs the spy first (IPython's start-up files)."""
    config.ipython_folder = tempfile.mkdtemp()
    startup = Path(config.ipython_folder, "profile_default", "startup")
    startup.mkdir(parents=True)
    shutil.copy(COURSE / "tests" / "spy_for_gpu.py", startup)
    os.environ["IPYTHONDIR"] = config.ipython_folder


def pytest_unconfigure(config):
    shutil.rmtree(config.ipython_folder, ignore_errors=True)


@pytest.fixture(scope="session")
def copy_of_course(tmp_path_factory):
    """A copy of what runs notebooks. Grading puts back what changes in the course, such as a file edited meanwhile."""
    from tools.copies import NEEDED

    place = tmp_path_factory.mktemp("course")
    for name in (*NEEDED, "tools"):
        copy = shutil.copytree if (COURSE / name).is_dir() else shutil.copy
        copy(COURSE / name, place / name)
    return place


@pytest.fixture
def write(tmp_path):
    """Write rows, or the text of a file, and return its path."""

    def write(content, name="mine.csv", encoding="utf-8", **form):
        path = tmp_path / name
        with open(path, "w", newline="", encoding=encoding) as file:
            if isinstance(content, str):
                file.write(content)
            else:
                csv.writer(file, **form).writerows(content)
        return path

    return write
