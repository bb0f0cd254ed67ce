import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from utils.text import PAD, UNKNOWN, Batches, Vocabulary, encode, tokenise

token_lists = st.lists(
    st.lists(st.text("abcdef", min_size=1, max_size=3), min_size=1, max_size=9), min_size=1, max_size=40
)


@pytest.mark.parametrize(
    "text, words",
    [
        ("Don't panic, Zoë!", ["don't", "panic", "zoë"]),
        ("kızıl-kahverengi 1.", ["kızıl-kahverengi", "1"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),  # vowels and joined consonants are marks on letters
        ("Zoe\u0308 cafe\u0301 nai\u0308ve", ["zoë", "café", "naïve"]),
        ("می\u200cخواهم", ["می\u200cخواهم"]),
        ("1\ufe0f\u20e3 ❤\ufe0f 👩\u200d💻", ["1"]),
        ("İzmir", ["i̇zmir"]),
        ("…", []),
        ("", []),
    ],
)
def test_tokenise_keeps_words_and_drops_punctuation(text, words):
    assert tokenise(text) == words


def test_ids_0_and_1_are_never_words():
    vocabulary = Vocabulary([["a", "b", "a"]])
    assert vocabulary.tokens == ["<pad>", "<unknown>", "a", "b"]
    assert vocabulary.ids(["a", "b", "new"]) == [2, 3, UNKNOWN]
    assert len(vocabulary) == 4


def test_frequent_tokens_come_first_and_ties_are_alphabetical():
    assert Vocabulary([["c", "b", "a", "c"]]).tokens[2:] == ["c", "a", "b"]


def test_rare_tokens_become_unknown():
    lists = [["a", "a", "a", "b", "b", "c"]]
    assert Vocabulary(lists, min_count=2).tokens[2:] == ["a", "b"]


def test_an_empty_vocabulary_is_refused():
    with pytest.raises(ValueError, match="no token occurs 2 times or more"):
        Vocabulary([["a", "b"]], min_count=2)


def test_encoding_no_text_or_an_empty_text_is_refused():
    vocabulary = Vocabulary([["a"]])
    with pytest.raises(ValueError, match="at least one text"):
        encode([], vocabulary)
    with pytest.raises(ValueError, match="text 1 has no tokens: a sequence of length 0"):
        encode([["a"], []], vocabulary)


@given(token_lists)
def test_padding_keeps_every_token_and_fills_the_rest_with_0(lists):
    vocabulary = Vocabulary(lists)
    encoded = encode(lists, vocabulary)
    padded = encoded.padded()
    assert padded.dtype == np.int32 and padded.shape == (len(lists), max(map(len, lists)))
    for row, tokens in zip(padded, lists, strict=True):
        assert row[: len(tokens)].tolist() == vocabulary.ids(tokens)
        assert (row[len(tokens) :] == PAD).all()


def test_a_width_cuts_long_texts_and_widens_short_ones():
    encoded = encode([["a", "b", "c"], ["a"]], Vocabulary([["a", "b", "c"]]))
    assert encoded.padded(width=2).tolist() == [[2, 3], [2, 0]]
    assert encoded.padded([1], width=3).tolist() == [[2, 0, 0]]


@given(token_lists, st.integers(1, 7), st.integers(1, 5), st.integers(0, 3))
def test_one_pass_gives_every_text_once_with_its_label(lists, batch_size, width_step, seed):
    encoded = encode(lists, Vocabulary(lists))
    batches = Batches(encoded, np.arange(len(lists)), batch_size=batch_size, seed=seed, width_step=width_step)
    seen = list(batches)
    assert len(seen) == len(batches)
    assert sorted(np.concatenate([labels for _, labels in seen])) == list(range(len(lists)))
    for tokens, labels in seen:
        assert tokens.shape[1] % width_step == 0
        assert np.array_equal((tokens != PAD).sum(axis=1), encoded.lengths[labels])


def test_equal_arguments_give_equal_batches_and_passes_differ():
    lists = [["a"] * (1 + k % 5) for k in range(50)]
    encoded = encode(lists, Vocabulary(lists))
    one, other = (Batches(encoded, np.arange(50), batch_size=8, seed=3) for _ in range(2))
    first, second = [labels.tolist() for _, labels in one], [labels.tolist() for _, labels in one]
    assert [labels.tolist() for _, labels in other] == first
    assert first != second


def test_texts_of_one_batch_have_similar_lengths():
    lists = [["a"] * (1 + k % 30) for k in range(300)]
    encoded = encode(lists, Vocabulary(lists))
    bucketed = sum(
        tokens.size for tokens, _ in Batches(encoded, np.zeros(300, int), batch_size=10, seed=0, width_step=1)
    )
    assert bucketed < 1.1 * len(encoded.flat) < encoded.padded().size


@pytest.mark.parametrize(
    "labels, message",
    [
        ([0], "one label for each of 2 texts"),
        ([0.5, 1.0], "class numbers"),
        ([0, -1], "smallest -1"),
    ],
)
def test_labels_that_do_not_fit_are_refused(labels, message):
    encoded = encode([["a"], ["a"]], Vocabulary([["a"]]))
    with pytest.raises(ValueError, match=message):
        Batches(encoded, labels, batch_size=2, seed=0)


def test_a_batch_size_of_0_is_refused():
    with pytest.raises(ValueError, match="at least 1, got 0 and 4"):
        Batches(encode([["a"]], Vocabulary([["a"]])), [0], batch_size=0, seed=0)
