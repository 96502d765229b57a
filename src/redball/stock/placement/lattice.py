"""Candidate service times: lists that hold an optimal schedule exactly, whatever the fractions.

**Exact time.** All times become whole multiples of one tick, the greatest common divisor of the
times as given. A number within one part in 10^12 of a fraction with a denominator up to 10,000 is
that fraction; any other is read to nine decimals.

**Why lists.** The cost is concave over a polyhedron of differences (``S_j - SI_j <= T_j``,
``S_i - SI_j <= 0``, limits), so some vertex is optimal. At a vertex every variable hangs on a limit
(0, a quoted time, an external inbound time) by a path of tight constraints, each of which adds or
takes away a stage's time or nothing. So a list that holds the limits, and is closed under these
steps within the least and largest possible time of each variable, holds an optimal schedule. Of
the real chains of Willems most have lists far shorter than the days; none needs a grid.

The tick is Graves and Willems' remark that whole data have whole optima (MSOM 2 (2000) 68-83), one
step further. Among optimal vertices one has ``SI`` at the largest service time of the suppliers (a
tiny price on ``SI`` selects it), which gives the largest times.
"""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from redball.model import BadData
from redball.model.compiled import Floats, Longs, compiled
from redball.stock.placement.chain import Chain

_DENOMINATOR = 10_000
_DECIMALS = 10**9
_LARGEST_TICK = 2.0**52
MOST_CANDIDATES = 3_000_000
"""Times in all lists together: about 300 MB with the messages of a bound."""


class TooManyTimes(Exception):
    """The exact lists would be too long; raised and caught inside this package."""


@dataclass(frozen=True, eq=False)
class Lattice:
    """A chain as variables with lists of times, and edges; stages in topological order.

    Variable ``2 p`` is the inbound, ``2 p + 1`` the outbound service time of the stage at place
    *p* of the order. Edge *p* is that stage; the edges after the stages are the arcs.

    Attributes
    ----------
    value : float64 array
        Times in ticks, list after list, each rising.
    start : int64 array, shape (variables + 1,)
    factor : float64 array, shape (stages,)
        Cost of a net replenishment time of one tick.
    time : float64 array, shape (stages,)
        Stage times in ticks.
    tail, head : int64 arrays, shape (edges,)
    ticks_per_day : float
    """

    value: Floats
    start: Longs
    factor: Floats
    time: Floats
    tail: Longs
    head: Longs
    ticks_per_day: float

    @property
    def stages(self) -> int:
        """Number of stages."""
        return len(self.factor)

    @property
    def variables(self) -> int:
        """Number of variables: two a stage."""
        return len(self.start) - 1

    def cost(self, chosen: Longs) -> float:
        """Cost of a choice of positions in ``value``; it must keep all constraints."""
        at = self.value[chosen]
        return float(self.factor @ np.sqrt(at[0::2] - at[1::2] + self.time))


@dataclass(frozen=True, eq=False)
class Window:
    """Only times within a width of a schedule; arrays in the order of the chain's stages."""

    inbound_days: Floats
    outbound_days: Floats
    width_days: float


