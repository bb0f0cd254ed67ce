"""From texts to a trained classifier: what common tutorials do, against the course's way.

Common: every batch of 16 texts is tokenised again on every pass, in the collate function (PyTorch) or by a layer inside
the model (Keras); texts come in any order and are padded to the longest of the batch; each of the 95,000 words has a
row in the table, and Adam with its default settings walks over all of them after every batch.

The course: texts are tokenised and encoded once, into one flat array, and come in batches of 128 of similar length;
words that training saw less than three times are "unknown", which leaves fewer than 20,000; in PyTorch, Adam is fused.

Why it is fair: both read the same 10,000 texts with the same tokeniser, train the same model (embedding 64, LSTM 32,
the state after the last real word), and are tested on the same 2,000 texts. Of the learning rates 0.001, 0.003 and 0.01
both reach their goal soonest with 0.003. The time to an accuracy includes all that comes before the training.
"""

import time
from dataclasses import dataclass
from functools import partial

from benchmarks import news, worker
from benchmarks.measure import interleaved, times_as_long
from benchmarks.report import Row, grid, number, table
from tools.lesson import TITLES, TRACKS
from utils.datasets.types import Split
from utils.text import Vocabulary, tokenise

EMBEDDING_SIZE = 64
HIDDEN_SIZE = 32
LEARNING_RATE = 0.003
NUM_TRAINING_TEXTS = 10_000
NUM_TEST_TEXTS = 2_000
TARGET = 0.85  # test accuracy
BATCHES = 32  # trained on in each round
ROUNDS = 3
SLICE = 1_024  # texts trained on between two looks at the accuracy
SEEDS = 2
PATIENCE = 60  # slices

# Two pipelines: what their times say, and how many times as long the first may at least take.
GOALS = {
    "pytorch": {
        ("common", "course"): ("samples per second, course over common", 15),
        ("common", "and Adam fused"): ("samples per second, equal model and batch", 5),
    },
    "tensorflow": {
        ("common", "course"): ("samples per second, course over common", 8),
        ("common, batches of 128", "course"): ("samples per second, both with batches of 128", 2),
    },
}
TARGET_GOALS = {"pytorch": 10}


@dataclass(frozen=True)
class Setting:
    """One pipeline.

    once        texts are encoded once and come in length buckets, else tokenised batch by batch in any order
    batch_size  texts in a batch
    every_word  the table has a row for each of the 95,000 words, else for those seen three times or more
    optimizer   "adam", "fused" (PyTorch only), or "lessons": as the lessons train, with clipped gradients
    """

    once: bool
    batch_size: int
    every_word: bool
    optimizer: str = "adam"


def split() -> tuple[Split, Split]:
    """The texts to train on and to test on."""
    made = news.make(NUM_TRAINING_TEXTS + NUM_TEST_TEXTS, seed=0)
    first = NUM_TRAINING_TEXTS
    return Split(made.texts[:first], made.labels[:first]), Split(made.texts[first:], made.labels[first:])


def vocabulary(setting, train) -> Vocabulary:
    """All 95,000 words, or those that training saw three times or more: fewer than 20,000."""
    return Vocabulary([news.words()]) if setting.every_word else Vocabulary(map(tokenise, train.texts), min_count=3)


def measure(half) -> dict:
    """For one framework: seconds a text for each pipeline, and seconds to the target for two of them."""
    train, test = split()
    pipelines = {name: half.Pipeline(setting, train, seed=0) for name, setting in half.PIPELINES.items()}
    num_texts = {name: BATCHES * setting.batch_size for name, setting in half.PIPELINES.items()}
    seconds = interleaved({name: partial(p.train, num_texts[name]) for name, p in pipelines.items()}, rounds=ROUNDS)
    per_text = {name: [each / num_texts[name] for each in times] for name, times in seconds.items()}
    targets = {"common": [], "course": []}
    for seed in range(SEEDS):
        for name, taken in targets.items():
            taken.append(seconds_to_target(half.Pipeline, half.PIPELINES[name], train, test, seed))
    return {"per_text": per_text, "targets": targets}


def seconds_to_target(make, setting, train, test, seed) -> float:
    """Seconds from the texts to a test accuracy of ``TARGET``; the tests themselves do not count."""
    start = time.process_time()
    pipeline = make(setting, train, seed=seed)
    seconds = time.process_time() - start
    for _ in range(PATIENCE):
        start = time.process_time()
        pipeline.train(SLICE)
        seconds += time.process_time() - start
        if pipeline.accuracy(test) >= TARGET:
            return seconds
    raise RuntimeError(f"{setting} did not reach an accuracy of {TARGET} with {PATIENCE * SLICE} texts")


def section() -> str:
    rows, lines = [], []
    for track in TRACKS:
        result = worker.measure("pipeline", track)
        per_text, targets = result["per_text"], result["targets"]
        for (slow, fast), (what, goal) in GOALS[track].items():
            rows.append(Row(TITLES[track], what, times_as_long(per_text[slow], per_text[fast]), at_least=goal))
        goal = TARGET_GOALS.get(track)
        value = times_as_long(targets["common"], targets["course"])
        rows.append(Row(TITLES[track], f"time to a test accuracy of {TARGET}", value, at_least=goal))
        lines += [
            [TITLES[track], name, number(times_as_long(per_text["common"], seconds))]
            for name, seconds in per_text.items()
        ]
    heads = ["", "one change at a time", "samples per second over common"]
    return f"{table(rows)}\n\n{grid(heads, lines)}"
