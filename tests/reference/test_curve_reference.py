"""Published curves and splits, through the public functions of the curve."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from redball.stock.curve import best_stock, readiness_curve
from redball.stock.curve.network import Model
from redball.stock.sparing import Applications, SparingProblem, Structure, evaluate

Floats = npt.NDArray[np.float64]


def problem_of(
    supplier: list[int], demand: Floats, repaired: Floats, repair_days: Floats, ship_days: Floats,
    unit_cost: Floats,
) -> SparingProblem:  # fmt: skip
    """Items without indenture or systems."""
    none, items = np.zeros(0, np.int32), len(unit_cost)
    return SparingProblem(
        np.array(supplier, np.int32), demand, repaired, repair_days, ship_days, np.ones((1, 1)),
        np.ones((1, 1)), unit_cost, np.zeros(items), np.zeros(items),
        Structure(none, none, np.zeros(0)),
        Applications(none, none, np.zeros(0), np.zeros(0), np.zeros(0)),
        np.zeros((0, len(supplier))), np.zeros((1, 1)), np.full((1, 1), np.inf),
    )  # fmt: skip


@pytest.fixture(scope="module")
def marginal(reference: Path) -> dict[str, Any]:
    case: dict[str, Any] = json.loads(
        (reference / "inventory/g02_kth2021_marginal_allocation.json").read_text("utf-8")
    )
    return case


@pytest.fixture(scope="module")
def five_bases(reference: Path) -> dict[str, Any]:
    case: dict[str, Any] = json.loads(
        (reference / "inventory/g03_sherbrooke_metric_5bases.json").read_text("utf-8")
    )
    return case


def single_site(case: dict[str, Any]) -> SparingProblem:
    given = case["inputs"]
    times = np.array(given["repair_time_hours"], dtype=np.float64)[:, None]
    return problem_of(
        [-1], np.array(given["lambda_per_hour"])[:, None], np.ones(times.shape), times,
        np.zeros(times.shape), np.array(given["unit_cost"], dtype=np.float64),
    )  # fmt: skip


def depot_and_bases(case: dict[str, Any]) -> SparingProblem:
    given = case["inputs"]
    bases = given["bases"]

    def row(depot: float, base: float) -> Floats:
        return np.array([[depot] + [base] * bases])

    return problem_of(
        [-1] + [0] * bases, row(0.0, given["demand_per_year"]), row(1.0, given["prob_base_repair"]),
        row(given["depot_repair_time_years"], given["base_repair_time_years"]),
        row(1.0, given["order_ship_time_years"]), np.array([float(given["unit_cost"])]),
    )  # fmt: skip


def test_all_points_of_the_published_efficient_curve(marginal: dict[str, Any]) -> None:
    curve = readiness_curve(single_site(marginal), budget=506, objective="backorders")
    expected = marginal["efficient_curve_exact"]
    assert curve.proven
    assert curve.cost.tolist() == [point["cost"] for point in expected]
    assert curve.value == pytest.approx([point["ebo"] for point in expected], rel=1e-10)
    assert curve.bound == pytest.approx(curve.value, rel=1e-12)
    for number, point in enumerate(expected):
        assert curve.stock(number).ravel().tolist() == point["s"]
    published = [point["ebo"] for point in marginal["efficient_curve_published"]]
    assert curve.value == pytest.approx(published, abs=5e-6)


def test_the_optimum_of_every_budget(marginal: dict[str, Any]) -> None:
    problem = single_site(marginal)
    for row in marginal["optimal_for_budget"]:
        found = best_stock(problem, budget=row["budget"], objective="backorders")
        assert found.proven
        assert found.value == pytest.approx(row["ebo"], rel=1e-10)
        assert found.bound <= found.value * (1 + 1e-12)
        if row["budget"] == 50:
            # items 0 and 4 have the same pipeline, 0.3, and cost 12 and 11: the file buys the
            # dearer one, for the same backorders
            assert (row["cost"], found.cost) == (46, 45)
            assert found.stock.ravel().tolist() == [0, 1, 0, 1, 1, 0, 0, 0, 0]
        else:
            assert found.cost == row["cost"]
            assert found.stock.ravel().tolist() == row["s"]


@pytest.mark.parametrize(
    ("model", "key"), [("metric", "metric_best_split"), ("vari-metric", "vari_metric_best_split")]
)
def test_best_splits_of_depot_and_bases(five_bases: dict[str, Any], model: Model, key: str) -> None:
    problem = depot_and_bases(five_bases)
    for row in five_bases[key]["rows"]:
        found = best_stock(problem, budget=row["total_stock"], objective="backorders", model=model)
        assert found.proven
        assert found.value == pytest.approx(row["ebo"], rel=1e-9)
        assert (found.stock[0, 0], found.stock[0, 1:].sum()) == (row["depot"], row["bases_total"])


@pytest.mark.parametrize("model", ["metric", "vari-metric"])
def test_totals_on_the_hull(five_bases: dict[str, Any], model: Model) -> None:
    curve = readiness_curve(
        depot_and_bases(five_bases), budget=12, objective="backorders", model=model
    )
    assert curve.cost.tolist() == five_bases["metric_hull_totals"]
    for number in range(len(curve.cost)):
        told = evaluate(depot_and_bases(five_bases), curve.stock(number), model=model)
        assert curve.value[number] == pytest.approx(told.ebo[0, 1:].sum(), rel=1e-12)
