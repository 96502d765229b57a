"""Scenarios: the ready ones, one in words, and several side by side: ``redball scenario``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path

import polars as pl

from redball.access.actions import Action
from redball.app.answers import Answer, Progress, shares
from redball.app.apart import apart_said, events_and_reactions
from redball.app.doing import use_case
from redball.app.inputs import Inputs
from redball.app.naming import in_front
from redball.app.rehearsal import Rehearsal, RunOptions, TwinOptions, rehearsal
from redball.app.twin_names import TwinNames
from redball.model import BadUse, ResultLabel
from redball.model.labels import combine
from redball.model.results import Scalar
from redball.planning.compare import Comparison, Future, GivenFuture, compare
from redball.planning.scenarios import (
    CompiledScenario,
    Scenario,
    compile_scenario,
    library,
    read_scenario,
    write_scenario,
)
from redball.reports import Bar, Bars, Line, LineChart

UNDISTURBED = "undisturbed"
"""What futures are compared with, unless told otherwise."""
_NEAR = 3


@dataclass(frozen=True)
class CompareOptions:
    """Parameters of a comparison.

    Attributes
    ----------
    scenarios : tuple of str
        Ready ones by name, or paths of TOML files.
    against : str or None
        The one to compare with; the undisturbed network where not given.
    days : int or None
        Horizon of all; the longest of the scenarios where not given.
    run : RunOptions
    twin : TwinOptions
    """

    scenarios: tuple[str, ...]
    against: str | None = None
    days: int | None = None
    run: RunOptions = field(default_factory=RunOptions)
    twin: TwinOptions = field(default_factory=TwinOptions)


def scenario_named(text: str) -> Scenario:
    """Give a ready scenario by its name, or read one from a file.

    Raises
    ------
    BadUse
        There is neither; the nearest names are given.
    BadData
        The file is no scenario.
    """
    ready = library()
    if text in ready:
        return ready[text]
    path = Path(text)
    if path.suffix == ".toml" or path.exists():
        return read_scenario(path)
    near = get_close_matches(text, list(ready), _NEAR, 0.5) or list(ready)
    raise BadUse(
        f"There is no scenario '{text}'.",
        mend=f"Use {', '.join(near)}, or the path of a TOML file.",
    )


@use_case(Action.SEE)
def scenario_list() -> pl.DataFrame:
    """Ready scenarios: name, days, what happens, how people react, description."""
    return pl.DataFrame(
        [
            {
                "name": key,
                "days": scenario.horizon_days,
                "events": len(scenario.events),
                "reactions": len(scenario.reactions),
                "description": " ".join(scenario.description.split()),
            }
            for key, scenario in library().items()
        ]
    )


@use_case(Action.SEE)
def scenario_text(text: str) -> str:
    """TOML of a scenario, as it would be written: a start for one's own.

    Raises
    ------
    BadUse, BadData
        As :func:`scenario_named`.
    """
    return write_scenario(scenario_named(text))


@use_case(Action.SEE)
def scenario_compare(
    inputs: Inputs,
    options: CompareOptions,
    progress: Progress | None = None,
    *,
    now: datetime | None = None,
) -> Answer:
    """Set futures side by side on what the viewer sees.

    Raises
    ------
    BadUse
        Fewer than two futures, one twice, or a name that the viewer does not see.
    BadData
        A file is no scenario, or the viewer sees no demand.
    """
    _wanted(options)  # names are checked before the twin is built
    return compare_of(rehearsal(inputs, options.twin, progress, now=now), inputs, options, progress)


def compare_of(
    found: Rehearsal, inputs: Inputs, options: CompareOptions, progress: Progress | None = None
) -> Answer:
    """Futures side by side on a network that was built already."""
    wanted = _wanted(options)
    known = {name: scenario for name, scenario in wanted.items() if scenario is not None}
    days = options.days or max(scenario.horizon_days for scenario in known.values())
    compiled = {
        name: compile_scenario(replace(scenario, horizon_days=days), found.case)
        for name, scenario in known.items()
    }
    futures: dict[str, Future] = {}
    for name in wanted:
        plain = GivenFuture(found.case.network, days)
        futures[name] = _of(compiled[name], days) if name in compiled else plain
    with options.run.runner() as runner:
        result = compare(
            futures,
            seed=options.run.root,
            replications=options.run.replications,
            precision=options.run.precision,
            label=_label(found),
            runner=runner,
            progress=shares(progress, "runs"),
        )
        apart = events_and_reactions(
            found.case,
            compiled,
            seed=options.run.root,
            replications=result.replications,
            label=_label(found),
            runner=runner,
            progress=shares(progress, "events and reactions apart"),
        )
    return _answer(inputs, options, found, compiled, result, apart)


def _label(found: Rehearsal) -> ResultLabel:
    """Label of what is simulated, and of the names that scenarios are read with."""
    return combine(found.case.label, found.case.names_label)


def _of(compiled: CompiledScenario, days: int) -> GivenFuture:
    """Return a scenario over the days that all are compared on."""
    return GivenFuture(compiled.network, days, compiled, compiled.rules)


def _wanted(options: CompareOptions) -> dict[str, Scenario | None]:
    names = [options.against or UNDISTURBED, *options.scenarios]
    wanted: dict[str, Scenario | None] = {}
    for text in names:
        scenario = None if text == UNDISTURBED else scenario_named(text)
        name = text if scenario is None or text in library() else scenario.name
        if name in wanted and not (scenario is None and len(names) == 2):
            raise BadUse(f"'{name}' is named twice.", mend="Name every future once.")
        wanted[name] = scenario
    if len(wanted) < 2 or not any(wanted.values()):
        raise BadUse("There is nothing to compare.", mend="Name one scenario or more.")
    return wanted


def _answer(
    inputs: Inputs,
    options: CompareOptions,
    found: Rehearsal,
    compiled: dict[str, CompiledScenario],
    result: Comparison,
    apart: pl.DataFrame,
) -> Answer:
    parameters: dict[str, Scalar] = {
        "futures": " ".join(result.futures),
        "days": result.horizon_days,
        **options.run.as_parameters(),
        **options.twin.as_parameters(),
    }
    names = TwinNames(found.case)
    reasons = names.beside(result.reasons.rename({"name": "where"}), where="any")
    systems = names.beside(result.systems, unit="unit", system="system")
    assumptions = [a for one in compiled.values() for a in one.assumptions]
    return Answer(
        kind="scenario compare",
        title="Futures side by side",
        said=(*_said(result, names, apart), *_warnings(compiled, names)),
        figures={"replications": result.replications, "days": result.horizon_days},
        tables={
            "differences": in_front(
                result.differences, ("future", "figure", "difference", "low", "high", "unit")
            ),
            **({} if apart.is_empty() else {"events_and_reactions": apart}),
            "figures": in_front(
                result.figures, ("future", "figure", "mean", "low", "high", "unit")
            ),
            "systems": in_front(
                systems, ("future", "unit_name", "system_name", "readiness", "change", "systems")
            ),
            "reasons": in_front(reasons, ("future", "what", "where_name", "change", "unit")),
            "readiness_by_day": result.readiness,
        },
        charts=_charts(result, systems),
        assumptions=(*dict.fromkeys((*result.assumptions, *found.case.assumptions, *assumptions)),),
        origin=found.seen.origin(label=_label(found), parameters=parameters),
        command=f"redball scenario compare {' '.join(options.scenarios)} {inputs.words}",
        off_screen=("readiness_by_day",),
    )


def _warnings(compiled: Mapping[str, CompiledScenario], names: TwinNames) -> list[str]:
    """What a reader must know of each future; what all have in common is said once."""
    told: dict[str, list[str]] = {}
    for name, one in compiled.items():
        for warning in one.warnings:
            told.setdefault(names.sentence(warning), []).append(name)
    return [
        text if len(of) == len(compiled) else f"{', '.join(of)}: {text}"
        for text, of in told.items()
    ]


def _said(result: Comparison, names: TwinNames, apart: pl.DataFrame) -> tuple[str, ...]:
    """The difference in readiness of each future, and its first reason."""
    said = []
    rows = result.differences.filter(pl.col("figure") == "readiness")
    for row in rows.iter_rows(named=True):
        if row["difference"] is None:
            continue
        points = f"{100 * row['difference']:+.1f} points of readiness"
        interval = f"between {100 * row['low']:+.1f} and {100 * row['high']:+.1f}"
        verdict = "" if row["significant"] else ": no significant effect"
        said.append(f"{row['future']} against {row['against']}: {points} ({interval}){verdict}.")
        said += _demand_said(result, row["future"])
        said += apart_said(apart, row["future"])
        reasons = result.reasons.filter(pl.col("future") == row["future"])
        if row["significant"] and reasons.height:
            named = "; ".join(
                f"{r['what']}: {names.anything(r['name'])}"
                for r in reasons.unique("what", keep="first", maintain_order=True)
                .head(_NEAR)
                .iter_rows(named=True)
            )
            said.append(f"{row['future']}: what changes most is {named}.")
    return tuple(said)


def _demand_said(result: Comparison, future: str) -> list[str]:
    """What a future does to the demand that is met at once, where that is significant."""
    same = pl.col("future") == future
    met = result.differences.filter(same, pl.col("figure") == "demand met at once")
    asked = result.figures.filter(same, pl.col("figure") == "demand")["mean"].sum()
    if met.is_empty() or not met["significant"][0] or not asked:
        return []
    share = met["difference"][0] / asked
    verb = "more" if share > 0 else "less"
    return [f"{future}: {abs(share):.1%} of all demand {verb} is met at once, by value."]


def _charts(result: Comparison, systems: pl.DataFrame) -> tuple[LineChart | Bars, ...]:
    lines = []
    for name in result.futures:
        part = result.readiness.filter(pl.col("future") == name)
        points = list(part.select("day", "readiness").drop_nulls().iter_rows())
        rows = part.select("day", "low", "high").drop_nulls().iter_rows()
        lines.append(Line(name, points, band=list(rows)))
    if not any(line.points for line in lines):
        return ()
    chart = LineChart(
        "Readiness by day", "day", "share of systems up", lines, percent=True, from_zero=False
    )
    return (chart, *_changes(systems))


def _changes(systems: pl.DataFrame) -> Sequence[Bars]:
    """Units that lose most in any future."""
    lost = systems.filter(pl.col("change") < 0).sort("change").head(12)
    if lost.is_empty():
        return ()
    bars = [
        Bar(f"{row['future']}: {row['system_name']} of {row['unit_name']}", -100 * row["change"])
        for row in lost.iter_rows(named=True)
    ]
    return (Bars("Readiness lost, by unit", "percentage points", bars),)
