"""The way from a node that hangs on a lost one down to it, through the nearest common point."""

from typing import NamedTuple

import numpy as np

from redball.model.compiled import Ints, compiled
from redball.risk.kernels.cascade import Losses, Net
from redball.risk.kernels.hidden import SUPPLY, Links, is_common

UNSEEN, SEEN, LOST = -3, -2, -1
"""In ``reason``: not on the way; on the way, not yet known why it fails; the lost node itself."""


class Trail(NamedTuple):
    """Notes of a walk, used again from one to the next; arrays over the nodes of a net.

    Attributes
    ----------
    reason : int32 array
        Group by which the node fails, or one of the constants above.
    left : int32 array, shape (groups,)
        Alternatives of each group of which it is not known yet why they fail.
    met : int32 array
        Nodes on the way, as they were met.
    through, above : int32 array
        For each node met: the position of the alternative that led there, and the place in ``met``
        of the node it belongs to.
    settled : int32 array
        Nodes on the way, each after those by which it fails.
    """

    reason: Ints
    left: Ints
    met: Ints
    through: Ints
    above: Ints
    settled: Ints


@compiled
def no_trail(net: Net) -> Trail:
    """Create empty notes."""
    m = len(net.node)
    left = (net.alternative_start[1:] - net.alternative_start[:-1]).astype(np.int32)
    return Trail(
        np.full(m, UNSEEN, np.int32),
        left,
        np.empty(m, np.int32),
        np.empty(m, np.int32),
        np.empty(m, np.int32),
        np.empty(m, np.int32),
    )


@compiled
def _meet(net: Net, trail: Trail, group: int, above: int, count: int) -> int:
    """Meet the alternatives of a group; how many nodes have been met then."""
    for position in range(net.alternative_start[group], net.alternative_start[group + 1]):
        node = net.alternative[position]
        if trail.reason[node] == UNSEEN:
            trail.reason[node] = SEEN
            trail.met[count] = node
            trail.through[count] = position
            trail.above[count] = above
            count += 1
    return count


@compiled
def nearest_common_point(
    net: Net, links: Links, losses: Losses, direct: Losses, trail: Trail, root: int
) -> tuple[int, Ints]:
    """Nearest common point below a failed node.

    Returns
    -------
    group : int
        The common point; -1 when the node doesn't hang on what is lost.
    way : int32 array
        Positions of the alternatives that lead there, the last one first.
    """
    found = -1
    trail.reason[root] = SEEN
    trail.met[0] = root
    i, count, steps = 0, 1, 0
    while i < count and found < 0:
        node = trail.met[i]
        for group in range(net.group_start[node], net.group_start[node + 1]):
            if found < 0 and is_common(links, losses, direct, group):
                found = group
            if losses.left[group] == 0:
                count = _meet(net, trail, group, i, count)
        i += 1
    at = i - 1
    while found >= 0 and at > 0:
        trail.settled[steps] = trail.through[at]
        steps += 1
        at = trail.above[at]
    for k in range(count):
        trail.reason[trail.met[k]] = UNSEEN
    return found, trail.settled[:steps].copy()


@compiled
def reasons_below(
    net: Net, links: Links, losses: Losses, trail: Trail, group: int, lost: int
) -> tuple[Ints, Ints]:
    """Say why each node below a failed group fails.

    Returns
    -------
    node : int32 array
        Nodes below the group, each after those by which it fails, so that a walk down ends.
    reason : int32 array
        Group by which each fails; ``LOST`` for the lost node. A supply relation is named only
        where the node would not fail without one.
    """
    count = _meet(net, trail, group, -1, 0)
    i = 0
    while i < count:
        node = trail.met[i]
        for below in range(net.group_start[node], net.group_start[node + 1]):
            if losses.left[below] == 0 and node != lost:
                count = _meet(net, trail, below, i, count)
        i += 1
    trail.reason[lost] = LOST
    trail.settled[0] = lost
    settled = _settle(net, links, trail, 1, False)
    settled = _settle(net, links, trail, settled, True)
    nodes = trail.settled[:settled].copy()
    reasons = trail.reason[nodes]
    for node in nodes:
        for j in range(net.member_start[node], net.member_start[node + 1]):
            trail.left[net.member_group[j]] += 1
    for k in range(count):
        trail.reason[trail.met[k]] = UNSEEN
    return nodes, reasons


@compiled
def _settle(net: Net, links: Links, trail: Trail, count: int, supply: bool) -> int:
    """Give reasons from the lost node up; first without supply relations, then with them."""
    before = count if supply else 0
    i = 0
    while i < count:
        node = trail.settled[i]
        for j in range(net.member_start[node], net.member_start[node + 1]):
            group = net.member_group[j]
            is_supply = links.need[group] == SUPPLY
            if (is_supply and not supply) or (not is_supply and i < before):
                continue  # not yet, or done in the first round
            trail.left[group] -= 1
            owner = net.owner[group]
            if trail.left[group] == 0 and trail.reason[owner] == SEEN:
                trail.reason[owner] = group
                trail.settled[count] = owner
                count += 1
        i += 1
    return count
