"""Reserves of several items under budget and storage."""

import itertools
import math
from typing import Any

import numpy as np
import polars as pl
import pytest

from redball.model import BadData, BadUse
from redball.stock.reserves import (
    Duration,
    Empirical,
    Exponential,
    Lognormal,
    Mixture,
    deterministic,
    reserve_plan,
)


def table(**changed: Any) -> pl.DataFrame:
    columns = {
        "item": ["fuel", "round", "ration"],
        "demand_per_day": [2.0, 1.0, 0.5],
        "weight": [1.0, 3.0, 2.0],
        "have": [1.0, 0.0, 2.0],
        "price": [3.0, 5.0, 2.0],
        "mass_kg": [4.0, 1.0, 2.0],
        "volume_m3": [0.3, 0.1, 0.5],
        **changed,
    }
    return pl.DataFrame(columns)


LAW = Empirical((2.0, 5.0, 6.0))


def test_the_plan_is_the_best_of_all_by_exhaustion() -> None:
    items, budget, storage = table(), 26.0, 30.0
    plan = reserve_plan(items, LAW, budget=budget, storage_kg=storage, storage_m3=4.0)
    rows = items.rows(named=True)
    best = math.inf
    for buy in itertools.product(range(13), range(7), range(4)):
        held = [row["have"] + count for row, count in zip(rows, buy, strict=True)]
        if (
            sum(row["price"] * n for row, n in zip(rows, buy, strict=True)) <= budget
            and sum(row["mass_kg"] * n for row, n in zip(rows, held, strict=True)) <= storage
            and sum(row["volume_m3"] * n for row, n in zip(rows, held, strict=True)) <= 4.0
        ):
            short = sum(
                row["weight"] * sum(max(row["demand_per_day"] * d - n, 0) for d in LAW.days) / 3
                for row, n in zip(rows, held, strict=True)
            )
            best = min(best, short)
    assert plan.proven
    assert plan.shortage == pytest.approx(best, rel=1e-12)
    assert (plan.bound, plan.gap) == (plan.shortage, 0.0)
    assert plan.cost <= budget
    assert plan.mass_kg <= storage
    assert plan.frame["units"].to_list() == (plan.frame["have"] + plan.frame["buy"]).to_list()
    assert plan.frame["weighted_shortage"].sum() == pytest.approx(plan.shortage)


def test_with_no_limit_every_item_reaches_the_cover_level() -> None:
    plan = reserve_plan(table(), LAW)
    assert plan.frame["units"].to_list() == [12.0, 6.0, 3.0]  # six days, the longest
    assert plan.shortage == 0.0
    assert "Neither budget nor storage is limited." in plan.assumptions
    half = reserve_plan(table(have=[0.0] * 3), Exponential(10.0), cover_level=0.5)
    days = 10 * math.log(2)
    assert half.frame["units"].to_list() == [math.ceil(d * days) for d in (2.0, 1.0, 0.5)]


def test_a_budget_below_the_cheapest_unit_buys_nothing() -> None:
    plan = reserve_plan(table(), LAW, budget=1.99)
    assert plan.frame["buy"].sum() == 0
    assert plan.shortage == plan.shortage_before
    assert plan.proven


def test_priority_decides_what_is_bought_first() -> None:
    same = {"demand_per_day": [1.0] * 3, "price": [1.0] * 3, "have": [0.0] * 3}
    plan = reserve_plan(table(**same), deterministic(5.0), budget=5.0)
    assert plan.frame["buy"].to_list() == [0.0, 5.0, 0.0]
    turned = reserve_plan(table(**same, weight=[9.0, 3.0, 2.0]), deterministic(5.0), budget=5.0)
    assert turned.frame["buy"].to_list() == [5.0, 0.0, 0.0]


def test_items_may_be_held_against_different_disruptions() -> None:
    laws: list[Duration] = [deterministic(2.0), Exponential(50.0)]
    plan = reserve_plan(table(law=[0, 1, 0], have=[0.0] * 3), laws, cover_level=0.9)
    assert plan.frame["units"].to_list() == [4.0, math.ceil(50 * math.log(10)), 1.0]
    with pytest.raises(BadData, match="no law number 2"):
        reserve_plan(table(law=[0, 2, 0]), laws)
    with pytest.raises(BadData, match=r"no law number 0\.5"):
        reserve_plan(table(law=[0.0, 0.5, 0.0]), laws)


def test_what_is_unknown_is_not_planned_and_named() -> None:
    plan = reserve_plan(
        table(price=[None, 5.0, 2.0], demand_per_day=[2.0, None, 0.5]), LAW, budget=100.0
    )
    assert plan.frame["reason"].to_list() == [
        "price unknown while budget is limited: nothing is bought",
        "demand unknown: nothing is bought",
        "planned",
    ]
    assert plan.frame["buy"].to_list() == [0.0, 0.0, 1.0]
    assert plan.frame["shortage"].to_list()[1] is None
    assert any("1 items, demand unknown" in text and "round" in text for text in plan.assumptions)
    assert any("price is unknown" in text for text in plan.assumptions)
    held = reserve_plan(table(have=[None, 0.0, 0.0]), LAW)
    assert held.frame["reason"][0] == "stock held unknown: nothing is bought"
    assert held.frame["units"][0] is None
    # an unknown price matters only where the budget does
    assert reserve_plan(table(price=[None] * 3), LAW).frame["buy"].sum() > 0


