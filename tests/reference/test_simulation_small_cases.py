"""Cases of a few rows that tell apart what the tables say from what is nearly the same.

Found by setting the event kernel against another simulator (``test_simulation_against_oracle``).
"""

from typing import Any

import numpy as np
import pytest

from redball.simulation.events import Kind, run_events
from redball.simulation.network import (
    CutRule,
    Law,
    NetworkBuilder,
    PolicyKind,
    Rows,
    RuleKind,
    What,
)
from redball.simulation.network.tables import CHANGE, RULE
from redball.simulation.runs import NO_RULES, Run

DAY = 86_400


def run(b: NetworkBuilder, days: int, *happens: tuple[float, What, int, float],
        rules: Rows = NO_RULES) -> Run:  # fmt: skip
    network = b.build()
    every = np.arange(len(network.cells), dtype=np.int32)
    changes = np.array(list(happens), CHANGE)
    return run_events(
        network, horizon_days=days, changes=changes, rules=rules, log=True, check=True, watch=every
    )


def when(run: Run, kind: Kind, entity: int) -> list[tuple[float, int]]:
    rows = run.log[(run.log["kind"] == kind) & (run.log["entity"] == entity)]
    return [(row["tick"] / DAY, int(row["quantity"])) for row in rows]


def cells(*stock: int, **more: Any) -> tuple[NetworkBuilder, list[int]]:
    """One item at nodes 0, 1, ..."""
    b = NetworkBuilder()
    b.item("x", mass_kg=1_000.0)
    for number in range(len(stock)):
        b.node(str(number))
    return b, [b.cell(str(n), "x", on_hand=units, **more) for n, units in enumerate(stock)]


def test_changes_of_one_tick_come_in_the_order_of_the_list() -> None:
    b, (cell,) = cells(10)
    done = run(b, 3, (1.0, What.CELL, cell, 0.0), (1.0, What.NODE_STOCK, 0, 0.5),
               (1.0, What.CELL, cell, 1.0))  # fmt: skip
    rows = done.log[done.log["kind"] == Kind.CHANGED]
    assert rows["entity"].tolist() == [What.CELL, What.NODE_STOCK, What.CELL]


def test_what_was_on_order_at_the_start_is_no_help_from_an_ally() -> None:
    b, (ours, theirs) = cells(0, 9)
    b.support(ours, theirs, Law(1.0))
    b.due(ours, 5, 1.0)
    b.demand(ours, trace=[(1.5, 5), (2.0, 2)])
    done = run(b, 6)
    assert done.cells["supported"][ours] == 2
    assert done.on_hand[theirs][-1] == 7


def test_system_that_works_with_a_part_of_another_one_fails_like_any() -> None:
    """Two systems, no spare: the second failure must come, wherever the first hole was."""
    for seed in range(6):
        b, (cell,) = cells(0)
        fleet = b.fleet("0", "1 Bn", "tank", 2, cannibalise=True, only_up_fail=True)
        b.fit(fleet, cell, 0.05)
        network = b.build()
        done = run_events(network, horizon_days=2_000, seed=seed, check=True)
        assert done.available[0][-1] == 0.0


def test_released_reserve_serves_as_a_substitute() -> None:
    b = NetworkBuilder()
    b.item("x")
    b.item("y")
    b.node("base")
    x, y = b.cell("base", "x"), b.cell("base", "y", reserve=9)
    b.substitute(x, y)
    b.demand(x, trace=[(1.0, 2)])
    b.demand(y, trace=[(1.0, 3)])
    rule = np.array([(RuleKind.RELEASE_RESERVE, y, 0.0, 1.0, 0.0, 1.0, 1.0)], RULE)
    assert run(b, 5, rules=rule).waiting[:, -1].tolist() == [0, 0]


@pytest.mark.parametrize("what", [What.NODE, What.NODE_ORDERS, What.CELL])
def test_ally_that_comes_back_gives_to_who_waits(what: What) -> None:
    b, (ours, theirs) = cells(0, 5)
    b.support(ours, theirs, Law(1.0))
    b.demand(ours, trace=[(2.0, 3)])
    row = theirs if what == What.CELL else 1
    done = run(b, 9, (1.0, what, row, 0.0), (4.0, what, row, 1.0))
    assert when(done, Kind.RECEIVED, ours) == [(5.0, 3)]


