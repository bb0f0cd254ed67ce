"""What holds for any input: no wrong answer, and no error but the one that is promised, with a message of one line.

`make test` tries a few inputs for each property, `make fuzz` hundreds.
"""

import contextlib
import csv
import hashlib
import io
import os
import re
import tempfile
import time
import unicodedata
from collections import Counter
from functools import wraps
from itertools import chain
from pathlib import Path
from unittest import mock

import nbformat
import numpy as np
import pytest
import requests
from hypothesis import assume, given
from hypothesis import strategies as st

from tools import points
from tools.build import assemble
from tools.files import ROOT
from tools.lesson import FOR_TESTS, TRACKS, LessonError, parse
from utils.claims import ClaimError, claim, describe
from utils.datasets import DataError, own_texts, registry
from utils.datasets.csv_file import read_rows
from utils.text import PAD, Batches, Vocabulary, encode, tokenise
from utils.weights import GATES, CellWeights, from_keras, from_pytorch, reorder_gates, to_keras, to_pytorch

TRIED = Counter()


@pytest.fixture(scope="module", autouse=True)
def count():
    """Say at the end how many inputs were tried (`make fuzz` shows it)."""
    start = time.perf_counter()
    yield
    print(f"\n{TRIED.total():,} inputs for {len(TRIED)} properties in {time.perf_counter() - start:.0f} seconds")


def holds_for(*arguments, **named):
    """Try a property with many inputs, and count them."""

    def decorate(test):
        @given(*arguments, **named)
        @wraps(test)
        def counted(*values, **more):
            TRIED[test.__name__] += 1
            test(*values, **more)

        return counted

    return decorate


@contextlib.contextmanager
def may_refuse_with(*errors):
    """A block that may end with one of these errors, if it says why in one line."""
    try:
        yield
    except errors as error:
        assert str(error).strip() and "\n" not in str(error) and len(str(error)) < 2000


