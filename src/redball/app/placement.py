"""Safety stock along supply chains with guaranteed service: ``redball stock placement``."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import NormalDist

import polars as pl

import redball
from redball.access.actions import Action
from redball.app.answers import Answer, Progress, shares
from redball.app.csv_tables import read_csv_table
from redball.app.doing import use_case
from redball.app.inputs import Inputs, look
from redball.app.naming import label_of_lists
from redball.forecasting import consumption
from redball.model import BadUse, Origin, parse_label
from redball.model.labels import result_label
from redball.model.results import NOBODY, Scalar
from redball.reports import Bar, Bars
from redball.stock.placement import (
    Chain,
    Placement,
    chain_from_frames,
    chain_of_twin,
    place,
    simulate_fill_rate,
)


@dataclass(frozen=True)
class PlacementOptions:
    """Parameters of a placement.

    Attributes
    ----------
    aggregation, cost_rule : str
        Rules of variance and value; see ``docs/concepts/guaranteed-service.md``.
    holding_rate : float
        Cost of holding for a year, as a share of the value.
    service_level : float or None
        Share of the time that the bound of demand covers, where the stages name none.
    service_time_days : float
        What demand is quoted, on a twin.
    time_limit_seconds : float
    simulate_days : int
        Days of each run of a simulation of the fill rate under demand without a bound; 0 for none.
    """

    aggregation: str = "path"
    cost_rule: str = "path"
    holding_rate: float = 0.2
    service_level: float | None = 0.95
    service_time_days: float = 0.0
    time_limit_seconds: float = 60.0
    simulate_days: int = 0

    def as_parameters(self) -> dict[str, Scalar]:
        """Plain values for the origin of results."""
        return {
            "aggregation": self.aggregation,
            "cost_rule": self.cost_rule,
            "holding_rate": self.holding_rate,
            "service_level": self.service_level,
            "service_time_days": self.service_time_days,
            "time_limit_seconds": self.time_limit_seconds,
            "simulate_days": self.simulate_days,
        }


_DEFAULT = PlacementOptions()


@dataclass(frozen=True)
class ChainFiles:
    """A chain given as two CSV files.

    Attributes
    ----------
    stages, arcs : Path
        Columns as :func:`redball.stock.placement.chain_from_frames` takes them.
    label : str
        Label of what they hold; without one the result is for its originators only.
    """

    stages: Path
    arcs: Path
    label: str = ""


def chain_files(stages: Path | None, arcs: Path | None, label: str = "") -> ChainFiles | None:
    """Both files of a chain, or neither.

    Raises
    ------
    BadUse
        Only one is given.
    """
    if stages is None and arcs is None:
        return None
    if stages is None or arcs is None:
        raise BadUse("A chain needs both of its files.", mend="Give --stages and --arcs.")
    return ChainFiles(stages, arcs, label)


@use_case(Action.SEE)
def stock_placement(
    inputs: Inputs,
    options: PlacementOptions = _DEFAULT,
    progress: Progress | None = None,
    *,
    files: ChainFiles | None = None,
    now: datetime | None = None,
) -> Answer:
    """Place safety stock at least cost along the chains of a twin, or along a chain in files.

    Raises
    ------
    BadUse
        A rule or file is unknown.
    BadData
        The chain can't be used; stage or arc is named.
    """
    chain, origin, said = (
        _from_twin(inputs, options, now) if files is None else _from_files(inputs, files, options)
    )
    found = place(
        chain,
        time_limit_seconds=options.time_limit_seconds,
        progress=shares(progress, "placement"),
    )
    tables = {"stages": found.frame.sort("cost", descending=True)}
    assumptions = [*found.assumptions, *said]
    if options.simulate_days:
        rates = simulate_fill_rate(
            chain, found, days=options.simulate_days, progress=shares(progress, "simulation")
        )
        tables["simulated_fill_rates"] = rates.frame
        assumptions += rates.assumptions
    return Answer(
        kind="stock placement",
        title="Safety stock with guaranteed service",
        said=_said(chain, found),
        figures=_figures(chain, found),
        tables=tables,
        charts=_charts(found),
        assumptions=tuple(assumptions),
        origin=origin,
        command=f"redball stock placement {_words(inputs, files)}",
    )


def _from_twin(
    inputs: Inputs, options: PlacementOptions, now: datetime | None
) -> tuple[Chain, Origin, tuple[str, ...]]:
    seen = look(inputs, now=now)
    frames = chain_of_twin(
        seen.twin, consumption(seen.twin), service_time_days=options.service_time_days
    )
    chain = _chain(frames.stages.drop("item_ix", "site_ix"), frames.arcs, options)
    label = label_of_lists(seen.twin, [frames.labels])
    return chain, seen.origin(label, options.as_parameters()), frames.assumptions


def _from_files(
    inputs: Inputs, files: ChainFiles, options: PlacementOptions
) -> tuple[Chain, Origin, tuple[str, ...]]:
    digest = hashlib.sha256()
    frames = []
    for path in (files.stages, files.arcs):
        frames.append(read_csv_table(path, typed=True))
        data = path.read_bytes()
        digest.update(len(data).to_bytes(8, "big") + data)
    viewer = inputs.view.nation if inputs.view.viewer else "OWN"
    label = result_label(parse_label(files.label, viewer)) if files.label else NOBODY
    origin = Origin(
        viewer=viewer,
        as_of=inputs.view.as_of or datetime.now(UTC),
        revision=0,
        twin_hash=digest.hexdigest(),
        software=f"redball {redball.__version__}",
        label=label,
        parameters=options.as_parameters(),
    )
    said = () if files.label else ("The files carry no label: for their originators only.",)
    return _chain(frames[0], frames[1], options), origin, said


def _chain(stages: pl.DataFrame, arcs: pl.DataFrame, options: PlacementOptions) -> Chain:
    named = any(name in stages.columns for name in ("z", "service_level"))
    z = None
    if not named and options.service_level is not None:
        if not 0.5 <= options.service_level < 1:
            raise BadUse(
                f"The service level is {options.service_level:g}.",
                mend="Give a share of at least 0.5 and below 1.",
            )
        z = NormalDist().inv_cdf(options.service_level)
    return chain_from_frames(
        stages,
        arcs,
        aggregation=options.aggregation,
        cost_rule=options.cost_rule,
        holding_rate=options.holding_rate,
        z=z,
    )


def _said(chain: Chain, found: Placement) -> tuple[str, ...]:
    held = found.frame.filter(pl.col("safety_stock") > 0).height
    proof = (
        "This is proven to be the least."
        if found.status == "optimal"
        else f"No schedule costs less than {found.bound:,.2f}: a gap of {100 * found.gap:.2f} %."
    )
    return (
        f"{held} of {chain.stages} stages hold safety stock, for {found.cost:,.2f} a year. {proof}",
    )


def _figures(chain: Chain, found: Placement) -> dict[str, Scalar]:
    return {
        "stages": chain.stages,
        "arcs": len(chain.supplier),
        "cost a year": found.cost,
        "bound": found.bound,
        "gap": found.gap,
        "method": found.method,
        "variance adds up by": str(found.aggregation),
        "value adds up by": str(found.cost_rule),
    }


def _charts(found: Placement) -> tuple[Bars, ...]:
    held = found.frame.filter(pl.col("cost") > 0).sort("cost", descending=True)
    bars = [Bar(name, cost) for name, cost in held.select("stage", "cost").iter_rows()]
    return (Bars("Where the safety stock costs", "a year", bars),) if bars else ()


def _words(inputs: Inputs, files: ChainFiles | None) -> str:
    return inputs.words if files is None else f"--stages {files.stages} --arcs {files.arcs}"
