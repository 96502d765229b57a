"""Guaranteed-service placement: trees against stockpyl, growth, and the 38 chains of Willems.

``python -m benchmarks.bench_placement [--parts tree growth chains] [--stages 100] [--limit 60]
[--only 1 4 10 15]``; without parts all three.

*tree*: one random tree (seed 1944, whole times 1 to 9), solved by both in this process; both must
reach the same cost. Like is set against like: its solving against our placing, its building and
solving against our reading and placing; and, against us, its solving alone against our whole.

*growth*: random trees of 300, 1,000 and 10,000 stages, ours only: the peer takes minutes for 300.

*chains*: each of the 38 real chains (Willems, MSOM 10 (2008) 19-23), path aggregation, holding rate
0.2, stage times as given; status, gap and seconds. The two CSV files are read where the reference
cases are (``REDBALL_REFERENCE``); they are not part of this software.

Compiling is done before and not counted.
"""

import argparse
import math
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import polars as pl

from redball.stock.placement import Chain, chain_from_frames, place, place_on_tree
from redball.stock.placement.lattice import build_lattice
from redball.stock.placement.search import solve_forest

SEED = 1944
Z = 1.645
LEVELS = 20
PARTS = ("tree", "growth", "chains")
ROOT = Path(__file__).resolve().parents[1]
R = TypeVar("R")


