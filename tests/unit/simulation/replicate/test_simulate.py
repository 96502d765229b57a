"""Replications: tables against plain loops, the stop rule, the same bytes from every runner."""

import math
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from tests.unit.simulation.replicate.worlds import Drawn, depot_and_base, lane_cut

from redball.model import BadUse
from redball.runtime import InProcess
from redball.runtime.values import encoded
from redball.simulation.network import Law, NetworkBuilder
from redball.simulation.replicate import HEADLINES, Precision, mean_estimate, simulate
from redball.simulation.runs import NO_CHANGES, NO_RULES, Run

NETWORK = depot_and_base()
DAYS = 8


def drawn_runs(count: int, kernel: Drawn, watch: tuple[int, ...] = ()) -> list[Run]:
    return [
        kernel(
            NETWORK, horizon_days=DAYS, seed=5, replication=r, changes=NO_CHANGES, rules=NO_RULES,
            watch=np.array(watch, np.int32),
        )
        for r in range(count)
    ]  # fmt: skip


def test_readiness_is_that_of_systems_by_unit_and_day() -> None:
    runs = drawn_runs(6, Drawn())
    found = simulate(NETWORK, horizon_days=DAYS, seed=5, replications=6, kernel=Drawn())
    assert found.groups.rows() == [("1 COY", "TANK", 15), ("2 COY", "TANK", 5)]
    first = [(12 * run.available[0] + 3 * run.available[2]) / 15 for run in runs]
    for day, row in enumerate(found.readiness[:DAYS].iter_rows(named=True)):
        expected = mean_estimate([float(values[day]) for values in first])
        assert row["day"] == day
        assert row["mean"] == pytest.approx(expected.value, rel=1e-12)
        assert row["low"] == pytest.approx(expected.low, rel=1e-9)
        assert row["high"] == pytest.approx(min(expected.high, 1.0), rel=1e-9)
    share = found.fleets.filter(pl.col("fleet") == 1)["mean"].to_numpy()
    np.testing.assert_allclose(share, np.mean([run.available[1] for run in runs], axis=0))
    whole = [(12 * r.available[0] + 5 * r.available[1] + 3 * r.available[2]) / 20 for r in runs]
    np.testing.assert_allclose(found.curve, whole, rtol=1e-12)
    np.testing.assert_allclose(found.values("readiness"), np.mean(whole, axis=1), rtol=1e-12)
    np.testing.assert_allclose(found.group_days[:, 1], [5 * r.available[1].sum() for r in runs])
    assert found.systems == 20
    assert found.events == 18


def test_stock_fill_and_costs_are_those_of_the_runs() -> None:
    runs = drawn_runs(9, Drawn(), watch=(1,))
    found = simulate(NETWORK, horizon_days=DAYS, seed=5, replications=9, kernel=Drawn(), watch=[1])
    asked = sum(int(run.cells["demanded"][1]) for run in runs)
    at_once = sum(int(run.cells["at_once"][1]) for run in runs)
    cell = found.cells.row(1, named=True)
    assert cell["fill"] == pytest.approx(at_once / asked, rel=1e-12)
    assert cell["fill_low"] < cell["fill"] < cell["fill_high"] <= 1.0
    assert cell["backorders"] == pytest.approx(
        np.mean([run.cells["waiting_days"][1] for run in runs]) / DAYS
    )
    stock = found.stock.row(3, named=True)
    on_hand = float(np.mean([run.on_hand[0, 3] for run in runs]))
    assert (stock["cell"], stock["node"], stock["day"]) == (1, "BASE", 3)
    assert stock["on_hand"] == pytest.approx(on_hand)
    assert stock["days_of_supply"] == pytest.approx(on_hand / (asked / 9 / DAYS))
    costs = {row["kind"]: row for row in found.costs.iter_rows(named=True)}
    assert costs["purchase"]["mean"] == pytest.approx(1040.0)
    assert costs["total"]["mean"] == pytest.approx(1047.0)
    assert (costs["co2e"]["mean"], costs["co2e"]["unit"]) == (pytest.approx(2.0), "kg")
    lane = found.lanes.row(0, named=True)
    assert lane["name"] == "DEPOT|BASE|0"
    assert (lane["utilisation"], lane["utilisation_low"]) == pytest.approx((0.5, 0.5))


def test_headline_fill_counts_cells_that_are_drawn_from() -> None:
    runs = drawn_runs(3, Drawn())
    found = simulate(NETWORK, horizon_days=DAYS, seed=5, replications=3, kernel=Drawn())
    expected = [run.cells["at_once"][1] / run.cells["demanded"][1] for run in runs]
    np.testing.assert_allclose(found.values("fill"), expected)
    assert tuple(found.headline) == HEADLINES


def test_one_replication_has_no_bounds() -> None:
    found = simulate(NETWORK, horizon_days=DAYS, replications=1, kernel=Drawn(), watch=[0])
    assert found.readiness["low"].null_count() == found.readiness.height
    assert found.cells["fill_low"].null_count() == 2
    assert found.readiness["mean"].null_count() == 0
    assert found.estimate("readiness").high == math.inf


@pytest.mark.parametrize("workers", [1, 2, 7])
def test_every_number_of_workers_gives_the_same_bytes(workers: int) -> None:
    asked = Precision(at_most=25, at_least=4)

    def bytes_of(runner: InProcess | None) -> bytes:
        return encoded(
            simulate(
                NETWORK, horizon_days=60, precision=asked, runner=runner, watch=[0, 1],
                happening=lane_cut(10.0, 30.0),
            )
        )  # fmt: skip

    assert bytes_of(InProcess(workers)) == bytes_of(None)


