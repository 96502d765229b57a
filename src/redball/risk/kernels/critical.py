"""Critical sets of an AND/OR graph: what stops a node when it alone is lost.

A node has groups, a group has alternatives. A node fails when it is removed, or when all
alternatives of one of its groups have failed::

    Crit(n) = {n} ∪ ⋃_{group k of n} ⋂_{alternative s of k} Crit(s)

as the *least* fixed point: two parties that only supply each other do not fail by themselves.
With one alternative per group this is reachability; with one group per node it is the set of
dominators. A group without alternatives says nothing (missing data) and never fails.

Method. Whether removing x makes n fail is one bit, and bits of different x never mix. So 512
removals are carried through the graph at once, eight words per node, in the order of the strongly
connected components (what is needed comes first); a component with a cycle is swept until nothing
changes. Only nodes whose alternatives changed are touched. Memory is 64 bytes per reached node,
whatever the sizes of the sets, and time is at most (candidates / 512) sweeps.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from redball.model.errors import BadUse
from redball.risk.kernels.compiled import Flags, Floats, Ints, Longs, Words, compiled
from redball.risk.kernels.csr import as_ends, by_row
from redball.risk.kernels.directed import components

WORDS = 8
"""Words of 64 removals per node: one cache line."""

HEAVY = 512.0
"""Candidates that take about this many nodes with them share their sweeps with their like."""


@dataclass(frozen=True)
class AndOrGraph:
    """Node -> groups -> alternatives, as rows of rows.

    Attributes
    ----------
    group_start : int32 array, shape (n + 1,)
        Groups of node ``i`` are ``group_start[i]`` to ``group_start[i + 1]``.
    alternative_start : int32 array, shape (groups + 1,)
        Alternatives of group ``k`` stand from ``alternative_start[k]`` to
        ``alternative_start[k + 1]``.
    alternative : int32 array
        Nodes.
    owner : int32 array, shape (groups,)
        Node each group belongs to.
    """

    group_start: Ints
    alternative_start: Ints
    alternative: Ints
    owner: Ints

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.group_start) - 1

    @property
    def groups(self) -> int:
        """Number of groups."""
        return len(self.owner)

    @property
    def gaps(self) -> Ints:
        """Groups without alternatives: something is needed, nothing is known about it."""
        return np.flatnonzero(np.diff(self.alternative_start) == 0).astype(np.int32)

    def members(self) -> tuple[Ints, Ints]:
        """For each node the groups it is an alternative of, as compressed rows."""
        group = np.repeat(
            np.arange(self.groups, dtype=np.int32), np.diff(self.alternative_start)
        ).astype(np.int32)
        return by_row(self.nodes, self.alternative, group)

    def needs(self) -> tuple[Ints, Ints]:
        """For each node all alternatives of all its groups, as compressed rows."""
        return self.alternative_start[self.group_start], self.alternative


def and_or_graph(
    n: int, owner: npt.ArrayLike, alternative_group: npt.ArrayLike, alternative: npt.ArrayLike
) -> AndOrGraph:
    """Build a graph from lists.

    Parameters
    ----------
    n : int
        Number of nodes.
    owner : int array, shape (groups,)
        Node of each group, in rising order.
    alternative_group, alternative : int array, shape (m,)
        Group and node of each alternative, in any order.

    Raises
    ------
    BadUse
        A node or group is out of range, or ``owner`` does not rise.
    """
    owners = as_ends(n, owner, "owner")
    if np.any(np.diff(owners) < 0):
        raise BadUse("'owner' does not rise.", mend="Sort the groups by their node.")
    nodes = as_ends(n, alternative, "alternative")
    groups = as_ends(len(owners), alternative_group, "alternative_group")
    if len(nodes) != len(groups):
        raise BadUse("'alternative' and 'alternative_group' differ in length.")
    start, flat = by_row(len(owners), groups, nodes)
    bounds = np.searchsorted(owners, np.arange(n + 1)).astype(np.int32)
    return AndOrGraph(bounds, start, flat, owners)


@dataclass(frozen=True)
class CriticalSets:
    """For each asked node the nodes whose loss alone stops it, itself among them.

    Attributes
    ----------
    start : int64 array, shape (asked + 1,)
    member : int32 array
        Members of set ``i`` are ``member[start[i]:start[i + 1]]``, rising.
    reached : int32 array
        Nodes that the asked ones need, directly or not.
    """

    start: Longs
    member: Ints
    reached: Ints

    def __len__(self) -> int:
        return len(self.start) - 1

    def __getitem__(self, i: int) -> Ints:
        return self.member[self.start[i] : self.start[i + 1]]


def critical_sets(
    graph: AndOrGraph,
    asked: npt.ArrayLike,
    *,
    candidates: Flags | None = None,
    removed: npt.ArrayLike = (),
) -> CriticalSets:
    """Compute the critical sets of the asked nodes; only what they need is visited.

    Parameters
    ----------
    graph : AndOrGraph
        What needs what.
    asked : int array
        Nodes whose sets are wanted.
    candidates : bool array, shape (n,), optional
        Nodes that may be members; all when absent.
    removed : int array
        Nodes that are lost already, for sets of what *else* would stop a node.

    Returns
    -------
    CriticalSets
        A node that has failed by ``removed`` alone has every reached candidate as a member.

    Raises
    ------
    BadUse
        A node is out of range.
    """
    n = graph.nodes
    roots = as_ends(n, asked, "asked")
    lost = as_ends(n, removed, "removed")
    component, order = components(*graph.needs(), roots)
    rank = np.full(n, -1, np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    rows = _Rows(
        graph.group_start,
        graph.alternative_start,
        graph.alternative,
        graph.owner,
        *graph.members(),
        component,
        order,
        rank,
    )
    chosen = order if candidates is None else order[candidates[order]]
    proxy, weight = _proxies(rows, roots)
    tried, whose = np.unique(proxy[chosen], return_inverse=True)
    which, found = _sweeps(rows, _schedule(tried, rank, weight), roots, lost[rank[lost] >= 0])
    # back from the proxies to the candidates they stand for
    first, behind = by_row(len(tried), whose.astype(np.int32), chosen)
    place = np.searchsorted(tried, found)
    count = first[place + 1] - first[place]
    which, offset = np.repeat(which, count), np.repeat(first[place], count)
    found = behind[offset + np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)]
    arrange = np.lexsort((found, which))
    start = np.searchsorted(which[arrange], np.arange(len(roots) + 1)).astype(np.int64)
    return CriticalSets(start, found[arrange], np.sort(order))


def _schedule(tried: Ints, rank: Ints, weight: Floats) -> Ints:
    """Heavy candidates first and together, the others by rank, so that a sweep stays local."""
    heavy = weight[tried] >= HEAVY
    return np.concatenate(
        (
            tried[heavy][np.lexsort((rank[tried[heavy]], -weight[tried[heavy]]))],
            tried[~heavy][np.argsort(rank[tried[~heavy]])],
        )
    )


class _Rows(NamedTuple):
    """The graph as the kernels read it: forwards, backwards, and in order of need."""

    group_start: Ints
    alternative_start: Ints
    alternative: Ints
    owner: Ints
    member_start: Ints
    member_group: Ints
    component: Ints
    order: Ints
    rank: Ints


@compiled
def _proxies(rows: _Rows, roots: Ints) -> tuple[Ints, Floats]:
    """For each node one whose loss stops the same roots, and about how many nodes it takes along.

    Where everything that needs x has no alternative to it, and all of that leads to one node t and
    nowhere else, x and t stop the same roots. Roots stand for themselves. Nodes are taken with what
    needs them first, so that chains and trees collapse in one pass.
    """
    proxy = np.arange(len(rows.rank)).astype(np.int32)
    weight = np.ones(len(rows.rank), np.float64)
    is_root = np.zeros(len(rows.rank), np.bool_)
    is_root[roots] = True
    for node in rows.order[::-1]:
        target, alone = -1, not is_root[node]
        for i in range(rows.member_start[node], rows.member_start[node + 1]):
            group = rows.member_group[i]
            owner = rows.owner[group]
            if rows.rank[owner] < 0:
                continue
            if rows.alternative_start[group + 1] - rows.alternative_start[group] > 1:
                alone = False
                continue
            weight[node] = min(weight[node] + weight[owner], 1e12)
            if rows.rank[owner] <= rows.rank[node] or (target >= 0 and target != proxy[owner]):
                alone = False
            target = proxy[owner]
        if alone and target >= 0:
            proxy[node] = target
    return proxy, weight


@compiled
def _add_failures(rows: _Rows, node: int, bits: Words, marked: Flags) -> bool:
    """Bring one node up to date; true when a bit was added.

    ``marked`` says which nodes have bits: most groups have an alternative without any, and are
    passed over without reading theirs.
    """
    changed = False
    for group in range(rows.group_start[node], rows.group_start[node + 1]):
        first, last = rows.alternative_start[group], rows.alternative_start[group + 1]
        i = first
        while i < last and marked[rows.alternative[i]]:
            i += 1
        if i < last or last == first:
            continue
        for word in range(WORDS):
            all_failed = bits[rows.alternative[first], word]
            for i in range(first + 1, last):
                all_failed &= bits[rows.alternative[i], word]
            grown = bits[node, word] | all_failed
            if grown != bits[node, word]:
                bits[node, word] = grown
                changed = True
    return changed


@compiled
def _wake(rows: _Rows, node: int, awake: Flags) -> tuple[int, int]:
    """Mark what may fail with the node; first and last rank marked."""
    first, last = len(awake), -1
    for i in range(rows.member_start[node], rows.member_start[node + 1]):
        r = rows.rank[rows.owner[rows.member_group[i]]]
        if r >= 0:
            awake[r] = True
            first, last = min(first, r), max(last, r)
    return first, last


@compiled
def _sweep(
    rows: _Rows, seeds: Ints, bits: Words, marked: Flags, awake: Flags, touched: Ints
) -> int:
    """Carry the seeds' bits to the fixed point; the first ``count`` of ``touched`` have bits."""
    count = len(seeds)
    touched[:count] = seeds
    size = len(rows.order)
    at, end, back = size, -1, size
    for seed in seeds:
        marked[seed] = True
        first, last = _wake(rows, seed, awake)
        at, end = min(at, first), max(end, last)
    while at <= end or back < at:
        node = rows.order[at]
        if awake[at]:
            awake[at] = False
            if _add_failures(rows, node, bits, marked):
                if not marked[node]:
                    marked[node] = True
                    touched[count] = node
                    count += 1
                first, last = _wake(rows, node, awake)
                end = max(end, last)
                if first <= at:  # only inside a component with a cycle
                    back = min(back, first)
        leaves = at + 1 == size or rows.component[rows.order[at + 1]] != rows.component[node]
        if leaves and back < size:
            at, back = back, size
        else:
            at += 1
    return count


