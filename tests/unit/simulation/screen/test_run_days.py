"""The day step: small cases worked by hand, and what it refuses."""

import math

import numpy as np
import pytest
from scipy import stats

from redball.model import BadUse
from redball.simulation.network import (
    CutRule,
    Law,
    NetworkBuilder,
    PolicyKind,
    Rationing,
    Rows,
    RuleKind,
    SizeKind,
    StreamKind,
    What,
)
from redball.simulation.network.tables import CHANGE, RULE
from redball.simulation.screen import ScreenRun, applies, run_days


def changes(*rows: tuple[float, What, int, float]) -> Rows:
    return np.array(list(rows), CHANGE)


def places(*names: str) -> NetworkBuilder:
    build = NetworkBuilder()
    build.item("A", mass_kg=10.0, price_eur=2.0)
    for name in names:
        build.node(name)
    return build


def chain(
    *, cut_rule: CutRule = CutRule.HOLD, kg_per_day: float = np.inf, lane_days: float = 2.0
) -> NetworkBuilder:
    """A depot with plenty, a base that is asked for 2 units a day and orders them at once."""
    build = places("DEPOT", "BASE")
    depot = build.cell("DEPOT", "A", on_hand=1_000)
    base = build.cell("BASE", "A", on_hand=6, policy=PolicyKind.BASE_STOCK, order_up_to=6)
    lane = build.lane("DEPOT", "BASE", Law(lane_days), cut_rule=cut_rule, kg_per_day=kg_per_day,
                      eur_per_t=50.0, co2e_kg_per_t=7.0)  # fmt: skip
    build.move(base, depot, Law(1), lanes=[lane])
    build.demand(base, kind=StreamKind.PERIODIC, size=2, interval_days=1)
    return build


def waiting(run: ScreenRun, cell: int = 0) -> list[int]:
    return [int(units) for units in run.waiting[cell, :, 0]]


def test_a_lead_time_of_three_days_is_bridged_by_three_days_of_stock() -> None:
    run = run_days(chain().build(), horizon_days=20, watch=[1])
    assert run.on_hand[0, :, 0].tolist() == [4, 2] + [0] * 18
    assert waiting(run) == [0] * 20
    assert run.due_in_end[1, 0] == 6
    sent_t = 20 * 2 * 10 / 1000
    assert run.transport_eur[0] == pytest.approx(sent_t * 50)
    assert run.co2e_kg[0] == pytest.approx(sent_t * 7)


@pytest.mark.parametrize(
    ("rule", "lost", "late"),
    # on day 10 two consignments are on the lane and one before it, as on each day
    [(CutRule.HOLD, 0, 5), (CutRule.PASS, 0, 5), (CutRule.LOSE, 4, 5)],
)
def test_goods_on_a_cut_lane_are_held_let_through_or_lost(
    rule: CutRule, lost: int, late: int
) -> None:
    cut = changes((10, What.LANE, 0, 0.0), (10 + late, What.LANE, 0, 1.0))
    run = run_days(chain(cut_rule=rule).build(), horizon_days=30, changes=cut, watch=[1])
    assert run.arc_lost[0, 0] == lost
    found = waiting(run)
    assert found[:10] == [0] * 10
    assert found[-1] == 0
    # PASS: the two on the lane come, and the shortage begins two days later
    begins = {CutRule.HOLD: 10, CutRule.PASS: 12, CutRule.LOSE: 10}[rule]
    assert next(day for day, units in enumerate(found) if units) == begins


def test_a_lane_lets_through_what_its_capacity_allows_and_the_rest_later() -> None:
    # 15 kg a day are one and a half units, 2 are asked for: half a unit a day stays behind
    run = run_days(chain(kg_per_day=15.0).build(), horizon_days=40)
    assert 59 - 3 * 2 <= run.received[1, 0] + 6 <= 66
    assert run.waiting_end[1, 0] > 10


def three_bases(rationing: Rationing, open_units: tuple[int, int, int]) -> ScreenRun:
    """Three bases ask on days 0, 1 and 2; ten units come on day 5."""
    build = places("DEPOT", "B0", "B1", "B2")
    depot = build.cell("DEPOT", "A", rationing=rationing)
    build.due(depot, 10, 5)
    for number, units in enumerate(open_units):
        cell = build.cell(f"B{number}", "A", policy=PolicyKind.BASE_STOCK)
        build.move(cell, depot)
        build.demand(cell, trace=[(number, units)])
    return run_days(build.build(), horizon_days=7)


def test_first_come_serves_by_day_of_asking() -> None:
    run = three_bases(Rationing.FIRST_COME, (4, 5, 6))
    assert run.filled[1:, 0].tolist() == [4, 5, 1]


