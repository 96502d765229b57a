"""The network of a small world, every row by hand: stock, policies, fleets, repair, demand."""

from collections.abc import Callable
from datetime import date
from statistics import NormalDist
from typing import Any

import numpy as np
import polars as pl
import pytest

from redball.model import Consumption, Groups, Twin
from redball.planning.case import CaseOptions, SimulatedCase, simulated_case
from redball.simulation.network import PolicyKind, SizeKind, StreamKind

World = Callable[..., Twin]
Uses = Callable[..., Consumption]
Rows = dict[str, list[dict[str, Any]]]

BASE, DEPOT, FORGE, PLANT, PORT, NL_BASE, NL_DEPOT = range(7)
CARD, FUEL, RADIO, RATION, ROOT, N_RADIO, N_ROOT = range(7)


@pytest.fixture
def case(world: World, uses: Uses, same_radio: Groups) -> SimulatedCase:
    return simulated_case(world(), uses((BASE, FUEL, 30.0), (BASE, RATION, 2.0)), items=same_radio)


def row(case: SimulatedCase, node: str, item: str) -> dict[str, float]:
    """A cell's record by names."""
    cells = case.network.cells
    record = cells[case.network.cell(node, item)]
    return {name: record[name] for name in cells.dtype.names or ()}


def due(case: SimulatedCase, node: str, item: str) -> list[tuple[int, float]]:
    """What is due in a cell: quantity and day."""
    rows = case.network.due[case.network.due["cell"] == case.network.cell(node, item)]
    return [(int(r["quantity"]), float(r["day"])) for r in rows]


def whys(case: SimulatedCase, table: str) -> dict[str, str]:
    """Why the rows of a table were left out."""
    rows = case.left_out.filter(pl.col("table") == table)
    return dict(rows.group_by("key").agg(pl.col("why").sort().str.join("; ")).iter_rows())


def test_sites_are_nodes_of_their_nation_and_parties_without_a_site_have_their_own(
    case: SimulatedCase,
) -> None:
    net = case.network
    assert net.node_names == (
        "DEU:BASE", "DEU:DEPOT", "DEU:FORGE", "DEU:PLANT", "DEU:PORT", "NLD:BASE", "NLD:DEPOT",
        "party DEU:FAR",
    )  # fmt: skip
    assert [net.nation_names[n] for n in net.nodes["nation"]] == ["DEU"] * 5 + ["NLD"] * 2 + [""]
    assert case.nodes["site_ix"].to_list() == [0, 1, 2, 3, 4, 5, 6, -1]


def test_records_of_one_article_share_cells(case: SimulatedCase) -> None:
    assert "NLD:N-RADIO" not in case.network.item_names
    assert row(case, "NLD:DEPOT", "DEU:RADIO")["policy"] == PolicyKind.BASE_STOCK


def test_reserved_stock_is_apart_and_what_waits_for_repair_comes_back(case: SimulatedCase) -> None:
    stock = row(case, "DEU:DEPOT", "DEU:RADIO")
    assert (stock["on_hand"], stock["reserve"]) == (4, 2)
    # the overdue consignment at once, three repairs at even distances in 20 days, the open order
    # on its day; the consignment of that order and the order received are not counted again
    assert due(case, "DEU:DEPOT", "DEU:RADIO") == [
        (1, 0.0), (1, pytest.approx(20 / 6)), (4, 10.0), (1, 10.0), (1, pytest.approx(100 / 6)),
    ]  # fmt: skip


def test_without_a_policy_fitted_stock_is_replaced_up_to_its_position(case: SimulatedCase) -> None:
    assert row(case, "DEU:DEPOT", "DEU:RADIO")["order_up_to"] == 4 + 1 + 3 + 4
    assert row(case, "DEU:BASE", "DEU:RADIO")["order_up_to"] == 0


