"""A learner's own text, pairs, series and clips: how they are cut, judged, and refused in one clear sentence."""

import wave

import numpy as np
import pytest

from utils.datasets import DataError, own_data, own_examples, parts

PARTS = ("train", "validation", "test")


def read(kind, path=None, **options):
    return own_data.READERS[kind](path or own_data.EXAMPLES[kind], **{**own_data.OPTIONS[kind], **options})


@pytest.fixture(scope="module")
def example():
    """The four examples as data sets, by the names of their briefs."""
    return {kind: read(kind) for kind in own_data.READERS}


def pairs(count=250):
    return [["source", "target"], *([f"number {k}", f"{k:04}"] for k in range(count))]


def steps(count=600, **changes):
    values = [f"{np.sin(k / 5):.3f}" for k in range(count)]
    for row, value in changes.items():
        values[int(row[3:]) - 2] = value
    return [["day", "value"], *([k, value] for k, value in enumerate(values))]


def motions(count=120, people=6):
    rows = [["clip", "who", "label", "x", "y"]]
    for k in range(count):
        rows += [[k, f"p{k % people}", ("up", "down")[k // people % 2], t, k] for t in range(3)]
    return rows


def write_wav(path, *, rate=8000, channels=1, seconds=0.2, bits=16, silent=False):
    tone = 0 if silent else 8000 * np.sin(2 * np.pi * 440 * np.arange(int(rate * seconds)) / rate)
    samples = np.repeat(np.zeros(int(rate * seconds)) + tone, channels).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(bits // 8)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())


def recordings(folder, count=100):
    for k in range(count):
        write_wav(folder / f"{k}.wav", seconds=0.2 + k / 1000)
    return [["file", "label"], *([f"{k}.wav", ("yes", "no")[k % 2]] for k in range(count))]


def message_of(kind, path, **options):
    """The one sentence of a file that cannot be used."""
    with pytest.raises(DataError) as error:
        read(kind, path, **options)
    assert "\n" not in str(error.value) and len(str(error.value)) < 700
    return str(error.value)


# The cut


@pytest.mark.parametrize("kind", own_data.READERS)
def test_data_are_cut_in_the_same_way_each_time_and_can_read_themselves_again(example, kind):
    data, again = example[kind], example[kind].again()
    for part in PARTS:
        one, two = getattr(data, part), getattr(again, part)
        assert len(one) == len(one.targets) > 0 and type(one.inputs) is type(two.inputs)
        for k in range(len(one)):
            assert np.array_equal(one.inputs[k], two.inputs[k]) and np.array_equal(one.targets[k], two.targets[k])
    assert data.is_copied() and data.traces == again.traces


@pytest.mark.parametrize("kind", own_data.READERS)
def test_mixed_targets_touch_the_training_part_alone(example, kind, monkeypatch):
    monkeypatch.setenv("COURSE_MIXED_LABELS", "1")
    data, mixed = example[kind], example[kind].again()
    same = [
        np.mean(
            [
                np.array_equal(one, two)
                for one, two in zip(getattr(data, p).targets, getattr(mixed, p).targets, strict=True)
            ]
        )
        for p in PARTS
    ]
    assert same[1:] == [1, 1] and same[0] < 0.6
    if kind in ("translator", "classifier"):
        assert sorted(data.train.targets) == sorted(mixed.train.targets)
    else:
        assert np.array_equal(mixed.train.inputs[0, 1:].ravel()[:5], mixed.train.targets[0].ravel()[:5]) == (
            kind == "generator"
        )
        assert np.isclose(np.median(data.train.inputs), np.median(mixed.train.inputs), atol=0.2)


def test_a_text_is_cut_in_order_and_targets_are_one_symbol_later(write):
    text = "".join(f"{k} men\r\n" for k in range(4000)) + "ж"
    data = read("generator", write(text, "mine.txt"), window=50)
    assert data.train.inputs.shape == data.train.targets.shape and data.train.inputs.shape[1] == 50
    assert np.array_equal(data.train.inputs.ravel()[1:], data.train.targets.ravel()[:-1])
    assert "".join(map(data.text, data.train.inputs)) == text.replace("\r", "")[: data.train.inputs.size]
    assert data.test.targets.max() < len(data.symbols) and "ж" not in data.symbols
    assert np.isclose(data.shares.sum(), 1)


def test_windows_of_a_series_share_no_step_between_parts(write):
    data = read("forecaster", write([["value"], *([k] for k in range(600))]), window=10, ahead=3)
    found = [{*part.inputs.ravel(), *part.targets.ravel()} for part in (data.train, data.validation, data.test)]
    assert max(found[0]) + 1 == min(found[1]) and max(found[1]) + 1 == min(found[2])
    assert data.test.inputs.shape[1:] == (10, 1) and data.test.targets.shape[1:] == (3,)
    assert np.array_equal(data.test.targets[:, 0], data.test.inputs[:, -1, 0] + 1)


def test_other_columns_stand_behind_the_series(write):
    path = write([["temp", "rain", "x"], *([k, 2 * k, "a"] for k in range(600))], delimiter=";")
    data = read("forecaster", path, value="temp", others="rain")
    assert np.array_equal(data.train.inputs[..., 1], 2 * data.train.inputs[..., 0])


def test_a_source_that_occurs_twice_stays_in_one_part(write):
    data = read("translator", write([*pairs(), ["number 7", "seven"], ["number 8", "eight"]]))
    found = [set(getattr(data, part).inputs) for part in PARTS]
    assert not (found[0] & found[1] or found[0] & found[2] or found[1] & found[2])
    assert sum(len(getattr(data, part)) for part in PARTS) == 252


@pytest.mark.parametrize("people", [3, 5, 12])
def test_nobody_is_in_two_parts_and_each_class_is_in_each(write, people):
    rows = motions(people=people)
    data = read("classifier", write(rows), group="who")
    seen = [{int(clip[0, 1]) % people for clip in getattr(data, part).inputs} for part in PARTS]
    assert not (seen[0] & seen[1] or seen[0] & seen[2] or seen[1] & seen[2])
    assert all(set(getattr(data, part).targets) == {0, 1} for part in PARTS)


def test_a_cut_by_groups_comes_near_the_shares():
    class_of = {k: k // 20 % 3 for k in range(600)}
    part_of = parts.by_group(class_of, {k: k % 20 for k in class_of})
    assert np.allclose(np.bincount(list(part_of.values())) / 600, parts.SHARES, atol=0.03)
    assert parts.by_group(class_of, {k: class_of[k] for k in class_of}) is None


def test_recordings_become_spectrograms(write, tmp_path):
    data = read("classifier", write(recordings(tmp_path)), group=None)
    assert data.classes == ("no", "yes") and [len(getattr(data, part)) for part in PARTS] == [70, 15, 15]
    assert {clip.shape[1] for clip in data.train.inputs} == {20}
    assert len({clip.shape[0] for clip in data.train.inputs}) > 1 and not data.is_copied()


# How functions are judged


def right_answers(data):
    """A function that knows the test part by heart."""
    key = (lambda one: one) if isinstance(data.test.inputs[0], str) else (lambda one: np.asarray(one).tobytes())
    known = {key(one): target for one, target in zip(data.test.inputs, data.test.targets, strict=True)}
    if data.kind == "generator":
        return lambda inputs: np.eye(len(data.symbols))[[known[key(one)] for one in inputs]]
    return lambda inputs: [known[key(one)] for one in inputs]


@pytest.mark.parametrize("kind", own_data.READERS)
def test_right_answers_have_skill_1(example, kind):
    judged = example[kind].judge(right_answers(example[kind]))
    assert judged.skill == pytest.approx(1) and judged.learned == pytest.approx(judged.best)


def test_the_simplest_answers_have_skill_0(example):
    text, translator, series = (example[kind] for kind in ("generator", "translator", "forecaster"))
    simplest = {
        "generator": lambda tokens: np.broadcast_to(text.shares, (*tokens.shape, len(text.symbols))),
        "translator": lambda sources: [translator.constant] * len(sources),
        "forecaster": lambda windows: np.full((len(windows), 6), series.median),
        "classifier": lambda clips: [1] * len(clips),
    }
    for kind, function in simplest.items():
        assert example[kind].judge(function).skill == pytest.approx(0, abs=1e-6)
    persistence = series.judge(lambda windows: np.repeat(windows[:, -1, :1], 6, axis=1))
    assert persistence.score == pytest.approx(0, abs=1e-6)


def test_the_score_of_translations_counts_characters(example):
    data = example["translator"]
    assert data.judge(lambda sources: [""] * len(sources)).score == 0
    first = data.again().test
    wrong = data.judge(lambda sources: [right[:-1] + "x" for right in first.targets]).score
    assert wrong == pytest.approx(1 - len(first) / sum(map(len, first.targets)))


def test_symbols_that_the_training_part_lacks_are_not_asked_for(write):
    data = read("generator", write("ab" * 12_000 + "ж", "mine.txt"), window=7)
    assert data.judge(lambda tokens: np.repeat([[[0, 0.5, 0.5]]], 7, axis=1).repeat(len(tokens), axis=0)).score == -1


@pytest.mark.parametrize(
    "kind, function, message",
    [
        ("generator", lambda tokens: np.ones((*tokens.shape, 3)), "a chance for each symbol at each step, (60, 60, "),
        ("generator", lambda tokens: np.ones((*tokens.shape, 22)), "add up to 1"),
        ("translator", lambda sources: sources[:3], "expected a list of 150 texts, got 3"),
        ("translator", lambda sources: [7] * len(sources), "got one that is int"),
        ("forecaster", lambda windows: windows[:, -1], "expected forecasts (196, 6), got (196, 1)"),
        ("forecaster", lambda windows: np.full((len(windows), 6), np.nan), "got nan or infinity"),
        ("classifier", lambda clips: np.zeros((len(clips), 3)), "expected class numbers (24,), got (24, 3)"),
        ("classifier", lambda clips: ["left"] * len(clips), "not names"),
    ],
)
def test_answers_of_another_form_are_refused(example, kind, function, message):
    data = example[kind]
    with pytest.raises(ValueError) as error:
        if kind == "generator" and "add up" in message:
            data.judge(lambda tokens: np.ones((*tokens.shape, len(data.symbols))))
        data.judge(function)
    assert message in str(error.value)


def test_answers_that_depend_on_the_batch_or_on_no_order_are_found(example):
    clips, series = example["classifier"], example["forecaster"]
    some = clips.test.inputs[:8]
    longest = lambda clips: [max(map(len, clips)) % 3] * len(clips)  # noqa: E731
    first = lambda clips: [int(clip[0, 0] > 50) for clip in clips]  # noqa: E731
    mean = lambda windows: windows.mean(axis=1).repeat(6, axis=1)  # noqa: E731
    assert clips.moved_alone(longest, some) > 0 and clips.moved_alone(first, some) == 0
    assert clips.moved_reversed(first, some) > 0 and clips.moved_reversed(longest, some) == 0
    assert series.moved_reversed(mean, series.test.inputs[:8]) == 0
    assert series.moved_alone(lambda x: mean(x) - mean(x).mean(), series.test.inputs[:8]) > 0


# What is refused, and with which words


@pytest.mark.parametrize(
    "kind, content, options, message",
    [
        ("generator", "too short", {}, "expected at least 20,000 characters, got 9: collect more"),
        ("generator", "", {}, "got 0: collect more"),
        ("generator", "ab" * 12_000, {"window": 0}, "a whole number from 1 to 359 for window, got 0"),
        ("generator", "ab" * 12_000, {"window": 3.5}, "for window, got 3.5"),
        ("generator", "ab" * 12_000 + "жя" * 4000, {}, "symbols in the validation part that the first 70 % do not"),
        ("translator", pairs(150), {}, "at least 200 pairs of different sources, got 150: collect more"),
        ("translator", pairs(150) * 2, {}, "got 151 (301 with repetitions)"),
        ("translator", [["en", "de"], ["a", "b"]], {}, "found the columns en, de separated by ',': say which ones"),
        ("translator", [["source", "target"], ["a", ""]], {}, "row 2: target is empty; fill it or delete the row"),
        ("translator", [["source", "target"], ["a", "b", "c"]], {}, "row 2: expected two columns, got 3"),
        ("translator", [*pairs()[:1], *([f"{k}", "x"] for k in range(250))], {}, "got only 'x'"),
        ("translator", pairs(), {"target": "source"}, "expected two columns, got 'source' for both source and target"),
        ("forecaster", steps(499), {}, "expected at least 500 rows, one a step, got 499: collect more"),
        ("forecaster", steps(row5="high"), {}, "row 5: expected a number in 'value', got 'high'; write a number"),
        ("forecaster", steps(row5=""), {}, "row 5: expected a number in 'value', got an empty cell; fill it"),
        ("forecaster", steps(row5="inf"), {}, "row 5: expected a number in 'value', got 'inf'"),
        ("forecaster", steps(row5="3,5"), {}, "got '3,5'; write it with a point, as in 3.5"),
        (
            "forecaster",
            [["t", "v"], *steps()[1:]],
            {},
            "found the columns t, v separated by ',': say which one it is, as",
        ),
        ("forecaster", steps()[1:], {}, "which looks like a row already: write a line with the names"),
        ("forecaster", steps(), {"others": ["rain"]}, "names the columns 'value' and 'rain', found the columns day, v"),
        ("forecaster", steps(), {"window": 80}, "a whole number from 1 to 74 for window, got 80"),
        ("forecaster", steps(), {"ahead": 30}, "a whole number from 1 to 22 for ahead, got 30"),
        (
            "forecaster",
            [["value"], *([k * (k < 400)] for k in range(600))],
            {},
            "got 0.0 in all of the validation part",
        ),
        ("classifier", motions(90), {"group": None}, "expected at least 100 clips, got 90: record more"),
        (
            "classifier",
            motions(),
            {"group": None},
            "expected a number in 'who', got 'p0'; write a number; if the column",
        ),
        ("classifier", motions(people=2), {"group": "who"}, "each class has one in each of the three parts, got 2"),
        (
            "classifier",
            [*motions()[:3], [0, "p0", "down", 2, 0], *motions()[4:]],
            {"group": "who"},
            "row 4: expected the label 'up'",
        ),
        (
            "classifier",
            [["label", "x"], ["a", 1]],
            {"group": None},
            "expected a column 'file' (recordings) or a column",
        ),
        (
            "classifier",
            [["file", "label"], *([f"{k}.wav", k % 2] for k in range(100))],
            {"group": None},
            "no such WAV file",
        ),
        (
            "classifier",
            [["file", "label"], ["a.wav", 1], ["a.wav", 2]],
            {"group": None},
            "got 'a.wav' again; each record",
        ),
        ("classifier", [*motions(), ["new", "p0", "up", 1, 1]], {"group": "who"}, "at least two rows for each clip"),
        (
            "classifier",
            [*motions(), [0, "p0", "up", 1, 1]],
            {"group": "who"},
            "expected a new clip, got '0' again; sort",
        ),
        (
            "classifier",
            [*motions(), *[["n", "p0", "left", 1, 1]] * 2],
            {"group": "who"},
            "but 'left' has 1: join labels",
        ),
        ("classifier", [r[:3] for r in motions()], {"group": "who"}, "expected columns of numbers besides clip, label"),
    ],
)
def test_what_does_not_fit_is_said_in_one_sentence(write, kind, content, options, message):
    path = write(content, "mine.txt" if kind == "generator" else "mine.csv")
    said = message_of(kind, path, **options)
    assert message in said and str(path) in said


@pytest.mark.parametrize(
    "sound, message",
    [
        ({"channels": 2}, "expected one channel, (samples,), got shape (1600, 2): average them"),
        ({"rate": 16000}, "expected 8,000 samples a second, got 16,000: convert it"),
        ({"silent": True}, "expected a sound, got silence"),
        ({"seconds": 0.01}, "expected a sound of 256 samples (32 ms) or more"),
        (None, "is not a WAV file"),
    ],
)
def test_a_recording_that_cannot_be_used_is_named_with_its_row(write, tmp_path, sound, message):
    path = write(recordings(tmp_path))
    if sound is None:
        (tmp_path / "5.wav").write_bytes(b"no sound")
    else:
        write_wav(tmp_path / "5.wav", **sound)
    said = message_of("classifier", path, group=None)
    assert message in said and "mine.csv, row 7" in said and "5.wav" in said


@pytest.mark.parametrize("kind", own_data.READERS)
def test_a_missing_file_a_folder_and_another_encoding_are_named(write, tmp_path, kind):
    assert "no such file; looked for" in message_of(kind, "nowhere.csv")
    assert "got a folder" in message_of(kind, tmp_path)
    path = write([["source", "Grüße", "value", "label"], *[["ä"] * 4] * 9000], encoding="cp1252")
    assert "not UTF-8" in message_of(kind, path)


# The examples


@pytest.mark.parametrize("kind", own_data.READERS)
def test_the_examples_are_what_their_generator_gives_and_small(kind):
    content = own_data.EXAMPLES[kind].read_bytes()
    assert content.decode("utf-8") == own_examples.contents()[kind] and len(content) < 60_000


def test_the_examples_are_cut_as_their_cards_say(example):
    sizes = {kind: [len(getattr(data, part)) for part in PARTS] for kind, data in example.items()}
    assert sizes == {
        "generator": [280, 60, 60],
        "translator": [700, 150, 150],
        "forecaster": [1021, 196, 196],
        "classifier": [96, 24, 24],
    }


@pytest.mark.parametrize(
    "number, words",
    [
        (0, "zero"),
        (19, "nineteen"),
        (342, "three hundred and forty two"),
        (1005, "one thousand and five"),
        (9110, "nine thousand one hundred and ten"),
        (800, "eight hundred"),
    ],
)
def test_numbers_in_words(number, words):
    assert own_examples.in_words(number) == words
