"""Detectors of probing: many refusals, many different things asked for, roles never seen."""

from collections import OrderedDict
from collections.abc import Iterator

from redball.ledger.envelope import Event, EventKind
from redball.ledger.watch.detection import Detection, Rule, Seen, Severity, words
from redball.ledger.watch.remembered import Remembered, short
from redball.ledger.watch.settings import Settings


def nation_of(actor: str) -> str:
    """Nation of a subject's text: its first word."""
    return actor.split(maxsplit=1)[0] if actor.strip() else ""


def role_of(actor: str) -> str:
    """Role of a subject's text; a nation's code alone is its node."""
    given = (word.partition("=") for word in actor.split()[1:])
    return next((value for name, _, value in given if name == "role"), "node")


def asked_of(event: Event) -> str:
    """What was asked for in vain."""
    asked = event.facts.get("asked")
    return asked if isinstance(asked, str) and asked else event.object


class _Count:
    """Leaves of one actor within a window, the last of each thing; speaks once for each run.

    Things are the objects asked for, or the leaves themselves where every refusal counts. Never
    more than ``enough`` are kept: those more recent decide.
    """

    def __init__(self, enough: int) -> None:
        self.enough = enough
        self.kept: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self.told = False

    def full(self, thing: str, seen: Seen, window_s: float) -> bool:
        """Whether this one fills the window for the first time since it was not full."""
        while self.kept and next(iter(self.kept.values()))[0] < seen.moment_s - window_s:
            self.kept.popitem(last=False)
        told = self.told and len(self.kept) >= self.enough
        self.kept[thing] = (seen.moment_s, seen.index)
        self.kept.move_to_end(thing)
        if len(self.kept) > self.enough:
            self.kept.popitem(last=False)
        self.told = len(self.kept) >= self.enough
        return self.told and not told

    @property
    def leaves(self) -> list[int]:
        return [index for _, index in self.kept.values()]


class Probing:
    """Bursts of refusals: of different objects, of one actor, of one nation."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        most = settings.most_remembered
        self._objects = Remembered[str, _Count](most)
        self._actors = Remembered[str, _Count](most)
        self._nations = Remembered[str, _Count](most)

    def take(self, seen: Seen) -> Iterator[Detection]:
        """Look at one event."""
        if seen.event.kind not in (EventKind.REFUSAL, EventKind.ALARM):
            return
        chosen, actor = self._settings, short(seen.event.actor)
        each = str(seen.index)
        yield from self._told(
            seen, Rule.ENUMERATION, self._objects.of(actor, lambda: _Count(chosen.enumerated)),
            short(asked_of(seen.event)), "different object", "by one actor",
        )  # fmt: skip
        yield from self._told(
            seen, Rule.REFUSALS, self._actors.of(actor, lambda: _Count(chosen.refused)),
            each, "refusal", "of one actor",
        )  # fmt: skip
        nation = short(nation_of(seen.event.actor))
        yield from self._told(
            seen, Rule.REFUSALS, self._nations.of(nation, lambda: _Count(chosen.refused_nation)),
            each, "refusal", "of one nation",
        )  # fmt: skip

    def _told(
        self, seen: Seen, rule: Rule, count: _Count, thing: str, noun: str, whose: str
    ) -> Iterator[Detection]:
        minutes = self._settings.window_minutes
        if count.full(thing, seen, 60.0 * minutes):
            asked = " asked for in vain" if rule is Rule.ENUMERATION else ""
            yield seen.found(
                rule,
                Severity.HIGH if rule is Rule.ENUMERATION else Severity.MEDIUM,
                f"{words(count.enough, noun)}{asked} {whose} within {words(minutes, 'minute')}.",
                tuple(count.leaves[-self._settings.most_evidence :]),
            )


class NewRole:
    """Refusals of a nation's role that was never seen to be allowed anything."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known = Remembered[tuple[str, str], bool](settings.most_remembered)
        self._events = 0

    def take(self, seen: Seen) -> Iterator[Detection]:
        """Look at one event."""
        self._events += 1
        actor = seen.event.actor
        who = (short(nation_of(actor)), short(role_of(actor)))
        if seen.event.kind not in (EventKind.REFUSAL, EventKind.ALARM):
            self._known.put(who, True)
        elif self._events > self._settings.learned_events and self._known.get(who) is None:
            self._known.put(who, False)
            yield seen.found(
                Rule.NEW_ROLE,
                Severity.LOW,
                "Refused: a role that this nation was never seen to use before.",
            )
