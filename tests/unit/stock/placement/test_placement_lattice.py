"""Exact ticks and lists of candidate times."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from redball.model import BadData
from redball.model.compiled import Floats
from redball.stock.placement import Chain, chain_from_frames, place
from redball.stock.placement.lattice import TooManyTimes, build_lattice, in_ticks


def serial(*times: float, limit: float = 0.0) -> Chain:
    names = [f"s{i}" for i in range(len(times))]
    last = [None] * (len(times) - 1)
    return chain_from_frames(
        pl.DataFrame(
            {
                "stage": names,
                "stage_time_days": list(times),
                "added_cost": 1.0,
                "demand_sd": [*last, 1.0],
                "max_service_time_days": [*last, limit],
            }
        ),
        pl.DataFrame({"supplier": names[:-1], "customer": names[1:]}),
        aggregation="path",
        z=1.0,
    )


def ticks(*days: float) -> tuple[list[float], float]:
    (found,), per_day = in_ticks((np.array(days),))
    return found.tolist(), per_day


def test_ticks_are_the_greatest_common_divisor() -> None:
    assert ticks(6.0, 9.0, 0.0) == ([2.0, 3.0, 0.0], 1 / 3)
    assert ticks(0.5, 0.75) == ([2.0, 3.0], 4.0)
    assert ticks(1 / 3, 1 / 7, 2.0) == ([7.0, 3.0, 42.0], 21.0)
    assert ticks(10.3095, 0.1 + 0.2, 0.0001) == ([103095.0, 3000.0, 1.0], 10000.0)
    assert ticks(0.0, 0.0)[0] == [0.0, 0.0]
    assert ticks(np.inf, 2.0)[0] == [np.inf, 1.0]


def test_other_numbers_are_read_to_nine_decimals() -> None:
    days: Floats = np.array([np.pi, np.e, 1.0])
    (found,), per_day = in_ticks((days,))
    np.testing.assert_allclose(found / per_day, days, atol=5.1e-10)
    assert (found == np.round(found)).all()


def test_times_that_can_not_be_told_apart_are_refused() -> None:
    with pytest.raises(BadData, match="can't be told apart"):
        in_ticks((np.full(10_000, 1e6) + np.pi / 1e6,))


def test_lists_of_a_serial_chain_hold_sums_of_stage_times_only() -> None:
    lattice = build_lattice(serial(2.0, 0.5, 3.25))
    assert lattice.ticks_per_day == 4.0
    lists = [
        lattice.value[lattice.start[v] : lattice.start[v + 1]].tolist()
        for v in range(lattice.variables)
    ]
    # 8 is no outbound time of the second stage: no tight constraint gives it
    assert lists == [[0], [0, 8], [0, 8], [0, 2, 10], [0, 2, 10], [0]]


def test_limits_are_candidates() -> None:
    found = place(serial(2.0, 0.5, 3.25, limit=1.125))
    assert found.frame["outbound_days"].to_list()[-1] == 1.125


def test_a_finer_grid_finds_nothing_better_than_the_lists() -> None:
    """Exhaustive over a grid ten times finer than the tick."""
    chain = serial(1.0, 0.4, 0.7, limit=0.2)
    best = np.inf
    grid = np.arange(0, 2.15, 0.02)
    for a in grid[grid <= 1.0 + 1e-9]:
        for b in grid[grid <= a + 0.4 + 1e-9]:
            net = np.array([1.0 - a, a + 0.4 - b, b + 0.7 - 0.2])
            best = min(best, float(chain.weight @ np.sqrt(np.maximum(net, 0.0))))
    assert place(chain).cost <= best * (1 + 1e-12)


def test_too_many_times_are_noticed_early() -> None:
    with pytest.raises(TooManyTimes):
        build_lattice(serial(*np.random.default_rng(0).uniform(1, 9, 25)), most=200)


def test_the_lists_can_be_stopped() -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_lattice(serial(*np.arange(1.0, 60.0)), look=stop)


def test_rounding_down_can_only_lower_the_cost() -> None:
    rng = np.random.default_rng(5)
    for _ in range(20):
        chain = serial(*np.round(rng.uniform(0, 6, 5), 2), limit=float(rng.integers(0, 2)))
        lower = replace(chain, stage_time_days=np.floor(chain.stage_time_days))
        upper = replace(chain, stage_time_days=np.ceil(chain.stage_time_days))
        assert place(lower).cost <= place(chain).cost + 1e-12 <= place(upper).cost + 2e-12
