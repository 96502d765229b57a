"""Availability by day over a surge."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model.errors import BadUse
from redball.stock.sparing import SparingProblem, owed
from redball.stock.sparing.evaluation import stock_of
from redball.stock.wartime.engine import (
    FEW_CELLS,
    Course,
    Setting,
    course,
    most_systems,
    setting,
)
from redball.stock.wartime.profile import SurgeProfile
from redball.stock.wartime.ups import add_cannibalised, add_logs, each_log, row_logs

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]

_CHUNK_CELLS = 400_000


@dataclass(frozen=True)
class WartimeResult:
    """What a stock gives, day by day.

    Attributes
    ----------
    days : float64 array, shape (D,)
        Days asked for, sorted.
    pipeline, ebo : float64 array, shape (S, D)
        Units in resupply and backorders, summed over items.
    availability : float64 array, shape (Y, S, D)
        Share of systems up without cannibalisation; NaN where the site has none of the kind.
    cannibalised : float64 array, shape (Y, S, D)
        The same with full cannibalisation; NaN throughout where it was not asked for.
    sites : polars.DataFrame
        ``day``, ``site_ix``, ``site``, ``nation``, ``pipeline``, ``ebo``, ``systems``,
        ``availability``, ``availability_cannibalised`` (means over the systems there).
    nations, systems : polars.DataFrame
        ``day`` and ``nation`` or ``system_ix`` and ``system``, with ``systems`` and both
        availabilities, weighted by the number of systems; nations with ``pipeline`` and ``ebo``.
    assumptions : tuple of str
    """

    days: Floats
    pipeline: Floats
    ebo: Floats
    availability: Floats
    cannibalised: Floats
    sites: pl.DataFrame
    nations: pl.DataFrame
    systems: pl.DataFrame
    assumptions: tuple[str, ...]


def availability_by_day(
    problem: SparingProblem,
    stock: npt.ArrayLike,
    profile: SurgeProfile,
    days: npt.ArrayLike,
    *,
    nations: Sequence[str] | None = None,
    cannibalise: bool = True,
    step_days: float = 1.0,
    progress: Callable[[float], None] | None = None,
) -> WartimeResult:
    """Pipelines, backorders and availability on each day of a surge (Dyna-METRIC form).

    Parameters
    ----------
    problem : SparingProblem
        Its demand is that of peace, steady for long before day 0.
    stock : array-like, shape (I, S)
        Units of each item at each site, constant over the surge.
    profile : SurgeProfile
    days : array-like
        Days from 0 on; day 0 is peace.
    nations : sequence of str, optional
        Nation of each site; one empty name for all when not given.
    cannibalise : bool
        Whether to work out availability with cannibalisation too.
    step_days : float
        Backorders of suppliers are worked out on this raster, on the days asked for and on days of
        change, and taken as linear between.
    progress : callable, optional
        Called with 0 to 1; raising from it ends the work.

    Raises
    ------
    BadUse, BadData
        As :func:`redball.stock.sparing.evaluate`; days, step or rows that can't be used; with
        cannibalisation, numbers of systems that are not whole.

    Notes
    -----
    Hillestad and Carrillo 1980; Crawford 1981; Sherbrooke 2004, ch. 3 to 5 for echelons and
    indentures.
    """
    known = setting(problem, profile, days, step_days)
    stocks = stock_of(problem, stock)
    owners = [""] * problem.sites if nations is None else list(nations)
    if len(owners) != problem.sites:
        raise BadUse(
            f"There are {problem.sites} sites but {len(owners)} nations.",
            where="nations",
            mend="Give the nation of each site, in the order of the sites.",
        )
    most = most_systems(problem) if cannibalise else 0
    kinds, sites, steps = len(np.asarray(problem.systems)), problem.sites, len(known.grid)
    logs = np.zeros((kinds, sites, steps))
    tails = np.zeros((kinds, sites, steps, most))
    held, short = np.zeros((sites, steps)), np.zeros((sites, steps))
    adder = Adder(known)
    done = 0
    for part in chunks(known):
        found = course(known, stocks, part)
        held += found.mean.sum(axis=0)
        short += found.ebo.sum(axis=0)
        adder.logs(found, logs)
        if cannibalise:
            adder.cannibalised(found, stocks, tails)
        done += len(found.items)
        if progress is not None:
            progress(done / problem.items)
    at = known.asked
    has = np.broadcast_to(
        (np.asarray(problem.systems, np.float64) > 0)[:, :, None], logs[:, :, at].shape
    )
    up = np.where(has, np.exp(logs[:, :, at]), np.nan)
    robbed = np.full_like(up, np.nan)
    if cannibalise:
        robbed = np.where(has, _shared_up(tails[:, :, at], problem), np.nan)
    return _result(known, held[:, at], short[:, at], up, robbed, owners)


class Adder:
    """Adds items to the logarithms of availability of each kind of system, site and day."""

    def __init__(self, known: Setting) -> None:
        problem = known.problem
        uses = problem.applications
        self._known = known
        self._item = np.asarray(uses.item, np.int32)
        self._system = np.asarray(uses.system, np.int32)
        self._per_system = np.asarray(uses.per_system, np.float64)
        self._needed = np.asarray(uses.needed, np.float64)
        self._systems = np.ascontiguousarray(problem.systems, dtype=np.float64)
        self._own = _owed_by_piece(known)
        self._batch = np.ascontiguousarray(
            np.broadcast_to(np.asarray(problem.batch, np.float64), (problem.items, problem.sites))
        )

    def rows(self, items: Longs) -> tuple[Longs, Longs]:
        """Applications of some items, and where each item lies among them."""
        place = np.full(self._known.problem.items, -1, np.int64)
        place[items] = np.arange(len(items))
        return np.flatnonzero(place[self._item] >= 0), place

    def logs(self, found: Course, out: Floats) -> None:
        """Without cannibalisation, ``out`` (Y, S, T)."""
        rows, place = self.rows(found.items)
        add_logs(
            rows, self._item, self._system, self._per_system, self._needed, self._own,
            self._known.piece, place, self._systems, found.ebo, out,
        )  # fmt: skip

    def each(self, found: Course) -> tuple[Longs, Floats]:
        """Applications of the items found and the logarithm of each alone, shape (a, S, T)."""
        rows, place = self.rows(found.items)
        out = np.empty((len(rows), *found.ebo.shape[1:]))
        given = (
            rows, self._item, self._system, self._per_system, self._needed, self._own,
            self._known.piece, place, self._systems, found.ebo, out,
        )  # fmt: skip
        if out.size < FEW_CELLS:
            for row in range(len(rows)):
                row_logs(row, *given)
        else:
            each_log(*given)
        return rows, out

    def cannibalised(self, found: Course, stock: Floats, out: Floats) -> None:
        """With cannibalisation, ``out`` (Y, S, T, k)."""
        rows, place = self.rows(found.items)
        add_cannibalised(
            rows, self._item, self._system, self._per_system, self._needed, self._own,
            self._known.piece, place, self._systems, stock, self._batch, found.mean,
            found.variance, out,
        )  # fmt: skip


def chunks(known: Setting) -> Iterator[list[Longs]]:
    """Families in chunks that take about a second."""
    cells = known.problem.sites * len(known.grid)
    part: list[Longs] = []
    size = 0
    for family in known.families:
        part.append(family)
        size += len(family) * cells
        if size >= _CHUNK_CELLS:
            yield part
            part, size = [], 0
    if part:
        yield part


def _owed_by_piece(known: Setting) -> Floats:
    """Share of each item's backorders that are holes in the system, shape (K, A, S).

    Where a site has no failures in a piece the share of the peace stands, since backorders of
    before may be left.
    """
    peace = owed(known.problem, known.known.rate)
    found = []
    for demand, rate in zip(known.demand, known.rate, strict=True):
        now = owed(replace(known.problem, demand=demand), rate)
        found.append(np.where(rate[np.asarray(known.problem.applications.item)] > 0, now, peace))
    return np.ascontiguousarray(np.stack(found))


def _shared_up(tails: Floats, problem: SparingProblem) -> Floats:
    """1 - E[systems down] / N, from log P(at most k down) for k = 0, ..., N - 1."""
    systems = np.asarray(problem.systems, np.float64)
    k = np.arange(tails.shape[3])
    inside = k[None, None, None, :] < systems[:, :, None, None]
    down = np.where(inside, -np.expm1(tails), 0.0).sum(axis=3)
    share = np.divide(
        down, systems[:, :, None], out=np.zeros_like(down),
        where=np.broadcast_to(systems[:, :, None] > 0, down.shape),
    )  # fmt: skip
    up: Floats = np.maximum(1.0 - share, 0.0)
    return up


def _result(
    known: Setting, held: Floats, short: Floats, up: Floats, robbed: Floats, owners: list[str]
) -> WartimeResult:
    problem, days = known.problem, known.grid[known.asked]
    systems = np.asarray(problem.systems, np.float64)
    weight = np.broadcast_to(systems[:, :, None], up.shape)
    names = list(problem.site_names) or [str(s) for s in range(problem.sites)]
    kinds = list(problem.system_names) or [str(y) for y in range(len(systems))]
    count = problem.sites
    cells = pl.DataFrame(
        {
            "day": np.tile(days, count * len(systems)),
            "system_ix": pl.Series(
                np.repeat(np.arange(len(systems)), count * len(days)), dtype=pl.Int32
            ),
            "site_ix": pl.Series(
                np.tile(np.repeat(np.arange(count), len(days)), len(systems)), dtype=pl.Int32
            ),
            "systems": weight.ravel(),
            "up": np.nan_to_num(up).ravel() * weight.ravel(),
            "up_cannibalised": robbed.ravel() * weight.ravel(),
        }
    ).filter(pl.col("systems") > 0)
    sites = pl.DataFrame(
        {
            "day": np.tile(days, count),
            "site_ix": pl.Series(np.repeat(np.arange(count), len(days)), dtype=pl.Int32),
            "site": [name for name in names for _ in days],
            "nation": [owner for owner in owners for _ in days],
            "pipeline": held.ravel(),
            "ebo": short.ravel(),
        }
    )
    by_site = sites.join(_means(cells, ["day", "site_ix"]), on=["day", "site_ix"], how="left")
    by_nation = sites.group_by("day", "nation").agg(pl.col("pipeline", "ebo").sum())
    with_nation = cells.join(sites.select("day", "site_ix", "nation"), on=["day", "site_ix"])
    by_nation = by_nation.join(
        _means(with_nation, ["day", "nation"]), on=["day", "nation"], how="left"
    ).sort("nation", "day")
    by_system = (
        _means(cells, ["day", "system_ix"])
        .join(
            pl.DataFrame(
                {"system_ix": pl.Series(range(len(kinds)), dtype=pl.Int32), "system": kinds}
            ),
            on="system_ix",
        )
        .sort("system_ix", "day")
    )
    return WartimeResult(
        days, held, short, up, robbed, by_site.sort("site_ix", "day"), by_nation, by_system,
        assumptions(known),
    )  # fmt: skip


def _means(cells: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Availability by some keys, weighted by the number of systems."""
    return cells.group_by(keys).agg(
        pl.col("systems").sum(),
        availability=pl.col("up").sum() / pl.col("systems").sum(),
        availability_cannibalised=pl.col("up_cannibalised").sum() / pl.col("systems").sum(),
    )


def assumptions(known: Setting) -> tuple[str, ...]:
    """What a result of this setting takes for granted, in sentences."""
    law = known.profile.repair_law
    shape = f" of {known.profile.phases} phases" if law == "erlang" else ""
    said = [
        "Demand is Poisson with the rate of the day, or negative binomial with the same mean where "
        "variance to mean is above 1; peace was steady for long before day 0.",
        f"Repair times are {law}{shape}, order and ship times constant; repair is ample.",
        "Failures that a site does not repair reach its supplier as orders at once.",
        "A site waits for what its supplier owed it one order and ship time ago; its share of "
        "that is its share of the supplier's own pipeline.",
        "Backorders of a child are shared out by the demand of the day.",
        "Units in resupply are negative binomial with the mean and variance of VARI-METRIC on "
        "the day.",
        "No stock is added or moved during the surge, and systems are not lost to combat.",
        "Without cannibalisation holes fall on systems at random; with it parts are moved at no "
        "cost, and all backorders of an item at a site are counted as holes there.",
    ]
    if known.profile.interruptions:
        said.append(
            "While repair or transport is interrupted nothing is finished and nothing arrives; the "
            "work goes on afterwards where it stood."
        )
    return tuple(said)
