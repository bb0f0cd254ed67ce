"""Recurrent layers written by hand, as the lessons write them, against the library's: forward and backward.

By hand: the formulas of lessons 02, 05 and 07 with the framework's operations, in a Python loop over time. Library:
nn.RNN, nn.LSTM and nn.GRU; SimpleRNN, LSTM and GRU of Keras. TensorFlow runs both inside tf.function, as `fit` does.

Why it is fair: both have the same weights and read the same sequences, and give the same gradients, of all weights and
of the input, since a layer in a network has one below it. A test compares them.

The rate of the library's LSTM counts the multiplications and additions of its matrix products alone, three times those
of the forward pass. It is compared with a product of two square matrices in the same framework: what a layer could
reach that did nothing but multiply large matrices.
"""

from benchmarks import worker
from benchmarks.measure import interleaved, times_as_long
from benchmarks.report import Row, grid, number, table
from tools.lesson import TITLES

KINDS = ("rnn", "lstm", "gru")
NUM_STEPS = 50
SIZES = (32, 128, 256)  # of the batch, the input and the state
GOAL_SIZE = 128
PRODUCT_SIZE = 1024
ROUNDS = 5


def measure(half) -> list[dict]:
    """For one framework and each size: {"rnn": [by hand over library], …, "rate": LSTM's over the product's}."""
    results = []
    for size in SIZES:
        steps = {"product": half.product(PRODUCT_SIZE)}
        for kind in KINDS:
            by_hand, library = half.layer_steps(kind, batch_size=size, num_steps=NUM_STEPS, size=size)
            steps |= {f"{kind} by hand": by_hand, f"{kind} library": library}
        seconds = interleaved(steps, rounds=ROUNDS)
        result = {kind: times_as_long(seconds[f"{kind} by hand"], seconds[f"{kind} library"]) for kind in KINDS}
        work = lstm_operations(size) / (2 * PRODUCT_SIZE**3)
        result["rate"] = work * times_as_long(seconds["product"], seconds["lstm library"])
        results.append(result)
    return results


def lstm_operations(size) -> int:
    """Multiplications and additions in the matrix products of an LSTM, forward and backward."""
    forward = 2 * size * NUM_STEPS * 4 * size * (size + size)  # batch, steps, four gates, input and state
    return 3 * forward


def section() -> str:
    rows, lines = [], []
    for track, limit in (("pytorch", 1.5), ("tensorflow", 1.2)):
        title, results = TITLES[track], worker.measure("cells", track)
        result = results[SIZES.index(GOAL_SIZE)]
        rows += [
            Row(title, f"{kind.upper()} by hand, time over library's", result[kind], at_most=limit) for kind in KINDS
        ]
        rows.append(Row(title, "library LSTM, rate over that of a matrix product", result["rate"], at_least=0.75))
        for kind in KINDS:
            lines.append([title, f"{kind.upper()} by hand over library", *(number(r[kind]) for r in results)])
        lines.append([title, "LSTM's rate over the product's", *(number(r["rate"]) for r in results)])
    heads = ["", "batch, input and state of", *map(str, SIZES)]
    at_goal = f"Batch, input and state of {GOAL_SIZE}, {NUM_STEPS} steps:"
    return f"{at_goal}\n\n{table(rows)}\n\nAll sizes:\n\n{grid(heads, lines)}"
