"""Agreements as rules: one Cedar rule for each grant, named ``AGREEMENT-ID#n``.

An agreement comes from outside, so its words never become text of a rule: rules are made as Cedar's
JSON form, in which a word can only be a value. What is not plainly sound is not compiled at all.

Source: Cedar policy language, 'JSON policy format'.
"""

import re
from datetime import UTC, datetime, timedelta

from redball.access.actions import GRANTED, Action
from redball.access.agreements.document import Agreement, Detail, Grant
from redball.access.gate.engine import Attributes, Json
from redball.access.subject import HELD, Purpose
from redball.model.labels import ALL, CLASSIFICATIONS, OWNER_CODE
from redball.model.markings import ANY

AGREEMENT_ID = re.compile(r"^[A-Z0-9][A-Z0-9-]{0,39}\Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970-01-01 UTC; ``moment`` has a zone."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def rule_id(agreement: str, number: int) -> str:
    """Id of the rule of a grant; the ids of agreements hold no '#'."""
    return f"{agreement}#{number}"


def rules_of(agreement: Agreement) -> dict[str, Attributes]:
    """Rules of a sound agreement, one for each grant, by id."""
    return {
        rule_id(agreement.id, number): _rule(agreement, grant)
        for number, grant in enumerate(agreement.grants)
    }


def _rule(agreement: Agreement, grant: Grant) -> Attributes:
    """A permit; the first conditions are those that most questions fail.

    The annotations decide nothing; they let the hash of the rules cover what else the grant says.
    """
    conditions = [
        _same(_attribute("resource", "owner"), _value(grant.giver)),
        _one_of(grant.to, _attribute("principal", "nation")),
        _one_of(grant.kinds, _attribute("resource", "kind")),
        _same(_attribute("principal", "purpose"), _value(agreement.purpose.value)),
        _one_of(_upto(grant.ceiling), _attribute("resource", "classification")),
        _all_in(grant.caveats, _attribute("resource", "caveats")),
        {">=": {"left": _attribute("context", "now"), "right": _moment(agreement.valid_from)}},
        {"<": {"left": _attribute("context", "now"), "right": _moment(agreement.valid_until)}},
    ]
    for names, attribute in (
        (grant.classes, "classes"),
        (grant.areas, "areas"),
        (grant.sites, "sites"),
    ):
        if names:
            conditions.append(_all_in(names, _attribute("resource", attribute)))
    if agreement.exercise_only:
        conditions.append(_attribute("resource", "exercise"))
    return {
        "annotations": {"version": str(agreement.version), "detail": grant.detail.value},
        "effect": "permit",
        "principal": {"op": "is", "entity_type": "Subject"},
        "action": {
            "op": "in",
            "entities": [{"type": "Action", "id": one.value} for one in grant.actions],
        },
        "resource": {"op": "is", "entity_type": "Marking"},
        "conditions": [{"kind": "when", "body": one} for one in conditions],
    }


def _upto(ceiling: str) -> tuple[str, ...]:
    return CLASSIFICATIONS[: CLASSIFICATIONS.index(ceiling) + 1]


def _attribute(of: str, name: str) -> Attributes:
    return {".": {"left": {"Var": of}, "attr": name}}


def _value(value: Json) -> Attributes:
    return {"Value": value}


def _moment(moment: datetime) -> Attributes:
    return _value(microseconds(moment))


def _same(left: Attributes, right: Attributes) -> Attributes:
    return {"==": {"left": left, "right": right}}


def _one_of(words: tuple[str, ...], attribute: Attributes) -> Attributes:
    return {"contains": {"left": {"Set": [_value(one) for one in words]}, "right": attribute}}


def _all_in(words: tuple[str, ...], attribute: Attributes) -> Attributes:
    """Every word of the attribute is one of ``words``; an empty set of words has no type."""
    if not words:
        return {"isEmpty": {"arg": attribute}}
    return {"containsAll": {"left": {"Set": [_value(one) for one in words]}, "right": attribute}}


def unsound(agreement: Agreement) -> str:
    """Why an agreement is not compiled; empty when it is sound.

    Whoever hands it over has checked signatures and life cycle; here what a rule is made of is
    checked again, because the gate believes nobody.
    """
    try:
        hash(agreement)
        wrong = _wrong(agreement)
        wrongs = (_wrong_grant(grant, agreement.parties) for grant in agreement.grants)
        return wrong or next(filter(None, wrongs), "")
    except (AttributeError, TypeError, ValueError):
        return "it is not of the form of an agreement"


def _wrong(agreement: Agreement) -> str:
    checks = (
        (AGREEMENT_ID.match(agreement.id), "its id is not one"),
        (_members(agreement.parties), "its parties are not members"),
        (len(set(agreement.parties)) > 1, "it has one party"),
        (isinstance(agreement.purpose, Purpose), "its purpose is unknown"),
        (isinstance(agreement.exercise_only, bool), "it does not say whether it is for exercises"),
        (agreement.valid_from.utcoffset() is not None, "its validity has no time zone"),
        (agreement.valid_until.utcoffset() is not None, "its validity has no time zone"),
        (isinstance(agreement.grants, tuple) and agreement.grants, "it grants nothing"),
    )
    return next((wrong for holds, wrong in checks if not holds), "")


def _wrong_grant(grant: Grant, parties: tuple[str, ...]) -> str:
    receivers = _members(grant.to) and set(grant.to) <= set(parties) - {grant.giver}
    limits = (grant.classes, grant.areas, grant.sites)
    actions = isinstance(grant.actions, tuple) and all(
        isinstance(one, Action) and one in GRANTED for one in grant.actions
    )
    checks = (
        (grant.giver in parties, "a giver is not a party"),
        (receivers, "a receiver is not another party"),
        (_words(grant.kinds) and grant.kinds, "a grant names no kind"),
        (all(map(_words, limits)), "classes, areas or sites of a grant are not words"),
        (grant.ceiling in CLASSIFICATIONS, "a ceiling is unknown"),
        (_words(grant.caveats) and set(grant.caveats) <= set(HELD), "a caveat can't be granted"),
        (actions and grant.actions, "an action can't be granted"),
        (isinstance(grant.detail, Detail), "a detail is unknown"),
    )
    return next((wrong for holds, wrong in checks if not holds), "")


def _words(values: object) -> bool:
    """Texts, none of them the word by which a marking says 'any': that is for markings alone."""
    return isinstance(values, tuple) and all(
        isinstance(one, str) and one not in ("", ANY) and one.isprintable() for one in values
    )


def _members(values: object) -> bool:
    """One or more owner codes; a release to ALL is a matter of labels."""
    if not isinstance(values, tuple) or not values:
        return False
    return all(isinstance(one, str) and OWNER_CODE.match(one) and one != ALL for one in values)
