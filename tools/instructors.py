"""Write teaching/lessons.md, what an instructor has to know of each lesson: `python -m tools.instructors [--check]`.

All of it comes from the lessons and from the seconds that the build kept; nothing is run. --check changes nothing.
"""

import argparse
import re
import sys
from itertools import pairwise

import nbformat

from tools import demo
from tools.build import target
from tools.files import ROOT, replace_file
from tools.length import EXERCISE_MINUTES, minutes
from tools.lesson import TITLES, TRACKS, lesson_names, read

PAGE = ROOT / "teaching" / "lessons.md"

HEAD = """\
# Lesson by lesson

Times for each lesson, what to run before class, and what classes get wrong. Seconds were measured when the notebooks
were built, two at a time on two cores. How to teach from the course stands in [README.md](README.md), whole days in
[plans.md](plans.md).

| you have | do |
| --- | --- |
"""
WAYS = {
    5: ["the slides named below, from the demo, with the question in their notes"],
    15: ["the demo"],
    45: [
        "5 the questions of *Before you start* and the prediction, by show of hands",
        "15 the demo",
        "15 the first exercise, in pairs",
        "5 its solution",
        "5 the questions of *Check yourself*",
    ],
    90: [
        "10 the same questions and the prediction, each alone, then compared",
        "15 the demo",
        "50 the notebook, each alone, with the first two exercises",
        "15 what came out, what was answered wrongly, and why",
    ],
}


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.instructors", description="Write teaching/lessons.md.")
    parser.add_argument("--check", action="store_true", help="change nothing, say whether the page is out of date")
    text = page()
    if not parser.parse_args(arguments).check:
        replace_file(PAGE, text)
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        print("teaching/lessons.md is out of date; run: python -m tools.instructors", file=sys.stderr)
        return 1
    return 0


def page() -> str:
    """The whole page, Markdown."""
    lessons = [lesson for lesson in map(read, lesson_names()) if lesson.number]
    rows = [f"| {minutes} minutes | {' · '.join(parts)} |" for minutes, parts in WAYS.items()]
    blocks = [block(lesson, before) for before, lesson in pairwise(lessons)]  # lesson 00 is the set-up
    return "\n".join([HEAD + "\n".join(rows), "", *blocks])


def block(lesson, before) -> str:
    """What an instructor has to know of a lesson, which follows the lesson ``before``; Markdown."""
    steps = demo.steps(lesson, TRACKS[0])
    opening, needs = _opening(lesson)
    needed, deeper = minutes(lesson, TRACKS[0])
    exercises = [title for cell in lesson.cells for title in re.findall(r"(?m)^### Exercise (.+)$", cell.source)]
    alone = " and ".join(f"*{step.title}*" for step in steps if step.alone)
    wrong = [f"- *{step.title}* {_asked(step.note)}" for step in steps if "**They will say" in step.note]
    lines = [
        f"## {lesson.number} · {lesson.title}",
        f"**From lesson {before.number}.** {_where_next(before)}",
        f"**It begins:** {opening}",
        needs,
        f"**Learners** need about {needed} minutes" + (f", and {deeper} more to go deeper" if deeper else "") + ". "
        f"Exercises, about {EXERCISE_MINUTES} minutes each: {'; '.join(exercises)}.",
        _seconds(lesson),
        f"**Five minutes:** {alone}.",
        f"**The demo**, {sum(step.minutes for step in steps)} minutes: "
        + " · ".join(f"{step.minutes} {step.title}" for step in steps),
        "**Wrong answers to expect:**",
        "\n".join(wrong),
    ]
    return "\n\n".join(lines) + "\n"


def _opening(lesson):
    """The first paragraph of a lesson, which comes from the lesson before, and the one that says what it needs."""
    paragraphs = lesson.cells[0].source.split("\n\n")
    return paragraphs[0], next(text for text in paragraphs if text.startswith("You need"))


def _where_next(lesson):
    """The first paragraph of a lesson's last part, without its links."""
    return re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", lesson.cells[-1].source.split("\n\n")[1])


def _asked(note):
    """The paragraphs of a note that hold the question and the wrong answer to expect."""
    return " ".join(text for text in note.split("\n\n") if text.startswith(("**Ask", "**They will say")))


def _seconds(lesson):
    rows = {"the whole notebook": [], "Preparation of the demo": [], "slowest cell of the demo": []}
    for track in TRACKS:
        whole, shown = (
            nbformat.read(target(lesson, track, kind), as_version=4).metadata.course.seconds
            for kind in ("learner", "demo")
        )
        preparation = shown.pop(demo.PREPARATION)
        for row, value in zip(rows.values(), (sum(whole.values()), preparation, max(shown.values())), strict=True):
            row.append(f"{value:.0f} s" if value >= 10 else f"{value:.1f} s")
    head = f"| to run | {' | '.join(TITLES[track] for track in TRACKS)} |\n| --- | --- | --- |"
    return "\n".join([head, *(f"| {name} | {' | '.join(values)} |" for name, values in rows.items())])


if __name__ == "__main__":
    sys.exit(main())
