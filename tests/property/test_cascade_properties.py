"""Cascades on random networks: against a dense oracle, and what must hold whatever the network."""

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from redball.risk.cascade import (
    CapacityLoss,
    FirmNetwork,
    Market,
    ario,
    dependency_shares,
    economic_systemic_risk,
    firm_network_of_matrix,
    firm_shocks,
    influence_vector,
    resilience_triangle,
    sector_table,
)

Matrix = npt.NDArray[np.float64]


def dense_esri(
    flows: Matrix,
    sector: npt.NDArray[np.int_],
    essential: npt.NDArray[np.int_],
    outlet: Matrix,
    remaining: Matrix,
    *,
    tolerance: float,
    market: bool,
) -> tuple[float, float, float, int]:
    """The index written out in health, with full matrices and plain loops."""
    n = len(sector)
    sales, bought = flows.sum(axis=1) + outlet, flows.sum(axis=0)
    down, up = remaining.copy(), remaining.copy()
    sweep, moved = 0, 1.0
    while moved >= tolerance:
        sweep += 1
        sigma = np.ones(n)
        if market:
            for i in range(n):
                size = sum(sales[m] * down[m] for m in range(n) if sector[m] == sector[i])
                sigma[i] = min(1.0, sales[i] / size) if size > 0 else 1.0
        felt = sigma * (1 - down)
        new_down, new_up = remaining.copy(), remaining.copy()
        for j in range(n):
            for k in range(len(essential)):
                of = [i for i in range(n) if sector[i] == k]
                whole = sum(flows[i, j] for i in of)
                lost = sum(felt[i] * flows[i, j] for i in of if essential[k, sector[j]] == 2)
                if whole > 0:
                    new_down[j] = min(new_down[j], 1 - lost / whole)
            linear = sum(
                felt[i] * flows[i, j] for i in range(n) if essential[sector[i], sector[j]] == 1
            )
            if bought[j] > 0:
                new_down[j] = min(new_down[j], 1 - linear / bought[j])
            if sales[j] > 0:
                whole = flows[j] @ up + outlet[j]
                new_up[j] = min(new_up[j], whole / sales[j])
        moved = max(np.abs(new_down - down).max(), np.abs(new_up - up).max())
        down, up = new_down, new_up
    total = sales.sum()
    return (
        float(sales @ (1 - np.minimum(down, up)) / total),
        float(sales @ (1 - down) / total),
        float(sales @ (1 - up) / total),
        sweep,
    )


@st.composite
def cases(draw: st.DrawFn) -> dict[str, Any]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, sectors = draw(st.integers(2, 14)), draw(st.integers(1, 4))
    flows = rng.lognormal(0, 1, (n, n)) * (rng.random((n, n)) < draw(st.sampled_from([0.15, 0.5])))
    outlet = rng.random(n) * draw(st.sampled_from([0.0, 1.0]))
    flows[0, 1] = 1.0  # somebody sells something
    shocks = [
        {
            int(i): float(rng.choice([0.0, 0.3, 0.9]))
            for i in rng.choice(n, rng.integers(1, 3), replace=False)
        }
        for _ in range(draw(st.integers(1, 19)))
    ]
    return {
        "flows": flows,
        "outlet": outlet,
        "sector": rng.integers(0, sectors, n),
        "essential": rng.integers(0, 3, (sectors, sectors)),
        "shocks": shocks,
        "market": draw(st.booleans()),
        # not a round number, so that no move equals it but for rounding; without outlets a small
        # one takes thousands of rounds
        "tolerance": 1.0137e-5 if outlet.min() > 0.05 else 0.0100171,
    }


def network_of(case: dict[str, Any]) -> FirmNetwork:
    return firm_network_of_matrix(
        case["flows"], sector=case["sector"], essential=case["essential"], outlet=case["outlet"]
    )


@settings(max_examples=40)
@given(cases())
def test_the_kernel_gives_what_the_dense_oracle_gives(case: dict[str, Any]) -> None:
    network = network_of(case)
    found = economic_systemic_risk(
        network,
        firm_shocks(network, case["shocks"]),
        tolerance=case["tolerance"],
        market=Market.SECTOR if case["market"] else Market.NONE,
        workers=1,
    )
    for k, shock in enumerate(case["shocks"]):
        remaining = np.ones(network.firms)
        for firm, share in shock.items():
            remaining[firm] = share
        esri, down, up, sweeps = dense_esri(
            case["flows"],
            case["sector"],
            case["essential"],
            case["outlet"],
            remaining,
            tolerance=case["tolerance"],
            market=case["market"],
        )
        assert abs(found.esri[k] - esri) < 1e-9
        assert abs(found.down[k] - down) < 1e-9
        assert abs(found.up[k] - up) < 1e-9
        assert found.sweeps[k] == sweeps


