"""Detectors of silent bugs: each returns a number, or one for each cell; a correct model keeps a gap near zero.

They take plain functions from NumPy arrays to NumPy arrays, or NumPy arrays, so they work with any framework.
"""

import itertools
from collections import Counter

import numpy as np

from utils.text import tokenise


def padding_gap(predict, tokens, *, extra=5) -> float:
    """How far predictions move when only padding is added.

    predict  function from token ids (batch, time), int32, to predictions (batch, ...)
    tokens   padded batch of token ids (batch, time); id 0 is padding
    extra    how many columns of padding to add on the right

    Returns the largest absolute change. Padding carries no information, so a correct
    model returns 0 up to rounding (about 1e-6 in float32).
    """
    tokens = np.asarray(tokens)
    if tokens.ndim != 2 or extra < 1:
        raise ValueError(f"expected tokens (batch, time) and extra >= 1, got shape {tokens.shape} and extra={extra}")
    padded = np.pad(tokens, ((0, 0), (0, extra)))
    return float(np.abs(np.asarray(predict(padded)) - np.asarray(predict(tokens))).max())


def permutation_gap(predict, batch) -> float:
    """How far predictions move when only the order of the rows in the batch changes.

    predict  function from a batch (batch, ...) to predictions (batch, ...)
    batch    array whose first axis is the batch, at least two rows

    Returns the largest absolute change. The rows of a batch know nothing of each other, so a correct model returns 0
    up to rounding; axes in the wrong order give a large number.
    """
    batch = np.asarray(batch)
    if len(batch) < 2:
        raise ValueError(f"expected a batch of at least two rows, got shape {batch.shape}")
    turned = np.asarray(predict(batch[::-1].copy()))
    return float(np.abs(turned[::-1] - np.asarray(predict(batch))).max())


def stream_gap(cut, length) -> float:
    """The share of rows that do not go on where the same row of the batch before stopped.

    cut     function from a stream (length,) to a list of batches, each (batch, window)
    length  how long a stream to try, long enough for two batches

    Feeds ``cut`` the numbers 0, 1, 2, … instead of data. Where a state is carried from batch to batch the share must be
    0: else row k inherits the state of a stranger.
    """
    batches = [np.asarray(batch) for batch in cut(np.arange(length))]
    if len(batches) < 2 or len({batch.shape for batch in batches}) != 1 or batches[0].ndim != 2:
        shapes = [batch.shape for batch in batches]
        raise ValueError(f"expected at least two batches of one shape (batch, window), got {shapes[:3]}")
    torn = [after[:, 0] != before[:, -1] + 1 for before, after in itertools.pairwise(batches)]
    return float(np.mean(torn))


def gradient_reach(norms, *, share=0.01) -> int:
    """How many steps back from the last one the gradient stays above ``share`` of its value at the last step.

    norms  (time,) norm of the gradient with respect to each state, or (sequences, time), which is averaged first;
           ``state_gradients`` of both framework halves gives it

    Returns 0 if the step before the last gets less than ``share``, and time - 1 if the gradient arrives at the first
    state. What lies farther back than the reach hardly counts in an update, although the loss may fall.
    """
    norms = np.asarray(norms, dtype=float)
    norms = norms.mean(axis=0) if norms.ndim == 2 else norms
    if norms.ndim != 1 or len(norms) < 2 or not np.isfinite(norms).all() or norms[-1] <= 0:
        raise ValueError("expected finite norms of at least two steps, (time,), and more than 0 at the last one")
    too_small = np.flatnonzero(norms < share * norms[-1])
    return int(len(norms) - 1 - (too_small[-1] + 1 if len(too_small) else 0))


def forget_lifetimes(layers) -> np.ndarray:
    """For how many steps the cells of an LSTM keep a value, as far as their forget bias decides: (layers, directions).

    layers  weights in the layout of utils.weights; ``get_weights`` of both framework halves gives it

    A unit with the forget bias b (both of PyTorch's added up) has the mean lifetime 1 / (1 - σ(b)) = 1 + exp(b) steps.
    Returned is the median over each cell's units: 2 for a bias of 0, 3.7 for 1. Where a cell stands out, or the number
    is not the one that was meant to be set, the bias is in the wrong place. Raises ValueError if a cell is no LSTM.
    """
    kinds = {cell.kind for directions in layers for cell in directions}
    if kinds != {"lstm"}:
        raise ValueError(
            f"expected LSTM weights, got {', '.join(sorted(kinds)) or 'none'}: only an LSTM has a forget gate"
        )
    forget = [[np.split(cell.b_x + cell.b_h, 4)[1] for cell in directions] for directions in layers]
    return np.median(1 + np.exp(forget), axis=-1)


