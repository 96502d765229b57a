"""Proven optimum of a general chain: bounds by messages, then halving of lists of times.

1. Passes of messages raise the bound; schedules read off them and improved over random forests
   lower the cost. Often they meet.
2. Times whose marginal passes the gap between the two can't be part of a better schedule; they are
   dropped.
3. What is left is searched by branch and bound: the list of one variable is cut in two, the more
   promising half first, the other kept for later. Messages carry over (any messages give a valid
   bound). The least bound of all halves that are still open is the bound of the whole.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from redball.model.compiled import Floats, Longs
from redball.stock.placement.bounds import shrink
from redball.stock.placement.lattice import Lattice
from redball.stock.placement.relaxation import Relaxation
from redball.stock.placement.search import improve

ROOT_PASSES = 400
_STALLED = 0.02
"""Ten passes that close less than this share of the gap are the last ones."""
_NODE_PASSES = 6
FIRST_ROUNDS, LATER_ROUNDS = 25, 10
"""Random forests in a row without gain: for the first schedule, and for later ones."""


@dataclass
class Outcome:
    """Best schedule found (times in ticks), its cost, and what no schedule can fall below."""

    ticks: Floats
    cost: float
    bound: float
    nodes: int


class _OutOfTime(Exception):
    """Ends the search; the best schedule and the bound stand."""


def branch_and_bound(
    lattice: Lattice,
    *,
    gap: float,
    left: Callable[[], bool],
    tell: Callable[[float], None],
    seed: int = 0,
) -> Outcome:
    """Search until the relative gap is closed or time is up.

    Parameters
    ----------
    lattice : Lattice
    gap : float
        Relative gap at which a schedule counts as optimal.
    left : callable
        False when time is up. Called at least once in each pass of messages, and may raise.
    tell : callable
        Told the share of the gap that is closed, measured from the first bound.
    seed : int
        Of the random forests.
    """
    return _Search(lattice, gap, left, tell, seed).run()


class _Search:
    def __init__(
        self, lattice: Lattice, gap: float, left: Callable[[], bool],
        tell: Callable[[float], None], seed: int,
    ) -> None:  # fmt: skip
        self.gap, self._left, self._tell = gap, left, tell
        self.rng = np.random.default_rng(seed)
        self.relaxed = Relaxation(lattice)
        self.bound = 0.0
        self.nodes = 0
        # every list begins with the least time possible, and those fit together
        self.best = lattice.start[:-1].copy()
        self.cost = lattice.cost(self.best)
        self._try(self.best, FIRST_ROUNDS)

    def run(self) -> Outcome:
        try:
            self._root()
            if not self._closed(self.bound):
                self._tree()
        except _OutOfTime:
            pass
        ticks = self.relaxed.lattice.value[self.best]
        return Outcome(ticks, self.cost, min(self.bound, self.cost), self.nodes)

    def _closed(self, bound: float) -> bool:
        return bound >= self.cost * (1 - self.gap)

    def _look(self) -> None:
        if not self._left():
            raise _OutOfTime
        if self.cost > 0:
            self._tell(self.bound / self.cost)

    def _try(self, chosen: Longs, rounds: int) -> None:
        """Take a schedule if it is better, and improve it."""
        cost = self.relaxed.lattice.cost(chosen)
        if cost < self.cost * (1 - 1e-12) or chosen is self.best:
            better = improve(self.relaxed.lattice, chosen, self.rng, rounds=rounds, look=self._left)
            self.best, self.cost = better, self.relaxed.lattice.cost(better)

    def _root(self) -> None:
        """Bound of the whole; drops times that can't be part of a better schedule."""
        low, high = self.relaxed.everything()
        keep = np.ones(len(self.relaxed.lattice.value), dtype=np.bool_)
        seen: list[float] = []
        while len(seen) < ROOT_PASSES:
            for backward in (False, True):
                self._look()
                reached = self.relaxed.bound(low, high, backward=backward)
                if seen:
                    allowance = self.cost - self.bound + self.gap * self.cost
                    keep &= self.relaxed.marginal <= allowance
            self.bound = max(self.bound, reached)
            seen.append(self.bound)
            if len(seen) % 5 == 0:
                self._try(self.relaxed.read_off(low, high), LATER_ROUNDS)
            if self._closed(self.bound):
                return
            if len(seen) > 20 and seen[-1] - seen[-11] < _STALLED * (self.cost - self.bound):
                break
        self._try(self.best, 2 * FIRST_ROUNDS)
        keep[self.best] = True
        self.best = (np.cumsum(keep) - 1)[self.best]
        self.relaxed = self.relaxed.shortened(keep)

    def _tree(self) -> None:
        low, high = self.relaxed.everything()
        waiting: list[tuple[float, int, Longs, Longs]] = [(self.bound, 0, low, high)]
        count = 0
        while waiting:
            bound, _, low, high = heapq.heappop(waiting)
            self.bound = max(self.bound, min(bound, self.cost * (1 - self.gap)))
            while not self._closed(bound):
                bound, halves = self._node(bound, low, high)
                if not halves:
                    break
                (low, high), *others = halves
                for other in others:
                    count += 1
                    heapq.heappush(waiting, (bound, count, *other))
        self.bound = max(self.bound, self.cost * (1 - self.gap))

    def _node(
        self, bound: float, low: Longs, high: Longs
    ) -> tuple[float, list[tuple[Longs, Longs]]]:
        """Bound a part and cut it in two, the more promising half first."""
        self.nodes += 1
        for turn in range(_NODE_PASSES):
            self._look()
            # marginals of the backward pass stand on the bound of the forward pass
            base = self.relaxed.bound(low, high, backward=False)
            before, reached = bound, self.relaxed.bound(low, high, backward=True)
            bound = max(bound, reached)
            if self._closed(bound):
                return bound, []
            if turn and bound - before < _STALLED * (self.cost - bound):
                break
        chosen = self.relaxed.read_off(low, high)
        self._try(chosen, LATER_ROUNDS)
        if self._closed(bound) or not self._shrink(low, high, base):
            return bound, []
        return bound, self._halves(low, high, np.clip(chosen, low, high - 1))

    def _shrink(self, low: Longs, high: Longs, bound: float) -> bool:
        """Drop times at the ends of lists that can't be part of a better schedule."""
        allowance = self.cost - bound + self.gap * self.cost
        return shrink(self.relaxed.marginal, allowance, low, high) and self.relaxed.tighten(
            low, high
        )

    def _halves(self, low: Longs, high: Longs, chosen: Longs) -> list[tuple[Longs, Longs]]:
        open_ = np.flatnonzero(high - low > 1)
        if not len(open_):
            self._try(low, LATER_ROUNDS)
            return []
        v, cut = self._cut(low, high, chosen, open_)
        marginal = self.relaxed.marginal
        below = low.copy(), high.copy()
        below[1][v] = cut
        above = low.copy(), high.copy()
        above[0][v] = cut
        parts = [below, above]
        if marginal[cut : high[v]].min() < marginal[low[v] : cut].min():
            parts.reverse()
        return [part for part in parts if self.relaxed.tighten(*part)]

    def _cut(self, low: Longs, high: Longs, chosen: Longs, open_: Longs) -> tuple[int, int]:
        """Variable where schedule and bound disagree most, and a place between the two.

        Outbound times come first: they are what a stage decides, inbound times only follow. That
        took a third of the parts on chain 21 of Willems, and as many on chain 27.
        """
        marginal = self.relaxed.marginal
        least = 1e-9 * self.cost
        apart = open_[marginal[chosen[open_]] > least]
        decided = apart[apart % 2 == 1]
        if len(apart):
            some = decided if len(decided) else apart
            v = int(some[np.argmax(marginal[chosen[some]])])
            wanted = int(low[v]) + int(np.argmin(marginal[low[v] : high[v]]))
            cut = (wanted + int(chosen[v]) + 1) // 2
        else:
            v = int(open_[np.argmax((high - low)[open_])])
            cut = int(low[v] + high[v]) // 2
        return v, min(max(cut, int(low[v]) + 1), int(high[v]) - 1)
