"""The supply network of a twin as an AND/OR graph.

============  =======================================================================
node          needs
============  =======================================================================
item          all its essential children (rows with one ``alternative`` word: one of
              them), and one of its sources if it has any
source        its maker, and its site (the party's main site when empty)
maker         the party, and for each input one of its suppliers; there is a maker for
              a party at large and one for each item that has inputs of its own
delivery      what a supplier of an input is: its maker and its main site
party         its ultimate parent, and its country
parent        nothing
site          its country
country       nothing
unknown       nothing: an undisclosed child or supplier, which is never seen to fail
============  =======================================================================

Parties, parents, sites and countries are the *elements* whose loss is looked at, so that a shared
owner, place or country comes out by itself. Source: ``docs/concepts/structural-findings.md``.
"""

from bisect import bisect_right
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import Groups, Twin
from redball.risk.kernels import AndOrGraph
from redball.risk.ownership import Organisations, organisations

Ints = npt.NDArray[np.int32]


class Node(IntEnum):
    """Kinds of node, in the order of their numbers."""

    ITEM = 0
    SOURCE = 1
    MAKER = 2
    DELIVERY = 3
    PARTY = 4
    PARENT = 5
    SITE = 6
    COUNTRY = 7
    UNKNOWN = 8


ELEMENTS = (Node.PARTY, Node.PARENT, Node.SITE, Node.COUNTRY)


class Need(IntEnum):
    """Kinds of group."""

    STRUCTURE = 0
    SOURCING = 1
    ATTRIBUTE = 2
    SUPPLY = 3


@dataclass(frozen=True)
class SupplyNetwork:
    """An AND/OR graph with what its numbers stand for.

    Attributes
    ----------
    graph : AndOrGraph
        What needs what.
    first : tuple of int
        First node of each kind of :class:`Node`, and the number of nodes at the end.
    need : int8 array, shape (groups,)
        :class:`Need` of each group.
    suppliers : int32 array, shape (groups,)
        Different parties (for structure: items) among the alternatives.
    row : int32 array, shape (alternatives,)
        Row of ``structure``, ``source`` or ``supply`` that says so; -1 for attributes.
    maker_party, maker_item : int32 array
        Party and item (-1: all) of each maker node.
    system_rows, system_nodes : int32 array
        Systems with a root item, and the node of that item.
    mapped : bool array, shape (rows of ``party``,)
        Parties (first records) of which at least one supplier is disclosed.
    organisations : Organisations
        Parties, parents and countries.
    """

    graph: AndOrGraph
    first: tuple[int, ...]
    need: npt.NDArray[np.int8]
    suppliers: Ints
    row: Ints
    maker_party: Ints
    maker_item: Ints
    system_rows: Ints
    system_nodes: Ints
    mapped: npt.NDArray[np.bool_]
    organisations: Organisations

    def kind(self, node: int) -> Node:
        """Kind of a node."""
        return Node(bisect_right(self.first, node) - 1)

    def place(self, node: int) -> int:
        """Position of a node among those of its kind: for most kinds the row of their table."""
        return node - self.first[self.kind(node)]

    def of_kind(self, kind: Node) -> slice:
        """Node numbers of a kind."""
        return slice(self.first[kind], self.first[kind + 1])

    def elements(self) -> npt.NDArray[np.bool_]:
        """Mark the nodes whose loss is looked at."""
        mark = np.zeros(self.graph.nodes, np.bool_)
        mark[self.first[Node.PARTY] : self.first[Node.UNKNOWN]] = True
        return mark


def build_network(
    twin: Twin, items: Groups, parties: Groups, *, least_confidence: float = 0.0
) -> SupplyNetwork:
    """Build the supply network of a twin.

    Parameters
    ----------
    twin : Twin
        What the viewer may see.
    items, parties : Groups
        Records recognised as the same; each group is one node.
    least_confidence : float
        Supply relations with less confidence are left out.
    """
    return _Builder(twin, items, parties, least_confidence).build()


_LINK = {
    "owner": pl.Int32,  # node that needs
    "need": pl.Int8,
    "key": pl.Int32,  # tells the groups of one node and need apart
    "node": pl.Int32,  # alternative
    "party": pl.Int32,  # whom it comes from; alternatives of one party are not independent
    "row": pl.Int32,
}


