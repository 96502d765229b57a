"""Detectors of taking much: bulk reads and exports, and exports just after a widening."""

from collections import deque
from collections.abc import Iterator

from redball.ledger.envelope import Event, EventKind
from redball.ledger.watch.detection import Detection, Rule, Seen, Severity, plain, words
from redball.ledger.watch.remembered import Remembered, short
from redball.ledger.watch.settings import Settings

HOUR_S = 3_600.0
DAY_S = 86_400.0
HOURS = 24

_MOST_ROWS = 10**15
"""What an event says beyond it counts as so many: enough for an alarm, and still a number."""

LEARNING = 0.1
"""Weight of the newest day in the personal mean: about the last twenty days count."""


def rows_of(event: Event, unknown: int) -> int:
    """Rows that an event says; ``unknown`` where it does not say a number of rows."""
    rows = event.facts.get("rows")
    if isinstance(rows, bool) or not isinstance(rows, int) or rows < 0:
        return unknown
    return min(rows, _MOST_ROWS)


class _Reader:
    """What one actor took within 24 hours, and on an ordinary day.

    A day teaches when the window has left it, and never more than was the limit: what is looked
    at now does not raise what it is measured by.
    """

    def __init__(self, most_evidence: int) -> None:
        self.hours: deque[tuple[int, int]] = deque()
        self.total = 0
        self.leaves: deque[int] = deque(maxlen=most_evidence)
        self.day, self.day_rows, self.waiting = -1, 0, -1
        self.mean, self.days = 0.0, 0
        self.told = False

    def move_on(self, seen: Seen, limit: float) -> None:
        """Let hours that have left the window go, and take in the days that it has left."""
        hour, day = int(seen.moment_s // HOUR_S), int(seen.moment_s // DAY_S)
        while self.hours and self.hours[0][0] <= hour - HOURS:
            self.total -= self.hours.popleft()[1]
        if day != self.day:
            self._learn(self.waiting, limit)
            self.waiting = self.day_rows if self.day >= 0 else -1
            if day > self.day + 1:
                self._learn(self.waiting, limit)
                self.waiting = -1
            self.day, self.day_rows = day, 0

    def _learn(self, rows: int, limit: float) -> None:
        if rows >= 0:
            weight = max(LEARNING, 1.0 / (self.days + 1))
            self.mean += weight * (min(float(rows), limit) - self.mean)
            self.days += 1

    def add(self, seen: Seen, rows: int) -> None:
        """Count rows into the hour."""
        hour = int(seen.moment_s // HOUR_S)
        before = self.hours.pop()[1] if self.hours and self.hours[-1][0] == hour else 0
        self.hours.append((hour, before + rows))
        self.total += rows
        self.day_rows += rows
        self.leaves.append(seen.index)


class Bulk:
    """Rows within 24 hours against what the same actor takes on an ordinary day."""

    def __init__(self, settings: Settings, kind: EventKind, rule: Rule, verb: str) -> None:
        self._settings, self._kind, self._rule, self._verb = settings, kind, rule, verb
        self._readers = Remembered[str, _Reader](settings.most_remembered)

    def take(self, seen: Seen) -> Iterator[Detection]:
        """Look at one event."""
        if seen.event.kind is not self._kind:
            return
        chosen = self._settings
        rows = rows_of(seen.event, chosen.bulk_rows)
        reader = self._readers.of(short(seen.event.actor), lambda: _Reader(chosen.most_evidence))
        reader.move_on(seen, self._limit(reader))
        limit = self._limit(reader)
        told = reader.told and reader.total > limit
        reader.add(seen, rows)
        reader.told = reader.total > limit
        if reader.told and not told:
            usual = (
                f"{reader.mean:,.0f} on an ordinary day"
                if reader.days >= chosen.bulk_days
                else "no ordinary day known yet"
            )
            yield seen.found(
                self._rule,
                Severity.HIGH,
                f"{words(reader.total, 'row')} {self._verb} within 24 hours; {usual}.",
                tuple(reader.leaves),
            )

    def _limit(self, reader: _Reader) -> float:
        chosen = self._settings
        if reader.days < chosen.bulk_days:
            own = float(chosen.bulk_rows_new)
        else:
            own = max(float(chosen.bulk_rows), chosen.bulk_factor * reader.mean)
        return min(own, float(chosen.bulk_rows_ever))


class WidenedExport:
    """Exports that rest on an agreement which was widened just before."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        most = settings.most_remembered
        self._widened = Remembered[str, tuple[float, int]](most)
        self._told = Remembered[tuple[str, str], int](most)

    def take(self, seen: Seen) -> Iterator[Detection]:
        """Look at one event."""
        event = seen.event
        if event.kind is EventKind.AGREEMENT and _widens(event):
            self._widened.put(short(_agreement(event)), (seen.moment_s, seen.index))
        elif event.kind is EventKind.EXPORT:
            for agreement in event.agreements:
                yield from self._export(seen, agreement)

    def _export(self, seen: Seen, agreement: str) -> Iterator[Detection]:
        widened = self._widened.get(short(agreement))
        hours = self._settings.widened_hours
        if widened is None or seen.moment_s - widened[0] > hours * HOUR_S:
            return
        who = (short(agreement), short(seen.event.actor))
        if self._told.get(who) == widened[1]:
            return
        self._told.put(who, widened[1])
        yield seen.found(
            Rule.WIDENED_EXPORT,
            Severity.HIGH,
            f"Exported under {plain(agreement)} within {words(hours, 'hour')} of its widening.",
            (widened[1], seen.index),
        )


def _widens(event: Event) -> bool:
    """Whether an activation releases more; one that does not say counts as if it did."""
    return event.verb.startswith("activate") and event.facts.get("wider") is not False


def _agreement(event: Event) -> str:
    """Id of an agreement whose object is the id with its version."""
    return event.agreements[0] if event.agreements else event.object.split(" ", 1)[0]
