"""Forecasts of many series: time and memory, with statsforecast in the same run.

``python -m benchmarks.bench_forecasting [--size S|M|L ...] [--json]``; without a size S, M and L
(1,000, 10,000 and 100,000 series of 60 periods). Each size runs in a process of its own.

*Kernel*: TSB and SBA from a matrix to forecasts, against statsforecast's own functions called
series by series in one job; its kernel is timed on at most 5,000 series and scaled, because most of
it is the calls. Values must be equal to 1e-9.

*End to end*: a long table with site, item, period and quantity in, a table of both forecasts out,
against ``StatsForecast.forecast`` with one job on its own long table, made before.

*Selection*: distributions for a horizon of three periods, all eight laws competing over six rolling
origins; no peer does this. Compiling is done before and stated apart.
"""

import argparse
import json
import math
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
import polars as pl
from statsforecast import StatsForecast
from statsforecast import models as peer

from benchmarks.measure import measured
from redball.forecasting import METHODS, forecast_points, forecast_series, sba, tsb
from redball.model.compiled import Floats

SIZES = {"S": 1_000, "M": 10_000, "L": 100_000}
PERIODS = 60
SEED = 1944
SAMPLE = 5_000
FIVE = ("nb tsb", "nb mean", "empirical", "bootstrap", "class")

R = TypeVar("R")


def timed(work: Callable[[], R], repeat: int = 1) -> tuple[R, float]:
    """Result and best time of several runs, in seconds."""
    best = float("inf")
    for _ in range(repeat):
        start = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - start)
    return result, best


def demand(series: int) -> Floats:
    """Intermittent demand with gamma rates and sizes of one to four."""
    rng = np.random.default_rng(SEED)
    some = rng.random((series, PERIODS)) < rng.beta(0.6, 1.4, (series, 1))
    return (some * rng.integers(1, 5, (series, PERIODS))).astype(np.float64)


def long_table(matrix: Floats) -> pl.DataFrame:
    series = len(matrix)
    number = pl.int_range(series * PERIODS, eager=True) // PERIODS
    text = number.cast(pl.String).str.zfill(6)
    return pl.DataFrame(
        {
            "site": "SITE-" + text.str.slice(0, 3),
            "item": "ITEM-" + text,
            "period": np.tile(np.arange(PERIODS), series),
            "quantity": matrix.ravel(),
        }
    )


def bench_kernel(matrix: Floats) -> dict[str, Any]:
    part = matrix[:SAMPLE]
    scale = len(matrix) / len(part)
    row: dict[str, Any] = {}
    pairs: dict[str, tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]] = {
        "tsb": (tsb, lambda y: peer._tsb(y, 1, False, 0.1, 0.1)["mean"]),
        "sba": (sba, lambda y: peer._croston_sba(y, 1, False)["mean"]),
    }
    for name, (ours, theirs) in pairs.items():
        mine, seconds = timed(lambda f=ours: f(matrix), 5)  # type: ignore[misc]  # bound early
        other, peer_s = timed(lambda f=theirs: np.array([f(y)[0] for y in part]), 2)  # type: ignore[misc]  # bound early
        row[f"{name}_s"], row[f"{name}_peer_s"] = seconds, peer_s * scale
        row[f"{name}_ratio"] = peer_s * scale / seconds
        row[f"{name}_equal"] = bool(np.abs(mine[: len(part)] - other).max() <= 1e-9)
    return row


def bench_end_to_end(matrix: Floats) -> dict[str, Any]:
    table = long_table(matrix)
    _, ours = timed(lambda: forecast_points(table, methods=("tsb", "sba")), 3)
    theirs = table.select(unique_id="item", ds="period", y="quantity")
    models = [peer.TSB(0.1, 0.1), peer.CrostonSBA()]

    def run() -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return StatsForecast(models=models, freq=1, n_jobs=1).forecast(df=theirs, h=1)

    _, peer_s = timed(run, 2)
    return {"table_s": ours, "table_peer_s": peer_s, "table_ratio": peer_s / ours}


