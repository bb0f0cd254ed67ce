"""A learner's own CSV file: what is read, how it is cut, and one clear sentence for everything that does not fit."""

import csv

import numpy as np
import pytest

from utils import datasets
from utils.datasets import own_texts


@pytest.fixture
def write(tmp_path):
    def write(rows, name="mine.csv", encoding="utf-8"):
        path = tmp_path / name
        with open(path, "w", newline="", encoding=encoding) as file:
            csv.writer(file).writerows(rows)
        return path

    return write


def rows(count=300, labels=("red", "blue")):
    return [["text", "label"]] + [[f"text, number {k}", labels[k % len(labels)]] for k in range(count)]


def test_texts_are_cut_into_three_parts_in_the_same_way_each_time(write):
    path = write(rows())
    one, two = own_texts.read_csv(path), own_texts.read_csv(path)
    assert (len(one.train), len(one.validation), len(one.test)) == (210, 45, 45)
    assert one.classes == ("blue", "red") and one.train.texts == two.train.texts
    assert len({*one.train.texts, *one.validation.texts, *one.test.texts}) == 300
    for part in (one.train, one.validation, one.test):
        expected = ["red" if int(text.split()[-1]) % 2 == 0 else "blue" for text in part.texts]
        assert [one.classes[label] for label in part.labels] == expected


def test_a_text_that_occurs_twice_stays_in_one_part(write):
    twice = own_texts.read_csv(write(rows(150) + rows(150)[1:]))
    parts = [set(part.texts) for part in (twice.train, twice.validation, twice.test)]
    assert not parts[0] & parts[1] and not parts[0] & parts[2] and not parts[1] & parts[2]
    assert sum(map(len, (twice.train, twice.validation, twice.test))) == 300


def test_a_file_from_a_spreadsheet_is_read(write):
    assert own_texts.read_csv(write([["Text ", "LABEL"], *rows()[1:], []], encoding="utf-8-sig")).classes == (
        "blue",
        "red",
    )


def test_mixed_labels_touch_the_training_part_alone(write, monkeypatch):
    path = write(rows())
    real = own_texts.read_csv(path)
    monkeypatch.setenv("COURSE_MIXED_LABELS", "1")
    mixed = own_texts.read_csv(path)
    assert mixed.train.texts == real.train.texts and np.array_equal(mixed.test.labels, real.test.labels)
    assert np.array_equal(np.bincount(mixed.train.labels), np.bincount(real.train.labels))
    assert 0.35 < (mixed.train.labels == real.train.labels).mean() < 0.65


@pytest.mark.parametrize(
    "content, message",
    [
        ([], "expected the first line 'text,label', got 'an empty file'"),
        ([["text;label"], ["a;b"]], "expected the first line 'text,label', got 'text;label'"),
        (
            [["text", "label"], ["a", "b", "c"]],
            "row 2: expected two columns, got 3; put texts that hold a comma in double",
        ),
        ([["text", "label"], ["a", " "]], "row 2: label is empty; fill it or delete the row"),
        ([["text", "label"], ["", "b"]], "row 2: text is empty; fill it or delete the row"),
        (rows(199), "expected at least 200 texts, got 199"),
        (rows(labels=["red"]), "expected at least two different labels, got only 'red'"),
        ([*rows(), ["one more", "green"]], "expected at least 20 texts of each label, but 'green' has 1: join labels"),
    ],
)
def test_what_does_not_fit_is_said_in_one_sentence(write, content, message):
    with pytest.raises(datasets.DataError) as error:
        own_texts.read_csv(write(content))
    assert message in str(error.value) and "mine.csv" in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize("row", ['"Stop!" she said,a', '"an open end,a'])
def test_quotes_that_do_not_fit_are_named_with_their_line(tmp_path, row):
    path = tmp_path / "mine.csv"
    path.write_text(f'text,label\n"""Go!"" she said",a\n{row}\n', encoding="utf-8")
    with pytest.raises(datasets.DataError, match=r"mine\.csv, line 3: .* write each quote inside it twice"):
        own_texts.read_csv(path)


def test_a_missing_file_and_another_encoding_are_named(write, tmp_path):
    with pytest.raises(datasets.DataError, match="no such file; give its path as seen from the notebook's folder"):
        own_texts.read_csv(tmp_path / "nowhere.csv")
    latin = write([["text", "label"], ["Grüße", "x"]], encoding="latin-1")
    with pytest.raises(datasets.DataError, match="not UTF-8; in a spreadsheet, save it as 'CSV UTF-8'"):
        own_texts.read_csv(latin)


def test_the_example_holds_one_sentence_of_each_pair_of_the_generator():
    pairs = datasets.load("same_bag", train_pairs=400, validation_pairs=0, test_pairs=0)
    chosen = [2 * k + k % 2 for k in range(400)]
    expected = [[pairs.train.texts[row], pairs.classes[pairs.train.labels[row]]] for row in chosen]
    with open(own_texts.EXAMPLE, newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [["text", "label"], *expected]
