"""The approximation that scales: one chain per site, each feeding the others, until they agree.

After Axsater (1990, *Modelling emergency lateral transshipments in inventory systems*, Management
Science 36): a site with stock sees its own demand and that of the empty sites it helps, an empty
site only the demand that nobody can help. Axsater takes the states of the sites as independent.
That fails where help matters, because sites run out together. Here each site carries one bit more:
whether anybody could help it now. The bit goes off when the pool of its helpers gives its last unit,
and on when an empty pool gets one; both rates depend on what the site itself is doing, and are read
from the chain of its pool and from the chains of its helpers. With two sites nothing is left out but
the memory inside a phase; ``docs/concepts/mutual-support.md`` states the measured errors.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from redball.model.compiled import Flags, Floats, Ints, compiled
from redball.stock.mutual.chains import births, pool_chain, site_chain

Indices = npt.NDArray[np.int64]

GIVE, KEEP, EMPTY = 0, 1, 2
"""Zones of a site: can give, holds only what it keeps for itself, has no stock."""

NONE, SOME = 0, 1
"""Phases of a site: nobody can help it, somebody can."""

UNKNOWN = 2
MOST_ROUNDS = 200
_CLOSE = 1e-4
_NEGLIGIBLE = 1e-15
_BLOCKED = 64
_TINY = 1e-300


class Sites(NamedTuple):
    """Sites of one item that give or receive, length G; all checked before.

    ``helpers`` (G, D) holds for each site who may give to it, first choice first, filled up with -1.
    ``days`` is the mean time until a unit asked for is back on the shelf; ``mean`` and ``eps`` the
    units in resupply without support and their variance to mean less 1; ``give`` the number of units
    that may be in resupply up to which the site still gives (stock less what it keeps).
    """

    rate: Floats
    mean: Floats
    eps: Floats
    days: Floats
    stock: Floats
    give: Floats
    helpers: Ints


class State(NamedTuple):
    """What the chains of an item say about each other. G sites; zones and phases as above."""

    helps: Flags  # (G, G): the second may give to the first
    seen: Indices  # (G, G, 2): phase of a helper when all other helpers of the first are out
    low: Indices  # (G,): levels kept
    high: Indices
    law: Floats  # (G, levels, 2)
    mass: Floats  # (G, 3, 2)
    edge: Floats  # (G, 2): mass of the level that a unit coming back makes able to give
    last: Floats  # (G, 2): mass of the level with one unit left to give
    missing: Floats  # (G,): mean units missing from what the site may give
    asked: Floats  # (G, 2): demand per day while empty, by phase: 0 waits, 1 is helped
    flow: Floats  # (G, G): units per day to the first from the second
    inflow: Floats  # (G, G, 2): demand on the first from the second, by phase of the first
    lost: Floats  # (G, 3)
    found: Floats  # (G, 3)


@compiled
def settle(sites: Sites) -> tuple[State, int]:
    """Iterate the chains of one item; the number of rounds is ``MOST_ROUNDS`` where they don't meet."""
    state = _start(sites)
    count = len(sites.rate)
    before = np.full(count, -1.0)
    for round_ in range(MOST_ROUNDS):
        worst = 0.0
        for i in range(count):
            weight = 1.0 if round_ < 2 else (0.5 if round_ < 40 else 0.25)
            _inflows(sites, state, i, weight)
            _rates(sites, state, i, weight)
            _solve(sites, state, i)
            _summarise(sites, state, i)
            _requests(sites, state, i)
            empty = state.mass[i, EMPTY, NONE]
            worst = max(worst, abs(empty - before[i]) / (empty + _TINY))
            before[i] = empty
        if worst < _CLOSE:
            return state, round_ + 1
    return state, MOST_ROUNDS


