"""Structural findings: time, memory and growth, with NetworkX and plain removal in the same run.

``python benchmarks/bench_risk.py [--size S|M|L|XL ...] [--json]``; without a size S, M and L. Each
size runs in a process of its own, so that its memory is its own.

*Cuts*: articulation points and bridges of a scale-free random network (expected degrees by a power
law, exponent 3, seed 1944) with five relations for each party; ours from the arrays of edges to the
result, NetworkX from its finished graph, so that its own building is not counted.

*Critical sets*: parties, five supply relations for each (1 % of them closing cycles), as many items
in the structure of 50 systems, two sources for each item; the sets of all systems, with party,
parent, site and country as elements. NetworkX has no such function; the peer is removal of one
element after another in plain Python, on a sample, scaled to all elements. Both must agree.

*Findings*: the whole list over the same twin. Compiling is done before and stated apart; memory is
the peak of the process before the peers run.
"""

import argparse
import json
import math
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, TypeVar

import networkx as nx
import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import Groups, Label, Twin, build_twin, table
from redball.model.frames import frame_schema
from redball.risk import SupplyNetwork, build_network, structural_findings
from redball.risk.kernels import CriticalSets, articulation_points_and_bridges, critical_sets

SIZES = {"S": 1_000, "M": 10_000, "L": 100_000, "XL": 300_000}
RELATIONS = 5
SYSTEMS = 50
SEED = 1944
SAMPLE = 200
"""Elements that plain removal is tried on."""

Ints = npt.NDArray[np.int32]
R = TypeVar("R")


def timed(work: Callable[[], R], repeat: int = 1) -> tuple[R, float]:
    """Result and best time of several runs, in seconds."""
    best = float("inf")
    for _ in range(repeat):
        start = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - start)
    return result, best


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def skewed(rng: np.random.Generator, n: int, size: int) -> Ints:
    """Node numbers with expected degrees that follow a power law of exponent 3."""
    return np.minimum((n * rng.random(size) ** 2).astype(np.int32), n - 1)


