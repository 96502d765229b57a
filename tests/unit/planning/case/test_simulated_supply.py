"""Ways of supply of a small world: tree, sources, lanes, tiers; and what names reach."""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from redball.model import BadUse, Consumption, Groups, Twin
from redball.planning import Targets
from redball.planning.case import CaseOptions, SimulatedCase, simulated_case
from redball.simulation.events import run_events
from redball.simulation.network import ArcKind, What
from redball.simulation.network.tables import CHANGE

World = Callable[..., Twin]
Uses = Callable[..., Consumption]
Rows = dict[str, list[dict[str, Any]]]

BASE, DEPOT = 0, 1
FUEL, RADIO, RATION = 1, 2, 3


@pytest.fixture
def case(world: World, uses: Uses, same_radio: Groups) -> SimulatedCase:
    return simulated_case(world(), uses((BASE, FUEL, 30.0), (BASE, RATION, 2.0)), items=same_radio)


def ways(case: SimulatedCase, node: str, item: str) -> list[dict[str, Any]]:
    """Arcs of a cell: kind, supplier, lanes, mean time, standby and terms."""
    net = case.network
    found = []
    for arc in net.arcs[net.arcs["cell"] == net.cell(node, item)]:
        lanes = net.routes[arc["first_lane"] : arc["last_lane"]]
        found.append({
            "kind": ArcKind(arc["kind"]),
            "supplier": net.name_of(arc["supplier"]) if arc["supplier"] >= 0 else "",
            "lanes": [net.lane_names[lane] for lane in lanes],
            "days": float(net.laws[arc["law"]]["mean"]),
            "standby": bool(arc["standby"]),
            "share": float(arc["share"]),
            "minimum": int(arc["minimum"]),
            "price": float(arc["price_eur"]),
        })  # fmt: skip
    return found


def recipe(case: SimulatedCase, node: str, item: str) -> Any:
    """The recipe of a cell."""
    net = case.network
    return net.recipes[net.recipes["cell"] == net.cell(node, item)][0]


def whys(case: SimulatedCase, table: str) -> dict[str, str]:
    """Why the rows of a table were left out."""
    rows = case.left_out.filter(pl.col("table") == table)
    return dict(rows.group_by("key").agg(pl.col("why").sort().str.join("; ")).iter_rows())


def test_a_lane_both_ways_is_two_and_keeps_its_terms(case: SimulatedCase) -> None:
    net = case.network
    assert net.lane_names.count("DEU:1") == 1
    assert "DEU:1 back" not in net.lane_names
    assert {"DEU:2", "DEU:2 back"} <= set(net.lane_names)
    sea = net.lanes[net.lane_names.index("DEU:1")]
    assert (sea["kg_per_day"], sea["eur_per_t"], sea["co2e_kg_per_t"]) == (5000.0, 10.0, 3.0)
    assert (net.laws[sea["law"]]["mean"], net.laws[sea["law"]]["sd"]) == (4.0, 2.0)
    road = net.lanes[net.lane_names.index("DEU:4")]
    assert road["kg_per_day"] == np.inf
    assert case.lane_ix[net.lane_names.index("DEU:4 back")] == 3


def test_the_tree_is_a_way_over_lanes_and_what_the_stated_time_has_beyond(
    case: SimulatedCase,
) -> None:
    (way,) = ways(case, "DEU:BASE", "DEU:RADIO")
    assert (way["kind"], way["supplier"]) == (ArcKind.MOVE, "DEU:RADIO at DEU:DEPOT")
    assert (way["lanes"], way["days"]) == (["DEU:4"], 2.0)  # three days stated, one on the road
    (ally,) = ways(case, "NLD:BASE", "DEU:RADIO")
    assert (ally["lanes"], ally["days"]) == ([], 2.0)  # no lane leads there


