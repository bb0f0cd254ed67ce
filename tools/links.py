"""Point the course to its address on GitHub: `python -m tools.links owner/name`.

The address stands in pyproject.toml, from where the next build writes it into every badge and set-up cell, and in the
links of README and of the instructor's guide.
"""

import re
import sys
import tomllib

from tools.files import ROOT, replace_file

PAGES = ("README.md", "teaching/README.md")


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
    """Replace the address ``before`` by ``repository`` in every link of a page, and that of the web site likewise."""
    text = page.read_text(encoding="utf-8").replace(site(before), site(repository))
    link = rf"(?<=[/=]){re.escape(before)}(?=[/&)?\s])"
    replace_file(page, re.sub(link, lambda _: repository, text))


def site(repository) -> str:
    """Where GitHub Pages puts a repository's web site."""
    owner, name = repository.split("/")
    return f"https://{owner}.github.io/{name}/"


def set_repository(path, repository) -> None:
    """Write ``repository`` into the [tool.course] table of a pyproject.toml."""
    text = path.read_text(encoding="utf-8")
    replace_file(path, re.sub(r'(?m)^repository = "[^"]*"', f'repository = "{repository}"', text, count=1))


if __name__ == "__main__":
    sys.exit(main())
