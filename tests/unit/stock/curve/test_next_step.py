"""What the next money buys, and how many systems are up at each point."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from redball.model.compiled import Floats
from redball.stock.curve import ahead, readiness_curve
from redball.stock.sparing import SparingProblem, evaluate

Maker = Callable[..., SparingProblem]


def mean_up(problem: SparingProblem, stock: Floats) -> float:
    weight = np.asarray(problem.systems, np.float64)
    up = np.where(weight > 0, np.nan_to_num(evaluate(problem, stock).availability), 0.0)
    return float((up * weight).sum() / weight.sum())


@pytest.mark.parametrize("kind", [{}, {"items": 3, "edges": ((0, 1),)}], ids=["single", "family"])
def test_the_step_after_a_point_costs_and_gives_what_it_says(
    problem: Maker, kind: dict[str, Any]
) -> None:
    case = problem(**kind)
    curve = readiness_curve(case, points=1000, budget=2000.0)
    steps = ahead(curve)
    assert len(steps) >= len(curve.cost) - 1
    price = np.asarray(case.unit_cost)
    for number, step in enumerate(steps):
        stock = curve.stock(number).copy()
        np.add.at(stock, (step.item, step.site), step.units)
        assert float((price[step.item] * step.units).sum()) == pytest.approx(step.money)
        assert mean_up(case, stock) == pytest.approx(step.readiness, abs=1e-9)
        if number + 1 < len(curve.cost) and curve.positions[number + 1] == (
            curve.positions[number] + 1
        ):
            assert (stock == curve.stock(number + 1)).all()
            assert curve.cost[number + 1] - curve.cost[number] == pytest.approx(step.money)


def test_availability_of_each_fleet_is_that_of_the_stock(problem: Maker) -> None:
    case = problem()
    curve = readiness_curve(case, points=5, budget=2000.0)
    used = np.asarray(case.systems) > 0
    for number in range(len(curve.cost)):
        up = evaluate(case, curve.stock(number)).availability
        assert curve.availability[number][used] == pytest.approx(up[used], abs=1e-9)