def test_the_top_buys_from_its_sources_by_share(case: SimulatedCase) -> None:
    first, second = ways(case, "DEU:DEPOT", "DEU:RADIO")
    assert first["supplier"] == "DEU:RADIO at DEU:PLANT"
    assert first["lanes"] == ["DEU:1", "DEU:2"]  # no radio goes through a pipeline
    assert (first["standby"], first["minimum"], first["price"]) == (False, 2, 800.0)
    assert second["supplier"] == "DEU:RADIO at party DEU:FAR"
    assert (second["standby"], second["lanes"], second["price"]) == (False, [], 1000.0)
    assert (first["share"], second["share"]) == (pytest.approx(0.7), pytest.approx(0.3))
    made = recipe(case, "DEU:PLANT", "DEU:RADIO")
    law = case.network.laws[made["law"]]
    assert law["mean"] + first["days"] == 60.0 - 6.0  # beside four days of sea and two of rail
    assert law["sd"] == pytest.approx(np.sqrt(10.0**2 - 2.0**2))
    assert made["per_day"] == 10.0


@pytest.mark.parametrize(
    ("terms", "shares", "standby"),
    [
        # without shares: by capacity
        (({"capacity_per_month": 300.0}, {"capacity_per_month": 100.0}), (0.25, 0.75), (0, 0)),
        # one capacity is not known: the fastest serves
        (({"capacity_per_month": 300.0}, {"capacity_per_month": None}), (0.0, 0.0), (0, 1)),
        # one has no share: it stands by
        (({"share": 0.7}, {}), (0.0, 0.0), (0, 1)),
        (({"share": 0.7}, {"share": 0.0}), (0.0, 0.0), (0, 1)),
        # shares need not come to one
        (({"share": 0.6}, {"share": 0.2}), (0.75, 0.25), (0, 0)),
    ],
)
def test_sources_share_the_volume_by_what_is_stated(
    world: World, same_radio: Groups, rows_of: Rows, terms: Any, shares: Any, standby: Any
) -> None:
    plain = {"share": None, "capacity_per_month": None}
    for at in (0, 1):
        rows_of["source"][at] |= plain | terms[at]
    case = simulated_case(world(source=rows_of["source"]), items=same_radio)
    found = ways(case, "DEU:DEPOT", "DEU:RADIO")
    assert tuple(way["share"] for way in found) == pytest.approx(shares)
    assert tuple(int(way["standby"]) for way in found) == standby


def test_orders_go_to_sources_in_their_shares(world: World, uses: Uses, rows_of: Rows) -> None:
    rows_of["source"][3] |= {"share": 0.75}
    more = {**rows_of["source"][3], "key": "5", "party": "SUP", "share": 0.25}
    case = simulated_case(
        world(source=[*rows_of["source"], more]), uses((BASE, FUEL, 30.0), basis="planning factor")
    )
    net = case.network
    run = run_events(net, horizon_days=2000, seed=4)
    bought = np.flatnonzero(net.arcs["cell"] == net.cell("DEU:DEPOT", "DEU:FUEL"))
    units = run.arcs["units"][bought]
    assert units.sum() == pytest.approx(60_000, rel=0.02)
    assert units[0] / units.sum() == pytest.approx(0.75, abs=0.01)
    # each keeps headroom over its own part
    assert recipe(case, "party DEU:FAR", "DEU:FUEL")["per_day"] == pytest.approx(22.5 * 1.25)


def test_a_day_of_making_leaves_the_line_together(
    world: World, uses: Uses, case: SimulatedCase
) -> None:
    assert recipe(case, "party DEU:FAR", "DEU:FUEL")["lot"] == 37
    assert recipe(case, "DEU:PLANT", "DEU:RADIO")["lot"] == 10
    assert recipe(case, "DEU:PLANT", "DEU:CARD")["lot"] == 0  # no limit is stated
    stated = simulated_case(world(), uses((BASE, FUEL, 0.2)))
    assert recipe(stated, "party DEU:FAR", "DEU:FUEL")["lot"] == 1


