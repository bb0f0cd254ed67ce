"""Quizzes: how a lesson writes a question, and how a notebook shows it.

A question begins with its number, `**1.** `. Each option is a <details> whose summary is the option and whose text is
the answer, which begins with **Right.** or **Not quite.**
"""

import re
from dataclasses import dataclass

START = re.compile(r"(?m)^\*\*(\d+)\.\*\* ")
OPTION = re.compile(r"(?s)<details><summary>(.*?)</summary>\n\n(.*?)\n\n</details>")


@dataclass
class Option:
    """One option of a question: what it says (HTML), whether it is right, what the answer says (Markdown)."""

    says: str
    right: bool
    answer: str

    @property
    def length(self):
        """How many characters a reader sees of it; the letter in front does not count."""
        return len(re.sub(r"<[^>]+>|^[A-E]\. ", "", self.says))


@dataclass
class Question:
    """One question: its number, its words (Markdown) and its options."""

    number: int
    words: str
    options: list


def questions(text) -> list[Question]:
    """The questions in a piece of Markdown, in order."""
    _, *parts = START.split(text)
    return [
        Question(int(number), part.split("<details>")[0].strip(), [_option(*found) for found in OPTION.findall(part)])
        for number, part in zip(parts[::2], parts[1::2], strict=True)
    ]


def _option(says, answer):
    return Option(says, answer.startswith("**Right.**"), answer)


def spaced(sources) -> list[str]:
    """The Markdown of a notebook's cells, with air in the quizzes.

    A rule stands after each question, an answer is indented, and after the last question of a section, which may be
    spread over several cells, a line asks for the score.
    """
    sections = [[]]  # for each the place of every question that has a right option
    for place, source in enumerate(sources):
        if source.startswith("## "):
            sections.append([])
        sections[-1] += [place for question in questions(source) if any(option.right for option in question.options)]
    shown = [_spaced(source) if START.search(source) else source for source in sources]
    for places in sections:
        if len(places) > 1:
            score = f"*How many of these {len(places)} did you answer right at the first try?*"
            before, end, after = shown[places[-1]].rpartition("</details>")
            shown[places[-1]] = f"{before}{end}\n\n---\n\n{score}{after}"
    return shown


def _spaced(source):
    ruled = re.sub(r"(\A|</details>\n\n)(?=\*\*\d+\.\*\* )", r"\1---\n\n", source)
    return OPTION.sub(_indented, ruled)


def _indented(option):
    says, answer = option.groups()
    quoted = "\n".join(f"> {line}".rstrip() for line in answer.splitlines())
    return f"<details><summary>{says}</summary>\n\n{quoted}\n\n</details>"
