"""What an agreement changes, with the gate itself deciding."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import polars as pl
import pytest

from redball.access.actions import GRANTED, Action
from redball.access.agreements import (
    Agreement,
    Detail,
    Grant,
    draft,
    matrix_difference,
    matrix_markings,
    row_difference,
)
from redball.access.gate import decide
from redball.access.subject import Purpose, Subject
from redball.model import BadData, BadUse, Label
from redball.model.labels import CLASSIFICATIONS
from redball.model.markings import ANY, Marking

START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = START + timedelta(days=10)
NLD = Subject("NLD")
AT_NOW = partial(decide, now=NOW)


def marking(
    owner: str,
    kind: str,
    code: str = "NATO:III",
    classification: str = "UNCLASSIFIED",
    release: Sequence[str] = (),
    caveats: Sequence[str] = (),
) -> Marking:
    label = Label(owner, classification, frozenset(release), frozenset(caveats))
    return Marking(label, kind, (code,), ("DEU",), (ANY,))


MARKINGS = {
    0: marking("DEU", "holding"),
    1: marking("DEU", "holding", "NATO:V"),
    2: marking("DEU", "holding", classification="SECRET"),
    3: marking("DEU", "holding", release=("NLD",)),
    4: marking("NLD", "holding"),
    5: marking("DEU", "order"),
    6: marking("DEU", "holding", caveats=("CANARY",)),
    7: marking("DEU", "holding", classification="RESTRICTED"),
    8: marking("POL", "holding"),
}


def agreed(detail: Detail = Detail.EXACT, **grant: tuple[str, ...]) -> Agreement:
    return Agreement(
        id="TEST-1",
        version=1,
        title="Fuel",
        parties=("DEU", "NLD"),
        purpose=Purpose.OPERATIONS,
        grants=(
            Grant(
                "DEU",
                ("NLD",),
                ("holding",),
                grant.get("classes", ("NATO:III",)),
                ceiling="RESTRICTED",
                detail=detail,
            ),
        ),
        valid_from=START,
        valid_until=START + timedelta(days=30),
    )


def test_matrix_shows_exactly_what_the_agreement_opens() -> None:
    found = matrix_difference([], [agreed()], [NLD, Subject("DEU")], MARKINGS, AT_NOW)
    assert [(c.subject, c.action, c.owner, c.kind, c.classification) for c in found.changes] == [
        ("NLD", "see", "DEU", "holding", "RESTRICTED"),
        ("NLD", "see", "DEU", "holding", "UNCLASSIFIED"),
    ]
    for change in found.changes:
        assert (change.before, change.after, change.classes) == ("hidden", "exact", "NATO:III")
        assert (change.markings, change.exercise, change.caveats) == (1, False, "")
        assert change.opens
    assert (found.opened, found.closed, found.asked) == (2, 0, 2 * len(GRANTED) * len(MARKINGS))


def test_matrix_the_other_way_round_closes() -> None:
    found = matrix_difference([agreed()], [], [NLD], MARKINGS, AT_NOW)
    assert (found.opened, found.closed) == (0, 2)
    assert {(c.before, c.after) for c in found.changes} == {("exact", "hidden")}
    coarser = matrix_difference([agreed()], [agreed(Detail.BANDED)], [NLD], MARKINGS, AT_NOW)
    assert (coarser.opened, coarser.closed) == (0, 2)
    assert {(c.before, c.after) for c in coarser.changes} == {("exact", "banded")}
    same = matrix_difference([agreed()], [replace(agreed(), version=2)], [NLD], MARKINGS, AT_NOW)
    assert same.changes == ()


def test_matrix_as_a_table() -> None:
    found = matrix_difference([], [agreed()], [NLD], MARKINGS, AT_NOW).table()
    assert found.height == 2
    assert found.columns[:4] == ["subject", "action", "owner", "kind"]
    assert found.schema["markings"] == pl.Int64
    empty = matrix_difference([], [], [NLD], MARKINGS, AT_NOW).table()
    assert empty.schema == found.schema


def test_markings_that_change_alike_are_counted_together() -> None:
    two = {0: MARKINGS[0], 1: replace(MARKINGS[0], areas=("NLD",))}
    found = matrix_difference([], [agreed()], [NLD], two, AT_NOW, actions=(Action.SEE,))
    assert [change.markings for change in found.changes] == [2]
    assert found.asked == 2


def test_agreement_that_the_gate_does_not_take_shows_no_harmless_difference() -> None:
    unsound = replace(agreed(), parties=("DEU",))
    with pytest.raises(BadData, match="alarm"):
        matrix_difference([], [unsound], [NLD], MARKINGS, AT_NOW)
    before = AT_NOW(MARKINGS, NLD, Action.SEE)
    after = AT_NOW(MARKINGS, NLD, Action.SEE, [unsound])
    with pytest.raises(BadData, match="alarm"):
        row_difference(MARKINGS, {}, before, after)


def test_rows_that_would_be_visible_or_not_any_more() -> None:
    counts = {0: 10, 1: 20, 2: 30, 3: 40, 4: 50, 5: 60, 6: 70, 7: 5, 8: 0}
    before = AT_NOW(MARKINGS, NLD, Action.SEE)
    after = AT_NOW(MARKINGS, NLD, Action.SEE, [agreed()])
    found = row_difference(MARKINGS, counts, before, after)
    expected = [
        ("holding", "DEU", "NATO:III", "RESTRICTED", "hidden", "exact", 5, 0, 0),
        ("holding", "DEU", "NATO:III", "UNCLASSIFIED", "hidden", "exact", 10, 0, 0),
    ]
    assert found.rows() == expected
    back = row_difference(MARKINGS, counts, after, before)
    assert back["no_longer"].to_list() == [5, 10]
    assert back["newly_visible"].sum() == 0
    banded = AT_NOW(MARKINGS, NLD, Action.SEE, [agreed(Detail.BANDED)])
    other = row_difference(MARKINGS, counts, after, banded)
    assert other["other_detail"].to_list() == [5, 10]
    assert other.select("newly_visible", "no_longer").sum().row(0) == (0, 0)
    assert row_difference(MARKINGS, {0: 0}, before, after).height == 0
    with pytest.raises(BadUse):
        row_difference(MARKINGS, {99: 1}, before, after)


def test_rows_of_markings_alike_are_added() -> None:
    two = {0: MARKINGS[0], 1: replace(MARKINGS[0], areas=("NLD",))}
    before = AT_NOW(two, NLD, Action.SEE)
    after = AT_NOW(two, NLD, Action.SEE, [agreed()])
    found = row_difference(two, {0: 3, 1: 4}, before, after)
    assert found["newly_visible"].to_list() == [7]


def granted(grant: Grant, found: Marking, *, exercise_only: bool) -> bool:
    """Whether a grant reaches a marking, written out plainly."""
    label = found.label
    rank = CLASSIFICATIONS.index
    return (
        grant.giver == label.owner
        and found.kind in grant.kinds
        and rank(label.classification) <= rank(grant.ceiling)
        and label.caveats <= set(grant.caveats)
        and (not grant.classes or set(found.classes) <= set(grant.classes))
        and (not grant.areas or set(found.areas) <= set(grant.areas))
        and (not grant.sites or set(found.sites) <= set(grant.sites))
        and (found.exercise or not exercise_only)
    )


@pytest.mark.parametrize("exercise_only", [False, True], ids=["any", "exercise"])
def test_matrix_of_an_agreement_holds_every_case_its_rules_tell_apart(
    exercise_only: bool,
) -> None:
    first = draft(
        "supply-chain-data-exchange",
        id="TEST-1",
        parties=("DEU", "NLD"),
        valid_from=START,
        days=30,
        kinds=("item", "site"),
        classes=("NATO:III", "NATO:V"),
        areas=("DEU", "FRA"),
        exercise_only=exercise_only,
    )
    grants = (*first.grants, replace(first.grants[0], areas=(), sites=("DEU:A", "DEU:B")))
    agreement = replace(first, grants=grants)
    markings = matrix_markings([agreement])
    assert list(markings) == list(range(len(markings)))
    assert {one.label.owner for one in markings.values()} == {"DEU", "NLD"}
    # two tables named and one more; two classes, one more, none; one caveat, one more, none
    # places: none, countries, sites (alike, so one of each), nowhere named
    deu = sum(one.label.owner == "DEU" for one in markings.values())
    assert deu == 3 * 4 * 4 * 3 * 4 * 2
    assert all(not one.label.release for one in markings.values())
    purpose = agreement.purpose
    subjects = [Subject("NLD", purpose=purpose), Subject("DEU", purpose=purpose)]
    shown = matrix_difference([], [agreement], subjects, markings, AT_NOW, actions=(Action.SEE,))
    expected = sum(
        any(
            subject.nation in grant.to and granted(grant, one, exercise_only=exercise_only)
            for grant in grants
        )
        for subject in subjects
        for one in markings.values()
    )
    assert shown.opened == expected > 0
    assert shown.closed == 0


def test_matrix_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("redball.access.agreements.matrix.MOST_MARKINGS", 10)
    with pytest.raises(BadUse):
        matrix_markings([agreed()])


@dataclass(frozen=True)
class Told:
    """An answer written by hand, for what the gate would never say."""

    labels: Mapping[int, Label]
    details: Mapping[int, Detail] = field(default_factory=dict)
    alarms: Sequence[object] = ()


def test_detail_of_a_marking_that_is_not_allowed_counts_as_hidden() -> None:
    hidden = Told({}, {0: Detail.ROUNDED})
    seen = Told({0: MARKINGS[0].label}, {0: Detail.ROUNDED})
    found = row_difference(MARKINGS, {0: 2}, hidden, seen)
    assert found.select("before", "after", "newly_visible").row(0) == ("hidden", "rounded", 2)
