"""How data of one's own are cut into training, validation and test: 70 / 15 / 15 %, the same in every run."""

from collections import Counter, defaultdict

import numpy as np

SHARES = (0.7, 0.15, 0.15)  # train, validation, test
TRIES = 500


def ends(count) -> np.ndarray:
    """Where each of the three parts of ``count`` things ends: (3,) whole numbers."""
    return np.round(np.cumsum(SHARES) * count).astype(int)


def in_order(things) -> list:
    """Three pieces of a sequence, one after the other."""
    first, second, _ = ends(len(things))
    return [things[:first], things[first:second], things[second:]]


def by_class(class_of) -> dict:
    """Which part, 0 to 2, each thing goes to; ``class_of`` maps the things to their classes.

    The things of a class are shuffled, then spread evenly from 0 to 1; the cut is at the same places for all, so each
    class is in each part by its share.
    """
    members = defaultdict(list)
    for thing in sorted(class_of):
        members[class_of[thing]].append(thing)
    rng, spread = np.random.default_rng(0), []
    for name in sorted(members):
        order = rng.permutation(len(members[name]))
        spread += [((place + 0.5) / len(order), members[name][k]) for place, k in enumerate(order)]
    cuts = ends(len(spread))
    return {thing: int(np.searchsorted(cuts, place, side="right")) for place, (_, thing) in enumerate(sorted(spread))}


def by_group(class_of, group_of) -> dict | None:
    """As by_class, but all things of one group go to the same part; None if a class would lack in a part.

    Of some hundred cuts drawn at random the one is taken that comes nearest to the shares in every class.
    """
    sizes = Counter(class_of.values())
    counts = defaultdict(Counter)
    for thing, group in group_of.items():
        counts[group][class_of[thing]] += 1
    groups, classes = sorted(counts), sorted(sizes)
    table = np.array([[counts[group][name] for name in classes] for group in groups])
    rng, best, least = np.random.default_rng(0), None, np.inf
    for _ in range(TRIES):
        part_of_group = rng.choice(3, size=len(groups), p=SHARES)
        found = np.stack([table[part_of_group == part].sum(axis=0) for part in range(3)])
        off = np.abs(found / table.sum(axis=0) - np.array(SHARES)[:, None]).max()
        if found.min() > 0 and off < least:
            best, least = dict(zip(groups, part_of_group.tolist(), strict=True)), off
    return best and {thing: best[group] for thing, group in group_of.items()}
