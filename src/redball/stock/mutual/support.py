"""What mutual support between nations gives, on the holdings that exist."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.stock.mutual.agreements import Agreement, Permissions, permissions, site_levels
from redball.stock.mutual.single import ASSUMPTIONS
from redball.stock.mutual.sweep import sweep, unsettled
from redball.stock.sparing import Evaluation, Flows, SparingProblem, availability, evaluate, flows
from redball.stock.sparing.checks import two_axes

Floats = npt.NDArray[np.float64]

_CHUNK_CELLS = 40_000
_CHUNK_FLOWS = 4_000_000


@dataclass(frozen=True)
class MutualSupport:
    """Effect of mutual support, per item and site, nation and system.

    Attributes
    ----------
    without : Evaluation
        The same stock without support.
    ebo, vbo : float64 array, shape (I, S)
        Backorders waiting for an own unit, with support, and their variance.
    moving : float64 array, shape (I, S)
        Mean units under way to the site from other sites; holes until they arrive.
    immediate, lateral, backordered : float64 array, shape (I, S)
        Shares of the demand.
    availability : float64 array, shape (Y, S)
        With support, without cannibalisation; NaN where the site has none of the kind.
    pooled_ebo : float64
        Sum of backorders were each group one site at no distance, with the pipelines of its
        members. A yardstick and no bound where resupply times differ between sites or pipelines
        vary more than Poisson: see ``docs/concepts/mutual-support.md``.
    sites : polars.DataFrame
        ``site_ix``, ``site``, ``nation``, ``ebo_without``, ``ebo_with`` (waiting and moving),
        ``moving``, ``given_per_day``, ``received_per_day``, ``availability_without``,
        ``availability_with`` (mean over the systems there, null where there are none).
    nations : polars.DataFrame
        The same by nation; ``availability_*`` weighted by the number of systems.
    systems : polars.DataFrame
        ``system_ix``, ``system``, ``site_ix``, ``site``, ``nation``, ``systems``,
        ``availability_without``, ``availability_with``.
    moves : polars.DataFrame
        ``giver``, ``receiver`` (nations), ``units_per_day``, ``value_per_day``.
    assumptions, warnings : tuple of str
    """

    without: Evaluation
    ebo: Floats
    vbo: Floats
    moving: Floats
    immediate: Floats
    lateral: Floats
    backordered: Floats
    availability: Floats
    pooled_ebo: float
    sites: pl.DataFrame
    nations: pl.DataFrame
    systems: pl.DataFrame
    moves: pl.DataFrame
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]


def mutual_support(
    problem: SparingProblem,
    stock: npt.ArrayLike,
    agreements: Sequence[Agreement],
    *,
    nations: Sequence[str],
    progress: Callable[[float], None] | None = None,
) -> MutualSupport:
    """Backorders and availability with and without mutual support, who gives and who receives.

    Parameters
    ----------
    problem : SparingProblem
    stock : array-like, shape (I, S)
        Units that exist.
    agreements : sequence of Agreement
        Directed permissions; none gives the evaluation without support.
    nations : sequence of str, length S
        Nation of each site.
    progress : callable, optional
        Called with 0 to 1; raising from it ends the work.

    Returns
    -------
    MutualSupport

    Raises
    ------
    BadUse, BadData
        As :func:`redball.stock.sparing.evaluate` and :func:`permissions`.

    Notes
    -----
    Axsater 1990 for the demand-epoch rule, with the pipelines of VARI-METRIC (Sherbrooke 2004) as
    the replenishment of each site. Two or three sites that help each other with an item are solved
    exactly where that is quick, larger groups by :mod:`redball.stock.mutual.iteration`.
    """
    allowed = permissions(problem, agreements, nations)
    known = flows(problem)
    without = evaluate(problem, stock, given=known)
    found = _Results(problem)
    _run(problem, known, without.stock, allowed, found, progress)
    up = availability(problem, found.ebo + found.moving, rate=known.rate)
    sites = _by_site(problem, without, found, up, nations)
    return MutualSupport(
        without, found.ebo, found.vbo, found.moving, found.shares[:, :, 0], found.shares[:, :, 1],
        found.shares[:, :, 2], up, float(found.pooled.sum()), sites,
        _by_nation(problem, sites, without.availability, up, nations),
        _by_system(problem, without.availability, up, nations),
        _moves(found, nations), _assumptions(problem), _warnings(problem, allowed, found, without),
    )  # fmt: skip


class _Results:
    """Arrays that the sweep fills."""

    def __init__(self, problem: SparingProblem) -> None:
        shape = (problem.items, problem.sites)
        self.ebo, self.vbo, self.moving, self.pooled = (np.zeros(shape) for _ in range(4))
        self.shares = np.zeros((*shape, 3))
        self.rounds = np.zeros(problem.items, np.int64)
        self.flow = np.zeros((problem.sites, problem.sites))
        self.value = np.zeros((problem.sites, problem.sites))


def _run(
    problem: SparingProblem, known: Flows, stock: Floats, allowed: Permissions, found: _Results,
    progress: Callable[[float], None] | None,
) -> None:  # fmt: skip
    shape = (problem.items, problem.sites)
    repaired, repair_days, ship_days = (
        np.broadcast_to(two_axes(problem, name), shape)
        for name in ("repaired", "repair_days", "ship_days")
    )
    days = np.ascontiguousarray(repaired * repair_days + (1 - repaired) * ship_days)
    passed = np.ascontiguousarray(1.0 - repaired)
    level = site_levels(problem)
    sites_down = np.argsort(level, kind="stable").astype(np.int32)
    price = np.asarray(problem.unit_cost, np.float64)
    # the smaller, the finer progress and cancelling; groups are slow, single sites are not
    slow = bool((allowed.helpers >= 0).any())
    step = max(1, min(_CHUNK_CELLS if slow else 1_000_000, _CHUNK_FLOWS // problem.sites)
               // problem.sites)  # fmt: skip
    done = 0
    for number in range(len(known.level_start) - 2, -1, -1):
        start, end = int(known.level_start[number]), int(known.level_start[number + 1])
        for first in range(start, end, step):
            chunk = known.items_down[first : min(first + step, end)]
            moved = np.zeros((len(chunk), problem.sites, problem.sites))
            sweep(
                chunk, sites_down, level, np.asarray(problem.supplier, np.int32),
                known.children_start, known.children,
                np.asarray(problem.structure.child, np.int32), known.rate, known.local,
                known.local_variance, known.upward, known.part, passed, two_axes(problem, "batch"),
                stock, days, allowed.pattern, allowed.helpers, allowed.keep, allowed.move_days,
                found.ebo, found.vbo, found.moving, found.shares, moved, found.pooled,
                found.rounds,
            )  # fmt: skip
            found.flow += moved.sum(axis=0)
            found.value += np.einsum("i,ijk->jk", price[chunk], moved)
            done += len(chunk)
            if progress is not None:
                progress(done / problem.items)


def _names(problem: SparingProblem) -> list[str]:
    return list(problem.site_names) or [str(s) for s in range(problem.sites)]


def _mean_up(up: Floats, systems: Floats) -> list[float | None]:
    """Mean over the systems of each site; None where there are none."""
    weight = np.where(np.isnan(up), 0.0, systems)
    total = weight.sum(axis=0)
    mean = np.divide(
        (np.nan_to_num(up) * weight).sum(axis=0), total, out=np.zeros_like(total), where=total > 0
    )
    return [float(m) if t > 0 else None for m, t in zip(mean, total, strict=True)]


def _by_site(
    problem: SparingProblem, without: Evaluation, found: _Results, up: Floats,
    nations: Sequence[str],
) -> pl.DataFrame:  # fmt: skip
    systems = np.broadcast_to(np.asarray(problem.systems, np.float64), up.shape)
    return pl.DataFrame(
        {
            "site_ix": pl.Series(range(problem.sites), dtype=pl.Int32),
            "site": _names(problem),
            "nation": list(nations),
            "ebo_without": without.ebo.sum(axis=0),
            "ebo_with": (found.ebo + found.moving).sum(axis=0),
            "moving": found.moving.sum(axis=0),
            "given_per_day": found.flow.sum(axis=0),
            "received_per_day": found.flow.sum(axis=1),
            "availability_without": pl.Series(
                _mean_up(without.availability, systems), dtype=pl.Float64
            ),
            "availability_with": pl.Series(_mean_up(up, systems), dtype=pl.Float64),
        }
    )


def _by_nation(
    problem: SparingProblem, sites: pl.DataFrame, before: Floats, up: Floats,
    nations: Sequence[str],
) -> pl.DataFrame:  # fmt: skip
    systems = np.asarray(problem.systems, np.float64)
    rows = []
    for nation in sorted(set(nations)):
        here = np.asarray([n == nation for n in nations])
        weight = systems[:, here]
        pair = [_mean_up(x[:, here].reshape(-1, 1), weight.reshape(-1, 1))[0] for x in (before, up)]
        rows.append(
            {"nation": nation, "availability_without": pair[0], "availability_with": pair[1]}
        )
    means = pl.DataFrame(
        rows,
        schema={
            "nation": pl.String,
            "availability_without": pl.Float64,
            "availability_with": pl.Float64,
        },
    )
    sums = sites.group_by("nation").agg(
        pl.col("ebo_without", "ebo_with", "moving", "given_per_day", "received_per_day").sum()
    )
    return means.select("nation").join(sums, on="nation").join(means, on="nation").sort("nation")


def _by_system(
    problem: SparingProblem, before: Floats, up: Floats, nations: Sequence[str]
) -> pl.DataFrame:
    system, site = np.nonzero(~np.isnan(up))
    names = _names(problem)
    kinds = list(problem.system_names) or [str(y) for y in range(len(up))]
    systems = np.asarray(problem.systems, np.float64)
    return pl.DataFrame(
        {
            "system_ix": pl.Series(system, dtype=pl.Int32),
            "system": pl.Series([kinds[y] for y in system], dtype=pl.String),
            "site_ix": pl.Series(site, dtype=pl.Int32),
            "site": pl.Series([names[s] for s in site], dtype=pl.String),
            "nation": pl.Series([nations[int(s)] for s in site], dtype=pl.String),
            "systems": systems[system, site],
            "availability_without": before[system, site],
            "availability_with": up[system, site],
        }
    )


def _moves(found: _Results, nations: Sequence[str]) -> pl.DataFrame:
    receiver, giver = np.nonzero(found.flow)
    return (
        pl.DataFrame(
            {
                "giver": pl.Series([nations[int(s)] for s in giver], dtype=pl.String),
                "receiver": pl.Series([nations[int(s)] for s in receiver], dtype=pl.String),
                "units_per_day": found.flow[receiver, giver],
                "value_per_day": found.value[receiver, giver],
            }
        )
        .group_by("giver", "receiver")
        .agg(pl.col("units_per_day", "value_per_day").sum())
        .sort("giver", "receiver")
    )


def _assumptions(problem: SparingProblem) -> tuple[str, ...]:
    said = [
        *ASSUMPTIONS,
        "Only sites of one level of supply help each other, own demand first; the quickest helper "
        "is asked first, and none whose move takes as long as the receiver's own mean resupply.",
        "A unit under way from another site is a hole until it arrives.",
        "Without support each site has the pipeline of VARI-METRIC; its mean over the demand is "
        "the resupply time of a unit, also of one that a giver orders for another.",
        "A giver's extra orders load its own supplier; repairs stay where the failures arise.",
        "The pooled backorders take each group of sites that help each other with an item as one "
        "site at no distance, every demand with the resupply time of its own site; a yardstick, no "
        "bound: support ends lower where a giver is resupplied quicker than those it helps.",
    ]
    if (np.asarray(problem.batch) > 1).any():
        said.append("An item ordered in batches at a site takes no part in support there.")
    return tuple(said)


def _warnings(
    problem: SparingProblem, allowed: Permissions, found: _Results, without: Evaluation
) -> tuple[str, ...]:
    said = list(without.warnings)
    late = unsettled(found.rounds)
    if late:
        said.append(
            f"For {late:,} of {problem.items:,} items the iteration did not come to rest; "
            "its last round is given."
        )
    near = int((found.rounds > 0).sum())
    if near:
        said.append(
            f"{near:,} of {problem.items:,} items are approximated: backorders of a group are "
            "mostly within 10 % of exact, those of a single site can be off by 40 % where few are "
            "left."
        )
    if not (allowed.helpers >= 0).any():
        said.append("No agreement lets any site help another of its level.")
    return tuple(said)
