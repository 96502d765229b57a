"""What the event kernel does with goods, orders, production, failures and disruptions, by hand."""

from typing import Any

import numpy as np
import pytest

from redball.model import BadUse
from redball.simulation.events import Kind, Limits, run_events
from redball.simulation.network import (
    CutRule,
    Law,
    Network,
    NetworkBuilder,
    PolicyKind,
    Rationing,
    RuleKind,
    StreamKind,
    What,
)
from redball.simulation.network.tables import CHANGE, RULE
from redball.simulation.runs import Run

DAY = 86_400


def changes(*rows: tuple[float, What, int, float]) -> Any:
    return np.array(list(rows), CHANGE)


def rules(*rows: tuple[RuleKind, int, float, float, float, float, float]) -> Any:
    return np.array(list(rows), RULE)


def run(network: Network, days: int, **more: Any) -> Run:
    every = np.arange(len(network.cells), dtype=np.int32)
    return run_events(network, horizon_days=days, check=True, log=True, watch=every, **more)


def when(run: Run, kind: Kind, entity: int | None = None) -> list[tuple[float, int]]:
    """Day and units of the lines of a kind."""
    rows = run.log[run.log["kind"] == kind]
    if entity is not None:
        rows = rows[rows["entity"] == entity]
    return [(row["tick"] / DAY, int(row["quantity"])) for row in rows]


def shop(on_hand: int = 10, **cell: Any) -> tuple[NetworkBuilder, int]:
    b = NetworkBuilder()
    b.item("x", price_eur=2.0, mass_kg=1_000.0)
    b.node("base")
    return b, b.cell("base", "x", on_hand=on_hand, **cell)


def two_nodes(on_hand: int, at_depot: int) -> tuple[NetworkBuilder, int, int]:
    b = NetworkBuilder()
    b.item("x", mass_kg=1_000.0)
    b.node("depot")
    b.node("base")
    depot = b.cell("depot", "x", on_hand=at_depot)
    base = b.cell("base", "x", on_hand=on_hand, policy=PolicyKind.BASE_STOCK, order_up_to=on_hand)
    return b, depot, base


def test_demand_that_finds_nothing_waits_and_is_served_in_order() -> None:
    b, cell = shop(3)
    b.due(cell, 4, 5.0)
    b.demand(cell, trace=[(1.0, 2), (2.0, 3), (3.0, 2)])
    done = run(b.build(), 8)
    assert done.on_hand[cell].tolist() == [3, 1, 0, 0, 0, 0, 0, 0]
    assert done.waiting[cell].tolist() == [0, 0, 2, 4, 4, 0, 0, 0]
    assert done.cells["at_once"][cell] == 3
    assert done.cells["waiting_days"][cell] == pytest.approx(2 * 1 + 4 * 2)


def test_demand_that_does_not_wait_is_lost_and_counted() -> None:
    b, cell = shop(3)
    b.demand(cell, trace=[(1.0, 2), (2.0, 3)], lost=True)
    done = run(b.build(), 4)
    assert (done.cells["filled"][cell], done.cells["lost"][cell]) == (3, 2)
    assert when(done, Kind.UNMET) == [(2.0, 2)]


def test_up_to_policy_orders_at_the_reorder_point_after_all_demand_of_the_tick() -> None:
    b, cell = shop(10, policy=PolicyKind.REORDER_UP_TO, reorder_point=6, order_up_to=10)
    b.buy(cell, Law(2.0), price_eur=3.0, order_cost_eur=7.0)
    for _ in range(2):
        b.demand(cell, trace=[(1.0, 2)])
    done = run(b.build(), 5)
    assert when(done, Kind.ORDERED) == [(1.0, 4)]
    assert when(done, Kind.RECEIVED) == [(3.0, 4)]
    assert done.costs["purchase"][0] == 12.0
    assert done.costs["orders"][0] == 7.0


def test_fixed_quantity_orders_whole_lots_until_above_the_point() -> None:
    b, cell = shop(10, policy=PolicyKind.FIXED_QUANTITY, reorder_point=8, quantity=3)
    b.buy(cell, Law(1.0))
    b.demand(cell, trace=[(1.0, 6)])
    assert when(run(b.build(), 3), Kind.ORDERED) == [(1.0, 6)]


