"""One plan under one budget: how long it takes, and against simulating every candidate everywhere.

``python -m benchmarks.bench_plan [--size S M L] [--no-peer] [--whole] [--json]``; each size runs in
a process of its own, and so does the peer.

*Size*: an invented coalition (``benchmarks.plan_world``), the same for every run: S has 100 items
at 20 sites and 10 hazards, M 10,000 items at 1,000 sites and 200 hazards, L 30,000 items at 2,000
sites and 400 hazards. Candidates come from the generators of the product; how many each kind may
give is set so that about 50, 2,000 and 4,000 result. *prepare_s* is from the network to the effects
of all candidates, *decide_s* the frontier of seven budgets, the choice with a gap of 1 %, and its
rehearsal on the whole twin (*runs_of_twin* for each portfolio); likelihoods, whole futures and
baselines are left out. *solve_s* is one more choice for the same budget from nothing, everything
known. *again_s* is the choice after a treatment that was not chosen is pinned, from the portfolio
that was; *without_s* after the dearest of those that were chosen is forbidden.

*Peer*: the exercise coalition as the alliance sees it. Every candidate is simulated undisturbed and
in every hazard on the whole twin, with as many replications as the parts are given. The peer's runs
are timed on a sample, a candidate and a hazard drawn for each, on the same two workers, and
multiplied: *timed* of *runs*. Ours is everything from the network to the portfolio, runs of pairs
and larger sets among it, without the rehearsal, which the peer would need as well.
*ratio_same_sets* counts for the peer all sets that ours ran together at a part, each in every
hazard: without them a choice by single effects is another one. With ``--whole`` all runs of single
candidates are made, one programme chooses from what they say, and both portfolios are rehearsed on
the whole twin: *saved* and *peer_saved*.

Compiling is done before and not counted. All work is done by the two workers of this process.
"""

import argparse
import json
import sys
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.bench_plan_truth import stored
from benchmarks.measure import in_process, measured
from benchmarks.plan_world import SIZES, world_of
from redball.app.example import write_example
from redball.app.plan_risks import classes_of, hidden_risks, risks_of
from redball.planning.plan import PlanOptions, Prepared, decide, prepare
from redball.planning.portfolio import Twin, rehearse
from redball.planning.portfolio.choosing import Terms, choose
from redball.planning.portfolio.rehearsing import lost_in_run
from redball.planning.treatments import treated
from redball.runtime import InProcess
from redball.simulation.events import compile_events
from redball.simulation.runs import NO_CHANGES

BUDGET = 300_000.0
"""Of the exercise coalition (EUR)."""
SAMPLE = 200
"""Runs of the peer that are timed."""


