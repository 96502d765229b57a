"""A stress test on a network that can be followed by hand."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from redball.model import BadUse
from redball.planning.stress import StressResult, Times, losses_of, stress
from redball.planning.stress.losses import changes_of, touched_by
from redball.runtime import InProcess, Journal
from redball.simulation.events import run_events
from redball.simulation.replicate.precision import Precision
from redball.simulation.runs import NO_CHANGES

TIMES = Times(from_day=10, days_lost=30, horizon_days=100)
DETAILS = ("losses", "names", "pairs", "curves", "units", "reasons")


@pytest.fixture(scope="module")
def result(small: Any) -> StressResult:
    return stress(small, times=TIMES, replications=10, pairs_among=4)


def test_lost_readiness_days_are_those_of_paired_runs_by_hand(
    small: Any, result: StressResult
) -> None:
    (loss,) = [each for each in losses_of(small.targets) if each.key == ("site", "X:DEPOT")]
    changes = changes_of(touched_by(loss, small.targets, small.network), 10, 40)
    counts = small.network.fleets["count"][:, None]
    lost = []
    for replication in range(10):
        base, disturbed = (
            run_events(small.network, horizon_days=100, replication=replication, changes=c)
            for c in (NO_CHANGES, changes)
        )
        lost.append(float(((base.available - disturbed.available) * counts).sum()))
    row = result.losses.filter(pl.col("name") == "X:DEPOT").row(0, named=True)
    assert row["lost_readiness_days"] == pytest.approx(np.mean(lost), rel=1e-12)
    half = 2.2621571628 * np.std(lost, ddof=1) / np.sqrt(10)  # t table, 9 degrees
    assert row["high"] - row["low"] == pytest.approx(2 * half, rel=1e-9)


def test_the_depot_hurts_more_than_a_road_and_a_loss_that_reaches_nothing_is_not_run(
    result: StressResult,
) -> None:
    names = result.names.select("name", "rank").rows()
    rank = dict(names)
    assert rank["X:DEPOT"] < min(rank["X:ROAD-N"], rank["X:ROAD-S"], rank["X:SEA"])
    assert rank["X:MILL"] is None
    assert rank["NOWHERE"] is None
    assert result.skipped == 2
    assert result.tried == 10
    assert result.losses["lost_readiness_days"].is_sorted(descending=True)


def test_losses_that_change_the_same_are_one_row_that_names_the_others(
    result: StressResult,
) -> None:
    forge = result.losses.filter(pl.col("name") == "X:FORGE")
    assert forge.height == 1
    assert forge["also"].item() == "parent X:FORGE"  # the other record has the same title
    assert result.names.filter(pl.col("name").str.ends_with("FORGE"))["rank"].n_unique() == 1


def test_a_loss_is_the_same_as_in_a_scenario(small: Any) -> None:
    from redball.planning.scenarios import Event, Scenario, Target, Time, compile_scenario

    event = Event("x", "loss", (Target("site", "X:DEPOT"),), from_day=Time(10), for_days=Time(30))
    scenario = Scenario("x", events=(event,), horizon_days=100)
    (loss,) = [each for each in losses_of(small.targets) if each.key == ("site", "X:DEPOT")]
    ours = changes_of(touched_by(loss, small.targets, small.network), 10, 40)
    theirs = compile_scenario(scenario, small).changes(0, 0)
    assert sorted(ours.tolist()) == sorted(theirs.tolist())


def test_curves_add_up_to_the_lost_readiness_days(result: StressResult) -> None:
    worst = result.losses.row(0, named=True)
    curve = result.curves.filter(pl.col("loss") == worst["title"])
    assert curve.height == 100
    lost = float((curve["undisturbed"] - curve["readiness"]).sum()) * result.systems
    assert lost == pytest.approx(worst["lost_readiness_days"], rel=1e-9)
    before = curve.filter(pl.col("day") < 10)
    assert (before["undisturbed"] == before["readiness"]).all()
    units = result.units.filter(pl.col("loss") == worst["title"])
    assert units["lost_readiness_days"].sum() == pytest.approx(lost, rel=1e-9)


def test_reasons_name_what_is_waited_for(result: StressResult) -> None:
    worst = result.losses["title"][0]
    reasons = result.reasons.filter(pl.col("loss") == worst)
    assert "missing in systems" in reasons["what"].to_list()
    assert (reasons["change"] > 0).all()
    assert (reasons["after"] - reasons["before"]).to_list() == pytest.approx(
        reasons["change"].to_list()
    )


def test_pairs_are_not_made_of_what_holds_the_other(result: StressResult) -> None:
    pairs = set(result.pairs.select("first", "second").rows())
    assert pairs
    with_depot = {name for pair in pairs if "X:DEPOT" in pair for name in pair}
    assert not with_depot & {"X:ROAD-N", "X:ROAD-S", "X:SEA"}  # they end at the depot
    for row in result.pairs.iter_rows(named=True):
        assert row["lost_readiness_days"] == pytest.approx(row["alone"] + row["together"])


@pytest.mark.parametrize("workers", [2, 7])
def test_workers_change_no_byte(small: Any, result: StressResult, workers: int) -> None:
    again = stress(small, times=TIMES, replications=10, pairs_among=4, runner=InProcess(workers))
    for name in DETAILS:
        assert getattr(again, name).equals(getattr(result, name)), name


def test_a_journal_resumes_it_and_changes_no_byte(
    small: Any, result: StressResult, tmp_path: Path
) -> None:
    def stop(share: float) -> None:
        if share > 0.4:
            raise KeyboardInterrupt

    with Journal(tmp_path / "stress.journal") as journal:
        runner = journal.keeping(InProcess(1))
        with pytest.raises(KeyboardInterrupt):
            stress(small, times=TIMES, replications=10, pairs_among=4, runner=runner, progress=stop)
        kept = len(journal)
        assert kept > 0
    with Journal(tmp_path / "stress.journal") as journal:
        assert len(journal) == kept
        again = stress(
            small, times=TIMES, replications=10, pairs_among=4, runner=journal.keeping(InProcess(2))
        )
        assert len(journal) > kept
    for name in DETAILS:
        assert getattr(again, name).equals(getattr(result, name)), name


def test_it_replicates_until_the_interval_is_narrow_enough(small: Any) -> None:
    wide = stress(small, times=TIMES, pairs_among=0, precision=Precision(at_most=100))
    row = wide.losses.row(0, named=True)
    scale = wide.readiness * wide.systems * 100
    assert row["precise"] is True
    assert (row["high"] - row["low"]) / 2 <= 0.01 * scale * 1.05
    coarse = stress(
        small, times=TIMES, pairs_among=0,
        precision=Precision(relative_half_width=1e-6, at_least=5, at_most=15),
    )  # fmt: skip
    first = coarse.losses.row(0, named=True)
    assert (first["replications"], first["precise"]) == (15, False)


def test_every_row_carries_the_label_of_the_case(small: Any, result: StressResult) -> None:
    for name in DETAILS:
        assert set(getattr(result, name)["label"]) <= {small.label.text}


def test_progress_rises_to_one_and_an_exception_from_it_ends_the_work(small: Any) -> None:
    seen: list[float] = []
    stress(small, times=TIMES, replications=5, pairs_among=3, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0

    def stop(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stress(small, times=TIMES, replications=5, progress=stop)


def test_a_set_is_lost_together(small: Any) -> None:
    sets = {"both roads": [("lane", "X:ROAD-N"), ("lane", "X:ROAD-S")]}
    losses = losses_of(small.targets, kinds=("lane",), sets=sets)
    found = stress(small, losses=losses, times=TIMES, replications=5, pairs_among=0)
    lost = dict(found.losses.select("title", "lost_readiness_days").rows())
    # the roads lead to different bases and share no limit but the depot's stock
    assert lost["both roads"] >= max(lost["X:ROAD-N"], lost["X:ROAD-S"])
    assert found.losses["kind"][0] == "set"


def test_hidden_suppliers_are_marked(small: Any) -> None:
    losses = losses_of(small.targets, kinds=("lane",), hidden=[("party", "X:FORGE")])
    assert [each.name for each in losses if each.hidden] == ["X:FORGE"]


@pytest.mark.parametrize(
    "values",
    [
        {"from_day": -1}, {"from_day": 100, "horizon_days": 100}, {"days_lost": 0.0},
        {"days_lost": float("inf")}, {"days_lost": float("nan")}, {"horizon_days": 0},
        {"threshold": 0.0}, {"tolerance": 1.0},
    ],
)  # fmt: skip
def test_times_that_make_no_sense_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(BadUse):
        Times(**values)


def test_a_loss_named_twice_or_unknown_is_refused(small: Any) -> None:
    losses = losses_of(small.targets, kinds=("lane",))
    with pytest.raises(BadUse, match="twice"):
        stress(small, losses=[*losses, losses[0]], times=TIMES)
    with pytest.raises(BadUse, match="X:GHOST"):
        losses_of(small.targets, sets={"ghosts": [("site", "X:GHOST")]})
    with pytest.raises(BadUse, match="empty"):
        losses_of(small.targets, sets={"nothing": []})
    with pytest.raises(BadUse, match="Give one of them"):
        stress(small, times=TIMES, replications=5, precision=Precision())
