"""Few rows for the worst futures give what all futures would: every subset says the same."""

from itertools import chain, combinations

import numpy as np
import pytest

from redball.planning.portfolio.choosing import (
    Aim,
    Question,
    Terms,
    choose,
    tail_mean,
    worst_shares,
)
from redball.planning.portfolio.hazards import Hazard, draw_years
from redball.planning.treatments import Treatment
from redball.simulation.network.tables import CHANGE

COUNT = 9


def asked(seed: int, weight: float) -> tuple[Question, Terms]:
    """Nine treatments that lower the loss in some of five hazards, some pairs of them overlap."""
    rng = np.random.default_rng([seed, 3])
    nothing = np.zeros(0, CHANGE)
    hazards = [Hazard(f"h{n}", "", float(rng.uniform(0.2, 2.0)), 30.0, nothing) for n in range(5)]
    treatments = [
        Treatment(f"t{n}", "hold", "", float(rng.integers(5, 30)), float(rng.integers(0, 200)),
                  (), "DEU")
        for n in range(COUNT)
    ]  # fmt: skip
    change = {}
    for n in range(COUNT):
        change[frozenset([n])] = -rng.uniform(0, 30, (6, 1)) * (rng.random((6, 1)) < 0.6)
    for one, other in combinations(range(COUNT), 2):
        if rng.random() < 0.3:
            change[frozenset([one, other])] = rng.uniform(-5, 15, (6, 1))
    lost = np.concatenate([[[100.0]], rng.uniform(150.0, 600.0, (5, 1))])
    years = draw_years(hazards, days=1000.0, futures=60, seed=seed)
    question = Question(treatments, hazards, years, Aim(1000.0, weight, 0.15), 365.0)
    return question, Terms(lost, change)


def value(question: Question, terms: Terms, chosen: frozenset[int]) -> float:
    """Objective of a programme, without what nobody can change."""
    aim, expected = question.aim, 0.0
    futures = question.futures(terms.nothing.sum(axis=1))
    for each, change in terms.change.items():
        if each <= chosen:
            lead = question.lead(each)
            expected += question.expected(change.sum(axis=1), lead)
            futures = futures + question.futures(change.sum(axis=1), lead)
    return (1 - aim.tail_weight) * expected + aim.tail_weight * tail_mean(futures, aim.tail)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_the_choice_is_the_best_of_all_subsets(seed: int, weight: float) -> None:
    question, terms = asked(seed, weight)
    every = chain.from_iterable(combinations(range(COUNT), size) for size in range(COUNT + 1))
    values = {frozenset(each): value(question, terms, frozenset(each)) for each in every}
    for budget in (0.0, 40.0, 90.0):
        best = min(v for each, v in values.items() if question.cost(each) <= budget)
        for start in (None, frozenset([0, 1]), frozenset(range(COUNT))):
            found = choose(question, terms, budget, gap=1e-9, start=start)
            assert question.cost(found.chosen) <= budget
            assert values[found.chosen] == pytest.approx(best, rel=1e-4)
            assert found.objective == pytest.approx(values[found.chosen], rel=1e-6)
            assert found.bound <= found.objective + 1e-6


def test_weights_of_the_worst_are_their_mean() -> None:
    losses = np.array([5.0, 1.0, 9.0, 7.0])
    assert worst_shares(losses, 0.25).tolist() == [0, 0, 1, 0]
    assert worst_shares(losses, 0.375).tolist() == pytest.approx([0, 0, 2 / 3, 1 / 3])
    assert worst_shares(losses, 1.0).tolist() == [0.25] * 4
