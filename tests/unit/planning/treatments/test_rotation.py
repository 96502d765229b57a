"""What would expire unused is handed on to whoever waits for it and uses it in time."""

from dataclasses import replace

import pytest

from redball.planning.plan import PlanOptions, make_plan
from redball.planning.portfolio import Aim, Rehearsal
from redball.planning.targets import Targets
from redball.planning.treatments import Treatment, treated
from redball.planning.treatments.prices import Prices
from redball.simulation.events import run_events
from redball.simulation.network import Law, Network, NetworkBuilder, PolicyKind

OPTIONS = PlanOptions(
    aim=Aim(730.0), how=Rehearsal(300, 20, 3, 7), replications=6, futures=20, whole_futures=0,
    sensitivity=False, prices=Prices(move_eur=50.0, move_days=14.0),
)  # fmt: skip


def depots(*, way: bool = True, supplies: bool = False) -> Network:
    """KRAUT holds 300 charges, 250 of them until day 100, and uses one a day; FJELL has none."""
    b = NetworkBuilder()
    for node, nation in (("KRAUT", "DEU"), ("FJELL", "NOR"), ("RANGE", "DEU")):
        b.node(node, nation)
    b.item("CHARGE", price_eur=10.0, mass_kg=1.0)
    giver = b.cell("KRAUT", "CHARGE", on_hand=300, policy=PolicyKind.REORDER_UP_TO,
                   reorder_point=5, order_up_to=10)  # fmt: skip
    b.lot(giver, 40, 60.0)
    b.lot(giver, 210, 100.0)
    b.buy(giver, Law(30.0))
    b.demand(giver, per_day=1.0, unit="ONE")
    taker = b.cell("FJELL", "CHARGE", policy=PolicyKind.REORDER_UP_TO, reorder_point=20,
                   order_up_to=40)  # fmt: skip
    b.buy(taker, Law(150.0))
    b.demand(taker, per_day=1.0, unit="TWO")
    if way:
        b.lane("KRAUT", "FJELL", Law(6.0), name="SEA")
    if supplies:
        other = b.cell("RANGE", "CHARGE", policy=PolicyKind.BASE_STOCK, order_up_to=3)
        b.move(other, giver, lanes=[b.lane("KRAUT", "RANGE", Law(1.0), name="ROAD")])
        b.demand(other, per_day=1.0, unit="THREE")
    return b.build()


def rotations(network: Network) -> list[Treatment]:
    plan = make_plan(network, Targets({}), [], 5_000.0, OPTIONS)
    return [each for each in plan.treatments if each.key.startswith("rotate|")]


def test_no_more_is_handed_on_than_is_left_and_is_used_in_time() -> None:
    found = rotations(depots())
    assert found
    lots = {0: 40, 1: 210}
    for each in found:
        steps = {(step.table, step.row): step.add for step in each.steps}
        units = steps["cells", 1]
        assert steps["cells", 0] == -units
        # 60 are used before day 60, so that of the first lot nothing is left; 100 before day 100
        assert steps == {("cells", 0): -units, ("cells", 1): units, ("lots", 1): -units}
        assert 0 < units <= 150 < lots[1]
        assert each.cost_eur == pytest.approx(50.0 + 10.0 * units)  # of another nation
        assert (each.nation, each.lead_days) == ("NOR", 14.0)
    assert len({each.group for each in found}) == 1


def test_what_is_handed_on_does_not_expire_and_nobody_else_is_hurt() -> None:
    network = depots()
    most = max(rotations(network), key=lambda each: each.cost_eur)
    (units,) = (step.add for step in most.steps if (step.table, step.row) == ("cells", 1))
    for number in range(5):
        runs = [
            run_events(each, horizon_days=300, seed=3, replication=number, check=True)
            for each in (network, treated(network, [most]))
        ]
        before, after = (run.cells for run in runs)
        # draws differ from their mean: a few of them would have been used
        assert units - 30 <= before["expired"][0] - after["expired"][0] <= units
        assert after["expired"][1] == 0
        assert after["waiting_days"][1] < before["waiting_days"][1]
        gained = before["waiting_days"][1] - after["waiting_days"][1]
        assert after["waiting_days"][0] - before["waiting_days"][0] < 0.1 * gained


def test_a_plan_takes_it() -> None:
    plan = make_plan(depots(), Targets({}), [], 2_000.0, OPTIONS)
    chosen = [plan.treatments[row].key for row in plan.portfolio.chosen]
    assert any(key.startswith("rotate|KRAUT|FJELL|CHARGE|") for key in chosen)
    assert plan.rehearsed.gain.significant


def test_a_holder_that_supplies_others_or_that_no_way_leaves_is_let_alone() -> None:
    assert rotations(depots(way=False)) == []
    assert rotations(depots(supplies=True)) == []
    late = replace(OPTIONS, how=replace(OPTIONS.how, days=50))
    plan = make_plan(depots(), Targets({}), [], 1_000.0, replace(late, aim=Aim(50.0)))
    assert not [each for each in plan.treatments if each.key.startswith("rotate|")]
