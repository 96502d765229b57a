"""Invariants of the event kernel over random networks, random disruptions and random rules.

``check=True`` lets the kernel count every unit itself; the balance below is counted from its log
and results alone, by other code.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from redball.simulation.events import Kind, run_events
from redball.simulation.network import (
    CutRule,
    Law,
    Network,
    NetworkBuilder,
    PolicyKind,
    Rationing,
    Rows,
    RuleKind,
    SizeKind,
    StreamKind,
    What,
)
from redball.simulation.network.futures import TABLE_OF
from redball.simulation.network.tables import CHANGE, RULE
from redball.simulation.runs import Run

Rng = np.random.Generator
SEEDS = st.integers(0, 2**32 - 1)
HORIZON = 40


def some_law(rng: Rng, mean: float) -> Law:
    """A law of about this mean, of any kind."""
    kind = int(rng.integers(0, 6))
    if kind == 0:
        return Law.exponential(mean)
    if kind == 1:
        return Law.spread(mean, mean * float(rng.uniform(0.1, 2.0)))
    if kind == 2:
        return Law.between(0.0, 2 * mean)
    if kind == 3:
        return Law(0.0)
    return Law(float(round(mean)))


def random_network(seed: int) -> Network:
    """Up to four items over up to five nodes: every kind of row there is, in every mix."""
    rng = np.random.default_rng(seed)
    b = NetworkBuilder()
    items, nodes = int(rng.integers(1, 5)), int(rng.integers(2, 6))
    for i in range(items):
        shelf = float(rng.uniform(3, 30)) if rng.random() < 0.3 else np.inf
        b.item(f"I{i}", mass_kg=float(rng.choice([0.0, 1.0, 50.0])), shelf_life_days=shelf)
    parent = [-1] + [int(rng.integers(0, n)) for n in range(1, nodes)]
    for n in range(nodes):
        b.node(f"N{n}", f"NATION {n % 2}")
    lanes: dict[int, list[int]] = {}
    for n in range(1, nodes):
        lanes[n] = [
            b.lane(
                f"N{parent[n]}", f"N{n}", some_law(rng, 2.0), name=f"{n} {k}",
                cut_rule=CutRule(int(rng.integers(0, 4))),
                kg_per_day=float(rng.choice([np.inf, 40.0, 400.0])),
                headway_days=float(rng.choice([0.0, 1.0, 2.5])), eur_per_t=3.0, co2e_kg_per_t=2.0,
            )
            for k in range(int(rng.integers(1, 3)))
        ]  # fmt: skip
    cells = {(n, i): _cell(b, rng, n, i) for n in range(nodes) for i in range(items)}
    for (n, i), cell in cells.items():
        _supply(b, rng, cells, (n, i), parent[n], lanes.get(n, []), items)
        if rng.random() < 0.5:
            _stream(b, rng, cell)
    _fleets_and_shops(b, rng, cells, parent, items)
    for n in range(nodes):
        if items > 1 and rng.random() < 0.3:
            b.substitute(cells[n, 0], cells[n, 1])
        if n > 1 and rng.random() < 0.4:
            b.support(
                cells[n, 0], cells[n - 1, 0], some_law(rng, 1.0), keep=int(rng.integers(0, 3)),
                from_day=float(rng.choice([0.0, 9.0])), standby=bool(rng.random() < 0.3),
            )  # fmt: skip
    return b.build()


def _cell(b: NetworkBuilder, rng: Rng, n: int, i: int) -> int:
    level = int(rng.integers(0, 25))
    cell = b.cell(
        f"N{n}", f"I{i}", on_hand=int(rng.integers(0, 25)),
        reserve=int(rng.integers(0, 9)) if rng.random() < 0.3 else 0,
        policy=PolicyKind(int(rng.integers(0, 4))), reorder_point=level,
        order_up_to=level + int(rng.integers(0, 12)), quantity=int(rng.integers(1, 9)),
        review_days=float(rng.choice([0.0, 0.0, 1.0, 3.5])),
        rationing=Rationing(int(rng.integers(0, 3))),
    )  # fmt: skip
    on_hand = int(b._rows["cells"][cell]["on_hand"])
    if on_hand > 2 and rng.random() < 0.3:
        b.lot(cell, on_hand // 2, float(rng.uniform(0, 30)))
    if rng.random() < 0.3:
        b.due(cell, int(rng.integers(1, 9)), float(rng.uniform(0, 20)))
    return cell


def _supply(
    b: NetworkBuilder, rng: Rng, cells: dict[tuple[int, int], int], at: tuple[int, int],
    parent: int, lanes: list[int], items: int,
) -> None:  # fmt: skip
    n, i = at
    cell = cells[at]
    more: dict[str, Any] = {
        "minimum": int(rng.integers(0, 9)), "batch": int(rng.integers(1, 6)), "price_eur": 2.0,
        "order_cost_eur": 1.0,
    }  # fmt: skip
    if parent >= 0 and rng.random() < 0.8:
        way = [lanes[0]] if rng.random() < 0.7 else []
        b.move(cell, cells[parent, i], some_law(rng, 1.0), lanes=way, **more)
        if len(lanes) > 1:
            b.move(cell, cells[parent, i], lanes=[lanes[1]], standby=int(rng.random() < 0.5))
    if i + 1 < items and rng.random() < 0.4:
        inputs = [(cells[n, j], float(rng.uniform(0.2, 3))) for j in range(i + 1, items)]
        b.make(cell, per_day=float(rng.choice([np.inf, 5.0])), lead=some_law(rng, 1.0),
               inputs=inputs)  # fmt: skip
    if parent < 0 or rng.random() < 0.3:
        b.buy(cell, some_law(rng, 4.0), at_node=int(rng.choice([-1, n])),
              standby=int(rng.random() < 0.3), **more)  # fmt: skip


def _stream(b: NetworkBuilder, rng: Rng, cell: int) -> None:
    kind = StreamKind(int(rng.integers(0, 4)))
    days = np.sort(rng.uniform(0, HORIZON, 6))
    profile = [(float(d), float(rng.choice([0.0, 1.0, 3.0]))) for d in days[:3]]
    b.demand(
        cell, kind=kind, per_day=float(rng.uniform(0, 3)), size=float(rng.integers(1, 5)),
        size_kind=SizeKind(int(rng.integers(0, 2))), interval_days=float(rng.uniform(0.3, 5)),
        first_day=float(rng.uniform(0, 5)), lost=bool(rng.random() < 0.3),
        priority=int(rng.integers(0, 3)),
        trace=[(float(d), int(rng.integers(0, 9))) for d in days] if kind == 2 else (),
        profile=profile if rng.random() < 0.5 else (),
    )  # fmt: skip


def _fleets_and_shops(
    b: NetworkBuilder, rng: Rng, cells: dict[tuple[int, int], int], parent: list[int], items: int
) -> None:
    pools = [b.pool(f"N{n}", int(rng.integers(0, 3))) for n in range(len(parent))]
    shops: dict[tuple[int, int], int] = {}
    for n, above in enumerate(parent):
        for i in range(items):
            if rng.random() < 0.5:
                continue
            parts = [(cells[n, i + 1], 0.6)] if i + 1 < items and rng.random() < 0.5 else []
            shops[n, i] = b.shop(
                cells[n, i], some_law(rng, 3.0), share=float(rng.choice([0.0, 0.5, 1.0])),
                pool=pools[n] if rng.random() < 0.5 else -1, up=shops.get((above, i), -1),
                up_time=some_law(rng, 1.0), parts=parts,
            )  # fmt: skip
        if rng.random() < 0.6:
            fleet = b.fleet(f"N{n}", f"UNIT {n}", "SYSTEM", int(rng.integers(0, 7)),
                            cannibalise=bool(rng.random() < 0.5),
                            only_up_fail=bool(rng.random() < 0.5))  # fmt: skip
            for i in range(items):
                installed = int(rng.integers(1, 4))
                b.fit(fleet, cells[n, i], float(rng.uniform(0, 0.2)), per_system=installed,
                      needed=int(rng.integers(0, installed + 1)))  # fmt: skip


def random_changes(network: Network, seed: int, most: int = 12) -> Rows:
    """Losses, degradations and recoveries of anything, at any time."""
    rng = np.random.default_rng([seed, 1])
    rows = []
    for day in np.sort(rng.uniform(0, HORIZON, int(rng.integers(0, most)))):
        what = What(int(rng.integers(0, len(What))))
        size = len(getattr(network, TABLE_OF[what]))
        if size:
            value = float(rng.choice([0.0, 0.0, 0.4, 1.0, 1.0]))
            rows.append((float(day), int(what), int(rng.integers(0, size)), value))
    return np.array(rows, CHANGE)


def random_rules(network: Network, seed: int) -> Rows:
    """Reactions of every kind, everywhere or at one cell."""
    rng = np.random.default_rng([seed, 2])
    rows = [
        (
            int(kind), int(rng.integers(-1, len(network.cells))), float(rng.integers(0, 9)),
            float(rng.uniform(0, 5)), 10.0, float(rng.uniform(0.2, 1)), 2.0,
        )
        for kind in RuleKind
        if rng.random() < 0.5
    ]  # fmt: skip
    return np.array(rows, RULE)


def one_run(seed: int, **more: Any) -> tuple[Network, Run]:
    network = random_network(seed)
    options: dict[str, Any] = {
        "horizon_days": HORIZON, "seed": seed, "changes": random_changes(network, seed),
        "rules": random_rules(network, seed), "log": True, "check": True,
        "watch": np.arange(len(network.cells), dtype=np.int32), **more,
    }  # fmt: skip
    return network, run_events(network, **options)


@settings(max_examples=80)
@given(SEEDS)
def test_nothing_is_created_or_lost(seed: int) -> None:
    """The kernel's own count at every day, and sums that must agree with the log."""
    network, run = one_run(seed)
    log = run.log
    count = len(network.cells)

    def units(kind: Kind) -> npt.NDArray[np.int64]:
        rows = log[log["kind"] == int(kind)]
        return np.bincount(rows["entity"], rows["quantity"], count).astype(np.int64)

    assert (units(Kind.ORDERED) == run.cells["ordered"]).all()
    assert (units(Kind.EXPIRED) == run.cells["expired"]).all()
    assert (units(Kind.CONDEMNED) == run.cells["condemned"]).all()
    assert (units(Kind.UNMET) == run.cells["lost"]).all()
    # what came in by arcs and allies: all that was received but repaired units and those made
    back = units(Kind.RECEIVED) - units(Kind.REPAIRED)
    assert (back == run.cells["received"]).all()
    assert (run.arcs["units"] >= 0).all()
    assert run.arcs["units"].sum() == run.cells["ordered"].sum()


