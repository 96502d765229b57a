"""Shelf life: the balance, the rotation day by day, purchases, recalls."""

import math
from datetime import date
from typing import Any

import polars as pl
import pytest

from redball.model import BadData, BadUse
from redball.stock.reserves import recall, rotate, rotation_balance

LOTS = pl.DataFrame({"lot": ["old", "new"], "quantity": [30.0, 50.0], "days_left": [2, 10]})


def by_hand(
    lots: pl.DataFrame, level: float, use: float, life: int, days: int, lead: int = 0
) -> list[tuple[float, float, float, float]]:
    """Used, expired, purchased and closing of each day from a plain list of lots."""
    stock = [
        [q, math.inf if d is None else d] for q, d in lots.select("quantity", "days_left").rows()
    ]
    flows = []
    for day in range(days):
        past = sum(q for q, last in stock if last < day)
        stock = sorted(([q, last] for q, last in stock if last >= day), key=lambda one: one[1])
        wanted = use
        for one in stock:
            taken = min(one[0], wanted)
            one[0] -= taken
            wanted -= taken
        gone = sum(q for q, last in stock if last == day)
        stock = [one for one in stock if one[1] > day and one[0] > 0]
        closing = sum(q for q, _ in stock)
        bought = max(level - closing, 0.0) if day >= lead else 0.0
        stock.append([bought, day + life])
        flows.append((use - wanted, past + gone, bought, closing + bought))
    return flows


@pytest.mark.parametrize("use", [0.0, 1.0, 7.0, 13.0])
@pytest.mark.parametrize("lead", [0, 6])
def test_every_day_agrees_with_a_plain_list_of_lots(use: float, lead: int) -> None:
    lots = pl.DataFrame(
        {"quantity": [5.0, 30.0, 8.0, 9.0, 40.0, 3.0], "days_left": [-3, 0, 4, 4, 25, None]}
    )
    found = rotate(
        lots, reserve_units=80.0, use_per_day=use, shelf_life_days=9, days=60, period_days=1,
        lead_days=lead,
    ).frame  # fmt: skip
    expected = by_hand(lots, 80.0, use, 9, 60, lead)
    for row, day in zip(found.rows(named=True), expected, strict=True):
        assert (row["used"], row["expired"], row["purchased"], row["closing"]) == pytest.approx(day)
        assert row["opening"] + row["purchased"] - row["used"] - row["expired"] == pytest.approx(
            row["closing"]
        )
        assert row["unmet"] == pytest.approx(use - row["used"])


def test_the_last_day_is_a_day_of_use_and_the_rest_is_waste_that_evening() -> None:
    found = rotate(
        LOTS, reserve_units=80.0, use_per_day=5.0, shelf_life_days=10, days=3, period_days=1,
        unit_price=2.0, start=date(2026, 1, 1),
    )  # fmt: skip
    assert found.frame.select("used", "expired", "purchased", "waste_cost").rows() == [
        (5.0, 0.0, 5.0, 0.0), (5.0, 0.0, 5.0, 0.0), (5.0, 15.0, 20.0, 30.0),
    ]  # fmt: skip
    assert found.frame["first_day"].to_list() == [date(2026, 1, d) for d in (1, 2, 3)]


def test_purchases_are_ordered_the_lead_time_before_and_not_before_today() -> None:
    found = rotate(
        LOTS.head(1), reserve_units=40.0, use_per_day=10.0, shelf_life_days=90, days=5,
        lead_days=2, period_days=5,
    )  # fmt: skip
    assert found.purchases.rows() == [(2, 0, 40.0), (3, 1, 10.0), (4, 2, 10.0)]
    (row,) = found.frame.rows(named=True)
    assert (row["lowest"], row["closing"], row["unmet"]) == (10.0, 40.0, 0.0)


