"""A loss that stock outlasts for a year is still seen: runs last until it is over."""

from dataclasses import replace

import numpy as np
from tests.unit.planning.portfolio.random_worlds import OPTIONS

from redball.planning.plan import PlanOptions, Risk, make_plan
from redball.planning.portfolio import Aim
from redball.planning.targets import Reach, Targets
from redball.simulation.network import Law, Network, NetworkBuilder, PolicyKind

SITE = (("site", "FORGE"),)


def stocked() -> tuple[Network, Targets]:
    """Rings for about 280 days lie at the base; the forge makes them in ten."""
    b = NetworkBuilder()
    b.node("FORGE", "DEU")
    b.node("BASE", "DEU")
    b.item("RING", price_eur=40.0)
    made = b.cell("FORGE", "RING", policy=PolicyKind.BASE_STOCK)
    b.make(made, per_day=1.0, lead=Law(10.0))
    base = b.cell("BASE", "RING", on_hand=28, policy=PolicyKind.BASE_STOCK, order_up_to=28)
    b.move(base, made, lanes=[b.lane("FORGE", "BASE", Law(2.0), name="ROAD")])
    fleet = b.fleet("BASE", "1 TANK", "LEOPARD", 10)
    b.fit(fleet, base, 0.01)
    return b.build(), Targets({"site": {"FORGE": Reach(nodes=np.array([0], np.int32))}})


def test_runs_last_until_the_longest_loss_is_over() -> None:
    def days(options: PlanOptions, *lengths: float, per_year: float = 0.1) -> int:
        risks = [Risk(f"{n}", "", SITE, per_year, each) for n, each in enumerate(lengths)]
        return options.covering(risks).how.days

    plain = PlanOptions()
    assert days(plain) == days(plain, 90.0, 180.0) == 365
    assert days(plain, 90.0, 540.0) == 30 + 540 + 90
    assert days(plain, 5000.0) == 3 * 365  # no longer than the plan
    assert days(PlanOptions(aim=Aim(36_500.0)), 5000.0) == 1825
    assert days(PlanOptions(aim=Aim(100.0)), 540.0) == 365  # as asked for
    assert days(plain, 540.0, per_year=0.0) == 365  # it never happens


def test_a_forge_that_stock_outlasts_for_a_year_is_treated_where_the_loss_is_long() -> None:
    network, targets = stocked()
    options = replace(OPTIONS, replications=8)

    def plan(days: float) -> tuple[float, set[str]]:
        risk = Risk("H", "The forge burns", SITE, 0.2, days)
        made = make_plan(network, targets, [risk], 1500.0, options)
        plain, struck = made.without.lost.sum(axis=1)
        return struck - plain, {made.treatments[row].kind for row in made.portfolio.chosen}

    lost, kinds = plan(520.0)
    assert lost > 500.0  # ten systems, some of the days from 280 to 540
    assert kinds & {"source", "hold"}
    # with a run of 240 days, as asked for, none of it would be seen
    assert options.how.days < 280
