"""How columns of tidy tables read to people: words, units and number formats.

A unit is the end of a column's name (``mass_t``, ``lead_time_days``); it goes into the header.
Numbers are grouped by a narrow space and have a decimal point (ISO 80000-1, 7.3), because nations
disagree on what comma and point mean.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

import polars as pl

GROUP = "\u202f"
"""Narrow no-break space between groups of three digits."""

MISSING = "–"
"""Shown where a value is not known."""

_UNITS = (
    ("_t_per_day", "t/d"),
    ("_kg_per_t", "kg/t"),
    ("_per_day", "per day"),
    ("_days", "days"),
    ("_hours", "h"),
    ("_km", "km"),
    ("_kg", "kg"),
    ("_m3", "m³"),
    ("_eur", "EUR"),
    ("_deg", "°"),
    ("_pct", "%"),
    ("_t", "t"),
    ("_d", "days"),
)
_WHOLE = {
    "days": ("days of supply", "days"),
    "days_of_supply": ("days of supply", "days"),
    "days_median": ("days of supply, median", "days"),
    "days_p10": ("lowest tenth", "days"),
    "days_worst": ("worst item", "days"),
    "worst_item": ("which item", ""),
    "days_known": ("sites and items with days", ""),
    "days_left": ("days left", "days"),
    "mass_unknown": ("holdings without mass", ""),
    "value_unknown": ("holdings without value", ""),
    "history_share": ("days from demand history", ""),
    "below_target_share": ("below target", ""),
    "feed_as_of": ("feed as of", ""),
    "latitude": ("latitude", "°"),
    "longitude": ("longitude", "°"),
    "as_of": ("as of", "UTC"),
    "hhi": ("HHI", "0 to 1"),
    "niin": ("NIIN", ""),
    "nsn": ("NSN", ""),
    "ncage": ("NCAGE", ""),
    "value": ("value", ""),
}
_ACRONYMS = {"niin": "NIIN", "nsn": "NSN", "ncage": "NCAGE", "hhi": "HHI", "p10": "10th percentile"}
_SHARE = re.compile(
    r"(^|_)(shares?|availability|completeness|validity|timeliness|consistency|score|ratio|gap|target)(_|$)"
)
_LEVEL = re.compile(r"(^|_| )level$")


@dataclass(frozen=True)
class Column:
    """How one column is shown.

    Attributes
    ----------
    name : str
        Name in the frame.
    words : str
        Heading.
    unit : str
        Unit, put in the heading; empty where there is none.
    kind : str
        ``number``, ``percent``, ``level``, ``time``, ``date``, ``yes`` or ``text``.
    digits : int
        Decimals of numbers: the same in a whole column, so that they line up.
    """

    name: str
    words: str
    unit: str
    kind: str
    digits: int = 0

    @property
    def numeric(self) -> bool:
        """Whether the column is set flush right."""
        return self.kind in {"number", "percent"}


def describe(series: pl.Series) -> Column:
    """Derive heading, unit and format from a column's name, type and values."""
    name = series.name
    words, unit = _words(name)
    words = words[:1].upper() + words[1:]
    if _LEVEL.search(name):
        return Column(name, words, "", "level")
    if series.dtype.is_numeric():
        if not unit and _SHARE.search(name) and _is_share(series):
            return Column(name, words, "%", "percent", 0)
        return Column(name, words, unit, "number", _digits(series))
    if series.dtype == pl.Date:
        return Column(name, words, unit, "date")
    if isinstance(series.dtype, pl.Datetime):
        return Column(name, words, "UTC", "time")
    if series.dtype == pl.Boolean:
        return Column(name, words, unit, "yes")
    return Column(name, words, unit if name in _WHOLE and unit != "UTC" else "", "text")


def show(value: object, column: Column) -> str:
    """Write one cell as plain text."""
    if value is None or (isinstance(value, float) and value != value):
        return MISSING
    if column.kind == "percent" and isinstance(value, int | float):
        return grouped(100 * value, column.digits)
    if column.kind == "number" and isinstance(value, int | float):
        return grouped(value, column.digits)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return zulu(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple | pl.Series):
        return ", ".join(show(item, column) for item in value) or MISSING
    return str(value)


def grouped(value: float, digits: int = 0) -> str:
    """Write a number with groups of three digits and a true minus sign."""
    if value in (float("inf"), float("-inf")):
        return "∞" if value > 0 else "−∞"
    shown = f"{value:,.{digits}f}".replace(",", GROUP)
    if shown.startswith("-"):
        shown = shown[1:] if not shown.strip("-0.") else "−" + shown[1:]
    return shown


def zulu(moment: datetime) -> str:
    """Write a moment in UTC with its zone: ``2026-01-31 06:00Z``; one without a zone is UTC."""
    return _utc(moment).strftime("%Y-%m-%d %H:%MZ")


def date_time_group(moment: datetime) -> str:
    """Write a moment as a date-time group: ``310600ZJAN26``."""
    months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
    utc = _utc(moment)
    return f"{utc:%d%H%M}Z{months[utc.month - 1]}{utc:%y}"


def first_of(frame: pl.DataFrame, *names: str) -> str | None:
    """Name of the first of these columns that a frame has."""
    return next((name for name in names if name in frame.columns), None)


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _words(name: str) -> tuple[str, str]:
    if name in _WHOLE:
        return _WHOLE[name]
    for ending, unit in _UNITS:
        if name.endswith(ending) and len(name) > len(ending):
            return _spoken(name[: -len(ending)]), unit
    return _spoken(name), ""


def _spoken(name: str) -> str:
    return " ".join(_ACRONYMS.get(word, word) for word in name.split("_"))


def _is_share(series: pl.Series) -> bool:
    lowest, highest = series.min(), series.max()
    if not isinstance(lowest, int | float) or not isinstance(highest, int | float):
        return True
    return lowest >= -1.0 and highest <= 1.0 + 1e-9


def _digits(series: pl.Series) -> int:
    if series.dtype.is_integer() or series.null_count() == len(series):
        return 0
    if series.name in {"latitude", "longitude"}:
        return 2
    finite = series.cast(pl.Float64).fill_nan(None).drop_nulls()
    finite = finite.filter(finite.is_finite())
    if finite.is_empty() or bool((finite == finite.round(0)).all()):
        return 0
    middle = finite.abs().median()
    size = float(middle) if isinstance(middle, int | float) else 0.0
    return 0 if size >= 1000 else 1 if size >= 10 else 2
