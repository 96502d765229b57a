"""Use cases: what stands behind a system or an item, what a loss takes, where it comes from."""

from contextlib import suppress
from dataclasses import dataclass, field
from functools import reduce

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.keeping import kept
from redball.app.tiers.asking import Asked, Known, full_names, known_network, lost_node, top_of
from redball.app.tiers.drawing import Drawn, drawn, sought
from redball.app.view import View
from redball.model import NotVisible, Origin, combine
from redball.model.labels import ResultLabel
from redball.model.results import Scalar
from redball.risk.kernels import critical_sets
from redball.risk.kernels.cascade import Net, net_of
from redball.risk.network import Node
from redball.risk.ownership import owner_named
from redball.risk.tiers import Behind, Origins, Spread, behind, origins, spread

_READ = (
    "item", "system", "structure", "source", "supply", "party", "site", "same_item",
    "nation", "rate",
)  # fmt: skip
_POINT = {Node.PARTY: "party", Node.PARENT: "parent", Node.SITE: "site", Node.COUNTRY: "country"}


@dataclass(frozen=True)
class NetworkAnswer:
    """What stands behind a system or an item.

    Attributes
    ----------
    table, key, name : str
        What was asked for.
    figures : dict
        Numbers of items, parties, tiers, countries, points, what is not disclosed, and the
        concentration of origin.
    tables : dict of str to polars.DataFrame
        ``members``, ``points`` (all passes through them), ``origins``, ``same`` (parties known
        under several names), ``owners`` (with the chain of owners); with a loss ``steps``,
        ``stopped`` (systems).
    graph : Drawn
    origin : Origin
    """

    table: str
    key: str
    name: str
    figures: dict[str, Scalar]
    tables: dict[str, pl.DataFrame] = field(repr=False)
    graph: Drawn = field(repr=False)
    origin: Origin

    @property
    def document(self) -> dict[str, object]:
        """Plain values, as JSON says them."""
        return {
            "table": self.table,
            "key": self.key,
            "name": self.name,
            "figures": self.figures,
            **{name: frame.to_dicts() for name, frame in self.tables.items()},
            "graph": {
                "nodes": self.graph.nodes,
                "links": self.graph.links,
                "links_left_out": self.graph.links_left_out,
            },
            "origin": self.origin.as_dict(),
        }


@use_case(Action.SEE)
def network_systems(view: View) -> tuple[pl.DataFrame, Origin]:
    """Systems to start from: ``system``, ``name``, ``items``, ``parties``, ``points``."""
    known = known_network(view)
    rows = known.network.system_rows
    frame = kept(known.seen, "network systems", lambda: _systems(known))
    return frame, known.seen.origin(label=_label(known) if len(rows) else None)


def _systems(known: Known) -> pl.DataFrame:
    """Counts alone: one walk for each system, and one pass for the points of all."""
    network, twin = known.network, known.twin
    graph, first = network.graph, network.first
    sets = critical_sets(graph, network.system_nodes, candidates=network.elements())
    items, parties = [], []
    for node in network.system_nodes.tolist():
        top = np.array([node], np.int32)
        reached = net_of(graph.group_start, graph.alternative_start, graph.alternative, top).node
        items.append(int((reached < first[Node.SOURCE]).sum()))
        parties.append(int(np.isin(reached, np.arange(*first[Node.PARTY : Node.PARTY + 2])).sum()))
    rows = network.system_rows
    return pl.DataFrame(
        {
            "system": full_names(twin, "system", rows),
            "name": [twin.name_of("system", int(row)) for row in rows],
            "items": items,
            "parties": parties,
            "points": [len(sets[i]) for i in range(len(rows))],
        },
        schema={"system": pl.String, "name": pl.String}
        | dict.fromkeys(("items", "parties", "points"), pl.Int64),
    )


