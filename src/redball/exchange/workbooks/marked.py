"""The sender's own sheets with the cells at fault marked, and a list of all issues in front."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

import polars as pl
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from redball.exchange.check import ERROR, ISSUE_SCHEMA, Check, shown
from redball.exchange.package import Package, RawTable
from redball.exchange.workbooks.book import LAST_ROW, new_workbook, sheet_name, write_text
from redball.model.errors import BadUse

_LINKS = 60_000
"""Excel takes 65,530 links on a sheet."""

_COMMENTS = 10_000
"""Comments written on a sheet; further cells are marked without one."""

_WIDTHS = {"message": 60, "mend": 60, "value": 24, "sheet": 28, "rule": 24, "column": 20}


@dataclass(frozen=True)
class _Copy:
    """A sheet of the sender as it is written: which rows, and where each line stands."""

    raw: RawTable
    sources: Mapping[tuple[str, str], tuple[str, ...]]
    name: str
    rows: pl.Series
    cut: bool

    @property
    def text(self) -> pl.DataFrame:
        """Cells of the rows written, as text."""
        frame = self.raw.raw[self.rows] if self.cut else self.raw.raw
        return frame.select(shown(frame[name]) for name in frame.columns)

    @cached_property
    def row_of_line(self) -> Mapping[int, int]:
        """Row in the workbook, from 0, of each of the sender's lines."""
        lines = self.raw.line.gather(self.rows) if self.cut else self.raw.line
        return {line: row for row, line in enumerate(lines.to_list(), start=1)}

    def columns_of(self, table: str, column: str) -> list[int]:
        """Positions of the sender's columns behind one of the language; the first when none."""
        names = self.raw.raw.columns
        wanted = dict.fromkeys([*self.sources.get((table, column), ()), column])
        return [names.index(name) for name in wanted if name in names] or [0]


@dataclass(frozen=True)
class _Mark:
    """What is to be said at one cell."""

    error: bool
    text: str


Marks = dict[tuple[int, int], _Mark]


def write_error_workbook(
    package: Package, check: Check, path: Path | str, *, max_rows: int = 100_000
) -> Path:
    """Write the sender's sheets with bad cells marked.

    Errors are bold in a thick frame, warnings in italics in a dashed frame, each with a comment
    that begins with the word; colour comes on top. Column names and cells are as sent. Rows stand
    in the order sent; the column ``line`` of the first sheet holds the sender's line.

    Parameters
    ----------
    package : Package
        The package that was checked.
    check : Check
        Its result.
    path : Path
        Where to write the ``.xlsx`` file.
    max_rows : int
        A sheet with more rows is cut to its rows with issues, and the first sheet says so.

    Returns
    -------
    Path
        Where it was written.

    Raises
    ------
    BadUse
        The file can't be written, or is a file of the package.
    """
    path = Path(path)
    _keep_package(package, path)
    limit = max(1, min(max_rows, LAST_ROW - 1))
    copies = _copies(package, check, limit)
    with new_workbook(path, check.as_of, streamed=True) as book:
        front = book.add_worksheet("issues")
        sheets = [book.add_worksheet(copy.name) for copy in copies]
        error = book.add_format({"bold": True, "bg_color": "#F8CBAD", "border": 5})
        warning = book.add_format({"italic": True, "bg_color": "#FFF2CC", "border": 3})
        forms = {True: error, False: warning}
        _issues_sheet(book, front, check, copies, forms)
        for sheet, copy in zip(sheets, copies, strict=True):
            sheet.set_header(f"&C{check.marking}")
            _copy_sheet(book, sheet, copy, _marks(check.issues, copy), forms)
    return path


def _keep_package(package: Package, path: Path) -> None:
    """Refuse to write over what the sender sent."""
    sent, target = package.path.resolve(), path.resolve()
    if target == sent or (sent.is_dir() and target.is_relative_to(sent)):
        raise BadUse(
            "The error workbook would be written over the package, or into it.",
            where=str(path),
            mend="Name a file outside of the package.",
        )


def _copies(package: Package, check: Check, limit: int) -> list[_Copy]:
    """One copy of each sheet, also where it fills several tables."""
    by_sheet: dict[str, list[RawTable]] = defaultdict(list)
    for raw in package.tables:
        by_sheet[raw.sheet].append(raw)
    taken = {"issues"}
    copies = []
    for sheet, raws in by_sheet.items():
        raw = max(raws, key=lambda one: (one.raw.height, one.raw.width))
        sources = {(r.table, name): found for r in raws for name, found in r.columns.items()}
        cut = raw.raw.height > limit
        rows = pl.Series("row", dtype=pl.UInt32)
        if cut:
            lines = check.issues.filter(pl.col("sheet") == sheet)["line"].drop_nulls().unique()
            rows = raw.line.is_in(lines.implode()).arg_true().head(limit)
        copies.append(_Copy(raw, sources, sheet_name(_short(sheet), taken), rows, cut))
    return copies


