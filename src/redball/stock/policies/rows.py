"""Policies for a table of items at sites, in one pass.

Demand comes as mean and variance over lead time plus review, the columns of
:class:`redball.model.DemandForecast`. Quantities are counted in units of issue; where demand or
lots are so large that counting single units adds nothing but time, in steps of several units, at
most a tenth of the standard deviation of demand. The column ``step`` says so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import BadUse, table
from redball.stock.policies.costs import above_zero, not_negative, share
from redball.stock.policies.row import BASE_STOCK, FIXED_QUANTITY, OUT, REORDER_UP_TO, solve_rows
from redball.stock.policies.row_inputs import (
    MOST,
    YEAR_DAYS,
    DemandRows,
    Given,
    column,
    figures,
    reasons_of,
    steps_of,
)
from redball.stock.policies.single import Measure

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Kind = Literal["reorder_up_to", "fixed_quantity", "base_stock"]

_KINDS = {
    "reorder_up_to": REORDER_UP_TO,
    "fixed_quantity": FIXED_QUANTITY,
    "base_stock": BASE_STOCK,
}
_EASY = 1e6
"""Operations for a row above which it is counted in steps."""
_CHUNK = 2e8
"""Operations between two reports of progress; well under a second."""


@dataclass(frozen=True)
class PolicyTable:
    """A policy per item and site, and what it gives in the long run.

    Attributes
    ----------
    frame : polars.DataFrame
        One row per row given, in its order: ``site_ix``, ``item_ix``, ``kind``, ``reorder_point``
        (order at or below; may be below zero), ``order_up_to`` (null for a fixed quantity),
        ``quantity`` (Q, else null), ``per_day`` (mean demand), ``lead_time_days``, ``law``,
        ``step`` (units in which quantities were counted), ``orders_per_year``, ``mean_on_hand``,
        ``mean_backorders`` (units), ``fill_rate`` (share of demand that finds stock),
        ``ready_rate`` (share of review periods that end, or of time, without a backorder),
        ``cost_per_year`` (orders, holding and, where charged, backorders), ``reason`` (why there
        is no policy; null where there is one), and ``labels`` where they were given.
    assumptions : tuple of str
    """

    frame: pl.DataFrame
    assumptions: tuple[str, ...]


def policies(
    frame: pl.DataFrame,
    *,
    kind: Kind,
    holding_rate: float,
    order_cost: Given,
    unit_cost: Given = "unit_cost",
    service_level: Given | None = None,
    backorder_cost: Given | None = None,
    measure: Measure = "fill rate",
    review_days: float = 1.0,
    progress: Callable[[float], None] | None = None,
) -> PolicyTable:
    """Policies of one kind for many items at sites.

    Parameters
    ----------
    frame : polars.DataFrame
        ``site_ix``, ``item_ix``, ``horizon_days`` (lead time plus ``review_days``), ``mean``,
        ``variance`` of demand over it, and the columns named by other parameters; ``labels`` are
        handed on. The frame of a ``DemandForecast`` with a column for the price fits.
    kind : str
        ``reorder_up_to`` (s,S), ``fixed_quantity`` (R,Q) or ``base_stock``.
    holding_rate : float
        Cost of holding a unit for a year as a share of its price, above zero.
    order_cost : float or str
        Of one order, zero or more.
    unit_cost : float or str
        Price of one unit of issue; all money in one currency.
    service_level : float or str, optional
        Share above 0 and below 1 that must be reached, of ``measure``.
    backorder_cost : float or str, optional
        Of one unit short for one day. Give this or ``service_level``.
    measure : str
        ``fill rate`` or ``ready rate``.
    review_days : float
        Days between reviews; 0 for continuous review.
    progress : callable, optional
        Told the share done, 0 to 1; an error raised in it ends the work.

    Returns
    -------
    PolicyTable
        With a cost of backorders: the policy of least expected cost, exact for the law of demand.
        With a service level: S - s or Q is the economic lot ``sqrt(2 K d / h)``, and the reorder
        point the lowest that reaches the level; exact figures, but another lot may be cheaper.
        Rows without demand hold nothing. Rows that can't be computed have a ``reason``.

    Raises
    ------
    BadUse
        A parameter is out of range, both or none of level and cost are given, or a column is
        missing.
    """
    _check(kind, holding_rate, review_days, service_level, backorder_cost, measure)
    rows = DemandRows(
        column(frame, "mean"),
        column(frame, "variance"),
        column(frame, "horizon_days"),
        figures(frame, "order_cost", order_cost, not_negative),
        figures(frame, "unit_cost", unit_cost, above_zero) * holding_rate / YEAR_DAYS,
        figures(frame, "backorder_cost", backorder_cost, above_zero, missing=0.0),
        figures(frame, "service_level", service_level, share, missing=0.5),
    )
    reasons = reasons_of(rows, review_days)
    solvable = np.flatnonzero([reason is None for reason in reasons])
    solvable = solvable[rows.mean[solvable] > 0]
    steps, effort = steps_of(rows.at(solvable), kind, review_days, _EASY)
    for row in solvable[effort > MOST].tolist():
        reasons[row] = (
            "Not computed: the lots are too many times the daily demand to be searched; check the "
            "price and the cost of an order, or order by hand."
        )
    kept = effort <= MOST
    solvable, steps, effort = solvable[kept], steps[kept], effort[kept]
    found = np.full((frame.height, len(OUT)), np.nan)
    if len(solvable):
        found[solvable] = _solved(
            rows.at(solvable), steps, effort, kind, review_days, measure == "fill rate", progress
        )
    none = np.array([reason is None for reason in reasons], np.bool_) & (rows.mean == 0)
    found[none] = [-1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, np.nan, np.nan]
    every = np.ones(frame.height)
    every[solvable] = steps
    if progress is not None:
        progress(1.0)
    return PolicyTable(
        _table(frame, rows, found, every, reasons, kind, review_days),
        _assumptions(kind, review_days, service_level, backorder_cost, measure, rows),
    )


def _check(
    kind: str, holding_rate: float, review_days: float, service_level: Given | None,
    backorder_cost: Given | None, measure: str,
) -> None:  # fmt: skip
    choices = table("policy")["kind"].type.choices
    if kind not in choices:
        raise BadUse(f"'{kind}' is not a kind of policy.", mend=f"Use one of: {choices}.")
    above_zero("holding_rate", holding_rate)
    not_negative("review_days", review_days)
    if (service_level is None) == (backorder_cost is None):
        raise BadUse(
            "Give a service level or a cost of backorders, one of the two.",
            mend="Set service_level or backorder_cost.",
        )
    if measure not in ("fill rate", "ready rate"):
        raise BadUse(f"'{measure}' is not a measure.", mend="Use 'fill rate' or 'ready rate'.")


def _solved(
    rows: DemandRows, steps: Floats, effort: Floats, kind: str, review_days: float, by_fill: bool,
    progress: Callable[[float], None] | None,
) -> Floats:  # fmt: skip
    """Figures of the rows in units of issue, chunk by chunk."""
    variance = np.maximum(rows.variance, rows.mean)
    done = effort.cumsum()
    marks = np.arange(_CHUNK, done[-1] + _CHUNK, _CHUNK)
    ends = np.unique(np.append(np.searchsorted(done, marks, side="right"), len(done)))
    out = np.empty((len(steps), len(OUT)))
    start = 0
    for end in ends.tolist():
        part = slice(start, end)
        if end > start:
            step = steps[part]
            out[part] = solve_rows(
                _KINDS[kind], rows.mean[part] / step, variance[part] / step**2,
                rows.horizon[part], review_days, rows.order_cost[part],
                rows.holding[part] * step, rows.backorder[part] * step, rows.target[part], by_fill,
                step,
            )  # fmt: skip
        start = end
        if progress is not None:
            progress(float(done[end - 1] / done[-1]) if end else 0.0)
    for name in ("reorder_point", "top", "lot", "on_hand", "backorders"):
        out[:, OUT.index(name)] *= steps
    return out


def _table(
    frame: pl.DataFrame, rows: DemandRows, found: Floats, steps: Floats, reasons: list[str | None],
    kind: str, review_days: float,
) -> pl.DataFrame:  # fmt: skip
    found_by = dict(zip(OUT, found.T, strict=True))
    law = np.where(rows.variance > rows.mean, "negative binomial", "poisson")
    smooth = (steps > 1) & (9 * np.maximum(rows.variance, rows.mean) <= rows.mean**2)
    law = np.where(smooth, "gamma in steps", law)
    fixed, known = kind == "fixed_quantity", np.isfinite(found_by["top"])
    empty = np.full(frame.height, np.nan)
    columns = {
        "reorder_point": found_by["reorder_point"],
        "order_up_to": empty if fixed else found_by["top"],
        "quantity": found_by["lot"] if fixed else empty,
        "per_day": np.divide(rows.mean, rows.horizon, out=empty.copy(), where=known),
        "lead_time_days": np.where(known, np.maximum(rows.horizon - review_days, 0.0), np.nan),
        "step": np.where(known, steps, np.nan),
        "orders_per_year": found_by["orders"] * YEAR_DAYS,
        "mean_on_hand": found_by["on_hand"],
        "mean_backorders": found_by["backorders"],
        "fill_rate": found_by["fill"],
        "ready_rate": found_by["ready"],
        "cost_per_year": found_by["cost"] * YEAR_DAYS,
    }
    keys = [name for name in ("site_ix", "item_ix") if name in frame.columns]
    if len(keys) < 2:
        raise BadUse(
            "The table has no columns 'site_ix' and 'item_ix'.", mend="Name site and item."
        )
    labels = ["labels"] if "labels" in frame.columns else []
    words = pl.Series("law", np.where(rows.mean == 0, "no demand", law).tolist(), pl.String)
    return frame.select(
        *keys,
        pl.lit(kind).alias("kind"),
        *(pl.Series(name, values).fill_nan(None) for name, values in columns.items()),
        pl.when(pl.Series(known)).then(words).alias("law"),
        pl.Series("reason", reasons, pl.String),
        *labels,
    )


def _assumptions(
    kind: str, review_days: float, service_level: Given | None, backorder_cost: Given | None,
    measure: str, rows: DemandRows,
) -> tuple[str, ...]:  # fmt: skip
    said = [
        "Demand over a time is negative binomial with the mean and variance given, Poisson where "
        "the variance is not above the mean; its mean and variance grow in proportion to time.",
        "Demand that finds no stock waits (backorders); nothing is lost.",
        "Orders arrive in the order in which they were placed, whole; supply is not limited.",
        f"A year has {YEAR_DAYS:g} days; quantities are whole units of issue.",
    ]
    if review_days > 0:
        said.append(
            f"Stock is reviewed every {review_days:g} days; stock on hand and backorders are as "
            "they stand at the end of a review period."
        )
    else:
        said.append(
            "Stock is reviewed continuously; orders of customers have logarithmic sizes where "
            "demand is negative binomial, and are met in part when stock is short."
        )
    if kind == "fixed_quantity":
        said.append("As many times Q as needed are ordered at once, at the cost of one order.")
    if service_level is not None:
        lot = "" if kind == "base_stock" else " The lot is the economic order quantity."
        said.append(f"The reorder point is the lowest that reaches the {measure}.{lot}")
    if backorder_cost is not None:
        said.append("The policy has the least expected cost of orders, holding and backorders.")
    low = int((rows.variance < rows.mean * (1 - 1e-9)).sum())
    if low:
        said.append(
            f"{low} rows have a variance below the mean and are computed as Poisson, which holds "
            "more than needed."
        )
    return tuple(said)
