"""`claim`: state a number, check it, and leave a record that tools can read.

A claim prints one line with its value and bound. If it does not hold, the cell fails; with COURSE_CLAIMS=warn the line
says so, and the notebook goes on.
"""

import math

from utils.outputs import show
from utils.remaining import CLAIMS
from utils.settings import course_claims


class ClaimError(AssertionError):
    """A claim that does not hold, or whose value is not a number."""


def claim(text, value, *, at_least=None, at_most=None, equals=None, within=None):
    """Check that ``value`` keeps its bounds and show one line that says so.

    text      what is claimed, in words
    value     a number or a truth value; anything ``float`` accepts (a NumPy scalar, a 0-d tensor)
    at_least  lower bound (inclusive)
    at_most   upper bound (inclusive)
    equals    the value itself, up to the absolute tolerance ``within`` (default: exactly); True or False makes
              the claim a truth, which is shown as yes or no

    Raises ClaimError when a bound is broken or the value is NaN (with COURSE_CLAIMS=warn the line says so instead),
    ValueError when the claim itself is badly put (no bound; ``within`` without ``equals``; a bound that is NaN).
    The record travels in the output's metadata under "claim".
    """
    bounds = {"at_least": at_least, "at_most": at_most, "equals": equals, "within": within}
    truth = isinstance(equals, bool)
    bounds = {name: bound if truth else float(bound) for name, bound in bounds.items() if bound is not None}
    if not bounds.keys() & {"at_least", "at_most", "equals"}:
        raise ValueError(f"the claim {text!r} has no bound: give at_least=, at_most= or equals=")
    if "within" in bounds and "equals" not in bounds:
        raise ValueError(f"the claim {text!r} has within= but no equals=: within is the tolerance around equals")
    if truth and (len(bounds) > 1 or float(value) not in (0, 1)):
        raise ValueError(f"the claim {text!r} is a truth: it takes True or False and no other bound, got {value!r}")
    if any(math.isnan(bound) for bound in bounds.values()):
        raise ValueError(f"the claim {text!r} has a bound that is not a number: {bounds}")

    value = float(value)
    holds = (
        value >= bounds.get("at_least", -math.inf)
        and value <= bounds.get("at_most", math.inf)
        and ("equals" not in bounds or abs(value - bounds["equals"]) <= bounds.get("within", 0.0))
    )
    found = ("yes" if value else "no") if truth else f"{_short(value)}  ({describe(bounds)})"
    line = f"{'✓' if holds else '✗'} {text}: {found}"
    goes_on = course_claims() == "warn"
    if not holds and goes_on:
        line += "\nWarning: this claim does not hold in this run. The notebook goes on, because COURSE_CLAIMS is warn."
    CLAIMS[text] = holds
    show(line, {"claim": {"text": text, "value": value, "holds": holds, **bounds}})
    if not holds and not goes_on:
        reason = "the value is NaN" if math.isnan(value) else f"expected {describe(bounds)}"
        raise ClaimError(f"{text}: {reason}, got {value!r}")


def describe(bounds) -> str:
    """The bounds of a claim in a few signs: {"at_least": 0.99} gives "≥ 0.99", {"equals": True} gives "yes"."""
    if isinstance(bounds.get("equals"), bool):
        return "yes" if bounds["equals"] else "no"
    parts = [
        f"{sign} {_short(bounds[name])}"
        for name, sign in (("at_least", "≥"), ("at_most", "≤"), ("equals", "="))
        if name in bounds
    ]
    if "within" in bounds:
        parts[-1] += f" ± {_short(bounds['within'])}"
    return " and ".join(parts)


def _short(number) -> str:
    """At most four significant digits; whole numbers in full."""
    if math.isfinite(number) and number == int(number):
        return f"{int(number):,}"
    return f"{number:.4g}"
