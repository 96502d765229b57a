"""Two futures compared, and what a disturbance costs."""

import numpy as np
import pytest
from scipy import stats
from tests.unit.simulation.replicate.worlds import Drawn, depot_and_base, lane_cut

from redball.model import BadUse
from redball.simulation.network import NetworkBuilder
from redball.simulation.replicate import (
    NO_EFFECT,
    Simulated,
    compare_pair,
    resilience_curve,
    simulate,
)

NETWORK = depot_and_base()
DAYS = 12


def drawn(replications: int = 15, seed: int = 0, days: int = DAYS, **how: object) -> Simulated:
    kernel = Drawn(**how)  # type: ignore[arg-type]  # names are those of the maker
    return simulate(NETWORK, horizon_days=days, seed=seed, replications=replications, kernel=kernel)


def test_paired_interval_is_that_of_the_differences() -> None:
    a, b = drawn(), drawn(mean=0.7, spread=0.09)
    row = compare_pair(a, b, confidence=0.9).measures.row(0, named=True)
    x, y = a.values("readiness"), b.values("readiness")
    low, high = stats.t.interval(0.9, 14, (y - x).mean(), stats.sem(y - x))
    assert row["measure"] == "readiness"
    assert (row["low"], row["high"]) == pytest.approx((low, high), rel=1e-9)
    assert row["correlation"] == pytest.approx(stats.pearsonr(x, y).statistic, rel=1e-9)
    assert row["gain"] == pytest.approx((x.var() + y.var()) / (y - x).var(), rel=1e-9)
    assert row["effect"] == "lower"


def test_the_same_future_has_no_significant_effect() -> None:
    a = drawn()
    pair = compare_pair(a, a)
    assert set(pair.measures["effect"]) == {NO_EFFECT}
    assert pair.measures["difference"].abs().max() == 0.0
    assert pair.measures.row(0, named=True)["gain"] is None
    assert set(pair.groups["effect"]) == {NO_EFFECT}


def test_common_random_numbers_show_what_independent_ones_hide() -> None:
    a = drawn(mean=0.80, spread=0.05)
    paired = compare_pair(a, drawn(mean=0.79, spread=0.05)).measures.row(0, named=True)
    assert paired["effect"] == "lower"
    assert paired["correlation"] == pytest.approx(1.0)
    other = drawn(mean=0.79, spread=0.05, seed=1).values("readiness")
    assert stats.ttest_ind(a.values("readiness"), other).pvalue > 0.05


def test_bonferroni_widens_the_intervals() -> None:
    a, b = drawn(), drawn(mean=0.7, spread=0.09)
    alone, together = compare_pair(a, b), compare_pair(a, b, comparisons=10)
    assert together.measures["low"][0] < alone.measures["low"][0]
    low, _ = stats.t.interval(
        0.995, 14, alone.measures["difference"][0],
        stats.sem(b.values("readiness") - a.values("readiness")),
    )  # fmt: skip
    assert together.measures["low"][0] == pytest.approx(low, rel=1e-9)


def test_only_common_replications_are_paired() -> None:
    pair = compare_pair(drawn(replications=15), drawn(replications=6, mean=0.7))
    assert pair.replications == 6
    assert pair.measures["first"][0] == pytest.approx(drawn(6).values("readiness").mean())


def test_futures_that_are_no_pair_are_refused() -> None:
    a = drawn()
    with pytest.raises(BadUse, match="seed is 0 in the first future and 1"):
        compare_pair(a, drawn(seed=1))
    with pytest.raises(BadUse, match="horizon is 12"):
        compare_pair(a, drawn(days=13))
    with pytest.raises(BadUse, match="One pair"):
        compare_pair(a, drawn(replications=1))
    with pytest.raises(BadUse, match="0 comparisons"):
        compare_pair(a, a, comparisons=0)
    b = NetworkBuilder()
    b.node("BASE")
    other = simulate(b.build(), horizon_days=DAYS, replications=15)
    with pytest.raises(BadUse, match="units and systems"):
        compare_pair(a, other)
    with pytest.raises(BadUse, match="no systems"):
        resilience_curve(other, other)


def test_a_dip_is_measured_exactly() -> None:
    base = drawn(spread=0.05)
    hurt = drawn(spread=0.05, dip=(4, 5, 6))
    found = resilience_curve(base, hurt, threshold=0.7, from_day=3)
    assert found.lost_readiness_days.value == pytest.approx(0.3 * 3 * 20)
    assert found.lost_readiness_days.half_width == pytest.approx(0.0, abs=1e-9)
    assert found.lost_at_90.value == pytest.approx(18.0)
    assert found.time_to_survive_days == 1
    assert found.time_to_recover_days == 4
    assert found.robustness == pytest.approx(1 - 0.3 / base.curve.mean())
    assert found.rapidity_per_day == pytest.approx(0.3 / base.curve.mean())
    assert found.index == pytest.approx(1 - 0.9 / (DAYS * base.curve.mean()))
    np.testing.assert_allclose(found.curve["lost"][[3, 4, 7]], [0.0, 0.3, 0.0], atol=1e-12)


def test_what_never_comes_back_or_never_leaves_is_said() -> None:
    base = drawn()
    down = resilience_curve(base, drawn(dip=(3, 10, 11)), threshold=0.1)
    assert down.time_to_recover_days is None
    assert down.time_to_survive_days is None
    assert down.rapidity_per_day is None
    still = resilience_curve(base, base, threshold=0.1)
    assert still.time_to_recover_days == 0
    assert still.index == 1.0
    assert still.rapidity_per_day is None
    assert still.share_below == 0.0


def test_a_cut_lane_costs_readiness_and_comes_back() -> None:
    calm = simulate(NETWORK, horizon_days=90, replications=20)
    cut = simulate(NETWORK, horizon_days=90, replications=20, happening=lane_cut(20.0, 45.0))
    found = resilience_curve(calm, cut, from_day=20, threshold=0.8)
    before = found.curve.filter(found.curve["day"] < 20)
    assert before["lost"].abs().max() == 0.0  # nothing shows before it happens
    assert found.lost_readiness_days.low > 0
    assert found.time_to_survive_days is not None
    assert found.time_to_recover_days is not None
    assert 25 <= found.time_to_recover_days <= 45
    assert compare_pair(calm, cut).measures.row(0, named=True)["effect"] == "lower"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"threshold": 1.1}, "threshold is 1.1"),
        ({"tolerance": float("nan")}, "tolerance is nan"),
        ({"from_day": DAYS}, "outside the horizon"),
        ({"from_day": -1}, "outside the horizon"),
    ],
    ids=str,
)
def test_bad_parameters_are_refused(more: dict[str, float], says: str) -> None:
    base = drawn(2)
    with pytest.raises(BadUse, match=says):
        resilience_curve(base, base, **more)  # type: ignore[arg-type]  # wrong on purpose
