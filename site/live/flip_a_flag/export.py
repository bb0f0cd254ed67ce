"""After lesson 06: the trained LSTM's weights, the directions of its flags, and what NumPy computes with them."""

from tools.live import rounded, save

LONGEST = 19


def along_a_random_direction():
    """As long as the direction of she and he."""
    r = np.random.default_rng(0).normal(size=16)
    return r * np.linalg.norm(feminine) / np.linalg.norm(r)


def turn(name, m, d, r):
    return {"name": name, "middle": rounded(m), "direction": rounded(d), "push": rounded(r)}


def move(turn):
    """The lesson's edit of the cell state for one of the turns."""
    m, d, r = (np.array(turn[name]) for name in ("middle", "direction", "push"))
    return in_cell(lambda c: c - 2 * ((c - m) @ d / (d @ d))[:, None] * r)


random_way = along_a_random_direction()
turns = {
    "feminine": turn("the direction from he to she", middle, feminine, feminine),
    "plural": turn("the direction from one to they", halfway, plural, plural),
    "random": turn("as far, along a random direction (control)", middle, feminine, random_way),
}
edits = {name: move(one) for name, one in turns.items()}
edits |= {f"unit {k}": flip(middle, unit) for k, unit in enumerate(np.eye(16))}
tested = {name: outcome(edit) for name, edit in edits.items()}

arrays = {name: tensor.cpu().numpy().astype(float) for name, tensor in model.state_dict().items()}
weights = {
    "tokens": words.tokens,
    "embedding": rounded(arrays["embedding.weight"]),
    "W_x": rounded(arrays["lstm.weight_ih_l0"].T),  # the gates i, f, g, o
    "W_h": rounded(arrays["lstm.weight_hh_l0"].T),
    "b": rounded(arrays["lstm.bias_ih_l0"] + arrays["lstm.bias_hh_l0"]),
    "W_y": rounded(arrays["head.weight"].T),
    "b_y": rounded(arrays["head.bias"]),
    "flags": {name: {part: turns[name][part] for part in ("middle", "direction")} for name in ("feminine", "plural")},
    "turns": turns,
    "auc": rounded(scores),
    "tested": {name: {"swapped": rounded(pair[0]), "kept": rounded(pair[1])} for name, pair in tested.items()},
}


# ---- The same as in figure.js, in NumPy. ----


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def compute(words, turn, at):
    embedding, W_x, W_h, b, W_y, b_y = (np.array(weights[k]) for k in ("embedding", "W_x", "W_h", "b", "W_y", "b_y"))
    flags = {name: (np.array(flag["middle"]), np.array(flag["direction"])) for name, flag in weights["flags"].items()}
    ids = [0] * (LONGEST - len(words)) + [weights["tokens"].index(word) for word in words]
    h, c, states = np.zeros(16), np.zeros(16), []
    for t, token in enumerate(ids):
        i, f, g, o = np.split(embedding[token] @ W_x + h @ W_h + b, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        if t == LONGEST - len(words) + at and turn in weights["turns"]:
            m, d, r = (np.array(weights["turns"][turn][part]) for part in ("middle", "direction", "push"))
            c = c - 2 * (c - m) @ d / (d @ d) * r
        elif t == LONGEST - len(words) + at and turn != "nothing":
            k = int(turn.removeprefix("unit "))
            c = np.where(np.arange(16) == k, 2 * flags["feminine"][0] - c, c)
        h = sigmoid(o) * np.tanh(c)
        states.append(c)
    said = np.array(states[-len(words) :])
    levels = {name: (2 * (said - m) @ d / (d @ d)).tolist() for name, (m, d) in flags.items()}
    powers = np.exp(h @ W_y + b_y)
    return {**levels, "probabilities": (powers / powers.sum()).tolist()}


inputs = [
    {"words": text.split(), "turn": turn, "at": at}
    for text, turn, at in (
        (f"Alice {story}", "nothing", 0),
        (f"Alice {story}", "feminine", 7),
        (f"Alice and Tom {story}", "feminine", 8),
        (f"Tom {story}", f"unit {best}", 7),
        ("Clara whistled because", "plural", 0),
        ("Leo and Rosa later wept softly because", "random", 6),
    )
]
expected = [{"input": each, "output": compute(**each)} for each in inputs]
# The figure's network is the lesson's.
for text, flipped in ((f"Alice {story}", False), (f"Alice and Tom {story}", True)):
    found = compute(text.split(), "feminine" if flipped else "nothing", len(text.split()) - 2)
    levels, pronoun = look(text, flipped)
    assert pronouns.classes[np.argmax(found["probabilities"])] == pronoun
    assert np.abs(np.array(found["feminine"]) - levels["feminine"]).max() < 1e-4

save("flip_a_flag", weights, expected)
