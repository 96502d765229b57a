"""The best stock for one budget: a point of the curve, and the rest spent by a knapsack."""

from dataclasses import dataclass, field, replace

import numpy as np

from redball.model.compiled import Floats, Longs
from redball.stock.curve.batches import SAFE
from redball.stock.curve.curve import (
    Start,
    as_objective,
    check_budget,
    free_cost,
    geometric_mean,
    mean_availability,
    part_of,
)
from redball.stock.curve.hulls import TOTALS, place, tree_hull
from redball.stock.curve.knapsack import choose
from redball.stock.curve.network import Kind, Model, Network, Objective, build_network
from redball.stock.curve.steps import Steps, enough_steps, losses
from redball.stock.curve.threads import Progress
from redball.stock.curve.words import assumptions_of
from redball.stock.sparing import SparingProblem

_CELLS = 300
"""Cells that the knapsack takes at most; beyond it the best is not proven."""

_FURTHER = 20_000
"""Steps beyond the budget that are tried one by one for what is left."""


_WORTH = 1e-4
"""Units that gain less than this share of the price for their money are no option."""


@dataclass(frozen=True)
class Assortment:
    """A stock, what it costs and what it gives.

    Attributes
    ----------
    stock : float64 array, shape (I, S)
        Units of each item at each site; with batches the reorder point plus 1.
    cost : float
        Money; with the start ``least`` beyond the least stock.
    readiness : float
        Mean availability of the systems, weighted; NaN where the problem has none.
    value, bound : float
        The objective as in :class:`Curve`, and what no stock within the budget exceeds (for
        backorders: falls below).
    gap : float
        Between value and bound, in the unit of the objective.
    proven : bool
        Whether no better stock within the budget exists (under the model); otherwise only the
        bound tells how much better one could be.
    backorders : float
    availability : float64 array, shape (Y, S)
        NaN where the site has no system of the kind.
    price : float
        Gain of the objective per money of what would be bought next; 0 where nothing is.
    notes : tuple of str
        What the reader should know of this result.
    assumptions : tuple of str
    """

    stock: Floats = field(repr=False)
    cost: float
    readiness: float
    value: float
    bound: float
    gap: float
    proven: bool
    backorders: float
    availability: Floats = field(repr=False)
    price: float
    notes: tuple[str, ...]
    assumptions: tuple[str, ...]


def best_stock(
    problem: SparingProblem,
    *,
    budget: float,
    objective: Kind | Objective = "availability",
    start: Start = "least",
    model: Model = "vari-metric",
    progress: Progress | None = None,
) -> Assortment:
    """Find the best stock within a budget, and a bound beside it.

    The last point of the curve within the budget, then a knapsack over the items near the price:
    between two points of the curve there are stocks off every hull that use the rest.

    Raises
    ------
    BadUse
        A budget that is negative, no number, or below the least stock.
    BadData
        A problem that can't be optimised; see :func:`build_network`.
    """
    network = build_network(problem, as_objective(objective), model=model)
    free = free_cost(network, start)
    check_budget(network, budget, free)
    steps = enough_steps(network, budget + free, part_of(progress, 0.0, 0.8))
    stock, bound, price, proven = fill_budget(steps, budget + free)
    result = assess(network, stock, start, progress=part_of(progress, 0.8, 1.0))
    notes: tuple[str, ...] = ()
    ahead = steps.money[steps.order]
    if result.cost <= 0.0 and len(ahead) and float(ahead.min()) > budget + free - steps.cost[0]:
        notes = (
            f"The budget of {budget:,.2f} buys nothing: the cheapest step of the curve costs "
            f"{float(ahead.min()):,.2f}.",
        )
    return with_bound(result, network, bound, price, proven=proven, notes=notes)


def with_bound(
    result: Assortment, network: Network, bound: float, price: float, *, proven: bool,
    notes: tuple[str, ...] = (),
) -> Assortment:  # fmt: skip
    """Put the bound of the loss beside a result."""
    limit = bound if network.net.by_backorders else float(np.exp(-bound))
    nearer = min if network.net.by_backorders else max
    limit = nearer(limit, result.value)
    return replace(
        result, bound=limit, gap=abs(result.value - limit), price=price, notes=notes,
        proven=proven and not network.deep().any(),
    )  # fmt: skip


def assess(
    network: Network, stock: Floats, start: Start, *, progress: Progress | None = None
) -> Assortment:
    """Evaluate a stock as an assortment without a bound."""
    found = losses(network, stock, progress=progress)
    value = found.waiting
    if not network.net.by_backorders:
        value = float(geometric_mean(network, found.of_systems))
    cost = float(stock.sum(axis=1) @ network.net.unit_cost) - free_cost(network, start)
    up = np.where(network.net.systems > 0, np.exp(-found.of_systems), np.nan)
    return Assortment(
        stock, max(cost, 0.0), float(mean_availability(network, found.of_systems)), value, value,
        0.0, False, found.waiting, up, 0.0, (), assumptions_of(network, start),
    )  # fmt: skip


