"""What people do with the register: write entries, review them, read indicators, close.

An act is written into the store's ledger first, then into the register, and only then shown. Where
somebody wrote meanwhile, nothing of it is written.
"""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from redball.access import parse_subject
from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.register.keeping import (
    APPETITE,
    KeptRegister,
    NoSuchRisk,
    kept_register,
    known_notes,
    label_of_names,
)
from redball.app.releasing import authorised
from redball.app.seen import Seen
from redball.app.view import View, opened, see
from redball.desk import Desk
from redball.desk.journal import Note, Overwritten, add_notes
from redball.ledger import Event, EventKind
from redball.model import BadUse, ResultLabel
from redball.model.written.values import name_text
from redball.risk.register import Register, RiskEntry, as_values

MOST_WORDS = 4_000


class RegisterChanged(BadUse):
    """Somebody wrote about the risk since its reader looked: nothing was written."""

    status = 409

    def __init__(self, key: str) -> None:
        super().__init__(
            "Somebody else wrote about this while you did; nothing was written.",
            where=key,
            mend="Look at what they wrote, then send yours again.",
        )
        self._key = key

    def __reduce__(self) -> tuple[type["RegisterChanged"], tuple[str]]:
        """Let the error travel from a worker."""
        return (RegisterChanged, (self._key,))


@dataclass(frozen=True)
class RiskChange:
    """What is changed of a risk; None stays as it is.

    Attributes
    ----------
    owner, state, source, confidence : str or None
    review : date or None
    per_year : float or None
    treatments : tuple of str or None
    """

    owner: str | None = None
    state: str | None = None
    review: date | None = None
    per_year: float | None = None
    source: str | None = None
    confidence: str | None = None
    treatments: tuple[str, ...] | None = None

    @property
    def values(self) -> dict[str, Any]:
        """What is given."""
        return {name: value for name, value in vars(self).items() if value is not None}


@use_case(Action.NOTE)
def register_write(view: View, desk: Desk, wanted: Register, by: str) -> KeptRegister:
    """Write the entries of a register that are new or differ; others stay as they are.

    Raises
    ------
    BadUse
        A cause is named that is there nowhere, or it is not known who writes.
    RegisterChanged
        Somebody else wrote meanwhile.
    """
    seen, known = _now(view, desk)
    before = {("risk", risk.key): as_values(risk) for risk in known.register.risks}
    before |= {("cause", cause.name): as_values(cause) for cause in known.register.causes}
    before[APPETITE, APPETITE] = as_values(known.register.appetite)
    after = {("risk", risk.key): as_values(risk) for risk in wanted.risks}
    after |= {("cause", cause.name): as_values(cause) for cause in wanted.causes}
    if wanted.appetite.stated:
        after[APPETITE, APPETITE] = as_values(wanted.appetite)
    changed = {pair: body for pair, body in after.items() if before.get(pair) != body}
    acts = [
        _note(view, seen, pair, "changed" if before.get(pair) else "written", by, "", body)
        for pair, body in changed.items()
    ]
    return _written(view, desk, known, acts)


@use_case(Action.NOTE)
def register_change(
    view: View, desk: Desk, key: str, change: RiskChange, words: str, by: str,
    knowing: str | None = None,
) -> KeptRegister:  # fmt: skip
    """Review or change one risk, with a reason.

    Parameters
    ----------
    knowing : str, optional
        The last entry that the author saw; whatever there is now without it.

    Raises
    ------
    NoSuchRisk
        It is not in the viewer's register.
    BadUse
        A value is out of range, or nothing is changed or said.
    RegisterChanged
        Somebody else wrote meanwhile.
    """
    seen, known = _now(view, desk)
    risk = _risk(known, key)
    if not change.values and not words.strip():
        raise BadUse("Nothing is changed and nothing is said.", mend="Give a value or words.")
    if change.state == "closed" and not words.strip():
        raise BadUse("Closing a risk needs a reason.", mend="Say it in a few words.")
    made = replace(risk, **change.values)
    verb = "closed" if change.state == "closed" else "reviewed"
    act = _note(view, seen, ("risk", key), verb, by, words, as_values(made))
    return _written(view, desk, known, [act], knowing)


