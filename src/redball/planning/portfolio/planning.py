"""One plan under one budget: candidates, their effects, the choice, and its rehearsal."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from redball.model import BadUse
from redball.model.running import InOrder, Runner
from redball.planning.portfolio.baselines import Baseline, Compared, compared
from redball.planning.portfolio.choosing import Aim, Question
from redball.planning.portfolio.effects import NOTHING, WAITS, Chosen, Effects, Rehearsal
from redball.planning.portfolio.hazards import Hazard, draw_years
from redball.planning.portfolio.rehearsing import Rehearsed, Twin, rehearse
from redball.planning.portfolio.solving import Planner, Portfolio
from redball.planning.portfolio.worth import Worth, worth_of
from redball.planning.stress.losses import Loss, changes_of, touched_by
from redball.planning.targets import Targets
from redball.planning.treatments import Treatment
from redball.planning.treatments.candidates import Situation, assembled, drafts_of
from redball.planning.treatments.prices import Prices
from redball.simulation.network import Network, What

Floats = npt.NDArray[np.float64]
Progress = Callable[[str, float], None]

DISAGREEMENT = 0.1
"""Share by which parts and the whole twin may differ in what a portfolio saves."""
REJECTED = 20
"""Candidates that were not chosen, of which is said what they would still save."""
FRONTIER_ROUNDS = 3
"""Programmes for each budget of the frontier at most."""
SHARES = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)
"""Budgets of the frontier, as shares of the one asked for."""


@dataclass(frozen=True)
class Risk:
    """Something that may happen, by the names of the twin.

    Attributes
    ----------
    key, title : str
    parts : tuple of (kind, name)
        What is lost together.
    per_year, days : float
    source, confidence : str
    entries : tuple of str
        Keys of the entries of the register that it belongs to.
    """

    key: str
    title: str
    parts: tuple[tuple[str, str], ...]
    per_year: float
    days: float
    source: str = ""
    confidence: str = "low"
    entries: tuple[str, ...] = ()

    def on(self, network: Network, targets: Targets) -> Hazard:
        """The same by the rows of a network."""
        loss = Loss("set", self.key, self.title, self.parts)
        rows = changes_of(touched_by(loss, targets, network), 0.0, 1.0)
        struck = rows[rows["day"] == 0.0]
        return Hazard(
            self.key, self.title, self.per_year, self.days, struck, self.source, self.confidence
        )


@dataclass(frozen=True)
class PlanOptions:
    """How a plan is made.

    Attributes
    ----------
    aim : Aim
    how : Rehearsal
        Of runs of parts.
    replications : int
        Of the whole twin.
    futures : int
        Years drawn for the tail.
    prices : Prices
    most : int
        Candidates of each kind.
    gap : float
        Proven for each programme.
    seconds : float
        Of each programme at most.
    pin, forbid : tuple of str
        Keys of treatments.
    corrections : int
        How often the choice is made again where parts and the whole twin disagree.
    baselines : tuple of Baseline
        Ways to spend the budget that are rehearsed beside it.
    """

    aim: Aim = field(default_factory=Aim)
    how: Rehearsal = field(default_factory=Rehearsal)
    replications: int = 20
    futures: int = 200
    prices: Prices = field(default_factory=Prices)
    most: int = 40
    gap: float = 0.01
    seconds: float = 20.0
    pin: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    corrections: int = 2
    baselines: tuple[Baseline, ...] = ()


@dataclass(frozen=True, eq=False)
class Plan:
    """A rehearsed plan.

    Attributes
    ----------
    hazards : tuple of Hazard
    treatments : tuple of Treatment
        All candidates.
    portfolio : Portfolio
    without : Portfolio
        Nothing is done.
    frontier : tuple of Portfolio
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
        Other ways to spend the budget, as asked for.
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
    baselines: tuple[Compared, ...] = ()


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
    """Find what to do for a budget, and rehearse it.

    Parameters
    ----------
    network : Network
    targets : Targets
        What the risks name.
    risks : sequence of Risk
    budget : float
        Euro over the whole plan.
    options : PlanOptions, optional
    classes : mapping of int to str, optional
        Class of supply of each item row.
    titles : pair of sequences of str
        Of items and of nodes, for readers.
    runner : Runner, optional
    progress : callable, optional
        Takes what is being done and the share of it; raising from it cancels.

    Raises
    ------
    BadUse
        A parameter is out of range, nothing is lost that could be saved, or goals contradict.
    """
    chosen = options or PlanOptions()
    run = runner or InOrder()
    say = _Says(progress)
    plain = Effects(
        network, worth_of(network, classes=classes), [r.on(network, targets) for r in risks], (),
        chosen.how, runner=run,
    )  # fmt: skip
    situation = _situation(plain, chosen, titles)
    drafts = drafts_of(situation)
    if not drafts:
        raise BadUse(
            "There is nothing to improve: nobody waits for anything that a treatment could bring, "
            "in any of the hazards.",
            mend="Add hazards to the register, or look further ahead with a longer run.",
        )
    opened, treatments = assembled(situation, targets, drafts)
    hazards = tuple(risk.on(opened.network, opened.targets) for risk in risks)
    worth = worth_of(opened.network, classes=classes)
    effects = Effects(opened.network, worth, hazards, treatments, chosen.how, runner=run)
    years = draw_years(hazards, days=chosen.aim.days, futures=chosen.futures, seed=chosen.how.seed)
    question = Question(
        treatments, hazards, years, chosen.aim, chosen.how.days,
        pinned=_rows(treatments, chosen.pin), forbidden=_rows(treatments, chosen.forbid),
    )  # fmt: skip
    planner = Planner(effects, question)
    planner.screen(say.part("candidates"))
    costly = tuple(
        h for h in range(len(hazards))
        if any(h in effects.struck(part, treated=True) for part in range(effects.parts))
    )  # fmt: skip
    twin = Twin(
        opened.network, worth, [hazards[h] for h in costly],
        replace(chosen.how, replications=chosen.replications),
    )  # fmt: skip
    least = question.cost(question.pinned)  # what is pinned is in every one of them
    line = planner.frontier(
        [max(share * budget, min(least, budget)) for share in SHARES],
        gap=chosen.gap, progress=say.part("frontier"),
        time_limit_seconds=chosen.seconds / 4, most_rounds=FRONTIER_ROUNDS,
    )  # fmt: skip
    corrections = 0
    while True:
        best = planner.solve(
            budget, start=line[-1].chosen, gap=chosen.gap, time_limit_seconds=chosen.seconds,
            progress=say.part("choice"),
        )  # fmt: skip
        # what less money buys is there too; of equals the cheapest
        others = () if corrections else tuple(replace(each, budget=budget) for each in line)
        others = (planner.polished(best), *others, best)
        best = min(others, key=lambda each: (round(each.objective, 6), each.cost))
        best = replace(best, gap=others[-1].gap, rounds=others[-1].rounds)
        done = [treatments[row] for row in sorted(best.chosen)]
        (rehearsed,) = rehearse(twin, [done], runner=run, progress=say.part("rehearsal"))
        ratio = _agreement(planner, best.chosen, rehearsed, costly)
        if abs(ratio - 1.0) <= DISAGREEMENT or corrections >= chosen.corrections:
            break
        corrections += 1
        planner = _corrected(planner, best.chosen, rehearsed, costly)
    beside = compared(
        twin, planner, best.chosen, budget, rehearsed=rehearsed, baselines=chosen.baselines,
        runner=run, progress=say.part("baselines"),
    )  # fmt: skip
    return Plan(
        hazards, tuple(treatments), best, planner.nothing(), (*line[:-1], best), worth,
        rehearsed, costly, _saves(planner, best.chosen), _rejected(planner, best.chosen),
        ratio, corrections, effects.runs + plain.runs, (*worth.assumptions, *_assumed(chosen)),
        beside,
    )  # fmt: skip


