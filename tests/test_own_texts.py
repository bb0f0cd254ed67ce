"""A learner's own CSV file: what is read, how it is cut, and one clear sentence for everything that does not fit."""

import csv
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from utils import datasets
from utils.datasets import DataError, csv_file, own_texts
from utils.datasets.parts import SHARES


def rows(count=300, labels=("red", "blue"), names=("text", "label")):
    return [list(names)] + [[f"text, number {k}", labels[k % len(labels)]] for k in range(count)]


def lines(count=300, template="text number {k},{label}\n"):
    """The text of a file without its first line."""
    return "".join(template.format(k=k, label=("red", "blue")[k % 2]) for k in range(count))


def parts(data):
    return data.train, data.validation, data.test


def message_of(path, **options):
    """The one sentence of a file that cannot be used."""
    with pytest.raises(DataError) as error:
        own_texts.read_csv(path, **options)
    assert "\n" not in str(error.value) and len(str(error.value)) < 700
    return str(error.value)


# The cut


def test_texts_are_cut_into_three_parts_in_the_same_way_each_time(write):
    path = write(rows())
    one, two = own_texts.read_csv(path), own_texts.read_csv(path)
    assert (len(one.train), len(one.validation), len(one.test)) == (210, 45, 45)
    assert one.classes == ("blue", "red") and one.train.texts == two.train.texts
    assert len({*one.train.texts, *one.validation.texts, *one.test.texts}) == 300
    for part in parts(one):
        expected = ["red" if int(text.split()[-1]) % 2 == 0 else "blue" for text in part.texts]
        assert [one.classes[label] for label in part.labels] == expected


def test_a_text_that_occurs_twice_stays_in_one_part(write):
    twice = own_texts.read_csv(write(rows(200) + rows(200)[1:]))
    found = [set(part.texts) for part in parts(twice)]
    assert not found[0] & found[1] and not found[0] & found[2] and not found[1] & found[2]
    assert sum(map(len, parts(twice))) == 400


def test_a_text_with_two_labels_keeps_both_in_one_part(write):
    both = own_texts.read_csv(write([*rows(), ["so so", "red"], ["so so", "blue"], ["so so", "red"]]))
    [part] = [part for part in parts(both) if "so so" in part.texts]
    found = [both.classes[label] for text, label in zip(part.texts, part.labels, strict=True) if text == "so so"]
    assert sorted(found) == ["blue", "red", "red"]


@pytest.mark.parametrize("rare", [20, 21, 33])
def test_each_class_is_in_each_part_by_its_share(write, rare):
    data = own_texts.read_csv(write([*rows(180), *([f"seldom {k}", "green"] for k in range(rare))]))
    green = data.classes.index("green")
    for part, share in zip(parts(data), SHARES, strict=True):
        assert abs((part.labels == green).sum() - share * rare) <= 1


def test_mixed_labels_touch_the_training_part_alone(write, monkeypatch):
    path = write(rows())
    real = own_texts.read_csv(path)
    monkeypatch.setenv("COURSE_MIXED_LABELS", "1")
    mixed = own_texts.read_csv(path)
    assert mixed.train.texts == real.train.texts and np.array_equal(mixed.test.labels, real.test.labels)
    assert np.array_equal(np.bincount(mixed.train.labels), np.bincount(real.train.labels))
    assert 0.35 < (mixed.train.labels == real.train.labels).mean() < 0.65


# What is read


def test_a_file_from_a_spreadsheet_is_read(write):
    path = write(
        [["Text ", "LABEL", "", ""], *([*row, "", ""] for row in rows()[1:]), [], [""] * 4], encoding="utf-8-sig"
    )
    assert own_texts.read_csv(path).classes == ("blue", "red")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found_and_columns_are_named_in_any_order(write, separator):
    turned = [["label", "number", "text"]] + [[label, k, text] for k, (text, label) in enumerate(rows()[1:])]
    data = own_texts.read_csv(write(turned, delimiter=separator))
    assert data.classes == ("blue", "red") and all(text.startswith("text, number") for text in data.train.texts)


def test_other_names_another_separator_and_another_quote_can_be_said(write):
    names = ["Kategorie", "Satz"]
    content = [[label, text] for text, label in rows(names=("Satz", "Kategorie"))]
    path = write(content, delimiter=":", quotechar="'", quoting=csv.QUOTE_ALL)
    how = {"text": names[1], "label": names[0], "separator": ":", "quote": "'"}
    data = own_texts.read_csv(path, **how)
    assert data.how == {"path": path, **how} and own_texts.read_csv(**data.how).test.texts == data.test.texts


def test_quotation_marks_in_a_file_of_tabs_are_signs_unless_they_wrap_a_cell(write):
    path = write(
        'text\tlabel\n"Stop!" she said\tred\n"Oh ""no"""\tblue\n"open\tred\n' + lines(template="{k} x\t{label}\n")
    )
    found = [text for part in parts(own_texts.read_csv(path)) for text in part.texts]
    assert {'"Stop!" she said', 'Oh "no"', '"open'} <= set(found)