def found_by_luck(search, labels, *, repeats=100, seed=0) -> float:
    """How often a search finds as much where nothing is to be found: the share of shuffled labels that score as high.

    search   function from labels (rows,) to a score, such as the largest AUC among all units
    labels   (rows,) the true labels, of at least two classes
    repeats  how many shufflings to try

    Shuffling breaks every link between rows and labels, and leaves the freedom of the search: many units, many steps,
    few rows. A share that is not close to 0 says that luck explains the score. (In statistics: a permutation test.)
    """
    labels = np.asarray(labels)
    if labels.ndim != 1 or len(np.unique(labels)) < 2 or repeats < 1:
        raise ValueError(f"expected labels (rows,) of two classes or more and repeats >= 1, got shape {labels.shape}")
    rng = np.random.default_rng(seed)
    found = search(labels)
    return float(np.mean([search(rng.permutation(labels)) >= found for _ in range(repeats)]))


def repeat_gap(predict, batch) -> float:
    """How far predictions move when the same batch is given a second time.

    predict  function from a batch (batch, ...) to predictions (batch, ...), in the state in which it is evaluated

    Returns the largest absolute change. A model that is evaluated has nothing random in it, so the answer is 0 (on a
    GPU up to rounding); dropout that nobody switched off gives a large number.
    """
    return float(np.abs(np.asarray(predict(batch)) - np.asarray(predict(batch))).max())


def future_leak(predict, batch) -> float:
    """How far the outputs up to a step move when only what comes after that step changes.

    predict  function from a batch (batch, time, ...) to outputs (batch, time, ...)
    batch    array (batch, time, ...), at least two rows that differ, and two steps

    For each step, all that comes after it is taken from the row above, and then from the row below; one row stays, so
    that means over the batch change, too. Returns the largest absolute change of an output up to that step: 0 for a
    causal model, infinity where one turns into nan or back. Whatever is to forecast, to generate or to answer at once
    must be causal.
    """
    batch = np.asarray(batch)
    outputs = np.asarray(predict(batch))
    if batch.ndim < 2 or min(batch.shape[:2]) < 2 or outputs.shape[:2] != batch.shape[:2]:
        raise ValueError(
            f"expected a batch (batch, time, ...) of two rows and steps or more, and an output for each step; "
            f"got shapes {batch.shape} and {outputs.shape}"
        )
    moved, later, earlier = [], slice(1, None), slice(None, -1)
    for t in range(1, batch.shape[1]):
        for rows, others in ((later, earlier), (earlier, later)):
            other = batch.copy()
            other[rows, t:] = batch[others, t:]
            moved.append(_largest_change(np.asarray(predict(other))[:, :t], outputs[:, :t]))
    return float(max(moved))


def _largest_change(outputs, before):
    """The largest absolute difference; nan in both is none, nan in one is infinite."""
    missing = np.isnan(outputs) != np.isnan(before)
    return np.inf if missing.any() else np.nan_to_num(np.abs(outputs - before), posinf=np.inf).max()


def step_gap(step, reference, *, input_size, hidden_size) -> float:
    """How far two versions of one recurrent step are apart, on inputs and states drawn at random.

    step, reference  functions from x_t (batch, input_size) and h (batch, hidden_size) to the next state (batch,
                     hidden_size)

    Returns the largest absolute difference; the same formula gives 0 up to rounding. The states are random as well,
    because from the first state, which is zero, a step with the wrong formula can look right.
    """
    rng = np.random.default_rng(0)
    x, h = rng.normal(size=(100, input_size)), rng.uniform(-1, 1, size=(100, hidden_size))
    one, other = np.asarray(step(x, h)), np.asarray(reference(x, h))
    if one.shape != h.shape or other.shape != h.shape:
        raise ValueError(f"expected two states of shape {h.shape}, got {one.shape} and {other.shape}")
    return float(np.abs(one - other).max())


def near_copies(train_texts, test_texts, *, run=3, share=0.5) -> float:
    """The share of the test texts that have a copy, or nearly one, among the training texts.

    train_texts, test_texts  lists of texts
    run                      how many words in a row are compared
    share                    two texts are near copies when they have at least this share of their runs in common: those
                             in both over those in either (Jaccard); a text shorter than a run is one run

    Returns 0 where nothing is shared. A test with near copies asks in part what a model remembers. Raises ValueError
    if a part has no text, or a text without a word.
    """
    parts = [[_runs(text, run) for text in texts] for texts in (train_texts, test_texts)]
    if not all(parts) or not all(found for part in parts for found in part):
        sizes = " and ".join(str(len(part)) for part in parts)
        raise ValueError(
            f"expected texts with at least one word in both parts, got {sizes} texts: leave empty ones out"
        )
    holders = {}  # a run of words to the training texts that hold it
    for row, runs in enumerate(parts[0]):
        for words in runs:
            holders.setdefault(words, []).append(row)
    copies = 0
    for runs in parts[1]:
        common = Counter(row for words in runs for row in holders.get(words, ()))
        copies += any(n >= share * (len(runs) + len(parts[0][row]) - n) for row, n in common.items())
    return copies / len(parts[1])


