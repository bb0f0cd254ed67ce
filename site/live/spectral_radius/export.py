# Run after lesson 04: the matrix, the inputs and the direction of its microscope, and what is left of the gradient.
import base64

from tools.live import rounded, save

FARTHEST = 60

again = np.random.default_rng(seed)  # the lesson draws others later, under the same names
W, x, v = draw(again, 1.0), 0.3 * again.normal(size=(100, 64)), again.normal(size=64)
norms = np.linalg.norm(backwards(x, W, v, "tanh")[1], axis=1)
assert np.array_equal(norms, by_hand), "not what the lesson's microscope sees"

packed = {name: base64.b64encode(array.astype("<f4").tobytes()).decode() for name, array in (("W", W), ("x", x))}
weights = {"units": 64, **packed, "v": rounded(v)}
W, x = (np.frombuffer(base64.b64decode(packed[name]), "<f4").astype(float).reshape(-1, 64) for name in ("W", "x"))
v = np.array(weights["v"])


def expected(radius):
    h, states = np.zeros(64), []
    for x_t in x:
        h = np.tanh(x_t + h @ (radius * W))
        states.append(h)
    logarithms = {"straight": np.arange(FARTHEST + 1) * np.log10(radius)}
    for name in ("linear", "tanh"):
        gradients = [v]
        for h in states[: -FARTHEST - 1 : -1]:
            slope = 1 - h**2 if name == "tanh" else 1.0
            gradients.append((gradients[-1] * slope) @ (radius * W).T)
        logarithms[name] = np.log10(np.linalg.norm(gradients, axis=1) / np.linalg.norm(v))
    return {"input": {"radius": radius}, "output": logarithms}


save("spectral_radius", weights, [expected(radius) for radius in (0.7, 0.9, 1.0, 1.1, 1.45, 1.8)])
