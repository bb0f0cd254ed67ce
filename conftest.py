"""For all tests and for the notebooks that pytest runs: where the classic data sets are, if they are anywhere."""

import os
from pathlib import Path

from hypothesis import settings

SHARED = Path(__file__).parents[1] / "shared" / "data"

if "COURSE_DATA" not in os.environ and SHARED.is_dir():
    os.environ["COURSE_DATA"] = str(SHARED)

settings.register_profile("course", deadline=None, max_examples=25)  # a busy machine is no failure
settings.register_profile("fuzz", deadline=None, max_examples=700)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "course"))
