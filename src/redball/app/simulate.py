"""The network run forward, undisturbed or under a scenario: ``redball simulate``."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl

from redball.app.answers import Answer, Progress, shares
from redball.app.inputs import Inputs
from redball.app.naming import shown_left_out, with_left_out
from redball.app.rehearsal import Rehearsal, RunOptions, TwinOptions, rehearsal
from redball.app.scenarios import scenario_named
from redball.model import BadUse
from redball.model.labels import combine
from redball.model.results import Scalar
from redball.planning.case import SimulatedCase
from redball.planning.scenarios import CompiledScenario, Scenario, compile_scenario
from redball.reports import Line, LineChart
from redball.simulation.events import Kind, run_events
from redball.simulation.network import Network, Rows
from redball.simulation.replicate import Simulated, simulate
from redball.simulation.runs import NO_CHANGES, NO_RULES

_SHOWN = 8
"""Units and stocks that a chart or a sentence names at most."""
_MOST_WATCHED = 5_000
"""Stocks that are followed day by day: those at sites with demand or systems first."""


@dataclass(frozen=True)
class SimulateOptions:
    """Parameters of a run.

    Attributes
    ----------
    days : int
        Horizon, where no scenario gives it.
    scenario : str or None
        A ready one by name, or the path of a TOML file.
    run : RunOptions
    twin : TwinOptions
    log : Path or None
        Write every event of the first replication there, as CSV.
    """

    days: int = 180
    scenario: str | None = None
    run: RunOptions = field(default_factory=RunOptions)
    twin: TwinOptions = field(default_factory=TwinOptions)
    log: Path | None = None


def simulate_twin(
    inputs: Inputs,
    options: SimulateOptions,
    progress: Progress | None = None,
    *,
    now: datetime | None = None,
) -> Answer:
    """Run the network of what the viewer sees, and say what its units can do, day by day.

    Raises
    ------
    BadUse
        A parameter is out of range, or the scenario names what the viewer does not see.
    BadData
        The scenario can't be read, or the viewer sees no demand.
    """
    scenario = None if options.scenario is None else scenario_named(options.scenario)
    found = rehearsal(inputs, options.twin, progress, now=now)
    case = found.case
    compiled = None if scenario is None else compile_scenario(scenario, case)
    network = case.network if compiled is None else compiled.network
    horizon = options.days if compiled is None else compiled.horizon_days
    rules: Rows = NO_RULES if compiled is None else compiled.rules
    with options.run.runner() as runner:
        done = simulate(
            network,
            horizon_days=horizon,
            happening=compiled,
            rules=rules,
            seed=options.run.seed,
            replications=options.run.replications,
            precision=options.run.precision,
            watch=_watched(case),
            runner=runner,
            progress=shares(progress, "runs"),
        )
    if options.log is not None:
        _write_log(options.log, network, compiled, horizon, options.run.seed)
    return _answer(inputs, options, found, scenario, compiled, done)


def _watched(case: SimulatedCase) -> list[int]:
    """Cells that demand or fleets draw on, as many as are followed."""
    used = np.concatenate([case.network.streams["cell"], case.network.applications["cell"]]).astype(
        np.int64
    )
    return [int(cell) for cell in np.unique(used)[:_MOST_WATCHED]]


def _answer(
    inputs: Inputs,
    options: SimulateOptions,
    found: Rehearsal,
    scenario: Scenario | None,
    compiled: CompiledScenario | None,
    done: Simulated,
) -> Answer:
    case = found.case
    label = case.label if compiled is None else combine(case.label, case.names_label)
    label = with_left_out(found.twin, case.left_out, label)
    name = "undisturbed" if scenario is None else scenario.name
    tables = {
        "readiness": _by_group(done),
        "shortages": _shortages(done),
        "lanes": _busiest(done.lanes, "name", "utilisation", "held_days", "kg", "eur", "co2e_kg"),
        "workshops": _busiest(done.pools, "pool", "node", "utilisation", "queue_days", "arrivals"),
        "production": _busiest(
            done.recipes, "node", "item", "utilisation", "units", "waiting_days", "starved_days"
        ),
        "costs": done.costs,
        "readiness_by_day": done.readiness,
        "stock_by_day": done.stock,
        "left_out": shown_left_out(found.twin, case.left_out, label),
    }
    warnings = () if compiled is None else compiled.warnings
    assumed = case.assumptions if compiled is None else (*case.assumptions, *compiled.assumptions)
    parameters: dict[str, Scalar] = {
        "days": done.horizon_days,
        "scenario": None if scenario is None else scenario.name,
        **options.run.as_parameters(),
        **options.twin.as_parameters(),
    }
    return Answer(
        kind="simulate",
        title=f"The network over {done.horizon_days} days: {name}",
        said=(*_said(done), *warnings),
        figures=_figures(done),
        tables={key: frame for key, frame in tables.items() if not frame.is_empty()},
        charts=_charts(done),
        assumptions=(*dict.fromkeys((*done.assumptions, *assumed)),),
        origin=found.seen.origin(label=label, parameters=parameters),
        command=f"redball simulate {inputs.words}",
    )


def _figures(done: Simulated) -> dict[str, Scalar]:
    figures: dict[str, Scalar] = {}
    for measure, name in (
        ("readiness", "readiness, share of systems up"),
        ("fill", "share of demand filled at once"),
        ("cost_eur", "cost, EUR"),
        ("co2e_kg", "CO2e of transport, kg"),
    ):
        try:
            estimate = done.estimate(measure)
        except BadUse:  # the network has no systems, or no demand
            continue
        figures[name] = estimate.value
        figures[f"{name}: half of the interval"] = estimate.half_width
    return {
        **figures,
        "systems": done.systems,
        "replications": done.replications,
        "events": done.events,
    }


def _said(done: Simulated) -> tuple[str, ...]:
    said = []
    if done.systems:
        found = done.estimate("readiness")
        said.append(
            f"{found.value:.1%} of {done.systems:,} systems are up on average over "
            f"{done.horizon_days} days (between {found.low:.1%} and {found.high:.1%} with "
            f"{done.confidence:.0%} confidence, {done.replications} replications)."
            if done.replications > 1
            else f"{found.value:.1%} of {done.systems:,} systems are up on average over "
            f"{done.horizon_days} days, in one replication."
        )
        row = _by_group(done).row(0, named=True)
        said.append(
            f"Lowest: {row['system']} of {row['unit']}, {row['mean']:.1%} on average and "
            f"{row['last_day']:.1%} on the last day."
        )
    short = _shortages(done)
    if short.height:
        row = short.row(0, named=True)
        said.append(
            f"{short.height:,} stocks let somebody wait; most of all {row['item']} at "
            f"{row['node']}: {row['backorders']:,.1f} units on average."
        )
    if not done.precise:
        said.append("The interval asked for was not reached; allow more replications to narrow it.")
    return tuple(said)


def _by_group(done: Simulated) -> pl.DataFrame:
    """Readiness by unit and system over the whole horizon, the lowest first."""
    if done.readiness.is_empty():
        return done.readiness
    keys = ["unit", "system", "systems"]
    return (
        done.readiness.group_by(keys, maintain_order=True)
        .agg(
            mean=pl.col("mean").mean(),
            lowest=pl.col("mean").min(),
            lowest_day=pl.col("day").get(pl.col("mean").arg_min()),
            last_day=pl.col("mean").last(),
        )
        .sort("mean", "unit", "system")
    )


def _shortages(done: Simulated) -> pl.DataFrame:
    """Stocks for which is waited, worst first."""
    return (
        done.cells.filter(pl.col("backorders") > 0)
        .select("item", "node", "backorders", "backorders_low", "backorders_high", "fill")
        .sort("backorders", "item", "node", descending=[True, False, False])
    )


def _busiest(frame: pl.DataFrame, *names: str) -> pl.DataFrame:
    """The columns that matter, the busiest first; what has no limit last."""
    known = [name for name in names if name in frame.columns]
    return frame.sort("utilisation", descending=True, nulls_last=True, maintain_order=True).select(
        known
    )


def _charts(done: Simulated) -> tuple[LineChart, ...]:
    if done.readiness.is_empty():
        return ()
    chosen = _by_group(done).head(_SHOWN)
    lines = []
    for unit, system in chosen.select("unit", "system").iter_rows():
        part = done.readiness.filter(pl.col("unit") == unit, pl.col("system") == system)
        band = list(part.select("day", "low", "high").drop_nulls().iter_rows())
        points = list(part.select("day", "mean").iter_rows())
        lines.append(Line(f"{system} of {unit}", points, band=band))
    return (
        LineChart(
            "Readiness by unit, the lowest", "day", "share of systems up", lines, percent=True,
            from_zero=False,
        ),
    )  # fmt: skip


def _write_log(
    path: Path, network: Network, compiled: CompiledScenario | None, horizon: int, seed: int
) -> None:
    """Write the events of the first replication."""
    run = run_events(
        network,
        horizon_days=horizon,
        seed=seed,
        changes=NO_CHANGES if compiled is None else compiled.changes(seed, 0),
        rules=NO_RULES if compiled is None else compiled.rules,
        log=True,
    )
    frame = pl.DataFrame({name: run.log[name] for name in run.log.dtype.names or ()})
    words = {int(kind): kind.name.lower() for kind in Kind}
    named = frame.with_columns(
        pl.col("kind").replace_strict(words, return_dtype=pl.String),
    )
    try:
        named.write_csv(path)
    except OSError as error:
        raise BadUse(f"The log can't be written: {error.strerror}.", where=str(path)) from error
