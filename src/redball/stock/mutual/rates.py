"""How fast the helpers of a site run out and recover, by what the site itself is doing."""

import numpy as np

from redball.model.compiled import Floats, compiled
from redball.stock.mutual.chains import pool_chain
from redball.stock.mutual.state import (
    EMPTY,
    GIVE,
    KEEP,
    NONE,
    SOME,
    UNKNOWN,
    Sites,
    State,
    factor_at,
    has_other,
)

_BLOCKED = 64
"""Units left in a pool beyond which no helper is taken to be out."""


@compiled
def update_rates(sites: Sites, state: State, i: int, weight: float) -> None:
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
            if partner >= 0 or not state.helps[j, i] or has_other(state, j, i):
                return -1
            partner = j
    return partner


@compiled
def _lost_to_partner(sites: Sites, state: State, i: int, j: int) -> tuple[float, float, float]:
    """Rates at which a pair's other site gives its last unit: its own chain holds them."""
    can_give, can_not = state.mass[j, GIVE, SOME], state.mass[j, GIVE, NONE]
    last_can = state.last[j, SOME] / can_give if can_give > 0.0 else 0.0
    last_cannot = state.last[j, NONE] / can_not if can_not > 0.0 else 0.0
    own = sites.rate[j] * factor_at(sites, j, sites.give[j] - 1.0)
    others = 0.0
    for k in range(len(sites.rate)):
        if k != i:
            others += state.inflow[j, k, NONE]
    return (
        last_can * own,
        last_cannot * (own + others),
        last_cannot * (own + others + sites.rate[i] * factor_at(sites, i, sites.stock[i])),
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
    per_day = sites.rate[i] * factor_at(sites, i, sites.stock[i])
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
    """Units per day that others than i take from its helpers while these have some.

    And the part of that which goes to i instead while i can give.
    """
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
            coming = sites.rate[i] * factor_at(sites, i, sites.give[i] - 1.0)
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
