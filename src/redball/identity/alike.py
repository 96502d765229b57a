"""All pairs of names that are alike enough, without comparing all pairs.

If two unit vectors have a cosine of at least *t*, they share a feature among the first of each:
the rarest features up to the point where the rest of the vector is shorter than *t*
(prefix filtering; Bayardo, Ma and Srikant, "Scaling up all pairs similarity search", WWW 2007).
Only these are indexed, so common trigrams cost nothing and no pair is lost.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.identity.names import NameVectors
from redball.model.compiled import compiled

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_SLICES = 4
"""The search is cut into so many parts, which run at once where there are cores for them."""

_SLACK = 1e-9
"""Rounding of a sum of squares; keeps a pair that lies exactly on the limit."""


def alike_names(vectors: NameVectors, minimum: float, only_owner: Int32s) -> pl.DataFrame:
    """Pairs of names with a cosine of at least ``minimum``.

    Parameters
    ----------
    vectors : NameVectors
    minimum : float, above 0
    only_owner : int32 array, shape (names,)
        Owner of a name that one owner alone uses, -1 for a name of several: two names of the same
        single owner are not compared.

    Returns
    -------
    polars.DataFrame
        ``a``, ``b`` (rows of the names, a < b) and ``cosine``.
    """
    if not vectors.features:
        return pl.DataFrame(schema={"a": pl.Int32, "b": pl.Int32, "cosine": pl.Float64})
    rest = _rests(vectors.start, vectors.weight)
    prefix = _prefix_ends(vectors.start, rest, minimum - _SLACK)
    begin, posting, place = _postings(vectors.start, vectors.feature, prefix, vectors.features)

    def part(first: int) -> pl.DataFrame:
        a, b, cosine = _pairs(
            vectors.start, vectors.feature, vectors.weight, rest, prefix, begin, posting, place,
            minimum - _SLACK, only_owner, first, _SLICES,
        )  # fmt: skip
        return pl.DataFrame({"a": a, "b": b, "cosine": cosine})

    with ThreadPoolExecutor(_SLICES) as pool:
        found = pl.concat(pool.map(part, range(_SLICES)))
    return found.sort("b", "a").with_columns(pl.col("cosine").clip(upper_bound=1.0))


@compiled
def _rests(start: Int64s, weight: Floats) -> Floats:
    """Length of what is left of a vector from each of its features on."""
    rest = np.zeros(len(weight) + 1)
    for name in range(len(start) - 1):
        total = 0.0
        for k in range(start[name + 1] - 1, start[name] - 1, -1):
            total += weight[k] ** 2
            rest[k] = np.sqrt(total)
    return rest


@compiled
def _prefix_ends(start: Int64s, rest: Floats, minimum: float) -> Int64s:
    ends = start[1:].copy()
    for name in range(len(ends)):
        while ends[name] > start[name] and rest[ends[name] - 1] < minimum:
            ends[name] -= 1
    return ends


@compiled
def _postings(
    start: Int64s, feature: Int32s, prefix: Int64s, features: int
) -> tuple[Int64s, Int32s, Int64s]:
    """Names by prefix feature, in order: where each list begins, the names, the feature's place."""
    begin = np.zeros(features + 1, np.int64)
    for name in range(len(prefix)):
        for k in range(start[name], prefix[name]):
            begin[feature[k] + 1] += 1
    begin = np.cumsum(begin)
    room = begin[:-1].copy()
    names = np.empty(begin[-1], np.int32)
    place = np.empty(begin[-1], np.int64)
    for name in range(len(prefix)):
        for k in range(start[name], prefix[name]):
            names[room[feature[k]]] = name
            place[room[feature[k]]] = k
            room[feature[k]] += 1
    return begin, names, place


@compiled
def _pairs(
    start: Int64s,
    feature: Int32s,
    weight: Floats,
    rest: Floats,
    prefix: Int64s,
    begin: Int64s,
    posting: Int32s,
    place: Int64s,
    minimum: float,
    only_owner: Int32s,
    first: int,
    step: int,
) -> tuple[Int32s, Int32s, Floats]:
    """Pairs of each ``step``-th name with the names before it."""
    room, found = 1024, 0
    left, right = np.empty(room, np.int32), np.empty(room, np.int32)
    cosine = np.empty(room, np.float64)
    seen = np.full(len(prefix), -1, np.int32)
    for name in range(first, len(prefix), step):
        for k in range(start[name], prefix[name]):
            for p in range(begin[feature[k]], begin[feature[k] + 1]):
                other = posting[p]
                if other >= name:
                    break
                if seen[other] == name:
                    continue
                seen[other] = name
                if only_owner[name] >= 0 and only_owner[name] == only_owner[other]:
                    continue
                # the first shared feature: nothing before it is shared, so start from here
                value = _dot(
                    feature, weight, rest, k, start[name + 1], place[p], start[other + 1], minimum
                )
                if value < minimum:
                    continue
                if found == room:
                    left = np.concatenate((left, np.empty(room, np.int32)))
                    right = np.concatenate((right, np.empty(room, np.int32)))
                    cosine = np.concatenate((cosine, np.empty(room, np.float64)))
                    room *= 2
                left[found], right[found], cosine[found] = other, name, value
                found += 1
    return left[:found], right[:found], cosine[:found]


@compiled
def _dot(
    feature: Int32s,
    weight: Floats,
    rest: Floats,
    i: int,
    i_end: int,
    j: int,
    j_end: int,
    minimum: float,
) -> float:
    """Cosine from two places on; 0 as soon as the rest can't reach the minimum any more."""
    total = 0.0
    while i < i_end and j < j_end:
        if total + rest[i] * rest[j] < minimum:
            return 0.0
        if feature[i] == feature[j]:
            total += weight[i] * weight[j]
            i += 1
            j += 1
        elif feature[i] < feature[j]:
            i += 1
        else:
            j += 1
    return total
