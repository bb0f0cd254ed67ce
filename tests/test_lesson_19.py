"""What lesson 19 adds: the recall data, the figure of a scan, the live factor; its scan, heads and layers."""

import numpy as np
import pytest

from tools.lesson import definitions
from utils import datasets, plots, sanity, widgets


def from_the_lesson(*names):
    found = definitions("19_limits_and_what_came_next", "pytorch")
    return [found[name] for name in names]


def recall(**options):
    return datasets.load("recall", **({"steps": 2, "test_size": 20} | options))


@pytest.mark.parametrize("pairs, values", [(2, 2), (32, 8), (5, 3)])
def test_the_answer_is_the_value_that_was_stored_with_the_asked_key(pairs, values):
    for part in (recall(pairs=pairs, values=values).train, recall(pairs=pairs, values=values).test):
        assert part.inputs.shape == (len(part), pairs, 3) and part.inputs.dtype == part.targets.dtype == np.int32
        for row, answers in zip(part.inputs, part.targets, strict=True):
            stored = {}
            for (key, value, asked), answer in zip(row, answers, strict=True):
                stored[key] = value - 1 - pairs
                assert stored[asked - pairs - values] == answer
            assert set(stored) == set(range(1, pairs + 1)) and set(stored.values()) <= set(range(values))


def test_every_stored_key_is_asked_for_as_often_as_any_other():
    part = recall(pairs=4, steps=500).train
    keys, asked = part.inputs[:, :, 0], part.inputs[:, :, 2] - 4 - 8
    for step in range(4):
        share = [(keys[:, earlier] == asked[:, step]).mean() for earlier in range(step + 1)]
        assert share == pytest.approx([1 / (step + 1)] * (step + 1), abs=0.02)


def test_what_comes_next_is_asked_for_and_nothing_at_the_last_step():
    part = recall(pairs=6, ask="next").train
    keys, values, asked = np.moveaxis(part.inputs, 2, 0)
    assert (asked[:, :-1] - 6 - 8 == keys[:, 1:]).all() and (part.targets[:, -1] == -1).all()
    assert (part.targets[:, :-1] == values[:, 1:] - 7).all()


def test_the_seed_decides_the_pairs():
    one, same, other = (recall(seed=seed).train.inputs for seed in (1, 1, 2))
    assert np.array_equal(one, same) and not np.array_equal(one, other)


@pytest.mark.parametrize("options", [{"pairs": 1}, {"values": 1}])
def test_recall_needs_two_pairs_and_two_values(options):
    with pytest.raises(ValueError, match="expected at least 2 pairs and 2 values"):
        recall(**options)


def test_recall_knows_two_ways_to_ask():
    with pytest.raises(ValueError, match="expected ask to be one of stored, next, got 'last'"):
        recall(ask="last")


def test_the_figure_of_a_scan_counts_waits_and_rounds(capsys):
    plots.scan_rounds(8, title="Eight")
    assert "8 states in a chain" in capsys.readouterr().out
    plots.scan_rounds(9, title="Nine")
    assert "4 rows of 9 dots" in capsys.readouterr().out


def test_a_scan_of_one_step_is_no_figure():
    with pytest.raises(ValueError, match="expected at least 2 steps, got 1"):
        plots.scan_rounds(1, title="One")


def test_the_factor_is_turned(monkeypatch):
    shown, drawn = [], []
    monkeypatch.setattr(widgets, "display", shown.append)
    monkeypatch.setattr(plots, "curves", lambda lines, **options: drawn.append((list(lines), options)))
    widgets.turn_a_factor(lambda factor: factor ** np.arange(5), (0.5, -1.0), most=1.0, title="Powers")
    slider = shown[0].children[0]
    assert (slider.min, slider.max, slider.value) == (-1.0, 1.0, -1.0)
    assert drawn[0][0] == ["factor 0.50", "factor −1.00"] and drawn[0][1]["title"] == "Powers"
    slider.value = 0.3
    assert drawn[-1][0] == ["factor 0.30"] and drawn[-1][1]["title"] == "Your factor"