ENTRY: Rows = {
    "site": [{"key": "QUAY", "country": "POL"}],
    "lane": [{"key": "9", "from_site": "QUAY", "to_site": "DEPOT", "mode": "rail",
              "both_ways": True, "transit_days": 3.0}],
    "order": [
        {"key": "F1", "supplier": "FAR", "item": "FUEL", "site": "QUAY", "quantity": 800.0,
         "ordered_on": date(2025, 10, 1), "due_on": date(2025, 11, 1), "status": "received"},
        {"key": "F2", "supplier": "FAR", "item": "FUEL", "site": "PORT", "quantity": 200.0,
         "ordered_on": date(2025, 10, 1), "due_on": date(2025, 11, 1), "status": "received"},
        {"key": "F3", "supplier": "FAR", "item": "FUEL", "site": "DEPOT", "quantity": 900.0,
         "ordered_on": date(2025, 10, 1), "due_on": date(2025, 11, 1), "status": "received"},
    ],
    "consignment": [
        {"key": key, "from_site": site, "to_site": "DEPOT", "item": "FUEL", "quantity": 50.0,
         "mode": "rail", "status": "arrived", "order": order, "expected_on": date(2025, 11, 5)}
        for key, site, order in (("F1", "QUAY", "F1"), ("F2", "PORT", "F2"), ("F3", "QUAY", "F1"))
    ],
}  # fmt: skip
"""Fuel of FAR was delivered to a quay and a port, and went on from there by rail."""


def test_goods_of_a_supplier_without_a_place_enter_where_its_orders_went_on_from(
    world: World, uses: Uses
) -> None:
    case = simulated_case(world(also=ENTRY), uses((BASE, FUEL, 30.0)))
    quay, port = ways(case, "DEU:DEPOT", "DEU:FUEL")
    assert quay["lanes"] == ["party DEU:FAR into DEU:QUAY", "DEU:9"]
    assert port["lanes"] == ["party DEU:FAR into DEU:PORT", "DEU:2"]
    assert (quay["share"], port["share"]) == (pytest.approx(0.8), pytest.approx(0.2))
    made = case.network.laws[recipe(case, "party DEU:FAR", "DEU:FUEL")["law"]]
    assert made["mean"] + quay["days"] == 10.0 - 3.0  # ten days stated, three by rail
    assert made["mean"] + port["days"] == 10.0 - 2.0
    found = case.targets.find("site", "QUAY")
    assert found is not None
    reached = {case.network.lane_names[lane] for lane in found.lanes}
    assert reached == {"DEU:9", "DEU:9 back", "party DEU:FAR into DEU:QUAY"}
    for mode in ("road", "sea", "rail", "air"):
        cut = case.targets.find("mode", mode)
        assert cut is not None
        assert not any("into" in case.network.lane_names[lane] for lane in cut.lanes)


def test_closing_the_entry_stops_what_comes_through_it(world: World, uses: Uses) -> None:
    case = simulated_case(world(also=ENTRY), uses((BASE, FUEL, 30.0)))
    net = case.network
    found = case.targets.find("site", "QUAY")
    assert found is not None
    cut = np.array([(0.0, What.NODE, int(node), 0.0) for node in found.nodes], CHANGE)
    calm, hurt = (
        run_events(net, horizon_days=365, seed=2, changes=changes)
        for changes in (np.zeros(0, CHANGE), cut)
    )
    at = net.cell("DEU:DEPOT", "DEU:FUEL")
    assert calm.cells["received"][at] > 10_000
    assert hurt.cells["received"][at] < 0.35 * calm.cells["received"][at]


def test_no_fuel_flies(world: World, uses: Uses) -> None:
    air = {"key": "8", "from_site": "DEPOT", "to_site": "BASE", "mode": "air", "both_ways": True,
           "transit_days": 0.1}  # fmt: skip
    case = simulated_case(
        world(also={"lane": [air]}), uses((BASE, FUEL, 30.0), (BASE, RATION, 2.0))
    )
    assert ways(case, "DEU:BASE", "DEU:FUEL")[0]["lanes"] == ["DEU:4"]
    assert ways(case, "DEU:BASE", "DEU:RATION")[0]["lanes"] == ["DEU:8"]


def test_fuel_may_go_through_a_pipeline(world: World, uses: Uses, rows_of: Rows) -> None:
    rows_of["source"][3] |= {"party": "SUP"}
    case = simulated_case(world(source=rows_of["source"]), uses((BASE, FUEL, 30.0)))
    (way,) = ways(case, "DEU:DEPOT", "DEU:FUEL")
    assert way["lanes"] == ["DEU:3"]


