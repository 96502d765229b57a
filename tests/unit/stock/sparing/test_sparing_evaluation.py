"""The evaluation by hand: arrivals, shares, batches, overdispersion, warnings, progress."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from redball.model.errors import BadUse
from redball.stock.backorders import backorders, expected_backorders
from redball.stock.sparing import (
    SparingProblem,
    Structure,
    evaluate,
    evaluate_exact,
    flows,
    mixed,
    sparing_problem,
)


def pair(**more: Any) -> SparingProblem:
    """A depot and a base, one item."""
    given: dict[str, Any] = {
        "supplier": [-1, 0],
        "demand": [[0.02, 0.1]],
        "repaired": [[1.0, 0.3]],
        "repair_days": [[30.0, 5.0]],
        "ship_days": [[0.0, 8.0]],
    }
    return sparing_problem(**(given | more))


def test_arrivals_add_own_demand_lower_echelons_and_parents() -> None:
    structure = Structure(
        np.array([0, 0], np.int32),
        np.array([1, 2], np.int32),
        np.array([[0.5, 0.4, 0.3], [0.1, 0.2, 0.6]]),
    )
    problem = sparing_problem(
        supplier=[-1, 0, 1],
        demand=[[0.0, 0.2, 1.0], [0.0, 0.0, 0.1], [0.3, 0.0, 0.0]],
        repaired=[[1.0, 0.5, 0.6], [1.0, 0.0, 0.25], [1.0, 1.0, 0.0]],
        repair_days=4.0,
        ship_days=[[0.0, 3.0, 2.0]],
        structure=structure,
    )
    engine = [0.3, 0.2 + 0.4, 1.0]
    base = 0.1 + 1.0 * 0.6 * 0.3
    hub = base * 0.75 + engine[1] * 0.5 * 0.4
    pump = [hub + engine[0] * 0.5, hub, base]
    far = 1.0 * 0.6 * 0.6
    near = far + engine[1] * 0.5 * 0.2
    seal = [0.3 + engine[0] * 0.1, near, far]
    found = flows(problem)
    np.testing.assert_allclose(found.rate, [engine, pump, seal], rtol=1e-14)
    np.testing.assert_allclose(found.upward[0], [0.0, 0.3 / 0.3, 0.4 / 0.6], rtol=1e-14)
    np.testing.assert_allclose(found.upward[1, 1], hub / pump[0], rtol=1e-14)
    np.testing.assert_allclose(found.part[0, 2], 0.18 / base, rtol=1e-14)
    np.testing.assert_allclose(found.local[0, 1], 0.6 * (0.5 * 4 + 0.5 * 3), rtol=1e-14)


def test_two_echelons_by_hand() -> None:
    found = evaluate(pair(), [[2, 1]])
    depot = expected_backorders(0.09 * 30, 0.09 * 30, 2.0)
    share = 0.07 / 0.09
    mean = 0.1 * (0.3 * 5 + 0.7 * 8) + share * depot[0]
    spread = mean + share * share * (depot[1] - depot[0])
    assert found.mean[0, 1] == pytest.approx(mean, rel=1e-13)
    assert found.variance[0, 1] == pytest.approx(spread, rel=1e-13)
    assert found.ebo[0, 1] == pytest.approx(expected_backorders(mean, spread, 1.0)[0], rel=1e-12)
    metric = evaluate(pair(), [[2, 1]], model="metric")
    assert metric.variance[0, 1] == pytest.approx(mean, rel=1e-13)


def test_a_consumable_is_an_item_that_is_repaired_nowhere() -> None:
    problem = pair(repaired=0.0, ship_days=[[45.0, 8.0]])
    found = evaluate(problem, [[5, 1]])
    assert found.mean[0, 0] == pytest.approx(0.12 * 45)
    assert found.mean[0, 1] == pytest.approx(0.1 * 8 + 0.1 / 0.12 * found.ebo[0, 0])


def test_overdispersed_demand_widens_the_pipelines_and_costs_backorders() -> None:
    poisson, wide = evaluate(pair(), [[2, 1]]), evaluate(pair(variance_to_mean=2.0), [[2, 1]])
    assert wide.variance[0, 0] == pytest.approx(2 * poisson.variance[0, 0])
    assert wide.mean[0, 0] == poisson.mean[0, 0]
    assert (wide.ebo > poisson.ebo).all()
    assert "variance to mean is as given" in wide.assumptions[0]
    narrow = evaluate(pair(variance_to_mean=0.5), [[2, 1]])
    assert narrow.ebo[0, 0] == poisson.ebo[0, 0]


@pytest.mark.parametrize("size", [1, 2, 8, 9, 40])
@pytest.mark.parametrize(
    ("mean", "ratio", "start"), [(0.4, 1.0, 0), (6.0, 1.7, 3), (90.0, 2.0, 80)]
)
def test_batches_average_over_the_positions(
    size: int, mean: float, ratio: float, start: int
) -> None:
    parts = backorders(mean, mean * ratio, np.arange(start, start + size))
    ebo, vbo, below = mixed(mean, mean * ratio, float(start), float(size))
    assert ebo == pytest.approx(parts.ebo.mean(), rel=1e-12)
    second = (parts.vbo + parts.ebo**2).mean()
    assert vbo == pytest.approx(second - parts.ebo.mean() ** 2, rel=1e-9)
    assert below == pytest.approx(parts.fill_rate.mean(), rel=1e-11)


def test_batches_below_a_supplier_are_pointed_out() -> None:
    top = pair(batch=[[5.0, 1.0]])
    assert not evaluate(top, 1).warnings
    assert any("R + 1 to R + Q" in text for text in evaluate(top, 1).assumptions)
    assert "lumpier" in " ".join(evaluate(pair(batch=[[1.0, 5.0]]), 1).warnings)


def test_figures_decided_by_the_tail_of_an_approximation_are_pointed_out() -> None:
    found = evaluate(pair(), [[2, 8]])
    assert 0 < found.ebo[0, 1] < 1e-3
    assert "1 of 2 expected backorders are below 0.001" in found.warnings[0]
    assert not evaluate(pair(), [[2, 1]]).warnings
    # at the depot the law is Poisson and exact: no warning
    assert not evaluate(pair(demand=[[0.1, 0.0]]), [[20, 0]]).warnings


def test_holes_beyond_all_places_are_pointed_out() -> None:
    problem = sparing_problem(supplier=[-1], demand=[[1.0]], repair_days=10.0, systems=[[5.0]])
    found = evaluate(problem, 0)
    assert found.availability[0, 0] == 0.0
    assert "availability 0" in found.warnings[0]


def test_no_demand_means_no_backorders_and_full_availability() -> None:
    problem = sparing_problem(
        supplier=[-1, 0], demand=[[0.0, 0.0]], repair_days=1.0, ship_days=1.0, systems=[[0.0, 3.0]]
    )
    found = evaluate(problem, 0)
    assert found.ebo.tolist() == [[0.0, 0.0]]
    assert np.isnan(found.availability[0, 0])
    assert found.availability[0, 1] == 1.0


def test_known_flows_change_nothing() -> None:
    problem = pair()
    np.testing.assert_array_equal(
        evaluate(problem, [[1, 1]], given=flows(problem)).ebo, evaluate(problem, [[1, 1]]).ebo
    )


def test_progress_runs_to_one_and_may_stop_the_work() -> None:
    demand = np.full((30_000, 40), 0.01)
    problem = sparing_problem(
        supplier=[-1] + [0] * 39, demand=demand, repair_days=5.0, ship_days=3.0
    )
    seen: list[float] = []
    evaluate(problem, 1, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert len(seen) > 2

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate(problem, 1, progress=stop)


def test_an_unknown_model_is_refused() -> None:
    model: Any = "optimistic"
    with pytest.raises(BadUse, match=r"no model 'optimistic'.*vari-metric"):
        evaluate(pair(), 0, model=model)


def test_exact_and_vari_metric_agree_where_both_are_exact() -> None:
    """At the top, and below it when the depot holds nothing or more than it can ever lack."""
    for depot in (0, 60):
        found, near = evaluate_exact(pair(), [[depot, 2]]), evaluate(pair(), [[depot, 2]])
        np.testing.assert_allclose(found.ebo, near.ebo, rtol=1e-9, atol=1e-30)
        np.testing.assert_allclose(found.vbo, near.vbo, rtol=1e-9, atol=1e-30)
        np.testing.assert_allclose(found.fill_rate, near.fill_rate, rtol=1e-9)
        assert found.model == "exact"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"variance_to_mean": 1.5}, "Poisson demand"),
        ({"batch": 2.0}, "one for one"),
        ({"demand": [[0.0, 400.0]]}, "2,000"),
    ],
)
def test_the_exact_law_says_what_it_needs(more: Any, words: str) -> None:
    with pytest.raises(BadUse, match=words):
        evaluate_exact(pair(**more), 0)


def test_the_exact_law_is_for_one_indenture() -> None:
    structure = Structure(np.array([0], np.int32), np.array([1], np.int32), np.array([0.5]))
    problem = sparing_problem(
        supplier=[-1], demand=[[0.1], [0.0]], repair_days=3.0, structure=structure
    )
    with pytest.raises(BadUse, match="one indenture"):
        evaluate_exact(problem, 0)


def test_assumptions_say_only_what_touches_the_problem() -> None:
    plain = " ".join(evaluate(pair(), 0).assumptions)
    assert "Poisson" in plain
    assert "ample" in plain
    assert "order of arrival" in plain
    assert "cannibalisation" not in plain
    assert "child at most" not in plain
    kept = evaluate(pair(systems=[[0.0, 4.0]]), 0)
    assert any("cannibalisation" in text for text in kept.assumptions)
    assert replace(kept).assumptions == kept.assumptions
