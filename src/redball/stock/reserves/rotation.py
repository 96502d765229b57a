"""Shelf life: what rotates through peacetime use, what is wasted, and when to buy.

In the long run every unit of a reserve R leaves by age m: at least R/m leave in each period. Use u
takes u of them; the rest is waste. The reserve that use keeps fresh for free is therefore u m.
Before the long run, the ages of the lots at hand decide; :func:`rotate` follows them day by day.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from redball.model import BadData, BadUse
from redball.model.compiled import Floats, Longs, compiled
from redball.stock.reserves.size import not_negative
from redball.stock.reserves.table import with_columns

_MOST_DAYS = 200_000
_DUST = 1e-9


@dataclass(frozen=True)
class RotationBalance:
    """Flows of a reserve that is rotated first in, first out, in the long run.

    Attributes
    ----------
    purchases_per_period, expired_per_period : float
    waste_cost_per_period : float or None
        None without a price.
    max_reserve_without_waste : float
        Use times shelf life.
    free_share : float
        Share of the reserve that peacetime use keeps fresh; 1 for no reserve.
    assumptions : tuple of str
    """

    purchases_per_period: float
    expired_per_period: float
    waste_cost_per_period: float | None
    max_reserve_without_waste: float
    free_share: float
    assumptions: tuple[str, ...]


@dataclass(frozen=True)
class Rotation:
    """A reserve followed day by day.

    Attributes
    ----------
    frame : polars.DataFrame
        One row per period: ``period`` (from 0), ``first_day``, ``days`` (d), ``opening``, ``used``,
        ``expired``, ``purchased``, ``closing`` (units), ``unmet`` (use that found nothing),
        ``lowest`` (least on hand at the end of a day), ``waste_cost`` (null without a price).
    purchases : polars.DataFrame
        ``day`` of receipt, ``order_by`` (day), ``units``: what keeps the reserve at its level.
    assumptions : tuple of str
    """

    frame: pl.DataFrame
    purchases: pl.DataFrame
    assumptions: tuple[str, ...]


def rotation_balance(
    reserve_units: float,
    shelf_life_periods: float,
    use_per_period: float,
    *,
    unit_price: float | None = None,
) -> RotationBalance:
    """Balance a reserve with a shelf life and peacetime use in the long run.

    Raises
    ------
    BadUse
        A number is negative or not finite, or the shelf life is 0.
    """
    not_negative("reserve_units", reserve_units)
    not_negative("use_per_period", use_per_period)
    not_negative("shelf_life_periods", shelf_life_periods)
    if unit_price is not None:
        not_negative("unit_price", unit_price)
    if shelf_life_periods == 0:
        raise BadUse("The shelf life is 0.", where="reserve", mend="Give a shelf life above 0.")
    ageing = reserve_units / shelf_life_periods
    expired = max(0.0, ageing - use_per_period)
    free = use_per_period * shelf_life_periods
    return RotationBalance(
        purchases_per_period=max(use_per_period, ageing),
        expired_per_period=expired,
        waste_cost_per_period=None if unit_price is None else expired * unit_price,
        max_reserve_without_waste=free,
        free_share=1.0 if reserve_units == 0 else min(1.0, free / reserve_units),
        assumptions=(
            "Issued first in, first out; bought fresh; the reserve is kept at its level.",
            "Long run: flows averaged over a whole shelf life, whatever the ages at the start.",
        ),
    )


def rotate(
    lots: pl.DataFrame,
    *,
    reserve_units: float,
    use_per_day: float,
    shelf_life_days: int,
    days: int,
    period_days: int = 30,
    lead_days: int = 0,
    unit_price: float | None = None,
    start: date | None = None,
) -> Rotation:
    """Follow a reserve day by day: expire, issue first expired first out, buy back to its level.

    A lot can be used up to and on its last day. A purchase received in the evening of a day has its
    whole shelf life before it: its last day is ``shelf_life_days`` later.

    Parameters
    ----------
    lots : polars.DataFrame
        ``quantity`` and ``days_left`` (whole days until the last day of use, as it stands at the
        start; null for a lot without one, which is issued last; negative: expires at once).
    reserve_units : float
        Level to buy back to every evening. More than that on hand is used up first.
    use_per_day : float
        Peacetime use, taken from the reserve.
    shelf_life_days, days, period_days : int, in d
        Shelf life of what is bought; how long to follow; length of a row of the result.
    lead_days : int, in d
        From order to receipt. Nothing can be received before that many days have passed.
    unit_price : float, optional
    start : date, optional
        First day; without it days are counted from 0.

    Raises
    ------
    BadUse, BadData
        A number is negative, not finite or too large, or a column is missing.
    """
    for name, number in (("reserve_units", reserve_units), ("use_per_day", use_per_day)):
        not_negative(name, number)
    if unit_price is not None:
        not_negative("unit_price", unit_price)
    _refuse_days(shelf_life_days, days, period_days, lead_days)
    ages, undated, past = _by_last_day(lots, shelf_life_days + days)
    flows = _follow(
        ages, undated, past, reserve_units, use_per_day, shelf_life_days, days, lead_days
    )  # fmt: skip
    return Rotation(
        frame=_periods(flows, period_days, unit_price, start),
        purchases=_purchases(flows, lead_days, start),
        assumptions=(
            "Issued first expired, first out, in whole days; a lot is usable on its last day.",
            f"Bought fresh with {shelf_life_days} d of shelf life, ordered {lead_days} d before, "
            "in fractions of units where the flow is one.",
            "Peacetime use is constant and is taken from the reserve.",
            "Lots without a last day never expire and are issued last.",
        ),
    )


def recall(lots: pl.DataFrame, lot: str) -> tuple[pl.DataFrame, float]:
    """Take a recalled lot out; what is left and how many units are gone.

    Raises
    ------
    BadUse
        The column ``lot`` is missing, or no lot has that name.
    """
    if "lot" not in lots.columns:
        raise BadUse("The column 'lot' is missing.", where="lots", mend="Give it.")
    gone = (lots["lot"] == lot).fill_null(value=False)
    if not gone.any():
        raise BadUse(f"There is no lot '{lot}'.", where="lots", mend="Check its name.")
    return lots.filter(~gone), float(lots.filter(gone)["quantity"].sum())


def _refuse_days(shelf_life: int, days: int, period: int, lead: int) -> None:
    for name, value, least in (
        ("shelf_life_days", shelf_life, 1),
        ("days", days, 1),
        ("period_days", period, 1),
        ("lead_days", lead, 0),
    ):
        if not least <= value <= _MOST_DAYS:
            raise BadUse(
                f"{name} is {value}.", where="reserve",
                mend=f"Give a whole number of days from {least} to {_MOST_DAYS}.",
            )  # fmt: skip


def _by_last_day(lots: pl.DataFrame, last: int) -> tuple[Floats, float, float]:
    """Units by days left (0 to ``last``, later ones at the end), undated, and past."""
    rows = with_columns(lots, ("quantity",), {}, "lots")
    if "days_left" not in rows.columns:
        raise BadUse("The column 'days_left' is missing.", where="lots", mend="Give it.")
    left = rows["days_left"].cast(pl.Float64)
    wrong = ((left != left.floor()) | ~left.is_finite()).fill_null(value=False)
    if wrong.any():
        row = int(wrong.arg_true()[0])
        raise BadData(
            f"days_left is {left[row]}.", where=f"lots, row {row}",
            mend="Give whole days, or nothing for a lot without a last day.",
        )  # fmt: skip
    dated = rows.filter(left.is_not_null() & (left >= 0))
    at = dated["days_left"].cast(pl.Float64).clip(0, last).cast(pl.Int64).to_numpy()
    ages = np.bincount(at, dated["quantity"].to_numpy(), minlength=last + 1).astype(np.float64)
    undated = float(rows.filter(left.is_null())["quantity"].sum())
    return ages, undated, float(rows.filter(left < 0)["quantity"].sum())


@compiled
def _follow(
    ages: Floats, undated: float, past: float, level: float, use: float, shelf_life: int,
    days: int, lead: int,
) -> Floats:  # fmt: skip
    """Flows by day, shape (6, days): opening, used, expired, purchased, closing, unmet.

    ``ages[t]`` are the units whose last day is t; day t takes from the earliest that is left.
    """
    flows = np.zeros((6, days))
    stock = ages.sum() + undated
    first = 0  # nothing is left of earlier last days
    last = len(ages) - 1
    for day in range(days):
        expired = past if day == 0 else 0.0
        opening = stock + expired
        wanted = use
        while wanted > 0.0 and first <= last:
            taken = min(wanted, ages[first])
            ages[first] -= taken
            wanted -= taken
            if ages[first] > 0.0:
                break
            first += 1
        taken = min(wanted, undated)
        undated -= taken
        wanted -= taken
        used = use - wanted
        # the evening: what had its last day is gone
        while first <= day:
            expired += ages[first]
            ages[first] = 0.0
            first += 1
        stock = max(opening - used - expired, 0.0)
        bought = max(level - stock, 0.0) if day >= lead else 0.0
        if bought > 0.0:
            until = min(day + shelf_life, last)
            ages[until] += bought
            first = min(first, until)
            stock += bought
        flows[0, day] = opening
        flows[1, day] = used
        flows[2, day] = expired
        flows[3, day] = bought
        flows[4, day] = stock
        flows[5, day] = wanted
    return flows


def _periods(
    flows: Floats, period_days: int, unit_price: float | None, start: date | None
) -> pl.DataFrame:
    days = flows.shape[1]
    rows = pl.DataFrame(
        {"period": np.arange(days) // period_days, "day": np.arange(days),
         **{name: flows[i] for i, name in enumerate(
             ("opening", "used", "expired", "purchased", "closing", "unmet"))}}
    ).group_by("period", maintain_order=True).agg(
        first_day=pl.col("day").first(),
        days=pl.len(),
        opening=pl.col("opening").first(),
        used=pl.col("used").sum(),
        expired=pl.col("expired").sum(),
        purchased=pl.col("purchased").sum(),
        lowest=pl.col("closing").min(),
        closing=pl.col("closing").last(),
        unmet=pl.col("unmet").sum(),
    )  # fmt: skip
    price = pl.lit(unit_price, pl.Float64)
    return _dated(rows.with_columns(waste_cost=pl.col("expired") * price), "first_day", start)


def _purchases(flows: Floats, lead_days: int, start: date | None) -> pl.DataFrame:
    bought = flows[3]
    days: Longs = np.flatnonzero(bought > _DUST).astype(np.int64)
    rows = pl.DataFrame({"day": days, "order_by": days - lead_days, "units": bought[days]})
    return _dated(_dated(rows, "day", start), "order_by", start)


def _dated(rows: pl.DataFrame, column: str, start: date | None) -> pl.DataFrame:
    if start is None:
        return rows
    dates = [start + timedelta(days=int(day)) for day in rows[column].to_list()]
    return rows.with_columns(pl.Series(column, dates, pl.Date))
