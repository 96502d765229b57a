"""Kept futures side by side: differences, what differs, on which data; as the command says it."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from tests.one_demo import in_place
from tests.web_world import exercise_store

from redball import app
from redball.app.futures import futures_beside, futures_kept
from redball.app.futures.chosen import KeptFuture
from redball.app.futures.data import moved_between
from redball.app.futures.figures import CLEAR, NOISE, differences
from redball.app.seen import Seen
from redball.model import BadUse, Twin

RUN = app.RunOptions(seed=3, replications=2)
BEFORE = datetime(2026, 1, 31, 6, 0, 5, tzinfo=UTC)
"""A second before the last import of the exercise."""


class Kept:
    """A store with kept futures: undisturbed, a port closed, and undisturbed on older data."""

    def __init__(self, folder: Path, made: Path) -> None:
        self.store = str(folder / "coalition.sqlite")
        shutil.copyfile(made, self.store)
        self.view = app.View(self.store, "XAG")
        self.earlier = replace(self.view, as_of=BEFORE)
        self.calm = self._keep(self.view, None)
        self.closed = self._keep(self.view, "port-closed")
        self.older = self._keep(self.earlier, None)

    def _keep(self, view: app.View, scenario: str | None) -> str:
        options = app.SimulateOptions(days=40, scenario=scenario, run=RUN)
        return app.keep(app.simulate_twin(app.Inputs(view), options), self.store)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(tmp_path_factory.mktemp("beside"), exercise_store(tmp_path_factory))


def test_the_same_data_are_said_to_be_the_same_and_the_event_is_the_reason(kept: Kept) -> None:
    found = futures_beside(kept.view, [kept.calm, kept.closed])
    assert found.said[0].startswith("All 2 rest on the same data")
    assert not any(sentence.startswith("Warning") for sentence in found.said)
    reasons = found.tables["what_differs"]
    assert set(reasons["matter"]) == {"scenario"}
    event = reasons.filter(pl.col("what") == "event 'port closed'").to_dicts()[0]
    assert (event["baseline"], event["here"][:13]) == ("–", "day 30 to day")
    calm, closed = (
        app.kept_as_answer(kept.store, "XAG", app.kept_answer(kept.store, "XAG", key))
        for key in (kept.calm, kept.closed)
    )
    name = "readiness, share of systems up"
    row = found.tables["figures"].filter(pl.col("figure") == name).to_dicts()[1]
    assert row["value"] == closed.figures[name]
    assert row["difference"] == closed.figures[name] - calm.figures[name]  # type: ignore[operator]  # numbers
    (chart,) = found.charts
    assert [line.name for line in chart.lines] == ["A: undisturbed", "B: The fuel port is closed"]  # type: ignore[union-attr]  # lines
    by_day = calm.tables["readiness_by_day"].filter(pl.col("day") == 39)
    up = sum(
        mean * count / sum(by_day["systems"])
        for mean, count in by_day.select("mean", "systems").iter_rows()
    )
    assert chart.lines[0].points[39] == (39, pytest.approx(up))  # type: ignore[union-attr]  # lines


def test_other_data_are_warned_of_with_what_was_added(kept: Kept) -> None:
    found = futures_beside(kept.view, [kept.calm, kept.older], baseline=kept.older)
    names = [row["future"] for row in found.tables["answers"].to_dicts()]
    assert names == ["B: undisturbed", "A: undisturbed"], "the baseline stands first"
    assert found.said[0].startswith("Warning: A: undisturbed rests on other data than B")
    now, before = app.see(kept.view).twin, app.see(kept.earlier).twin
    rows = found.tables["what_differs"].filter(pl.col("matter") == "data").to_dicts()
    sites = next(row for row in rows if row["what"].startswith("site: "))
    assert sites["here"] == f"{now['site'].height - before['site'].height:,} added"
    assert "EST:" in sites["what"]
    assert {"as of", "last import", "twin"} <= set(found.tables["what_differs"]["what"])
    assert found.origin.twin_hash not in (now.content_hash, before.content_hash)
    assert found.origin.label.text == now.label.text, "of everything that was compared"


def _seen(twin: Twin, holding: pl.DataFrame) -> Seen:
    return Seen(replace(twin, tables={**twin.tables, "holding": holding}), pl.DataFrame())


def test_rows_are_told_apart_as_added_removed_moved_and_changed(kept: Kept) -> None:
    twin = app.see(kept.view).twin
    holding = twin["holding"]
    row = pl.int_range(pl.len())
    other_site = (pl.col("site_ix") + 1) % twin["site"].height
    after = holding.with_columns(
        site_ix=pl.when(row == 0).then(other_site).otherwise("site_ix").cast(pl.Int32),
        quantity=pl.when(row == 1).then(pl.col("quantity") + 1).otherwise("quantity"),
    )
    found = moved_between(
        _seen(twin, holding[:-1]), _seen(twin, after.filter(row != 2)), exact=True
    )
    assert (found.added, found.removed, found.moved, found.changed) == (1, 1, 1, 1)
    keys = [f"{holding['owner'][n]}:{holding['key'][n]}" for n in (-1, 2, 0, 1)]
    told = {what: here if was == "–" else was for what, was, here in found.rows}
    assert told == {
        f"holding: {key}": f"1 {word}"
        for key, word in zip(keys, ("added", "removed", "moved", "changed"), strict=True)
    }
    same = _seen(twin, holding)
    assert moved_between(same, same, exact=True).rows == ()


@pytest.mark.parametrize(
    ("apart", "verdict"), [(0.031, CLEAR), (0.029, NOISE)], ids=["beyond", "within"]
)
def test_a_difference_is_clear_only_beyond_both_intervals(
    kept: Kept, apart: float, verdict: str
) -> None:
    origin = app.see(kept.view).origin()
    name = "readiness, share of systems up"
    futures = [
        KeptFuture(letter, letter, app.Answer(
            "simulate", "t", (), {name: value, f"{name}: half of the interval": half}, {}, origin
        ))
        for letter, value, half in (("A", 0.9, 0.01), ("B", 0.9 + apart, 0.02))
    ]  # fmt: skip
    assert differences(futures)["verdict"].to_list() == ["", verdict]


def test_what_can_not_be_set_side_by_side_is_refused(kept: Kept) -> None:
    both = [kept.calm, kept.closed]
    refusals: list[tuple[list[str], str | None]] = [
        ([kept.calm], None),
        ([kept.calm, kept.calm], None),
        ([kept.calm, kept.calm[:12]], None),
        ([*both, *both, kept.older], None),
        (both, kept.older),
        (both, "D"),
        ([kept.calm, "0" * 16], None),
    ]
    for keys, baseline in refusals:
        with pytest.raises(BadUse) as refused:
            futures_beside(kept.view, keys, baseline)
        assert refused.value.mend
    with pytest.raises(BadUse, match="No"):
        futures_beside(app.View(kept.store, "NLD"), both)
    listed = futures_kept(kept.store, "XAG")
    assert sorted(listed["about"]) == ["", "", "The fuel port is closed"]
    assert futures_kept(kept.store, "NLD").is_empty()


def test_the_command_says_the_same(kept: Kept) -> None:
    told = in_place(
        "work", "beside", kept.calm, kept.closed[:12], "--baseline", "B",
        "--store", kept.store, "--viewer", "XAG", "--json",
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    found = futures_beside(kept.view, [kept.calm, kept.closed], "B").document
    assert json.loads(told.stdout) == json.loads(json.dumps(found))