class _Says:
    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress

    def part(self, what: str) -> Callable[[float], None]:
        def tell(share: float) -> None:
            if self._progress is not None:
                self._progress(what, share)

        return tell


def _situation(
    effects: Effects, options: PlanOptions, titles: tuple[Sequence[str], Sequence[str]]
) -> Situation:
    network, worth = effects.network, effects.worth
    waits = {table: effects.waits(table) for table in WAITS}
    cells = waits["cells"]
    days = np.minimum(cells / np.where(worth.need > 0, worth.need, 1.0), options.how.days)
    fitted = np.zeros(len(network.cells), np.bool_)
    fitted[network.applications["cell"]] = True
    rates = np.array([hazard.per_year for hazard in effects.hazards])
    struck = [
        (
            frozenset(h.struck["index"][h.struck["what"] == What.NODE].tolist()),
            frozenset(h.struck["index"][h.struck["what"] == What.LANE].tolist()),
        )
        for h in effects.hazards
    ]
    return Situation(
        network, waits, worth.weight * days + np.where(fitted, cells, 0.0),
        # a hazard counts for what it adds
        np.concatenate([[max(1.0 - float(rates.sum()), 0.0)], rates]),
        struck, [hazard.title for hazard in effects.hazards], options.how.days, options.prices,
        options.most, *titles,
    )  # fmt: skip


def _rows(treatments: Sequence[Treatment], keys: Sequence[str]) -> Chosen:
    place = {each.key: row for row, each in enumerate(treatments)}
    missing = [key for key in keys if key not in place]
    if missing:
        raise BadUse(
            f"There is no treatment '{missing[0]}'.",
            mend="Take a key from the table of candidates of a plan on the same data.",
        )
    return frozenset(place[key] for key in keys)


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


def _saves(planner: Planner, chosen: Chosen) -> dict[int, tuple[float, tuple[float, ...]]]:
    """What is lost without each chosen treatment, the others being at work."""
    question, value = planner.question, planner.value(chosen).sum(axis=1)
    found = {}
    for row in sorted(chosen):
        change = planner.value(chosen - {row}).sum(axis=1) - value
        lead = question.lead(frozenset([row]))
        found[row] = (question.expected(change, lead), tuple(change.tolist()))
    return found


def _rejected(planner: Planner, chosen: Chosen) -> dict[int, float]:
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
        "capacity is only in the latter.",
        "A treatment saves nothing before its lead time is over, and in the rehearsal is at work "
        "from the first day.",
        "Costs that no data state are assumptions, named with each treatment; nothing is "
        "discounted.",
    )
