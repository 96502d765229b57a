"""Ledgers made by hand: quiet ones, and bad behaviour to plant in them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np

from redball.ledger.envelope import Event, EventKind, Fact

START = datetime(2026, 3, 2, tzinfo=UTC)
ACTORS = ("DEU", "NLD", "POL role=analyst clearance=RESTRICTED", "XAG role=planner")


def event(
    kind: EventKind,
    minute: float = 0.0,
    actor: str = "DEU",
    *,
    verb: str = "do",
    of: str = "x",
    label: str = "",
    agreements: tuple[str, ...] = (),
    **facts: Fact,
) -> Event:
    """An event some minutes after the start."""
    at = START + timedelta(minutes=minute)
    return Event(kind, verb, actor, of, at, label, agreements, "", facts)


def refusal(minute: float, asked: str = "", actor: str = "DEU") -> Event:
    return event(EventKind.REFUSAL, minute, actor, verb="read", asked=asked, reason="not visible")


@cache
def quiet(seed: int, days: int = 12, spread: float = 1.8) -> tuple[Event, ...]:
    """A log without misdeeds.

    Each actor reads once a day, the rows of its days within ``spread`` of one another; refusals
    come at a rate of one in two hours; nobody exports under an agreement that was just widened.
    """
    random = np.random.default_rng(seed)
    events: list[Event] = []
    for place, actor in enumerate(ACTORS):
        usual = int(random.integers(15_000, 200_000))
        for day in range(days):
            minute = 1440 * day + 60 * (6 + place) + float(random.uniform(0, 700))
            rows = int(usual * random.uniform(1.0, spread))
            events.append(
                event(EventKind.RELEASE, minute, actor, agreements=("A-1",), rows=rows, state="1@x")
            )
            small = int(random.integers(1, 2_000))
            events.append(event(EventKind.EXPORT, minute + 5, actor, rows=small))
            for late in np.cumsum(random.exponential(120.0, 12)):
                if late < 1440:
                    asked = f"DEU:{random.integers(1000)}"
                    events.append(refusal(1440 * day + float(late), asked, actor))
    for day in range(0, days, 3):
        owner = str(random.choice(["DEU", "NLD"]))
        events.append(event(EventKind.IMPORT, 1440 * day + 1, owner, of=f"sha256:{seed}{day}"))
        events.append(
            event(EventKind.AGREEMENT, 1440 * day + 2, "NLD role=security", verb="activate",
                  of=f"B-{day} version 1", wider=bool(day % 2), content=f"h{day}")
        )  # fmt: skip
    return tuple(in_time(events))


def in_time(events: Iterable[Event]) -> list[Event]:
    return sorted(events, key=lambda one: one.at)
