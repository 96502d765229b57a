"""From a priced purchase to the best whole one: fill what is left, then prove or improve.

At shadow prices every purchase of an item other than its best has a penalty: how much it raises the
Lagrangian. A plan whose penalties add up to more than the gap between bound and best known plan
cannot be better. What remains, the core, is searched depth first; most cores are tiny.
"""

import math
from dataclasses import dataclass

import numpy as np

from redball.model.compiled import Floats, Longs, compiled
from redball.stock.reserves.prices import Limits, Priced
from redball.stock.reserves.shortage import Shortage

_MOST_OPTIONS = 200_000
_MOST_FILLS = 20_000
_ROUNDING = 1e-11


@dataclass(frozen=True)
class Found:
    """A feasible purchase, and whether none is better."""

    buy: Floats
    value: float
    proven: bool


def best_purchase(shortage: Shortage, limits: Limits, priced: Priced, most_nodes: int) -> Found:
    """Improve a priced purchase; prove it the best where the search ends within the nodes."""
    buy = _filled(shortage, limits, priced)
    value = float(shortage.weighted(buy).sum())
    slack = _ROUNDING * max(1.0, abs(value))
    if value - priced.bound <= slack:
        return Found(buy, value, proven=True)
    unit = priced.prices @ limits.use
    centre = shortage.best(unit)
    floor = shortage.weighted(centre) + unit * centre
    gap = value - priced.bound + slack
    lowest = centre - _reach(shortage, unit, centre, floor, gap, -1.0)
    highest = centre + _reach(shortage, unit, centre, floor, gap, 1.0)
    core = np.flatnonzero(highest > lowest)
    options = (highest - lowest + 1.0)[core]
    if options.sum() > _MOST_OPTIONS:
        return Found(buy, value, proven=False)
    core = core[np.argsort(options, kind="stable")]  # the widest last, where most is cut off
    fixed = centre.copy()
    fixed[core] = 0.0
    base = float(shortage.weighted(fixed).sum() - shortage.weighted(fixed)[core].sum())
    start, units, penalty, worth = _table(shortage, unit, floor, core, lowest, highest)
    chosen = np.full(len(core), -1, np.int64)
    reached, ended = _search(
        start, units, penalty, worth, np.ascontiguousarray(limits.use[:, core].T),
        limits.left - limits.use @ fixed, base, priced.bound, value - slack, most_nodes, chosen,
    )  # fmt: skip
    if chosen[0] >= 0:
        fixed[core] = units[chosen]
        if limits.hold(fixed) and reached < value:
            buy, value = fixed, float(shortage.weighted(fixed).sum())
    return Found(buy, value, bool(ended))


def _filled(shortage: Shortage, limits: Limits, priced: Priced) -> Floats:
    """Spend what is left on whole units with the greatest gain for their cost."""
    buy = priced.buy.copy()
    if not len(buy):
        return buy
    unit = np.maximum(priced.prices @ limits.use, 1e-300)
    now = shortage.weighted(buy)
    gain = now - shortage.weighted(np.minimum(buy + 1.0, shortage.most))
    left = limits.left - limits.use @ buy
    for _ in range(_MOST_FILLS):
        fits = (limits.use <= left[:, None] * (1 + 1e-12)).all(axis=0) & (buy < shortage.most)
        density = np.where(fits & (gain > 0), gain / unit, 0.0)
        i = int(density.argmax())
        if density[i] <= 0:
            break
        count = _run(shortage, limits, buy, left, i, float(density[i]) * unit[i])
        buy[i] += count
        left = limits.left - limits.use @ buy
        after = shortage.weighted(buy)
        gain[i] = after[i] - shortage.weighted(np.minimum(buy + 1.0, shortage.most))[i]
    return buy