def test_minimum_and_batch_of_an_order_hold() -> None:
    b, cell = shop(10, policy=PolicyKind.BASE_STOCK, order_up_to=10)
    b.buy(cell, Law(1.0), minimum=5, batch=4)
    b.demand(cell, trace=[(1.0, 1)])
    assert when(run(b.build(), 3), Kind.ORDERED) == [(1.0, 8)]


def test_periodic_review_orders_only_then() -> None:
    b, cell = shop(10, policy=PolicyKind.BASE_STOCK, order_up_to=10, review_days=3.0)
    b.buy(cell, Law(0.5))
    b.demand(cell, trace=[(1.0, 1), (2.0, 1)])
    assert when(run(b.build(), 5), Kind.ORDERED) == [(3.0, 2)]


def test_lots_that_expire_first_go_first_and_the_rest_expires() -> None:
    b, cell = shop(10)
    b.lot(cell, 4, 5.0)
    b.lot(cell, 3, 2.0)
    b.demand(cell, trace=[(1.0, 2), (3.0, 1)])
    done = run(b.build(), 7)
    assert when(done, Kind.EXPIRED) == [(2.0, 1), (5.0, 3)]
    assert done.cells["expired"][cell] == 4
    assert done.on_hand[cell][-1] == 3


def test_what_expires_on_its_way_serves_nobody() -> None:
    b = NetworkBuilder()
    b.item("x", shelf_life_days=3.0)
    b.node("depot")
    b.node("base")
    depot = b.cell("depot", "x", on_hand=2)
    b.lot(depot, 2, 4.0)
    base = b.cell("base", "x", policy=PolicyKind.BASE_STOCK, order_up_to=0)
    b.move(base, depot, Law(5.0))
    b.demand(base, trace=[(1.0, 2)])
    done = run(b.build(), 9)
    assert done.cells["expired"][base] == 2
    assert done.waiting[base][-1] == 2


def test_what_is_bought_keeps_for_its_shelf_life() -> None:
    b = NetworkBuilder()
    b.item("x", shelf_life_days=2.0)
    b.node("base")
    cell = b.cell("base", "x", policy=PolicyKind.REORDER_UP_TO, reorder_point=0, order_up_to=5)
    b.buy(cell, Law(1.0))
    done = run(b.build(), 6)
    assert when(done, Kind.RECEIVED) == [(1.0, 5), (4.0, 5)]
    assert when(done, Kind.EXPIRED) == [(3.0, 5)]


def test_stock_that_arrives_goes_in_proportion_where_the_cell_says_so() -> None:
    b = NetworkBuilder()
    b.item("x")
    for name in ("depot", "a", "b"):
        b.node(name)
    depot = b.cell("depot", "x", rationing=Rationing.PROPORTIONAL)
    cells = [b.cell(n, "x", policy=PolicyKind.BASE_STOCK, order_up_to=0) for n in ("a", "b")]
    for cell, units in zip(cells, (6, 3), strict=True):
        b.move(cell, depot, Law(1.0))
        b.demand(cell, trace=[(0.5, units)])
    b.due(depot, 6, 2.0)
    done = run(b.build(), 5)
    assert [sum(q for _, q in when(done, Kind.RECEIVED, cell)) for cell in cells] == [4, 2]


def test_lower_priority_numbers_are_served_first() -> None:
    b, cell = shop(0, rationing=Rationing.PRIORITY)
    b.due(cell, 2, 2.0)
    late = b.demand(cell, trace=[(0.5, 2)], priority=5)
    first = b.demand(cell, trace=[(1.0, 2)], priority=1)
    done = run(b.build(), 4)
    assert done.waiting[cell].tolist() == [0, 4, 2, 2]
    assert (late, first) == (0, 1)


def test_order_waits_with_a_supplier_and_comes_in_parts() -> None:
    b, depot, base = two_nodes(0, 2)
    b.move(base, depot, Law(1.0))
    b.due(depot, 5, 3.0)
    b.demand(base, trace=[(1.0, 5)])
    done = run(b.build(), 8)
    assert when(done, Kind.SENT, base) == [(1.0, 2), (3.0, 3)]
    assert done.cells["filled"][base] == 5


