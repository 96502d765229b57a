"""When each part of a scenario falls and comes back, drawn ahead of anything that reacts.

Every draw has a generator of its own, keyed by seed, replication, event, part and purpose (Philox,
Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"). So two futures that share an
event share its draws, whatever else happens in them, and replications can run in any order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from math import inf

import numpy as np

from redball.planning.scenarios.compiling.touching import Part
from redball.planning.scenarios.events import Event
from redball.planning.scenarios.times import Time


@dataclass(frozen=True)
class Outage:
    """A part of an event as it was drawn in one replication.

    Attributes
    ----------
    event : str
        Name of the event.
    about : str
        Kind and name of the target, empty where all targets fall together.
    begin_day, end_day : float
        Days from the start of the run; the end is before recovery, ``inf`` for none.
    left : tuple of (float, float)
        Days from the start of the run, ascending, and the share of the loss from then on.
    """

    event: str
    about: str
    begin_day: float
    end_day: float
    left: tuple[tuple[float, float], ...]


def draw_outages(
    events: Sequence[Event], parts: Sequence[Part], order: Sequence[int], seed: int,
    replication: int,
) -> list[Outage | None]:  # fmt: skip
    """Draw every part; None where it does not happen. ``order``: causes before what follows."""
    found: list[Outage | None] = [None] * len(parts)
    spans: dict[str, tuple[float, float]] = {}
    for position in order:
        event = events[position]
        start = _start(event, spans)
        if start is None:
            continue
        own = [n for n, part in enumerate(parts) if part.event == position]
        for n in own:
            found[n] = _outage(event, parts[n].key, start, f"{seed}/{replication}")
        fell = [outage for n in own if (outage := found[n]) is not None]
        if fell:
            spans[event.name] = min(o.begin_day for o in fell), max(o.end_day for o in fell)
    return found


def _start(event: Event, spans: dict[str, tuple[float, float]]) -> float | None:
    """Day from which an event counts its beginning; None where its cause does not come."""
    if event.after is None:
        return 0.0
    span = spans.get(event.after.event)
    if span is None:
        return None
    start = span[event.after.since == "end"]
    return start if start < inf else None


def _outage(event: Event, key: str, start: float, run: str) -> Outage | None:
    if event.chance < 1.0 and _source(run, event, key, "chance").random() >= event.chance:
        return None
    wait = event.from_day if event.after is None else event.after.lag
    begin = start + _drawn(wait, run, event, key, "begin")
    if event.what == "stock_lost":
        return Outage(event.name, key, begin, begin, ((begin, 1.0),))
    if event.for_days is None:
        return Outage(event.name, key, begin, inf, ((begin, 1.0),))
    end = begin + _drawn(event.for_days, run, event, key, "duration")
    curve = event.recovery.left(_source(run, event, key, "recovery"))
    # of several steps on one day the last one holds
    left = dict([(begin, 1.0), *((end + day, share) for day, share in curve)])
    return Outage(event.name, key, begin, end, tuple(left.items()))


def _drawn(time: Time, run: str, event: Event, key: str, purpose: str) -> float:
    return time.draw(_source(run, event, key, purpose)) if time.random else time.mean


def _source(run: str, event: Event, key: str, purpose: str) -> np.random.Generator:
    text = "\0".join((run, event.name, key, purpose))
    digest = blake2b(text.encode(), digest_size=16).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "little")))
