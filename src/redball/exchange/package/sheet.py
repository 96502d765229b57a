"""A sheet as sent: text cells under the sender's column names, whatever file it came from."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from redball.exchange.package.types import PROBLEM_SCHEMA, Limits, Note

TEXT, NUMBER, DATE, FLAG = 0, 1, 2, 3
"""Kinds of cell: text has the sender's form, the others came typed and are canonical already."""


@dataclass(frozen=True)
class Sheet:
    """Rows of one sheet before they are mapped.

    Attributes
    ----------
    name : str
        What the user calls it.
    frame : polars.DataFrame
        Sender's columns; all text, or typed when it came from Parquet.
    line : polars.Series
        Int32, line of each row.
    kinds : polars.DataFrame or None
        UInt8, same shape and names as ``frame``: kind of each cell; ``None`` when all are text.
    problems : polars.DataFrame
        Cells or rows that could not be read; ``column`` is the sender's.
    notes : tuple of Note
    """

    name: str
    frame: pl.DataFrame
    line: pl.Series
    kinds: pl.DataFrame | None
    problems: pl.DataFrame
    notes: tuple[Note, ...]


def no_problems() -> pl.DataFrame:
    """An empty frame of problems."""
    return pl.DataFrame(schema=PROBLEM_SCHEMA)


def problem_rows(
    rows: Sequence[int], column: str, rule: str, message: Sequence[str], mend: str
) -> pl.DataFrame:
    """Problems of one rule at the given row positions."""
    return pl.DataFrame(
        {
            "row": pl.Series(rows, dtype=pl.UInt32),
            "column": pl.repeat(column, len(rows), dtype=pl.String, eager=True),
            "rule": pl.repeat(rule, len(rows), dtype=pl.String, eager=True),
            "message": pl.Series(message, dtype=pl.String),
            "mend": pl.repeat(mend, len(rows), dtype=pl.String, eager=True),
        },
        schema=PROBLEM_SCHEMA,
    )


@dataclass(frozen=True)
class Header:
    """Column names that can be used as they are, and remarks on those that could not.

    ``keep`` are the positions of the columns that are read.
    """

    names: tuple[str, ...]
    keep: tuple[int, ...]
    notes: tuple[Note, ...]


def too_wide(cells: Sequence[str], sheet: str, limits: Limits) -> Note | None:
    """A note when there are more columns than accepted."""
    if len(cells) <= limits.columns:
        return None
    return Note(
        "error",
        sheet,
        "too-many-columns",
        f"It has {len(cells):,} columns; {limits.columns:,} are accepted.",
        "Remove columns that are not needed.",
    )


def read_header(
    cells: Sequence[str], sheet: str, filled: Sequence[bool], limits: Limits
) -> Header | Note:
    """Check the column names; a :class:`Note` alone means that the sheet can't be read.

    ``filled`` says for each column whether any cell below its name has a value.
    """
    names: list[str] = []
    keep: list[int] = []
    notes: list[Note] = []
    seen: dict[str, int] = {}
    for position, cell in enumerate(cells):
        name = cell.strip()
        form = " ".join(name.casefold().split())
        note = _header_note(sheet, position, name, filled[position], seen.get(form), limits)
        if note is not None:
            notes.append(note)
        elif name:
            seen[form] = position
            names.append(cell)
            keep.append(position)
    if not names:
        return Note(
            "error",
            sheet,
            "header-missing",
            "The header line has no column names.",
            "Put the column names there, or say in the mapping which line they are in.",
        )
    return Header(tuple(names), tuple(keep), tuple(notes))


def _header_note(
    sheet: str, position: int, name: str, filled: bool, earlier: int | None, limits: Limits
) -> Note | None:
    place = f"Column {position + 1}"
    if not name:
        if not filled:
            return None
        return Note(
            "error", sheet, "header-blank", f"{place} has values but no name.", "Name the column."
        )
    if len(name) > limits.header_length:
        return Note(
            "error",
            sheet,
            "header-too-long",
            f"The name of column {position + 1} has more than {limits.header_length} characters.",
            "Shorten it; perhaps the delimiter or the header line is another one.",
        )
    if earlier is not None:
        return Note(
            "error",
            sheet,
            "header-duplicate",
            f"Columns {earlier + 1} and {position + 1} are both named '{name}'.",
            "Rename or remove one of them.",
            name,
        )
    return None


def drop_blank_rows(sheet: Sheet) -> Sheet:
    """The sheet without rows in which every cell is empty; lines are kept."""
    blank = sheet.frame.select(pl.all_horizontal(pl.all().is_null())).to_series()
    if not blank.any():
        return sheet
    keep = ~blank
    position = (keep.cast(pl.UInt32).cum_sum() - 1).cast(pl.UInt32)
    problems = sheet.problems.filter(keep.gather(sheet.problems["row"]))
    return Sheet(
        name=sheet.name,
        frame=sheet.frame.filter(keep),
        line=sheet.line.filter(keep),
        kinds=None if sheet.kinds is None else sheet.kinds.filter(keep),
        problems=problems.with_columns(row=position.gather(problems["row"])),
        notes=sheet.notes,
    )


def with_long_cells(sheet: Sheet, limits: Limits) -> Sheet:
    """The sheet with a problem for every text cell beyond the limit."""
    found = [sheet.problems]
    for column in sheet.frame:
        if column.dtype != pl.String:
            continue
        size = column.str.len_bytes().max()
        if isinstance(size, int) and size > limits.cell_length:
            rows = (column.str.len_chars() > limits.cell_length).arg_true().to_list()
            message = [f"The cell has more than {limits.cell_length:,} characters."] * len(rows)
            found.append(
                problem_rows(rows, column.name, "cell-too-long", message, "Shorten the text.")
            )
    if len(found) == 1:
        return sheet
    return Sheet(sheet.name, sheet.frame, sheet.line, sheet.kinds, pl.concat(found), sheet.notes)
