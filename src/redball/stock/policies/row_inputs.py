"""Columns of the table of demand: read, judged row by row, and counted in steps where large."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import BadUse
from redball.stock.policies.costs import not_negative, share
from redball.stock.policies.demand import table_width

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Given = float | str
"""One figure for all rows, or the name of a column."""

YEAR_DAYS = 365.0
MOST = 5e7
"""Operations for a row above which it is not computed."""
_FINE = 10.0
"""Steps in a standard deviation of demand, at least."""


@dataclass(frozen=True)
class DemandRows:
    """Columns of the table given, as arrays; NaN where missing."""

    mean: Floats
    variance: Floats
    horizon: Floats
    order_cost: Floats
    holding: Floats
    backorder: Floats
    target: Floats

    def at(self, rows: npt.NDArray[np.intp]) -> "DemandRows":
        """Some of the rows, in the order given."""
        return DemandRows(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def column(frame: pl.DataFrame, name: str) -> Floats:
    """Read a column of numbers; NaN where there is none.

    Raises
    ------
    BadUse
        There is no such column of numbers.
    """
    if name not in frame.columns or not frame[name].dtype.is_numeric():
        raise BadUse(
            f"The table has no column '{name}' of numbers.",
            mend="Give site_ix, item_ix, horizon_days, mean and variance, and the columns named.",
        )
    values: Floats = frame[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
    return values


def figures(
    frame: pl.DataFrame, name: str, given: Given | None, check: Callable[[str, float], float],
    *, missing: float = 0.0,
) -> Floats:  # fmt: skip
    """A parameter for every row; a column's figures that are out of range become NaN."""
    if given is None:
        return np.full(frame.height, missing)
    if not isinstance(given, str):
        return np.full(frame.height, check(name, float(given)))
    values = column(frame, given)
    fine = np.isfinite(values) & (values >= 0)
    if check is not not_negative:
        fine &= values > 0
    if check is share:
        fine &= values < 1
    return np.where(fine, values, np.nan)


def reasons_of(rows: DemandRows, review_days: float) -> list[str | None]:
    """Why a row has no policy; the first that applies."""
    tests: list[tuple[Flags, str]] = [
        (~np.isfinite(rows.mean), "The mean demand is missing or not finite."),
        (rows.mean < 0, "The mean demand is negative: more came back than was asked for."),
        (
            ~(np.isfinite(rows.variance) & (rows.variance >= 0)),
            "The variance of demand is missing, negative or not finite.",
        ),
        (
            ~(np.isfinite(rows.horizon) & (rows.horizon > 0)),
            "Lead time plus review is missing or not above zero days.",
        ),
        (
            rows.horizon < review_days * (1 - 1e-9),
            f"The demand covers fewer days than the {review_days:g} days between reviews.",
        ),
        (~np.isfinite(rows.holding), "The price of a unit is missing or not above zero."),
        (~np.isfinite(rows.order_cost), "The cost of an order is missing or negative."),
        (~np.isfinite(rows.backorder), "The cost of a backorder is missing or not above zero."),
        (~np.isfinite(rows.target), "The service level is missing or not between 0 and 1."),
    ]
    reasons: list[str | None] = [None] * len(rows.mean)
    for failed, words in reversed(tests):
        for row in np.flatnonzero(failed).tolist():
            reasons[row] = words
    return reasons


def steps_of(rows: DemandRows, kind: str, review_days: float, easy: float) -> tuple[Floats, Floats]:
    """Units counted as one, and the operations that a row then takes (an upper estimate)."""
    variance = np.maximum(rows.variance, rows.mean)
    part = np.minimum(review_days / rows.horizon, 1.0) if review_days > 0 else 1.0
    smooth = np.sqrt(variance * part) if kind == "reorder_up_to" else np.sqrt(variance)
    coarsest = np.maximum(np.floor(smooth / _FINE), 1.0)
    lot = np.sqrt(2 * rows.order_cost * rows.mean / rows.horizon / rows.holding)
    backordered = np.divide(
        rows.holding, rows.backorder, out=np.zeros(len(lot)), where=rows.backorder > 0
    )
    lot *= np.sqrt(1 + backordered)
    wide = table_width(rows.mean, variance)
    event = table_width(rows.mean * part, variance * part)

    def effort(step: Floats) -> Floats:
        line: Floats = (wide + 4 * lot) / step
        if kind != "reorder_up_to":
            return line
        span = 2.5 * lot / step + 10
        both: Floats = line + 10 * span * np.minimum(event / step + 3, span)
        return both

    one = effort(np.ones(len(lot)))
    power = 0.5 if kind == "reorder_up_to" else 1.0
    steps = np.clip(np.ceil((one / easy) ** power), 1.0, coarsest)
    return steps, effort(steps)
