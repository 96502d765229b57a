"""The size of a reserve of one item, and how long stock lasts."""

import math
from statistics import NormalDist

import numpy as np
import polars as pl
import pytest

from redball.model import BadUse
from redball.stock.reserves import (
    Duration,
    Empirical,
    Exponential,
    Lognormal,
    Mixture,
    ReserveCosts,
    deterministic,
    reserve_size,
    survival,
)

COSTS = ReserveCosts(20.0, 500.0, 0.2, unit_price=7.0)
LAWS = [
    Exponential(6.0), Lognormal(1.5, 0.8), Empirical((2.0, 3.0, 9.0, 30.0)), deterministic(4.5),
    Mixture((Exponential(2.0), deterministic(20.0)), (3.0, 1.0)),
]  # fmt: skip


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.text)
def test_no_other_size_costs_less_by_search(law: Duration) -> None:
    found = reserve_size(3.0, law, COSTS)
    units = np.arange(0.0, 200.0, 0.25)
    costs = 20.0 * units + 0.2 * 500.0 * 3.0 * law.loss(units / 3.0)
    assert found.cost_per_year <= costs.min() + 1e-9
    whole = units % 1 == 0
    assert costs[whole][int(found.whole_units)] == pytest.approx(costs[whole].min(), rel=1e-12)
    assert found.value == pytest.approx(7.0 * found.units)


def test_a_simulation_of_years_agrees_within_its_confidence_interval() -> None:
    law, demand = Lognormal(3.0, 0.7), 4.0
    found = reserve_size(demand, law, COSTS)
    rng = np.random.default_rng(20260131)
    lengths = np.exp(rng.normal(3.0, 0.7, 400_000))
    short = np.maximum(demand * lengths - found.units, 0.0)
    half = 3.3 * short.std() / math.sqrt(len(short))
    assert abs(short.mean() - found.expected_shortage_units) < half
    missed = float((lengths > found.days_of_cover).mean())
    assert abs(missed - found.target_exceedance) < 3.3 * math.sqrt(0.2 * 0.8 / len(lengths))


def test_no_reserve_pays_where_carrying_costs_what_it_saves() -> None:
    found = reserve_size(40.0, Exponential(60.0), ReserveCosts(100.0, 500.0, 0.2))
    assert (found.units, found.whole_units, found.target_exceedance) == (0.0, 0, 1.0)
    assert any("The reserve is 0: carrying" in text for text in found.assumptions)
    assert found.expected_shortage_units == 40.0 * 60.0


def test_without_demand_or_with_enough_inflow_the_reserve_is_zero_and_says_so() -> None:
    for found in (
        reserve_size(0.0, Exponential(60.0), COSTS),
        reserve_size(40.0, Exponential(60.0), COSTS, inflow_per_day=40.0),
    ):
        assert (found.units, found.days_of_cover, found.expected_shortage_units) == (0.0, 0.0, 0.0)
        assert any("nothing is missing" in text for text in found.assumptions)
    half = reserve_size(40.0, Exponential(60.0), COSTS, inflow_per_day=20.0)
    assert half.units == pytest.approx(reserve_size(20.0, Exponential(60.0), COSTS).units)


def test_a_free_reserve_lasts_through_the_longest_disruption_or_has_no_size() -> None:
    free = ReserveCosts(0.0, 500.0, 0.2)
    assert reserve_size(2.0, Empirical((3.0, 50.0)), free).units == 100.0
    with pytest.raises(BadUse, match="no size is the best"):
        reserve_size(2.0, Exponential(3.0), free)


def test_the_sensitivity_shows_levels_and_what_being_wrong_costs() -> None:
    table = reserve_size(40.0, Lognormal(4.0, 0.8), COSTS).sensitivity
    levels = table.filter(kind="level")
    assert levels["days"].round(0).to_list() == [55.0, 107.0, 152.0, 204.0, 351.0]
    assert levels["units"].to_list() == pytest.approx((40 * levels["days"]).to_list())
    assert levels["value"].to_list() == pytest.approx((280 * levels["days"]).to_list())
    truths = table.filter(kind="truth")
    assert truths["case"].to_list() == [
        "demand x 0.8", "durations x 0.8", "sigma x 0.8", "demand x 1.25", "durations x 1.25",
        "sigma x 1.25", "disruptions per year x 0.5", "disruptions per year x 2",
    ]  # fmt: skip
    assert (truths["regret_per_year"] > 0).all()
    rare = truths.row(by_predicate=pl.col("case") == "disruptions per year x 0.5", named=True)
    law = Lognormal(4.0, 0.8)
    base, best = 40 * float(law.beyond(0.2)), 40 * float(law.beyond(0.4))

    def yearly(units: float) -> float:
        return 20 * units + 0.1 * 500 * 40 * float(law.loss(units / 40))

    assert rare["regret_per_year"] == pytest.approx(yearly(base) - yearly(best))


def test_time_to_survive_is_set_against_time_to_recover() -> None:
    found = survival(6000.0, 40.0, Lognormal(4.0, 0.8))
    assert found.time_to_survive_days == 150.0
    z = (math.log(150.0) - 4.0) / 0.8
    assert found.exceedance == pytest.approx(NormalDist().cdf(-z), rel=1e-9)
    assert found.mean_time_to_recover_days < 150 / 1.8  # by the means all would be well
    assert found.sensitivity["survives"].to_list() == [True, True, False, False, False]
    missing = found.sensitivity["missing_units"].to_list()
    assert missing[:2] == [0.0, 0.0]
    assert missing[4] == pytest.approx(40 * 351.1025 - 6000, rel=1e-4)
    idle = survival(5.0, 0.0, Exponential(3.0))
    assert (idle.time_to_survive_days, idle.exceedance) == (math.inf, 0.0)
    assert idle.expected_shortage_units == 0.0


@pytest.mark.parametrize("wrong", [-1.0, math.nan, math.inf])
def test_numbers_that_make_no_sense_are_refused(wrong: float) -> None:
    with pytest.raises(BadUse, match="0 or more"):
        reserve_size(wrong, Exponential(3.0), COSTS)
    with pytest.raises(BadUse, match="0 or more"):
        reserve_size(1.0, Exponential(3.0), COSTS, inflow_per_day=wrong)
    with pytest.raises(BadUse, match="carrying_cost_per_unit_year"):
        ReserveCosts(wrong, 1.0, 1.0)
    with pytest.raises(BadUse, match="unit_price"):
        ReserveCosts(1.0, 1.0, 1.0, wrong)
    with pytest.raises(BadUse, match="stock_units"):
        survival(wrong, 1.0, Exponential(3.0))


def test_a_stock_for_exactly_the_given_length_lasts_through_it_although_division_rounds() -> None:
    demand, days = 19.902844398917278, 25.96875
    assert demand * days / demand < days  # one digit short
    found = survival(demand * days, demand, deterministic(days))
    assert found.exceedance == 0.0
    assert found.expected_shortage_units == pytest.approx(0.0, abs=1e-9)
