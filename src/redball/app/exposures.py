"""Published formulas on what the viewer sees: ``redball risk exposure|cascade|sectors``."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
import polars as pl

import redball
from redball.access.actions import Action
from redball.app.answers import Answer, Progress, shares
from redball.app.csv_tables import read_csv_table
from redball.app.doing import use_case
from redball.app.inputs import Inputs, look
from redball.app.naming import named
from redball.app.picture import PictureOptions, Recognised, recognise
from redball.model import BadUse, Origin, parse_label
from redball.model.labels import result_label
from redball.model.results import NOBODY
from redball.reports import Bar, Bars, Line, LineChart
from redball.risk.cascade import (
    ArioResult,
    ArioRules,
    CapacityLoss,
    Market,
    SectorTable,
    ario,
    party_systemic_risk,
    sector_table_of_frames,
)
from redball.risk.exposure import (
    ExposureCase,
    Loss,
    Solver,
    bottlenecks,
    exposure,
    exposure_case,
    labelled,
    pairs,
    worth,
)

_BARS = 15
_MOST_PAIRED = 100
_RANKING = (
    "name", "kind", "added_impact", "own_survive_days", "window_days", "exposed", "short_days",
    "exposure_index", "sources", "items_with_stock_lost", "loss",
)  # fmt: skip


@dataclass(frozen=True)
class ExposureOptions:
    """Parameters of the time-to-recover and time-to-survive programmes.

    Attributes
    ----------
    recovery : tuple of (kind, days)
        Days to recover by kind of element; the defaults are in the assumptions.
    weight : str
        ``days`` or ``euro``: what a unit lost counts as.
    pairs_among : int
        Pairs are measured among so many of the worst.
    worth_of : int
        For so many of the worst: what more stock, capacity or a shorter recovery saves.
    """

    recovery: tuple[tuple[str, float], ...] = ()
    weight: str = "days"
    pairs_among: int = 5
    worth_of: int = 3

    def __post_init__(self) -> None:
        if not 0 <= self.pairs_among <= _MOST_PAIRED or not 0 <= self.worth_of <= _MOST_PAIRED:
            raise BadUse(
                f"Pairs among {self.pairs_among} and the worth of {self.worth_of} are asked for.",
                mend=f"Give 0 to {_MOST_PAIRED} for each.",
            )


@use_case(Action.SEE)
def recoveries(texts: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """Read ``KIND=DAYS`` words.

    Raises
    ------
    BadUse
        One is something else.
    """
    found = []
    for text in texts:
        kind, equals, days = text.partition("=")
        try:
            found.append((kind, float(days)))
        except ValueError:
            equals = ""
        if not equals:
            raise BadUse(f"'{text}' is no time to recover.", mend="Write for example site=60.")
    return tuple(found)


@use_case(Action.SEE)
def risk_exposure(
    inputs: Inputs,
    options: ExposureOptions,
    progress: Progress | None = None,
    *,
    now: datetime | None = None,
) -> Answer:
    """Time to survive and least loss until recovery, for every party, owner, site and country.

    Raises
    ------
    BadUse
        A kind or a weight is not known.
    BadData
        The viewer sees no consumption.
    """
    known = recognise(look(inputs, now=now), PictureOptions())
    case = exposure_case(
        known.twin,
        known.consumption,
        items=known.items,
        parties=known.parties,
        units=known.units,
        weight=options.weight,
        recovery_days=dict(options.recovery),
    )
    solver = Solver(case.network)
    result = exposure(case.network, case.losses, progress=shares(progress, "losses"), solver=solver)
    # the index compares with the worst of all, so it has no label of its own beside the answer's
    ranking = (
        named(known.twin, labelled(case, result))
        .drop("label")
        .with_columns(result.frame["exposure_index"])
    )
    order = ranking.with_row_index("at").sort(
        "added_impact", "kind", "loss", descending=[True, False, False]
    )
    worst = [case.losses[int(at)] for at in order["at"]]
    tables = {
        "ranking": order.select(_RANKING),
        "pairs": _pairs(case, worst[: options.pairs_among], solver, progress),
        "binding": _each(worst[: options.worth_of], lambda one: bottlenecks(
            case.network, one, solver=solver)),
        "worth": _each(worst[: options.worth_of], lambda one: worth(
            case.network, one, solver=solver)),
    }  # fmt: skip
    unit = "EUR" if options.weight == "euro" else "item-days"
    return Answer(
        kind="risk exposure",
        title="What each loss costs at least, and how long it can be borne",
        said=_exposure_said(tables["ranking"], unit),
        figures={
            "losses": len(case.losses),
            "of them not survived until recovery": int(ranking["exposed"].sum()),
            "programmes solved": result.solves,
        },
        tables={name: frame for name, frame in tables.items() if not frame.is_empty()},
        charts=_exposure_bars(tables["ranking"], unit),
        assumptions=(*case.assumptions, *result.assumptions),
        origin=known.seen.origin(
            label=case.label,
            parameters={
                "weight": options.weight,
                "recovery": " ".join(f"{k}={d:g}" for k, d in options.recovery) or None,
                "pairs_among": options.pairs_among,
                "worth_of": options.worth_of,
            },
        ),
        command=f"redball risk exposure {inputs.words}",
    )


def _pairs(
    case: ExposureCase, worst: Sequence[Loss], solver: Solver, progress: Progress | None
) -> pl.DataFrame:
    both = pairs(list(worst))
    if not both:
        return pl.DataFrame()
    frame = exposure(
        case.network, both, progress=shares(progress, "pairs"), solver=solver
    ).frame  # fmt: skip
    return frame.select("loss", "window_days", "added_impact", "own_survive_days", "exposed").sort(
        "added_impact", "loss", descending=[True, False]
    )


def _each(losses: Sequence[Loss], measure: Callable[[Loss], pl.DataFrame]) -> pl.DataFrame:
    frames = [
        measure(one).select(pl.lit(one.name).alias("loss"), pl.exclude("element")) for one in losses
    ]
    return pl.concat(frames) if frames else pl.DataFrame()


def _exposure_said(ranking: pl.DataFrame, unit: str) -> tuple[str, ...]:
    said = []
    for row in ranking.filter(pl.col("added_impact") > 0).head(3).iter_rows(named=True):
        days = row["own_survive_days"]
        lasts = "lasts" if days is None else f"lasts {days:,.1f} days"
        said.append(
            f"{row['name']} ({row['kind']}): at least {row['added_impact']:,.0f} {unit} lost in "
            f"{row['window_days']:,.0f} days; what depends on it {lasts}."
        )
    if not said:
        said.append("No loss costs anything within its time to recover.")
    return tuple(said)


def _exposure_bars(ranking: pl.DataFrame, unit: str) -> tuple[Bars, ...]:
    worst = ranking.filter(pl.col("added_impact") > 0).head(_BARS)
    if worst.is_empty():
        return ()
    bars = [
        Bar(f"{name} ({kind})", impact)
        for name, kind, impact in worst.select("name", "kind", "added_impact").iter_rows()
    ]
    return (Bars("Least loss until recovery", unit, bars),)


@use_case(Action.SEE)
def risk_cascade(
    inputs: Inputs,
    *,
    by: str = "party",
    market: str = "none",
    tolerance: float = 1e-2,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> Answer:
    """ESRI of every supplier or owner, with its shares through the tiers.

    Raises
    ------
    BadUse
        A word or a number is out of range.
    BadData
        The viewer sees neither sources nor supply relations.
    """
    known: Recognised = recognise(look(inputs, now=now), PictureOptions())
    words = [kind.value for kind in Market]
    if market not in words:
        raise BadUse(f"'{market}' is no market.", mend=f"Use one of: {', '.join(words)}.")
    found = party_systemic_risk(
        known.twin,
        items=known.items,
        parties=known.parties,
        consumption=known.consumption,
        by=by,
        market=market,
        tolerance=tolerance,
        progress=shares(progress, "closures"),
    )
    ranking = found.frame.select(
        "name", "esri", "down", "up", pl.exclude("name", "esri", "down", "up")
    )
    ranking = named(known.twin, ranking.drop("label")).drop("party_name")
    worst = found.frame.head(3)
    said = tuple(
        f"{row['name']}: {row['esri']:.1%} of all sales are lost with it ({row['down']:.1%} for "
        f"want of inputs, {row['up']:.1%} for want of customers)."
        for row in worst.iter_rows(named=True)
    )
    bars = [Bar(name, esri) for name, esri in found.frame.head(_BARS).select("name", "esri").rows()]
    return Answer(
        kind="risk cascade",
        title=f"What the loss of each {by} takes with it through the tiers",
        said=said,
        figures={
            "closures": found.frame.height,
            "not converged": int((~found.frame["converged"]).sum()),
        },
        tables={"ranking": ranking},
        charts=(Bars("Economic systemic risk index", "share of all sales", bars, percent=True),),
        assumptions=found.assumptions,
        origin=known.seen.origin(
            label=found.label, parameters={"by": by, "market": market, "tolerance": tolerance}
        ),
        command=f"redball risk cascade {inputs.words}",
    )


@dataclass(frozen=True)
class SectorOptions:
    """A loss in a table of regions and sectors.

    Attributes
    ----------
    flows, final_demand : Path
        CSV: ``supplier_region, supplier_sector, customer_region, customer_sector, value`` and
        ``region, sector, value``, a year's money.
    industries : tuple of str
        ``REGION/SECTOR`` or ``REGION`` for all of its sectors.
    share : float
        Of their capacity that is lost.
    start_day, for_days, recovery_days, days : int
    label : str
        Of the files; without one the answer is for its originators only.
    rules : ArioRules
    """

    flows: Path
    final_demand: Path
    industries: tuple[str, ...]
    share: float = 0.2
    start_day: int = 5
    for_days: int = 60
    recovery_days: int = 30
    days: int = 365
    label: str = ""
    rules: ArioRules = ArioRules()  # noqa: RUF009 - immutable


@use_case(Action.SEE)
def risk_sectors(options: SectorOptions, viewer: str, progress: Progress | None = None) -> Answer:
    """ARIO: a loss of capacity followed through regions and sectors, day by day.

    Raises
    ------
    BadUse
        A file is missing, or nothing is lost.
    BadData
        A file is no such table, or an industry is not in it.
    """
    flows = read_csv_table(options.flows, typed=True)
    demand = read_csv_table(options.final_demand, typed=True)
    table = sector_table_of_frames(flows, demand)
    loss = CapacityLoss(
        _industries(table, options.industries), options.share, options.start_day,
        options.for_days, options.recovery_days,
    )  # fmt: skip
    result = ario(
        table, [loss], days=options.days, rules=options.rules, progress=shares(progress, "days")
    )
    owner = viewer or "OWN"
    label = result_label(parse_label(options.label, owner)) if options.label else NOBODY
    content = options.flows.read_bytes() + options.final_demand.read_bytes()
    origin = Origin(
        viewer=owner,
        as_of=datetime.now(UTC),
        revision=0,
        twin_hash=sha256(content).hexdigest(),
        software=f"redball {redball.__version__}",
        label=label,
        parameters={
            "industries": "; ".join(options.industries), "share": options.share,
            "start_day": options.start_day, "for_days": options.for_days,
            "recovery_days": options.recovery_days, "days": options.days,
        },
    )  # fmt: skip
    said = () if options.label else ("The files carry no label: for their originators only.",)
    return _sector_answer(table, result, options, origin, said)


def _industries(table: SectorTable, wanted: Sequence[str]) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for text in wanted:
        region, slash, sector = text.partition("/")
        same = [i for i in table.industries if i[0] == region and (not slash or i[1] == sector)]
        if not same:
            known = ", ".join(f"{r}/{s}" for r, s in table.industries[:5])
            raise BadUse(f"The table has no '{text}'.", mend=f"It has {known} and so on.")
        found += same
    if not found:
        raise BadUse("Nothing is lost.", mend="Add --lose REGION/SECTOR or REGION.")
    return tuple(dict.fromkeys(found))


def _sector_answer(
    table: SectorTable,
    result: ArioResult,
    options: SectorOptions,
    origin: Origin,
    said: tuple[str, ...],
) -> Answer:
    total = result.production.sum(axis=1)
    base = float(result.base.sum())
    lost, least = float(result.lost.sum()), int(np.argmin(total))
    regions, sectors = zip(*table.industries, strict=True)
    ranking = pl.DataFrame(
        {
            "region": regions,
            "sector": sectors,
            "daily_output": result.base,
            "output_lost": result.lost,
            "lost_days_of_output": np.divide(
                result.lost, result.base, out=np.zeros(len(regions)), where=result.base > 0
            ),
            "unmet_final_demand": result.unmet.sum(axis=0),
        }
    ).sort("output_lost", "region", "sector", descending=[True, False, False])
    days = pl.DataFrame(
        {"day": range(options.days), "production": total, "unmet": result.unmet.sum(axis=1)}
    )
    words = (
        f"{lost:,.0f} of output is lost over {options.days} days, {lost / base:,.1f} days of all "
        f"production; the lowest day is day {least} with {total[least] / base:.1%} of usual.",
        *said,
    )
    line = Line("production", [(float(d), float(v / base)) for d, v in enumerate(total)])
    return Answer(
        kind="risk sectors",
        title="A loss of capacity through regions and sectors",
        said=words,
        figures={"output lost": lost, "usual daily output": base},
        tables={"industries": ranking, "days": days},
        charts=(
            LineChart(
                "Production by day", "day", "share of usual output", [line], percent=True,
                from_zero=False,
            ),
        ),
        assumptions=result.assumptions,
        origin=origin,
        command="redball risk sectors",
    )  # fmt: skip
