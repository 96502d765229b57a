"""All detectors over a ledger, in one pass."""

from collections.abc import Iterable
from datetime import UTC
from typing import Protocol

from redball.ledger.envelope import Event, EventKind
from redball.ledger.watch.alarms import Alarms
from redball.ledger.watch.amounts import Bulk, WidenedExport
from redball.ledger.watch.detection import Detection, Rule, Seen
from redball.ledger.watch.integrity import Checkpoints, Clock, Equivocation
from redball.ledger.watch.refusals import NewRole, Probing
from redball.ledger.watch.settings import Settings


class Detector(Protocol):
    """Looks at events in the order of the ledger."""

    def take(self, seen: Seen) -> Iterable[Detection]:
        """Look at one event."""
        ...


class Watcher:
    """Detectors that are fed as events come; each event costs the same, however long the ledger.

    Parameters
    ----------
    settings : Settings
    first : int
        Leaf of the first event.
    """

    def __init__(self, settings: Settings | None = None, *, first: int = 0) -> None:
        chosen = settings or Settings()
        self._index, self._moment_s, self._before_s = first, 0.0, 0.0
        self._begun = False
        self._detectors: tuple[Detector, ...] = (
            Clock(chosen),
            Alarms(),
            Probing(chosen),
            NewRole(chosen),
            Bulk(chosen, EventKind.RELEASE, Rule.BULK_READ, "read"),
            Bulk(chosen, EventKind.EXPORT, Rule.BULK_EXPORT, "exported"),
            WidenedExport(chosen),
            Checkpoints(chosen),
            Equivocation(chosen),
        )

    def take(self, event: Event) -> tuple[Detection, ...]:
        """Look at the next event."""
        at = event.at if event.at.tzinfo is not None else event.at.replace(tzinfo=UTC)
        now_s = at.timestamp()
        if not self._begun:
            self._begun, self._moment_s = True, now_s
        else:
            self._moment_s += max(0.0, now_s - self._before_s)
        self._before_s = now_s
        seen = Seen(self._index, event, at, self._moment_s)
        self._index += 1
        return tuple(found for one in self._detectors for found in one.take(seen))


def watch(
    events: Iterable[Event], settings: Settings | None = None, *, first: int = 0
) -> tuple[Detection, ...]:
    """Look at a ledger's events, in their order.

    Parameters
    ----------
    events : iterable of Event
        In the order of their leaves.
    settings : Settings
    first : int
        Leaf of the first event.

    Returns
    -------
    tuple of Detection
        In the order of the events that completed them.
    """
    watcher = Watcher(settings, first=first)
    return tuple(found for event in events for found in watcher.take(event))
