"""Quizzes: what is read of them, and how a notebook shows them."""

from nbconvert.filters import markdown2html

from tools.quiz import questions, spaced

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
