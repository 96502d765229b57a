"""Numbers, dates and words for yes and no: from the sender's form to the canonical one.

Each function takes a text column without empty texts and gives the canonical text, null where a
cell does not have the form. Numbers are scaled as decimals, so ``10`` pounds are ``4.5359237`` kg.
"""

import re
from collections.abc import Callable, Collection
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal

import polars as pl

_EXACT = Context(prec=500, Emax=MAX_EMAX, Emin=MIN_EMIN)
_SPACES = "[ \u00a0\u2007\u2009\u202f]"
_QUOTES = "['\u2019]"
_NUMBER_LENGTH = 400


def numbers(
    text: pl.Series, decimal: str = ".", thousands: str = "", factor: Decimal | None = None
) -> pl.Series:
    """Canonical numbers of a column of texts in the sender's form.

    Parameters
    ----------
    text : polars.Series of str
    decimal, thousands : str
        The marks; a blank as ``thousands`` stands for any kind of blank.
    factor : Decimal, optional
        Multiplies the number, without rounding.

    Returns
    -------
    polars.Series of str
        Null where the text is not a number of that form.
    """
    mark = re.escape(decimal)
    whole = r"[0-9]+"
    if thousands:
        group = {" ": _SPACES, "'": _QUOTES, "\u2019": _QUOTES}.get(thousands, re.escape(thousands))
        whole = rf"(?:[0-9]+|[0-9]{{1,3}}(?:{group}[0-9]{{3}})+)"
    form = rf"^[+-]?(?:{whole}(?:{mark}[0-9]*)?|{mark}[0-9]+)(?:[eE][+-]?[0-9]{{1,3}})?$"
    plain = text.str.replace_all("\u2212", "-", literal=True)
    # some legacy systems write the sign behind the number
    plain = plain.str.replace(r"^([^+-].*)-$", "-${1}")
    fits = plain.str.contains(form) & (plain.str.len_bytes() <= _NUMBER_LENGTH)
    if thousands:
        plain = plain.str.replace_all(group, "")
    if decimal != ".":
        plain = plain.str.replace(decimal, ".", literal=True)
    plain = plain.str.strip_prefix("+")
    good = pl.select(pl.when(fits).then(plain)).to_series()
    return good if factor is None else per_value(good, lambda value: scaled(value, factor))


def scaled(value: str, factor: Decimal) -> str:
    """A number times a factor, exact, without an exponent."""
    return plain_decimal(_EXACT.multiply(Decimal(value), factor))


def plain_decimal(value: Decimal) -> str:
    """Digits of a decimal without exponent and without zeros that say nothing."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def per_value(column: pl.Series, convert: Callable[[str], str]) -> pl.Series:
    """Apply a function once to each distinct text; nulls stay."""
    distinct = column.drop_nulls().unique()
    if distinct.is_empty():
        return column
    made = pl.Series([convert(value) for value in distinct.to_list()], dtype=pl.String)
    return column.replace_strict(distinct, made, default=None, return_dtype=pl.String)


def dates(text: pl.Series, form: str | None) -> pl.Series:
    """ISO dates of a column of texts in a strftime form; ISO when ``form`` is ``None``.

    A form without a day means the last day of the month, without a month the last of the year.
    """
    prefix, full, snap = "", form or "%Y-%m-%d", ""
    parts = set(re.findall(r"%([A-Za-z])", full))
    if not parts & {"d", "j"}:
        snap = "1mo" if parts & {"m", "b", "B"} else "1y"
        prefix, full = ("1 ", f"%d {full}") if snap == "1mo" else ("1 1 ", f"%d %m {full}")
    text = pl.select(pl.lit(prefix) + text).to_series() if prefix else text
    if parts & {"H", "M", "S"}:
        day = text.str.to_datetime(full, strict=False, time_unit="us").dt.date()
    else:
        day = text.str.to_date(full, strict=False)
    day = pl.select(pl.when(day.dt.year().is_between(1, 9999)).then(day)).to_series()
    if snap == "1mo":
        day = day.dt.month_end()
    elif snap:
        day = day.dt.offset_by("1y").dt.offset_by("-1d")
    return day.dt.to_string("%Y-%m-%d")


def flags(text: pl.Series, true: Collection[str], false: Collection[str]) -> pl.Series:
    """``yes`` or ``no``; words are compared without regard to capitals."""
    words = {**dict.fromkeys(true, "yes"), **dict.fromkeys(false, "no")}
    return text.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.String)


YES = frozenset({"yes", "true", "1"})
NO = frozenset({"no", "false", "0"})
"""Words known without a mapping."""
