"""Strategic reserves and shelf life against the reference cases."""

import json
from pathlib import Path
from typing import Any

import pytest

from redball.stock.reserves import (
    Duration,
    Exponential,
    Lognormal,
    ReserveCosts,
    reserve_size,
    rotation_balance,
)


def cases(reference: Path, name: str) -> list[dict[str, Any]]:
    loaded = json.loads((reference / "inventory" / name).read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = loaded["cases"]
    assert len(found) == 2
    return found


def law(inputs: dict[str, Any]) -> Duration:
    if inputs["duration"] == "exp":
        return Exponential(*inputs["params"])
    assert inputs["duration"] == "lognormal"
    return Lognormal(*inputs["params"])


def test_the_size_of_a_reserve_is_that_of_the_closed_form(reference: Path) -> None:
    for case in cases(reference, "g17_strategic_reserve.json"):
        given = case["inputs"]
        costs = ReserveCosts(
            given["carrying_cost_per_unit_year"],
            given["shortage_cost_per_unit"],
            given["disruptions_per_year"],
        )
        found = reserve_size(given["demand_per_day"], law(given), costs)
        assert found.target_exceedance == pytest.approx(case["target_exceedance"], rel=1e-8)
        assert found.days_of_cover == pytest.approx(case["days_of_cover"], rel=1e-8)
        assert found.units == pytest.approx(case["reserve_units"], rel=1e-8)
        assert found.expected_shortage_units == pytest.approx(
            case["expected_shortage_units_per_disruption"], rel=1e-8
        )


def test_the_balance_of_rotation_is_exact(reference: Path) -> None:
    for case in cases(reference, "g18_shelf_life_rotation.json"):
        given = case["inputs"]
        found = rotation_balance(
            given["reserve"],
            given["shelf_life_periods"],
            given["peacetime_use_per_period"],
            unit_price=given["unit_price"],
        )
        assert found.purchases_per_period == case["purchases_per_period"]
        assert found.expired_per_period == case["expired_per_period"]
        assert found.waste_cost_per_period == case["waste_cost_per_period"]
        assert found.max_reserve_without_waste == case["max_reserve_without_waste"]
