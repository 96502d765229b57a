"""Reading .xlsx: cells come typed and become canonical text with their kind beside them."""

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

import polars as pl
from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from redball.exchange.package.sheet import (
    DATE,
    FLAG,
    NUMBER,
    TEXT,
    Sheet,
    drop_blank_rows,
    no_problems,
    problem_rows,
    read_header,
    too_wide,
    with_long_cells,
)
from redball.exchange.package.types import Limits, Note
from redball.exchange.package.xlsx_parts import scan_workbook
from redball.model import BadData

Range = tuple[tuple[int, int], tuple[int, int]]
CellValue = int | float | str | bool | date | datetime | time | timedelta


class Workbook:
    """A scanned and opened workbook.

    Parameters
    ----------
    data : bytes
    where : str
        Name of the file, for people.
    limits : Limits

    Raises
    ------
    BadData, UnsafeFile
        It can't be read, or is refused; see :func:`scan_workbook`.
    """

    def __init__(self, data: bytes, where: str, limits: Limits) -> None:
        self.where = where
        self._limits = limits
        scanned = scan_workbook(data, where, limits)
        self._errors = scanned.errors
        try:
            self._book = CalamineWorkbook.from_filelike(io.BytesIO(scanned.data))
            metadata = self._book.sheets_metadata
        except (CalamineError, OSError, ValueError) as error:
            raise _damaged(where, error) from error
        sheets = [sheet for sheet in metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        self.names = tuple(sheet.name for sheet in sheets)
        self.hidden = frozenset(
            sheet.name for sheet in sheets if sheet.visible != SheetVisibleEnum.Visible
        )

    def cells(self, name: str) -> tuple[list[list[CellValue]], list[Range]]:
        """All cells of a sheet from A1 on, and its merged ranges (corners, from 0)."""
        try:
            sheet = self._book.get_sheet_by_name(name)
            return sheet.to_python(skip_empty_area=False), sheet.merged_cell_ranges or []
        except (CalamineError, OSError, ValueError, OverflowError) as error:
            raise _damaged(f"{self.where}!{name}", error) from error

    def read(self, name: str, where: str, header_line: int = 1) -> Sheet | Note:
        """Read a sheet whose column names are in row ``header_line``."""
        rows, merged = self.cells(name)
        if len(rows) < header_line:
            return Note(
                "error",
                where,
                "header-missing",
                f"It has {len(rows)} rows; the header should be in row {header_line}.",
                "Put the column names there.",
            )
        head = [canonical(cell)[0] or "" for cell in rows[header_line - 1]]
        if wide := too_wide(head, where, self._limits):
            return wide
        columns = list(zip(*rows[header_line:], strict=True)) or [()] * len(head)
        filled = [any(cell != "" for cell in column) for column in columns]
        header = read_header(head, where, filled, self._limits)
        if isinstance(header, Note):
            return header
        errors = {
            (row - header_line, column): text
            for (row, column), text in self._errors.get(name, {}).items()
            if row >= header_line
        }
        notes = list(header.notes)
        merged = sorted(cells for cells in merged if cells[1][0] >= header_line - 1)
        if merged:
            notes.append(_merged_note(where, merged))
        sheet = _sheet(where, header.names, header.keep, columns, errors)
        first = header_line + 1
        line = pl.int_range(first, first + sheet.frame.height, dtype=pl.Int32, eager=True)
        sheet = Sheet(where, sheet.frame, line, sheet.kinds, sheet.problems, tuple(notes))
        return with_long_cells(drop_blank_rows(sheet), self._limits)


def _sheet(
    where: str,
    names: Sequence[str],
    keep: Sequence[int],
    columns: Sequence[Sequence[CellValue]],
    errors: Mapping[tuple[int, int], str],
) -> Sheet:
    texts: dict[str, pl.Series] = {}
    kinds: dict[str, pl.Series] = {}
    problems = [no_problems()]
    for name, position in zip(names, keep, strict=True):
        cells = [canonical(cell) for cell in columns[position]]
        text = [cell[0] for cell in cells]
        wrong = sorted(row for row, column in errors if column == position and row < len(text))
        for row in wrong:
            text[row] = errors[row, position] or "#ERROR"
        texts[name] = pl.Series(name, text, pl.String)
        kinds[name] = pl.Series(name, [cell[1] for cell in cells], pl.UInt8)
        if wrong:
            message = [f"The cell holds the error {text[row]}." for row in wrong]
            problems.append(
                problem_rows(wrong, name, "error-cell", message, "Correct the formula.")
            )
    height = len(columns[0]) if columns else 0
    frame_kinds = pl.DataFrame(kinds)
    typed = height and frame_kinds.select(pl.max_horizontal(pl.all().max())).item()
    return Sheet(
        where,
        pl.DataFrame(texts),
        pl.Series("line", [], pl.Int32),
        frame_kinds if typed else None,
        pl.concat(problems),
        (),
    )


def canonical(cell: CellValue) -> tuple[str | None, int]:
    """Canonical text of a cell and its kind; an empty cell is ``None``."""
    if isinstance(cell, str):
        return cell or None, TEXT
    if isinstance(cell, bool):
        return ("yes" if cell else "no"), FLAG
    if isinstance(cell, int | float):
        return number_text(cell), NUMBER
    if isinstance(cell, datetime):
        midnight = cell.time() == time(0)
        return (cell.date().isoformat() if midnight else cell.isoformat()), DATE
    if isinstance(cell, date):
        return cell.isoformat(), DATE
    return str(cell), TEXT


def number_text(value: float) -> str:
    """Shortest text that gives the number back; whole numbers without a decimal mark."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return str(int(value))
    return repr(value)


def _a1(place: tuple[int, int]) -> str:
    row, column = place
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def _merged_note(where: str, merged: Sequence[Range]) -> Note:
    named = ", ".join(f"{_a1(start)}:{_a1(end)}" for start, end in merged[:5])
    named += f" and {len(merged) - 5} more" if len(merged) > 5 else ""
    return Note(
        "warning",
        where,
        "merged-cells",
        f"Merged cells ({named}) have their value in the first cell only; the others are empty.",
        "Unmerge them and fill in every cell.",
    )


def _damaged(where: str, error: Exception) -> BadData:
    return BadData(
        f"The workbook can't be read ({error}).",
        where=where,
        mend="Open it, save it again as .xlsx and send that.",
    )
