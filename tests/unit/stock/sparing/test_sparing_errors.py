"""The errors of the approximations that docs/concepts/sparing.md states, measured again here."""

import numpy as np
import pytest

from redball.stock.backorders import backorders
from redball.stock.sparing import (
    evaluate,
    evaluate_exact,
    queue_backorders,
    repair_queue,
    sparing_problem,
)

BANDS = [(0.1, 100.0), (0.01, 0.1), (0.001, 0.01)]


def test_vari_metric_and_metric_against_the_exact_law_on_400_random_networks() -> None:
    rng = np.random.default_rng(2004)
    rows = []
    for _ in range(400):
        bases = int(rng.integers(2, 9))
        demand = rng.gamma(1, 0.05, bases) + 1e-3
        repair, ship = rng.uniform(5, 60), rng.uniform(1, 15)
        here = float(rng.choice([0, 0.2, 0.5]))
        problem = sparing_problem(
            supplier=[-1] + [0] * bases,
            demand=[[0.0, *demand]],
            repaired=[[1.0] + [here] * bases],
            repair_days=[[repair] + [5.0] * bases],
            ship_days=[[0.0] + [ship] * bases],
        )
        pipeline = demand.sum() * (1 - here) * repair
        depot = max(0, round(pipeline + rng.uniform(-1, 2) * pipeline**0.5))
        stock = [[depot, *rng.integers(0, 5, bases)]]
        found = [
            evaluate_exact(problem, stock),
            evaluate(problem, stock),
            evaluate(problem, stock, model="metric"),
        ]
        rows.append(np.stack([evaluation.ebo[0, 1:] for evaluation in found]))
    exact, vari_metric, metric = np.concatenate(rows, axis=1)
    worst = {}
    for low, high in BANDS:
        band = (exact >= low) & (exact < high)
        assert band.sum() > 300
        worst[low] = (
            abs(vari_metric / exact - 1)[band].max(),
            abs(metric / exact - 1)[band].max(),
        )
    assert worst[0.1] == pytest.approx((0.041, 0.59), abs=0.005)
    assert worst[0.01] == pytest.approx((0.135, 0.92), abs=0.005)
    assert worst[0.001] == pytest.approx((0.57, 0.99), abs=0.005)
    assert (metric <= exact * (1 + 1e-9)).all()


def test_a_queue_known_by_two_moments_only_against_its_law() -> None:
    """What a site below the queue is evaluated with: close while backorders matter."""
    off = {}
    for use in (0.7, 0.8, 0.9):
        mean, variance, _ = queue_backorders(4 * use, 4.0, 0.0)
        stock = np.arange(16)
        exact = repair_queue(4 * use, 1.0, 4, stock).ebo
        fitted = backorders(mean, variance, stock).ebo
        off[use] = float(abs(fitted / exact - 1)[exact > 0.5].max())
    assert max(off.values()) < 0.08
