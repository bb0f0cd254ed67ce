"""Check every claim over many seeds and write SCOREBOARD.md: `python -m tools.scoreboard [--seeds N] [lesson …]`.

Seed 0 is read from the committed notebooks, every time. The other seeds are run, two at a time, and kept at once in
data/scoreboard.json, so an interrupted run goes on where it stopped. They are measured again when the lesson's own code
changes, or all of them with --again; a change of the helpers alone does not repeat hours of measurements.
The rows of the running task go to data/leaderboard.json.
"""

import argparse
import json
import statistics
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed

import nbformat

from tools.build import assemble, check, target
from tools.digest import own_digest
from tools.files import ROOT, replace_file
from tools.lesson import TITLES, TRACKS, LessonError, choose, lesson_names, read
from tools.run import execute, records
from utils.claims import describe
from utils.running_task import LEADERBOARD

STORE = ROOT / "data" / "scoreboard.json"
PAGE = ROOT / "SCOREBOARD.md"
HOLDS_FOR = 0.9  # a claim must hold for at least this share of the seeds

INTRODUCTION = """\
# Scoreboard

Every number the lessons state is a claim that is checked when the notebook runs. This page shows each claim's bound and
what was measured with several seeds in both tracks: the median, the worst value, and for how many seeds the claim
held. A claim must hold for at least nine of ten seeds in each track.

Written by `python -m tools.scoreboard`. Seed 0 is that of the committed notebooks; the others were measured with the
lesson's present code, and are measured again when it changes (or with `--again`).
"""


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.scoreboard", description=__doc__.splitlines()[0])
    parser.add_argument("lessons", nargs="*", help="names or numbers, such as 01_embeddings or 01; default: all")
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="seeds 0 to N - 1; default: 1")
    parser.add_argument("--again", action="store_true", help="measure every seed again")
    options = parser.parse_args(arguments)
    if options.seeds < 1:
        parser.error(f"--seeds must be at least 1, got {options.seeds}")
    try:
        lessons = [lesson for lesson in map(read, choose(options.lessons)) if lesson.number]
    except LessonError as error:
        print(error, file=sys.stderr)
        return 2

    store = load_store()
    jobs = []
    for lesson in lessons:
        for track in TRACKS:
            kept = _kept(store, lesson, track, options.again)
            jobs += [(lesson, track, seed) for seed in range(options.seeds) if str(seed) not in kept]
    with ProcessPoolExecutor(2) as pool:
        running = {pool.submit(measure, *job): job for job in jobs}
        for done in as_completed(running):
            lesson, track, seed = running[done]
            store[lesson.name][track]["seeds"][str(seed)] = done.result()
            replace_file(STORE, json.dumps(store, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
            print(f"{lesson.name} ({track}), seed {seed}: {_summary(done.result())}", flush=True)
    known = {name: store[name] for name in lesson_names() if name in store}
    replace_file(PAGE, page(known))
    replace_file(LEADERBOARD, json.dumps(leaderboard(known), indent=1, ensure_ascii=False) + "\n")
    return 1 if any(failures(store[lesson.name]) for lesson in lessons) else 0


def measure(lesson, track, seed) -> dict:
    """One notebook with one seed: {"claims": [record, …], "leaderboard": [row, …], "error": text or None}."""
    if seed == 0 and not check(lesson, track):
        return _result(nbformat.read(target(lesson, track), as_version=4))
    settings = {"allow_errors": True, "COURSE_CLAIMS": "warn"}  # else a broken claim hides those behind it in its cell
    notebook = execute(assemble(lesson, track), target(lesson, track).parent, seed=seed, **settings)
    errors = [
        f"{output.ename}: {output.evalue}"
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type == "error"
    ]
    return _result(notebook, errors[0] if errors else None)


def _result(notebook, error=None):
    rows = [row for record in records(notebook, "leaderboard") for row in record["rows"]]
    return {"claims": records(notebook, "claim"), "leaderboard": rows, "error": error}


def load_store() -> dict:
    """What has been measured: {lesson: {track: {"digest": …, "seeds": {"0": …}}}}."""
    return json.loads(STORE.read_text(encoding="utf-8")) if STORE.exists() else {}


def _kept(store, lesson, track, again):
    """The results of one notebook that need no new measurement; those of older code, and of seed 0, are dropped."""
    digest = own_digest(lesson, track)
    entry = store.setdefault(lesson.name, {}).setdefault(track, {})
    if again or entry.get("digest") != digest:
        entry.clear()
        entry.update(digest=digest, seeds={})
    entry["seeds"].pop("0", None)
    return entry["seeds"]


def rows(entry) -> list[dict]:
    """One row for each claim of a lesson, in the order of the PyTorch notebook, with the values of each track.

    Where the bound is not the same for all seeds and both tracks, it is that of PyTorch and seed 0, and says so.
    """
    found = {}
    for track in TRACKS:
        seeds = entry.get(track, {}).get("seeds", {})
        for seed in sorted(seeds, key=int):
            for record in seeds[seed]["claims"]:
                new = {"text": record["text"], "bound": describe(record), **{name: [] for name in TRACKS}}
                row = found.setdefault(record["text"], new)
                row[track].append(record)
                if not row["bound"].startswith(describe(record)):
                    row["bound"] = describe(row["pytorch"][0]) + " (PyTorch, seed 0)"
    return list(found.values())


def failures(entry) -> list[str]:
    """What keeps a lesson from passing: errors, and claims that hold for too few seeds."""
    problems = [result["error"] for track in TRACKS for result in entry[track]["seeds"].values() if result["error"]]
    for row in rows(entry):
        for track in TRACKS:
            if not row[track] or held(row[track]) < HOLDS_FOR * len(row[track]):
                problems.append(f"{row['text']} ({TITLES[track]})")
    return problems


def held(measured) -> int:
    """For how many seeds a claim held."""
    return sum(record["holds"] for record in measured)


def worst(measured) -> float:
    """The value closest to breaking its bound, or furthest beyond it."""

    def margin(record):
        value = record["value"]
        gaps = [value - record["at_least"]] if "at_least" in record else []
        gaps += [record["at_most"] - value] if "at_most" in record else []
        gaps += [-abs(value - record["equals"])] if "equals" in record else []
        return min(gaps)

    return min(measured, key=margin)["value"]


def leaderboard(store) -> list[dict]:
    """The rows of the running task: for each lesson and model the median accuracy of each track."""
    found = {}
    for name, entry in store.items():
        for track in TRACKS:
            for result in entry.get(track, {}).get("seeds", {}).values():
                for row in result["leaderboard"]:
                    new = {"lesson": name, "model": row["model"], "parameters": row["parameters"]}
                    found.setdefault((name, row["model"]), new).setdefault(track, []).append(row["accuracy"])
    medians = [row | {t: round(statistics.median(row[t]), 4) for t in TRACKS if t in row} for row in found.values()]
    return [row for row in medians if all(track in row for track in TRACKS)]


def page(store) -> str:
    """SCOREBOARD.md as text."""
    lines = [INTRODUCTION]
    for name, entry in store.items():
        lines += [f"## {name}", ""]
        heads = [f"{TITLES[track]} {what}" for track in TRACKS for what in ("median", "worst", "held")]
        lines += [f"| claim | bound | {' | '.join(heads)} |", "|---|---|" + "---|" * len(heads)]
        for row in rows(entry):
            cells = []
            for track in TRACKS:
                measured = row[track]
                if measured:
                    median = statistics.median(record["value"] for record in measured)
                    cells += [f"{median:.4g}", f"{worst(measured):.4g}", f"{held(measured)} of {len(measured)}"]
                else:
                    cells += ["–", "–", "not measured"]
            lines.append(f"| {row['text'].replace('|', '∣')} | {row['bound']} | {' | '.join(cells)} |")
        for problem in dict.fromkeys(failures(entry)):
            lines.append(f"\nDoes not hold: {problem}")
        lines.append("")
    return "\n".join(lines)


def _summary(result):
    if result["error"]:
        return result["error"]
    broken = [record["text"] for record in result["claims"] if not record["holds"]]
    return f"{len(result['claims'])} claims, " + (f"broken: {'; '.join(broken)}" if broken else "all hold")


if __name__ == "__main__":
    sys.exit(main())
