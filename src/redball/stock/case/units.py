"""The item axis: what is replaced on systems, what repairs need, and where each is installed."""

from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import NOWHERE, BadData, Twin
from redball.stock.case.articles import Articles
from redball.stock.case.book import Book
from redball.stock.case.fleets import Fleets
from redball.stock.case.rates import Rates
from redball.stock.case.walk import Installed, Tree, Way, repair_parts, replaced_units, tree_of

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Units:
    """Items of a case and how they are built into each other and into systems.

    Attributes
    ----------
    items : int32 array, shape (I,)
        Leading rows of the articles, ascending.
    mark : uint64 array, shape (I,)
        Marks of the structure that puts the item where it is.
    parent, child : int32 array, shape (E,); isolation : float64 array, shape (E,)
        Positions on the item axis, and the share of the parent's repairs traced to the child.
    used_item, used_system : int32 array, shape (A,)
        Positions on the item and the system axis.
    per_system, needed : float64 array, shape (A,)
    """

    items: Ints
    mark: npt.NDArray[np.uint64]
    parent: Ints
    child: Ints
    isolation: Floats
    used_item: Ints
    used_system: Ints
    per_system: Floats
    needed: Floats

    def without(self, lost: npt.NDArray[np.bool_]) -> "Units":
        """Leave out some items, their edges and their places in systems."""
        kept = ~lost
        position = np.where(kept, np.cumsum(kept) - 1, NOWHERE).astype(np.int32)
        edge = kept[self.parent] & kept[self.child]
        used = kept[self.used_item]
        return replace(
            self,
            items=self.items[kept],
            mark=self.mark[kept],
            parent=position[self.parent[edge]],
            child=position[self.child[edge]],
            isolation=self.isolation[edge],
            used_item=position[self.used_item[used]],
            used_system=self.used_system[used],
            per_system=self.per_system[used],
            needed=self.needed[used],
        )


def units_of(twin: Twin, book: Book, articles: Articles, fleets: Fleets, rates: Rates) -> Units:
    """Walk the structure of every system of the case.

    Raises
    ------
    BadData
        No system has an item that fails, or none of them has a price.
    """
    tree = tree_of(twin, book, articles)
    installed = _installed(twin, book, articles, fleets, rates, tree)
    if not any(installed.values()):
        raise BadData(
            "No essential part of any system has a failure rate or recorded demand.",
            where="table factor",
            mend="Fill the table factor with basis system_hour (removals per operating hour of "
            "one system), or pass the consumption or forecast from recorded demand.",
        )
    lines: dict[int, int] = defaultdict(int)
    for parts in installed.values():
        for article, given in parts.items():
            lines[article] |= given.mark
    shares, marks = repair_parts(tree, lines, articles, book)
    _say_unused(book, tree)
    items = _priced(book, articles, np.array(sorted(marks), np.int32))
    return _on_axes(items, marks, shares, installed, book)


def _installed(
    twin: Twin, book: Book, articles: Articles, fleets: Fleets, rates: Rates, tree: Tree
) -> dict[int, dict[int, Installed]]:
    """What is replaced on each system, by position on the system axis."""
    total: dict[int, float] = defaultdict(float)
    for frame in (rates.causal, rates.history):
        for lead, amount in frame.group_by("lead").agg(pl.col("per_day").sum()).iter_rows():
            total[lead] += amount
    causal = set(rates.causal.select("lead", "system_ix").iter_rows())
    recorded = set(rates.history.select("lead", "site").iter_rows())
    places = fleets.rows.group_by("system_ix").agg(pl.col("site").unique())
    sites = dict(places.iter_rows())
    root_ix = twin.index("system", "item")
    owners = twin["system"]["owner"].cast(pl.String)
    found: dict[int, dict[int, Installed]] = {}
    for kind, system in enumerate(fleets.systems.tolist()):
        root = int(root_ix[system])
        if root == NOWHERE:
            book.leave("system", [system], "its root item is not given or not visible")
            continue

        def fails(article: int, system: int = system) -> bool:
            return (article, system) in causal or any(
                (article, site) in recorded for site in sites[system]
            )

        way = Way(tree, owners[system], fails, lambda article: total.get(article, 0.0))
        found[kind] = replaced_units(way, int(articles.lead[root]))
        if not found[kind]:
            book.leave("system", [system], "none of its essential parts has a failure rate")
    return found


def _say_unused(book: Book, tree: Tree) -> None:
    book.leave("item", tree.unknown, "no failure rate and no demand where its system stands")
    book.leave("structure", tree.spare, "an alternative of it is used more")
    why = "another owner's rows of the same assembly are used"
    book.leave("structure", tree.passed_over(), why)


def _priced(book: Book, articles: Articles, items: Ints) -> Ints:
    """Items with a price above 0; what nothing is known of can't be weighed against others."""
    price = articles.price_eur[items]
    priced = np.isfinite(price) & (price > 0)
    book.leave("item", items[~priced], "no price above 0 in euro: not bought, not counted")
    for name in ("mass_kg", "volume_m3"):
        unknown = np.isnan(getattr(articles, name)[items]) & priced
        book.leave("item", items[unknown], f"no {name}: counted as 0 in storage limits")
    if not priced.any():
        raise BadData(
            "No item of any system has a price above 0 in euro.",
            where="table item",
            mend="Fill price and currency of the items, and the table rate for other currencies.",
        )
    return items[priced]


def _on_axes(
    items: Ints,
    marks: dict[int, int],
    shares: dict[tuple[int, int], float],
    installed: dict[int, dict[int, Installed]],
    book: Book,
) -> Units:
    axis = {int(lead): position for position, lead in enumerate(items)}
    edges = [
        (axis[p], axis[c], q) for (p, c), q in sorted(shares.items()) if p in axis and c in axis
    ]
    used = [
        (axis[article], kind, given)
        for kind, parts in installed.items()
        for article, given in sorted(parts.items())
        if article in axis
    ]
    odd = [i for i, _, given in used if given.needed < given.per_system and not _whole(given)]
    book.leave("item", items[odd], "redundancy needs whole numbers: all of them count as needed")
    needed = [
        g.needed if g.needed < g.per_system and _whole(g) else g.per_system for _, _, g in used
    ]
    return Units(
        items=items,
        mark=np.array([marks[int(lead)] for lead in items], np.uint64),
        parent=np.array([p for p, _, _ in edges], np.int32),
        child=np.array([c for _, c, _ in edges], np.int32),
        isolation=np.array([q for _, _, q in edges], np.float64),
        used_item=np.array([i for i, _, _ in used], np.int32),
        used_system=np.array([kind for _, kind, _ in used], np.int32),
        per_system=np.array([given.per_system for _, _, given in used], np.float64),
        needed=np.array(needed, np.float64),
    )


def _whole(given: Installed) -> bool:
    """Whether redundancy can be counted: at least one of a whole number must work."""
    return given.per_system.is_integer() and given.needed.is_integer() and given.needed >= 1
