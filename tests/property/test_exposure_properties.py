"""Exposure on random networks: another solver built afresh agrees, and more never hurts."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from redball.risk.exposure import (
    Exposure,
    ExposureNetwork,
    Loss,
    Solver,
    exposure,
    pairs,
    single_losses,
    together,
    worth,
)

RECOVERY_DAYS = 6.0


def network_of(seed: int) -> ExposureNetwork:
    """Up to three tiers, alternatives, shared sites, some limits unknown, some nodes in rings."""
    rng = np.random.default_rng(seed)
    nodes, sites = int(rng.integers(2, 12)), int(rng.integers(0, 3))
    tier = np.sort(rng.integers(0, 3, nodes))
    need_node: list[int] = []
    link_need: list[int] = []
    link_source: list[int] = []
    for node in range(nodes):
        others = np.flatnonzero(tier < tier[node])
        if rng.random() < 0.1:  # may close a ring
            others = np.delete(np.arange(nodes), node)
        for _ in range(int(rng.integers(0, 3)) if len(others) else 0):
            chosen = np.sort(rng.choice(others, min(len(others), int(rng.integers(1, 4))), False))
            link_need += [len(need_node)] * len(chosen)
            link_source += chosen.tolist()
            need_node.append(node)
    capacity = rng.uniform(0, 20, nodes).round(1)
    capacity[rng.random(nodes) < 0.3] = np.inf
    demand = np.where(rng.random(nodes) < 0.5, rng.uniform(0.1, 9, nodes), 0.0)
    demand[-1] = 3.0
    return ExposureNetwork(
        names=tuple(f"N{i}" for i in range(nodes)),
        stock=np.where(rng.random(nodes) < 0.7, rng.uniform(0, 30, nodes), 0.0),
        capacity_per_day=capacity,
        demand_per_day=demand,
        margin=rng.choice([0.0, 0.5, 2.0, 100.0], nodes),
        need_node=np.array(need_node, np.int64),
        link_need=np.array(link_need, np.int64),
        link_source=np.array(link_source, np.int64),
        link_quantity=rng.choice([0.5, 1.0, 2.0, 3.0], len(link_need)),
        site=rng.integers(-1, sites, nodes) if sites else np.full(nodes, -1),
        site_names=tuple(f"S{i}" for i in range(sites)),
        site_capacity_per_day=rng.uniform(5, 40, sites),
    )


def loss_of(network: ExposureNetwork, seed: int) -> Loss:
    """Some elements, in part or whole, for different times; perhaps some stock."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(0, min(4, network.elements) + 1))
    elements = np.sort(rng.choice(network.elements, count, replace=False))
    stock = np.sort(rng.choice(network.nodes, int(rng.integers(0, 2)), replace=False))
    days = rng.uniform(1, 10, count)
    return Loss(
        "some", elements, rng.choice([0.25, 0.5, 1.0], count), days,
        float(days.max(initial=0.0) + rng.choice([0.0, 2.0])),
        stock_node=stock, stock_lost=rng.uniform(0, 20, len(stock)),
    )  # fmt: skip


def afresh(network: ExposureNetwork, loss: Loss) -> tuple[float, float]:
    """Impact and days to survive by SciPy, from the published form with time as a variable."""
    n, links = network.nodes, len(network.link_need)
    share, days = np.zeros(network.elements), np.zeros(network.elements)
    share[loss.elements], days[loss.elements] = loss.share, loss.recovery_days
    stock = network.stock.copy()
    stock[loss.stock_node] = np.maximum(stock[loss.stock_node] - loss.stock_lost, 0.0)
    capacity = np.concatenate([network.capacity_per_day, network.site_capacity_per_day])
    # columns y, u, l, t; rows at most their right side
    rows, right = [], []
    for need, node in enumerate(network.need_node):
        row = np.zeros(2 * n + links + 1)
        row[node] = 1.0
        for k in np.flatnonzero(network.link_need == need):
            row[n + k] = -1.0 / network.link_quantity[k]
        rows.append(row)
        right.append(0.0)
    for node in range(n):
        row = np.zeros(2 * n + links + 1)
        row[node] = row[n + links + node] = -1.0
        row[n + np.flatnonzero(network.link_source == node)] = 1.0
        row[-1] = network.demand_per_day[node]
        rows.append(row)
        right.append(stock[node])
    for element, limit in enumerate(capacity):
        if np.isinf(limit) and share[element] < 1:
            continue
        row = np.zeros(2 * n + links + 1)
        row[np.flatnonzero(network.site == element - n) if element >= n else element] = 1.0
        rows.append(row)
        right.append(np.nan)  # depends on the question

    def solved(*, lasting: bool) -> float:
        a, b = np.array(rows), np.array(right)
        at = len(network.need_node) + n
        for element, limit in enumerate(capacity):
            if np.isinf(limit) and share[element] < 1:
                continue
            part = 1.0 - share[element]
            if lasting:
                a[at, -1], b[at] = -(limit * part if part > 0 else 0.0), 0.0
            else:
                left = loss.window_days - share[element] * days[element]
                b[at] = limit * left if left > 0 else 0.0
                if np.isinf(limit) and left > 0:
                    b[at] = 1e12
            at += 1
        assert at == len(b)
        cost = np.zeros(a.shape[1])
        bounds: list[tuple[float, float | None]] = [(0.0, None)] * (n + links)
        if lasting:
            cost[-1] = -1.0
            bounds += [(0.0, 0.0)] * n + [(0.0, 1e5)]
        else:
            cost[n + links : -1] = network.margin
            window = loss.window_days
            bounds += [(0.0, d * window) for d in network.demand_per_day]
            bounds += [(window, window)]
        answer = optimize.linprog(cost, a, b, bounds=bounds)
        assert answer.status == 0
        return float(answer.fun)

    return solved(lasting=False), -solved(lasting=True)