def _run(
    shortage: Shortage, limits: Limits, buy: Floats, left: Floats, i: int, gain: float
) -> float:
    """Units that still fit and gain as much as the first: many where the gain is flat."""
    use = limits.use[:, i]
    most = float(shortage.most[i] - buy[i])
    if (use > 0).any():
        most = min(most, math.floor(float((left[use > 0] / use[use > 0]).min()) + 1e-9))
    price = 2.0 * shortage.weight  # nothing of the others
    price[i] = gain * (1 - 1e-9)
    return max(1.0, min(most, float(shortage.best(price)[i] - buy[i])))


def _reach(
    shortage: Shortage, unit: Floats, centre: Floats, floor: Floats, gap: float, side: float
) -> Floats:
    """How far from the centre, on one side, the penalty stays within the gap."""
    room = centre if side < 0 else shortage.most - centre
    low, high = np.zeros(len(centre)), room.copy()
    while np.any(low < high):
        middle = np.ceil(0.5 * (low + high))
        buy = centre + side * middle
        within = shortage.weighted(buy) + unit * buy - floor <= gap
        low, high = np.where(within, middle, low), np.where(within, high, middle - 1.0)
    return low


def _table(
    shortage: Shortage,
    unit: Floats,
    floor: Floats,
    core: Longs,
    lowest: Floats,
    highest: Floats,
) -> tuple[Longs, Floats, Floats, Floats]:
    """Options of every core item, the least penalty first: start, units, penalty, shortage."""
    count = (highest - lowest + 1.0)[core].astype(np.int64)
    start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    item = np.repeat(np.arange(len(core)), count)
    units = lowest[core][item] + (np.arange(start[-1]) - start[:-1][item])
    part = core[item]
    each = Shortage(
        shortage.laws, shortage.law[part], shortage.demand[part], shortage.weight[part],
        shortage.have[part], shortage.most[part],
    )  # fmt: skip
    worth = each.weighted(units)
    penalty = np.maximum(worth + unit[part] * units - floor[part], 0.0)
    order = np.lexsort((units, penalty, item))
    return start, units[order], penalty[order], worth[order]


@compiled
def _least(start: Longs, units: Floats, use: Floats) -> Floats:
    """The least of each resource that the items from each level on need."""
    items, resources = use.shape
    least = np.zeros((items + 1, resources))
    for i in range(items - 1, -1, -1):
        fewest = units[start[i]]
        for option in range(start[i], start[i + 1]):
            fewest = min(fewest, units[option])
        for k in range(resources):
            least[i, k] = least[i + 1, k] + fewest * use[i, k]
    return least


@compiled
def _search(
    start: Longs, units: Floats, penalty: Floats, worth: Floats, use: Floats, left: Floats,
    base: float, bound: float, best: float, most_nodes: int, chosen: Longs,
) -> tuple[float, bool]:  # fmt: skip
    """Depth first over the core; writes the best options to ``chosen``. Whether it ended."""
    items, resources = use.shape
    pick = np.full(items, -1, np.int64)
    paid = np.zeros(items + 1)
    value = np.full(items + 1, base)
    room = np.empty((items + 1, resources))
    room[0] = left
    least = _least(start, units, use)
    level = 0
    nodes = 0
    while level >= 0:
        nodes += 1
        if nodes > most_nodes:
            return best, False
        pick[level] += 1
        option = start[level] + pick[level]
        done = option >= start[level + 1]
        if not done:
            done = bound + paid[level] + penalty[option] >= best  # the rest costs no less
        if done:
            pick[level] = -1
            level -= 1
            continue
        fits = True
        for k in range(resources):
            after = room[level, k] - units[option] * use[level, k]
            room[level + 1, k] = after
            if after - least[level + 1, k] < -1e-12 * (1.0 + abs(left[k])):
                fits = False
        if not fits:
            continue
        paid[level + 1] = paid[level] + penalty[option]
        value[level + 1] = value[level] + worth[option]
        if level + 1 < items:
            level += 1
            continue
        if value[items] < best:
            best = float(value[items])
            for i in range(items):
                chosen[i] = start[i] + pick[i]
    return best, True
