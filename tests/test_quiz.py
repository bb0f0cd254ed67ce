"""Quizzes: what is read of them, and how a notebook shows them."""

import re

import pytest
from nbconvert.filters import markdown2html

from tools.lesson import TRACKS, lesson_names, read
from tools.quiz import questions, spaced

API = {  # words in code that belong to one track
    "pytorch": r"\btorch\b|\bnn\.|\b[hc]_n\b|batch_first|bias_[ih]h|\bno_grad|grad_norm_|detach|state_dict|[Pp]acked",
    "tensorflow": r"\bkeras\b|SimpleRNN|\btf\.|return_s|mask_zero|unit_forget|GradientTape|stop_gradient|Masking",
}
NAMES = {"pytorch": "PyTorch", "tensorflow": "TensorFlow|Keras"}
each_quiz = pytest.mark.parametrize("name, track", [(name, track) for name in lesson_names() for track in TRACKS])

QUIZ = """\
## Check yourself

**1.** One?

<details><summary>A. <code>1</code></summary>

**Right.** It is

- one.

</details>
<details><summary>B. 12</summary>

**Not quite.**

</details>

"""
SECOND = QUIZ.partition("\n\n")[2].replace("**1.**", "**2.**")


def test_a_question_is_read_with_its_options():
    [question] = questions(QUIZ)
    assert (question.number, question.words) == (1, "One?")
    assert [(option.says, option.length, option.right) for option in question.options] == [
        ("A. <code>1</code>", 1, True),
        ("B. 12", 2, False),
    ]


def test_rules_part_the_questions_answers_are_indented_and_the_score_is_asked_for_once():
    [shown] = spaced([QUIZ + SECOND + "You have\n"])
    html = markdown2html(shown)
    assert html.count("<hr") == 2
    assert html.count("<blockquote>") == 4 and "<li>one.</li>" in html
    score = "*How many of these 2 did you answer right at the first try?*"
    assert shown.endswith(f"</details>\n\n---\n\n{score}\n\nYou have\n")


def test_a_quiz_may_be_spread_over_cells_and_ends_with_its_section():
    shown = spaced([QUIZ.strip(), "x = 1", SECOND.strip(), "## Where next", SECOND.strip()])
    assert ["How many" in source for source in shown] == [False, False, True, False, False]
    assert shown[2].startswith("---\n\n**2.** ") and "these 2" in shown[2]


def test_other_details_stay_as_they_are():
    text = "<details><summary>An aside</summary>\n\nWords.\n\n</details>"
    assert spaced([text]) == [text]


def asked(name, track):
    """The questions of a lesson in one track that have a right option, each with the track of its cell."""
    found = [(cell.track, question) for cell in read(name).track(track) for question in questions(cell.source)]
    return [(own, question) for own, question in found if any(option.right for option in question.options)]


def lead(question):
    """How many characters the right option is longer than the longest of the others, and how many times as long."""
    [right] = [option.length for option in question.options if option.right]
    longest = max(option.length for option in question.options if not option.right)
    return right - longest, right / longest


@each_quiz
def test_the_right_option_is_no_longer_than_the_others(name, track):
    leads = [(question.words, *lead(question)) for _, question in asked(name, track)]
    longer = {words: round(times, 2) for words, more, times in leads if more > 3}
    far_longer = {words: times for words, times in longer.items() if times > 1.3}
    told = f"{name} ({track}): the right option is more than 1.3 times as long as any other"
    assert not far_longer, f"{told}; shorten it, or lengthen others: {far_longer}"
    told = f"{name} ({track}): the right option is the longest in {len(longer)} of {len(leads)} questions"
    assert len(longer) <= len(leads) / 3, f"{told}, expected at most a third: {longer}"


@each_quiz
def test_a_question_speaks_of_its_own_track_or_of_both(name, track):
    for own, question in asked(name, track):
        text = " ".join([question.words, *(option.says for option in question.options)])
        code = " ".join(re.findall(r"`[^`]+`|<code>.*?</code>", text))
        named = {each for each in TRACKS if re.search(API[each], code) or re.search(NAMES[each], text)}
        told = f"{name}: only {named} can answer {question.words!r}"
        assert named in ({own}, set(TRACKS), set()), f"{told}: put it into a region of that track, with a sibling"
