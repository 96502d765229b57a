"""Each element of the story is in the data, found by plain means that no engine shares."""

from collections.abc import Mapping
from datetime import date

import networkx as nx
import polars as pl
import pytest

from redball.model import parse_label
from redball.synthetic import STORY

Tables = Mapping[str, Mapping[str, pl.DataFrame]]

DAY = date(2026, 1, 31)


def total(frame: pl.DataFrame, column: str = "quantity") -> float:
    return float(frame[column].sum())


def row(sound: Tables, table: str, full: str) -> dict[str, object]:
    owner, _, key = full.partition(":")
    found = sound[owner][table].filter(pl.col("key").str.strip_chars_end("|") == key)
    assert found.height == 1, f"{table} {full}"
    return found.row(0, named=True)


@pytest.mark.parametrize("element", STORY, ids=lambda e: e.name)
def test_rows_of_the_story_exist_and_its_viewers_may_see_them(
    sound: Tables, element: object
) -> None:
    from redball.synthetic import Element

    assert isinstance(element, Element)
    for table, full in element.subjects + element.evidence:
        label = row(sound, table, full).get("label") or "UNCLASSIFIED // REL ALL"
        owner = full.partition(":")[0]
        readers = [v for v in sound if parse_label(str(label), owner).readable_by(v)]
        assert set(element.viewers) <= set(readers), (table, full)


def test_every_source_of_the_turret_ring_depends_on_one_forge(sound: Tables) -> None:
    owners = ("DEU", "NLD", "POL")
    parties = {
        o: dict(sound[o]["party"].select("key", pl.coalesce("ncage", "key")).iter_rows())
        for o in owners
    }
    supply: nx.DiGraph[str] = nx.DiGraph()
    for owner in owners:
        for supplier, customer in sound[owner]["supply"].select("supplier", "customer").iter_rows():
            supply.add_edge(parties[owner][supplier], parties[owner][customer])
    forge = {parties[o][k] for o, k in (("DEU", "L-7230"), ("NLD", "V2230"), ("POL", "D-330"))}
    assert forge == {"C6HS8"}
    rings = sound["DEU"]["source"].filter(pl.col("item") == "IFV-RING")
    suppliers = {parties["DEU"][party] for party in rings["party"]}
    assert len(suppliers) == 3
    assert all(nx.has_path(supply, "C6HS8", supplier) for supplier in suppliers)
    parents = sound["DEU"]["party"].filter(pl.col("key").is_in(rings["party"].implode()))
    assert sorted(parents["ultimate_parent"].to_list(), key=str) == ["L-7900", "L-7900", None]


def test_no_single_nation_sees_the_forge_behind_all_three(sound: Tables) -> None:
    behind = {}
    for owner, forge in (("DEU", "L-7230"), ("NLD", "V2230"), ("POL", "D-330")):
        edges = sound[owner]["supply"].select("supplier", "customer").iter_rows()
        graph: nx.DiGraph[str] = nx.DiGraph(list(edges))
        ring = sound[owner]["source"].filter(pl.col("item").str.contains("RING"))
        behind[owner] = sum(nx.has_path(graph, forge, p) for p in ring["party"] if p in graph)
    assert behind == {"DEU": 1, "NLD": 1, "POL": 1}


@pytest.mark.parametrize(("table", "port"), [("order", "site"), ("consignment", "from_site")])
def test_one_port_carries_seventy_per_cent_of_the_fuel_whatever_the_window(
    sound: Tables, table: str, port: str
) -> None:
    fuel = sound["XAG"][table].filter(pl.col("item") == "AG-FUEL")
    for part in (fuel, *fuel.partition_by("status")):
        through = total(part.filter(pl.col(port) == "PORT-GDANSK"))
        assert through / total(part) == pytest.approx(0.70, abs=1e-6)


def test_two_lots_can_not_be_used_before_they_expire(sound: Tables) -> None:
    here = (pl.col("site") == "MUN-KRAUT") & (pl.col("item") == "M-CHARGE")
    demand = sound["DEU"]["demand"].filter(here)
    daily = total(demand) / total(demand, "period_days")
    lots = sound["DEU"]["holding"].filter(here).sort("expiry")
    first, second = lots["lot"][:2].to_list(), lots["expiry"][:2].to_list()
    assert first == ["L2016-A", "L2016-B"]
    usable = [daily * (day - DAY).days for day in second]
    held = lots["quantity"].to_list()
    assert usable[0] < 0.3 * held[0]
    assert usable[1] < 0.3 * (held[0] + held[1])


