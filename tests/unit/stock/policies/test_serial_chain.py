"""Serial chains: a chain of one, every pair of levels tried, and a simulation of the goods."""

from typing import Any

import numpy as np
import pytest

from redball.model import BadUse
from redball.stock.policies import DiscreteDemand, base_stock, serial_base_stock

PERIODS = 40_000


def run(
    levels: list[int], leads: list[int], holding: list[float], b: float, mean: float, seed: int
) -> np.ndarray:
    """Cost per period of a chain of echelon base stocks, moving units period by period."""
    rng = np.random.default_rng(seed)
    stages = len(levels)
    local = [sum(holding[j:]) for j in range(stages)]
    on_hand = np.zeros(stages)
    pipes = [np.zeros(lead) for lead in leads]
    waiting, cost = 0.0, np.zeros(PERIODS)
    for t in range(PERIODS):
        need = float(rng.poisson(mean))
        for j in range(stages):
            on_hand[j] += pipes[j][0]
            pipes[j] = np.append(pipes[j][1:], 0.0)
        served = min(on_hand[0], waiting + need)
        waiting += need - served
        on_hand[0] -= served
        for j in reversed(range(stages)):  # the last stage orders first, from outside
            echelon = sum(on_hand[: j + 1]) + sum(p.sum() for p in pipes[: j + 1]) - waiting
            wish = max(levels[j] - echelon, 0.0)
            sent = wish
            if j < stages - 1:
                sent = min(wish, float(on_hand[j + 1]))
                on_hand[j + 1] -= sent
            pipes[j][-1] += sent
        between = sum(local[j + 1] * pipes[j].sum() for j in range(stages - 1))
        cost[t] = float(np.dot(local, on_hand)) + between + b * waiting
    return cost[500:]


def test_a_chain_of_one_is_the_newsvendor() -> None:
    chain = serial_base_stock(
        echelon_holding_cost=[2.0], lead_time=[1.5], backorder_cost=11.0, demand_mean=4.0
    )
    law = DiscreteDemand.poisson(6.0)
    # every backorder also has the echelon's holding cost taken off
    alone = base_stock(law, holding_cost=2.0, backorder_cost=11.0)
    assert list(chain.levels) == [alone.order_up_to]
    assert chain.cost == pytest.approx(alone.cost, rel=1e-10)


def test_the_cost_is_that_of_a_chain_of_moving_units() -> None:
    leads, holding, b, mean = [1, 2], [1.0, 0.5], 8.0, 3.0
    chain = serial_base_stock(
        echelon_holding_cost=holding, lead_time=leads, backorder_cost=b, demand_mean=mean
    )
    levels = [int(level) for level in chain.levels]
    cost = run(levels, leads, holding, b, mean, seed=11)
    batches = cost[: len(cost) // 50 * 50].reshape(50, -1).mean(axis=1)
    half = 3.0 * batches.std(ddof=1) / np.sqrt(len(batches))
    assert abs(batches.mean() - chain.cost) < half
    assert half < 0.03 * chain.cost
    for step in ((2, 0), (-2, -2), (0, 3)):
        other = [levels[0] + step[0], levels[1] + step[1]]
        assert run(other, leads, holding, b, mean, seed=11).mean() > batches.mean()


def test_a_stage_without_lead_time_holds_nothing_of_its_own() -> None:
    chain = serial_base_stock(
        echelon_holding_cost=[1.0, 1.0], lead_time=[0.0, 2.0], backorder_cost=9.0, demand_mean=5.0
    )
    with_one = serial_base_stock(
        echelon_holding_cost=[1.0, 1.0], lead_time=[2.0, 0.0], backorder_cost=9.0, demand_mean=5.0
    )
    assert chain.levels[0] <= chain.levels[1]
    assert with_one.cost >= chain.cost  # goods that must go on the way early cost more


def test_normal_demand_comes_close_to_poisson_of_the_same_variance() -> None:
    given: dict[str, Any] = {
        "echelon_holding_cost": [1.0, 1.0],
        "lead_time": [1.0, 1.0],
        "backorder_cost": 20.0,
    }
    discrete = serial_base_stock(**given, demand_mean=400.0)
    smooth = serial_base_stock(**given, demand_mean=400.0, demand_sd=20.0, grid_step=0.5)
    assert smooth.cost == pytest.approx(discrete.cost, rel=0.01)
    assert smooth.levels == pytest.approx(discrete.levels, abs=3)


def test_chains_that_cannot_be_are_refused() -> None:
    fine: dict[str, Any] = {
        "echelon_holding_cost": [1.0, 1.0],
        "lead_time": [1.0, 1.0],
        "backorder_cost": 5.0,
        "demand_mean": 2.0,
    }
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"lead_time": [1.0]}, "1 lead times"),
        ({"lead_time": [0.0, 0.0]}, "not all 0"),
        ({"lead_time": [1.0, -1.0]}, "lead times are"),
        ({"lead_time": [1.0, float("nan")]}, "lead times are"),
        ({"echelon_holding_cost": [], "lead_time": []}, "0 holding costs"),
        ({"echelon_holding_cost": [1.0, 0.0]}, "echelon_holding_cost"),
        ({"backorder_cost": float("inf")}, "backorder_cost"),
        ({"demand_mean": 0.0}, "demand_mean"),
        ({"demand_sd": -1.0}, "demand_sd"),
        ({"demand_sd": 1.0, "grid_step": 1e-7}, "grid"),
        ({"demand_mean": 1e7}, "grid"),
    ]
    for change, words in wrong:
        with pytest.raises(BadUse, match=words):
            serial_base_stock(**{**fine, **change})
