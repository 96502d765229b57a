"""One plan under one budget: how long it takes, and against simulating every candidate everywhere.

``python -m benchmarks.bench_plan [--size S M L] [--peer] [--json]``; each size runs in a process of
its own, and so does the peer.

*Size*: an invented coalition (``benchmarks.plan_world``), the same for every run: S has 100 items at
20 sites and 10 hazards, M 10,000 items at 1,000 sites and 200 hazards, L three times the items.
Candidates come from the generators of the product; how many each kind may give is set so that about
50, 2,000 and 4,000 result. *plan_s* is the whole of ``make_plan`` with a gap of 1 %: parts without
treatment, candidates, their effects, six budgets, the choice, and its rehearsal on the whole twin.
*again_s* is the same budget after a treatment that was not chosen is pinned, from the portfolio
that was; *forbidden_s* after the dearest of those that were chosen is forbidden. Nothing is run on
the whole twin for these.

*Peer*: the exercise coalition as the alliance sees it. Every candidate is simulated undisturbed and
in every hazard on the whole twin, with as many replications as the parts are given. The runs of the
peer are timed on ``--sample`` of them, drawn at random, and multiplied: that is said by
*peer_runs* and *peer_timed*. Ours is everything from the network to the portfolio, runs of pairs
and larger sets among it, without the rehearsal (which the peer would need as well). With
``--whole`` all runs of the peer are made, one programme chooses from what they say, and both
portfolios are rehearsed on the whole twin: *choice_ratio* is what ours saves by what the peer's
saves.

Compiling is done before and not counted. Two workers, in this process.
"""

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from benchmarks.measure import in_process, measured
from benchmarks.plan_world import SIZES, World, world_of
from redball.planning.portfolio import Plan, PlanOptions, make_plan
from redball.runtime import InProcess
from redball.simulation.events import compile_events

BUDGET = 300_000.0
"""Of the exercise coalition (EUR)."""


class Stages:
    """Seconds of each stage, from what progress is told of."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def __call__(self, what: str, share: float) -> None:
        now = time.perf_counter()
        self.seconds[what] = self.seconds.get(what, 0.0) + now - self._last
        self._last = now


def planned(world: World, options: PlanOptions, progress: Callable[[str, float], None]) -> Plan:
    return make_plan(
        world.network, world.targets, world.risks, world.budget, options, classes=world.classes,
        runner=InProcess(), progress=progress,
    )  # fmt: skip


def measure(name: str) -> dict[str, float]:
    """All figures of one size."""
    size = SIZES[name]
    start = time.perf_counter()
    world = world_of(size)
    building = time.perf_counter() - start
    compile_events()
    options = PlanOptions(most=size.most, gap=0.01, replications=size.replications)
    stages = Stages()
    with measured(0.05) as memory:
        plan = planned(world, options, stages)
    gain = plan.rehearsed.gain
    figures = {
        "items": size.items,
        "sites": size.sites,
        "cells": len(world.network.cells),
        "candidates": len(plan.treatments),
        "hazards": len(plan.hazards),
        "hazards_on_the_twin": len(plan.ran),
        "runs_of_parts": plan.runs,
        "plan_s": memory.seconds,
        **{f"{stage}_s": seconds for stage, seconds in stages.seconds.items()},
        "peak_mb": memory.peak_mb,
        "grown_mb": memory.grown_mb,
        "world_s": building,
        "chosen": len(plan.portfolio.chosen),
        "gap": plan.portfolio.gap,
        "lost_with": plan.portfolio.objective / plan.without.objective,
        "agreement": plan.agreement,
        "corrections": plan.corrections,
        "saved": gain.difference,
        "saved_low": gain.low,
        "saved_high": gain.high,
    }
    return figures


def show(rows: dict[str, dict[str, float]]) -> None:
    """Print a column for each size."""
    print("| | " + " | ".join(rows) + " |\n| --- |" + " ---: |" * len(rows))
    for name in dict.fromkeys(name for figures in rows.values() for name in figures):
        cells = [f"{figures[name]:,.4g}" if name in figures else "" for figures in rows.values()]
        print(f"| {name} | " + " | ".join(cells) + " |")


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description="Benchmark the choice of a plan.")
    parser.add_argument("--size", nargs="*", choices=SIZES, default=["S", "M"])
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    rows = {size: in_process("benchmarks.bench_plan", "measure", size) for size in chosen.size}
    if chosen.json:
        print(json.dumps(rows, indent=1))
    else:
        show(rows)


if __name__ == "__main__":
    main()
