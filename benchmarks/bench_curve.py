"""The readiness curve: time, memory and growth, with plain enumeration in SciPy in the same run.

``python benchmarks/bench_curve.py [--size S|M|L ...] [--load light|heavy] [--json]``; without a
size S, M and L. Each size runs in a process of its own, so that its memory is its own.

Items at 50 bases below one depot, VARI-METRIC, one kind of system at each base. *Light*: 0.05 units
in each base's own pipeline and 6.7 at the depot on the average; *heavy*: 0.26 and 45. Demand is
lognormal over items, seed 1944. The curve has 40 points, each an optimal stock, up to where
unlimited stock would take off no more than 0.1 % of readiness.

The peer goes through every depot stock and, for every price of the curve, takes the best stock at
each base, with negative binomial tails of SciPy; on a sample of items, scaled to all. Loss plus
price times cost must be equal, so it also checks that no depot stock was left out wrongly.
Compiling is done before and stated apart.
"""

import argparse
import json
import math
import resource
import subprocess
import sys
import time
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from redball.stock.curve import Curve, readiness_curve
from redball.stock.sparing import Applications, SparingProblem, Structure

SIZES = {"S": 1_000, "M": 10_000, "L": 100_000}
BASES = 50
POINTS = 40
SEED = 1944
SAMPLE = 4
"""Items that are enumerated by the peer."""

Floats = npt.NDArray[np.float64]


def problem_of(items: int, load: str) -> SparingProblem:
    """Make ``items`` items at one depot and the bases."""
    rng = np.random.default_rng(SEED)
    depot = np.arange(BASES + 1) == 0
    per_day, repair = (0.05 / 12, 40.0) if load == "light" else (0.26 / 12, 52.0)
    demand = rng.lognormal(0.0, 1.0, (items, 1)) * rng.uniform(0.5, 1.5, (items, BASES + 1))
    demand = np.where(depot, 0.0, demand / demand.mean() * per_day)
    none, one = np.zeros(0, np.int32), np.ones(items)
    return SparingProblem(
        np.where(depot, -1, 0).astype(np.int32), demand, np.where(depot, 1.0, 0.2)[None],
        np.where(depot, repair, 5.0)[None], np.full((1, BASES + 1), 13.75), np.ones((1, 1)),
        np.ones((1, 1)), rng.lognormal(7.0, 1.3, items), one, one,
        Structure(none, none, np.zeros(0)),
        Applications(np.arange(items, dtype=np.int32), np.zeros(items, np.int32), one, one, one),
        np.where(depot, 0.0, 26.0 * items * per_day)[None], np.zeros((1, 1)),
        np.full((1, 1), np.inf),
    )  # fmt: skip


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def enumerated(problem: SparingProblem, item: int, prices: Floats) -> Floats:
    """Loss plus price times cost at the best of all depot stocks, for each price."""
    demand = problem.demand[item, 1:]
    up = 0.8 * demand
    rate, depot_mean = up.sum(), up.sum() * problem.repair_days[0, 0]
    share, local = up / rate, demand * (0.2 * 5.0 + 0.8 * 13.75)
    systems, cost = problem.systems[0, 1:], problem.unit_cost[item]
    weight = systems / systems.sum()
    best = np.full(len(prices), np.inf)
    for own in range(int(depot_mean + 8 * math.sqrt(depot_mean)) + 12):
        k = np.arange(own, int(depot_mean + 14 * math.sqrt(depot_mean)) + 40)
        beyond = stats.poisson.sf(k, depot_mean)
        ebo = beyond.sum()
        vbo = (2 * (k - own) + 1) @ beyond - ebo * ebo
        mean = local + share * ebo
        variance = local + share * (1 - share) * ebo + share**2 * vbo
        stocks = np.arange(60)
        p = np.minimum(mean / np.maximum(variance, mean * (1 + 1e-9)), 1 - 1e-9)
        tails = stats.nbinom.sf(np.arange(160)[:, None], mean * p / (1 - p), p)
        waiting = np.cumsum(tails[::-1], axis=0)[::-1][stocks]
        loss = -weight * np.log1p(-np.minimum(waiting / systems, 0.99))
        for n, price in enumerate(prices):
            at = (loss + price * cost * stocks[:, None]).min(axis=0).sum() + price * cost * own
            best[n] = min(best[n], at)
    return best