@compiled
def _start(sites: Sites) -> State:
    """Permissions, levels, and the chains of sites that act as if the others were independent."""
    count = len(sites.rate)
    low = np.empty(count, np.int64)
    high = np.empty(count, np.int64)
    for i in range(count):
        low[i], high[i] = _levels(sites, i)
    helps = np.zeros((count, count), np.bool_)
    for i in range(count):
        for j in sites.helpers[i]:
            if j >= 0 and sites.give[j] > 0:
                helps[i, j] = True
    state = State(
        helps, _seen(helps), low, high, np.zeros((count, (high - low).max() + 1, 2)),
        np.zeros((count, 3, 2)), np.zeros((count, 2)), np.zeros((count, 2)), np.zeros(count),
        np.zeros((count, 2)), np.zeros((count, count)), np.zeros((count, count, 2)),
        np.zeros((count, 3)), np.zeros((count, 3)),
    )  # fmt: skip
    for i in range(count):
        _solve(sites, state, i)
    share = np.zeros(count)
    for i in range(count):
        for place in range(high[i] - low[i] + 1):
            if low[i] + place >= sites.give[i]:
                share[i] += state.law[i, place, 0] + state.law[i, place, 1]
    for i in range(count):
        nobody = 1.0
        for j in range(count):
            if helps[i, j]:
                nobody *= min(share[j], 1.0)
        for place in range(high[i] - low[i] + 1):
            both = state.law[i, place, 0] + state.law[i, place, 1]
            state.law[i, place, NONE] = both * nobody
            state.law[i, place, SOME] = both * (1.0 - nobody)
        _summarise(sites, state, i)
    for i in range(count):
        _requests(sites, state, i)
    return state


@compiled
def _levels(sites: Sites, i: int) -> tuple[int, int]:
    """Lowest and highest level with a mass worth counting.

    Below ``stock`` nothing makes the site fuller than it is alone; from ``stock`` on, nothing but
    its own demand adds to it.
    """
    mean, eps, stock = sites.mean[i], sites.eps[i], sites.stock[i]
    spread = np.sqrt(mean * (1.0 + eps))
    low = max(0, int(min(mean, stock) - 12.0 * spread - 20.0))
    k, term, largest = stock, 1.0, 1.0
    while term > _NEGLIGIBLE * largest:
        term *= (mean + k * eps) / (1.0 + eps) / (k + 1.0)
        largest = max(largest, term)
        k += 1.0
    return low, int(k) + 1


@compiled
def _seen(helps: Flags) -> Indices:
    """Phase that helper j of i must be in when all other helpers of i have nothing to give.

    First index of the last axis: while i can give; second: while it can't.
    """
    count = len(helps)
    seen = np.full((count, count, 2), UNKNOWN, np.int64)
    for i in range(count):
        for j in range(count):
            if not helps[i, j]:
                continue
            others = True
            for k in range(count):
                if helps[j, k] and k != i and not helps[i, k]:
                    others = False
            if others:
                seen[i, j, 1] = NONE
                seen[i, j, 0] = NONE
            if helps[j, i]:
                seen[i, j, 0] = SOME
    return seen


@compiled
def _solve(sites: Sites, state: State, i: int) -> None:
    none = some = 0.0
    for j in range(len(sites.rate)):
        none += state.inflow[i, j, NONE]
        some += state.inflow[i, j, SOME]
    site_chain(
        sites.rate[i], sites.eps[i], sites.mean[i], 1.0 / sites.days[i], state.low[i],
        state.high[i], sites.give[i], sites.stock[i], none, some, state.lost[i], state.found[i],
        state.law[i],
    )  # fmt: skip


@compiled
def _summarise(sites: Sites, state: State, i: int) -> None:
    """Masses of the zones and of the levels beside the border of giving, and the demand asked."""
    give, stock = sites.give[i], sites.stock[i]
    state.mass[i] = 0.0
    state.edge[i] = 0.0
    state.last[i] = 0.0
    state.asked[i] = 0.0
    missing = 0.0
    for place in range(state.high[i] - state.low[i] + 1):
        k = float(state.low[i] + place)
        zone = GIVE if k < give else (KEEP if k < stock else EMPTY)
        for phase in range(2):
            mass = state.law[i, place, phase]
            state.mass[i, zone, phase] += mass
            missing += min(k, give) * mass
            if k == give:
                state.edge[i, phase] = mass
            elif k == give - 1.0:
                state.last[i, phase] = mass
            if zone == EMPTY:
                own, _ = births(
                    sites.rate[i], sites.eps[i], sites.mean[i], k, give, stock, 0.0, 0.0
                )
                if phase == SOME:
                    # the chain has no births here: the demand goes to others
                    own = sites.rate[i] * _factor(sites, i, k)
                state.asked[i, phase] += own * mass
    state.missing[i] = missing


@compiled
def _factor(sites: Sites, i: int, k: float) -> float:
    """Demand at level ``k`` over the mean demand; 1 for Poisson."""
    mean, eps = sites.mean[i], sites.eps[i]
    return (mean + k * eps) / (mean * (1.0 + eps)) if mean > 0.0 else 1.0


