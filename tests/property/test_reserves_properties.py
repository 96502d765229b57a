"""What holds for every reserve: optimality, bounds, balances, no more than there is."""

import itertools
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redball.stock.reserves import (
    Duration,
    Empirical,
    Exponential,
    Lognormal,
    Mixture,
    ReserveCosts,
    deterministic,
    recall,
    release_plan,
    reserve_plan,
    reserve_size,
    rotate,
    rotation_balance,
    survival,
)

days = st.floats(0.5, 200.0)
laws: st.SearchStrategy[Duration] = st.recursive(
    st.one_of(
        days.map(Exponential),
        st.builds(Lognormal, st.floats(-1.0, 5.0), st.floats(0.05, 2.0)),
        days.map(deterministic),
        st.lists(days, min_size=1, max_size=6).map(lambda given: Empirical(tuple(given))),
    ),
    lambda parts: st.lists(parts, min_size=1, max_size=3).map(lambda ps: Mixture(tuple(ps))),
    max_leaves=4,
)
shares = st.floats(1e-9, 0.999)


@given(laws, shares)
def test_the_days_found_are_the_fewest_that_keep_the_share(law: Duration, share: float) -> None:
    found = float(law.beyond(share))
    assert law.exceedance(found * (1 + 1e-9)) <= share * (1 + 1e-6) + 1e-11
    if found > 1e-6:
        assert law.exceedance(found * (1 - 1e-6)) >= share * (1 - 1e-6)


@given(laws, st.lists(st.floats(0.0, 500.0), min_size=3, max_size=3))
def test_the_loss_falls_is_convex_and_never_below_the_mean_less_the_days(
    law: Duration, given_days: list[float]
) -> None:
    low, middle, high = sorted(given_days)
    a, b, c = (float(law.loss(t)) for t in (low, middle, high))
    slack = 1e-9 * (1 + law.mean_days)
    assert a >= b - slack >= c - 2 * slack >= -3 * slack
    assert a >= law.mean_days - low - slack
    assert (b - a) * (high - middle) <= (c - b) * (middle - low) + slack * (high - low + 1)


@given(laws, st.floats(0.01, 50.0), st.floats(0.01, 20.0), st.floats(0.5, 2.0))
def test_no_size_nearby_costs_less(
    law: Duration, demand: float, ratio: float, factor: float
) -> None:
    costs = ReserveCosts(1.0, 1.0 + ratio, 1.0)
    found = reserve_size(demand, law, costs)
    other = found.units * factor

    def yearly(units: float) -> float:
        return costs.per_year(units, demand * float(law.loss(units / demand)))

    assert found.cost_per_year <= yearly(other) + 1e-9 * (1 + yearly(other))
    assert yearly(found.whole_units) <= yearly(round(other)) + 1e-9 * (1 + yearly(round(other)))
    assert survival(found.units, demand, law).exceedance <= costs.exceedance * (1 + 1e-6) + 1e-11


@st.composite
def plans(draw: st.DrawFn) -> tuple[pl.DataFrame, list[Duration], dict[str, float | None]]:
    count = draw(st.integers(1, 3))
    few = st.integers(0, 4)

    def column(values: st.SearchStrategy[float]) -> list[float]:
        return [draw(values) for _ in range(count)]

    frame = pl.DataFrame(
        {"item": list(range(count)), "demand_per_day": column(st.sampled_from([0.5, 1.0, 1.3])),
         "weight": column(st.sampled_from([0.5, 1.0, 4.0])), "have": column(few.map(float)),
         "price": column(st.sampled_from([1.0, 2.0, 2.5, 7.0])),
         "mass_kg": column(st.sampled_from([0.0, 1.0, 3.0])),
         "volume_m3": column(st.sampled_from([0.0, 0.2, 0.5])),
         "law": column(st.sampled_from([0.0, 1.0]))}
    )  # fmt: skip
    choice: st.SearchStrategy[Duration] = st.one_of(
        st.lists(st.integers(1, 7).map(float), min_size=1, max_size=3).map(
            lambda given: Empirical(tuple(given))
        ),
        st.builds(Lognormal, st.floats(0.0, 1.0), st.floats(0.1, 0.3)),
    )
    held = {"storage_kg": float((frame["mass_kg"] * frame["have"]).sum()),
            "storage_m3": float((frame["volume_m3"] * frame["have"]).sum())}  # fmt: skip
    limits: dict[str, float | None] = {"budget": draw(st.floats(0.0, 40.0))}
    for name, least in held.items():
        extra = draw(st.one_of(st.none(), st.floats(0.0, 20.0)))
        limits[name] = None if extra is None else least + extra
    return frame, [draw(choice), draw(choice)], limits


@given(plans())
@settings(max_examples=60)
def test_a_plan_is_the_best_of_all_within_its_limits(
    case: tuple[pl.DataFrame, list[Duration], dict[str, float | None]],
) -> None:
    frame, chosen, limits = case
    plan = reserve_plan(
        frame, chosen, budget=limits["budget"], storage_kg=limits["storage_kg"],
        storage_m3=limits["storage_m3"],
    )  # fmt: skip
    rows = frame.rows(named=True)
    options = []
    for row in rows:
        law = chosen[int(row["law"])]
        most = math.ceil(max(row["demand_per_day"] * float(law.beyond(1e-4)) - row["have"], 0.0))
        held = row["have"] + np.arange(most + 1)
        short = row["demand_per_day"] * np.asarray(law.loss(held / row["demand_per_day"]))
        options.append(list(zip(held.tolist(), (row["weight"] * short).tolist(), strict=True)))
    best = math.inf
    for picked in itertools.product(*options):
        held_each = list(zip(rows, (units for units, _ in picked), strict=True))
        spent = {
            "budget": sum(row["price"] * (units - row["have"]) for row, units in held_each),
            "storage_kg": sum(row["mass_kg"] * units for row, units in held_each),
            "storage_m3": sum(row["volume_m3"] * units for row, units in held_each),
        }
        if all(limit is None or spent[name] <= limit + 1e-9 for name, limit in limits.items()):
            best = min(best, sum(short for _, short in picked))
    assert plan.proven
    assert plan.shortage == pytest.approx(best, rel=1e-9, abs=1e-9)
    assert plan.cost <= (limits["budget"] or 0.0) + 1e-9