def checked(problem: SparingProblem, curve: Curve) -> tuple[float, float]:
    """Seconds of the peer for all items, and the largest relative difference on the sample."""
    prices = curve.price[1:-1]
    sample = np.random.default_rng(SEED).choice(problem.items, SAMPLE, replace=False)
    cell = {int(c): n for n, c in enumerate(curve.steps.network.cell_family[curve.steps.cells])}
    start = time.perf_counter()
    found = [enumerated(problem, int(item), prices) for item in sample]
    seconds = time.perf_counter() - start
    worst = 0.0
    for item, expected in zip(sample, found, strict=True):
        rows = slice(*curve.steps.first[cell[int(item)] : cell[int(item)] + 2])
        loss = curve.steps.start_loss[cell[int(item)]] - np.append(
            0, np.cumsum(curve.steps.gain[rows])
        )
        money = np.append(0, np.cumsum(curve.steps.money[rows]))
        ours = (loss + prices[:, None] * money).min(axis=1)
        worst = max(worst, float(np.abs(ours / expected - 1).max()))
    return seconds / SAMPLE * problem.items, worst


def measure(size: str, load: str) -> dict[str, Any]:
    """All figures of one size."""
    start = time.perf_counter()
    readiness_curve(problem_of(20, load), points=POINTS)
    compiling = time.perf_counter() - start
    problem = problem_of(SIZES[size], load)
    start, cpu = time.perf_counter(), time.process_time()
    curve = readiness_curve(problem, points=POINTS)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    memory = peak_mb()
    peer, worst = checked(problem, curve)
    return {
        "size": size, "load": load, "items": SIZES[size], "points": len(curve.cost),
        "steps": len(curve.steps.slope), "compile_s": compiling, "curve_s": seconds,
        "curve_cpu_s": cpu, "peak_mb": memory, "enumeration_s": peer,
        "ratio_enumeration": peer / seconds, "worst_difference": worst,
        "readiness": float(curve.readiness[-1]),
    }  # fmt: skip


def growth(rows: list[dict[str, Any]]) -> list[str]:
    """Exponent of the growth from one size to the next: 1 is linear."""
    cells = ["-"]
    for before, after in pairwise(rows):
        steps = math.log(after["items"] / before["items"])
        cells.append(f"{math.log(after['curve_s'] / before['curve_s']) / steps:.2f}")
    return cells


def show(rows: list[dict[str, Any]]) -> None:
    """Print one line for each size."""
    load = rows[0]["load"]
    print(f"\nReadiness curve, {POINTS} points, {BASES} bases and a depot, {load} (seconds)\n")
    names = ["size", "items", "steps", "curve", "CPU", "growth", "enumeration (estimated)", "ratio"]
    names += ["worst difference", "peak MB"]
    print("| " + " | ".join(names) + " |\n" + "|" + " ---: |" * len(names))
    for row, grown in zip(rows, growth(rows), strict=True):
        cells = [
            row["size"], f"{row['items']:,}", f"{row['steps']:,}", f"{row['curve_s']:.1f}",
            f"{row['curve_cpu_s']:.1f}", grown, f"{row['enumeration_s']:,.0f}",
            f"{row['ratio_enumeration']:,.0f}", f"{row['worst_difference']:.0e}",
            f"{row['peak_mb']:,.0f}",
        ]  # fmt: skip
        print("| " + " | ".join(cells) + " |")
    print(f"\nCompiling or loading kernels, not counted: {rows[0]['compile_s']:.1f} s at first.")


def apart(size: str, load: str) -> dict[str, Any]:
    """Measure one size in a process of its own."""
    call = [sys.executable, __file__, "--size", size, "--load", load, "--json"]
    answer = subprocess.run(call, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise RuntimeError(answer.stderr)
    rows: list[dict[str, Any]] = json.loads(answer.stdout)
    return rows[0]


def main() -> None:
    parser = argparse.ArgumentParser(description="Benchmark the readiness curve.")
    parser.add_argument(
        "--size", nargs="+", choices=SIZES, default=list(SIZES), help="S, M and L when absent"
    )
    parser.add_argument("--load", choices=["light", "heavy"], default="light")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    alone = len(chosen.size) == 1
    rows = [
        measure(size, chosen.load) if alone else apart(size, chosen.load) for size in chosen.size
    ]
    if chosen.json:
        print(json.dumps(rows, indent=1))
    else:
        show(rows)


if __name__ == "__main__":
    main()