def test_lane_carries_so_much_a_day_one_after_the_other() -> None:
    b, depot, base = two_nodes(0, 10)
    lane = b.lane("depot", "base", Law(1.0), kg_per_day=2_000.0, eur_per_t=5.0, co2e_kg_per_t=3.0)
    b.move(base, depot, lanes=[lane])
    b.demand(base, trace=[(1.0, 4), (1.0, 2)])
    done = run(b.build(), 8)
    assert when(done, Kind.RECEIVED, base) == [(4.0 + 1.0, 6)]
    assert done.lanes["busy_days"][lane] == pytest.approx(3.0)
    assert done.lanes["eur"][lane] == pytest.approx(30.0)
    assert done.lanes["co2e_kg"][lane] == pytest.approx(18.0)
    assert done.costs["transport"][0] == pytest.approx(30.0)


def test_lane_with_a_timetable_leaves_at_its_times() -> None:
    b, depot, base = two_nodes(0, 10)
    lane = b.lane("depot", "base", Law(0.5), headway_days=3.0, offset_days=1.0)
    b.move(base, depot, lanes=[lane])
    b.demand(base, trace=[(1.0, 1), (1.5, 1)])
    assert when(run(b.build(), 8), Kind.RECEIVED, base) == [(1.5, 1), (4.5, 1)]


def cut_lane(rule: CutRule, **more: Any) -> Run:
    b = NetworkBuilder()
    b.item("x", mass_kg=1_000.0)
    for name in ("depot", "port", "base"):
        b.node(name)
    depot = b.cell("depot", "x", on_hand=10)
    base = b.cell("base", "x", policy=PolicyKind.BASE_STOCK, order_up_to=0)
    straight = b.lane("depot", "base", Law(4.0), cut_rule=rule)
    b.lane("depot", "port", Law(2.0))
    b.lane("port", "base", Law(3.0))
    b.move(base, depot, lanes=[straight])
    b.demand(base, trace=[(1.0, 1), (4.0, 1)])
    return run(b.build(), 30, changes=changes((3.0, What.LANE, 0, 0.0), (13.0, What.LANE, 0, 1.0)),
               **more)  # fmt: skip


def test_goods_on_a_cut_lane_stand_still_and_go_on() -> None:
    done = cut_lane(CutRule.HOLD)
    assert when(done, Kind.RECEIVED, 1) == [(15.0, 1), (17.0, 1)]
    assert done.lanes["held_days"][0] == pytest.approx(9.0)


def test_goods_on_a_cut_lane_come_through_where_it_lets_them_pass() -> None:
    assert when(cut_lane(CutRule.PASS), Kind.RECEIVED, 1) == [(5.0, 1), (17.0, 1)]


def test_goods_lost_on_a_cut_lane_are_ordered_again() -> None:
    done = cut_lane(CutRule.LOSE)
    assert when(done, Kind.LOST) == [(3.0, 1)]
    assert sum(q for _, q in when(done, Kind.RECEIVED, 1)) == 2
    assert done.lanes["lost_units"][0] == 1


def test_goods_on_a_cut_lane_turn_back_and_take_another_way() -> None:
    done = cut_lane(CutRule.REROUTE)
    assert when(done, Kind.RECEIVED, 1) == [(3.0 + 2.0 + 5.0, 1), (17.0, 1)]
    assert done.lanes["rerouted"][0] == 1


def test_goods_before_a_cut_lane_that_diverts_take_another_way_too() -> None:
    done = cut_lane(CutRule.DIVERT)
    # one turns back after its two days, the other never leaves by the lane; both need five more
    assert when(done, Kind.RECEIVED, 1) == [(4.0 + 5.0, 1), (3.0 + 2.0 + 5.0, 1)]
    assert done.lanes["rerouted"][0] == 2
    delayed = rules((RuleKind.REROUTE, -1, 0.0, 1.0, 50.0, 1.0, 1.0))
    assert cut_lane(CutRule.DIVERT, rules=delayed).costs["rules"][0] == 0.0


def test_goods_before_a_lane_that_diverts_wait_for_any_lane_to_open() -> None:
    b = NetworkBuilder()
    b.item("x", mass_kg=1_000.0)
    for name in ("depot", "port", "base"):
        b.node(name)
    depot = b.cell("depot", "x", on_hand=10)
    base = b.cell("base", "x", policy=PolicyKind.BASE_STOCK, order_up_to=0)
    straight = b.lane("depot", "base", Law(4.0), cut_rule=CutRule.DIVERT)
    b.lane("depot", "port", Law(2.0))
    b.lane("port", "base", Law(3.0))
    b.move(base, depot, lanes=[straight])
    b.demand(base, trace=[(4.0, 1)])
    cuts = [(3.0, What.LANE, lane, 0.0) for lane in (0, 1)]
    done = run(b.build(), 30, changes=changes(*cuts, (9.0, What.LANE, 1, 1.0)))
    assert when(done, Kind.RECEIVED, 1) == [(9.0 + 5.0, 1)]
    held = run(b.build(), 30, changes=changes(*cuts, (9.0, What.LANE, 0, 1.0)))
    assert when(held, Kind.RECEIVED, 1) == [(9.0 + 4.0, 1)]


