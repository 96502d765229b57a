"""Deciding: every marking once for a subject, an action and a set of agreements."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from threading import Lock
from types import MappingProxyType

from redball.access.actions import Action
from redball.access.agreements.document import Agreement, Detail
from redball.access.gate.book import Book, book_of, rules_for, usable
from redball.access.gate.engine import Attributes, Records, Ruling
from redball.access.gate.reasons import reasons_for
from redball.access.gate.rules import microseconds
from redball.access.gate.scope import BY_GATE, Alarm, ReleaseScope, Verdict
from redball.access.subject import Subject
from redball.model import BadUse, Label
from redball.model.markings import Marking

FINEST_FIRST = tuple(Detail)

_Answers = dict[Marking, Ruling]


class _Kept:
    """Rulings by rules, subject and action, and then by marking; the oldest questions are dropped.

    Safe to share among threads: a ruling is a value, and the same question has the same answer.
    """

    MOST_QUESTIONS = 256
    MOST_ANSWERS = 200_000

    def __init__(self) -> None:
        self._lock = Lock()
        self._answers: OrderedDict[tuple[str, Subject, Action], _Answers] = OrderedDict()
        self._count = 0

    def get(self, question: tuple[str, Subject, Action]) -> _Answers:
        with self._lock:
            found = self._answers.get(question)
            if found is None:
                return {}
            self._answers.move_to_end(question)
            return found

    def add(self, question: tuple[str, Subject, Action], answers: _Answers) -> None:
        """Keep answers; those with an alarm are asked again next time."""
        with self._lock:
            before = self._answers.pop(question, {})
            # A new mapping, because threads may be reading the one before.
            after = before | {m: one for m, one in answers.items() if not one.alarm}
            self._answers[question] = after
            self._count += len(after) - len(before)
            while self._answers and (
                len(self._answers) > self.MOST_QUESTIONS or self._count > self.MOST_ANSWERS
            ):
                self._count -= len(self._answers.popitem(last=False)[1])

    def clear(self) -> None:
        with self._lock:
            self._answers.clear()
            self._count = 0


_kept = _Kept()


def forget() -> None:
    """Drop every decision and rule book that was kept; the next question starts from nothing."""
    _kept.clear()
    _loaded.cache_clear()
    book_of.cache_clear()
    rules_for.cache_clear()


def decide(
    markings: Mapping[int, Marking],
    subject: Subject,
    action: Action,
    agreements: Sequence[Agreement] = (),
    *,
    now: datetime,
) -> ReleaseScope:
    """Decide which markings a subject may use for an action.

    Parameters
    ----------
    markings : mapping of int to Marking
        All interned markings of the store, by id.
    subject : Subject
    action : Action
    agreements : sequence of Agreement
        Those in force by their life cycle; their validity is checked again.
    now : datetime
        Moment of the decision, with a zone.

    Returns
    -------
    ReleaseScope
        Whatever can't be decided is denied, with an alarm; also when nothing can be.

    Raises
    ------
    BadUse
        ``now`` has no zone, or ``subject`` or ``action`` is of another type.
    """
    _check(subject, action, now)
    book, rulings, alarms = _rulings(tuple(markings.values()), subject, action, agreements, now)
    labels: dict[int, Label] = {}
    details: dict[int, Detail] = {}
    relied: dict[str, Agreement] = {}
    for number, marking in markings.items():
        ruling = rulings.get(marking)
        if ruling is None or book is None or not ruling.allowed:
            if ruling is not None and ruling.alarm:
                alarms.append(Alarm(f"Denied: {ruling.alarm}.", f"marking {number}"))
            continue
        agreement, detail = _grounds(ruling, book, marking, subject, action)
        labels[number] = _effective(marking.label, subject, agreement)
        if detail is not Detail.EXACT:
            details[number] = detail
        if agreement is not None:
            relied[agreement.id] = agreement
    return ReleaseScope(
        subject,
        action,
        MappingProxyType(labels),
        MappingProxyType(details),
        MappingProxyType(relied),
        book.rules.digest if book else "",
        len(markings) - len(labels),
        tuple(alarms),
        BY_GATE,
    )


def verdict(
    marking: Marking,
    subject: Subject,
    action: Action,
    agreements: Sequence[Agreement] = (),
    *,
    now: datetime,
) -> Verdict:
    """Decide one marking, with reasons; parameters and errors as for :func:`decide`."""
    _check(subject, action, now)
    book, rulings, alarms = _rulings((marking,), subject, action, agreements, now)
    ruling = rulings.get(marking, Ruling(False, alarm="there are no rules"))
    if ruling.alarm:
        alarms.append(Alarm(f"Denied: {ruling.alarm}.", "marking"))
    agreement, detail = None, Detail.TOTALS
    if book is not None and ruling.allowed:
        agreement, detail = _grounds(ruling, book, marking, subject, action)
    return Verdict(
        allowed=book is not None and ruling.allowed,
        agreement=agreement.id if agreement else "",
        detail=detail,
        reasons=reasons_for(ruling, marking, subject, action, agreements, now),
        owner=marking.label.owner,
        alarms=tuple(alarms),
        token=BY_GATE,
    )


def _check(subject: Subject, action: Action, now: datetime) -> None:
    if not isinstance(subject, Subject) or not isinstance(action, Action):
        raise BadUse(
            "The gate decides for a subject and an action.", mend="Use parse_subject and Action."
        )
    if now.utcoffset() is None:
        raise BadUse("The moment of a decision needs a time zone.", mend="Use UTC.")


def _rulings(
    markings: tuple[Marking, ...],
    subject: Subject,
    action: Action,
    agreements: Sequence[Agreement],
    now: datetime,
) -> tuple[Book | None, _Answers, list[Alarm]]:
    """Rulings on markings, from what is kept or from the engine; without rules there are none."""
    try:
        valid, alarms = usable(agreements, now)
        book = book_of(valid)
        question = (book.rules.digest, subject, action)
        known = _kept.get(question)
        missing = tuple(dict.fromkeys(one for one in markings if one not in known))
        if missing:
            asked = rules_for(book.agreements, subject.nation).ask(
                _loaded(missing),
                subject_record(subject),
                action.value,
                range(len(missing)),
                microseconds(now),
            )
            fresh = {missing[i]: ruling for i, ruling in asked.items()}
            _kept.add(question, fresh)
            known = known | fresh
    except Exception as error:  # noqa: BLE001 - whatever goes wrong, nothing is allowed
        return None, {}, [Alarm("Nothing could be decided.", type(error).__name__)]
    return book, known, [*alarms, *book.alarms]


@lru_cache(maxsize=8)
def _loaded(markings: tuple[Marking, ...]) -> Records:
    """Records of markings by their position; every book has the same schema."""
    return book_of(()).rules.load({i: marking_record(one) for i, one in enumerate(markings)})


def subject_record(subject: Subject) -> Attributes:
    """A subject as the schema describes it."""
    return {
        "nation": subject.nation,
        "role": subject.role,
        "clearance": sorted(subject.clearance),
        "caveats": sorted(subject.caveats),
        "purpose": subject.purpose,
    }


def marking_record(marking: Marking) -> Attributes:
    """A marking as the schema describes it."""
    return {
        "owner": marking.label.owner,
        "classification": marking.label.classification,
        "release": sorted(marking.label.release),
        "caveats": sorted(marking.label.caveats),
        "kind": marking.kind,
        "classes": marking.classes,
        "areas": marking.areas,
        "sites": marking.sites,
        "exercise": marking.exercise,
    }


def _grounds(
    ruling: Ruling, book: Book, marking: Marking, subject: Subject, action: Action
) -> tuple[Agreement | None, Detail]:
    """What an allowance rests on: the label where it suffices, else the finest agreement."""
    own = marking.label.owner == subject.nation
    totals = action is Action.AGGREGATE and not own
    grants = [book.grants[reason] for reason in ruling.reasons if reason in book.grants]
    if not grants or len(grants) < len(ruling.reasons):  # a rule about the label itself
        return None, Detail.TOTALS if totals else Detail.EXACT
    agreement, grant = min(
        grants, key=lambda pair: (FINEST_FIRST.index(pair[1].detail), pair[0].id)
    )
    return agreement, Detail.TOTALS if totals else grant.detail


def _effective(label: Label, subject: Subject, agreement: Agreement | None) -> Label:
    """The label that rows carry in the subject's twin: never open to more than its nation."""
    if agreement is None:
        return label
    return Label(
        label.owner,
        label.classification,
        label.release | {subject.nation},
        label.caveats,
        agreement.id,
    )
