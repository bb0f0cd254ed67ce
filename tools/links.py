"""Point the course to its address on GitHub: `python -m tools.links owner/name`.

The address stands in pyproject.toml, from where the next build writes it into every badge and set-up cell, and in the
links of the instructor's guide.
"""

import re
import sys
import tomllib

from tools.files import ROOT, replace_file

PAGES = ("teaching/README.md",)


def main(arguments=None) -> int:
    arguments = sys.argv[1:] if arguments is None else arguments
    if len(arguments) != 1 or not re.fullmatch(r"[\w.-]+/[\w.-]+", arguments[0]):
        print(f"expected one address such as owner/name, got {' '.join(arguments) or 'none'}", file=sys.stderr)
        return 2
    settings = ROOT / "pyproject.toml"
    before = tomllib.loads(settings.read_text(encoding="utf-8"))["tool"]["course"]["repository"]
    for page in PAGES:
        rewrite(ROOT / page, before, arguments[0])
    set_repository(settings, arguments[0])
    return 0


def rewrite(page, before, repository) -> None:
    """Replace the address ``before`` by ``repository`` in every link of a page."""
    text = page.read_text(encoding="utf-8")
    link = rf"(?<=[/=]){re.escape(before)}(?=[/&)?\s])"
    replace_file(page, re.sub(link, lambda _: repository, text))


def set_repository(path, repository) -> None:
    """Write ``repository`` into the [tool.course] table of a pyproject.toml."""
    text = path.read_text(encoding="utf-8")
    replace_file(path, re.sub(r'(?m)^repository = "[^"]*"', f'repository = "{repository}"', text, count=1))


if __name__ == "__main__":
    sys.exit(main())
