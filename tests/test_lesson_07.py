"""What lesson 07 adds: two data sets about counting, the detector of a wrong step, networks side by side, the figure of
a state's units; and what it says of the libraries' GRUs."""

import numpy as np
import pytest

from utils import cells, datasets, plots, sanity, tensorflow  # utils.tensorflow before keras, which chooses the backend
from utils.datasets.counting import counts_up_to
from utils.side_by_side import draw, from_arrays, to_arrays, with_keep_bias
from utils.weights import CellWeights

import keras  # isort: skip
import torch  # isort: skip

from utils import pytorch  # isort: skip
from utils.side_by_side import pytorch as many_pytorch  # isort: skip
from utils.side_by_side import tensorflow as many_tensorflow  # isort: skip

HALVES = [(many_pytorch, pytorch.predict), (many_tensorflow, tensorflow.predict)]
each_half = pytest.mark.parametrize("half, predict", HALVES, ids=["pytorch", "tensorflow"])


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


def some_networks(kind, count=3, seed=0):
    return draw(kind, count, input_size=2, hidden_size=4, rng=np.random.default_rng(seed))


def some_inputs():
    rng = np.random.default_rng(1)
    return rng.normal(size=(8, 5, 2)).astype("float32"), rng.uniform(size=(8, 5)).astype("float32")


@each_half
@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_networks_side_by_side_answer_as_each_does_alone(half, predict, kind):
    networks, (x, _) = some_networks(kind), some_inputs()
    together = predict(half.SideBySide(networks), x)
    assert together.shape == (8, 5, 3)
    for k, network in enumerate(networks):
        assert together[:, :, k] == pytest.approx(network.answers(x), abs=1e-5)


@each_half
@pytest.mark.parametrize("loss", ["squared", "logistic"])
def test_a_network_learns_the_same_beside_others(half, predict, loss):
    x, y = some_inputs()
    options = {"loss": loss, "learning_rate": 0.01, "batch_size": 4, "epochs": 3}
    one, *others = some_networks("gru")
    strangers = some_networks("gru", seed=7)
    first, second = (half.train([one, *rest], x, y, **options) for rest in (others, strangers[1:]))
    learned = predict(first, x)[:, :, 0]
    assert learned == pytest.approx(predict(second, x)[:, :, 0], abs=1e-4)
    assert np.abs(learned - one.answers(x)).max() > 1e-2
    assert first.networks()[0].answers(x) == pytest.approx(learned, abs=1e-5)


@each_half
def test_both_losses_are_lower_after_training_and_steps_that_are_not_asked_do_not_count(half, predict):
    x, y = some_inputs()
    asked = np.zeros_like(y)
    asked[:, 2] = 1
    options = {"loss": "squared", "learning_rate": 0.03, "batch_size": 8, "epochs": 60}
    networks = some_networks("lstm", 2)
    elsewhere = y + 100 * (1 - asked)  # what is not asked may be anything
    trained = predict(half.train(networks, x, elsewhere, asked=asked, **options), x)

    def error(answers):
        return ((answers - y[..., None])[:, 2] ** 2).mean()

    before = np.stack([network.answers(x) for network in networks], axis=-1)
    assert error(trained) < 0.5 * error(before)


def test_both_halves_train_alike():
    x, y = some_inputs()
    options = {"loss": "logistic", "learning_rate": 0.01, "batch_size": 4, "epochs": 3}
    one, other = (predict(half.train(some_networks("lstm"), x, y, **options), x) for half, predict in HALVES)
    assert one == pytest.approx(other, abs=1e-3)


@each_half
def test_a_step_of_ones_own_takes_the_place_of_the_usual_one(half, predict):
    x, _ = some_inputs()
    standing_still = half.SideBySide(some_networks("rnn"), step=lambda from_x, from_h, state: state)
    assert not predict(standing_still, x).any()


def test_the_bias_that_keeps_is_f_of_an_lstm_and_z_of_a_gru():
    [lstm], [gru] = (with_keep_bias(some_networks(kind, 1), 4.0) for kind in ("lstm", "gru"))
    assert np.split(lstm.cell.b_x, 4)[1].tolist() == [4.0] * 4 and lstm.cell.b_x.sum() == 16
    assert np.split(gru.cell.b_x, 3)[1].tolist() == [4.0] * 4 and gru.cell.b_x.sum() == 16
    with pytest.raises(ValueError, match="expected an LSTM or a GRU, got rnn"):
        with_keep_bias(some_networks("rnn", 1), 4.0)


def test_a_forget_bias_of_100_is_a_gate_of_exactly_1():
    assert torch.tensor(90.0).sigmoid() == 1 and keras.ops.sigmoid(90.0) == 1


def test_networks_survive_the_way_to_arrays_and_back():
    networks = some_networks("gru")
    for before, after in zip(networks, from_arrays("gru", to_arrays(networks)), strict=True):
        x, _ = some_inputs()
        assert after.answers(x) == pytest.approx(before.answers(x), abs=1e-6)


def test_the_memory_is_c_of_an_lstm_and_h_of_others():
    x, _ = some_inputs()
    [lstm], [gru] = some_networks("lstm", 1), some_networks("gru", 1)
    run = cells.forward(x, lstm.cell)
    assert lstm.memory(x).shape == (8, 5, 4) and (lstm.memory(x)[:, -1] == run.state[1]).all()
    assert (gru.memory(x) == cells.forward(x, gru.cell).outputs).all()


def test_pytorch_has_one_form_of_the_gru_and_keras_has_both():
    with pytest.raises(TypeError):
        torch.nn.GRU(3, 4, reset_after=False)
    x = np.random.default_rng(0).normal(size=(2, 5, 3)).astype("float32")
    for reset_after, layer in ((True, keras.layers.GRU(4)), (False, keras.layers.GRU(4, reset_after=False))):
        layer.build((None, None, 3))
        weights = CellWeights("gru", *gru_biases_and_all(), reset_after)
        tensorflow.set_weights(layer, [[weights]])
        assert layer(x).numpy() == pytest.approx(cells.forward(x, weights).state[0], abs=1e-5)


def gru_biases_and_all():
    """W_xh, W_hh, b_x and b_h, for inputs of size 3 and 4 units; b_h is 0: the form that resets before has none."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(3, 12)), rng.normal(size=(4, 12)), rng.normal(size=12), np.zeros(12)


def test_a_network_counts_as_far_as_no_string_gets_a_wrong_answer():
    counting = datasets.load("counting", largest=2, test_largest=5)
    right = np.where(counting.test.targets == 1, 1.0, -1.0)
    one_mistake = right.copy()
    one_mistake[3, 5] *= -1  # of the string with n = 4, where an answer is asked for
    not_asked = right.copy()
    not_asked[0, 0] *= -1  # an a
    answers = np.stack([right, one_mistake, not_asked, -right], axis=-1)
    assert counts_up_to(counting.test, answers).tolist() == [5, 3, 5, 0]