def build_lattice(
    chain: Chain,
    *,
    within: Window | None = None,
    grid_up_to: int = 0,
    most: int = MOST_CANDIDATES,
    look: Callable[[], None] | None = None,
) -> Lattice:
    """Variables, edges and lists of times of a chain.

    Parameters
    ----------
    chain : Chain
    within : Window, optional
        Only times near a schedule that keeps all constraints. Its own times are in the lists, but
        the lists no longer hold an optimum for sure.
    grid_up_to : int
        Take all whole ticks instead of lists when they are no more than this: made faster, and
        as exact, but more to work through.
    most : int
        Most times in all lists together.
    look : callable, optional
        Called now and then; may raise to stop.

    Raises
    ------
    BadData
        Times so long or so fine that they can't be told apart.
    TooManyTimes
        More than ``most`` times.
    """
    stages = np.arange(chain.stages)
    order = chain.order
    place = np.empty(chain.stages, dtype=np.int64)
    place[order] = stages
    tail = np.concatenate([2 * stages, 2 * place[chain.supplier] + 1])
    head = np.concatenate([2 * stages + 1, 2 * place[chain.customer]])
    days = [chain.stage_time_days, chain.inbound_time_days, chain.limit_days]
    if within is not None:
        days += [within.inbound_days, within.outbound_days]
    parts, per_day = in_ticks(tuple(days))
    time, inbound, limit, *schedule = (part[order] for part in parts)
    least, largest = _least(inbound), _largest(time, inbound, limit, tail, head)
    factor = chain.weight[order] / math.sqrt(per_day)
    if within is None and (largest - least + 1).sum() <= grid_up_to:
        value, start = _grids(least, largest)
        return Lattice(value, start, factor, time, tail, head, per_day)
    begin = [[float(least[v])] for v in range(2 * chain.stages)]
    for p in np.flatnonzero(limit <= largest[1::2]):
        begin[2 * p + 1].append(float(limit[p]))
    if schedule:
        here = np.stack(schedule, axis=1).ravel()
        width = within.width_days * per_day if within is not None else 0.0
        least, largest = np.maximum(least, here - width), np.minimum(largest, here + width)
        # a schedule may lie beyond the longest useful time; it stays allowed
        largest = np.maximum(largest, here)
        begin = [
            sorted({x for x in some if least[v] <= x <= largest[v]} | {float(here[v])})
            for v, some in enumerate(begin)
        ]
    lists = _closed(time, begin, least, largest, tail, head, most, look)
    start = np.cumsum([0, *(len(part) for part in lists)]).astype(np.int64)
    return Lattice(np.concatenate(lists), start, factor, time, tail, head, per_day)


