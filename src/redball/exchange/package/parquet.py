"""Reading Parquet: columns of a fitting type pass through as they are, without a copy."""

import io
from collections.abc import Mapping

import polars as pl

from redball.exchange.package.parquet_guard import parquet_fault
from redball.exchange.package.sheet import (
    DATE,
    FLAG,
    NUMBER,
    TEXT,
    Sheet,
    no_problems,
    read_header,
    too_wide,
    with_long_cells,
)
from redball.exchange.package.types import Limits, Note
from redball.model import Kind

_FITTING: Mapping[Kind, type[pl.DataType]] = {Kind.BOOLEAN: pl.Boolean, Kind.DATE: pl.Date}


def read_parquet(data: bytes, where: str, limits: Limits) -> Sheet | Note:
    """Read a Parquet file; a :class:`Note` alone means that it can't be read."""
    if fault := parquet_fault(data, limits):
        return _unreadable(where, fault)
    try:
        # the schema and the number of rows come from the footer: nothing large is built yet
        schema = pl.read_parquet_schema(io.BytesIO(data))
        rows = int(pl.scan_parquet(io.BytesIO(data)).select(pl.len()).collect().item())
        refused = too_wide(list(schema), where, limits) or _refused(schema, rows, where, limits)
        if refused:
            return refused
        frame = pl.read_parquet(io.BytesIO(data))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        reason = str(error).strip().splitlines()[0][:200] if str(error).strip() else "damaged"
        return _unreadable(where, reason)
    header = read_header(frame.columns, where, [True] * frame.width, limits)
    if isinstance(header, Note):
        return header
    frame = frame.select(frame.columns[position] for position in header.keep)
    frame = frame.with_columns(_plain(column) for column in frame if _plain(column) is not column)
    line = pl.int_range(2, frame.height + 2, dtype=pl.Int32, eager=True)
    sheet = Sheet(where, frame, line, None, no_problems(), header.notes)
    return with_long_cells(sheet, limits)


def _unreadable(where: str, reason: str) -> Note:
    return Note(
        "error",
        where,
        "unreadable",
        f"It is not a readable Parquet file ({reason}).",
        "Write it again.",
    )


def _refused(
    schema: Mapping[str, pl.DataType], rows: int, where: str, limits: Limits
) -> Note | None:
    for name, dtype in schema.items():
        if dtype.is_nested() or dtype in (pl.Binary, pl.Object):
            return Note(
                "error",
                where,
                "column-type",
                f"Column '{name}' has the type {dtype}, which no column of a table has.",
                "Use text, numbers, dates or booleans; write lists as text with ; between words.",
                name,
            )
    if rows > limits.rows:
        return Note(
            "error",
            where,
            "too-many-rows",
            f"It has {rows:,} rows; {limits.rows:,} are accepted.",
            "Split it into several files.",
        )
    return None


def _plain(column: pl.Series) -> pl.Series:
    """The column as text if its type is a form of text, with empty texts as null."""
    if isinstance(column.dtype, pl.Categorical | pl.Enum | pl.Null):
        column = column.cast(pl.String)
    if column.dtype == pl.String and (column.str.len_bytes() == 0).any():
        return column.replace("", None)
    return column


def fit(column: pl.Series, kind: Kind) -> pl.Series:
    """The column itself if its type fits the attribute, else cast, else as canonical text."""
    dtype = column.dtype
    if dtype == pl.String or dtype == _FITTING.get(kind):
        return column
    if kind is Kind.NUMBER and dtype.is_numeric():
        return column.cast(pl.Float64) if dtype != pl.Float64 else column
    if kind is Kind.INTEGER and dtype.is_numeric():
        if dtype in (pl.Int64, pl.Float64):
            return column
        wide = (
            pl.Int64 if dtype.is_integer() and dtype not in (pl.UInt64, pl.Int128) else pl.Float64
        )
        return column.cast(wide)
    if kind is Kind.TIMESTAMP and isinstance(dtype, pl.Datetime) and dtype.time_zone:
        return column.dt.convert_time_zone("UTC").dt.cast_time_unit("us")
    return text_of(column)


def text_of(column: pl.Series) -> pl.Series:
    """Canonical text of a typed column: whole numbers without ``.0``, ISO dates, yes and no."""
    dtype = column.dtype
    if dtype == pl.String:
        return column
    if dtype == pl.Boolean:
        return column.replace_strict(
            {True: "yes", False: "no"}, default=None, return_dtype=pl.String
        )
    if dtype.is_float():
        whole = (column == column.floor()) & (column.abs() < 1e15)
        return (
            pl.select(
                pl.when(whole)
                .then(column.cast(pl.Int64, strict=False).cast(pl.String))
                .otherwise(column.cast(pl.String))
            )
            .to_series()
            .alias(column.name)
        )
    if isinstance(dtype, pl.Datetime):
        text = column.dt.to_string("iso:strict")
        midnight = column.dt.time() == pl.time(0)  # a date that was stored with a time of day
        return (
            pl.select(pl.when(midnight).then(column.dt.to_string("%Y-%m-%d")).otherwise(text))
            .to_series()
            .alias(column.name)
        )
    return column.cast(pl.String)


def as_text(sheet: Sheet) -> Sheet:
    """The sheet with all columns as canonical text and the kinds of their cells beside them."""
    kinds = {column.name: _kind(column.dtype) for column in sheet.frame}
    if not any(kinds.values()):
        return sheet
    height = sheet.frame.height
    return Sheet(
        sheet.name,
        sheet.frame.select(text_of(column) for column in sheet.frame),
        sheet.line,
        pl.DataFrame(
            {
                name: pl.repeat(kind, height, dtype=pl.UInt8, eager=True)
                for name, kind in kinds.items()
            }
        ),
        sheet.problems,
        sheet.notes,
    )


def _kind(dtype: pl.DataType) -> int:
    if dtype == pl.Boolean:
        return FLAG
    if dtype.is_numeric():
        return NUMBER
    return DATE if isinstance(dtype, pl.Date | pl.Datetime) else TEXT
