"""The rule book in force: the global rules and the agreements, read and validated once."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from importlib.resources import files

from redball.access.agreements.document import Agreement, Grant
from redball.access.gate.engine import Attributes, RuleBook, activate, parse_rules
from redball.access.gate.rules import AGREEMENT_ID, rule_id, rules_of, unsound
from redball.access.gate.scope import Alarm
from redball.model import BadData

_FOLDER = files("redball.access.gate").joinpath("policies")
_BOOKS = 64


@dataclass(frozen=True)
class Book:
    """Rules ready to answer, and the grants that rules stand for.

    Attributes
    ----------
    rules : RuleBook
    agreements : tuple of Agreement
        Those that the rules are made of.
    grants : mapping of str to (Agreement, Grant)
        By rule id.
    alarms : tuple of Alarm
        Agreements that were left out, and why.
    """

    rules: RuleBook
    agreements: tuple[Agreement, ...]
    grants: Mapping[str, tuple[Agreement, Grant]]
    alarms: tuple[Alarm, ...]


def usable(
    agreements: Iterable[Agreement], now: datetime
) -> tuple[tuple[Agreement, ...], list[Alarm]]:
    """Agreements that rules are made of at a moment, by id; an alarm for each that is unsound.

    Their rules ask for the moment again. Leaving out here what is not valid now keeps decisions
    good for as long as the set of agreements stays the same, so that they can be kept. Two
    different documents with one id leave doubt which of them is meant: neither is used.
    """
    alarms: list[Alarm] = []
    valid: dict[Agreement, None] = {}
    for agreement in agreements:
        wrong = unsound(agreement)
        if wrong:
            alarms.append(_not_used(wrong, getattr(agreement, "id", "")))
        elif agreement.valid_from <= now < agreement.valid_until:
            valid[agreement] = None
    times = Counter(one.id for one in valid)
    alarms += [_not_used("another has the same id", id_) for id_, n in times.items() if n > 1]
    found = (one for one in valid if times[one.id] == 1)
    return tuple(sorted(found, key=lambda one: one.id)), alarms


def _not_used(why: str, agreement: object) -> Alarm:
    known = isinstance(agreement, str) and AGREEMENT_ID.match(agreement)
    return Alarm(f"The agreement is not used: {why}.", str(agreement) if known else "")


@lru_cache(maxsize=_BOOKS)
def book_of(agreements: tuple[Agreement, ...]) -> Book:
    """The global rules together with those of sound agreements, validated.

    Where the engine refuses a rule all the same, the agreement it comes from is left out.

    Raises
    ------
    BadData
        The global rules are damaged: nothing can be decided.
    """
    try:
        return _book(agreements)
    except BadData:
        good = tuple(one for one in agreements if _activates(one))
        bad = [one for one in agreements if one not in good]
        alarms = tuple(_not_used("the engine refuses its rules", one.id) for one in bad)
        return replace(_book(good), alarms=alarms)


def _book(agreements: tuple[Agreement, ...]) -> Book:
    made = {name: rule for one in agreements for name, rule in rules_of(one).items()}
    grants = {
        rule_id(one.id, number): (one, grant)
        for one in agreements
        for number, grant in enumerate(one.grants)
    }
    rules = activate({**global_rules(), **made}, schema_text())
    return Book(rules, agreements, grants, ())


@lru_cache(maxsize=4 * _BOOKS)
def rules_for(agreements: tuple[Agreement, ...], nation: str) -> RuleBook:
    """The global rules, and those of the agreements that give a nation anything.

    The rest can only permit what others ask for; leaving them out makes an answer quicker and can't
    open anything, because no rule that forbids is left out.
    """
    given = tuple(one for one in agreements if any(nation in grant.to for grant in one.grants))
    return book_of(given).rules


def _activates(agreement: Agreement) -> bool:
    try:
        activate({**global_rules(), **rules_of(agreement)}, schema_text())
    except BadData:
        return False
    return True


@lru_cache(maxsize=1)
def schema_text() -> str:
    """The schema of the gate, as shipped."""
    return _FOLDER.joinpath("gate.cedarschema").read_text("utf-8")


@lru_cache(maxsize=1)
def global_rules() -> Mapping[str, Attributes]:
    """The rules that hold whatever is agreed on, as shipped."""
    return parse_rules(_FOLDER.joinpath("global.cedar").read_text("utf-8"))


def rules_text(agreements: Iterable[Agreement], now: datetime) -> str:
    """Every rule that would be in force at a moment, as Cedar text for people.

    Raises
    ------
    BadData
        An agreement would not be used, or the rules can't be read.
    """
    valid, alarms = usable(agreements, now)
    book = book_of(valid)
    for alarm in (*alarms, *book.alarms):
        raise BadData(alarm.what, where=alarm.where, mend="Correct the agreement.")
    return book.rules.text
