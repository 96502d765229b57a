"""Compiled: hulls, stocks and losses of many cells in a row; each call is one piece of work.

No call uses more than one core and none holds the interpreter's lock, so threads share the cells.
"""

import numpy as np

from redball.model.compiled import Floats, Ints, Longs, compiled
from redball.stock.curve.evaluating import evaluate_site, parts_of
from redball.stock.curve.hulls import HULL, place, tree_hull
from redball.stock.curve.leaves import Curves, curves_of, leaves_of, room_of
from redball.stock.curve.losses import add_losses, at, fill_holes, own_share
from redball.stock.curve.network import Net
from redball.stock.sparing import mixed

SAFE = 1.0 - 1e-9
"""A hull is made again a little below its floor, so that rounding loses no step."""


@compiled
def hulls_of(
    net: Net, items: Ints, tops: Ints, floor: float
) -> tuple[Longs, Floats, Floats, Ints, Floats, Floats, Ints, Ints, Ints, Ints]:
    """Hulls of single items below tops, one after the other.

    Returns
    -------
    (count, start_cost, start_loss, start_own, slope, gain, units, own, taken, start_units)
        The first four and the last for each cell, the others for each step: what the objective
        gains per money (with what places cost) and in all, units added, own stock of the top and
        steps taken from its clients after it.
    """
    cells = len(items)
    count = np.empty(cells, np.int64)
    start_cost, start_loss = np.empty(cells), np.empty(cells)
    start_own, start_units = np.empty(cells, np.int32), np.empty(cells, np.int32)
    size = 64 * cells + 64
    slope, gain = np.empty(size), np.empty(size)
    units, own, taken = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32)
    n = 0
    for c in range(cells):
        cost, loss, held, mine, below = tree_hull(net, items[c], tops[c], floor, HULL)
        steps = len(cost) - 1
        count[c], start_cost[c], start_loss[c], start_own[c] = steps, cost[0], loss[0], mine[0]
        start_units[c] = held[0]
        if n + steps > size:
            size = 2 * (n + steps)
            slope, gain = _longer(slope, size), _longer(gain, size)
            units, own, taken = _more(units, size), _more(own, size), _more(taken, size)
        for k in range(steps):
            gain[n] = loss[k] - loss[k + 1]
            slope[n] = gain[n] / (cost[k + 1] - cost[k])
            if k > 0:
                slope[n] = min(slope[n], slope[n - 1])
            units[n], own[n], taken[n] = held[k + 1] - held[k], mine[k + 1], below[k + 1]
            n += 1
    return (
        count, start_cost, start_loss, start_own,
        slope[:n].copy(), gain[:n].copy(), units[:n].copy(), own[:n].copy(), taken[:n].copy(),
        start_units,
    )  # fmt: skip


@compiled
def _longer(values: Floats, size: int) -> Floats:
    longer = np.empty(size)
    longer[: len(values)] = values
    return longer


@compiled
def _more(values: Ints, size: int) -> Ints:
    longer = np.empty(size, np.int32)
    longer[: len(values)] = values
    return longer


@compiled
def place_all(
    net: Net, items: Ints, tops: Ints, own: Ints, taken: Ints, floor: float, stock: Floats
) -> None:
    """Write the stock of single items below tops at a vertex of their hulls; ``stock`` (I, S)."""
    for c in range(len(items)):
        i = items[c]
        place(net, i, tops[c], floor * SAFE, own[c], taken[c], stock[i])


@compiled
def add_family(
    net: Net, family: Ints, sites: Ints, held: Floats, loss: Floats
) -> tuple[float, float]:
    """Add to ``loss`` (Y, S) what a family takes from each system, at a stock (members, S).

    Returns its backorders, weighted by site, and its loss of the objective, continued where a
    system is down for sure. ``sites`` lists suppliers before clients.
    """
    parts = parts_of(net, family)
    ebo, vbo = np.zeros(held.shape), np.zeros(held.shape)
    waiting = value = 0.0
    for s in sites:
        value += evaluate_site(net, family, parts, s, held, ebo, vbo)
        for f in range(len(family)):
            i = family[f]
            if ebo[f, s] > 0.0:
                holes = np.empty((net.use_start[i + 1] - net.use_start[i], 4))
                add_losses(holes, fill_holes(net, i, s, holes), s, ebo[f, s], loss)
                waiting += net.site_weight[s] * own_share(net, i, s) * ebo[f, s]
    return waiting, value


