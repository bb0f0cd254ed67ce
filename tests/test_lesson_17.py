"""What lesson 17 adds: the grid block in both tracks, its figure, tied rows, the detector of unequal parameters."""

import numpy as np
import pytest

from tools.lesson import definitions
from utils import cells, plots, sanity
from utils.weights import CellWeights, to_keras, to_pytorch


def from_the_lesson(track, *names):
    found = definitions("17_grid_lstm", track)
    return [found[name] for name in names]


def drawn(size, seed=0):
    """Weights of the two cells, and what comes from below: (3 rows, 5 steps, 2 size)."""
    rng = np.random.default_rng(seed)
    W = rng.normal(size=(2, 2, size, 4 * size)) / size**0.5
    weights = [CellWeights("lstm", W_xh, W_hh, rng.normal(size=4 * size), np.zeros(4 * size)) for W_xh, W_hh in W]
    return weights, rng.normal(size=(3, 5, 2 * size)).astype("float32")


def test_both_cells_of_a_block_read_the_same_two_vectors_as_they_came_in():
    """The paper's form: each cell multiplies the vectors side by side, and each updates its own memory."""
    (block,), ((time, depth), below) = from_the_lesson("pytorch", "block"), drawn(4)
    of_time, of_depth = (below[:, 0, :4], below[:, 0, 4:]), (below[:, 1, :4], below[:, 1, 4:])
    both = np.concatenate([of_depth[0], of_time[0]], axis=1)
    by_rows = [np.concatenate([time.W_xh, time.W_hh]), np.concatenate([depth.W_hh, depth.W_xh])]
    for new, (_, m), W, b in zip(
        block(of_time, of_depth, time, depth), (of_time, of_depth), by_rows, (time.b_x, depth.b_x), strict=True
    ):
        i, f, g, o = np.split(both @ W + b, 4, axis=1)
        m = cells.sigmoid(f) * m + cells.sigmoid(i) * np.tanh(g)
        np.testing.assert_allclose(new, (cells.sigmoid(o) * np.tanh(m), m), atol=1e-12)


def in_pytorch(weights, below, **options):
    torch = pytest.importorskip("torch")
    (GridLayer,) = from_the_lesson("pytorch", "GridLayer")
    layer = GridLayer(below.shape[2] // 2, **options)
    for cell, one in zip((layer.time_cell, layer.depth_cell), weights, strict=True):
        arrays = to_pytorch([[one]])
        cell.load_state_dict({name.removesuffix("_l0"): torch.tensor(array) for name, array in arrays.items()})
    return layer(torch.as_tensor(below)).detach().numpy()


def in_tensorflow(weights, below, **options):
    pytest.importorskip("tensorflow")
    GridCell, row_of = from_the_lesson("tensorflow", "GridCell", "row_of")
    layer = row_of(GridCell(below.shape[2] // 2, **options))
    layer(below)
    layer.set_weights([array for one in weights for array in to_keras([[one]])[0]])
    return layer(below).numpy()


@pytest.mark.parametrize("size, seed", [(1, 1), (4, 2), (24, 3)])
def test_a_row_of_blocks_is_the_same_by_hand_and_in_both_frameworks(size, seed):
    (grid_layer,), (weights, below) = from_the_lesson("pytorch", "grid_layer"), drawn(size, seed)
    by_hand, torch, keras = grid_layer(below, *weights), in_pytorch(weights, below), in_tensorflow(weights, below)
    assert np.abs(torch - by_hand).max() <= 2e-6 and np.abs(keras - torch).max() <= 1e-6


@pytest.mark.parametrize("track", [in_pytorch, in_tensorflow])
def test_without_memory_what_comes_from_below_as_m_changes_nothing(track):
    weights, below = drawn(4)
    other = below.copy()
    other[:, :, 4:] += 1
    np.testing.assert_array_equal(track(weights, below, memory=False), track(weights, other, memory=False))
    assert np.abs(track(weights, below) - track(weights, other)).max() > 0.01


@pytest.mark.parametrize("track", ["pytorch", "tensorflow"])
def test_tied_rows_have_the_same_parameters_at_any_depth(track):
    pytest.importorskip({"pytorch": "torch"}.get(track, track))
    Network, count = from_the_lesson(track, "Network", "count")
    counts = {depth: count(Network("grid", depth, 24, tied=True)) for depth in (1, 2, 5)}
    assert set(counts.values()) == {9942} == {count(Network("grid", 1, 24))}
    assert count(Network("grid", 10, 24)) == 94614 and count(Network("plain", 10, 34)) == 94322
    assert count(Network("residual", 10, 34)) == 94322 and count(Network("grid without memory", 10, 24)) == 94614


def test_the_two_tracks_start_alike():
    """Forget gates of both cells at bias 1, all other biases at 0, none of PyTorch's second ones learns."""
    pytest.importorskip("torch")
    (cell,) = (make(6) for make in from_the_lesson("pytorch", "lstm_cell"))
    assert cell.bias_ih.tolist() == [0] * 6 + [1] * 6 + [0] * 12
    assert cell.bias_ih.requires_grad and not cell.bias_hh.requires_grad and not cell.bias_hh.any()


def test_the_parameter_gap_is_relative_to_the_smallest():
    assert sanity.parameter_gap({"stack": 100, "grid": 200, "other": 150}) == 1
    assert sanity.parameter_gap({"stack": np.int64(100), "grid": 102}) == pytest.approx(0.02)
    assert sanity.parameter_gap({"stack": 7, "grid": 7}) == 0


@pytest.mark.parametrize(
    "counts, message",
    [
        ({}, "at least two networks to compare, got 0"),
        ({"stack": 5}, "at least two networks to compare, got 1"),
        ({"stack": 5, "grid": 0}, "grid: expected its number of parameters, a whole number above 0, got 0"),
        ({"stack": 5, "grid": 2.5}, "grid: expected .* got 2.5"),
        ({"stack": None, "grid": 5}, "stack: expected .* got None"),
        ({"stack": True, "grid": 5}, "stack: expected .* got True"),
    ],
)
def test_counts_that_are_none_are_named(counts, message):
    with pytest.raises(ValueError, match=message):
        sanity.parameter_gap(counts)


def test_the_place_of_a_grid_tells_what_goes_where(capsys):
    plots.grid_place(title="A place")
    told = capsys.readouterr().out
    assert told.startswith("A place. Two blocks with arrows: in the stack") and "from below to above only h" in told