@use_case(Action.SEE)
def supply_network(view: View, asked: Asked) -> NetworkAnswer:
    """What stands behind a system or an item.

    Raises
    ------
    BadUse
        The question is not one; see :class:`Asked`.
    NotVisible
        Something that it names is not visible to the viewer.
    """
    known = known_network(view)
    table, row, top = top_of(known, asked)
    one = _behind(known, top)
    lost = lost_node(known, asked.fail) if asked.fail else None
    failed = _spread(known, one.net, lost)
    members = sought(_members(known, one, failed, asked.mark), asked.find)
    comes = kept(known.seen, ("network origins", top), lambda: _origins(known, one))
    tables = {
        "members": members.drop("node", "column", "word", strict=False),
        **_tables(known, one),
    }
    tables["origins"] = comes.shares
    if lost is not None:
        tables |= _lost(known, members, lost)
    figures: dict[str, Scalar] = {
        "items": int((members["kind"] == "item").sum()),
        "parties": int((members["kind"] == "party").sum()),
        "undisclosed": int((members["kind"] == "undisclosed").sum()),
        "tiers": int(members["tier"].to_numpy().max(initial=0)),
        "countries": comes.shares.filter(pl.col("country") != "").height,
        "origin_hhi": comes.hhi,
        "unknown_origin_share": float(
            comes.shares.filter(pl.col("country") == "")["share"].to_numpy().sum()
        ),
        "items_without_source": comes.unsourced,
        "items_without_price": comes.unpriced,
        "points": len(one.points),
        "fails": bool(top in failed.node) if lost is not None else None,
        "failed_items": int(((members["kind"] == "item") & (members["step"] >= 0)).sum()),
        "failed_parties": int(((members["kind"] == "party") & (members["step"] >= 0)).sum()),
    }
    graph = drawn(members, one.links, asked.collapse, asked.opened)
    parameters = {k: v for k, v in (("fail", asked.fail), ("mark", asked.mark)) if v}
    return NetworkAnswer(
        table=table,
        key=full_names(known.twin, table, np.array([row], np.int32))[0],
        name=known.twin.name_of(table, row),
        figures=figures,
        tables=tables,
        graph=graph,
        origin=known.seen.origin(label=_label(known), parameters=parameters),
    )


def _behind(known: Known, top: int) -> Behind:
    return kept(known.seen, ("network behind", top), lambda: behind(known.twin, known.network, top))


def _label(known: Known) -> ResultLabel:
    """Of every table that is read: what stands behind something rests on all rows that could."""
    return kept(
        known.seen,
        "network label",
        lambda: reduce(combine, [known.twin.label_of(name) for name in _READ]),
    )


def _spread(known: Known, net: Net, lost: tuple[Node, int] | None) -> Spread:
    none = np.empty(0, np.int32)
    if lost is None:
        return Spread(none, none)
    return spread(net, known.network.first[lost[0]] + lost[1])


def _members(known: Known, one: Behind, failed: Spread, mark: str) -> pl.DataFrame:
    """Items and parties with what is said about each."""
    base = kept(known.seen, ("network members", one.top), lambda: _named(known, one))
    steps = pl.DataFrame({"node": failed.node, "step": failed.step})
    names = _records_of(known, mark) if mark else []
    marked = pl.col("key").is_in(names) | pl.col("site").is_in(names)
    return base.join(steps, on="node", how="left", maintain_order="left").with_columns(
        pl.col("step").fill_null(-1), marked=marked
    )


def _records_of(known: Known, mark: str) -> list[str]:
    """What is marked, by the names under which it is listed: those of the first records.

    A name that the viewer may not see marks nothing, as one that does not exist.
    """
    twin, groups = known.twin, known.recognised
    names = [mark]
    for table, group in (("item", groups.items.group), ("party", groups.parties.group)):
        with suppress(NotVisible):
            first = np.array([group[twin.find(table, mark)]], np.int32)
            names += full_names(twin, table, first)
    return names


def _named(known: Known, one: Behind) -> pl.DataFrame:
    twin, org = known.twin, known.network.organisations
    parts = []
    points = {known.network.first[kind] + place for kind, place in one.points}
    for kind in ("item", "party", "undisclosed"):
        frame = one.nodes.filter(pl.col("kind") == kind)
        rows = frame["row"].to_numpy()
        empty = [""] * len(rows)
        keys, names, country, parent, site = empty, ["undisclosed"] * len(rows), empty, empty, empty
        if kind != "undisclosed":
            keys = full_names(twin, kind, rows)
            names = twin[kind]["name"].gather(rows).to_list()
        if kind == "party":
            country = [org.countries[c] if c >= 0 else "" for c in org.country[rows].tolist()]
            parent = full_names(twin, "party", org.parent[rows])
            site = full_names(twin, "site", org.site[rows])
        parts.append(
            frame.drop("row").with_columns(
                pl.Series("key", keys, pl.String),
                pl.Series("name", names, pl.String),
                pl.Series("country", country, pl.String),
                pl.Series("parent", parent, pl.String),
                pl.Series("site", site, pl.String),
                point=pl.col("node").is_in(sorted(points)),
            )
        )
    return pl.concat(parts).sort("column", "name", "node")