def in_ticks(parts: tuple[Floats, ...]) -> tuple[list[Floats], float]:
    """Arrays of days as whole numbers of the longest tick that fits them all, and ticks a day.

    Raises
    ------
    BadData
        The longest time has more than 2^52 ticks.
    """
    finite = np.unique(np.concatenate([part[np.isfinite(part)] for part in parts]))
    exact = {float(t): _fraction(float(t)) for t in finite}
    per_day = math.lcm(*(f.denominator for f in exact.values())) if exact else 1
    longest = float(finite.max(initial=0.0)) * len(parts[0])
    if per_day * longest > _LARGEST_TICK:
        exact = {t: Fraction(round(t * _DECIMALS), _DECIMALS) for t in exact}
        per_day = math.lcm(*(f.denominator for f in exact.values()))
    if per_day * longest > _LARGEST_TICK:
        raise BadData(
            f"Times up to {finite.max():g} days in steps of 1/{per_day} can't be told apart.",
            mend="Round the stage times to fewer decimals.",
        )
    counts = {t: int(f * per_day) for t, f in exact.items()}
    divisor = math.gcd(*counts.values()) or 1
    table = np.array([counts[float(t)] // divisor for t in finite], dtype=np.float64)
    out = []
    for part in parts:
        known = np.isfinite(part)
        ticks = np.full(len(part), np.inf)
        ticks[known] = table[np.searchsorted(finite, part[known])]
        out.append(ticks)
    return out, per_day / divisor


def _fraction(days: float) -> Fraction:
    near = Fraction(days).limit_denominator(_DENOMINATOR)
    if abs(float(near) - days) <= 1e-12 * max(days, 1.0):
        return near
    return Fraction(round(days * _DECIMALS), _DECIMALS)


def _closed(
    time: Floats, begin: list[list[float]], least: Floats, largest: Floats, tail: Longs,
    head: Longs, most: int, look: Callable[[], None] | None,
) -> list[Floats]:  # fmt: skip
    """Lists closed under the steps along tight constraints, within the possible times."""
    steps: list[list[tuple[int, float]]] = [[] for _ in begin]
    for e, (u, w) in enumerate(zip(tail.tolist(), head.tolist(), strict=True)):
        shift = float(time[e]) if e < len(time) else 0.0
        steps[u].append((w, shift))
        steps[w].append((u, -shift))
    known = [np.unique(np.array(some)) for some in begin]
    fresh = list(known)
    waiting, queued = deque(range(len(begin))), np.ones(len(begin), dtype=np.bool_)
    total = sum(len(part) for part in known)
    turns = 0
    while waiting:
        v = waiting.popleft()
        queued[v] = False
        news, fresh[v] = fresh[v], np.zeros(0)
        for w, shift in steps[v]:
            merged, added = _merged(known[w], news, shift, least[w], largest[w])
            if not len(added):
                continue
            total += len(added)
            known[w] = merged
            fresh[w] = _merged(fresh[w], added, 0.0, -np.inf, np.inf)[0]
            if not queued[w]:
                queued[w] = True
                waiting.append(w)
        if total > most:
            raise TooManyTimes
        turns += 1
        if look is not None and turns % 64 == 0:
            look()
    return known


def _least(inbound: Floats) -> Floats:
    """Least possible time of each variable."""
    out = np.zeros(2 * len(inbound))
    out[0::2] = inbound
    return out


def _largest(time: Floats, inbound: Floats, limit: Floats, tail: Longs, head: Longs) -> Floats:
    """Longest useful time of each variable: no longer than all that wait for it can use."""
    stages = len(time)
    supplier, customer = tail[stages:], head[stages:]
    by_customer, by_supplier = np.argsort(customer), np.argsort(-supplier)
    return _longest_useful(
        time, inbound, limit, supplier[by_customer], customer[by_customer],
        supplier[by_supplier], customer[by_supplier],
    )  # fmt: skip


@compiled
def _longest_useful(
    time: Floats, inbound: Floats, limit: Floats, supplier: Longs, customer: Longs,
    last_supplier: Longs, last_customer: Longs,
) -> Floats:  # fmt: skip
    """See :func:`_largest`; arcs by rising customer, and again by falling supplier."""
    stages = len(time)
    out = np.zeros(2 * stages)
    arc = 0
    for p in range(stages):
        out[2 * p] = inbound[p]
        while arc < len(supplier) and customer[arc] == 2 * p:
            out[2 * p] = max(out[2 * p], out[supplier[arc]])
            arc += 1
        out[2 * p + 1] = min(limit[p], out[2 * p] + time[p])
    for arc in range(len(last_supplier)):
        u = last_supplier[arc]
        out[u] = min(out[u], out[last_customer[arc]])
    return out


def _grids(least: Floats, largest: Floats) -> tuple[Floats, Longs]:
    """All whole ticks from least to largest, list after list, and where the lists begin."""
    size = (largest - least).astype(np.int64) + 1
    start = np.concatenate([[0], np.cumsum(size)])
    return np.arange(start[-1]) - np.repeat(start[:-1] - least, size), start


@compiled
def _merged(
    known: Floats, news: Floats, shift: float, least: float, largest: float
) -> tuple[Floats, Floats]:
    """Union of two rising lists, the second shifted and cut; and what is new in it."""
    union = np.empty(len(known) + len(news))
    added = np.empty(len(news))
    i = size = count = 0
    for k in range(len(news)):
        x = news[k] + shift
        if x < least or x > largest:
            continue
        while i < len(known) and known[i] < x:
            union[size] = known[i]
            size += 1
            i += 1
        if i < len(known) and known[i] == x:
            continue
        union[size] = x
        size += 1
        added[count] = x
        count += 1
    if count == 0:
        return known, added[:0]
    while i < len(known):
        union[size] = known[i]
        size += 1
        i += 1
    return union[:size].copy(), added[:count].copy()
