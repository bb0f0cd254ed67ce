"""How long lessons are, and that none is longer than its limits."""

import pytest

from tools import length
from tools.length import lengths, minutes, too_long
from tools.lesson import TRACKS, lesson_names, parse, read

FRONT = "---\njupyter:\n  course:\n    title: A lesson\n---\n\n"
COUNTED = """\
## One

Four <b>words</b> are – here.

$$not = counted$$

```python tags=["pytorch"]
x = 1

y = 2
```

```python tags=["tensorflow"]
x = y = 1
```

```python tags=["check"]
# @title Check of 9.1
```

```python tags=["wrong"]
# hint: not counted
```

```python tags=["solution"]
# @title Solution of 9.1
x = 2
```

## Go deeper

```python
x = 3
```
"""


def test_what_counts():
    """Words, visible cells and lines; nothing of checks, answers and solutions; "Go deeper" apart."""
    lesson = parse("00_start_here", FRONT + COUNTED)
    both = [lengths(lesson, track) for track in TRACKS]
    assert [(main["words"], main["cells"], main["lines"]) for main, _ in both] == [(5, 1, 2), (5, 1, 1)]
    assert [(deeper["words"], deeper["cells"], deeper["lines"]) for _, deeper in both] == [(2, 1, 1)] * 2


def test_the_minutes_of_reading_running_and_working():
    words, code = "word " * 1500 + "\n\n", "```python\n" + "x = 1\n" * 120 + "```\n\n"  # 10 minutes each
    exercise = '```python tags=["check"]\n# @title Check of 9.1\n```\n\n'
    question = "**1.** Why?\n\n<details><summary>A. So</summary>\n\n**Right.**\n\n</details>\n\n"
    lesson = FRONT + words + code + 2 * exercise + 4 * question + "## Go deeper\n\n" + words + exercise
    assert minutes(parse("09_test", lesson), "pytorch") == (40, 30)  # 20 + 1 + 2 · 8 + 4, and 2 · 10 + 8
    assert minutes(parse("core_assignment", FRONT + words + code + exercise), "pytorch") == (60, 0)
    assert minutes(parse("core_quiz", FRONT + 10 * question), "pytorch") == (20, 0)
    assert minutes(parse("09_test", FRONT + "Short."), "pytorch") == (5, 0)


def test_the_command_prints_what_is_found_beside_the_limits(monkeypatch, capsys):
    monkeypatch.setitem(length.LIMITS, "words", 10)
    assert length.main(["00"]) == 1
    printed = capsys.readouterr().out
    assert "(10)" in printed and "00_start_here (tensorflow): " in printed
    assert "words, expected at most 10: cut, or move to 'Go deeper'" in printed
    assert length.main(["77"]) == 2 and "unknown lesson '77'" in capsys.readouterr().err


@pytest.mark.parametrize("track", TRACKS)
@pytest.mark.parametrize("name", lesson_names())
def test_no_lesson_is_longer_than_its_limits(name, track):
    problems = too_long(read(name), track)
    assert not problems, "\n".join(problems)
