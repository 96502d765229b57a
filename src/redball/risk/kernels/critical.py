"""Critical sets of an AND/OR graph: what stops a node when it alone is lost.

A node has groups, a group has alternatives. A node fails when it is removed, or when all
alternatives of one of its groups have failed::

    Crit(n) = {n} ∪ ⋃_{group k of n} ⋂_{alternative s of k} Crit(s)

as the *least* fixed point: two parties that only supply each other do not fail by themselves.
With one alternative per group this is reachability; with one group per node it is the set of
dominators. A group without alternatives says nothing (missing data) and never fails.

Method. Candidates are lost one after another, each with all that fails with it, along a tree in
which a node stands below one that can't do without it; only what the next one adds is computed
(``cascade.py``). Time is the sum of what is added, some twenty nodes for each candidate in supply
networks; in the worst case, where every candidate stops nearly everything by a way of its own, it
is candidates times network. Memory is linear in the network and the result.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from redball.model.compiled import Flags, Ints, Longs, compiled
from redball.model.errors import BadUse
from redball.risk.kernels.cascade import UP, Losses, Net, lose, net_of, nothing_lost, tour_of, undo
from redball.risk.kernels.csr import as_ends, by_row, with_room


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
    net = net_of(graph.group_start, graph.alternative_start, graph.alternative, roots)
    rank = np.full(n, -1, np.int32)
    rank[net.node] = np.arange(len(net.node), dtype=np.int32)
    wanted = np.ones(len(net.node), np.bool_) if candidates is None else candidates[net.node]
    different, whose = np.unique(roots, return_inverse=True)
    asked_at = np.full(len(net.node), -1, np.int32)
    asked_at[rank[different]] = np.arange(len(different), dtype=np.int32)
    lost = rank[lost[rank[lost] >= 0]]
    which, found = _pairs(net, tour_of(net, wanted), wanted, asked_at, len(different), lost)
    found = net.node[found]
    arrange = np.lexsort((found, which))
    start = np.searchsorted(which[arrange], np.arange(len(different) + 1)).astype(np.int64)
    sets = CriticalSets(start, found[arrange], np.sort(net.node))
    return sets if np.array_equal(different, roots) else _rearranged(sets, whose)


def _rearranged(sets: CriticalSets, whose: npt.NDArray[np.int_]) -> CriticalSets:
    """Sets in another order, or several times."""
    length = np.diff(sets.start)[whose]
    start = np.concatenate(([0], np.cumsum(length))).astype(np.int64)
    member = np.concatenate([np.empty(0, np.int32), *(sets[i] for i in whose.tolist())])
    return CriticalSets(start, member, sets.reached)


@compiled
def _pairs(
    net: Net, tour: Ints, wanted: Flags, asked_at: Ints, asked: int, lost: Ints
) -> tuple[Ints, Ints]:
    """Pairs of asked node (its position) and the wanted node whose loss stops it."""
    losses = nothing_lost(net)
    count = depth = stopped_count = total = 0
    stopped = np.empty(asked, np.int32)  # what fails so far of the asked
    failed_before = np.empty(len(net.node) + 1, np.int32)
    stopped_before = np.empty(len(net.node) + 1, np.int32)
    which, found = np.empty(1024, np.int32), np.empty(1024, np.int32)
    for node in lost:
        count = lose(net, losses, node, count)
    stopped_count = _stopped(losses, 0, count, asked_at, stopped, 0)
    for node in tour:
        if node == UP:
            depth -= 1
            undo(net, losses, failed_before[depth], count)
            count, stopped_count = failed_before[depth], stopped_before[depth]
            continue
        failed_before[depth], stopped_before[depth] = count, stopped_count
        depth += 1
        count = lose(net, losses, node, count)
        stopped_count = _stopped(
            losses, failed_before[depth - 1], count, asked_at, stopped, stopped_count
        )
        if not wanted[node]:
            continue
        which = with_room(which, total + stopped_count)
        found = with_room(found, total + stopped_count)
        for i in range(stopped_count):
            which[total], found[total] = stopped[i], node
            total += 1
    return which[:total], found[:total]


@compiled
def _stopped(
    losses: Losses, before: int, count: int, asked_at: Ints, stopped: Ints, already: int
) -> int:
    """Note the asked among the nodes that failed last; how many there are with ``already``."""
    for i in range(before, count):
        position = asked_at[losses.fallen[i]]
        if position >= 0:
            stopped[already] = position
            already += 1
    return already
