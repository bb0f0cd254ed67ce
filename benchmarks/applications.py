"""Lessons 12, 13, 14 and 16 against what their models do elsewhere: a training step, and writing a text.

Training: the lesson's own code, read from its source, against the step of an official tutorial for the same model,
optimiser and data (`tutorials`). Lesson 12 reads 32 rows of 64 characters at once; the tutorial calls the model for
each character of one line. Lesson 13 calls the decoder once for all symbols of 32 pairs; the tutorial calls it for each
symbol. Lesson 14 reads 32 recordings at once; the other way is a loop that reads one. In a series of trainings each is
twice as long as the one before. The first whose held-out score reaches a goal gives the seconds to this score, with
what is paid once, such as compiling. The last two together give the samples per second without it; the series goes on
until the samples take most of the time.

Lesson 16's ConvLSTM is a class of ours in PyTorch, and Keras's layer in TensorFlow: the frames per second of one
training are compared with those of the other.

Writing: one step for each character with the state kept, against the whole text again for each character, which is what
`model.predict` in a loop does.
"""

import time
from importlib import import_module

import numpy as np

from benchmarks import worker
from benchmarks.report import Row, table
from tools.lesson import TITLES, TRACKS, definitions
from utils import datasets
from utils.text import Vocabulary, encode

GOALS = {"characters": {"pytorch": 10, "tensorflow": 5}, "translation": {"pytorch": 5, "tensorflow": 3}}
WRITING_GOAL = 20
TWINS_GOAL = 3  # how many times as many characters a second one track may write as the other
LINE = 64  # characters
ABOVE_SOURCE = 0.15  # bits per character over the source's own score
SYMBOLS_RIGHT = 0.9  # held out, under teacher forcing
WRITTEN = 4_000  # characters
DOUBLINGS = 13
LONG_ENOUGH = 1.5  # times as long as half the samples: then the samples and not the start take the time
SECONDS = 5  # that the last training takes at least, for a stopwatch is no better


def measure(half) -> dict:
    """For one framework: samples per second and seconds to the goal, for lesson and tutorial; characters a second."""
    track = half.__name__.rpartition(".")[2]
    tutorial = import_module(f"benchmarks.tutorials.{track}")
    language, translation = definitions("12_language_models", track), definitions("13_attention", track)
    speech, video = (definitions(name, track) | tutorial.LOSSES for name in ("14_speech_and_ctc", "16_video"))
    return {
        "characters": characters(language, tutorial),
        "translation": pairs(translation, tutorial),
        "speech": recordings(speech, tutorial),
        "video": frames(video),
        "writing": writing(language, track),
    }


def race(ways, good_enough) -> dict:
    """For each way {name: (train, first size)}: its speed, and its seconds to the goal.

    train        function from a number of samples to a model that was trained on so many
    good_enough  whether a model has reached the goal
    """
    return {name: _double_until(good_enough, *way) for name, way in ways.items()}


def _double_until(good_enough, train, size):
    before = goal_after = None
    for _ in range(DOUBLINGS):
        start = time.process_time()
        model = train(size)
        seconds = time.process_time() - start
        if goal_after is None and good_enough(model):
            goal_after = seconds
        if goal_after is not None and before and seconds > max(SECONDS, LONG_ENOUGH * before[1]):
            return {"speed": (size - before[0]) / (seconds - before[1]), "seconds": goal_after}
        before, size = (size, seconds), 2 * size
    raise RuntimeError(f"the goal was not reached with {before[0]:,} samples, or a start took most of the time")