@pytest.mark.parametrize("steps", [1, 2, 3, 8, 100])
def test_scan_and_loop_are_one(steps):
    torch = pytest.importorskip("torch")
    scan_by_hand, scan, loop = from_the_lesson("scan_by_hand", "scan", "loop")
    rng = np.random.default_rng(steps)
    a, b = rng.uniform(-1, 1, steps), rng.normal(size=steps)
    h, states = 0, []
    for a_t, b_t in zip(a, b, strict=True):
        h = a_t * h + b_t
        states.append(h)
    found, rounds = scan_by_hand(a, b)
    assert found == pytest.approx(states) and rounds == int(np.ceil(np.log2(steps)))
    a, b = (torch.tensor(array)[None, :, None] for array in (a, b))
    assert scan(a, b)[0, :, 0].numpy() == pytest.approx(states) == loop(a, b)[0, :, 0].numpy()


def test_a_head_that_sees_ahead_is_found_and_the_others_are_causal():
    torch = pytest.importorskip("torch")
    Head, LinearHead, MinGRU = from_the_lesson("Head", "LinearHead", "MinGRU")
    batch = np.random.default_rng(0).normal(size=(4, 6, 5)).astype("float32")

    def leak(layer):
        return sanity.future_leak(lambda x: layer(torch.as_tensor(x)).detach().numpy(), batch)

    for layer in (Head(5, 3), LinearHead(5, 3), MinGRU(5, 3), MinGRU(5, 3, flips=True)):
        assert leak(layer) < 1e-6
    assert leak(Head(5, 3, ahead=1)) > 1e-3


def test_an_lstm_with_one_unit_for_each_key_has_the_room_to_recall_all():
    torch = pytest.importorskip("torch")
    [Reader] = from_the_lesson("Reader")
    reader, size, far = Reader(73, 32, torch.nn.LSTM(96, 64, batch_first=True), 64, 8), 64, 30.0
    levels, lstm = torch.arange(8) / 4 - 0.875, reader.layer
    with torch.no_grad():
        for parameter in reader.parameters():
            parameter.zero_()
        reader.embedding.weight[1:33] = reader.embedding.weight[41:] = torch.eye(32)
        reader.embedding.weight[33:41] = torch.eye(32)[:8]
        for k in range(32):  # one key each: the gates in the order input, forget, new value, output
            lstm.weight_ih_l0[k, k], lstm.bias_ih_l0[k] = 2 * far, -far
            lstm.weight_ih_l0[size + k, k], lstm.bias_ih_l0[size + k] = -2 * far, far
            lstm.weight_ih_l0[2 * size + k, 32:40] = levels
            lstm.weight_ih_l0[3 * size + k, 64 + k], lstm.bias_ih_l0[3 * size + k] = 2 * far, -far
        seen = torch.tanh(torch.tanh(levels))
        reader.head.weight[:, :32], reader.head.bias[:] = 100 * seen[:, None], -50 * seen**2
        part = datasets.load("recall", steps=2, test_size=500).test
        found = reader(torch.as_tensor(part.inputs)).argmax(dim=2).numpy()
    assert (found == part.targets).all()


@pytest.mark.parametrize("count, degrees", [(2, [0]), (3, [0, 60]), (4, [0, 45])])
def test_mirrors_turn_back_after_as_many_ones(count, degrees):
    [mirror] = from_the_lesson("mirror")
    turn = np.linalg.multi_dot([np.eye(2), *map(mirror, degrees)])
    start = np.array([1.0, 0.0])
    places = [start @ np.linalg.matrix_power(turn, power) for power in range(count + 1)]
    assert places[-1] == pytest.approx(start, abs=1e-12)
    assert all(not np.allclose(place, start) for place in places[1:-1])


def test_newton_needs_no_more_sweeps_than_steps_and_says_when_it_has_too_few():
    found = definitions("19_limits_and_what_came_next", "pytorch")
    found["seed"] = 0
    newton_sweeps = found["newton_sweeps"]
    assert newton_sweeps(0.9, steps=3) <= 3
    assert newton_sweeps(0.9, most=1) == np.inf