def _tables(known: Known, one: Behind) -> dict[str, pl.DataFrame]:
    def make() -> dict[str, pl.DataFrame]:
        return {"points": _points(known, one), **_hidden(known, one)}

    return kept(known.seen, ("network tables", one.top), make)


def _points(known: Known, one: Behind) -> pl.DataFrame:
    """Elements whose loss alone stops the item; how many of the members each takes."""
    twin, org, first = known.twin, known.network.organisations, known.network.first
    inside = one.nodes.filter(pl.col("kind") != "undisclosed")["node"].to_numpy()
    found = []
    for kind, place in one.points:
        if kind == Node.COUNTRY:
            key = name = org.countries[place]
        else:
            table = "site" if kind == Node.SITE else "party"
            key = full_names(twin, table, np.array([place], np.int32))[0]
            name = twin.name_of(table, place)
        takes = len(np.intersect1d(spread(one.net, first[kind] + place).node, inside))
        found.append((_POINT[kind], key, name, takes))
    schema = {"kind": pl.String, "key": pl.String, "name": pl.String, "takes": pl.Int64}
    frame = pl.DataFrame(found, schema=schema, orient="row")
    return frame.sort("takes", "kind", "key", descending=[True, False, False])


def _hidden(known: Known, one: Behind) -> dict[str, pl.DataFrame]:
    """What hides behind what: several names for one party, and owners."""
    twin, org = known.twin, known.network.organisations
    rows = one.nodes.filter(pl.col("kind") == "party")["row"].to_numpy()
    record = np.flatnonzero(np.isin(org.group, rows)).astype(np.int32)
    frame = pl.DataFrame(
        {
            "party": full_names(twin, "party", org.group[record]),
            "record": full_names(twin, "party", record),
            "name": twin["party"]["name"].gather(record),
        },
        schema={"party": pl.String, "record": pl.String, "name": pl.String},
    )
    same = frame.filter(pl.len().over("party") > 1).sort("party", "record")
    return {"same": same, "owners": _owners(known, rows)}


def _owners(known: Known, rows: npt.NDArray[np.int32]) -> pl.DataFrame:
    """Who owns a party in the end, and through whom: each step as its records name it."""
    twin, org = known.twin, known.network.organisations
    owned = rows[org.parent[rows] != rows] if len(rows) else rows
    named = owner_named(twin, known.recognised.parties)
    chains = []
    for row in owned.tolist():
        chain, end = [row], int(org.parent[row])
        while chain[-1] != end and named[chain[-1]] not in (-1, *chain):
            chain.append(int(named[chain[-1]]))
        chains.append(" \u2190 ".join(twin.name_of("party", one) for one in chain))
    owners = {
        "owner": full_names(twin, "party", org.parent[owned]),
        "owner_name": twin["party"]["name"].gather(org.parent[owned]),
        "party": full_names(twin, "party", owned),
        "name": twin["party"]["name"].gather(owned),
        "chain": chains,
    }
    return pl.DataFrame(owners, schema=dict.fromkeys(owners, pl.String)).sort("owner", "party")


def _origins(known: Known, one: Behind) -> Origins:
    items = one.nodes.filter(pl.col("kind") == "item")["row"].to_numpy()
    made = one.links.filter(pl.col("need") == "structure")["above"].unique().to_numpy()
    both = known.recognised
    return origins(known.twin, both.items, both.parties, items, made)


def _lost(known: Known, members: pl.DataFrame, lost: tuple[Node, int]) -> dict[str, pl.DataFrame]:
    """What fails step by step, and which systems stop in all."""
    network, graph = known.network, known.network.graph

    def whole() -> Net:
        return net_of(
            graph.group_start, graph.alternative_start, graph.alternative, network.system_nodes
        )

    everywhere = spread(
        kept(known.seen, "network of systems", whole), network.first[lost[0]] + lost[1]
    )
    stops = np.isin(network.system_nodes, everywhere.node)
    rows = network.system_rows[stops]
    names = [known.twin.name_of("system", int(row)) for row in rows]
    steps = (
        members.filter(pl.col("step") >= 0)
        .group_by("step")
        .agg(
            items=(pl.col("kind") == "item").sum(),
            parties=(pl.col("kind") == "party").sum(),
            names=pl.col("name").sort().head(8).str.join(", "),
        )
        .sort("step")
    )
    stopped = pl.DataFrame(
        {"system": full_names(known.twin, "system", rows), "name": names},
        schema={"system": pl.String, "name": pl.String},
    )
    return {"steps": steps, "stopped": stopped.sort("system")}
