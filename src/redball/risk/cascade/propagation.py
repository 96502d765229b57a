"""The kernel of the cascade: rounds of losses downstream and upstream, eight cases at a time.

Everything is kept as *loss*, one minus health, so that what is whole is exactly zero. Links are
read eight cases at a time, each case in a lane of its own: a link's place and weight are read once
for eight, and the sums of a lane are formed in the same order whatever runs in the other lanes.
Only firms with a partner whose loss changed are computed again; as the others would get the same
number, that changes nothing but the time.
"""

from typing import NamedTuple

import numpy as np

from redball.model.compiled import Flags, Floats, Ints, Longs, compiled
from redball.risk.cascade.links import Links

LANES = 8
"""Cases that are followed together."""

DENSE = 8
"""Where one firm in so many changed, everyone is computed again: finding out whom costs more."""


class Lanes(NamedTuple):
    """State of the cases that are followed together; arrays of shape (firms, lanes).

    Attributes
    ----------
    least : float64 array
        Loss by the shock itself.
    down, up : float64 array
        Loss for want of inputs and for want of customers.
    felt : float64 array
        ``down`` times the firm's market share factor: what its customers feel.
    fresh : float64 array
        Values of this round that are not to be seen before the next.
    size : float64 array, shape (markets, lanes)
        What is left of each market.
    open : bool array, shape (lanes,)
        Cases that have not come to rest.
    """

    least: Floats
    down: Floats
    up: Floats
    felt: Floats
    fresh: Floats
    size: Floats
    open: Flags


class Work(NamedTuple):
    """Which firms to compute again.

    Attributes
    ----------
    listed : int32 array, shape (4, firms)
        Firms to compute: downstream, upstream; firms that changed: downstream, upstream.
    length : int64 array, shape (4,)
        How many of each.
    mark : bool array, shape (2, firms)
        Whether a firm is on the first two lists.
    market : bool array, shape (markets,)
        Markets in which a firm changed.
    """

    listed: Ints
    length: Longs
    mark: Flags
    market: Flags


DOWN, UP, DOWN_CHANGED, UP_CHANGED = 0, 1, 2, 3
"""Lists of firms; who changed stands two behind who is to be computed."""


@compiled
def propagate(
    links: Links,
    start: Longs,
    firm: Ints,
    remaining: Floats,
    tolerance: float,
    most_sweeps: int,
    figures: Floats,
    sweeps: Ints,
    health: Floats,
) -> None:
    """Follow every case until no loss moves by ``tolerance`` or more.

    Parameters
    ----------
    figures : float64 array, shape (cases, 4), written
        Sums of sales times loss: either way (the larger), downstream, upstream, by the shock.
    sweeps : int32 array, shape (cases,), written
        Rounds; negative where the case did not come to rest.
    health : float64 array, shape (2, cases, firms) or (2, 0, 0), written
        Downstream and upstream health in the end, where there is room for it.
    """
    n, cases, markets = len(links.sales), len(start) - 1, len(links.market_start) - 1
    lanes = Lanes(
        np.zeros((n, LANES)),
        np.zeros((n, LANES)),
        np.zeros((n, LANES)),
        np.zeros((n, LANES)),
        np.zeros((n, LANES)),
        np.zeros((markets, LANES)),
        np.zeros(LANES, np.bool_),
    )
    work = Work(
        np.empty((4, n), np.int32),
        np.zeros(4, np.int64),
        np.zeros((2, n), np.bool_),
        np.zeros(markets, np.bool_),
    )
    moved = np.empty(LANES)
    for begin in range(0, cases, LANES):
        end = min(begin + LANES, cases)
        _begin(links, lanes, work, start, firm, remaining, begin, end)
        sweep = 0
        while np.any(lanes.open):
            sweep += 1
            moved[:] = 0.0
            _downstream(links, lanes, work, moved)
            _upstream(links, lanes, work, moved)
            for lane in range(end - begin):
                rests = moved[lane] < tolerance
                if lanes.open[lane] and (rests or sweep >= most_sweeps):
                    case = begin + lane
                    _finish(links, lanes, lane, figures[case])
                    sweeps[case] = sweep if rests else -sweep
                    if health.shape[1]:
                        health[0, case] = 1.0 - lanes.down[:, lane]
                        health[1, case] = 1.0 - lanes.up[:, lane]
                    lanes.open[lane] = False
            _next(links, lanes, work)


@compiled
def _begin(
    links: Links,
    lanes: Lanes,
    work: Work,
    start: Longs,
    firm: Ints,
    remaining: Floats,
    begin: int,
    end: int,
) -> None:
    """Put the shocks of some cases in place."""
    n = len(links.sales)
    lanes.least[:] = 0.0
    lanes.open[:] = False
    lanes.open[: end - begin] = True
    for case in range(begin, end):
        for i in range(start[case], start[case + 1]):
            loss = 1.0 - remaining[i]
            lanes.least[firm[i], case - begin] = max(lanes.least[firm[i], case - begin], loss)
    lanes.down[:] = lanes.least
    lanes.up[:] = lanes.least
    lanes.felt[:] = 0.0
    work.mark[:] = False
    work.length[:] = 0
    work.market[:] = True
    for j in range(n):
        if np.any(lanes.least[j] > 0.0):
            for which in (DOWN_CHANGED, UP_CHANGED):
                work.listed[which, work.length[which]] = j
                work.length[which] += 1
    _next(links, lanes, work)


