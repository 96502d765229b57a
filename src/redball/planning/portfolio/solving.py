"""Choose, run what was chosen, correct what was foreseen, and choose again.

Terms of loss are first known for each treatment by itself and for pairs at one part. What a
portfolio does at a part under a further set is only foreseen; it is run when it is chosen, and its
term put right. The rounds end when what was foreseen is what was found.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations, islice

import numpy as np
import numpy.typing as npt

from redball.model import BadUse
from redball.planning.portfolio.choosing import TRIFLE, Question, Terms, choose, lumped
from redball.planning.portfolio.effects import NOTHING, Chosen, Effects

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Progress = Callable[[float], None]

MOST_ROUNDS = 12
POLISHINGS = 3
"""Passes over a portfolio in which treatments are dropped that bring nothing."""
FILLED = 20
"""Treatments that are tried for money that is left."""
PATIENCE = 3
"""Rounds that bring nothing better before it ends."""
PAIRS = 40
"""Most pairs of treatments tried at one part, those with the largest effects."""
AGREED = 1e-4
"""Foreseen and found agree within this share of the loss without treatment."""
TOTALS = 20_000
"""Portfolios of which the loss is kept at most."""
TOLERANCE = 0.005
"""A goal is reached within this share of it."""


@dataclass(frozen=True, eq=False)
class Portfolio:
    """Treatments for a budget.

    Attributes
    ----------
    budget, cost : float
        Euro over the plan.
    chosen : frozenset of int
    lost : float64 array, shape (1 + H, M)
        Readiness-days in a run, from runs of the parts.
    expected, tail : float
        Over the plan: the expectation, and the mean of the worst futures.
    objective : float
        What was made small.
    foreseen : float
        The same by the last programme.
    gap : float
        Proven for the last programme.
    rounds : int
        Programmes solved.
    """

    budget: float
    cost: float
    chosen: Chosen
    lost: Floats
    expected: float
    tail: float
    objective: float
    foreseen: float
    gap: float
    rounds: int


@dataclass(frozen=True, eq=False)
class _Seen:
    """What sets at a part change, and what that depends on."""

    signs: tuple[object, ...]
    sets: tuple[Chosen, ...]
    found: list[tuple[Ints, Floats]]


@dataclass(eq=False)
class Planner:
    """Knows what was run, and chooses.

    Attributes
    ----------
    effects : Effects
    question : Question
    correction : float64 array, shape (1 + H,), optional
        Factors by which the whole twin differs from its parts in what a treatment changes.
    """

    effects: Effects
    question: Question
    correction: Floats | None = None
    _sets: dict[int, dict[Chosen, None]] = field(default_factory=dict)
    _seen: dict[int, _Seen] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._totals: dict[Chosen, Floats] = {}

    def screen(self, progress: Progress | None = None) -> None:
        """Run every treatment by itself, then pairs at one part that both change something."""
        touching = self.effects.touching
        self.effects.lost(NOTHING)
        singles = [
            (part, frozenset([row]))
            for part, rows in touching.items()
            for row in rows
            if not self.effects.idle(part, row)
        ]
        self.effects.prepare(singles, _part(progress, 0.0, 0.6))
        for part, each in singles:
            self._sets.setdefault(part, {NOTHING: None})[each] = None
        pairs = [(part, pair) for part in list(self._sets) for pair in self._pairs(part)]
        self.effects.prepare(pairs, _part(progress, 0.6, 1.0))
        for part, each in pairs:
            self._sets[part][each] = None
        if progress is not None:
            progress(1.0)

    def value(self, chosen: Iterable[int]) -> Floats:
        """Loss in a run, shape (1 + H, M), with the correction of the whole twin."""
        found = self.effects.lost(chosen)
        if self.correction is None:
            return found
        # no correction makes more ready than everything
        return np.maximum(self._undone + (found - self._undone) * self.correction[:, None], 0.0)

    @cached_property
    def _undone(self) -> Floats:
        return self.effects.lost(NOTHING)

    def total(self, chosen: Iterable[int]) -> Floats:
        """Loss in a run by all measures together, shape (1 + H,); see :meth:`value`."""
        key = frozenset(chosen)
        if key not in self._totals:
            if len(self._totals) >= TOTALS:
                self._totals.clear()
            if self.correction is None:
                self._totals[key] = self.effects.total(key)
            else:
                self._totals[key] = self.value(key).sum(axis=1)
        return self._totals[key]

    def measured(self, chosen: Chosen) -> tuple[float, float, float]:
        """Expectation, tail and objective of a portfolio, with its lead times.

        A treatment that does not work yet leaves the loss as it is without it: the plan is cut
        where one of its treatments begins to work.
        """
        question, aim = self.question, self.question.aim
        expected, futures = 0.0, np.zeros(len(question.years.times))
        leads = {row: question.lead(frozenset([row])) for row in chosen}
        ends = sorted({*leads.values(), 0.0})
        for number, begin in enumerate(ends):
            working = frozenset(row for row, lead in leads.items() if lead <= begin)
            loss = self.total(working)
            expected += question.expected(loss, begin)
            futures = futures + question.futures(loss, begin)
            if number + 1 < len(ends):
                expected -= question.expected(loss, ends[number + 1])
                futures = futures - question.futures(loss, ends[number + 1])
        tail = question.risk(futures)
        return expected, tail, (1 - aim.tail_weight) * expected + aim.tail_weight * tail

    def nothing(self) -> Portfolio:
        """What is lost when nothing is done."""
        found = self.measured(NOTHING)
        return Portfolio(0.0, 0.0, NOTHING, self.value(NOTHING), *found, found[2], 0.0, 0)

    def steady(self, chosen: Chosen) -> float:
        """Objective as if all treatments were at work from the first day."""
        question, aim = self.question, self.question.aim
        loss = self.total(chosen)
        tail = question.risk(question.futures(loss))
        return (1 - aim.tail_weight) * question.expected(loss) + aim.tail_weight * tail

    def solve(
        self,
        budget: float,
        *,
        start: Chosen = NOTHING,
        gap: float = 0.001,
        time_limit_seconds: float = 120.0,
        most_rounds: int = MOST_ROUNDS,
        progress: Progress | None = None,
    ) -> Portfolio:
        """Choose the portfolio that a budget pays.

        Raises
        ------
        BadUse
            The budget is no amount, or no portfolio keeps all limits and goals.
        """
        if not (np.isfinite(budget) and budget >= 0):
            raise BadUse(f"A budget of {budget}.", mend="Give an amount of 0 or more.")
        around, best, last = start, None, None
        seen: set[Chosen] = set()
        scale = self.measured(NOTHING)[2]
        rounds = idle = 0
        while rounds < most_rounds and idle < PATIENCE:
            rounds += 1
            idle += 1
            if progress is not None:
                progress(rounds / most_rounds)
            terms = self.terms(around)
            last = choose(
                self.question, terms, budget, gap=gap, time_limit_seconds=time_limit_seconds,
                start=around,
            )  # fmt: skip
            foreseen = self.foreseen(terms, last.chosen)
            found = self.measured(last.chosen)
            if self._fits(last.chosen, budget) and (best is None or found[2] < best[1][2]):
                idle = 0 if best is None or found[2] < best[1][2] * (1 - AGREED) else idle
                best = (last.chosen, found, foreseen, last)
            if last.chosen in seen or abs(found[2] - foreseen) <= AGREED * scale:
                break
            seen.add(last.chosen)
            self._learn(last.chosen)
            around = last.chosen
        assert last is not None
        assert best is not None
        chosen, found, foreseen, choice = best
        more = self._filled(chosen, budget, terms)
        if more != chosen and (measured := self.measured(more))[2] < found[2]:
            chosen, found = more, measured
        return Portfolio(
            budget, self.question.cost(chosen), chosen, self.value(chosen), *found, foreseen,
            choice.gap, rounds,
        )  # fmt: skip

    def _filled(self, chosen: Chosen, budget: float, terms: Terms) -> Chosen:
        """Add what still brings something for money that is left: by runs, not by terms.

        Sets that were not run together are only foreseen, so that a programme may leave money.
        """
        question = self.question
        alone = {
            row: question.expected(change.sum(axis=1), question.lead(each))
            for each, change in terms.change.items()
            if len(each) == 1
            for row in each - chosen
        }
        tried = 0
        value = self.steady(chosen)
        for row in sorted(alone, key=lambda row: (alone[row], row)):
            if alone[row] >= 0 or tried == FILLED:
                break
            more = chosen | {row}
            if not self._fits(more, budget):
                continue
            tried += 1
            after = self.steady(more)
            if after < value:
                chosen, value = more, after
        return chosen

    def polished(self, portfolio: Portfolio) -> Portfolio:
        """Drop what brings nothing beside the others, the dearest first: by runs, not by terms.

        By what they do once all are at work.
        """
        question, chosen = self.question, portfolio.chosen
        for _ in range(POLISHINGS):
            before = chosen
            for row in sorted(chosen - question.pinned, key=lambda r: (-question.costs[r], r)):
                without = chosen - {row}
                worth = self.steady(without) - self.steady(chosen)
                if worth <= 0 and self._fits(without, portfolio.budget):
                    chosen = without
            if chosen == before:
                break
        expected, tail, objective = self.measured(chosen)
        return replace(
            portfolio, cost=question.cost(chosen), chosen=chosen, lost=self.value(chosen),
            expected=expected, tail=tail, objective=objective,
        )  # fmt: skip

    def frontier(
        self,
        budgets: Sequence[float],
        *,
        gap: float = 0.001,
        time_limit_seconds: float = 120.0,
        most_rounds: int = MOST_ROUNDS,
        progress: Progress | None = None,
    ) -> list[Portfolio]:
        """Portfolios for several budgets, the smallest first; more money is never worse."""
        found: list[Portfolio] = []
        for number, budget in enumerate(sorted(budgets)):
            start = found[-1].chosen if found else NOTHING
            one = self.solve(
                budget, start=start, gap=gap, time_limit_seconds=time_limit_seconds,
                most_rounds=most_rounds,
            )  # fmt: skip
            if found and found[-1].objective < one.objective:
                one = replace(found[-1], budget=budget, gap=one.gap, rounds=one.rounds)
            found.append(one)
            if progress is not None:
                progress((number + 1) / len(budgets))
        return found

    def terms(self, around: Chosen) -> Terms:
        """Terms of loss, the parts beside each one being as they are with a portfolio.

        What is known of a part is kept as long as nothing changes at the fleets that it shares.
        """
        effects = self.effects
        lump, goals = lumped(self.question.goals, effects.measures)
        count = int(lump.max(initial=0)) + 1
        wanted = {part: self._known(part, around) for part in self._sets}
        effects.prepare((part, each) for part, sets in wanted.items() for each in sets)
        change: dict[Chosen, Floats] = {}
        if goals or self.correction is not None:
            total = _summed(
                np.arange(effects.measures, dtype=np.int32), self.value(around), lump, count
            )
        else:
            total = self.total(around)[:, None].copy()
        for part, sets in wanted.items():
            found = {
                each: _summed(measures, values, lump, count)
                for each, (measures, values) in zip(
                    sets, self._differences(part, sets, around), strict=True
                )
            }
            if self.correction is not None:
                found = {k: v * self.correction[:, None] for k, v in found.items()}
            total += found[NOTHING]
            own: dict[Chosen, Floats] = {}
            for each in sets[1:]:
                value = found[each] - found[NOTHING]
                if len(each) > 1:
                    value = value - sum(own[less] for less in _within(each, own))
                own[each] = value
            for each, value in own.items():
                change[each] = change[each] + value if each in change else value
        return Terms(total, change, goals)

    def _known(self, part: int, around: Chosen) -> tuple[Chosen, ...]:
        """Sets of which something is known at a part, the smallest first, and the present one."""
        sets = {*self._sets[part], self.effects.at(part, around)}
        return tuple(sorted(sets, key=lambda each: (len(each), sorted(each))))

    def _differences(
        self, part: int, sets: tuple[Chosen, ...], around: Chosen
    ) -> list[tuple[Ints, Floats]]:
        signs = self.effects.signs(part, around)
        seen = self._seen.get(part)
        if seen is None or seen.signs != signs or seen.sets != sets:
            seen = _Seen(signs, sets, self.effects.differences(part, sets, around))
            self._seen[part] = seen
        return seen.found

    def foreseen(self, terms: Terms, chosen: Chosen) -> float:
        """Objective of a portfolio by terms, as the programme sees it: nothing is run."""
        question, aim = self.question, self.question.aim
        nothing = terms.nothing.sum(axis=1)
        expected, futures = question.expected(nothing), question.futures(nothing)
        of: dict[float, Floats] = {}
        for each, change in terms.change.items():
            if each <= chosen:
                lead = question.lead(each)
                of[lead] = of.get(lead, 0.0) + change.sum(axis=1)
        for lead, total in of.items():
            expected += question.expected(total, lead)
            futures = futures + question.futures(total, lead)
        return (1 - aim.tail_weight) * expected + aim.tail_weight * question.risk(futures)

    def _learn(self, chosen: Chosen) -> None:
        """Keep what was run for a portfolio as terms."""
        parts = {part for row in chosen for part in self.effects.parts_of(row)}
        wanted = []
        for part in sorted(parts):
            here = self.effects.at(part, chosen)
            known = self._sets.setdefault(part, {NOTHING: None})
            if here not in known:
                known[here] = None
                wanted.append((part, here))
        self.effects.prepare(wanted)

    def _fits(self, chosen: Chosen, budget: float) -> bool:
        """Whether a portfolio keeps budget, limits, goals and its structure."""
        if not self.question.allows(chosen, budget):
            return False
        lost = self.value(chosen) if self.question.goals else np.zeros((0, 0))
        return all(
            goal.of(lost) <= goal.most + TOLERANCE * max(abs(goal.most), 1.0)
            for goal in self.question.goals
        )

    def _pairs(self, part: int) -> list[Chosen]:
        """Pairs at a part that both change a loss that counts in one run, the strongest first."""
        effects, question = self.effects, self.question
        rows = sorted(row for each in self._sets[part] for row in each if len(each) == 1)
        if len(rows) < 2:
            return []
        least = TRIFLE * float(self.total(NOTHING)[0])
        found = effects.differences(part, [frozenset([row]) for row in rows], NOTHING)
        strength = {}
        for row, (_, values) in zip(rows, found, strict=True):
            if np.abs(values.sum(axis=1)).max() > least or (question.goals and values.any()):
                strength[row] = float(np.abs(values).sum())
        groups = {row: question.treatments[row].group for row in strength}
        pairs = [
            (one, other)
            for one, other in combinations(strength, 2)
            if not groups[one] or groups[one] != groups[other]
        ]
        pairs.sort(key=lambda pair: (-min(strength[pair[0]], strength[pair[1]]), pair))
        apart = (frozenset(pair) for pair in pairs if not effects.alone(part, *pair))
        return list(islice(apart, PAIRS))


def _summed(measures: Ints, values: Floats, lump: Ints, count: int) -> Floats:
    """Values of some measures, shape (1 + H, k), by lumps, shape (1 + H, count)."""
    found = np.zeros((len(values), count))
    for number in range(count):
        found[:, number] = values[:, lump[measures] == number].sum(axis=1)
    return found


def _within(whole: Chosen, sets: Mapping[Chosen, Floats]) -> list[Chosen]:
    """Those of some sets that are a true part of another one."""
    if len(whole) <= 2:
        return [each for row in sorted(whole) if (each := frozenset([row])) in sets]
    return [each for each in sets if each < whole]


def _part(progress: Progress | None, low: float, high: float) -> Progress | None:
    if progress is None:
        return None

    def report(done: float) -> None:
        progress(low + (high - low) * done)

    return report
