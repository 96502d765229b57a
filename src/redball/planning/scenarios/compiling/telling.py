"""What a reader must know of a scenario on one twin: what has no effect, what is assumed."""

from collections.abc import Mapping, Sequence

import numpy as np

from redball.planning.scenarios.compiling.touching import Part, idle_targets
from redball.planning.scenarios.events import Event
from redball.planning.scenarios.naming import Finder
from redball.planning.scenarios.reactions import Reaction
from redball.planning.scenarios.scenario import Scenario
from redball.simulation.network import Network, What, warnings_of

ASSUMPTIONS = (
    "What happens is drawn ahead of how people react, from the seed, the replication and the name "
    "of the event; futures that share an event share its draws.",
    "Events that overlap on one thing multiply: two halves leave a quarter.",
    "A lost place ships, makes and repairs nothing and its lanes are cut; its stock stays. Of a "
    "lost item nothing more is bought or made; stock of it is still issued and moved.",
    "A way of supply is open or closed: a partial loss does not slow what has no capacity.",
)

_SHOWN = 5


def warnings_for(
    scenario: Scenario, parts: Sequence[Part], finder: Finder, network: Network
) -> tuple[str, ...]:
    """Sentences on what will not be seen in the run, and on what the network lacks."""
    found: list[str] = []
    events = {event.name: event for event in scenario.events}
    for position, event in enumerate(scenario.events):
        found += _of_event(event, events, scenario.horizon_days)
        own = [part for part in parts if part.event == position]
        if all(part.idle for part in own):
            found.append(f"The event '{event.name}' changes nothing in this network.")
        else:
            found += _of_targets(event, finder)
            found += _of_rows(event, own)
            found += _of_twins(event, own)
    found += _of_reactions(scenario.reactions, scenario.horizon_days)
    found += _of_horizon(scenario.horizon_days, network)
    return (*found, *warnings_of(network))


def _of_event(event: Event, events: Mapping[str, Event], horizon: int) -> list[str]:
    found = []
    if event.chance == 0.0:
        found.append(f"The event '{event.name}' has chance 0 and never happens.")
    first = _earliest(event, events)
    if first is None:
        found.append(
            f"The event '{event.name}' follows the end of an event that does not end, so it never "
            "happens."
        )
    elif first >= horizon:
        found.append(
            f"The event '{event.name}' begins on day {first:g} at the earliest, after the horizon "
            f"of {horizon} days."
        )
    if (
        event.for_days is not None
        and event.for_days.mean == 0.0
        and event.recovery.shape != "steps"
    ):
        found.append(f"The event '{event.name}' lasts 0 days.")
    return found


def _earliest(event: Event, events: Mapping[str, Event]) -> float | None:
    """First day on which an event can begin; None where it never does."""
    day = 0.0
    while event.after is not None:
        day += event.after.lag.least
        cause = events[event.after.event]
        if event.after.since == "end" and cause.what != "stock_lost":
            if cause.for_days is None:
                return None
            day += cause.for_days.least
        event = cause
    return day + event.from_day.least


def _of_targets(event: Event, finder: Finder) -> list[str]:
    idle = idle_targets(event, finder, event.name)
    if not idle:
        return []
    return [f"The event '{event.name}' does not reach {_some([str(each) for each in idle])}."]


def _of_rows(event: Event, parts: Sequence[Part]) -> list[str]:
    """Effects that this network can show only in part."""
    found = []
    ways = sum(len(rows) for part in parts for what, rows in part.touched if what == What.ARC)
    if event.what == "loss" and ways and event.share_left > 0.0:
        found.append(
            f"The event '{event.name}' leaves {ways} ways of supply open: they have no capacity "
            "that could be lost in part."
        )
    return found


def _of_twins(event: Event, parts: Sequence[Part]) -> list[str]:
    """Targets that are drawn each for itself and are one thing here, so that it is hit twice."""
    seen: dict[tuple[tuple[What, bytes], ...], str] = {}
    found = []
    for part in parts:
        rows = tuple((what, rows.tobytes()) for what, rows in part.touched)
        if rows and rows in seen:
            found.append(
                f"The event '{event.name}' draws {seen[rows]} and {part.key} each for itself, and "
                "they are the same rows here: their losses multiply."
            )
        seen.setdefault(rows, part.key)
    return found


def _of_reactions(reactions: Sequence[Reaction], horizon: int) -> list[str]:
    return [
        f"Reaction {count} '{reaction.how}' takes {reaction.delay_days:g} days, not less than the "
        f"horizon of {horizon}: it never comes."
        for count, reaction in enumerate(reactions, 1)
        if reaction.delay_days >= horizon
    ]


def _of_horizon(horizon: int, network: Network) -> list[str]:
    """Compare the horizon with the longest mean time from order to arrival."""
    if not len(network.arcs):
        return []
    arcs, mean = network.arcs, network.laws["mean"]
    days = mean[arcs["law"]].copy()
    on_lane = np.concatenate([[0.0], np.cumsum(mean[network.lanes["law"]][network.routes])])
    days += on_lane[arcs["last_lane"]] - on_lane[arcs["first_lane"]]
    making = np.zeros(len(network.cells))
    np.maximum.at(making, network.recipes["cell"], mean[network.recipes["law"]])
    made = np.where(arcs["supplier"] >= 0, arcs["supplier"], arcs["cell"])
    days += making[made]
    longest = int(np.argmax(days))
    late = int((days >= horizon).sum())
    if not late:
        return []
    return [
        f"The horizon of {horizon} days ends before {late} lead times, the longest "
        f"{days[longest]:.0f} days for {network.name_of(int(arcs['cell'][longest]))}: what is "
        "ordered there does not arrive in the run."
    ]


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
