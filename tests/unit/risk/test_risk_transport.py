"""Rules about routes, the transport network and gateways."""

from collections.abc import Callable
from typing import Any

import pytest

from redball.model import Finding, Level, Twin

Make = Callable[..., Twin]
Find = Callable[..., list[Finding]]


def land(*lanes: str, stock: str = "DEP", **change: Any) -> dict[str, list[dict[str, Any]]]:
    """Sites from lanes such as ``DEP>X`` (one way) or ``X=BASE`` (both ways); a unit at BASE."""
    ends = [(lane.replace("=", ">").split(">"), "=" in lane) for lane in lanes]
    names = sorted({name for (pair, _) in ends for name in pair} | {"BASE", *stock.split()})
    kinds = {"DEP": "depot", "DEP2": "depot", "PORT": "port", "BASE": "base"}
    tables: dict[str, list[dict[str, Any]]] = {
        "site": [{"key": n, "kind": kinds.get(n, "crossing")} for n in names],
        "lane": [
            {"key": f"{a}-{b}-{i}", "from_site": a, "to_site": b, "both_ways": both}
            for i, ((a, b), both) in enumerate(ends)
        ],
        "party": [{"key": "BN", "kind": "unit", "site": "BASE"}],
        "item": [{"key": "FUEL", "supply_class": "NATO:III", "mass_kg": 1000.0}],
        "holding": [{"key": s, "site": s, "item": "FUEL"} for s in stock.split()],
    }
    return {**tables, **change}


def subjects(found: list[Finding]) -> set[str]:
    return {finding.subject.key for finding in found}


def test_the_only_crossing_and_its_lanes_cut_the_unit_off(make_twin: Make, find: Find) -> None:
    twin = make_twin(**land("DEP>BRIDGE", "DEP2>BRIDGE", "BRIDGE=BASE", stock="DEP DEP2"))
    found = find(twin, "unit-cut-off")
    assert subjects(found) == {"BRIDGE", "BRIDGE-BASE-2"}
    assert {f.level for f in found} == {Level.SERIOUS}
    assert "The loss of Bridge cuts 1 unit off from every supply entry: Bn." in {
        f.title for f in found
    }


def test_two_crossings_leave_the_unit_reachable(make_twin: Make, find: Find) -> None:
    lanes = ("DEP>B1", "B1>BASE", "DEP2>B2", "B2>BASE")
    twin = make_twin(**land(*lanes, stock="DEP DEP2"))
    assert find(twin, "unit-cut-off") == []
    assert find(twin, "fewer-than-two-routes") == []


def test_the_only_depot_is_a_cut_even_with_two_crossings(make_twin: Make, find: Find) -> None:
    twin = make_twin(**land("DEP>B1", "B1>BASE", "DEP>B2", "B2>BASE"))
    assert subjects(find(twin, "unit-cut-off")) == {"DEP"}
    (unit,) = find(twin, "fewer-than-two-routes")
    assert unit.detail["two_lane_disjoint_routes"] is True
    assert unit.detail["two_site_disjoint_routes"] is False


def test_parallel_lanes_by_mode_are_two_lanes(make_twin: Make, find: Find) -> None:
    tables = land("DEP>BASE", "DEP2>BASE", stock="DEP")
    tables["lane"][1] = {"key": "rail", "from_site": "DEP", "to_site": "BASE", "mode": "rail"}
    assert subjects(find(make_twin(**tables), "unit-cut-off")) == {"DEP"}


def test_a_lane_for_both_ways_is_used_against_its_direction(make_twin: Make, find: Find) -> None:
    twin = make_twin(**land("BASE=DEP", "BASE=DEP2", stock="DEP DEP2"))
    assert find(twin, "fewer-than-two-routes") == []
    twin = make_twin(**land("BASE>DEP", "BASE=DEP2", stock="DEP DEP2"))
    assert subjects(find(twin, "unit-cut-off")) == {"DEP2", "BASE-DEP2-1"}