def test_proportional_splits_what_arrives_and_gives_remainders_to_the_first() -> None:
    run = three_bases(Rationing.PROPORTIONAL, (4, 8, 9))
    # shares of 10 / 21: 1.9, 3.8, 4.3
    assert run.filled[1:, 0].tolist() == [2, 4, 4]


def test_priority_serves_the_lower_number_first_and_then_the_earlier_request() -> None:
    build = places("DEPOT")
    depot = build.cell("DEPOT", "A", rationing=Rationing.PRIORITY)
    build.due(depot, 6, 5)
    build.due(depot, 6, 8)
    for day, priority, lost in ((0, 2, False), (1, 1, False), (2, 1, False), (5, 0, True)):
        build.demand(depot, trace=[(day, 4)], priority=priority, lost=lost)
    run = run_days(build.build(), horizon_days=10, watch=[depot])
    # day 5: 4 to the last stream, 2 to the second; day 8: its other 2, the third's 4
    assert waiting(run) == [4, 8, 12, 12, 12, 10, 10, 10, 4, 4]
    assert run.lost[0, 0] == 0


def test_lost_demand_does_not_wait_and_is_not_ordered() -> None:
    build = places("SHOP")
    shop = build.cell("SHOP", "A", on_hand=3, policy=PolicyKind.BASE_STOCK, order_up_to=3)
    build.buy(shop, Law(2))
    build.demand(shop, trace=[(0, 5)], lost=True)
    run = run_days(build.build(), horizon_days=5)
    assert (run.filled[0, 0], run.lost[0, 0], run.arc_units[0, 0]) == (3, 2, 3)
    assert run.waiting_days[0, 0] == 0


def test_orders_keep_minimum_and_batch_and_the_price_of_the_day() -> None:
    build = places("STORE")
    store = build.cell("STORE", "A", on_hand=10, policy=PolicyKind.REORDER_UP_TO, reorder_point=9,
                       order_up_to=12)  # fmt: skip
    build.buy(store, Law(1), minimum=7, batch=4, price_eur=2.0, order_cost_eur=5.0)
    build.demand(store, trace=[(0, 1), (6, 9)])
    dear = changes((5, What.PRICE, 0, 3.0))
    run = run_days(build.build(), horizon_days=10, changes=dear)
    # 3 wanted, at least 7, in fours: 8 at 2; then position 8: 4 wanted: 8 at 6
    assert run.arc_units[0, 0] == 16
    assert run.arc_eur[0, 0] == 8 * 2 + 5 + 8 * 6 + 5


def test_a_review_period_makes_orders_wait_for_it() -> None:
    build = places("STORE")
    store = build.cell("STORE", "A", on_hand=5, policy=PolicyKind.BASE_STOCK, order_up_to=5,
                       review_days=7)  # fmt: skip
    build.buy(store, Law(1))
    build.demand(store, trace=[(1, 5)])
    run = run_days(build.build(), horizon_days=10, watch=[store])
    assert run.on_hand[0, :, 0].tolist() == [5, 0, 0, 0, 0, 0, 0, 0, 5, 5]


def test_a_second_source_steps_in_after_the_delay_of_the_rule() -> None:
    build = places("STORE", "NEAR", "FAR")
    store = build.cell("STORE", "A", on_hand=2, policy=PolicyKind.BASE_STOCK, order_up_to=2)
    build.buy(store, Law(1), at_node=1)
    build.buy(store, Law(3), at_node=2, standby=1)
    build.demand(store, kind=StreamKind.PERIODIC, size=1, interval_days=1)
    ban = changes((10, What.ARC, 0, 0.0))
    rule = np.zeros(1, RULE)
    rule["kind"], rule["cell"], rule["delay_days"] = RuleKind.SECOND_SOURCE, -1, 4
    without = run_days(build.build(), horizon_days=30, changes=ban)
    assert without.arc_units[:, 0].tolist() == [10, 0]
    run = run_days(build.build(), horizon_days=30, changes=ban, rules=rule)
    assert run.arc_units[:, 0].tolist() == [10, 20]
    # a position of two, three days under way: one waits
    assert run.waiting_end[0, 0] == 1


def test_a_line_makes_what_inputs_and_capacity_allow() -> None:
    build = NetworkBuilder()
    for item in ("ENGINE", "PART"):
        build.item(item)
    build.node("PLANT")
    engine = build.cell("PLANT", "ENGINE", policy=PolicyKind.BASE_STOCK)
    part = build.cell("PLANT", "PART", on_hand=7)
    build.due(part, 8, 6)
    build.make(engine, per_day=2, lead=Law(1), inputs=[(part, 1.5)])
    build.demand(engine, trace=[(0, 10)])
    run = run_days(build.build(), horizon_days=14, watch=[engine])
    # 7 parts are 4 engines: 2 + 2; from day 6 on 15 parts: 6 more, 2 a day; a day and the lead
    assert waiting(run) == [10, 10, 8, 6, 6, 6, 6, 6, 4, 2, 0, 0, 0, 0]
    assert run.filled[part, 0] == 15


