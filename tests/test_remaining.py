"""The last cell of a notebook: what waits, what is wrong, what did not hold."""

import pytest

from utils import remaining
from utils.claims import claim
from utils.exercises import exercise


@pytest.fixture(autouse=True)
def nothing_yet(monkeypatch):
    monkeypatch.setattr(remaining, "EXERCISES", {})
    monkeypatch.setattr(remaining, "CLAIMS", {})
    for module in ("exercises.EXERCISES", "claims.CLAIMS"):
        monkeypatch.setattr(f"utils.{module}", getattr(remaining, module.split(".")[1]))


def answer(number, value):
    @exercise(number)
    def check(given):
        assert given == 42, "multiply six by seven"

    check(value)


def said(capsys):
    capsys.readouterr()
    remaining.summary()
    return capsys.readouterr().out


def test_what_waits_and_that_all_claims_held(capsys):
    for number in ("5.1", "5.2", "5.3"):
        answer(number, ...)
    for text in ("one", "two"):
        claim(text, 1, equals=1)
    assert said(capsys) == "3 exercises wait for you: 5.1, 5.2, 5.3. All 2 claims held.\n"


def test_what_is_wrong_and_what_is_solved(capsys):
    answer("5.1", ...)
    answer("5.2", 41)
    answer("5.3", 42)
    assert said(capsys) == "1 exercise waits for you: 5.1. 1 answer is not right yet: 5.2.\n"
    answer("5.1", 42)
    answer("5.2", 42)
    assert said(capsys) == "All exercises are solved: 5.1, 5.2, 5.3.\n"


def test_claims_that_did_not_hold_are_named_and_one_that_runs_again_counts_once(capsys, monkeypatch):
    monkeypatch.setenv("COURSE_CLAIMS", "warn")
    claim("the loss falls", 3, at_most=2)
    claim("the bags are equal", True, equals=True)
    assert said(capsys) == "1 of 2 claims did not hold:\n✗ the loss falls\n"
    claim("the loss falls", 1, at_most=2)
    assert said(capsys) == "All 2 claims held.\n"


def test_a_strict_claim_that_stops_its_cell_is_named_too(capsys):
    with pytest.raises(AssertionError):
        claim("the loss falls", 3, at_most=2)
    assert said(capsys) == "1 of 1 claim did not hold:\n✗ the loss falls\n"


def test_before_anything_has_run(capsys):
    assert said(capsys) == "No exercise and no claim has been run yet.\n"


def test_one_claim(capsys):
    claim("one", 1, equals=1)
    assert said(capsys) == "The one claim held.\n"
