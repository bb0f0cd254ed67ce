"""What lesson 07 adds: two data sets about counting, the detector of a wrong step, the figure of a state's units."""

import numpy as np
import pytest

from utils import cells, datasets, plots, sanity
from utils.weights import CellWeights


def test_counting_asks_after_each_b_whether_another_follows():
    counting = datasets.load("counting", largest=5, test_largest=9)
    for part, largest in ((counting.train, 5), (counting.test, 9)):
        assert part.inputs.shape == part.targets.shape == (largest, 2 * largest) and len(part) == largest
        for n, (letters, answers) in enumerate(zip(part.inputs, part.targets, strict=True), start=1):
            rest = 2 * largest - 2 * n
            assert letters.tolist() == [1] * n + [2] * n + [0] * rest
            assert answers.tolist() == [-1] * n + [0] * (n - 1) + [1] + [-1] * rest
    assert counting.classes == ("another b", "end") and counting.train.inputs.dtype == np.int32


def test_counting_is_the_same_in_every_run():
    assert np.array_equal(datasets.load("counting").test.targets, datasets.load("counting").test.targets)


def count_by_hand(ticks_and_resets):
    """The counts of one sequence (time, 2), step by step."""
    count, counts = 0, []
    for tick, reset in ticks_and_resets:
        count = 0 if reset else count + tick
        counts.append(count)
    return counts


def test_counts_go_up_with_ticks_and_back_to_zero_at_a_reset():
    numbers = datasets.load("count_since_reset", seed=3, train_size=20, test_size=10)
    for part, length in ((numbers.train, 30), (numbers.test, 120)):
        assert part.inputs.shape == (len(part), length, 2) and part.targets.dtype == np.float32
        assert part.inputs.sum(axis=2).max() == 1  # never both at once
        assert [count_by_hand(row) for row in part.inputs] == part.targets.tolist()


def test_ticks_and_resets_are_as_frequent_as_the_data_card_says():
    inputs = datasets.load("count_since_reset").train.inputs
    assert inputs.mean(axis=(0, 1)) == pytest.approx([0.37, 0.08], abs=0.005)


def test_the_seed_decides_the_ticks():
    def first(seed):
        return datasets.load("count_since_reset", seed=seed, train_size=1, test_size=1).train.inputs

    assert np.array_equal(first(1), first(1)) and not np.array_equal(first(1), first(2))


@pytest.mark.parametrize("options", [{"largest": 0}, {"test_largest": 0}])
def test_counting_needs_at_least_one_letter(options):
    with pytest.raises(ValueError, match="expected n to go up to at least 1"):
        datasets.load("counting", **options)


@pytest.mark.parametrize("options", [{"length": 0}, {"test_length": 0}])
def test_counting_since_a_reset_needs_at_least_one_step(options):
    with pytest.raises(ValueError, match="expected at least 1 step"):
        datasets.load("count_since_reset", **options)


def gru_weights(reset_after=True):
    rng = np.random.default_rng(0)
    return CellWeights("gru", rng.normal(size=(3, 12)), rng.normal(size=(4, 12)), *np.zeros((2, 12)), reset_after)


def step_of(weights):
    return lambda x, h: cells.gru_step(x, (h,), weights)[0][0]


def test_a_step_has_no_gap_to_itself_and_a_gap_to_the_other_form():
    after, before = step_of(gru_weights()), step_of(gru_weights(reset_after=False))
    assert sanity.step_gap(after, after, input_size=3, hidden_size=4) == 0
    assert sanity.step_gap(before, after, input_size=3, hidden_size=4) > 0.01


def test_the_gap_shows_where_the_zero_state_hides_it():
    x, zero = np.ones((1, 3)), np.zeros((1, 4))
    assert (step_of(gru_weights())(x, zero) == step_of(gru_weights(reset_after=False))(x, zero)).all()


def test_a_gap_needs_states_of_the_right_shape():
    with pytest.raises(ValueError, match=r"expected two states of shape \(100, 5\), got \(100, 3\) and \(100, 5\)"):
        sanity.step_gap(lambda x, h: x, lambda x, h: h, input_size=3, hidden_size=5)


def test_the_figure_of_a_state_names_the_range_of_the_unit_that_stands_out(capsys):
    values = np.stack([np.arange(6.0), np.zeros(6)], axis=1)
    plots.traces(
        {"cell": (values, 0), "state": (values + 1, 0)},
        xlabel="step",
        title="T",
        unit_label="best",
        band=(2, 4),
        band_label="new",
    )
    text = capsys.readouterr().out
    assert "T. States over 6 steps, shaded: new." in text
    assert "cell: from 0.00 to 5.00; state: from 1.00 to 6.00" in text
