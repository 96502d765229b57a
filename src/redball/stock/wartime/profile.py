"""What a war changes from day 0 on: how much fails, and when repair and transport stand still."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from redball.model.errors import BadData, BadUse
from redball.stock.sparing import SparingProblem

Floats = npt.NDArray[np.float64]
RepairLaw = Literal["exponential", "constant", "erlang"]
Service = Literal["repair", "transport"]

MOST_PIECES = 2_000
MOST_PHASES = 200


@dataclass(frozen=True)
class Surge:
    """Demand times ``multiplier`` from ``start_day`` up to ``end_day``.

    ``items`` and ``sites`` are rows of the problem, None for all. Where surges overlap their
    multipliers are multiplied.
    """

    start_day: float
    end_day: float
    multiplier: float
    items: tuple[int, ...] | None = None
    sites: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        _check_days(self.start_day, self.end_day, "surge")
        if not (math.isfinite(self.multiplier) and self.multiplier >= 0):
            raise BadData(
                f"The multiplier is {self.multiplier}.", where="surge", mend="Give 0 or more."
            )


@dataclass(frozen=True)
class Interruption:
    """No repair is finished, or nothing arrives, from ``start_day`` up to ``end_day``.

    The work stands still: what was two days from its end is two days from it when work goes on.
    ``sites`` are rows of the problem, None for all: where repair stops, or whose inbound transport.
    """

    service: Service
    start_day: float
    end_day: float
    sites: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        if self.service not in get_args(Service):
            raise BadUse(
                f"There is no service '{self.service}'.",
                where="interruption",
                mend="Use repair or transport.",
            )
        _check_days(self.start_day, self.end_day, "interruption")


@dataclass(frozen=True)
class SurgeProfile:
    """Surges and interruptions after a steady peace that lasted up to day 0.

    Attributes
    ----------
    surges : tuple of Surge
    interruptions : tuple of Interruption
    repair_law : str
        ``exponential``, ``constant`` or ``erlang``. Unlike in a steady state the result depends on
        it. Order and ship times, and procurement lead times, are constant.
    phases : int
        Of the Erlang law: 1 is exponential, many are nearly constant.
    """

    surges: tuple[Surge, ...] = ()
    interruptions: tuple[Interruption, ...] = ()
    repair_law: RepairLaw = "exponential"
    phases: int = 1

    def __post_init__(self) -> None:
        if self.repair_law not in get_args(RepairLaw):
            raise BadUse(
                f"There is no repair law '{self.repair_law}'.",
                where="repair_law",
                mend=f"Use one of: {', '.join(get_args(RepairLaw))}.",
            )
        # far beyond, exp(-phases) leaves the range of floats
        if not 1 <= self.phases <= MOST_PHASES:
            raise BadUse(
                f"An Erlang law of {self.phases} phases.",
                where="phases",
                mend=f"Give 1 to {MOST_PHASES}.",
            )
        if self.phases > 1 and self.repair_law != "erlang":
            raise BadUse(
                f"{self.phases} phases with the law '{self.repair_law}'.",
                where="phases",
                mend="Phases belong to the law erlang.",
            )


@dataclass(frozen=True)
class Pieces:
    """The profile cut where anything changes; K pieces from day 0, the last without end.

    Attributes
    ----------
    starts : float64 array, shape (K,)
    repair_open, transport_open : bool array, shape (K, S)
    """

    starts: Floats
    repair_open: npt.NDArray[np.bool_]
    transport_open: npt.NDArray[np.bool_]


def pieces(problem: SparingProblem, profile: SurgeProfile) -> Pieces:
    """Cut a profile into pieces within which nothing changes.

    Raises
    ------
    BadUse
        Rows of items or sites that the problem does not have; more than 2,000 pieces.
    """
    for surge in profile.surges:
        _check_rows(surge.items, problem.items, "items")
        _check_rows(surge.sites, problem.sites, "sites")
    cuts = {0.0}
    cuts |= {float(day) for one in profile.surges for day in (one.start_day, one.end_day)}
    cuts |= {float(day) for one in profile.interruptions for day in (one.start_day, one.end_day)}
    if len(cuts) > MOST_PIECES:
        raise BadUse(
            f"The profile has {len(cuts):,} different days of change.",
            where="profile",
            mend=f"Give at most {MOST_PIECES:,}.",
        )
    starts = np.asarray(sorted(cuts))
    is_open = {name: np.ones((len(starts), problem.sites), np.bool_) for name in get_args(Service)}
    for stop in profile.interruptions:
        _check_rows(stop.sites, problem.sites, "sites")
        inside = (starts >= stop.start_day) & (starts < stop.end_day)
        sites = np.arange(problem.sites) if stop.sites is None else np.asarray(stop.sites, np.intp)
        is_open[stop.service][np.ix_(inside, sites)] = False
    return Pieces(starts, is_open["repair"], is_open["transport"])


def demand_at(problem: SparingProblem, profile: SurgeProfile, day: float) -> Floats:
    """Demand per day (I, S) on a day from 0 on."""
    demand = np.array(
        np.broadcast_to(
            np.asarray(problem.demand, np.float64), (problem.items, problem.sites)
        )
    )  # fmt: skip
    for surge in profile.surges:
        if surge.start_day <= day < surge.end_day:
            items = range(problem.items) if surge.items is None else surge.items
            sites = range(problem.sites) if surge.sites is None else surge.sites
            demand[np.ix_(list(items), list(sites))] *= surge.multiplier
    return demand


def clocks(starts: Floats, is_open: npt.NDArray[np.bool_]) -> Floats:
    """Days of work done from day 0 up to the start of each piece, shape (K, S)."""
    clock = np.zeros(is_open.shape)
    for k, (a, b) in enumerate(pairwise(starts)):
        clock[k + 1] = clock[k] + (b - a) * is_open[k]
    return clock


def _check_days(start: float, end: float, where: str) -> None:
    if not (math.isfinite(start) and math.isfinite(end) and 0 <= start < end):
        raise BadData(
            f"It lasts from day {start} to day {end}.",
            where=where,
            mend="Give finite days from 0 on, the end after the start.",
        )


def _check_rows(rows: Sequence[int] | None, count: int, what: str) -> None:
    if rows is not None and any(not 0 <= row < count for row in rows):
        raise BadUse(
            f"The profile names {what} that the problem does not have.",
            where="profile",
            mend=f"Give rows from 0 to {count - 1}.",
        )