def test_goods_before_a_cut_lane_take_another_way_after_the_delay_of_the_rule() -> None:
    rule = rules((RuleKind.REROUTE, -1, 0.0, 1.0, 50.0, 1.0, 1.0))
    done = cut_lane(CutRule.HOLD, rules=rule)
    assert when(done, Kind.RECEIVED, 1) == [(5.0 + 5.0, 1), (15.0, 1)]
    assert done.costs["rules"][0] == 50.0


def test_lost_node_ships_nothing_and_its_lanes_stand_still() -> None:
    b, depot, base = two_nodes(0, 10)
    lane = b.lane("depot", "base", Law(2.0))
    b.move(base, depot, lanes=[lane])
    b.demand(base, trace=[(1.0, 1), (3.0, 1)])
    done = run(b.build(), 20, changes=changes((2.0, What.NODE, 0, 0.0), (9.0, What.NODE, 0, 1.0)))
    assert when(done, Kind.RECEIVED, base) == [(10.0, 1), (11.0, 1)]


def test_stock_destroyed_is_gone_and_ordered_anew() -> None:
    b, cell = shop(10, policy=PolicyKind.BASE_STOCK, order_up_to=10)
    b.buy(cell, Law(2.0))
    done = run(b.build(), 8, changes=changes((1.0, What.NODE_STOCK, 0, 0.6)))
    assert done.cells["destroyed"][cell] == 6
    assert when(done, Kind.RECEIVED) == [(3.0, 6)]


def test_cyber_outage_freezes_orders_out_and_in_until_it_ends() -> None:
    b, depot, base = two_nodes(2, 10)
    b.move(base, depot, Law(1.0))
    b.demand(base, trace=[(1.0, 1)])
    placed = run(b.build(), 12, changes=changes((0.5, What.NODE_ORDERS, 1, 0.0),
                                                (6.0, What.NODE_ORDERS, 1, 1.0)))  # fmt: skip
    assert when(placed, Kind.ORDERED, base) == [(6.0, 1)]
    seen = run(b.build(), 12, changes=changes((0.5, What.NODE_ORDERS, 0, 0.0),
                                              (6.0, What.NODE_ORDERS, 0, 1.0)))  # fmt: skip
    assert when(seen, Kind.ORDERED, base) == [(1.0, 1)]
    assert when(seen, Kind.SENT, base) == [(6.0, 1)]


def test_orders_follow_what_is_believed_while_reports_are_frozen() -> None:
    b, cell = shop(10, policy=PolicyKind.REORDER_UP_TO, reorder_point=5, order_up_to=10)
    b.buy(cell, Law(1.0))
    b.demand(cell, trace=[(1.0, 3), (2.0, 4), (3.0, 2)])
    frozen = run(b.build(), 9, changes=changes((1.5, What.CELL_REPORT, 0, 0.0),
                                               (5.0, What.CELL_REPORT, 0, 1.0)))  # fmt: skip
    assert when(frozen, Kind.ORDERED) == [(5.0, 9)]


def test_export_ban_stops_new_orders_and_lets_come_what_is_under_way() -> None:
    b, cell = shop(2, policy=PolicyKind.BASE_STOCK, order_up_to=2)
    b.buy(cell, Law(3.0))
    b.demand(cell, trace=[(1.0, 1), (3.0, 1)])
    done = run(b.build(), 20, changes=changes((2.0, What.ARC, 0, 0.0), (10.0, What.ARC, 0, 1.0)))
    assert when(done, Kind.RECEIVED) == [(4.0, 1), (13.0, 1)]


