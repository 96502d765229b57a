"""What the chains of one item hold, and how one of them is solved and summed up."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from redball.model.compiled import Flags, Floats, Ints, compiled
from redball.stock.mutual.chains import site_chain

Indices = npt.NDArray[np.int64]

GIVE, KEEP, EMPTY = 0, 1, 2
"""Zones of a site: can give, holds only what it keeps for itself, has no stock."""

NONE, SOME = 0, 1
"""Phases of a site: nobody can help it, somebody can."""

UNKNOWN = 2
TINY = 1e-300
_NEGLIGIBLE = 1e-15


class Sites(NamedTuple):
    """Sites of one item that give or receive, length G; all checked before.

    ``helpers`` (G, D) holds for each site who may give to it, first choice first, filled up with
    -1. ``days`` is the mean time until a unit asked for is back on the shelf; ``mean`` and ``eps``
    the units in resupply without support and their variance to mean less 1; ``give`` the number of
    units in resupply from which on the site no longer gives (stock less what it keeps).
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
def levels_kept(sites: Sites, i: int) -> tuple[int, int]:
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
def phases_seen(helps: Flags) -> Indices:
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
def solve(sites: Sites, state: State, i: int) -> None:
    """Work out the chain of site i with the rates as they stand."""
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
def summarise(sites: Sites, state: State, i: int) -> None:
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
                own = sites.rate[i] * factor_at(sites, i, k)
                state.asked[i, phase] += own * mass
    state.missing[i] = missing


@compiled
def factor_at(sites: Sites, i: int, k: float) -> float:
    """Demand at level ``k`` over the mean demand; 1 for Poisson."""
    mean, eps = sites.mean[i], sites.eps[i]
    return float((mean + k * eps) / (mean * (1.0 + eps))) if mean > 0.0 else 1.0


@compiled
def out_of_stock(state: State, j: int) -> float:
    """P(site j has nothing to give)."""
    out = state.mass[j, KEEP, NONE] + state.mass[j, KEEP, SOME]
    out += state.mass[j, EMPTY, NONE] + state.mass[j, EMPTY, SOME]
    return min(1.0, float(out))


@compiled
def has_other(state: State, j: int, k: int) -> bool:
    """Whether site j has a helper beside k."""
    found = False
    for other in range(len(state.helps)):
        found = found or (other != k and state.helps[j, other])
    return bool(found)