class _Builder:
    """Collects links (node, group, alternative) as columns, then packs them."""

    def __init__(self, twin: Twin, items: Groups, parties: Groups, least: float) -> None:
        self.twin = twin
        self.item = np.asarray(items.group, np.int32)
        self.org = organisations(twin, parties)
        self.supply = self._supply(least)
        self.makers = self._makers()
        counts = (
            len(self.item),
            twin["source"].height,
            self.makers.height,
            *[len(self.org.group)] * 3,
            twin["site"].height,
            len(self.org.countries),
            1,
        )
        self.first = tuple(int(x) for x in np.concatenate(([0], np.cumsum(counts))))

    def build(self) -> SupplyNetwork:
        links = [self._structure(), *self._sources(), *self._inputs(), *self._attributes()]
        nodes = self.first[-1]
        frame = (
            pl.concat(links)
            .unique(["owner", "need", "key", "node"], keep="first", maintain_order=True)
            .sort("owner", "need", "key", "node", maintain_order=True)
            .with_columns(group=pl.struct("owner", "need", "key").rle_id().cast(pl.Int32))
        )
        groups = frame.group_by("group", maintain_order=True).agg(
            pl.col("owner").first(), pl.col("need").first(), pl.len(), pl.col("party").n_unique()
        )
        owner = groups["owner"].to_numpy()
        lengths = groups["len"].to_numpy()
        graph = AndOrGraph(
            group_start=np.searchsorted(owner, np.arange(nodes + 1)).astype(np.int32),
            alternative_start=np.concatenate(([0], np.cumsum(lengths))).astype(np.int32),
            alternative=frame["node"].to_numpy(),
            owner=owner,
        )
        systems = self.twin.index("system", "item")
        rows = np.flatnonzero(systems >= 0).astype(np.int32)
        return SupplyNetwork(
            graph=graph,
            first=self.first,
            need=groups["need"].to_numpy(),
            suppliers=groups["party"].to_numpy().astype(np.int32),
            row=frame["row"].to_numpy(),
            maker_party=self.makers["party"].to_numpy(),
            maker_item=self.makers["item"].to_numpy(),
            system_rows=rows,
            system_nodes=self.item[systems[rows]] if len(rows) else rows,
            mapped=self._mapped(),
            organisations=self.org,
        )

    def _node(self, kind: Node, place: Ints) -> Ints:
        """Node numbers; unknown for -1."""
        known = (self.first[kind] + place).astype(np.int32)
        return np.where(place >= 0, known, np.int32(self.first[Node.UNKNOWN])).astype(np.int32)

    def _of(self, table: Ints, index: Ints) -> Ints:
        """Look up through references that may be -1."""
        if not len(table):
            return np.full(len(index), -1, np.int32)
        return np.where(index >= 0, table[index], -1).astype(np.int32)

    def _structure(self) -> pl.DataFrame:
        frame = self.twin["structure"]
        parent = self._of(self.item, frame["parent_ix"].to_numpy())
        child = self._of(self.item, frame["child_ix"].to_numpy())
        # each nation's words stand for its own choices
        word = pl.concat_str(pl.col("owner").cast(pl.String), pl.lit(":"), "alternative")
        choice = frame.select(word.rank("dense").fill_null(0).cast(pl.Int32)).to_series().to_numpy()
        alone = frame["alternative"].fill_null("") == ""
        row = np.arange(frame.height, dtype=np.int32)
        # undisclosed children are told apart by their row, so that each stays a need of its own
        by_child = np.where(child >= 0, child, len(self.item) + row)
        key = np.where(alone.to_numpy(), by_child, -1 - choice).astype(np.int32)
        keep = frame["essential"].fill_null(value=True).to_numpy() & (parent >= 0)
        node = self._node(Node.ITEM, child)
        return _links(parent, Need.STRUCTURE, key, node, child, row, keep)

    def _sources(self) -> list[pl.DataFrame]:
        source = self.twin["source"]
        item = self._of(self.item, source["item_ix"].to_numpy())
        record = source["party_ix"].to_numpy()
        party = self._of(self.org.group, record)
        row = np.arange(source.height, dtype=np.int32)
        node = self._node(Node.SOURCE, row)
        # an undisclosed party is taken as one of its own: not known to be shared
        whom = np.where(party >= 0, party, -1 - row).astype(np.int32)
        pairs = pl.DataFrame({"party": party, "item": item})
        own = self._maker_of(pairs)
        given = source["site_ix"].to_numpy()
        site = np.where(given >= 0, given, self._of(self.org.site, record)).astype(np.int32)
        zero = np.zeros(source.height, np.int32)
        return [
            _links(item, Need.SOURCING, zero, node, whom, row, item >= 0),
            _links(node, Need.ATTRIBUTE, zero, own, whom, zero - 1, party >= 0),
            _links(
                node,
                Need.ATTRIBUTE,
                zero + 1,
                self._node(Node.SITE, site),
                whom,
                zero - 1,
                site >= 0,
            ),
        ]

    def _supply(self, least: float) -> pl.DataFrame:
        frame = self.twin["supply"].with_row_index("row")
        group = self.org.group
        return (
            frame.with_columns(
                supplier=pl.Series(
                    self._of(group, frame["supplier_ix"].to_numpy()), dtype=pl.Int32
                ),
                customer=pl.Series(
                    self._of(group, frame["customer_ix"].to_numpy()), dtype=pl.Int32
                ),
                item=pl.Series(self._of(self.item, frame["item_ix"].to_numpy()), dtype=pl.Int32),
                input=pl.col("input")
                .str.strip_chars()
                .str.to_lowercase()
                .rank("dense")
                .cast(pl.Int32),
                row=pl.col("row").cast(pl.Int32),
            )
            .filter(
                pl.col("essential").fill_null(value=True)
                & (pl.col("customer") >= 0)
                & (pl.col("confidence").fill_null(1.0) >= least)
            )
            .select("customer", "item", "input", "supplier", "row")
        )

    def _makers(self) -> pl.DataFrame:
        """Each party at large, and each (party, item) where an item has inputs of its own."""
        first = pl.DataFrame({"party": self.org.group}, schema={"party": pl.Int32}).unique()
        pairs = self.supply.filter(pl.col("item") >= 0).select(party="customer", item="item")
        return (
            pl.concat([first.select("party", item=pl.lit(-1, pl.Int32)), pairs.unique()])
            .sort("party", "item")
            .with_row_index("place")
            .with_columns(pl.col("place").cast(pl.Int32))
        )

    def _maker_of(self, pairs: pl.DataFrame) -> Ints:
        """Maker node of (party, item): the item's own where there is one, else at large."""
        exact = pairs.join(self.makers, on=["party", "item"], how="left", maintain_order="left")
        large = pairs.select("party", item=pl.lit(-1, pl.Int32)).join(
            self.makers, on=["party", "item"], how="left", maintain_order="left"
        )
        place = exact["place"].fill_null(large["place"]).fill_null(-1)
        return self._node(Node.MAKER, place.to_numpy())

    def _inputs(self) -> list[pl.DataFrame]:
        """Each maker's inputs: those for all items, and those for its own item."""
        rows = self.supply.rename({"customer": "party"})
        large = rows.filter(pl.col("item") < 0).drop("item").join(self.makers, on="party")
        own = rows.filter(pl.col("item") >= 0).join(self.makers, on=["party", "item"])
        columns = ["place", "input", "supplier", "row"]
        frame = pl.concat([large.select(columns), own.select(columns)]).sort(
            "place", "input", "row"
        )
        supplier = frame["supplier"].to_numpy()
        maker = self._node(Node.MAKER, frame["place"].to_numpy())
        node = self._node(Node.DELIVERY, supplier)
        row = frame["row"].to_numpy()
        whom = np.where(supplier >= 0, supplier, -1 - row).astype(np.int32)
        return [_links(maker, Need.SUPPLY, frame["input"].to_numpy(), node, whom, row)]

    def _attributes(self) -> list[pl.DataFrame]:
        org, makers = self.org, self.makers
        first = np.flatnonzero(org.group == np.arange(len(org.group))).astype(np.int32)
        maker = self._node(Node.MAKER, makers["place"].to_numpy())
        party, delivery = self._node(Node.PARTY, first), self._node(Node.DELIVERY, first)
        parent, site, country = org.parent[first], org.site[first], org.country[first]
        owns_others = np.bincount(parent, minlength=len(org.group))[parent] > 1
        large = self._maker_of(pl.DataFrame({"party": first, "item": np.full_like(first, -1)}))
        places = np.arange(len(org.site_country), dtype=np.int32)
        rows = [
            (maker, 0, self._node(Node.PARTY, makers["party"].to_numpy()), maker >= 0),
            (delivery, 0, large, first >= 0),
            (delivery, 1, self._node(Node.SITE, site), site >= 0),
            (party, 0, self._node(Node.PARENT, parent), (parent != first) | owns_others),
            (party, 1, self._node(Node.COUNTRY, country), country >= 0),
            (
                self._node(Node.SITE, places),
                0,
                self._node(Node.COUNTRY, org.site_country),
                org.site_country >= 0,
            ),
        ]
        return [
            _links(
                owner,
                Need.ATTRIBUTE,
                np.full_like(owner, key),
                node,
                owner,
                np.full_like(owner, -1),
                keep,
            )
            for owner, key, node, keep in rows
        ]

    def _mapped(self) -> npt.NDArray[np.bool_]:
        mapped = np.zeros(len(self.org.group), np.bool_)
        known = self.supply.filter(pl.col("supplier") >= 0)["customer"].to_numpy()
        mapped[known] = True
        return mapped


def _links(
    owner: Ints,
    need: Need,
    key: Ints,
    node: Ints,
    party: Ints,
    row: Ints,
    keep: npt.NDArray[np.bool_] | None = None,
) -> pl.DataFrame:
    """One link per position: a node, one of its groups, one alternative, the row that says so."""
    columns = {"owner": owner, "key": key, "node": node, "party": party, "row": row}
    frame = pl.DataFrame(columns).with_columns(need=pl.lit(int(need), pl.Int8))
    frame = frame if keep is None else frame.filter(pl.Series(keep, dtype=pl.Boolean))
    return frame.select(pl.col(name).cast(dtype) for name, dtype in _LINK.items())
