"""The most that can leave, at the least cost: successive shortest paths in a small network.

Nodes: a source, sites (what they can outload), stock of an item at a site, demands, a sink. Flow is
in kg. Demands are opened one priority after the other. A path that raises the flow never lowers
what reached the sink before, so the amounts are the greatest possible in lexicographic order: first
priority 1, then priority 2 given priority 1, and so on (flows into a set of sinks form a
polymatroid; Ford and Fulkerson 1962; Megiddo 1974). Each path is a shortest one, so of the flows of
its size it has the least cost at each step (Busacker and Gowen 1960).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from redball.model.compiled import Floats, Longs, compiled

_CHUNK = 200
"""Paths between two reports of progress."""


@dataclass(frozen=True)
class Network:
    """What may flow from where to where, in one window.

    Attributes
    ----------
    stock_site : int64 array, shape (stocks,)
        Site of each stock.
    way_stock, way_demand : int64 array, shape (ways,)
        Stock and demand that a way joins.
    way_cost : float64 array, shape (ways,)
        0 or more; of equal amounts the flow of the least cost is taken.
    level : int64 array, shape (demands,)
        Rank of the priority, from 0.
    """

    stock_site: Longs
    way_stock: Longs
    way_demand: Longs
    way_cost: Floats
    level: Longs


def flow(
    net: Network,
    capacity: Floats,
    stock: Floats,
    demand: Floats,
    tell: Callable[[float], None] = lambda _: None,
) -> Floats:
    """Flow on each way in kg, shape (ways,).

    Parameters
    ----------
    capacity, stock, demand : float64 array
        In kg: outloading of each site in the window, stock, demand.
    tell : callable
        Called between chunks of work with the share that is done.
    """
    sites, stocks, demands, ways = len(capacity), len(stock), len(demand), len(net.way_stock)
    source, sink = sites + stocks + demands, sites + stocks + demands + 1
    first = np.arange(sites)
    tail = np.concatenate(
        [np.full(sites, source), net.stock_site, sites + net.way_stock,
         sites + stocks + np.arange(demands)]
    )  # fmt: skip
    head = np.concatenate(
        [first, sites + np.arange(stocks), sites + stocks + net.way_demand, np.full(demands, sink)]
    )
    most = float(max(capacity.sum(), stock.sum(), 1.0))
    room = np.concatenate([capacity, stock, np.full(ways, most), np.zeros(demands)])
    cost = np.concatenate([np.zeros(sites + stocks), net.way_cost, np.zeros(demands)])
    arcs = len(tail)
    # arc a has its way back at a + arcs
    ends = np.concatenate([head, tail]).astype(np.int64)
    starts = np.concatenate([tail, head])
    order = np.argsort(starts, kind="stable").astype(np.int64)
    begin = np.searchsorted(starts[order], np.arange(sink + 2)).astype(np.int64)
    left = np.concatenate([room, np.zeros(arcs)])
    price = np.concatenate([cost, -cost])
    levels = np.unique(net.level)
    dust = 1e-12 * most
    for done, level in enumerate(levels.tolist()):
        tell(done / len(levels))
        opened = arcs - demands + np.flatnonzero(net.level == level)
        left[opened] = demand[net.level == level]
        while not _augment(begin, order, ends, left, price, source, sink, dust, _CHUNK):
            tell(done / len(levels))
    back = arcs + sites + stocks
    found: Floats = left[back : back + ways].copy()
    return found


@compiled
def _augment(
    begin: Longs, order: Longs, ends: Longs, left: Floats, price: Floats, source: int, sink: int,
    dust: float, most: int,
) -> bool:  # fmt: skip
    """Send along so many shortest paths; whether there are no more."""
    nodes = len(begin) - 1
    arcs = len(ends) // 2
    queue = np.empty(nodes + 1, np.int64)
    for _ in range(most):
        far = np.full(nodes, np.inf)
        via = np.full(nodes, -1, np.int64)
        waiting = np.zeros(nodes, np.bool_)
        far[source] = 0.0
        queue[0] = source
        start, stop = 0, 1
        while start != stop:
            node = queue[start]
            start = (start + 1) % (nodes + 1)
            waiting[node] = False
            if node == sink:  # no path goes on from there
                continue
            for at in range(begin[node], begin[node + 1]):
                arc = order[at]
                if left[arc] <= dust:
                    continue
                to = ends[arc]
                if to != source and far[node] + price[arc] < far[to] - 1e-9:
                    far[to] = far[node] + price[arc]
                    via[to] = arc
                    if not waiting[to]:
                        waiting[to] = True
                        queue[stop] = to
                        stop = (stop + 1) % (nodes + 1)
        if via[sink] < 0:
            return True
        sent = np.inf
        node = sink
        while node != source:
            arc = via[node]
            sent = min(sent, left[arc])
            node = ends[arc + arcs] if arc < arcs else ends[arc - arcs]
        node = sink
        while node != source:
            arc = via[node]
            back = arc + arcs if arc < arcs else arc - arcs
            left[arc] -= sent
            left[back] += sent
            node = ends[back]
    return False


@compiled
def top_up(
    order: Longs, net_site: Longs, way_stock: Longs, way_demand: Longs, mass: Floats,
    capacity: Floats, stock: Floats, demand: Floats, sent: Floats,
) -> None:  # fmt: skip
    """Add whole units along ways in the order given; changes ``sent`` and what is left.

    ``capacity`` in kg by site, ``stock`` and ``demand`` in units, ``mass`` in kg per unit by way.
    """
    for at in range(len(order)):
        way = order[at]
        site, supply, wanted = net_site[way_stock[way]], way_stock[way], way_demand[way]
        fits = np.floor(capacity[site] / mass[way] + 1e-9)
        units = min(fits, np.floor(stock[supply] + 1e-9), np.floor(demand[wanted] + 1e-9))
        if units > 0.0:
            sent[way] += units
            stock[supply] -= units
            demand[wanted] -= units
            capacity[site] -= units * mass[way]
