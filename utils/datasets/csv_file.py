"""The rows of a CSV file by the names of columns, and one clear DataError for all that does not fit.

Python's csv module cuts the lines. What is here looks at the first line before all others, finds the separator, and
looks for quotation marks that were opened and not closed: a reader of CSV takes the rows behind one for a part of it.
"""

import csv
import io
import math
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from utils.datasets.registry import DataError

SEPARATORS = {",": "','", ";": "';'", "\t": "tabs", "|": "'|'"}
SAMPLE = 1000  # so many lines are looked at to say what is in a file
LONGEST_FIELD = 2**31 - 1  # the most that the csv module takes on every system
QUOTED = re.compile(r'"((?:[^"]|"")*)"')


@dataclass(frozen=True)
class Table:
    """What a CSV file holds: ``names`` of its columns, and ``rows``, each as (number, first line, cells).

    Row 1 is the line with the names. Cells are strings, without spaces around them.
    """

    path: Path | str
    names: list[str]
    rows: list[tuple[int, int, list[str]]]

    def has(self, name) -> bool:
        """Whether there is a column of this name."""
        return _same(name) in map(_same, self.names)

    def texts(self, *names) -> list[tuple[str, ...]]:
        """The cells of some columns in each row, none of them empty. Raises DataError."""
        places = [_place(self.path, self.names, name) for name in names]
        for number, line, cells in self.rows:
            for name, place in zip(names, places, strict=True):
                if not cells[place]:
                    raise DataError(f"{self.path}, {_where(number, line)}: {name} is empty; fill it or delete the row")
        return [tuple(cells[place] for place in places) for _, _, cells in self.rows]

    def numbers(self, name, hint="") -> list[float]:
        """The cells of one column as finite numbers. Raises DataError; ``hint`` says what to do about a word."""
        place = _place(self.path, self.names, name)
        return [self._number(number, line, cells[place], name, hint) for number, line, cells in self.rows]

    def where(self, row) -> str:
        """The file and the row, for messages; ``row`` counts from 0."""
        return f"{self.path}, {_where(*self.rows[row][:2])}"

    def _number(self, number, line, cell, name, hint):
        try:
            value = float(cell)
        except ValueError:
            value = math.nan
        if math.isfinite(value):
            return value
        if not cell or cell.lower() in ("nan", "na", "null", "none", "-"):
            hint = "fill it, for example with the value before it"
        elif re.fullmatch(r"[-+]?[\d.]*,\d+", cell):
            hint = "write it with a point, as in 3.5"
        got = shortened(cell) if cell else "an empty cell"
        hint = hint or "write a number"
        raise DataError(f"{self.path}, {_where(number, line)}: expected a number in {name!r}, got {got}; {hint}")


def read_rows(path, text="text", label="label", separator=None, quote='"') -> list[tuple[int, str, str]]:
    """The number, text and label of each row; row 1 is the line with the names. See own_texts.read_csv.

    Raises DataError.
    """
    table = read_table(path, {"text": text, "label": label}, call="read_csv", separator=separator, quote=quote)
    cells = table.texts(text, label)
    return [(number, *pair) for (number, _, _), pair in zip(table.rows, cells, strict=True)]


def read_table(path, columns, *, call, separator=None, quote='"') -> Table:
    """All rows of a CSV file (UTF-8) whose first line names its columns; rows with nothing in them are left out.

    columns    the columns that must be there: the argument of ``call`` that says so, and the name
    call       the function that a learner has called, for messages
    separator  the sign between two columns; None: the one of , ; | tab with which the first line has all of them
    quote      the sign around a cell that holds separators or line ends; None if there is none in this file

    A quotation mark may hold several lines together. It is taken for one that was not closed where two or more of
    these lines are complete rows by themselves: as many columns as the first line, and a cell of the last of
    ``columns`` that other rows have. In a file with tabs, where few texts need quotation marks, those that do not fit
    are signs like others as long as each line is a row. Raises DataError.
    """
    _check_signs(call, separator, quote)
    content = read_text(path, "CSV")
    lines = list(io.StringIO(content, newline=""))  # a line ends in \n, \r or \r\n, and nowhere else
    first = next((k for k, line in enumerate(lines) if line.strip(" \t,;|\r\n")), None)
    if first is None:
        raise DataError(f"{path}: expected a first line with {_listed(columns)}, got an empty file")
    names, separator = _header(path, lines[first:], columns, call, separator, quote)
    places = {argument: _place(path, names, name) for argument, name in columns.items()}
    if len(set(places.values())) < len(places):
        doubled = Counter(places.values()).most_common(1)[0][0]
        both = " and ".join(argument for argument, place in places.items() if place == doubled)
        number = "two" if len(places) == 2 else len(places)
        raise DataError(f"{path}: expected {number} columns, got {names[doubled]!r} for both {both}")
    form = (path, lines, first, names, places[list(columns)[-1]], separator)
    try:
        records = _records(*form, quote, call)
    except DataError:
        if separator != "\t" or quote != '"' or not _each_line_is_a_row(lines[first:], len(names)):
            raise
        records = [(number, at, list(map(_without_quotes, cells))) for number, at, cells in _records(*form, None, call)]
    return Table(path, names, [(number, begin, cells) for number, (begin, _), cells in records[1:]])


