"""Rankings of several methods side by side."""

from typing import Any

import polars as pl
import pytest
from scipy import stats

from redball.model import BadUse, ResultLabel
from redball.planning.stress import Method, StressResult, Times, cross_check, stress

NARROW = ResultLabel("SECRET", frozenset({"DEU"}))


@pytest.fixture(scope="module")
def result(small: Any) -> StressResult:
    return stress(
        small, times=Times(from_day=5, days_lost=20, horizon_days=60), replications=5,
        pairs_among=0,
    )  # fmt: skip


def method(name: str, scores: dict[tuple[str, str], float]) -> Method:
    frame = pl.DataFrame(
        [(kind, key, score) for (kind, key), score in scores.items()],
        schema={"kind": pl.String, "name": pl.String, "score": pl.Float64}, orient="row",
    )  # fmt: skip
    return Method(name, frame, f"{name} may be high", f"{name} may be low", NARROW)


SCORES = {
    ("site", "X:DEPOT"): 1.0, ("lane", "X:SEA"): 5.0, ("lane", "X:ROAD-N"): 3.0,
    ("party", "X:MILL"): 9.0,
}  # fmt: skip


def test_correlation_is_that_of_scipy_over_the_losses_that_both_know(result: StressResult) -> None:
    found = cross_check(result, [method("guess", SCORES)])
    assert found.ranks.height == len(SCORES)
    own = dict(zip(result.names.select("kind", "name").rows(),
                   result.names["lost_readiness_days"].to_list(), strict=True))  # fmt: skip
    expected = stats.kendalltau([own[key] for key in SCORES], list(SCORES.values())).statistic
    row = found.correlations.row(0, named=True)
    assert row["kind"] == "all"
    assert row["losses"] == len(SCORES)
    assert row["tau_b"] == pytest.approx(float(expected), abs=1e-12)


def test_the_largest_disagreement_comes_first_with_its_reason(result: StressResult) -> None:
    found = cross_check(result, [method("guess", SCORES)])
    first = found.disagreements.row(0, named=True)
    assert first["name"] == "X:MILL"  # it has no effect, and the guess puts it on top
    assert first["second_rank"] == 1.0
    assert first["why"].startswith("guess ranks it higher: guess may be high; simulation:")
    gaps = (found.disagreements["first_rank"] - found.disagreements["second_rank"]).abs()
    assert gaps.is_sorted(descending=True)


def test_three_methods_give_three_pairs_and_the_narrowest_label(result: StressResult) -> None:
    other = method("other", {("site", "X:DEPOT"): 1.0, ("lane", "X:SEA"): 2.0})
    found = cross_check(result, [method("guess", SCORES), other])
    pairs = found.correlations.filter(pl.col("kind") == "all").select("first", "second").rows()
    assert pairs == [("simulation", "guess"), ("simulation", "other"), ("guess", "other")]
    assert found.ranks.filter(pl.col("name") == "X:MILL")["other rank"].item() is None
    assert set(found.ranks["label"]) == {NARROW.text}


def test_methods_that_can_not_be_compared_are_refused(result: StressResult) -> None:
    with pytest.raises(BadUse, match="side by side"):
        cross_check(result, [])
    with pytest.raises(BadUse, match="side by side"):
        cross_check(result, [method("simulation", SCORES)])
    with pytest.raises(BadUse, match="no number"):
        cross_check(result, [method("guess", {**SCORES, ("site", "X"): float("nan")})])
    with pytest.raises(BadUse, match="The other methods know 0"):
        cross_check(result, [method("guess", {("site", "nobody"): 1.0})])
    scores = method("guess", SCORES).scores
    rows = pl.concat([scores, scores.head(1)])
    with pytest.raises(BadUse, match="twice"):
        cross_check(result, [Method("guess", rows, "", "")])
