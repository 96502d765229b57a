"""Numbers, whole numbers, and yes or no."""

import polars as pl

from redball.exchange.check.cells import Cells, unusable, verdict_frame, without
from redball.exchange.check.rule import ERROR, Rule

NOT_A_NUMBER = Rule(
    "not-a-number",
    ERROR,
    "This is not a number.",
    "A quantity that can't be read would silently become nothing.",
    "Write digits with '.' as the decimal mark and nothing else, such as 1234.5.",
)
NOT_WHOLE = Rule(
    "not-a-whole-number",
    ERROR,
    "This is not a whole number.",
    "Things that are counted have no fractions.",
    "Write a whole number, such as 12.",
)
NOT_FINITE = Rule(
    "not-finite",
    ERROR,
    "Not-a-number or infinity.",
    "One such value spoils every sum it goes into.",
    "Leave the cell empty when the value is not known.",
)
OUT_OF_RANGE = Rule(
    "out-of-range",
    ERROR,
    "The number is outside the range allowed.",
    "Negative stock or a share above one is a fault of the source, not a fact.",
    "Correct the number in the source system.",
)
NOT_YES_OR_NO = Rule(
    "not-yes-or-no",
    ERROR,
    "This is neither yes nor no.",
    "A guess would turn a fact into its opposite.",
    "Write yes or no; true, false, 1 and 0 are read as well.",
)
RULES = (NOT_A_NUMBER, NOT_WHOLE, NOT_FINITE, OUT_OF_RANGE, NOT_YES_OR_NO)

_WORDS = {
    "yes": True,
    "y": True,
    "true": True,
    "1": True,
    "no": False,
    "n": False,
    "false": False,
    "0": False,
}

_FIT = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32)
"""Integer types whose values all fit the language's."""

_LARGEST = 2.0**53
"""Whole numbers above this are not exact in the arithmetic of the engines."""

_HUGE = 1e15
"""No stock, price or distance comes near; sums and products of larger ones could overflow."""


def parse_number(cells: Cells) -> pl.Series:
    """Decimal numbers within the bounds of the attribute."""
    return _within(cells, _finite(cells, _floats(cells)))


def parse_integer(cells: Cells) -> pl.Series:
    """Whole numbers within the bounds of the attribute; ``30.0`` counts as whole."""
    if cells.values.dtype in _FIT:
        return _within(cells, cells.values.cast(pl.Int64))
    numbers = _finite(cells, _floats(cells))
    wrong = (numbers != numbers.floor()) | (numbers.abs() > _LARGEST)
    if wrong.any():
        cells.report(NOT_WHOLE, wrong)
        numbers = without(numbers, wrong)
    return _within(cells, numbers.cast(pl.Int64))


def parse_boolean(cells: Cells) -> pl.Series:
    """Yes and no in the words of the package format, in any case."""
    values = cells.values
    if values.dtype == pl.Boolean:
        return values
    if values.dtype.is_numeric():
        truth = values.cast(pl.Float64).replace_strict({1.0: True, 0.0: False}, default=None)
    elif cells.is_text:
        truth = values.str.to_lowercase().replace_strict(
            _WORDS, default=None, return_dtype=pl.Boolean
        )
    else:
        return unusable(cells, pl.Boolean())
    cells.report(NOT_YES_OR_NO, values.is_not_null() & truth.is_null())
    return truth.cast(pl.Boolean)


def _floats(cells: Cells) -> pl.Series:
    values = cells.values
    if values.dtype.is_numeric():
        return values.cast(pl.Float64)
    if not cells.is_text:
        return unusable(cells, pl.Float64())
    numbers = values.cast(pl.Float64, strict=False)
    unread = values.is_not_null() & numbers.is_null()
    if unread.any():
        cells.report_values(
            NOT_A_NUMBER, _unread_numbers(cells, values.filter(unread).unique(), numbers)
        )
    return numbers


def _finite(cells: Cells, numbers: pl.Series) -> pl.Series:
    wrong = ~numbers.is_finite()
    if not wrong.any():
        return numbers
    cells.report(NOT_FINITE, wrong)
    return without(numbers, wrong)


def _within(cells: Cells, numbers: pl.Series) -> pl.Series:
    """Report numbers outside the bounds; the row is bad, so the value itself may stay."""
    bounds = cells.attribute.type
    for bound, wrong, words in (
        (bounds.minimum, "<", "at least"),
        (bounds.maximum, ">", "at most"),
        (bounds.above, "<=", "more than"),
    ):
        if bound is None or numbers.null_count() == len(numbers):
            continue
        at_fault = {"<": numbers < bound, ">": numbers > bound, "<=": numbers <= bound}[wrong]
        if at_fault.any():
            cells.report(OUT_OF_RANGE, at_fault, f"The number must be {words} {bound:g}.")
    bounded = bounds.maximum is not None and bounds.maximum <= _HUGE
    if not bounded and (huge := (numbers > _HUGE) | (numbers < -_HUGE)).any():
        cells.report(OUT_OF_RANGE, huge, f"The number must be at most {_HUGE:g}.")
    return numbers


_COMMA = r"^[+-]?\d+,\d+$"
_GROUPED_COMMA = r"^[+-]?\d{1,3}(?:[. ']\d{3})+(?:,\d+)?$"
_GROUPED_POINT = r"^[+-]?\d{1,3}(?:[, ']\d{3})+(?:\.\d+)?$"
_UNIT = r"^[+-]?\d+(?:[.,]\d+)?\s*[^\d\s].*$"


def _unread_numbers(cells: Cells, wrong: pl.Series, numbers: pl.Series) -> pl.DataFrame:
    """Say for each distinct value which form it seems to have."""
    mixed = bool((cells.values.str.contains(".", literal=True) & numbers.is_not_null()).any())
    beside = " Other cells of the column use a decimal point." if mixed else ""
    value = pl.col("value")
    frame = pl.DataFrame({"value": wrong})
    declare = " or declare the column's decimal mark in a mapping file; one column, one form."
    cases = (
        (_COMMA, f"A decimal comma.{beside}", f"Write 1.5 and not 1,5,{declare}"),
        (
            _GROUPED_COMMA,
            f"Marks between thousands, perhaps with a decimal comma.{beside}",
            f"Write 1234.5 and not 1.234,5,{declare}",
        ),
        (_GROUPED_POINT, "Marks between thousands.", "Write 1234.5 and not 1,234.5."),
        (_UNIT, "A number with other text.", "Write the number alone; the unit is the column's."),
    )
    message, mend = pl.lit(NOT_A_NUMBER.title), pl.lit(NOT_A_NUMBER.mend)
    for pattern, what, how in reversed(cases):
        message = pl.when(value.str.contains(pattern)).then(pl.lit(what)).otherwise(message)
        mend = pl.when(value.str.contains(pattern)).then(pl.lit(how)).otherwise(mend)
    return frame.select("value", message=message, mend=mend) if len(wrong) else verdict_frame([])
