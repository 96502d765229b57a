"""A scenario in words and as a chart of when each event holds, before it is run."""

from dataclasses import dataclass

from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.scenario_targets import names_of, words_of
from redball.app.view import View, see
from redball.model import Origin
from redball.planning.scenarios import (
    EVENTS,
    Event,
    Reaction,
    Scenario,
    Target,
    Time,
    read_scenario,
)
from redball.reports import Line, LineChart

_LINES = 8
_FULL = ("site", "party", "parent", "country", "mode", "lane", "item", "class", "nation", "unit",
         "system")  # fmt: skip
"""Kinds whose names are all known without building a network."""


@dataclass(frozen=True)
class ToldScenario:
    """What a scenario says.

    Attributes
    ----------
    scenario : Scenario
    said : tuple of str
        How long, and one sentence for each event and reaction.
    unknown : tuple of str
        What it names and the viewer does not see by that full name. A run may still find it under
        a short name.
    chart : LineChart or None
        When each event holds, at its mean times.
    origin : Origin
    """

    scenario: Scenario
    said: tuple[str, ...]
    unknown: tuple[str, ...]
    chart: LineChart | None
    origin: Origin

    @property
    def document(self) -> dict[str, object]:
        """Plain values."""
        return {
            "name": self.scenario.name,
            "days": self.scenario.horizon_days,
            "said": list(self.said),
            "unknown": list(self.unknown),
            "origin": self.origin.as_dict(),
        }


@use_case(Action.SEE)
def scenario_told(view: View, text: str) -> ToldScenario:
    """Say what a scenario does, in the names that the viewer knows.

    Raises
    ------
    BadData, BadUse, UnsafeFile
        It is no scenario; says in which event or reaction.
    """
    scenario = read_scenario(text)
    seen = see(view)
    named = [target for event in scenario.events for target in (*event.targets, *event.where)]
    pairs = [(target.kind, target.name) for target in named]
    words = words_of(seen, pairs)
    short = _short_names(names_of(seen)["name"].to_list()) if len(words) < len(set(pairs)) else ()
    unknown = [
        str(target)
        for target in dict.fromkeys(named)
        if target.kind in _FULL
        and (target.kind, target.name) not in words
        and target.name not in short
    ]
    said = [f"{scenario.name}: {scenario.horizon_days} days."]
    said += [_event_said(event, words) for event in scenario.events]
    said += [_reaction_said(reaction) for reaction in scenario.reactions]
    if not scenario.events:
        said.append("Nothing happens.")
    if not scenario.reactions:
        said.append("Nobody reacts.")
    return ToldScenario(scenario, tuple(said), tuple(unknown), _chart(scenario), seen.origin())


def _short_names(names: list[str]) -> frozenset[str]:
    return frozenset(name.partition(":")[2] for name in names)


def _target_said(target: Target, words: dict[tuple[str, str], str]) -> str:
    name = words.get((target.kind, target.name), target.name)
    return f"{target.kind} {name}"


def time_said(time: Time) -> str:
    """A time in words: exact, or its mean and law."""
    return f"{time.mean:g}" if not time.random else f"about {time.mean:.3g} ({time.law})"


def _event_said(event: Event, words: dict[tuple[str, str], str]) -> str:
    about = ", ".join(_target_said(target, words) for target in event.targets)
    within = ", ".join(_target_said(target, words) for target in event.where)
    strength = _strength(event)
    if event.after is not None:
        lag = f"{time_said(event.after.lag)} days after the {event.after.since} of"
        when = f"{lag} '{event.after.event}'"
    else:
        when = f"from day {time_said(event.from_day)}"
    said = f"{event.name}: {about} {strength}" + (f", within {within}," if within else "")
    said += f" {when}"
    if event.what == "stock_lost":
        said += ", at once and for good"
    elif event.for_days is None:
        said += " to the end"
    else:
        said += f" for {time_said(event.for_days)} days"
    if event.recovery.shape == "linear":
        said += f", then comes back over {time_said(event.recovery.days)} days"
    elif event.recovery.shape == "steps":
        said += f", then comes back in {len(event.recovery.steps)} steps"
    if event.chance < 1:
        said += f"; it happens in {100 * event.chance:g} % of runs"
    return said + "."


def _strength(event: Event) -> str:
    kind = EVENTS[event.what]
    if kind.by == "factor":
        verbs = {
            "demand": "is asked for",
            "tempo": "operates",
            "lead_time": "takes",
            "price": "costs",
        }
        return f"{verbs[event.what]} {event.factor:g} times as much"
    if kind.by == "all":
        return kind.says
    lost = event.lost or 0.0
    if event.what == "stock_lost":
        return f"loses {100 * lost:g} % of its stock"
    return "does not work" if lost == 1 else f"loses {100 * lost:g} % of what it does"


def _reaction_said(reaction: Reaction) -> str:
    said = f"People react: {reaction.how.replace('_', ' ')}"
    return said + (f" after {reaction.delay_days:g} days." if reaction.delay_days else ".")


def _begins(scenario: Scenario) -> dict[str, float]:
    """Mean day on which each event begins; those that follow begin after their cause."""
    begins: dict[str, float] = {}
    left = list(scenario.events)
    while left:
        for event in list(left):
            after = event.after
            if after is None:
                begins[event.name] = event.from_day.mean
            elif after.event in begins:
                cause = next(one for one in scenario.events if one.name == after.event)
                lasts = cause.for_days.mean if cause.for_days else float(scenario.horizon_days)
                ends = lasts if after.since == "end" else 0.0
                begins[event.name] = begins[after.event] + ends + after.lag.mean
            else:
                continue
            left.remove(event)
    return begins


def _chart(scenario: Scenario) -> LineChart | None:
    days = float(scenario.horizon_days)
    begins, lines = _begins(scenario), []
    for event in scenario.events[:_LINES]:
        begin = begins[event.name]
        if begin >= days:
            continue
        points = [(0.0, 0.0)] * (begin > 0) + [(begin, 0.0)] * (begin > 0) + [(begin, 1.0)]
        end = days if event.for_days is None else begin + event.for_days.mean
        points.append((end, 1.0))
        if event.recovery.shape == "linear":
            points.append((end + event.recovery.days.mean, 0.0))
        elif event.recovery.shape == "steps":
            for day, share in event.recovery.steps:
                points += [(end + day, points[-1][1]), (end + day, share)]
        elif event.for_days is not None:
            points.append((end, 0.0))
        lines.append(Line(event.name, _within([*points, (max(days, end), points[-1][1])], days)))
    if not lines:
        return None
    return LineChart(
        "What happens, at its mean times", "day", "share of the effect", lines, percent=True
    )


def _within(points: list[tuple[float, float]], days: float) -> list[tuple[float, float]]:
    """Points up to a day; a line that goes beyond is cut there."""
    shown = [point for point in points if point[0] <= days]
    later = next((point for point in points if point[0] > days), None)
    if later is not None:
        (x0, y0), (x1, y1) = shown[-1], later
        shown.append((days, y0 + (y1 - y0) * (days - x0) / (x1 - x0)))
    return shown