def test_second_source_is_used_after_the_delay_and_takes_over_what_waits() -> None:
    b = NetworkBuilder()
    b.item("x")
    for name in ("first", "second", "base"):
        b.node(name)
    cells = [b.cell(name, "x", on_hand=50) for name in ("first", "second")]
    base = b.cell("base", "x", on_hand=2, policy=PolicyKind.BASE_STOCK, order_up_to=2)
    b.move(base, cells[0], Law(1.0))
    b.move(base, cells[1], Law(1.0), standby=1)
    b.demand(base, trace=[(1.0, 1), (3.0, 1)])
    loss = changes((2.0, What.NODE, 0, 0.0))
    rule = rules((RuleKind.SECOND_SOURCE, -1, 0.0, 4.0, 100.0, 1.0, 1.0))
    done = run(b.build(), 20, changes=loss, rules=rule)
    assert when(done, Kind.RECEIVED, base) == [(2.0, 1), (3.0 + 4.0 + 1.0, 1)]
    assert done.costs["rules"][0] == 100.0
    assert when(run(b.build(), 20, changes=loss), Kind.RECEIVED, base) == [(2.0, 1)]


def test_second_source_stays_shut_when_the_first_is_back_before_the_delay_ends() -> None:
    b = NetworkBuilder()
    b.item("x")
    for name in ("first", "second", "base"):
        b.node(name)
    cells = [b.cell(name, "x", on_hand=50) for name in ("first", "second")]
    base = b.cell("base", "x", on_hand=2, policy=PolicyKind.BASE_STOCK, order_up_to=2)
    b.move(base, cells[0], Law(1.0))
    b.move(base, cells[1], Law(1.0), standby=1)
    b.demand(base, trace=[(3.0, 1), (9.0, 1)])
    brief = changes((2.0, What.NODE, 0, 0.0), (5.0, What.NODE, 0, 1.0))
    rule = rules((RuleKind.SECOND_SOURCE, -1, 0.0, 4.0, 100.0, 1.0, 1.0))
    done = run(b.build(), 20, changes=brief, rules=rule)
    assert done.arcs["orders"].tolist() == [2, 0]
    assert done.costs["rules"][0] == 0.0


def test_orders_in_haste_come_faster_and_cost_more() -> None:
    b, cell = shop(5, policy=PolicyKind.BASE_STOCK, order_up_to=5)
    b.buy(cell, Law(4.0), price_eur=10.0)
    b.demand(cell, trace=[(1.0, 4), (3.0, 1)])
    rule = rules((RuleKind.EXPEDITE, cell, 2.0, 1.0, 0.0, 0.25, 3.0))
    done = run(b.build(), 12, rules=rule)
    assert when(done, Kind.RECEIVED) == [(4.0, 1), (5.0, 4)]
    assert done.costs["purchase"][0] == pytest.approx(4 * 10 + 1 * 30)


def test_reserve_is_released_when_somebody_waits() -> None:
    b, cell = shop(1, reserve=5)
    b.demand(cell, trace=[(1.0, 3)])
    rule = rules((RuleKind.RELEASE_RESERVE, -1, 0.0, 2.0, 9.0, 1.0, 1.0))
    done = run(b.build(), 6, rules=rule)
    assert done.on_hand[cell].tolist() == [1, 0, 0, 3, 3, 3]
    assert done.costs["rules"][0] == 9.0
    assert run(b.build(), 6).waiting[cell][-1] == 2


def test_ally_gives_what_it_has_above_what_it_keeps() -> None:
    b = NetworkBuilder()
    b.item("x")
    b.node("ours", "DEU")
    b.node("theirs", "NLD")
    ours, theirs = b.cell("ours", "x"), b.cell("theirs", "x", on_hand=5)
    b.support(ours, theirs, Law(2.0), keep=3, from_day=1.0, until_day=10.0)
    b.demand(ours, trace=[(2.0, 4)])
    done = run(b.build(), 8)
    assert when(done, Kind.RECEIVED, ours) == [(4.0, 2)]
    assert done.cells["supported"][ours] == 2
    assert done.on_hand[theirs][-1] == 3


def test_standby_support_waits_for_its_rule() -> None:
    b = NetworkBuilder()
    b.item("x")
    b.node("ours", "DEU")
    b.node("theirs", "NLD")
    ours, theirs = b.cell("ours", "x"), b.cell("theirs", "x", on_hand=5)
    b.support(ours, theirs, Law(1.0), standby=True)
    b.demand(ours, trace=[(2.0, 1)])
    assert when(run(b.build(), 12), Kind.RECEIVED, ours) == []
    rule = rules((RuleKind.SUPPORT, -1, 0.0, 3.0, 0.0, 1.0, 1.0))
    assert when(run(b.build(), 12, rules=rule), Kind.RECEIVED, ours) == [(6.0, 1)]