@settings(max_examples=80)
@given(SEEDS)
def test_figures_stay_in_their_ranges(seed: int) -> None:
    network, run = one_run(seed, log=False, check=False)
    cells = run.cells
    for name in cells.dtype.names or ():
        assert (cells[name] >= 0).all(), name
    assert (run.on_hand >= 0).all()
    assert (run.waiting >= 0).all()
    assert ((run.available >= 0) & (run.available <= 1)).all()
    assert (cells["at_once"] <= cells["filled"]).all()
    assert (cells["filled"] + cells["lost"] <= cells["demanded"]).all()
    assert run.available.shape == (len(network.fleets), HORIZON)
    servers = network.pools["servers"]
    assert (run.pools["busy_days"] <= servers * HORIZON + 1e-9).all()
    assert (run.pools["waited"] <= run.pools["arrivals"]).all()
    assert (run.recipes["busy_days"] <= HORIZON + 1e-9).all()
    assert (run.lanes["busy_days"] <= HORIZON + 1e-9).all()


@settings(max_examples=25)
@given(SEEDS)
def test_the_same_seed_gives_the_same_bytes(seed: int) -> None:
    """And neither the log nor the checks nor another run in between changes anything."""
    _, first = one_run(seed)
    one_run(seed + 1)
    _, again = one_run(seed)
    _, quiet = one_run(seed, log=False, check=False)
    assert first.log.tobytes() == again.log.tobytes()
    for name in ("available", "on_hand", "waiting", "cells", "arcs", "lanes", "recipes", "pools",
                 "costs", "stock_end"):  # fmt: skip
        assert getattr(first, name).tobytes() == getattr(again, name).tobytes(), name
        assert getattr(first, name).tobytes() == getattr(quiet, name).tobytes(), name
    assert first.events == again.events == quiet.events


