"""Compiled: what one unit more of each item at each site is worth, and moves between sites."""

import numpy as np

from redball.model.compiled import Floats, Ints, compiled
from redball.stock.curve.evaluating import evaluate_site, parts_of
from redball.stock.curve.losses import at
from redball.stock.curve.network import Net

_BETTER = 1e-12
"""A change counts only if it improves by more than this share."""


@compiled
def family_value(
    net: Net, family: Ints, parts: tuple[Ints, Ints, Ints], sites: Ints, held: Floats,
    ebo: Floats, vbo: Floats,
) -> float:  # fmt: skip
    """Loss of the objective of a family at a stock (members, S)."""
    total = 0.0
    for s in sites:
        total += evaluate_site(net, family, parts, s, held, ebo, vbo)
    return total


@compiled
def unit_gains(
    net: Net, families: Ints, members: Ints, member_start: Ints, sites: Ints, stock: Floats,
    gains: Floats,
) -> None:  # fmt: skip
    """Fill ``gains`` (I, S) with what one unit more takes off the loss; 0 where none is allowed."""
    for number in families:
        family = members[member_start[number] : member_start[number + 1]]
        parts = parts_of(net, family)
        held = np.empty((len(family), stock.shape[1]))
        for f in range(len(family)):
            held[f] = stock[family[f]]
        ebo, vbo = np.zeros(held.shape), np.zeros(held.shape)
        now = family_value(net, family, parts, sites, held, ebo, vbo)
        for f in range(len(family)):
            for s in sites:
                gains[family[f], s] = 0.0
                if held[f, s] < at(net.most, family[f], s):
                    held[f, s] += 1.0
                    then = family_value(net, family, parts, sites, held, ebo, vbo)
                    gains[family[f], s] = now - then
                    held[f, s] -= 1.0


@compiled
def spent_on(held: Floats, have: Floats, unit_cost: float, move_cost: float) -> tuple[float, float]:
    """Money for units bought and for units moved of one item, arrays of shape (S,)."""
    bought = moved = 0.0
    for s in range(len(held)):
        bought += held[s] - have[s]
        moved += max(have[s] - held[s], 0.0)
    return bought * unit_cost, moved * move_cost


@compiled
def settle_family(
    net: Net, family: Ints, sites: Ints, group: Ints, theta: float, move_cost: Floats,
    have: Floats, held: Floats,
) -> float:  # fmt: skip
    """Move and buy units of a family, best change first, until none is worth its price ``theta``.

    ``group`` (S,) says between which sites units may move; ``have`` and ``held`` have the shape
    (members, S). What was there is never given away. Returns the loss.
    """
    parts = parts_of(net, family)
    ebo, vbo = np.zeros(held.shape), np.zeros(held.shape)
    now = family_value(net, family, parts, sites, held, ebo, vbo)
    while True:
        best, best_f, best_from, best_to = 0.0, -1, -1, -1
        for f in range(len(family)):
            i = family[f]
            bought, moved = spent_on(held[f], have[f], net.unit_cost[i], move_cost[i])
            surplus = bought > 0.0
            # a change is a pair (from, to); -1 is the market
            for a in range(-1, len(sites)):
                source = sites[a] if a >= 0 else -1
                if source >= 0 and held[f, source] <= at(net.least, i, source):
                    continue
                for b in range(-1, len(sites)):
                    to = sites[b] if b >= 0 else -1
                    if source == to or (to < 0 and not surplus):
                        continue
                    if to >= 0 and held[f, to] >= at(net.most, i, to):
                        continue
                    if source >= 0 and to >= 0 and group[source] != group[to]:
                        continue
                    _shift(held, f, source, to)
                    more, way = spent_on(held[f], have[f], net.unit_cost[i], move_cost[i])
                    then = family_value(net, family, parts, sites, held, ebo, vbo)
                    _shift(held, f, to, source)
                    gain = now - then - theta * (more + way - bought - moved)
                    if gain > best:
                        best, best_f, best_from, best_to = gain, f, source, to
        if best_f < 0 or best <= _BETTER * (1.0 + now):
            return now
        _shift(held, best_f, best_from, best_to)
        now = family_value(net, family, parts, sites, held, ebo, vbo)


@compiled
def _shift(held: Floats, f: int, source: int, to: int) -> None:
    """Take a unit at one site and put it at another; -1 is the market."""
    if source >= 0:
        held[f, source] -= 1.0
    if to >= 0:
        held[f, to] += 1.0
