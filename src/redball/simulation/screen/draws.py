"""Random numbers by key: the same draw for the same seed, replication, purpose, entity and day.

A draw is a hash of its key, not the next number of a sequence. So a change of one thing shifts no
draw of another, and two futures with the same seed see the same demand (common random numbers).
The hash is the finaliser of SplitMix64 (Steele, Lea and Flood 2014, OOPSLA).
"""

import math

import numpy as np

from redball.simulation.screen.bare import compiled
from redball.simulation.screen.layout import Floats, Longs

DEMAND, SIZE, FAILURE, REPAIRED, PART = 1, 2, 3, 4, 5
"""Purposes of draws."""

FROM_ZERO = 20.0
"""Means up to here are inverted from zero, larger ones from the mode."""


@compiled
def mix(word: np.uint64) -> np.uint64:
    """Scramble 64 bits, one to one."""
    z = word + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@compiled
def key_of(purpose: int, entity: int, day: int, number: int) -> np.uint64:
    """Key of a draw without its replication."""
    key = mix(np.uint64(purpose) * np.uint64(0x100000001) + np.uint64(number))
    return mix(mix(key ^ np.uint64(entity)) ^ np.uint64(day))


@compiled
def key_of_replication(seed: int, replication: int) -> np.uint64:
    """Key of a replication of a seed."""
    return mix(mix(np.uint64(seed)) ^ np.uint64(replication))


@compiled
def uniform(key: np.uint64, replication_key: np.uint64) -> float:
    """Number between 0 and 1 on a grid of 2**-53."""
    word = mix(key ^ replication_key)
    return (float(word >> np.uint64(11)) + 0.5) * 1.1102230246251565e-16


@compiled
def poisson_start(mean: float) -> tuple[int, float, float]:
    """Where the inversion begins: a count, its probability and the sum of it and all below.

    Up to :data:`FROM_ZERO` that is zero. Above, the probability of the mode by the saddle-point
    form of Loader (2000), and from there down to where a term is below 1e-19; adding up from the
    small terms loses nothing, and the walk is the same whatever is drawn beside it.
    """
    if mean <= FROM_ZERO:
        zero = math.exp(-mean)
        return 0, zero, zero
    mode = math.floor(mean)
    rest = (mean - mode) / mode
    inverse = 1.0 / mode
    stirling = inverse * (
        1 / 12 - inverse**2 * (1 / 360 - inverse**2 * (1 / 1260 - inverse**2 / 1680))
    )
    top = math.exp(-stirling - mode * (rest - math.log1p(rest))) / math.sqrt(2 * math.pi * mode)
    term, count = top, mode
    while count > 0 and term > 1e-19:
        term *= count / mean
        count -= 1
    return count, term, term


@compiled
def poisson_from(mean: float, count: int, term: float, below: float, u: float) -> int:
    """Smallest count whose sum of probabilities reaches ``u``, walking from where it begins.

    No table and no cut: the walk ends where a term no longer changes the sum (1e-18), so the
    error of the sum is that of double precision, about 1e-15.
    """
    while u > below and (term > 1e-18 or count < mean):
        count += 1
        term *= mean / count
        below += term
    return count


@compiled
def poisson_row(mean: float, u: Floats, counts: Longs) -> None:
    """Invert a whole row of numbers: one walk from its lowest to its highest, all compared.

    The same counts as by :func:`poisson_from`, and faster, since nothing branches on a draw.
    """
    lowest, highest = 1.0, 0.0
    for r in range(len(u)):
        lowest, highest = min(lowest, u[r]), max(highest, u[r])
    count, term, below = poisson_start(mean)
    while below < lowest and count < mean:
        count += 1
        term *= mean / count
        below += term
    for r in range(len(u)):
        counts[r] = count
    while below < highest and (term > 1e-18 or count < mean):
        for r in range(len(u)):
            counts[r] += np.int64(u[r] > below)
        count += 1
        term *= mean / count
        below += term


@compiled
def geometric(mean: float, u: float) -> int:
    """Count 1, 2, 3, ... with this mean, by inversion."""
    if mean <= 1.0:
        return 1
    return 1 + int(math.log(u) / math.log1p(-1.0 / mean))


@compiled
def binomial(
    trials: int, share: float, purpose: int, entity: int, day: int, replication_key: np.uint64
) -> int:
    """Successes among trials, one draw for each."""
    if share >= 1.0 or trials == 0:
        return trials
    if share <= 0.0:
        return 0
    hits = 0
    for number in range(trials):
        if uniform(key_of(purpose, entity, day, number), replication_key) <= share:
            hits += 1
    return hits
