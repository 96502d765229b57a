"""The approximation that scales: one chain per site, each feeding the others, until they agree.

After Axsater (1990, *Modelling emergency lateral transshipments in inventory systems*, Management
Science 36): a site with stock sees its own demand and that of the empty sites it helps, an empty
site only the demand that nobody can help. Axsater takes the states of the sites as independent.
That fails where help matters, because sites run out together. Here each site carries one bit more:
whether anybody could help it now. The bit goes off when the pool of its helpers gives its last
unit, and on when an empty pool gets one; both rates depend on what the site itself is doing, and
are read from the chain of its pool and from those of its helpers. With two sites nothing is left
out but the memory inside a phase; ``docs/concepts/mutual-support.md`` states the measured errors.
"""

import numpy as np

from redball.model.compiled import compiled
from redball.stock.mutual.rates import update_rates
from redball.stock.mutual.requests import share_requests, update_inflows
from redball.stock.mutual.state import (
    EMPTY,
    NONE,
    SOME,
    TINY,
    Sites,
    State,
    levels_kept,
    phases_seen,
    solve,
    summarise,
)

MOST_ROUNDS = 200
_CLOSE = 1e-4


@compiled
def settle(sites: Sites) -> tuple[State, int]:
    """Iterate the chains of one item; rounds are ``MOST_ROUNDS`` where they do not settle."""
    state = _start(sites)
    count = len(sites.rate)
    before = np.full(count, -1.0)
    for round_ in range(MOST_ROUNDS):
        worst = 0.0
        for i in range(count):
            weight = 1.0 if round_ < 2 else (0.5 if round_ < 40 else 0.25)
            update_inflows(sites, state, i, weight)
            update_rates(sites, state, i, weight)
            solve(sites, state, i)
            summarise(sites, state, i)
            share_requests(sites, state, i)
            empty = state.mass[i, EMPTY, NONE]
            worst = max(worst, abs(empty - before[i]) / (empty + TINY))
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
        low[i], high[i] = levels_kept(sites, i)
    helps = np.zeros((count, count), np.bool_)
    for i in range(count):
        for j in sites.helpers[i]:
            if j >= 0 and sites.give[j] > 0:
                helps[i, j] = True
    state = State(
        helps, phases_seen(helps), low, high, np.zeros((count, (high - low).max() + 1, 2)),
        np.zeros((count, 3, 2)), np.zeros((count, 2)), np.zeros((count, 2)), np.zeros(count),
        np.zeros((count, 2)), np.zeros((count, count)), np.zeros((count, count, 2)),
        np.zeros((count, 3)), np.zeros((count, 3)),
    )  # fmt: skip
    _independent(sites, state)
    return state


@compiled
def _independent(sites: Sites, state: State) -> None:
    """Start from chains without support, and phases as if sites ran out independently."""
    count = len(sites.rate)
    share = np.zeros(count)
    for i in range(count):
        solve(sites, state, i)
        for place in range(state.high[i] - state.low[i] + 1):
            if state.low[i] + place >= sites.give[i]:
                share[i] += state.law[i, place, NONE] + state.law[i, place, SOME]
    for i in range(count):
        nobody = 1.0
        for j in range(count):
            if state.helps[i, j]:
                nobody *= min(share[j], 1.0)
        for place in range(state.high[i] - state.low[i] + 1):
            both = state.law[i, place, NONE] + state.law[i, place, SOME]
            state.law[i, place, NONE] = both * nobody
            state.law[i, place, SOME] = both * (1.0 - nobody)
        summarise(sites, state, i)
    for i in range(count):
        share_requests(sites, state, i)
