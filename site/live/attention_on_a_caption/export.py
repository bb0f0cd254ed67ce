"""After lesson 18: the trained captioner and three of its test scenes, and what NumPy computes with them.

The matrices are rounded to whole numbers from -127 to 127 and one scale for each column, so that they are small. The
last lines hold that the rounded captioner tells, looks and follows as the lesson's does.
"""

import base64

from tools.live import save
from utils.datasets.scenes import SHAPES

STEPS_HERE = 6


def short(array, digits):
    """Nested lists whose numbers have at most so many significant digits."""
    if isinstance(array, (list, tuple)) or np.ndim(array):
        return [short(part, digits) for part in array]
    return float(f"{float(array):.{digits}g}")


def packed(matrix):
    scales = np.array(short(np.abs(matrix).max(axis=0) / 127, 4))
    whole = np.clip(np.round(matrix / scales), -127, 127).astype(np.int8)
    return {"scales": scales.tolist(), "bytes": base64.b64encode(whole.tobytes()).decode()}


def unpacked(matrix):
    scales = np.array(matrix["scales"])
    whole = np.frombuffer(base64.b64decode(matrix["bytes"]), np.int8)
    return whole.reshape(-1, len(scales)) * scales


def things(k):
    """The things of a test scene: what and where each is, its colour, and its pixels without the noise."""
    found = []
    for noun, cell in zip(test.nouns[k], test.cells[k], strict=True):
        pixels = test.pictures[k][window(cell)]
        on = pixels.max(axis=2) > 0.4
        red, green, blue = (255 * np.clip(pixels[on].mean(axis=0), 0, 1)).round().astype(int)
        across, down = np.flatnonzero(on.any(axis=0)), np.flatnonzero(on.any(axis=1))
        inside = on[down[0] : down[-1] + 1, across[0] : across[-1] + 1]
        found.append(
            {
                "name": list(SHAPES)[noun],
                "cell": int(cell),
                "colour": f"#{red:02x}{green:02x}{blue:02x}",
                "row": int(down[0]),
                "column": int(across[0]),
                "rows": ["".join(".#"[int(pixel)] for pixel in row) for row in inside],
            }
        )
    return found


arrays = {name: tensor.cpu().numpy().astype(float) for name, tensor in captioner.state_dict().items()}
layer = {name.removeprefix("decoder."): array for name, array in arrays.items()}
with torch.no_grad():
    on_device = torch.as_tensor(test.pictures, device=device())
    every_annotation = captioner.encoder(on_device)
    every_h, every_c = (part.cpu().numpy() for part in captioner.decoder.start(every_annotation))
    every_annotation = every_annotation.cpu().numpy()

own_logits, own_gazes = run(captioner, test.pictures)
own = own_logits.argmax(axis=2)
rightly = [k for k in three_kinds if (own[k] == target[k]).all()]
in_a_row = own == words.id("left-of")
chosen = [
    example,
    next(k for k in rightly if k != example and in_a_row[k, 3]),
    next(k for k in rightly if k != example and not in_a_row[k].any()),
]

weights = {
    "words": words.tokens,
    "matrices": {
        "W_a": packed(layer["look.W_a.weight"].T),
        "W_h": packed(layer["look.W_h.weight"].T),
        "embedding": packed(layer["embedding.weight"]),
        # rows: the word before, what is seen, h; columns: the gates i, f, g, o
        "W_lstm": packed(np.concatenate([layer["lstm.weight_ih_l0"].T, layer["lstm.weight_hh_l0"].T])),
        "W_y": packed(layer["head.weight"].T),
    },
    "b_h": short(layer["look.W_h.bias"], 6),
    "v": short(layer["look.v.weight"][0], 6),
    "b_lstm": short(layer["lstm.bias_ih_l0"] + layer["lstm.bias_hh_l0"], 6),
    "b_y": short(layer["head.bias"], 6),
    "scenes": [
        {
            "things": things(k),
            "annotations": short(every_annotation[k], 3),
            "h": short(every_h[k], 3),
            "c": short(every_c[k], 3),
        }
        for k in chosen
    ],
}


# ---- The same as in figure.js, in NumPy. ----


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


matrices = {name: unpacked(matrix) for name, matrix in weights["matrices"].items()}


def tell_as_the_figure(annotations, h, c, moved):
    b_h, v, b_lstm, b_y = (np.array(weights[name]) for name in ("b_h", "v", "b_lstm", "b_y"))
    word, result = weights["words"].index("<start>"), {"scores": [], "gazes": [], "probabilities": [], "said": []}
    for cell in moved:
        scores = np.tanh(annotations @ matrices["W_a"] + h @ matrices["W_h"] + b_h) @ v
        gaze = softmax(scores) if cell is None else np.eye(9)[cell]
        seen = gaze @ annotations
        sums = np.concatenate([matrices["embedding"][word], seen, h]) @ matrices["W_lstm"] + b_lstm
        i, f, g, o = np.split(sums, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        probabilities = softmax(np.concatenate([h, seen]) @ matrices["W_y"] + b_y)
        word = int(probabilities.argmax())
        for name, value in zip(result, (scores.tolist(), gaze.tolist(), probabilities.tolist(), word), strict=True):
            result[name].append(value)
    return result


def compute(scene, moved):
    annotations, h, c = (np.array(weights["scenes"][scene][name]) for name in ("annotations", "h", "c"))
    return tell_as_the_figure(annotations, h, c, moved)


itself = [None] * STEPS_HERE
last = test.cells[:, 2].tolist()
inputs = [{"scene": k, "moved": itself} for k in range(len(chosen))]
inputs += [{"scene": 0, "moved": [last[chosen[0]], *itself[1:]]}, {"scene": 1, "moved": [None, 8, None, None, 0, None]}]
expected = [{"input": each, "output": compute(**each)} for each in inputs]

# The figure's captioner is the lesson's, but for the rounding.
told_here = [tell_as_the_figure(*parts, itself) for parts in zip(every_annotation, every_h, every_c, strict=True)]
same = np.mean([one["said"] == list(row) for one, row in zip(told_here, own, strict=True)])
apart = np.mean([np.abs(np.array(one["gazes"]) - row).max() for one, row in zip(told_here, own_gazes, strict=True)])
there = {0: np.eye(9, dtype="float32")[test.cells[:, 2]]}
moved_own = run(captioner, test.pictures, forced=there)[0].argmax(axis=2)
parts = zip(every_annotation, every_h, every_c, last, strict=True)
moved_here = [tell_as_the_figure(a, h, c, [cell, *itself[1:]])["said"] for a, h, c, cell in parts]
same_moved = np.mean([one == list(row) for one, row in zip(moved_here, moved_own, strict=True)])
# Shares of the test scenes with the same caption, by itself and with the first word's gaze on the last thing; and the
# largest difference of a scene's gazes, its mean over the scenes.
weights["rounding"] = {"same": float(same), "same_moved": float(same_moved), "gazes_apart": short(apart, 3)}
assert same >= 0.97 and same_moved >= 0.9, weights["rounding"]
for k, scene in enumerate(chosen):
    assert compute(k, itself)["said"] == own[scene].tolist(), f"scene {scene}"

save("attention_on_a_caption", weights, expected)
