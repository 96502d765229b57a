"""The budget of different states of totals, and the attack that it bounds."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import polars as pl
import pytest

from redball.access.detail import Release, allowance, totals
from redball.model import BadUse, table
from redball.model.frames import frame_schema

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def release(hours: float, state: str, agreement: str = "A-1", receiver: str = "DEU") -> Release:
    return Release(NOON + timedelta(hours=hours), agreement, receiver, state)


def test_the_first_states_are_shown_and_the_next_is_not() -> None:
    shown = [release(-3, "r1"), release(-2, "r2")]
    third = allowance(shown, release(0, "r3"), totals_per_day=3)
    assert (third.allowed, third.counts, third.left) == (True, True, 0)
    fourth = allowance([*shown, release(0, "r3")], release(1, "r4"), totals_per_day=3)
    assert (fourth.allowed, fourth.left) == (False, 0)
    assert fourth.again_at == NOON + timedelta(hours=21)


def test_the_moment_named_is_the_first_at_which_it_is_shown() -> None:
    shown = [release(h, f"r{h}") for h in (-9, -5, -2)]
    refused = allowance(shown, release(0, "new"), totals_per_day=2)
    assert refused.again_at is not None
    at = (refused.again_at - NOON).total_seconds() / 3600
    assert allowance(shown, release(at, "new"), totals_per_day=2).allowed
    assert not allowance(shown, release(at - 1e-6, "new"), totals_per_day=2).allowed


def test_the_same_state_is_free_at_any_time() -> None:
    shown = [release(-50, "old"), release(-3, "r1"), release(-2, "r2")]
    for state in ("old", "r1", "r2"):
        again = allowance(shown, release(0, state), totals_per_day=2)
        assert (again.allowed, again.counts) == (True, False)


def test_showing_a_state_again_does_not_spend_it_twice() -> None:
    shown = [release(-3, "r1"), *(release(-2 + i / 100, "r1") for i in range(50))]
    assert allowance(shown, release(0, "r2"), totals_per_day=2).allowed


@pytest.mark.parametrize(
    "other", [release(-1, "r1", agreement="B-2"), release(-1, "r1", "A-1", "POL")]
)
def test_other_agreements_and_parties_have_budgets_of_their_own(other: Release) -> None:
    assert allowance([other], release(0, "r2"), totals_per_day=1).allowed
    assert allowance([other], release(0, "r1"), totals_per_day=1).counts


def test_a_clock_that_went_back_opens_nothing() -> None:
    assert not allowance([release(30, "r1")], release(0, "r2"), totals_per_day=1).allowed


@pytest.mark.parametrize("number", [0, -1])
def test_a_budget_of_nothing_shows_nothing_new(number: int) -> None:
    refused = allowance([], release(0, "r1"), totals_per_day=number)
    assert (refused.allowed, refused.again_at) == (False, None)


def test_a_moment_without_a_zone_is_refused() -> None:
    naive = Release(NOON.replace(tzinfo=None), "A-1", "DEU", "r1")
    for history, asked in (([], naive), ([naive], release(0, "r2"))):
        with pytest.raises(BadUse, match="zone"):
            allowance(history, asked, totals_per_day=5)


def _stock(quantities: list[float]) -> pl.DataFrame:
    schema = frame_schema(table("holding"))
    full = [{"owner": "NLD", "key": f"K{i}", "site": f"S{i}", "item": "I", "quantity": q,
             "reserved": 0.0, "condition": "serviceable", "label": 1, "since": 1, "sheet": "",
             "line": 0} for i, q in enumerate(quantities)]  # fmt: skip
    return pl.DataFrame({c: [r.get(c) for r in full] for c in schema}, schema=schema)


def _changes_learnt(totals_per_day: int) -> list[float]:
    """Sites report one after the other, one each quarter of an hour; a watcher asks every time."""
    quantities = [100.0] * 50
    history: list[Release] = []
    seen: list[float] = []
    for step in range(96):
        quantities[step % 50] += step + 1
        asked = release(step / 4, f"revision {step}")
        if allowance(history, asked, totals_per_day=totals_per_day).allowed:
            history.append(asked)
            seen.append(totals("holding", _stock(quantities))["quantity"].item())
    return [after - before for before, after in pairwise(seen)]


def test_watching_totals_after_every_report_learns_single_reports_only_within_the_budget() -> None:
    without = _changes_learnt(totals_per_day=1000)
    assert without == [step + 1.0 for step in range(1, 96)]  # every single report: the attack
    assert len(_changes_learnt(totals_per_day=4)) == 3