def shortened(text, length=40) -> str:
    """A text in quotation marks, cut if it is long, for messages of one line."""
    text = " ".join(text[: 4 * length].split())
    return repr(text if len(text) <= length else text[: length - 1] + "…")


def _check_signs(call, separator, quote):
    for name, sign in (("separator", separator), ("quote", quote)):
        good = sign is None or (isinstance(sign, str) and len(sign) == 1 and sign not in "\r\n\0 ")
        if not good or (sign is not None and separator == quote):
            raise DataError(
                f"{call}: expected one sign, such as ';', or None for separator and quote, and two different ones, "
                f"got {name}={sign!r}"
            )


def read_text(path, kind) -> str:
    """The text of a file in UTF-8, without a byte order mark. ``kind`` names it in messages. Raises DataError."""
    save_as = "in a spreadsheet, save it as 'CSV UTF-8'" if kind == "CSV" else "in the editor, save it as UTF-8"
    try:
        if Path(path).is_dir():
            raise DataError(f"{path}: expected a {kind} file, got a folder; give the path of the file in it")
        return Path(path).read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        tried = Path(path).absolute()
        raise DataError(f"{path}: no such file; looked for {tried}; give the right path, or the whole one") from None
    except UnicodeDecodeError:
        raise DataError(f"{path}: not UTF-8; {save_as}") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DataError(f"{path}: cannot be read ({reason}); is it open in another program, or not yours?") from None
    except (TypeError, ValueError) as error:
        raise DataError(f"{path!r}: expected the path of a {kind} file ({error})") from None


# The first line


def _listed(columns) -> str:
    *names, last = map(repr, columns.values())
    return f"the columns {', '.join(names)} and {last}" if names else f"the column {last}"


def _header(path, lines, columns, call, separator, quote):
    """The names of the columns, and what separates them."""
    if "\0" in lines[0]:
        raise DataError(f"{path}: not UTF-8; in a spreadsheet, save it as 'CSV UTF-8'")
    for sign in [separator] if separator else SEPARATORS:
        names = _split(lines[0], sign, quote)
        if {_same(name) for name in columns.values()} <= {_same(name) for name in names}:
            return names, sign
    sign = separator or _sniffed(lines)
    names = _split(lines[0], sign, quote)
    rows = [cells for line in lines[1:SAMPLE] if len(cells := _split(line, sign, quote)) == len(names)]
    raise DataError(f"{path}: {_what_was_found(lines[0], names, sign, separator, rows, columns, call)}")


def _what_was_found(line, names, sign, given, rows, columns, call) -> str:
    expected = f"expected a first line that names {_listed(columns)}"
    if len(names) < 2 and len(columns) > 1:
        where = f"with the separator {given!r}" if given else "and no separator (, ; | or tab) in it"
        return f"{expected}, got {shortened(line)} {where}"
    separated = f"separated by {SEPARATORS.get(sign, repr(sign))}"
    if any(_is_number(name) or (name and name in {row[k] for row in rows}) for k, name in enumerate(names)):
        such = (sign if sign != "\t" else "<tab>").join(columns)
        return (
            f"{expected}, got {shortened(line)}, which looks like a row already: write a line with the names of "
            f"the columns above it, such as {such} ({separated})"
        )
    listed = ", ".join(shortened(name, 30)[1:-1] for name in names[:10]) + (", …" if len(names) > 10 else "")
    found = f"{expected}, found the columns {listed} {separated}"
    guess = _guess(names, rows) if list(columns) == ["text", "label"] else None
    if not guess:
        what = "which ones they are" if len(columns) > 1 else "which one it is"
        arguments = ", ".join(f"{argument}='…'" for argument in columns)
        return f"{found}: say {what}, as in {call}(path, {arguments})"
    more = f", separator={given!r}" if given else ""
    return f"{found}: try {call}(path, text={guess[0]!r}, label={guess[1]!r}{more})"


def _is_number(cell) -> bool:
    return bool(re.fullmatch(r"[-+]?\d+([.,]\d+)?", cell))


def _guess(names, rows):
    """The column of the longest cells, and of the others the one with the fewest different values, but two."""
    known = [k for k, name in enumerate(names) if name and len(name) <= 60]
    if len(known) < 2 or not rows:
        return None
    longest = max(known, key=lambda k: sum(len(row[k]) for row in rows))
    filled = [k for k in known if k != longest and sum(row[k] != "" for row in rows) >= 0.9 * len(rows)]
    values = {k: len({row[k] for row in rows}) for k in filled}
    labels = min(filled, key=lambda k: (values[k] < 2, values[k]), default=None)
    return None if labels is None else (names[longest], names[labels])


def _sniffed(lines) -> str:
    """What most probably separates the columns."""
    try:
        return csv.Sniffer().sniff("".join(lines[:20])[:20_000], delimiters="".join(SEPARATORS)).delimiter
    except csv.Error:
        return max(SEPARATORS, key=lines[0].count)