def test_more_than_the_level_is_used_up_before_anything_is_bought() -> None:
    found = rotate(
        LOTS, reserve_units=20.0, use_per_day=10.0, shelf_life_days=50, days=10, period_days=1
    ).frame
    assert found["purchased"].to_list() == [0.0] * 6 + [10.0] * 3 + [10.0]
    assert found["expired"].sum() == 0.0


def test_use_beyond_the_stock_is_said() -> None:
    found = rotate(
        LOTS.clear(), reserve_units=10.0, use_per_day=25.0, shelf_life_days=5, days=2,
        period_days=1,
    ).frame  # fmt: skip
    assert found.select("used", "unmet", "closing").rows() == [
        (0.0, 25.0, 10.0),
        (10.0, 15.0, 10.0),
    ]


def test_a_recalled_lot_is_a_class_less() -> None:
    left, gone = recall(LOTS, "new")
    assert (left["lot"].to_list(), gone) == (["old"], 50.0)
    options: dict[str, Any] = {"reserve_units": 80.0, "use_per_day": 1.0, "shelf_life_days": 100,
                               "days": 30, "period_days": 30}  # fmt: skip
    before = rotate(LOTS, **options).frame.row(0, named=True)
    after = rotate(left, **options).frame.row(0, named=True)
    assert after["purchased"] - before["purchased"] == pytest.approx(50.0 - 42.0)
    assert before["expired"] - after["expired"] == pytest.approx(42.0)  # 8 of it would be used
    with pytest.raises(BadUse, match="no lot 'x'"):
        recall(LOTS, "x")
    with pytest.raises(BadUse, match="'lot'"):
        recall(LOTS.drop("lot"), "x")


def test_what_use_rotates_for_free_is_its_rate_times_the_shelf_life() -> None:
    just = rotation_balance(720.0, 24.0, 30.0)
    assert (just.expired_per_period, just.purchases_per_period, just.free_share) == (0, 30, 1)
    above = rotation_balance(1440.0, 24.0, 30.0)
    assert (above.expired_per_period, above.free_share, above.waste_cost_per_period) == (
        30, 0.5, None,
    )  # fmt: skip
    assert rotation_balance(0.0, 24.0, 0.0).free_share == 1.0


@pytest.mark.parametrize(
    "changed",
    [
        {"reserve_units": -1.0}, {"use_per_day": math.nan}, {"shelf_life_days": 0}, {"days": 0},
        {"period_days": 0}, {"lead_days": -1}, {"days": 10**9}, {"unit_price": -1.0},
    ],
)  # fmt: skip
def test_numbers_that_make_no_sense_are_refused(changed: dict[str, Any]) -> None:
    options: dict[str, Any] = {
        "reserve_units": 10.0, "use_per_day": 1.0, "shelf_life_days": 9, "days": 9, **changed,
    }  # fmt: skip
    with pytest.raises(BadUse, match="Give"):
        rotate(LOTS, **options)


@pytest.mark.parametrize(
    ("lots", "message"),
    [
        (LOTS.with_columns(quantity=pl.lit(-1.0)), "quantity"),
        (LOTS.with_columns(quantity=pl.lit(None, pl.Float64)), "quantity"),
        (LOTS.with_columns(days_left=pl.lit(1.5)), "days_left"),
        (LOTS.drop("days_left"), "days_left"),
        (LOTS.drop("quantity"), "quantity"),
    ],
)
def test_lots_that_make_no_sense_are_refused(lots: pl.DataFrame, message: str) -> None:
    with pytest.raises((BadData, BadUse), match=message):
        rotate(lots, reserve_units=10.0, use_per_day=1.0, shelf_life_days=9, days=9)


def test_a_balance_that_makes_no_sense_is_refused() -> None:
    for wrong in ((-1.0, 2.0, 1.0), (1.0, 0.0, 1.0), (1.0, 2.0, math.inf)):
        with pytest.raises(BadUse, match="Give"):
            rotation_balance(*wrong)