def bench_selection(matrix: Floats) -> dict[str, Any]:
    with measured() as eight:
        found = forecast_series(matrix, horizon=3.0)
    with measured() as five:
        forecast_series(matrix, horizon=3.0, methods=FIVE)
    chosen = found.frame["method"].n_unique()
    return {
        "select_s": eight.seconds,
        "select_five_s": five.seconds,
        "methods": len(METHODS),
        "chosen": chosen,
        "grown_mb": eight.grown_mb,
    }


def measure(size: str) -> dict[str, Any]:
    """All figures of one size."""
    small = demand(300)
    _, compiling = timed(
        lambda: (bench_kernel(small), bench_end_to_end(small), bench_selection(small))
    )
    matrix = demand(SIZES[size])
    return {
        "size": size,
        "series": len(matrix),
        "compile_s": compiling,
        **bench_kernel(matrix),
        **bench_end_to_end(matrix),
        **bench_selection(matrix),
    }


def growth(rows: list[dict[str, Any]], name: str) -> list[str]:
    """Exponent of the growth from one size to the next: 1 is linear."""
    cells = ["-"]
    for before, after in pairwise(rows):
        steps = math.log(after["series"] / before["series"])
        cells.append(f"{math.log(after[name] / before[name]) / steps:.2f}")
    return cells


def show(rows: list[dict[str, Any]]) -> None:
    """Print one line for each size in each of three tables."""

    def lines(title: str, columns: dict[str, list[str]]) -> None:
        print(f"\n{title}\n")
        print("| size | series | " + " | ".join(columns) + " |")
        print("| ---: | ---: |" + " ---: |" * len(columns))
        for i, row in enumerate(rows):
            cells = " | ".join(column[i] for column in columns.values())
            print(f"| {row['size']} | {row['series']:,} | {cells} |")

    def of(name: str, how: str) -> list[str]:
        return [format(row[name], how) for row in rows]

    for name in ("tsb", "sba"):
        lines(
            f"Kernel {name.upper()} (seconds, one job)",
            {
                "ours": of(f"{name}_s", ".4f"),
                "growth": growth(rows, f"{name}_s"),
                "statsforecast": of(f"{name}_peer_s", ".3f"),
                "ratio": of(f"{name}_ratio", ".0f"),
                "equal": ["yes" if row[f"{name}_equal"] else "NO" for row in rows],
            },
        )
    lines(
        "TSB and SBA, table in, table out (seconds, one job)",
        {
            "ours": of("table_s", ".2f"),
            "statsforecast": of("table_peer_s", ".2f"),
            "ratio": of("table_ratio", ".1f"),
        },
    )
    lines(
        "Distributions with selection over six origins (seconds)",
        {
            "five laws": of("select_five_s", ".1f"),
            f"all {rows[0]['methods']}": of("select_s", ".1f"),
            "growth": growth(rows, "select_s"),
            "MB more": of("grown_mb", ",.0f"),
        },
    )
    print(f"\nCompiling or loading kernels, not counted: {rows[0]['compile_s']:.1f} s at first.")


def apart(size: str) -> dict[str, Any]:
    """Measure one size in a process of its own."""
    call = [sys.executable, "-m", "benchmarks.bench_forecasting", "--size", size, "--json"]
    answer = subprocess.run(call, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise RuntimeError(answer.stderr)
    rows: list[dict[str, Any]] = json.loads(answer.stdout)
    return rows[0]


def main() -> None:
    parser = argparse.ArgumentParser(description="Benchmark the forecasts.")
    parser.add_argument(
        "--size", nargs="+", choices=SIZES, default=["S", "M", "L"], help="S, M and L when absent"
    )
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    alone_here = len(chosen.size) == 1
    rows = [measure(size) if alone_here else apart(size) for size in chosen.size]
    if chosen.json:
        print(json.dumps(rows, indent=1))
    else:
        show(rows)


if __name__ == "__main__":
    main()
