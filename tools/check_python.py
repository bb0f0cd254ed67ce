"""Say in one sentence why this Python cannot run the course. Must itself run on any Python 3."""

import sys

OLDEST, NEWEST = (3, 11), (3, 13)


def problem(version, can_make_environments):
    """The sentence, or None if all is well."""
    if not OLDEST <= version <= NEWEST:
        return (
            "The course needs Python 3.11, 3.12 or 3.13, but this is Python {}.{}. "
            "Install one of them and name it: make lab PYTHON=python3.12".format(*version)
        )
    if not can_make_environments:
        return "Python's venv module is missing. Install it (Debian, Ubuntu: sudo apt install python3-venv)."
    return None


def can_make_environments():
    """Whether `python -m venv` would work: Debian splits both modules off into python3-venv."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(problem(sys.version_info[:2], can_make_environments()))
