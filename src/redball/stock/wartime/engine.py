"""What a problem and a profile fix before any stock is chosen, and the evaluation of families."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from redball.model.errors import BadData, BadUse
from redball.stock.sparing import Flows, SparingProblem, flows
from redball.stock.wartime.laws import CONSTANT, EXPONENTIAL
from redball.stock.wartime.profile import Pieces, SurgeProfile, clocks, demand_at, pieces
from redball.stock.wartime.sweep import sweep, sweep_family

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]

MOST_DAYS = 3_660

FEW_CELLS = 4_000
"""Items times sites times days that one core works out sooner than two can share."""


@dataclass(frozen=True)
class Figures:
    """Figures of the problem that the sweep reads, float64 arrays of shape (I, S) each."""

    repaired: Floats
    repair_days: Floats
    ship_days: Floats
    variance_to_mean: Floats
    batch: Floats


@dataclass(frozen=True)
class Setting:
    """A problem under a profile; K pieces, T days of the grid, E edges.

    Attributes
    ----------
    problem : SparingProblem
    profile : SurgeProfile
    pieces : Pieces
    known : Flows
        Of the peace before day 0.
    rate : float64 array, shape (K, I, S)
        Failures arriving per day in each piece.
    demand : float64 array, shape (K, I, S)
    part : float64 array, shape (K, E, S)
    grid : float64 array, shape (T,)
        Days that are worked out: those asked for, whole steps, and days of change.
    asked : int64 array
        Where the days asked for lie in the grid.
    piece : int64 array, shape (T,)
    families : tuple of int64 arrays
        Items that depend on each other, children before parents.
    figures : Figures
    """

    problem: SparingProblem
    profile: SurgeProfile
    pieces: Pieces
    known: Flows
    rate: Floats
    demand: Floats
    part: Floats
    grid: Floats
    asked: Longs
    piece: Longs
    families: tuple[Longs, ...]
    figures: Figures


@dataclass(frozen=True)
class Course:
    """Pipelines and backorders of some items over the days of the grid, shape (n, S, T) each."""

    items: Longs
    mean: Floats
    variance: Floats
    ebo: Floats
    vbo: Floats


def setting(
    problem: SparingProblem, profile: SurgeProfile, days: npt.ArrayLike, step_days: float
) -> Setting:
    """Check everything and cut time into pieces and days.

    Raises
    ------
    BadUse
        Days that are empty, negative, not finite or more than 3,660; a step that is not above 0.
    BadData
        As :func:`redball.stock.sparing.flows`, for peace and for every piece of the profile.
    """
    asked = np.unique(np.atleast_1d(np.asarray(days, np.float64)))
    if not asked.size or not np.isfinite(asked).all() or asked[0] < 0 or asked[-1] > MOST_DAYS:
        raise BadUse(
            "The days can't be used.",
            where="days",
            mend=f"Give at least one day, finite, from 0 to {MOST_DAYS:,}.",
        )
    if not (np.isfinite(step_days) and step_days >= 0.01):
        raise BadUse(
            f"A step of {step_days} days.", where="step_days", mend="Give 0.01 days or more."
        )
    known = flows(problem)
    cut = pieces(problem, profile)
    demand = np.stack([demand_at(problem, profile, day) for day in cut.starts])
    each = [flows(replace(problem, demand=one)) for one in demand]
    steps = np.arange(0.0, asked[-1] + step_days, step_days)
    grid = np.unique(np.concatenate([asked, steps[steps <= asked[-1]], cut.starts]))
    grid = grid[grid <= asked[-1]]
    return Setting(
        problem, profile, cut, known, np.stack([one.rate for one in each]), demand,
        np.stack([one.part for one in each]), grid,
        np.searchsorted(grid, asked).astype(np.int64),
        (np.searchsorted(cut.starts, grid, side="right") - 1).astype(np.int64),
        _families(problem, known), _figures(problem),
    )  # fmt: skip


def course(setting: Setting, stock: Floats, families: Sequence[Longs]) -> Course:
    """Evaluate the items of some families over all days."""
    problem, profile, cut = setting.problem, setting.profile, setting.pieces
    items = np.concatenate(families) if families else np.zeros(0, np.int64)
    place = np.full(problem.items, -1, np.int64)
    place[items] = np.arange(len(items))
    starts = np.cumsum([0, *map(len, families)]).astype(np.int64)
    law = {"exponential": EXPONENTIAL, "constant": CONSTANT}.get(profile.repair_law, profile.phases)
    shape = (len(items), problem.sites, len(setting.grid))
    mean, variance, ebo, vbo = (np.empty(shape) for _ in range(4))
    figures = setting.figures
    given = (
        starts, items, place, setting.known.sites_down, np.asarray(problem.supplier, np.int32),
        setting.known.children_start, setting.known.children,
        np.asarray(problem.structure.child, np.int32), law, cut.starts,
        clocks(cut.starts, cut.repair_open), cut.repair_open,
        clocks(cut.starts, cut.transport_open), cut.transport_open, setting.grid, setting.piece,
        np.ascontiguousarray(setting.rate[:, items]), setting.known.rate[items], setting.part,
        figures.repaired, figures.repair_days, figures.ship_days, figures.variance_to_mean,
        figures.batch, stock, mean, variance, ebo, vbo,
    )  # fmt: skip
    if mean.size < FEW_CELLS:
        for family in range(len(families)):
            sweep_family(family, *given)
    else:
        sweep(*given)
    return Course(items, mean, variance, ebo, vbo)


def _figures(problem: SparingProblem) -> Figures:
    shape = (problem.items, problem.sites)

    def full(given: Floats) -> Floats:
        return np.array(np.broadcast_to(np.asarray(given, np.float64), shape), order="C")

    return Figures(
        full(problem.repaired), full(problem.repair_days), full(problem.ship_days),
        full(problem.variance_to_mean), full(problem.batch),
    )  # fmt: skip


def _families(problem: SparingProblem, known: Flows) -> tuple[Longs, ...]:
    """Items that hang together by the structure, children before parents."""
    parent, child = (np.asarray(x) for x in (problem.structure.parent, problem.structure.child))
    label = np.arange(problem.items)
    while len(parent):
        low = np.minimum(label[parent], label[child])
        new = label.copy()
        np.minimum.at(new, parent, low)
        np.minimum.at(new, child, low)
        if np.array_equal(new, label):
            break
        label = new
    upward = known.items_down[::-1].astype(np.int64)
    order = upward[np.argsort(label[upward], kind="stable")]
    cuts = np.flatnonzero(np.diff(label[order])) + 1
    return tuple(np.split(order, cuts))


def most_systems(problem: SparingProblem) -> int:
    """Largest number of systems of a kind at a site; whole numbers only."""
    systems = np.asarray(problem.systems, np.float64)
    if systems.size and (systems != np.floor(systems)).any():
        raise BadData(
            "A number of systems is not whole.",
            where="systems",
            mend="Give whole numbers of systems for availability with cannibalisation.",
        )
    return int(systems.max()) if systems.size else 0