def test_four_nations_know_the_bearing_in_four_ways(sound: Tables) -> None:
    by_niin = row(sound, "item", "DEU:M-BRG-45")
    by_nsn = row(sound, "item", "NLD:NL-BRG-45")
    by_part = row(sound, "item", "POL:IM-BRG-45")
    by_name = row(sound, "item", "EST:E-BRG-45")
    assert str(by_nsn["nsn"])[4:] == by_niin["niin"]
    assert str(by_nsn["nsn"])[:4] != "3110"
    assert by_part["niin"] is None
    assert by_part["ncage"] == by_niin["ncage"]
    codes = [
        str(r["part_number"]).translate(str.maketrans("", "", " -/")) for r in (by_niin, by_part)
    ]
    assert codes[0] == codes[1]
    assert [by_name.get(c) for c in ("niin", "part_number")] == [None, None]
    assert (by_name["unit_of_issue"], by_name["quantity_per_unit"]) == ("BX", 10.0)


def lane_graph(sound: Tables) -> "nx.MultiGraph[str]":
    graph: nx.MultiGraph[str] = nx.MultiGraph()
    for owner, part in sound.items():
        for ends in (
            part["lane"].select("from_site", "to_site").iter_rows() if "lane" in part else ()
        ):
            graph.add_edge(*(end if ":" in end else f"{owner}:{end}" for end in ends))
    return graph


def test_one_crossing_cuts_off_one_unit_and_no_other_site_or_lane_cuts_off_another(
    sound: Tables,
) -> None:
    graph = lane_graph(sound)
    kinds = {f"{o}:{k}": kind for o, p in sound.items()
             for k, kind in p["site"].select("key", "kind").iter_rows()}  # fmt: skip
    for site, kind in kinds.items():
        if kind in ("port", "depot", "fuel_terminal", "ammunition_depot"):
            graph.add_edge("entries", site)
            graph.add_edge("entries", site)
    bases = {
        f"{o}:{s}" for o, p in sound.items() if o != "XAG"
        for s in p["party"].filter(pl.col("kind") == "unit")["site"]
    }  # fmt: skip
    assert len(bases) == 12
    routes = {
        base: nx.node_connectivity(nx.Graph(graph), "entries", base) for base in sorted(bases)
    }
    assert [base for base, count in routes.items() if count < 2] == ["EST:BASE-VORU"]
    graph.remove_node("XAG:CROSS-EMAJOGI")
    assert not nx.has_path(graph, "entries", "EST:BASE-VORU")


def test_the_network_of_sites_is_connected(sound: Tables) -> None:
    graph = lane_graph(sound)
    assert graph.number_of_nodes() == 60
    assert nx.is_connected(graph)


def test_the_heater_is_asked_for_and_nobody_supplies_it(sound: Tables) -> None:
    demand = sound["NOR"]["demand"].filter(pl.col("item") == "N-HEATER")
    assert demand["quantity"].sum() > 0
    assert sound["NOR"]["source"].filter(pl.col("item") == "N-HEATER").is_empty()


def test_two_items_only_have_neither_parts_nor_a_source(sound: Tables) -> None:
    lonely = []
    for owner, part in sound.items():
        fed = set(part["source"]["item"])
        fed |= set(part["structure"]["parent"]) if "structure" in part else set()
        lonely += [f"{owner}:{key}" for key in part["item"]["key"] if key not in fed]
    cycle = {"POL:IM-CYCLE-1", "POL:IM-CYCLE-2"}  # only there for the faults
    assert sorted(set(lonely) - cycle) == ["NOR:N-HEATER", "USA:HEL-GYRO"]


def test_fuel_and_rations_at_two_bases_are_far_below_target(sound: Tables) -> None:
    for owner, site, item in (("DEU", "BASE-BERGEN", "M-FUEL"), ("POL", "BASE-DRAWSKO", "IM-FUEL")):
        here = (pl.col("site") == site) & (pl.col("item") == item)
        demand = sound[owner]["demand"].filter(here)
        daily = total(demand) / total(demand, "period_days")
        held = sound[owner]["holding"].filter(here & (pl.col("condition") == "serviceable"))
        assert total(held) / daily < 0.3 * 20
    rations = sound["DEU"]["holding"].filter(
        (pl.col("site") == "BASE-BERGEN") & (pl.col("item") == "M-RATION")
    )
    assert total(rations) / (3 * 790) < 0.3 * 15


def test_one_consignment_is_late(sound: Tables) -> None:
    late = [
        f"{owner}:{key}"
        for owner, part in sound.items()
        if "consignment" in part
        for key in part["consignment"].filter(
            (pl.col("status") != "arrived") & (pl.col("expected_on") < DAY)
        )["key"]
    ]
    assert late == ["DEU:CN-0907"]


def test_two_fleets_lack_a_report(sound: Tables) -> None:
    missing = []
    for owner, part in sound.items():
        if "fleet" not in part:
            continue
        fleet = part["fleet"]
        if "available" not in fleet.columns:
            missing += [f"{owner}:{key}" for key in fleet["key"]]
        else:
            missing += [f"{owner}:{k}" for k in fleet.filter(pl.col("available").is_null())["key"]]
    assert sorted(missing) == ["EST:JV-9|DEU.TRK", "POL:ZM-6|HOW"]
