"""Cedar, wrapped so that every doubt is a refusal.

Cedar skips a rule whose evaluation errs, so a record without an attribute can slip past a *forbid*;
it answers questions about records that it was never given; and a rule with a misspelt attribute
never fires. None of these raises anything. Hence here: rules become active only after validation
against the schema; records are read against the schema; a record that was not loaded is never asked
about; and only the one answer 'Allow' without a single error is an allowance.

Source: Cedar policy language, 'Authorization' (errors are skipped) and 'Validation'; the traps were
reproduced by experiment, and each is a test (``tests/unit/access/test_gate_traps.py``).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redball.model import BadData

if TYPE_CHECKING:
    import cedarpy

Json = str | int | bool | Sequence["Json"] | Mapping[str, "Json"]
"""Rules and records as Cedar's JSON forms."""

Attributes = Mapping[str, Json]
"""Attributes of one record."""


@dataclass(frozen=True)
class Ruling:
    """One answer of the engine.

    Attributes
    ----------
    allowed : bool
    reasons : tuple of str
        Ids of the rules that decided: those that permit, or those that forbid; empty when no rule
        permits.
    alarm : str
        What went wrong with the question itself; empty when nothing did. Never with ``allowed``.
    """

    allowed: bool
    reasons: tuple[str, ...] = ()
    alarm: str = ""


@dataclass(frozen=True)
class Records:
    """Records that the engine was given, and which they are."""

    entities: "cedarpy.Entities"
    ids: frozenset[int]


def parse_rules(text: str) -> dict[str, Attributes]:
    """Read rules from Cedar text: Cedar's JSON form of each, by its annotation ``@id``.

    Raises
    ------
    BadData
        It is not Cedar, or a rule has no id or the id of another.
    """
    import cedarpy

    try:
        read = json.loads(cedarpy.policies_to_json_str(text))
    except ValueError as error:
        raise BadData(
            f"The rules can't be read: {error}", where="Cedar policies", mend="Mend the syntax."
        ) from error
    rules: dict[str, Attributes] = {}
    for rule in read["staticPolicies"].values():
        name = rule.get("annotations", {}).get("id", "")
        if not name or name in rules:
            raise BadData(
                f"A rule has no id or one that is taken: '{name}'.",
                where="Cedar policies",
                mend='Give each rule an id of its own with @id("...").',
            )
        rules[name] = rule
    if read["templates"] or not rules:
        raise BadData(
            "A set of rules holds rules, and no templates.",
            where="Cedar policies",
            mend="Write each rule out.",
        )
    return rules