def test_a_unit_beside_the_stock_needs_no_route(make_twin: Make, find: Find) -> None:
    tables = land("DEP>BRIDGE")
    tables["party"][0]["site"] = "DEP"
    assert find(make_twin(**tables), "fewer-than-two-routes") == []


def test_a_unit_without_any_lane_is_said_to_have_no_route(make_twin: Make, find: Find) -> None:
    (finding,) = find(make_twin(**land("DEP>BRIDGE")), "fewer-than-two-routes")
    assert finding.level is Level.SERIOUS
    assert finding.title == "No lane on record leads from a supply entry to Bn at Base."


def test_without_stock_or_lanes_nothing_is_said_about_routes(make_twin: Make, find: Find) -> None:
    assert find(make_twin(**land("DEP>BASE", holding=[])), "fewer-than-two-routes") == []
    assert find(make_twin(**land()), "fewer-than-two-routes") == []


def test_a_closed_lane_is_no_route(make_twin: Make, find: Find) -> None:
    tables = land("DEP>BASE", "DEP2>BASE", stock="DEP DEP2")
    assert find(make_twin(**tables), "unit-cut-off") == []
    tables["lane"][1]["capacity_t_per_day"] = 0.0
    assert subjects(find(make_twin(**tables), "unit-cut-off")) == {"DEP", "DEP-BASE-0"}


def test_the_port_of_a_source_is_a_supply_entry(make_twin: Make, find: Find) -> None:
    tables = land("PORT>BASE", "DEP>BASE")
    tables["party"].append({"key": "A", "site": "PORT"})
    assert subjects(find(make_twin(**tables), "unit-cut-off")) == {"DEP", "DEP-BASE-1"}
    tables["source"] = [{"party": "A", "item": "FUEL"}]
    assert find(make_twin(**tables), "unit-cut-off") == []


def test_a_cut_for_several_units_is_one_critical_finding(make_twin: Make, find: Find) -> None:
    tables = land("DEP>BRIDGE", "DEP2>BRIDGE", "BRIDGE>BASE", stock="DEP DEP2")
    tables["party"].append({"key": "BN2", "kind": "unit", "site": "BASE"})
    found = find(make_twin(**tables), "unit-cut-off")
    assert [(f.subject.table, f.level, f.value) for f in found] == [
        ("lane", Level.CRITICAL, 2.0),
        ("site", Level.CRITICAL, 2.0),
    ]
    assert len(find(make_twin(**tables), "fewer-than-two-routes")) == 2


def test_sites_and_lanes_that_split_the_network_are_found_with_what_they_separate(
    make_twin: Make, find: Find
) -> None:
    twin = make_twin(**land("A>B", "B>C", "C>A", "C>X", "X>D", "D>E", "E>X"))
    (bridge,) = find(twin, "network-bridge")
    assert (bridge.subject.key, bridge.value) == ("C-X-3", 3.0)
    articulation = {f.subject.key: f.value for f in find(twin, "network-articulation")}
    assert articulation == {"C": 2.0, "X": 2.0}
    assert bridge.title == (
        "The loss of the road lane C to X separates 3 of 6 connected sites from the rest."
    )


def test_a_ring_has_no_weak_place(make_twin: Make, find: Find) -> None:
    twin = make_twin(**land("A>B", "B>C", "C>D", "D>A"))
    assert find(twin, "network-bridge", separated_sites=1) == []
    assert find(twin, "network-articulation", separated_sites=1) == []


