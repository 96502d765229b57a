"""Adjacency as compressed sparse rows, built by counting sort in linear time."""

import numpy as np
import numpy.typing as npt

from redball.model.compiled import Ints, compiled
from redball.model.errors import BadUse


def as_ends(n: int, values: npt.ArrayLike, name: str) -> Ints:
    """Check node numbers and bring them to contiguous int32.

    Raises
    ------
    BadUse
        The array is not one-dimensional or names a node outside ``0..n-1``.
    """
    array = np.ascontiguousarray(values, dtype=np.int32)
    if array.ndim != 1:
        raise BadUse(
            f"'{name}' has {array.ndim} dimensions.", mend="Give one node number per edge."
        )
    if array.size and (int(array.min()) < 0 or int(array.max()) >= n):
        raise BadUse(
            f"'{name}' names a node outside 0..{n - 1}.", mend="Leave out edges with unknown ends."
        )
    return array


@compiled
def by_row(n: int, row: Ints, value: Ints) -> tuple[Ints, Ints]:
    """Sort ``value`` by ``row``, stable.

    Returns
    -------
    start : int32 array, shape (n + 1,)
        Values of row ``r`` are ``values[start[r]:start[r + 1]]``.
    values : int32 array, shape (len(row),)
    """
    start = np.zeros(n + 1, np.int32)
    for i in range(len(row)):
        start[row[i] + 1] += 1
    for i in range(n):
        start[i + 1] += start[i]
    fill = start[:-1].copy()
    values = np.empty(len(row), np.int32)
    for i in range(len(row)):
        values[fill[row[i]]] = value[i]
        fill[row[i]] += 1
    return start, values


@compiled
def with_room(values: Ints, count: int) -> Ints:
    """Return an array with room for ``count`` values: the same, or a longer copy."""
    if count <= len(values):
        return values
    longer = np.empty(max(count, 2 * len(values)), np.int32)
    for i in range(len(values)):
        longer[i] = values[i]
    return longer


@compiled
def half_edges(n: int, u: Ints, v: Ints) -> tuple[Ints, Ints, Ints]:
    """Both directions of every undirected edge, with the edge's number; self-loops left out."""
    start = np.zeros(n + 1, np.int32)
    for e in range(len(u)):
        if u[e] != v[e]:
            start[u[e] + 1] += 1
            start[v[e] + 1] += 1
    for i in range(n):
        start[i + 1] += start[i]
    fill = start[:-1].copy()
    other = np.empty(start[n], np.int32)
    edge = np.empty(start[n], np.int32)
    for e in range(len(u)):
        if u[e] != v[e]:
            a, b = u[e], v[e]
            other[fill[a]], edge[fill[a]] = b, e
            other[fill[b]], edge[fill[b]] = a, e
            fill[a] += 1
            fill[b] += 1
    return start, other, edge