def test_the_items_own_time_at_the_top_is_the_time_of_the_first_source(
    world: World, same_radio: Groups
) -> None:
    own = {"key": "9", "site": "DEPOT", "item": "RADIO", "ship_days": 46.0, "ship_sd_days": 2.0}
    case = simulated_case(world(also={"resupply": [own]}), items=same_radio)
    first, second = ways(case, "DEU:DEPOT", "DEU:RADIO")
    made = case.network.laws[recipe(case, "DEU:PLANT", "DEU:RADIO")["law"]]
    assert made["mean"] + first["days"] == 40.0
    assert made["sd"] == 0.0  # the lanes alone vary as much
    far = case.network.laws[recipe(case, "party DEU:FAR", "DEU:RADIO")["law"]]
    assert far["mean"] + second["days"] == 20.0


def test_without_sources_a_top_buys_in_the_time_of_resupply(case: SimulatedCase) -> None:
    (way,) = ways(case, "NLD:DEPOT", "DEU:RADIO")
    assert (way["kind"], way["days"], way["price"]) == (ArcKind.BUY, 120.0, 1000.0)


def test_without_any_time_nothing_comes_and_that_is_said(world: World, uses: Uses) -> None:
    case = simulated_case(world(resupply=[], repair=[], source=[]), uses((BASE, RATION, 2.0)))
    assert ways(case, "DEU:BASE", "DEU:RATION") == []
    assert "nothing comes there after its stock" in whys(case, "item")["DEU:RATION"]


def test_a_capacity_below_the_use_is_raised_and_named(
    world: World, uses: Uses, case: SimulatedCase
) -> None:
    assert recipe(case, "party DEU:FAR", "DEU:FUEL")["per_day"] == 37.5
    assert whys(case, "source") == {
        "DEU:4": "its capacity is below the use planned on it: raised to that with headroom"
    }
    stated = simulated_case(world(), uses((BASE, FUEL, 30.0)), options=CaseOptions(headroom=None))
    assert recipe(stated, "party DEU:FAR", "DEU:FUEL")["per_day"] == 1.0


def test_a_second_depot_stands_by(world: World, uses: Uses) -> None:
    more: Rows = {
        "site": [{"key": "DEPOT2", "country": "DEU"}, {"key": "POST", "country": "DEU"}],
        "resupply": [{"key": "7", "site": "POST", "from_site": "DEPOT", "ship_days": 4.0},
                     {"key": "8", "site": "DEPOT2", "ship_days": 9.0}],
        "lane": [{"key": "7", "from_site": "DEPOT2", "to_site": "POST", "mode": "road",
                  "both_ways": True, "transit_days": 1.0}],
    }  # fmt: skip
    # sites now: BASE DEPOT DEPOT2 FORGE PLANT PORT POST ...
    use = uses((6, RATION, 2.0), (2, RATION, 1.0))
    case = simulated_case(world(also=more), use)
    first, second = ways(case, "DEU:POST", "DEU:RATION")
    assert (first["supplier"], first["standby"]) == ("DEU:RATION at DEU:DEPOT", False)
    assert (second["supplier"], second["standby"]) == ("DEU:RATION at DEU:DEPOT2", True)
    assert second["lanes"] == ["DEU:7"]


def test_a_supplier_needs_its_inputs_and_holds_days_of_their_use(case: SimulatedCase) -> None:
    net = case.network
    made = recipe(case, "DEU:PLANT", "DEU:RADIO")
    needs = net.inputs[made["first_input"] : made["last_input"]]
    assert [(net.name_of(n["cell"]), n["quantity"]) for n in needs] == [
        ("forged frame for DEU:SUP at DEU:PLANT", 1.0)
    ]
    first, second = ways(case, "DEU:PLANT", "forged frame for DEU:SUP")
    assert first["supplier"] == "forged frame for DEU:SUP at DEU:FORGE"
    assert (first["lanes"], first["standby"]) == (["DEU:5"], False)
    assert (second["supplier"], second["standby"]) == (
        "forged frame for DEU:SUP at party DEU:FAR", False,
    )  # fmt: skip
    assert (first["share"], second["share"]) == (pytest.approx(0.8), pytest.approx(0.2))
    forge = net.laws[recipe(case, "DEU:FORGE", "forged frame for DEU:SUP")["law"]]
    assert forge["mean"] + first["days"] == 27.0  # thirty, three of them on the road
    # failures 0.2 a day: half of them and a tenth of that are bought, and as many cards: 0.4 of
    # the repairs; with thirty days of use on hand and thirty on the way
    radios = 0.2 * 0.5 * 0.1
    cards = 0.4 * (0.2 * 0.5 + 0.2 * 0.5 * 0.9)
    cell = net.cells[net.cell("DEU:PLANT", "forged frame for DEU:SUP")]
    assert cell["on_hand"] == max(np.ceil(30 * (radios + cards)), 2)
    assert cell["order_up_to"] == cell["on_hand"] + np.ceil(30 * (radios + cards))