def test_in_a_file_of_tabs_a_cell_in_quotation_marks_may_have_lines(write):
    data = own_texts.read_csv(write("text\tlabel\n" + lines(template='"one {k}\ntwo\tthree"\t{label}\n')))
    assert data.test.texts[0].endswith("\ntwo\tthree")


def test_a_text_may_have_lines_also_such_as_look_like_two_cells(write):
    letters = "text,label\n" + lines(template='"Dear all,\nI, number {k}, am no\nrow, of,\nmine",{label}\n')
    first = own_texts.read_csv(write(letters)).train.texts[0]
    assert first.startswith("Dear all,\nI, number") and first.endswith("mine")


def test_spaces_before_quotation_marks_and_other_code_points_make_no_other_label(write):
    labels = ('"blue"', "café", "cafe\u0301", "sky  blue ", "sky blue")
    content = "".join(f'"one, {k}", {labels[k % 5]}\n' for k in range(300))
    data = own_texts.read_csv(write("text,label\n" + content))
    assert data.classes == ("blue", "café", "sky blue")


def test_texts_without_a_word_are_left_out_and_counted(write, capsys):
    data = own_texts.read_csv(write([*rows(), ["😂😂", "red"], [":-)", "blue"]]))
    assert sum(map(len, parts(data))) == 300
    assert capsys.readouterr().out.endswith(
        "mine.csv: left out 2 texts without a word, such as '😂😂' (row 302, 303)\n"
    )


def test_labels_that_differ_only_in_capitals_are_named(write, capsys):
    assert own_texts.read_csv(write(rows(labels=("Red", "blue", "red")))).classes == ("Red", "blue", "red")
    assert "the labels 'Red' and 'red' differ only in capital letters" in capsys.readouterr().out


def test_a_text_of_any_length_is_read_and_the_limit_of_csv_stays(write):
    before = csv.field_size_limit()
    data = own_texts.read_csv(write([*rows(), ["la " * 50_000, "red"]]))
    assert max(len(text) for part in parts(data) for text in part.texts) == 149_999
    assert csv.field_size_limit() == before


@pytest.mark.parametrize("names", [("text", "label"), ("label", "text")])
def test_the_time_grows_with_the_rows_also_with_the_columns_the_other_way_round(write, names):
    def seconds(count):
        path, start = write(rows(count, names=names)), time.perf_counter()
        try:
            own_texts.read_csv(path)
        except DataError as error:
            assert f"{count} different labels and 2 different texts: is the other column" in str(error)
        return time.perf_counter() - start

    assert seconds(16_000) < 5 * max(seconds(8_000), seconds(8_000)) + 1


# What is refused, and with which words


@pytest.mark.parametrize(
    "content, message",
    [
        ([], "expected a first line with the columns 'text' and 'label', got an empty file"),
        (
            rows(names=("v2", "v1")),
            "found the columns v2, v1 separated by ',': try read_csv(path, text='v2', label='v1')",
        ),
        (
            rows(names=("a", "b"))[:1],
            "found the columns a, b separated by ',': say which ones they are, as in read_csv(path, text='…', ",
        ),
        (
            "Review\tLiked\n" + lines(template="so, {k}\t{label}\n"),
            "separated by tabs: try read_csv(path, text='Review', ",
        ),
        (lines(), "got 'text number 0,red', which looks like a row already: write a line with the names"),
        ("la " * 5000, f"got '{'la ' * 13}…' and no separator"),
        ([["text", "label", "text"]], "expected one column 'text', got 2: rename one in the first line"),
        ([["text", "label"], ["a", "b", "c"]], "row 2: expected two columns, got 3 ('a,b,c'); put texts that hold ','"),
        (
            "label;text\nx;'a; b'\n",
            "row 2: expected two columns, got 3 (\"x;'a;b'\"); put texts that hold ';' in double ",
        ),
        ([["text", "label"], [], ["a"]], "row 3: expected two columns, got 1 ('a'); fill the row up"),
        ([["text", "label"], ["a", " "]], "row 2: label is empty; fill it or delete the row"),
        ([["text", "label"], ["", "b"]], "row 2: text is empty; fill it or delete the row"),
        (rows(199), "expected at least 200 different texts, got 199: collect more"),
        (rows(150) + rows(150)[1:], "expected at least 200 different texts, got 150 (300 with repetitions)"),
        ([["text", "label"], *[["yes", "a"], ["no", "b"]] * 150], "got 2 (300 with repetitions)"),
        ([*rows(199), ["☺", "red"]], "expected at least 200 different texts, got 199"),
        (rows(labels=["red"]), "expected at least two different labels, got only 'red'"),
        ([*rows(), ["one more", "green"]], "different texts of each label, but 'green' has 1: join labels, or collect"),
        ([*rows(), *[["again", "green"]] * 30], "but 'green' has 1 (in 30 rows; a text with two labels counts for"),
    ],
)
def test_what_does_not_fit_is_said_in_one_sentence(write, content, message):
    path = write(content)
    said = message_of(path)
    assert message in said or message in said.replace(str(path), "mine.csv")
    assert "mine.csv" in said