def _short(sheet: str) -> str:
    """Name of the sheet in its workbook, or of the file without its ending."""
    book, mark, name = sheet.rpartition("!")
    return name if mark and book else PurePosixPath(name).stem


def _marks(issues: pl.DataFrame, copy: _Copy) -> Marks:
    marks: Marks = {}
    mine = issues.filter((pl.col("sheet") == copy.raw.sheet) & pl.col("line").is_not_null())
    wanted = mine.select("severity", "table", "line", "column", "rule", "message", "mend")
    for severity, table, line, column, rule, message, mend in wanted.iter_rows():
        if line not in copy.row_of_line:
            continue
        text = f"{severity.upper()} {rule} ({column})\n{message}\n{mend}"
        for position in copy.columns_of(table, column):
            cell = (copy.row_of_line[line], position)
            before = marks.get(cell)
            marks[cell] = _Mark(
                severity == ERROR or (before is not None and before.error),
                f"{before.text}\n\n{text}" if before else text,
            )
    return marks


def _copy_sheet(
    book: Workbook, sheet: Worksheet, copy: _Copy, marks: Marks, forms: Mapping[bool, Format]
) -> None:
    head = book.add_format({"bold": True, "bottom": 1})
    frame = copy.text
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(frame.width - 1, 0), 16)
    sheet.ignore_errors(
        {"number_stored_as_text": f"A1:{xl_rowcol_to_cell(frame.height, max(frame.width - 1, 0))}"}
    )
    for column, name in enumerate(frame.columns):
        write_text(sheet, 0, column, name, head)
    comments = 0  # a streamed sheet takes comments only with the row they belong to
    for row, cells in enumerate(frame.iter_rows(), start=1):
        for column, text in enumerate(cells):
            mark = marks.get((row, column))
            write_text(sheet, row, column, text, forms[mark.error] if mark else None)
            if mark and comments < _COMMENTS:
                comments += 1
                sheet.write_comment(row, column, mark.text[:2000], {"x_scale": 2.5, "y_scale": 1.5})
    sheet.autofilter(0, 0, frame.height, max(frame.width - 1, 0))


def _issues_sheet(
    book: Workbook,
    sheet: Worksheet,
    check: Check,
    copies: list[_Copy],
    forms: Mapping[bool, Format],
) -> None:
    bold = book.add_format({"bold": True})
    link = book.add_format({"underline": 1, "font_color": "#0B3D91"})
    names = [*ISSUE_SCHEMA, "cell"]
    sheet.set_header(f"&C{check.marking}")
    for column, name in enumerate(names):
        sheet.set_column(column, column, _WIDTHS.get(name, 10))
    summary = list(_summary(check, copies))
    top = len(summary) + 1
    shown = check.issues.sort("severity", maintain_order=True).head(LAST_ROW - top - 1)
    sheet.freeze_panes(top + 1, 0)
    for row, text in enumerate(summary):
        write_text(sheet, row, 0, text, bold)
    for column, name in enumerate(names):
        write_text(sheet, top, column, name, bold)
    by_sheet = {copy.raw.sheet: copy for copy in copies}
    for row, issue in enumerate(shown.iter_rows(named=True), start=top + 1):
        for column, name in enumerate(ISSUE_SCHEMA):
            value = issue[name]
            if isinstance(value, int):
                sheet.write_number(row, column, value)
            else:
                form = forms[value == ERROR] if name == "severity" else None
                write_text(sheet, row, column, value or "", form)
        target = by_sheet.get(issue["sheet"])
        if target is not None and issue["line"] in target.row_of_line:
            column = target.columns_of(issue["table"], issue["column"])[0]
            cell = xl_rowcol_to_cell(target.row_of_line[issue["line"]], column)
            _link(sheet, row, len(names) - 1, target.name, cell, link if row < _LINKS else None)
    sheet.autofilter(top, 0, top + max(shown.height, 1), len(names) - 1)


def _link(
    sheet: Worksheet, row: int, column: int, name: str, cell: str, form: Format | None
) -> None:
    """Link to a cell; its name alone where Excel takes no more links."""
    if form is None:
        write_text(sheet, row, column, f"{name}!{cell}")
        return
    quoted = name.replace("'", "''")
    sheet.write_url(row, column, f"internal:'{quoted}'!{cell}", form, f"{name}!{cell}")


def _summary(check: Check, copies: list[_Copy]) -> Iterator[str]:
    counts = check.counts
    yield check.marking
    yield (
        f"{check.owner}, as of {check.as_of.isoformat()}: "
        f"{counts['errors']} errors (the row is not taken in), "
        f"{counts['warnings']} warnings (the row is taken in), {counts['rows']} rows."
    )
    yield f"Score {check.score.text}."
    for copy in copies:
        if copy.cut:
            yield (
                f"Sheet {copy.name} has {copy.raw.raw.height} rows; only the {len(copy.rows)} rows "
                "with issues are shown."
            )
