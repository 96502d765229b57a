"""Day step: node-days a second, growth and memory, with stockpyl's simulation in the same run.

``python benchmarks/bench_screen.py [--size S|M|L ...] [--json]``; without a size all three. Each
size runs in a process of its own.

*Network*: a factory, one depot for 20 bases, (s,S) everywhere, Poisson demand of 2 to 8 a day. Lead
times of 1 to 14 days, depot lanes with 2,000 kg a day, rationing first come and in proportion by
turns, and for each of up to ten depots a loss of 15 days and a cut of its lane of 15 days. Factory
stock grows with the network.

*Peer*: stockpyl's simulation of one warehouse and its stores with base stock, Poisson demand and
fixed lead times, without disruptions or capacities; it has no replications side by side, so one run
is timed. Its pace is in node-periods a second. Times are of the processor (the machine is shared).
"""

import argparse
import json
import math
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from redball.simulation.network import (
    Law,
    Network,
    NetworkBuilder,
    PolicyKind,
    Rationing,
    Rows,
    What,
)
from redball.simulation.network.tables import CHANGE
from redball.simulation.screen import run_days

SIZES = {"S": (10, 1_000), "M": (100, 1_000), "L": (1_000, 1_000)}
"""Nodes and replications."""
DAYS = 365
SEED = 1944
STORES = 5
PERIODS = 300


def network(nodes: int) -> tuple[Network, Rows]:
    """A network of three echelons and what happens to it."""
    rng = np.random.default_rng(SEED)
    build = NetworkBuilder()
    build.item("GOODS", mass_kg=1.0)
    build.node("FACTORY")
    factory = build.cell(
        "FACTORY", "GOODS", on_hand=100 * nodes, policy=PolicyKind.REORDER_UP_TO,
        reorder_point=50 * nodes, order_up_to=120 * nodes, rationing=Rationing.PROPORTIONAL,
    )  # fmt: skip
    build.buy(factory, Law(14))
    depots, lanes = [], []
    for number in range(max(nodes // 20, 1)):
        name = f"DEPOT{number}"
        build.node(name)
        depot = build.cell(
            name, "GOODS", on_hand=1_000, policy=PolicyKind.REORDER_UP_TO, reorder_point=700,
            order_up_to=1_200,
            rationing=Rationing.PROPORTIONAL if number % 2 else Rationing.FIRST_COME,
        )  # fmt: skip
        lanes.append(build.lane("FACTORY", name, Law(3), kg_per_day=2_000.0))
        build.move(depot, factory, Law(1), lanes=[lanes[-1]])
        depots.append(depot)
    for number in range(nodes - 1 - len(depots)):
        name, at = f"BASE{number}", number % len(depots)
        build.node(name)
        base = build.cell(name, "GOODS", on_hand=40, policy=PolicyKind.REORDER_UP_TO,
                          reorder_point=20, order_up_to=50)  # fmt: skip
        lane = build.lane(f"DEPOT{at}", name, Law(int(rng.integers(1, 5))))
        build.move(base, depots[at], lanes=[lane])
        build.demand(base, per_day=float(rng.uniform(2, 8)))
    rows: list[tuple[float, int, int, float]] = []
    for number in range(min(10, len(depots))):
        day, lane = 30 + 25 * number, lanes[(3 * number) % len(depots)]
        rows += [(day, What.NODE, 1 + number, 0.0), (day + 15, What.NODE, 1 + number, 1.0),
                 (day + 5, What.LANE, lane, 0.0), (day + 20, What.LANE, lane, 1.0)]  # fmt: skip
    return build.build(), np.array(sorted(rows), CHANGE)


def seconds(work: Callable[[], object]) -> float:
    """Processor time of a piece of work."""
    start = time.process_time()
    work()
    return time.process_time() - start


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def peer_pace() -> float:
    """Node-periods a second of stockpyl on one warehouse and some stores."""
    from stockpyl.sim import simulation
    from stockpyl.supply_chain_network import owmr_system

    chain = owmr_system(
        STORES, node_order_in_system=list(range(STORES + 1)), demand_type="P", mean=5,
        local_holding_cost=1, stockout_cost=10, shipment_lead_time=2, policy_type="BS",
        base_stock_level=30,
    )  # fmt: skip
    took = seconds(lambda: simulation(chain, PERIODS, rand_seed=SEED, progress_bar=False))
    return (STORES + 1) * PERIODS / took


def measure(size: str) -> dict[str, Any]:
    """All figures of one size."""
    nodes, replications = SIZES[size]
    made, changes = network(nodes)
    compiling = seconds(lambda: run_days(made, horizon_days=2, changes=changes))
    few = range(min(replications, 64))
    run_few = seconds(lambda: run_days(made, horizon_days=DAYS, replications=few, changes=changes))
    small_mb = peak_mb()
    took = seconds(
        lambda: run_days(made, horizon_days=DAYS, replications=range(replications), changes=changes)
    )
    pace = nodes * DAYS * replications / took
    row = {
        "size": size, "nodes": nodes, "replications": replications, "run_s": took,
        "node_days_per_s": pace, "pace_64": nodes * DAYS * len(few) / run_few,
        "peak_64_mb": small_mb, "peak_mb": peak_mb(), "compile_s": compiling,
    }  # fmt: skip
    peer = peer_pace()
    return {**row, "stockpyl_per_s": peer, "ratio": pace / peer}


def growth(rows: list[dict[str, Any]]) -> list[str]:
    """Exponent of the growth of the time with the nodes: 1 is linear."""
    return ["-"] + [
        f"{math.log(b['run_s'] / a['run_s']) / math.log(b['nodes'] / a['nodes']):.2f}"
        for a, b in pairwise(rows)
    ]


def show(rows: list[dict[str, Any]]) -> None:
    """Print a table, one line for each size."""
    print(f"\nDay step, {DAYS} days (processor time)\n")
    names = ["size", "nodes", "replications", "seconds", "growth", "million node-days/s",
             "stockpyl/s", "ratio", "peak MB (64)", "peak MB"]  # fmt: skip
    print("| " + " | ".join(names) + " |\n" + "|" + " ---: |" * len(names))
    for row, exponent in zip(rows, growth(rows), strict=True):
        cells = [row["size"], f"{row['nodes']:,}", f"{row['replications']:,}",
                 f"{row['run_s']:.2f}", exponent, f"{row['node_days_per_s'] / 1e6:.1f}",
                 f"{row['stockpyl_per_s']:,.0f}", f"{row['ratio']:,.0f}",
                 f"{row['peak_64_mb']:,.0f}", f"{row['peak_mb']:,.0f}"]  # fmt: skip
        print("| " + " | ".join(cells) + " |")
    print(f"\nCompiling or loading kernels, not counted: {rows[0]['compile_s']:.1f} s at first.")


def apart(size: str) -> dict[str, Any]:
    """Measure one size in a process of its own."""
    call = [sys.executable, __file__, "--size", size, "--json"]
    answer = subprocess.run(call, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise RuntimeError(answer.stderr)
    rows: list[dict[str, Any]] = json.loads(answer.stdout)
    return rows[0]


def main() -> None:
    parser = argparse.ArgumentParser(description="Benchmark the day step.")
    parser.add_argument("--size", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    alone = len(chosen.size) == 1
    rows = [measure(size) if alone else apart(size) for size in chosen.size]
    if chosen.json:
        print(json.dumps(rows))
    else:
        show(rows)


if __name__ == "__main__":
    main()
