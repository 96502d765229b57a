"""From holes to systems: products, redundancy, cannibalisation and delay, by enumeration."""

from itertools import product
from math import comb
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from redball.model.errors import BadData, BadUse
from redball.stock.backorders import backorders, probability
from redball.stock.sparing import (
    Applications,
    SparingProblem,
    availability,
    cannibalised_availability,
    evaluate,
    linear_availability,
    operational_availability,
    sparing_problem,
    up_share,
)


def fleet(
    rates: list[float],
    places: list[float],
    needed: list[float],
    count: float,
    shares: Any = 1.0,
    **more: Any,
) -> SparingProblem:
    """One site that repairs all in a day, one kind of system."""
    index = np.arange(len(rates), dtype=np.int32)
    return sparing_problem(
        supplier=[-1],
        demand=[[rate] for rate in rates],
        repair_days=1.0,
        systems=[[count]],
        applications=Applications(
            index,
            np.zeros_like(index),
            np.array(places),
            np.array(needed),
            np.broadcast_to(np.asarray(shares, float), len(rates)).copy(),
        ),
        **more,
    )


def test_the_product_over_places() -> None:
    problem = fleet([0.5, 0.2], [1.0, 2.0], [1.0, 2.0], 6.0)
    found = evaluate(problem, 0)
    assert found.availability[0, 0] == pytest.approx((1 - 0.5 / 6) * (1 - 0.2 / 12) ** 2, rel=1e-14)
    assert linear_availability(problem, found.ebo, rate=found.rate)[0, 0] == pytest.approx(
        1 - 0.7 / 6
    )


@pytest.mark.parametrize(("places", "needed"), [(2, 1), (3, 2), (4, 1), (6, 6), (5, 4)])
@pytest.mark.parametrize("hole", [0.0, 1e-9, 0.03, 0.5, 0.999])
def test_redundancy_is_the_binomial_sum(places: int, needed: int, hole: float) -> None:
    systems = 7.0
    wanted = sum(
        comb(places, j) * hole**j * (1 - hole) ** (places - j) for j in range(places - needed + 1)
    )
    found = up_share(hole * systems * places, systems, float(places), float(needed))
    assert found == pytest.approx(wanted, rel=1e-9, abs=1e-12)


def test_holes_that_fill_all_places_leave_nothing() -> None:
    for places, needed in ((1.0, 1.0), (2.0, 1.0), (2.5, 2.5)):
        assert up_share(3.0 * places, 3.0, places, needed) == 0.0
        assert up_share(4.0 * places, 3.0, places, needed) == 0.0


def test_each_redundancy_gives_more() -> None:
    for ebo in (0.1, 2.0, 9.0):
        row = [up_share(ebo, 5.0, 4.0, float(needed)) for needed in (4, 3, 2, 1)]
        assert row == sorted(row)
        assert len(set(row)) == 4


def test_systems_of_two_kinds_share_the_backorders_of_an_item() -> None:
    both = Applications(
        np.array([0, 0], np.int32),
        np.array([0, 1], np.int32),
        np.ones(2),
        np.ones(2),
        np.array([[0.25, 1.0], [0.75, 0.0]]),
    )
    problem = sparing_problem(
        supplier=[-1, -1],
        demand=[[1.0, 1.0]],
        repair_days=1.0,
        systems=[[5.0, 4.0], [8.0, 0.0]],
        applications=both,
    )
    found = evaluate(problem, 0).availability
    assert found[:, 0] == pytest.approx([1 - 0.25 / 5, 1 - 0.75 / 8])
    assert found[0, 1] == pytest.approx(1 - 1 / 4)
    assert np.isnan(found[1, 1])


def test_backorders_owed_to_others_make_no_hole_here() -> None:
    """A depot with systems of its own: three quarters of its demand come from the base."""
    problem = sparing_problem(
        supplier=[-1, 0],
        demand=[[0.1, 0.3]],
        repaired=[[1.0, 0.0]],
        repair_days=10.0,
        ship_days=2.0,
        systems=[[6.0, 9.0]],
    )
    found = evaluate(problem, [[1, 0]])
    own = 0.1 / 0.4 * found.ebo[0, 0]
    assert found.availability[0] == pytest.approx([1 - own / 6, 1 - found.ebo[0, 1] / 9])


def hole_law(rate: float, stock: int, share: float, batch: int, top: int) -> list[float]:
    """P(holes = j), from the definition."""
    law = [0.0] * (top + 1)
    for position in range(stock, stock + batch):
        for x in range(top + position + 1):
            owed = max(x - position, 0)
            weight = probability(rate, 0.0, float(x)) / batch
            for j in range(owed + 1):
                law[j] += weight * comb(owed, j) * share**j * (1 - share) ** (owed - j)
    return law


