"""After lesson 14: what its five frames say, and what NumPy computes with them."""

from tools.live import rounded, save

weights = {"probabilities": rounded(toy)}


def compute(label, probabilities):
    """The forward sums of the lesson, without logarithms, and all paths, one by one."""
    probabilities, slots = np.array(probabilities), [0]
    for symbol in label:
        slots += [symbol, 0]
    alpha = np.zeros((len(probabilities), len(slots)))
    alpha[0, :2] = probabilities[0, slots[:2]]
    for t in range(1, len(probabilities)):
        for s, symbol in enumerate(slots):
            ways = alpha[t - 1, s]
            if s >= 1:
                ways += alpha[t - 1, s - 1]
            if s >= 2 and symbol != 0 and symbol != slots[s - 2]:
                ways += alpha[t - 1, s - 2]
            alpha[t, s] = probabilities[t, symbol] * ways
    found = [score for _, score in all_paths(probabilities)[tuple(label)]]
    total = alpha[-1, -1] + alpha[-1, -2]
    return {"alpha": alpha.tolist(), "total": float(total), "count": len(found), "by_paths": float(sum(found))}


sure = [[0.01, 0.97, 0.01, 0.01], [0.9, 0.05, 0.03, 0.02], [0.0, 0.99, 0.0, 0.01], [0.25] * 4, [0.4, 0.3, 0.2, 0.1]]
inputs = [{"label": label, "probabilities": weights["probabilities"]} for label in ([1, 1], [1, 2], [2, 1], [3, 3])]
inputs += [{"label": label, "probabilities": sure} for label in ([1, 1], [1, 2])]
expected = [{"input": each, "output": compute(**each)} for each in inputs]
# The figure's numbers are the lesson's.
assert abs(-math.log(expected[0]["output"]["total"]) - brute_force["first"]) < 1e-6

save("ctc_lattice", weights, expected)
