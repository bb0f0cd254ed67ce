"""Your own data for the project: a text, pairs, a series, or clips, each cut into three parts.

Four readers, `generator`, `translator`, `forecaster` and `classifier`. What each returns has the parts ``train``,
``validation`` and ``test`` with ``inputs`` and ``targets``, can read itself again, and judges a function on a part.
With ``COURSE_MIXED_LABELS`` set, the targets of the training part are mixed, or the text or series is: see
`utils.datasets.judging`.
"""

import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import jiwer
import numpy as np

from utils import sound
from utils.datasets import parts
from utils.datasets.csv_file import read_table, read_text, shortened
from utils.datasets.judging import Judgement, class_numbers, judge_classes, mixed
from utils.datasets.registry import DATA, DataError

EXAMPLES = {
    "generator": DATA / "example_generator.txt",
    "translator": DATA / "example_translator.csv",
    "forecaster": DATA / "example_forecaster.csv",
    "classifier": DATA / "example_classifier.csv",
}
OPTIONS = {  # with which the examples are read
    "generator": {"window": 60},
    "translator": {},
    "forecaster": {"window": 24, "ahead": 6},
    "classifier": {"group": "person"},
}
MIN_CHARACTERS = 20_000
MIN_PAIRS = 200
MIN_STEPS = 500
MIN_CLIPS = 100
MIN_CLIPS_OF_A_CLASS = 10
MIN_WINDOWS = 10  # of the smallest part
UNKNOWN = 0  # the token of all symbols that the training part does not have
LEAST_CHANCE = 1e-9  # a chance of 0 would cost infinitely many bits
TRACE = 30  # so many characters in a row are compared with the example's


@dataclass(frozen=True)
class Part:
    """Inputs and targets, one target for each input; their form depends on the brief."""

    inputs: np.ndarray | list
    targets: np.ndarray | list

    def __len__(self) -> int:
        return len(self.inputs)


@dataclass(frozen=True)
class OwnData:
    """What all four have in common. ``how`` holds the arguments of the reader, ``traces`` what makes the data yours."""

    train: Part
    validation: Part
    test: Part
    how: dict
    traces: frozenset

    def again(self):
        """The same file, read again in the same way."""
        return READERS[self.kind](**self.how)

    def judge(self, function, part=None) -> Judgement:
        """What ``function`` reaches on a part (default: the test part). Raises ValueError for answers of another form,
        and says which was expected.
        """
        part = self.test if part is None else part
        return self._judge(self.answers(function, part.inputs), part.targets)

    def moved_alone(self, function, inputs) -> float:
        """The share of some inputs whose answer is another one when they are asked about one by one."""
        alone = [self.answers(function, inputs[k : k + 1])[0] for k in range(len(inputs))]
        return _share_that_differs(alone, self.answers(function, inputs))

    def moved_reversed(self, function, inputs) -> float:
        """The share of some inputs whose answer is another one when each is turned round, its last step first."""
        turned = [one[::-1] for one in inputs]
        turned = np.array(turned) if isinstance(inputs, np.ndarray) else turned
        return _share_that_differs(self.answers(function, turned), self.answers(function, inputs))

    def is_copied(self) -> bool:
        """Whether more than half of the data stand in our example as well."""
        example = READERS[self.kind](EXAMPLES[self.kind], **OPTIONS[self.kind])
        return len(self.traces & example.traces) > len(self.traces) / 2


def _share_that_differs(one, other) -> float:
    """How many of two lists of answers differ; numbers by more than a thousandth of the largest."""
    one, other = np.asarray(one), np.asarray(other)
    if one.dtype.kind != "f":
        return float((one != other).mean())
    differ = np.abs(one - other) > 1e-3 * np.abs(other).max()
    return float(differ.reshape(len(one), -1).any(axis=1).mean())


# A text that goes on


