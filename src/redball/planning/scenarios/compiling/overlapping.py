"""Outages to changes of rows: what overlaps on one row multiplies."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from redball.model import BadUse
from redball.planning.scenarios.compiling.drawing import Outage
from redball.planning.scenarios.compiling.touching import Part
from redball.planning.scenarios.events import Event
from redball.planning.scenarios.recovery import MOST_STEPS
from redball.planning.targets import Ints
from redball.simulation.network import Rows, What
from redball.simulation.network.tables import CHANGE

MOST_CHANGES = 4_000_000
"""Most changes in one replication (128 MB of them)."""

_OPEN_OR_CLOSED = (What.ARC,)


@dataclass(frozen=True, eq=False)
class Group:
    """Rows of one kind that the same parts reach, so that one course of values fits them all."""

    what: What
    parts: tuple[int, ...]
    rows: Ints


def group_rows(parts: Sequence[Part], arc_rows: Ints) -> tuple[Group, ...]:
    """Rows of all parts in groups.

    Parameters
    ----------
    arc_rows : int32 array
        Row that each way of supply has in the network that is simulated.
    """
    reached: dict[tuple[What, int], list[int]] = {}
    for number, part in enumerate(parts):
        for what, rows in part.touched:
            of_arc = what in (What.ARC, What.ARC_TIME, What.PRICE)
            for row in (arc_rows[rows] if of_arc else rows).tolist():
                reached.setdefault((what, row), []).append(number)
    groups: dict[tuple[What, tuple[int, ...]], list[int]] = {}
    for (what, row), numbers in reached.items():
        groups.setdefault((what, tuple(numbers)), []).append(row)
    return tuple(
        Group(what, numbers, np.array(sorted(rows), np.int32))
        for (what, numbers), rows in sorted(groups.items())
    )


def check_size(groups: Sequence[Group], events: Sequence[Event], parts: Sequence[Part]) -> None:
    """Refuse a scenario whose changes of one replication would not fit.

    Raises
    ------
    BadUse
    """
    steps = {"at once": 2, "linear": MOST_STEPS + 2, "steps": MOST_STEPS + 1}
    most = sum(
        len(group.rows) * sum(steps[events[parts[n].event].recovery.shape] for n in group.parts)
        for group in groups
    )
    if most > MOST_CHANGES:
        raise BadUse(
            f"The scenario may change {most:,} rows in one run, more than {MOST_CHANGES:,}.",
            mend="Let the largest events recover at once, or name fewer things.",
        )


def changes_of(
    groups: Sequence[Group], events: Sequence[Event], parts: Sequence[Part],
    outages: Sequence[Outage | None], horizon_days: int,
) -> Rows:  # fmt: skip
    """Changes of one replication, by day, kind and row, before the horizon."""
    pieces: list[Rows] = []
    for group in groups:
        fell = [(events[parts[n].event], o) for n in group.parts if (o := outages[n]) is not None]
        if not fell:
            continue
        course = _at_moments(fell) if group.what == What.NODE_STOCK else _course(group.what, fell)
        course = [(day, value) for day, value in course if day < horizon_days]
        made = np.zeros((len(course), len(group.rows)), CHANGE)
        for row, (day, value) in enumerate(course):
            made[row]["day"], made[row]["value"] = day, value
        made["what"], made["index"] = group.what, group.rows
        pieces.append(made.ravel())
    if not pieces:
        return np.zeros(0, CHANGE)
    found = np.concatenate(pieces)
    return found[np.lexsort((found["index"], found["what"], found["day"]))]


def _at_moments(fell: Sequence[tuple[Event, Outage]]) -> list[tuple[float, float]]:
    """Days and shares of stock that is lost; each takes its share of what there is then."""
    return [(outage.begin_day, event.lost or 0.0) for event, outage in fell]


def _course(what: What, fell: Sequence[tuple[Event, Outage]]) -> list[tuple[float, float]]:
    """Days at which the product of all outages changes, and its value from then on."""
    days = sorted({day for _, outage in fell for day, _ in outage.left})
    found: list[tuple[float, float]] = []
    last = 1.0
    for day in days:
        value = 1.0
        for event, outage in fell:
            value *= _value(what, event, outage, day)
        if value != last:
            found.append((day, value))
            last = value
    return found


def _value(what: What, event: Event, outage: Outage, day: float) -> float:
    left = 0.0
    for begin, share in outage.left:
        if begin > day:
            break
        left = share
    value = 1.0 + (event.share_left - 1.0) * left
    if what in _OPEN_OR_CLOSED:  # no half way: open as long as anything is left
        return 0.0 if value <= 0.0 else 1.0
    return value
