"""What has happened in this kernel: which exercises wait, which claims held. `summary` says it, at a notebook's end."""

EXERCISES = {}  # number: "waiting", "wrong" or "solved", as its check found it last
CLAIMS = {}  # text: whether it held when it was last checked


def summary() -> None:
    """Print which exercises wait, which answers are not right yet, and which claims did not hold."""
    sentences = [*_exercises(), *_claims()] or ["No exercise and no claim has been run yet."]
    print(" ".join(sentences))
    for text in (text for text, held in CLAIMS.items() if not held):
        print(f"✗ {text}")


def _exercises():
    found = {state: [number for number, s in EXERCISES.items() if s == state] for state in ("waiting", "wrong")}
    waiting, wrong = found["waiting"], found["wrong"]
    if waiting:
        yield f"{_count(waiting, 'exercise waits', 'exercises wait')} for you: {', '.join(waiting)}."
    if wrong:
        yield f"{_count(wrong, 'answer is', 'answers are')} not right yet: {', '.join(wrong)}."
    if EXERCISES and not waiting and not wrong:
        yield f"All exercises are solved: {', '.join(EXERCISES)}."


def _claims():
    missed = sum(not held for held in CLAIMS.values())
    if missed:
        yield f"{missed} of {_count(CLAIMS, 'claim', 'claims')} did not hold:"
    elif CLAIMS:
        yield "The one claim held." if len(CLAIMS) == 1 else f"All {len(CLAIMS)} claims held."


def _count(things, one, many):
    return f"{len(things)} {one if len(things) == 1 else many}"
