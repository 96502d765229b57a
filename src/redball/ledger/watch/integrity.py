"""Detectors of history that does not fit: the clock, checkpoints, one object with two contents."""

from collections.abc import Iterator

from redball.ledger.envelope import Event, EventKind
from redball.ledger.watch.detection import Detection, Rule, Seen, Severity, plain, words
from redball.ledger.watch.remembered import Remembered, short
from redball.ledger.watch.settings import Settings

_MOST_LEAVES = 2**63
"""A tree is smaller; what claims more, or less than none, is taken as just outside."""


class Clock:
    """Steps of the clock: each event against the one before it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._before: Seen | None = None

    def take(self, seen: Seen) -> Iterator[Detection]:
        """Look at one event."""
        before, self._before = self._before, seen
        leaves = (seen.index,) if before is None else (before.index, seen.index)
        if seen.event.at.tzinfo is None:
            yield seen.found(
                Rule.CLOCK, Severity.MEDIUM, "An event's time has no zone.", (seen.index,)
            )
        if before is None:
            return
        step_s = (seen.at - before.at).total_seconds()
        if step_s < -self._settings.clock_back_seconds:
            what = f"The clock went back by {words(round(-step_s), 'second')}."
            yield seen.found(Rule.CLOCK, Severity.HIGH, what, leaves)
        elif step_s > 86_400.0 * self._settings.clock_ahead_days:
            what = f"The clock went ahead by {words(round(step_s / 86_400), 'day')} at once."
            yield seen.found(Rule.CLOCK, Severity.LOW, what, leaves)


class Checkpoints:
    """Checkpoints of one origin that shrink, or differ at the same size.

    Any event whose facts name ``origin`` and ``size`` tells of a checkpoint; ``root`` is its hash.
    """

    def __init__(self, settings: Settings) -> None:
        self._last = Remembered[str, tuple[int, str, int]](settings.most_remembered)

    def take(self, seen: Seen) -> Iterator[Detection]:
        """Look at one event."""
        origin, size = seen.event.facts.get("origin"), seen.event.facts.get("size")
        if not isinstance(origin, str) or not isinstance(size, int) or isinstance(size, bool):
            return
        size = min(max(size, -1), _MOST_LEAVES)
        root = seen.event.facts.get("root")
        root = root if isinstance(root, str) else ""
        last = self._last.get(short(origin))
        if last is None or size > last[0]:
            self._last.put(short(origin), (size, short(root), seen.index))
        elif size < last[0]:
            yield seen.found(
                Rule.ROLLBACK,
                Severity.CRITICAL,
                f"{plain(origin)} shows {words(size, 'leaf', 'leaves')}; it had {last[0]:,}.",
                (last[2], seen.index),
            )
        elif short(root) != last[1]:
            yield seen.found(
                Rule.SPLIT,
                Severity.CRITICAL,
                f"{plain(origin)} shows two histories of {words(size, 'leaf', 'leaves')}.",
                (last[2], seen.index),
            )


class Equivocation:
    """One object with two contents.

    ``content`` in an event's facts is the hash of what the object says; ``of`` names the object
    where :attr:`Event.object` does not. Drafts may change.
    """

    def __init__(self, settings: Settings) -> None:
        self._content = Remembered[tuple[EventKind, str], tuple[str, int]](settings.most_remembered)

    def take(self, seen: Seen) -> Iterator[Detection]:
        """Look at one event."""
        event = seen.event
        content = event.facts.get("content")
        if not isinstance(content, str) or event.verb.startswith("draft"):
            return
        key = (event.kind, short(_object(event)))
        before = self._content.get(key)
        if before is None:
            self._content.put(key, (short(content), seen.index))
        elif before[0] != short(content):
            yield seen.found(
                Rule.EQUIVOCATION,
                Severity.CRITICAL,
                f"{plain(_object(event))} had other content before.",
                (before[1], seen.index),
            )


def _object(event: Event) -> str:
    of = event.facts.get("of")
    return of if isinstance(of, str) and of else event.object