def test_substitute_serves_what_the_cell_can_not() -> None:
    b = NetworkBuilder()
    b.item("x")
    b.item("y")
    b.node("base")
    x, y = b.cell("base", "x", on_hand=1), b.cell("base", "y", on_hand=5)
    b.substitute(x, y)
    b.demand(x, trace=[(1.0, 3)])
    done = run(b.build(), 3)
    assert (done.on_hand[x][-1], done.on_hand[y][-1]) == (0, 3)
    assert done.waiting[x][-1] == 0


def test_production_needs_its_inputs_and_takes_its_capacity() -> None:
    b = NetworkBuilder()
    b.item("bolt")
    b.item("gun")
    b.node("works")
    bolt = b.cell("works", "bolt", on_hand=4)
    gun = b.cell("works", "gun", policy=PolicyKind.BASE_STOCK, order_up_to=0)
    b.due(bolt, 4, 5.0)
    b.make(gun, per_day=1.0, lead=Law(0.5), inputs=[(bolt, 2.0)])
    b.demand(gun, trace=[(1.0, 2), (2.0, 2)])
    done = run(b.build(), 12)
    assert when(done, Kind.MADE) == [(3.5, 2), (7.5, 2)]
    assert done.recipes["busy_days"][0] == pytest.approx(4.0)
    assert done.recipes["starved_days"][0] == pytest.approx(2 * 3.0)


def test_lots_leave_the_line_one_by_one() -> None:
    b, cell = shop(0, policy=PolicyKind.BASE_STOCK, order_up_to=0)
    b.make(cell, per_day=2.0, lot=2)
    b.demand(cell, trace=[(1.0, 5)])
    done = run(b.build(), 6)
    assert when(done, Kind.MADE) == [(2.0, 2), (3.0, 2), (3.5, 1)]
    assert done.cells["on_hand_days"][cell] == 0


def test_stretched_making_takes_longer_after_the_line() -> None:
    b, cell = shop(0, policy=PolicyKind.BASE_STOCK, order_up_to=0)
    b.make(cell, lead=Law(2.0))
    b.demand(cell, trace=[(1.0, 1), (5.0, 1)])
    slow = changes((4.0, What.RECIPE_TIME, 0, 3.0))
    assert when(run(b.build(), 15, changes=slow), Kind.MADE) == [(3.0, 1), (11.0, 1)]


def test_degraded_line_carries_on_with_the_work_it_has() -> None:
    b, cell = shop(0, policy=PolicyKind.BASE_STOCK, order_up_to=0)
    b.make(cell, per_day=1.0)
    b.demand(cell, trace=[(1.0, 4)])
    half = changes((3.0, What.RECIPE, 0, 0.5), (5.0, What.RECIPE, 0, 0.0), (8.0, What.RECIPE, 0, 1))
    assert when(run(b.build(), 12, changes=half), Kind.MADE) == [(9.0, 4)]


def fleet(spares: int, *, cannibalise: bool = False, needed: int | None = None) -> NetworkBuilder:
    b = NetworkBuilder()
    b.item("radio")
    b.node("base")
    cell = b.cell("base", "radio", on_hand=spares)
    number = b.fleet("base", "1 Bn", "tank", 4, cannibalise=cannibalise)
    b.fit(number, cell, 0.25, per_system=2, needed=needed)
    b.shop(cell, Law(3.0))
    return b


def test_fleet_is_down_by_its_holes_and_comes_back_by_repair() -> None:
    done = run(fleet(1).build(), 400, seed=5)
    failures, repairs = when(done, Kind.FAILED), when(done, Kind.REPAIRED)
    ends = [day + 3.0 for day, _ in failures if day < 397.0]
    assert [day for day, _ in repairs] == pytest.approx(ends)
    assert 0.2 < done.available[0].mean() < 0.9
    assert done.cells["condemned"].sum() == 0


def test_taking_parts_from_each_other_never_leaves_fewer_systems() -> None:
    apart, together = run(fleet(1).build(), 400), run(fleet(1, cannibalise=True).build(), 400)
    assert when(apart, Kind.FAILED) == when(together, Kind.FAILED)
    assert (together.available >= apart.available - 1e-12).all()
    assert together.available.mean() > apart.available.mean() + 0.02


def test_redundant_unit_does_not_ground_a_system() -> None:
    assert (
        run(fleet(0, needed=1).build(), 400).available.mean()
        > run(fleet(0).build(), 400).available.mean() + 0.1
    )


