"""Losing one node after another, each with all that fails with it, at the cost of the differences.

When x is lost and y fails, everything that fails with y fails with x too. So nodes are tried along
a tree in which a node stands below one that can't do without it: on the way down failures are
added to those already there, on the way up they are undone. Most nodes add a handful; trying each
on its own would repeat what fails with the ones above.

The tree only saves work. Whatever it looks like, each node is tried with exactly what fails when
it alone is lost, because failures are followed to the end at every step.
"""

from typing import NamedTuple

import numpy as np

from redball.model.compiled import Flags, Floats, Ints, compiled
from redball.risk.kernels.directed import components

UP = -1
"""In a tour: undo the node entered last and not yet undone."""


class Net(NamedTuple):
    """What some nodes need, numbered anew: what is needed comes first, components together.

    Attributes
    ----------
    node : int32 array, shape (m,)
        Number in the whole graph.
    component : int32 array, shape (m,)
        Strongly connected component, rising.
    group_start : int32 array, shape (m + 1,)
        Groups of each node.
    alternative_start : int32 array, shape (groups + 1,)
        Alternatives of each group.
    alternative : int32 array
        Nodes.
    owner : int32 array, shape (groups,)
        Node each group belongs to.
    origin : int32 array, shape (groups,)
        Number of the group in the whole graph.
    member_start, member_group : int32 array
        For each node the groups it is an alternative of.
    """

    node: Ints
    component: Ints
    group_start: Ints
    alternative_start: Ints
    alternative: Ints
    owner: Ints
    origin: Ints
    member_start: Ints
    member_group: Ints


class Losses(NamedTuple):
    """What has failed so far.

    Attributes
    ----------
    left : int32 array, shape (groups,)
        Alternatives of each group that stand.
    failed : bool array, shape (m,)
    fallen : int32 array, shape (m,)
        Failed nodes in the order of failing.
    """

    left: Ints
    failed: Flags
    fallen: Ints


def net_of(group_start: Ints, alternative_start: Ints, alternative: Ints, roots: Ints) -> Net:
    """Cut out what the roots need."""
    # as Polars hands them out, some arrays are read-only; each kind would be compiled apart
    alternative = np.require(alternative, np.int32, "W")
    component, order = components(alternative_start[group_start], alternative, roots)
    return _cut(group_start, alternative_start, alternative, component, order)


@compiled
def _cut(
    group_start: Ints, alternative_start: Ints, alternative: Ints, component: Ints, order: Ints
) -> Net:
    m = len(order)
    rank = np.full(len(component), -1, np.int32)
    groups = size = 0
    for r in range(m):
        node = order[r]
        rank[node] = r
        groups += group_start[node + 1] - group_start[node]
        size += alternative_start[group_start[node + 1]] - alternative_start[group_start[node]]
    starts = np.zeros(m + 1, np.int32)
    first = np.zeros(groups + 1, np.int32)
    flat = np.empty(size, np.int32)
    owner = np.empty(groups, np.int32)
    origin = np.empty(groups, np.int32)
    member_start = np.zeros(m + 1, np.int32)
    g = at = 0
    for r in range(m):
        for group in range(group_start[order[r]], group_start[order[r] + 1]):
            owner[g], origin[g] = r, group
            for i in range(alternative_start[group], alternative_start[group + 1]):
                flat[at] = rank[alternative[i]]
                member_start[flat[at] + 1] += 1
                at += 1
            g += 1
            first[g] = at
        starts[r + 1] = g
    for r in range(m):
        member_start[r + 1] += member_start[r]
    fill = member_start[:-1].copy()
    member_group = np.empty(size, np.int32)
    for g in range(groups):
        for i in range(first[g], first[g + 1]):
            member_group[fill[flat[i]]] = g
            fill[flat[i]] += 1
    return Net(
        order, component[order], starts, first, flat, owner, origin, member_start, member_group
    )


def tour_of(net: Net, wanted: Flags) -> Ints:
    """Order in which to try nodes: a node to lose, or ``UP`` to undo the last one.

    Parameters
    ----------
    net : Net
        The network.
    wanted : bool array, shape (m,)
        Nodes to try; others come in only where that saves work.
    """
    start, owner = _cannot_do_without(net)
    ring, order = components(start, owner, np.arange(len(net.node), dtype=np.int32))
    above = _above(start, owner, ring, order)
    return _tour(above, order, wanted)