@contextlib.contextmanager
def file_with(content):
    """A file that holds these bytes or this text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "mine.csv")
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        yield path


characters = st.characters(codec="utf-8")  # all but halves of a pair
any_text = st.text(characters, max_size=40)
signs = st.text(",;\t|\"'\\\n\r ab\0é\u0301\u2028\x85😂\ufeff", max_size=60)


# CSV files


@holds_for(
    st.one_of(signs, any_text, st.binary(max_size=60)),
    st.sampled_from(["", "text,label\n", "label;x;text\r\n", '"text"\tlabel\n', "\ufefftext|label\r", "v1,v2\n"]),
    st.sampled_from([None, ",", "\t", "x", "", ";;"]),
    st.sampled_from(['"', "'", None]),
)
def test_any_file_gives_rows_or_one_sentence(content, head, separator, quote):
    content = head.encode() + content if isinstance(content, bytes) else head + content
    with file_with(content) as path, may_refuse_with(DataError):
        rows = read_rows(path, separator=separator, quote=quote)
        assert all(text == text.strip() != "" and label == label.strip() != "" for _, text, label in rows)
    with file_with(content) as path, may_refuse_with(DataError), contextlib.redirect_stdout(io.StringIO()):
        own_texts.read_csv(path, separator=separator, quote=quote)


cells = st.one_of(signs, any_text).filter(str.strip)
rows = st.lists(st.tuples(cells, st.sampled_from(["A LABEL", "ANOTHER", "C"])), min_size=1, max_size=12)


@holds_for(
    rows,
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.permutations(["text", "label", "number"]),
)
def test_what_was_written_is_read(rows, separator, quoting, names):
    assume(not any(label in text for text, _ in rows for label in ("A LABEL", "ANOTHER", "C")))
    table = [{"text": text, "label": label, "number": str(k)} for k, (text, label) in enumerate(rows)]
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, names, delimiter=separator, quoting=quoting)
    writer.writeheader()
    writer.writerows(table)
    with file_with(file.getvalue()) as path:
        read = read_rows(path)
    assert [(text, label) for _, text, label in read] == [(text.strip(), label) for text, label in rows]
    assert [number for number, _, _ in read] == list(range(2, len(rows) + 2))


@holds_for(st.integers(0, 20), st.integers(1, 20), st.sampled_from([",", ";", "|"]), st.booleans(), st.booleans())
def test_a_quotation_mark_that_spans_rows_never_joins_them(start, length, separator, label_first, before_closing):
    table = [[f"text {k}", ("red", "blue")[k % 2]] for k in range(60)]
    table[start][0] = '"' + table[start][0]
    table[start + length][0] += '"' if before_closing else '" he said'
    lines = [["text", "label"], *table]
    content = "".join(separator.join(reversed(line) if label_first else line) + "\n" for line in lines)
    with file_with(content) as path, pytest.raises(DataError, match=rf"row {start + 2}: a quotation mark opens here"):
        read_rows(path)


words = st.text("abcdé ", min_size=1, max_size=4)


@holds_for(
    st.dictionaries(st.sampled_from(["red", "Red", "caf\u00e9", "a b", "🙂"]), st.integers(20, 90), min_size=2),
    st.lists(st.tuples(st.integers(0, 400), st.booleans()), max_size=30),
    st.lists(st.sampled_from([":)", "😂", "…"]), max_size=3),
    st.integers(0, 99),
)
def test_every_class_is_in_every_part_and_no_text_is_in_two(sizes, again, without_words, seed):
    table = [(f"{label} number {k}", label) for label, size in sizes.items() for k in range(size)]
    assume(len(table) >= own_texts.MIN_TEXTS)
    labels = list(sizes)
    for place, other in again:  # repetitions, some with another label
        text, label = table[place % len(table)]
        table.append((text, labels[0] if other else label))
    table += [(text, labels[0]) for text in without_words]
    np.random.default_rng(seed).shuffle(table)
    forms = [("NFC", "NFD")[k % 2] for k in range(len(table))]
    spelt = [
        (text, unicodedata.normalize(form, label).replace(" ", "  "))
        for (text, label), form in zip(table, forms, strict=True)
    ]
    file = io.StringIO(newline="")
    csv.writer(file).writerows([("text", "label"), *spelt])
    said = io.StringIO()
    with file_with(file.getvalue()) as path, may_refuse_with(DataError):
        with contextlib.redirect_stdout(said):
            data = own_texts.read_csv(path)
        parts = (data.train, data.validation, data.test)
        assert data.classes == tuple(sorted(sizes))
        assert sum(map(len, parts)) == len(table) - len(without_words)
        assert all(set(part.labels) == set(range(len(sizes))) for part in parts)
        found = [set(part.texts) for part in parts]
        assert not (found[0] & found[1] or found[0] & found[2] or found[1] & found[2])
        kept = Counter((t, data.classes[k]) for part in parts for t, k in zip(part.texts, part.labels, strict=True))
        assert kept == Counter(row for row in table if tokenise(row[0]))
        assert ("left out" in said.getvalue()) == bool(without_words)


# Texts


@holds_for(st.one_of(any_text, signs, st.text("कि्हीée\u0301İſßΣσς'’- ก็\u200d1", max_size=20)))
def test_tokens_are_words_in_lower_case_and_one_spelling(text):
    tokens = tokenise(text)
    assert tokens == tokenise(unicodedata.normalize("NFD", text))
    assert tokenise(" ".join(tokens)) == tokens
    assert all(re.match(r"\w", token) and not re.search(r"\s", token) for token in tokens)
    assert bool(tokens) == bool(re.search(r"\w", unicodedata.normalize("NFC", text)))


@holds_for(any_text)
def test_counting_a_text_twice_counts_it_once(text):
    once = points.count_words(text)
    assert 0 <= once <= len(text) and points.count_words(f"{text}\n\n{text}") == once


token_lists = st.lists(st.lists(st.text("abcdef", min_size=1, max_size=3), max_size=9), max_size=40)
filled_lists = st.lists(
    st.lists(st.text("abcdef", min_size=1, max_size=3), min_size=1, max_size=9), min_size=1, max_size=40
)


@holds_for(token_lists, st.integers(1, 3))
def test_encoding_gives_every_token_its_id_or_says_why_not(lists, min_count):
    with may_refuse_with(ValueError):
        vocabulary = Vocabulary(lists, min_count=min_count)
        encoded = encode(lists, vocabulary)
        for row, tokens in enumerate(lists):
            ids = encoded.flat[encoded.offsets[row] : encoded.offsets[row + 1]].tolist()
            counts = [vocabulary.counts[token] for token in tokens]
            decoded = [vocabulary.tokens[k] for k in ids]
            assert decoded == [
                token if count >= min_count else "<unknown>" for token, count in zip(tokens, counts, strict=True)
            ]


@holds_for(filled_lists)
def test_padding_keeps_every_token_and_fills_the_rest_with_0(lists):
    vocabulary = Vocabulary(lists)
    padded = encode(lists, vocabulary).padded()
    assert padded.dtype == np.int32 and padded.shape == (len(lists), max(map(len, lists)))
    for row, tokens in zip(padded, lists, strict=True):
        assert row[: len(tokens)].tolist() == vocabulary.ids(tokens)
        assert (row[len(tokens) :] == PAD).all()


@holds_for(filled_lists, st.integers(-1, 7), st.integers(0, 5), st.integers(0, 3), st.booleans())
def test_one_pass_gives_every_text_once_with_its_label(lists, batch_size, width_step, seed, one_more):
    encoded, labels = encode(lists, Vocabulary(lists)), np.arange(len(lists) + one_more)
    with may_refuse_with(ValueError):
        batches = Batches(encoded, labels, batch_size=batch_size, seed=seed, width_step=width_step)
        seen = list(batches)
        assert not one_more and len(seen) == len(batches)
        assert sorted(np.concatenate([labels for _, labels in seen])) == list(range(len(lists)))
        for tokens, of_batch in seen:
            assert tokens.shape[1] % width_step == 0
            assert np.array_equal((tokens != PAD).sum(axis=1), encoded.lengths[of_batch])


# Weights


def cell(rng, kind, inputs, hidden, reset_after=True):
    columns = len(GATES[kind]) * hidden
    shapes = (inputs, columns), (hidden, columns), (columns,), (columns,)
    return CellWeights(kind, *(rng.normal(size=shape) for shape in shapes), reset_after)


def same(one, other):
    names = ("W_xh", "W_hh", "b_x", "b_h")
    pairs = [pair for layers in zip(one, other, strict=True) for pair in zip(*layers, strict=True)]
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for a, b in pairs for name in names)


sizes = st.integers(1, 4)


@holds_for(st.sampled_from(list(GATES)), sizes, sizes, st.integers(1, 2), st.integers(1, 3), st.booleans(), sizes)
def test_weights_go_there_and_back_again(kind, inputs, hidden, directions, num_layers, reset_after, seed):
    rng, after = np.random.default_rng(seed), kind != "gru" or reset_after
    layers = [
        [cell(rng, kind, inputs if k == 0 else directions * hidden, hidden, after) for _ in range(directions)]
        for k in range(num_layers)
    ]
    with may_refuse_with(ValueError):
        assert same(from_pytorch(to_pytorch(layers), kind), layers) and after
    there = from_keras(to_keras(layers), kind, directions=directions, reset_after=after)
    if kind == "gru" and after:
        assert same(there, layers)
    else:  # Keras keeps the sum of the two biases
        for ours, back in zip(chain(*layers), chain(*there), strict=True):
            assert np.array_equal(back.b_x, ours.b_x + ours.b_h) and np.array_equal(back.W_hh, ours.W_hh)


@holds_for(st.sampled_from(list(GATES)), st.lists(st.lists(sizes, min_size=1, max_size=2), min_size=4, max_size=4))
def test_weights_that_do_not_fit_together_are_refused(kind, shapes):
    columns, fits = len(GATES[kind]), [len(shape) for shape in shapes] == [2, 2, 1, 1]
    with may_refuse_with(ValueError):
        CellWeights(kind, *map(np.zeros, shapes))
        width = columns * shapes[1][0]
        assert fits and shapes == [[shapes[0][0], width], [shapes[1][0], width], [width], [width]]


@holds_for(st.permutations("ifgo"), st.permutations("ifgo"), sizes)
def test_gates_are_found_by_name_in_any_order(order, into, hidden):
    array = np.repeat(list(order), hidden)
    assert reorder_gates(array, "".join(order), "".join(into)).tolist() == np.repeat(list(into), hidden).tolist()


# Claims


numbers = st.one_of(st.floats(), st.floats(-2, 2), st.sampled_from([0, 1, True, False]))
maybe = st.one_of(st.none(), numbers)


@holds_for(numbers, maybe, maybe, maybe, maybe)
def test_a_claim_holds_exactly_when_its_bounds_are_met(value, at_least, at_most, equals, within):
    named = {"at_least": at_least, "at_most": at_most, "equals": equals, "within": within}
    bounds = {name: bound for name, bound in named.items() if bound is not None}
    met = at_least is None or value >= at_least
    met &= at_most is None or value <= at_most
    met &= equals is None or abs(value - equals) <= (within or 0)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        try:
            claim("the value", value, **bounds)
        except ClaimError as error:
            assert not met and "the value: expected" in str(error)
        except ValueError as error:
            assert str(error)
        else:
            assert met and said.getvalue().startswith("✓ the value: ")
    if bounds and set(bounds) != {"within"}:
        assert describe(bounds)


# Downloads


@holds_for(st.binary(max_size=30), st.one_of(st.none(), st.binary(max_size=30), st.integers(0, 29)))
def test_a_file_that_is_not_the_registered_one_is_never_used(content, found):
    if isinstance(found, int):  # one bit flipped
        assume(found < len(content))
        found = content[:found] + bytes([content[found] ^ 1]) + content[found + 1 :]
    entry = {
        "name": "x",
        "url": "https://nowhere",
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, {"COURSE_DATA": folder}):
        if found is not None:
            Path(folder, "x").write_bytes(found)
        with mock.patch.dict(registry.REGISTRY, {"toy": {"files": [entry]}}):
            assert registry.is_complete("toy") == (found == content)
            with may_refuse_with(DataError):
                assert registry.path("toy", "x").read_bytes() == content


FAULTS = st.one_of(
    st.builds(OSError, st.integers(1, 130), any_text),
    st.builds(OSError, any_text),
    st.builds(PermissionError, any_text),
    st.builds(ValueError, any_text),
    st.sampled_from(
        [
            requests.exceptions.ConnectionError("refused"),
            requests.exceptions.SSLError("certificate verify failed\nwhere"),
            requests.exceptions.ReadTimeout(),
            requests.exceptions.InvalidURL("no host"),
        ]
    ),
)


@holds_for(FAULTS)
def test_whatever_stops_a_download_is_said_in_one_sentence(fault):
    entry = {"name": "x", "url": "https://nowhere", "bytes": 3, "sha256": "0" * 64}
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.dict(os.environ, {"COURSE_DATA": folder}),
        mock.patch.dict(registry.REGISTRY, {"toy": {"files": [entry]}}),
        mock.patch.object(registry.pooch, "retrieve", side_effect=fault),
        may_refuse_with(DataError),
    ):
        registry.download("toy")
        raise AssertionError("a download that failed passed for one that did not")


# Lessons


FRONT = "".join((ROOT / "lessons" / "core_quiz.md").read_text(encoding="utf-8").partition("\n---\n")[:2])
sources = st.one_of(
    st.sampled_from(
        ["x = 1", "print(x)", "y = x", "x = = 1", "# @title Check of 1.1\nx = 1", "# @title Solution of 1.1"]
    ),
    st.sampled_from(["def f():\n    return z", "%pip install x", "await x", "from os import *", "return", "global x"]),
    signs,
    any_text,
)
tags = st.lists(
    st.sampled_from(["pytorch", "tensorflow", "check", "solution", "wrong", "answer", "nbval-check-output", "odd"]),
    max_size=2,
)


@st.composite
def code_blocks(draw):
    listed = ", ".join(f'"{tag}"' for tag in draw(tags))
    return f"```python{f' tags=[{listed}]' if listed else ''}\n{draw(sources)}\n```\n\n"


@st.composite
def siblings(draw):
    return "".join(f'```python tags=["{track}"]\n{draw(sources)}\n```\n\n' for track in TRACKS)


prose = st.one_of(
    st.sampled_from(
        ["## Start\n\n", "## More\n\n", "### Details\n\n", "# ×\n\n", "A paragraph.\n\n", "```\n", "---\n"]
    ),
    st.sampled_from(['<!-- #region tags=["pytorch"] -->\nA note.\n<!-- #endregion -->\n\n', "<!-- #region -->\n"]),
    any_text,
)


@holds_for(
    st.one_of(st.just(FRONT), st.just(FRONT), st.just("---\njupyter:\n  course: 5\n---\n"), any_text),
    st.lists(st.one_of(code_blocks(), siblings(), prose), max_size=8).map("".join),
)
def test_any_source_gives_two_sound_notebooks_or_says_what_is_wrong(front, text):
    with may_refuse_with(LessonError):
        lesson = parse("99_any", f"{front}\n{text}")
        both = [assemble(lesson, track) for track in TRACKS]
        for track, notebook in zip(TRACKS, both, strict=True):
            nbformat.validate(notebook)
            ids = [cell.id for cell in notebook.cells]
            assert len(set(ids)) == len(ids)
            code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
            expected = [c for c in lesson.track(track) if c.kind == "code" and not c.tags & {*FOR_TESTS, "solution"}]
            assert all(cell.source in code for cell in expected)
        shared = [cell.id for cell in lesson.cells if cell.track is None and not cell.tags & FOR_TESTS]
        assert all([cell.id for cell in notebook.cells if cell.id in shared] == shared for notebook in both)