class RuleBook:
    """A validated set of rules, ready to answer; made by :func:`activate`.

    Attributes
    ----------
    digest : str
        SHA-256 over schema and rules in canonical JSON (sorted keys, no spaces): who has both can
        check under which rules a decision was made.
    """

    def __init__(
        self, policies: "cedarpy.PolicySet", schema: "cedarpy.Schema", digest: str
    ) -> None:
        self._policies = policies
        self._schema = schema
        self.digest = digest

    @property
    def text(self) -> str:
        """The rules as Cedar text, as the engine itself renders them."""
        return str(self._policies)

    def load(self, records: Mapping[int, Attributes]) -> Records:
        """Give the engine records of markings.

        One that the schema refuses is left out, and only that one: asking about it is then asking
        about an absent record.
        """
        try:
            return Records(self._entities(records), frozenset(records))
        except ValueError:
            good = {i: one for i, one in records.items() if self._fits(i, one)}
            return Records(self._entities(good), frozenset(good))

    def _fits(self, number: int, record: Attributes) -> bool:
        try:
            self._entities({number: record})
        except ValueError:
            return False
        return True

    def _entities(self, records: Mapping[int, Attributes]) -> "cedarpy.Entities":
        import cedarpy

        given = [
            {"uid": {"type": "Marking", "id": str(i)}, "attrs": one, "parents": []}
            for i, one in records.items()
        ]
        return cedarpy.Entities.from_json_str(json.dumps(given), self._schema)

    def ask(
        self, records: Records, subject: Attributes, action: str, wanted: Iterable[int], now_us: int
    ) -> dict[int, Ruling]:
        """Decide one action of one subject on each wanted record.

        Parameters
        ----------
        records : Records
            From :meth:`load` of any rule book with the same schema.
        subject : mapping
            Attributes of who asks.
        action : str
        wanted : iterable of int
            Ids of records; one that was not loaded is denied, with an alarm.
        now_us : int
            Moment of the question, in microseconds since 1970-01-01 UTC.

        Returns
        -------
        dict of int to Ruling
            One for each wanted record; whatever fails is a denial with an alarm, never an error.
        """
        asked = list(dict.fromkeys(wanted))
        known = [i for i in asked if i in records.ids]
        rulings = dict.fromkeys(asked, Ruling(False, alarm="the record was not loaded"))
        try:
            answers = self._answers(records, subject, action, known, now_us)
        except Exception as error:  # noqa: BLE001 - whatever the engine does, doubt is a denial
            failed = Ruling(False, alarm=f"the engine refused the question: {type(error).__name__}")
            return rulings | dict.fromkeys(known, failed)
        if len(answers) != len(known):
            short = Ruling(False, alarm="the engine left questions unanswered")
            return rulings | dict.fromkeys(known, short)
        return rulings | {i: _ruling(one) for i, one in zip(known, answers, strict=True)}

    def _answers(
        self, records: Records, subject: Attributes, action: str, known: list[int], now_us: int
    ) -> "list[cedarpy.AuthzResult]":
        import cedarpy

        who = [{"uid": {"type": "Subject", "id": "who"}, "attrs": subject, "parents": []}]
        entities = records.entities.with_added_json_str(json.dumps(who), self._schema)
        context = json.dumps({"now": now_us})
        same = {
            "principal": {"type": "Subject", "id": "who"},
            "action": {"type": "Action", "id": action},
            "context": context,
        }
        requests = [{**same, "resource": {"type": "Marking", "id": str(i)}} for i in known]
        return cedarpy.is_authorized_batch(requests, self._policies, entities, self._schema)


def _ruling(answer: "cedarpy.AuthzResult") -> Ruling:
    """An allowance is the word Allow, with a rule that gave it and without any error."""
    import cedarpy

    diagnostics = answer.diagnostics
    if diagnostics.errors:
        return Ruling(False, alarm="a rule could not be evaluated")
    reasons = tuple(sorted(diagnostics.reasons))
    if answer.decision is cedarpy.Decision.Allow and reasons:
        return Ruling(True, reasons)
    if answer.decision is cedarpy.Decision.Deny:
        return Ruling(False, reasons)
    return Ruling(False, alarm="the engine gave no decision")


def activate(rules: Mapping[str, Attributes], schema: str) -> RuleBook:
    """Make a rule book, after the rules were checked against the schema.

    Parameters
    ----------
    rules : mapping of str to rule
        Cedar's JSON form of each rule, by id. Nothing is pasted into text, so no name or value can
        become a rule.
    schema : str
        Cedar schema.

    Raises
    ------
    BadData
        A rule or the schema can't be read, or a rule does not fit the schema: it names an attribute
        or an action that does not exist, or compares what can't be compared.
    """
    import cedarpy

    document = {"staticPolicies": rules, "templates": {}, "templateLinks": []}
    try:
        read = cedarpy.Schema.from_str(schema)
        policies = cedarpy.PolicySet.from_json_str(json.dumps(document))
        # Rendered by the handle itself: what is validated is what will answer.
        verdict = cedarpy.validate_policies(str(policies), read)
    except ValueError as error:
        raise _not_activated(str(error)) from error
    if not verdict.validation_passed or len(policies) != len(rules):
        raise _not_activated("; ".join(one.error for one in verdict.errors[:3]))
    content = json.dumps({"rules": rules, "schema": schema}, sort_keys=True, separators=(",", ":"))
    return RuleBook(policies, read, hashlib.sha256(content.encode()).hexdigest())


def _not_activated(why: str) -> BadData:
    return BadData(
        f"The rules were not activated: {why}",
        where="Cedar policies",
        mend="Correct the rule, or the schema where the language has grown.",
    )