def test_demand_that_does_not_wait_takes_a_substitute() -> None:
    b = NetworkBuilder()
    b.item("x")
    b.item("y")
    b.node("base")
    x, y = b.cell("base", "x", on_hand=1), b.cell("base", "y", on_hand=5)
    b.substitute(x, y)
    b.demand(x, trace=[(1.0, 3)], lost=True)
    done = run(b, 3)
    assert (done.cells["lost"][x], done.on_hand[y][-1]) == (0, 3)


def test_demand_that_does_not_wait_gets_what_waiting_orders_can_not_have() -> None:
    """The depot sees no orders of the base, but its own customers stand at its door."""
    b, (depot, base) = cells(5, 0)
    b.move(base, depot, Law(1.0))
    network_base = {"policy": PolicyKind.BASE_STOCK, "order_up_to": 0}
    b._rows["cells"][base].update(network_base)
    b.demand(base, trace=[(1.0, 2)])
    b.demand(depot, trace=[(2.0, 3)], lost=True)
    done = run(b, 4, (0.5, What.NODE_ORDERS, 0, 0.0))
    assert done.cells["lost"][depot] == 0


def lane_case(rule: CutRule) -> Run:
    """A load waits for the ship of day 7; the lane is cut on day 3."""
    b, (depot, base) = cells(9, 0)
    b._rows["cells"][base].update({"policy": PolicyKind.BASE_STOCK, "order_up_to": 0})
    lane = b.lane("0", "1", Law(1.0), headway_days=7.0, cut_rule=rule)
    b.move(base, depot, lanes=[lane])
    b.demand(base, trace=[(1.0, 2)])
    return run(b, 40, (3.0, What.LANE, lane, 0.0), (16.0, What.LANE, lane, 1.0))


@pytest.mark.parametrize("rule", [CutRule.PASS, CutRule.HOLD, CutRule.LOSE])
def test_who_waits_for_a_ship_is_not_on_the_lane(rule: CutRule) -> None:
    """It is neither lost with the lane nor comes through: it leaves with the first ship after."""
    done = lane_case(rule)
    assert done.lanes["lost_units"][0] == 0
    assert when(done, Kind.RECEIVED, 1) == [(22.0, 2)]


def test_order_that_waits_is_helped_like_any_other_request() -> None:
    b, (depot, base, ally) = cells(0, 0, 5)
    b._rows["cells"][base].update({"policy": PolicyKind.BASE_STOCK, "order_up_to": 0})
    b.move(base, depot, Law(1.0))
    b.support(depot, ally, Law(1.0))
    b.demand(base, trace=[(1.0, 2)])
    assert when(run(b, 9), Kind.RECEIVED, depot) == [(2.0, 2)]


def test_order_of_a_less_preferred_source_that_is_shut_frees_no_standby() -> None:
    b, (first, base) = cells(50, 5)
    b._rows["cells"][base].update({"policy": PolicyKind.BASE_STOCK, "order_up_to": 5})
    b.move(base, first, Law(1.0), share=1.0)
    shut = b.buy(base, Law(9.0))
    b.buy(base, Law(9.0), standby=1)
    b.demand(base, trace=[(2.0, 1), (4.0, 1)])
    rule = np.array([(RuleKind.SECOND_SOURCE, -1, 0.0, 1.0, 100.0, 1.0, 1.0)], RULE)
    done = run(b, 9, (1.0, What.ARC, shut, 0.0), rules=rule)
    assert done.costs["rules"][0] == 0.0


def test_delay_of_looking_for_another_way_runs_anew_at_each_cut_lane() -> None:
    """Held before the first lane on day 2, it goes on by day 4 and is held before the second."""
    b = NetworkBuilder()
    b.item("x", mass_kg=1.0)
    for node in ("depot", "port", "base", "by"):
        b.node(node)
    depot = b.cell("depot", "x", on_hand=9)
    base = b.cell("base", "x", policy=PolicyKind.BASE_STOCK, order_up_to=0)
    first, second = b.lane("depot", "port", Law(1.0)), b.lane("port", "base", Law(1.0))
    b.lane("port", "by", Law(1.0))
    b.lane("by", "base", Law(1.0))
    b.move(base, depot, lanes=[first, second])
    b.demand(base, trace=[(2.0, 1)])
    rule = np.array([(RuleKind.REROUTE, -1, 0.0, 4.0, 5.0, 1.0, 1.0)], RULE)
    done = run(b, 30, (1.0, What.LANE, first, 0.0), (4.0, What.LANE, first, 1.0),
               (4.5, What.LANE, second, 0.0), rules=rule)  # fmt: skip
    assert when(done, Kind.RECEIVED, base) == [(5.0 + 4.0 + 2.0, 1)]