def test_more_replications_keep_the_first() -> None:
    few = simulate(NETWORK, horizon_days=40, replications=3)
    more = simulate(NETWORK, horizon_days=40, replications=5)
    assert few.curve.tobytes() == more.curve[:3].tobytes()
    assert len(set(more.values("co2e_kg").tolist())) > 1  # and they differ


def test_replications_are_added_until_the_interval_is_reached() -> None:
    asked = Precision("readiness", 0.01, at_least=5, at_most=2000)
    found = simulate(NETWORK, horizon_days=DAYS, precision=asked, kernel=Drawn(spread=0.08))
    reached = found.estimate("readiness")
    assert found.precise
    assert reached.half_width <= 0.01 * reached.value
    # about (t s / (0.01 m))^2 of them, and never twice what it takes
    needed = (1.97 * 0.08 / (0.01 * 0.81)) ** 2
    assert 0.6 * needed < found.replications < 1.6 * needed
    assert f"was 0.01 of the mean: {found.replications}" in found.assumptions[-1]


def test_a_cap_that_does_not_suffice_is_said() -> None:
    asked = Precision("readiness", 0.0001, at_least=5, at_most=12)
    found = simulate(NETWORK, horizon_days=DAYS, precision=asked, kernel=Drawn(spread=0.08))
    assert not found.precise
    assert found.replications == 12
    assert "was not reached with 12 replications" in found.assumptions[-1]


def test_a_world_without_luck_takes_the_fewest_replications() -> None:
    found = simulate(NETWORK, horizon_days=DAYS, precision=Precision(), kernel=Drawn(spread=0.0))
    assert (found.replications, found.precise) == (10, True)


def test_precision_of_a_difference_takes_far_fewer() -> None:
    base = simulate(NETWORK, horizon_days=DAYS, replications=40, kernel=Drawn(spread=0.08))
    paired = simulate(
        NETWORK, horizon_days=DAYS, precision=Precision(at_least=3), baseline=base,
        kernel=Drawn(spread=0.08, dip=(2, 3)),
    )  # fmt: skip
    assert (paired.replications, paired.precise) == (3, True)
    assert "the difference of readiness" in paired.assumptions[-1]


def test_the_baseline_bounds_the_pairs() -> None:
    base = simulate(NETWORK, horizon_days=DAYS, replications=4, kernel=Drawn())
    found = simulate(
        NETWORK, horizon_days=DAYS, precision=Precision(relative_half_width=1e-9), baseline=base,
        kernel=Drawn(spread=0.2),
    )  # fmt: skip
    assert (found.replications, found.precise) == (4, False)


def test_a_network_without_systems_has_no_readiness() -> None:
    b = NetworkBuilder()
    b.item("FUEL")
    b.node("BASE")
    cell = b.cell("BASE", "FUEL", on_hand=5)
    b.buy(cell, Law(2.0))
    b.demand(cell, per_day=1.0)
    found = simulate(b.build(), horizon_days=10, replications=3)
    assert found.curve.shape == (3, 0)
    assert found.readiness.height == 0
    assert found.values("waiting_days").shape == (3,)
    with pytest.raises(BadUse, match="no systems"):
        found.values("readiness")
    with pytest.raises(BadUse, match="no systems"):
        simulate(b.build(), horizon_days=10, precision=Precision())


def test_progress_ends_at_one_and_cancels() -> None:
    told: list[float] = []
    simulate(NETWORK, horizon_days=DAYS, replications=4, kernel=Drawn(), progress=told.append)
    assert told == [0.25, 0.5, 0.75, 1.0]

    def stop(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(NETWORK, horizon_days=DAYS, kernel=Drawn(), progress=stop)


SIMULATE: Callable[..., object] = simulate


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"horizon_days": 0}, "horizon is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"replications": 0}, "0 replications"),
        ({"replications": 3, "precision": Precision()}, "Both"),
        ({"watch": [2]}, "cell 2 is watched"),
        ({"watch": [-1]}, "cell -1 is watched"),
        ({"confidence": 1.0}, "confidence is 1.0"),
        ({"precision": Precision("readyness")}, "'readyness' is no measure"),
    ],
    ids=str,
)
def test_bad_parameters_are_refused(more: dict[str, object], says: str) -> None:
    with pytest.raises(BadUse, match=says):
        SIMULATE(NETWORK, **{"horizon_days": DAYS, "kernel": Drawn(), **more})


def test_a_baseline_that_is_no_pair_is_refused() -> None:
    for days, replications, says in (
        (DAYS + 1, 5, "baseline has seed 0 and 9"),
        (DAYS, 1, "single"),
    ):
        base = simulate(NETWORK, horizon_days=days, replications=replications, kernel=Drawn())
        with pytest.raises(BadUse, match=says):
            simulate(
                NETWORK, horizon_days=DAYS, precision=Precision(), baseline=base, kernel=Drawn()
            )


@pytest.mark.parametrize(
    "values", [(0.0, 10, 20), (math.nan, 10, 20), (math.inf, 10, 20), (0.1, 1, 20), (0.1, 9, 8)]
)
def test_a_precision_that_makes_no_sense_is_refused(values: tuple[float, int, int]) -> None:
    with pytest.raises(BadUse):
        Precision("readiness", values[0], 0.95, values[1], values[2])
