"""Small random problems, and every stock of them evaluated one by one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import numpy.typing as npt
import pytest

from redball.stock.sparing import Applications, SparingProblem, Structure, evaluate, flows

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Every:
    """Each stock of a small problem: cost, geometric mean availability, and the stock."""

    cost: Floats
    value: Floats
    stock: Floats
    availability: Floats

    def best(self, budget: float) -> float:
        """Best value within a budget."""
        return float(self.value[self.cost <= budget * (1 + 1e-12)].max())


def small_problem(
    seed: int = 1, *, items: int = 2, supplier: tuple[int, ...] = (-1, 0, 0),
    edges: tuple[tuple[int, int], ...] = (), redundant: bool = False,
) -> SparingProblem:  # fmt: skip
    """Random demand below one or more tops; children have demand from repairs of parents only."""
    rng = np.random.default_rng(seed)
    sites = len(supplier)
    clients = [s for s in range(sites) if s not in supplier]
    demand = np.zeros((items, sites))
    demand[:, clients] = rng.uniform(0.02, 0.12, (items, len(clients)))
    parts = sorted({child for _, child in edges})
    demand[parts] = 0.0
    top = np.array(supplier) < 0
    repaired = np.where(top, 1.0, rng.uniform(0.2, 0.7, (items, sites)))
    lru = np.array([i for i in range(items) if i not in parts], np.int32)
    number = np.where(rng.random(len(lru)) < 0.5, 2.0, 1.0) if redundant else np.ones(len(lru))
    one = np.ones(len(lru))
    systems = np.zeros((1, sites))
    systems[0, clients] = rng.integers(4, 9, len(clients))
    return SparingProblem(
        np.array(supplier, np.int32), demand, repaired, np.where(top, 15.0, 5.0)[None],
        np.full((1, sites), 6.0), np.ones((1, 1)), np.ones((1, 1)),
        np.round(rng.uniform(5, 30, items)), rng.uniform(1, 9, items), rng.uniform(0.1, 2, items),
        Structure(
            np.array([p for p, _ in edges], np.int32), np.array([c for _, c in edges], np.int32),
            np.full(len(edges), 0.4),
        ),
        Applications(lru, np.zeros(len(lru), np.int32), number, one, one),
        systems, np.zeros((items, sites)), np.full((items, sites), np.inf),
        tuple(f"NSN-{i}" for i in range(items)), tuple(f"base {s}" for s in range(sites)),
        ("tank",),
    )  # fmt: skip


def every_stock(problem: SparingProblem, most: int) -> Every:
    """Evaluate all stocks up to ``most`` at each item and site, with the evaluation of sparing.

    Items that don't hang together by indenture are gone through one by one, since availability is
    the product of what each leaves.
    """
    shape = (problem.items, problem.sites)
    known = flows(problem)
    least = np.array(np.broadcast_to(problem.least, shape), dtype=np.float64)
    free = np.broadcast_to(problem.most, shape) > least
    apart = not len(problem.structure.parent)
    base = np.log(evaluate(problem, least, given=known).availability)
    groups = [[i] for i in range(problem.items)] if apart else [list(range(problem.items))]
    stocks, logs = least[None], base[None]
    for group in groups:
        cells = [(i, s) for i in group for s in range(problem.sites) if free[i, s]]
        rows, gains = [], []
        for units in product(range(most + 1), repeat=len(cells)):
            stock = least.copy()
            for (i, s), count in zip(cells, units, strict=True):
                stock[i, s] = max(stock[i, s], count)
            rows.append(stock - least)
            gains.append(np.log(evaluate(problem, stock, given=known).availability) - base)
        stocks = (stocks[:, None] + np.stack(rows)[None]).reshape(-1, *shape)
        logs = (logs[:, None] + np.stack(gains)[None]).reshape(-1, *base.shape)
    weight = problem.systems / problem.systems.sum()
    value = np.exp(np.nansum(np.where(weight > 0, weight * logs, 0.0), axis=(1, 2)))
    return Every(stocks.sum(axis=2) @ problem.unit_cost, value, stocks, np.exp(logs))


@pytest.fixture(scope="session")
def problem() -> Callable[..., SparingProblem]:
    """Maker of small random problems."""
    return small_problem


@pytest.fixture(scope="session")
def every() -> Callable[[SparingProblem, int], Every]:
    """Evaluation of all stocks."""
    return every_stock


@pytest.fixture
def bounded() -> Callable[[SparingProblem, float], SparingProblem]:
    """Return a problem with the same upper bound everywhere."""

    def bound(given: SparingProblem, most: float) -> SparingProblem:
        return replace(given, most=np.full((given.items, given.sites), most))

    return bound
