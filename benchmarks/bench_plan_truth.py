"""Is a plan better than the usual ways to spend the same money?

``python -m benchmarks.bench_plan_truth [--budgets EUR ...] [--coalitions N] [--json]``; each case
runs in a process of its own.

*Cases*: the exercise coalition as the alliance sees it, with its own hazards, for several budgets;
and generated coalitions of size XS (``redball generate --size XS``), one for each seed from 1 on,
each for a hundredth of the value of its stock. Those bring no hazards: eight are drawn from the
seed, four suppliers, two sites and two lanes, each lost 0.05 to 0.5 times a year for 20 to 120
days.

*Question*: plan and baselines (``redball.planning.portfolio.baselines``) are rehearsed on the whole
twin, on the same draws. ``ahead`` is what the plan saves more in a year, in readiness-days, with
its interval of 95 %; the verdict is the plan's only where the interval leaves 0 out. Random
portfolios count by their mean, and one by one in ``better`` and ``worse``. Beside it stands what
the plan makes small, by the runs of parts: no baseline may be better there, whatever the draws of
the twin, or the engine has missed something.
"""

import argparse
import json
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.measure import in_process
from redball.app import Inputs, View, import_, init_store
from redball.app.example import generate, write_example
from redball.app.plan_risks import classes_of, hidden_risks, risks_of
from redball.app.rehearsal import Rehearsal, TwinOptions, rehearsal
from redball.planning.plan import Plan, PlanOptions, Risk, make_plan
from redball.planning.portfolio import usual
from redball.runtime import InProcess

BUDGETS = (100_000.0, 300_000.0, 1_000_000.0, 5_000_000.0)
COALITIONS = 10
SHARE_OF_STOCK = 0.01
MOST = 20
"""Candidates of each kind."""
STRUCK = {"party": 4, "site": 2, "lane": 2}
"""Hazards drawn for a generated coalition, by kind of what is lost."""
WAYS = ("proportional", "critical", "spares", "sources", "random")
VERDICTS = {1: "plan better", 0: "no difference", -1: "BASELINE BETTER"}


def stored(packages: list[Path], folder: Path) -> Rehearsal:
    """The case of packages, as the alliance sees it."""
    store = str(folder / "coalition.sqlite")
    init_store(store)
    for package in packages:
        import_(package, store=store, skip_bad_rows=True)
    return rehearsal(Inputs(View(store, "XAG")), TwinOptions())


def drawn_risks(found: Rehearsal, seed: int) -> list[Risk]:
    """Losses that befall a generated coalition."""
    rng = np.random.default_rng([seed, 1944])
    targets, risks = found.case.targets, []
    for kind, count in STRUCK.items():
        names = sorted(targets.names(kind))
        for place in rng.choice(len(names), count, replace=False).tolist():
            rate, days = float(rng.uniform(0.05, 0.5)), float(rng.uniform(20.0, 120.0))
            name = f"loss of {kind} {names[place]}"
            risks.append(Risk(name, name, ((kind, names[place]),), rate, days, "drawn"))
    return risks


def planned(
    found: Rehearsal, risks: list[Risk], budget: float, replications: int, draws: int
) -> Plan:
    """A plan with its baselines."""
    options = replace(
        PlanOptions(), replications=replications, most=MOST, baselines=usual(draws=draws),
        whole_futures=0, sensitivity=False,
    )  # fmt: skip
    case = found.case
    return make_plan(
        case.network, case.targets, risks, budget, options, classes=classes_of(found),
        runner=InProcess(),
    )  # fmt: skip


