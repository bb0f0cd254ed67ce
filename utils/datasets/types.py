"""What a data set looks like once it is loaded."""

from dataclasses import dataclass

import numpy as np

from utils.sanity import ctc_frames_lacking


@dataclass(frozen=True)
class Split:
    """Texts and their class numbers: ``labels`` is (texts,) int32."""

    texts: list[str]
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True)
class TextDataset:
    """Labelled texts in three parts. ``classes[label]`` is the name of a class; ``source`` says where it is from.

    A set with no validation part of its own has an empty one.
    """

    name: str
    classes: tuple[str, ...]
    train: Split
    validation: Split
    test: Split
    source: str

    def __post_init__(self):
        for part in ("train", "validation", "test"):
            split = getattr(self, part)
            labels = np.asarray(split.labels)
            if labels.shape != (len(split),):
                raise ValueError(
                    f"{self.name}, {part}: expected {len(split)} labels, one a text, got shape {labels.shape}"
                )
            wrong = np.flatnonzero((labels < 0) | (labels >= len(self.classes)))
            if len(wrong):
                raise ValueError(
                    f"{self.name}, {part}, row {wrong[0]}: label {labels[wrong[0]]} is out of range, "
                    f"expected 0 to {len(self.classes) - 1} for {len(self.classes)} classes"
                )


def split_of(rows) -> Split:
    """A Split from a list of (text, label) pairs."""
    return Split([text for text, _ in rows], np.array([label for _, label in rows], dtype=np.int32))


@dataclass(frozen=True)
class Sequences:
    """Sequences of symbols and what to answer after each one.

    inputs   (sequences, time) int32, ids from 1 on; 0 is padding. With several symbols at each step: (sequences, time,
             symbols)
    targets  (sequences, time) int32, class numbers; -1 where no answer is asked for. With several questions at each
             step: (sequences, time, questions)
    """

    inputs: np.ndarray
    targets: np.ndarray

    def __len__(self) -> int:
        return len(self.inputs)


@dataclass(frozen=True)
class Series:
    """Sequences of numbers with one target each, or one after each step.

    inputs   (sequences, time, features) float32
    targets  (sequences,) or (sequences, time); float32 numbers, or int32 class numbers
    """

    inputs: np.ndarray
    targets: np.ndarray

    def __len__(self) -> int:
        return len(self.inputs)


@dataclass(frozen=True)
class Tagged:
    """Sentences as lists of words, and a tag for each word."""

    words: list[list[str]]
    tags: list[list[str]]

    def __post_init__(self):
        for k, (words, tags) in enumerate(zip(self.words, self.tags, strict=True)):
            if len(words) != len(tags):
                raise ValueError(f"sentence {k}: expected one tag a word, got {len(words)} words and {len(tags)} tags")

    def __len__(self) -> int:
        return len(self.words)


@dataclass(frozen=True)
class Pairs:
    """Texts and what each is translated to; a text is a string of symbols or a list of words."""

    sources: list
    targets: list

    def __post_init__(self):
        if len(self.sources) != len(self.targets):
            raise ValueError(f"expected one target for each of {len(self.sources)} sources, got {len(self.targets)}")
        for k, pair in enumerate(zip(self.sources, self.targets, strict=True)):
            if not all(map(len, pair)):
                raise ValueError(f"pair {k} has an empty text: leave such pairs out")

    def __len__(self) -> int:
        return len(self.sources)


@dataclass(frozen=True)
class Stories:
    """Stories (lists of sentences, which are lists of words), a question about each, and the class of its answer."""

    sentences: list[list[list[str]]]
    questions: list[list[str]]
    answers: np.ndarray

    def __len__(self) -> int:
        return len(self.answers)


@dataclass(frozen=True)
class Films:
    """Films, and what is to be said of each.

    frames  (films, frames, height, width, channels) float32
    labels  (films,) int32 class numbers; None where there are none
    """

    frames: np.ndarray
    labels: np.ndarray | None = None

    def __post_init__(self):
        if self.frames.ndim != 5:
            raise ValueError(f"expected films (films, frames, height, width, channels), got shape {self.frames.shape}")
        if self.labels is not None and np.shape(self.labels) != (len(self),):
            raise ValueError(f"expected {len(self)} labels, one a film, got shape {np.shape(self.labels)}")

    def __len__(self) -> int:
        return len(self.frames)


