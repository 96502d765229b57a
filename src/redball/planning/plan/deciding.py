"""Choose for a budget, rehearse on the whole twin, correct where they disagree, and explain."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from redball.model.running import InOrder, Runner
from redball.planning.compare.paired import Paired, paired
from redball.planning.goals import bound
from redball.planning.plan.explaining import (
    Left,
    Sensitivity,
    left_over,
    rejected,
    saves,
    sensitivity,
)
from redball.planning.plan.futures import futures_of
from redball.planning.plan.options import PlanOptions, edited, rows_of
from redball.planning.plan.preparing import Prepared, prepare
from redball.planning.plan.risks import Risk
from redball.planning.portfolio.baselines import Compared, compared
from redball.planning.portfolio.choosing import Question
from redball.planning.portfolio.effects import NOTHING, Chosen
from redball.planning.portfolio.hazards import Hazard, draw_years
from redball.planning.portfolio.rehearsing import Rehearsed, Twin, rehearse, yearly
from redball.planning.portfolio.solving import Planner, Portfolio
from redball.planning.portfolio.worth import Worth
from redball.planning.targets import Targets
from redball.planning.treatments import Treatment
from redball.simulation.network import Network

Floats = npt.NDArray[np.float64]
Progress = Callable[[str, float], None]

DISAGREEMENT = 0.1
"""Share by which parts and the whole twin may differ in what a portfolio saves."""
FRONTIER_ROUNDS = 3
"""Programmes for each budget of the frontier at most."""
SHARES = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)
"""Budgets of the frontier, as shares of the one asked for."""
BEYOND = (1.5, 2.0)
"""Further ones: what more money would buy."""
NEIGHBOURS = 3
"""Plans beside the chosen one that are rehearsed with it."""


@dataclass(frozen=True, eq=False)
class Neighbour:
    """A plan beside the chosen one, on the same draws of the whole twin.

    Attributes
    ----------
    words : str
        How it differs.
    chosen : frozenset of int
    cost : float
        Euro over the plan.
    saved : Paired
        Readiness-days a year against doing nothing.
    ahead : Paired
        What the chosen plan saves more a year.
    """

    words: str
    chosen: Chosen
    cost: float
    saved: Paired
    ahead: Paired


@dataclass(frozen=True)
class Kept:
    """A goal or a bound, and what the plan has of it.

    Attributes
    ----------
    name : str
    has, bound : float
    at_least : bool
        Whether the bound is the least that is let; else the most.
    unit : str
    """

    name: str
    has: float
    bound: float
    at_least: bool
    unit: str


@dataclass(frozen=True, eq=False)
class Plan:
    """A rehearsed plan.

    Attributes
    ----------
    hazards : tuple of Hazard
        Those of the risks, then tests of goals, which never happen by themselves.
    treatments : tuple of Treatment
        All candidates.
    portfolio : Portfolio
    without : Portfolio
        Nothing is done.
    frontier : tuple of Portfolio
        By budget; the last ones cost more than was asked for.
    worth : Worth
    rehearsed : Rehearsed
        In the whole twin.
    ran : tuple of int
        Hazards that were run in the whole twin.
    saves : mapping of int to (float, tuple of float)
        For each chosen treatment: what is lost over the plan without it, and in a run of each
        hazard, undisturbed first.
    rejected : mapping of int to float
        For the best candidates that were not chosen: what each would save beside the plan.
    agreement : float
        What the parts say that the plan saves in a year, divided by what the whole twin says.
    corrections : int
        How often the choice was made again.
    runs : int
        Runs of parts.
    assumptions : tuple of str
    baselines : tuple of Compared
    neighbours : tuple of Neighbour
    futures : Paired or None
        Readiness-days saved a year in drawn futures that are run whole, with hazards that overlap.
    left : Left
        What is still lost, where, and why.
    sensitivity : Sensitivity or None
    goals : tuple of Kept
        Each goal and bound.
    """

    hazards: tuple[Hazard, ...]
    treatments: tuple[Treatment, ...]
    portfolio: Portfolio
    without: Portfolio
    frontier: tuple[Portfolio, ...]
    worth: Worth
    rehearsed: Rehearsed
    ran: tuple[int, ...]
    saves: Mapping[int, tuple[float, tuple[float, ...]]]
    rejected: Mapping[int, float]
    agreement: float
    corrections: int
    runs: int
    assumptions: tuple[str, ...]
    baselines: tuple[Compared, ...]
    neighbours: tuple[Neighbour, ...]
    futures: Paired | None
    left: Left
    sensitivity: Sensitivity | None
    goals: tuple[Kept, ...]


def make_plan(
    network: Network,
    targets: Targets,
    risks: Sequence[Risk],
    budget: float,
    options: PlanOptions | None = None,
    *,
    classes: Mapping[int, str] | None = None,
    titles: tuple[Sequence[str], Sequence[str]] = ((), ()),
    runner: Runner | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Find what to do for a budget, and rehearse it: :func:`prepare`, then :func:`decide`.

    Parameters
    ----------
    budget : float
        Euro over the whole plan.

    Raises
    ------
    BadUse
        A parameter is out of range, nothing is lost that could be saved, or goals contradict.
    """
    found = prepare(
        network, targets, risks, options, classes=classes, titles=titles, runner=runner,
        progress=progress,
    )  # fmt: skip
    return decide(found, budget, options, runner=runner, progress=progress)


