"""Stress test of the exercise coalition: every single loss, two workers against one, the journal.

``python -m benchmarks.bench_stress [--size S M L] [--rounds N] [--json]``; each size runs in a
process of its own.

*Size*: S is the exercise coalition as the alliance sees it, with an interval of 95 % whose half
width is 1 % of readiness: the case that must take less than 60 s on two cores. M and L are the same
with half widths of 0.3 % and 0.1 %, which take more replications: they show how time and memory
grow with them. Making the network and compiling are stated apart.

*Two workers*: the same work on one thread and on two take turns; the best of the rounds counts and
the range of the ratios is shown. There is no other program that does the same, so that one worker
is the peer of two, and no journal the peer of one. All answers must be the same to the last bit.

*Journal*: written for the first time, and read again when all is finished.

Wall seconds, since the workers share the cores; ``cpu_s`` beside them says how busy the machine
was: on a quiet one the CPU seconds of one worker equal its wall seconds.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from benchmarks.measure import in_process, measured
from redball.app import Inputs, View, import_, init_store
from redball.app.example import write_example
from redball.app.rehearsal import TwinOptions, rehearsal
from redball.model.running import Runner
from redball.planning.case import SimulatedCase
from redball.planning.stress import StressResult, Times, stress
from redball.runtime import InProcess, Journal
from redball.simulation.replicate import Precision

WIDTHS = {"S": 0.01, "M": 0.003, "L": 0.001}
MOST = {"S": 100, "M": 200, "L": 400}
"""Replications of a loss at most; a loss that would need more is said not to be precise."""
SEED = 1944
PAIRED = 5

R = TypeVar("R")


def timed(work: Callable[[], R]) -> tuple[R, float, float]:
    """Result, wall seconds, CPU seconds of all threads."""
    start, busy = time.perf_counter(), time.process_time()
    result = work()
    return result, time.perf_counter() - start, time.process_time() - busy


def example() -> SimulatedCase:
    """The simulated case of the exercise coalition."""
    with tempfile.TemporaryDirectory() as folder:
        store = str(Path(folder) / "coalition.sqlite")
        init_store(store)
        for package in write_example(Path(folder) / "packages"):
            import_(package, store=store)
        return rehearsal(Inputs(View(store, "XAG")), TwinOptions()).case


def singles(case: SimulatedCase, size: str, runner: Runner, paired: int = 0) -> StressResult:
    """Every supplier, parent, site, lane and country lost once."""
    precision = Precision(relative_half_width=WIDTHS[size], at_least=10, at_most=MOST[size])
    return stress(
        case, pairs_among=paired, seed=SEED, precision=precision, runner=runner, times=Times()
    )


def answer(result: StressResult) -> list[list[tuple[object, ...]]]:
    """All that must not depend on where the work was done."""
    frames = (result.losses, result.curves, result.units, result.reasons)
    return [frame.rows() for frame in frames]


def measure(size: str, rounds: str) -> dict[str, float]:
    """All figures of one size."""
    case, building, _ = timed(example)
    few = Precision(relative_half_width=1.0, at_least=5, at_most=5)
    _, compiling, _ = timed(lambda: stress(case, pairs_among=0, precision=few))
    runs: dict[int, list[tuple[float, float]]] = {1: [], 2: []}
    same, first = True, None
    for _ in range(int(rounds)):
        for workers, kept in runs.items():
            work = partial(singles, case, size, InProcess(workers))
            with measured() as memory:
                found, wall, busy = timed(work)
            kept.append((wall, busy))
            first = first or answer(found)
            same = same and answer(found) == first
    one, two = ([wall for wall, _ in runs[workers]] for workers in (1, 2))
    ratios = [a / b for a, b in zip(one, two, strict=True)]
    with tempfile.TemporaryDirectory() as folder, Journal(Path(folder) / "journal") as journal:
        kept_run, writing, _ = timed(lambda: singles(case, size, journal.keeping(InProcess(2))))
        read_run, reading, _ = timed(lambda: singles(case, size, journal.keeping(InProcess(2))))
        bytes_kept = sum(path.stat().st_size for path in Path(folder).iterdir())
    same = same and answer(kept_run) == first and answer(read_run) == first
    _, paired, _ = timed(lambda: singles(case, size, InProcess(2), PAIRED))
    counts = found.losses["replications"]
    return {
        "half_width": WIDTHS[size],
        "losses": found.tried,
        "without_effect": found.skipped,
        "futures": found.runs,
        "replications": float(counts.sum()),
        "not_precise": float((~found.losses["precise"]).sum()),
        "two_s": min(two),
        "two_cpu_s": min(busy for _, busy in runs[2]),
        "one_s": min(one),
        "one_cpu_s": min(busy for _, busy in runs[1]),
        "ratio": min(one) / min(two),
        "lowest_ratio": min(ratios),
        "highest_ratio": max(ratios),
        "journal_s": writing,
        "journal_again_s": reading,
        "journal_mb": bytes_kept / 1e6,
        "with_pairs_s": paired,
        "grown_mb": memory.grown_mb,
        "case_s": building,
        "compile_s": compiling,
        "same": float(same),
    }


def show(rows: dict[str, dict[str, float]]) -> None:
    """Print a column for each size."""
    print("\nStress test of the exercise coalition\n")
    print("| | " + " | ".join(rows) + " |\n| --- |" + " ---: |" * len(rows))
    for name in next(iter(rows.values())):
        cells = [f"{figures[name]:,.3g}" if name != "same" else "" for figures in rows.values()]
        if name == "same":
            cells = ["yes" if figures[name] else "NO" for figures in rows.values()]
        print(f"| {name} | " + " | ".join(cells) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(description="Benchmark the stress test.")
    parser.add_argument("--size", nargs="+", choices=WIDTHS, default=list(WIDTHS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    rows = {
        size: in_process("benchmarks.bench_stress", "measure", size, str(chosen.rounds))
        for size in chosen.size
    }
    if chosen.json:
        print(json.dumps(rows, indent=1))
    else:
        show(rows)


if __name__ == "__main__":
    main()