def test_failed_unit_goes_up_to_the_depot_and_is_replaced_from_there() -> None:
    b, depot, base = two_nodes(1, 1)
    b.move(base, depot, Law(2.0))
    number = b.fleet("base", "1 Bn", "tank", 1)
    b.fit(number, base, 1e-3)
    up = b.shop(depot, Law(5.0))
    b.shop(base, Law(1.0), share=0.0, up=up, up_time=Law(2.0))
    done = run(b.build(), 3_000)
    failures = [day for day, _ in when(done, Kind.FAILED)]
    assert len(failures) > 1
    first = failures[0]
    assert when(done, Kind.ORDERED, base)[0] == (first, 1)
    assert when(done, Kind.RECEIVED, base)[0][0] == pytest.approx(first + 2.0)
    assert when(done, Kind.REPAIRED, depot)[0][0] == pytest.approx(first + 7.0)


def test_repair_waits_for_the_part_that_failed() -> None:
    b = NetworkBuilder()
    b.item("radio")
    b.item("tube")
    b.node("base")
    radio = b.cell("base", "radio", on_hand=1)
    tube = b.cell("base", "tube")
    number = b.fleet("base", "1 Bn", "tank", 1)
    b.fit(number, radio, 1e-3)
    b.shop(tube, Law(10.0))
    b.shop(radio, Law(2.0), parts=[(tube, 1.0)])
    done = run(b.build(), 3_000)
    first = when(done, Kind.FAILED)[0][0]
    assert when(done, Kind.REPAIRED, tube)[0][0] == pytest.approx(first + 10.0)
    assert when(done, Kind.REPAIRED, radio)[0][0] == pytest.approx(first + 12.0)


def test_repair_places_take_one_after_the_other() -> None:
    b = fleet(0)
    b.pool("base", 1)
    network = b.build()
    rows = network.shops.copy()
    rows["pool"] = 0
    one = run(Network(**{**vars(network), "shops": rows}), 200)
    ends = [day for day, _ in when(one, Kind.REPAIRED)]
    assert np.diff(ends).min() >= 3.0 - 1e-9
    assert one.pools["queue_days"][0] > 0


def test_operating_tempo_moves_the_next_failures_and_draws_none_anew() -> None:
    b = fleet(5)
    plain, faster = run(b.build(), 100), run(
        b.build(), 100, changes=changes((0.0, What.FLEET, 0, 2.0))
    )  # fmt: skip
    slow, fast = when(plain, Kind.FAILED), when(faster, Kind.FAILED)
    assert [day for day, _ in fast][:5] == pytest.approx([day / 2 for day, _ in slow][:5], abs=1e-4)


def test_surge_of_demand_keeps_the_order_of_draws() -> None:
    b, cell = shop(0)
    b.demand(cell, per_day=0.5)
    surge = changes((10.0, What.STREAM, 0, 2.0), (20.0, What.STREAM, 0, 1.0))
    plain, surged = run(b.build(), 200), run(b.build(), 200, changes=surge)
    before, after = when(plain, Kind.DEMANDED), when(surged, Kind.DEMANDED)
    moved = [
        day if day < 10 else 10 + (day - 10) / 2 if day < 30 else day - 10 for day, _ in before
    ]
    assert [day for day, _ in after][: len(moved)] == pytest.approx(moved, abs=1e-4)


def test_profile_of_demand_is_a_step_function_of_time() -> None:
    b, cell = shop(0)
    b.demand(cell, per_day=4.0, profile=[(0.0, 0.0), (50.0, 1.0), (100.0, 0.0)])
    days = [day for day, _ in when(run(b.build(), 150), Kind.DEMANDED)]
    assert min(days) >= 50
    assert max(days) < 100
    assert 140 < len(days) < 260


def test_daily_demand_has_the_mean_and_variance_of_poisson() -> None:
    b, cell = shop(0)
    b.demand(cell, kind=StreamKind.POISSON_DAILY, per_day=200.0)
    units = np.array([q for _, q in when(run(b.build(), 3_000), Kind.DEMANDED)])
    assert units.mean() == pytest.approx(200.0, abs=4 * np.sqrt(200 / 3_000))
    assert units.var() == pytest.approx(200.0, rel=0.12)