@compiled
def _out(state: State, j: int) -> float:
    """P(site j has nothing to give)."""
    return min(
        1.0,
        state.mass[j, KEEP, 0] + state.mass[j, KEEP, 1]
        + state.mass[j, EMPTY, 0] + state.mass[j, EMPTY, 1],
    )  # fmt: skip


@compiled
def _out_given_others(state: State, i: int, j: int) -> float:
    """P(helper j has nothing to give | i and all other helpers of i have nothing); -1 if unknown."""
    if state.seen[i, j, 1] != NONE:
        return -1.0
    out = state.mass[j, KEEP, NONE] + state.mass[j, EMPTY, NONE]
    both = out + state.mass[j, GIVE, NONE]
    return out / both if both > 0.0 else -1.0


@compiled
def _requests(sites: Sites, state: State, k: int) -> None:
    """Share what site k asks for among its helpers: the first choice that can give.

    The probability that the first t helpers are all out is a product of t conditional ones. What all
    of them give together, the chain of k says; what the last of them is, given the rest, its own
    chain says. From the last back to the first the condition weakens in equal steps (exact for two
    helpers). Where no chain sees that, each helper has its share of the logarithm.
    """
    empty = state.mass[k, EMPTY, NONE] + state.mass[k, EMPTY, SOME]
    state.flow[k] = 0.0
    if empty <= 0.0 or state.asked[k, SOME] <= 0.0:
        return
    count = 0
    known = True
    steps = np.zeros(len(sites.rate))
    plain = np.zeros(len(sites.rate))
    for j in sites.helpers[k]:
        if j >= 0 and state.helps[k, j]:
            full = _out_given_others(state, k, j)
            known = known and full > 0.0
            plain[count] = np.log(max(_out(state, j), _TINY))
            steps[count] = np.log(max(full, _TINY))
            count += 1
    nobody = np.log(max(state.mass[k, EMPTY, NONE] / empty, _TINY))
    _spread(nobody, steps[:count], plain[:count], known)
    reached, place = 0.0, 0
    for j in sites.helpers[k]:
        if j >= 0 and state.helps[k, j]:
            after = reached + steps[place]
            state.flow[k, j] = max(0.0, np.exp(reached) - np.exp(after))
            reached = after
            place += 1
    share = state.flow[k].sum()
    if share > 0.0:
        state.flow[k] *= state.asked[k, SOME] / share


@compiled
def _spread(nobody: float, steps: Floats, plain: Floats, known: bool) -> None:
    """Turn ``steps``, logarithms given all others, into a product that comes to ``nobody``."""
    count = len(steps)
    if known:
        weights = 0.0
        for t in range(count - 1):
            weights += (count - 1 - t) / (count - 1) * min(plain[t] - steps[t], 0.0)
        if weights < -1e-12:
            factor = (nobody - steps.sum()) / weights
            for t in range(count - 1):
                weight = (count - 1 - t) / (count - 1)
                steps[t] = min(0.0, steps[t] + weight * factor * min(plain[t] - steps[t], 0.0))
            return
    total = plain.sum()
    for t in range(count):
        steps[t] = nobody * (plain[t] / total if total < 0.0 else 1.0 / count)


@compiled
def _inflows(sites: Sites, state: State, j: int, weight: float) -> None:
    """Demand that site j gets from each site it helps, while others could help j and while not."""
    can = state.mass[j, GIVE]
    if can[NONE] + can[SOME] <= 0.0:
        return
    for k in range(len(sites.rate)):
        if not state.helps[k, j]:
            continue
        flow = state.flow[k, j]
        if _has_other(state, j, -1):
            none = _request_alone(sites, state, j, k)
            if none * can[NONE] > flow:
                none = flow / can[NONE]
            rest = max(0.0, flow - none * can[NONE])
            alone = state.helps[j, k] and not _has_other(state, j, k)
            some = 0.0 if alone or can[SOME] <= _TINY else rest / can[SOME]
        else:
            none = some = flow / (can[NONE] + can[SOME])
        # no more than all the demand of a site that is surely empty
        most = sites.rate[k] * (1.0 + sites.eps[k])
        if state.mass[k, EMPTY, SOME] > _TINY:
            most = state.asked[k, SOME] / state.mass[k, EMPTY, SOME]
        none, some = min(none, most), min(some, most)
        state.inflow[j, k, NONE] += weight * (none - state.inflow[j, k, NONE])
        state.inflow[j, k, SOME] += weight * (some - state.inflow[j, k, SOME])


