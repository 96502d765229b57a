"""Detectors that pass on what the gate has said: canaries touched, and its own alarms."""

from collections.abc import Iterator

from redball.ledger.envelope import Event, EventKind
from redball.ledger.watch.detection import Detection, Rule, Seen, Severity, plain
from redball.model.labels import CANARY

_READ = (EventKind.RELEASE, EventKind.DECISION, EventKind.EXPORT)


class Alarms:
    """Canaries, and every other alarm."""

    def take(self, seen: Seen) -> Iterator[Detection]:
        """Look at one event."""
        event = seen.event
        if event.kind in _READ and _bait(event):
            what = "A canary went out: the gate let through what nobody may read."
            yield seen.found(Rule.CANARY, Severity.CRITICAL, what)
        elif event.kind in (EventKind.ALARM, EventKind.REFUSAL) and _bait(event):
            yield seen.found(Rule.CANARY, Severity.HIGH, "A canary was asked for.")
        elif event.kind is EventKind.ALARM:
            reason = event.facts.get("reason")
            said = f"{event.verb}: {reason}" if isinstance(reason, str) else event.verb
            yield seen.found(Rule.ALARM, Severity.HIGH, f"An alarm: {plain(said, 120)}.")


def _bait(event: Event) -> bool:
    """Whether the label, the verb or the facts name a canary."""
    if event.facts.get("canary") is True:
        return True
    told = [event.label, event.verb]
    for name in ("reason", "caveats"):
        fact = event.facts.get(name)
        told += [fact] if isinstance(fact, str) else fact if isinstance(fact, list) else []
    return any(CANARY in _words(str(text)) for text in told)


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.upper()).split()
