"""Futures side by side, against the same runs taken apart by hand."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats

from redball.model import BadUse
from redball.planning.compare import Comparison, GivenFuture, compare, paired, paired_ratio
from redball.planning.compare.futures import digest_of
from redball.runtime import InProcess
from redball.simulation.events import run_events
from redball.simulation.network import Law, Network, NetworkBuilder, PolicyKind, What
from redball.simulation.network.tables import CHANGE
from redball.simulation.replicate.precision import Precision
from redball.simulation.runs import NO_CHANGES, Always

TABLES = ("figures", "differences", "readiness", "systems", "reasons")


def network(extra: bool = False) -> Network:
    b = NetworkBuilder()
    b.node("DEPOT", "DEU")
    b.node("BASE", "DEU")
    b.item("AXLE", mass_kg=100.0, price_eur=50.0)
    b.item("FOOD", mass_kg=1.0, price_eur=2.0)
    road = b.lane("DEPOT", "BASE", Law(2.0), name="ROAD", eur_per_t=10.0, co2e_kg_per_t=5.0)
    depot = b.cell("DEPOT", "AXLE", on_hand=3, policy=PolicyKind.BASE_STOCK, order_up_to=3)
    b.buy(depot, Law(8.0), price_eur=50.0)
    base = b.cell("BASE", "AXLE", on_hand=1, policy=PolicyKind.BASE_STOCK, order_up_to=1)
    b.move(base, depot, lanes=[road])
    food = b.cell("BASE", "FOOD", on_hand=60, policy=PolicyKind.BASE_STOCK, order_up_to=60)
    b.buy(food, Law(3.0), lanes=[road], price_eur=2.0)
    b.demand(food, per_day=5.0, unit="UNIT")
    b.fit(b.fleet("BASE", "UNIT", "TRUCK", 12), base, 0.02)
    if extra:
        b.cell("DEPOT", "FOOD", on_hand=9)
    return b.build()


CUT = np.array([(20.0, What.LANE, 0, 0.0), (50.0, What.LANE, 0, 1.0)], CHANGE)


def futures() -> dict[str, GivenFuture]:
    made = network()
    return {"as it is": GivenFuture(made, 100), "road cut": GivenFuture(made, 100, Always(CUT))}


@pytest.fixture(scope="module")
def result() -> Comparison:
    return compare(futures(), replications=10)


def runs(changes: Any) -> list[Any]:
    return [
        run_events(network(), horizon_days=100, replication=n, changes=changes) for n in range(10)
    ]


def test_differences_are_those_of_a_paired_t_test(result: Comparison) -> None:
    before, after = (
        [float(run.available.mean()) for run in runs(changes)] for changes in (NO_CHANGES, CUT)
    )
    row = result.differences.filter(pl.col("figure") == "readiness").row(0, named=True)
    test = stats.ttest_rel(after, before)
    interval = test.confidence_interval(0.95)
    assert row["difference"] == pytest.approx(np.mean(after) - np.mean(before), rel=1e-9)
    assert (row["low"], row["high"]) == pytest.approx((interval.low, interval.high), rel=1e-9)
    assert row["correlation"] == pytest.approx(np.corrcoef(before, after)[0, 1], abs=1e-9)
    assert row["significant"] is bool(test.pvalue < 0.05)
    assert row["verdict"] == "lower"


def test_cost_and_fill_are_those_of_the_runs(result: Comparison) -> None:
    found = runs(NO_CHANGES)
    rows = result.figures.filter(pl.col("future") == "as it is")
    figures = dict(rows.select("figure", "mean").rows())
    assert figures["purchases"] == pytest.approx(
        np.mean([float(run.costs["purchase"][0]) for run in found])
    )
    food = [run.cells[2] for run in found]
    plain = sum(c["at_once"] for c in food) / sum(c["demanded"] for c in food)
    assert figures["fill"] == pytest.approx(plain, abs=1e-3)  # the jackknife corrects the bias


def test_reasons_are_the_stock_outs_and_the_lane(result: Comparison) -> None:
    names = result.reasons.select("what", "name").rows()
    assert ("missing in systems", "AXLE at BASE") in names
    assert ("stock-out", "FOOD at BASE") in names
    assert ("held before a lane", "ROAD") in names
    assert ((result.reasons["low"] > 0) | (result.reasons["high"] < 0)).all()


def test_days_before_the_event_do_not_differ(result: Comparison) -> None:
    cut = result.readiness.filter((pl.col("future") == "road cut") & (pl.col("day") < 20))
    assert (cut["difference"] == 0).all()
    assert cut.height == 20


def test_a_future_does_not_differ_from_itself() -> None:
    made = network()
    same = compare({"a": GivenFuture(made, 50), "b": GivenFuture(made, 50)}, replications=5)
    assert not same.differences["significant"].any()
    assert set(same.differences["verdict"]) == {"no significant difference"}
    assert same.reasons.is_empty()


def test_networks_that_differ_are_aligned_by_name() -> None:
    pair = {"a": GivenFuture(network(), 50), "b": GivenFuture(network(extra=True), 50)}
    found = compare(pair, replications=5)
    assert not found.differences.filter(pl.col("figure") == "readiness")["significant"].any()
    assert digest_of(pair["a"].network) != digest_of(pair["b"].network)
    assert digest_of(network()) == digest_of(network())


@pytest.mark.parametrize("workers", [2, 5])
def test_workers_do_not_change_a_byte(result: Comparison, workers: int) -> None:
    again = compare(futures(), replications=10, runner=InProcess(workers))
    for name in TABLES:
        assert getattr(again, name).equals(getattr(result, name)), name


def test_it_stops_when_the_interval_is_narrow_enough() -> None:
    narrow = compare(futures(), precision=Precision(relative_half_width=0.05, at_most=100))
    row = narrow.differences.filter(pl.col("figure") == "readiness").row(0, named=True)
    base = narrow.figures.filter(pl.col("figure") == "readiness")["mean"][0]
    assert (row["high"] - row["low"]) / 2 <= 0.05 * base
    assert 10 <= narrow.replications < 100


def test_the_longest_horizon_holds_and_is_said() -> None:
    made = network()
    found = compare({"a": GivenFuture(made, 30), "b": GivenFuture(made, 60)}, replications=5)
    assert found.horizon_days == 60
    assert any("beyond their own horizon: a" in sentence for sentence in found.assumptions)


def test_bad_use_is_refused() -> None:
    made = network()
    with pytest.raises(BadUse, match="two futures"):
        compare({"a": GivenFuture(made, 30)})
    with pytest.raises(BadUse, match="one of them"):
        compare(futures(), replications=5, precision=Precision())
    with pytest.raises(BadUse):
        compare({"a": GivenFuture(made, 0), "b": GivenFuture(made, 0)}, replications=5)
    with pytest.raises(BadUse):
        compare(futures(), replications=1)


def test_paired_ratio_against_the_plain_ratios() -> None:
    random = np.random.default_rng(3)
    whole = random.integers(50, 100, 40).astype(float)
    part_a, part_b = whole * random.uniform(0.7, 0.8, 40), whole * random.uniform(0.8, 0.9, 40)
    found = paired_ratio((part_a, whole), (part_b, whole))
    assert found is not None
    plain = part_b.sum() / whole.sum() - part_a.sum() / whole.sum()
    assert found.difference == pytest.approx(plain, abs=1e-3)
    assert found.low < plain < found.high
    assert paired_ratio((part_a, 0 * whole), (part_b, whole)) is None


def test_pairing_needs_finite_values_of_one_shape() -> None:
    with pytest.raises(BadUse):
        paired([1.0, 2.0], [1.0])
    with pytest.raises(BadUse):
        paired([1.0, np.nan], [1.0, 2.0])
    assert paired([1.0, 1.0], [2.0, 2.0]).correlation is None
    assert paired([1.0, 1.0], [2.0, 2.0]).verdict == "higher"
