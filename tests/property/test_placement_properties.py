"""Invariants of guaranteed-service placement on random networks."""

import itertools
from dataclasses import dataclass
from random import Random

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redball.stock.placement import Chain, chain_from_frames, place, price_schedule
from redball.stock.placement import branch as branch_module
from redball.stock.placement.branch import branch_and_bound
from redball.stock.placement.kernels import send_down, send_in, send_out, send_up
from redball.stock.placement.lattice import build_lattice
from redball.stock.placement.search import is_forest


@dataclass(frozen=True)
class Net:
    """Frames of a random chain with whole times."""

    stages: pl.DataFrame
    arcs: pl.DataFrame
    aggregation: str

    def chain(self) -> Chain:
        return chain_from_frames(self.stages, self.arcs, aggregation=self.aggregation, z=1.0)


@st.composite
def nets(draw: st.DrawFn, most: int = 6, *, tree: bool = False) -> Net:
    n = draw(st.integers(2, most))
    pairs = list(itertools.combinations(range(n), 2))
    if tree:
        arcs = [(j, i) if draw(st.booleans()) else (i, j)
                for j in range(1, n) for i in [draw(st.integers(0, j - 1))]]  # fmt: skip
    else:
        arcs = [pair for pair in pairs if draw(st.booleans())]
    suppliers = {u for u, _ in arcs}
    asked = [i not in suppliers or draw(st.integers(0, 5)) == 0 for i in range(n)]
    whole = st.integers(0, 5).map(float)
    stages = pl.DataFrame(
        {
            "stage": [f"s{i}" for i in range(n)],
            "stage_time_days": [draw(whole) for _ in range(n)],
            "added_cost": [float(draw(st.integers(0, 20))) for _ in range(n)],
            "inbound_time_days": [float(draw(st.sampled_from([0, 0, 0, 2]))) for _ in range(n)],
            "demand_mean": [10.0 if a else None for a in asked],
            "demand_sd": [float(draw(st.integers(0, 9))) if a else None for a in asked],
            "max_service_time_days": [
                float(draw(st.integers(0, 4))) if a or draw(st.integers(0, 4)) == 0 else None
                for a in asked
            ],
        },
        schema_overrides={
            "demand_mean": pl.Float64,
            "demand_sd": pl.Float64,
            "max_service_time_days": pl.Float64,
        },
    )
    frame = pl.DataFrame(
        {"supplier": [f"s{u}" for u, _ in arcs], "customer": [f"s{w}" for _, w in arcs]},
        schema={"supplier": pl.String, "customer": pl.String},
    )
    return Net(stages, frame, draw(st.sampled_from(["path", "set", "quantity"])))


def brute_force(chain: Chain) -> float:
    """Least cost over all schedules of whole days."""
    into: dict[int, list[int]] = {j: [] for j in range(chain.stages)}
    for u, w in zip(chain.supplier.tolist(), chain.customer.tolist(), strict=True):
        into[w].append(u)
    out, best, order = [0.0] * chain.stages, float("inf"), chain.order.tolist()

    def choose(k: int, cost: float) -> None:
        nonlocal best
        if cost >= best:
            return
        if k == chain.stages:
            best = cost
            return
        j = order[k]
        ready = max([chain.inbound_time_days[j], *(out[i] for i in into[j])])
        ready += chain.stage_time_days[j]
        for s in range(int(min(ready, chain.limit_days[j])), -1, -1):
            out[j] = float(s)
            choose(k + 1, cost + chain.weight[j] * (ready - s) ** 0.5)

    choose(0, 0.0)
    return best


@given(nets())
@settings(max_examples=150)
def test_the_optimum_is_that_of_brute_force(net: Net) -> None:
    chain = net.chain()
    found = place(chain)
    best = brute_force(chain)
    assert found.cost == pytest.approx(best, rel=1e-9, abs=1e-9)
    assert found.bound <= best * (1 + 1e-12) + 1e-12
    assert found.status == "optimal"


@given(nets(7), st.integers(0, 3))
@settings(max_examples=120)
def test_branching_from_a_poor_start_finds_the_same_optimum(net: Net, seed: int) -> None:
    """One pass at the root and no search: the tree has to do the work."""
    chain = net.chain()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(branch_module, "ROOT_PASSES", 1)
        patch.setattr(branch_module, "FIRST_ROUNDS", 0)
        patch.setattr(branch_module, "LATER_ROUNDS", 0)
        done = branch_and_bound(
            build_lattice(chain), gap=1e-9, left=lambda: True, tell=lambda _: None, seed=seed
        )
    best = brute_force(chain)
    assert done.cost == pytest.approx(best, rel=1e-8, abs=1e-9)
    assert best * (1 - 3e-9) - 1e-9 <= done.bound <= best * (1 + 1e-9) + 1e-9


@given(nets(8), st.integers(0, 12))
@settings(max_examples=80)
def test_a_bound_never_passes_the_optimum_wherever_it_is_stopped(net: Net, looks: int) -> None:
    chain = net.chain()
    count = itertools.count()
    done = branch_and_bound(
        build_lattice(chain), gap=0.0, left=lambda: next(count) < looks, tell=lambda _: None
    )
    best = place(chain).cost
    assert done.bound <= best * (1 + 1e-9) + 1e-9
    assert done.cost >= best * (1 - 1e-9) - 1e-9


