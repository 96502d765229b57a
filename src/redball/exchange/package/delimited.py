"""Reading delimited text (RFC 4180): everything as text, every row with its true line.

A scan over the bytes finds where each record starts and how many fields it has. When all records
are regular, Polars reads them; else (ragged rows, stray quotes) the exact and slower reader of the
standard library does, so that each fault is named with its line.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.exchange.package.encodings import decode
from redball.exchange.package.sheet import (
    Sheet,
    drop_blank_rows,
    no_problems,
    problem_rows,
    read_header,
    too_wide,
    with_long_cells,
)
from redball.exchange.package.types import Limits, Note

_QUOTE, _NEWLINE, _RETURN = 34, 10, 13


@dataclass(frozen=True)
class _Grid:
    """Cells of all records (header excluded) in columns of equal length, with their lines."""

    columns: Sequence[pl.Series]
    line: pl.Series
    problems: pl.DataFrame


def read_delimited(
    data: bytes,
    where: str,
    limits: Limits,
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
    header_line: int = 1,
) -> Sheet | Note:
    """Read a text file; a :class:`Note` alone means that it can't be read."""
    decoded = decode(data, encoding, where)
    if isinstance(decoded, Note):
        return decoded
    body = _from_line(decoded.data, header_line)
    if fault := _no_table(body, where, header_line, limits):
        return fault
    try:
        head, rest, lines = _header_record(body, delimiter)
        if wide := too_wide(head, where, limits):
            return wide
        grid = _regular(rest, delimiter, len(head), header_line + lines)
        if grid is None:
            grid = _ragged(rest, delimiter, len(head), header_line + lines)
    except csv.Error as error:
        return Note(
            "error",
            where,
            "not-delimited-text",
            f"It is not delimited text: {error}.",
            "Check the delimiter and the quotes, or export it again.",
        )
    filled = [column.null_count() < len(column) for column in grid.columns]
    header = read_header(head, where, filled, limits)
    if isinstance(header, Note):
        return header
    frame = pl.DataFrame(
        [
            grid.columns[position].alias(name)
            for name, position in zip(header.names, header.keep, strict=True)
        ]
    )
    notes = (*decoded.notes, *header.notes)
    sheet = Sheet(where, frame, grid.line, None, grid.problems, notes)
    return with_long_cells(drop_blank_rows(sheet), limits)


def _no_table(body: bytes, where: str, header_line: int, limits: Limits) -> Note | None:
    if not body.strip():
        return Note(
            "error",
            where,
            "header-missing",
            f"There is no header in line {header_line}.",
            "Put the column names there; an empty table has its header alone.",
        )
    if body.count(b"\n") > limits.rows:
        return Note(
            "error",
            where,
            "too-many-rows",
            f"It has more than {limits.rows:,} rows.",
            "Split it into several files.",
        )
    return None


def _from_line(data: bytes, line: int) -> bytes:
    at = 0
    for _ in range(line - 1):
        at = data.find(b"\n", at) + 1
        if at == 0:
            return b""
    return data[at:]


def _header_record(body: bytes, delimiter: str) -> tuple[list[str], bytes, int]:
    """Column names, what follows them, and how many lines they take."""
    end = 0

    def lines() -> Iterator[str]:
        nonlocal end
        while end < len(body):
            start, end = end, (body.find(b"\n", end) + 1) or len(body)
            yield body[start:end].decode()

    reader = csv.reader(lines(), delimiter=delimiter)
    cells = next(reader, [])
    return cells, body[end:], reader.line_num


def _regular(data: bytes, delimiter: str, width: int, first: int) -> _Grid | None:
    """Read with Polars; ``None`` unless every record is blank or has ``width`` fields."""
    records = _records(data, ord(delimiter))
    if records is None:
        return None
    fields, blank, line = records
    if not np.all(blank | (fields == width)) or (width == 1 and bool(blank.any())):
        return None
    names = [f"c{i}" for i in range(width)]
    schema: dict[str, pl.DataType] = {name: pl.String() for name in names}
    if not len(fields):
        empty = [pl.Series(name, [], pl.String) for name in names]
        return _Grid(empty, pl.Series("line", [], pl.Int32), no_problems())
    try:
        frame = pl.read_csv(
            data, has_header=False, schema=schema, separator=delimiter, quote_char='"'
        )
    except pl.exceptions.PolarsError:
        return None
    if frame.height != len(fields):
        return None
    return _Grid(
        frame.get_columns(), pl.Series("line", line + first, dtype=pl.Int32), no_problems()
    )


def _records(
    data: bytes, delimiter: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_], npt.NDArray[np.int64]] | None:
    """Fields, blankness and line (from 0) of each record; ``None`` when quotes are irregular."""
    view = np.frombuffer(data, np.uint8)
    newline = np.flatnonzero(view == _NEWLINE)
    marks = np.flatnonzero(view == delimiter)
    ends = newline
    quote = np.flatnonzero(view == _QUOTE)
    if len(quote):
        if not _well_quoted(view, quote, delimiter):
            return None
        ends = newline[np.searchsorted(quote, newline) % 2 == 0]
        marks = marks[np.searchsorted(quote, marks) % 2 == 0]
    if len(view) and (not len(ends) or ends[-1] != len(view) - 1):
        ends = np.append(ends, len(view))
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1] + 1])[: len(ends)]
    fields = np.diff(np.searchsorted(marks, ends), prepend=0) + 1
    size = ends - starts
    blank = (size == 0) | ((size == 1) & (view[np.minimum(starts, len(view) - 1)] == _RETURN))
    return fields, blank, np.searchsorted(newline, starts)


def _well_quoted(view: npt.NDArray[np.uint8], quote: npt.NDArray[np.int64], delimiter: int) -> bool:
    """Whether every quote opens or closes a whole field, or is doubled inside one."""
    if len(quote) % 2:
        return False
    opening, closing = quote[0::2], quote[1::2]
    before = np.concatenate([np.array([_NEWLINE], np.uint8), view])[opening]
    after = np.concatenate([view, np.array([_NEWLINE], np.uint8)])[closing + 1]
    doubled = opening[1:] == closing[:-1] + 1
    begins = (before == delimiter) | (before == _NEWLINE)
    finishes = (after == delimiter) | (after == _NEWLINE) | (after == _RETURN)
    begins[1:] |= doubled
    finishes[:-1] |= doubled
    return bool(begins.all() and finishes.all())


def _ragged(data: bytes, delimiter: str, width: int, first: int) -> _Grid:
    """Read record by record; rows with too few or too many fields become problems."""
    reader = csv.reader(io.StringIO(data.decode(), newline=""), delimiter=delimiter)
    rows: list[list[str | None]] = []
    line: list[int] = []
    wrong: list[int] = []
    message: list[str] = []
    start = first
    for record in reader:
        if record:
            if len(record) != width:
                wrong.append(len(rows))
                message.append(
                    f"Line {start} has {len(record)} fields where the header has {width}."
                )
            rows.append([cell or None for cell in record[:width]] + [None] * (width - len(record)))
            line.append(start)
        start = first + reader.line_num
    columns = list(zip(*rows, strict=True)) if rows else [()] * width
    mend = "Quote cells that hold the delimiter or a line break."
    return _Grid(
        [pl.Series(f"c{i}", column, pl.String) for i, column in enumerate(columns)],
        pl.Series("line", line, pl.Int32),
        problem_rows(wrong, "", "ragged-row", message, mend),
    )
