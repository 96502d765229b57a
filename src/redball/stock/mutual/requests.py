"""Who asks whom: what an empty site takes from each helper, and what each helper gets to see."""

import numpy as np

from redball.model.compiled import Floats, compiled
from redball.stock.mutual.state import (
    EMPTY,
    GIVE,
    KEEP,
    NONE,
    SOME,
    TINY,
    Sites,
    State,
    has_other,
    out_of_stock,
)


@compiled
def _out_given_others(state: State, i: int, j: int) -> float:
    """P(helper j has nothing | i and all other helpers of i have nothing); -1 if unknown."""
    if state.seen[i, j, 1] != NONE:
        return -1.0
    out = state.mass[j, KEEP, NONE] + state.mass[j, EMPTY, NONE]
    both = out + state.mass[j, GIVE, NONE]
    return out / both if both > 0.0 else -1.0


@compiled
def share_requests(sites: Sites, state: State, k: int) -> None:
    """Share what site k asks for among its helpers: the first choice that can give.

    The probability that the first t helpers are all out is a product of t conditional ones. What
    all of them come to, the chain of k says; what the last of them is, given the rest, its own
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
            plain[count] = np.log(max(out_of_stock(state, j), TINY))
            steps[count] = np.log(max(full, TINY))
            count += 1
    nobody = np.log(max(state.mass[k, EMPTY, NONE] / empty, TINY))
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
def update_inflows(sites: Sites, state: State, j: int, weight: float) -> None:
    """Demand that site j gets from each site it helps, while others could help j and while not."""
    can = state.mass[j, GIVE]
    if can[NONE] + can[SOME] <= 0.0:
        return
    for k in range(len(sites.rate)):
        if not state.helps[k, j]:
            continue
        flow = state.flow[k, j]
        if has_other(state, j, -1):
            none = _request_alone(sites, state, j, k)
            if none * can[NONE] > flow:
                none = flow / can[NONE]
            rest = max(0.0, flow - none * can[NONE])
            alone = state.helps[j, k] and not has_other(state, j, k)
            some = 0.0 if alone or can[SOME] <= TINY else rest / can[SOME]
        else:
            none = some = flow / (can[NONE] + can[SOME])
        # no more than all the demand of a site that is surely empty
        most = sites.rate[k] * (1.0 + sites.eps[k])
        if state.mass[k, EMPTY, SOME] > TINY:
            most = state.asked[k, SOME] / state.mass[k, EMPTY, SOME]
        none, some = min(none, most), min(some, most)
        state.inflow[j, k, NONE] += weight * (none - state.inflow[j, k, NONE])
        state.inflow[j, k, SOME] += weight * (some - state.inflow[j, k, SOME])


@compiled
def _request_alone(sites: Sites, state: State, j: int, k: int) -> float:
    """Demand from k while j can give and all helpers of j, k among them, can't."""
    out = state.mass[k, KEEP, SOME] + state.mass[k, EMPTY, SOME]
    if not state.helps[j, k]:
        out += state.mass[k, GIVE, SOME]
    if out <= 0.0:
        return float(sites.rate[k]) * (1.0 if sites.give[k] == sites.stock[k] else 0.0)
    asks = state.asked[k, SOME] / out
    for other in sites.helpers[k]:
        if other == j:
            break
        if other >= 0 and state.helps[k, other] and not state.helps[j, other]:
            asks *= _out_without(state, other, j)
    return float(asks)


@compiled
def _out_without(state: State, site: int, j: int) -> float:
    """P(a site has nothing to give | the helpers of j have nothing), as far as its chain tells."""
    for k in range(len(state.helps)):
        if state.helps[site, k] and not state.helps[j, k]:
            return out_of_stock(state, site)
    out = state.mass[site, KEEP, NONE] + state.mass[site, EMPTY, NONE]
    both = out + state.mass[site, GIVE, NONE]
    return out / both if both > 0.0 else out_of_stock(state, site)