@compiled
def _cannot_do_without(net: Net) -> tuple[Ints, Ints]:
    """For each node those that have a group of which it is the only alternative."""
    m = len(net.node)
    start = np.zeros(m + 1, np.int32)
    owner = np.empty(len(net.member_group), np.int32)
    count = 0
    for node in range(m):
        for i in range(net.member_start[node], net.member_start[node + 1]):
            group = net.member_group[i]
            if net.alternative_start[group + 1] - net.alternative_start[group] == 1:
                owner[count] = net.owner[group]
                count += 1
        start[node + 1] = count
    return start, owner[:count]


@compiled
def _above(start: Ints, owner: Ints, ring: Ints, order: Ints) -> Ints:
    """Node above each in the tree, -1 for none: the one with which, roughly, most fails.

    Nodes in a ring of needs without alternative fail together: the first stands above the others.
    """
    m = len(order)
    weight: Floats = np.ones(m, np.float64)  # by ring; paths are counted, so it may be too large
    head = np.full(m, -1, np.int32)
    above = np.full(m, -1, np.int32)
    begin = 0
    while begin < m:
        this = ring[order[begin]]
        head[this] = order[begin]
        best, heaviest, end = -1, 0.0, begin
        while end < m and ring[order[end]] == this:
            node = order[end]
            above[node] = order[begin]
            for i in range(start[node], start[node + 1]):
                other = ring[owner[i]]
                if other == this:
                    continue
                weight[this] = min(weight[this] + weight[other], 1e12)
                if weight[other] > heaviest:
                    best, heaviest = head[other], weight[other]
            end += 1
        above[order[begin]] = best
        weight[this] += end - begin - 1
        begin = end
    return above


@compiled
def _tour(above: Ints, order: Ints, wanted: Flags) -> Ints:
    """Walk the tree depth first; branches without a wanted node are left out."""
    m = len(above)
    useful = wanted.copy()
    for i in range(m - 1, -1, -1):  # a node stands after the one above it
        node = order[i]
        if useful[node] and above[node] >= 0:
            useful[above[node]] = True
    start = np.zeros(m + 2, np.int32)  # below node i: from start[i + 1]; below none: from start[0]
    for node in range(m):
        if useful[node]:
            start[above[node] + 2] += 1
    for i in range(m + 1):
        start[i + 1] += start[i]
    fill = start[:-1].copy()
    below = np.empty(start[m + 1], np.int32)
    for node in range(m):
        if useful[node]:
            below[fill[above[node] + 1]] = node
            fill[above[node] + 1] += 1
    tour = np.empty(2 * len(below), np.int32)
    path = np.empty(m + 1, np.int32)
    upcoming = start[:-1].copy()
    path[0] = -1
    depth = count = 0
    while depth >= 0:
        node = path[depth]
        if upcoming[node + 1] == start[node + 2]:
            if depth > 0:
                tour[count] = UP
                count += 1
            depth -= 1
        else:
            tour[count] = below[upcoming[node + 1]]
            upcoming[node + 1] += 1
            depth += 1
            path[depth] = tour[count]
            count += 1
    return tour


@compiled
def nothing_lost(net: Net) -> Losses:
    """Create a state in which all nodes stand."""
    m = len(net.node)
    # a group without alternatives says nothing and never fails
    left = np.maximum(net.alternative_start[1:] - net.alternative_start[:-1], 1).astype(np.int32)
    return Losses(left, np.zeros(m, np.bool_), np.empty(m, np.int32))


@compiled
def lose(net: Net, losses: Losses, node: int, count: int) -> int:
    """Lose one more node; how many have failed then, of ``count`` before."""
    if losses.failed[node]:
        return count
    losses.failed[node] = True
    losses.fallen[count] = node
    i = count
    count += 1
    while i < count:
        node = losses.fallen[i]
        i += 1
        for j in range(net.member_start[node], net.member_start[node + 1]):
            group = net.member_group[j]
            losses.left[group] -= 1
            owner = net.owner[group]
            if losses.left[group] == 0 and not losses.failed[owner]:
                losses.failed[owner] = True
                losses.fallen[count] = owner
                count += 1
    return count


@compiled
def undo(net: Net, losses: Losses, before: int, count: int) -> None:
    """Let the nodes stand again that failed after the first ``before``."""
    for i in range(before, count):
        node = losses.fallen[i]
        losses.failed[node] = False
        for j in range(net.member_start[node], net.member_start[node + 1]):
            losses.left[net.member_group[j]] += 1