@settings(max_examples=40)
@given(cases())
def test_a_loss_is_a_share_and_never_less_than_what_was_closed(case: dict[str, Any]) -> None:
    network = network_of(case)
    found = economic_systemic_risk(network, firm_shocks(network, case["shocks"]))
    assert np.all((found.esri >= 0) & (found.esri <= 1))
    assert np.all(found.esri >= found.own_share - 1e-15)
    assert np.all(found.esri >= np.maximum(found.down, found.up) - 1e-15)


@settings(max_examples=40)
@given(cases())
def test_a_case_is_the_same_bytes_whatever_runs_beside_it(case: dict[str, Any]) -> None:
    network = network_of(case)
    market = Market.SECTOR if case["market"] else Market.NONE
    together = economic_systemic_risk(network, firm_shocks(network, case["shocks"]), market=market)
    for k, shock in enumerate(case["shocks"]):
        alone = economic_systemic_risk(network, firm_shocks(network, [shock]), market=market)
        assert alone.esri[0] == together.esri[k]
        assert alone.sweeps[0] == together.sweeps[k]


@settings(max_examples=40)
@given(cases())
def test_closing_more_never_loses_less_at_the_fixed_point(case: dict[str, Any]) -> None:
    network = network_of(case)
    less = case["shocks"][0]
    more = dict.fromkeys(less, 0.0) | {(max(less) + 1) % network.firms: 0.0}
    found = economic_systemic_risk(
        network, firm_shocks(network, [less, more]), tolerance=1e-9, most_sweeps=50_000
    )
    assert found.esri[1] >= found.esri[0] - 1e-6


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_shares_are_those_of_the_inverse_and_origins_add_up(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    flows = rng.random((n, n)) * (rng.random((n, n)) < 0.4)
    outlet = flows.sum(axis=0) + 0.1 + rng.random(n)  # everybody adds value
    network = firm_network_of_matrix(flows, sector=np.zeros(n, int), outlet=outlet)
    found = dependency_shares(network, range(n), tolerance=1e-12)
    inverse = np.linalg.inv(np.eye(n) - flows / (flows.sum(axis=1) + outlet))
    assert found.converged.all()
    np.testing.assert_allclose(found.total, inverse.T, atol=1e-9)
    np.testing.assert_allclose(found.origin.sum(axis=1) + found.remainder, 1.0, atol=1e-9)
    whole = dependency_shares(network, tolerance=1e-12)
    np.testing.assert_allclose(whole.total[0], inverse @ outlet / outlet.sum(), atol=1e-9)


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.sampled_from([0.0, 0.3, 0.9]))
def test_the_influence_vector_solves_its_equation_and_adds_up_to_one(
    seed: int, n: int, share: float
) -> None:
    rng = np.random.default_rng(seed)
    flows = rng.random((n, n))
    network = firm_network_of_matrix(flows, sector=np.zeros(n, int))
    found = influence_vector(network, input_share=share)
    bought = (flows / flows.sum(axis=0)).T  # row i: what i buys
    expected = (1 - share) / n * np.linalg.solve(np.eye(n) - share * bought.T, np.ones(n))
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert abs(expected.sum() - 1) < 1e-9


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(2, 4), st.integers(1, 3))
def test_ario_stands_still_without_a_loss_and_never_makes_what_nobody_asked_for(
    seed: int, sectors: int, regions: int
) -> None:
    rng = np.random.default_rng(seed)
    m = sectors * regions
    flows = rng.random((m, m)) * (rng.random((m, m)) < 0.6)
    final = rng.random(m) + 0.5 + flows.sum(axis=0)
    industries = [(f"R{r}", f"S{s}") for r in range(regions) for s in range(sectors)]
    table = sector_table(flows, final, industries)
    still = ario(table, [], days=40)
    np.testing.assert_allclose(still.production, np.tile(still.base, (40, 1)), rtol=1e-9)
    np.testing.assert_allclose(still.unmet, 0, atol=1e-9 * still.base.max())
    hit = ario(table, [CapacityLoss((industries[0],), 0.8, 3, 10, 5)], days=40)
    assert np.all(hit.production >= 0)
    assert np.all(hit.production <= hit.capacity * (1 + 1e-12))
    assert np.all((hit.unmet >= 0) & (hit.unmet <= table.final_demand / 365 + 1e-12))
    np.testing.assert_array_equal(hit.production[:3], still.production[:3])


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 100)), min_size=2, max_size=9).filter(
        lambda points: len({day for day, _ in points}) > 1
    )
)
def test_the_triangle_is_the_area_of_a_fine_sampling(points: list[tuple[int, int]]) -> None:
    points = sorted(points, key=lambda point: point[0])
    days, quality = [d for d, _ in points], [q for _, q in points]
    found = resilience_triangle(days, quality)
    area = 0.0
    for (a, p), (b, q) in pairwise(points):
        middles = a + (np.arange(1000) + 0.5) * (b - a) / 1000
        value = p + (q - p) * ((middles - a) / (b - a) if b > a else 0)
        area += float(np.mean(100 - value)) * (b - a)
    assert abs(found.loss - area) < 1e-6
    assert 0 <= found.index <= 1
    assert found.robustness == min(quality)
