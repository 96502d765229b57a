"""Repair with few places: the queue by its balance equations, and what it does to a network."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from redball.model.errors import BadData, BadUse
from redball.stock.backorders import probability
from redball.stock.sparing import (
    Structure,
    check_repair_capacity,
    evaluate,
    evaluate_exact,
    queue_backorders,
    repair_queue,
    sparing_problem,
)


def queue_law(load: float, servers: int, top: int = 4000) -> npt.NDArray[np.float64]:
    """P(N = n) from the balance of flows."""
    steps = load / np.minimum(np.arange(1, top), servers)
    law = np.concatenate([[1.0], np.cumprod(steps)])
    return np.asarray(law / law.sum())


@pytest.mark.parametrize(
    ("load", "servers"), [(0.3, 1), (0.95, 1), (3.2, 4), (3.2, 40), (55.0, 60)]
)
@pytest.mark.parametrize("stock", [-3, 0, 1, 3, 4, 5, 30])
def test_the_queue_follows_its_balance(load: float, servers: int, stock: int) -> None:
    law = queue_law(load, servers)
    n = np.arange(len(law))
    over = np.maximum(n - stock, 0)
    ebo = (over * law).sum()
    found = queue_backorders(load, float(servers), float(stock))
    assert found[0] == pytest.approx(ebo, rel=1e-10)
    assert found[1] == pytest.approx((over**2 * law).sum() - ebo**2, rel=1e-9)
    assert found[2] == pytest.approx(law[n < stock].sum(), rel=1e-9, abs=1e-15)


def test_very_many_places_are_ample() -> None:
    found = repair_queue(0.5, 6.0, 200, [0, 2, 5])
    assert found.ebo == pytest.approx(found.ebo_if_ample, rel=1e-10)
    assert found.mean_in_repair == pytest.approx([3.0] * 3)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((-1.0, 1.0, 1, 0), BadData, "rate_per_day"),
        ((np.nan, 1.0, 1, 0), BadData, "rate_per_day"),
        ((0.1, np.inf, 1, 0), BadData, "repair_days"),
        ((0.1, 1.0, 0, 0), BadData, "servers"),
        ((0.1, 1.0, 1.5, 0), BadData, "servers"),
        ((0.1, 1.0, 1, -1), BadData, "stock"),
        ((0.1, 1.0, 1, 0.5), BadData, "stock"),
        ((1.0, 4.0, 4, 0), BadData, "utilisation is 1.*Add repair places"),
        ((2.0, 4.0, 4, 0), BadData, "queue grows without end"),
        (([0.1, 0.1], 1.0, [1, 1, 1], 0), BadUse, "shapes"),
        (("fast", 1.0, 1, 0), BadUse, "not numbers"),
    ],
)
def test_the_queue_refuses(arguments: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        repair_queue(*arguments)


def test_nothing_to_repair_is_no_queue() -> None:
    found = repair_queue(0.0, 5.0, 1, [0, 1])
    assert found.ebo.tolist() == [0.0, 0.0]
    assert found.fill_rate.tolist() == [0.0, 1.0]


def network(rate: float) -> Any:
    """Depot and two bases, an assembly with one part; all repair of the part is at the depot."""
    return sparing_problem(
        supplier=[-1, 0, 0],
        demand=[[0.0, rate, rate], [0.0, 0.0, 0.0]],
        repaired=[[1.0, 0.5, 0.5], [1.0, 0.0, 0.0]],
        repair_days=[[8.0, 4.0, 4.0], [12.0, 0.0, 0.0]],
        ship_days=[[0.0, 5.0, 5.0]],
        structure=Structure(np.array([0], np.int32), np.array([1], np.int32), np.array([0.8])),
        systems=[[0.0, 10.0, 10.0]],
        item_names=("ENGINE", "PUMP"),
        site_names=("DEPOT", "NORTH", "SOUTH"),
    )


def test_unlimited_places_change_nothing() -> None:
    problem = network(0.1)
    evaluation = evaluate(problem, 1)
    found = check_repair_capacity(problem, np.inf, evaluation)
    assert found.limits == ()
    assert (found.utilisation == 0).all()
    np.testing.assert_array_equal(found.corrected.ebo, evaluation.ebo)
    np.testing.assert_array_equal(found.corrected.availability, evaluation.availability)
    assert any("M/M/c" in text for text in found.corrected.assumptions)
    assert not any("ample" in text for text in found.corrected.assumptions)


def test_a_queue_at_the_depot_is_felt_at_the_bases_and_in_the_assembly() -> None:
    problem = network(0.2)
    evaluation = evaluate(problem, 1)
    servers = np.full((2, 3), np.inf)
    servers[1, 0] = 5.0
    found = check_repair_capacity(problem, servers, evaluation)
    load = float(evaluation.rate[1, 0]) * 12.0
    assert found.utilisation[1, 0] == pytest.approx(load / 5)
    (limit,) = found.limits
    assert (limit.item, limit.site, limit.servers) == (1, 0, 5.0)
    assert "item PUMP, site DEPOT: repair is 77% busy with 5 places" in limit.statement
    assert limit.ebo_if_ample == evaluation.ebo[1, 0]
    assert limit.ebo == found.corrected.ebo[1, 0] > limit.ebo_if_ample
    assert limit.ebo == pytest.approx(queue_backorders(load, 5.0, 1.0)[0], rel=1e-12)
    assert (found.corrected.ebo >= evaluation.ebo * (1 - 1e-12)).all()
    assert (found.corrected.ebo[:, 1:] > evaluation.ebo[:, 1:]).all()
    assert (found.corrected.availability[0, 1:] < evaluation.availability[0, 1:]).all()


def test_the_rest_of_the_pipeline_is_added_to_the_queue_exactly() -> None:
    """A base that repairs half in two places and waits for a ship for the other half."""
    problem = sparing_problem(
        supplier=[-1], demand=[[0.8]], repaired=0.5, repair_days=4.0, ship_days=6.0
    )
    evaluation = evaluate(problem, 3)
    (limit,) = check_repair_capacity(problem, 2.0, evaluation, above=0.5).limits
    law = np.convolve(queue_law(1.6, 2, 500), [probability(2.4, 0.0, float(k)) for k in range(60)])
    wanted = (np.maximum(np.arange(len(law)) - 3, 0) * law).sum()
    assert limit.ebo == pytest.approx(wanted, rel=1e-10)


def test_more_work_than_places_is_said_and_never_a_finite_figure() -> None:
    problem = network(0.3)
    servers = np.full((2, 3), np.inf)
    servers[1, 0] = 5.0
    found = check_repair_capacity(problem, servers, evaluate(problem, 1))
    (limit,) = found.limits
    assert limit.utilisation > 1
    assert limit.ebo == np.inf
    assert "queue grows without end" in limit.statement
    assert "takes 6 places or more" in limit.statement
    # everything that waits for the pump: the pump at the depot, engines there and at the bases
    assert np.isinf(found.corrected.ebo[:, :]).all()
    assert (found.corrected.fill_rate == 0).all()
    assert (found.corrected.availability[0, 1:] == 0).all()


def test_a_queue_without_end_stays_where_it_is_felt() -> None:
    problem = network(0.3)
    servers = np.full((2, 3), np.inf)
    servers[0, 1] = 1.0
    found = check_repair_capacity(problem, servers, evaluate(problem, 1), above=0.5)
    endless = np.zeros((2, 3), dtype=bool)
    tight = check_repair_capacity(network(0.6), servers, evaluate(network(0.6), 1))
    assert not np.isinf(found.corrected.ebo).any()
    endless[0, 1] = True
    np.testing.assert_array_equal(np.isinf(tight.corrected.ebo), endless)
    assert tight.corrected.availability[0, 1] == 0
    assert tight.corrected.availability[0, 2] > 0


def test_the_busiest_comes_first() -> None:
    problem = network(0.3)
    servers = np.array([[1.0, 1.0, 1.0], [6.0, np.inf, np.inf]])
    found = check_repair_capacity(problem, servers, evaluate(problem, 1), above=0.0)
    busy = [limit.utilisation for limit in found.limits]
    assert len(busy) == 4
    assert busy == sorted(busy, reverse=True)


@pytest.mark.parametrize("value", [0.0, -1.0, 1.5, np.nan])
def test_places_that_are_none(value: float) -> None:
    problem = network(0.1)
    with pytest.raises(BadData, match="item ENGINE, site DEPOT: There are"):
        check_repair_capacity(problem, value, evaluate(problem, 1))


def test_what_the_check_refuses_besides() -> None:
    problem = network(0.1)
    evaluation = evaluate(problem, 1)
    with pytest.raises(BadUse, match="above"):
        check_repair_capacity(problem, 1.0, evaluation, above=1.0)
    with pytest.raises(BadUse, match=r"Give shape \(2, 3\)"):
        check_repair_capacity(problem, np.ones((3, 3)), evaluation)
    single = sparing_problem(supplier=[-1], demand=[[0.1]], repair_days=2.0)
    with pytest.raises(BadUse, match="METRIC or VARI-METRIC"):
        check_repair_capacity(single, 1.0, evaluate_exact(single, 1))
