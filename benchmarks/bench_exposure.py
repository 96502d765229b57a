"""Exposure: losses a second from one build and warm starts, against building each afresh.

``python benchmarks/bench_exposure.py [--size S|M|L ...] [--json]``; without a size S, M, L and the
example. Each size runs in a process of its own, so that its memory is its own.

*Generated*: three tiers in one piece, so that no part can be left out: two fifths raw, two fifths
parts, one fifth products; each part has two inputs and each product three, each from one to three
sources; one node in five shares a site; seed 1944. All single losses and all pairs of S, samples of
M and L. A loss is two programmes: what it costs in 30 days, and how long it can be borne.

*The example*: the exercise coalition as XAG sees it; every party, owner, site and country, and all
of their pairs.

The peers solve the same two programmes built anew for each loss of a sample: our own door to the
solver (``redball.solvers.solve``), and ``scipy.optimize.linprog`` (HiGHS) with sparse matrices
and time as a variable, written here. All must agree.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from scipy import optimize, sparse

from benchmarks.measure import measured
from redball.app import Inputs, View, import_, init_store, look
from redball.app.example import write_example
from redball.forecasting import consumption
from redball.identity import recognise_items, recognise_parties, unit_factors
from redball.risk.exposure import (
    ExposureNetwork,
    Loss,
    Solver,
    exposure,
    exposure_case,
    loss,
    pairs,
    single_losses,
)

SIZES = {"S": 100, "M": 1_000, "L": 10_000}
SINGLES = {"S": 100, "M": 1_000, "L": 150}
PAIRS = {"S": 5_000, "M": 1_000, "L": 100}
SAMPLE = {"S": 40, "M": 15, "L": 4, "example": 10}
SEED = 1944
DAYS = 30.0

R = TypeVar("R")


def timed(work: Callable[[], R]) -> tuple[R, float]:
    """Result and CPU seconds: all of it runs in one thread, and others may share the machine."""
    start = time.process_time()
    result = work()
    return result, time.process_time() - start


def generated(nodes: int) -> ExposureNetwork:
    """A network in one piece whose second sources do not always cover the volume."""
    rng = np.random.default_rng(SEED)
    raw, parts = 2 * nodes // 5, 4 * nodes // 5
    need_node: list[int] = []
    link_need: list[int] = []
    link_source: list[int] = []
    for node in range(raw, nodes):
        low, high = (0, raw) if node < parts else (raw, parts)
        for _ in range(2 if node < parts else 3):
            sources = np.unique(rng.integers(low, high, int(rng.integers(1, 4))))
            link_need += [len(need_node)] * len(sources)
            link_source += sources.tolist()
            need_node.append(node)
    product = np.arange(nodes) >= parts
    sites = max(nodes // 50, 1)
    return ExposureNetwork(
        names=tuple(f"N{i}" for i in range(nodes)),
        stock=rng.uniform(0, 60, nodes),
        capacity_per_day=np.where(product, np.inf, rng.uniform(4, 30, nodes)),
        demand_per_day=np.where(product, rng.uniform(0.5, 5, nodes), 0.0),
        margin=rng.uniform(1, 100, nodes),
        need_node=np.array(need_node),
        link_need=np.array(link_need),
        link_source=np.array(link_source),
        link_quantity=rng.choice([0.5, 1.0, 2.0], len(link_need)),
        site=np.where(rng.random(nodes) < 0.2, rng.integers(0, sites, nodes), -1),
        site_names=tuple(f"S{i}" for i in range(sites)),
        site_capacity_per_day=rng.uniform(100, 300, sites),
    )


def by_scipy(network: ExposureNetwork, lost: Loss) -> tuple[float, float]:
    """Impact and days to survive, built from nothing; time is a column."""
    n, links = network.nodes, len(network.link_need)
    share, days = np.zeros(network.elements), np.zeros(network.elements)
    share[lost.elements], days[lost.elements] = lost.share, lost.recovery_days
    stock = network.stock.copy()
    stock[lost.stock_node] = np.maximum(stock[lost.stock_node] - lost.stock_lost, 0.0)
    capacity = np.concatenate([network.capacity_per_day, network.site_capacity_per_day])
    limited = np.flatnonzero(np.isfinite(capacity) | (share == 1.0))
    needs, t = len(network.need_node), 2 * n + links
    node, link = np.arange(n), np.arange(links)
    # two limits of one node may be rows of the same columns
    members = [[e] if e < n else np.flatnonzero(network.site == e - n).tolist() for e in limited]
    rows = [network.link_need, np.arange(needs), needs + node, needs + node,
            needs + network.link_source, needs + node]  # fmt: skip
    columns = [n + link, network.need_node, node, n + links + node, n + link, np.full(n, t)]
    values = [-1 / network.link_quantity, np.ones(needs), -np.ones(n), -np.ones(n),
              np.ones(links), network.demand_per_day]  # fmt: skip
    for k, each in enumerate(members):
        rows.append(np.full(len(each), needs + n + k))
        columns.append(np.array(each, np.int64))
        values.append(np.ones(len(each)))
    finite = np.where(np.isfinite(capacity), capacity, 0.0)[limited]
    shape = (needs + n + len(limited), t + 1)
    right = np.concatenate([np.zeros(needs), stock])

    def solved(cost: Any, rate: Any, limit: Any, bounds: list[Any]) -> float:
        row = np.concatenate([*rows, needs + n + np.arange(len(limited))])
        column = np.concatenate([*columns, np.full(len(limited), t)])
        matrix = sparse.csr_array((np.concatenate([*values, rate]), (row, column)), shape)
        answer = optimize.linprog(cost, matrix, np.concatenate([right, limit]), bounds=bounds)
        return float(answer.fun)

    window, zero = lost.window_days, np.zeros(len(limited))
    cost = np.zeros(t + 1)
    cost[n + links : t] = network.margin
    free = [(0.0, None)] * (n + links)
    asked = [(0.0, d * window) for d in network.demand_per_day]
    left = finite * (window - share[limited] * days[limited])
    impact = solved(cost, zero, left, [*free, *asked, (window, window)])
    cost = np.zeros(t + 1)
    cost[t] = -1.0
    rate = -finite * (1 - share[limited])
    return impact, -solved(cost, rate, zero, [*free, *[(0.0, 0.0)] * n, (0.0, 999.0)])


def afresh(network: ExposureNetwork, losses: Sequence[Loss]) -> list[tuple[float, float]]:
    """Our own programmes, but built anew for each loss."""
    found = []
    for one in losses:
        answer = Solver(network).answer(one)
        found.append((answer.impact, min(answer.survive_days, 999.0)))
    return found


def compared(network: ExposureNetwork, losses: Sequence[Loss], sample: int) -> dict[str, Any]:
    """Seconds for each loss of the peers on a sample, and whether all agree."""
    rng = np.random.default_rng(SEED)
    chosen = [losses[i] for i in rng.choice(len(losses), min(sample, len(losses)), replace=False)]
    ours = [(a.impact, min(a.survive_days, 999.0)) for a in map(Solver(network).answer, chosen)]
    anew, anew_s = timed(lambda: afresh(network, chosen))
    scipys, scipy_s = timed(lambda: [by_scipy(network, one) for one in chosen])
    return {
        "sample": len(chosen),
        "anew_each_ms": 1e3 * anew_s / len(chosen),
        "scipy_each_ms": 1e3 * scipy_s / len(chosen),
        "agree": bool(
            np.allclose(ours, anew, rtol=1e-7, atol=1e-7)
            and np.allclose(ours, scipys, rtol=1e-5, atol=1e-4)
        ),
    }


def run(
    network: ExposureNetwork, singles: list[Loss], both: list[Loss], size: str
) -> dict[str, Any]:
    """All figures of one network."""
    with measured() as memory:
        solver, building = timed(lambda: Solver(network))
        # the undisturbed programmes of every part, from which all losses begin
        none = loss(network, [], window_days=DAYS)
        _, first = timed(lambda: exposure(network, [none], solver=solver))
        before = solver.solves
        _, singles_s = timed(lambda: exposure(network, singles, solver=solver))
        solved, reused = solver.solves - before, solver.reused
        before = solver.solves
        _, pairs_s = timed(lambda: exposure(network, both, solver=solver))
    row = {
        "size": size,
        "nodes": network.nodes,
        "links": len(network.link_need),
        "parts": len(solver.blocks.all),
        "singles": len(singles),
        "pairs": len(both),
        "build_s": building + first,
        "single_each_ms": 1e3 * singles_s / len(singles),
        "pair_each_ms": 1e3 * pairs_s / len(both),
        "solves_per_s": solved / singles_s,
        "pair_solves_per_s": (solver.solves - before) / pairs_s,
        "reused": solver.reused,
        "reused_by_singles": reused,
        "grown_mb": memory.grown_mb,
        **compared(network, singles, SAMPLE[size]),
    }
    row["ratio_anew"] = row["anew_each_ms"] / row["single_each_ms"]
    row["ratio_scipy"] = row["scipy_each_ms"] / row["single_each_ms"]
    return row


def example_row() -> dict[str, Any]:
    """The exercise coalition, all singles and all pairs."""
    with tempfile.TemporaryDirectory() as folder:
        store = str(Path(folder) / "coalition.sqlite")
        init_store(store)
        for package in write_example(Path(folder) / "packages"):
            import_(package, store=store)
        twin = look(Inputs(View(store, "XAG"))).twin
    items, parties = recognise_items(twin), recognise_parties(twin)
    case = exposure_case(
        twin, consumption(twin), items=items, parties=parties, units=unit_factors(twin, items)
    )
    singles = list(case.losses)
    return run(case.network, singles, pairs(singles), "example")


def generated_row(size: str) -> dict[str, Any]:
    """A generated network; samples of losses where all would take too long."""
    network = generated(SIZES[size])
    rng = np.random.default_rng(SEED)
    every = single_losses(network, recovery_days=DAYS)
    at = np.sort(rng.choice(len(every), min(SINGLES[size], len(every)), replace=False))
    singles = [every[i] for i in at]
    both = list(islice(pairs(singles[:150]), PAIRS[size]))
    return run(network, singles, both, size)


def growth(rows: list[dict[str, Any]]) -> list[str]:
    """Exponent of the time of a single loss over nodes; 1 is linear."""
    cells = ["-"]
    for before, after in pairwise(rows):
        if after["size"] == "example":
            cells.append("-")
        else:
            ratio = after["single_each_ms"] / before["single_each_ms"]
            cells.append(f"{math.log(ratio) / math.log(after['nodes'] / before['nodes']):.2f}")
    return cells


def show(rows: list[dict[str, Any]]) -> None:
    print("\nExposure: two programmes a loss (ms a loss; peers on a sample)\n")
    names = ["size", "nodes", "links", "parts that share nothing", "build s", "single ms", "growth",
             "pair ms", "solves/s", "built anew ms", "ratio", "SciPy ms", "ratio", "agree",
             "MB grown"]  # fmt: skip
    print("| " + " | ".join(names) + " |\n" + "|" + " ---: |" * len(names))
    for row, grown in zip(rows, growth(rows), strict=True):
        cells = [
            row["size"], f"{row['nodes']:,}", f"{row['links']:,}", f"{row['parts']:,}",
            f"{row['build_s']:.2f}", f"{row['single_each_ms']:.2f}", grown,
            f"{row['pair_each_ms']:.2f}", f"{row['solves_per_s']:,.0f}",
            f"{row['anew_each_ms']:.1f}", f"{row['ratio_anew']:.0f}",
            f"{row['scipy_each_ms']:.1f}", f"{row['ratio_scipy']:.0f}",
            "yes" if row["agree"] else "NO", f"{row['grown_mb']:.0f}",
        ]  # fmt: skip
        print("| " + " | ".join(cells) + " |")


def measure(size: str) -> dict[str, Any]:
    """All figures of one size, or of the example."""
    return example_row() if size == "example" else generated_row(size)


def apart(size: str) -> dict[str, Any]:
    """Measure one size in a process of its own."""
    call = [sys.executable, "-m", "benchmarks.bench_exposure", "--size", size, "--json"]
    answer = subprocess.run(call, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise RuntimeError(answer.stderr)
    rows: list[dict[str, Any]] = json.loads(answer.stdout)
    return rows[0]


def main() -> None:
    parser = argparse.ArgumentParser(description="Benchmark exposure.")
    sizes = [*SIZES, "example"]
    parser.add_argument("--size", nargs="+", choices=sizes, default=sizes)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    alone = len(chosen.size) == 1
    rows = [measure(size) if alone else apart(size) for size in chosen.size]
    if chosen.json:
        print(json.dumps(rows, indent=1))
    else:
        show(rows)


if __name__ == "__main__":
    main()
