import contextlib
import math

import numpy as np
import pytest

from utils import outputs
from utils.claims import ClaimError, claim, describe


@pytest.fixture
def shown(monkeypatch):
    """What a notebook would display: a list of (text, metadata)."""
    seen = []
    monkeypatch.setattr(outputs, "get_ipython", lambda: "a kernel")
    monkeypatch.setattr(outputs, "display", lambda data, metadata, raw: seen.append((data["text/plain"], metadata)))
    return seen


def test_a_claim_that_holds_shows_value_and_bound(shown):
    claim("accuracy", 0.98765, at_least=0.9)
    assert shown[0][0] == "✓ accuracy: 0.9877  (≥ 0.9)"


def test_the_record_travels_in_the_metadata(shown):
    claim("accuracy", np.float32(0.5), equals=0.5, within=0.01)
    assert shown[0][1] == {"claim": {"text": "accuracy", "value": 0.5, "holds": True, "equals": 0.5, "within": 0.01}}


@pytest.mark.parametrize(
    "bounds", [{"at_least": 0.6}, {"at_most": 0.4}, {"equals": 0.6, "within": 0.05}, {"equals": 0.6}]
)
def test_a_broken_claim_raises_with_the_value_and_still_leaves_its_record(shown, bounds):
    with pytest.raises(ClaimError, match=r"accuracy: expected .* got 0\.5"):
        claim("accuracy", 0.5, **bounds)
    assert shown[0][1]["claim"]["holds"] is False


@pytest.mark.parametrize("bounds", [{"at_least": 0}, {"at_most": 1}, {"equals": math.nan, "within": 1}])
def test_nan_never_holds(shown, bounds):
    with pytest.raises((ClaimError, ValueError), match=r"NaN|not a number"):
        claim("loss", math.nan, **bounds)


def test_a_claim_error_is_an_assertion_error():
    assert issubclass(ClaimError, AssertionError)


@pytest.mark.parametrize("bounds", [{}, {"within": 0.1}])
def test_a_claim_without_a_bound_is_refused(bounds):
    with pytest.raises(ValueError, match="has no bound: give at_least=, at_most= or equals="):
        claim("accuracy", 1.0, **bounds)


def test_within_without_equals_is_refused():
    with pytest.raises(ValueError, match="within= but no equals="):
        claim("accuracy", 1.0, at_least=0.5, within=0.1)


@pytest.mark.parametrize("value", [True, np.bool_(True), np.float64(1), 1])
def test_truth_values_and_arrays_of_one_number_are_values(value):
    claim("holds", value, equals=True)


def test_a_tensor_of_one_number_is_a_value():
    torch = pytest.importorskip("torch")
    claim("holds", torch.tensor(1.0), equals=True)


@pytest.mark.parametrize("value, line", [(True, "✓ the bags are equal: yes"), (False, "✗ the bags are equal: no")])
def test_a_truth_is_shown_as_yes_or_no(shown, value, line):
    with contextlib.suppress(ClaimError):
        claim("the bags are equal", value, equals=True)
    assert shown[0][0] == line and describe(shown[0][1]["claim"]) == "yes"


@pytest.mark.parametrize("value, more", [(0.5, {}), (True, {"within": 0.1}), (True, {"at_least": 0.5})])
def test_a_truth_is_true_or_false_and_has_no_other_bound(value, more):
    with pytest.raises(ValueError, match="is a truth: it takes True or False and no other bound"):
        claim("the bags are equal", value, equals=True, **more)


def test_without_a_kernel_the_line_is_printed(capsys):
    claim("count", 160264, equals=160264)
    assert capsys.readouterr().out == "✓ count: 160,264  (= 160,264)\n"


def test_bounds_are_described_in_signs():
    assert describe({"at_least": 0.1, "at_most": 0.9}) == "≥ 0.1 and ≤ 0.9"
    assert describe({"equals": 0.5, "within": 0.01}) == "= 0.5 ± 0.01"


def test_a_claim_may_warn_in_its_place_and_go_on(shown, monkeypatch):
    monkeypatch.setenv("COURSE_CLAIMS", "warn")
    claim("accuracy", 0.5, at_least=0.9)
    text, metadata = shown[0]
    assert text.splitlines() == [
        "✗ accuracy: 0.5  (≥ 0.9)",
        "Warning: this claim does not hold in this run. The notebook goes on, because COURSE_CLAIMS is warn.",
    ]
    assert metadata["claim"]["holds"] is False
    claim("accuracy", 0.95, at_least=0.9)
    assert shown[1][0] == "✓ accuracy: 0.95  (≥ 0.9)"


def test_a_badly_put_claim_is_refused_also_when_claims_warn(monkeypatch):
    monkeypatch.setenv("COURSE_CLAIMS", "warn")
    with pytest.raises(ValueError, match="has no bound"):
        claim("accuracy", 1.0)
