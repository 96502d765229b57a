"""Lanes by which goods may go while a hazard cuts their way, and after it: the quickest ones.

A run of a part then needs these lanes beside those on its own ways, and no others.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from redball.planning.portfolio.hazards import Hazard
from redball.simulation.network import Network, What

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_FAR = 2**62
_TICKS_PER_DAY = 86_400.0


def cut_lanes(network: Network, hazard: Hazard) -> Flags:
    """Lanes that a hazard closes, shape (lanes,): itself, or a place at one of their ends."""
    lost = hazard.struck[hazard.struck["value"] <= 0.0]
    cut = np.zeros(len(network.lanes), np.bool_)
    cut[lost["index"][lost["what"] == What.LANE]] = True
    gone = np.zeros(len(network.nodes), np.bool_)
    gone[lost["index"][lost["what"] == What.NODE]] = True
    cut |= gone[network.lanes["from_node"]] | gone[network.lanes["to_node"]]
    return cut


def other_ways(network: Network, hazards: Sequence[Hazard], part: Ints) -> dict[int, Ints]:
    """Lanes of other ways for each part, where a hazard cuts a way of it and there is another.

    Parameters
    ----------
    network : Network
    hazards : sequence of Hazard
    part : int32 array, shape (cells,)
        Part of each cell.

    Returns
    -------
    dict of int to int32 array
        By part rows of lanes, ascending: the quickest ways around each hazard from where goods meet
        a lane that is cut, and from every place on them the quickest way when all is open again.
    """
    arcs = network.arcs
    size = (arcs["last_lane"] - arcs["first_lane"]).astype(np.int64)
    start = np.cumsum(size) - size
    at = np.arange(int(size.sum())) - np.repeat(start, size)
    at += np.repeat(arcs["first_lane"].astype(np.int64), size)
    lane = network.routes[at]
    cell = np.repeat(arcs["cell"], size)
    goal, origin = network.cells["node"][cell], network.lanes["from_node"][lane]
    quick = _Quickest(network)
    found: dict[int, set[int]] = {}
    for hazard in hazards:
        cut = cut_lanes(network, hazard)
        met = cut[lane]
        if not met.any():
            continue
        pairs, which = np.unique(
            np.stack([origin[met], goal[met]], axis=1), axis=0, return_inverse=True
        )
        around = quick.lanes(cut, pairs)
        own = np.unique(np.stack([part[cell[met]], which.reshape(-1)], axis=1), axis=0)
        for number, pair in own.tolist():
            if around[pair]:
                found.setdefault(number, set()).update(around[pair])
    return {number: np.array(sorted(lanes), np.int32) for number, lanes in found.items()}


class _Quickest:
    """Quickest ways by mean times, as goods look for them."""

    def __init__(self, network: Network) -> None:
        lanes = network.lanes
        self._order = np.argsort(lanes["from_node"], kind="stable")
        self._from = lanes["from_node"][self._order].astype(np.int64)
        self._to = lanes["to_node"][self._order].astype(np.int64)
        mean = network.laws["mean"][lanes["law"][self._order]]
        self._time = np.floor(mean * _TICKS_PER_DAY + 0.5).astype(np.int64) + 1
        self._ends = lanes["to_node"].tolist()
        self._nodes = len(network.nodes)
        self._open: dict[int, Ints] = {}

    def lanes(self, cut: Flags, pairs: Ints) -> list[set[int]]:
        """For each pair of origin and goal the lanes around what is cut, and on from there."""
        goals, which = np.unique(pairs[:, 1], return_inverse=True)
        first = self._first(~cut, goals)
        missing = [goal for goal in goals.tolist() if goal not in self._open]
        if missing:
            every = np.ones(len(cut), np.bool_)
            self._open |= dict(zip(missing, self._first(every, np.array(missing)), strict=True))
        found = []
        for (origin, goal), row in zip(pairs.tolist(), which.reshape(-1).tolist(), strict=True):
            way, places = self._walked(first[row], origin, goal)
            every_way = set(way)
            if way:
                for place in places:
                    every_way.update(self._walked(self._open[goal], place, goal)[0])
            found.append(every_way)
        return found

    def _walked(self, first: Ints, origin: int, goal: int) -> tuple[list[int], list[int]]:
        """Lanes and places from an origin to a goal; no lanes where there is no way."""
        way, places = [], [origin]
        while places[-1] != goal:
            lane = int(first[places[-1]])
            if lane < 0:
                return [], [origin]
            way.append(lane)
            places.append(self._ends[lane])
        return way, places

    def _first(self, usable: Flags, goals: Iterable[int]) -> Ints:
        """First lane from each node to each goal, shape (goals, nodes); -1 without a way."""
        rows = np.fromiter(goals, np.int64)
        far = np.full((len(rows), self._nodes), _FAR)
        far[np.arange(len(rows)), rows] = 0
        first = np.full((len(rows), self._nodes), -1, np.int32)
        kept = usable[self._order]
        begin, end, time = self._from[kept], self._to[kept], self._time[kept]
        if not len(begin):
            return first
        heads, starts = np.unique(begin, return_index=True)
        while True:
            over = np.minimum(far[:, end] + time, _FAR)
            best = np.minimum.reduceat(over, starts, axis=1)
            if not (best < far[:, heads]).any():
                break
            far[:, heads] = np.minimum(far[:, heads], best)
        rank = np.where((over == far[:, begin]) & (over < _FAR), np.arange(len(begin)), len(begin))
        least = np.minimum.reduceat(rank, starts, axis=1)
        own = self._order[kept].astype(np.int32)
        first[:, heads] = np.append(own, np.int32(-1))[least]
        return first