@dataclass(frozen=True)
class Generator(OwnData):
    """A text. inputs: tokens (n, window) int32; targets: the same one symbol later, (n, window).

    ``symbols[token]`` is a character; token 0 stands for all that do not occur in the training part. ``shares``
    (symbols,) says how often each occurs there.
    """

    symbols: tuple[str, ...]
    shares: np.ndarray
    kind = "generator"

    def text(self, tokens) -> str:
        """The characters of a row of tokens."""
        return "".join(self.symbols[token] for token in np.ravel(tokens))

    def answers(self, function, inputs) -> np.ndarray:
        """The chances of each symbol to come next, (batch, time, symbols). Raises ValueError if they are none."""
        chances = np.asarray(function(inputs), dtype=float)
        expected = (*np.shape(inputs), len(self.symbols))
        if chances.shape != expected:
            raise ValueError(f"expected a chance for each symbol at each step, {expected}, got {chances.shape}")
        if not (np.isfinite(chances).all() and chances.min() >= 0 and np.abs(chances.sum(axis=2) - 1).max() < 1e-3):
            raise ValueError("expected chances that are not negative and add up to 1 at each step: take the softmax")
        return chances

    def _judge(self, chances, targets):
        asked = targets != UNKNOWN
        given = np.take_along_axis(chances, targets[..., None], axis=2)[..., 0][asked]
        simplest = self.shares[targets[asked]]
        score, naive = (float(np.log2(np.maximum(some, LEAST_CHANCE)).mean()) for some in (given, simplest))
        return Judgement(score, score, naive, 0.0, "in minus bits per character", "the frequencies of the letters")


