"""The usual ways to spend a budget, and what the whole twin says of them beside a plan.

Each rule is what is done in practice where effects are not simulated together: shares by loss and
by request, the most critical first by a count, stock and repair alone, second sources alone, and
chance. Each keeps what a plan must keep (:meth:`Question.allows`), and each is given its best:
money that a first pass leaves over buys what still fits, and larger sizes of what was bought. Goals
of readiness are what a plan is for; no rule here looks at them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from heapq import heapify, heappop, heappush

import numpy as np
import numpy.typing as npt

from redball.model import NOWHERE
from redball.model.running import Progress, Runner
from redball.planning.compare.paired import Paired, paired
from redball.planning.portfolio.choosing import Question
from redball.planning.portfolio.effects import NOTHING, Chosen
from redball.planning.portfolio.rehearsing import Rehearsed, Twin, rehearse, yearly
from redball.planning.portfolio.solving import Planner
from redball.planning.treatments import Treatment
from redball.simulation.network import Network

Floats = npt.NDArray[np.float64]
Rule = Callable[[Planner, float], Chosen]
"""From a planner that was screened and a budget (EUR over the plan) to treatments."""

SPARES = frozenset({"hold", "reserve", "reposition", "repair"})
"""Kinds of treatments that are stock, its place, and its repair."""
SOURCES = frozenset({"source"})
"""Kinds of treatments that are second sources."""
DRAWS = 20
"""Random portfolios."""


@dataclass(frozen=True, eq=False)
class Baseline:
    """A usual way to spend a budget.

    Attributes
    ----------
    name, title : str
    rules : tuple of callable
        Several only where it draws: one for each seed.
    """

    name: str
    title: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True, eq=False)
class Compared:
    """A way to spend the budget, rehearsed on the whole twin beside the plan.

    Where a way draws, figures are means over its portfolios, replication by replication.

    Attributes
    ----------
    name, title : str
    portfolios : tuple of frozenset of int
        One for each seed.
    cost : float
        Euro over the plan.
    saved : Paired
        Readiness-days saved in a year against doing nothing.
    ahead : Paired
        What the plan saves more in a year; below 0 where it saves less.
    ahead_aim : Paired
        The same of what the plan makes small, expectation and worst futures by their weights, a
        year, as if all treatments were at work from the first day.
    objective : float
        What the plan makes small, by runs of parts and with lead times, over the plan.
    better, worse : int
        Portfolios of it than which the plan is significantly better, or worse, in what is saved.
    """

    name: str
    title: str
    portfolios: tuple[Chosen, ...]
    cost: float
    saved: Paired
    ahead: Paired
    ahead_aim: Paired
    objective: float
    better: int
    worse: int

    @property
    def verdict(self) -> str:
        """Of what is saved: plan better, baseline better, or no significant difference."""
        return verdict_of(self.ahead)

    @property
    def verdict_aim(self) -> str:
        """The same of what the plan makes small."""
        return verdict_of(self.ahead_aim)


def verdict_of(ahead: Paired) -> str:
    """In words what the interval of a lead of the plan says."""
    if not ahead.significant:
        return "no significant difference"
    return "plan better" if ahead.difference > 0 else "baseline better"


def proportional(planner: Planner, budget: float) -> Chosen:
    """Shares: each nation by what it loses, and in it each kind by what all of it would cost.

    A nation's share is its part of the readiness-days that are expected to be lost when nothing is
    done, a kind's its part of what the nation's candidates ask for (the dearest of each group). A
    share buys in the order of candidates, where it hurts most first; what shares leave over buys in
    the same order whatever fits.
    """
    question = planner.question
    lost = _lost_by_nation(planner)
    asked: dict[str, dict[str, float]] = {}
    for (nation, kind, _), cost in _asked(question).items():
        of_nation = asked.setdefault(nation, {})
        of_nation[kind] = of_nation.get(kind, 0.0) + cost
    whole = sum(lost.get(nation, 0.0) for nation in asked)
    chosen = question.pinned
    free = max(budget - question.cost(chosen), 0.0)
    for nation, kinds in sorted(asked.items()):
        of_loss = lost.get(nation, 0.0) / whole if whole > 0 else 1.0 / len(asked)
        total = sum(kinds.values())
        for kind, cost in sorted(kinds.items()):
            share = free * of_loss * (cost / total if total > 0 else 1.0 / len(kinds))
            rows = [
                row
                for row, each in enumerate(question.treatments)
                if (each.nation, each.kind) == (nation, kind)
            ]
            chosen = _bought(question, rows, min(question.cost(chosen) + share, budget), chosen)
    return _spent(question, range(len(question.treatments)), budget, chosen)


def critical_first(planner: Planner, budget: float) -> Chosen:
    """Most critical first: sorted by how much depends on what a treatment touches, by a count.

    Counted are the systems of all fleets that carry something supplied through the stock, line, way
    or workshop that is touched, and the articles that units ask for through it. Nothing is
    simulated; equals are bought in the order of candidates.
    """
    question = planner.question
    count = dependents(planner.effects.network)
    touched = _touched(planner.effects.network, question.treatments)
    depending = [count(cells) for cells in touched]
    order = sorted(range(len(touched)), key=lambda row: (-depending[row], row))
    return _spent(question, order, budget)


def spares_only(planner: Planner, budget: float) -> Chosen:
    """Stock, its place and its repair alone: what saves most for a euro first, :func:`greedy`."""
    return greedy(planner, budget, SPARES)


def sources_only(planner: Planner, budget: float) -> Chosen:
    """Second sources alone: what saves most for a euro first, :func:`greedy`."""
    return greedy(planner, budget, SOURCES)


def at_random(planner: Planner, budget: float, seed: int) -> Chosen:
    """Treatments in an order that is drawn, each that still fits."""
    count = len(planner.question.treatments)
    order = np.random.default_rng(seed).permutation(count).tolist()
    return _spent(planner.question, order, budget)


def usual(seed: int = 1, draws: int = DRAWS) -> tuple[Baseline, ...]:
    """The usual ways, the last of them drawn with so many seeds from one on."""
    return (
        Baseline("proportional", "shares by loss and by request", (proportional,)),
        Baseline("critical", "most critical first, by a count", (critical_first,)),
        Baseline("spares", "stock and repair alone, best first", (spares_only,)),
        Baseline("sources", "second sources alone, best first", (sources_only,)),
        Baseline(
            "random", "at random", tuple(partial(at_random, seed=seed + n) for n in range(draws))
        ),
    )


def greedy(planner: Planner, budget: float, kinds: Iterable[str] | None = None) -> Chosen:
    """What saves most for a euro first, beside what was bought before, by the runs of parts.

    Marginal analysis (Sherbrooke 2004, ch. 2) on what the plan makes small; a saving counts for the
    share of the plan in which the treatment works. A larger size may take the place of a smaller
    one, for the difference. What was found before another treatment was bought is looked at again
    before it is bought itself, not before: a treatment that is of use only beside another may be
    missed, which a plan is there to find.

    Parameters
    ----------
    planner : Planner
        Screened.
    budget : float
        Euro over the plan.
    kinds : iterable of str, optional
        Of treatments; all by default.
    """
    question = planner.question
    wanted = None if kinds is None else frozenset(kinds)
    chosen, value = question.pinned, planner.steady(question.pinned)
    bought = 0

    def worth(row: int) -> tuple[float, Chosen, float] | None:
        """Saving for a euro, the portfolio with the treatment, and what is lost with it."""
        grown = _joined(question, chosen, row)
        if grown is None or not question.allows(grown, budget):
            return None
        after = planner.steady(grown)
        more = question.cost(grown) - question.cost(chosen)
        saving = (value - after) * question.treatments[row].works_for(question.aim.days)
        if saving <= 0:
            return None
        return saving / more if more > 0 else np.inf, grown, after

    heap = [
        (-found[0], row, bought)
        for row, each in enumerate(question.treatments)
        if wanted is None or each.kind in wanted
        for found in [worth(row)]
        if found is not None
    ]
    heapify(heap)
    while heap:
        _, row, when = heappop(heap)
        found = worth(row) if row not in chosen else None
        if found is None:
            continue
        if when != bought:
            heappush(heap, (-found[0], row, bought))
            continue
        _, chosen, value = found
        bought += 1
    return chosen


def dependents(network: Network) -> Callable[[Iterable[int]], int]:
    """How many systems and articles asked for depend on cells, themselves among them.

    Along what supplies, is built in, repaired with, stands in for or helps; closed rows bring
    nothing and are left out.
    """
    down: dict[int, set[int]] = {}
    for giver, taker in _ties(network):
        down.setdefault(giver, set()).add(taker)
    fleets: dict[int, set[int]] = {}
    for fitted in network.applications:
        fleets.setdefault(int(fitted["cell"]), set()).add(int(fitted["fleet"]))
    asked = set(network.streams["cell"].tolist())
    systems = network.fleets["count"]

    def count(cells: Iterable[int]) -> int:
        seen = set(cells)
        queue = list(seen)
        while queue:
            for other in down.get(queue.pop(), ()):
                if other not in seen:
                    seen.add(other)
                    queue.append(other)
        carried = {fleet for cell in seen for fleet in fleets.get(cell, ())}
        return int(sum(systems[fleet] for fleet in carried)) + len(seen & asked)

    return count


def _ties(network: Network) -> Iterator[tuple[int, int]]:
    """Who gives, and who takes from it: pairs of cells."""
    for arc in network.arcs[network.arcs["standby"] == 0]:
        if arc["supplier"] != NOWHERE:
            yield int(arc["supplier"]), int(arc["cell"])
    for recipe in network.recipes:
        for part in network.inputs["cell"][recipe["first_input"] : recipe["last_input"]]:
            yield int(part), int(recipe["cell"])
    for shop in network.shops:
        for part in network.parts["cell"][shop["first_part"] : shop["last_part"]]:
            yield int(part), int(shop["cell"])
    for row in network.substitutes:
        yield int(row["other"]), int(row["cell"])
    for link in network.supports[network.supports["standby"] == 0]:
        yield int(link["giver"]), int(link["receiver"])


def compared(
    twin: Twin,
    planner: Planner,
    chosen: Chosen,
    budget: float,
    *,
    rehearsed: Rehearsed | None = None,
    baselines: Sequence[Baseline] | None = None,
    runner: Runner | None = None,
    progress: Progress | None = None,
    confidence: float = 0.95,
) -> tuple[Compared, ...]:
    """Rehearse a plan and the usual ways to spend the same budget, on the same draws.

    Parameters
    ----------
    twin : Twin
        Its hazards are hazards of the planner's question, by key.
    planner : Planner
        Screened.
    chosen : frozenset of int
        Treatments of the plan.
    budget : float
        Euro over the plan, the same for all.
    rehearsed : Rehearsed, optional
        Of the plan, where it was done on this twin before.
    baselines : sequence of Baseline, optional
        :func:`usual` by default.
    runner : Runner, optional
    progress : callable, optional
    confidence : float
        Of each interval; intervals are not widened for being several.
    """
    ways = usual() if baselines is None else baselines
    drawn = {each.name: tuple(rule(planner, budget) for rule in each.rules) for each in ways}
    wanted = {portfolio: None for portfolios in drawn.values() for portfolio in portfolios}
    if rehearsed is None:
        wanted[chosen] = None
    treatments = planner.question.treatments
    found = rehearse(
        twin, [[treatments[row] for row in sorted(each)] for each in wanted], runner=runner,
        progress=progress, confidence=confidence,
    ) if wanted else []  # fmt: skip
    runs = {each: run.lost for each, run in zip(wanted, found, strict=True)}
    if rehearsed is not None:
        runs[chosen] = rehearsed.lost
        without = rehearsed.without
    else:
        without = found[0].without
    judge = _Judge(twin, planner.question, confidence)
    return tuple(
        _row(each, drawn[each.name], judge, planner, runs, runs[chosen], without) for each in ways
    )


@dataclass(frozen=True, eq=False)
class _Judge:
    """Figures of rehearsed runs of shape (1 + H, R): one for each replication."""

    twin: Twin
    question: Question
    confidence: float

    def year(self, lost: Floats) -> Floats:
        """Readiness-days lost in a year."""
        rates = np.array([hazard.per_year for hazard in self.twin.hazards])
        return yearly(lost, rates, self.twin.how.days)

    def aim(self, lost: Floats) -> Floats:
        """What the plan makes small, a year."""
        question, aim = self.question, self.question.aim
        place = {hazard.key: row + 1 for row, hazard in enumerate(question.hazards)}
        every = np.repeat(lost[:1], len(question.hazards) + 1, axis=0)
        for row, hazard in enumerate(self.twin.hazards):
            every[place[hazard.key]] = lost[row + 1]
        values = [
            (1 - aim.tail_weight) * question.expected(each)
            + aim.tail_weight * question.risk(question.futures(each))
            for each in every.T
        ]
        return np.array(values) * 365.0 / aim.days


def _row(
    baseline: Baseline,
    portfolios: tuple[Chosen, ...],
    judge: _Judge,
    planner: Planner,
    runs: Mapping[Chosen, Floats],
    plan: Floats,
    without: Floats,
) -> Compared:
    years = [judge.year(runs[each]) for each in portfolios]
    aims = [judge.aim(runs[each]) for each in portfolios]
    mine = judge.year(plan)
    sure = judge.confidence
    leads = [paired(mine, each, confidence=sure) for each in years]
    verdicts = [verdict_of(each) for each in leads]
    return Compared(
        baseline.name,
        baseline.title,
        portfolios,
        float(np.mean([planner.question.cost(each) for each in portfolios])),
        paired(np.mean(years, axis=0), judge.year(without), confidence=sure),
        paired(mine, np.mean(years, axis=0), confidence=sure),
        paired(judge.aim(plan), np.mean(aims, axis=0), confidence=sure),
        float(np.mean([planner.measured(each)[2] for each in portfolios])),
        verdicts.count("plan better"),
        verdicts.count("baseline better"),
    )


def _lost_by_nation(planner: Planner) -> dict[str, float]:
    """Readiness-days expected to be lost over the plan when nothing is done, by nation."""
    worth, names = planner.effects.worth, planner.effects.network.nation_names
    lost = planner.value(NOTHING)
    nations = [*worth.fleet_nation.tolist(), *(nation for nation, _ in worth.groups)]
    found = dict.fromkeys(names, 0.0)
    for measure, nation in enumerate(nations):
        found[names[nation]] += max(planner.question.expected(lost[:, measure]), 0.0)
    return found


def _asked(question: Question) -> dict[tuple[str, str, str], float]:
    """What candidates ask for, by nation, kind and group: the dearest of each group."""
    found: dict[tuple[str, str, str], float] = {}
    for row, each in enumerate(question.treatments):
        key = each.nation, each.kind, each.group or f"alone {each.key}"
        found[key] = max(found.get(key, 0.0), float(question.costs[row]))
    return found


def _joined(question: Question, chosen: Chosen, row: int) -> Chosen | None:
    """A portfolio with a treatment and all it needs, instead of others of their groups."""
    place = question.place
    more, queue = {row}, [row]
    while queue:
        for key in question.treatments[queue.pop()].needs:
            if key not in place:
                return None
            if place[key] not in more and place[key] not in chosen:
                more.add(place[key])
                queue.append(place[key])
    groups = {question.treatments[each].group for each in more} - {""}
    return frozenset(more) | {
        each for each in chosen if question.treatments[each].group not in groups
    }


def _bought(question: Question, order: Iterable[int], budget: float, chosen: Chosen) -> Chosen:
    """Treatments in their order, each that fits beside those before it."""
    for row in order:
        grown = _joined(question, chosen, row) if row not in chosen else None
        if grown is not None and chosen < grown and question.allows(grown, budget):
            chosen = grown
    return chosen


def _spent(
    question: Question, order: Iterable[int], budget: float, chosen: Chosen | None = None
) -> Chosen:
    """The same, then larger sizes of what was bought as long as money is left."""
    order = list(order)
    chosen = _bought(question, order, budget, question.pinned if chosen is None else chosen)
    for row in order:
        grown = _joined(question, chosen, row) if row not in chosen else None
        if grown is None or question.cost(grown) <= question.cost(chosen):
            continue
        if question.allows(grown, budget):
            chosen = grown
    return chosen


def _touched(network: Network, treatments: Sequence[Treatment]) -> list[set[int]]:
    """Cells that each treatment changes, feeds, or lies on the way of."""
    on_way: dict[int, set[int]] = {}
    for arc in network.arcs:
        for lane in network.routes[arc["first_lane"] : arc["last_lane"]].tolist():
            on_way.setdefault(lane, set()).add(int(arc["cell"]))

    def cells(table: str, row: int) -> set[int]:
        if table == "cells":
            return {row}
        if table == "lanes":
            return on_way.get(row, set())
        if table == "pools":
            return set(network.shops["cell"][network.shops["pool"] == row].tolist())
        column = "receiver" if table == "supports" else "cell"
        return {int(getattr(network, table)[column][row])}

    return [
        {cell for step in each.steps for cell in cells(step.table, step.row)} for each in treatments
    ]