@pytest.mark.parametrize("options", [{"text": "Text"}, {"text": "text", "label": "text"}])
def test_two_columns_are_needed(write, options):
    path = write([["text", "label"], ["a", "b"]])
    assert ("expected two columns" in message_of(path, **options)) == ("label" in options)


@pytest.mark.parametrize("separator", ["", ";;", "\n", " ", '"', 3])
def test_a_separator_is_one_sign(write, separator):
    assert "expected one sign, such as ';', or None" in message_of(write(rows()), separator=separator)


def test_a_given_separator_that_is_not_there_is_named(write):
    assert "got 'text,label' with the separator ';'" in message_of(write(rows()), separator=";")


TWICE = 'write each " inside it twice'


@pytest.mark.parametrize(
    "bad, message",
    [
        ('"Stop!" she said,red\n', "row 5: a quotation mark closes before its cell ends: '\"Stop!\" she said,red'"),
        ('"Hello there,red\n', "row 5: a quotation mark opens here and never closes: '\"Hello there,red'"),
        ('"some \\"nice\\" words",red\n', 'row 5: expected "" for a " inside a text, got \\": '),
        (
            '"Hello there,red\n' + lines(4) + '"so", he said,red\n',
            "row 5: a quotation mark opens here and does not close before",
        ),
    ],
)
def test_a_quotation_mark_that_does_not_fit_is_named_with_the_row_where_it_opens(write, bad, message):
    said = message_of(write("text,label\n" + lines(3) + bad + lines()))
    assert message in said and TWICE in said


@pytest.mark.parametrize("between", [0, 1, 4, 100])
@pytest.mark.parametrize(
    "names, template, first, last",
    [
        ("text,label", "text number {k},{label}\n", '"Hello there,red\n', 'and goodbye",blue\n'),
        ("label;text", "{label};text number {k}\n", 'red;"Hello there\n', 'blue;and goodbye"\n'),
        ("id\ttext\tlabel", "{k}\tnumber {k}\t{label}\n", '7\t"Hello there\tred\n', '8\tand goodbye"\tblue\n'),
    ],
)
def test_a_quotation_mark_that_closes_rows_later_swallows_nothing(write, between, names, template, first, last):
    content = f"{names}\n" + lines(3, template) + first + lines(between, template) + last + lines(300, template)
    if "\t" in names:  # there a quotation mark is a sign like others
        assert sum(map(len, parts(own_texts.read_csv(write(content))))) == 3 + 1 + between + 1 + 300
    else:
        said = message_of(write(content))
        assert f"row 5: a quotation mark opens here and closes in line {6 + between}, but its lines look like" in said


def test_a_row_behind_a_text_of_many_lines_is_named_with_its_line_too(write):
    assert "row 3 (line 5 of the file): label is empty" in message_of(write('text,label\n"a\nb\nc",red\nd,\n'))


def test_a_missing_file_a_folder_and_another_encoding_are_named(write, tmp_path):
    assert f"no such file; looked for {Path.cwd() / 'nowhere.csv'}; give the right path" in message_of("nowhere.csv")
    assert "expected a CSV file, got a folder; give the path of the file in it" in message_of(tmp_path)
    for encoding in ("cp1252", "utf-16", "utf-16-le"):
        path = write([["text", "label"], ["Grüße", "x"]], encoding=encoding)
        assert "not UTF-8; in a spreadsheet, save it as 'CSV UTF-8'" in message_of(path)
    for nothing in (None, ..., "a\0b"):
        assert "expected the path of a CSV file" in message_of(nothing)


def test_a_locked_file_is_named(write, monkeypatch):
    path = write(rows())

    def locked(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(csv_file.Path, "read_bytes", locked)
    assert "mine.csv: cannot be read (Permission denied); is it open in another program" in message_of(path)


# The example


def test_the_example_holds_one_sentence_of_each_pair_of_the_generator():
    pairs = datasets.load("same_bag", train_pairs=400, validation_pairs=0, test_pairs=0)
    chosen = [2 * k + k % 2 for k in range(400)]
    expected = [[pairs.train.texts[row], pairs.classes[pairs.train.labels[row]]] for row in chosen]
    with open(own_texts.EXAMPLE, newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [["text", "label"], *expected]


def test_the_example_is_cut_as_its_card_says():
    data = own_texts.read_csv(own_texts.EXAMPLE)
    assert [len(part) for part in parts(data)] == [280, 60, 60]
    assert Counter(data.test.labels.tolist()) == {0: 30, 1: 30}