def test_lots_expire_after_their_last_day_and_expired_or_quarantined_ones_do_not_count(
    case: SimulatedCase,
) -> None:
    stock = row(case, "DEU:BASE", "DEU:RATION")
    assert stock["on_hand"] == 50
    lots = case.network.lots
    assert lots["quantity"].tolist() == [50]
    assert lots["expires_day"].tolist() == [31.0]  # 2 March is 30 days on and still a day of use
    assert whys(case, "holding")["DEU:4"] == "it is past its last day of use"


def test_a_stated_policy_holds(case: SimulatedCase) -> None:
    stock = row(case, "DEU:BASE", "DEU:RATION")
    assert stock["policy"] == PolicyKind.REORDER_UP_TO
    assert (stock["reorder_point"], stock["order_up_to"]) == (20, 60)


def test_other_demand_gets_a_reorder_point_of_lead_time_use_and_safety(
    case: SimulatedCase,
) -> None:
    # 30 a day over 3 days, and 1.645 standard deviations of a Poisson sum of 90: 15.6; for a week
    stock = row(case, "DEU:BASE", "DEU:FUEL")
    assert (stock["reorder_point"], stock["order_up_to"]) == (106, 106 + 210)


def test_what_is_no_bulk_is_ordered_for_a_longer_cycle(world: World, uses: Uses) -> None:
    case = simulated_case(world(policy=[]), uses((BASE, RATION, 2.0)))
    stock = row(case, "DEU:BASE", "DEU:RATION")
    assert (stock["reorder_point"], stock["order_up_to"]) == (6 + 5, 6 + 5 + 60)


def test_the_wait_for_the_line_of_the_maker_counts_as_lead_time(case: SimulatedCase) -> None:
    # ten days stated; with 25 % headroom the line works 80 % of the time: so much of a week too
    days = 10 + 0.8 * 7
    stock = row(case, "DEU:DEPOT", "DEU:FUEL")
    point = np.ceil(30 * days + NormalDist().inv_cdf(0.95) * np.sqrt(30 * days))
    assert (stock["reorder_point"], stock["order_up_to"]) == (point, point + 210)


def test_what_a_lead_time_uses_is_under_way_where_no_order_is_recorded(
    world: World, uses: Uses, same_radio: Groups
) -> None:
    given = uses((BASE, FUEL, 30.0))
    case = simulated_case(world(), given, items=same_radio)
    coming = due(case, "DEU:DEPOT", "DEU:FUEL")
    assert sum(quantity for quantity, _ in coming) == 300
    assert [coming[0][1], coming[-1][1]] == pytest.approx([0.1, 9.9])
    assert "to be under way" in whys(case, "item")["DEU:FUEL"]
    # of radios an order and a consignment are recorded: that is what is under way, beside repair
    assert sum(quantity for quantity, _ in due(case, "DEU:DEPOT", "DEU:RADIO")) == 4 + 1 + 3
    plain = simulated_case(world(), given, items=same_radio, options=CaseOptions(under_way=False))
    assert due(plain, "DEU:DEPOT", "DEU:FUEL") == []
    assert "DEU:FUEL" not in whys(plain, "item")


FULL = {"key": "9", "site": "DEPOT", "item": "FUEL", "quantity": 5000.0,
        "condition": "serviceable", "reserved": 0.0}  # fmt: skip


def test_nothing_more_is_under_way_to_a_cell_that_need_not_order(
    world: World, uses: Uses, rows_of: Rows
) -> None:
    twin = world(holding=[*rows_of["holding"], FULL])
    case = simulated_case(twin, uses((BASE, FUEL, 30.0)))
    assert due(case, "DEU:DEPOT", "DEU:FUEL") == []


def test_a_target_for_all_that_a_site_keeps_is_none_for_what_passes_through(
    world: World, uses: Uses, rows_of: Rows
) -> None:
    target = {"site": "DEPOT", "days_of_supply": 90.0, "key": "1"}
    given = uses((BASE, FUEL, 30.0))
    passing = simulated_case(world(target=[target]), given)
    keeping = simulated_case(world(target=[target], holding=[*rows_of["holding"], FULL]), given)
    points = [row(case, "DEU:DEPOT", "DEU:FUEL")["reorder_point"] for case in (passing, keeping)]
    assert points[0] < 600
    assert points[1] == 468 + 90 * 30


