"""One unit of issue of each item record, expressed in another unit; never guessed."""

from decimal import Decimal

import polars as pl

from redball.model import BadData
from redball.model.codes import convert, is_fixed

PACK = ["unit_of_issue", "quantity_per_unit", "content_unit"]
"""Columns of an item that say what one unit of issue is."""

_BASES = ("EA", "KG", "LI", "MR", "MTK")
"""Units to compare prices and masses in, one for each dimension."""


def one_unit_in(
    target: str, unit: str, quantity_per_unit: float | None, content_unit: str | None
) -> float:
    """How many of ``target`` one ``unit`` is.

    Raises
    ------
    BadData
        They can't be converted.
    """
    held = None if quantity_per_unit is None else Decimal(str(quantity_per_unit))
    return float(
        convert(Decimal(1), unit, target, quantity_per_unit=held, content_unit=content_unit)
    )


def in_base_units(item: pl.DataFrame) -> pl.DataFrame:
    """Base unit and content of one unit of issue for each row: ``base``, ``content``.

    Both are null where the unit of issue holds an unknown quantity.
    """
    packs = item.select(PACK).unique().rows()
    known = [(*pack, *_base(*pack)) for pack in packs]
    schema = {**item.select(PACK).schema, "base": pl.String(), "content": pl.Float64()}
    table = pl.DataFrame(known, schema=schema, orient="row")
    return (
        item.select(PACK)
        .join(table, on=PACK, how="left", nulls_equal=True, maintain_order="left")
        .select("base", "content")
    )


def content_or_own(unit: str, content_unit: str | None) -> str | None:
    """The fixed unit behind a unit of issue: itself, or what it holds; None for neither."""
    for code in (unit, content_unit):
        try:
            if code is not None and is_fixed(code):
                return code
        except BadData:
            continue
    return None


def _base(
    unit: str, quantity_per_unit: float | None, content_unit: str | None
) -> tuple[str | None, float | None]:
    for base in _BASES:
        try:
            return base, one_unit_in(base, unit, quantity_per_unit, content_unit)
        except BadData:
            continue
    return None, None
