"""What an order must know of an item."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from redball.model import Twin, UnknownCode
from redball.model.codes import UnitKind, unit


@dataclass(frozen=True)
class Article:
    """An item as it is ordered.

    Attributes
    ----------
    unit : str
        Unit of issue.
    whole : bool
        Whether only whole units can be ordered: everything but measures (kilogram, litre, metre).
    content, content_unit : float or None, str or None
        What one unit of issue holds, where that is stated.
    mass_kg, shelf_life_days : float or None
        Of one unit of issue.
    """

    unit: str
    whole: bool
    content: float | None
    content_unit: str | None
    mass_kg: float | None
    shelf_life_days: float | None


def articles(twin: Twin, items: Iterable[int]) -> Mapping[int, Article]:
    """Items by row of the twin."""
    rows = sorted(set(items))
    names = [
        "unit_of_issue", "quantity_per_unit", "content_unit", "mass_kg", "shelf_life_days",
    ]  # fmt: skip
    frame = twin["item"].select(names)[pl.Series(rows, dtype=pl.UInt32)]
    return {
        item: Article(issue, _whole(issue), content, content_unit, mass, shelf)
        for item, (issue, content, content_unit, mass, shelf) in zip(
            rows, frame.iter_rows(), strict=True
        )
    }


def _whole(code: str | None) -> bool:
    """Whether a unit is counted; one that the table does not hold is, to be safe."""
    try:
        return unit(code or "").kind is not UnitKind.MEASURE
    except UnknownCode:
        return True
