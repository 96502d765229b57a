"""Dates and timestamps."""

import polars as pl

from redball.exchange.check.cells import Cells, unusable, without
from redball.exchange.check.rule import ERROR, WARNING, Rule

NOT_A_DATE = Rule(
    "not-a-date",
    ERROR,
    "This is not a date.",
    "03/04/2026 is a day in March for one reader and in April for another.",
    "Write year-month-day, such as 2026-01-31, or declare the form of the dates in a mapping file.",
)
IMPLAUSIBLE = Rule(
    "date-implausible",
    WARNING,
    "The date is before 1900 or after 2200.",
    "Such dates are mostly a slip of the keyboard, or a stand-in for 'unknown' or 'never'.",
    "Leave the cell empty when there is no date.",
)
IMPOSSIBLE_YEAR = Rule(
    "date-out-of-range",
    ERROR,
    "The year is outside 1 to 9999.",
    "ISO 8601 dates have four digits for the year.",
    "Correct the date in the source system.",
)
TIME_DROPPED = Rule(
    "time-of-day-dropped",
    WARNING,
    "A date with a time of day; the time is dropped.",
    "Near midnight the day may be another one in another zone.",
    "Send the day alone.",
)
NOT_A_TIMESTAMP = Rule(
    "not-a-timestamp",
    ERROR,
    "This is not a date and time with a zone.",
    "Without a zone a moment can be wrong by hours.",
    "Write it as 2026-01-31T06:00:00Z.",
)
RULES = (NOT_A_DATE, IMPLAUSIBLE, IMPOSSIBLE_YEAR, TIME_DROPPED, NOT_A_TIMESTAMP)

_ISO = r"^(\d{4}-\d{2}-\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?$"
_FORMS = (
    (r"^\d{4}-\d{2}-\d{2}$", "year-month-day", "no such day in the calendar"),
    (r"^\d{4}-\d{2}-\d{2}[T ]\d", "date with a time of day", "the date alone is expected"),
    (r"^\d{1,2}\.\d{1,2}\.\d{2,4}$", "day.month.year", 'date = "%d.%m.%Y"'),
    (r"^\d{1,2}/\d{1,2}/\d{2,4}$", "with slashes", 'date = "%d/%m/%Y" or "%m/%d/%Y"'),
    (r"^\d{1,2}-\d{1,2}-\d{2,4}$", "day-month-year", 'date = "%d-%m-%Y"'),
    (r"^\d{4}/\d{1,2}/\d{1,2}$", "year/month/day", 'date = "%Y/%m/%d"'),
    (r"^\d{8}$", "eight digits", 'date = "%Y%m%d"'),
    (r"^\d{5}(?:\.\d+)?$", "spreadsheet day number", "format the cell as a date"),
    (r"^\d{1,2}[./-]\d{4}$", "month and year", 'date = "%m/%Y"'),
)


def parse_date(cells: Cells) -> pl.Series:
    """ISO dates; a time of midnight is tolerated."""
    values = cells.values
    if values.dtype == pl.Date:
        return _plausible(cells, values)
    if isinstance(values.dtype, pl.Datetime):
        cells.report(TIME_DROPPED, values.dt.truncate("1d") != values)
        return _plausible(cells, values.dt.date())
    if not cells.is_text:
        return unusable(cells, pl.Date())
    dates = values.str.extract(_ISO, 1).str.to_date("%Y-%m-%d", strict=False)
    unread = values.is_not_null() & dates.is_null()
    if unread.any():
        cells.report_values(
            NOT_A_DATE,
            _unread_dates(values.filter(unread).unique(), bool(dates.is_not_null().any())),
        )
    return _plausible(cells, dates)


def parse_timestamp(cells: Cells) -> pl.Series:
    """ISO timestamps with a zone, in UTC."""
    values = cells.values
    if isinstance(values.dtype, pl.Datetime) and values.dtype.time_zone:
        return values.dt.convert_time_zone("UTC").cast(pl.Datetime("us", "UTC"))
    if not cells.is_text:
        return unusable(cells, pl.Datetime("us", "UTC"))
    text = values.str.replace(r"[zZ]$", "+00:00").str.replace(" ", "T", literal=True)
    text = text.str.replace(r"^(.{10}T\d{2}:\d{2})([+-])", "${1}:00${2}")
    moments = text.str.to_datetime(
        "%Y-%m-%dT%H:%M:%S%.f%:z", strict=False, time_unit="us", time_zone="UTC"
    )
    cells.report(NOT_A_TIMESTAMP, values.is_not_null() & moments.is_null())
    return moments


def _plausible(cells: Cells, dates: pl.Series) -> pl.Series:
    if dates.null_count() == len(dates):
        return dates
    years = dates.dt.year()
    impossible = (years < 1) | (years > 9999)
    odd = ~impossible & ((years < 1900) | (years > 2200))
    cells.report(IMPLAUSIBLE, odd)
    if impossible.any():
        cells.report(IMPOSSIBLE_YEAR, impossible)
        return without(dates, impossible)
    return dates


def _unread_dates(wrong: pl.Series, some_read: bool) -> pl.DataFrame:
    """Say for each distinct value which form it seems to have, and when a column mixes forms."""
    form, hint = pl.lit(""), pl.lit("")
    for pattern, name, way in reversed(_FORMS):
        fits = pl.col("value").str.contains(pattern)
        form = pl.when(fits).then(pl.lit(name)).otherwise(form)
        hint = pl.when(fits).then(pl.lit(way)).otherwise(hint)
    frame = pl.DataFrame({"value": wrong}).select("value", form=form, hint=hint)
    seen = [name for name in frame["form"].unique().sort().to_list() if name]
    seen += ["year-month-day"] if some_read and "year-month-day" not in seen else []
    mixed = f" The column mixes {len(seen)} forms: {', '.join(seen)}." if len(seen) > 1 else ""
    known = pl.col("form") != ""
    impossible = pl.col("form") == "year-month-day"
    return frame.select(
        "value",
        message=pl.when(impossible)
        .then(pl.lit("There is no such day."))
        .when(known)
        .then(pl.format("A date in the form '{}'; year-month-day is expected." + mixed, "form"))
        .otherwise(pl.lit(NOT_A_DATE.title)),
        mend=pl.when(known & ~impossible)
        .then(pl.format("Write it as 2026-01-31, or in a mapping: {}.", "hint"))
        .otherwise(pl.lit(NOT_A_DATE.mend)),
    )
