"""The day step against the event calendar: exactly where nothing is left to chance."""

import math

import numpy as np
import pytest

from redball.simulation.events import run_events
from redball.simulation.network import (
    CutRule,
    Law,
    Network,
    NetworkBuilder,
    PolicyKind,
    Rationing,
    Rows,
    StreamKind,
    What,
)
from redball.simulation.network.tables import CHANGE
from redball.simulation.screen import run_days

Change = tuple[float, What, int, float]

DISRUPTIONS: dict[str, list[Change]] = {
    "none": [],
    "seller lost": [(20, What.NODE, 0, 0.0), (40, What.NODE, 0, 1.0)],
    "warehouse lost": [(20, What.NODE, 1, 0.0), (40, What.NODE, 1, 1.0)],
    "lane cut": [(20, What.LANE, 0, 0.0), (40, What.LANE, 0, 1.0)],
    "ban": [(20, What.ARC, 0, 0.0), (40, What.ARC, 0, 1.0)],
    "longer lead time": [(20, What.ARC_TIME, 0, 2.0), (40, What.ARC_TIME, 0, 1.0)],
    "no orders": [(20, What.NODE_ORDERS, 1, 0.0), (30, What.NODE_ORDERS, 1, 1.0)],
    "stock lost": [(33, What.NODE_STOCK, 1, 0.5)],
    "blocked": [(20, What.CELL, 0, 0.0), (30, What.CELL, 0, 1.0)],
    "surge": [(20, What.STREAM, 0, 2.0), (50, What.STREAM, 0, 1.0)],
}

UNTIL = {"ban": 40, "no orders": 30}
"""Day on which a cell may order again, after which the kernels differ: in the calendar the cell
that waited is reviewed before the orders of its customers on that day come in, here after them."""


def two_echelons(kind: StreamKind, *, rationing: Rationing = Rationing.FIRST_COME) -> Network:
    build = NetworkBuilder()
    build.item("A", mass_kg=10.0)
    for name in ("SELLER", "W", "R1", "R2", "R3"):
        build.node(name)
    house = build.cell("W", "A", on_hand=120, policy=PolicyKind.REORDER_UP_TO, reorder_point=60,
                       order_up_to=160, rationing=rationing)  # fmt: skip
    build.buy(house, Law(5), at_node=0)
    for number in (1, 2, 3):
        cell = build.cell(f"R{number}", "A", on_hand=20, policy=PolicyKind.REORDER_UP_TO,
                          reorder_point=12, order_up_to=24)  # fmt: skip
        lane = build.lane("W", f"R{number}", Law(2), cut_rule=CutRule.HOLD)
        build.move(cell, house, lanes=[lane])
        build.demand(cell, kind=kind, per_day=2.0 + number, interval_days=1,
                     size=2.0 + number if kind == StreamKind.PERIODIC else 1.0)  # fmt: skip
    return build.build()


def rows(name: str) -> Rows:
    return np.array(DISRUPTIONS[name], CHANGE)


@pytest.mark.parametrize("name", DISRUPTIONS)
def test_without_chance_both_kernels_give_the_same_stock_on_every_day(name: str) -> None:
    network = two_echelons(StreamKind.PERIODIC)
    cells = np.arange(len(network.cells), dtype=np.int32)
    calendar = run_events(network, horizon_days=100, changes=rows(name), watch=cells)
    days = run_days(network, horizon_days=100, changes=rows(name), watch=cells.tolist())
    until = UNTIL.get(name, 100)
    assert (days.on_hand[:, :until, 0] == calendar.on_hand[:, :until]).all()
    assert (days.waiting[:, :until, 0] == calendar.waiting[:, :until]).all()
    if until < 100:
        assert abs(days.filled.sum() / calendar.cells["filled"].sum() - 1) < 0.02
        return
    for name_days, name_calendar in (("demanded", "demanded"), ("filled", "filled"),
                                     ("destroyed", "destroyed")):  # fmt: skip
        assert (getattr(days, name_days)[:, 0] == calendar.cells[name_calendar]).all()
    assert (days.arc_units[:, 0] == calendar.arcs["units"]).all()
    assert (days.arc_orders[:, 0] == calendar.arcs["orders"]).all()


@pytest.mark.parametrize("name", ["none", "warehouse lost", "ban", "lane cut"])
def test_with_daily_demand_both_kernels_agree_within_their_intervals(name: str) -> None:
    network = two_echelons(StreamKind.POISSON_DAILY)
    count = 300
    days = run_days(network, horizon_days=80, seed=11, replications=range(count),
                    changes=rows(name))  # fmt: skip
    runs = [
        run_events(network, horizon_days=80, seed=12, replication=r, changes=rows(name))
        for r in range(count)
    ]
    for field in ("waiting_days", "on_hand_days", "at_once"):
        ours = getattr(days, field).sum(axis=0).astype(float)
        theirs = np.array([run.cells[field].sum() for run in runs], float)
        error = math.hypot(ours.std(ddof=1), theirs.std(ddof=1)) / math.sqrt(count)
        assert abs(ours.mean() - theirs.mean()) < 3.5 * error


def test_what_the_step_of_a_day_costs_is_small_when_orders_come_all_day_long() -> None:
    network = two_echelons(StreamKind.POISSON)
    days = run_days(network, horizon_days=200, seed=1, replications=range(200))
    runs = [run_events(network, horizon_days=200, seed=2, replication=r) for r in range(200)]
    fill = days.at_once[1:].sum() / days.demanded[1:].sum()
    other = sum(int(run.cells["at_once"][1:].sum()) for run in runs) / sum(
        int(run.cells["demanded"][1:].sum()) for run in runs
    )
    # all of a day's demand comes before the day's end here: the documented bias
    assert abs(fill - other) < 0.03
