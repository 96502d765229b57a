"""Strongly connected components and immediate dominators of a directed graph."""

import numpy as np
import numpy.typing as npt

from redball.model.compiled import Ints, compiled
from redball.model.errors import BadUse
from redball.risk.kernels.csr import as_ends, by_row


def strongly_connected(n: int, src: npt.ArrayLike, dst: npt.ArrayLike) -> Ints:
    """Number of the strongly connected component of every node (Tarjan 1972), O(n + m).

    Components are numbered so that an edge never leads to a higher number: what a node points to
    comes first.

    Parameters
    ----------
    n : int
        Number of nodes.
    src, dst : int array, shape (m,)
        Edges.

    Returns
    -------
    int32 array, shape (n,)

    Raises
    ------
    BadUse
        The ends differ in length or name a node outside ``0..n-1``.
    """
    source, target = _edges(n, src, dst)
    start, heads = by_row(n, source, target)
    component, _ = components(start, heads, np.arange(n, dtype=np.int32))
    return component


@compiled
def components(start: Ints, target: Ints, roots: Ints) -> tuple[Ints, Ints]:
    """Tarjan's components of what the roots reach.

    Returns
    -------
    component : int32 array, shape (n,)
        Component number, targets first; -1 for nodes not reached.
    order : int32 array, shape (reached,)
        Reached nodes, component by component in rising number; in a component by the end of the
        search, so that most edges lead to an earlier node and few sweeps settle a cycle.
    """
    n = len(start) - 1
    component = np.full(n, -1, np.int32)
    seen = np.full(n, -1, np.int32)
    low = np.zeros(n, np.int32)
    fill = start[:-1].copy()
    path = np.empty(n, np.int32)
    open_nodes = np.empty(n, np.int32)
    ended = np.empty(n, np.int32)  # nodes left for good, until their component is complete
    order = np.empty(n, np.int32)
    clock = waiting = left = done = count = 0
    for root in roots:
        if seen[root] >= 0:
            continue
        depth = 0
        path[0] = root
        while depth >= 0:
            node = path[depth]
            if seen[node] < 0:
                seen[node] = low[node] = clock
                clock += 1
                open_nodes[waiting] = node
                waiting += 1
            if fill[node] < start[node + 1]:
                head = target[fill[node]]
                fill[node] += 1
                if seen[head] < 0:
                    depth += 1
                    path[depth] = head
                elif component[head] < 0:
                    low[node] = min(low[node], seen[head])
                continue
            depth -= 1
            ended[left] = node
            left += 1
            if depth >= 0:
                low[path[depth]] = min(low[path[depth]], low[node])
            if low[node] == seen[node]:
                size = 1
                while open_nodes[waiting - size] != node:
                    size += 1
                waiting, left = waiting - size, left - size
                for i in range(left, left + size):  # a slice would take seconds to compile
                    order[done] = ended[i]
                    component[ended[i]] = count
                    done += 1
                count += 1
    return component, order[:done]


def dominators(n: int, src: npt.ArrayLike, dst: npt.ArrayLike, root: int) -> Ints:
    """Immediate dominators: the last node that every path from the root to a node passes.

    Semidominators with path compression, then nearest common ancestors (the SEMI-NCA variant of
    Lengauer and Tarjan 1979; Georgiadis, Tarjan and Werneck 2006).

    Parameters
    ----------
    n : int
        Number of nodes.
    src, dst : int array, shape (m,)
        Edges.
    root : int
        Where all paths start.

    Returns
    -------
    int32 array, shape (n,)
        Immediate dominator; the root's is itself; -1 for nodes no path reaches.

    Raises
    ------
    BadUse
        The ends differ in length, or a node or the root is outside ``0..n-1``.
    """
    source, target = _edges(n, src, dst)
    if not 0 <= root < n:
        raise BadUse(f"The root {root} is outside 0..{n - 1}.", mend="Give the number of a node.")
    start, heads = by_row(n, source, target)
    back_start, tails = by_row(n, target, source)
    return _semi_nca(start, heads, back_start, tails, root)


def _edges(n: int, src: npt.ArrayLike, dst: npt.ArrayLike) -> tuple[Ints, Ints]:
    source, target = as_ends(n, src, "src"), as_ends(n, dst, "dst")
    if len(source) != len(target):
        raise BadUse("'src' and 'dst' differ in length.", mend="Give two ends for every edge.")
    return source, target


@compiled
def _preorder(start: Ints, heads: Ints, root: int) -> tuple[Ints, Ints, Ints]:
    """Depth-first numbers: node by number, number by node (-1 unreached), parent by number."""
    n = len(start) - 1
    number = np.full(n, -1, np.int32)
    node_at = np.empty(n, np.int32)
    parent = np.zeros(n, np.int32)
    fill = start[:-1].copy()
    path = np.empty(n, np.int32)
    path[0] = root
    number[root] = 0
    node_at[0] = root
    reached = 1
    depth = 0
    while depth >= 0:
        node = path[depth]
        if fill[node] == start[node + 1]:
            depth -= 1
            continue
        head = heads[fill[node]]
        fill[node] += 1
        if number[head] < 0:
            number[head] = reached
            node_at[reached] = head
            parent[reached] = number[node]
            reached += 1
            depth += 1
            path[depth] = head
    return node_at[:reached], number, parent[:reached]


@compiled
def _least_semi(v: int, last: int, ancestor: Ints, label: Ints, semi: Ints, path: Ints) -> int:
    """Label with the least semidominator on the forest path above ``v``; compresses the path."""
    depth = 0
    while ancestor[v] > last:
        path[depth] = v
        depth += 1
        v = ancestor[v]
    while depth > 0:
        depth -= 1
        w = path[depth]
        if semi[label[v]] < semi[label[w]]:
            label[w] = label[v]
        ancestor[w] = ancestor[v]
        v = w
    return int(label[v])


@compiled
def _semi_nca(start: Ints, heads: Ints, back_start: Ints, tails: Ints, root: int) -> Ints:
    node_at, number, parent = _preorder(start, heads, root)
    reached = len(node_at)
    semi = np.arange(reached).astype(np.int32)
    label = np.arange(reached).astype(np.int32)
    ancestor = parent.copy()  # a vertex above ``last`` is linked to its tree parent
    path = np.empty(reached, np.int32)
    for w in range(reached - 1, 0, -1):
        node = node_at[w]
        best = parent[w]
        for i in range(back_start[node], back_start[node + 1]):
            v = number[tails[i]]
            if v < 0:
                continue
            best = min(best, v if v <= w else semi[_least_semi(v, w, ancestor, label, semi, path)])
        semi[w] = best
        label[w] = w
    idom = parent.copy()
    for w in range(1, reached):
        while idom[w] > semi[w]:
            idom[w] = idom[idom[w]]
    result = np.full(len(start) - 1, -1, np.int32)
    for w in range(reached):
        result[node_at[w]] = node_at[idom[w]]
    return result
