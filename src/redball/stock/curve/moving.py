"""What to move before anything is bought, and what to buy then."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import BadData, BadUse
from redball.model.compiled import Floats
from redball.stock.curve.curve import (
    as_objective,
    mean_availability,
    value_of,
)
from redball.stock.curve.network import Kind, Model, Network, Objective, build_network, named
from redball.stock.curve.steps import losses
from redball.stock.curve.threads import Progress, in_pieces
from redball.stock.curve.units import settle_family
from redball.stock.curve.words import assumptions_of
from redball.stock.sparing import SparingProblem

_PRICES = 40
"""Halvings of the price between buying nothing and spending the budget."""


@dataclass(frozen=True)
class Reallocation:
    """Moves between sites and buys.

    Attributes
    ----------
    stock : float64 array, shape (I, S)
    moves : polars.DataFrame
        ``item``, ``from_site``, ``to_site`` (int32), ``units``, ``cost`` (float64).
    buys : polars.DataFrame
        ``item``, ``site`` (int32), ``units``, ``cost`` (float64).
    cost : float
        Of all moves and buys.
    readiness_before, readiness_after : float
        Mean availability, weighted; NaN without systems.
    value_before, value_after : float
        The objective, as in :class:`redball.stock.curve.Curve`.
    assumptions : tuple of str
    """

    stock: Floats = field(repr=False)
    moves: pl.DataFrame
    buys: pl.DataFrame
    cost: float
    readiness_before: float
    readiness_after: float
    value_before: float
    value_after: float
    assumptions: tuple[str, ...]


def reallocate(
    problem: SparingProblem,
    have: npt.ArrayLike,
    *,
    budget: float = 0.0,
    move_cost: npt.ArrayLike = 0.0,
    groups: npt.ArrayLike | None = None,
    objective: Kind | Objective = "availability",
    model: Model = "vari-metric",
    progress: Progress | None = None,
) -> Reallocation:
    """Move what is there to where it does most, then buy; both compete for one budget.

    At a price of the objective each family of items takes the best single move, buy or return, one
    after the other; the price is halved down until the budget is spent. Single changes only, so a
    better stock that needs two changes at once may exist: nothing is proven.

    Parameters
    ----------
    problem : SparingProblem
        ``least`` may be lower than what is there; what is kept at a site stays there.
    have : array-like, shape (I, S)
        Units held now, whole numbers. No unit is given away.
    budget : float
        For moves and buys together. With 0 only moves that cost nothing are made.
    move_cost : array-like, shape () or (I,)
        Money for moving one unit.
    groups : array-like, shape (S,), optional
        Units move only between sites with the same number, such as those of a nation; without it
        between all.
    objective, model, progress
        As in :func:`redball.stock.curve.readiness_curve`.

    Raises
    ------
    BadUse
        A budget or cost that is negative or no number; shapes that don't fit.
    BadData
        Holdings that are negative, not whole, or outside ``least`` and ``most``.
    """
    network = build_network(problem, as_objective(objective), model=model)
    held = _holdings(network, have)
    costs = np.broadcast_to(np.asarray(move_cost, dtype=np.float64), (problem.items,)).copy()
    if not (np.isfinite(budget) and budget >= 0 and np.isfinite(costs).all() and costs.min() >= 0):
        raise BadUse(
            "A budget or a cost of moves is negative or no number.", mend="Give amounts from 0 up."
        )
    group = np.zeros(problem.sites, np.int32)
    if groups is not None:
        group = np.array(groups, dtype=np.int32)
        if group.shape != (problem.sites,):
            raise BadUse(f"Groups have the shape {group.shape}.", mend="Give one for each site.")
    stock, cost = _within(network, held, costs, group, budget, progress)
    before, after = losses(network, held), losses(network, stock)
    return Reallocation(
        stock, _moves(held, stock, costs, group), _buys(problem, held, stock), cost,
        float(mean_availability(network, before.of_systems)),
        float(mean_availability(network, after.of_systems)),
        value_of(network, before), value_of(network, after),
        (*assumptions_of(network, "least"),
         "Moves are made once, before the stock is judged; the time they take is not counted."),
    )  # fmt: skip


def _holdings(network: Network, have: npt.ArrayLike) -> Floats:
    """Check what is held and return it as (I, S)."""
    shape = network.net.local.shape
    held = np.asarray(have, dtype=np.float64)
    if held.shape != shape:
        raise BadUse(f"Holdings have the shape {held.shape}.", mend=f"Give {shape}.")
    least = np.broadcast_to(network.net.least, shape)
    most = np.broadcast_to(network.net.most, shape)
    wrong = ~((held >= least) & (held <= most) & (np.floor(held) == held))
    if wrong.any():
        item, site = (int(x) for x in np.argwhere(wrong)[0])
        problem = network.problem
        raise BadData(
            f"{held[item, site]:g} units are held, not a whole number from {least[item, site]:g} "
            f"to {most[item, site]:g}.",
            where=f"{named(problem.item_names, item, 'item')}, "
            f"{named(problem.site_names, site, 'site')}",
            mend="Mend the holding, or the bounds 'least' and 'most'.",
        )
    return held


def _within(
    network: Network, have: Floats, move_cost: Floats, group: npt.NDArray[np.int32],
    budget: float, progress: Progress | None,
) -> tuple[Floats, float]:  # fmt: skip
    """Stock and money spent at the lowest price that the budget can pay."""
    net = network.net
    start = losses(network, have).value
    high = max(start, 1e-300) / max(float(net.unit_cost.min()), 1e-300) * 1e6
    best, cost = _at_price(network, have, move_cost, group, high)
    low = high * 1e-18
    # halved on a scale of logarithms
    for number in range(_PRICES if budget > 0 else 0):
        middle = float(np.sqrt(low * high))
        stock, spent = _at_price(network, have, move_cost, group, middle)
        if spent <= budget * (1 + 1e-12):
            high, best, cost = middle, stock, spent
        else:
            low = middle
        if progress is not None:
            progress((number + 1) / _PRICES)
        if high < low * (1 + 1e-6):
            break
    return best, cost


def _at_price(
    network: Network, have: Floats, move_cost: Floats, group: npt.NDArray[np.int32], theta: float
) -> tuple[Floats, float]:
    """Stock and money spent at a price."""
    stock = have.copy()
    sites = network.flows.sites_down

    def some(number: int) -> float:
        family = network.family(number)
        held = have[family].copy()
        settle_family(network.net, family, sites, group, theta, move_cost, have[family], held)
        stock[family] = held
        bought = (held - have[family]).sum(axis=1) @ network.net.unit_cost[family]
        moved = np.maximum(have[family] - held, 0).sum(axis=1) @ move_cost[family]
        return float(bought + moved)

    spent = in_pieces(some, range(len(network.member_start) - 1))
    return stock, float(sum(spent))


def _moves(
    have: Floats, stock: Floats, move_cost: Floats, group: npt.NDArray[np.int32]
) -> pl.DataFrame:
    """Pair sites that give with sites that receive, within groups, in the order of sites."""
    rows: list[tuple[int, int, int, float, float]] = []
    for item in np.flatnonzero((stock < have).any(axis=1)):
        for number in np.unique(group):
            more = np.where(group == number, stock[item] - have[item], 0.0)
            givers = [[int(s), -more[s]] for s in np.flatnonzero(more < 0)]
            takers = [[int(s), more[s]] for s in np.flatnonzero(more > 0)]
            while givers and takers:
                units = min(givers[0][1], takers[0][1])
                rows.append(
                    (int(item), int(givers[0][0]), int(takers[0][0]), units,
                     units * float(move_cost[item]))
                )  # fmt: skip
                for queue in (givers, takers):
                    queue[0][1] -= units
                    if queue[0][1] <= 0:
                        queue.pop(0)
    return pl.DataFrame(
        rows,
        schema={
            "item": pl.Int32, "from_site": pl.Int32, "to_site": pl.Int32, "units": pl.Float64,
            "cost": pl.Float64,
        },
        orient="row",
    )  # fmt: skip


def _buys(problem: SparingProblem, have: Floats, stock: Floats) -> pl.DataFrame:
    """Units that no other site gave: what is more than before, less what was moved in."""
    rows: list[tuple[int, int, float, float]] = []
    for item in np.flatnonzero(stock.sum(axis=1) > have.sum(axis=1)):
        more = stock[item] - have[item]
        moved = -more[more < 0].sum()
        for site in np.flatnonzero(more > 0):
            units = more[site] - min(moved, more[site])
            moved -= more[site] - units
            if units > 0:
                rows.append((int(item), int(site), units, units * float(problem.unit_cost[item])))
    return pl.DataFrame(
        rows,
        schema={"item": pl.Int32, "site": pl.Int32, "units": pl.Float64, "cost": pl.Float64},
        orient="row",
    )