@compiled
def _downstream(links: Links, lanes: Lanes, work: Work, moved: Floats) -> None:
    """Loss of inputs: the worst of a customer's groups, and at least the shock."""
    worst, part = np.empty(LANES), np.empty(LANES)
    work.length[DOWN_CHANGED] = 0
    for at in range(work.length[DOWN]):
        j = work.listed[DOWN, at]
        work.mark[DOWN, j] = False
        worst[:] = 0.0
        for e in range(links.sole_start[j], links.sole_start[j + 1]):
            felt = lanes.felt[links.sole[e]]
            for b in range(LANES):
                # not max(): a choice of two is done for all lanes at once
                worst[b] = felt[b] if felt[b] > worst[b] else worst[b]
        for g in range(links.group_start[j], links.group_start[j + 1]):
            part[:] = 0.0
            for e in range(links.link_start[g], links.link_start[g + 1]):
                felt, share = lanes.felt[links.link_from[e]], links.link_part[e]
                for b in range(LANES):
                    part[b] += share * felt[b]
            for b in range(LANES):
                worst[b] = part[b] if part[b] > worst[b] else worst[b]
        # customers read ``felt``, so that the new value may stand at once
        if _take(worst, lanes.least[j], lanes.down[j], lanes.down[j], lanes.open, moved):
            work.listed[DOWN_CHANGED, work.length[DOWN_CHANGED]] = j
            work.length[DOWN_CHANGED] += 1
            if len(links.market):
                work.market[links.market[j]] = True


@compiled
def _upstream(links: Links, lanes: Lanes, work: Work, moved: Floats) -> None:
    """Loss of customers: their losses by their shares in the sales, and at least the shock."""
    lost = np.empty(LANES)
    work.length[UP_CHANGED] = 0
    for at in range(work.length[UP]):
        i = work.listed[UP, at]
        work.mark[UP, i] = False
        lost[:] = 0.0
        for e in range(links.sold_start[i], links.sold_start[i + 1]):
            up, share = lanes.up[links.sold_to[e]], links.sold_part[e]
            for b in range(LANES):
                lost[b] += share * up[b]
        if _take(lost, lanes.least[i], lanes.up[i], lanes.fresh[i], lanes.open, moved):
            work.listed[UP_CHANGED, work.length[UP_CHANGED]] = i
            work.length[UP_CHANGED] += 1
    for at in range(work.length[UP_CHANGED]):
        i = work.listed[UP_CHANGED, at]
        lanes.up[i] = lanes.fresh[i]


@compiled
def _take(
    found: Floats, least: Floats, old: Floats, new: Floats, alive: Flags, moved: Floats
) -> bool:
    """Write a firm's new losses; whether one of them changed in a case that is still open."""
    changed = False
    for b in range(LANES):
        loss = min(max(found[b], least[b]), 1.0)  # shares may add up to a little more than one
        step = abs(loss - old[b])
        new[b] = loss
        if step > 0.0:
            moved[b] = max(moved[b], step)
            changed |= alive[b]
    return changed


@compiled
def _next(links: Links, lanes: Lanes, work: Work) -> None:
    """Let what changed be felt, and list who has to be computed again."""
    if len(links.market):
        _feel_markets(links, lanes, work)
    else:
        for at in range(work.length[DOWN_CHANGED]):
            i = work.listed[DOWN_CHANGED, at]
            lanes.felt[i] = lanes.down[i]
    _list(work, DOWN, links.sold_start, links.sold_to)
    _list(work, UP, links.bought_start, links.bought_from)


@compiled
def _feel_markets(links: Links, lanes: Lanes, work: Work) -> None:
    """Feel every market in which a firm changed; who is felt otherwise counts as changed."""
    count = 0
    for k in range(len(links.market_start) - 1):
        if not work.market[k]:
            continue
        work.market[k] = False
        size = lanes.size[k]
        size[:] = 0.0
        for e in range(links.market_start[k], links.market_start[k + 1]):
            i = links.member[e]
            down, sales = lanes.down[i], links.sales[i]
            for b in range(LANES):
                size[b] += sales * (1.0 - down[b])
        for e in range(links.market_start[k], links.market_start[k + 1]):
            i = links.member[e]
            down, felt, sales = lanes.down[i], lanes.felt[i], links.sales[i]
            changed = False
            for b in range(LANES):
                factor = sales / size[b] if size[b] > sales else 1.0
                loss = factor * down[b]
                changed |= loss != felt[b] and lanes.open[b]
                felt[b] = loss
            if changed:
                work.listed[DOWN_CHANGED, count] = i
                count += 1
    work.length[DOWN_CHANGED] = count


@compiled
def _list(work: Work, which: int, start: Ints, partner: Ints) -> None:
    """List the partners of the firms that changed, each once; everyone where many changed."""
    n = len(start) - 1
    listed, changed, mark = work.listed[which], work.listed[which + 2], work.mark[which]
    if work.length[which + 2] * DENSE > n:
        for j in range(n):
            listed[j] = j
        work.length[which] = n
        return
    count = 0
    for at in range(work.length[which + 2]):
        firm = changed[at]
        for e in range(start[firm], start[firm + 1]):
            other = partner[e]
            if not mark[other]:
                mark[other] = True
                listed[count] = other
                count += 1
    work.length[which] = count


@compiled
def _finish(links: Links, lanes: Lanes, lane: int, figures: Floats) -> None:
    """Sums of a case, in the order of the firms."""
    figures[:] = 0.0
    for i in range(len(links.sales)):
        down, up = lanes.down[i, lane], lanes.up[i, lane]
        figures[0] += links.sales[i] * max(down, up)
        figures[1] += links.sales[i] * down
        figures[2] += links.sales[i] * up
        figures[3] += links.sales[i] * lanes.least[i, lane]