def test_a_lost_node_ships_nothing_and_its_stock_may_burn() -> None:
    network = chain().build()
    lost = changes((5, What.NODE, 0, 0.0), (5, What.NODE_STOCK, 0, 0.5), (9, What.NODE, 0, 1.0))
    run = run_days(network, horizon_days=20, changes=lost, watch=[0, 1])
    assert run.destroyed[0, 0] == 495
    assert max(waiting(run, 1)) > 0
    assert run.waiting_end[:, 0].sum() == 0


def fleet(*, count: int, cannibalise: bool, stock: int, per_day: float, days: float) -> ScreenRun:
    build = places("WING")
    cell = build.cell("WING", "A", on_hand=stock, policy=PolicyKind.BASE_STOCK, order_up_to=stock)
    squad = build.fleet("WING", "1ST", "JET", count, cannibalise=cannibalise)
    build.fit(squad, cell, per_day, per_system=2)
    build.shop(cell, Law(days))
    return run_days(build.build(), horizon_days=600, seed=3, replications=range(80), watch=[cell])


def test_holes_of_a_fleet_are_those_of_palms_theorem() -> None:
    run = fleet(count=10, cannibalise=False, stock=3, per_day=0.02, days=9)
    # mean pipeline 10 * 2 * 0.02 * 9 = 3.6 whatever the law of the time; warm-up 30 days
    law = stats.poisson(3.6)
    wanted = sum((k - 3) * law.pmf(k) for k in range(4, 60))
    found = run.waiting[0, 30:].mean(axis=0)
    assert abs(found.mean() - wanted) < 3 * found.std(ddof=1) / math.sqrt(len(found))
    share = run.available[0, 30:].mean(axis=0)
    holes = {k: max(k - 3, 0) for k in range(24)}
    up = sum((20 - h) * max(19 - h, 0) / (20 * 19) * law.pmf(k) for k, h in holes.items())
    assert abs(share.mean() - up) < 3 * share.std(ddof=1) / math.sqrt(len(share))