@use_case(Action.NOTE)
def register_reading(
    view: View, desk: Desk, key: str, indicator: str, value: float, on: date, by: str
) -> KeptRegister:
    """Write down the value of an indicator of a risk.

    Raises
    ------
    NoSuchRisk
        It is not in the viewer's register.
    BadUse
        It has no such indicator, or the value is none.
    """
    seen, known = _now(view, desk)
    risk = _risk(known, key)
    names = [each.name for each in risk.indicators]
    if indicator not in names:
        raise BadUse(
            f"The risk has no indicator '{indicator}'.",
            where=key,
            mend=f"It has: {', '.join(names)}." if names else "It has none.",
        )
    at = names.index(indicator)
    read = replace(risk.indicators[at], value=value, on=on)
    made = replace(risk, indicators=(*risk.indicators[:at], read, *risk.indicators[at + 1 :]))
    words = f"{indicator}: {value:g} on {on.isoformat()}"
    act = _note(view, seen, ("risk", key), "read", by, words, as_values(made))
    return _written(view, desk, known, [act])


@use_case(Action.NOTE)
def register_remove(view: View, desk: Desk, key: str, words: str, by: str) -> KeptRegister:
    """Take a risk out of the register that never was one; what was written stays in the history.

    Raises
    ------
    NoSuchRisk
        It is not in the viewer's register.
    BadUse
        No reason is given.
    """
    seen, known = _now(view, desk)
    _risk(known, key)
    if not words.strip():
        raise BadUse("Removing a risk needs a reason.", mend="Say it in a few words.")
    act = _note(view, seen, ("risk", key), "removed", by, words, {})
    return _written(view, desk, known, [act])


def _now(view: View, desk: Desk) -> tuple[Seen, KeptRegister]:
    if view.as_of is not None:
        raise BadUse("The past can't be changed.", mend="Go back to now.")
    authorised(parse_subject(view.viewer), Action.NOTE)
    seen = see(view)
    return seen, kept_register(seen, desk, view.viewer)


def _risk(known: KeptRegister, key: str) -> RiskEntry:
    found = known.register.risk(key)
    if found is None:
        raise NoSuchRisk(key)
    return found


def _note(
    view: View, seen: Seen, pair: tuple[str, str], verb: str, by: str, words: str,
    body: Mapping[str, Any],
) -> Note:  # fmt: skip
    said = "".join(c for c in words if c == "\n" or unicodedata.category(c)[0] != "C").strip()
    if len(said) > MOST_WORDS:
        raise BadUse(f"The words are longer than {MOST_WORDS:,} letters.", mend="Make it shorter.")
    label: ResultLabel = label_of_names(seen)
    return Note(
        pair[0], view.nation, pair[1], datetime.now(UTC), name_text(by.strip(), "by"),
        parse_subject(view.viewer).text, verb, said,
        json.loads(json.dumps(body, default=date.isoformat)), label,
    )  # fmt: skip


def _written(
    view: View, desk: Desk, known: KeptRegister, acts: Sequence[Note], knowing: str | None = None
) -> KeptRegister:
    if acts:
        write_notes(view, desk, acts, known.versions, known.under, knowing)
    return kept_register(see(view), desk, view.viewer)


def write_notes(
    view: View, desk: Desk, acts: Sequence[Note], versions: Mapping[tuple[str, str], str],
    under: frozenset[str], knowing: str | None = None,
) -> None:  # fmt: skip
    """Write entries into the ledger, then into the journal.

    Parameters
    ----------
    versions : mapping of (topic, key) to str
        The last entry about each thing that the author was shown.
    under : frozenset of str
        Agreements under which the author reads.
    knowing : str, optional
        Instead of the versions, for one entry.

    Raises
    ------
    RegisterChanged
        Somebody wrote about one of them since.
    """
    subject = parse_subject(view.viewer)

    def fits(note: Note, so_far: Sequence[Note]) -> bool:
        before = known_notes(so_far, subject, under)
        version = versions.get((note.topic, note.key), "") if knowing is None else knowing
        return (before[-1].id if before else "") == version

    events = [
        Event(
            EventKind.DECISION, f"{act.verb} {act.topic}", act.subject, f"{act.topic} {act.key}",
            act.at, label=act.label.text, agreements=tuple(sorted(act.label.agreements)), facts={},
            secret={"by": act.by, "words": act.words, "body": json.dumps(act.body)},
        )
        for act in acts
    ]  # fmt: skip
    with opened(view.store) as store:
        leaves = store.record(events)
    try:
        add_notes(
            desk, [replace(act, leaf=leaf) for act, leaf in zip(acts, leaves, strict=True)],
            fits=fits,
        )  # fmt: skip
    except Overwritten as error:
        raise RegisterChanged(error.note.key) from None