@compiled
def _has_other(state: State, j: int, k: int) -> bool:
    """Whether site j has a helper beside k."""
    for other in range(len(state.helps)):
        if other != k and state.helps[j, other]:
            return True
    return False


@compiled
def _request_alone(sites: Sites, state: State, j: int, k: int) -> float:
    """Demand from k while j can give and all helpers of j, k among them, can't."""
    out = state.mass[k, KEEP, SOME] + state.mass[k, EMPTY, SOME]
    if not state.helps[j, k]:
        out += state.mass[k, GIVE, SOME]
    if out <= 0.0:
        return sites.rate[k] * (1.0 if sites.give[k] == sites.stock[k] else 0.0)
    asks = state.asked[k, SOME] / out
    for other in sites.helpers[k]:
        if other == j:
            break
        if other >= 0 and state.helps[k, other] and not state.helps[j, other]:
            asks *= _out_without(state, other, j)
    return asks


@compiled
def _out_without(state: State, site: int, j: int) -> float:
    """P(a site has nothing to give | the helpers of j have nothing), as far as its chain tells."""
    for k in range(len(state.helps)):
        if state.helps[site, k] and not state.helps[j, k]:
            return _out(state, site)
    out = state.mass[site, KEEP, NONE] + state.mass[site, EMPTY, NONE]
    both = out + state.mass[site, GIVE, NONE]
    return out / both if both > 0.0 else _out(state, site)


@compiled
def _rates(sites: Sites, state: State, i: int, weight: float) -> None:
    """Rates at which the helpers of site i run out and recover, by what i is doing."""
    count = len(sites.rate)
    size = 0.0
    for j in range(count):
        if state.helps[i, j]:
            size += sites.give[j]
    if size <= 0.0:
        return
    refill_can, refill_cannot = _refill(sites, state, i, 0), _refill(sites, state, i, 1)
    found = (refill_can, refill_cannot, refill_cannot)
    pair = _partner(state, i)
    lost = (
        _lost_to_partner(sites, state, i, pair)
        if pair >= 0
        else _lost_by_pool(sites, state, i, size, refill_can, refill_cannot)
    )
    for zone in range(3):
        state.lost[i, zone] += weight * (lost[zone] - state.lost[i, zone])
        state.found[i, zone] += weight * (found[zone] - state.found[i, zone])


@compiled
def _partner(state: State, i: int) -> int:
    """The one helper of site i that has i as its only helper; -1 if there is none."""
    partner = -1
    for j in range(len(state.helps)):
        if state.helps[i, j]:
            if partner >= 0 or not state.helps[j, i] or _has_other(state, j, i):
                return -1
            partner = j
    return partner


@compiled
def _lost_to_partner(sites: Sites, state: State, i: int, j: int) -> tuple[float, float, float]:
    """Rates at which a pair's other site gives its last unit: its own chain holds them."""
    can_give, can_not = state.mass[j, GIVE, SOME], state.mass[j, GIVE, NONE]
    last_can = state.last[j, SOME] / can_give if can_give > 0.0 else 0.0
    last_cannot = state.last[j, NONE] / can_not if can_not > 0.0 else 0.0
    own = sites.rate[j] * _factor(sites, j, sites.give[j] - 1.0)
    others = 0.0
    for k in range(len(sites.rate)):
        if k != i:
            others += state.inflow[j, k, NONE]
    return (
        last_can * own,
        last_cannot * (own + others),
        last_cannot * (own + others + sites.rate[i] * _factor(sites, i, sites.stock[i])),
    )


@compiled
def _lost_by_pool(
    sites: Sites, state: State, i: int, size: float, refill_can: float, refill_cannot: float
) -> tuple[float, float, float]:
    """Rates at which the helpers of site i give their last unit, by what i is doing."""
    count = len(sites.rate)
    drain, taken = _drain(sites, state, i)
    turns = _turns(sites, state, i)
    out = state.mass[i, KEEP] + state.mass[i, EMPTY]
    asking = sites.rate[i] if out[SOME] <= 0.0 else state.asked[i, SOME] / out[SOME]
    weighted = missing = spread = 0.0
    for j in range(count):
        if state.helps[i, j]:
            weighted += state.missing[j] / sites.days[j]
            missing += state.missing[j]
            spread += sites.mean[j] * (1.0 + sites.eps[j])
    per_unit = weighted / missing if missing > 0.0 else 1.0 / sites.days[i]
    low = min(max(0, int(missing - 12.0 * np.sqrt(spread) - 20.0)), int(size) - 1)
    last_cannot, last_can = pool_chain(
        int(size), low, drain + asking, drain - taken, per_unit, _blocked(sites, state, i, size),
        refill_cannot, refill_can, turns, np.empty((int(size) - low + 1, 2)),
    )  # fmt: skip
    per_day = sites.rate[i] * _factor(sites, i, sites.stock[i])
    return last_can * (drain - taken), last_cannot * drain, last_cannot * (drain + per_day)