class Stages:
    """Seconds of each stage, from what progress is told of."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def __call__(self, what: str, _share: float) -> None:
        now = time.perf_counter()
        self.seconds[what] = self.seconds.get(what, 0.0) + now - self._last
        self._last = now


def measure(name: str) -> dict[str, float]:
    """All figures of one size."""
    size = SIZES[name]
    start = time.perf_counter()
    world = world_of(size)
    building = time.perf_counter() - start
    compile_events()
    options = PlanOptions(
        most=size.most, gap=0.01, replications=size.replications, rehearsed=size.rehearsed,
        whole_futures=0, sensitivity=False,
    )  # fmt: skip
    runner, busy = InProcess(), time.process_time()
    with measured(0.05) as preparing:
        found = prepare(
            world.network, world.targets, world.risks, options, classes=world.classes,
            runner=runner,
        )  # fmt: skip
    print(f"{name}: prepared in {preparing.seconds:.0f} s", file=sys.stderr, flush=True)
    stages = Stages()
    with measured(0.05) as deciding:
        plan = decide(found, world.budget, options, runner=runner, progress=stages)
    busy = time.process_time() - busy
    print(
        f"{name}: decided in {deciding.seconds:.0f} s", stages.seconds, file=sys.stderr, flush=True
    )
    gain = plan.rehearsed.gain
    cost = [
        hazard.per_year * max(float(lost - plan.without.lost[0].sum()), 0.0)
        for hazard, lost in zip(plan.hazards, plan.without.lost[1:].sum(axis=1), strict=True)
    ]
    return {
        "items": size.items,
        "sites": size.sites,
        "cells": len(world.network.cells),
        "hazards": len(plan.hazards),
        "candidates": len(plan.treatments),
        "parts": found.planner.effects.parts,
        "runs_of_parts": plan.runs,
        "hazards_on_twin": len(plan.ran),
        "their_share_of_cost": sum(cost[h] for h in plan.ran) / sum(cost),
        "runs_of_twin": (1 + len(plan.ran)) * size.replications,
        "plan_s": preparing.seconds + deciding.seconds,
        "plan_cpu_s": busy,
        "prepare_s": preparing.seconds,
        "decide_s": deciding.seconds,
        **{f"{stage}_s": seconds for stage, seconds in stages.seconds.items()},
        **_again(found, plan.portfolio.chosen, world.budget),
        "peak_mb": max(preparing.peak_mb, deciding.peak_mb),
        "network_s": building,
        "chosen": len(plan.portfolio.chosen),
        "gap": plan.portfolio.gap,
        "objective_with": plan.portfolio.objective / plan.without.objective,
        "agreement": plan.agreement,
        "corrections": plan.corrections,
        "saved": gain.difference,
        "saved_low": gain.low,
        "saved_high": gain.high,
    }


def _again(found: Prepared, chosen: frozenset[int], budget: float) -> dict[str, float]:
    """Seconds of further choices, everything known."""
    planner = found.planner
    question = planner.question
    groups = {question.treatments[row].group for row in chosen} - {""}
    others = [
        row
        for row in np.argsort(question.costs, kind="stable").tolist()
        if row not in chosen and question.treatments[row].group not in groups
    ]
    fitting = [row for row in others if question.costs[row] <= budget / 10]
    pinned = frozenset([*fitting[-1:], *others[:1]][:1])
    dearest = max(chosen, key=lambda row: (question.costs[row], row))
    asked = {
        "solve_s": (frozenset[int](), question),
        "again_s": (chosen, replace(question, pinned=pinned)),
        "without_s": (chosen, replace(question, forbidden=frozenset([dearest]))),
    }
    times = {}
    for name, (start, each) in asked.items():
        view = replace(planner, question=each)
        began = time.perf_counter()
        view.solve(budget, start=start, gap=0.01)
        times[name] = time.perf_counter() - began
    return times


def against(whole: str) -> dict[str, float]:
    """The exercise coalition, by parts and by every candidate on the whole twin."""
    with tempfile.TemporaryDirectory() as scratch:
        case = stored(write_example(Path(scratch) / "packages"), Path(scratch))
    risks, _ = risks_of(case)
    risks += hidden_risks(case, risks, 0.02, 90.0)
    options, runner = PlanOptions(gap=0.01), InProcess()
    network, targets = case.case.network, case.case.targets
    start = time.perf_counter()
    found = prepare(
        network, targets, risks, options, classes=classes_of(case), runner=runner
    )  # fmt: skip
    prepared = time.perf_counter() - start
    planner = found.planner
    best = planner.polished(planner.solve(BUDGET, gap=0.01))
    ours = time.perf_counter() - start
    twin = Twin(found.network, found.worth, found.hazards, planner.effects.how)
    futures = [NO_CHANGES, *(each.changes(float(twin.how.strike_day)) for each in found.hazards)]
    count, often = len(found.treatments), twin.how.replications
    sets = {each for known in planner._sets.values() for each in known if each}
    every = [(n, h, r) for n in range(count + 1) for h in range(len(futures)) for r in range(often)]
    rng = np.random.default_rng(7)
    tasks = [every[n] for n in rng.choice(len(every), SAMPLE, replace=False).tolist()]
    tasks = every if whole == "yes" else sorted(tasks)
    with_one = {n: treated(found.network, [found.treatments[n - 1]]) for n in range(1, count + 1)}
    networks = (found.network, *(with_one[n] for n in range(1, count + 1)))
    start = time.perf_counter()
    lost = list(runner.map(partial(lost_in_run, twin, networks, tuple(futures)), tasks))
    timed = time.perf_counter() - start
    each_run = timed / len(tasks)
    figures = {
        "candidates": count,
        "hazards": len(found.hazards),
        "replications": often,
        "ours_s": ours,
        "of_it_effects_s": prepared,
        "our_runs_of_parts": planner.effects.runs + found.runs,
        "runs": len(every),
        "timed": len(tasks),
        "run_ms": 1e3 * each_run,
        "peer_s": each_run * len(every),
        "ratio": each_run * len(every) / ours,
        "sets": len(sets),
        "ratio_same_sets": each_run * (1 + len(sets)) * len(futures) * often / ours,
    }
    if whole == "yes":
        mean = np.array(lost).reshape(count + 1, len(futures), often).mean(axis=2)
        terms = Terms(
            mean[0][:, None],
            {frozenset([n]): (mean[n + 1] - mean[0])[:, None] for n in range(count)},
        )
        picked = choose(planner.question, terms, BUDGET, gap=0.01, time_limit_seconds=60.0).chosen
        judge = replace(twin, how=replace(twin.how, replications=20))
        done = [[found.treatments[row] for row in sorted(own)] for own in (best.chosen, picked)]
        mine, theirs = rehearse(judge, done, runner=runner)
        figures |= {
            "saved": mine.gain.difference,
            "saved_low": mine.gain.low,
            "saved_high": mine.gain.high,
            "peer_saved": theirs.gain.difference,
            "peer_saved_low": theirs.gain.low,
            "peer_saved_high": theirs.gain.high,
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
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--whole", action="store_true", help="Make all runs of the peer.")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    rows = {}
    for size in chosen.size:
        rows[size] = in_process("benchmarks.bench_plan", "measure", size)
        if not chosen.json:
            show({size: rows[size]})
    if not chosen.no_peer:
        rows["peer"] = in_process(
            "benchmarks.bench_plan", "against", "yes" if chosen.whole else "no"
        )
        if not chosen.json:
            show({"peer": rows["peer"]})
    if chosen.json:
        print(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
