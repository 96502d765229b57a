"""Spend what the curve leaves over: a knapsack with several options for each cell.

At the price of the first step that is too dear every cell has its best option; each other option
has a *reduced cost* r >= 0, what it loses at that price. For a budget B a choice of cost C has
exactly ``loss = bound + sum r + price (B - C)``, so an option with an r above the gap of a stock
already known can't be part of a better one (Everett 1963; Nauss 1979). What is left is gone
through by lists of undominated choices (Nemhauser and Ullmann 1969).
"""

from dataclasses import dataclass

import numpy as np

from redball.model.compiled import Floats, Longs

_STATES = 100_000
"""Undominated choices that are kept; beyond it the best are, and nothing is proven."""

_DUST = 1e-9
"""Money below this share of the budget is rounding."""


@dataclass(frozen=True)
class Choice:
    """Option of each cell, its number among those given, and whether no better choice exists."""

    option: Longs
    gap: float
    proven: bool


def choose(
    cost: list[Floats], reduced: list[Floats], room: float, price: float, gap: float
) -> Choice | None:
    """Best choice of one option for each cell within ``room``, if better than ``gap``.

    Parameters
    ----------
    cost, reduced : list of float64 array
        Money of each option beyond the cell's best at the price, and what it loses at the price.
    room : float
        Money left over with the best option of every cell.
    price : float
        Loss per money.
    gap : float
        What a known choice is above the bound.
    """
    slack = room + _DUST * max(abs(room), 1e-9)
    # dear cells last: the lists stay short
    order = np.argsort([len(c) for c in cost], kind="stable")
    down = _suffix([min(float(cost[c].min()), 0.0) for c in order])
    up = _suffix([max(float(cost[c].max()), 0.0) for c in order])
    spent, lost = np.zeros(1), np.zeros(1)
    parents: list[Longs] = []
    options: list[Longs] = []
    best, where, exact = gap * (1.0 - 1e-12), (-1, -1), True
    for depth, cell in enumerate(order):
        new_spent = (spent[:, None] + cost[cell]).ravel()
        new_lost = (lost[:, None] + reduced[cell]).ravel()
        kept = np.flatnonzero(
            (new_spent + down[depth + 1] <= slack)
            & (new_lost + price * np.maximum(room - new_spent - up[depth + 1], 0.0) < best)
        )
        kept = kept[np.lexsort((new_lost[kept] - price * new_spent[kept], new_spent[kept]))]
        worth = new_lost[kept] - price * new_spent[kept]
        if len(worth):
            lowest = np.minimum.accumulate(worth)
            kept = kept[np.append(True, worth[1:] < lowest[:-1])]
        if len(kept) > _STATES:
            kept = np.sort(kept[np.argsort(new_lost[kept], kind="stable")[:_STATES]])
            exact = False
        parents.append(kept // len(cost[cell]))
        options.append(kept % len(cost[cell]))
        spent, lost = new_spent[kept], new_lost[kept]
        total = np.where(spent <= slack, lost + price * np.maximum(room - spent, 0.0), np.inf)
        if len(total) and total.min() < best:
            where = (depth, int(total.argmin()))
            best = float(total.min())
    if where[0] < 0:
        return Choice(np.full(len(cost), -1), gap, exact) if exact else None
    chosen = np.full(len(cost), -1)
    depth, state = where
    while depth >= 0:
        chosen[order[depth]] = options[depth][state]
        state = int(parents[depth][state])
        depth -= 1
    return Choice(chosen, best, exact)


def _suffix(values: list[float]) -> Floats:
    """Sums from each position to the end, and 0."""
    return np.append(np.cumsum(np.array(values)[::-1])[::-1], 0.0)