def test_a_target_for_a_class_holds_in_whatever_scheme_it_is_written(
    world: World, uses: Uses, rows_of: Rows
) -> None:
    ours = {**rows_of["item"][1], "key": "N-FUEL", "owner": "NLD", "label": 3,
            "supply_class": "US:III"}  # fmt: skip
    twin = world(
        item=[*rows_of["item"][:5], ours, *rows_of["item"][5:]],
        target=[{"unit": "U1", "supply_class": "US:III", "days_of_supply": 5.0, "key": "1"}],
    )
    # items now: CARD FUEL RADIO RATION ROOT N-FUEL N-RADIO N-ROOT
    same = Groups("item", np.array([0, 1, 2, 3, 4, 1, 6, 7], np.int32), ("",) * 8, pl.DataFrame())
    case = simulated_case(twin, uses((BASE, FUEL, 30.0)), items=same)
    assert row(case, "DEU:BASE", "DEU:FUEL")["reorder_point"] == 90 + 150


def test_days_of_supply_to_be_held_replace_a_smaller_safety(
    world: World, uses: Uses, same_radio: Groups
) -> None:
    target = {"unit": "U1", "supply_class": "NATO:III", "days_of_supply": 5.0, "key": "1"}
    twin = world(target=[target])
    case = simulated_case(twin, uses((BASE, FUEL, 30.0)), items=same_radio)
    assert row(case, "DEU:BASE", "DEU:FUEL")["reorder_point"] == 90 + 150


@pytest.mark.parametrize(
    ("kind", "given", "levels"),
    [
        ("fixed_quantity", {"reorder_point": 5.0, "quantity": 8.0}, (5, 0, 8)),
        ("base_stock", {"order_up_to": 7.0}, (6, 7, 0)),
    ],
)
def test_other_kinds_of_policy(
    world: World, uses: Uses, kind: str, given: dict[str, float], levels: tuple[int, int, int]
) -> None:
    policy = {"key": "1", "site": "BASE", "item": "RATION", "kind": kind, **given}
    case = simulated_case(world(policy=[policy]), uses((BASE, RATION, 2.0)))
    stock = row(case, "DEU:BASE", "DEU:RATION")
    assert (stock["reorder_point"], stock["order_up_to"], stock["quantity"]) == levels


def test_a_policy_where_nobody_uses_the_article_is_supplied_too(world: World, uses: Uses) -> None:
    policy = {"key": "1", "site": "BASE", "item": "CARD", "kind": "base_stock",
              "order_up_to": 3.0, "owner": "NLD", "label": 3}  # fmt: skip
    case = simulated_case(world(policy=[{**policy, "item": "DEU:CARD"}]), uses((BASE, FUEL, 1.0)))
    assert row(case, "NLD:BASE", "DEU:CARD")["order_up_to"] == 3
    above = row(case, "NLD:DEPOT", "DEU:CARD")
    assert (above["policy"], above["order_up_to"]) == (PolicyKind.BASE_STOCK, 0)


def test_a_policy_that_contradicts_itself_is_named_and_not_used(world: World, uses: Uses) -> None:
    policy = {"key": "1", "site": "BASE", "item": "RATION", "kind": "reorder_up_to",
              "reorder_point": 9.0, "order_up_to": 9.0}  # fmt: skip
    case = simulated_case(world(policy=[policy]), uses((BASE, RATION, 2.0)))
    assert whys(case, "policy") == {"DEU:1": "its levels are not given or contradict"}
    assert row(case, "DEU:BASE", "DEU:RATION")["reorder_point"] == 6 + 5  # 3 days and 1.645 sqrt 6


