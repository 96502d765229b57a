"""``python -m benchmarks --size S M L``: run the benchmarks and print their figures as tables.

Each figure is the median of several rounds, product and peer in turn, each in a process of its own.
"""

import argparse
import subprocess
import sys

from benchmarks.bench_start import figures
from benchmarks.measure import in_process

SCRIPTS = (
    "risk", "forecasting", "sparing", "curve", "screen", "exposure", "cascade", "ledger_tree",
    "ledger_store", "gated_twin", "gate_store", "web", "map", "network",
)  # fmt: skip
"""Parts that measure themselves, size by size: ``python -m benchmarks.bench_<part> --size S``."""

WHOLE = ("placement", "gate")
"""Parts whose sizes are those of published cases: ``benchmarks/bench_<part>.py``."""

MODULES = ("simulation", "runtime", "stress", "plan")
"""Parts that start processes of their own: ``python -m benchmarks.bench_<part> --size S M``."""

PARTS = ["start", "import", "twin", "picture", *SCRIPTS, *WHOLE, *MODULES]

PAIRS = {
    "import": ("benchmarks.bench_import", "holdings"),
    "twin": ("benchmarks.bench_twin", "rows"),
}


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", nargs="+", default=["S", "M", "L"], choices=["S", "M", "L", "XL"])
    parser.add_argument("--only", nargs="+", choices=PARTS)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    wanted = chosen.only or PARTS
    if "start" in wanted:
        print("\n## Start-up (median of 15, seconds)\n")
        for name, seconds in figures().items():
            print(f"| {name} | {seconds:.3f} |")
    for name in [n for n in wanted if n in PAIRS]:
        print(f"\n## {name}\n")
        for size in chosen.size:
            _pair(name, size, chosen.rounds)
    if "picture" in wanted:
        print("\n## picture (seconds of each stage, no peer)\n")
        for size in chosen.size:
            stages = in_process("benchmarks.bench_picture", "product", size)
            print(f"{size}: " + ", ".join(f"{k} {v:,.2f}" for k, v in stages.items()), flush=True)
    for name in [n for n in wanted if n in SCRIPTS]:
        print(f"\n## {name}\n", flush=True)
        for size in chosen.size:
            script = f"benchmarks.bench_{name}"
            subprocess.run([sys.executable, "-m", script, "--size", size], check=True)
    for name in [n for n in wanted if n in MODULES]:
        print(f"\n## {name}\n", flush=True)
        module = f"benchmarks.bench_{name}"
        most = {"simulation": ("S", "M", "L", "XL"), "plan": ("S", "M")}.get(name, ("S", "M", "L"))
        sizes = [size for size in chosen.size if size in most]
        subprocess.run([sys.executable, "-m", module, "--size", *sizes], check=True)
    for name in [n for n in wanted if n in WHOLE]:
        print(f"\n## {name}\n", flush=True)
        subprocess.run([sys.executable, f"benchmarks/bench_{name}.py"], check=True)


def _pair(name: str, size: str, rounds: int) -> None:
    module = PAIRS[name][0]
    in_process(module, "product", size)  # prepares the data and fills the caches
    runs = [
        (in_process(module, "product", size), in_process(module, "peer", size))
        for _ in range(rounds)
    ]
    ratios = sorted(ours["seconds"] / theirs["seconds"] for ours, theirs in runs)
    middle = len(runs) // 2
    print(f"{size}: ratio {ratios[middle]:.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")
    for who, side in (("product", 0), ("peer", 1)):
        medians = {k: sorted(r[side][k] for r in runs)[middle] for k in runs[0][side]}
        print(f"   {who}: " + ", ".join(f"{k} {v:,.2f}" for k, v in medians.items()), flush=True)


if __name__ == "__main__":
    main()