def test_no_demand_and_no_weight_are_stated() -> None:
    plan = reserve_plan(table(demand_per_day=[0.0, 1.0, 1.0], weight=[1.0, 0.0, 1.0]), LAW)
    assert plan.frame["reason"].to_list()[:2] == [
        "no demand: nothing is bought",
        "weight 0: nothing is bought",
    ]
    assert plan.frame["days_of_cover"][0] is None
    assert plan.frame["shortage"][0] == 0.0
    assert plan.frame["shortage"][1] > 0


def test_a_table_without_items_gives_an_empty_plan() -> None:
    plan = reserve_plan(table().clear(), LAW, budget=5.0, storage_kg=3.0)
    assert plan.frame.is_empty()
    assert (plan.cost, plan.shortage, plan.proven) == (0.0, 0.0, True)


def test_stock_that_exceeds_the_store_is_an_error() -> None:
    with pytest.raises(BadData, match=r"already needs 8 of 7\.5 storage_kg"):
        reserve_plan(table(), LAW, storage_kg=7.5)


@pytest.mark.parametrize(
    ("columns", "options", "message"),
    [
        ({"demand_per_day": [1.0, -1.0, 1.0]}, {}, "row 1"),
        ({"demand_per_day": [1.0, math.nan, 1.0]}, {}, "row 1"),
        ({"price": [1.0, 1.0, math.inf]}, {}, "row 2"),
        ({"item": ["a", "b", "a"]}, {}, "more than once"),
        ({"item": ["a", None, "c"]}, {}, "missing"),
        ({"price": ["cheap", "x", "y"]}, {}, "should hold numbers"),
        ({"demand_per_day": [1e300, 1.0, 1.0]}, {}, "would need"),
        ({}, {"budget": -1.0}, "budget"),
        ({}, {"storage_m3": math.nan}, "storage_m3"),
        ({}, {"cover_level": 1.0}, "cover_level"),
        ({}, {"most_nodes": 0}, "most_nodes"),
    ],
)
def test_what_makes_no_sense_is_refused(
    columns: dict[str, Any], options: dict[str, Any], message: str
) -> None:
    with pytest.raises((BadData, BadUse), match=message):
        reserve_plan(table(**columns), LAW, **options)


def test_missing_columns_and_laws_are_named() -> None:
    with pytest.raises(BadUse, match="demand_per_day"):
        reserve_plan(table().drop("demand_per_day"), LAW)
    with pytest.raises(BadUse, match="'item'"):
        reserve_plan(table().drop("item"), LAW)
    with pytest.raises(BadUse, match="No law"):
        reserve_plan(table(), [])


def many(count: int) -> pl.DataFrame:
    rng = np.random.default_rng(7)
    return pl.DataFrame(
        {
            "item": np.arange(count),
            "demand_per_day": rng.lognormal(0, 1, count),
            "price": rng.lognormal(3, 1, count),
            "mass_kg": rng.lognormal(1, 1, count),
            "volume_m3": rng.lognormal(-5, 1, count),
            "weight": rng.integers(1, 6, count).astype(float),
        }
    )


@pytest.mark.parametrize(
    "law", [Lognormal(4.0, 0.8), Mixture((Exponential(30.0), deterministic(90.0)))]
)
def test_a_large_plan_lies_near_its_bound(law: Duration) -> None:
    plan = reserve_plan(many(500), law, budget=4e5, storage_kg=1.5e5, storage_m3=300.0)
    assert 0 <= plan.gap <= 1e-5 * plan.shortage
    assert plan.cost <= 4e5 * (1 + 1e-9)
    assert plan.mass_kg <= 1.5e5 * (1 + 1e-9)
    assert plan.volume_m3 <= 300 * (1 + 1e-9)
    assert set(plan.shadow_prices) == {"budget", "storage_kg", "storage_m3"}


def test_a_search_cut_short_states_its_gap_and_stays_feasible() -> None:
    items = many(60)
    plan = reserve_plan(items, Lognormal(3.0, 0.8), budget=4e4, storage_kg=8e3, most_nodes=1)
    proven = reserve_plan(items, Lognormal(3.0, 0.8), budget=4e4, storage_kg=8e3)
    assert not plan.proven
    assert plan.bound <= proven.bound + 1e-9
    assert plan.bound <= proven.shortage <= plan.shortage


def test_progress_rises_and_raising_in_it_cancels() -> None:
    seen: list[float] = []
    reserve_plan(many(50), LAW, budget=1e4, storage_kg=3e3, progress=seen.append)
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0.0, 1.0)

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reserve_plan(many(50), LAW, budget=1e4, progress=stop)
