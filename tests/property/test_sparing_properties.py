"""What must hold for every network of sites and every structure of items."""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.often import often

from redball.model.errors import RedballError
from redball.stock.sparing import (
    Applications,
    SparingProblem,
    Structure,
    cannibalised_availability,
    check_repair_capacity,
    evaluate,
    evaluate_exact,
    flows,
    linear_availability,
    sparing_problem,
)

Floats = npt.NDArray[np.float64]


@st.composite
def problems(
    draw: st.DrawFn, *, structured: bool = True, poisson: bool = False
) -> tuple[SparingProblem, Floats]:
    """A small network with a stock; sites and items in shuffled order."""
    sites, items = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    place, rank = rng.permutation(sites), rng.permutation(items)
    supplier = np.full(sites, -1)
    for k in range(1, sites):
        supplier[place[k]] = place[rng.integers(0, k)]
    top = supplier == -1
    links = [
        (rank[a], rank[b])
        for a in range(items)
        for b in range(a + 1, items)
        if structured and rng.random() < 0.5
    ]
    parents = [a for a, _ in links]
    isolation = [rng.random() / parents.count(a) for a in parents]
    repaired = np.where(top, 1.0, rng.choice([0.0, 0.4, 1.0], (items, sites)))
    uses = np.arange(items, dtype=np.int32)
    each = rng.integers(1, 4, items).astype(float)
    problem = sparing_problem(
        supplier=supplier.tolist(),
        demand=rng.gamma(0.7, 0.1, (items, sites)) * (rng.random((items, sites)) < 0.8),
        repaired=repaired,
        repair_days=rng.uniform(1, 20, (items, sites)),
        ship_days=rng.uniform(0.5, 15, (items, sites)),
        variance_to_mean=1.0 if poisson else rng.choice([1.0, 1.5], (items, 1)),
        batch=1.0 if poisson else rng.choice([1.0, 1.0, 3.0, 12.0], (items, sites)),
        structure=Structure(
            np.array(parents, np.int32),
            np.array([b for _, b in links], np.int32),
            np.array(isolation, float),
        ),
        systems=np.where(rng.random((1, sites)) < 0.8, rng.integers(1, 12, (1, sites)), 0),
        applications=Applications(
            uses, np.zeros_like(uses), each, rng.integers(1, each + 1).astype(float), np.ones(items)
        ),
    )
    stock = rng.integers(0, 5, (items, sites)).astype(float)
    return problem, stock


@given(problems())
def test_what_arrives_is_repaired_sent_on_or_bought(case: tuple[SparingProblem, Floats]) -> None:
    problem, stock = case
    known, found = flows(problem), evaluate(problem, stock)
    for arrives in (known.upward, *[known.part]):
        assert ((arrives >= 0) & (arrives <= 1 + 1e-12)).all()
    # every backorder of a supplier and of a child is owed to someone, at most once
    supplier = np.asarray(problem.supplier)
    child = np.asarray(problem.structure.child)
    owed = np.zeros_like(found.ebo)
    for site in np.flatnonzero(supplier >= 0):
        owed[:, supplier[site]] += known.upward[:, site]
    np.add.at(owed, child, known.part)
    own = np.divide(problem.demand, known.rate, out=np.zeros_like(owed), where=known.rate > 0)
    np.testing.assert_allclose((owed + own)[known.rate > 0], 1.0, rtol=1e-9)
    # so all that waits is in some pipeline, once
    extra = (found.mean - known.local).sum()
    np.testing.assert_allclose(extra, (found.ebo * owed).sum(), rtol=1e-9, atol=1e-12)


@given(problems(poisson=True), st.integers(0, 15))
def test_one_more_spare_never_lowers_availability(
    case: tuple[SparingProblem, Floats], cell: int
) -> None:
    problem, stock = case
    more = stock.copy()
    more.flat[cell % stock.size] += 1
    for model in ("vari-metric", "metric"):
        before = evaluate(problem, stock, model=model)
        after = evaluate(problem, more, model=model)
        here = np.isfinite(before.availability)
        assert (after.availability[here] >= before.availability[here] - 1e-12).all()


@given(problems(), st.integers(0, 15))
def test_with_batches_and_wider_demand_the_approximation_may_waver_a_little(
    case: tuple[SparingProblem, Floats], cell: int
) -> None:
    """The spare helps its own item and site; elsewhere a fitted tail moves by its own error."""
    problem, stock = case
    more = stock.copy()
    more.flat[cell % stock.size] += 1
    before, after = evaluate(problem, stock), evaluate(problem, more)
    assert after.ebo.flat[cell % stock.size] <= before.ebo.flat[cell % stock.size]
    here = np.isfinite(before.availability)
    assert (after.availability[here] >= before.availability[here] - 0.01).all()