def _runs(text, length):
    """All runs of so many words in a text, as a set of tuples."""
    words = tokenise(text)
    return {tuple(words[k : k + length]) for k in range(max(len(words) - length, 0) + 1)} if words else set()


def bits_by_shift(predict, tokens, *, shifts=(0, 1, 2)) -> dict[int, float]:
    """How many bits a language model needs for the symbol it has read last (shift 0), the next (1), the one after (2).

    predict  function from ids (batch, time) to logits (batch, time, symbols)
    tokens   ids (batch, time) of a text, more steps than the largest shift

    A model of the next symbol is best at shift 1, unless symbols mostly repeat. One that is best at 0 was probably
    trained to give back its input; best at 2, that the target was shifted twice. Needs no labels and no entropy.
    """
    tokens = np.asarray(tokens)
    if tokens.ndim != 2 or min(shifts) < 0 or tokens.shape[1] <= max(shifts):
        raise ValueError(f"expected ids (batch, time) of more than {max(shifts)} steps, got shape {tokens.shape}")
    logits = np.asarray(predict(tokens), dtype=float)
    if logits.ndim != 3 or logits.shape[:2] != tokens.shape:
        raise ValueError(f"expected logits (batch, time, symbols) for ids {tokens.shape}, got shape {logits.shape}")
    logits = logits - logits.max(axis=2, keepdims=True)
    log_shares = logits - np.log(np.exp(logits).sum(axis=2, keepdims=True))
    steps = tokens.shape[1]
    asked = {shift: tokens[:, shift:, None] for shift in shifts}
    found = {
        shift: np.take_along_axis(log_shares[:, : steps - shift], ids, axis=2).mean() for shift, ids in asked.items()
    }
    return {shift: float(-value / np.log(2)) for shift, value in found.items()}


def split_overlap(cut, length) -> float:
    """The share of validation symbols that stand in the training part as well, at the same place of the stream.

    cut     function from a stream (length,) to (training windows, validation windows), two lists of arrays
    length  how long a stream to try

    Feeds ``cut`` the numbers 0, 1, 2, … instead of data. It must return 0: what a model has trained on, it may know by
    heart, and a score on it says nothing about new text.
    """
    train, validation = (np.unique(np.concatenate([*part, []])) for part in cut(np.arange(length)))
    if not len(train) or not len(validation):
        raise ValueError(f"expected windows in both parts, got {len(train)} and {len(validation)} symbols: try more")
    return float(np.isin(validation, train).mean())


def trained_on_the_future(cut, length) -> float:
    """The share of test windows that end before everything that was trained on was known.

    cut     function from a series (length,) to (training part, test part), each a pair of arrays: windows (windows, …)
            and the answers to them
    length  how long a series to try

    Feeds ``cut`` the numbers 0, 1, 2, … instead of data. It must return 0: a forecast is made from what is known at the
    end of its window. Windows may reach back into the training part, for these days have been; a horizon above 1 needs
    a gap of ``horizon - 1`` windows between the parts. Raises ValueError if a part holds nothing.
    """
    train, test = ([np.asarray(part) for part in pair] for pair in cut(np.arange(length)))
    sizes = [part.size for part in (*train, *test)]
    if len(sizes) != 4 or not all(sizes):
        raise ValueError(
            f"expected windows and answers of a training and of a test part, got arrays of {sizes} numbers: try a "
            f"longer series than {length}"
        )
    ends = test[0].reshape(len(test[0]), -1).max(axis=1)
    return float(np.mean(ends < max(part.max() for part in train)))


def class_gap(labels, other_labels) -> float:
    """The largest difference between the shares that one class has in two parts, such as training and validation.

    labels, other_labels  (rows,) the labels of the two parts

    Returns 0 where all classes are equally frequent in both, at most about 1 over the square root of the smaller part
    where rows were drawn at random, and 1 where a part is one class that the other lacks. Raises ValueError if a part
    is empty.
    """
    parts = [np.asarray(part) for part in (labels, other_labels)]
    if any(part.ndim != 1 or not len(part) for part in parts):
        shapes = " and ".join(str(part.shape) for part in parts)
        raise ValueError(f"expected the labels (rows,) of two parts with at least one row each, got {shapes}")
    shares = [[np.mean(part == name) for part in parts] for name in np.unique(np.concatenate(parts))]
    return float(np.abs(np.diff(shares, axis=1)).max())


