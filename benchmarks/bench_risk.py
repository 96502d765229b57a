"""Structural findings: time, memory and growth, with NetworkX in the same run.

``python benchmarks/bench_risk.py [--size S|M|L|XL] [--json]``; without a size S, M and L.

Two parts. *Cuts*: articulation points and bridges of a scale-free random network (expected degrees
by a power law, exponent 3, seed 1944) with five relations for each party; ours from the arrays of
edges to the result, NetworkX from its finished graph, so that its own building is not counted.
*Critical sets*: parties, five supply relations for each (1 % of them closing cycles), as many items
in the structure of 50 systems, two sources for each item; the sets of all systems, with party,
parent, site and country as elements, and the whole list of findings. Compiling is done before and
stated apart.
"""

import argparse
import json
import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import networkx as nx
import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import Groups, Label, Twin, build_twin, table
from redball.model.frames import frame_schema
from redball.risk import build_network, structural_findings
from redball.risk.kernels import articulation_points_and_bridges, critical_sets

SIZES = {"S": 1_000, "M": 10_000, "L": 100_000, "XL": 300_000}
RELATIONS = 5
SYSTEMS = 50
SEED = 1944

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
        "parties": n,
        "relations": len(u),
        "articulation_points": len(points),
        "bridges": len(bridges),
        "equal": equal,
        "ours_s": ours,
        "networkx_s": peer,
        "networkx_building_s": building,
        "ratio": peer / ours,
        "peak_mb": peak_mb(),
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


def bench_critical(n: int) -> dict[str, Any]:
    twin = coalition(n)
    items, parties = alone(twin, "item"), alone(twin, "party")
    network, building = timed(lambda: build_network(twin, items, parties))
    graph, roots = network.graph, network.system_nodes
    sets, elements_s = timed(
        lambda: critical_sets(graph, roots, candidates=network.elements()), repeat=2
    )
    everything, all_s = timed(lambda: critical_sets(graph, roots))
    found, findings_s = timed(lambda: structural_findings(twin, items=items, parties=parties))
    return {
        "parties": n,
        "relations": twin["supply"].height,
        "items": n,
        "systems": len(roots),
        "nodes": graph.nodes,
        "reached": len(sets.reached),
        "members": len(sets.member),
        "members_with_items": len(everything.member),
        "build_s": building,
        "elements_s": elements_s,
        "all_nodes_s": all_s,
        "findings": len(found),
        "hidden": sum(f.rule == "hidden-common-supplier" for f in found),
        "findings_s": findings_s,
        "peak_mb": peak_mb(),
    }


def show(title: str, rows: list[dict[str, Any]]) -> None:
    print(f"\n{title}")
    for name in rows[0]:
        cells = (
            f"{r[name]:>14,.3f}" if isinstance(r[name], float) else f"{r[name]!s:>14}" for r in rows
        )
        print(f"  {name:<22}" + "".join(cells))


def main() -> None:
    parser = argparse.ArgumentParser(description="Benchmark the structural findings.")
    parser.add_argument("--size", choices=SIZES, help="one size; S, M and L when absent")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    wanted = [SIZES[name] for name in ([chosen.size] if chosen.size else ["S", "M", "L"])]
    _, compiling = timed(lambda: (bench_cuts(100), bench_critical(200)))
    cuts = [bench_cuts(n) for n in wanted]
    critical = [bench_critical(n) for n in wanted]
    if chosen.json:
        print(json.dumps({"compile_s": compiling, "cuts": cuts, "critical": critical}, indent=1))
        return
    print(f"compiling or loading kernels, not counted below: {compiling:.1f} s")
    show("articulation points and bridges (seconds)", cuts)
    show("critical sets of all systems (seconds)", critical)


if __name__ == "__main__":
    main()