@given(nets(9, tree=True))
@settings(max_examples=100)
def test_on_trees_all_methods_agree(net: Net) -> None:
    chain = net.chain()
    assert is_forest(chain)
    tree, branch = place(chain, method="tree"), place(chain, method="branch")
    assert tree.cost == pytest.approx(branch.cost, rel=1e-9, abs=1e-9)
    assert tree.gap == 0.0


@given(nets(8))
@settings(max_examples=80)
def test_a_schedule_keeps_all_constraints_and_prices_to_its_cost(net: Net) -> None:
    chain = net.chain()
    found = place(chain)
    frame = found.frame
    out, ready = frame["outbound_days"].to_numpy(), frame["inbound_days"].to_numpy()
    assert (out >= 0).all()
    assert (out <= chain.limit_days).all()
    assert (frame["net_days"].to_numpy() >= 0).all()
    assert (out[chain.supplier] <= ready[chain.customer]).all()
    np.testing.assert_allclose(frame["net_days"], ready + chain.stage_time_days - out, atol=1e-12)
    schedule = dict(zip(frame["stage"].to_list(), out.tolist(), strict=True))
    again = price_schedule(chain, schedule)
    assert again.cost == pytest.approx(found.cost, rel=1e-12, abs=1e-12)
    assert frame["cost"].sum() == pytest.approx(found.cost, rel=1e-12)


@given(nets(7), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_order_and_names_of_stages_change_nothing(net: Net, random: Random) -> None:
    places = list(range(net.stages.height))
    random.shuffle(places)
    moved = Net(net.stages[places], net.arcs.reverse(), net.aggregation)
    renamed = Net(
        moved.stages.with_columns(stage=pl.col("stage").str.reverse()),
        moved.arcs.with_columns(pl.all().str.reverse().name.keep()),
        net.aggregation,
    )
    cost = place(net.chain()).cost
    assert place(moved.chain()).cost == pytest.approx(cost, rel=1e-9, abs=1e-9)
    assert place(renamed.chain()).cost == pytest.approx(cost, rel=1e-9, abs=1e-9)


@given(nets(7), st.sampled_from([0.001, 1 / 3, 0.25, 1 / 7, 3.0, 24.0]))
@settings(max_examples=60)
def test_other_units_of_time_scale_cost_by_their_root(net: Net, scale: float) -> None:
    times = ["stage_time_days", "inbound_time_days", "max_service_time_days"]
    scaled = Net(net.stages.with_columns(pl.col(times) * scale), net.arcs, net.aggregation)
    cost = place(net.chain()).cost
    assert place(scaled.chain()).cost == pytest.approx(cost * scale**0.5, rel=1e-8, abs=1e-9)


@given(nets(7), st.integers(0, 6))
@settings(max_examples=60)
def test_longer_stage_times_never_cost_less_and_longer_promises_never_more(
    net: Net, which: int
) -> None:
    at = which % net.stages.height
    one = pl.int_range(pl.len()) == at
    longer = net.stages.with_columns(stage_time_days=pl.col("stage_time_days") + one * 1.5)
    later = net.stages.with_columns(max_service_time_days=pl.col("max_service_time_days") + 0.7)
    cost = place(net.chain()).cost
    slack = 1e-9 * max(cost, 1.0)
    assert place(Net(longer, net.arcs, net.aggregation).chain()).cost >= cost - slack
    assert place(Net(later, net.arcs, net.aggregation).chain()).cost <= cost + slack


times = st.lists(st.integers(0, 300), min_size=1, max_size=90, unique=True).map(
    lambda some: np.array(sorted(some), dtype=np.float64)
)


@given(times, times, st.integers(0, 60), st.floats(0, 10), st.integers(0, 2**31))
@settings(max_examples=150)
def test_messages_are_the_minima_of_the_full_matrix(
    inbound: np.ndarray[tuple[int], np.dtype[np.float64]],
    outbound: np.ndarray[tuple[int], np.dtype[np.float64]],
    time: int,
    factor: float,
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.random(len(inbound)) * 40, rng.random(len(outbound)) * 40
    net = inbound[:, None] - outbound[None, :] + time
    stage = np.where(net >= 0, factor * np.sqrt(np.maximum(net, 0)), np.inf)
    arc = np.where(outbound[None, :] <= inbound[:, None], 0.0, np.inf)
    to_out, to_in = np.empty(len(outbound)), np.empty(len(inbound))
    send_out(inbound, outbound, a, factor, float(time), to_out)
    np.testing.assert_allclose(to_out, (stage + a[:, None]).min(axis=0), rtol=1e-13)
    send_in(inbound, outbound, b, factor, float(time), to_in)
    np.testing.assert_allclose(to_in, (stage + b).min(axis=1), rtol=1e-13)
    send_up(outbound, inbound, b, to_in)
    assert np.array_equal(to_in, (arc + b).min(axis=1))
    send_down(outbound, inbound, a, to_out)
    assert np.array_equal(to_out, (arc + a[:, None]).min(axis=0))
