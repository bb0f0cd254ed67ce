"""Your own texts: a CSV file with a column of texts and a column of labels, cut into three parts.

`utils.datasets.csv_file` finds the rows; here they become a data set. With ``COURSE_MIXED_LABELS`` set, the labels of
the training part are mixed: a control that `tools.grade` runs. What is learned from mixed labels must not help on the
test part.
"""

import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from utils.datasets.csv_file import read_rows, shortened
from utils.datasets.judging import Judgement, class_numbers, judge_classes, mixed
from utils.datasets.parts import by_class
from utils.datasets.registry import DataError
from utils.datasets.types import TextDataset, split_of
from utils.text import tokenise

EXAMPLE = Path(__file__).parents[2] / "data" / "example_texts.csv"
MIN_TEXTS = 200
MIN_TEXTS_OF_A_CLASS = 20


@dataclass(frozen=True)
class OwnTexts(TextDataset):
    """A data set that can read itself again, and judge a function on its test part."""

    how: dict

    def again(self) -> "OwnTexts":
        """The same file, read again in the same way."""
        return read_csv(**self.how)

    def judge(self, classify) -> Judgement:
        """What ``classify``, from a list of texts to class numbers (texts,), reaches on the test part. ValueError."""
        answers = class_numbers(classify(self.test.texts), len(self.test), self.classes)
        return judge_classes(answers, self.test.labels, self.classes)


def read_csv(path, text="text", label="label", separator=None, quote='"') -> OwnTexts:
    """Read a CSV file (UTF-8, its first line names the columns) and cut it 70 / 15 / 15 % into training, validation
    and test.

    path         the file
    text, label  the names of the two columns; other columns are not read
    separator    the sign between two columns; None: the one of , ; | tab with which the first line has both columns
    quote        the sign around a cell that holds separators or line ends; None if there is none in this file

    The cut is the same in every run. A text that occurs twice stays in one part, and every part holds each class. The
    classes are the labels in alphabetical order, composed (NFC) and with single spaces. Texts without a word are left
    out, and a line says how many.

    Raises DataError, which names the file and the row, for anything that cannot be used: no file, other columns,
    another encoding, an empty cell, a quotation mark that does not fit, too few different texts of all or of a class.
    """
    rows = _with_words(path, [_clean(*row) for row in read_rows(path, text, label, separator, quote)])
    class_of = _class_of_each_text(rows)
    _check_sizes(path, rows, class_of)
    classes = tuple(sorted({label for _, _, label in rows}))
    _say_which_differ_in_case_alone(path, classes)

    part_of, class_number = by_class(class_of), {name: number for number, name in enumerate(classes)}
    parts = [[(text, class_number[label]) for _, text, label in rows if part_of[text] == part] for part in range(3)]
    labels = mixed([label for _, label in parts[0]])
    parts[0] = [(text, int(label)) for (text, _), label in zip(parts[0], labels, strict=True)]
    how = {"path": path, "text": text, "label": label, "separator": separator, "quote": quote}
    return OwnTexts("own_texts", classes, *(split_of(part) for part in parts), source=str(path), how=how)


def _clean(number, text, label):
    label = " ".join(unicodedata.normalize("NFC", label).split())
    if len(label) > 2 and label[0] == label[-1] == '"':
        label = label[1:-1].strip()
    return number, unicodedata.normalize("NFC", text), label


def _with_words(path, rows):
    """The rows whose text has a word; says how many have none, such as ":)"."""
    without = [(number, text) for number, text, _ in rows if not tokenise(text)]
    if without:
        some = ", ".join(str(number) for number, _ in without[:3]) + (", …" if len(without) > 3 else "")
        example = shortened(without[0][1])
        counted = "1 text" if len(without) == 1 else f"{len(without)} texts"
        print(f"{path}: left out {counted} without a word, such as {example} (row {some})")
    left_out = {number for number, _ in without}
    return [row for row in rows if row[0] not in left_out]


def _class_of_each_text(rows) -> dict[str, str]:
    """The label of each different text; of several labels the most frequent one."""
    counts = defaultdict(Counter)
    for _, text, label in rows:
        counts[text][label] += 1
    return {text: min(labels, key=lambda label: (-labels[label], label)) for text, labels in counts.items()}


def _check_sizes(path, rows, class_of):
    rows_of = Counter(label for _, _, label in rows)
    if len(rows_of) > max(MIN_TEXTS_OF_A_CLASS, len(class_of) / 2):
        labels = f"{len(rows_of)} different labels and {len(class_of)} different texts"
        raise DataError(
            f"{path}: expected at least {MIN_TEXTS_OF_A_CLASS} texts of each label, got {labels}: "
            "is the other column the one with the labels?"
        )
    repeated = f" ({len(rows)} with repetitions)" if len(rows) > len(class_of) else ""
    if len(class_of) < MIN_TEXTS:
        raise DataError(
            f"{path}: expected at least {MIN_TEXTS} different texts, got {len(class_of)}{repeated}: collect more"
        )
    if len(rows_of) < 2:
        raise DataError(f"{path}: expected at least two different labels, got only {shortened(next(iter(rows_of)))}")
    texts_of = Counter(class_of.values())
    rare = min(rows_of, key=lambda label: (texts_of[label], label))
    if texts_of[rare] < MIN_TEXTS_OF_A_CLASS:
        few = f"{shortened(rare)} has {texts_of[rare]}"
        if rows_of[rare] > texts_of[rare]:
            few += f" (in {rows_of[rare]} rows; a text with two labels counts for the more frequent one)"
        raise DataError(
            f"{path}: expected at least {MIN_TEXTS_OF_A_CLASS} different texts of each label, but {few}: "
            "join labels, or collect more"
        )


def _say_which_differ_in_case_alone(path, classes):
    spellings = defaultdict(list)
    for name in classes:
        spellings[name.casefold()].append(name)
    for names in spellings.values():
        if len(names) > 1:
            listed = " and ".join(map(shortened, names))
            print(f"{path}: the labels {listed} differ only in capital letters; they are taken as different classes")
