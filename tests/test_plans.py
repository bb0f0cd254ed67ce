"""The instructor's plans add up, give everybody a break, and use each lesson after those it needs."""

import re

import pytest

from tools import demo
from tools.files import ROOT
from tools.lesson import lesson_names, read

TEXT = (ROOT / "teaching" / "plans.md").read_text(encoding="utf-8")
PLANS = dict(re.findall(r"(?ms)^##+ ([^\n]+)\n(.*?)(?=^##|\Z)", TEXT))
DAYS = [name for name, text in PLANS.items() if "| at | minutes |" in text]
PAUSES = ("Break", "Lunch")
LONGEST = 90  # minutes without a break
LESSONS = {name[:2]: read(name) for name in lesson_names() if name[0].isdigit()}


def rows(day):
    """The rows of a day: minutes since midnight, minutes, what."""
    found = re.findall(r"(?m)^\| (\d+):(\d\d) \| (\d+) \| (.+) \|$", PLANS[day])
    return [(60 * int(hour) + int(minute), int(length), what) for hour, minute, length, what in found]


def test_there_are_plans_for_three_hours_two_days_and_ten_weeks():
    assert DAYS == ["Three hours", "First day", "Second day", "Ten weeks"]
    assert sum(length for _, length, _ in rows("Three hours")) == 180
    assert sum(length for _, length, _ in rows("Ten weeks")) == 90
    assert re.findall(r"(?m)^\| (\d+) \|", PLANS["Ten weeks"]) == [str(week) for week in range(1, 11)]


@pytest.mark.parametrize("day", DAYS)
def test_a_day_has_no_gaps_and_a_break_in_time(day):
    since = None
    for (start, length, what), following in zip(rows(day), [*rows(day)[1:], None], strict=True):
        assert following is None or start + length == following[0], f"after {what}"
        since = start if since is None else since
        if what in PAUSES:
            since = start + length
        assert start + length - since <= LONGEST, f"nobody sits for {LONGEST} minutes until the end of: {what}"


@pytest.mark.parametrize("day", DAYS)
def test_a_demo_takes_what_its_notes_say(day):
    for _, length, what in rows(day):
        found = re.match(r"Lesson (\d\d), demo", what)
        if found:
            spoken = sum(step.minutes for step in demo.steps(LESSONS[found[1]], "pytorch"))
            assert abs(spoken - length) <= 2, f"{what}: {spoken} minutes in the notes"


def in_order(names):
    """The lessons that parts of the plans name in their tables, in order."""
    lines = [line for name in names for line in PLANS[name].splitlines() if line.startswith("|")]
    cells = [cell for line in lines for cell in line.split("|")[1:-1] if not re.fullmatch(r" [\d:]+ ", cell)]
    return re.findall(r"\b[012]\d\b", " ".join(cells))


@pytest.mark.parametrize(
    ("plan", "told"), [(["Three hours"], {"03"}), (["First day", "Second day"], set()), (["Ten weeks"], set())]
)
def test_a_lesson_comes_after_those_it_needs(plan, told):
    passed = {"00", *told}
    for number in in_order(plan):
        missing = LESSONS[number].needs - passed
        assert number == "00" or not missing, f"{plan}: lesson {number} needs {missing}"
        passed.add(number)