def test_fleets_carry_removals_per_installed_unit_and_day(case: SimulatedCase) -> None:
    net = case.network
    assert [net.unit_names[f["unit"]] for f in net.fleets] == ["DEU:U1", "NLD:V1"]
    assert net.fleets["count"].tolist() == [10, 8]
    # 0.01 removals an hour of the system, two radios in each: 2 h and 1 h a day
    assert net.applications["per_day"].tolist() == pytest.approx([0.01, 0.005])
    assert net.applications["per_system"].tolist() == [2, 2]
    assert case.fleet_ix == (0, 1)


def test_repair_goes_up_the_tree_and_needs_its_parts(case: SimulatedCase) -> None:
    net = case.network
    shops = {net.name_of(shop["cell"]): shop for shop in net.shops}
    base, depot = shops["DEU:RADIO at DEU:BASE"], shops["DEU:RADIO at DEU:DEPOT"]
    assert (base["share"], depot["share"]) == (0.5, 0.9)
    assert net.name_of(net.shops[base["up"]]["cell"]) == "DEU:RADIO at DEU:DEPOT"
    assert depot["up"] == -1
    assert net.pools["servers"][depot["pool"]] == 2
    assert base["pool"] == -1
    law = net.laws[depot["law"]]
    assert (law["mean"], law["sd"]) == (20.0, 5.0)
    parts = net.parts[depot["first_part"] : depot["last_part"]]
    assert [(net.name_of(p["cell"]), p["probability"]) for p in parts] == [
        ("DEU:CARD at DEU:DEPOT", 0.4)
    ]
    # a base that repairs nothing still sends its failures up
    assert shops["DEU:RADIO at NLD:BASE"]["share"] == 0.0


def test_streams_belong_to_the_only_unit_of_a_site_and_bulk_is_drawn_daily(
    case: SimulatedCase,
) -> None:
    net = case.network
    found = {net.name_of(s["cell"]): s for s in net.streams}
    fuel, ration = found["DEU:FUEL at DEU:BASE"], found["DEU:RATION at DEU:BASE"]
    assert (fuel["kind"], fuel["per_day"]) == (StreamKind.POISSON_DAILY, 30.0)
    assert (ration["kind"], ration["per_day"]) == (StreamKind.POISSON, 2.0)
    assert net.unit_names[fuel["unit"]] == "DEU:U1"
    assert ration["size_kind"] == SizeKind.FIXED


def test_recorded_demand_where_a_fleet_carries_the_article_is_no_second_demand(
    world: World, uses: Uses
) -> None:
    case = simulated_case(world(), uses((BASE, RADIO, 5.0), (BASE, RATION, 1.0)))
    assert len(case.network.streams) == 1
    assert case.network.applications["per_day"][0] == pytest.approx(0.01)


def test_recorded_demand_above_a_user_is_its_replenishment_and_planned_use_is_not(
    world: World, uses: Uses
) -> None:
    rates = ((BASE, RATION, 2.0), (DEPOT, RATION, 3.0))
    recorded = simulated_case(world(), uses(*rates))
    assert recorded.network.streams["per_day"].tolist() == [2.0]
    assert "replenishment" in whys(recorded, "item")["DEU:RATION"]
    planned = simulated_case(world(), uses(*rates, basis="planning factor"))
    assert planned.network.streams["per_day"].tolist() == [2.0, 3.0]


