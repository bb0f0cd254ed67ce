# Run after lesson 02: the trained parity network, its units in the order of likeness, and its steps.
from tools.live import rounded, save

signed = [np.corrcoef(unit, truth)[0, 1] for unit in state.T]
weights = rounded(
    {
        "embedding": parity_table[1:],  # of the bits 0 and 1; row 0 is padding
        "W_xh": parity_cell.W_xh,
        "W_hh": parity_cell.W_hh,
        "b_h": np.asarray(parity_cell.b_x, float) + parity_cell.b_h,
        "W_hy": W_hy,
        "b_y": b_y,
        "order": np.argsort(signed)[::-1],
    }
)
embedding, W_x, W_h, b, W_y, b_out = (np.array(weights[k]) for k in list(weights)[:-1])


def expected(sequence):
    h, steps = np.zeros(32), []
    for bit in sequence:
        from_input, from_state = embedding[bit] @ W_x + b, h @ W_h
        a = from_input + from_state
        h = np.tanh(a)
        even, odd = h @ W_y + b_out
        steps.append((from_input, from_state, a, h, odd - even))
    columns = map(np.array, zip(*steps, strict=True))
    output = dict(zip(("from_input", "from_state", "a", "h", "odd"), columns, strict=True))
    lesson = cells.forward(parity_table[np.array([sequence]) + 1], parity_cell).outputs[0]
    assert np.abs(output["h"] - lesson).max() < 1e-5
    assert np.array_equal(output["odd"] > 0, np.cumsum(sequence) % 2 == 1)
    return {"input": {"bits": sequence}, "output": output}


cases = [[1], [0, 0, 0, 0], [1, 1, 1, 1, 1], [0, 1, 1, 0, 1, 0, 0, 1]]
long = expected((bits.test.inputs[0] - 1).tolist())["output"]
weights["reach"] = rounded(max(np.abs(long[name]).max() for name in ("from_input", "from_state", "a")))
save("rnn_cell", weights, [expected(case) for case in cases])
