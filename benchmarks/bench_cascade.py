"""Cascades: closures per second of the systemic risk index, and days per second of ARIO.

``python benchmarks/bench_cascade.py [--size S|M|L ...] [--json]``; without a size S, M and L. Each
size runs in a process of its own, so that its memory is its own.

*ESRI*: random firms with ten links each, sellers skewed (a few sell to many), 50 sectors, every
input essential, tolerance 0.01; M is 10,000 firms with 100,000 links. Ours on one core, with and
without market shares and outlets, on a sample of firms. Per core means by processor time, so that
other work on the machine does not count; two workers are compared by the clock. The peer
is the same index on SciPy's sparse matrices and NumPy, one firm after another, on a sample of
closures that both compute; both must agree to 1e-9. *Two workers* is the same work on two threads.

*ARIO*: regions of 48 sectors with full flows, one sector loses half its capacity. The peer is NumPy
with the matrix of orders written out; both must agree to 1e-9. Compiling is done before.
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
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from scipy import sparse

from redball.risk.cascade import (
    CapacityLoss,
    FirmNetwork,
    FirmShocks,
    SectorTable,
    ario,
    economic_systemic_risk,
    firm_network,
    sector_table,
)

FIRMS = {"S": 1_000, "M": 10_000, "L": 100_000}
REGIONS = {"S": 1, "M": 10, "L": 40}
LINKS = 10
SECTORS = 50
SAMPLE = {"S": 1_000, "M": 1_000, "L": 250}
"""Firms that are closed, each alone."""
PEER_SAMPLE = 16
DAYS = 60
SEED = 1944

Floats = npt.NDArray[np.float64]
R = TypeVar("R")


def timed(work: Callable[[], R], clock: Callable[[], float] = time.process_time) -> tuple[R, float]:
    start = clock()
    result = work()
    return result, clock() - start


def firms(n: int, *, outlet: bool) -> FirmNetwork:
    rng = np.random.default_rng(SEED)
    links = LINKS * n
    return firm_network(
        np.minimum((n * rng.random(links) ** 2).astype(np.int64), n - 1),
        rng.integers(0, n, links),
        rng.lognormal(0, 1, links),
        sector=rng.integers(0, SECTORS, n),
        essential=np.full((SECTORS, SECTORS), 2),
        outlet=rng.lognormal(2, 1, n) if outlet else None,
    )


def closures(firm: npt.NDArray[np.int32]) -> FirmShocks:
    return FirmShocks(np.arange(len(firm) + 1), firm, np.zeros(len(firm)))


def peer_esri(network: FirmNetwork, closed: npt.NDArray[np.int32]) -> Floats:
    """The index on sparse matrices, all inputs essential, no market shares."""
    n = network.firms
    sales = network.sales + network.outlet
    group = np.diff(network.customer, prepend=-1) | np.diff(network.input_kind, prepend=-1)
    first = np.flatnonzero(group)
    of = np.cumsum(group != 0) - 1
    whole = np.add.reduceat(network.value, first)
    shares = sparse.csr_matrix(
        (network.value / whole[of], (of, network.supplier)), shape=(len(first), n)
    )
    customer = network.customer[first]
    starts = np.flatnonzero(np.diff(customer, prepend=-1))
    buyers = customer[starts]
    sold = sparse.csr_matrix(
        (network.value / sales[network.supplier], (network.supplier, network.customer)),
        shape=(n, n),
    )
    found = np.zeros(len(closed))
    for k, firm in enumerate(closed):
        least = np.zeros(n)
        least[firm] = 1.0
        down, up, moved = least, least, 1.0
        while moved >= 0.01:
            new_down = least.copy()
            worst = np.maximum.reduceat(shares @ down, starts)
            new_down[buyers] = np.minimum(np.maximum(worst, least[buyers]), 1.0)
            new_up = np.minimum(np.maximum(sold @ up, least), 1.0)
            moved = max(np.abs(new_down - down).max(), np.abs(new_up - up).max())
            down, up = new_down, new_up
        found[k] = sales @ np.maximum(down, up) / sales.sum()
    return found


def bench_esri(n: int, sample_size: int) -> dict[str, Any]:
    row: dict[str, Any] = {"firms": n, "links": n * LINKS}
    rng = np.random.default_rng(SEED)
    chosen = rng.choice(n, min(sample_size, n), replace=False)
    cases = closures(chosen.astype(np.int32))
    for outlet in (False, True):
        network = firms(n, outlet=outlet)
        for market in ("none", "sector"):
            found, seconds = timed(
                lambda net=network, rule=market: economic_systemic_risk(  # type: ignore[misc]  # defaults bind the loop's values
                    net, cases, market=rule, workers=1
                )
            )
            name = f"{'outlet' if outlet else 'closed'}_{market}"
            row[name] = len(chosen) / seconds
            row[f"{name}_sweeps"] = float(found.sweeps.mean())
            row[f"{name}_esri"] = float(found.esri.mean())
    row["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    network = firms(n, outlet=False)
    one, two = (
        timed(
            lambda workers=w: economic_systemic_risk(network, cases, workers=workers),  # type: ignore[misc]  # as above
            time.perf_counter,
        )[1]
        for w in (1, 2)
    )
    sample = chosen[:PEER_SAMPLE].astype(np.int32)
    mine = economic_systemic_risk(network, closures(sample), workers=1)
    theirs, seconds = timed(lambda: peer_esri(network, sample))
    row |= {
        "two_workers": one / two,
        "peer": len(sample) / seconds,
        "ratio": row["closed_none"] * seconds / len(sample),
        "equal": bool(np.max(np.abs(mine.esri - theirs)) < 1e-9),
    }
    return row


def economy(regions: int) -> SectorTable:
    rng = np.random.default_rng(SEED)
    m = 48 * regions
    flows = rng.lognormal(0, 2, (m, m))
    industries = [(f"R{r:02}", f"S{s:02}") for r in range(regions) for s in range(48)]
    return sector_table(flows, flows.sum(axis=0), industries)


def peer_ario(table: SectorTable, loss: CapacityLoss) -> Floats:
    """ARIO with the matrix of orders, in NumPy."""
    z, f, sector = table.flows / 365, table.final_demand / 365, table.sector
    x0 = z.sum(axis=1) + f
    kinds = sparse.csr_matrix(
        (np.ones(len(x0)), (sector, np.arange(len(x0)))), shape=(len(table.sectors), len(x0))
    )
    a = kinds @ z / x0
    stock, orders, alpha, x = 90 * a * x0, z.copy(), np.ones(len(x0)), x0
    hit = [table.index(industry) for industry in loss.industries]
    made = np.empty((DAYS, len(x0)))
    for day in range(DAYS):
        demand = orders.sum(axis=1) + f
        if day >= 2:
            scarcity = (demand - x) / demand
            change = np.where(scarcity != 0, (1.25 - alpha) * scarcity, 1 - alpha)
            alpha = np.maximum(alpha + change / 365, 1.0)
        cap = alpha * x0
        cap[hit] *= 1 - loss.on_day(day)
        wanted = np.minimum(demand, cap)
        required = 0.9 * 90 * a * wanted
        limit = np.where((a > 1e-5) & (required > stock), stock / required, 1.0)
        x = wanted * limit.min(axis=0)
        stock = stock + kinds @ (orders * (x / demand)[:, None]) - a * x
        need = np.maximum(0, 90 * a * wanted - stock) / 60 + a * x
        weighted = z * (cap / x0)[:, None]
        orders = weighted * (need / (kinds @ weighted))[sector]
        made[day] = x
    return made


def bench_ario(regions: int) -> dict[str, Any]:
    table = economy(regions)
    loss = CapacityLoss((table.industries[0], table.industries[7]), 0.5, 3, 20, 10)
    ours, seconds = timed(lambda: ario(table, [loss], days=DAYS))
    theirs, peer_seconds = timed(lambda: peer_ario(table, loss))
    return {
        "industries": len(table.industries),
        "ario_s": seconds,
        "ario_peer_s": peer_seconds,
        "ario_ratio": peer_seconds / seconds,
        "ario_equal": bool(np.max(np.abs(ours.production / theirs - 1)) < 1e-9),
    }


def measure(size: str) -> dict[str, Any]:
    """All figures of one size."""
    _, compiling = timed(lambda: (bench_esri(100, 100), bench_ario(1)))
    return {
        "size": size,
        "compile_s": compiling,
        **bench_esri(FIRMS[size], SAMPLE[size]),
        **bench_ario(REGIONS[size]),
    }


def growth(rows: list[dict[str, Any]], size: str, work: list[float]) -> list[str]:
    """Exponent of the growth of the work from one size to the next: 1 is linear."""
    cells = ["-"]
    for (before, a), (after, b) in pairwise(zip(rows, work, strict=True)):
        cells.append(f"{math.log(b / a) / math.log(after[size] / before[size]):.2f}")
    return cells


def table(title: str, columns: dict[str, list[str]]) -> None:
    print(f"\n{title}\n")
    print("| " + " | ".join(columns) + " |\n" + "|" + " ---: |" * len(columns))
    for cells in zip(*columns.values(), strict=True):
        print("| " + " | ".join(cells) + " |")


def show(rows: list[dict[str, Any]]) -> None:
    def of(name: str, how: str) -> list[str]:
        return [format(r[name], how) for r in rows]

    def same(name: str) -> list[str]:
        return ["yes" if r[name] else "NO" for r in rows]

    table(
        "Systemic risk index, closures per second on one core",
        {
            "size": of("size", ""),
            "firms": of("firms", ","),
            "links": of("links", ","),
            "no outlet": of("closed_none", ",.0f"),
            "growth of a closure": growth(rows, "links", [1 / r["closed_none"] for r in rows]),
            "with market": of("closed_sector", ",.0f"),
            "outlet": of("outlet_none", ",.0f"),
            "both": of("outlet_sector", ",.0f"),
            "SciPy": of("peer", ",.1f"),
            "ratio": of("ratio", ",.0f"),
            "equal": same("equal"),
            "two workers": of("two_workers", ".2f"),
            "peak MB": of("peak_mb", ",.0f"),
        },
    )
    table(
        f"ARIO, {DAYS} days (seconds)",
        {
            "size": of("size", ""),
            "industries": of("industries", ","),
            "ours": of("ario_s", ".3f"),
            "growth": growth(rows, "industries", [r["ario_s"] for r in rows]),
            "NumPy": of("ario_peer_s", ".3f"),
            "ratio": of("ario_ratio", ".1f"),
            "equal": same("ario_equal"),
        },
    )
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
    parser = argparse.ArgumentParser(description="Benchmark the cascades.")
    parser.add_argument(
        "--size", nargs="+", choices=FIRMS, default=["S", "M", "L"], help="S, M and L when absent"
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
