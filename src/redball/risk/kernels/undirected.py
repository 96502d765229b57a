"""Articulation points and bridges of an undirected multigraph, and what each separates.

Depth-first search with low points (Hopcroft and Tarjan 1973, Algorithm 447), iterative, so that a
long chain can't overflow the stack. The entering *edge* is skipped, not the parent node: a doubled
edge is then no bridge.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from redball.model.compiled import Flags, Ints, compiled
from redball.model.errors import BadUse
from redball.risk.kernels.csr import as_ends, half_edges


@dataclass(frozen=True)
class Cuts:
    """Where an undirected network falls apart.

    Attributes
    ----------
    articulation : bool array, shape (n,)
        Nodes whose loss separates other nodes.
    bridge : bool array, shape (m,)
        Edges whose loss separates nodes.
    cut_off_by_node : int32 array, shape (n,)
        Nodes no longer joined to the largest remaining part when the node is lost; 0 for others.
    cut_off_by_edge : int32 array, shape (m,)
        Nodes of the smaller side when the edge is lost; 0 for edges that are no bridge.
    component_size : int32 array, shape (n,)
        Nodes of the connected part each node lies in.
    """

    articulation: Flags
    bridge: Flags
    cut_off_by_node: Ints
    cut_off_by_edge: Ints
    component_size: Ints


def articulation_points_and_bridges(n: int, u: npt.ArrayLike, v: npt.ArrayLike) -> Cuts:
    """Find articulation points and bridges in O(n + m) time and memory.

    Parameters
    ----------
    n : int
        Number of nodes.
    u, v : int array, shape (m,)
        Ends of the edges; parallel edges count, self-loops are ignored.

    Raises
    ------
    BadUse
        The ends differ in length or name a node outside ``0..n-1``.
    """
    ends_u, ends_v = as_ends(n, u, "u"), as_ends(n, v, "v")
    if len(ends_u) != len(ends_v):
        raise BadUse("'u' and 'v' differ in length.", mend="Give two ends for every edge.")
    start, other, edge = half_edges(n, ends_u, ends_v)
    return Cuts(*_cuts(n, len(ends_u), start, other, edge))


@compiled
def _cuts(
    n: int, m: int, start: Ints, other: Ints, edge: Ints
) -> tuple[Flags, Flags, Ints, Ints, Ints]:
    bridge = np.zeros(m, np.bool_)
    below_edge = np.zeros(m, np.int32)
    seen = np.full(n, -1, np.int32)  # order of discovery
    low = np.zeros(n, np.int32)
    size = np.ones(n, np.int32)  # of the search tree below the node
    apart = np.zeros(n, np.int32)  # nodes in subtrees that hang on the node alone
    largest = np.zeros(n, np.int32)  # the largest of those subtrees
    pieces = np.zeros(n, np.int32)  # how many there are
    entry = np.full(n, -1, np.int32)  # edge by which the search came
    component = np.zeros(n, np.int32)
    fill = start[:-1].copy()
    order = np.empty(n, np.int32)  # nodes by discovery
    path = np.empty(n, np.int32)  # from the root of the search to the present node
    clock = 0
    for root in range(n):
        if seen[root] >= 0:
            continue
        first = clock
        seen[root] = low[root] = clock
        order[clock] = root
        clock += 1
        depth = 0
        path[0] = root
        while depth >= 0:
            node = path[depth]
            if fill[node] < start[node + 1]:
                half = fill[node]
                fill[node] += 1
                target = other[half]
                if seen[target] < 0:
                    seen[target] = low[target] = clock
                    order[clock] = target
                    clock += 1
                    entry[target] = edge[half]
                    depth += 1
                    path[depth] = target
                elif edge[half] != entry[node]:
                    low[node] = min(low[node], seen[target])
                continue
            depth -= 1
            if depth < 0:
                break
            parent = path[depth]
            size[parent] += size[node]
            low[parent] = min(low[parent], low[node])
            if low[node] >= seen[parent]:
                _hang(parent, size[node], apart, largest, pieces)
            if low[node] > seen[parent]:
                bridge[entry[node]] = True
                below_edge[entry[node]] = size[node]
        component[order[first:clock]] = clock - first
    return _separated(
        component, entry, start, other, edge, pieces, apart, largest, bridge, below_edge
    )


@compiled
def _hang(node: int, size: int, apart: Ints, largest: Ints, pieces: Ints) -> None:
    """Note a subtree that nothing but the node joins to the rest."""
    apart[node] += size
    largest[node] = max(largest[node], size)
    pieces[node] += 1


@compiled
def _separated(
    component: Ints,
    entry: Ints,
    start: Ints,
    other: Ints,
    edge: Ints,
    pieces: Ints,
    apart: Ints,
    largest: Ints,
    bridge: Flags,
    below_edge: Ints,
) -> tuple[Flags, Flags, Ints, Ints, Ints]:
    """Turn sizes of subtrees into nodes cut off from the largest remaining part."""
    n = len(component)
    articulation = np.zeros(n, np.bool_)
    by_node = np.zeros(n, np.int32)
    for node in range(n):
        is_root = entry[node] < 0
        articulation[node] = pieces[node] >= (2 if is_root else 1)
        if articulation[node]:
            rest = component[node] - 1 - apart[node]
            by_node[node] = component[node] - 1 - max(rest, largest[node])
        for half in range(start[node], start[node + 1]):
            e = edge[half]
            if bridge[e] and other[half] > node:
                below_edge[e] = min(below_edge[e], component[node] - below_edge[e])
    return articulation, bridge, by_node, below_edge, component