def question_of(prepared: Prepared, options: PlanOptions) -> tuple[Question, tuple[str, ...]]:
    """What is to be chosen, with goals, bounds, pins and edits; and what they assume.

    Raises
    ------
    BadUse
        A goal or a key names what is not there, or a treatment is pinned and forbidden.
    """
    treatments = edited(prepared.treatments, options.edits)
    years = draw_years(
        prepared.hazards, days=options.aim.days, futures=options.futures, seed=options.how.seed
    )
    plain = Question(
        treatments, prepared.hazards, years, options.aim, prepared.planner.question.run_days,
        pinned=rows_of(treatments, options.pin), forbidden=rows_of(treatments, options.forbid),
    )  # fmt: skip
    wanted = bound(
        options.goals, prepared.network, prepared.targets, prepared.worth, prepared.hazards,
        treatments, classes=prepared.classes, run_days=plain.run_days, plan_days=options.aim.days,
        costs=plain.costs,
    )  # fmt: skip
    return replace(plain, goals=wanted.goals, limits=wanted.limits), wanted.assumptions


def decide(
    prepared: Prepared,
    budget: float,
    options: PlanOptions | None = None,
    *,
    runner: Runner | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Choose for a budget, rehearse, and explain; effects that are known are not run again.

    Parameters
    ----------
    prepared : Prepared
    budget : float
        Euro over the whole plan.
    options : PlanOptions, optional
        Goals that test a time to survive must be those that it was prepared with.
    runner : Runner, optional
    progress : callable, optional
        Takes what is being done and the share of it; raising from it cancels.

    Raises
    ------
    BadUse
        A parameter is out of range, a key is unknown, or goals contradict: says which, and the
        cheapest way out.
    """
    chosen = (options or PlanOptions()).covering(prepared.risks)
    with prepared.lock:
        run = runner or InOrder()
        prepared.planner.effects.runner = run  # that of the last time may be closed
        return _decided(prepared, budget, chosen, run, _Says(progress))


def _decided(
    prepared: Prepared, budget: float, chosen: PlanOptions, run: Runner, say: "_Says"
) -> Plan:
    """See :func:`decide`."""
    question, supposed = question_of(prepared, chosen)
    planner = replace(prepared.planner, question=question, correction=None)
    effects, costly = planner.effects, prepared.costly
    twin = Twin(
        prepared.network, prepared.worth, [prepared.hazards[h] for h in costly],
        replace(chosen.how, replications=chosen.replications),
    )  # fmt: skip
    corrections = 0
    while True:
        line = _less(planner, budget, chosen, say)
        best = planner.solve(
            budget, start=line[-1].chosen, gap=chosen.gap, time_limit_seconds=chosen.seconds,
            progress=say.part("choice"),
        )  # fmt: skip
        # what less money buys is there too; of equals the cheapest
        others = tuple(replace(each, budget=budget) for each in line)
        others = (planner.polished(best), *others, best)
        best = min(others, key=lambda each: (round(each.objective, 6), each.cost))
        best = replace(best, gap=others[-1].gap, rounds=others[-1].rounds)
        beside = _beside(planner, best, line)
        found = rehearse(
            twin,
            [_done(question, best.chosen), *(_done(question, each) for _, each in beside)],
            runner=run, progress=say.part("rehearsal"),
        )  # fmt: skip
        rehearsed = found[0]
        ratio = _agreement(planner, best.chosen, rehearsed, costly)
        if abs(ratio - 1.0) <= DISAGREEMENT or corrections >= chosen.corrections:
            break
        corrections += 1
        planner = _corrected(planner, best.chosen, rehearsed, costly)
    above = _more(planner, best, chosen)
    ways = compared(
        twin, planner, best.chosen, budget, rehearsed=rehearsed, baselines=chosen.baselines,
        runner=run, progress=say.part("baselines"),
    )  # fmt: skip
    return Plan(
        hazards=prepared.hazards, treatments=tuple(question.treatments), portfolio=best,
        without=planner.nothing(), frontier=(*line[:-1], best, *above), worth=prepared.worth,
        rehearsed=rehearsed, ran=costly, saves=saves(planner, best.chosen),
        rejected=rejected(planner, best.chosen),
        agreement=ratio, corrections=corrections, runs=effects.runs + prepared.runs,
        assumptions=(*prepared.worth.assumptions, *supposed, *_assumed(chosen)), baselines=ways,
        neighbours=_neighbours(twin, question, beside, found),
        futures=futures_of(
            twin, prepared.hazards, _done(question, best.chosen), chosen, runner=run,
            progress=say.part("whole futures"),
        ),
        left=left_over(prepared, planner, best, above),
        sensitivity=sensitivity(planner, best, budget, chosen, say.part("likelihoods"))
        if chosen.sensitivity else None,
        goals=_kept(question, best, budget),
    )  # fmt: skip


class _Says:
    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress

    def part(self, what: str) -> Callable[[float], None]:
        def tell(share: float) -> None:
            if self._progress is not None:
                self._progress(what, share)

        return tell


def _done(question: Question, chosen: Chosen) -> list[Treatment]:
    return [question.treatments[row] for row in sorted(chosen)]


def _less(planner: Planner, budget: float, options: PlanOptions, say: _Says) -> list[Portfolio]:
    """Portfolios for less money, and a first one for what is asked for."""
    question = planner.question
    least = question.cost(question.pinned)  # what is pinned is in every one of them
    shares = [max(share * budget, min(least, budget)) for share in SHARES]
    if question.goals or any(limit.most < 0 for limit in question.limits):
        shares = [budget]  # what must be reached costs something: less money reaches nothing
    return planner.frontier(
        shares, gap=options.gap, progress=say.part("frontier"),
        time_limit_seconds=options.seconds / 4, most_rounds=FRONTIER_ROUNDS,
    )  # fmt: skip


def _more(planner: Planner, best: Portfolio, options: PlanOptions) -> tuple[Portfolio, ...]:
    """Portfolios for more money; never worse than the plan."""
    found: list[Portfolio] = [best]
    for share in BEYOND:
        before = found[-1]
        more = planner.solve(
            share * best.budget, start=before.chosen, gap=options.gap,
            time_limit_seconds=options.seconds / 4, most_rounds=FRONTIER_ROUNDS,
        )  # fmt: skip
        if more.objective > before.objective:
            more = replace(before, budget=share * best.budget)
        found.append(more)
    return tuple(found[1:])


def _beside(
    planner: Planner, best: Portfolio, line: Sequence[Portfolio]
) -> list[tuple[str, Chosen]]:
    """Plans that differ little: without the weakest, with the best other, for less money."""
    question = planner.question
    found: list[tuple[str, Chosen]] = []
    free = sorted(best.chosen - question.pinned)
    if free:
        worth = saves(planner, best.chosen)
        weakest = min(free, key=lambda row: (worth[row][0], row))
        words = f"without '{question.treatments[weakest].title}'"
        found.append((words, best.chosen - {weakest}))
    others = rejected(planner, best.chosen)
    if others:
        first = max(others, key=lambda row: (others[row], -row))
        words = f"with '{question.treatments[first].title}', beyond the budget"
        found.append((words, best.chosen | {first}))
    less = [each for each in line[:-1][::-1] if each.chosen and each.chosen != best.chosen]
    if less:
        found.append((f"what {less[0].budget:,.0f} EUR would choose", less[0].chosen))
    return found[:NEIGHBOURS]


def _neighbours(
    twin: Twin, question: Question, beside: Sequence[tuple[str, Chosen]],
    found: Sequence[Rehearsed],
) -> tuple[Neighbour, ...]:  # fmt: skip
    rates = np.array([hazard.per_year for hazard in twin.hazards])
    plan = yearly(found[0].lost, rates, twin.how.days)
    return tuple(
        Neighbour(
            words, chosen, question.cost(chosen), each.gain,
            paired(plan, yearly(each.lost, rates, twin.how.days)),
        )
        for (words, chosen), each in zip(beside, found[1:], strict=True)
    )  # fmt: skip


def _kept(question: Question, best: Portfolio, budget: float) -> tuple[Kept, ...]:
    rows = [(goal.name, goal.of(best.lost), goal.most, goal.shown) for goal in question.goals]
    rows += [
        (
            limit.name, sum(limit.amount.get(row, 0.0) for row in best.chosen), limit.most,
            limit.shown,
        )
        for limit in question.limits
    ]  # fmt: skip
    found = [
        Kept(name, how.of(has), how.of(most), how.scale < 0, how.unit)
        for name, has, most, how in rows
    ]
    return (Kept("budget", best.cost, budget, False, "EUR"), *found) if found else ()


def _saved(planner: Planner, chosen: Chosen, ran: tuple[int, ...]) -> Floats:
    """What the parts say that a portfolio saves in a run, undisturbed first."""
    rows = [0, *(h + 1 for h in ran)]
    saved: Floats = (planner.value(NOTHING) - planner.value(chosen)).sum(axis=1)[rows]
    return saved


def _agreement(
    planner: Planner, chosen: Chosen, rehearsed: Rehearsed, ran: tuple[int, ...]
) -> float:
    saved = _saved(planner, chosen, ran)
    rates = np.array([planner.question.hazards[h].per_year for h in ran])
    mine = saved[0] * 365.0 / planner.question.run_days + float(rates @ (saved[1:] - saved[0]))
    theirs = rehearsed.gain.difference
    if abs(mine - theirs) <= max(theirs - rehearsed.gain.low, 1e-9):
        return 1.0  # within the interval of the twin
    return mine / theirs if theirs > 0 else np.inf


def _corrected(
    planner: Planner, chosen: Chosen, rehearsed: Rehearsed, ran: tuple[int, ...]
) -> Planner:
    """A planner whose effects are scaled to what the twin found for the portfolio."""
    plain = Planner(planner.effects, planner.question)
    saved = _saved(plain, chosen, ran)
    found = np.array([each.difference for each in rehearsed.by_hazard])
    factor = np.ones(len(planner.question.hazards) + 1)
    able = saved > 1e-6
    ratio = np.where(able, np.clip(found / np.where(able, saved, 1.0), 0.1, 3.0), 1.0)
    factor[[0, *(h + 1 for h in ran)]] = ratio
    made = Planner(planner.effects, planner.question, factor)
    made.screen()
    return made


def _assumed(options: PlanOptions) -> tuple[str, ...]:
    aim, how = options.aim, options.how
    return (
        f"Made small: {1 - aim.tail_weight:.0%} of the expected readiness-days lost in "
        f"{aim.days:g} days, and {aim.tail_weight:.0%} of their mean in the worst {aim.tail:.0%} "
        f"of {options.futures} drawn futures.",
        f"A hazard is run by itself from day {how.strike_day} for its mean duration, in runs of "
        f"{how.days} days that begin with the stock of today; occurrences are Poisson, and what "
        "they cost adds up.",
        f"Effects come from {how.replications} replications of the parts that a treatment touches; "
        "the plan is rehearsed on the whole network. What parts share over lanes of limited "
        "capacity is only in the latter, where at most "
        f"{options.rehearsed} hazards are run, those that cost most in a year.",
        "A treatment saves nothing before its lead time is over, and in the rehearsal is at work "
        "from the first day.",
        "Costs that no data state are assumptions, named with each treatment; nothing is "
        "discounted.",
    )
