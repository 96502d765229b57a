"""Why: what each treatment buys, what is still lost and where, and what would change the choice."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from redball.planning.plan.options import PlanOptions
from redball.planning.plan.preparing import Prepared
from redball.planning.portfolio.choosing import Question, choose
from redball.planning.portfolio.effects import NOTHING, Chosen
from redball.planning.portfolio.hazards import draw_years
from redball.planning.portfolio.solving import Planner, Portfolio
from redball.planning.treatments import Treatment

Floats = npt.NDArray[np.float64]

REJECTED = 20
"""Candidates that were not chosen, of which is said what they would still save."""
WHERE = 25
"""Places of which is said why they still lose."""
ASKED = 4
"""Hazards whose likelihood is changed one by one, those that cost most."""
WEIGHTY = 0.002
"""A hazard that costs less than this share of all that is lost can't change the choice."""
FACTORS = (1 / 3, 3.0)
"""By which likelihoods are multiplied."""
_SECONDS = 3.0


@dataclass(frozen=True, eq=False)
class Where:
    """A place that still loses readiness, undisturbed or by a hazard.

    Attributes
    ----------
    cell : int
    lost : float
        Unit-days a year that systems or people wait there without the plan, times their worth.
    candidates, chosen : int
        Treatments of its part, and those of them in the plan.
    why : str
    """

    cell: int
    lost: float
    candidates: int
    chosen: int
    why: str


@dataclass(frozen=True, eq=False)
class Left:
    """What is still lost.

    Attributes
    ----------
    measures : tuple of (str, str, float, float, float, str)
        By fleet, and by nation and class: kind, name, expected readiness-days a year without and
        with the plan, and with as much money as all candidates cost, and the nation.
    places : tuple of Where
    floor : float
        Expected readiness-days over the plan when money does not count: what no candidate saves.
    worth_of_money : float
        Readiness-days over the plan that the next 1,000 EUR would save, by the next budget of the
        frontier; 0 where more money saves nothing.
    """

    measures: tuple[tuple[str, str, float, float, float, str], ...]
    places: tuple[Where, ...]
    floor: float
    worth_of_money: float


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """What other likelihoods would change.

    Attributes
    ----------
    rows : tuple of Doubt
    regret : float
        Most that the plan loses against the best plan, over all that was asked, in the currency of
        the objective.
    robust : frozenset of int
        Of the plans that were best somewhere, the one of least regret.
    robust_regret : float
    """

    rows: tuple["Doubt", ...]
    regret: float
    robust: Chosen
    robust_regret: float


@dataclass(frozen=True, eq=False)
class Doubt:
    """One change of likelihoods.

    Attributes
    ----------
    hazard : int
        Position; -1 for all.
    factor : float
    enters, leaves : frozenset of int
        How the best plan would differ.
    regret : float
        Readiness-days that the chosen plan loses against it.
    share : float
        The same as a share of what the best plan would save.
    """

    hazard: int
    factor: float
    enters: Chosen
    leaves: Chosen
    regret: float
    share: float


def saves(planner: Planner, chosen: Chosen) -> dict[int, tuple[float, tuple[float, ...]]]:
    """What is lost without each chosen treatment, the others being at work.

    Returns
    -------
    dict of int to (float, tuple of float)
        Over the plan, and in a run of each hazard, undisturbed first.
    """
    question, value = planner.question, planner.value(chosen).sum(axis=1)
    found = {}
    for row in sorted(chosen):
        change = planner.value(chosen - {row}).sum(axis=1) - value
        lead = question.lead(frozenset([row]))
        found[row] = (question.expected(change, lead), tuple(change.tolist()))
    return found


def rejected(planner: Planner, chosen: Chosen) -> dict[int, float]:
    """What the best of the others would save beside the plan."""
    question = planner.question
    taken = {question.treatments[row].group for row in chosen} - {""}
    alone = {
        row: question.expected(change.sum(axis=1), question.lead(each))
        for each, change in planner.terms(NOTHING).change.items()
        if len(each) == 1
        for row in each
    }
    others = [
        row
        for row in sorted(alone, key=lambda row: alone[row])
        if row not in chosen and question.treatments[row].group not in taken and alone[row] < 0
    ]
    value = planner.value(chosen).sum(axis=1)
    found = {}
    for row in others[:REJECTED]:
        change = value - planner.value(chosen | {row}).sum(axis=1)
        found[row] = question.expected(change, question.lead(frozenset([row])))
    return found


def left_over(
    prepared: Prepared, planner: Planner, best: Portfolio, above: tuple[Portfolio, ...]
) -> Left:
    """What is still lost with the plan, where, and what binds."""
    question = planner.question
    free = replace(planner, question=replace(question, goals=(), limits=(), forbidden=NOTHING))
    most = free.solve(
        float(question.costs.sum()), start=best.chosen, gap=0.02, time_limit_seconds=_SECONDS,
        most_rounds=2,
    )  # fmt: skip
    most = min((most, best, *above), key=lambda each: each.expected)
    worth = 0.0
    if above and above[0].budget > best.budget:
        gained = max(best.objective - above[0].objective, 0.0)
        worth = gained / (above[0].budget - best.budget) * 1_000.0
    return Left(
        _measures(
            prepared, question, planner.value(NOTHING), best.lost, planner.value(most.chosen)
        ),
        _places(prepared, planner, best), most.expected, worth,
    )  # fmt: skip