@pytest.mark.parametrize("share", [1.0, 0.3])
@pytest.mark.parametrize("batch", [1, 3])
def test_full_cannibalisation_by_enumeration(share: float, batch: int) -> None:
    count, rates, stock = 4, [0.9, 1.6, 0.4], [1, 0, 1]
    places, needed = [1, 2, 4], [1, 2, 2]
    problem = fleet(
        rates,
        [float(z) for z in places],
        [float(n) for n in needed],
        float(count),
        shares=share,
        batch=float(batch),
    )
    laws = [hole_law(rate, s, share, batch, 40) for rate, s in zip(rates, stock, strict=True)]
    up = 0.0
    for holes in product(range(20), repeat=3):
        weight = float(np.prod([law[h] for law, h in zip(laws, holes, strict=True)]))
        whole = min(
            max((count * z - h) // n, 0) for z, n, h in zip(places, needed, holes, strict=True)
        )
        up += weight * min(whole, count)
    evaluation = evaluate(problem, [[s] for s in stock])
    found = cannibalised_availability(problem, evaluation)
    assert found[0, 0] == pytest.approx(up / count, abs=1e-7)
    assert found[0, 0] > evaluation.availability[0, 0]


def test_cannibalisation_with_overdispersion_and_no_demand() -> None:
    problem = fleet([2.0, 0.0], [1.0, 1.0], [1.0, 1.0], 3.0, variance_to_mean=2.0)
    evaluation = evaluate(problem, 1)
    rates = backorders(2.0, 4.0, [1, 2, 3]).ready_rate
    found = cannibalised_availability(problem, evaluation)
    assert found[0, 0] == pytest.approx(rates.mean(), rel=1e-12)


def test_cannibalisation_needs_whole_systems() -> None:
    problem = fleet([0.1], [1.0], [1.0], 2.5)
    with pytest.raises(BadData, match=r"2.5 systems.*whole numbers"):
        cannibalised_availability(problem, evaluate(problem, 0))


def test_cannibalisation_of_no_system_is_no_number_and_reports_progress() -> None:
    problem = sparing_problem(
        supplier=[-1, -1], demand=[[0.5, 0.5]], repair_days=1.0, systems=[[0.0, 2.0]]
    )
    seen: list[float] = []
    found = cannibalised_availability(problem, evaluate(problem, 0), progress=seen.append)
    assert np.isnan(found[0, 0])
    assert 0 < found[0, 1] < 1
    assert seen == [1.0]


def test_operational_availability_keeps_its_factors_visible() -> None:
    found = operational_availability([0.9, 1.0, 0.0], 20.0, 2.0)
    assert found.inherent == pytest.approx([20 / 22] * 3)
    assert found.delay_days[:2] == pytest.approx([20 * (1 / 0.9 - 1), 0.0])
    assert found.delay_days[2] == np.inf
    assert found.operational == pytest.approx([20 / (22 + 20 / 9), 20 / 22, 0.0])
    # 1 / A = 1 / supply + 1 / inherent - 1
    assert 1 / found.operational[0] == pytest.approx(1 / 0.9 + 22 / 20 - 1)


@pytest.mark.parametrize(
    ("supply", "between", "repair", "name"),
    [
        (1.1, 1.0, 1.0, "supply"),
        (np.nan, 1.0, 1.0, "supply"),
        (0.5, 0.0, 1.0, "between_days"),
        (0.5, np.inf, 1.0, "between_days"),
        (0.5, 1.0, -1.0, "repair_days"),
    ],
)
def test_operational_availability_refuses(
    supply: float, between: float, repair: float, name: str
) -> None:
    with pytest.raises(BadData, match=name):
        operational_availability(supply, between, repair)


def test_operational_availability_refuses_shapes_that_do_not_fit() -> None:
    with pytest.raises(BadUse, match="don't fit"):
        operational_availability([0.5, 0.5], [1.0, 1.0, 1.0], 1.0)


def test_endless_backorders_leave_no_system() -> None:
    problem = fleet([0.5, 0.5], [1.0, 1.0], [1.0, 1.0], 3.0, shares=[1.0, 0.0])
    ebo: npt.NDArray[np.float64] = np.array([[0.1], [np.inf]])
    assert availability(problem, ebo, rate=np.full((2, 1), 0.5))[0, 0] == pytest.approx(1 - 0.1 / 3)
    ebo = np.array([[np.inf], [0.0]])
    assert availability(problem, ebo, rate=np.full((2, 1), 0.5))[0, 0] == 0.0