@compiled
def _refill(sites: Sites, state: State, i: int, cannot: int) -> float:
    """Rate at which a unit comes back that some helper of i may give, while all have nothing."""
    rate = 0.0
    for j in range(len(sites.rate)):
        if not state.helps[i, j]:
            continue
        phase = state.seen[i, j, cannot]
        out = state.mass[j, KEEP] + state.mass[j, EMPTY]
        if phase == UNKNOWN or out[min(phase, 1)] <= 0.0:
            all_out, edge = out.sum(), state.edge[j].sum()
        else:
            all_out, edge = out[phase], state.edge[j, phase]
        share = edge / all_out if all_out > 0.0 else 1.0
        rate += sites.give[j] / sites.days[j] * share
    return rate


@compiled
def _drain(sites: Sites, state: State, i: int) -> tuple[float, float]:
    """Units per day that others than i take from its helpers while these have some, and the part
    of that which goes to i while i can give."""
    count = len(sites.rate)
    served = taken = to_site = 0.0
    for j in range(count):
        if not state.helps[i, j]:
            continue
        served += sites.rate[j] * (state.mass[j, GIVE, NONE] + state.mass[j, GIVE, SOME])
        for k in range(count):
            if k != i and state.helps[k, j]:
                served += state.flow[k, j]
        if state.helps[j, i]:
            taken += state.inflow[i, j, SOME]
            to_site += state.inflow[i, j, SOME] * state.mass[i, GIVE, SOME]
    some = state.mass[i, GIVE, SOME] + state.mass[i, KEEP, SOME] + state.mass[i, EMPTY, SOME]
    # rounds on the way may not agree; nobody draws more than all who may draw ask for
    drain = min((served + to_site) / some, _most_drawn(sites, state, i)) if some > 0.0 else 0.0
    return drain, min(taken, drain)


@compiled
def _most_drawn(sites: Sites, state: State, i: int) -> float:
    """Demand per day of all sites but i that may draw on the helpers of i."""
    most = 0.0
    for k in range(len(sites.rate)):
        draws = state.helps[i, k]
        for j in range(len(sites.rate)):
            draws = draws or (state.helps[i, j] and state.helps[k, j])
        if draws and k != i:
            most += sites.rate[k] * (1.0 + sites.eps[k])
    return most


@compiled
def _turns(sites: Sites, state: State, i: int) -> Floats:
    """Rates at which site i becomes able to give and stops being so, by phase (rows)."""
    turns = np.zeros((2, 2))
    for phase in range(2):
        out = state.mass[i, KEEP, phase] + state.mass[i, EMPTY, phase]
        if out > 0.0:
            turns[phase, 0] = sites.give[i] / sites.days[i] * state.edge[i, phase] / out
        can = state.mass[i, GIVE, phase]
        if can > 0.0:
            coming = sites.rate[i] * _factor(sites, i, sites.give[i] - 1.0)
            for k in range(len(sites.rate)):
                coming += state.inflow[i, k, phase]
            turns[phase, 1] = coming * state.last[i, phase] / can
    return turns


@compiled
def _blocked(sites: Sites, state: State, i: int, size: float) -> Floats:
    """Units per day that come back to helpers with a backorder, by units left in the pool.

    A helper that can give nothing holds a backorder with the probability its own chain states; that
    it can give nothing while ``y`` of the pool's units are left is taken as if the units lay at
    random places.
    """
    blocked = np.zeros(int(min(size + 1.0, _BLOCKED)))
    for j in range(len(sites.rate)):
        if not state.helps[i, j]:
            continue
        out = state.mass[j, KEEP, SOME] + state.mass[j, EMPTY, SOME]
        if out <= 0.0:
            continue
        deep = max(0.0, 1.0 - state.edge[j, SOME] / out)
        elsewhere = 1.0 - sites.give[j] / size
        share = 1.0
        for left in range(1, len(blocked)):
            share *= elsewhere
            blocked[left] += sites.give[j] / sites.days[j] * deep * share
    return blocked
