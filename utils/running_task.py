"""The running task: which language is this emoji name? One split, one budget and one leaderboard for the whole course.

Each core lesson from 02 on trains its model on the names of `datasets.load("emoji_names")`, read character by
character, with the budget below, and adds a row to the leaderboard. Earlier rows come from data/leaderboard.json,
which only tools.scoreboard writes, from executed notebooks.
"""

import json
from pathlib import Path

from utils.outputs import show

BATCH_SIZE = 128
EPOCHS = 8
LEARNING_RATE = 3e-3
EMBEDDING_SIZE = 32
HIDDEN_SIZE = 64

LEADERBOARD = Path(__file__).parents[1] / "data" / "leaderboard.json"


def earlier_rows(lesson) -> list[dict]:
    """The rows of the lessons before ``lesson``: {lesson, model, pytorch, tensorflow, parameters}."""
    rows = json.loads(LEADERBOARD.read_text(encoding="utf-8")) if LEADERBOARD.exists() else []
    return [row for row in rows if row["lesson"] < lesson]


def leaderboard(lesson, results):
    """Show the leaderboard: the rows of earlier lessons, then those of this run, which are also recorded.

    lesson   the lesson's name, such as "02_rnn_anatomy"
    results  model to (test accuracy, number of parameters or None)
    """
    lines = ["| model | test accuracy | parameters | from |", "|---|---|---|---|"]
    for row in earlier_rows(lesson):
        accuracy = f"{row['pytorch']:.3f} (PyTorch), {row['tensorflow']:.3f} (TensorFlow)"
        lines.append(_line(row["model"], accuracy, row["parameters"], f"lesson {row['lesson'][:2]}"))
    for model, (accuracy, parameters) in results.items():
        lines.append(_line(model, f"{accuracy:.3f}", parameters, "this run"))
    table = "\n".join(lines)
    record = [
        {"model": model, "accuracy": float(accuracy), "parameters": parameters}
        for model, (accuracy, parameters) in results.items()
    ]
    show(table, {"leaderboard": {"rows": record}}, markdown=table)


def _line(model, accuracy, parameters, source):
    return f"| {model} | {accuracy} | {'–' if parameters is None else f'{parameters:,}'} | {source} |"
