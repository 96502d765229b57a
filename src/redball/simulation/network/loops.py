"""Circles that would make a kernel work without end: supply, repair and structure."""

from collections.abc import Sequence

import numpy as np

from redball.model import NOWHERE, BadUse
from redball.simulation.network.draft import Draft, Table
from redball.simulation.network.tables import ArcKind, PolicyKind


def check_loops(draft: Draft) -> None:
    """Refuse circles of orders, of repair shops and of parts.

    An order is placed in the moment in which the position falls, and what it asks for makes the
    supplier's position fall in the same moment. So lead times do not open a circle of orders; a
    cell that orders by itself only at reviews does, or one that never orders.

    Raises
    ------
    BadUse
        The circle, by name.
    """
    cells, arcs = draft["cells"], draft["arcs"]
    at_once = (cells["policy"] != PolicyKind.NONE) & (cells["review_days"] == 0)
    from_cells, to_cells = _needs(draft)
    keep = at_once[from_cells] & at_once[to_cells]
    circle = find_circle(len(cells), from_cells[keep], to_cells[keep])
    if circle:
        raise BadUse(
            f"The supply of a cell needs itself: {_path(draft, circle)}. Orders would be placed "
            "without end in one moment.",
            where="arcs" if len(arcs) else "",
            mend="Take an arc out, give one of the cells a review period, or use 'supports' for "
            "mutual help.",
        )
    shops = draft["shops"]
    has = shops["up"] != NOWHERE
    circle = find_circle(len(shops), np.flatnonzero(has), shops["up"][has])
    if circle:
        path = _path(draft, [int(shops["cell"][shop]) for shop in circle])
        raise BadUse(
            f"Failed units would be sent in a circle of shops: {path}.",
            where="shops",
            mend="Give the last of them -1 as 'up'.",
        )
    size = shops["last_part"] - shops["first_part"]
    parent = np.repeat(shops["cell"], size)
    ranges = [np.arange(row["first_part"], row["last_part"]) for row in shops]
    child = draft["parts"]["cell"][np.concatenate([*ranges, np.zeros(0, int)]).astype(int)]
    circle = find_circle(len(cells), parent, child)
    if circle:
        raise BadUse(
            f"An item would be a part of itself: {_path(draft, circle)}.",
            where="parts",
            mend="Take the part out of one of the shops.",
        )


def _needs(draft: Draft) -> tuple[Table, Table]:
    """Which cell asks which other one: by MOVE its supplier, by MAKE the inputs."""
    arcs, recipes = draft["arcs"], draft["recipes"]
    move = arcs["kind"] == ArcKind.MOVE
    asks, asked = [arcs["cell"][move]], [arcs["supplier"][move]]
    for arc in arcs[arcs["kind"] == ArcKind.MAKE]:
        recipe = recipes[arc["recipe"]]
        inputs = draft["inputs"]["cell"][recipe["first_input"] : recipe["last_input"]]
        asks.append(np.full(len(inputs), arc["cell"], arcs["cell"].dtype))
        asked.append(inputs)
    return np.concatenate(asks), np.concatenate(asked)


def find_circle(count: int, tail: Table, head: Table) -> list[int]:
    """Nodes of one circle of a directed graph, in order; empty where there is none.

    Kahn's algorithm (1962) takes out what no circle leads to; each node that remains has a
    predecessor that remains, so that walking back must come to a node twice.
    """
    order = np.argsort(tail, kind="stable")
    start = np.searchsorted(tail[order], np.arange(count + 1)).tolist()
    heads: list[int] = head[order].tolist()
    waiting: list[int] = np.bincount(head, minlength=count).tolist()
    free = [node for node in range(count) if not waiting[node]]
    for node in free:
        for other in heads[start[node] : start[node + 1]]:
            waiting[other] -= 1
            if not waiting[other]:
                free.append(other)
    if len(free) == count:
        return []
    before: dict[int, int] = {}
    for left, right in zip(tail.tolist(), head.tolist(), strict=True):
        if waiting[left] and waiting[right]:
            before.setdefault(right, left)
    seen: dict[int, int] = {}
    walk = [next(node for node in range(count) if waiting[node])]
    while walk[-1] not in seen:
        seen[walk[-1]] = len(walk) - 1
        walk.append(before[walk[-1]])
    return walk[seen[walk[-1]] : -1][::-1]


def _path(draft: Draft, circle: Sequence[int]) -> str:
    names = [f"'{draft.cell_name(cell)}'" for cell in circle]
    shown = names if len(names) <= 6 else [*names[:3], "...", *names[-2:]]
    return " <- ".join([*shown, names[0]])


__all__ = ["check_loops", "find_circle"]
