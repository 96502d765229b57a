"""From a long table (site, item, period, quantity) to a matrix of histories."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from redball.forecasting.series.clean import net_returns, without_censored
from redball.model import BadData, BadUse
from redball.model.compiled import Floats, Longs, compiled

Absent = Literal["zero", "gap"]
Returns = Literal["net", "refuse"]

_KEYS = ["site", "item"]
_MOST_PERIODS = 20_000
_MOST_CELLS = 2_000_000_000


@dataclass(frozen=True)
class SeriesTable:
    """Histories side by side.

    Attributes
    ----------
    keys : polars.DataFrame
        ``site`` and ``item`` of each series, and ``class`` where it was given; sorted.
    matrix : float64 array, shape (series, periods)
        Demand, zero or more; NaN where not observed.
    assumptions : tuple of str
        The rules that were applied.
    """

    keys: pl.DataFrame
    matrix: Floats
    assumptions: tuple[str, ...]


def series_table(
    demand: pl.DataFrame, *, absent: Absent | None = None, returns: Returns = "net"
) -> SeriesTable:
    """Read a long table of demand.

    Parameters
    ----------
    demand : polars.DataFrame
        ``site``, ``item``, ``period`` (whole number, or date of the first day of the period),
        ``quantity``; a missing quantity is a gap, several rows of a period add up. Optional:
        ``class`` (what a series borrows from), ``unit`` (refused if an item has two), ``censored``
        (true where a stock-out makes the quantity a lower bound).
    absent : {"zero", "gap"}, optional
        What it means that a series has no row for a period. Before its first row nothing was
        observed, whatever is chosen. When not given, absent rows are gaps if zeros are recorded
        anywhere, and refused otherwise: a list of movements without zeros read as gaps would
        overstate demand by far.
    returns : {"net", "refuse"}
        Whether negative quantities are taken from the demand before them or refused.

    Raises
    ------
    BadData
        A column is missing or of the wrong type, a key or period is missing, a quantity infinite or
        (on request) negative, an item has two units or a series two classes, dates are not regular,
        or absent rows can't be told from zeros.
    """
    _check_columns(demand)
    _check_units(demand)
    index, keys = _series_of(demand)
    period = _period_of(demand["period"])
    first = int(period.min() or 0) if len(period) else 0
    periods = int(period.max()) - first + 1 if len(period) else 1
    if periods > _MOST_PERIODS or periods * max(keys.height, 1) > _MOST_CELLS:
        raise BadData(
            f"The periods span {periods:,} steps for {keys.height:,} series.",
            where="column 'period'",
            mend="Number the periods 1, 2, 3, ... or give the first day of each.",
        )
    quantity = demand["quantity"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    if np.isinf(quantity).any():
        raise _bad_row(demand, np.isinf(quantity), "quantity", "is infinite")
    if returns == "refuse" and (quantity < 0).any():
        raise _bad_row(demand, quantity < 0, "quantity", "is negative")
    raw = np.full((keys.height, periods), np.inf)
    _fill(index, period - first, quantity, raw)
    said = [*_absent_rule(raw, absent, bool((quantity == 0).any()))]
    matrix, dropped = net_returns(raw)
    if (quantity < 0).any():
        said.append(
            f"{int((quantity < 0).sum())} returns (negative demand) are taken from the demand "
            f"before them, the latest first; {dropped:g} units beyond it are dropped."
        )
    if "censored" in demand.columns:
        flag = np.zeros((keys.height, periods))
        _flag(index, period - first, demand["censored"].fill_null(value=False).to_numpy(), flag)
        matrix = without_censored(matrix, flag)
        said.append(
            f"{int(flag.sum())} periods with a stock-out are lower bounds: kept where above the "
            "mean of the others, a gap otherwise."
        )
    return SeriesTable(keys, matrix, tuple(said))


def _check_columns(demand: pl.DataFrame) -> None:
    missing = [name for name in (*_KEYS, "period", "quantity") if name not in demand.columns]
    if missing:
        raise BadData(
            f"Column '{missing[0]}' is missing.",
            where="table of demand",
            mend="Give the columns site, item, period and quantity.",
        )
    if not demand["quantity"].dtype.is_numeric() and demand["quantity"].dtype != pl.Null:
        raise BadData("The quantity is not a number.", where="column 'quantity'")
    for name in (*_KEYS, "period"):
        if demand[name].null_count():
            raise _bad_row(demand, demand[name].is_null().to_numpy(), name, "is missing")
    if "censored" in demand.columns and demand["censored"].dtype != pl.Boolean:
        raise BadData("It is not true or false.", where="column 'censored'")


def _check_units(demand: pl.DataFrame) -> None:
    if "unit" not in demand.columns:
        return
    several = (
        demand.group_by("item")
        .agg(pl.col("unit").unique().sort())
        .filter(pl.col("unit").list.len() > 1)
        .sort("item")
    )
    if not several.is_empty():
        item, units = several.row(0)
        raise BadData(
            f"Its demand is counted in several units: {', '.join(map(str, units))}.",
            where=f"item {item}",
            mend="Convert the quantities of an item to one unit.",
        )


def _bad_row(demand: pl.DataFrame, wrong: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]",
             name: str, what: str) -> BadData:  # fmt: skip
    row = int(np.argmax(wrong))
    return BadData(
        f"The {name} {what} in {int(wrong.sum())} rows.",
        where=f"table of demand, row {row + 1} (site {demand['site'][row]}, "
        f"item {demand['item'][row]})",
        mend="Correct the row or leave it out.",
    )


def _series_of(demand: pl.DataFrame) -> tuple[Longs, pl.DataFrame]:
    """Number of the series of each row, and the keys of the series in order."""
    names = [*_KEYS, *(["class"] if "class" in demand.columns else [])]
    rows = demand.select(names)
    new = rows.select(
        pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift()) for name in names)
    ).to_series()
    if len(new):
        new[0] = True
    heads = rows.filter(new)
    keys = heads.unique().sort(names)
    twice = keys.select(_KEYS).is_duplicated()
    if twice.any():
        site, item = keys.filter(twice).select(_KEYS).row(0)
        raise BadData(
            "It has several classes.",
            where=f"site {site}, item {item}",
            mend="Give one class for each site and item.",
        )
    numbered = heads.join(
        keys.with_row_index("_series"), on=names, how="left", nulls_equal=True,
        maintain_order="left",
    )["_series"].to_numpy()  # fmt: skip
    run = np.cumsum(new.to_numpy()) - 1
    return numbered.astype(np.int64)[run], keys


def _period_of(period: pl.Series) -> Longs:
    """Whole numbers of periods; dates become months or equal steps of days."""
    if period.dtype.is_integer():
        return period.cast(pl.Int64).to_numpy()
    if period.dtype != pl.Date:
        raise BadData(
            f"A period of type {period.dtype} can't be ordered.",
            where="column 'period'",
            mend="Give whole numbers, or the first day of each period as a date.",
        )
    if period.is_empty():
        return np.zeros(0, np.int64)
    if period.dt.day().n_unique() == 1 and int(period.dt.day()[0]) <= 28:
        months = period.dt.year().cast(pl.Int64) * 12 + period.dt.month().cast(pl.Int64)
        return months.to_numpy()
    days = period.cast(pl.Int32).cast(pl.Int64).to_numpy()
    known = np.unique(days)
    step = int(np.gcd.reduce(np.diff(known))) if len(known) > 1 else 1
    if len(known) > 2 and step == 1 and int(np.diff(known).min()) > 1:
        raise BadData(
            "The dates are neither a day of each month nor equal steps of days.",
            where="column 'period'",
            mend="Number the periods 1, 2, 3, ... instead.",
        )
    steps: Longs = (days - known[0]) // step
    return steps


def _absent_rule(raw: Floats, absent: Absent | None, zeros: bool) -> list[str]:
    """Turn what has no row into a gap or a zero, in place, and say so."""
    if absent not in (None, "zero", "gap"):
        raise BadUse(f"absent={absent!r} is unknown.", mend="Give 'zero' or 'gap'.")
    missing = _absent_cells(raw, absent == "zero")
    if missing == 0:
        return []
    if absent is None and not zeros:
        raise BadData(
            f"{missing:,} periods have no row and no zero is recorded anywhere, so that a period "
            "without demand can't be told from one that was not observed.",
            where="table of demand",
            mend="Say absent='zero' (a list of movements) or absent='gap'.",
        )
    meaning = "zero demand" if absent == "zero" else "a gap, not a zero"
    return [f"{missing:,} periods without a row are taken as {meaning}."]


@compiled
def _fill(index: Longs, period: Longs, quantity: Floats, raw: Floats) -> None:
    for k in range(len(index)):
        i, t = index[k], period[k]
        if np.isinf(raw[i, t]) or np.isnan(raw[i, t]):
            raw[i, t] = quantity[k]
        elif not np.isnan(quantity[k]):
            raw[i, t] += quantity[k]


@compiled
def _flag(index: Longs, period: Longs, censored: Floats, flag: Floats) -> None:
    for k in range(len(index)):
        if censored[k]:
            flag[index[k], period[k]] = 1.0


@compiled
def _absent_cells(raw: Floats, zero: bool) -> int:
    """Replace the marks of absent rows; count those after the first row of their series."""
    count = 0
    for i in range(raw.shape[0]):
        begun = False
        for t in range(raw.shape[1]):
            if np.isinf(raw[i, t]):
                raw[i, t] = 0.0 if zero and begun else np.nan
                count += begun
            else:
                begun = True
    return count
