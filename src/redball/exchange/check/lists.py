"""Cells with several members: ``list(text)`` and ``pairs(a,b)``."""

from decimal import Decimal, InvalidOperation

import polars as pl

from redball.exchange.check.cells import Cells, as_text, replaced, verdict_frame
from redball.exchange.check.rule import ERROR, WARNING, Rule
from redball.exchange.check.text import CONTROL, FORMULA
from redball.model.codes import check_code

PAIRS_FORM = Rule(
    "pairs-form",
    ERROR,
    "The cell is not a row of pairs.",
    "Price breaks and shares of origin are read by position.",
    "Write first:second pairs separated by ';', such as 100:16.50;1000:14.20.",
)
PAIRS_SUM = Rule(
    "shares-of-origin-above-one",
    WARNING,
    "The shares in the cell sum to more than 1.",
    "An origin can't give more than the whole.",
    "Check the shares; they are parts of 1, not of 100.",
)
RULES = (PAIRS_FORM, PAIRS_SUM)

_INVISIBLE = {*range(0x20), *range(0x7F, 0xA0), 0x200B, 0x200E, 0x200F, 0xFEFF}
_INVISIBLE |= {*range(0x202A, 0x202F), *range(0x2060, 0x206A)}


class _NotPairs(ValueError):
    """The reason is the message."""


def parse_list(cells: Cells) -> pl.Series:
    """Words separated by ``;``: without blanks at the ends, empty words or repeats."""
    values = as_text(cells)
    keep: dict[str, str | None] = {}
    formulas: list[tuple[str, str, str]] = []
    invisible: list[tuple[str, str, str]] = []
    for value in values.unique().drop_nulls().to_list():
        words = dict.fromkeys(word for part in value.split(";") if (word := " ".join(part.split())))
        canonical = ";".join(words)
        if canonical != value:
            keep[value] = canonical or None
        if any(word[0] in "=+-@" for word in words):
            formulas.append((value, FORMULA.title, FORMULA.mend))
        if any(ord(letter) in _INVISIBLE for letter in canonical):
            invisible.append((value, CONTROL.title, CONTROL.mend))
    cells.report_values(FORMULA, verdict_frame(formulas), values)
    cells.report_values(CONTROL, verdict_frame(invisible), values)
    return replaced(values, keep)


def parse_pairs(cells: Cells) -> pl.Series:
    """Pairs in order of their first member, numbers in their shortest form."""
    values = as_text(cells)
    first, _, _ = cells.attribute.type.target.partition(",")
    keep: dict[str, str | None] = {}
    wrong: list[tuple[str, str, str]] = []
    above: list[tuple[str, str, str]] = []
    for value in values.unique().drop_nulls().to_list():
        try:
            pairs = _pairs(value, first)
        except _NotPairs as reason:
            keep[value] = None
            wrong.append((value, str(reason), PAIRS_FORM.mend))
            continue
        canonical = ";".join(f"{a}:{_shortest(b)}" for a, b in pairs)
        if canonical != value:
            keep[value] = canonical or None
        if first == "country" and sum(b for _, b in pairs) > Decimal("1.000001"):
            above.append((value, PAIRS_SUM.title, PAIRS_SUM.mend))
    cells.report_values(PAIRS_FORM, verdict_frame(wrong), values)
    cells.report_values(PAIRS_SUM, verdict_frame(above), values)
    return replaced(values, keep)


def _pairs(text: str, first: str) -> list[tuple[str, Decimal]]:
    found: dict[str, Decimal] = {}
    for part in filter(None, map(str.strip, text.split(";"))):
        left, colon, right = part.partition(":")
        if not colon:
            raise _NotPairs(f"'{part}' has no ':'.")
        name = _member(left.strip(), first)
        if name in found:
            raise _NotPairs(f"'{name}' is given twice.")
        found[name] = _number(right.strip())
    if first == "number":
        return sorted(found.items(), key=lambda pair: Decimal(pair[0]))
    return sorted(found.items())


def _member(text: str, kind: str) -> str:
    if kind == "number":
        return _shortest(_number(text))
    verdict = check_code(kind, text)
    if verdict.refused:
        raise _NotPairs(f"'{text}': {verdict.problem}")
    return verdict.value


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise _NotPairs(f"'{text}' is not a number.") from None
    if not number.is_finite() or number < 0 or number.adjusted() > 15 or number.adjusted() < -15:
        raise _NotPairs(f"'{text}' is not a number from 0 up that can be used here.")
    return number


def _shortest(number: Decimal) -> str:
    return f"{number.normalize():f}" if number else "0"