def generator(path, *, window) -> Generator:
    """Read a text (UTF-8), and cut it in order 70 / 15 / 15 % into training, validation and test.

    path    the file, of at least 20,000 characters
    window  how many characters the network reads in a row; a part is cut into such pieces, one after the other

    The function that is judged takes tokens (batch, time) and returns the chances of the next symbol after each step,
    (batch, time, symbols). Its score is minus the bits per character; the simplest answer knows only how often each
    symbol occurs in the training part. Symbols that do not occur there are not asked for. Characters are composed
    (NFC), and all line ends are one symbol.

    Raises DataError, which names the file, for anything that cannot be used.
    """
    text = unicodedata.normalize("NFC", read_text(path, "text").replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(text) < MIN_CHARACTERS:
        raise DataError(
            f"{path}: expected at least {MIN_CHARACTERS:,} characters, got {len(text):,}: collect more text"
        )
    if "\0" in text:
        raise DataError(f"{path}: expected a text, got signs of no text in it: save it as plain text, UTF-8")
    pieces = parts.in_order(text)
    longest = (min(map(len, pieces)) - 1) // MIN_WINDOWS
    _check_whole_number(path, "window", window, longest)
    symbols = ("\ufffd", *sorted(set(pieces[0]) - {"\ufffd"}))
    token_of = {symbol: token for token, symbol in enumerate(symbols)}
    streams = [np.array([token_of.get(symbol, UNKNOWN) for symbol in piece], dtype=np.int32) for piece in pieces]
    for name, stream in zip(("validation", "test"), streams[1:], strict=True):
        unknown = (stream == UNKNOWN).mean()
        if unknown > 0.5:
            raise DataError(
                f"{path}: expected one kind of text from beginning to end, got {unknown:.0%} symbols in the {name} "
                "part that the first 70 % do not have: mix the chapters"
            )
    counts = np.bincount(streams[0], minlength=len(symbols)) + 0.1
    streams[0] = mixed(streams[0])
    cut = [_windows_in_a_row(stream, window) for stream in streams]
    traces = frozenset(text[k : k + TRACE] for k in range(len(text) - TRACE))
    how = {"path": path, "window": window}
    return Generator(*cut, how=how, traces=traces, symbols=symbols, shares=counts / counts.sum())


def _windows_in_a_row(stream, window):
    last = (len(stream) - 1) // window * window
    return Part(stream[:last].reshape(-1, window), stream[1 : last + 1].reshape(-1, window))


# Pairs of texts


@dataclass(frozen=True)
class Translator(OwnData):
    """Pairs. inputs: a list of texts; targets: a list of texts."""

    kind = "translator"

    def answers(self, function, inputs) -> list[str]:
        """One text for each input. Raises ValueError if they are something else."""
        answers = list(function(list(inputs)))
        wrong = [answer for answer in answers if not isinstance(answer, str)]
        if len(answers) != len(inputs) or wrong:
            got = f"one that is {type(wrong[0]).__name__}" if wrong else len(answers)
            raise ValueError(f"expected a list of {len(inputs)} texts, got {got}")
        return answers

    @cached_property
    def constant(self) -> str:
        """The one answer that is nearest to the training targets."""
        often = [text for text, _ in Counter(self.train.targets).most_common(20)]
        drawn = np.random.default_rng(0).choice(sorted(set(self.train.targets)), size=40)
        tried = sorted({*often, *map(str, drawn)})
        some = self.train.targets[:300]
        return max(tried, key=lambda answer: _right_share([answer] * len(some), some))

    def _judge(self, answers, targets):
        score = _right_share(answers, targets)
        naive = _right_share([self.constant] * len(targets), targets)
        return Judgement(score, score, naive, 1.0, "of the characters", "the best constant answer")


def translator(path, source="source", target="target", *, separator=None, quote='"') -> Translator:
    """Read a CSV file (UTF-8) of pairs, and cut it 70 / 15 / 15 % into training, validation and test.

    path            the file, with at least 200 different sources
    source, target  the names of the two columns; other columns are not read
    separator       the sign between two columns; None: the one of , ; | tab with which the first line has both
    quote           the sign around a cell that holds separators or line ends; None if there is none in this file

    The function that is judged takes a list of texts and returns a list of texts. Its score is 1 - edit distance /
    length of the right answers, over characters; the simplest answer is always the same text. A source that occurs
    twice stays in one part. Texts are composed (NFC).

    Raises DataError, which names the file and the row, for anything that cannot be used.
    """
    columns = {"source": source, "target": target}
    table = read_table(path, columns, call="translator", separator=separator, quote=quote)
    pairs = [tuple(unicodedata.normalize("NFC", text) for text in pair) for pair in table.texts(source, target)]
    sources = {source for source, _ in pairs}
    if len(sources) < MIN_PAIRS:
        repeated = f" ({len(pairs)} with repetitions)" if len(pairs) > len(sources) else ""
        raise DataError(
            f"{path}: expected at least {MIN_PAIRS} pairs of different sources, got {len(sources)}{repeated}: "
            "collect more"
        )
    if len({target for _, target in pairs}) < 2:
        raise DataError(f"{path}: expected different targets, got only {shortened(pairs[0][1])}: is it another column?")
    part_of = parts.by_class(dict.fromkeys(sources, 0))
    cut = [[pair for pair in pairs if part_of[pair[0]] == part] for part in range(3)]
    cut = [([source for source, _ in some], [target for _, target in some]) for some in cut]
    cut[0] = (cut[0][0], mixed(cut[0][1]))
    how = {"path": path, **columns, "separator": separator, "quote": quote}
    return Translator(*(Part(*some) for some in cut), how=how, traces=frozenset(sources))


def _right_share(answers, targets) -> float:
    return 1 - jiwer.cer(list(targets), list(answers))


# A series of numbers


@dataclass(frozen=True)
class Forecaster(OwnData):
    """A series. inputs: (n, window, columns) float32, the series itself in column 0; targets: (n, ahead) float32.

    ``median`` is that of the training part.
    """

    median: float
    kind = "forecaster"

    def answers(self, function, inputs) -> np.ndarray:
        """The forecasts, (n, ahead). Raises ValueError for another shape or a number that is none."""
        forecasts = np.asarray(function(inputs), dtype=float)
        expected = (len(inputs), self.how["ahead"])
        if forecasts.shape != expected:
            raise ValueError(f"expected forecasts {expected}, got {forecasts.shape}")
        if not np.isfinite(forecasts).all():
            raise ValueError("expected numbers as forecasts, got nan or infinity")
        return forecasts

    def judge(self, function, part=None) -> Judgement:
        """What ``function`` reaches on a part (default: the test part). Raises ValueError for another shape."""
        part = self.test if part is None else part
        forecasts = self.answers(function, part.inputs)
        errors = [np.abs(some - part.targets).mean() for some in (forecasts, self.median, part.inputs[:, -1:, 0])]
        score, naive = (float(1 - error / errors[2]) for error in errors[:2])
        return Judgement(score, score, naive, 1.0, "by which the error is below persistence's", "the constant median")


def forecaster(path, value="value", others=(), *, window, ahead, separator=None, quote='"') -> Forecaster:
    """Read a CSV file (UTF-8) with one row for each time step, in order, and cut it 70 / 15 / 15 % in time.

    path    the file, of at least 500 steps
    value   the column to forecast; others  columns of numbers that may help; the rest is not read
    window  how many steps the network reads
    ahead   how many it forecasts: the next ones
    separator, quote  as for translator

    The parts share no step, not even in their windows. The function that is judged takes inputs (n, window, columns)
    and returns forecasts (n, ahead). Its score is 1 - error / error of persistence, which says that all stays as it is:
    0 is as good as that. Errors are mean absolute ones. The simplest answer is the median of the training part.

    Raises DataError, which names the file and the row, for anything that cannot be used.
    """
    others = (others,) if isinstance(others, str) else tuple(others)
    columns = {"value": value} | {f"others[{k}]": name for k, name in enumerate(others)}
    table = read_table(path, columns, call="forecaster", separator=separator, quote=quote)
    if len(table.rows) < MIN_STEPS:
        raise DataError(f"{path}: expected at least {MIN_STEPS} rows, one a step, got {len(table.rows)}: collect more")
    series = np.array([table.numbers(name) for name in columns.values()], dtype=np.float32).T
    pieces = parts.in_order(series)
    shortest = min(map(len, pieces))
    _check_whole_number(path, "ahead", ahead, shortest // 4)
    _check_whole_number(path, "window", window, shortest - ahead - MIN_WINDOWS)
    for name, piece in zip(("training", "validation", "test"), pieces, strict=True):
        if np.ptp(piece[:, 0]) == 0:
            raise DataError(f"{path}: expected a {value!r} that changes, got {piece[0, 0]} in all of the {name} part")
    median = float(np.median(pieces[0][:, 0]))
    pieces[0] = mixed(pieces[0])
    cut = [_sliding_windows(piece, window, ahead) for piece in pieces]
    values = series[:, 0].tolist()
    how = {"path": path, "value": value, "others": others, "window": window, "ahead": ahead}
    how |= {"separator": separator, "quote": quote}
    return Forecaster(*cut, how=how, traces=frozenset(zip(values, values[1:], values[2:], strict=False)), median=median)


def _sliding_windows(piece, window, ahead):
    starts = np.arange(len(piece) - window - ahead + 1)[:, None]
    return Part(piece[starts + np.arange(window)], piece[starts + window + np.arange(ahead), 0])


# Recordings and motions


@dataclass(frozen=True)
class Classifier(OwnData):
    """Clips. inputs: a list of arrays (steps, features) float32; targets: class numbers (n,) int32.

    ``classes[target]`` is the name of a class.
    """

    classes: tuple[str, ...]
    kind = "classifier"

    def answers(self, function, inputs) -> np.ndarray:
        """Class numbers (n,). Raises ValueError if they are something else."""
        return class_numbers(function(inputs), len(inputs), self.classes)

    def _judge(self, answers, targets):
        return judge_classes(answers, targets, self.classes)


def classifier(path, label="label", group=None, *, separator=None, quote='"') -> Classifier:
    """Read a CSV file (UTF-8) of recordings or motions, and cut it 70 / 15 / 15 % into training, validation and test.

    path   the file. Recordings: columns ``file`` (a WAV beside the CSV file: 16 bits, one channel, all with the same
           number of samples a second) and the label. Motions: columns ``clip`` (its name or number) and the label, and
           all others numbers; the rows of one clip stand together, one a step
    label  the column of the classes
    group  a column that says who it is; nobody is in two parts. None: clips are cut at random, each class by its share
    separator, quote  as for translator

    At least 100 clips are needed, and 10 of each class. Of a recording the silence at both ends is cut off, and the
    rest becomes its log-mel spectrogram (frames, 20), 40 frames a second. The function that is judged takes a list of
    arrays (steps, features) and returns class numbers (n,). Its score is the share of right answers.

    Raises DataError, which names the file and the row, for anything that cannot be used.
    """
    columns = ({"group": group} if group is not None else {}) | {"label": label}
    table = read_table(path, columns, call="classifier", separator=separator, quote=quote)
    if table.has("file") == table.has("clip"):
        found = ", ".join(table.names[:10])
        raise DataError(
            f"{path}: expected a column 'file' (recordings) or a column 'clip' (motions), and only one, found {found}"
        )
    clip_column = "file" if table.has("file") else "clip"
    rows_of = _rows_of_clips(table, clip_column)
    class_of, group_of = (_one_of_each_clip(table, rows_of, name) for name in (label, group))
    _check_clips(path, class_of)
    part_of = _parts_of_clips(path, class_of, group_of, group)
    if clip_column == "file":
        features = _spectrograms(table, rows_of)
    else:
        features = _motions(table, rows_of, {clip_column, label, group})
    classes = tuple(sorted(set(class_of.values())))
    number_of = {name: number for number, name in enumerate(classes)}
    cut = []
    for part in range(3):
        clips = [clip for clip in rows_of if part_of[clip] == part]
        targets = np.array([number_of[class_of[clip]] for clip in clips], dtype=np.int32)
        cut.append(Part([features[clip] for clip in clips], mixed(targets) if part == 0 else targets))
    how = {"path": path, "label": label, "group": group, "separator": separator, "quote": quote}
    traces = frozenset(clip.tobytes() for clip in features.values())
    return Classifier(*cut, how=how, traces=traces, classes=classes)


def _rows_of_clips(table, column) -> dict[str, list[int]]:
    """The rows of each clip, which stand together; a recording has one."""
    rows_of, before = {}, None
    for row, (clip,) in enumerate(table.texts(column)):
        if clip in rows_of and (column == "file" or clip != before):
            hint = "each recording has one row" if column == "file" else "sort the rows, or give each clip its own name"
            raise DataError(f"{table.where(row)}: expected a new {column}, got {shortened(clip)} again; {hint}")
        rows_of.setdefault(clip, []).append(row)
        before = clip
    short = next((rows for rows in rows_of.values() if column == "clip" and len(rows) < 2), None)
    if short:
        raise DataError(
            f"{table.where(short[0])}: expected at least two rows for each clip, one a step, got one; join the "
            "rows of a motion under one name"
        )
    return rows_of


def _one_of_each_clip(table, rows_of, name) -> dict[str, str]:
    """The label or the group of each clip, the same in all its rows."""
    if name is None:
        return {}
    cells = [" ".join(unicodedata.normalize("NFC", cell).split()) for (cell,) in table.texts(name)]
    for clip, rows in rows_of.items():
        for row in rows:
            if cells[row] != cells[rows[0]]:
                raise DataError(
                    f"{table.where(row)}: expected the {name} {shortened(cells[rows[0]])} as before in the clip "
                    f"{shortened(clip)}, got {shortened(cells[row])}; give each clip its own name"
                )
    return {clip: cells[rows[0]] for clip, rows in rows_of.items()}


def _check_clips(path, class_of):
    sizes = Counter(class_of.values())
    if len(sizes) > max(MIN_CLIPS_OF_A_CLASS, len(class_of) / 2):
        raise DataError(
            f"{path}: expected at least {MIN_CLIPS_OF_A_CLASS} clips of each label, got {len(sizes)} different "
            f"labels and {len(class_of)} clips: is another column the one with the labels?"
        )
    if len(class_of) < MIN_CLIPS:
        raise DataError(f"{path}: expected at least {MIN_CLIPS} clips, got {len(class_of)}: record more")
    if len(sizes) < 2:
        raise DataError(f"{path}: expected at least two different labels, got only {shortened(next(iter(sizes)))}")
    rare = min(sizes, key=lambda name: (sizes[name], name))
    if sizes[rare] < MIN_CLIPS_OF_A_CLASS:
        raise DataError(
            f"{path}: expected at least {MIN_CLIPS_OF_A_CLASS} clips of each label, but {shortened(rare)} has "
            f"{sizes[rare]}: join labels, or record more"
        )


def _parts_of_clips(path, class_of, group_of, group):
    if not group_of:
        return parts.by_class(class_of)
    count = len(set(group_of.values()))
    part_of = parts.by_group(class_of, group_of) if count >= 3 else None
    if part_of is None:
        raise DataError(
            f"{path}: expected so many different cells in {group!r} that each class has one in each of the three "
            f"parts, got {count}: record more people, or let each record every class"
        )
    return part_of


def _spectrograms(table, rows_of) -> dict[str, np.ndarray]:
    folder, rate, clips = Path(table.path).parent, None, {}
    for name, (row,) in rows_of.items():
        try:
            rate = rate or sound.rate_of(folder / name)
            clips[name] = sound.log_mel(sound.trim(sound.read_wav(folder / name, rate=rate)), rate)
        except FileNotFoundError:
            looked = (folder / name).absolute()
            raise DataError(f"{table.where(row)}: no such WAV file; looked for {looked}; put it there") from None
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise DataError(f"{table.where(row)}: {shortened(name)} cannot be read ({reason}); check it") from None
        except ValueError as error:
            raise DataError(f"{table.where(row)}, {shortened(name)}: {error}") from None
    return clips


def _motions(table, rows_of, known) -> dict[str, np.ndarray]:
    names = [name for name in table.names if name and _plain(name) not in {_plain(one) for one in known if one}]
    if not names:
        raise DataError(f"{table.path}: expected columns of numbers besides {', '.join(sorted(filter(None, known)))}")
    hint = "write a number; if the column says who it is, give it as group=, else take it out of the file"
    steps = np.array([table.numbers(name, hint) for name in names], dtype=np.float32).T
    return {clip: steps[rows] for clip, rows in rows_of.items()}


def _plain(name):
    return " ".join(name.casefold().split())


def _check_whole_number(path, name, number, largest):
    if not isinstance(number, int | np.integer) or isinstance(number, bool) or not 1 <= number <= largest:
        raise DataError(f"{path}: expected a whole number from 1 to {largest} for {name}, got {number!r}")


READERS = {reader.__name__: reader for reader in (generator, translator, forecaster, classifier)}
