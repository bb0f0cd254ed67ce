"""From text to batches of numbers: tokens, vocabulary, encoding, length-bucketed batches.

Everything here is NumPy. Both tracks read the same batches in the same order.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

import numpy as np

PAD = 0  # fills a short row; means "no word here"
UNKNOWN = 1  # stands for every token outside the vocabulary
START, END = "<start>", "<end>"  # what a decoder reads first and writes last


def _combining_marks() -> str:
    """Signs that are written on or around a letter: accents, and the vowels of Hindi, Thai and many more scripts.

    Those that only choose between two looks of a sign, such as an emoji's, are left out.
    """
    marks = (chr(code) for code in range(0x300, 0x20000))
    return "".join(
        mark
        for mark in marks
        if unicodedata.category(mark) in ("Mn", "Mc")
        and not unicodedata.name(mark, "").startswith("VARIATION SELECTOR")
    )


# A letter or digit, then more of them, marks, and the joiners that some scripts need inside a word.
_LETTERS = rf"\w[\w{_combining_marks()}\u200c\u200d]*"
_WORD = re.compile(rf"{_LETTERS}(?:['’-]{_LETTERS})*")


def tokenise(text) -> list[str]:
    """Split a text into lower-case words; an apostrophe or hyphen inside a word stays.

    "Don't panic, Zoë!" gives ["don't", "panic", "zoë"]. The same word in other code points (e and an accent, or é) is
    the same token: words are composed (NFC).
    """
    lower = unicodedata.normalize("NFC", text).lower()
    words = _WORD.findall(unicodedata.normalize("NFC", lower))
    return [word.strip("\u200c\u200d") for word in words]


class Vocabulary:
    """Tokens and their ids. Id 0 is padding, id 1 the unknown token, then the rest by falling frequency.

    Build it from the training part only: a token that first appears in the test part is unknown.
    """

    def __init__(self, token_lists, *, min_count=1):
        """token_lists  lists of tokens
        min_count    leave out tokens seen fewer times than this
        """
        counts = Counter(token for tokens in token_lists for token in tokens)
        frequent = [token for token in counts if counts[token] >= min_count]
        ranked = sorted(frequent, key=lambda token: (-counts[token], token))
        if not ranked:
            raise ValueError(f"no token occurs {min_count} times or more: the vocabulary would be empty")
        self.tokens = ["<pad>", "<unknown>", *ranked]
        self.counts = counts
        self._ids = {token: i for i, token in enumerate(self.tokens)}

    def __len__(self) -> int:
        return len(self.tokens)

    def id(self, token) -> int:
        """The id of one token, or 1 if it is unknown."""
        return self._ids.get(token, UNKNOWN)

    def ids(self, tokens) -> list[int]:
        """The ids of a list of tokens."""
        return [self.id(token) for token in tokens]


@dataclass(frozen=True)
class Encoded:
    """Many texts as one flat array of ids, and where each text begins.

    flat     (total tokens,) int32
    offsets  (texts + 1,) int64; text k is flat[offsets[k]:offsets[k + 1]]
    """

    flat: np.ndarray
    offsets: np.ndarray

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def lengths(self) -> np.ndarray:
        """Number of tokens of each text, (texts,)."""
        return np.diff(self.offsets)

    def padded(self, rows=None, *, width=None) -> np.ndarray:
        """The texts ``rows`` (default: all) as one array (batch, time) int32, filled with 0 on the right.

        width  number of columns (default: the longest of these texts). Longer texts are cut.
        """
        rows = np.arange(len(self)) if rows is None else np.asarray(rows)
        lengths = self.lengths[rows]
        columns = np.arange(lengths.max() if width is None else width)
        real = columns < lengths[:, None]
        batch = np.full(real.shape, PAD, dtype=np.int32)
        batch[real] = self.flat[(self.offsets[rows, None] + columns)[real]]
        return batch


def encode(token_lists, vocabulary) -> Encoded:
    """Turn lists of tokens into ids. Raises ValueError if there is no text, or a text with no token."""
    token_lists = list(token_lists)
    if not token_lists:
        raise ValueError("expected at least one text to encode, got none")
    for row, tokens in enumerate(token_lists):
        if len(tokens) == 0:
            raise ValueError(f"text {row} has no tokens: a sequence of length 0 has no state; leave empty texts out")
    flat = np.fromiter((vocabulary.id(token) for tokens in token_lists for token in tokens), dtype=np.int32)
    offsets = np.concatenate([[0], np.cumsum([len(tokens) for tokens in token_lists])]).astype(np.int64)
    return Encoded(flat, offsets)


def encode_to_end(token_lists, vocabulary) -> Encoded:
    """As `encode`, with the end symbol behind each text: what a decoder has to write.

    Raises ValueError also if the vocabulary lacks the end symbol, which would silently become the unknown token.
    """
    if END not in vocabulary.tokens:
        raise ValueError(
            f"the vocabulary has no {END}: a decoder could never stop. Build it from the texts and [{START!r}, {END!r}]"
        )
    token_lists = list(token_lists)
    encode(token_lists, vocabulary)  # refuses empty texts
    return encode([[*tokens, END] for tokens in token_lists], vocabulary)


def until_end(row, vocabulary) -> list[str]:
    """The tokens of a row of ids, up to the end symbol, or all if there is none: the way back from `encode_to_end`."""
    tokens = [vocabulary.tokens[token_id] for token_id in row]
    return tokens[: tokens.index(END)] if END in tokens else tokens


class Batches:
    """Batches of texts of similar length, in a new order on every pass.

    Iterating gives pairs (tokens, labels): (batch, time) int32 and (batch,) int32. Texts of one batch have
    about the same length, so little is padded. Two objects made with the same arguments give the same batches.
    """

    def __init__(self, encoded, labels, *, batch_size, seed, width_step=4):
        """encoded     Encoded texts
        labels      (texts,) whole numbers
        batch_size  texts in a batch (the last one may be smaller)
        seed        decides the order of every pass
        width_step  the width of a batch is rounded up to a multiple of this, so that few shapes occur
        """
        labels = np.asarray(labels)
        if labels.shape != (len(encoded),):
            raise ValueError(f"expected one label for each of {len(encoded)} texts, got labels of shape {labels.shape}")
        if labels.dtype.kind not in "iu" or labels.min() < 0:
            raise ValueError(f"labels must be class numbers 0, 1, 2, …, got {labels.dtype}, smallest {labels.min()}")
        if batch_size < 1 or width_step < 1:
            raise ValueError(f"batch_size and width_step must be at least 1, got {batch_size} and {width_step}")
        self.encoded, self.labels = encoded, labels.astype(np.int32)
        self.batch_size, self.width_step = batch_size, width_step
        self._rng = np.random.default_rng(seed)

    def __len__(self) -> int:
        """Number of batches in one pass."""
        return -(-len(self.encoded) // self.batch_size)

    def __iter__(self):
        order = self._rng.permutation(len(self.encoded))
        order = order[np.argsort(self.encoded.lengths[order], kind="stable")]
        starts = self._rng.permutation(len(self)) * self.batch_size
        for start in starts:
            rows = order[start : start + self.batch_size]
            longest = self.encoded.lengths[rows].max()
            width = -(-longest // self.width_step) * self.width_step
            yield self.encoded.padded(rows, width=width), self.labels[rows]


def known_ids(tokens, vocabulary) -> list[int]:
    """The ids of ``tokens``, for a beginning that a model is to go on with. Raises ValueError if there is no token, or
    one that the vocabulary does not know: the model has never read it.
    """
    tokens = list(tokens)
    unknown = sorted({token for token in tokens if vocabulary.id(token) == UNKNOWN})
    if not tokens:
        raise ValueError(
            "expected a beginning of at least one symbol, got an empty text: there is nothing to go on with"
        )
    if unknown:
        named = ", ".join(map(repr, unknown))
        raise ValueError(f"not in the vocabulary: {named}. Begin with symbols of the training text, or train on more")
    return vocabulary.ids(tokens)