def test_same_seed_gives_the_same_log_byte_for_byte() -> None:
    one, two = run(fleet(1).build(), 300, seed=3), run(fleet(1).build(), 300, seed=3)
    assert one.log.tobytes() == two.log.tobytes()
    assert one.log.tobytes() != run(fleet(1).build(), 300, seed=4).log.tobytes()
    assert one.log.tobytes() != run(fleet(1).build(), 300, seed=3, replication=1).log.tobytes()


def test_log_is_in_the_documented_order_and_names_causes() -> None:
    log = run(fleet(1).build(), 300).log
    assert (np.diff(log["tick"]) >= 0).all()
    assert (log["cause"] <= log["seq"]).all()
    assert (log["seq"] >= 0).all()


def test_run_that_never_ends_is_stopped_and_says_so() -> None:
    b, cell = shop(10)
    b.demand(cell, per_day=1_000.0)
    with pytest.raises(BadUse, match="was stopped"):
        run_events(b.build(), horizon_days=100, limits=Limits(events=500))


def test_memory_of_a_run_is_limited() -> None:
    b, cell = shop(0)
    b.demand(cell, per_day=10_000.0)
    with pytest.raises(BadUse, match="bytes"):
        run_events(b.build(), horizon_days=100, limits=Limits(memory_bytes=2_000_000))


@pytest.mark.parametrize("days", [0, -1, 1.5, float("nan"), 200_000])
def test_impossible_horizons_are_refused(days: float) -> None:
    with pytest.raises((BadUse, ValueError)):
        run_events(shop()[0].build(), horizon_days=days)  # type: ignore[arg-type]  # it is the test


@pytest.mark.parametrize("row", [(1.0, 0, 7, 0.0), (1.0, 99, 0, 0.0), (np.nan, 0, 0, 0.0),
                                 (1.0, 0, 0, -1.0)])  # fmt: skip
def test_changes_of_what_does_not_exist_are_refused(row: tuple[float, int, int, float]) -> None:
    with pytest.raises(BadUse, match="changes"):
        run_events(shop()[0].build(), horizon_days=3, changes=np.array([row], CHANGE))


def test_orders_are_split_among_arcs_by_their_shares() -> None:
    b = NetworkBuilder()
    b.item("x")
    for name in ("first", "second", "base"):
        b.node(name)
    cells = [b.cell(name, "x", on_hand=100) for name in ("first", "second")]
    base = b.cell("base", "x", on_hand=1, policy=PolicyKind.BASE_STOCK, order_up_to=1)
    for cell, share in zip(cells, (0.75, 0.25), strict=True):
        b.move(base, cell, Law(0.1), share=share)
    b.demand(base, trace=[(float(day), 1) for day in range(1, 41)])
    network = b.build()
    whole = run(network, 45)
    assert whole.arcs["units"].tolist() == [30, 10]
    lost = run(network, 45, changes=changes((20.5, What.NODE, 0, 0.0)))
    assert lost.arcs["units"].tolist() == [15, 25]


def test_support_that_opens_later_helps_who_waits_already() -> None:
    b = NetworkBuilder()
    b.item("x")
    b.node("ours", "DEU")
    b.node("theirs", "NLD")
    ours, theirs = b.cell("ours", "x"), b.cell("theirs", "x", on_hand=5)
    b.support(ours, theirs, Law(1.0), from_day=10.0)
    b.demand(ours, trace=[(2.0, 1)])
    assert when(run(b.build(), 15), Kind.RECEIVED, ours) == [(11.0, 1)]


def test_capacity_near_nothing_delivers_nothing() -> None:
    b, cell = shop(0, policy=PolicyKind.BASE_STOCK, order_up_to=0)
    b.make(cell, per_day=1e-300)
    b.demand(cell, trace=[(1.0, 1)])
    assert when(run(b.build(), 300), Kind.MADE) == []


def test_very_many_units_keep_their_areas() -> None:
    b, cell = shop(2**52)
    done = run(b.build(), 1_000)
    assert done.cells["on_hand_days"][cell] == pytest.approx(2.0**52 * 1_000)


def test_orders_beyond_counting_are_refused() -> None:
    b, cell = shop(0, policy=PolicyKind.BASE_STOCK, order_up_to=2**52)
    b.buy(cell, Law(1.0))
    b.demand(cell, trace=[(1.0, 2**52)] * 3)
    with pytest.raises(BadUse, match="2\\*\\*53"):
        run_events(b.build(), horizon_days=5)
