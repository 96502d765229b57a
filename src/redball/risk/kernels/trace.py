"""How the loss of one node spreads, and where several sources turn out to hang on it.

A *common point* of x is a group whose alternatives come from several suppliers and all fail when
x is lost, though not all of them name x themselves: for the groups of the ``SOURCING`` kind at
least one alternative must fail only through a supply relation.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from redball.risk.kernels.compiled import Flags, Ints, compiled
from redball.risk.kernels.critical import AndOrGraph

STANDS, LOST = -2, -1
"""In ``reason``: the node has not failed; the node is the one that was lost."""

SOURCING, SUPPLY = 1, 3
"""Kinds of group as :class:`redball.risk.network.Need` numbers them."""


class Spread(NamedTuple):
    """State of one loss; arrays over nodes unless said otherwise.

    Attributes
    ----------
    left : int32 array, shape (groups,)
        Alternatives of each group that stand.
    reason : int32 array
        Group whose failure made the node fail; ``STANDS`` or ``LOST``.
    direct : bool array
        Whether it fails without any supply relation.
    fallen : int32 array
        Failed nodes in the order of failing.
    place : int32 array
        Position of each failed node in ``fallen``.
    common : int32 array
        Common point by which the node hangs on the lost one (its own group), -1 for none.
    through : int32 array
        Position of the failed alternative by which it hangs on a common point further down, or -1.
    hanging : int32 array
        Nodes that hang on a common point, nearest first.
    """

    left: Ints
    reason: Ints
    direct: Flags
    fallen: Ints
    place: Ints
    common: Ints
    through: Ints
    hanging: Ints


class Plan(NamedTuple):
    """The graph as the kernels read it."""

    alternative_start: Ints
    alternative: Ints
    owner: Ints
    need: npt.NDArray[np.int8]
    suppliers: Ints
    member_start: Ints
    member_group: Ints


def plan(graph: AndOrGraph, need: npt.NDArray[np.int8], suppliers: Ints) -> Plan:
    """Prepare a graph for tracing."""
    start, group = graph.members()
    return Plan(
        graph.alternative_start, graph.alternative, graph.owner, need, suppliers, start, group
    )


@compiled
def fresh(rows: Plan) -> Spread:
    """Create a state in which all nodes stand."""
    n = len(rows.member_start) - 1
    return Spread(
        (rows.alternative_start[1:] - rows.alternative_start[:-1]).astype(np.int32),
        np.full(n, STANDS, np.int32),
        np.zeros(n, np.bool_),
        np.empty(n, np.int32),
        np.empty(n, np.int32),
        np.full(n, -1, np.int32),
        np.full(n, -1, np.int32),
        np.empty(n, np.int32),
    )


@compiled
def _fall(rows: Plan, state: Spread, count: int, supply: bool) -> int:
    """Let failures spread; first without supply relations, then with them."""
    before = count if supply else 0
    i = 0
    while i < count:
        node = state.fallen[i]
        for j in range(rows.member_start[node], rows.member_start[node + 1]):
            group = rows.member_group[j]
            is_supply = rows.need[group] == SUPPLY
            if (is_supply and not supply) or (not is_supply and i < before):
                continue  # not yet, or done in the first round
            state.left[group] -= 1
            owner = rows.owner[group]
            if state.left[group] == 0 and state.reason[owner] == STANDS:
                state.reason[owner] = group
                state.direct[owner] = not supply
                state.fallen[count] = owner
                state.place[owner] = count
                count += 1
        i += 1
    return count


@compiled
def _is_common(rows: Plan, state: Spread, group: int, least: int) -> bool:
    if state.left[group] > 0 or rows.suppliers[group] < least:
        return False
    if rows.need[group] != SOURCING:
        return True
    for i in range(rows.alternative_start[group], rows.alternative_start[group + 1]):
        if not state.direct[rows.alternative[i]]:
            return True
    return False


@compiled
def _hang(rows: Plan, state: Spread, count: int, least: int) -> int:
    """Find common points, then everything that fails because of them; count of ``hanging``."""
    hanging = 0
    for i in range(count):
        node = state.fallen[i]
        for j in range(rows.member_start[node], rows.member_start[node + 1]):
            group = rows.member_group[j]
            owner = rows.owner[group]
            if state.common[owner] < 0 and _is_common(rows, state, group, least):
                state.common[owner] = group
                state.hanging[hanging] = owner
                hanging += 1
    i = 0
    while i < hanging:
        node = state.hanging[i]
        for j in range(rows.member_start[node], rows.member_start[node + 1]):
            group = rows.member_group[j]
            owner = rows.owner[group]
            if state.left[group] > 0 or state.common[owner] >= 0 or state.through[owner] >= 0:
                continue
            at = rows.alternative_start[group]
            while rows.alternative[at] != node:
                at += 1
            state.through[owner] = at
            state.hanging[hanging] = owner
            hanging += 1
        i += 1
    return hanging


@compiled
def lose(rows: Plan, state: Spread, node: int, least: int) -> tuple[int, int]:
    """Lose one node: how many fail, and how many of them hang on a common point."""
    state.reason[node] = LOST
    state.direct[node] = True
    state.fallen[0] = node
    state.place[node] = 0
    count = _fall(rows, state, 1, False)
    count = _fall(rows, state, count, True)
    return count, _hang(rows, state, count, least)


@compiled
def restore(rows: Plan, state: Spread, count: int) -> None:
    """Undo a loss of which ``count`` nodes failed."""
    for i in range(count):
        node = state.fallen[i]
        state.reason[node] = STANDS
        state.direct[node] = False
        state.common[node] = -1
        state.through[node] = -1
        for j in range(rows.member_start[node], rows.member_start[node + 1]):
            state.left[rows.member_group[j]] += 1


@compiled
def hanging_roots(rows: Plan, nodes: Ints, roots: Ints, least: int) -> Flags:
    """For each node and root, whether the root fails through a common point of the node.

    Returns
    -------
    bool array, shape (nodes, roots)
    """
    found = np.zeros((len(nodes), len(roots)), np.bool_)
    state = fresh(rows)
    for i in range(len(nodes)):
        count, _ = lose(rows, state, nodes[i], least)
        for k in range(len(roots)):
            found[i, k] = state.common[roots[k]] >= 0 or state.through[roots[k]] >= 0
        restore(rows, state, count)
    return found