@dataclass(frozen=True)
class Utterances:
    """Recordings as spectrograms, what is said in each, and by whom.

    clips     (clips, frames, bands) float32
    labels    (clips, longest) int32, ids from 1 on in the order in which they are said; 0 fills up on the right
    speakers  one name for each clip
    """

    clips: np.ndarray
    labels: np.ndarray
    speakers: list[str]

    def __post_init__(self):
        sizes = len(self.clips), len(self.labels), len(self.speakers)
        if np.ndim(self.clips) != 3 or np.ndim(self.labels) != 2 or len(set(sizes)) != 1:
            raise ValueError(
                f"expected clips (clips, frames, bands), labels (clips, longest) and a speaker for each clip, "
                f"got shapes {np.shape(self.clips)}, {np.shape(self.labels)} and {sizes[2]} speakers"
            )
        lacking = ctc_frames_lacking(self.labels, np.shape(self.clips)[1])
        if (lacking > 0).any():
            row = int(lacking.argmax())
            needed = np.shape(self.clips)[1] + lacking[row]
            raise ValueError(
                f"clip {row} is too short for its labels: expected {needed} frames or more (one a label, and one "
                f"between equal neighbours), got {np.shape(self.clips)[1]}: leave it out, or take more frames a second"
            )

    def __len__(self) -> int:
        return len(self.clips)


@dataclass(frozen=True)
class Dataset:
    """Sequences, Series, Tagged sentences, Pairs, Stories, Films or Utterances to train on and to test on.

    ``classes[target]`` is the name of a class (empty if targets are numbers); ``source`` says where the data are from.
    """

    name: str
    classes: tuple[str, ...]
    train: Sequences | Series | Tagged | Pairs | Stories | Films | Utterances
    test: Sequences | Series | Tagged | Pairs | Stories | Films | Utterances
    source: str


@dataclass(frozen=True)
class Stream:
    """One long text to train on, and another to test on."""

    name: str
    train: str
    test: str
    source: str


@dataclass(frozen=True)
class TimeSeries:
    """Numbers that were measured one after the other.

    times   (time,) NumPy dates, or whole numbers, in order
    values  (time,) numbers
    step    how far apart two times are; None where they are uneven by their nature, such as the days of a market

    Raises ValueError if a value is missing or no number, if times are unsorted or twice there, or if there is a gap.
    """

    name: str
    times: np.ndarray
    values: np.ndarray
    step: np.timedelta64 | int | None
    source: str

    def __post_init__(self):
        times, values = np.asarray(self.times), np.asarray(self.values, dtype=float)
        if times.ndim != 1 or times.shape != values.shape or len(times) < 2:
            shapes = f"{times.shape} and {values.shape}"
            raise ValueError(f"{self.name}: expected two values or more and a time for each, got shapes {shapes}")
        check_order(self.name, times)
        missing = np.flatnonzero(~np.isfinite(values))
        if len(missing):
            row = missing[0]
            raise ValueError(
                f"{self.name}: expected a number in each row, got {values[row]} in row {row} ({times[row]}) and "
                f"{len(missing) - 1} more: fill them (datasets.fill_forward), or cut the series there"
            )
        gaps = np.flatnonzero(np.diff(times) != self.step) if self.step is not None else []
        if len(gaps):
            row = gaps[0]
            raise ValueError(
                f"{self.name}: expected steps of {self.step}, got {times[row + 1] - times[row]} from {times[row]} to "
                f"{times[row + 1]} (row {row + 1}): fill the gap (datasets.fill_forward), or cut the series there"
            )

    def __len__(self) -> int:
        return len(self.values)


def check_order(name, times):
    """Raise ValueError if times (time,) are missing, unsorted, or twice there."""
    none = np.flatnonzero(times != times)
    if len(none):
        raise ValueError(f"{name}: expected a time in each row, got {times[none[0]]} in row {none[0]}: drop the row")
    wrong = np.flatnonzero(times[1:] <= times[:-1]) + 1
    if len(wrong):
        row = wrong[0]
        twice = times[row] == times[row - 1]
        remedy = "keep one of the two rows" if twice else "sort the rows by time"
        raise ValueError(
            f"{name}: expected times that grow, got {times[row]} after {times[row - 1]} (row {row}): {remedy}"
        )


def fill_forward(times, values, *, step) -> tuple[np.ndarray, np.ndarray]:
    """Times every ``step`` (dates, or whole numbers), and the last number that was known at each: (times, values).

    Fills gaps and missing numbers (nan) with what came before, never with what came after: a line drawn across a gap
    would know its other end. What is missing before the first number and after the last one is cut off. Raises
    ValueError if times are unsorted or twice there, or if there is no number.
    """
    times, values = np.asarray(times), np.asarray(values, dtype=float)
    check_order("fill_forward", times)
    known = np.isfinite(values)
    if not known.any():
        raise ValueError(f"fill_forward: expected at least one number, got {len(values)} rows without one")
    times, values = times[known], values[known]
    even = np.arange(times[0], times[-1] + step, step)
    return even, values[np.searchsorted(times, even, side="right") - 1]
