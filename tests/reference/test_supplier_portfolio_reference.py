"""Orders from suppliers that may fail, with and without reserved capacity, as solved elsewhere."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from redball.model import BadUse
from redball.stock.policies import Reserve, SupplierPortfolio, supplier_portfolio

TOLERANCE = 0.001
"""Within which the formula is known to give the stored costs."""


def instances(reference: Path) -> dict[str, dict[str, Any]]:
    file = reference / "procurement" / "aon_supplier_portfolio.json"
    return {each["id"]: each for each in json.loads(file.read_text("utf-8"))["instances"]}


def solved(case: dict[str, Any], *, reserve: bool) -> SupplierPortfolio:
    given = case["params"]
    return supplier_portfolio(
        case["unit_cost"],
        case["availability"],
        mean=given["mu"],
        sd=given["sd"],
        spot=(given["muSP"], given["sdSP"]),
        holding_cost=given["h"],
        reserve=Reserve(given["rc"], given["ec"]) if reserve else None,
    )


@pytest.mark.parametrize("name", ["aon-3", "aon-5_0", "aon-7_0"])
def test_suppliers_alone(reference: Path, name: str) -> None:
    case = instances(reference)[name]
    found = solved(case, reserve=False)
    assert found.cost == pytest.approx(case["optimum_without_reserve"], abs=TOLERANCE + 5e-4)
    assert found.gap < 0.01
    assert found.reserved == 0.0
    np.testing.assert_allclose(found.orders, case["q_without_reserve"], atol=0.6)


@pytest.mark.parametrize("name", ["aon-5_0", "aon-7_0"])
def test_reserved_capacity_beats_more_suppliers(reference: Path, name: str) -> None:
    case = instances(reference)[name]
    found = solved(case, reserve=True)
    assert found.cost == pytest.approx(case["optimum_computed_here"], abs=TOLERANCE + 5e-4)
    assert found.gap < 0.01
    assert found.reserved == pytest.approx(case["order_q"][-1], abs=0.6)
    np.testing.assert_allclose(found.orders, case["order_q"][:-1], atol=0.6)
    assert found.cost < solved(case, reserve=False).cost


def test_cost_is_what_draws_cost_on_average(reference: Path) -> None:
    case = instances(reference)["aon-5_0"]
    found, given = solved(case, reserve=True), case["params"]
    rng = np.random.default_rng(5)
    runs = 200_000
    up = rng.random((runs, 5)) < np.array(case["availability"])
    got = up @ found.orders
    demand = rng.normal(given["mu"], given["sd"], runs)
    price = rng.normal(given["muSP"], given["sdSP"], runs)
    short = np.maximum(demand - got, 0.0)
    made = np.where(price > given["ec"], np.minimum(short, found.reserved), 0.0)
    cost = (
        (up * found.orders) @ np.array(case["unit_cost"])
        + given["rc"] * found.reserved
        + given["h"] * np.maximum(got - demand, 0.0)
        + made * given["ec"]
        + (short - made) * price
    )
    half = 4 * cost.std() / np.sqrt(runs)
    assert found.cost == pytest.approx(cost.mean(), abs=half)


def test_one_sure_supplier_is_the_newsvendor() -> None:
    found = supplier_portfolio(
        [10.0], [1.0], mean=100.0, sd=20.0, spot=(30.0, 0.0), holding_cost=5.0
    )
    # short costs 20 more than bought in time, left over 10 + 5: a share of 20 / 35 is enough
    assert found.orders[0] == pytest.approx(100.0 + 20.0 * 0.18001236979, abs=1e-3)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"availability": [0.5, 1.1]}, "no probability"),
        ({"availability": [0.5]}, "2 costs and 1"),
        ({"sd": 0.0}, "standard deviation"),
        ({"mean": float("nan")}, "no number"),
        ({"unit_cost": [1.0] * 13, "availability": [0.5] * 13}, "1 to 12"),
    ],
)
def test_figures_out_of_range_are_refused(change: dict[str, Any], said: str) -> None:
    given: dict[str, Any] = {
        "unit_cost": [1.0, 2.0], "availability": [0.5, 0.5], "mean": 10.0, "sd": 2.0,
        "spot": (5.0, 1.0), "holding_cost": 0.1,
    }  # fmt: skip
    with pytest.raises(BadUse) as told:
        supplier_portfolio(**{**given, **change})
    assert said in f"{told.value} {told.value.mend}"