def test_inputs_that_are_not_needed_or_said_twice_or_unseen_are_named(
    world: World, uses: Uses, rows_of: Rows
) -> None:
    twice = [{**rows_of["supply"][0], "key": "4", "input": "forged frame"},
             {**rows_of["supply"][0], "key": "5", "supplier": "GHOST"},
             {**rows_of["supply"][0], "key": "6", "supplier": "SUP"}]  # fmt: skip
    case = simulated_case(world(also={"supply": twice}), uses((BASE, RATION, 1.0)))
    assert whys(case, "supply") == {
        "DEU:3": "its customer can deliver without it",
        "DEU:4": "said before",
        "DEU:5": "one of its parties or its item is not visible",
        "DEU:6": "supplier and customer are one",
    }


def test_who_supplies_a_customer_may_stand_at_another_of_its_plants(
    world: World, uses: Uses, rows_of: Rows
) -> None:
    # SUP makes at PLANT and at PORT; its frames come of SMITH, at FORGE, or of FAR, now at PLANT
    rows_of["party"][0] |= {"site": "PLANT"}
    second = {**rows_of["source"][0], "key": "8", "site": "PORT", "share": 0.2}
    for order in (1, -1):
        sources = [*rows_of["source"], second][::order]
        case = simulated_case(
            world(party=rows_of["party"], source=sources), uses((BASE, RATION, 1.0))
        )
        net = case.network
        frames = {net.item_names[net.cells["item"][c]] for c in net.inputs["cell"]}
        assert {name.partition(",")[0] for name in frames} == {"forged frame for DEU:SUP"}
        assert len(frames) == 2  # one for each plant
        run_events(net, horizon_days=200, seed=1, check=True)
    found = case.targets.find("input", "forged frame")
    assert found is not None
    assert len(found.recipes) == 4


def test_a_part_that_is_made_where_it_is_needed_needs_no_way(
    world: World, uses: Uses, rows_of: Rows
) -> None:
    rows_of["party"][0] |= {"site": "PLANT"}
    rows_of["source"][2] |= {"party": "FAR"}
    case = simulated_case(
        world(party=rows_of["party"], source=rows_of["source"][::-1]),
        uses((BASE, RATION, 1.0)), options=CaseOptions(assembly=True),
    )  # fmt: skip
    run_events(case.network, horizon_days=200, seed=1, check=True)
    made = recipe(case, "DEU:PLANT", "DEU:RADIO")
    needs = case.network.inputs[made["first_input"] : made["last_input"]]
    assert any(case.network.name_of(n["cell"]).startswith("DEU:CARD at") for n in needs)


def test_nothing_is_an_input_of_itself_however_far_behind(world: World, rows_of: Rows) -> None:
    back = {**rows_of["supply"][0], "key": "4", "supplier": "SUP", "customer": "SMITH",
            "input": "tooling"}  # fmt: skip
    case = simulated_case(world(also={"supply": [back]}))
    assert "circle" in whys(case, "supply")["DEU:1"] or "circle" in whys(case, "supply")["DEU:4"]
    run_events(case.network, horizon_days=60, seed=1, check=True)


def test_assemblies_may_need_children_that_nations_buy_of_others(
    world: World, rows_of: Rows
) -> None:
    rows_of["source"][2] |= {"party": "FAR"}
    options = CaseOptions(assembly=True)
    case = simulated_case(world(source=rows_of["source"]), options=options)
    net = case.network
    made = recipe(case, "DEU:PLANT", "DEU:RADIO")
    needs = net.inputs[made["first_input"] : made["last_input"]]
    assert "DEU:CARD at DEU:PLANT" in [net.name_of(n["cell"]) for n in needs]
    (way,) = ways(case, "DEU:PLANT", "DEU:CARD")
    assert way["supplier"] == "DEU:CARD at party DEU:FAR"


