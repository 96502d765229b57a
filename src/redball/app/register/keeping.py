"""The risk register of a nation as its people keep it at the desk, and as a viewer may know it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from redball.access import Subject, parse_subject
from redball.access.actions import Action
from redball.app.answers import cleared
from redball.app.doing import use_case
from redball.app.seen import Seen
from redball.app.view import View, see
from redball.desk import Desk
from redball.desk.journal import Note, notes
from redball.model import BadUse, Origin, ResultLabel, combine
from redball.risk.register import Appetite, Notice, Register, RiskEntry, notices
from redball.risk.register.reading import read_appetite, read_cause, read_risk

TOPICS = ("risk", "cause", "appetite")
APPETITE = "appetite"
_TABLES = ("hazard", "party", "site", "lane", "item")


class NoSuchRisk(BadUse):
    """No risk of that key is in the viewer's register: there is none, or it is not for them."""

    status = 404

    def __init__(self, key: str) -> None:
        super().__init__(
            "There is no such risk in the register.",
            where=key,
            mend="See what there is with: redball risk register list",
        )
        self._key = key

    def __reduce__(self) -> tuple[type["NoSuchRisk"], tuple[str]]:
        """Let the error travel from a worker."""
        return (NoSuchRisk, (self._key,))


@dataclass(frozen=True)
class KeptRegister:
    """A nation's register as a viewer may know it.

    Attributes
    ----------
    register : Register
    versions : mapping of (topic, key) to str
        The last entry that the viewer knows: what a change is made on top of.
    written : tuple of Note
        What the viewer may know, oldest first.
    notices : tuple of Notice
        What wants somebody's eye on the day of the data.
    under : frozenset of str
        Agreements under which the viewer reads now.
    origin : Origin
    """

    register: Register
    versions: Mapping[tuple[str, str], str]
    written: tuple[Note, ...]
    notices: tuple[Notice, ...]
    under: frozenset[str]
    origin: Origin = field(repr=False)

    @property
    def today(self) -> date:
        """Day of the data."""
        return self.origin.as_of.date()

    def history(self, key: str) -> tuple[Note, ...]:
        """What was written about a risk, oldest first."""
        return tuple(one for one in self.written if one.topic == "risk" and one.key == key)


def known_notes(
    written: Sequence[Note], subject: Subject, agreements: frozenset[str]
) -> list[Note]:
    """Entries that a subject may know, who reads under these agreements now."""
    labels: dict[ResultLabel, bool] = {}
    found = []
    for note in written:
        label = note.label
        if label not in labels:
            labels[label] = cleared(label.text, subject) and agreements >= label.agreements
        if labels[label]:
            found.append(note)
    return found


@use_case(Action.SEE)
def register(view: View, desk: Desk) -> KeptRegister:
    """The register of the viewer's nation.

    Raises
    ------
    StoreMissing, StoreTooNew, NotPermitted
        See :func:`redball.app.view.see`.
    """
    return kept_register(see(view), desk, view.viewer)


def kept_register(seen: Seen, desk: Desk, viewer: str) -> KeptRegister:
    """The register for somebody who is shown a twin."""
    subject = parse_subject(viewer)
    under = frozenset(seen.scope.agreements if seen.scope is not None else ())
    written = known_notes(notes(desk, subject.nation, TOPICS), subject, under)
    last: dict[tuple[str, str], Note] = {}
    for note in written:
        last[note.topic, note.key] = note
    there = {pair: note for pair, note in last.items() if note.body}
    found = {topic: [n for (t, _), n in sorted(there.items()) if t == topic] for topic in TOPICS}
    causes = tuple(read_cause(n.body, f"cause {n.key}") for n in found["cause"])
    named = {cause.name for cause in causes}
    risks = [read_risk(n.body, f"risk {n.key}") for n in found["risk"]]
    appetites = [read_appetite(n.body, APPETITE) for n in found["appetite"]]
    known = Register(
        # a cause that is not there for the viewer ties nothing together
        tuple(risk if risk.cause in named else without_cause(risk) for risk in risks),
        causes,
        appetites[0] if appetites else Appetite(),
    )
    label = _label(seen, [note.label for note in there.values()])
    origin = seen.origin(label=label)
    return KeptRegister(
        known, {pair: note.id for pair, note in last.items()}, tuple(written),
        notices(known, origin.as_of.date()), under, origin,
    )  # fmt: skip


def without_cause(risk: RiskEntry) -> RiskEntry:
    """The same risk, tied to nothing."""
    return replace(risk, cause="")


def label_of_names(seen: Seen) -> ResultLabel:
    """Label of what a register names: the tables that its names come from."""
    return _label(seen, [])


def _label(seen: Seen, labels: Sequence[ResultLabel]) -> ResultLabel:
    found = seen.twin.label_of("hazard")
    for table in _TABLES[1:]:
        found = combine(found, seen.twin.label_of(table))
    for label in labels:
        found = combine(found, label)
    return found