def edges(n: int) -> tuple[Ints, Ints]:
    """Different edges of a scale-free network, without self-loops."""
    rng = np.random.default_rng(SEED)
    ends = np.sort(
        np.stack([skewed(rng, n, RELATIONS * n * 2), rng.integers(0, n, RELATIONS * n * 2)]), axis=0
    )
    code = np.unique(ends[0].astype(np.int64) * n + ends[1])
    code = rng.permutation(code[code // n != code % n])[: RELATIONS * n]
    return (code // n).astype(np.int32), (code % n).astype(np.int32)


def bench_cuts(n: int) -> dict[str, Any]:
    u, v = edges(n)
    cuts, ours = timed(lambda: articulation_points_and_bridges(n, u, v), repeat=3)

    def build() -> "nx.Graph[int]":
        graph: nx.Graph[int] = nx.Graph()
        graph.add_nodes_from(range(n))
        graph.add_edges_from(zip(u.tolist(), v.tolist(), strict=True))
        return graph

    graph, building = timed(build)
    points, points_s = timed(lambda: set(nx.articulation_points(graph)))
    bridges, bridges_s = timed(lambda: {tuple(sorted(map(int, e))) for e in nx.bridges(graph)})  # type: ignore[call-overload]  # the stubs type an edge as a node
    mine = np.stack([np.minimum(u, v), np.maximum(u, v)], axis=1)[cuts.bridge]
    equal = points == set(np.flatnonzero(cuts.articulation).tolist()) and bridges == set(
        map(tuple, mine.tolist())
    )
    peer = points_s + bridges_s
    return {
        "cuts_equal": equal,
        "cuts_s": ours,
        "networkx_s": peer,
        "networkx_building_s": building,
        "ratio_networkx": peer / ours,
    }


def frame(name: str, rows: int, /, **columns: Any) -> pl.DataFrame:
    """Rows of a table with keys counted up and what is not given left empty."""
    base = {"owner": "DEU", "label": 1, "since": 1, "sheet": name, "line": 1, **columns}
    part = pl.select(key=pl.concat_str(pl.lit(name + "-"), pl.int_range(rows).cast(pl.String)))
    part = part.with_columns(
        **{
            column: pl.Series(value) if isinstance(value, np.ndarray) else pl.lit(value)
            for column, value in base.items()
        }
    )
    return part.select(
        (pl.col(c) if c in part.columns else pl.lit(None)).cast(dtype).alias(c)
        for c, dtype in frame_schema(table(name)).items()
    )


def keys(name: str, index: npt.NDArray[np.int_] | Ints) -> npt.NDArray[np.str_]:
    return np.char.add(f"{name}-", index.astype(str))


def coalition(n: int) -> Twin:
    """A twin with n parties, 5 n supply relations, n items and 50 systems."""
    rng = np.random.default_rng(SEED)
    customer = rng.integers(0, n - 1, RELATIONS * n)
    # suppliers stand further up; one in a hundred relations closes a cycle
    up = customer + 1 + skewed(rng, n, RELATIONS * n) * (n - 1 - customer) // n
    supplier = np.where(rng.random(len(up)) < 0.01, rng.integers(0, n, len(up)), up)
    countries = np.array(["DEU", "NLD", "POL", "NOR", "EST", "USA", "CZE", "FRA", "ITA", "TWN"])
    child = np.arange(SYSTEMS, n)
    parent = np.maximum(child // 8, rng.integers(0, SYSTEMS, len(child)))
    has_parent = rng.random(n) < 0.1
    owner = np.where(has_parent, keys("party", rng.integers(0, n, n)), "")
    sites = max(n // 10, 10)
    frames = {
        "site": frame(
            "site", sites, name="Site", kind="factory", country=rng.choice(countries, sites)
        ),
        "party": frame(
            "party", n, name="Party", kind="supplier", ultimate_parent=owner,
            country=rng.choice(countries, n), site=keys("site", rng.integers(0, sites, n)),
        ),
        "item": frame(
            "item", n, name="Item", supply_class="NATO:II", unit_of_issue="EA", reparable=False
        ),
        "structure": frame(
            "structure", len(child), parent=keys("item", parent), child=keys("item", child),
            quantity=1.0, essential=True,
        ),
        "system": frame(
            "system", SYSTEMS, name="System", item=keys("item", np.arange(SYSTEMS)), kind="land"
        ),
        "source": frame(
            "source", 2 * n, party=keys("party", rng.integers(0, max(n // 2, 1), 2 * n)),
            item=keys("item", rng.integers(0, n, 2 * n)), lead_time_days=30.0,
        ),
        "supply": frame(
            "supply", len(up), supplier=keys("party", supplier), customer=keys("party", customer),
            input=keys("input", rng.integers(0, 3, len(up))), essential=True,
            confidence=np.where(rng.random(len(up)) < 0.8, 1.0, 0.7),
        ),
    }  # fmt: skip
    label = Label("DEU", "UNCLASSIFIED", frozenset({"ALL"}))
    return build_twin(frames, {1: label}, viewer="DEU", as_of=datetime(2026, 1, 31, tzinfo=UTC))


def alone(twin: Twin, name: str) -> Groups:
    """No record recognised as another."""
    rows = twin[name].height
    return Groups(name, np.arange(rows, dtype=np.int32), ("",) * rows, pl.DataFrame())


def bench_critical(n: int) -> tuple[dict[str, Any], SupplyNetwork, CriticalSets]:
    twin = coalition(n)
    items, parties = alone(twin, "item"), alone(twin, "party")
    network, building = timed(lambda: build_network(twin, items, parties))
    graph, roots = network.graph, network.system_nodes
    sets, sets_s = timed(
        lambda: critical_sets(graph, roots, candidates=network.elements()), repeat=3
    )
    everything, all_s = timed(lambda: critical_sets(graph, roots))
    found, findings_s = timed(lambda: structural_findings(twin, items=items, parties=parties))
    row = {
        "parties": n,
        "relations": twin["supply"].height,
        "items": n,
        "systems": len(roots),
        "nodes": graph.nodes,
        "members": len(sets.member),
        "members_with_items": len(everything.member),
        "build_s": building,
        "sets_s": sets_s,
        "sets_all_nodes_s": all_s,
        "findings": len(found),
        "hidden": sum(f.rule == "hidden-common-supplier" for f in found),
        "findings_s": findings_s,
        "peak_mb": peak_mb(),
    }
    return row, network, sets


def bench_removal(network: SupplyNetwork, sets: CriticalSets) -> dict[str, Any]:
    """Plain removal of some elements, scaled to all that the systems need."""
    graph = network.graph
    start, group = (part.tolist() for part in graph.members())
    size = np.diff(graph.alternative_start).tolist()
    owner, roots = graph.owner.tolist(), network.system_nodes.tolist()
    elements = sets.reached[network.elements()[sets.reached]]
    rng = np.random.default_rng(SEED)
    sample = rng.choice(elements, min(SAMPLE, len(elements)), replace=False).tolist()

    def stopped(lost: int) -> list[int]:
        left: dict[int, int] = {}
        failed, queue = {lost}, [lost]
        for node in queue:
            for g in group[start[node] : start[node + 1]]:
                left[g] = left.get(g, size[g]) - 1
                if left[g] == 0 and owner[g] not in failed:
                    failed.add(owner[g])
                    queue.append(owner[g])
        return [i for i, root in enumerate(roots) if root in failed]

    expected, seconds = timed(lambda: [stopped(node) for node in sample])
    member = [set(sets[i].tolist()) for i in range(len(sets))]
    mine = [[i for i in range(len(sets)) if node in member[i]] for node in sample]
    return {
        "sets_equal": mine == expected,
        "removal_s": seconds * len(elements) / max(len(sample), 1),
    }


def measure(size: str) -> dict[str, Any]:
    """All figures of one size."""
    n = SIZES[size]
    _, compiling = timed(lambda: (bench_cuts(100), bench_removal(*bench_critical(200)[1:])))
    row, network, sets = bench_critical(n)
    removal = bench_removal(network, sets)
    row |= removal | {"ratio_removal": removal["removal_s"] / row["sets_s"]}
    del network, sets
    return {"size": size, "compile_s": compiling, **row, **bench_cuts(n)}


def growth(rows: list[dict[str, Any]], name: str) -> list[str]:
    """Exponent of the growth from one size to the next: 1 is linear."""
    cells = ["-"]
    for before, after in pairwise(rows):
        steps = math.log(after["parties"] / before["parties"])
        cells.append(f"{math.log(after[name] / before[name]) / steps:.2f}")
    return cells


def show(rows: list[dict[str, Any]]) -> None:
    """Print one line for each size in each of three tables."""
    head = [(r["size"], r["parties"], r["relations"]) for r in rows]

    def lines(title: str, columns: dict[str, list[str]]) -> None:
        print(f"\n{title}\n")
        names = ["size", "parties", "relations", *columns]
        print("| " + " | ".join(names) + " |\n" + "|" + " ---: |" * len(names))
        for i, (size, parties, relations) in enumerate(head):
            cells = [size, f"{parties:,}", f"{relations:,}", *(c[i] for c in columns.values())]
            print("| " + " | ".join(cells) + " |")

    def of(name: str, how: str) -> list[str]:
        return [format(r[name], how) for r in rows]

    def same(name: str) -> list[str]:
        return ["yes" if r[name] else "NO" for r in rows]

    lines(
        f"Critical sets of {rows[0]['systems']} systems (seconds)",
        {
            "building": of("build_s", ".2f"),
            "sets": of("sets_s", ".3f"),
            "growth": growth(rows, "sets_s"),
            "removal (estimated)": of("removal_s", ",.1f"),
            "ratio": of("ratio_removal", ",.0f"),
            "equal": same("sets_equal"),
            "members": of("members", ","),
        },
    )
    lines(
        "Structural findings (seconds)",
        {
            "all": of("findings_s", ".2f"),
            "growth": growth(rows, "findings_s"),
            "findings": of("findings", ","),
            "hidden": of("hidden", ","),
            "peak MB": of("peak_mb", ",.0f"),
        },
    )
    lines(
        "Articulation points and bridges (seconds)",
        {
            "ours": of("cuts_s", ".4f"),
            "growth": growth(rows, "cuts_s"),
            "NetworkX": of("networkx_s", ".2f"),
            "ratio": of("ratio_networkx", ",.0f"),
            "equal": same("cuts_equal"),
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
    parser = argparse.ArgumentParser(description="Benchmark the structural findings.")
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