def _measures(
    prepared: Prepared, question: Question, without: Floats, best: Floats, most: Floats
) -> tuple[tuple[str, str, float, float, float, str], ...]:
    network, groups = prepared.network, prepared.worth.groups
    fleets = network.fleets
    names = [
        (
            "systems",
            f"{network.system_names[int(fleets['system'][row])]} of "
            f"{network.unit_names[int(fleets['unit'][row])]}",
        )
        for row in range(len(fleets))
    ]
    names += [
        ("supply", f"{kind or 'supply'} of {network.nation_names[nation]}")
        for nation, kind in groups
    ]
    years = question.aim.days / 365.0
    values = [
        [question.expected(lost[:, m]) / years for lost in (without, best, most)]
        for m in range(len(names))
    ]
    order = sorted(range(len(names)), key=lambda m: -values[m][1])
    owners = [*prepared.worth.fleet_nation.tolist(), *(nation for nation, _ in groups)]
    return tuple((*names[m], *values[m], network.nation_names[owners[m]]) for m in order)


def _places(prepared: Prepared, planner: Planner, best: Portfolio) -> tuple[Where, ...]:
    """Where fleets and streams wait most without the plan, and what stands against it there."""
    effects, worth, network = planner.effects, prepared.worth, prepared.network
    question = planner.question
    waits = effects.waits("cells")
    rates = np.array([0.0, *(h.per_year for h in prepared.hazards)])
    yearly = waits[0] * 365.0 / question.run_days + rates @ (waits - waits[0])
    fitted = np.zeros(len(network.cells), np.bool_)
    fitted[network.applications["cell"]] = True
    need = np.where(worth.need > 0, worth.need, 1.0)
    hurt = worth.weight * np.minimum(yearly / need, 365.0) + np.where(fitted, yearly, 0.0)
    part = effects.part_of_cell
    found = []
    for cell in np.argsort(-hurt)[:WHERE].tolist():
        if hurt[cell] <= 0:
            break
        rows = set(effects.touching.get(int(part[cell]), ()))
        own = {row for row in rows if _raises(question.treatments[row], cell)}
        price = float(network.items["price_eur"][network.cells["item"][cell]])
        if own & best.chosen:
            why = "its stock is raised"
        elif rows & best.chosen:
            why = "treated elsewhere in what supplies it" + (
                "; more stock here saves too little beside" if own else ""
            )
        elif own or rows:
            why = "its candidates save too little for what they cost"
        elif not price > 0:
            why = "no price is known, so that no stock could be proposed"
        else:
            why = "no candidate was made for it: others weigh more (see --most)"
        found.append(Where(cell, float(hurt[cell]), len(rows), len(rows & best.chosen), why))
    return tuple(found)


def _raises(treatment: Treatment, cell: int) -> bool:
    return any(
        step.table == "cells" and step.row == cell and step.add > 0 for step in treatment.steps
    )


def sensitivity(
    planner: Planner, best: Portfolio, budget: float, options: PlanOptions,
    progress: Callable[[float], None] | None = None,
) -> Sensitivity:  # fmt: skip
    """Choose again under other likelihoods, and see what the plan would lose by not having known.

    Of the hazards that cost most, one by one, and of all together; of none that costs too little to
    change anything.
    The terms of the plan are kept, so that nothing is run; years are drawn anew with the same
    random numbers.
    """
    question = planner.question
    runs = [planner.value(each).sum(axis=1) for each in (NOTHING, best.chosen)]
    # what the plan makes harmless may not need it where it is rarer
    costs = [
        h.per_year * max(float(lost[n + 1] - lost[0]) for lost in runs)
        for n, h in enumerate(question.hazards)
    ]
    least = WEIGHTY * max(question.expected(planner.value(NOTHING).sum(axis=1)), 1e-9)
    years = question.aim.days / 365.0
    able = [n for n in np.argsort(-np.array(costs)).tolist() if costs[n] * years >= least]
    asked = [(n, factor) for n in able[:ASKED] for factor in FACTORS]
    asked += [(-1, factor) for factor in FACTORS] if sum(costs) * years >= least else []
    worlds = [question, *(_doubted(question, *each, options) for each in asked)]
    terms = planner.terms(best.chosen)
    plans: list[Chosen] = [best.chosen]
    for number, world in enumerate(worlds[1:], 1):
        found = choose(
            world, terms, budget, gap=max(options.gap, 0.01), time_limit_seconds=_SECONDS
        ).chosen
        plans.append(found)
        if progress is not None:
            progress(number / len(worlds))
    there = list(dict.fromkeys(plans))
    views = [replace(planner, question=world) for world in worlds]
    values = np.array([[view.foreseen(terms, each) for each in there] for view in views])
    nothing = np.array([view.foreseen(terms, NOTHING) for view in views])
    regret = values - values.min(axis=1, keepdims=True)
    worst = regret.max(axis=0)
    robust = int(np.argmin(worst))
    rows = []
    for number, (hazard, factor) in enumerate(asked, 1):
        best_there = there[int(np.argmin(values[number]))]
        gained = float(nothing[number] - values[number].min())
        rows.append(Doubt(
            hazard, factor, best_there - best.chosen, best.chosen - best_there,
            float(regret[number, 0]), float(regret[number, 0]) / gained if gained > 0 else 0.0,
        ))  # fmt: skip
    return Sensitivity(tuple(rows), float(worst[0]), there[robust], float(worst[robust]))


def _doubted(question: Question, hazard: int, factor: float, options: PlanOptions) -> Question:
    """The same question with other likelihoods."""
    hazards = [
        replace(each, per_year=min(each.per_year * factor, 365.0)) if hazard in (-1, n) else each
        for n, each in enumerate(question.hazards)
    ]
    years = draw_years(
        hazards, days=options.aim.days, futures=options.futures, seed=options.how.seed
    )
    return replace(question, hazards=hazards, years=years)
