"""Bytes of CSV, Parquet, workbooks and zips, with nothing in them that changes from run to run."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite

import polars as pl
import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from redball.exchange.package.parquet import text_of
from redball.model import BadUse

_EPOCH = (1980, 1, 1, 0, 0, 0)
_CREATED = datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_EXCEL_ROWS = 1_048_576
_EXCEL_TEXT = 32_767
_EXCEL_FIRST_YEAR = 1900


def csv_bytes(
    frame: pl.DataFrame,
    *,
    where: str,
    delimiter: str = ",",
    encoding: str = "utf-8",
    header_line: int = 1,
    title: str = "",
) -> bytes:
    """Delimited text; lines before the header hold the title and nothing else.

    Raises
    ------
    BadUse
        A value that the encoding does not have.
    """
    text = frame.select(text_of(column) for column in frame)
    body = text.write_csv(separator=delimiter, line_terminator="\r\n")
    lead = ""
    if header_line > 1:
        lead = " ".join(title.split()) + "\r\n" * (header_line - 1)
        lead = lead.encode(encoding, "replace").decode(encoding)
    try:
        return (lead + body).encode(encoding)
    except UnicodeEncodeError as error:
        letter = error.object[error.start]
        raise BadUse(
            f"'{letter}' can't be written in {encoding}.",
            where=where,
            mend="Choose another encoding in the mapping.",
        ) from error


def parquet_bytes(frame: pl.DataFrame) -> bytes:
    """Parquet, compressed."""
    out = io.BytesIO()
    frame.write_parquet(out, compression="zstd")
    return out.getvalue()


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """A zip of files sorted by name, all with the same time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, files[name])
    return out.getvalue()


@dataclass(frozen=True)
class Tab:
    """A sheet to write; ``header_line`` 0 writes no column names."""

    name: str
    frame: pl.DataFrame
    header_line: int = 1
    title: str = ""


def workbook_bytes(tabs: Sequence[Tab]) -> bytes:
    """An .xlsx workbook; texts stay texts, a leading ``=`` makes no formula.

    Raises
    ------
    BadUse
        More rows, longer texts or earlier dates than a workbook holds; a bad name of a sheet.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": _CREATED})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for tab in tabs:
        if tab.frame.height + tab.header_line > _EXCEL_ROWS:
            raise BadUse(
                f"'{tab.name}' has {tab.frame.height:,} rows; a sheet holds {_EXCEL_ROWS:,}.",
                mend="Write CSV or Parquet.",
            )
        try:
            sheet = book.add_worksheet(tab.name)
        except XlsxWriterException as error:
            raise BadUse(f"A sheet can't be named '{tab.name}' ({error}).") from error
        if tab.header_line > 1 and tab.title:
            sheet.write_string(0, 0, tab.title)
        for position, column in enumerate(tab.frame):
            if tab.header_line:
                sheet.write_string(tab.header_line - 1, position, column.name)
            _write_column(sheet, position, column, tab, day)
    book.close()
    return out.getvalue()


def _write_column(
    sheet: "xlsxwriter.worksheet.Worksheet",
    position: int,
    column: pl.Series,
    tab: Tab,
    day: "xlsxwriter.format.Format",
) -> None:
    dtype = column.dtype
    texts = text_of(column).to_list()
    for row, (value, text) in enumerate(zip(column.to_list(), texts, strict=True), tab.header_line):
        if value is None:
            continue
        if len(text) > _EXCEL_TEXT:
            raise BadUse(
                f"A text of '{column.name}' is longer than {_EXCEL_TEXT} characters.",
                mend="Write CSV or Parquet.",
            )
        if dtype == pl.Boolean:
            sheet.write_boolean(row, position, value)
        elif dtype.is_numeric() and _fits(value):
            sheet.write_number(row, position, value)
        elif dtype == pl.Date and value.year > _EXCEL_FIRST_YEAR:
            sheet.write_datetime(row, position, value, day)
        else:
            sheet.write_string(row, position, text)


def _fits(value: float) -> bool:
    """Whether the sixteen digits that a workbook keeps give the number back."""
    return isfinite(value) and float(f"{value:.16G}") == value