def characters(lesson, tutorial) -> dict:
    """Lesson 12's model on the source whose entropy is known; a sample is a character."""
    source = datasets.load("markov", seed=0)
    letters = Vocabulary([source.train])
    ids, test = (encode([text], letters).flat for text in (source.train, source.test))
    numbers = np.array([source.letters.index(letter) for letter in source.test])
    own = -np.log2(source.table[numbers[:-2], numbers[1:-1], numbers[2:]]).mean()
    batches, test_batches = lesson["windows"](ids), lesson["windows"](test)

    def by_lesson(count):
        model = lesson["language_model"](len(letters), 32, 32)
        lesson["train"](model, _first(batches, count // batches[0][0].size), 1, tutorial.LEARNING_RATE)
        return model

    def by_tutorial(count):
        model = lesson["language_model"](len(letters), 32, 32)
        step = tutorial.character_step(model)
        for start in range(0, count, LINE):
            place = start % (len(ids) - LINE)  # from the beginning again where the text is too short
            step(ids[place : place + LINE + 1])
        return model

    ways = {"lesson": (by_lesson, 16 * batches[0][0].size), "tutorial": (by_tutorial, 32 * LINE)}
    return race(ways, lambda model: lesson["score"](model, test_batches) <= own + ABOVE_SOURCE)


def pairs(lesson, tutorial) -> dict:
    """Lesson 13's model on reversed digits; a sample is a pair."""
    numbers = datasets.load(
        "reversed_digits", seed=0, train_size=600 * 32, longest=16, test_lengths=range(2, 17, 2), test_size=150
    )
    read, write = lesson["vocabularies"](numbers.train)
    source, target = lesson["arrays"](numbers.train, read, write)
    test_source, test_target = lesson["arrays"](numbers.test, read, write)
    before, test_before = (lesson["shifted"](rows, write) for rows in (target, test_target))

    def new():
        return lesson["Translator"](len(read), len(write), 64)

    def by_lesson(count):
        model, rows = new(), np.arange(count) % len(source)
        lesson["train"](model, source[rows], target[rows], write)
        return model

    def by_tutorial(count):
        model = new()
        step = tutorial.translation_step(model)
        for start in range(0, count, 32):
            rows = np.arange(start, start + 32) % len(source)
            step(source[rows], before[rows], target[rows])
        return model

    def good_enough(model):
        said = lesson["logits_of"](model, test_source, test_before).argmax(axis=2)
        return lesson["symbols_right"](said, test_target) >= SYMBOLS_RIGHT

    return race({"lesson": (by_lesson, 75 * 32), "tutorial": (by_tutorial, 75 * 32)}, good_enough)


def recordings(lesson, tutorial) -> dict:
    """Lesson 14's recogniser; a sample is a recording. Only the speed is compared, so any model is good enough."""
    speech = datasets.load("spoken_digits", seed=0)
    clips, labels = lesson["standardised"](speech.train.clips), speech.train.labels

    def by_lesson(count):
        model, rows = lesson["recogniser"](), np.arange(count) % len(clips)
        list(lesson["training"](model, clips[rows], labels[rows], lesson["ctc"], passes=1))
        return model

    def one_by_one(count):
        model = lesson["recogniser"]()
        step = tutorial.recording_step(model, lesson["ctc"])
        for row in np.arange(count) % len(clips):
            step(clips[row], labels[row])
        return model

    return race({"lesson": (by_lesson, 10 * 32), "one": (one_by_one, 2 * 32)}, lambda model: True)


def frames(lesson) -> dict:
    """Lesson 16's ConvLSTM, which says the next frame; a sample is a frame. Only the speed is measured."""
    films = datasets.load("bouncing_sprites", seed=0).train.frames

    def train(count):
        rows = np.arange(count // (films.shape[1] - 1)) % len(films)
        model, settings = lesson["NextFrame"](), {"epochs": 1, "learning_rate": 1e-2, "batch_size": 10}
        lesson["train"](model, films[rows, :-1], films[rows, 1:], lesson["per_pixel"], **settings)
        return model

    return race({"lesson": (train, 100 * (films.shape[1] - 1))}, lambda model: True)


def writing(lesson, track) -> dict:
    """Characters per second of lesson 12's `write`, and of reading the whole text again for each character."""
    alphabet = Vocabulary(["".join(map(chr, range(32, 132)))])
    model, rng = lesson["language_model"](len(alphabet), 32, 128), np.random.default_rng(0)

    def kept(count):
        lesson["write"](model, "The ", count, 1.0, rng, alphabet)

    def again(length):
        ids = np.resize(alphabet.ids("The "), (1, length)).astype("int32")
        if track == "tensorflow":
            empty = np.zeros((1, 128), "float32")
            return model.predict([ids, empty, empty], verbose=0)
        return lesson["read"](model, ids)

    kept(20)  # compiles
    start = time.process_time()
    kept(WRITTEN)
    seconds_kept = time.process_time() - start
    lengths = np.linspace(WRITTEN / 10, WRITTEN, 10).astype(int)  # of the texts that are read again on the way
    for length in lengths:
        again(length)  # compiles
    start = time.process_time()
    for length in lengths:
        again(length)
    return {"kept": WRITTEN / seconds_kept, "again": len(lengths) / (time.process_time() - start)}


def _first(batches, count):
    """So many batches, from the beginning again where there are not enough."""
    return [batches[k % len(batches)] for k in range(count)]


def section() -> str:
    found = {track: worker.measure("applications", track) for track in TRACKS}
    return describe(found)


def describe(found) -> str:
    """The table of the results {track: what `measure` returns}."""
    rows = []
    for track, result in found.items():
        for part, lesson, sample in (("characters", "12", "characters"), ("translation", "13", "pairs")):
            ours, theirs = result[part]["lesson"], result[part]["tutorial"]
            goal = GOALS[part][track]
            what = f"lesson {lesson}: {sample} per second, lesson over tutorial"
            rows.append(Row(TITLES[track], what, ours["speed"] / theirs["speed"], at_least=goal))
            what = f"lesson {lesson}: time to equal held-out score, tutorial over lesson"
            rows.append(Row(TITLES[track], what, theirs["seconds"] / ours["seconds"], at_least=goal))
        speech = result["speech"]
        what = "lesson 14: recordings per second, batches of 32 over one by one"
        rows.append(Row(TITLES[track], what, speech["lesson"]["speed"] / speech["one"]["speed"]))
        writing = result["writing"]
        what = "lesson 12: characters written per second, state kept over whole text again"
        rows.append(Row(TITLES[track], what, writing["kept"] / writing["again"], at_least=WRITING_GOAL))
    speeds = [result["writing"]["kept"] for result in found.values()]
    what = "lesson 12: characters written per second, faster track over the other"
    rows.append(Row("both", what, max(speeds) / min(speeds), at_most=TWINS_GOAL))
    ours, theirs = (found[track]["video"]["lesson"]["speed"] for track in ("pytorch", "tensorflow"))
    what = "lesson 16: frames per second, our ConvLSTM in PyTorch over Keras's layer"
    rows.append(Row("both", what, ours / theirs))
    return table(rows)
