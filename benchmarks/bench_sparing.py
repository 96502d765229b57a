"""One VARI-METRIC evaluation of many items at 50 bases and a depot, with NumPy in the same run.

``python -m benchmarks.bench_sparing [--size S M L]``. The peer is the textbook recursion written
with whole arrays in NumPy, for the same two echelons and one indenture; no open package evaluates
VARI-METRIC. ``flows_s`` checks the problem and works out arrivals, once for all stocks; its figures
and compiling are stated apart. ``cpu_s`` is the time of both cores together, which a busy machine
does not change much. *Indentures* is the same size with nine in ten items being parts of the rest.
``off`` is the largest absolute difference from the peer.
"""

import argparse
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from benchmarks.measure import in_process, measured
from redball.stock.sparing import (
    Flows,
    SparingProblem,
    Structure,
    evaluate,
    flows,
    sparing_problem,
)

SIZES = {"S": 1_000, "M": 10_000, "L": 100_000}
BASES = 50
SEED = 1986
REPEAT = 5

Floats = npt.NDArray[np.float64]
Result = TypeVar("Result")


def network(items: int, *, indentured: bool = False) -> tuple[SparingProblem, Floats]:
    """Small base pipelines, as spares have them, and a stock of 0 to 3 (depot 0 to 10)."""
    rng = np.random.default_rng(SEED)
    demand = np.zeros((items, BASES + 1))
    demand[:, 1:] = rng.gamma(0.8, 0.01, (items, 1)) * rng.uniform(0.5, 1.5, (items, BASES))
    structure = None
    if indentured:
        child = np.arange(items // 10, items)
        parent = rng.integers(0, items // 10, len(child))
        siblings = np.bincount(parent, minlength=items)[parent]
        demand[child] = 0.0
        structure = Structure(parent.astype(np.int32), child.astype(np.int32), 0.9 / siblings)
    problem = sparing_problem(
        supplier=[-1] + [0] * BASES,
        demand=demand,
        repaired=[[1.0] + [0.4] * BASES],
        repair_days=[[30.0] + [6.0] * BASES],
        ship_days=[[0.0] + [10.0] * BASES],
        structure=structure,
        systems=[[0.0] + [20.0] * BASES],
    )
    stock = rng.integers(0, 4, demand.shape).astype(np.float64)
    stock[:, 0] = rng.integers(0, 11, items)
    return problem, stock


def recursion(mean: Floats, variance: Floats, stock: Floats) -> tuple[Floats, Floats]:
    """Textbook EBO and VBO: from stock 0 up, subtracting probabilities; whole arrays."""
    eps = np.maximum(variance / np.maximum(mean, 1e-300) - 1.0, 1e-12)
    p = 1.0 / (1.0 + eps)
    term = np.exp(-mean * np.log1p(eps) / eps)
    ebo, square, below = mean.copy(), np.maximum(variance, mean) + mean * mean, np.zeros_like(mean)
    for s in range(int(stock.max())):
        below += term
        step = np.where(s < stock, 1.0 - below, 0.0)
        square -= np.where(s < stock, 2.0 * ebo - step, 0.0)
        ebo -= step
        term *= p * (mean + s * eps) / (s + 1)
    return ebo, square - ebo * ebo


def numpy_evaluation(known: Flows, stock: Floats, step: int = 10_000) -> tuple[Floats, Floats]:
    """Depot, then bases, in chunks of items that stay near the cores."""
    ebo, vbo = np.empty_like(stock), np.empty_like(stock)
    for first in range(0, len(stock), step):
        rows = slice(first, first + step)
        depot = known.local[rows, :1]
        e, v = recursion(depot, depot, stock[rows, :1])
        f = known.upward[rows, 1:]
        mean = known.local[rows, 1:] + f * e
        ebo[rows, :1], vbo[rows, :1] = e, v
        ebo[rows, 1:], vbo[rows, 1:] = recursion(mean, mean + f * f * (v - e), stock[rows, 1:])
    return ebo, vbo


def best(work: Callable[[], Result], repeat: int = REPEAT) -> tuple[Result, float, float]:
    """Result, best wall time and best processor time, in seconds."""
    wall = cpu = float("inf")
    for _ in range(repeat):
        start, used = time.perf_counter(), time.process_time()
        result = work()
        cpu = min(cpu, time.process_time() - used)
        wall = min(wall, time.perf_counter() - start)
    return result, wall, cpu


def flat(items: int) -> dict[str, float]:
    """Two echelons, one indenture, and the peer."""
    problem, stock = network(items)
    with measured() as memory:
        known, flows_s, _ = best(lambda: flows(problem), 2)
        found, wall, cpu = best(lambda: evaluate(problem, stock, given=known))
    (ebo, vbo), peer, peer_cpu = best(lambda: numpy_evaluation(known, stock), 2)
    return {
        "flows_s": flows_s,
        "evaluate_s": wall,
        "cpu_s": cpu,
        "ns_per_cell": cpu / stock.size * 1e9,
        "numpy_s": peer,
        "numpy_cpu_s": peer_cpu,
        "ratio_numpy": peer / wall,
        "off": max(float(abs(ebo - found.ebo).max()), float(abs(vbo - found.vbo).max())),
        "grown_mb": memory.grown_mb,
    }


def indentures(items: int) -> dict[str, float]:
    """The same size with parts of parts."""
    problem, stock = network(items, indentured=True)
    known = flows(problem)
    _, wall, cpu = best(lambda: evaluate(problem, stock, given=known))
    return {"indentures_s": wall, "indentures_cpu_s": cpu}


def evaluation(size: str) -> dict[str, float]:
    """Seconds of an evaluation and of the peer; run it in a process of its own."""
    items = SIZES[size]
    _, compiling, _ = best(lambda: (flat(100), indentures(100)), 1)
    return {
        "items": items,
        "cells": items * (BASES + 1),
        **flat(items),
        **indentures(items),
        "compile_s": compiling,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Benchmark the evaluation of spares.")
    parser.add_argument("--size", nargs="+", choices=SIZES, default=list(SIZES))
    sizes = parser.parse_args().size
    rows = [in_process("benchmarks.bench_sparing", "evaluation", size) for size in sizes]
    print("| size | " + " | ".join(rows[0]) + " |\n|" + " ---: |" * (len(rows[0]) + 1))
    for size, row in zip(sizes, rows, strict=True):
        print(f"| {size} | " + " | ".join(f"{value:,.4g}" for value in row.values()) + " |")


if __name__ == "__main__":
    main()