def fuel(*consignments: tuple[str, str, float], **change: Any) -> dict[str, list[dict[str, Any]]]:
    """Consignments of fuel: from, to, tonnes; sites starting with P are ports, with F factories."""
    names = sorted({name for a, b, _ in consignments for name in (a, b)} | {"PORT", "DEP"})
    kinds = {"P": "port", "F": "factory"}
    tables: dict[str, list[dict[str, Any]]] = {
        "site": [{"key": n, "kind": kinds.get(n[0], "depot")} for n in names],
        "party": [{"key": "OIL"}],
        "item": [
            {"key": "FUEL", "supply_class": "NATO:III", "mass_kg": 1000.0},
            {"key": "DIESEL", "supply_class": "US:III", "mass_kg": 1000.0},
            {"key": "BREAD", "supply_class": "NATO:I", "mass_kg": 1000.0},
        ],
        "consignment": [
            {"key": f"c{i}", "from_site": a, "to_site": b, "item": "FUEL", "quantity": t}
            for i, (a, b, t) in enumerate(consignments)
        ],
    }
    return {**tables, **change}


FLOWS = (
    ("F", "PORT", 40.0),
    ("F", "PORT", 30.0),
    ("PORT", "DEP", 65.0),  # the same goods, a leg further
    ("P2", "DEP", 20.0),
    ("F", "DEP", 10.0),
    ("DEP", "DEP2", 500.0),  # inside the theatre: not inbound
)


def test_the_port_that_carries_most_of_a_class_is_found_with_its_basis(
    make_twin: Make, find: Find
) -> None:
    (finding,) = find(make_twin(**fuel(*FLOWS)), "lane-concentration")
    assert finding.subject.key == "PORT"
    assert finding.value == 70.0
    assert finding.level is Level.SERIOUS
    assert finding.detail["basis"] == "consignments"
    assert finding.detail["inbound_t"] == 100.0
    assert finding.title.startswith("Port carries 70% of what comes in of class NATO:III")
    assert [ref.key for ref in finding.evidence] == ["c2", "c0", "c1"]


def test_an_even_split_or_too_few_deliveries_are_not(make_twin: Make, find: Find) -> None:
    even = (("F", "PORT", 40.0), ("F", "P2", 40.0), ("F", "P3", 40.0)) * 2
    assert find(make_twin(**fuel(*even)), "lane-concentration") == []
    assert find(make_twin(**fuel(*FLOWS[:2])), "lane-concentration") == []


def test_lost_consignments_and_items_without_mass_do_not_count(make_twin: Make, find: Find) -> None:
    tables = fuel(*FLOWS)
    for row in tables["consignment"][:3]:
        row["status"] = "lost"
    assert "PORT" not in subjects(find(make_twin(**tables), "lane-concentration", flow_rows=1))
    tables = fuel(*FLOWS)
    tables["item"][1]["mass_kg"] = None
    tables["consignment"][3]["item"] = "DIESEL"
    (finding,) = find(make_twin(**tables), "lane-concentration", flow_rows=4)
    assert finding.detail["rows_without_mass"] == 1
    assert finding.value == pytest.approx(87.5)


def test_orders_are_a_basis_of_their_own(make_twin: Make, find: Find) -> None:
    orders = [
        {"key": f"o{i}", "supplier": "OIL", "item": item, "site": site}
        for i, (item, site) in enumerate(
            [("FUEL", "PORT")] * 3 + [("DIESEL", "PORT")] * 3 + [("FUEL", "DEP")]
        )
    ]
    twin = make_twin(**fuel(order=orders))
    (finding,) = find(twin, "lane-concentration")
    assert finding.detail["basis"] == "orders"
    assert finding.value == pytest.approx(100 * 6 / 7, abs=0.05)
    orders[5]["status"] = "cancelled"
    (finding,) = find(make_twin(**fuel(order=orders)), "lane-concentration")
    assert finding.value == pytest.approx(100 * 5 / 6, abs=0.05)


def test_a_lane_is_named_when_no_gateway_at_its_ends_is(make_twin: Make, find: Find) -> None:
    tables = fuel(*[("F", "DEP", 10.0)] * 6)
    tables["lane"] = [{"key": "road", "from_site": "DEP", "to_site": "F", "both_ways": True}]
    (finding,) = find(make_twin(**tables), "lane-concentration")
    assert (finding.subject.table, finding.value) == ("lane", 100.0)