def fill_budget(steps: Steps, budget: float) -> tuple[Floats, float, float, bool]:
    """Stock, bound of the loss, price and whether it is proven, for money from the empty start."""
    position = int(np.searchsorted(steps.cost, budget * (1 + 1e-12), side="right")) - 1
    levels = steps.levels(position)
    loss, room = float(steps.loss[position]), budget - float(steps.cost[position])
    if position == len(steps.order):
        return steps.stock(levels), loss, 0.0, True
    price = float(steps.slope[steps.order[position]])
    filled, gap = _greedy(steps, position, levels, room, price)
    bound = loss - price * room
    chosen, proven = _knapsack(steps, levels, room, price, gap)
    if chosen is None:
        return steps.stock(filled), bound, price, proven
    stock = steps.stock(levels)
    for cell, own, taken, floor in chosen:
        item, top = steps.place_of(cell)
        if own < 0:
            hull = steps.families[cell]
            stock[np.ix_(hull.items, hull.sites)] = hull.stock[taken]
        else:
            place(steps.network.net, item, top, floor * SAFE, own, taken, stock[item])
    return stock, bound, price, proven


def _greedy(
    steps: Steps, position: int, levels: Longs, room: float, price: float
) -> tuple[Longs, float]:
    """Add further steps that fit, in order; return levels and how far the loss is above the bound.

    A step is passed over for good once one of its cell does not fit.
    """
    filled, gap = levels.copy(), price * room
    cell = np.searchsorted(steps.first, steps.order[position : position + _FURTHER], "right") - 1
    for step, c in zip(steps.order[position : position + _FURTHER], cell, strict=True):
        if step == steps.first[c] + filled[c] and steps.money[step] <= room:
            room -= float(steps.money[step])
            gap -= float(steps.gain[step])
            filled[c] += 1
    return filled, gap


def _knapsack(
    steps: Steps, levels: Longs, room: float, price: float, gap: float
) -> tuple[list[tuple[int, int, int, float]] | None, bool]:
    """Better choice among the cells near the price, as (cell, own, taken, floor), and the proof."""
    if gap <= 0.0:
        return None, True
    near = _nearest(steps, levels, price)
    cells = np.flatnonzero(near <= gap)
    complete = len(cells) <= _CELLS
    if not complete:
        cells = cells[np.argsort(near[cells], kind="stable")[:_CELLS]]
    floor = price * _WORTH
    cost, reduced, vertex, kept = [], [], [], []
    for c in cells:
        x, y, own, taken = _options(steps, int(c), floor)
        at = y + price * x
        base = int(at.argmin())
        inside = np.flatnonzero(at - at[base] <= gap)
        if len(inside) > 1:
            now = float(steps.at(int(c), int(levels[c]))[0])
            cost.append(x[inside] - now)
            reduced.append(at[inside] - at[base])
            vertex.append((own[inside], taken[inside]))
            kept.append(int(c))
    choice = choose(cost, reduced, room, price, gap) if kept else None
    if choice is None:
        return None, complete and not kept
    if (choice.option < 0).all():
        return None, complete and choice.proven
    found = [
        (c, int(vertex[k][0][option]), int(vertex[k][1][option]), floor)
        for k, (c, option) in enumerate(zip(kept, choice.option, strict=True))
        if option >= 0
    ]
    return found, complete and choice.proven


def _nearest(steps: Steps, levels: Longs, price: float) -> Floats:
    """Smallest reduced cost that another number of units of each cell can have."""
    net, (item, _) = steps.network.net, steps.places()
    nearest = np.full(len(levels), np.inf)
    for shift in (0, -1):
        step = steps.first[:-1] + levels + shift
        exists = (step >= steps.first[:-1]) & (step < steps.first[1:])
        rows = step[exists]
        apart = np.abs(price - steps.slope[rows]) * steps.money[rows]
        # within a step of several units another number may cost a fraction of it
        single = np.maximum(steps.money[rows] / net.unit_cost[item[exists]], 1.0)
        nearest[exists] = np.minimum(nearest[exists], apart / single)
    # what comes after the last step found has a slope below the floor
    last = steps.first[:-1] + levels == steps.first[1:]
    apart = (price - steps.floor) * net.unit_cost[item]
    nearest[last] = np.minimum(nearest[last], apart[last])
    return nearest


def _options(steps: Steps, cell: int, floor: float) -> tuple[Floats, Floats, Longs, Longs]:
    """Money, loss and vertex of every option of a cell."""
    if cell in steps.families:
        rows = slice(int(steps.first[cell]), int(steps.first[cell + 1]))
        money = np.concatenate([[0.0], np.cumsum(steps.money[rows])]) + steps.start_money[cell]
        loss = steps.start_loss[cell] - np.concatenate([[0.0], np.cumsum(steps.gain[rows])])
        count = np.arange(len(money))
        return money, loss, np.full(len(money), -1), count
    item, top = steps.place_of(cell)
    _, loss, units, own, taken = tree_hull(steps.network.net, item, top, floor, TOTALS)
    money = units * steps.network.net.unit_cost[item]
    return money, loss, own.astype(np.int64), taken.astype(np.int64)
