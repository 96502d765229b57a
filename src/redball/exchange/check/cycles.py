"""Cycles in structure: an assembly that contains itself, directly or through others.

Strongly connected components by Tarjan's algorithm (SIAM J. Comput. 1(2), 1972), written with a
stack of its own, so that a deep structure can't exhaust the interpreter's. Before that, items that
are never a child or never a parent are peeled off in bulk, which leaves little in practice.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import polars as pl

from redball.exchange.check.rule import ERROR, Rule
from redball.exchange.check.work import Scope, Work

CYCLE = Rule(
    "structure-cycle",
    ERROR,
    "The item contains itself.",
    "Requirements could not be counted down to parts: they would never end.",
    "Remove one of the rows of the cycle.",
)
RULES = (CYCLE,)

_PEELS = 32
"""Rounds of peeling in bulk; what is left goes to the exact algorithm."""

_NAMED = 12
"""Items named of one cycle."""

_SEARCHED = 200
"""Rows of one component for which the row's own cycle is looked up."""

Edges = Mapping[str, Sequence[str]]


def structure_cycles(work: Work, scope: Scope) -> None:
    """Report the rows of ``structure`` that lie on a cycle, counting stored rows that stay."""
    sent = work.frame.select("parent", "child").with_row_index("row")
    sent = sent.filter(pl.Series(~work.skipped))
    stored = scope.known.structure.select(pl.col("parent", "child").cast(pl.String))
    own = f"{scope.owner}:"
    stored = stored.with_columns(pl.all().str.strip_prefix(own))
    if (
        work.content != "changes"
    ):  # the rows sent replace the stored ones, except where they have errors
        kept = work.frame.select("parent", "child").filter(pl.Series(work.log.bad)).unique()
        stored = stored.join(kept, on=["parent", "child"], how="semi")
    both = pl.concat([sent, stored.select(pl.lit(None, pl.UInt32).alias("row"), "parent", "child")])
    left = _peeled(both.drop_nulls(["parent", "child"]))
    if left.is_empty():
        return
    edges: dict[str, list[str]] = {}
    for parent, child in left.select("parent", "child").unique(maintain_order=True).iter_rows():
        edges.setdefault(parent, []).append(child)
    component = {item: number for number, items in enumerate(components(edges)) for item in items}
    rows, messages = _named_cycles(left, edges, component)
    work.failed += len(rows)
    work.log.hit(
        CYCLE,
        pl.Series("row", rows, dtype=pl.UInt32),
        "child",
        pl.Series(messages, dtype=pl.String),
    )


def components(edges: Edges) -> list[list[str]]:
    """Strongly connected components of a graph, each a list of nodes.

    Parameters
    ----------
    edges : mapping of str to sequence of str
        Successors of each node.
    """
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    on_path: dict[str, None] = {}
    found: list[list[str]] = []
    for root in edges:
        if root in order:
            continue
        order[root] = low[root] = len(order)
        on_path[root] = None
        stack = [(root, iter(edges[root]))]
        while stack:
            node, rest = stack[-1]
            for successor in rest:
                if successor not in order:
                    order[successor] = low[successor] = len(order)
                    on_path[successor] = None
                    stack.append((successor, iter(edges.get(successor, ()))))
                    break
                if successor in on_path:
                    low[node] = min(low[node], order[successor])
            else:
                stack.pop()
                if stack:
                    low[stack[-1][0]] = min(low[stack[-1][0]], low[node])
                if low[node] == order[node]:
                    found.append(_popped(on_path, node))
    return found


def _popped(on_path: dict[str, None], node: str) -> list[str]:
    items = []
    while True:
        item, _ = on_path.popitem()
        items.append(item)
        if item == node:
            return items


def _peeled(edges: pl.DataFrame) -> pl.DataFrame:
    """Edges whose parent is some child and whose child is some parent, after some rounds."""
    names = pl.concat([edges["parent"], edges["child"]]).unique()
    code = pl.DataFrame({"name": names, "code": np.arange(len(names), dtype=np.int64)})
    ends = [
        edges.select(pl.col(side).alias("name"))
        .join(code, on="name", how="left", maintain_order="left")["code"]
        .to_numpy()
        for side in ("parent", "child")
    ]
    keep = np.arange(edges.height)
    for _ in range(_PEELS):
        parents, children = ends[0][keep], ends[1][keep]
        is_parent = np.zeros(len(names), np.bool_)
        is_child = np.zeros(len(names), np.bool_)
        is_parent[parents] = True
        is_child[children] = True
        stays = is_child[parents] & is_parent[children]
        if stays.all():
            break
        keep = keep[stays]
    return edges[keep]


def _named_cycles(
    left: pl.DataFrame, edges: Edges, component: Mapping[str, int]
) -> tuple[list[int], list[str]]:
    rows: list[int] = []
    messages: list[str] = []
    searched: dict[int, int] = {}
    last: dict[int, str] = {}
    for row, parent, child in left.iter_rows():
        number = component[parent]
        if row is None or component[child] != number:
            continue
        searched[number] = searched.get(number, 0) + 1
        if searched[number] <= _SEARCHED or number not in last:
            last[number] = _words(_way(edges, child, parent, component), parent)
        rows.append(row)
        messages.append(last[number])
    return rows, messages


def _way(edges: Edges, start: str, end: str, component: Mapping[str, int]) -> list[str]:
    """Shortest way from ``start`` to ``end`` within their component."""
    came: dict[str, str] = {start: ""}
    queue = deque([start])
    while queue and end not in came:
        node = queue.popleft()
        for successor in edges.get(node, ()):
            if successor not in came and component[successor] == component[start]:
                came[successor] = node
                queue.append(successor)
    way = [end]
    while way[-1] != start:
        way.append(came[way[-1]])
    return way[::-1]


def _words(way: Iterable[str], parent: str) -> str:
    items = [parent, *way]
    more = len(items) - _NAMED
    if more > 0:
        items = [*items[: _NAMED - 1], f"({more} more)", parent]
    return f"The item contains itself: {' > '.join(items)}."