def test_records_of_one_supplier_are_one_maker_with_one_capacity(
    world: World, uses: Uses, rows_of: Rows
) -> None:
    rows_of["party"][3] |= {"ncage": "C1234"}
    more: Rows = {
        "party": [{"key": "S-9", "kind": "supplier", "ncage": "C1234", "owner": "NLD", "label": 3}],
        "source": [{"key": "1", "party": "S-9", "item": "N-RADIO", "lead_time_days": 80.0,
                    "capacity_per_month": 600.0, "owner": "NLD", "label": 3}],
    }  # fmt: skip
    same = Groups("item", np.array([0, 1, 2, 3, 4, 2, 4], np.int32), ("",) * 7, pl.DataFrame())
    case = simulated_case(world(party=rows_of["party"], also=more), items=same)
    (way,) = ways(case, "NLD:DEPOT", "DEU:RADIO")
    assert way["supplier"] == "DEU:RADIO at DEU:PLANT"
    assert recipe(case, "DEU:PLANT", "DEU:RADIO")["per_day"] == 20.0
    assert way["days"] == 120.0 - 80.0 or way["days"] == 80.0 - 54.0


def test_names_reach_what_they_mean(case: SimulatedCase) -> None:
    net, targets = case.network, case.targets

    def nodes(kind: str, name: str) -> list[str]:
        found = targets.find(kind, name)
        assert found is not None
        return [net.node_names[n] for n in found.nodes]

    assert nodes("site", "DEU:PLANT") == ["DEU:PLANT"]
    assert nodes("site", "Standort") == ["DEU:BASE"]
    assert nodes("party", "radio works") == ["DEU:PLANT"]
    assert nodes("parent", "OWNER") == ["DEU:FORGE", "DEU:PLANT"]
    assert nodes("country", "CZE") == ["DEU:FORGE"]
    assert nodes("country", "USA") == ["party DEU:FAR"]
    assert nodes("nation", "NLD") == ["NLD:BASE", "NLD:DEPOT"]
    sea = targets.find("mode", "sea")
    assert sea is not None
    assert [net.lane_names[lane] for lane in sea.lanes] == ["DEU:1"]
    lane = targets.find("lane", "DEU:2")
    assert lane is not None
    assert len(lane.lanes) == 2
    frame = targets.find("input", "Forged Frame")
    assert frame is not None
    assert len(frame.recipes) == 2
    assert targets.find("site", "NOWHERE") is None
    assert targets.find("item", "DEU:ROOT") is not None


def test_sales_of_a_party_are_the_ways_from_its_cells(case: SimulatedCase) -> None:
    net = case.network
    found = case.targets.find("party", "SUP")
    assert found is not None
    sellers = {net.name_of(net.arcs["supplier"][arc]) for arc in found.arcs}
    assert sellers == {"DEU:RADIO at DEU:PLANT", "DEU:CARD at DEU:PLANT"}
    item = case.targets.find("item", "NLD:N-RADIO")
    assert item is not None
    assert {net.item_names[net.cells["item"][cell]] for cell in item.cells} == {"DEU:RADIO"}
    fleet = case.targets.find("fleet", "NLD:2")
    assert fleet is not None
    assert fleet.fleets.tolist() == [1]


def test_a_name_that_several_have_must_be_spelled_out(case: SimulatedCase) -> None:
    with pytest.raises(BadUse, match="Several of kind 'site'"):
        case.targets.find("site", "BASE")
    with pytest.raises(BadUse, match="can't name a 'planet'"):
        case.targets.find("planet", "MARS")
    assert isinstance(case.targets, Targets)


def test_the_loss_of_a_plant_is_felt_by_the_fleet(world: World, same_radio: Groups) -> None:
    case = simulated_case(world(), items=same_radio)
    found = case.targets.find("site", "PLANT")
    assert found is not None
    cut = np.array([(0.0, What.NODE, int(node), 0.0) for node in found.nodes], CHANGE)
    runs = [
        [run_events(case.network, horizon_days=900, seed=5, replication=k, changes=changes)
         for k in range(4)]
        for changes in (np.zeros(0, CHANGE), cut)
    ]  # fmt: skip
    calm, hurt = (np.mean([run.available[0, 500:].mean() for run in some]) for some in runs)
    assert hurt < calm - 0.1
