"""Grade all notebooks below a folder into one table, grades.csv in that folder.

The table is written anew after each notebook, so that nothing finished is lost. A row that it has already of a notebook
that has not changed since is kept: the same command goes on after an interruption.
"""

import csv
import hashlib
import io
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed

from tools.copies import Refused, files_below
from tools.files import replace_file
from tools.submissions import Interrupted

FILE = "grades.csv"


class Table:
    """The rows of grades.csv by notebook; ``columns`` are its names, "notebook" and "digest" among them."""

    def __init__(self, path, columns):
        self.path, self.columns, self.rows = path, columns, {}
        self._lock = threading.Lock()

    def read(self) -> None:
        """Take the rows of an earlier run. Raises Refused if the file is not one of this program."""
        if not self.path.exists():
            return
        try:
            reader = csv.DictReader(io.StringIO(self.path.read_text(encoding="utf-8-sig")))
            rows = list(reader)
        except (UnicodeDecodeError, csv.Error):
            reader, rows = None, []
        if reader is None or reader.fieldnames != self.columns or any(None in row for row in rows):
            raise Refused(f"its {FILE} is not as this program writes it: rename it, and a new one is made")
        self.rows = {row["notebook"]: row for row in rows}

    def add(self, row) -> None:
        """Take a row and write the file. What cannot be written now is written with the next row."""
        with self._lock:
            self.rows[row["notebook"]] = row
            try:
                self.write()
            except OSError as error:
                print(f"{self.path} cannot be written ({error.strerror}): is it open in another program?", flush=True)

    def write(self) -> None:
        """Write all rows, in order of their names, with the sign in front by which spreadsheets know UTF-8."""
        text = io.StringIO()
        writer = csv.DictWriter(text, self.columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows[name] for name in sorted(self.rows))
        replace_file(self.path, "\ufeff" + text.getvalue())


def grade_folder(folder, grade_one, columns, *, at_a_time, stop, say=print) -> Table:
    """Grade every notebook below ``folder``, several at a time, and say how far it is.

    grade_one  takes a path and returns a row {column: text}; raises Refused with the reason if it cannot be graded
    columns    the names of what it returns, "reason" among them
    stop       a threading.Event that ends what grade_one does; it is set when something goes wrong here, as by Ctrl-C

    Raises Refused if there is no notebook, or if grades.csv is something else or cannot be written.
    """
    paths = {_shown(name): folder / name for name in files_below(folder) if name.lower().endswith(".ipynb")}
    if not paths:
        raise Refused("there is no notebook in this folder, nor below it")
    table = Table(folder / FILE, ["notebook", *columns, "digest"])
    table.read()
    digests = {name: _digest(path) for name, path in paths.items()}
    table.rows = {name: row for name, row in table.rows.items() if row["digest"] and row["digest"] == digests.get(name)}
    try:
        table.write()
    except OSError as error:
        raise Refused(f"{FILE} cannot be written in it ({error.strerror})") from None
    left = sorted(paths.keys() - table.rows.keys())
    say(
        f"{len(paths)} notebooks, {len(table.rows)} with a row in {table.path} already; {at_a_time} at a time",
        flush=True,
    )

    def one(name):
        try:
            row = grade_one(paths[name])
        except Interrupted:
            raise
        except Refused as error:
            row = {"reason": f"could not be graded: {error}"}
        except Exception as error:  # nothing that one of them does stops the others
            row = {"reason": f"could not be graded: {type(error).__name__}: {error}"}
        row = {**row, "notebook": name, "digest": digests[name]}
        table.add({column: _printable(row.get(column, "")) for column in table.columns})
        return name

    pool = ThreadPoolExecutor(at_a_time)
    try:
        for count, done in enumerate(as_completed([pool.submit(one, name) for name in left]), 1):
            row = table.rows[done.result()]
            what = row["reason"] or f"{row['points']} points"
            say(f"{count} of {len(left)}: {row['notebook']}: {what}", flush=True)
    except BaseException:
        stop.set()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
    return table


def as_text(table, short) -> str:
    """The table for a terminal: the columns ``short`` side by side, then the name, and below it what went wrong."""
    rows = [table.rows[name] for name in sorted(table.rows)]
    widths = [max(len(column), *(len(row[column]) for row in rows)) for column in short]
    lines = ["  ".join(f"{column:>{width}}" for column, width in zip(short, widths, strict=True)) + "  notebook"]
    for row in rows:
        cells = [f"{row[column] or '–':>{width}}" for column, width in zip(short, widths, strict=True)]
        lines.append("  ".join([*cells, row["notebook"]]))
        lines += [f"    {text}" for text in [row["reason"], *row["hints"].split(" | ")] if text]
    return "\n".join(lines)


def _shown(name):
    """A name that can be printed, and that a spreadsheet does not take for a formula."""
    name = _printable(name)
    return name if name[0].isalnum() else f"./{name}"


def _printable(value):
    """Text for every file and terminal of UTF-8: signs that cannot be seen, and broken ones, are spelt out."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in str(value))


def _digest(path):
    """A fingerprint of a notebook's file; "" if it cannot be read."""
    if path.is_symlink() or not path.is_file():
        return ""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except OSError:
        return ""
