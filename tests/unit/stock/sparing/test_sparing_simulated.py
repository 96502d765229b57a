"""Evaluations against small event simulations that share no formula with them.

Every order waits for the unit that its place in the line gives it: with ``s`` spares the n-th
order gets the (n - s)-th unit that comes back. Expected backorders are waiting time per day
(Little's law). Intervals are at 99.9 % from the means of 30 stretches of time; seeds are fixed.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest

from redball.stock.sparing import (
    Structure,
    evaluate,
    evaluate_exact,
    repair_queue,
    sparing_problem,
)

Floats = npt.NDArray[np.float64]
DAYS = 2_000_000.0
STRETCHES = 30
T_VALUE = 3.659
"""Student's t, 29 degrees of freedom, two-sided 99.9 %."""


@dataclass
class Interval:
    middle: float
    half: float

    def holds(self, value: float) -> bool:
        return abs(value - self.middle) <= self.half


def failures(rng: np.random.Generator, rate: float, days: float) -> Floats:
    """Times of a Poisson stream."""
    return np.sort(rng.uniform(0, days, rng.poisson(rate * days)))


def served(asked: Floats, back: Floats, spares: int) -> Floats:
    """When each order, in the order of ``asked``, gets its unit."""
    units = np.sort(back)
    when = np.concatenate([np.full(spares, -np.inf), units])[: len(asked)]
    return np.asarray(np.maximum(asked, when))


def backlog(asked: Floats, got: Floats, days: float) -> Interval:
    """Orders waiting on average, the first fifth left out as warming up."""
    edges = np.linspace(days / 5, days, STRETCHES + 1)
    waiting = np.array(
        [
            (np.clip(got, a, b) - np.clip(asked, a, b)).sum() / (b - a)
            for a, b in pairwise(edges.tolist())
        ]
    )
    return Interval(float(waiting.mean()), T_VALUE * float(waiting.std(ddof=1)) / STRETCHES**0.5)


def test_two_echelons_with_repair_at_both() -> None:
    rng = np.random.default_rng(20040)
    days, rates, share, spares = DAYS, (0.08, 0.15), 0.4, (1, 2)
    problem = sparing_problem(
        supplier=[-1, 0, 0],
        demand=[[0.0, *rates]],
        repaired=[[1.0, share, share]],
        repair_days=[[25.0, 6.0, 6.0]],
        ship_days=[[0.0, 9.0, 9.0]],
    )
    asked = [failures(rng, rate, days) for rate in rates]
    here = [rng.random(len(times)) < share for times in asked]
    sent = np.concatenate([t[~h] for t, h in zip(asked, here, strict=True)])
    origin = np.concatenate([np.full((~h).sum(), j) for j, h in enumerate(here)])
    order = np.argsort(sent)
    sent, origin = sent[order], origin[order]
    # exponential, log-normal, constant: only the mean may matter (Palm)
    depot = served(sent, sent + rng.exponential(25.0, len(sent)), 3)
    stock = [[3, *spares]]
    exact, near = evaluate_exact(problem, stock), evaluate(problem, stock)
    metric = evaluate(problem, stock, model="metric")
    assert backlog(sent, depot, days).holds(float(exact.ebo[0, 0]))
    for j in range(2):
        repaired = asked[j][here[j]] + rng.lognormal(np.log(6.0) - 0.5, 1.0, here[j].sum())
        shipped = depot[origin == j] + 9.0
        got = served(asked[j], np.concatenate([repaired, shipped]), spares[j])
        found = backlog(asked[j], got, days)
        assert found.half < 0.05 * found.middle
        assert found.holds(float(exact.ebo[0, j + 1]))
        assert near.ebo[0, j + 1] == pytest.approx(exact.ebo[0, j + 1], rel=0.02)
        assert metric.ebo[0, j + 1] < near.ebo[0, j + 1]


def test_three_echelons_in_a_line_and_a_branch() -> None:
    """Depot 0 supplies 1, which supplies base 2 and has failures of its own."""
    rng = np.random.default_rng(71)
    days = DAYS
    problem = sparing_problem(
        supplier=[-1, 0, 1],
        demand=[[0.0, 0.06, 0.1]],
        repaired=[[1.0, 0.0, 0.0]],
        repair_days=[[30.0, 0.0, 0.0]],
        ship_days=[[0.0, 7.0, 4.0]],
    )
    stock = [[3, 1, 1]]
    own, below = failures(rng, 0.06, days), failures(rng, 0.1, days)
    all_ = np.concatenate([own, below])
    order = np.argsort(all_)
    asked, is_below = all_[order], np.concatenate([np.zeros(len(own)), np.ones(len(below))])[order]
    depot = served(asked, asked + 30.0, 3)
    middle = served(asked, depot + 7.0, 1)
    base = served(below, middle[is_below == 1] + 4.0, 1)
    exact, near = evaluate_exact(problem, stock), evaluate(problem, stock)
    for site, (times, got) in enumerate(((asked, depot), (asked, middle), (below, base))):
        assert backlog(times, got, days).holds(float(exact.ebo[0, site]))
        assert near.ebo[0, site] == pytest.approx(exact.ebo[0, site], rel=0.03)