def test_units_of_issue_become_units_of_the_article(
    world: World, uses: Uses, rows_of: Rows
) -> None:
    rows_of["item"][3] |= {"unit_of_issue": "EA"}
    pack = {**rows_of["item"][3], "key": "RATION-BOX", "unit_of_issue": "BX",
            "quantity_per_unit": 12.0, "content_unit": "EA"}  # fmt: skip
    twin = world(item=[*rows_of["item"], pack])
    # items now: CARD FUEL RADIO RATION RATION-BOX ROOT N-RADIO N-ROOT
    same = Groups("item", np.array([0, 1, 2, 3, 3, 5, 6, 7], np.int32), ("",) * 8, pl.DataFrame())
    factors = pl.DataFrame(
        {"item_ix": list(range(8)), "factor_to_group_unit": [1.0] * 4 + [12.0] + [1.0] * 3}
    ).with_columns(pl.col("item_ix").cast(pl.Int32), labels=pl.lit([0], pl.List(pl.Int32)))
    case = simulated_case(twin, uses((BASE, 4, 0.5)), items=same, units=factors)
    stream = case.network.streams[0]
    assert stream["per_day"] * stream["size"] == pytest.approx(6.0)
    # whole boxes: as variable as orders of twelve, so of geometric size 6.5 (2 x 6.5 - 1 = 12)
    assert (stream["size_kind"], stream["size"]) == (SizeKind.GEOMETRIC, 6.5)
    assert case.network.item_names[case.network.cells["item"][case.network.streams["cell"][0]]] == (
        "DEU:RATION"
    )


def test_agreements_become_links_with_what_the_giver_keeps(
    world: World, uses: Uses, same_radio: Groups
) -> None:
    rows = [
        {"key": "1", "giver": "DEU", "receiver": "NLD:NLD", "move_days": 4.0, "keep": 1.5,
         "valid_from": date(2026, 2, 10), "valid_until": date(2026, 3, 1)},
    ]  # fmt: skip
    twin = world(support=rows)
    case = simulated_case(twin, uses((BASE, FUEL, 1.0)), items=same_radio)
    net = case.network
    links = {(net.name_of(s["receiver"]), net.name_of(s["giver"])): s for s in net.supports}
    link = links["DEU:RADIO at NLD:BASE", "DEU:RADIO at DEU:DEPOT"]
    assert (link["keep"], link["from_day"], link["until_day"]) == (2, 10.0, 30.0)
    assert link["standby"] == 1
    assert net.laws[link["law"]]["mean"] == 4.0
    assert not any(receiver.endswith(("DEU:BASE", "DEU:DEPOT")) for receiver, _ in links)
    opened = simulated_case(twin, items=same_radio, options=CaseOptions(support_standby=False))
    assert set(opened.network.supports["standby"]) == {0}


def test_alternatives_of_one_assembly_stand_for_each_other(world: World, rows_of: Rows) -> None:
    more = [
        {"key": k, "parent": "ROOT", "child": child, "quantity": 1.0, "essential": True,
         "alternative": "cell"}
        for k, child in (("7", "RATION"), ("8", "FUEL"))
    ]  # fmt: skip
    hold = [
        {"key": k, "site": "BASE", "item": item, "quantity": 5.0, "condition": "serviceable",
         "reserved": 0.0}
        for k, item in (("1", "RATION"), ("2", "FUEL"))
    ]  # fmt: skip
    factor = {"key": "9", "item": "FUEL", "basis": "system_hour", "system": "TANK",
              "quantity": 0.1}  # fmt: skip
    case = simulated_case(world(also={"structure": more, "factor": [factor]}, holding=hold))
    net = case.network
    pairs = {(net.name_of(s["cell"]), net.name_of(s["other"])) for s in net.substitutes}
    assert ("DEU:FUEL at DEU:BASE", "DEU:RATION at DEU:BASE") in pairs


def test_without_fleets_there_is_still_a_network(world: World, uses: Uses) -> None:
    case = simulated_case(world(fleet=[], structure=[]), uses((BASE, RATION, 2.0)))
    assert len(case.network.fleets) == 0
    assert len(case.network.streams) == 1
    assert any(sentence.startswith("No fleet is simulated:") for sentence in case.assumptions)


def test_the_same_twin_gives_the_same_bytes(world: World, uses: Uses, same_radio: Groups) -> None:
    use = uses((BASE, FUEL, 30.0))
    one, two = (simulated_case(world(), use, items=same_radio) for _ in range(2))
    for name in ("cells", "arcs", "routes", "recipes", "inputs", "lanes", "fleets", "shops"):
        left, right = getattr(one.network, name), getattr(two.network, name)
        assert left.tobytes() == right.tobytes()