def test_threads_beside_each_other_give_the_same_bytes() -> None:
    """Whatever the number of workers: the log of each replication is its own."""
    network = random_network(5)
    changes = random_changes(network, 5)

    def log(replication: int) -> bytes:
        run = run_events(
            network,
            horizon_days=HORIZON,
            seed=5,
            replication=replication,
            changes=changes,
            log=True,
        )
        return run.log.tobytes()

    alone = [log(replication) for replication in range(12)]
    with ThreadPoolExecutor(4) as workers:
        assert list(workers.map(log, range(12))) == alone
    assert len(set(alone)) == 12


@settings(max_examples=30)
@given(SEEDS)
def test_the_log_keeps_the_order_of_events(seed: int) -> None:
    """Ticks never go back, and every event has a cause that came before it."""
    _, run = one_run(seed)
    assert (np.diff(run.log["tick"]) >= 0).all()
    assert (run.log["tick"] >= 0).all()
    assert (run.log["tick"] < HORIZON * 86_400).all()
    first = (run.log["seq"] == 0) & (run.log["cause"] == 0)  # nothing comes before it
    assert ((run.log["cause"] < run.log["seq"]) | first).all()


def base(stock: int, depot: int, seed: int, systems: int = 12) -> Run:
    """Two bases and a depot, one for one; failures at a constant rate."""
    b = NetworkBuilder()
    b.item("X")
    for node in ("DEPOT", "A", "B"):
        b.node(node)
    top = b.cell("DEPOT", "X", on_hand=depot)
    up = b.shop(top, Law(11.0))
    for node in ("A", "B"):
        cell = b.cell(node, "X", on_hand=stock, policy=PolicyKind.BASE_STOCK, order_up_to=stock)
        b.move(cell, top, Law(4.0))
        b.fit(b.fleet(node, node, "S", systems), cell, 0.02)
        b.shop(cell, Law(2.0), share=0.0, up=up, up_time=Law(3.0))
    watch = np.arange(3, dtype=np.int32)
    return run_events(b.build(), horizon_days=200, seed=seed, check=True, watch=watch)