def test_two_indentures_at_one_site() -> None:
    """Every repair of the assembly waits for one of two parts, then takes four days."""
    rng = np.random.default_rng(1986)
    days, rate, spares = DAYS, 0.3, (2, 1, 1)
    problem = sparing_problem(
        supplier=[-1],
        demand=[[rate], [0.0], [0.0]],
        repair_days=[[4.0], [9.0], [14.0]],
        structure=Structure(
            np.array([0, 0], np.int32), np.array([1, 2], np.int32), np.array([0.6, 0.4])
        ),
    )
    asked = failures(rng, rate, days)
    first = rng.random(len(asked)) < 0.6
    ready = np.empty(len(asked))
    found = evaluate(problem, [[s] for s in spares])
    for part, (where, mean) in enumerate(((first, 9.0), (~first, 14.0)), start=1):
        times = asked[where]
        ready[where] = served(times, times + rng.exponential(mean, len(times)), spares[part])
        assert backlog(times, ready[where], days).holds(float(found.ebo[part, 0]))
    back = ready + 4.0
    assert backlog(asked, back, days).holds(float(found.mean[0, 0]))
    lru = backlog(asked, served(asked, back, spares[0]), days)
    assert abs(float(found.ebo[0, 0]) - lru.middle) <= lru.half + 0.01 * lru.middle


def test_a_part_common_to_two_assemblies_is_shared_out_not_counted_twice() -> None:
    rng = np.random.default_rng(7)
    days = DAYS
    problem = sparing_problem(
        supplier=[-1],
        demand=[[0.2], [0.1], [0.05]],
        repair_days=[[3.0], [5.0], [12.0]],
        structure=Structure(
            np.array([0, 1], np.int32), np.array([2, 2], np.int32), np.array([0.5, 1.0])
        ),
    )
    found = evaluate(problem, [[0], [0], [2]])
    assert found.rate[2, 0] == pytest.approx(0.05 + 0.1 + 0.1)
    streams = [failures(rng, rate, days) for rate in (0.1, 0.1, 0.05)]
    times = np.concatenate(streams)
    who = np.repeat([0, 1, 2], [len(s) for s in streams])
    order = np.argsort(times)
    times, who = times[order], who[order]
    got = served(times, times + rng.exponential(12.0, len(times)), 2)
    waits = [backlog(times[who == k], got[who == k], days) for k in range(2)]
    assert waits[0].holds(float(found.mean[0, 0]) - 0.2 * 3.0)
    assert waits[1].holds(float(found.mean[1, 0]) - 0.1 * 5.0)


def test_orders_in_batches() -> None:
    """(R, Q): the m-th demand gets unit m; units beyond R + Q come with the order due to them."""
    rng = np.random.default_rng(13)
    days, rate, point, size, lead = DAYS, 0.4, 3, 5, 10.0
    problem = sparing_problem(
        supplier=[-1], demand=[[rate]], repaired=0.0, ship_days=lead, batch=float(size)
    )
    found = evaluate(problem, point + 1)
    asked = failures(rng, rate, days)
    unit = np.arange(1, len(asked) + 1)
    order = -(-(unit - point - size) // size)
    ordered = asked[np.clip(order * size, 1, len(asked)) - 1]
    got = np.where(order > 0, np.maximum(asked, ordered + lead), asked)
    assert backlog(asked, got, days).holds(float(found.ebo[0, 0]))
    met = (got <= asked).mean()
    assert found.fill_rate[0, 0] == pytest.approx(met, abs=0.003)


def test_condemned_and_bought_anew() -> None:
    """A fifth is condemned and comes back after the lead time, the rest from repair."""
    rng = np.random.default_rng(9)
    days = DAYS
    problem = sparing_problem(
        supplier=[-1], demand=[[0.1]], repaired=0.8, repair_days=10.0, ship_days=60.0
    )
    found = evaluate(problem, 2)
    assert found.mean[0, 0] == pytest.approx(0.1 * (0.8 * 10 + 0.2 * 60))
    asked = failures(rng, 0.1, days)
    takes = np.where(rng.random(len(asked)) < 0.8, rng.exponential(10.0, len(asked)), 60.0)
    assert backlog(asked, served(asked, asked + takes, 2), days).holds(float(found.ebo[0, 0]))


def test_a_shop_with_few_places() -> None:
    """M/M/c by the places' own clock: each job goes to the place that is free first."""
    rng = np.random.default_rng(8)
    days, places = 100_000.0, 2
    asked = failures(rng, 0.5, days)
    takes = rng.exponential(3.2, len(asked))
    free = [0.0] * places
    back = np.empty(len(asked))
    for k, (time, work) in enumerate(zip(asked.tolist(), takes.tolist(), strict=True)):
        place = min(range(places), key=free.__getitem__)
        free[place] = back[k] = max(time, free[place]) + work
    for stock in (0, 2, 6):
        found = backlog(asked, served(asked, back, stock), days)
        assert found.holds(float(repair_queue(0.5, 3.2, places, stock).ebo))