@given(st.integers(0, 60), st.integers(0, 60), plans())
@settings(max_examples=40)
def test_more_money_never_leaves_more_shortage(
    less: int, more: int, case: tuple[pl.DataFrame, list[Duration], dict[str, float | None]]
) -> None:
    frame, chosen, _ = case
    low, high = sorted((less, more))
    poor, rich = (reserve_plan(frame, chosen, budget=float(b)) for b in (low, high))
    assert rich.shortage <= poor.shortage + 1e-9
    assert poor.bound <= poor.shortage + 1e-9


lots = st.lists(
    st.tuples(st.floats(0.0, 50.0), st.integers(0, 1000)), min_size=0, max_size=6
)  # fmt: skip


@given(
    lots, st.floats(1.0, 500.0), st.floats(0.0, 10.0), st.integers(1, 120), st.integers(0, 40)
)  # fmt: skip
def test_after_three_shelf_lives_the_rotation_agrees_with_the_balance(
    given_lots: list[tuple[float, int]], reserve: float, use: float, life: int, lead: int
) -> None:
    frame = pl.DataFrame(
        [(quantity, left % (life + 1)) for quantity, left in given_lots],
        schema={"quantity": pl.Float64, "days_left": pl.Int64}, orient="row",
    )  # fmt: skip
    # use is whole when the reserve is not emptied within the day
    use = min(use, reserve)
    start = -(-lead // life) + 3
    made = rotate(
        frame, reserve_units=reserve, use_per_day=use, shelf_life_days=life,
        days=(start + 2) * life, period_days=life, lead_days=lead,
    ).frame  # fmt: skip
    balance = rotation_balance(reserve, life, use)
    for row in made.rows(named=True)[start:]:
        assert row["purchased"] / life == pytest.approx(balance.purchases_per_period, rel=0.01)
        assert row["expired"] / life == pytest.approx(
            balance.expired_per_period, rel=0.01, abs=0.01 * balance.purchases_per_period
        )
        assert row["lowest"] == pytest.approx(reserve)
        assert row["unmet"] == pytest.approx(0.0, abs=1e-9)


@given(lots, st.floats(0.0, 300.0), st.floats(0.0, 30.0), st.integers(1, 90))
def test_units_are_neither_made_nor_lost(
    given_lots: list[tuple[float, int]], reserve: float, use: float, life: int
) -> None:
    frame = pl.DataFrame(
        given_lots, schema={"quantity": pl.Float64, "days_left": pl.Int64}, orient="row"
    ).with_columns(lot=pl.int_range(pl.len()).cast(pl.String))
    made = rotate(
        frame, reserve_units=reserve, use_per_day=use, shelf_life_days=life, days=2 * life,
        period_days=1,
    ).frame  # fmt: skip
    flows = {name: float(made[name].to_numpy().sum()) for name in ("purchased", "used", "expired")}
    total = made["opening"][0] + flows["purchased"]
    assert flows["used"] + flows["expired"] + made["closing"][-1] == pytest.approx(total)
    assert (made["closing"] >= reserve - 1e-9).all()
    for name in ("used", "expired", "purchased", "closing", "unmet"):
        assert (made[name] >= 0).all()
    if frame.height:
        left, gone = recall(frame, "0")
        held = float(frame["quantity"].to_numpy().sum())
        assert float(left["quantity"].to_numpy().sum()) + gone == pytest.approx(held)


@given(st.integers(0, 10_000))
@settings(max_examples=40)
def test_a_release_never_beats_its_bound_and_more_stock_never_lowers_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    stock = pl.DataFrame(
        [(s, i, float(rng.integers(0, 30))) for s in "PQ" for i in "ab"],
        schema=["site", "item", "units"], orient="row",
    )  # fmt: skip
    demands = pl.DataFrame(
        [(p, i, float(rng.integers(1, 40)), int(rng.integers(1, 4)), float(rng.integers(20, 99)))
         for p in "XY" for i in "ab"],
        schema=["to_site", "item", "units", "priority", "due_hours"], orient="row",
    )  # fmt: skip
    transit = pl.DataFrame(
        [(s, p, float(rng.integers(1, 40))) for s in "PQ" for p in "XY"],
        schema=["from_site", "to_site", "hours"], orient="row",
    )  # fmt: skip
    items = pl.DataFrame({"item": ["a", "b"], "mass_kg": rng.integers(1, 90, 2) * 1.0})
    sites = pl.DataFrame({"site": ["P", "Q"], "t_per_day": rng.integers(0, 20, 2) * 0.1})
    made = release_plan(stock, demands, transit, items, sites)
    assert (made.totals["sent_upto_t"] <= made.totals["bound_t"] + 1e-9).all()
    late = made.shipments.join(demands, on=["to_site", "item"]).filter(
        pl.col("arrives_by_hours") > pl.col("due_hours")
    )
    assert late.is_empty()
    more = release_plan(
        stock.with_columns(pl.col("units") + 5), demands, transit, items, sites
    )  # fmt: skip
    assert (more.totals["bound_t"] >= made.totals["bound_t"] - 1e-9).all()