@settings(max_examples=15)
@given(SEEDS, st.integers(0, 4), st.integers(0, 4))
def test_more_stock_never_waits_longer(seed: int, stock: int, depot: int) -> None:
    """Path by path, with the same failures; holds for orders one for one and constant times."""
    less, more, deeper = (
        base(stock, depot, seed),
        base(stock + 1, depot, seed),
        base(stock, depot + 1, seed),
    )
    for other in (more, deeper):
        assert (other.cells["demanded"][1:] == less.cells["demanded"][1:]).all()
        assert (other.waiting[1:] <= less.waiting[1:]).all()
        assert (other.cells["waiting_days"][1:] <= less.cells["waiting_days"][1:] + 1e-9).all()
        assert (other.available >= less.available - 1e-12).all()


@settings(max_examples=30)
@given(SEEDS)
def test_a_disruption_shifts_no_draw_of_something_else(seed: int) -> None:
    """Common random numbers: demand before and after a cut is the same, event by event."""
    network = random_network(seed)
    cut = np.array([(5.0, int(What.NODE), 0, 0.0), (15.0, int(What.NODE), 0, 1.0)], CHANGE)

    def asked(changes: Rows) -> list[tuple[int, ...]]:
        log = run_events(network, horizon_days=HORIZON, seed=seed, changes=changes, log=True).log
        lines = log[log["kind"] == int(Kind.DEMANDED)]
        return sorted(lines[["tick", "entity", "other", "quantity"]].tolist())

    assert asked(cut) == asked(np.zeros(0, CHANGE))


def test_the_random_networks_are_rich() -> None:
    """Over two hundred of them, every kind of line there is stands in some log."""
    kinds: set[int] = set()
    for number in range(200):
        kinds |= set(one_run(number, check=False)[1].log["kind"].tolist())
    assert kinds >= {int(k) for k in Kind}
