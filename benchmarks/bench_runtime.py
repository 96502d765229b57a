"""Running replications: two workers against one, what a task costs, memory, the journal, Ray.

``python -m benchmarks.bench_runtime [--size S|M|L ...] [--ray] [--json]``; each size runs in a
process of its own. The peer of every figure is the same work one after the other in the same
process, so that the ratios hold on any machine.

*Two workers*: replications by the event calendar of one warehouse with (s,S) = (200,600), lead time
5, and retailers with (20,60), lead time 2, Poisson(1) a day. One and two threads take turns; the
best of the rounds counts, and all ratios are shown. Both must give the same bytes.

*A task*: work that does nothing, one after the other, on threads, through a journal that is empty
and through one that is full.

*Memory*: how the resident memory grows from 20 replications to 200.
"""

import argparse
import json
import operator
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from benchmarks.measure import in_process, measured
from redball.model.running import InOrder, Runner
from redball.runtime import InProcess, Journal, RayCluster
from redball.runtime.values import encoded
from redball.simulation.network import Law, Network, NetworkBuilder, PolicyKind
from redball.simulation.replicate import Simulated, simulate

RETAILERS = {"S": 10, "M": 100, "L": 1_000}
REPLICATIONS = {"S": 64, "M": 32, "L": 8}
HORIZON_DAYS = 1_000
TASKS = 5_000
ROUNDS = 5

R = TypeVar("R")


def timed(work: Callable[[], R]) -> tuple[R, float]:
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


def two_echelon(retailers: int) -> Network:
    """One warehouse and its retailers."""
    b = NetworkBuilder()
    b.item("ITEM")
    b.node("WAREHOUSE")
    up_to = PolicyKind.REORDER_UP_TO
    source = b.cell(
        "WAREHOUSE", "ITEM", on_hand=600, policy=up_to, reorder_point=200, order_up_to=600
    )
    b.buy(source, Law(5.0))
    for number in range(retailers):
        name = f"R{number}"
        b.node(name)
        cell = b.cell(name, "ITEM", on_hand=60, policy=up_to, reorder_point=20, order_up_to=60)
        b.move(cell, source, Law(2.0))
        b.demand(cell, per_day=1.0)
    return b.build()


def replicated(network: Network, replications: int, runner: Runner | None) -> Simulated:
    return simulate(network, horizon_days=HORIZON_DAYS, replications=replications, runner=runner)


def bench_workers(size: str) -> dict[str, float]:
    """Two threads against one on event runs."""
    network, count = two_echelon(RETAILERS[size]), REPLICATIONS[size]
    _, compiling = timed(lambda: replicated(network, 1, None))
    one, two = [], []
    same = True
    for _ in range(ROUNDS):
        first, seconds = timed(lambda: replicated(network, count, InProcess(1)))
        one.append(seconds)
        second, seconds = timed(lambda: replicated(network, count, InProcess(2)))
        two.append(seconds)
        same = same and encoded(first) == encoded(second)
    ratios = [a / b for a, b in zip(one, two, strict=True)]
    return {
        "retailers": RETAILERS[size],
        "replications": count,
        "events": first.events,
        "compile_s": compiling,
        "one_s": min(one),
        "two_s": min(two),
        "ratio": min(one) / min(two),
        "lowest_ratio": min(ratios),
        "highest_ratio": max(ratios),
        "same": float(same),
        "events_per_s": first.events / min(two),
    }


def bench_task() -> dict[str, float]:
    """Microseconds a task takes beside its work."""

    def micros(runner: Runner) -> float:
        _, seconds = timed(lambda: sum(runner.map(partial(operator.add, 1), range(TASKS))))
        return seconds / TASKS * 1e6

    figures = {"in_order_us": micros(InOrder()), "threads_us": micros(InProcess(2))}
    with tempfile.TemporaryDirectory() as folder, Journal(Path(folder) / "journal") as journal:
        figures["journal_empty_us"] = micros(journal.keeping(InOrder()))
        figures["journal_full_us"] = micros(journal.keeping(InOrder()))
    return figures


def bench_memory() -> dict[str, float]:
    """Growth of resident memory with replications."""
    network = two_echelon(100)
    replicated(network, 4, InProcess(2))
    figures = {}
    for count in (20, 200):
        with measured() as found:
            replicated(network, count, InProcess(2))
        figures[f"grown_mb_{count}"] = found.grown_mb
    return figures


def bench_ray() -> dict[str, float]:
    """The same from a local cluster of two workers."""
    network, count = two_echelon(100), REPLICATIONS["M"]
    here, seconds = timed(lambda: replicated(network, count, InOrder()))
    with RayCluster(workers=2) as cluster:
        _, starting = timed(lambda: replicated(network, 2, cluster))
        there, ray = timed(lambda: replicated(network, count, cluster))
        _, empty = timed(lambda: sum(cluster.map(partial(operator.add, 1), range(500))))
    return {
        "ray_start_s": starting,
        "one_s": seconds,
        "ray_s": ray,
        "ratio": seconds / ray,
        "ray_task_us": empty / 500 * 1e6,
        "same": float(encoded(here) == encoded(there)),
    }


def show(rows: dict[str, dict[str, float]]) -> None:
    """Print a block for each part."""
    for name, figures in rows.items():
        print(f"\n{name}")
        for title, value in figures.items():
            shown = "yes" if value else "NO"
            print(f"  {title:18s} {shown if title == 'same' else f'{value:,.2f}':>14s}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Benchmark running replications.")
    parser.add_argument("--size", nargs="+", choices=RETAILERS, default=["S", "M", "L"])
    parser.add_argument("--ray", action="store_true", help="with a local Ray cluster")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    here = "benchmarks.bench_runtime"
    rows = {
        f"two workers against one, {size}": in_process(here, "bench_workers", size)
        for size in chosen.size
    }
    rows["a task that does nothing"] = in_process(here, "bench_task")
    rows["memory"] = in_process(here, "bench_memory")
    if chosen.ray:
        rows["Ray, two workers"] = in_process(here, "bench_ray")
    if chosen.json:
        print(json.dumps(rows, indent=1))
    else:
        show(rows)


if __name__ == "__main__":
    main()