@compiled
def _sweeps(rows: _Rows, chosen: Ints, roots: Ints, lost: Ints) -> tuple[Ints, Ints]:
    """Pairs of position in ``roots`` and critical node, 512 candidates at a time."""
    n = len(rows.rank)
    width = 64 * WORDS
    bits = np.zeros((n, WORDS), np.uint64)
    marked = np.zeros(n, np.bool_)
    awake = np.zeros(len(rows.order), np.bool_)
    touched = np.empty(2 * n + width + len(lost), np.int32)
    which = np.empty(1024, np.int32)
    found = np.empty(1024, np.int32)
    total = 0
    for begin in range(0, len(chosen), width):
        block = chosen[begin : begin + width]
        for i in range(len(block)):
            bits[block[i], i // 64] |= np.uint64(1) << np.uint64(i % 64)
        for node in lost:
            bits[node] = ~np.uint64(0)
        count = _sweep(rows, np.concatenate((block, lost)), bits, marked, awake, touched)
        for i in range(len(roots)):
            for j in range(len(block)):
                word = bits[roots[i], j // 64]
                if word >> np.uint64(j % 64) & np.uint64(1):
                    if total == len(which):
                        which = np.concatenate((which, np.empty_like(which)))
                        found = np.concatenate((found, np.empty_like(found)))
                    which[total], found[total] = i, block[j]
                    total += 1
        for i in range(count):
            bits[touched[i]] = 0
            marked[touched[i]] = False
    return which[:total], found[:total]
