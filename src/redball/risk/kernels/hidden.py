"""Where several sources turn out to hang on one node.

A *common point* of x is a group whose alternatives come from several suppliers and all fail when
x is lost, though not all of them name x themselves: for the groups of the ``SOURCING`` kind at
least one alternative must fail only through a supply relation. A node *hangs* on x when one of its
groups is a common point, or has failed with an alternative that hangs.

Losses are carried along the tree of ``cascade.py``. What hangs only grows on the way down, but for
the groups that fail directly; these depend on x alone and are few. Where there are any, what hangs
is computed anew from all that has failed.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from redball.model.compiled import Flags, Ints, compiled
from redball.risk.kernels.cascade import UP, Losses, Net, lose, nothing_lost, undo
from redball.risk.kernels.csr import with_room

SOURCING, SUPPLY = 1, 3
"""Kinds of group as :class:`redball.risk.network.Need` numbers them."""


class Links(NamedTuple):
    """What a common point is told by; arrays over the groups of a net.

    Attributes
    ----------
    need : int8 array
        Kind of group.
    suppliers : int32 array
        Different suppliers among its alternatives.
    least : int
        Least number of suppliers of a common point.
    several : bool array
        Whether it has more than one alternative, or suppliers enough to be a common point. Of the
        others, most by far, the one alternative says all: they are passed over by this alone.
    """

    need: npt.NDArray[np.int8]
    suppliers: Ints
    least: int
    several: Flags


def links_of(net: Net, need: npt.NDArray[np.int8], suppliers: Ints, least: int) -> Links:
    """Take kinds and suppliers of the groups of a whole graph over to a net of it."""
    of_net = suppliers[net.origin]
    several = (np.diff(net.alternative_start) > 1) | (of_net >= least)
    return Links(need[net.origin], of_net, least, several)


@compiled
def lose_directly(net: Net, links: Links, direct: Losses, node: int) -> tuple[int, int]:
    """Lose one node without looking at supply relations.

    Returns
    -------
    count : int
        Nodes that fail.
    named : int
        Groups of sources from several suppliers that fail: all of them name the node themselves.
    """
    direct.failed[node] = True
    direct.fallen[0] = node
    i, count, named = 0, 1, 0
    while i < count:
        node = direct.fallen[i]
        i += 1
        for j in range(net.member_start[node], net.member_start[node + 1]):
            group = net.member_group[j]
            direct.left[group] -= 1
            if direct.left[group] > 0 or links.need[group] == SUPPLY:
                continue
            if links.need[group] == SOURCING and links.suppliers[group] >= links.least:
                named += 1
            owner = net.owner[group]
            if not direct.failed[owner]:
                direct.failed[owner] = True
                direct.fallen[count] = owner
                count += 1
    return count, named


@compiled
def is_common(links: Links, losses: Losses, direct: Losses, group: int) -> bool:
    """Whether a group is a common point of what is lost."""
    if losses.left[group] > 0 or links.suppliers[group] < links.least:
        return False
    return bool(links.need[group] != SOURCING or direct.left[group] > 0)


@compiled
def _hang(
    net: Net,
    links: Links,
    losses: Losses,
    direct: Losses,
    hanging: Losses,
    at: tuple[int, int, int],
) -> int:
    """Note what hangs because of the nodes fallen from ``at[0]`` to ``at[1]``, of ``at[2]`` before.

    Groups count as named by the lost node itself as far as ``direct`` says so.
    """
    before, count, already = at
    hung = already
    for i in range(before, count):
        node = losses.fallen[i]
        for j in range(net.member_start[node], net.member_start[node + 1]):
            group = net.member_group[j]
            if not links.several[group] or losses.left[group] > 0:
                continue
            owner = net.owner[group]
            if hanging.failed[owner]:
                continue
            hangs = is_common(links, losses, direct, group)
            for k in range(net.alternative_start[group], net.alternative_start[group + 1]):
                hangs = hangs or hanging.failed[net.alternative[k]]
            if hangs:
                hanging.failed[owner] = True
                hanging.fallen[hung] = owner
                hung += 1
    i = already
    while i < hung:
        node = hanging.fallen[i]
        i += 1
        for j in range(net.member_start[node], net.member_start[node + 1]):
            group = net.member_group[j]
            owner = net.owner[group]
            if losses.left[group] == 0 and not hanging.failed[owner]:
                hanging.failed[owner] = True
                hanging.fallen[hung] = owner
                hung += 1
    return hung


@compiled
def _forget(hanging: Losses, before: int, count: int) -> None:
    for i in range(before, count):
        hanging.failed[hanging.fallen[i]] = False


@compiled
def _any(flags: Flags, nodes: Ints) -> bool:
    found = False
    for node in nodes:
        if flags[node]:
            found = True
            break
    return found


@compiled
def hanging_roots(
    net: Net, links: Links, tour: Ints, wanted: Flags, roots: Ints
) -> tuple[Ints, Ints]:
    """Pairs of a node and a root (its position) that hangs on it.

    Parameters
    ----------
    tour : int32 array
        Order of trying, of :func:`redball.risk.kernels.cascade.tour_of`.
    wanted : bool array, shape (m,)
        Nodes to look at.
    roots : int32 array
        Nodes, numbered as in the net.
    """
    losses, hanging = nothing_lost(net), nothing_lost(net)
    anew, direct = nothing_lost(net), nothing_lost(net)
    failed_before = np.empty(len(net.node) + 1, np.int32)
    hung_before = np.empty(len(net.node) + 1, np.int32)
    which, found = np.empty(1024, np.int32), np.empty(1024, np.int32)
    count = hung = depth = total = 0
    for node in tour:
        if node == UP:
            depth -= 1
            undo(net, losses, failed_before[depth], count)
            _forget(hanging, hung_before[depth], hung)
            count, hung = failed_before[depth], hung_before[depth]
            continue
        before = failed_before[depth] = count
        hung_before[depth] = hung
        depth += 1
        count = lose(net, losses, node, count)
        hung = _hang(net, links, losses, direct, hanging, (before, count, hung))
        if not (wanted[node] and _any(hanging.failed, roots)):
            continue
        fallen, named = lose_directly(net, links, direct, node)
        number = _hang(net, links, losses, direct, anew, (0, count, 0)) if named else 0
        hangs = anew.failed if named else hanging.failed
        which, found = with_room(which, total + len(roots)), with_room(found, total + len(roots))
        for i in range(len(roots)):
            if hangs[roots[i]]:
                which[total], found[total] = node, i
                total += 1
        _forget(anew, 0, number)
        undo(net, direct, 0, fallen)
    return which[:total], found[:total]
