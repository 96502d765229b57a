"""The gate's answers: who sees what, under which agreement, how exactly, and who is told why."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import cedarpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redball.access import (
    PERMITTED,
    Action,
    Purpose,
    ReleaseScope,
    Role,
    Subject,
    Verdict,
    decide,
    release_scope,
    verdict,
)
from redball.access.actions import GATED
from redball.access.agreements.document import Agreement, Detail, Grant
from redball.access.gate import forget, rules_text
from redball.access.gate.book import book_of, rules_for, usable
from redball.access.gate.decisions import marking_record, subject_record
from redball.access.gate.rules import microseconds
from redball.model import BadData, BadUse, Label, LabelError, parse_label
from redball.model.labels import CLASSIFICATIONS
from redball.model.markings import ANY, Marking

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)

LABELS = {
    1: Label("DEU", "RESTRICTED", frozenset({"NLD"})),
    2: Label("DEU", "CONFIDENTIAL"),
    3: Label("NLD", "UNCLASSIFIED", frozenset({"ALL"})),
    4: Label("POL", "SECRET", frozenset({"DEU", "NLD"})),
}
HOLDING = Marking(Label("DEU", "RESTRICTED"), "holding", ("NATO:III",), ("DEU",), ("DEU:a",))
GRANT = Grant("DEU", ("NLD",), ("holding",), ceiling="RESTRICTED", detail=Detail.ROUNDED)
AGREEMENT = Agreement(
    id="MLS-1",
    version=1,
    title="t",
    parties=("DEU", "NLD", "POL"),
    purpose=Purpose.OPERATIONS,
    grants=(GRANT,),
    valid_from=NOW - DAY,
    valid_until=NOW + DAY,
)
NLD = Subject("NLD")


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    forget()
    yield
    forget()


def see(
    marking: Marking, subject: Subject, *agreements: Agreement, action: Action = Action.SEE
) -> ReleaseScope:
    return decide({7: marking}, subject, action, agreements, now=NOW)


def test_a_viewer_sees_its_own_rows_and_what_is_released_to_it() -> None:
    assert set(release_scope(LABELS, "DEU").labels) == {1, 2, 3, 4}
    assert set(release_scope(LABELS, "NLD").labels) == {1, 3, 4}
    assert set(release_scope(LABELS, "POL").labels) == {3, 4}


def test_an_outsider_sees_only_what_is_released_to_all() -> None:
    assert set(release_scope(LABELS, "USA").labels) == {3}
    assert release_scope(LABELS, "USA").viewer == "USA"


@pytest.mark.parametrize(
    "viewer", ["", "ALL", "deu", "DEU ", "D", "DEU,NLD", "*", "DEU\n", "TOOLONGCODE"]
)
def test_no_trick_with_the_viewer_name_opens_anything(viewer: str) -> None:
    with pytest.raises(BadUse):
        release_scope(LABELS, viewer)


def test_the_scope_cannot_be_widened_after_the_decision() -> None:
    scope = release_scope(LABELS, "POL")
    with pytest.raises(TypeError):
        scope.labels[2] = LABELS[2]  # type: ignore[index]  # what the test is about
    with pytest.raises(BadUse, match="by hand"):
        replace(scope, labels=LABELS)
    assert copy(scope).labels == scope.labels


def test_nobody_makes_a_scope_or_a_verdict_by_hand() -> None:
    with pytest.raises(BadUse, match="by hand"):
        ReleaseScope(NLD, Action.SEE, LABELS, {}, {}, "", 0)
    with pytest.raises(BadUse, match="by hand"):
        Verdict(True, "", Detail.EXACT, (), "DEU")


def test_nobody_can_own_rows_under_the_word_all() -> None:
    with pytest.raises(LabelError):
        Label("ALL")
    with pytest.raises(LabelError):
        parse_label("UNCLASSIFIED // REL", "DEU")


def test_an_agreement_gives_rows_with_a_label_that_names_it() -> None:
    scope = see(HOLDING, NLD, AGREEMENT)
    assert scope.labels == {7: Label("DEU", "RESTRICTED", frozenset({"NLD"}), under="MLS-1")}
    assert scope.details == {7: Detail.ROUNDED}
    assert scope.agreements == {"MLS-1": AGREEMENT}
    assert scope.denied == 0
    assert not see(HOLDING, NLD).labels
    assert not see(HOLDING, Subject("POL"), AGREEMENT).labels


def test_what_the_label_gives_rests_on_no_agreement_and_stays_exact() -> None:
    released = replace(HOLDING, label=Label("DEU", "RESTRICTED", frozenset({"NLD"})))
    scope = see(released, NLD, AGREEMENT)
    assert scope.labels == {7: released.label}
    assert not scope.details
    assert not scope.agreements


def test_the_finest_agreement_wins_then_the_smallest_id() -> None:
    exact = replace(GRANT, detail=Detail.EXACT)
    banded = replace(GRANT, detail=Detail.BANDED)
    several = [
        replace(AGREEMENT, id="A-1", grants=(banded,)),
        replace(AGREEMENT, id="B-2", grants=(banded, exact)),
        replace(AGREEMENT, id="B-1", grants=(exact,)),
    ]
    scope = see(HOLDING, NLD, *several)
    assert scope.labels[7].under == "B-1"
    assert not scope.details
    assert set(scope.agreements) == {"B-1"}


def test_totals_of_foreign_rows_are_totals_whatever_the_agreement_says() -> None:
    both = replace(GRANT, actions=(Action.AGGREGATE,), detail=Detail.EXACT)
    scope = see(HOLDING, NLD, replace(AGREEMENT, grants=(both,)), action=Action.AGGREGATE)
    assert scope.details == {7: Detail.TOTALS}
    assert not see(HOLDING, Subject("DEU"), action=Action.AGGREGATE).details


def test_exercise_agreements_and_subjects_never_meet_real_data() -> None:
    only = replace(AGREEMENT, exercise_only=True)
    drill = replace(HOLDING, exercise=True)
    assert not see(HOLDING, NLD, only).labels
    assert see(drill, NLD, only).labels
    player = replace(NLD, purpose=Purpose.EXERCISE)
    played = replace(AGREEMENT, purpose=Purpose.EXERCISE)
    assert see(drill, player, played).labels
    assert not see(HOLDING, player, played).labels
    released = replace(HOLDING, label=Label("DEU", "RESTRICTED", frozenset({"ALL"})))
    assert not see(released, player).labels
    assert see(replace(HOLDING, label=Label("NLD")), player).labels


@pytest.mark.parametrize("action", GATED)
@pytest.mark.parametrize("owner", ["DEU", "NLD"])
def test_nobody_reads_a_canary(action: Action, owner: str) -> None:
    label = Label(owner, release=frozenset({"ALL"}), caveats=frozenset({"CANARY"}))
    assert not see(replace(HOLDING, label=label), NLD, AGREEMENT, action=action).labels


def test_the_rules_say_of_roles_what_the_table_of_roles_says() -> None:
    own = Marking(Label("NLD"), "holding")
    for role in Role:
        may = {one for one in GATED if see(own, Subject("NLD", role), action=one).labels}
        assert may == PERMITTED[role] & set(GATED)


def test_a_row_that_does_not_say_what_it_is_about_is_released_only_without_limits() -> None:
    for field in ("classes", "areas", "sites"):
        unsaid: dict[str, Any] = {field: (ANY,)}
        vague = replace(HOLDING, **unsaid)
        limits: dict[str, Any] = {field: ("NATO:III", "DEU", "DEU:a")}
        limited = replace(AGREEMENT, grants=(replace(GRANT, **limits),))
        assert see(HOLDING, NLD, limited).labels
        assert not see(vague, NLD, limited).labels
        assert see(vague, NLD, AGREEMENT).labels


def test_the_rule_itself_asks_for_the_moment() -> None:
    """Also when an agreement out of its time were to get past the first check."""
    book = book_of((AGREEMENT,))
    records = book.rules.load({0: marking_record(HOLDING)})
    for moment, allowed in (
        (AGREEMENT.valid_from, True),
        (AGREEMENT.valid_from - timedelta(microseconds=1), False),
        (AGREEMENT.valid_until - timedelta(microseconds=1), True),
        (AGREEMENT.valid_until, False),
    ):
        now_us = microseconds(moment)
        ruling = book.rules.ask(records, subject_record(NLD), "see", [0], now_us)[0]
        assert ruling.allowed is allowed
        assert not ruling.alarm


def test_rules_that_can_not_help_the_subject_change_nothing_but_the_hash() -> None:
    """They are left out of the question, and still part of the rules in force."""
    others = [
        replace(AGREEMENT, id=f"P-{i}", grants=(replace(GRANT, to=("POL",)),)) for i in range(3)
    ]
    alone, beside = see(HOLDING, NLD, AGREEMENT), see(HOLDING, NLD, AGREEMENT, *others)
    assert alone.labels == beside.labels
    assert alone.policy != beside.policy
    assert see(HOLDING, Subject("POL"), AGREEMENT, *others).labels[7].under == "P-0"
    assert rules_for((AGREEMENT, *others), "NLD").text.count("permit(") == 3
    assert rules_for((AGREEMENT, *others), "NLD").text.count("forbid(") == 6


def test_time_zones_are_one_time() -> None:
    tokyo = timezone(9 * timedelta(hours=1))
    late = replace(AGREEMENT, valid_until=NOW.astimezone(tokyo))
    assert not see(HOLDING, NLD, late).labels
    assert see(HOLDING, NLD, replace(late, valid_until=late.valid_until + DAY)).labels


def test_a_decision_kept_from_before_does_not_outlive_the_agreement() -> None:
    before = decide({7: HOLDING}, NLD, Action.SEE, [AGREEMENT], now=NOW)
    after = decide({7: HOLDING}, NLD, Action.SEE, [AGREEMENT], now=AGREEMENT.valid_until)
    revoked = decide({7: HOLDING}, NLD, Action.SEE, [], now=NOW)
    assert [bool(one.labels) for one in (before, after, revoked)] == [True, False, False]
    assert before.policy != after.policy == revoked.policy


def test_the_hash_of_the_rules_covers_what_a_grant_says() -> None:
    assert len(see(HOLDING, NLD).policy) == 64
    changed = [
        AGREEMENT,
        replace(AGREEMENT, version=2),
        replace(AGREEMENT, valid_until=NOW + 2 * DAY),
        *(
            replace(AGREEMENT, grants=(replace(GRANT, **change),))
            for change in (
                {"detail": Detail.EXACT}, {"ceiling": "SECRET"}, {"caveats": ("MEDICAL",)},
                {"actions": (Action.EXPORT,)}, {"kinds": ("site",)}, {"to": ("POL",)},
            )
        ),
    ]  # fmt: skip
    hashes = {see(HOLDING, NLD, one).policy for one in changed}
    assert len(hashes) == len(changed)


def test_detail_is_taken_from_the_document_at_hand_and_never_from_a_kept_one() -> None:
    assert see(HOLDING, NLD, AGREEMENT).details == {7: Detail.ROUNDED}
    coarser = replace(AGREEMENT, grants=(replace(GRANT, detail=Detail.BANDED),))
    assert see(HOLDING, NLD, coarser).details == {7: Detail.BANDED}


def test_the_engine_is_asked_once_for_each_distinct_marking(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []
    whole = cedarpy.is_authorized_batch

    def count(requests: list[dict[str, Any]], *rest: Any) -> list[cedarpy.AuthzResult]:
        asked.append(len(requests))
        return whole(requests, *rest)

    monkeypatch.setattr(cedarpy, "is_authorized_batch", count)
    other = replace(HOLDING, kind="site")
    markings = {1: HOLDING, 2: HOLDING, 3: other}
    scope = decide(markings, NLD, Action.SEE, [AGREEMENT], now=NOW)
    assert set(scope.labels) == {1, 2}
    decide(markings, NLD, Action.SEE, [AGREEMENT], now=NOW)
    decide({**markings, 4: replace(other, exercise=True)}, NLD, Action.SEE, [AGREEMENT], now=NOW)
    assert asked == [2, 1]


def test_threads_get_the_answers_of_their_own_questions() -> None:
    markings = {
        number: Marking(Label("DEU", level, caveats=frozenset(caveats)), kind)
        for number, (level, caveats, kind) in enumerate(
            (level, caveats, kind)
            for level in CLASSIFICATIONS
            for caveats in ((), ("MEDICAL",))
            for kind in ("holding", "site", "item")
        )
    }
    subjects = [
        Subject(nation, role, CLASSIFICATIONS[:top])
        for nation in ("DEU", "NLD")
        for role in (Role.NODE, Role.ANALYST, Role.ADMINISTRATOR)
        for top in range(5)
    ]

    def ask(subject: Subject) -> set[int]:
        return set(decide(markings, subject, Action.SEE, [AGREEMENT], now=NOW).labels)

    alone = [ask(one) for one in subjects]
    forget()
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(ask, subjects * 8))
    assert together == alone * 8
    assert len({frozenset(one) for one in alone}) > 4


# --- bad input --------------------------------------------------------------------------------


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(BadUse, match="zone"):
        decide({7: HOLDING}, NLD, Action.SEE, now=NOW.replace(tzinfo=None))
    with pytest.raises(BadUse):
        verdict(HOLDING, "NLD", Action.SEE, now=NOW)  # type: ignore[arg-type]  # a careless caller
    with pytest.raises(BadUse):
        decide({}, NLD, "see", now=NOW)  # type: ignore[arg-type]  # a careless caller


def test_an_exporting_subject_made_of_words_gets_nothing() -> None:
    forged = Subject("NLD", "emperor")  # type: ignore[arg-type]  # not one of the roles
    scope = see(Marking(Label("NLD"), "holding"), forged)
    assert not scope.labels


UNSOUND: dict[str, dict[str, Any]] = {
    "id of a global rule": {"id": "label.owner"},
    "id with a mark": {"id": "MLS#1"},
    "id with a line": {"id": "MLS-1\n"},
    "id too long": {"id": "A" * 41},
    "id no text": {"id": 7},
    "one party": {"parties": ("DEU",)},
    "party ALL": {"parties": ("ALL", "DEU", "NLD")},
    "parties a text": {"parties": "DEU NLD"},
    "purpose a word": {"purpose": "operations"},
    "exercise a word": {"exercise_only": "no"},
    "no zone": {"valid_from": datetime(2026, 1, 1)},
    "no time": {"valid_until": None},
    "no grants": {"grants": ()},
    "grants a list": {"grants": [GRANT]},
    "no grant at all": {"grants": (None,)},
}
UNSOUND_GRANTS: dict[str, dict[str, Any]] = {
    "giver no party": {"giver": "USA"},
    "to nobody": {"to": ()},
    "to the giver": {"to": ("DEU",)},
    "to no party": {"to": ("NLD", "USA")},
    "to all": {"to": ("ALL",)},
    "no kind": {"kinds": ()},
    "kinds a text": {"kinds": "holding"},
    "any kind": {"kinds": ("*",)},
    "any class": {"classes": ("*",)},
    "any area": {"areas": ("DEU", "*")},
    "any site": {"sites": ("*",)},
    "a class without a name": {"classes": ("",)},
    "a surrogate": {"areas": ("\ud800",)},
    "a null": {"sites": ("a\x00b",)},
    "a number": {"areas": (1,)},
    "ceiling unknown": {"ceiling": "COSMIC"},
    "canary": {"caveats": ("CANARY",)},
    "caveat unknown": {"caveats": ("NOFORN",)},
    "no action": {"actions": ()},
    "administer": {"actions": (Action.SEE, Action.ADMINISTER)},
    "action a word": {"actions": ("see",)},
    "detail a word": {"detail": "exact"},
}


@pytest.mark.parametrize("change", UNSOUND.values(), ids=UNSOUND)
def test_an_unsound_agreement_gives_nothing_and_raises_an_alarm(change: dict[str, Any]) -> None:
    bad = replace(AGREEMENT, **change)
    good = replace(AGREEMENT, id="GOOD-1", grants=(replace(GRANT, detail=Detail.BANDED),))
    scope = see(HOLDING, NLD, bad)
    assert not scope.labels
    assert len(scope.alarms) == 1
    beside = see(HOLDING, NLD, bad, good)
    assert beside.labels[7].under == "GOOD-1"
    assert len(beside.alarms) == 1


@pytest.mark.parametrize("change", UNSOUND_GRANTS.values(), ids=UNSOUND_GRANTS)
def test_one_unsound_grant_spoils_the_whole_agreement(change: dict[str, Any]) -> None:
    bad = replace(AGREEMENT, grants=(GRANT, replace(GRANT, **change)))
    scope = see(HOLDING, NLD, bad)
    assert not scope.labels
    assert [one.where for one in scope.alarms] == ["MLS-1"]


def test_something_that_is_no_agreement_is_left_out() -> None:
    scope = decide({7: HOLDING}, NLD, Action.SEE, [None, AGREEMENT], now=NOW)  # type: ignore[list-item]  # what is tested
    assert scope.labels[7].under == "MLS-1"
    assert len(scope.alarms) == 1


def test_two_documents_with_one_id_are_both_left_out() -> None:
    wider = replace(AGREEMENT, grants=(replace(GRANT, ceiling="SECRET"),))
    scope = see(HOLDING, NLD, AGREEMENT, wider)
    assert not scope.labels
    assert [one.where for one in scope.alarms] == ["MLS-1"]
    assert see(HOLDING, NLD, AGREEMENT, AGREEMENT).labels


def test_rules_that_the_engine_refuses_leave_out_their_agreement_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = cedarpy.validate_policies

    def strict(text: str, schema: cedarpy.Schema) -> cedarpy.ValidationResult:
        if "poison" in text:
            return cedarpy.ValidationResult({"validation_passed": False})
        return whole(text, schema)

    monkeypatch.setattr(cedarpy, "validate_policies", strict)
    bad = replace(AGREEMENT, id="BAD-1", grants=(replace(GRANT, kinds=("holding", "poison")),))
    scope = see(HOLDING, NLD, bad, AGREEMENT)
    assert scope.labels[7].under == "MLS-1"
    assert [one.where for one in scope.alarms] == ["BAD-1"]
    assert not see(HOLDING, NLD, bad).labels


HOSTILE = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            '"]) }; permit (principal, action, resource); //',
            '" || true || "',
            "\\",
            '\\"',
            "*/ permit(principal,action,resource); /*",
            '@id("label.owner")',
            "?principal",
            "{{}}",
            "__entity",
        ]
    ),
)


@settings(max_examples=150)
@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
def test_no_word_of_an_agreement_becomes_a_rule(kind: str, clas: str, area: str, site: str) -> None:
    """Whatever the words: they release what is named with the same words, and nothing else."""
    grant = replace(GRANT, kinds=(kind,), classes=(clas,), areas=(area,), sites=(site,))
    agreement = replace(AGREEMENT, grants=(grant,))
    exactly = Marking(HOLDING.label, kind, (clas,), (area,), (site,))
    others = [
        HOLDING,
        replace(HOLDING, label=Label("POL", "SECRET")),
        replace(exactly, kind=kind + "x"),
        replace(exactly, classes=(clas, "x" + clas)),
        replace(exactly, label=Label("POL", "RESTRICTED")),
        replace(exactly, label=Label("DEU", "SECRET")),
    ]
    markings = dict(enumerate([exactly, *others]))
    scope = decide(markings, NLD, Action.SEE, [agreement], now=NOW)
    sound = all(w.isprintable() and w not in ("", "*") for w in (kind, clas, area, site))
    assert set(scope.labels) == ({0} if sound else set())
    assert bool(scope.alarms) == (not sound)
    if sound:
        valid, _ = usable([agreement], NOW)
        assert len(book_of(valid).grants) == 1
        read = cedarpy.policies_to_json_str(rules_text([agreement], NOW))
        assert read.count('"effect"') == 9


def test_rules_can_be_read_by_people() -> None:
    text = rules_text([AGREEMENT], NOW)
    assert '["NLD"].contains(principal.nation)' in text
    assert text.count("forbid(") == 6
    with pytest.raises(BadData, match="not used"):
        rules_text([replace(AGREEMENT, parties=("DEU",))], NOW)


# --- reasons ----------------------------------------------------------------------------------

INSIDERS = [Subject("DEU"), Subject("DEU", Role.SECURITY)]
OTHERS = [
    NLD,
    Subject("NLD", Role.SECURITY),
    Subject("DEU", Role.PLANNER),
    Subject("DEU", Role.ADMINISTRATOR),
]


def test_reasons_are_told_to_the_owner_and_to_nobody_else() -> None:
    answer = verdict(replace(HOLDING, label=Label("DEU", "SECRET")), NLD, Action.SEE, now=NOW)
    assert not answer.allowed
    assert all(answer.told(one) == answer.reasons != () for one in INSIDERS)
    assert all(answer.told(one) == () for one in OTHERS)
    assert "SECRET" not in repr(answer)


def test_a_refusal_looks_the_same_whatever_its_reason() -> None:
    low = Subject("NLD", Role.ANALYST, ("UNCLASSIFIED",), frozenset())
    secret = Label("DEU", "SECRET", frozenset({"NLD"}), frozenset({"MEDICAL"}))
    refusals = {
        repr(verdict(replace(HOLDING, label=label), low, action, now=NOW))
        for label in (secret, Label("DEU"), Label("DEU", caveats=frozenset({"CANARY"})))
        for action in (Action.SEE, Action.PURCHASE)
    }
    assert len(refusals) == 1


@pytest.mark.parametrize(
    ("marking", "subject", "action", "agreement", "word"),
    [
        (HOLDING, Subject("DEU"), Action.SEE, None, "owns"),
        (replace(HOLDING, label=LABELS[1]), NLD, Action.SEE, None, "label releases them"),
        (HOLDING, NLD, Action.SEE, AGREEMENT, "MLS-1#0 grants"),
        (HOLDING, NLD, Action.SEE, None, "releases nothing"),
        (HOLDING, NLD, Action.SEE, replace(AGREEMENT, valid_until=NOW), "expired"),
        (HOLDING, NLD, Action.SEE, replace(AGREEMENT, valid_from=NOW + DAY / 2), "not valid yet"),
        (HOLDING, NLD, Action.EXPORT, AGREEMENT, "another action"),
        (replace(HOLDING, kind="site"), NLD, Action.SEE, AGREEMENT, "another kind"),
        (replace(HOLDING, label=Label("DEU", "SECRET")), NLD, Action.SEE, AGREEMENT, "ceiling"),
        (HOLDING, NLD, Action.SEE, replace(AGREEMENT, parties=("DEU",)), "not used"),
        (HOLDING, Subject("NLD", clearance=()), Action.SEE, AGREEMENT, "clearance"),
        (HOLDING, Subject("NLD", Role.ADMINISTRATOR), Action.SEE, AGREEMENT, "role administrator"),
        (HOLDING, NLD, Action.CONTRIBUTE, AGREEMENT, "another nation"),
        (replace(HOLDING, kind="\ud800"), NLD, Action.SEE, AGREEMENT, "not be decided"),
    ],
)  # fmt: skip
def test_reasons_name_what_decided(
    marking: Marking, subject: Subject, action: Action, agreement: Agreement | None, word: str
) -> None:
    given_ = [agreement] if agreement else []
    answer = verdict(marking, subject, action, given_, now=NOW)
    assert word in " ".join(answer.told(Subject("DEU")))
    assert answer.agreement == ("MLS-1" if word == "MLS-1#0 grants" else "")
    assert bool(answer.alarms) == (word in ("not used", "not be decided"))