def ctc_frames_lacking(labels, frames) -> np.ndarray:
    """How many frames each clip lacks for its labels: (clips,), 0 where there is at least one alignment.

    labels  (clips, longest) ids from 1 on, filled up on the right with 0, the blank
    frames  how many frames a clip has: one number, or (clips,)

    CTC needs a frame for each label, and one more, a blank, between two equal labels in a row. A clip that lacks one
    has probability 0: its loss is infinite (PyTorch) or a large number without meaning (TensorFlow), and so is the
    loss of its batch. Look before training: one such clip is enough. Raises ValueError if a 0 stands between labels.
    """
    labels = np.asarray(labels)
    if labels.ndim != 2 or not np.issubdtype(labels.dtype, np.integer) or (labels < 0).any():
        raise ValueError(f"expected labels (clips, longest), whole numbers from 0 on, got shape {labels.shape}")
    real = labels != 0
    if (real[:, 1:] & ~real[:, :-1]).any():
        row = int((real[:, 1:] & ~real[:, :-1]).any(axis=1).argmax())
        raise ValueError(f"row {row} has a 0 before a label: 0 is the blank, it may only fill up on the right")
    frames = np.asarray(frames)
    if frames.shape not in ((), (len(labels),)):
        raise ValueError(f"expected one number of frames, or one for each of {len(labels)} clips, got {frames.shape}")
    repeats = (real[:, 1:] & (labels[:, 1:] == labels[:, :-1])).sum(axis=1)
    return np.maximum(real.sum(axis=1) + repeats - frames, 0)


def parameter_gap(counts) -> float:
    """By how much the largest of several networks exceeds the smallest: 0 if they are equal, 1 if it is twice as large.

    counts  name of a network to its number of parameters, at least two networks; weights that several layers share
            count once

    A comparison of designs wants at most about 0.02: a larger network may win because it is larger. Raises ValueError
    for fewer than two networks, and for a count that is no whole number above 0.
    """
    if len(counts) < 2:
        raise ValueError(f"expected the parameters of at least two networks to compare, got {len(counts)}")
    for name, count in counts.items():
        if isinstance(count, bool) or not isinstance(count, (int, np.integer)) or count < 1:
            raise ValueError(f"{name}: expected its number of parameters, a whole number above 0, got {count!r}")
    return float(max(counts.values()) / min(counts.values()) - 1)


def replay_gap(write, maps) -> float:
    """How far the outputs move when a model must look where its attention maps say it looked.

    write  function from maps (rows, steps, places), or None where the model may look by itself, to outputs: an array
    maps   the maps to check, as they are drawn; each row of weights sums to 1

    Returns the largest change of an output. It must be next to 0: else these are not the maps that made the outputs,
    such as maps of the step after. A map that passes may be the one that was used: where the gaze is ignored, every map
    passes. Whether what it points at mattered, only a gaze that is moved can tell. Raises ValueError for weights that
    do not sum to 1.
    """
    maps = np.asarray(maps)
    if maps.ndim != 3 or not np.allclose(maps.sum(axis=2), 1, atol=1e-3):
        sums = "" if maps.ndim != 3 else f" with sums from {maps.sum(axis=2).min():.2f} to {maps.sum(axis=2).max():.2f}"
        raise ValueError(f"expected maps (rows, steps, places) whose weights sum to 1, got shape {maps.shape}{sums}")
    replayed, before = np.asarray(write(maps)), np.asarray(write(None))
    if replayed.shape != before.shape:
        raise ValueError(
            f"expected outputs of one shape with and without maps, got {replayed.shape} and {before.shape}"
        )
    return float(_largest_change(replayed, before))


def split_gap(gradient, batch, *, parts=2) -> float:
    """How far the gradient moves when a batch is cut into parts, as several processes cut it.

    gradient  function from a list of batches, one for each process, to the gradient of the step (weights,)
    batch     array (rows, ...); where rows have lengths, take rows of unequal length

    Returns the largest absolute change over the largest absolute value of the gradient: 0 up to rounding (about 1e-6 in
    float32) for a training that is the same on any number of processes. It needs no processes: the parts may be
    computed one after another. Raises ValueError if there are fewer rows than parts, or nothing to divide by.
    """
    batch = np.asarray(batch)
    if parts < 2 or len(batch) < parts:
        raise ValueError(f"expected two parts or more, with a row for each, got {parts} parts of {len(batch)} rows")
    whole, cut = (np.asarray(gradient(each)) for each in ([batch], [batch[k::parts] for k in range(parts)]))
    largest = np.abs(whole).max()
    if whole.shape != cut.shape or not np.isfinite(largest) or largest == 0:
        raise ValueError(
            f"expected two gradients of one shape, finite and not all 0, got shapes {whole.shape} and {cut.shape} with "
            f"{largest} as the largest value of the first"
        )
    return float(np.abs(cut - whole).max() / largest)
