"""A plan as an answer: sentences, figures, tables, charts, and where they come from."""

from collections.abc import Mapping
from functools import reduce

import polars as pl

from redball.app.answers import Answer
from redball.app.inputs import Inputs
from redball.app.plan_actions import plan_actions
from redball.app.plan_baselines import baselines_said, baselines_table
from redball.app.plan_reasons import (
    doubts_table,
    goals_table,
    left_table,
    neighbours_table,
    places_table,
    told,
)
from redball.app.plan_wishes import PlanWishes
from redball.app.rehearsal import Rehearsal
from redball.model import ResultLabel
from redball.model.labels import combine
from redball.model.results import Scalar
from redball.planning.plan import Plan
from redball.reports import Bar, Bars, Line, LineChart

_BARS = 15


def _label(found: Rehearsal, wishes: PlanWishes) -> ResultLabel:
    """Label of the runs, of all names, and of what hazards and hidden suppliers are read from."""
    label = combine(found.case.label, found.case.names_label)
    if wishes.register_label is not None:
        label = combine(label, wishes.register_label)
    return reduce(
        combine,
        (found.twin.label_of(table) for table in ("hazard", "site", "lane", "source", "structure")),
        label,
    )


def plan_answer(
    found: Rehearsal, inputs: Inputs, wishes: PlanWishes, made: Plan, passed: list[str]
) -> Answer:
    """A plan for people, and for programmes."""
    chosen = _chosen(made, wishes)
    tables = {
        "treatments": chosen,
        "hazards": _hazards(made),
        "frontier": _frontier(made),
        "nations": _nations(made, chosen),
        **plan_actions(found, wishes, made),
        "beside": neighbours_table(made),
        "goals": goals_table(made),
        "left": left_table(made),
        "places": places_table(found, made),
        "likelihoods": doubts_table(made),
        "baselines": baselines_table(made),
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
            **_futures(made),
            "lost whatever is spent": made.left.floor,
            "saved by the next 1,000 EUR": made.left.worth_of_money,
            "regret": None if made.sensitivity is None else made.sensitivity.regret,
            "regret of the most robust plan": None
            if made.sensitivity is None
            else made.sensitivity.robust_regret,
        },
        tables={name: frame for name, frame in tables.items() if frame.height},
        charts=_charts(made, chosen),
        assumptions=(
            *made.assumptions,
            *(f"Hazard not used: {words}." for words in passed),
            *found.case.assumptions,
        ),
        origin=found.seen.origin(label=_label(found, wishes), parameters=wishes.as_parameters()),
        command=f"redball plan --budget {wishes.budget_eur:.0f} {inputs.words}",
        off_screen=("candidates", "actions", "places", "likelihoods", "left"),
    )


def _futures(made: Plan) -> dict[str, Scalar]:
    """Figures of the futures that were run whole."""
    if made.futures is None:
        return {}
    found = made.futures
    return {
        "saved a year, whole futures": found.difference,
        "saved a year, whole futures, low": found.low,
        "saved a year, whole futures, high": found.high,
    }


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
    said += told(made, wishes)
    if made.baselines:
        said.append(baselines_said(made))
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
        if not hazard.per_year:
            continue  # tests of a goal
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


def _nations(made: Plan, chosen: pl.DataFrame) -> pl.DataFrame:
    """Who pays, and whose readiness it saves: these are not the same."""
    pays = {
        row["nation"]: (row["treatments"], row["pays_eur"])
        for row in chosen.group_by("nation")
        .agg(treatments=pl.len(), pays_eur=pl.col("cost_eur").sum())
        .iter_rows(named=True)
    } if chosen.height else {}  # fmt: skip
    gains: dict[str, float] = {}
    for _, _, without, with_it, _, nation in made.left.measures:
        gains[nation] = gains.get(nation, 0.0) + without - with_it
    rows = [
        {
            "nation": nation, "treatments": pays.get(nation, (0, 0.0))[0],
            "pays_eur": pays.get(nation, (0, 0.0))[1], "gains_a_year": gains.get(nation, 0.0),
        }
        for nation in sorted({*pays, *gains})
        if nation in pays or abs(gains[nation]) > 0.5
    ]  # fmt: skip
    frame = pl.DataFrame(rows)
    return frame.sort("pays_eur", "nation", descending=[True, False]) if rows else frame


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