def test_cannibalisation_puts_the_holes_into_the_fewest_systems() -> None:
    apart = fleet(count=10, cannibalise=False, stock=1, per_day=0.02, days=9)
    together = fleet(count=10, cannibalise=True, stock=1, per_day=0.02, days=9)
    holes = together.waiting[0]
    assert (apart.waiting == together.waiting).all()
    up = np.minimum(1, np.maximum(0, (20 - holes) // 2) / 10).astype(np.float32)
    assert (together.available[0] == up).all()
    assert (together.available >= apart.available - 1e-6).all()


def test_a_pool_repairs_no_more_at_a_time_than_it_has_places() -> None:
    build = places("WING")
    cell = build.cell("WING", "A")
    squad = build.fleet("WING", "1ST", "JET", 10)
    build.fit(squad, cell, 0.05)
    build.shop(cell, Law(4), pool=build.pool("WING", 1))
    run = run_days(build.build(), horizon_days=400, replications=range(40))
    # half a failure a day, a quarter of a repair: the queue grows
    assert run.received[0].max() <= 100
    assert run.received[0].min() >= 95
    assert run.waiting_end[0].min() > 20


def test_a_repair_that_lacks_a_part_waits_and_units_sent_up_come_back_from_there() -> None:
    build = NetworkBuilder()
    for item in ("BOX", "CARD"):
        build.item(item)
    for node in ("DEPOT", "BASE"):
        build.node(node)
    depot = build.cell("DEPOT", "BOX", on_hand=4)
    base = build.cell("BASE", "BOX", on_hand=2, policy=PolicyKind.BASE_STOCK, order_up_to=2)
    card = build.cell("DEPOT", "CARD")
    build.move(base, depot, Law(2))
    squad = build.fleet("BASE", "1ST", "JET", 8)
    build.fit(squad, base, 0.05)
    up = build.shop(depot, Law(3), parts=[(card, 1.0)])
    build.shop(base, Law(3), share=0.0, up=up, up_time=Law(2))
    build.due(card, 50, 100)
    run = run_days(build.build(), horizon_days=150, replications=range(20), watch=[depot, card])
    assert (run.waiting[1, :99] >= 0).all()
    assert run.received[depot].max() <= 50  # one box for one card, and none before the cards
    assert (run.on_hand[0, 20:100] == 0).any()
    boxes = run.on_hand_end[depot] + run.on_hand_end[base] + run.due_in_end[depot]
    # every box is on a shelf, under way, in repair or in a system; 6 spares were there
    moving = run.due_in_end[base] - run.waiting_end[depot]
    assert (boxes + moving - run.waiting_end[base] == 6).all()


def test_demand_of_all_kinds_has_its_mean() -> None:
    build = places("STORE")
    store = build.cell("STORE", "A", on_hand=10**9)
    build.demand(store, per_day=3.0, size=2.5, size_kind=SizeKind.GEOMETRIC)
    other = places("STORE")
    cell = other.cell("STORE", "A", on_hand=10**9)
    other.demand(cell, kind=StreamKind.POISSON_DAILY, per_day=40.0, profile=[(50, 2.0), (75.5, 0)])
    for network, mean, variance in (
        (build.build(), 3.0 * 2.5 * 100, 3.0 * 2.5 * (2 * 2.5 - 1) * 100),
        (other.build(), 40.0 * (50 + 25.5 * 2), 40.0 * (50 + 25.5 * 2)),
    ):
        found = run_days(network, horizon_days=100, replications=range(300)).demanded[0]
        assert abs(found.mean() - mean) < 4 * math.sqrt(variance / 300)
        assert 0.75 < found.var(ddof=1) / variance < 1.3


def test_what_a_replication_gives_depends_on_its_number_only() -> None:
    build = chain()
    build.demand(1, per_day=1.0)
    network = build.build()
    all_of_them = run_days(network, horizon_days=50, seed=5, replications=range(130))
    some = run_days(network, horizon_days=50, seed=5, replications=range(60, 125, 5))
    for name in ("waiting_days", "on_hand_days", "demanded", "arc_units", "due_in_end"):
        whole = getattr(all_of_them, name)[:, 60:125:5]
        assert (getattr(some, name) == whole).all()
    other = run_days(network, horizon_days=50, seed=6, replications=range(130))
    assert (other.demanded != all_of_them.demanded).any()


def test_a_disruption_does_not_shift_demand() -> None:
    build = chain()
    build.demand(1, per_day=3.0)
    network = build.build()
    cut = changes((5, What.LANE, 0, 0.0), (15, What.LANE, 0, 1.0))
    calm = run_days(network, horizon_days=40, replications=range(20))
    storm = run_days(network, horizon_days=40, replications=range(20), changes=cut)
    assert (calm.demanded[1] == storm.demanded[1]).all()
    assert (storm.waiting_days[1] > calm.waiting_days[1]).all()


def test_progress_goes_from_none_to_all_and_may_cancel() -> None:
    seen: list[float] = []
    run_days(chain().build(), horizon_days=10, replications=range(200), progress=seen.append)
    assert seen[0] == 0.0
    assert seen[-1] == 1.0
    assert seen == sorted(seen)

    def stop(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_days(chain().build(), horizon_days=10, progress=stop)


def test_what_is_not_held_is_refused_and_said_where_it_is_run_all_the_same() -> None:
    build = places("STORE")
    build.item("B", shelf_life_days=30.0)
    store = build.cell("STORE", "A", on_hand=5)
    build.substitute(store, build.cell("STORE", "B", on_hand=5))
    network = build.build()
    assert len(applies(network)) == 2
    with pytest.raises(BadUse, match="Substitutes are not used"):
        run_days(network, horizon_days=5)
    run = run_days(network, horizon_days=5, approximate=True)
    assert set(applies(network)) <= set(run.assumptions)
    assert applies(chain().build()) == ()


def test_rounded_times_are_stated() -> None:
    run = run_days(chain(lane_days=2.4).build(), horizon_days=5)
    assert any("off by up to 0.40 days" in sentence for sentence in run.assumptions)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"horizon_days": 0}, "horizon"),
        ({"seed": -1}, "seed"),
        ({"replications": range(0)}, "Replications"),
        ({"watch": [9]}, "Cell 9"),
        ({"changes": changes((1, What.LANE, 7, 0.0))}, "row 7 of 'lanes'"),
        ({"changes": changes((-1, What.LANE, 0, 0.0))}, "out of range"),
        ({"changes": changes((1, What.LANE, 0, np.nan))}, "out of range"),
        ({"changes": np.array([(1, 99, 0, 0)], CHANGE)}, "kind 99"),
        ({"changes": np.zeros(2)}, "records"),
        ({"replications": range(10**9)}, "GB"),
    ],
)
def test_bad_calls_are_refused_with_the_reason(bad: dict[str, object], said: str) -> None:
    call: dict[str, object] = {"horizon_days": 5, **bad}
    with pytest.raises(BadUse, match=said):
        run_days(chain().build(), **call)  # type: ignore[arg-type]  # bad on purpose
