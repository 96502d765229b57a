"""From the root item of a system to what is replaced on it, and what that is repaired with.

An item that fails (it has a rate) is replaced as a whole: a line-replaceable unit. An item without
a rate of its own is only a name for its parts, and the walk goes on to its essential children. What
an item that is repaired is made of counts where the share of its repairs is given (``isolation``).
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from redball.model import NOWHERE, BadData, Twin
from redball.stock.case.articles import Articles
from redball.stock.case.book import Book

_ROUNDING = 1e-9


@dataclass(frozen=True)
class Edge:
    """A row of ``structure`` between articles; quantities in units of the child article."""

    row: int
    child: int
    quantity: float
    needed: float
    essential: bool
    alternative: str
    isolation: float
    mark: int


@dataclass
class Installed:
    """How many of an article one system carries, and how many of them must work."""

    per_system: float = 0.0
    needed: float = 0.0
    mark: int = 0


@dataclass
class Tree:
    """Structure rows by parent article and by who records them, and what was not used of them.

    The owner of the parent's first record comes first among those who record it.
    """

    edges: Mapping[int, Mapping[str, list[Edge]]]
    spare: set[int] = field(default_factory=set)
    unknown: set[int] = field(default_factory=set)
    read: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    def children(self, parent: int, owner: str = "") -> list[Edge]:
        """Rows below an article: those of ``owner`` where it has any, else the first owner's."""
        held = self.edges.get(parent)
        if not held:
            return []
        chosen = owner if owner in held else next(iter(held))
        self.read[parent].add(chosen)
        return held[chosen]

    def passed_over(self) -> list[int]:
        """Rows of an assembly that was read from another owner's rows only."""
        return [
            edge.row
            for parent, read in self.read.items()
            for owner, edges in self.edges[parent].items()
            if owner not in read
            for edge in edges
        ]


def tree_of(twin: Twin, book: Book, articles: Articles) -> Tree:
    """Rows of the structure by parent article.

    Raises
    ------
    BadData
        The twin shows no structure.
    """
    rows = (
        twin["structure"]
        .with_row_index("row")
        .filter(pl.col("parent_ix") != NOWHERE, pl.col("child_ix") != NOWHERE)
    )
    if rows.is_empty():
        raise BadData(
            "No row says what a system is made of.",
            where="table structure",
            mend="Fill the table structure from the root item of each system down.",
        )
    lead = pl.Series(articles.lead)
    owner = twin["item"]["owner"].cast(pl.String)
    rows = rows.with_columns(
        owner=pl.col("owner").cast(pl.String),
        parent=lead.gather(rows["parent_ix"]),
        child=lead.gather(rows["child_ix"]),
        size=pl.Series(articles.factor).gather(rows["child_ix"]),
        # without the record of parent or child there is no such row
        mark=book.marks.of(rows["label"])
        | pl.Series(articles.mark).gather(rows["parent_ix"])
        | pl.Series(articles.mark).gather(rows["child_ix"]),
    )
    home = owner.gather(rows["parent"])
    rows = rows.sort("parent", pl.col("owner") != home, "owner", "row")
    itself = rows.filter(pl.col("parent") == pl.col("child"))
    book.leave("structure", itself["row"], "parent and child are recognised as one article")
    return Tree(_edges(rows.filter(pl.col("parent") != pl.col("child"))))


def _edges(rows: pl.DataFrame) -> dict[int, dict[str, list[Edge]]]:
    found: dict[int, dict[str, list[Edge]]] = {}
    for row in rows.iter_rows(named=True):
        quantity = row["quantity"] * row["size"]
        needed = quantity if row["needed"] is None else row["needed"] * row["size"]
        found.setdefault(row["parent"], {}).setdefault(row["owner"], []).append(
            Edge(row["row"], row["child"], quantity, min(needed, quantity), row["essential"],
                 row["alternative"] or "", row["isolation"] or 0.0, row["mark"])
        )  # fmt: skip
    return found


