"""Stories about people, places and things, and a question about each. Generated, seeded.

They follow the first two tasks of J. Weston and others, *Towards AI-Complete Question Answering* (2015).
"""

import numpy as np

from utils.datasets.types import Dataset, Stories

PEOPLE = ("mary", "john", "anna", "tom")
PLACES = ("kitchen", "garden", "office", "hall", "cellar", "attic")
THINGS = ("milk", "ball", "book")


def load(*, facts=1, seed=0, train_size=10_000, test_size=500, sentences=8) -> Dataset:
    """Stories of ``sentences`` sentences. The answer, a place, follows from one or two of them.

    One fact: "where is mary" asks for the last place she went to. Two facts: "where is the milk" asks for the person
    who took it, and for the last place that person went to. ``classes[answer]`` is the place.
    Raises ValueError for other numbers of facts, or fewer than 2 sentences.
    """
    if facts not in (1, 2) or sentences < 2:
        raise ValueError(f"expected 1 or 2 facts and at least 2 sentences, got {facts} and {sentences}")
    rng = np.random.default_rng(seed)
    parts = [_part(rng, size, facts, sentences) for size in (train_size, test_size)]
    return Dataset("stories", PLACES, *parts, source="generated")


def _part(rng, size, facts, sentences):
    stories, questions, answers = zip(*(_story(rng, facts, sentences) for _ in range(size)), strict=True)
    return Stories(list(stories), list(questions), np.array(answers, dtype=np.int32))


def _story(rng, facts, sentences):
    while True:  # until the story holds what a question needs
        place_of, owner_of, lines = {}, {}, []
        for _ in range(sentences):
            who = PEOPLE[rng.integers(len(PEOPLE))]
            free = [thing for thing in THINGS if thing not in owner_of]
            if facts == 2 and free and rng.random() < 0.4:
                thing = free[rng.integers(len(free))]
                owner_of[thing] = who
                lines.append(f"{who} took the {thing}".split())
            else:
                place_of[who] = int(rng.integers(len(PLACES)))
                lines.append(f"{who} went to the {PLACES[place_of[who]]}".split())
        if facts == 1:
            who = list(place_of)[rng.integers(len(place_of))]
            return lines, f"where is {who}".split(), place_of[who]
        found = [thing for thing, who in owner_of.items() if who in place_of]
        if found:
            thing = found[rng.integers(len(found))]
            return lines, f"where is the {thing}".split(), place_of[owner_of[thing]]