@given(problems(structured=False, poisson=True))
@often(12)
def test_the_exact_law_never_gets_worse_with_stock_above(
    case: tuple[SparingProblem, Floats],
) -> None:
    problem, stock = case
    more = stock.copy()
    more[:, np.asarray(problem.supplier) == -1] += 1
    before, after = evaluate_exact(problem, stock), evaluate_exact(problem, more)
    assert (after.ebo <= before.ebo * (1 + 1e-10) + 1e-300).all()
    # METRIC leaves the spread of backorders out and is never above
    metric = evaluate(problem, stock, model="metric")
    assert (metric.ebo <= before.ebo * (1 + 1e-9) + 1e-300).all()
    # all three share the mean of what is in resupply as long as nothing is held
    nothing = np.zeros_like(stock)
    for other in (evaluate(problem, nothing), evaluate(problem, nothing, model="metric")):
        np.testing.assert_allclose(evaluate_exact(problem, nothing).ebo, other.ebo, rtol=1e-9)


@given(problems(), st.randoms(use_true_random=False))
def test_the_order_of_items_and_sites_means_nothing(
    case: tuple[SparingProblem, Floats], random: Any
) -> None:
    problem, stock = case
    items, sites = list(range(problem.items)), list(range(problem.sites))
    random.shuffle(items)
    random.shuffle(sites)
    new_item, new_site = np.argsort(items), np.argsort(sites)
    supplier = np.asarray(problem.supplier)[sites]
    tables = {
        name: np.broadcast_to(getattr(problem, name), stock.shape)[np.ix_(items, sites)].copy()
        for name in (
            "demand", "repaired", "repair_days", "ship_days", "variance_to_mean", "batch", "least",
            "most",
        )
    }  # fmt: skip
    uses, edges = problem.applications, problem.structure
    changes: dict[str, Any] = tables | {
        "supplier": np.where(supplier < 0, -1, new_site[supplier]).astype(np.int32),
        "structure": Structure(
            new_item[edges.parent].astype(np.int32),
            new_item[edges.child].astype(np.int32),
            edges.isolation,
        ),
        "applications": replace(uses, item=new_item[uses.item].astype(np.int32)),
        "systems": problem.systems[:, sites],
    }
    one = evaluate(problem, stock)
    other = evaluate(replace(problem, **changes), stock[np.ix_(items, sites)])
    np.testing.assert_allclose(other.ebo, one.ebo[np.ix_(items, sites)], rtol=1e-9, atol=1e-300)
    np.testing.assert_allclose(other.availability, one.availability[:, sites], rtol=1e-10)


@given(problems())
def test_availability_lies_between_its_bounds(case: tuple[SparingProblem, Floats]) -> None:
    problem, stock = case
    all_needed = replace(
        problem, applications=replace(problem.applications, needed=problem.applications.per_system)
    )
    found = evaluate(all_needed, stock)
    here = np.isfinite(found.availability)
    linear = linear_availability(all_needed, found.ebo, rate=found.rate)
    assert (linear[here] <= found.availability[here] + 1e-12).all()
    redundant = evaluate(problem, stock)
    assert (redundant.availability[here] >= found.availability[here] - 1e-12).all()
    robbed = cannibalised_availability(problem, redundant)
    assert ((robbed[here] >= 0) & (robbed[here] <= 1 + 1e-12)).all()
    assert np.isnan(robbed[~here]).all()
    kept = cannibalised_availability(all_needed, found)
    assert (robbed[here] >= kept[here] - 1e-12).all()


@given(problems(), st.integers(1, 30))
def test_few_places_never_help(case: tuple[SparingProblem, Floats], places: int) -> None:
    problem, stock = case
    evaluation = evaluate(problem, stock)
    found = check_repair_capacity(problem, float(places), evaluation, above=0.0)
    assert (found.corrected.mean >= evaluation.mean * (1 - 1e-9)).all()
    assert len(found.limits) == np.count_nonzero(found.utilisation > 0)
    endless = {(limit.item, limit.site) for limit in found.limits if limit.utilisation >= 1}
    for item, site in endless:
        assert np.isinf(found.corrected.ebo[item, site])
    if not endless:
        assert np.isfinite(found.corrected.ebo).all()


@given(st.data())
def test_a_bad_figure_is_an_error_and_never_a_number(data: st.DataObject) -> None:
    problem, stock = data.draw(problems())
    names = ("demand", "repaired", "repair_days", "ship_days", "variance_to_mean", "batch")
    name = data.draw(st.sampled_from(names))
    bad = data.draw(st.sampled_from([np.nan, np.inf, -np.inf, -1.0, -1e-9]))
    table = np.array(np.broadcast_to(getattr(problem, name), stock.shape))
    table.flat[data.draw(st.integers(0, table.size - 1))] = bad
    change: dict[str, Any] = {name: table}
    with pytest.raises(RedballError, match=name) as caught:
        evaluate(replace(problem, **change), stock)
    assert caught.value.mend
