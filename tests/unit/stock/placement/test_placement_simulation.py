"""The simulated fill rate against a plain simulation day by day, and against the model."""

from collections import deque

import numpy as np
import polars as pl
import pytest

from redball.model import BadData, BadUse
from redball.stock.placement import Chain, chain_from_frames, place, simulate_fill_rate

SCHEMA = {"supplier": pl.String, "customer": pl.String}


def serial(z: float = 1.2, sd: float = 3.0, limit: float = 0.0) -> Chain:
    return chain_from_frames(
        pl.DataFrame(
            {
                "stage": ["part", "factory", "shop"],
                "stage_time_days": [6.0, 3.0, 2.0],
                "added_cost": [1.0, 2.0, 40.0],
                "demand_mean": [None, None, 10.0],
                "demand_sd": [None, None, sd],
                "max_service_time_days": [None, None, limit],
            }
        ),
        pl.DataFrame([("part", "factory"), ("factory", "shop")], schema=SCHEMA, orient="row"),
        aggregation="path",
        holding_rate=1.0,
        z=z,
    )


def day_by_day(chain: Chain, out: list[int], net: list[int], days: int, seed: int) -> float:
    """Fill rate of a serial chain: queues of orders with due days, stock that is there or not."""
    rng = np.random.default_rng(seed)
    n, mean, sd = chain.stages, 10.0, float(chain.demand_sd[-1])
    stock = [mean * t + float(chain.z[0] * sd) * t**0.5 for t in net]
    time = [int(t) for t in chain.stage_time_days]
    waiting: list[deque[list[float]]] = [deque() for _ in range(n)]
    # goods on the way: day of arrival -> quantity
    arriving: list[dict[int, float]] = [{} for _ in range(n)]
    served = wanted = 0.0
    for day in range(days):
        demand = rng.gamma((mean / sd) ** 2, sd * sd / mean)
        for j in range(n):
            stock[j] += arriving[j].pop(day, 0.0)
            waiting[j].append([day + out[j], demand])
        wanted += demand
        # outside suppliers ship at once
        arriving[0][day + time[0]] = arriving[0].get(day + time[0], 0.0) + demand
        for j in range(n):
            stock[j] += arriving[j].pop(day, 0.0)
            while waiting[j] and waiting[j][0][0] <= day and stock[j] > 0:
                due, quantity = waiting[j][0]
                shipped = min(quantity, stock[j])
                stock[j] -= shipped
                if j == n - 1:
                    served += shipped if due == day else 0.0
                else:
                    when = day + time[j + 1]
                    arriving[j + 1][when] = arriving[j + 1].get(when, 0.0) + shipped
                if shipped < quantity:
                    waiting[j][0][1] -= shipped
                else:
                    waiting[j].popleft()
    return served / wanted


@pytest.mark.parametrize(("z", "sd", "limit"), [(1.2, 3.0, 0.0), (0.3, 6.0, 1.0), (2.0, 12.0, 0.0)])
def test_it_agrees_with_a_simulation_day_by_day(z: float, sd: float, limit: float) -> None:
    chain = serial(z, sd, limit)
    placement = place(chain)
    out = [int(s) for s in placement.frame["outbound_days"]]
    net = [int(t) for t in placement.frame["net_days"]]
    plain = np.array([day_by_day(chain, out, net, 4_000, seed) for seed in range(12)])
    found = simulate_fill_rate(chain, placement, days=4_000, runs=12, seed=1)
    rate = found.frame["fill_rate"][0]
    error = 4.0 * (plain.std(ddof=1) / 12**0.5 + (found.frame["high"][0] - rate) / 2.2)
    assert abs(rate - plain.mean()) < error + 1e-3
    assert error < 0.06


def test_demand_that_never_varies_is_always_met() -> None:
    chain = serial(sd=0.0)
    found = simulate_fill_rate(chain, place(chain), days=50, runs=2)
    assert found.frame["fill_rate"].to_list() == [pytest.approx(1.0, abs=1e-12)]
    assert found.frame["days_on_time"].to_list() == [1.0]


def test_more_safety_serves_more_and_intervals_hold_the_mean() -> None:
    rates = []
    for z in (0.0, 1.0, 2.0, 3.5):
        chain = serial(z)
        frame = simulate_fill_rate(chain, place(chain), days=1_000, runs=5).frame
        rates.append(frame["fill_rate"][0])
        assert frame["low"][0] <= frame["fill_rate"][0] <= frame["high"][0]
    assert rates == sorted(rates)
    assert rates[-1] > 0.999


def test_the_same_seed_gives_the_same_figures_and_assumptions_are_said() -> None:
    chain = serial()
    placement = place(chain)
    first = simulate_fill_rate(chain, placement, days=200, runs=3, seed=7)
    again = simulate_fill_rate(chain, placement, days=200, runs=3, seed=7)
    assert first.frame.equals(again.frame)
    assert any("gamma" in sentence for sentence in first.assumptions)
    assert "seed 7" in first.assumptions[-1]


def test_fractional_times_and_several_paths_run() -> None:
    chain = chain_from_frames(
        pl.DataFrame(
            {
                "stage": ["raw", "left", "right", "end"],
                "stage_time_days": [1.5, 0.25, 3.0, 0.75],
                "added_cost": [1.0, 1.0, 1.0, 9.0],
                "demand_mean": [None, None, 4.0, 8.0],
                "demand_sd": [None, None, 1.0, 2.0],
                "max_service_time_days": [None, None, 0.5, 0.0],
            }
        ),
        pl.DataFrame(
            [("raw", "left"), ("raw", "right"), ("left", "end"), ("right", "end")],
            schema=SCHEMA,
            orient="row",
        ),
        aggregation="quantity",
        z=3.0,
    )
    frame = simulate_fill_rate(chain, place(chain), days=500, runs=3).frame
    assert frame["stage"].to_list() == ["right", "end"]
    assert (frame["fill_rate"] > 0.98).all()


def test_bad_simulations_are_refused() -> None:
    chain = serial()
    placement = place(chain)
    for days, runs in ((0, 5), (10, 1)):
        with pytest.raises(BadUse, match="were asked for"):
            simulate_fill_rate(chain, placement, days=days, runs=runs)
    with pytest.raises(BadUse, match="too large"):
        simulate_fill_rate(chain, placement, days=10**9)
    other = chain_from_frames(
        pl.DataFrame(
            {"stage": ["x"], "stage_time_days": 1.0, "demand_sd": 1.0, "max_service_time_days": 0.0}
        ),
        pl.DataFrame(schema=SCHEMA),
        aggregation="set",
        z=1.0,
    )
    with pytest.raises(BadUse, match="another chain"):
        simulate_fill_rate(other, placement)
    with pytest.raises(BadData, match="no mean above 0"):
        simulate_fill_rate(other, place(other))

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate_fill_rate(chain, placement, progress=stop)
