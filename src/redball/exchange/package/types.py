"""Values of the package reader: manifest, raw tables, notes and limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import polars as pl

Severity = Literal["error", "warning"]

PROBLEM_SCHEMA: Mapping[str, pl.DataType] = MappingProxyType(
    {
        "row": pl.UInt32(),
        "column": pl.String(),
        "rule": pl.String(),
        "message": pl.String(),
        "mend": pl.String(),
    }
)
"""Columns of :attr:`RawTable.problems`."""


@dataclass(frozen=True)
class Limits:
    """What a package may hold; anything beyond is refused before it is read.

    Attributes
    ----------
    members : int
        Files in a folder or archive, and parts of a workbook.
    total_bytes : int
        Bytes of all files, inflated.
    ratio : float
        Inflated to packed bytes of a member larger than ``ratio_from`` bytes.
    ratio_from : int
        Size in bytes below which the ratio isn't looked at.
    sheet_bytes : int
        Bytes of one file or one part of a workbook, inflated.
    config_bytes : int
        Bytes of the manifest and of the mapping file.
    rows : int
        Rows of one text or Parquet file.
    cells : int
        Cells of the rectangle that a sheet of a workbook spans.
    columns : int
        Columns of a sheet.
    header_length, cell_length : int
        Characters of a column name and of a cell.
    """

    members: int = 10_000
    total_bytes: int = 4 << 30
    ratio: float = 200.0
    ratio_from: int = 10 << 20
    sheet_bytes: int = 2 << 30
    config_bytes: int = 1 << 20
    rows: int = 50_000_000
    cells: int = 20_000_000
    columns: int = 2_000
    header_length: int = 255
    cell_length: int = 32_767


@dataclass(frozen=True)
class Manifest:
    """Who sends the package, and what its data describe.

    Attributes
    ----------
    owner : str
        Owner code of the sender; every row belongs to it.
    as_of : datetime
        The moment the data describe, with zone.
    label : str or None
        Label text of rows that bring none; ``None`` means for the owner only.
    title : str
        A name for people.
    exercise : bool
        Whether this is exercise data.
    cadence_days : int
        How often the feed is due.
    mapping : str or None
        Name of the mapping file beside the manifest.
    content : str
        ``full`` or ``changes``.
    content_by_table : mapping of str to str
        The same for single tables.
    """

    owner: str
    as_of: datetime
    label: str | None = None
    title: str = ""
    exercise: bool = False
    cadence_days: int = 30
    mapping: str | None = None
    content: str = "full"
    content_by_table: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def content_of(self, table: str) -> str:
        """``full`` or ``changes`` for a table."""
        return self.content_by_table.get(table, self.content)


@dataclass(frozen=True)
class Note:
    """A remark on a file or sheet as a whole.

    Attributes
    ----------
    severity : {"error", "warning"}
        An error means that the sheet was not read, or not read in full.
    sheet : str
        What the user calls the place.
    rule : str
        Name of the rule, such as ``hidden-sheet``.
    message, mend : str
        What is wrong and what to do about it.
    column : str
        Column concerned, if one is.
    """

    severity: Severity
    sheet: str
    rule: str
    message: str
    mend: str
    column: str = ""


@dataclass(frozen=True)
class RawTable:
    """Rows of one sheet, in the columns of the language but not yet checked.

    Attributes
    ----------
    table : str
        Table of the language.
    sheet : str
        File name, or ``book.xlsx!Sheet``.
    content : str
        ``full`` or ``changes``.
    frame : polars.DataFrame
        Columns named like the language, and ``label``. Text columns hold canonical text (``.``
        as the decimal mark, ISO dates, yes or no), or the text as sent where a cell could not be
        converted. Typed columns of Parquet pass through.
    raw : polars.DataFrame
        The same rows as sent, under the sender's column names.
    line : polars.Series
        Int32, shape (rows,): the sender's line of each row; the header is line 1.
    columns : mapping of str to tuple of str
        Column of the language to the sender's columns it was made from.
    unknown : tuple of str
        Sender's columns that nobody asked for.
    problems : polars.DataFrame
        One row for each cell (or row, with an empty column) that could not be converted; see
        :data:`PROBLEM_SCHEMA`. ``row`` is a position in ``frame``.
    notes : tuple of Note
        Remarks on the sheet.
    """

    table: str
    sheet: str
    content: str
    frame: pl.DataFrame
    raw: pl.DataFrame
    line: pl.Series
    columns: Mapping[str, tuple[str, ...]]
    unknown: tuple[str, ...]
    problems: pl.DataFrame
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Package:
    """A package as read.

    Attributes
    ----------
    path : Path
        Where it was read from.
    hash : str
        SHA-256 of names and bytes of its files, hexadecimal; the same for a folder and its zip.
    manifest : Manifest
    tables : tuple of RawTable
        In the order of the language, then by sheet.
    notes : tuple of Note
        Remarks that belong to no table that was read: files and sheets left out or unreadable.
    """

    path: Path
    hash: str
    manifest: Manifest
    tables: tuple[RawTable, ...]
    notes: tuple[Note, ...]
