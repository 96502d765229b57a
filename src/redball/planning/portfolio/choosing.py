"""Which treatments to choose: a mixed-integer programme over what the runs of parts found.

The loss of a portfolio is the loss without it, plus what each treatment changes by itself, plus
what sets of treatments at one part change beyond that (Moebius terms over the sets that were run).
Expected loss follows from the rates of hazards; loss in the worst futures is the conditional value
at risk over drawn years (Rockafellar and Uryasev, Journal of Risk 2 (2000) 21-41).
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from redball.model import BadUse
from redball.planning.portfolio.effects import Chosen
from redball.planning.portfolio.hazards import Hazard, Years
from redball.planning.treatments import Treatment
from redball.solvers import LinearProblem, Status, explain_conflict, solve
from redball.solvers.solve import Progress

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

TRIFLE = 2e-5
"""A change below this share of the undisturbed loss decides nothing."""

CUTS = 40
"""Programmes solved for one choice at most."""
CLOSE = 1e-5
"""The tail of a portfolio is as foreseen within this share of the objective."""

_KEPT_BYTES = 100_000_000
"""Occurrences from different days on that are kept at most."""

_SMALL = 1e-9
"""Coefficients smaller than this share of the largest are left out."""


@dataclass(frozen=True)
class Aim:
    """What is to be made small.

    Attributes
    ----------
    days : float
        Length of the plan.
    tail_weight : float
        Weight of the worst futures, 0 to 1; the rest goes to the expectation.
    tail : float
        Share of futures that are the worst.
    """

    days: float = 3 * 365.0
    tail_weight: float = 0.5
    tail: float = 0.1

    def __post_init__(self) -> None:
        if not (0 < self.days <= 36_500):
            raise BadUse(f"A plan of {self.days} days.", mend="Give days above 0, to 36,500.")
        if not (0 <= self.tail_weight <= 1 and 0 < self.tail <= 1):
            raise BadUse(
                f"The tail is {self.tail} with weight {self.tail_weight}.",
                mend="Give shares, such as 0.1 and 0.5.",
            )


@dataclass(frozen=True)
class Shown:
    """How a figure of a programme is told: ``offset + scale * value``, in a unit.

    With a scale below 0 the bound is the least that is let, else the most.
    """

    offset: float = 0.0
    scale: float = 1.0
    unit: str = "readiness-days"

    def of(self, value: float) -> float:
        """The figure that is told."""
        return self.offset + self.scale * value


@dataclass(frozen=True, eq=False)
class Limit:
    """A row that a portfolio must keep: ``sum of amount of the chosen <= most``."""

    name: str
    amount: Mapping[int, float]
    most: float
    shown: Shown = field(default=Shown(unit="EUR"))


@dataclass(frozen=True, eq=False)
class Goal:
    """Readiness that must be reached: a weighted sum of losses is no more than ``most``.

    Attributes
    ----------
    name : str
    weights : mapping of int to float
        Of the runs: 0 undisturbed, 1 + position for a hazard. ``{0: 1}`` is a year without any,
        ``{3: 1, 0: -1}`` what the third hazard costs beyond it.
    measures : tuple of int
        That are summed.
    most : float
        Readiness-days.
    """

    name: str
    weights: Mapping[int, float]
    measures: tuple[int, ...]
    most: float
    shown: Shown = field(default=Shown())

    def of(self, lost: Floats) -> float:
        """Its sum of losses of shape (1 + H, M)."""
        measures = list(self.measures)
        return float(sum(w * lost[run, measures].sum() for run, w in self.weights.items()))


@dataclass(frozen=True, eq=False)
class Terms:
    """Loss as a sum: for nothing, and its change by each set of treatments.

    Attributes
    ----------
    nothing : float64 array, shape (1 + H, L)
        Readiness-days lost in a run, undisturbed first. L lumps of measures: all measures that the
        same goals count are one (:func:`lumped`).
    change : mapping of sets to float64 array, shape (1 + H, L)
    goals : tuple of Goal, optional
        Those of the question by lumps; those of the question itself where L is M.
    """

    nothing: Floats
    change: Mapping[Chosen, Floats]
    goals: tuple[Goal, ...] | None = None

    def at(self, chosen: Chosen) -> Floats:
        """Loss of a portfolio by these terms."""
        total = self.nothing.copy()
        for each, change in self.change.items():
            if each <= chosen:
                total += change
        return total


def lumped(goals: Sequence[Goal], measures: int) -> tuple[Ints, tuple[Goal, ...]]:
    """Lump together measures that the same goals count.

    Returns
    -------
    int32 array, shape (measures,)
        Lump of each measure, from 0 on.
    tuple of Goal
        The same goals on lumps.
    """
    counted = np.zeros((measures, len(goals)), np.bool_)
    for number, goal in enumerate(goals):
        counted[list(goal.measures), number] = True
    lump = np.zeros(measures, np.int32)
    if goals:
        lump[:] = np.unique(counted, axis=0, return_inverse=True)[1].reshape(-1)
    on = tuple(
        replace(goal, measures=tuple(np.unique(lump[list(goal.measures)]).tolist()))
        for goal in goals
    )
    return lump, on


@dataclass(frozen=True, eq=False)
class Question:
    """What a portfolio is chosen from and for.

    Attributes
    ----------
    treatments : sequence of Treatment
    hazards : sequence of Hazard
    years : Years
    aim : Aim
    run_days : float
        Length of the runs behind the terms.
    limits : sequence of Limit
        Without the budget.
    goals : sequence of Goal
    pinned, forbidden : frozenset of int
    """

    treatments: Sequence[Treatment]
    hazards: Sequence[Hazard]
    years: Years
    aim: Aim
    run_days: float
    limits: Sequence[Limit] = ()
    goals: Sequence[Goal] = ()
    pinned: Chosen = frozenset()
    forbidden: Chosen = frozenset()
    costs: Floats = field(init=False)
    _counts: dict[float, Floats] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        costs = np.array([each.cost_over(self.aim.days) for each in self.treatments])
        object.__setattr__(self, "costs", costs)
        both = self.pinned & self.forbidden
        if both:
            key = self.treatments[min(both)].key
            raise BadUse("A treatment is pinned and forbidden.", where=key, mend="Choose one.")

    def cost(self, chosen: Chosen) -> float:
        """Euro of a portfolio over the plan."""
        return float(sum(self.costs[row] for row in sorted(chosen)))

    @cached_property
    def place(self) -> dict[str, int]:
        """Row of each treatment by its key."""
        return {each.key: row for row, each in enumerate(self.treatments)}

    def allows(self, chosen: Chosen, budget: float) -> bool:
        """Whether it keeps budget, groups, needs, exclusions, limits, and what is pinned or not."""
        keys = {self.treatments[row].key for row in chosen}
        groups = [self.treatments[row].group for row in chosen]
        groups = [group for group in groups if group]
        return (
            self.cost(chosen) <= budget * (1 + 1e-9) + 1e-6
            and self.pinned <= chosen
            and not chosen & self.forbidden
            and len(groups) == len(set(groups))
            and all(set(self.treatments[row].needs) <= keys for row in chosen)
            and not any(keys & set(self.treatments[row].excludes) for row in chosen)
            and all(
                sum(limit.amount.get(row, 0.0) for row in chosen) <= limit.most + 1e-6
                for limit in self.limits
            )
        )

    def lead(self, chosen: Chosen) -> float:
        """Day from which all of a set work."""
        return min(max((self._leads[row] for row in chosen), default=0.0), self.aim.days)

    @cached_property
    def _leads(self) -> list[float]:
        return [each.lead_days for each in self.treatments]

    def expected(self, change: Floats, lead: float = 0.0) -> float:
        """Expected loss over a plan from that in a run, shape (1 + H,), for days after a lead."""
        days = self.aim.days - lead
        beyond = float(self.rates @ (change[1:] - change[0])) * days / 365.0
        return float(change[0]) * days / self.run_days + beyond

    @cached_property
    def rates(self) -> Floats:
        """Occurrences of each hazard a year, shape (H,)."""
        return np.array([hazard.per_year for hazard in self.hazards], np.float64)

    def futures(self, change: Floats, lead: float = 0.0) -> Floats:
        """Loss in each drawn future, shape (N,); see :meth:`expected`."""
        days = self.aim.days - lead
        beyond: Floats = self.counts(lead) @ (change[1:] - change[0])
        return float(change[0]) * days / self.run_days + beyond

    def counts(self, lead: float) -> Floats:
        """Occurrences from a day on in each drawn future, shape (N, H)."""
        if lead not in self._counts:
            counts = self.years.counts(lead)
            if (len(self._counts) + 1) * counts.nbytes > _KEPT_BYTES:
                self._counts.clear()
            self._counts[lead] = counts
        return self._counts[lead]

    def risk(self, losses: Floats) -> float:
        """Mean of the worst futures."""
        return tail_mean(losses, self.aim.tail)


def tail_mean(losses: Floats, tail: float) -> float:
    """Conditional value at risk: mean of the worst share, a future in part where it must be."""
    return float(worst_shares(losses, tail) @ losses)


def worst_shares(losses: Floats, tail: float) -> Floats:
    """Weight of each future in the mean of the worst share of them, shape (N,); they sum to 1."""
    left = tail * len(losses)
    share = np.zeros(len(losses))
    order = np.argsort(-losses, kind="stable")
    share[order] = np.clip(left - np.arange(len(losses)), 0.0, 1.0) / left
    return share


@dataclass(frozen=True, eq=False)
class Choice:
    """What a programme chose.

    Attributes
    ----------
    chosen : frozenset of int
    objective, bound, gap : float
        Of the programme; gap as a share of the loss without any treatment.
    status : str
    seconds : float
    """

    chosen: Chosen
    objective: float
    bound: float
    gap: float
    status: str
    seconds: float


def choose(
    question: Question,
    terms: Terms,
    budget: float,
    *,
    gap: float = 0.001,
    time_limit_seconds: float = 120.0,
    start: Chosen | None = None,
    progress: Progress | None = None,
) -> Choice:
    """Choose the portfolio of the least loss that a budget pays.

    The mean of the worst futures is the greatest of all weighted means of futures whose weights are
    no more than the worst ones have (Rockafellar and Uryasev 2000). Only those that some portfolio
    met on the way has as its worst are rows of the programme; it is solved again with one more
    until the portfolio found has no worse one (cutting planes, Kelley 1960). That is the same
    optimum as with a row for each future, and every programme is a small one.

    Parameters
    ----------
    question : Question
    terms : Terms
    budget : float
        Euro over the plan.
    gap : float
        Share of the objective within which each programme is solved.
    time_limit_seconds : float
        Of all programmes together.
    start : frozenset of int, optional
        A portfolio to begin with; it need not keep anything.
    progress : callable, optional

    Raises
    ------
    BadUse
        No portfolio keeps all limits and goals: says which contradict each other, and the cheapest
        way out.
    """
    began = time.perf_counter()
    drawn = _drawn_up(question, terms, budget)
    guess = drawn.taken(start or frozenset())
    shares = [drawn.value(guess)[1], drawn.value(np.zeros(drawn.tail))[1]]
    best: tuple[float, Floats] | None = None
    bound, status = -np.inf, Status.FEASIBLE
    for _ in range(CUTS):
        left = time_limit_seconds - (time.perf_counter() - began)
        if best is not None and left <= 0:
            break
        problem = drawn.problem(shares)
        found = solve(
            problem, gap=gap, time_limit_seconds=max(left, 0.1), progress=progress,
            start=drawn.whole(guess if best is None else best[1], shares),
        )  # fmt: skip
        if found.status is Status.INFEASIBLE:
            raise _contradiction(question, problem, time_limit_seconds)
        if not len(found.x):
            if best is not None:
                break
            raise BadUse(
                f"No portfolio was found in {time_limit_seconds:g} seconds.",
                mend="Allow more time, or fewer candidates.",
            )
        bound, status = max(bound, found.bound), found.status
        taken = found.x[: drawn.tail]
        value, share = drawn.value(taken)
        if best is None or value < best[0]:
            best = value, taken
        if value - found.objective <= CLOSE * max(abs(value), 1.0):
            break
        shares.append(share)
    assert best is not None
    value, taken = best
    chosen = frozenset(np.flatnonzero(taken[: drawn.count] > 0.5).tolist())
    missed = max(value - bound, 0.0)
    proven = missed / abs(value) if missed > 0 and value else 0.0
    return Choice(chosen, value, bound, proven, str(status), time.perf_counter() - began)


def _contradiction(question: Question, problem: LinearProblem, limit: float) -> BadUse:
    """Say which goals and limits contradict each other, and the cheapest relaxation."""
    soft = {goal.name for goal in question.goals} | {limit.name for limit in question.limits}
    soft.add(BUDGET)
    weight = np.full(problem.rows, np.inf)
    for row in range(problem.rows):
        name = problem.row_name(row)
        if name in soft:
            scale = max(abs(problem.row_low[row]), abs(problem.row_high[row])) \
                if np.isfinite([problem.row_low[row], problem.row_high[row]]).all() else \
                abs(problem.row_high[row] if np.isfinite(problem.row_high[row])
                    else problem.row_low[row])  # fmt: skip
            weight[row] = 1.0 / max(scale, 1.0)
    why = explain_conflict(problem, weight=weight, time_limit_seconds=limit)
    named = [name for name in why.rows if name in soft]
    ways = ", ".join(f"'{name}' by {amount:,.0f}" for name, amount in why.relax)
    return BadUse(
        "These can't be reached together: " + "; ".join(f"'{name}'" for name in named) + ".",
        mend=f"The cheapest way out: relax {ways}.",
    )


BUDGET = "budget"


class _Rows:
    """Rows of a problem while it is drawn up."""

    def __init__(self) -> None:
        self.start, self.column, self.value = [0], [], []  # type: ignore[var-annotated]
        self.low: list[float] = []
        self.high: list[float] = []
        self.names: list[str] = []

    def copy(self) -> "_Rows":
        """The same, to which others are added."""
        made = _Rows()
        for name, values in vars(self).items():
            setattr(made, name, list(values))
        return made

    def add(self, name: str, entries: Mapping[int, float], low: float, high: float) -> None:
        for column, value in entries.items():
            if value:
                self.column.append(column)
                self.value.append(value)
        self._end(name, low, high)

    def add_arrays(
        self, name: str, columns: npt.NDArray[np.int64], values: Floats, low: float, high: float
    ) -> None:
        """Add a row with many entries, none of them 0."""
        self.column += columns.tolist()
        self.value += values.tolist()
        self._end(name, low, high)

    def _end(self, name: str, low: float, high: float) -> None:
        self.start.append(len(self.column))
        self.low.append(low)
        self.high.append(high)
        self.names.append(name)


@dataclass(frozen=True, eq=False)
class _Drawn:
    """A programme without its rows for the worst futures. N futures.

    Columns are treatments, sets of several, and the mean of the worst futures.

    Attributes
    ----------
    question : Question
    columns : mapping of sets to int
    count, tail : int
        Treatments, and the column of the tail.
    cost, low, high : float64 arrays, shape (tail + 1,)
    rows : _Rows
    loss : float64 array, shape (N, tail)
        What each column changes in each future.
    without : float64 array, shape (N,)
    """

    question: Question
    columns: Mapping[Chosen, int]
    count: int
    tail: int
    cost: Floats
    low: Floats
    high: Floats
    rows: _Rows
    loss: Floats
    without: Floats

    def value(self, taken: Floats) -> tuple[float, Floats]:
        """Objective of columns without the tail, and the weights of their worst futures."""
        losses = self.without + self.loss @ taken
        share = worst_shares(losses, self.question.aim.tail)
        return float(self.cost[:-1] @ taken + self.cost[-1] * (share @ losses)), share

    def taken(self, chosen: Chosen) -> Floats:
        """Columns of a portfolio, without the tail."""
        found = np.zeros(self.tail)
        for each, column in self.columns.items():
            found[column] = each <= chosen
        return found

    def whole(self, taken: Floats, shares: Sequence[Floats]) -> Floats:
        """Columns with a tail that keeps all rows."""
        losses = self.without + self.loss @ taken
        return np.append(taken, max(float(share @ losses) for share in shares))

    def problem(self, shares: Sequence[Floats]) -> LinearProblem:
        """The programme with a row for each of some weights of futures."""
        rows = self.rows.copy()
        largest = max(float(np.abs(self.loss).max(initial=0.0)), 1e-300)
        for share in shares if self.cost[-1] else ():
            change = share @ self.loss
            used = np.flatnonzero(np.abs(change) > _SMALL * largest)
            # tail >= weighted mean of the losses in futures
            rows.add_arrays(
                "", np.append(used, self.tail), np.append(-change[used], 1.0),
                float(share @ self.without), np.inf,
            )  # fmt: skip
        whole = np.zeros(self.tail + 1, np.bool_)
        whole[: self.count] = True
        return LinearProblem(
            cost=self.cost, low=self.low, high=self.high, row_start=np.array(rows.start),
            column=np.array(rows.column, np.int64), value=np.array(rows.value, np.float64),
            row_low=np.array(rows.low), row_high=np.array(rows.high), whole=whole,
            row_names=tuple(name or f"row {n}" for n, name in enumerate(rows.names)),
        )  # fmt: skip


def _drawn_up(question: Question, terms: Terms, budget: float) -> _Drawn:
    """Draw up the programme of a question."""
    count = len(question.treatments)
    terms, idle = _pruned(question, terms)
    sets = [each for each in terms.change if len(each) > 1]
    columns = {frozenset([row]): row for row in range(count)}
    columns |= {each: count + number for number, each in enumerate(sets)}
    tail, aim = count + len(sets), question.aim
    cost = np.zeros(tail + 1)
    loss = np.zeros((len(question.years.times), tail))
    for lead, own in _by_lead(question, terms.change).items():
        place = [columns[each] for each in own]
        total = np.array([terms.change[each].sum(axis=1) for each in own])  # sets, 1 + H
        days, beyond = aim.days - lead, (total[:, 1:] - total[:, :1]).T
        always = total[:, 0] * days / question.run_days
        expected = always + question.rates @ beyond * days / 365.0
        cost[place] = (1 - aim.tail_weight) * expected
        if aim.tail_weight:
            loss[:, place] = question.counts(lead) @ beyond + always
    cost[tail] = aim.tail_weight
    low, high = np.zeros(tail + 1), np.ones(tail + 1)
    # with no weight it is any number
    low[tail], high[tail] = (-np.inf, np.inf) if aim.tail_weight else (0.0, 0.0)
    high[list(idle | question.forbidden)] = 0.0
    for row in question.pinned:
        low[row] = high[row] = 1.0
    rows = _Rows()
    rows.add(BUDGET, dict(enumerate(question.costs.tolist())), -np.inf, budget)
    _structure(question, rows)
    for each in sets:
        joint = columns[each]
        for row in each:
            rows.add("", {joint: 1.0, row: -1.0}, -np.inf, 0.0)
        rows.add("", {joint: 1.0, **dict.fromkeys(each, -1.0)}, 1.0 - len(each), np.inf)
    _pairs_of_groups(question, sets, columns, rows)
    for goal in question.goals if terms.goals is None else terms.goals:
        entries = {columns[each]: goal.of(change) for each, change in terms.change.items()}
        nothing = goal.of(terms.nothing)
        rows.add(goal.name, entries, -np.inf, goal.most - nothing)
    for limit in question.limits:
        rows.add(limit.name, limit.amount, -np.inf, limit.most)
    without = question.futures(terms.nothing.sum(axis=1))
    return _Drawn(question, columns, count, tail, cost, low, high, rows, loss, without)


def _pairs_of_groups(
    question: Question, sets: list[Chosen], columns: Mapping[Chosen, int], rows: _Rows
) -> None:
    """Tie pairs of two groups together: of each at most one is chosen, and so at most one pair.

    The product of ``1 - sum x_a >= 0`` and ``1 - sum x_b >= 0``, and of ``x_b >= 0`` and the first
    (reformulation and linearisation, Sherali and Adams 1990): without it the relaxation takes a
    third of each size and sees no overlap.
    """

    def group(row: int) -> str:
        each = question.treatments[row]
        return each.group or f"alone {each.key}"

    pairs: dict[tuple[str, str], list[Chosen]] = {}
    for each in sets:
        if len(each) == 2:
            one, other = sorted(group(row) for row in each)
            if one != other:
                pairs.setdefault((one, other), []).append(each)
    for members in pairs.values():
        if len(members) < 2:
            continue
        joint = {columns[each]: 1.0 for each in members}
        singles = {row for each in members for row in each}
        rows.add("", {**joint, **dict.fromkeys(singles, -1.0)}, -1.0, np.inf)
        for row in singles:
            its = {columns[each]: 1.0 for each in members if row in each}
            if len(its) > 1:
                rows.add("", {**its, row: -1.0}, -np.inf, 0.0)


def _pruned(question: Question, terms: Terms) -> tuple[Terms, Chosen]:
    """Terms that can decide something, and treatments that bring nothing in any of them.

    A term of several treatments below a share of the whole loss is left out; a treatment is idle
    when neither by itself nor in a set it lowers a loss that counts, and no limit asks for it.
    """
    least = TRIFLE * float(terms.nothing[0].sum())
    goals = question.goals if terms.goals is None else terms.goals
    kept: dict[Chosen, Floats] = {}
    useful = {
        row for limit in question.limits for row, amount in limit.amount.items() if amount < 0
    }
    for each, change in terms.change.items():
        counted = change.sum(axis=1)
        asked = [goal.of(change) for goal in goals]
        if len(each) == 1 or np.abs(counted).max() > least or any(abs(a) > least for a in asked):
            kept[each] = change
        if counted.min() < -least or any(a < 0 for a in asked):
            useful |= each
    needed = {key for row in useful for key in question.treatments[row].needs}
    idle = frozenset(
        row
        for row, each in enumerate(question.treatments)
        if row not in useful and each.key not in needed
    )
    return Terms(terms.nothing, kept, terms.goals), idle


def _by_lead(question: Question, sets: Iterable[Chosen]) -> dict[float, list[Chosen]]:
    """Sets by the day from which all of each work."""
    found: dict[float, list[Chosen]] = {}
    for each in sets:
        found.setdefault(question.lead(each), []).append(each)
    return found


def _structure(question: Question, rows: _Rows) -> None:
    """Rows of groups, needs and exclusions."""
    place = {each.key: row for row, each in enumerate(question.treatments)}
    groups: dict[str, list[int]] = {}
    for row, each in enumerate(question.treatments):
        if each.group:
            groups.setdefault(each.group, []).append(row)
        for other in each.needs:
            if other in place:
                rows.add("", {row: 1.0, place[other]: -1.0}, -np.inf, 0.0)
            else:
                rows.add("", {row: 1.0}, -np.inf, 0.0)
        for other in each.excludes:
            if other in place:
                rows.add("", {row: 1.0, place[other]: 1.0}, -np.inf, 1.0)
    for members in groups.values():
        if len(members) > 1:
            rows.add("", dict.fromkeys(members, 1.0), -np.inf, 1.0)
