"""What a function reaches on data of one's own, beside the simplest answer; and the control with mixed targets."""

import os
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Judgement:
    """How good a function's answers are.

    score    by which two functions are compared; more is better
    learned  by which it is judged whether the function learned anything; for most data the score itself
    naive    what the simplest answer reaches in ``learned``
    best     the most that ``learned`` can be
    unit     what ``learned`` is measured in, and ``simplest``, what the simplest answer is: words for messages
    """

    score: float
    learned: float
    naive: float
    best: float
    unit: str
    simplest: str

    @property
    def skill(self) -> float:
        """How much of the way from the simplest answer to the best one is covered: 1 - error / naive error."""
        return (self.learned - self.naive) / (self.best - self.naive)


def class_numbers(answers, count, classes) -> np.ndarray:
    """Answers as class numbers (count,). Raises ValueError if they are something else."""
    answers = np.asarray(answers)
    if answers.shape != (count,):
        raise ValueError(f"expected class numbers {(count,)}, got {answers.shape}")
    if not set(answers.tolist()) <= set(range(len(classes))):
        raise ValueError(f"expected class numbers 0 to {len(classes) - 1}, not names or chances")
    return answers


def judge_classes(answers, labels, classes) -> Judgement:
    """Score: the share of right answers. Learned is judged by the mean over the classes, in which naming one class
    gets 1 of them right, however many members it has.
    """
    right = answers == labels
    by_class = np.mean([right[labels == k].mean() for k in sorted(set(labels.tolist()))])
    words = ("in the mean over the classes", "naming one class")
    return Judgement(float(right.mean()), float(by_class), 1 / len(classes), 1.0, *words)


def mixed(targets):
    """The targets of the training part, in an order drawn at random where ``COURSE_MIXED_LABELS`` is set.

    It is a control that `tools.grade` runs. What is learned from mixed targets must not help on the test part.
    """
    if not os.environ.get("COURSE_MIXED_LABELS"):
        return targets
    order = np.random.default_rng(0).permutation(len(targets))
    return targets[order] if isinstance(targets, np.ndarray) else [targets[k] for k in order]
