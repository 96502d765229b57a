"""Random numbers by counting: each draw is a function of seed, replication, purpose, entity, index.

A change of policy or a disruption then never shifts the draws of something else (common random
numbers by construction). Source: Steele, Lea and Flood 2014, *Fast splittable pseudorandom number
generators* (SplitMix64: the finaliser over a Weyl sequence); Salmon et al. 2011, *Parallel random
numbers: as easy as 1, 2, 3* (the idea of counter-based generators).
"""

import math

import numpy as np

from redball.model.compiled import Floats, Words, compiled
from redball.simulation.network import Rows
from redball.simulation.network.tables import LawKind

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_A = np.uint64(0xBF58476D1CE4E5B9)
_B = np.uint64(0x94D049BB133111EB)
_30, _27, _31, _11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)

_EXPONENTIAL = int(LawKind.EXPONENTIAL)
_UNIFORM = int(LawKind.UNIFORM)
_TRIANGULAR = int(LawKind.TRIANGULAR)
_GAMMA = int(LawKind.GAMMA)
_LOGNORMAL = int(LawKind.LOGNORMAL)
_ERLANG = int(LawKind.ERLANG)


def keys(seed: int, replication: int, purpose: int, entities: int) -> Words:
    """Keys of the entities of one purpose, shape (entities,)."""
    key = np.zeros(1, np.uint64)
    for part in (seed, replication, purpose):
        key = _mixed(key + np.array([part % 2**64], np.uint64) * _GOLDEN + _GOLDEN)
    return _mixed(key + (np.arange(entities, dtype=np.uint64) + np.uint64(1)) * _GOLDEN)


def _mixed(x: Words) -> Words:
    x = (x ^ (x >> _30)) * _A
    x = (x ^ (x >> _27)) * _B
    return x ^ (x >> _31)


@compiled
def bits(key: np.uint64, index: int) -> np.uint64:
    """64 random bits of a key and an index."""
    x = key + np.uint64(index + 1) * _GOLDEN
    x = (x ^ (x >> _30)) * _A
    x = (x ^ (x >> _27)) * _B
    return x ^ (x >> _31)


@compiled
def uniform(key: np.uint64, index: int) -> float:
    """Uniform number inside (0, 1), never 0 or 1."""
    return (np.float64(bits(key, index) >> _11) + 0.5) * (1.0 / 9007199254740992.0)


@compiled
def exponential(key: np.uint64, index: int) -> float:
    """Exponential number of mean 1."""
    return -math.log(uniform(key, index))


@compiled
def _normal(key: np.uint64, index: int) -> float:
    """Box and Muller 1958."""
    radius = math.sqrt(-2.0 * math.log(uniform(key, 2 * index)))
    return radius * math.cos(2.0 * math.pi * uniform(key, 2 * index + 1))


@compiled
def _gamma(shape: float, key: np.uint64) -> float:
    """Gamma number of scale 1; Marsaglia and Tsang 2000, with the boost for shapes below 1."""
    boost = 1.0
    if shape < 1.0:
        boost = uniform(key, 0) ** (1.0 / shape)
        shape += 1.0
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    for turn in range(1, 1_000):
        x = _normal(key, 2 * turn)
        v = (1.0 + c * x) ** 3
        if v > 0.0 and math.log(
            uniform(key, 4 * turn + 2)
        ) < 0.5 * x * x + d - d * v + d * math.log(v):
            return boost * d * v
    return boost * d


@compiled
def draw_days(laws: Rows, law: int, key: np.uint64, index: int) -> float:
    """Time in days from a law; the ``index``-th draw of the entity with this key."""
    row = laws[law]
    kind = row.kind
    if kind == 0:
        return float(row.mean)
    if kind == _EXPONENTIAL:
        return float(row.mean * exponential(key, index))
    if kind == _UNIFORM:
        return float(row.low + (row.high - row.low) * uniform(key, index))
    if kind == _TRIANGULAR:
        mode = 3.0 * row.mean - row.low - row.high
        wide = row.high - row.low
        u = uniform(key, index)
        if u * wide <= mode - row.low:
            return float(row.low + math.sqrt(u * wide * (mode - row.low)))
        return float(row.high - math.sqrt((1.0 - u) * wide * (row.high - mode)))
    own = bits(key, index)
    if kind == _GAMMA:
        spread = row.sd * row.sd / row.mean
        return float(spread * _gamma(row.mean / spread, own))
    if kind == _LOGNORMAL:
        variance = math.log(1.0 + (row.sd / row.mean) ** 2)
        return float(row.mean * math.exp(math.sqrt(variance) * _normal(own, 0) - variance / 2.0))
    total = 0.0
    for phase in range(row.phases):
        total += exponential(own, phase)
    return float(row.mean * total / row.phases)


@compiled
def poisson(mean: float, key: np.uint64, index: int) -> int:
    """Poisson number: inversion up to a mean of 30, else Hormann 1993 (PTRS), both exact."""
    if mean <= 0.0:
        return 0
    if mean < 30.0:
        u = uniform(key, index)
        count, share = 0, math.exp(-mean)
        while u > share and share > 0.0 and count < 1_000:
            u -= share
            count += 1
            share *= mean / count
        return count
    own = bits(key, index)
    b = 0.931 + 2.53 * math.sqrt(mean)
    a = -0.059 + 0.02483 * b
    limit = 0.9277 - 3.6224 / (b - 2.0)
    inverse = 1.1239 + 1.1328 / (b - 3.4)
    for turn in range(1_000):
        u = uniform(own, 2 * turn) - 0.5
        v = uniform(own, 2 * turn + 1)
        us = 0.5 - abs(u)
        count = math.floor((2.0 * a / us + b) * u + mean + 0.43)
        if us >= 0.07 and v <= limit:
            return count
        if count < 0 or (us < 0.013 and v > us):
            continue
        left = math.log(v) + math.log(inverse) - math.log(a / (us * us) + b)
        if left <= count * math.log(mean) - mean - math.lgamma(count + 1.0):
            return count
    return int(mean)


def exponentials(key: Words) -> Floats:
    """First exponential number of each key; the same that :func:`exponential` gives at index 0."""
    x = _mixed(key + _GOLDEN)
    return -np.log(((x >> _11).astype(np.float64) + 0.5) * (1.0 / 9007199254740992.0))