@dataclass(frozen=True)
class Way:
    """How one system is walked.

    Attributes
    ----------
    tree : Tree
    owner : str
        Whose structure goes first: the owner of the system.
    fails : callable
        Whether an article has a rate of its own on the system.
    weight : callable
        How much of an article is used, to choose among alternatives.
    """

    tree: Tree
    owner: str
    fails: Callable[[int], bool]
    weight: Callable[[int], float]

    def chosen(self, parent: int) -> list[Edge]:
        """Essential children; of alternatives the one that is used most."""
        essential = [edge for edge in self.tree.children(parent, self.owner) if edge.essential]
        best: dict[str, Edge] = {}
        for edge in essential:
            held = best.get(edge.alternative)
            if edge.alternative and (
                held is None or self.weight(edge.child) > self.weight(held.child)
            ):
                best[edge.alternative] = edge
        kept = [e for e in essential if not e.alternative or best[e.alternative] is e]
        self.tree.spare.update({e.row for e in essential} - {e.row for e in kept})
        return kept


def replaced_units(way: Way, root: int) -> dict[int, Installed]:
    """What is replaced on a system: articles that fail, reached through articles that don't.

    Each article is expanded once, parents first, so a part used in many places costs no more.

    Raises
    ------
    BadData
        Assemblies contain each other in a circle.
    """
    order = _parents_first(way, root)
    inside = {root: Installed(1.0, 1.0)}
    for article in order:
        here = inside[article]
        for edge in way.chosen(article):
            there = inside.setdefault(edge.child, Installed())
            there.per_system += here.per_system * edge.quantity
            there.needed += here.needed * edge.needed
            there.mark |= here.mark | edge.mark
    grouped = set(order)
    parts = {article: given for article, given in inside.items() if article not in grouped}
    way.tree.unknown.update(article for article in parts if not way.fails(article))
    return {article: given for article, given in parts.items() if way.fails(article)}


def _parents_first(way: Way, root: int) -> list[int]:
    """Articles to expand below a root, each after all its parents; depth first, no recursion."""
    done: list[int] = []
    state: dict[int, int] = {}  # 1 on the way down, 2 finished
    stack = [(root, iter(way.chosen(root)))]
    state[root] = 1
    while stack:
        article, rest = stack[-1]
        for edge in rest:
            child = edge.child
            if state.get(child) == 1:
                raise BadData(
                    "An assembly contains itself through others.",
                    where=f"table structure, row {edge.row + 1}",
                    mend="Remove one of the rows of the circle.",
                )
            if child not in state and not way.fails(child) and child in way.tree.edges:
                state[child] = 1
                stack.append((child, iter(way.chosen(child))))
                break
        else:
            state[article] = 2
            done.append(article)
            stack.pop()
    return done[::-1]


def repair_parts(
    tree: Tree, units: Mapping[int, int], articles: Articles, book: Book
) -> tuple[dict[tuple[int, int], float], dict[int, int]]:
    """Isolation share by parent and child below the units, any number of levels.

    Several rows of one pair add up; shares of a parent above 1 in sum are scaled to 1.

    Parameters
    ----------
    units : mapping of int to int
        Articles replaced on systems, with the mark of what puts them there.

    Returns
    -------
    shares : dict of (parent, child) to float
    marks : dict of int to int
        Marks of units and parts, with those of all above them.
    """
    shares: dict[tuple[int, int], float] = defaultdict(float)
    marks, due, counted = dict(units), sorted(units), set[int]()
    while due:  # again where a mark has grown, so that it reaches what lies below
        parent = due.pop()
        traced = [edge for edge in tree.children(parent) if edge.isolation > 0]
        if traced and not articles.reparable[parent]:
            why = "its parent is not reparable, so no repair is traced to it"
            book.leave("structure", (edge.row for edge in traced), why)
            continue
        total = sum(edge.isolation for edge in traced)
        if total > 1 + _ROUNDING:
            why = "isolation shares of its parent sum to more than 1; scaled to 1"
            book.leave("structure", (edge.row for edge in traced), why)
        for edge in traced:
            if parent not in counted:
                shares[parent, edge.child] += edge.isolation / max(total, 1.0)
            mark = marks.get(edge.child, 0) | marks[parent] | edge.mark
            if edge.child not in marks or mark != marks[edge.child]:
                marks[edge.child] = mark
                due.append(edge.child)
        counted.add(parent)
    return dict(shares), marks
