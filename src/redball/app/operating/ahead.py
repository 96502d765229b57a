"""Stock in the days to come: what is held, less what is used, plus what is on its way.

Nothing is drawn at random here: it is the mean consumption of the picture carried on, so that the
map can be moved ahead as fast as it is looked at. What may happen instead is asked of scenarios.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.app.keeping import kept
from redball.app.operating.standing import WORD
from redball.app.picture import FindingOptions, Recognised
from redball.model import NOWHERE, BadUse, Level
from redball.stock import StockThresholds

STOPS = (0, 1, 3, 7, 14, 21, 30, 45, 60, 90)
"""Days ahead that the slider offers."""
MOST_DAYS = 365
_EXPECTED = ("planned", "in_transit")
_NEVER = np.inf

Floats = npt.NDArray[np.float64]

ASSUMPTIONS = (
    "Ahead, every article is used at its mean rate of the picture, every day, as long as there is "
    "stock; nobody saves and nobody surges.",
    "What is on its way or planned arrives on the day it is expected; consignments that are late "
    "already are not counted, nor orders that nobody shipped yet.",
    "Lots that pass their last day while they lie are not taken off; the findings name them.",
)
"""What looking ahead rests on, in sentences."""


@dataclass(frozen=True)
class Course:
    """Stock of every site and article with what is expected to arrive, ready to be moved ahead.

    Attributes
    ----------
    pairs : polars.DataFrame
        ``site_ix``, ``item_ix``, ``supply_class``, ``free``, ``per_day``, ``target_days``; only
        pairs whose stock and consumption are known.
    arrivals : polars.DataFrame
        ``pair`` (row of ``pairs``), ``day`` (days from today, from 0), ``quantity``; by day.
    limits : StockThresholds
    """

    pairs: pl.DataFrame
    arrivals: pl.DataFrame
    limits: StockThresholds


def course_of(known: Recognised) -> Course:
    """The course of a twin; made once for each."""
    return kept(known.seen, "operating course", lambda: _course(known))


def _course(known: Recognised) -> Course:
    item = known.twin["item"]
    days = known.days.filter(
        pl.col("free").is_not_null(), pl.col("per_day") > 0, pl.col("site_ix") != NOWHERE
    )
    pairs = days.select(
        "site_ix", "item_ix", "free", "per_day", "target_days",
        supply_class=item["supply_class"].cast(pl.String).gather(days["item_ix"]),
    )  # fmt: skip
    return Course(pairs, _arrivals(known, pairs), FindingOptions().stock)


def _arrivals(known: Recognised, pairs: pl.DataFrame) -> pl.DataFrame:
    """Expected consignments, each at the pair whose stock it adds to, in that pair's unit."""
    today = known.consumption.as_of
    due = (
        known.twin["consignment"]
        .filter(
            pl.col("status").is_in(_EXPECTED),
            pl.col("to_site_ix") != NOWHERE,
            pl.col("item_ix") != NOWHERE,
            pl.col("expected_on") >= today,
        )
        .select(
            pl.col("to_site_ix").alias("site_ix"),
            "item_ix",
            "quantity",
            day=(pl.col("expected_on") - today).dt.total_days(),
        )
    )
    units = known.units.select(
        pl.col("item_ix").cast(pl.Int32), factor=pl.col("factor_to_group_unit")
    ).with_columns(group=pl.Series(known.items.group).gather(known.units["item_ix"]).cast(pl.Int64))
    by_group = pl.col("factor").is_not_null()
    # without a factor an article is counted by itself
    same = pl.when(by_group).then("group").otherwise(-1 - pl.col("item_ix").cast(pl.Int64))
    due = due.join(units, on="item_ix", how="left").with_columns(
        same=same, quantity=pl.col("quantity") * pl.col("factor").fill_null(1.0)
    )
    held = (
        pairs.select("site_ix", "item_ix")
        .with_row_index("pair")
        .join(units, on="item_ix", how="left", maintain_order="left")
        .with_columns(same=same)
        .unique(["site_ix", "same"], keep="first", maintain_order=True)
        .select("pair", "site_ix", "same")
    )
    return (
        due.join(held, on=["site_ix", "same"])
        .group_by("pair", "day")
        .agg(pl.col("quantity").sum())
        .sort("day", "pair")
    )


