"""Everything lost once, ranked by what it costs in readiness: ``redball stress``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce

import polars as pl

from redball.access.actions import Action
from redball.app.answers import Answer, Progress, shares
from redball.app.doing import use_case
from redball.app.inputs import Inputs
from redball.app.naming import in_front, shown_left_out, with_left_out
from redball.app.rehearsal import Rehearsal, RunOptions, TwinOptions, rehearsal
from redball.app.scenarios import scenario_named
from redball.app.twin_names import TwinNames
from redball.model import BadData, BadUse, ResultLabel
from redball.model.labels import combine
from redball.model.results import Scalar
from redball.planning.compare import GivenFuture
from redball.planning.scenarios import compile_scenario
from redball.planning.stress import (
    KINDS_LOST,
    Bottlenecks,
    CrossCheck,
    Loss,
    Method,
    StressResult,
    Times,
    bottlenecks,
    cascade_method,
    cross_check,
    exposure_method,
    losses_of,
    stress,
)
from redball.planning.targets import KINDS
from redball.reports import Bar, Bars, Line, LineChart
from redball.risk import structural_findings
from redball.risk.cascade import party_systemic_risk
from redball.risk.exposure import exposure, exposure_case
from redball.simulation.runs import NO_RULES

HIDDEN_RULE = "hidden-common-supplier"
_BARS = 15
_CURVES = 4
_FIRST = (
    "rank", "title", "kind", "lost_readiness_days", "low", "high", "survive_days", "recover_days",
    "robustness",
)  # fmt: skip
_FIRST_BY_DEMAND = ("rank", "title", "kind", "demand_lost_share")
_FIRST_OF_PAIRS = (
    "rank", "first", "second", "lost_readiness_days", "low", "high", "together", "verdict",
)  # fmt: skip
_FIRST_OF_UNITS = (
    "loss", "unit_name", "system_name", "systems", "lost_readiness_days", "readiness_before",
    "readiness_after",
)  # fmt: skip
_FIRST_OF_BOTTLENECKS = ("what", "where_name", "more", "gain_readiness_days", "low", "high")
_RANKS = ("simulation rank", "programme rank", "cascade rank")
_METHOD_KINDS = ("party", "parent", "site", "country")
_LEAST_RANKED = 2
"""Losses that another method must know for ranks to be set side by side."""
_HIDDEN_TABLES = ("source", "structure")
"""What a hidden common supplier is found from, beside the tables of names."""
_METHOD_TABLES = ("demand", "factor", "rate")
"""What decides whether another method applies, beside these."""


@dataclass(frozen=True)
class StressOptions:
    """Parameters of a stress test.

    Attributes
    ----------
    times : Times
        When things are lost, for how long, and how the curves are read.
    kinds : tuple of str
        Kinds of what is lost one at a time.
    only : tuple of str
        Only these, ``KIND=NAME``; all of the kinds when empty.
    sets : tuple of str
        Things lost together, ``NAME: KIND=NAME, KIND=NAME``.
    pairs_among : int
        Pairs are tried among so many of the worst.
    methods : bool
        Rank the same losses by the linear programme and by the cascade as well.
    constraints : int
        Constraints of each kind whose easing is tried; 0 for none.
    reactions : str or None
        A scenario whose reactions people follow in every run.
    run : RunOptions
    twin : TwinOptions
    """

    times: Times = field(default_factory=Times)
    kinds: tuple[str, ...] = KINDS_LOST
    only: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    pairs_among: int = 5
    methods: bool = True
    constraints: int = 3
    reactions: str | None = None
    run: RunOptions = field(default_factory=RunOptions)
    twin: TwinOptions = field(default_factory=TwinOptions)

    def as_parameters(self) -> dict[str, Scalar]:
        """Plain values for the origin of results."""
        return {
            **vars(self.times),
            "kinds": " ".join(self.kinds),
            "only": "; ".join(self.only) or None,
            "sets": "; ".join(self.sets) or None,
            "pairs_among": self.pairs_among,
            "methods": self.methods,
            "constraints": self.constraints,
            "reactions": self.reactions,
            **self.run.as_parameters(),
            **self.twin.as_parameters(),
        }


def stress_options(
    *,
    times: tuple[int, float, int, float],
    kinds: tuple[str, ...],
    only: tuple[str, ...],
    sets: tuple[str, ...],
    pairs_among: int,
    methods: bool,
    constraints: int,
    reactions: str | None,
    run: RunOptions,
    twin: TwinOptions,
) -> StressOptions:
    """Options from the words of a command line; ``times``: first day, days, horizon, threshold.

    Raises
    ------
    BadUse
        A number is out of range.
    """
    from_day, days_lost, horizon, threshold = times
    return StressOptions(
        Times(from_day, days_lost, horizon, threshold), kinds or KINDS_LOST, only, sets,
        pairs_among, methods, constraints, reactions, run, twin,
    )  # fmt: skip


@use_case(Action.SEE)
def stress_test(
    inputs: Inputs,
    options: StressOptions,
    progress: Progress | None = None,
    *,
    now: datetime | None = None,
) -> Answer:
    """Rank what would hurt the coalition of a viewer most, and show how it comes back.

    Raises
    ------
    BadUse
        A parameter is out of range, or names what the viewer does not see.
    BadData
        The viewer sees no demand.
    """
    found = rehearsal(inputs, options.twin, progress, now=now)
    return stress_of(found, inputs, options, progress)


def stress_of(
    found: Rehearsal, inputs: Inputs, options: StressOptions, progress: Progress | None = None
) -> Answer:
    """Stress test of a network that was built already."""
    case = found.case
    rules = NO_RULES
    if options.reactions is not None:
        rules = compile_scenario(scenario_named(options.reactions), case).rules
    with options.run.runner() as runner:
        result = stress(
            case,
            losses=_losses(found, options),
            times=options.times,
            pairs_among=options.pairs_among,
            show=_BARS,
            seed=options.run.root,
            replications=options.run.replications,
            precision=options.run.precision,
            runner=runner,
            progress=shares(progress, "losses"),
            rules=rules,
        )
        eased = None
        if options.constraints:
            eased = bottlenecks(
                GivenFuture(case.network, options.times.horizon_days),
                most=options.constraints,
                seed=options.run.root,
                label=case.label,
                runner=runner,
                progress=shares(progress, "constraints"),
            )
    crossed = _crossed(found, options, result, progress) if options.methods else None
    return _answer(inputs, options, found, result, crossed, eased)


def _losses(found: Rehearsal, options: StressOptions) -> Sequence[Loss]:
    """Return what is asked for; hidden common suppliers are marked, and added where left out."""
    targets = found.case.targets
    unknown = [kind for kind in options.kinds if kind not in KINDS]
    if unknown:
        raise BadUse(f"'{unknown[0]}' can't be lost.", mend=f"Kinds: {', '.join(KINDS)}.")
    sets = dict(_set(text) for text in options.sets)
    hidden = [
        ("party", f"{finding.subject.owner}:{finding.subject.key}")
        for finding in structural_findings(found.twin, items=found.items, parties=found.parties)
        if finding.rule == HIDDEN_RULE and finding.subject.table == "party"
    ]
    known = set(targets.names("party"))
    hidden = [pair for pair in dict.fromkeys(hidden) if pair[1] in known]
    names = TwinNames(found.case)
    sets = {
        name: [(kind, names.full(kind, part)) for kind, part in parts]
        for name, parts in sets.items()
    }
    losses = losses_of(
        targets, kinds=() if options.only else options.kinds, sets=sets,
        hidden=() if options.only else hidden,
    )  # fmt: skip
    only = [(kind, names.full(kind, name)) for kind, name in map(_pair, options.only)]
    alone = [
        Loss(kind, name, targets.label(kind, name), ((kind, name),), (kind, name) in hidden)
        for kind, name in dict.fromkeys(only)
    ]
    return [
        replace(loss, title=names.lane(loss.name)) if loss.kind == "lane" else loss
        for loss in (*alone, *losses)
    ]


def _set(text: str) -> tuple[str, list[tuple[str, str]]]:
    name, colon, parts = text.partition(":")
    if not colon or not name.strip() or not parts.strip():
        raise BadUse(
            f"'{text}' is no set of losses.",
            mend="Write for example 'both ports: site=XAG:PORT-GDANSK, site=XAG:PORT-ROSTOCK'.",
        )
    return name.strip(), [_pair(part) for part in parts.split(",")]


def _pair(text: str) -> tuple[str, str]:
    kind, equals, name = text.strip().partition("=")
    if not equals or kind not in KINDS or not name:
        raise BadUse(
            f"'{text}' names nothing to lose.",
            mend=f"Write KIND=NAME such as site=XAG:PORT-GDANSK; kinds: {', '.join(KINDS)}.",
        )
    return kind, name


def _crossed(
    found: Rehearsal, options: StressOptions, result: StressResult, progress: Progress | None
) -> CrossCheck | None:
    """Rank the same losses by other methods; None where neither applies to the data."""
    methods: list[Method] = []
    days = options.times.days_lost
    try:
        case = exposure_case(
            found.twin,
            found.use,
            items=found.items,
            parties=found.parties,
            units=found.units,
            recovery_days=dict.fromkeys(_METHOD_KINDS, days),
        )
        measured = exposure(case.network, case.losses, progress=shares(progress, "programme"))
        methods.append(exposure_method(case, measured))
    except BadData:
        pass  # nothing is recorded as consumed: there is no programme to solve
    try:
        risks = {
            by: party_systemic_risk(
                found.twin, items=found.items, parties=found.parties, consumption=found.use, by=by
            )
            for by in ("party", "parent")
        }
        methods.append(cascade_method(found.twin, risks))
    except BadData:
        pass  # no source and no supply row: there are no firms
    scored = [method.scores.select("kind", "name") for method in methods]
    known = pl.concat(scored).unique() if scored else pl.DataFrame(schema=["kind", "name"])
    both = 0 if known.is_empty() else result.names.join(known, on=["kind", "name"]).height
    return cross_check(result, methods) if both >= _LEAST_RANKED else None


def _label(found: Rehearsal, options: StressOptions, result: StressResult) -> ResultLabel:
    """Label of the runs, of all names that were tried, and of what shows what is hidden.

    Where another method does not apply to the data, its absence rests on all that it reads.
    """
    tables = _HIDDEN_TABLES + (_METHOD_TABLES if options.methods else ())
    named = combine(result.label, found.case.names_label)
    return reduce(combine, (found.twin.label_of(table) for table in tables), named)


def _answer(
    inputs: Inputs,
    options: StressOptions,
    found: Rehearsal,
    result: StressResult,
    crossed: CrossCheck | None,
    eased: Bottlenecks | None,
) -> Answer:
    label = _label(found, options, result)
    names = TwinNames(found.case)
    reasons = names.beside(result.reasons.rename({"name": "where"}), where="any")
    tables = {
        "ranking": in_front(result.losses, _FIRST if result.systems else _FIRST_BY_DEMAND),
        "pairs": in_front(result.pairs, _FIRST_OF_PAIRS),
        "units": in_front(
            names.beside(result.units, unit="unit", system="system"), _FIRST_OF_UNITS
        ),
        "reasons": in_front(reasons, ("loss", "what", "where_name", "change", "unit")),
    }
    assumptions = list(result.assumptions)
    if eased is not None:
        eased_rows = names.beside(eased.frame.rename({"name": "where"}), where="any")
        tables["bottlenecks"] = in_front(eased_rows, _FIRST_OF_BOTTLENECKS)
        assumptions += eased.assumptions
    if crossed is not None:
        label = combine(label, crossed.label)
        ranks = crossed.ranks.sort("simulation rank", nulls_last=True, maintain_order=True)
        tables["three_methods"] = in_front(ranks, ("title", "kind", *_RANKS))
        tables["agreement"] = crossed.correlations
        tables["disagreements"] = in_front(
            crossed.disagreements, ("title", "kind", "second", "first_rank", "second_rank", "why")
        )
        assumptions += crossed.assumptions
    label = with_left_out(found.twin, found.case.left_out, label)
    tables["curves"] = result.curves
    tables["left_out"] = shown_left_out(found.twin, found.case.left_out, label)
    return Answer(
        kind="stress",
        title="What would hurt most",
        said=_said(result, crossed, eased, names),
        figures={
            "systems": result.systems,
            "readiness undisturbed": result.readiness,
            "losses tried": result.tried,
            "of them without effect by structure": result.skipped,
            "futures run": result.runs,
        },
        tables={
            name: frame.drop("label") if "label" in frame.columns else frame
            for name, frame in tables.items()
            if not frame.is_empty()
        },
        charts=_charts(result),
        assumptions=tuple(dict.fromkeys(assumptions)),
        origin=found.seen.origin(label=label, parameters=options.as_parameters()),
        command=f"redball stress {inputs.words}",
        off_screen=("curves",),
    )


def _said(
    result: StressResult, crossed: CrossCheck | None, eased: Bottlenecks | None, names: TwinNames
) -> tuple[str, ...]:
    said = [
        f"{result.tried:,} losses of {result.days_lost:g} days each were tried on "
        f"{result.systems:,} systems that are {result.readiness:.1%} ready undisturbed."
        if result.systems
        else f"{result.tried:,} losses of {result.days_lost:g} days each were tried. No system of "
        "a unit is seen, so they are ranked by the demand that is no longer met at once."
    ]
    worst = result.losses.unique("kind", keep="first", maintain_order=True)
    say = _loss_said if result.systems else _demand_said
    said += [say(row) for row in worst.iter_rows(named=True)]
    if result.pairs.height and result.systems:
        row = result.pairs.row(0, named=True)
        said.append(
            f"Worst pair: {row['first']} with {row['second']}, "
            f"{row['lost_readiness_days']:,.0f} readiness-days ({row['verdict']})."
        )
    if eased is not None and eased.frame.height and result.systems:
        row = eased.frame.row(0, named=True)
        said.append(
            f"Most is gained by {_more(row, names)}: "
            f"{row['gain_readiness_days']:+,.0f} readiness-days ({row['verdict']})."
        )
    if crossed is not None:
        agreed = crossed.correlations.filter(
            pl.col("kind") == "all", pl.col("first") == "simulation", pl.col("tau_b").is_not_null()
        )
        said += [
            f"Rank agreement of simulation and {row['second']}: Kendall tau-b "
            f"{row['tau_b']:+.2f} over {row['losses']:,} losses."
            for row in agreed.iter_rows(named=True)
        ]
    return tuple(said)


def _more(row: Mapping[str, str], names: TwinNames) -> str:
    """What is eased and where, such as: +1 unit of stock, turret ring at Standort Munster."""
    return f"{row['more']}, {names.anything(row['name'])}"


def _loss_said(row: dict[str, object]) -> str:
    survive, recover = row["survive_days"], row["recover_days"]
    lasts = "survived" if survive is None else f"survived for {survive} days"
    back = "not back by the end" if recover is None else f"back after {recover} days"
    hidden = ", hidden behind several suppliers" if row["hidden"] else ""
    return (
        f"Worst {row['kind']}, {row['rank']} of all: {row['title']}{hidden}; "
        f"{row['lost_readiness_days']:,.0f} readiness-days lost, between {row['low']:,.0f} and "
        f"{row['high']:,.0f}; {lasts}, {back}."
    )


def _demand_said(row: dict[str, object]) -> str:
    return (
        f"Worst {row['kind']}, {row['rank']} of all: {row['title']}; "
        f"{row['demand_lost_share']:.1%} of the value asked for is no longer met at once."
    )


def _charts(result: StressResult) -> tuple[LineChart | Bars, ...]:
    worst = result.losses.filter(pl.col("lost_readiness_days") > 0).head(_BARS)
    bars = [
        Bar(f"{title} ({kind})", lost)
        for title, kind, lost in worst.select("title", "kind", "lost_readiness_days").iter_rows()
    ]
    names = result.curves["loss"].unique(maintain_order=True).to_list()
    charts: list[LineChart | Bars] = [_curve(result.curves, name) for name in names[:1]]
    if len(names) > 1:
        lines = [Line(name, _points(result.curves, name, "readiness")) for name in names[:_CURVES]]
        title = "Resilience curves of the worst losses"
        charts.append(
            LineChart(title, "day", "share of systems up", lines, percent=True, from_zero=False)
        )
    if bars:
        charts.append(Bars("Lost readiness-days", "systems x days", bars))
    return tuple(charts)


def _points(curves: pl.DataFrame, name: str, column: str) -> list[tuple[float, float]]:
    part = curves.filter(pl.col("loss") == name)
    return list(part.select("day", column).drop_nulls().iter_rows())


def _curve(curves: pl.DataFrame, name: str) -> LineChart:
    """Resilience curve of one loss beside the undisturbed future, with its interval."""
    lines = [
        Line("undisturbed", _points(curves, name, "undisturbed")),
        Line(
            name,
            _points(curves, name, "readiness"),
            band=list(
                curves.filter(pl.col("loss") == name)
                .select("day", "low", "high")
                .drop_nulls()
                .iter_rows()
            ),
        ),
    ]
    return LineChart(
        f"Resilience curve of the worst loss: {name}", "day", "share of systems up", lines,
        percent=True, from_zero=False,
    )  # fmt: skip
