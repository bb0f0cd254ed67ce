"""Tables of ratios and their goals, and benchmarks/README.md, in which each part has its place between two markers."""

import os
import platform
import re
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from tools.files import replace_file
from utils.claims import describe

PAGE = Path(__file__).with_name("README.md")


@dataclass(frozen=True)
class Row:
    """One ratio: where it was measured, what it compares, its value, and the goal if there is one."""

    where: str
    what: str
    value: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def goal(self) -> dict:
        bounds = {"at_least": self.at_least, "at_most": self.at_most}
        return {name: bound for name, bound in bounds.items() if bound is not None}

    @property
    def verdict(self) -> str:
        if not self.goal:
            return "–"
        high_enough = self.at_least is None or self.value >= self.at_least
        low_enough = self.at_most is None or self.value <= self.at_most
        return "met" if high_enough and low_enough else "missed"


def table(rows) -> str:
    """The rows with their goals, as Markdown."""
    cells = [[row.where, row.what, number(row.value), describe(row.goal) or "–", row.verdict] for row in rows]
    return grid(["", "ratio", "measured", "goal", ""], cells)


def grid(heads, rows) -> str:
    """Any table, as Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def number(value) -> str:
    """Three digits are more than a stopwatch is good for: two after the point below ten, then one, then none."""
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def write(part, section, page=PAGE):
    """Put a part's section between its markers; everything else in the page stays. Raises ValueError without them."""
    begin, end = f"<!-- {part} -->", f"<!-- end of {part} -->"
    text = page.read_text(encoding="utf-8")
    if text.count(begin) != 1 or text.count(end) != 1:
        raise ValueError(f"expected one line {begin} and one line {end} in {page.name}")
    new = f"{begin}\n\n{section}\n\n{machine()}\n\n{end}"
    replace_file(page, re.sub(f"{re.escape(begin)}.*{re.escape(end)}", lambda _: new, text, flags=re.DOTALL))


def machine() -> str:
    """The machine and the versions in a line."""
    packages = {"PyTorch": "torch", "Keras": "keras", "TensorFlow": "tensorflow"}
    versions = ", ".join(f"{name} {version(package)}" for name, package in packages.items())
    python = f"Python {platform.python_version()}"
    return f"Measured on {_processor()}, {os.cpu_count()} cores, {platform.system()}; {python}, {versions}."


def _processor() -> str:
    """The name of the processor, where the system tells."""
    file = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*:\s*(.+)", file.read_text(encoding="utf-8")) if file.exists() else []
    return names[0].strip() if names else platform.processor() or platform.machine()