def _split(line, separator, quote) -> list[str]:
    """The cells of one line by itself, whatever its quotation marks."""
    signs = {"quotechar": quote} if quote else {"quoting": csv.QUOTE_NONE}
    with _LongFields():
        cells = next(csv.reader([line.rstrip("\r\n")], delimiter=separator, skipinitialspace=True, **signs), [])
    return [cell.strip() for cell in cells]


def _same(name) -> str:
    """Names of columns that are equal but for case, spaces and code points."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def _place(path, names, name) -> int:
    places = [k for k, found in enumerate(names) if found == name] or [
        k for k, found in enumerate(names) if _same(found) == _same(name)
    ]
    if len(places) > 1:
        raise DataError(f"{path}: expected one column {name!r}, got {len(places)}: rename one in the first line")
    return places[0]


# The rows


class _LongFields:
    """The csv module's limit on the length of a cell is lifted meanwhile."""

    def __enter__(self):
        self.before = csv.field_size_limit(LONGEST_FIELD)

    def __exit__(self, *error):
        csv.field_size_limit(self.before)


def _each_line_is_a_row(lines, columns) -> bool:
    """Whether a file with tabs makes sense if quotation marks are signs like others."""
    return all(line.count("\t") == columns - 1 for line in lines if line.strip())


def _records(path, lines, first, names, label_place, separator, quote, call):
    """The rows as (number, (begin, end), cells), the one with the names first; their lines are lines[begin:end]."""
    signs = {"quotechar": quote} if quote else {"quoting": csv.QUOTE_NONE}
    reader = csv.reader(lines[first:], delimiter=separator, strict=True, skipinitialspace=True, **signs)
    records, begin, number = [], first, first
    with _LongFields():
        try:
            for number, cells in enumerate(reader, start=first + 1):
                end = first + reader.line_num
                cells = [cell.strip() for cell in cells]
                if any(cells):
                    records.append((number, (begin, end), cells))
                begin = end
        except csv.Error as error:
            problem = _quote_problem(number + 1, begin, first + reader.line_num, lines, quote, error, call)
            raise DataError(f"{path}, {problem}") from None
    _check_columns(path, records, names, separator, quote)
    _check_open_quotes(path, records, lines, len(names), label_place, separator)
    return records


def _without_quotes(cell):
    """A cell that stands in quotation marks as a whole, without them."""
    whole = QUOTED.fullmatch(cell.strip())
    return whole[1].replace('""', '"') if whole else cell


def _where(number, line) -> str:
    return f"row {number}" if line + 1 == number else f"row {number} (line {line + 1} of the file)"


def _quote_problem(number, begin, end, lines, quote, error, call) -> str:
    quote, where = quote or '"', _where(number, begin)
    twice = f"put the whole text in {quote} and write each {quote} inside it twice"
    line = shortened(lines[begin])
    if end - begin > 1 or "unexpected end" in str(error):
        closed = "never closes" if "unexpected end" in str(error) else f"does not close before line {end}"
        return f"{where}: a quotation mark opens here and {closed}: {line}; close it, or {twice}"
    if "\\" + quote in lines[begin]:
        return f"{where}: expected {quote}{quote} for a {quote} inside a text, got \\{quote}: {line}; {twice}"
    ordinary = f"or say that quotation marks are signs like others in this file: {call}(…, quote=None)"
    return f"{where}: a quotation mark closes before its cell ends: {line}; {twice}, {ordinary}"


def _check_columns(path, records, names, separator, quote):
    for number, (begin, _), cells in records:
        if len(cells) != len(names):
            sign = SEPARATORS.get(separator, repr(separator))
            hint = f"put texts that hold {sign} in double quotes" if len(cells) > len(names) else "fill the row up"
            if len(cells) > len(names) and quote == '"' and any(cell.startswith("'") for cell in cells):
                hint += """, or say which sign stands around them: quote="'\""""
            columns = "two" if len(names) == 2 else len(names)
            got = shortened(separator.join(cells))
            raise DataError(
                f"{path}, {_where(number, begin)}: expected {columns} columns, got {len(cells)} ({got}); {hint}"
            )


def _check_open_quotes(path, records, lines, columns, label_place, separator):
    """Refuse a row of several lines of which two or more are rows by themselves."""
    labels = Counter(cells[label_place] for _, (begin, end), cells in records[1:] if end - begin == 1)
    for number, (begin, end), _ in records[1:]:
        rows = [
            line
            for line in (range(begin, end) if end - begin > 1 else [])
            if len(cells := _split(lines[line], separator, None)) == columns and _bare(cells[label_place]) in labels
        ]
        if len(rows) > 1:
            raise DataError(
                f"{path}, {_where(number, begin)}: a quotation mark opens here and closes in line {end}, but its lines "
                f"look like rows of their own, such as line {rows[1] + 1}: {shortened(lines[rows[1]])}; close it in "
                f"its row, write it twice inside a text in quotation marks, or join the lines of this text"
            )


def _bare(label):
    return label.strip().strip('"').strip()