def timed(work: Callable[[], R], repeat: int = 1) -> tuple[R, float]:
    """Result and best time of several runs, in seconds."""
    best = float("inf")
    for _ in range(repeat):
        start = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - start)
    return result, best


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def tree_frames(stages: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A random tree with arcs in both directions, at most 41 stages on a path."""
    rng = np.random.default_rng(SEED)
    times = rng.integers(1, 10, stages).astype(float)
    level = np.zeros(stages, dtype=np.int64)
    supplier, customer = [], []
    for stage in range(1, stages):
        other = int(rng.integers(max(0, stage - 12), stage))
        # levels stay within +-20, so no path has more than 41 stages of 1 to 9 days
        up = bool(rng.random() < 0.4) if abs(level[other]) < LEVELS else level[other] > 0
        level[stage] = level[other] + (-1 if up else 1)
        supplier.append(stage if up else other)
        customer.append(other if up else stage)
    asked = ~np.isin(np.arange(stages), supplier)
    names = [str(stage) for stage in range(stages)]
    frame = pl.DataFrame(
        {
            "stage": names,
            "stage_time_days": times,
            "holding_cost": rng.integers(1, 50, stages).astype(float),
            "demand_mean": np.where(asked, 20.0, np.nan),
            "demand_sd": np.where(asked, rng.integers(1, 10, stages).astype(float), np.nan),
            "max_service_time_days": np.where(asked, 0.0, np.nan),
        }
    ).fill_nan(None)
    arcs = pl.DataFrame(
        {"supplier": [names[u] for u in supplier], "customer": [names[w] for w in customer]}
    )
    return frame, arcs


def read(frames: tuple[pl.DataFrame, pl.DataFrame]) -> Chain:
    return chain_from_frames(*frames, aggregation="path", z=Z)


def peer(frames: tuple[pl.DataFrame, pl.DataFrame]) -> tuple[float, float, float]:
    """Cost, seconds of building and seconds of solving with stockpyl."""
    from stockpyl.gsm_tree import optimize_committed_service_times, preprocess_tree
    from stockpyl.supply_chain_network import SupplyChainNetwork
    from stockpyl.supply_chain_node import SupplyChainNode

    stages, arcs = frames

    def build() -> Any:
        network = SupplyChainNetwork()
        nodes = {}
        for row in stages.iter_rows(named=True):
            asked = row["demand_sd"] is not None
            node = SupplyChainNode(
                int(row["stage"]),
                network,
                processing_time=int(row["stage_time_days"]),
                local_holding_cost=row["holding_cost"],
                demand_bound_constant=Z,
                external_inbound_cst=0,
                external_outbound_cst=0 if asked else None,
            )
            if asked:
                node.demand_source.type = "N"
                node.demand_source.mean = row["demand_mean"]
                node.demand_source.standard_deviation = row["demand_sd"]
            network.add_node(node)
            nodes[row["stage"]] = node
        for row in arcs.iter_rows(named=True):
            network.add_edge(int(row["supplier"]), int(row["customer"]))
        return preprocess_tree(network)

    network, building = timed(build)
    (_, cost), solving = timed(lambda: optimize_committed_service_times(network))
    return float(cost), building, solving


def tree(stages: int) -> dict[str, float]:
    """One tree by both."""
    frames = tree_frames(stages)
    place_on_tree(read(tree_frames(20)))
    mine, whole = timed(lambda: place_on_tree(read(frames)), repeat=5)
    chain = read(frames)
    _, placing = timed(lambda: place_on_tree(chain), repeat=10)
    lattice = build_lattice(chain, grid_up_to=5_000_000)
    _, kernel = timed(lambda: solve_forest(lattice), repeat=20)
    cost, building, solving = peer(frames)
    if not math.isclose(mine.cost, cost, rel_tol=1e-9):
        raise AssertionError(f"costs differ: {mine.cost} and {cost}")
    return {
        "stages": stages,
        "reading_and_placing_s": whole,
        "placing_s": placing,
        "kernel_s": kernel,
        "peer_building_s": building,
        "peer_solving_s": solving,
        "ratio_solving": solving / placing,
        "ratio_with_building": (building + solving) / whole,
        "ratio_peer_without_building": solving / whole,
        "cost": mine.cost,
    }


def growth(stages: int) -> dict[str, float]:
    """One tree, ours only."""
    frames = tree_frames(stages)
    place_on_tree(read(tree_frames(20)))
    chain, reading = timed(lambda: read(frames))
    found, placing = timed(lambda: place_on_tree(chain), repeat=2)
    times = build_lattice(chain, grid_up_to=5_000_000).value
    return {
        "stages": stages,
        "reading_s": reading,
        "placing_s": placing,
        "candidates": len(times),
        "longest_days": float(times.max()),
        "cost": found.cost,
        "peak_mb": peak_mb(),
    }


def willems(number: int) -> Chain:
    """A chain from the two CSV files of the data set."""
    folder = Path(os.environ.get("REDBALL_REFERENCE", ROOT.parent / "shared" / "reference"))
    stages = pl.read_csv(folder / "inventory" / "willems2008_stages.csv", infer_schema_length=None)
    arcs = pl.read_csv(folder / "inventory" / "willems2008_arcs.csv")
    return chain_from_frames(
        stages.filter(chain=number).select(
            stage="Stage Name",
            stage_time_days="stageTime",
            added_cost="stageCost",
            demand_mean="avgDemand",
            demand_sd=pl.col("stdDevDemand").cast(pl.Float64),
            max_service_time_days="maxServiceTime",
            service_level="serviceLevel",
        ),
        arcs.filter(chain=number).select(supplier="source", customer="destination"),
        aggregation="path",
        holding_rate=0.2,
    )


def chains(numbers: list[int], limit: float) -> None:
    """Print one line a chain."""
    place(willems(1))
    print("| chain | stages | arcs | cost a year | gap % | status | parts | seconds |")
    print("|" + " ---: |" * 8)
    for number in numbers:
        chain = willems(number)
        found, seconds = timed(lambda: place(chain, time_limit_seconds=limit))  # noqa: B023  # called at once
        print(
            f"| {number} | {chain.stages:,} | {len(chain.supplier):,} | {found.cost:,.4f} "
            f"| {100 * found.gap:.5f} | {found.status} | {found.nodes:,} | {seconds:.2f} |",
            flush=True,
        )


def main(arguments: list[str] | None = None) -> None:
    """Run the parts asked for and print their figures."""
    parser = argparse.ArgumentParser(description="Benchmark guaranteed-service placement.")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--stages", type=int, default=100, help="of the tree against the peer")
    parser.add_argument("--limit", type=float, default=60.0, help="seconds for each chain")
    parser.add_argument("--only", type=int, nargs="+", default=list(range(1, 39)))
    chosen = parser.parse_args(arguments)
    parts = chosen.parts
    if "tree" in parts:
        print("\nTree against stockpyl\n")
        print(", ".join(f"{name} {value:,.5g}" for name, value in tree(chosen.stages).items()))
    if "growth" in parts:
        print("\nGrowth on trees\n")
        for stages in (300, 1_000, 10_000):
            figures = growth(stages)
            print(", ".join(f"{name} {value:,.5g}" for name, value in figures.items()), flush=True)
    if "chains" in parts:
        print("\nGeneral networks: the chains of Willems (2008)\n")
        chains(chosen.only, chosen.limit)


if __name__ == "__main__":
    main()
