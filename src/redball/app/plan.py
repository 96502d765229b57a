"""One plan under one budget, rehearsed: ``redball plan``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce

import polars as pl

from redball.access.actions import Action
from redball.app.answers import Answer, Progress
from redball.app.doing import use_case
from redball.app.inputs import Inputs
from redball.app.rehearsal import Rehearsal, RunOptions, TwinOptions, rehearsal
from redball.app.scenario_hazards import hazard_rows, strike_of
from redball.app.stress import HIDDEN_RULE
from redball.app.twin_names import TwinNames
from redball.model import BadData, BadUse, ResultLabel
from redball.model.labels import combine
from redball.model.results import Scalar
from redball.planning.portfolio import Aim, Plan, PlanOptions, Risk, make_plan
from redball.planning.portfolio import Rehearsal as PartRuns
from redball.reports import Bar, Bars, Line, LineChart
from redball.risk import structural_findings

MOST_RISKS = 500
_BARS = 15
_UNITS = {"": 1.0, "k": 1e3, "m": 1e6, "bn": 1e9, "b": 1e9}
_BUDGET = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*(k|m|bn|b)?\s*([a-z]{3}|€)?\s*", re.IGNORECASE)
_LENGTH = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(y|d)\s*", re.IGNORECASE)
_PARTS = 1000


@dataclass(frozen=True)
class PlanWishes:
    """Parameters of a plan.

    Attributes
    ----------
    budget_eur : float
    days : float
        Length of the plan.
    tail_weight, tail : float
        See :class:`redball.planning.portfolio.Aim`.
    most : int
        Candidates of each kind.
    gap : float
    replications : int
        Of the whole twin, for the rehearsal.
    assumed_per_year, assumed_days : float
        Loss of each supplier that stands unseen behind several others, where no hazard names it;
        0 a year: such a supplier is never lost.
    pin, forbid : tuple of str
        Keys of treatments.
    run : RunOptions
        Its seed and where work is done.
    twin : TwinOptions
    """

    budget_eur: float
    days: float = 3 * 365.0
    tail_weight: float = 0.5
    tail: float = 0.1
    most: int = 40
    gap: float = 0.01
    replications: int = 20
    assumed_per_year: float = 0.02
    assumed_days: float = 90.0
    pin: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    run: RunOptions = field(default_factory=RunOptions)
    twin: TwinOptions = field(default_factory=TwinOptions)

    def __post_init__(self) -> None:
        if not 1 <= self.most <= 10_000:
            raise BadUse(f"{self.most} candidates of a kind.", mend="Give 1 to 10,000.")
        if not 2 <= self.replications <= 10_000:
            raise BadUse(f"{self.replications} replications.", mend="Give 2 to 10,000.")
        if not (0 <= self.assumed_per_year <= 365 and 0 < self.assumed_days <= 36_500):
            raise BadUse(
                f"An assumed loss {self.assumed_per_year} times a year, {self.assumed_days} days.",
                mend="Give 0 to 365 a year, and days above 0.",
            )
        if not 1e-6 <= self.gap < 1:
            raise BadUse(f"A gap of {self.gap}.", mend="Give a share such as 0.01.")

    @property
    def options(self) -> PlanOptions:
        """The same for the engine."""
        return PlanOptions(
            aim=Aim(self.days, self.tail_weight, self.tail),
            how=PartRuns(seed=self.run.root),
            replications=self.replications,
            most=self.most,
            gap=self.gap,
            pin=self.pin,
            forbid=self.forbid,
        )

    def as_parameters(self) -> dict[str, Scalar]:
        """Plain values for the origin of results."""
        return {
            "budget_eur": self.budget_eur,
            "days": self.days,
            "tail_weight": self.tail_weight,
            "tail": self.tail,
            "most": self.most,
            "gap": self.gap,
            "replications": self.replications,
            "assumed_per_year": self.assumed_per_year,
            "assumed_days": self.assumed_days,
            "pin": "; ".join(self.pin) or None,
            "forbid": "; ".join(self.forbid) or None,
            "seed": self.run.root,
            **self.twin.as_parameters(),
        }


def budget_of(text: str) -> float:
    """Euro from words such as ``50M``, ``300k`` or ``1.5bn EUR``.

    Raises
    ------
    BadUse
        It is no amount, or not in euro.
    """
    found = _BUDGET.fullmatch(text)
    if found is None:
        raise BadUse(f"'{text}' is no budget.", mend="Write for example 50M, 300k or 1.5bn.")
    number, unit, currency = found.groups()
    if currency and currency.upper() not in ("EUR", "€"):
        raise BadUse(
            f"The budget is in {currency.upper()}, and a plan counts in euro.",
            mend="Give it in EUR at the rate that you plan with.",
        )
    return float(number.replace(",", ".")) * _UNITS[(unit or "").lower()]


def days_of(text: str) -> float:
    """Days from words such as ``3y`` or ``540d``.

    Raises
    ------
    BadUse
        It is no length of time.
    """
    found = _LENGTH.fullmatch(text)
    if found is None:
        raise BadUse(f"'{text}' is no length of a plan.", mend="Write for example 3y or 540d.")
    return float(found[1]) * (365.0 if found[2].lower() == "y" else 1.0)


@use_case(Action.REQUEST)
def plan(
    inputs: Inputs,
    wishes: PlanWishes,
    progress: Progress | None = None,
    *,
    now: datetime | None = None,
) -> Answer:
    """Choose what to do for a budget, and rehearse it on the whole twin.

    Raises
    ------
    BadUse
        A parameter is out of range, a treatment that is pinned or forbidden is not there, or there
        is nothing to improve.
    BadData
        The viewer sees no demand, or a hazard whose likelihood is no number of 0 or more.
    """
    return plan_of(rehearsal(inputs, wishes.twin, progress, now=now), inputs, wishes, progress)


def plan_of(
    found: Rehearsal, inputs: Inputs, wishes: PlanWishes, progress: Progress | None = None
) -> Answer:
    """Plan on a network that was built already."""
    risks, passed = risks_of(found)
    risks += hidden_risks(found, risks, wishes)
    names = TwinNames(found.case)
    network = found.case.network

    def tell(what: str, share: float) -> None:
        if progress is not None:
            progress(what, round(share * _PARTS), _PARTS)

    with wishes.run.runner() as runner:
        made = make_plan(
            network,
            found.case.targets,
            risks,
            wishes.budget_eur,
            wishes.options,
            classes=_classes(found),
            titles=(
                [names.item(name) for name in network.item_names],
                [names.node(name) for name in network.node_names],
            ),
            runner=runner,
            progress=tell,
        )
    return _answer(found, inputs, wishes, made, passed)


def risks_of(found: Rehearsal) -> tuple[list[Risk], list[str]]:
    """Hazards that a viewer sees, as risks; and why some could not be used.

    Raises
    ------
    BadData
        A likelihood or a duration is no number of 0 or more.
    """
    risks, passed = [], []
    known = found.case.targets
    for row in hazard_rows(found.seen).sort("full").iter_rows(named=True):
        strike = strike_of(found.twin, row)
        rate, days = row["likelihood_per_year"], row["duration_days"]
        name = f"{strike.name} ({strike.key})"
        if rate is None or days is None:
            passed.append(f"{name}: its likelihood or its duration is not known")
            continue
        parts = tuple((kind, key) for kind, _, key in (t.partition(" ") for t in strike.targets))
        parts = tuple((kind, key) for kind, key in parts if known.find(kind, key) is not None)
        if not parts:
            passed.append(f"{name}: it strikes nothing that is simulated")
            continue
        if not (0 <= rate <= 365.0 and 0 < days <= 36_500.0):
            raise BadData(
                f"A likelihood of {rate} a year and a duration of {days} days.",
                where=f"table hazard, {strike.key}",
                mend="Give 0 to 365 a year, and days above 0.",
            )
        risks.append(Risk(strike.key, strike.name, parts, rate, days, "table hazard", "as stated"))
    if len(risks) > MOST_RISKS:
        passed.append(f"{len(risks) - MOST_RISKS} more: only {MOST_RISKS} are taken")
    return risks[:MOST_RISKS], passed


def hidden_risks(found: Rehearsal, known: list[Risk], wishes: PlanWishes) -> list[Risk]:
    """Loss of each supplier that stands unseen behind several others and that no hazard names."""
    if not wishes.assumed_per_year:
        return []
    targets = found.case.targets
    named = {part for risk in known for part in risk.parts}
    suppliers = {
        f"{finding.subject.owner}:{finding.subject.key}"
        for finding in structural_findings(found.twin, items=found.items, parties=found.parties)
        if finding.rule == HIDDEN_RULE and finding.subject.table == "party"
    }
    seen = set(targets.names("party"))
    return [
        Risk(
            f"loss of {name}", f"Loss of {targets.label('party', name)}", (("party", name),),
            wishes.assumed_per_year, wishes.assumed_days,
            f"finding {HIDDEN_RULE}; likelihood and duration assumed", "low",
        )
        for name in sorted(suppliers & seen)
        if ("party", name) not in named
    ]  # fmt: skip


def _classes(found: Rehearsal) -> dict[int, str]:
    """Class of supply of each item of the network."""
    cells = found.case.network.cells
    known: dict[int, str] = {}
    for name, reach in found.case.targets.reach.get("class", {}).items():
        for item in cells["item"][reach.cells].tolist():
            known.setdefault(int(item), name)
    return known


def _label(found: Rehearsal) -> ResultLabel:
    """Label of the runs, of all names, and of what hazards and hidden suppliers are read from."""
    label = combine(found.case.label, found.case.names_label)
    return reduce(
        combine,
        (found.twin.label_of(table) for table in ("hazard", "site", "lane", "source", "structure")),
        label,
    )


def _answer(
    found: Rehearsal, inputs: Inputs, wishes: PlanWishes, made: Plan, passed: list[str]
) -> Answer:
    chosen = _chosen(made, wishes)
    tables = {
        "treatments": chosen,
        "hazards": _hazards(made),
        "frontier": _frontier(made),
        "nations": _nations(chosen),
        "not_chosen": _not_chosen(made, wishes),
        "candidates": _candidates(made, wishes),
    }
    gain = made.rehearsed.gain
    return Answer(
        kind="plan",
        title=f"A plan for {wishes.budget_eur:,.0f} EUR",
        said=_said(made, wishes, chosen),
        figures={
            "budget (EUR)": wishes.budget_eur,
            "cost (EUR)": made.portfolio.cost,
            "treatments": len(made.portfolio.chosen),
            "candidates": len(made.treatments),
            "hazards": len(made.hazards),
            "expected readiness-days lost without": made.without.expected,
            "expected readiness-days lost with": made.portfolio.expected,
            "in the worst futures without": made.without.tail,
            "in the worst futures with": made.portfolio.tail,
            "saved a year, rehearsed": gain.difference,
            "saved a year, low": gain.low,
            "saved a year, high": gain.high,
            "proven gap": made.portfolio.gap,
            "programmes solved": made.portfolio.rounds,
            "corrections": made.corrections,
            "parts against whole": made.agreement,
        },
        tables={name: frame for name, frame in tables.items() if frame.height},
        charts=_charts(made, chosen),
        assumptions=(
            *made.assumptions,
            *(f"Hazard not used: {words}." for words in passed),
            *found.case.assumptions,
        ),
        origin=found.seen.origin(label=_label(found), parameters=wishes.as_parameters()),
        command=f"redball plan --budget {wishes.budget_eur:.0f} {inputs.words}",
        off_screen=("candidates",),
    )


def _said(made: Plan, wishes: PlanWishes, chosen: pl.DataFrame) -> tuple[str, ...]:
    gain, best = made.rehearsed.gain, made.portfolio
    without, with_it = made.without.expected, best.expected
    share = 1 - with_it / without if without > 0 else 0.0
    verdict = (
        f"rehearsed on the whole twin it saves {gain.difference:,.0f} readiness-days a year, "
        f"between {gain.low:,.0f} and {gain.high:,.0f}"
        if gain.significant
        else "rehearsed on the whole twin it has no significant effect"
    )
    said = [
        f"For {best.cost:,.0f} of {wishes.budget_eur:,.0f} EUR, {len(best.chosen)} of "
        f"{len(made.treatments)} candidates: {share:.0%} fewer readiness-days are lost in "
        f"{wishes.days:g} days ({without:,.0f} without, {with_it:,.0f} with); {verdict}."
    ]
    said += [
        f"{row['title']}: {row['cost_eur']:,.0f} EUR, saves {row['saves']:,.0f} readiness-days"
        + (f", most against {row['needed_for']}." if row["needed_for"] else ".")
        for row in chosen.head(5).iter_rows(named=True)
    ]
    less = [each for each in made.frontier if each.budget < wishes.budget_eur]
    if less:
        near = less[-1]
        said.append(
            f"With {near.budget:,.0f} EUR it would be {near.expected:,.0f} readiness-days: the "
            f"last {wishes.budget_eur - near.budget:,.0f} EUR save "
            f"{near.expected - with_it:,.0f}."
        )
    if abs(made.agreement - 1) > 0.1:
        said.append(
            f"The runs of parts say {made.agreement:.0%} of what the whole twin says after "
            f"{made.corrections} corrections: take the rehearsed figure."
        )
    return tuple(said)


def _chosen(made: Plan, wishes: PlanWishes) -> pl.DataFrame:
    titles = ["the days without any hazard", *(hazard.title for hazard in made.hazards)]
    rows = []
    for row in sorted(made.portfolio.chosen, key=lambda row: (-made.saves[row][0], row)):
        each, (saves, by_hazard) = made.treatments[row], made.saves[row]
        beyond = [by_hazard[0], *(value - by_hazard[0] for value in by_hazard[1:])]
        most = max(range(len(beyond)), key=lambda n: beyond[n])
        rows.append({
            "title": each.title,
            "kind": each.kind,
            "nation": each.nation,
            "cost_eur": made_cost(each.cost_over(wishes.days)),
            "saves": saves,
            "needed_for": titles[most] if beyond[most] > 0 else "",
            "begin_now_works_after_days": each.lead_days,
            "at_once_eur": each.cost_eur,
            "yearly_eur": each.yearly_eur,
            "basis": each.basis,
            "key": each.key,
        })  # fmt: skip
    return pl.DataFrame(rows) if rows else pl.DataFrame()


def made_cost(value: float) -> float:
    """Euro to the cent."""
    return round(value, 2)


def _hazards(made: Plan) -> pl.DataFrame:
    place = {hazard: n + 1 for n, hazard in enumerate(made.ran)}
    before, after = made.without.lost.sum(axis=1), made.portfolio.lost.sum(axis=1)
    rows: list[dict[str, object]] = []
    for number, hazard in enumerate(made.hazards):
        at = place.get(number)
        saved = None if at is None else made.rehearsed.by_hazard[at]
        rows.append({
            "title": hazard.title,
            "per_year": hazard.per_year,
            "days": hazard.days,
            "costs": float(before[number + 1] - before[0]),
            "costs_with_the_plan": float(after[number + 1] - after[0]),
            "saved_in_its_year": None if saved is None else saved.difference,
            "low": None if saved is None else saved.low,
            "high": None if saved is None else saved.high,
            "source": hazard.source,
            "confidence": hazard.confidence,
            "key": hazard.key,
        })  # fmt: skip
    schema = {"saved_in_its_year": pl.Float64, "low": pl.Float64, "high": pl.Float64}
    frame = pl.DataFrame(rows, schema_overrides=schema) if rows else pl.DataFrame()
    return frame.sort("costs", descending=True) if rows else frame


def _frontier(made: Plan) -> pl.DataFrame:
    return pl.DataFrame({
        "budget_eur": [each.budget for each in made.frontier],
        "cost_eur": [each.cost for each in made.frontier],
        "expected_lost": [each.expected for each in made.frontier],
        "worst_lost": [each.tail for each in made.frontier],
        "treatments": [len(each.chosen) for each in made.frontier],
        "gap": [each.gap for each in made.frontier],
    })  # fmt: skip


def _nations(chosen: pl.DataFrame) -> pl.DataFrame:
    if not chosen.height:
        return chosen
    return (
        chosen.group_by("nation")
        .agg(treatments=pl.len(), pays_eur=pl.col("cost_eur").sum(), saves=pl.col("saves").sum())
        .sort("pays_eur", descending=True)
    )


def _row(made: Plan, wishes: PlanWishes, row: int) -> dict[str, object]:
    each = made.treatments[row]
    return {
        "title": each.title,
        "kind": each.kind,
        "nation": each.nation,
        "cost_eur": made_cost(each.cost_over(wishes.days)),
        "key": each.key,
    }


def _not_chosen(made: Plan, wishes: PlanWishes) -> pl.DataFrame:
    rows = [
        {**_row(made, wishes, row), "would_still_save": saves}
        for row, saves in sorted(made.rejected.items(), key=lambda pair: -pair[1])
    ]
    return pl.DataFrame(rows) if rows else pl.DataFrame()


def _candidates(made: Plan, wishes: PlanWishes) -> pl.DataFrame:
    rows: list[Mapping[str, object]] = [
        {**_row(made, wishes, row), "chosen": row in made.portfolio.chosen}
        for row in range(len(made.treatments))
    ]
    return pl.DataFrame(rows)


def _charts(made: Plan, chosen: pl.DataFrame) -> tuple[LineChart | Bars, ...]:
    charts: list[LineChart | Bars] = [
        LineChart(
            "Readiness-days lost by budget", "EUR", "readiness-days lost over the plan",
            [
                Line("expected", [(each.budget, each.expected) for each in made.frontier]),
                Line("worst futures", [(each.budget, each.tail) for each in made.frontier]),
            ],
            from_zero=False,
        )
    ]  # fmt: skip
    if chosen.height:
        bars = [
            Bar(title, saves)
            for title, saves in chosen.head(_BARS).select("title", "saves").iter_rows()
        ]
        charts.append(Bars("What is lost without each treatment", "readiness-days", bars))
    return tuple(charts)
