"""Point the course to its address on GitHub: `python -m tools.links owner/name`.

The address stands once, in pyproject.toml; the next build writes it into every badge and set-up cell.
"""

import re
import sys

from tools.files import ROOT, replace_file


def main(arguments=None) -> int:
    arguments = sys.argv[1:] if arguments is None else arguments
    if len(arguments) != 1 or not re.fullmatch(r"[\w.-]+/[\w.-]+", arguments[0]):
        print(f"expected one address such as owner/name, got {' '.join(arguments) or 'none'}", file=sys.stderr)
        return 2
    set_repository(ROOT / "pyproject.toml", arguments[0])
    return 0


def set_repository(path, repository) -> None:
    """Write ``repository`` into the [tool.course] table of a pyproject.toml."""
    text = path.read_text(encoding="utf-8")
    replace_file(path, re.sub(r'(?m)^repository = "[^"]*"', f'repository = "{repository}"', text, count=1))


if __name__ == "__main__":
    sys.exit(main())
