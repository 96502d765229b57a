"""Four ways in which a policy engine says yes without meaning it; the gate says no.

Each test first shows the bare engine opening the door, so that it would notice if the engine or the
test changed its mind, and then the gate with the same question.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import cedarpy
import pytest

from redball.access import Action, Subject, decide, verdict
from redball.access.gate import book, decisions, forget
from redball.access.gate.engine import Attributes, activate, parse_rules
from redball.model import BadData, Label
from redball.model.markings import Marking

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SCHEMA = """
entity Subject = { nation: String };
entity Marking = { caveat: String };
action see appliesTo { principal: Subject, resource: Marking, context: { now: Long } };
"""
OPEN = '@id("all") permit (principal, action, resource);\n'
SHUT = '@id("never") forbid (principal, action, resource) when { resource.caveat == "NOFORN" };\n'
WHO: Attributes = {"nation": "DEU"}
REQUEST = {
    "principal": 'Subject::"who"',
    "action": 'Action::"see"',
    "resource": 'Marking::"0"',
    "context": {"now": 1},
}


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    forget()
    yield
    forget()


def entity(kind: str, name: str, attributes: Attributes) -> dict[str, object]:
    return {"uid": {"type": kind, "id": name}, "attrs": attributes, "parents": []}


def bare(
    rules: str, record: Attributes | None, schema: str | None = None
) -> tuple[cedarpy.Decision, int]:
    """The engine as it comes: its decision, and how many errors it mentions beside."""
    entities = [entity("Subject", "who", WHO)]
    if record is not None:
        entities.append(entity("Marking", "0", record))
    answer = cedarpy.is_authorized(REQUEST, rules, json.dumps(entities), schema)
    return answer.decision, len(answer.diagnostics.errors)


def test_the_rules_work_at_all_in_a_rule_book() -> None:
    rules = activate(parse_rules(OPEN + SHUT), SCHEMA)
    records = rules.load({0: {"caveat": "NOFORN"}, 1: {"caveat": "none"}})
    rulings = rules.ask(records, WHO, "see", [0, 1], 1)
    assert not rulings[0].allowed
    assert rulings[0].reasons == ("never",)
    assert not rulings[0].alarm
    assert rulings[1].allowed
    assert rulings[1].reasons == ("all",)


def test_trap_1_a_record_without_an_attribute_is_denied() -> None:
    assert bare(OPEN + SHUT, {}) == (cedarpy.Decision.Allow, 1)
    rules = activate(parse_rules(OPEN + SHUT), SCHEMA)
    ruling = rules.ask(rules.load({0: {}}), WHO, "see", [0], 1)[0]
    assert not ruling.allowed
    assert ruling.alarm


def test_trap_1_a_rule_that_errs_while_it_is_evaluated_denies() -> None:
    """A sum beyond 64 bits passes validation and errs when asked."""
    sum_ = "context.now + 9223372036854775807 > 0"
    errs = f'@id("sum") forbid (principal, action, resource) when {{ {sum_} }};'
    assert bare(OPEN + errs, {"caveat": "x"}, SCHEMA) == (cedarpy.Decision.Allow, 1)
    rules = activate(parse_rules(OPEN + errs), SCHEMA)
    ruling = rules.ask(rules.load({0: {"caveat": "x"}}), WHO, "see", [0], 1)[0]
    assert not ruling.allowed
    assert ruling.alarm == "a rule could not be evaluated"


def test_trap_2_a_record_that_was_not_loaded_is_denied() -> None:
    assert bare(OPEN + SHUT, None)[0] is cedarpy.Decision.Allow
    assert bare(OPEN + SHUT, None, SCHEMA)[0] is cedarpy.Decision.Allow
    rules = activate(parse_rules(OPEN + SHUT), SCHEMA)
    rulings = rules.ask(rules.load({1: {"caveat": "x"}}), WHO, "see", [0, 1], 1)
    assert not rulings[0].allowed
    assert rulings[0].alarm == "the record was not loaded"
    assert rulings[1].allowed


def test_trap_3_a_rule_with_a_misspelt_attribute_is_not_activated() -> None:
    misspelt = SHUT.replace("resource.caveat", "resource.caveta")
    assert bare(OPEN + misspelt, {"caveat": "NOFORN"})[0] is cedarpy.Decision.Allow
    with pytest.raises(BadData, match="not activated"):
        activate(parse_rules(OPEN + misspelt), SCHEMA)


def test_trap_4_rules_that_can_not_be_read_decide_nothing() -> None:
    broken = OPEN + "forbid (principal, action"
    assert bare(broken, {"caveat": "x"})[0] is cedarpy.Decision.NoDecision
    with pytest.raises(BadData, match="can't be read"):
        parse_rules(broken)


@pytest.mark.parametrize(
    "answer",
    [
        {"decision": "NoDecision", "diagnostics": {"reason": ["all"]}},
        {"decision": "Allow", "diagnostics": {"reason": []}},
        {"decision": "Allow"},
        {"decision": "Allow", "diagnostics": {"reason": ["all"], "errors": ["of some rule"]}},
    ],
    ids=["no decision", "no reason", "no diagnostics", "with an error"],
)
def test_trap_4_anything_but_a_clean_allow_is_no_allowance(
    answer: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = activate(parse_rules(OPEN), SCHEMA)
    records = rules.load({0: {"caveat": "x"}})
    assert rules.ask(records, WHO, "see", [0], 1)[0].allowed
    given = [cedarpy.AuthzResult(answer)]
    monkeypatch.setattr(cedarpy, "is_authorized_batch", lambda *_: given)
    ruling = rules.ask(records, WHO, "see", [0], 1)[0]
    assert not ruling.allowed
    assert ruling.alarm


@pytest.mark.parametrize("action", ["steal", "", 'see" , "x'])
def test_an_action_that_the_schema_does_not_know_is_denied(action: str) -> None:
    rules = activate(parse_rules(OPEN), SCHEMA)
    ruling = rules.ask(rules.load({0: {"caveat": "x"}}), WHO, action, [0], 1)[0]
    assert not ruling.allowed
    assert ruling.alarm


def test_a_subject_without_an_attribute_is_denied() -> None:
    rules = activate(parse_rules(OPEN), SCHEMA)
    ruling = rules.ask(rules.load({0: {"caveat": "x"}}), {}, "see", [0], 1)[0]
    assert not ruling.allowed
    assert ruling.alarm


@pytest.mark.parametrize(
    "text",
    [
        "permit (principal, action, resource);",
        OPEN + OPEN,
        "",
        '@id("t") permit (principal == ?principal, action, resource);' + OPEN,
    ],
    ids=["no id", "an id twice", "no rules", "a template"],
)
def test_rules_that_can_not_be_named_are_refused(text: str) -> None:
    with pytest.raises(BadData):
        parse_rules(text)


OWN = {1: Marking(Label("DEU"), "holding"), 2: Marking(Label("DEU", "SECRET"), "site")}


def test_an_engine_that_fails_denies_everything_and_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> list[cedarpy.AuthzResult]:
        raise RuntimeError("no memory")

    with monkeypatch.context() as patch:
        patch.setattr(cedarpy, "is_authorized_batch", fail)
        scope = decide(OWN, Subject("DEU"), Action.SEE, now=NOW)
    assert not scope.labels
    assert scope.denied == 2
    assert [one.where for one in scope.alarms] == ["marking 1", "marking 2"]
    again = decide(OWN, Subject("DEU"), Action.SEE, now=NOW)
    assert set(again.labels) == {1, 2}
    assert not again.alarms


def test_an_engine_that_leaves_questions_unanswered_denies_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = cedarpy.is_authorized_batch
    monkeypatch.setattr(cedarpy, "is_authorized_batch", lambda *given: whole(*given)[:-1])
    scope = decide(OWN, Subject("DEU"), Action.SEE, now=NOW)
    assert not scope.labels
    assert len(scope.alarms) == 2


def test_without_rules_nothing_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged() -> dict[str, Attributes]:
        raise BadData("damaged")

    monkeypatch.setattr(book, "global_rules", damaged)
    scope = decide(OWN, Subject("DEU"), Action.SEE, now=NOW)
    assert not scope.labels
    assert scope.policy == ""
    assert scope.alarms
    answer = verdict(OWN[1], Subject("DEU"), Action.SEE, now=NOW)
    assert not answer.allowed
    assert answer.alarms


def test_one_marking_that_can_not_be_read_is_denied_and_the_others_are_not() -> None:
    odd = {**OWN, 3: Marking(Label("DEU"), "hold\ud800ing"), 4: Marking(Label("DEU"), None)}  # type: ignore[arg-type]  # from a damaged store
    scope = decide(odd, Subject("DEU"), Action.SEE, now=NOW)
    assert set(scope.labels) == {1, 2}
    assert {one.where for one in scope.alarms} == {"marking 3", "marking 4"}


@pytest.mark.parametrize(
    "name", [*decisions.subject_record(Subject("DEU")), *decisions.marking_record(OWN[1])]
)
@pytest.mark.parametrize("value", ["absent", "null", "1", '{"__entity": {"type": "X", "id": "0"}}'])
def test_dropping_or_bending_any_attribute_never_opens(name: str, value: str) -> None:
    rules = book.book_of(()).rules
    whole = [decisions.subject_record(Subject("DEU")), decisions.marking_record(OWN[1])]
    assert rules.ask(rules.load({0: whole[1]}), whole[0], "see", [0], 1)[0].allowed
    for place in (0, 1):
        if name not in whole[place]:
            continue
        bent = [dict(one) for one in whole]
        bent[place].pop(name)
        if value != "absent":
            bent[place][name] = json.loads(value)
        ruling = rules.ask(rules.load({0: bent[1]}), bent[0], "see", [0], 1)[0]
        assert not ruling.allowed
        assert ruling.alarm