def days_left(course: Course, ahead: int) -> Floats:
    """Days that the stock of every pair lasts, some days ahead, without later arrivals.

    Parameters
    ----------
    course : Course
    ahead : int, in d

    Raises
    ------
    BadUse
        The day lies in the past or too far ahead.
    """
    if not 0 <= ahead <= MOST_DAYS:
        raise BadUse(
            f"{ahead} days ahead can't be shown.", where="ahead", mend=f"Give 0 to {MOST_DAYS}."
        )
    rate = course.pairs["per_day"].to_numpy()
    stock, _ = _moved(course, ahead)
    found: Floats = stock / rate
    return found


def runs_out(course: Course) -> Floats:
    """Days until the stock of every pair is used up, with all that is expected to arrive.

    Where stock ends before something arrives it is the day it ends first; infinity never occurs,
    since every pair is used.
    """
    rate = course.pairs["per_day"].to_numpy()
    last = course.arrivals["day"].max()
    stock, ended = _moved(course, int(last) if isinstance(last, int) else 0)
    at_end = (float(last) if isinstance(last, int) else 0.0) + stock / rate
    return np.where(np.isfinite(ended), ended, at_end)


def _moved(course: Course, ahead: int) -> tuple[Floats, Floats]:
    """Stock some days ahead, and the day on which it ended before (infinite where it did not)."""
    rate = course.pairs["per_day"].to_numpy()
    stock = np.maximum(course.pairs["free"].to_numpy(), 0.0)
    at = np.zeros(len(stock))
    ended = np.full(len(stock), _NEVER)
    arrivals = course.arrivals.filter(pl.col("day") <= ahead)
    for (day,), group in arrivals.group_by(["day"], maintain_order=True):
        assert isinstance(day, int)
        rows = group["pair"].to_numpy()
        left = stock[rows] - rate[rows] * (day - at[rows])
        out = (left < 0) & ~np.isfinite(ended[rows])
        ended[rows[out]] = at[rows[out]] + stock[rows[out]] / rate[rows[out]]
        stock[rows] = np.maximum(left, 0.0) + group["quantity"].to_numpy()
        at[rows] = day
    left = stock - rate * (ahead - at)
    out = (left < 0) & ~np.isfinite(ended)
    ended[out] = at[out] + stock[out] / rate[out]
    return np.maximum(left, 0.0), ended


def ranked(days: pl.Expr, target: pl.Expr, limits: StockThresholds) -> pl.Expr:
    """Rank of the level of stock by its days and target; null where there is no target."""
    ratio = days / pl.when(target > 0).then(target)
    return (
        pl.when(ratio < limits.critical_ratio).then(pl.lit(Level.CRITICAL.rank))
        .when(ratio < limits.serious_ratio).then(pl.lit(Level.SERIOUS.rank))
        .when(ratio < limits.caution_ratio).then(pl.lit(Level.CAUTION.rank))
        .when(ratio.is_not_null()).then(pl.lit(Level.NORMAL.rank))
        .cast(pl.Int8)
    )  # fmt: skip


def at_places(known: Recognised, ahead: int, supply_class: str = "") -> pl.DataFrame:
    """What stocks of each site last some days ahead.

    Parameters
    ----------
    known : Recognised
    ahead : int, in d
    supply_class : str
        Only this class; all when empty.

    Returns
    -------
    polars.DataFrame
        ``site_ix``; ``days`` (d, the least of the articles that have a target, or of all where none
        has one), ``item_ix`` (of which), ``target_days`` (of that), ``rank`` (worst level against
        each article's own target; null without targets).
    """
    if ahead not in STOPS or supply_class:
        return _at_places(known, ahead, supply_class)
    return kept(known.seen, ("operating at", ahead), lambda: _at_places(known, ahead, ""))


def _at_places(known: Recognised, ahead: int, supply_class: str) -> pl.DataFrame:
    course = course_of(known)
    pairs = course.pairs.with_columns(days=pl.Series(days_left(course, ahead)))
    if supply_class:
        pairs = pairs.filter(pl.col("supply_class") == supply_class)
    # an article that is wanted for no day (target 0) is not what a place runs short of
    wanted = pairs.filter(pl.col("target_days").is_null() | (pl.col("target_days") > 0))
    return (
        wanted.with_columns(
            rank=ranked(pl.col("days"), pl.col("target_days"), course.limits),
            aimless=pl.col("target_days").is_null(),
        )
        .sort("aimless", "days", "item_ix", maintain_order=True)
        .group_by("site_ix", maintain_order=True)
        .agg(
            pl.col("days").first(),
            pl.col("item_ix").first(),
            pl.col("target_days").first(),
            pl.col("rank").max(),
        )
    )


def word(rank: int | None) -> str:
    """Word of a rank; ``standby`` where nothing can be measured."""
    return Level.STANDBY.value if rank is None else WORD[rank]