def measure(name: str, budget: str, replications: str, draws: str) -> dict[str, float]:
    """All figures of one case."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if name == "example":
            found = stored(write_example(folder / "packages"), folder)
            risks, _ = risks_of(found)
            risks += hidden_risks(found, risks, 0.02, 90.0)
        else:
            made = generate("XS", folder / "packages", seed=int(name))
            found = stored(list(made.packages), folder)
            risks = drawn_risks(found, int(name))
    network = found.case.network
    price = network.items["price_eur"][network.cells["item"]]
    euro = float(budget) or SHARE_OF_STOCK * float(price @ network.cells["on_hand"])
    start = time.perf_counter()
    plan = planned(found, risks, euro, int(replications), int(draws))
    gain = plan.rehearsed.gain
    figures = {
        "seconds": time.perf_counter() - start,
        "budget": euro,
        "cost": plan.portfolio.cost,
        "treatments": len(plan.portfolio.chosen),
        "candidates": len(plan.treatments),
        "saved": gain.difference,
        "saved low": gain.low,
        "saved high": gain.high,
        "objective": plan.portfolio.objective / plan.without.objective,
    }
    for each in plan.baselines:
        figures |= {
            f"{each.name} saved": each.saved.difference,
            f"{each.name} ahead": each.ahead.difference,
            f"{each.name} low": each.ahead.low,
            f"{each.name} high": each.ahead.high,
            f"{each.name} better": each.better,
            f"{each.name} worse": each.worse,
            f"{each.name} objective": each.objective / plan.without.objective,
        }
    return figures


def verdict(figures: dict[str, float], way: str) -> int:
    """1: the plan is significantly better; -1: the baseline is; 0: neither."""
    return int(figures[f"{way} low"] > 0) - int(figures[f"{way} high"] < 0)


def show(rows: dict[str, dict[str, float]]) -> None:
    """Print a row for each case."""
    print("\nReadiness-days a year that the plan saves more than each way to spend the same\n")
    print("| case | budget | plan saves | " + " | ".join(WAYS) + " | seconds |")
    print("| --- | ---: | ---: |" + " ---: |" * (len(WAYS) + 1))
    for name, row in rows.items():
        cells = [
            f"{row[f'{way} ahead']:+,.0f} ({row[f'{way} low']:+,.0f} to {row[f'{way} high']:+,.0f})"
            + ("" if verdict(row, way) > 0 else f" {VERDICTS[verdict(row, way)]}")
            for way in WAYS
        ]
        saves = f"{row['saved']:,.0f} ({row['saved low']:,.0f} to {row['saved high']:,.0f})"
        print(
            f"| {name} | {row['budget']:,.0f} | {saves} | {' | '.join(cells)} | "
            f"{row['seconds']:.0f} |"
        )
    print()
    for way in WAYS:
        counts = [verdict(row, way) for row in rows.values()]
        missed = sum(row[f"{way} objective"] < row["objective"] - 1e-3 for row in rows.values())
        print(
            f"{way}: plan better in {counts.count(1)}, no difference in {counts.count(0)}, worse "
            f"in {counts.count(-1)} of {len(counts)}; better by the runs of parts in {missed}"
        )


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description="Compare plans with the usual ways to spend.")
    parser.add_argument("--budgets", nargs="*", type=float, default=list(BUDGETS))
    parser.add_argument("--coalitions", type=int, default=COALITIONS)
    parser.add_argument("--replications", type=int, default=10)
    parser.add_argument("--draws", type=int, default=5, help="Random portfolios.")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    cases = [(f"example, {budget:,.0f}", "example", budget) for budget in chosen.budgets]
    cases += [(f"generated {n}", str(n), 0.0) for n in range(1, chosen.coalitions + 1)]
    rows = {}
    for title, name, budget in cases:
        rows[title] = in_process(
            "benchmarks.bench_plan_truth", "measure", name, str(budget),
            str(chosen.replications), str(chosen.draws),
        )  # fmt: skip
        said = ", ".join(f"{way} {VERDICTS[verdict(rows[title], way)]}" for way in WAYS)
        print(f"{title}: {rows[title]['seconds']:.0f} s; {said}", file=sys.stderr, flush=True)
    if chosen.json:
        print(json.dumps(rows, indent=1))
    else:
        show(rows)


if __name__ == "__main__":
    main()
