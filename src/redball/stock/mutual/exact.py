"""The exact law of a few sites that help each other, as a Markov chain.

A state is the number of units in resupply at each site; demand adds one where the unit comes from,
and each unit comes back at its own rate. States are eliminated one by one from the emptiest shelves
down, in the manner of Grassmann, Taksar and Heyman (1985, *Regenerative analysis and steady state
distributions for Markov chains*, Operations Research 33): nothing is ever subtracted, so small
probabilities keep their digits. Sorted by the total in resupply the matrix is a band. The total is
cut where what is left out is below 1e-15 of the largest term beyond the stock of all.
"""

import numpy as np
import numpy.typing as npt

from redball.model.compiled import Floats, compiled
from redball.stock.mutual.state import Sites

Indices = npt.NDArray[np.int64]

_NEGLIGIBLE = 1e-15


@compiled
def levels_needed(sites: Sites) -> int:
    """Largest total in resupply worth counting: the tail of a law that bounds the total."""
    mean = sites.rate.sum() * sites.days.max()
    eps, stock = sites.eps.max(), sites.stock.sum()
    k, term, largest = 0.0, 1.0, 1.0
    while k <= stock or term > _NEGLIGIBLE * largest:
        term *= (mean + k * eps) / (1.0 + eps) / (k + 1.0)
        # where all shelves are empty the tail that matters starts anew
        largest = term if k < stock else max(largest, term)
        if term > 1e200 or term < 1e-200:
            term, largest = 1.0, largest / term
        k += 1.0
    return int(k) + 1


@compiled
def states_needed(count: int, levels: int) -> tuple[float, float]:
    """Number of states with a total up to ``levels``, and the width of the band."""
    states = 1.0
    for i in range(1, count + 1):
        states *= (levels + i) / i
    width = 1.0
    for i in range(1, count):
        width *= (levels + i) / i
    return states, width


@compiled
def _enumerate(count: int, levels: int, states: int) -> tuple[Indices, Indices]:
    """All states by rising total, and where each is found by its mixed-radix number."""
    found = np.zeros((states, count), np.int64)
    where = np.full((levels + 1) ** count, -1, np.int64)
    place = 0
    for total in range(levels + 1):
        current = np.zeros(count, np.int64)
        current[count - 1] = total
        while True:
            code = 0
            for i in range(count):
                found[place, i] = current[i]
                code = code * (levels + 1) + current[i]
            where[code] = place
            place += 1
            # next composition of the total, in the order of the first parts
            i = count - 2
            while i >= 0 and current[i + 1 :].sum() == 0:
                i -= 1
            if i < 0:
                break
            rest = current[i + 1 :].sum() - 1
            current[i] += 1
            current[i + 1 :] = 0
            current[count - 1] = rest
    return found, where


@compiled
def source_of(sites: Sites, state: Indices, i: int) -> int:
    """Site that serves a demand of site i: itself, its first helper that can; -1 where it waits."""
    if state[i] < sites.stock[i]:
        return i
    for j in sites.helpers[i]:
        if j >= 0 and state[j] < sites.give[j]:
            return int(j)
    return -1


@compiled
def _demand(sites: Sites, i: int, k: float) -> float:
    mean, eps = sites.mean[i], sites.eps[i]
    return float(sites.rate[i]) * ((mean + k * eps) / (mean * (1.0 + eps)) if mean > 0.0 else 1.0)


@compiled
def exact_law(sites: Sites, levels: int) -> tuple[Indices, Floats]:
    """States (N, G) with a total up to ``levels`` and their stationary probabilities (N,)."""
    count = len(sites.rate)
    number, band = states_needed(count, levels)
    states, width = int(np.round(number)), int(np.round(band)) + 1
    found, where = _enumerate(count, levels, states)
    rates = np.zeros((states, 2 * width + 1))
    code_of = np.ones(count, np.int64)
    for i in range(count - 2, -1, -1):
        code_of[i] = code_of[i + 1] * (levels + 1)
    for s in range(states):
        state = found[s]
        code = (state * code_of).sum()
        for i in range(count):
            if state[i] > 0:
                to = where[code - code_of[i]]
                rates[s, to - s + width] += state[i] / sites.days[i]
            if state.sum() < levels:
                j = source_of(sites, state, i)
                to = where[code + code_of[i if j < 0 else j]]
                rates[s, to - s + width] += _demand(sites, i, float(state[i]))
    return found, _eliminate(rates, width)


@compiled
def _eliminate(rates: Floats, width: int) -> Floats:
    """Stationary law of a chain whose rates (N, 2 width + 1) lie in a band around the diagonal."""
    states = len(rates)
    for s in range(states - 1, 0, -1):
        low = max(0, s - width)
        out = 0.0
        for j in range(low, s):
            out += rates[s, j - s + width]
        for i in range(low, s):
            into = rates[i, s - i + width]
            if into > 0.0:
                into /= out
                rates[i, s - i + width] = into
                for j in range(low, s):
                    rates[i, j - i + width] += into * rates[s, j - s + width]
    law = np.zeros(states)
    law[0] = total = 1.0
    for s in range(1, states):
        for i in range(max(0, s - width), s):
            law[s] += law[i] * rates[i, s - i + width]
        total += law[s]
        if total > 1e200:
            law[: s + 1] /= total
            total = 1.0
    return law / total
