"""Targets of a case: which rows of its network each name of the twin reaches."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
import polars as pl

from redball.model import NOWHERE
from redball.planning.case.draft import Draft
from redball.planning.case.ground import Ground
from redball.planning.case.lanes import MODES
from redball.planning.case.places import Places
from redball.planning.targets import NO_REACH, Ints, Reach, Targets
from redball.simulation.network import Network


class _By:
    """Rows by a key, sorted once: a twin has thousands of names and each reaches a few rows."""

    def __init__(self, keys: Ints) -> None:
        self._order = np.argsort(keys, kind="stable").astype(np.int32)
        self._keys = np.asarray(keys)[self._order]

    def rows(self, wanted: Ints) -> Ints:
        """Rows that have any of some keys."""
        first = np.searchsorted(self._keys, wanted, side="left").tolist()
        last = np.searchsorted(self._keys, wanted, side="right").tolist()
        parts = [self._order[a:b] for a, b in zip(first, last, strict=True) if a < b]
        return np.concatenate(parts) if parts else np.zeros(0, np.int32)


class _Rows:
    """Finds rows of a built network by node, item, party and unit."""

    def __init__(self, network: Network, draft: Draft) -> None:
        self.network = network
        cells, recipes, arcs = network.cells, network.recipes, network.arcs
        sells, streams = arcs["supplier"], network.streams["cell"]
        self.recipe_node = cells["node"][recipes["cell"]]
        self.recipe_party = np.array([recipe.party for recipe in draft.recipes], np.int32)
        party = np.full(len(cells), NOWHERE, np.int32)
        party[recipes["cell"]] = self.recipe_party
        self._at = {
            "arcs": _By(np.where(sells != NOWHERE, cells["node"][sells], NOWHERE)),
            "recipes": _By(self.recipe_node),
            "cells": _By(cells["node"]),
            "streams": _By(cells["node"][streams]),
            "fleets": _By(network.fleets["node"]),
        }
        self._ends = (_By(network.lanes["from_node"]), _By(network.lanes["to_node"]))
        self._item = {
            "arcs": _By(cells["item"][arcs["cell"]]),
            "recipes": _By(cells["item"][recipes["cell"]]),
            "cells": _By(cells["item"]),
            "streams": _By(cells["item"][streams]),
        }
        self._arc_party = _By(np.where(sells != NOWHERE, party[sells], NOWHERE))
        self._recipe_party = _By(self.recipe_party)

    def at(self, nodes: Iterable[int]) -> Reach:
        """Everything at some nodes."""
        wanted = np.fromiter(sorted(set(nodes)), np.int32)
        lanes = np.concatenate([end.rows(wanted) for end in self._ends])
        found = {name: by.rows(wanted) for name, by in self._at.items()}
        return Reach(nodes=wanted, lanes=lanes, **found)

    def of_items(self, items: Iterable[int]) -> Reach:
        """All stock, supply, making and demand of some items."""
        wanted = np.fromiter(sorted(set(items)), np.int32)
        return Reach(**{name: by.rows(wanted) for name, by in self._item.items()})

    def of_parties(self, parties: Iterable[int], nodes: Iterable[int]) -> Reach:
        """What some parties make and sell, with the nodes that are wholly theirs."""
        wanted = np.fromiter(sorted(set(parties)), np.int32)
        recipes = self._recipe_party.rows(wanted)
        return Reach(
            nodes=np.fromiter(sorted(set(nodes)), np.int32),
            arcs=self._arc_party.rows(wanted),
            recipes=recipes,
            cells=self.network.recipes["cell"][recipes],
        )


def _true(mask: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Ints:
    return np.flatnonzero(mask).astype(np.int32)


def targets_of(ground: Ground, places: Places, network: Network) -> Targets:
    """Every name that a scenario may use."""
    draft = places.draft
    rows = _Rows(network, draft)
    nodes_at = _nodes_at(ground, places)
    parties = _of_parties(ground, places, rows)
    found: dict[str, dict[str, Reach]] = {
        "site": {name: rows.at(nodes_at[row]) for row, name in enumerate(ground.names("site"))},
        "party": {
            name: parties[int(ground.parties.group[row])]
            for row, name in enumerate(ground.names("party"))
        },
        "parent": _parents(ground, parties),
        "country": _countries(ground, places, rows, nodes_at),
        "nation": _nations(ground, rows, nodes_at),
        "lane": _lanes(ground, draft),
        "mode": {
            mode: Reach(lanes=_true(network.lanes["mode"] == number))
            for number, mode in enumerate(MODES)
        },
        "fleet": _named(ground.names("fleet"), {f.row: [at] for at, f in enumerate(draft.fleets)}),
    }
    found |= _by_item(ground, places, rows) | _by_user(ground, network)
    kinds = {kind: dict(sorted(names.items())) for kind, names in found.items()}
    also, words = _further_names(ground, kinds)
    return Targets(kinds, also, words)


def _nodes_at(ground: Ground, places: Places) -> dict[int, list[int]]:
    """Nodes at each site: its own, and those of parties whose main site it is."""
    found = {row: [node] for row, node in places.site.items()}
    for party, node in places.party.items():
        site = int(ground.parties.site[party])
        if site != NOWHERE:
            found[site].append(node)
    return found


def _of_parties(ground: Ground, places: Places, rows: _Rows) -> dict[int, Reach]:
    """Reach of each party, by the first record of its group.

    A site is wholly a party's where only its own recipes stand and no stock of a nation does.
    """
    makers: dict[int, set[int]] = defaultdict(set)
    for node, party in zip(rows.recipe_node.tolist(), rows.recipe_party.tolist(), strict=True):
        makers[node].add(party)
    fed = {cell for recipe in places.draft.recipes for cell, _ in recipe.inputs}
    sold = {recipe.cell for recipe in places.draft.recipes}
    stocked = {
        cell.node for at, cell in enumerate(places.draft.cells) if at not in fed and at not in sold
    }
    found: dict[int, Reach] = {}
    for party in sorted({int(group) for group in ground.parties.group}):
        nodes = [node for node, held in makers.items() if held == {party} and node not in stocked]
        if party in places.party:
            nodes.append(places.party[party])
        found[party] = rows.of_parties([party], nodes)
    return found


def _parents(ground: Ground, parties: Mapping[int, Reach]) -> dict[str, Reach]:
    """Ultimate parents with all that they own; a party without one is its own."""
    owned: dict[int, set[int]] = defaultdict(set)
    for row, parent in enumerate(ground.parties.parent.tolist()):
        owned[int(parent)].add(int(ground.parties.group[row]))
    reach = {
        parent: _union(parties[group] for group in sorted(groups))
        for parent, groups in owned.items()
    }
    return {
        name: reach[int(ground.parties.group[row])]
        for row, name in enumerate(ground.names("party"))
        if int(ground.parties.group[row]) in reach
    }


def _countries(
    ground: Ground, places: Places, rows: _Rows, nodes_at: Mapping[int, list[int]]
) -> dict[str, Reach]:
    """Places in a country, and parties established there whose place is not known."""
    nodes: dict[str, list[int]] = {code: [] for code in ground.parties.countries}
    for row, code in enumerate(ground.twin.tables["site"]["country"].to_list()):
        nodes[code] += nodes_at[row]
    for party, node in places.party.items():
        country = int(ground.parties.country[party])
        if country != NOWHERE and ground.parties.site[party] == NOWHERE:
            nodes[ground.parties.countries[country]].append(node)
    return {code: rows.at(held) for code, held in nodes.items()}


def _nations(ground: Ground, rows: _Rows, nodes_at: Mapping[int, list[int]]) -> dict[str, Reach]:
    """Sites of a member of the coalition; not the suppliers that stand at them."""
    nodes: dict[str, list[int]] = {
        str(key): [] for key in ground.twin.tables["nation"]["key"].unique().to_list()
    }
    for row, owner in enumerate(ground.twin.tables["site"]["owner"].cast(pl.String).to_list()):
        nodes.setdefault(owner, []).append(nodes_at[row][0])
    return {code: rows.at(held) for code, held in nodes.items()}


def _lanes(ground: Ground, draft: Draft) -> dict[str, Reach]:
    of_row: dict[int, list[int]] = defaultdict(list)
    for at, lane in enumerate(draft.lanes):
        of_row[lane.row].append(at)
    return {
        name: Reach(lanes=np.array(of_row.get(row, ()), np.int32))
        for row, name in enumerate(ground.names("lane"))
    }


def _by_item(ground: Ground, places: Places, rows: _Rows) -> dict[str, dict[str, Reach]]:
    of_article = {lead: rows.of_items([item]) for lead, item in places.article.items()}
    items = {
        name: of_article.get(ground.lead[row], NO_REACH)
        for row, name in enumerate(ground.names("item"))
    }
    classes: dict[str, set[int]] = defaultdict(set)
    for row, code in enumerate(ground.twin.tables["item"]["supply_class"].to_list()):
        item = places.article.get(ground.lead[row])
        classes[code] |= {item} if item is not None else set()
    texts: dict[str, list[int]] = defaultdict(list)
    for at, item_row in enumerate(places.draft.items):
        if item_row.text:
            texts[item_row.text].append(at)
    return {
        "item": items,
        "class": {code: rows.of_items(held) for code, held in classes.items()},
        "input": {text: rows.of_items(held) for text, held in texts.items()},
    }


def _by_user(ground: Ground, network: Network) -> dict[str, dict[str, Reach]]:
    """Units and systems, by the numbers that fleets and streams count them by."""
    units = {name: number for number, name in enumerate(network.unit_names)}
    systems = {name: number for number, name in enumerate(network.system_names)}
    party = ground.twin.tables["party"]["kind"].to_list()
    named = [name for row, name in enumerate(ground.names("party")) if party[row] == "unit"]
    return {
        "unit": {
            name: Reach(
                streams=_true(network.streams["unit"] == units[name]),
                fleets=_true(network.fleets["unit"] == units[name]),
            )
            if name in units
            else NO_REACH
            for name in named
        },
        "system": {
            name: Reach(fleets=_true(network.fleets["system"] == systems[name]))
            if name in systems
            else NO_REACH
            for name in ground.names("system")
        },
    }


def _named(names: list[str], fleets: Mapping[int, list[int]]) -> dict[str, Reach]:
    return {
        name: Reach(fleets=np.array(fleets.get(row, ()), np.int32))
        for row, name in enumerate(names)
    }


def _union(parts: Iterable[Reach]) -> Reach:
    found = NO_REACH
    for part in parts:
        found = found | part
    return found


_TABLES = {"site": "site", "party": "party", "parent": "party", "item": "item", "unit": "party",
           "system": "system", "lane": "lane", "fleet": "fleet"}  # fmt: skip
"""Table of the names of a kind; the others have codes."""


def _further_names(
    ground: Ground, kinds: Mapping[str, Mapping[str, Reach]]
) -> tuple[dict[str, dict[str, tuple[str, ...]]], dict[str, dict[str, str]]]:
    """Keys without their owner and names for readers, in lower case, and the names as written."""
    also: dict[str, dict[str, tuple[str, ...]]] = {}
    words: dict[str, dict[str, str]] = {}
    for kind, names in kinds.items():
        spelled: dict[str, dict[str, None]] = defaultdict(dict)
        for full in names:
            spelled[full.lower()][full] = None
        table = _TABLES.get(kind)
        if table is not None:
            frame = ground.twin.tables[table]
            titles = frame["name"].to_list() if "name" in frame.columns else [None] * frame.height
            of_kind: dict[str, str] = {}
            for full, key, title in zip(ground.names(table), frame["key"], titles, strict=True):
                if full in names:
                    spelled[key.lower()][full] = None
                    if title:
                        spelled[title.lower()][full] = None
                        of_kind[full] = title
            words[kind] = of_kind
        also[kind] = {word: tuple(held) for word, held in spelled.items()}
    return also, words
