"""The network run forward, undisturbed or under a scenario: ``redball simulate``."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl

from redball.access.actions import Action
from redball.app.answers import Answer, Progress, shares
from redball.app.doing import use_case
from redball.app.export import stamped
from redball.app.exporting import exported
from redball.app.inputs import Inputs
from redball.app.naming import shown_left_out, with_left_out
from redball.app.rehearsal import Rehearsal, RunOptions, TwinOptions, rehearsal
from redball.app.scenarios import scenario_named
from redball.app.timelines import happening_chart, happening_table
from redball.app.twin_names import TwinNames
from redball.model import BadUse
from redball.model.labels import combine
from redball.model.results import Scalar
from redball.planning.case import SimulatedCase
from redball.planning.scenarios import CompiledScenario, Scenario, compile_scenario
from redball.reports import Line, LineChart
from redball.simulation.events import TICKS_PER_DAY, Kind, run_events
from redball.simulation.network import Network, Rows
from redball.simulation.replicate import Precision, Simulated, simulate
from redball.simulation.runs import NO_CHANGES, NO_RULES

DAYS = 180
"""Horizon where nothing else gives it."""
_SHOWN = 8
"""Units and stocks that a chart or a sentence names at most."""
_STOCKS = (
    "Stock by day is shown for the {} stocks that somebody waits for longest; the table of stock "
    "has all."
)
_MOST_WATCHED = 5_000
"""Stocks that are followed day by day: those at sites with demand or systems first."""


@dataclass(frozen=True)
class SimulateOptions:
    """Parameters of a run.

    Attributes
    ----------
    days : int or None
        Horizon; that of the scenario, or :data:`DAYS`, where not given.
    scenario : str or None
        A ready one by name, or the path of a TOML file.
    run : RunOptions
    twin : TwinOptions
    log : Path or None
        Write every event of the first replication there, as CSV.
    stocks : int
        Stocks shown day by day: those for which somebody waits longest.
    """

    days: int | None = None
    scenario: str | None = None
    run: RunOptions = field(default_factory=RunOptions)
    twin: TwinOptions = field(default_factory=TwinOptions)
    log: Path | None = None
    stocks: int = 40


@use_case(Action.SEE)
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
    if scenario is not None:
        scenario = replace(scenario, horizon_days=options.days or scenario.horizon_days)
        options = replace(options, run=options.run.under(scenario))
    if options.log is not None:
        _check_log(options.log)  # before the work, not after it
    found = rehearsal(inputs, options.twin, progress, now=now)
    case = found.case
    compiled = None if scenario is None else compile_scenario(scenario, case)
    network = case.network if compiled is None else compiled.network
    horizon = (options.days or DAYS) if compiled is None else compiled.horizon_days
    rules: Rows = NO_RULES if compiled is None else compiled.rules
    with options.run.runner() as runner:
        done = simulate(
            network,
            horizon_days=horizon,
            happening=compiled,
            rules=rules,
            seed=options.run.root,
            replications=options.run.replications,
            precision=_precision(options.run, network),
            watch=_watched(case),
            runner=runner,
            progress=shares(progress, "runs"),
        )
    answer = _answer(inputs, options, found, scenario, compiled, done)
    if options.log is not None:
        log = _log(network, compiled, horizon, options.run.root)
        exported(answer.origin, "event log", rows=log.height)
        _write_log(options.log, stamped(log, answer.origin))
    return answer


def _precision(run: RunOptions, network: Network) -> Precision | None:
    """When there are enough runs; by the fill of demand where no system is seen."""
    precision = run.precision
    if precision is None or len(network.fleets):
        return precision
    return replace(precision, measure="fill")


def _ungrounded(network: Network) -> tuple[str, ...]:
    """Systems that nothing in the case can ground."""
    counts = network.fleets["count"].astype(np.int64)
    free = np.ones(len(counts), bool)
    free[network.applications["fleet"]] = False
    if not free.any():
        return ()
    return (
        f"{counts[free].sum():,} of {counts.sum():,} systems have no part in this case that could "
        "fail, so they count as up.",
    )


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
    names = TwinNames(case)
    tables = {**_tables(done, names, options.stocks)}
    tables["left_out"] = shown_left_out(found.twin, case.left_out, label)
    charts = _charts(done, names)
    if compiled is not None:
        tables = {"what_happens": happening_table(compiled, options.run.root), **tables}
        timeline = happening_chart(compiled, options.run.root, done.horizon_days)
        charts = charts if timeline is None else (*charts, timeline)
    told = compiled or compile_scenario(Scenario(name, done.horizon_days), case)
    warnings = (*_ungrounded(case.network), *map(names.sentence, told.warnings))
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
        said=(*_said(done, names), *warnings),
        figures=_figures(done),
        tables={key: frame for key, frame in tables.items() if not frame.is_empty()},
        charts=charts,
        assumptions=(*dict.fromkeys((*done.assumptions, *assumed)), _STOCKS.format(options.stocks)),
        origin=found.seen.origin(label=label, parameters=parameters),
        command=f"redball simulate {inputs.words}",
        off_screen=("readiness_by_day", "stock_by_day"),
    )


def _tables(done: Simulated, names: TwinNames, stocks: int) -> dict[str, pl.DataFrame]:
    """Tables by name, those that matter first; names for readers stand before the codes."""
    lanes = done.lanes.rename({"name": "lane"} | ({"lane": "row"} if "lane" in done.lanes else {}))
    lanes = _busiest(lanes, "utilisation", "held_days", "kg", "eur", "co2e_kg", "lane")
    shops = _busiest(done.pools, "utilisation", "queue_days", "arrivals", "servers", "node", "pool")
    made = _busiest(
        done.recipes, "utilisation", "units", "waiting_days", "starved_days", "item", "node"
    )
    short = _shortages(done)
    group = _by_group(done)
    if not group.is_empty():
        group = group.select(pl.exclude("unit", "system"), "unit", "system")
    longest = short.select("item", "node").head(stocks)
    by_day = done.stock.join(longest, on=["item", "node"], how="semi", maintain_order="left")
    return {
        "readiness": names.beside(group, unit="unit", system="system"),
        "shortages": names.beside(short, item="item", node="node"),
        "stock": names.beside(_days_of_supply(done), item="item", node="node"),
        "lanes": names.beside(lanes, lane="lane"),
        "workshops": names.beside(shops, node="node"),
        "production": names.beside(made, item="item", node="node"),
        "costs": done.costs,
        "readiness_by_day": done.readiness,
        "stock_by_day": by_day.drop("cell"),
    }


def _days_of_supply(done: Simulated) -> pl.DataFrame:
    """Days of supply at the stocks that demand or fleets draw on, the shortest first."""
    if done.stock.is_empty():
        return done.stock
    return (
        done.stock.group_by("item", "node", maintain_order=True)
        .agg(
            days_of_supply=pl.col("days_of_supply").mean(),
            least_days=pl.col("days_of_supply").min(),
            least_day=pl.col("day").get(pl.col("on_hand").arg_min()),
            on_hand=pl.col("on_hand").mean(),
        )
        .select("days_of_supply", "least_days", "least_day", "on_hand", "item", "node")
        .sort("days_of_supply", "item", "node", nulls_last=True)
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


def _said(done: Simulated, names: TwinNames) -> tuple[str, ...]:
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
            f"Lowest: {names.of('system', row['system'])} of {names.of('unit', row['unit'])}, "
            f"{row['mean']:.1%} on average and "
            f"{row['last_day']:.1%} on the last day."
        )
    short = _shortages(done)
    if short.height:
        row = short.row(0, named=True)
        said.append(
            f"Somebody waits for {short.height:,} stocks, longest for {names.item(row['item'])} at "
            f"{names.node(row['node'])}: {_owed(row)} are owed on average."
        )
    if not done.precise:
        said.append("The interval asked for was not reached; allow more replications to narrow it.")
    return tuple(said)


def _owed(row: Mapping[str, float | None]) -> str:
    days = row["days_of_use"]
    return f"{row['backorders']:,.1f} units" if days is None else f"{days:,.1f} days of use"


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
    """Stocks that demand or fleets draw on and that let somebody wait, longest in days of use.

    What waits with a supplier is an order being made, which is no shortage.
    """
    days = pl.col("backorders") * done.horizon_days / pl.col("demanded")
    return (
        done.cells.filter(pl.col("backorders") > 0, pl.col("cell").is_in(_drawn_on(done)))
        .with_columns(days_of_use=pl.when(pl.col("demanded") > 0).then(days))
        .select("days_of_use", "backorders", "fill", "item", "node")
        .sort("days_of_use", "item", "node", descending=[True, False, False], nulls_last=True)
    )


def _drawn_on(done: Simulated) -> list[int]:
    return done.stock["cell"].unique().sort().to_list()


def _busiest(frame: pl.DataFrame, *names: str) -> pl.DataFrame:
    """The columns that matter, the busiest first; what has no limit last."""
    known = [name for name in names if name in frame.columns]
    return frame.sort("utilisation", descending=True, nulls_last=True, maintain_order=True).select(
        known
    )


def _charts(done: Simulated, names: TwinNames) -> tuple[LineChart, ...]:
    if done.readiness.is_empty():
        return ()
    chosen = _by_group(done).head(_SHOWN)
    lines = []
    for unit, system in chosen.select("unit", "system").iter_rows():
        part = done.readiness.filter(pl.col("unit") == unit, pl.col("system") == system)
        band = list(part.select("day", "low", "high").drop_nulls().iter_rows())
        points = list(part.select("day", "mean").iter_rows())
        name = f"{names.of('system', system)} of {names.of('unit', unit)}"
        lines.append(Line(name, points, band=band))
    return (
        LineChart(
            "Readiness by unit, the lowest", "day", "share of systems up", lines, percent=True,
            from_zero=False,
        ),
    )  # fmt: skip


def _check_log(path: Path) -> None:
    """Refuse a log that can't be written.

    Raises
    ------
    BadUse
    """
    if path.is_dir() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise BadUse(
            "The log can't be written.",
            where=str(path),
            mend="Name a file in a folder that exists and may be written to.",
        )


def _log(
    network: Network, compiled: CompiledScenario | None, horizon: int, seed: int
) -> pl.DataFrame:
    """Events of the first replication."""
    run = run_events(
        network,
        horizon_days=horizon,
        seed=seed,
        changes=NO_CHANGES if compiled is None else compiled.changes(seed, 0),
        rules=NO_RULES if compiled is None else compiled.rules,
        log=True,
    )
    return _named_log(run.log, network)


def _write_log(path: Path, log: pl.DataFrame) -> None:
    try:
        log.write_csv(path)
    except OSError as error:
        why = error.strerror or str(error)
        raise BadUse(f"The log can't be written: {why}.", where=str(path)) from error


def _named_log(log: Rows, network: Network) -> pl.DataFrame:
    """The log with days, words, and the stock that a line is about beside the kernel's numbers."""
    words = {int(kind): kind.name.lower() for kind in Kind}
    frame = pl.DataFrame({name: log[name] for name in log.dtype.names or ()})
    rows = range(len(network.cells))
    stock = pl.DataFrame(
        {"entity": rows, "stock": [network.name_of(row) for row in rows]},
        schema={"entity": frame.schema["entity"], "stock": pl.String},
    )
    changed = words[int(Kind.CHANGED)]  # a change counts the rows of its own table
    return (
        frame.join(stock, on="entity", how="left", maintain_order="left")
        .with_columns(
            pl.col("kind").replace_strict(words, return_dtype=pl.String),
            day=pl.col("tick") / TICKS_PER_DAY,
        )
        .with_columns(stock=pl.when(pl.col("kind") != changed).then(pl.col("stock")))
    )