@compiled
def tally(
    net: Net, families: Ints, members: Ints, member_start: Ints, sites: Ints, stock: Floats,
    loss: Floats,
) -> tuple[float, float]:  # fmt: skip
    """Do the same for many families; ``stock`` has the shape (I, S)."""
    waiting = value = 0.0
    for number in families:
        family = members[member_start[number] : member_start[number + 1]]
        held = np.empty((len(family), stock.shape[1]))
        for f in range(len(family)):
            held[f] = stock[family[f]]
        more, worth = add_family(net, family, sites, held, loss)
        waiting += more
        value += worth
    return waiting, value


@compiled
def values(
    net: Net, families: Ints, members: Ints, member_start: Ints, sites: Ints, stock: Floats
) -> Floats:
    """Loss of the objective that each family takes, shape (families,)."""
    found = np.empty(len(families))
    loss = np.zeros(net.systems.shape)
    for k in range(len(families)):
        family = members[member_start[families[k]] : member_start[families[k] + 1]]
        held = np.empty((len(family), stock.shape[1]))
        for f in range(len(family)):
            held[f] = stock[family[f]]
        found[k] = add_family(net, family, sites, held, loss)[1]
    return found


@compiled
def trace(
    net: Net, items: Ints, tops: Ints, floor: float, own: Ints, taken: Ints, loss: Floats,
    waiting: Floats,
) -> None:  # fmt: skip
    """Losses and backorders of single items at several vertices of their hulls, added up.

    ``own`` and ``taken`` have the shape (cells, P), ``loss`` (P, Y, S), ``waiting`` (P,). The
    stocks of the clients only grow while that of the top stays, so little is done twice.
    """
    for c in range(len(items)):
        i, s = items[c], tops[c]
        clients = net.child[net.child_start[s] : net.child_start[s + 1]]
        leaves = leaves_of(net, i, clients)
        scratch = np.empty((3, room_of(leaves, net.local[i, s], net.local_variance[i, s])))
        uses = net.use_start[i + 1] - net.use_start[i]
        holes = np.empty((len(clients) + 1, uses, 4))
        rows = np.zeros(len(clients) + 1, np.int64)
        rows[-1] = fill_holes(net, i, s, holes[-1])
        each = np.empty(len(clients) + 1)
        each[-1] = net.site_weight[s] * own_share(net, i, s)
        for k in range(len(clients)):
            rows[k] = fill_holes(net, i, clients[k], holes[k])
            each[k] = net.site_weight[clients[k]] * own_share(net, i, clients[k])
        here, client, curves = (
            0.0,
            np.empty(0, np.int32),
            Curves(np.zeros(1, np.int32), np.zeros(0)),
        )
        level = np.zeros(len(clients), np.int32)
        before, reached = -1, 0
        for p in range(own.shape[1]):
            if own[c, p] != before or taken[c, p] < reached:
                before, reached = own[c, p], 0
                here, vbo, _ = mixed(
                    net.local[i, s], net.local_variance[i, s], float(before), at(net.batch, i, s)
                )
                client, curves = curves_of(leaves, here, vbo, floor * SAFE, scratch)
                level[:] = 0
            while reached < min(taken[c, p], len(client)):
                level[client[reached]] += 1
                reached += 1
            add_losses(holes[-1], rows[-1], s, here, loss[p])
            waiting[p] += each[-1] * here
            for k in range(len(clients)):
                ebo = curves.ebo[curves.start[k] + level[k]]
                add_losses(holes[k], rows[k], clients[k], ebo, loss[p])
                waiting[p] += each[k] * ebo