def measured(network: ExposureNetwork, *losses: Loss) -> Exposure:
    return exposure(network, losses, cap_days=1e5)


@settings(max_examples=100)
@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_scipy_built_afresh_agrees_on_impact_and_days(seed: int, other: int) -> None:
    network = network_of(seed)
    loss = loss_of(network, other)
    row = measured(network, loss).frame.row(0, named=True)
    impact, days = afresh(network, loss)
    assert row["impact"] == pytest.approx(impact, rel=1e-6, abs=1e-5)
    survived = 1e5 if row["survive_days"] is None else row["survive_days"]
    assert survived == pytest.approx(days, rel=1e-5, abs=1e-5)


@settings(max_examples=60)
@given(st.integers(0, 10**9), st.integers(0, 10**9), st.sampled_from(["stock", "capacity", "site"]))
def test_more_stock_or_capacity_never_raises_a_loss(seed: int, other: int, what: str) -> None:
    network = network_of(seed)
    loss = loss_of(network, other)
    rng = np.random.default_rng(other)
    name = {"stock": "stock", "capacity": "capacity_per_day", "site": "site_capacity_per_day"}[what]
    values = getattr(network, name)
    more = replace(network, **{name: values + rng.uniform(0, 5, len(values))})
    assert_no_worse(measured(network, loss), measured(more, loss))


@settings(max_examples=60)
@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_one_more_source_never_raises_a_loss(seed: int, other: int) -> None:
    network = network_of(seed)
    loss = loss_of(network, other)
    if not len(network.need_node):
        return
    rng = np.random.default_rng(other)
    need, source = int(rng.integers(len(network.need_node))), int(rng.integers(network.nodes))
    have = network.link_source[network.link_need == need]
    if source in have:
        return
    at = int(np.searchsorted(network.link_need, need, side="right"))
    more = replace(
        network,
        link_need=np.insert(network.link_need, at, need),
        link_source=np.insert(network.link_source, at, source),
        link_quantity=np.insert(network.link_quantity, at, 1.0),
    )
    assert_no_worse(measured(network, loss), measured(more, loss))


@settings(max_examples=40)
@given(st.integers(0, 10**9))
def test_two_losses_cost_at_least_as_much_as_either(seed: int) -> None:
    network = network_of(seed)
    singles = single_losses(network, recovery_days=RECOVERY_DAYS)[:5]
    first, second = singles[0], singles[-1]
    alone = measured(network, first, second)
    both = measured(network, together(first, second))
    for row in (0, 1):
        one = Exposure(alone.frame[row : row + 1], 0, 0, 0, 0, ())
        assert_no_worse(both, one)


@settings(max_examples=30)
@given(st.integers(0, 10**9))
def test_an_answer_does_not_depend_on_the_losses_around_it(seed: int) -> None:
    network = network_of(seed)
    singles = single_losses(network, recovery_days=RECOVERY_DAYS)[:4]
    losses = [*singles, *pairs(singles)]
    forward = exposure(network, losses).frame
    backward = exposure(network, losses[::-1]).frame.reverse()
    alone = [exposure(network, [loss], solver=Solver(network)).frame for loss in losses]
    columns = [name for name in forward.columns if name != "exposure_index"]
    assert forward.select(columns).equals(backward.select(columns))
    for row, frame in enumerate(alone):
        assert forward[row : row + 1].select(columns).equals(frame.select(columns))


@settings(max_examples=20)
@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_no_gain_exceeds_its_price_and_what_is_not_listed_is_worth_nothing(
    seed: int, other: int
) -> None:
    network = network_of(seed)
    loss = loss_of(network, other)
    frame = worth(network, loss, most=1000).filter(pl.col("kind") != "recovery")
    for row in frame.iter_rows(named=True):
        assert row["gain"] <= row["price"] * (1 + 1e-6) + 1e-6
    before, _ = afresh(network, loss)
    listed = frame.filter(pl.col("kind") == "capacity")["element"].to_list()
    for node in range(network.nodes):
        if node not in listed:
            capacity = network.capacity_per_day.copy()
            capacity[node] += 1.0
            after, _ = afresh(replace(network, capacity_per_day=capacity), loss)
            assert after == pytest.approx(before, rel=1e-6, abs=1e-5)


def assert_no_worse(before: Exposure, after: Exposure) -> None:
    """The second loses no more and lasts no shorter than the first."""
    old, new = before.frame.row(0, named=True), after.frame.row(0, named=True)
    assert new["impact"] <= old["impact"] * (1 + 1e-7) + 1e-6
    lasted = [1e5 if row["survive_days"] is None else row["survive_days"] for row in (old, new)]
    assert lasted[1] >= lasted[0] * (1 - 1e-6) - 1e-6
