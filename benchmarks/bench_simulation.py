"""Event kernel: events a second, with SimPy and SupplyNetPy in the same run; full logic; memory.

``python -m benchmarks.bench_simulation [--size S M L XL]``.

*Echelons*: the two-echelon (s, S) network of ``peers_simulation`` with 10, 100, 1,000 and 10,000
retailers. A logical event is a demand or a delivery, counted alike for all three. Each engine runs
for as long as it takes to handle enough of them, at least 60 days; ours, SimPy and SupplyNetPy take
turns, best of three rounds (one for SupplyNetPy). Making the network is counted for SupplyNetPy and
SimPy, where it is part of the model, and stated apart for ours (``build_s``), where it is made once
for all replications. ``off`` is how far our mean stock of a retailer, over the same days, is from
the peer's.

*Full logic*: bases with fleets of systems of five replaceable units, three of which have parts;
repair at base and depot with finite places, production at a plant from bought parts with finite
capacity, lanes with capacity and timetable, bulk demand, substitutes and mutual support,
disruptions, statistics by day of every cell. Events are those that the kernel handles; there is no
peer that does the same. ``log_ratio`` is the time with the log against without.

*Memory*: ``grown_mb`` is the growth of the process from the 2nd to the last of 40 replications.

Seconds are those that the process had the core, so that a busy machine counts less.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import numpy as np

from benchmarks.measure import in_process, measured
from benchmarks.peers_simulation import (
    PER_DAY,
    RETAILER,
    WAREHOUSE,
    Peer,
    simpy_two_echelon,
    supplynet_two_echelon,
)
from redball.simulation.events import run_events
from redball.simulation.network import Law, Network, NetworkBuilder, PolicyKind, Rows, What
from redball.simulation.network.tables import CHANGE
from redball.simulation.runs import Run

SIZES = {"S": 10, "M": 100, "L": 1_000, "XL": 10_000}
"""Retailers; bases of the full network are a tenth, at least four."""
LEAST_DAYS = 60
LEAST = {"redball": 3_000_000, "simpy": 300_000, "supplynetpy": 30_000}
"""Demands that an engine handles at least."""
REPLICATIONS = 40

R = TypeVar("R")


def timed(work: Callable[[], R]) -> tuple[R, float]:
    """Result and seconds of this process: all engines run on one core, others may use it too."""
    start = time.process_time()
    result = work()
    return result, time.process_time() - start


def days_for(demands: int, retailers: int) -> int:
    return min(max(LEAST_DAYS, int(demands / retailers / PER_DAY)), 100_000)


def two_echelon(retailers: int) -> Network:
    """The network of the peers."""
    b = NetworkBuilder()
    b.item("ITEM")
    b.node("W")
    reorder, up_to, lead = WAREHOUSE
    warehouse = b.cell("W", "ITEM", on_hand=up_to, policy=PolicyKind.REORDER_UP_TO,
                       reorder_point=reorder, order_up_to=up_to)  # fmt: skip
    b.buy(warehouse, Law(lead))
    reorder, up_to, lead = RETAILER
    for number in range(retailers):
        b.node(f"R{number}")
        cell = b.cell(f"R{number}", "ITEM", on_hand=up_to, policy=PolicyKind.REORDER_UP_TO,
                      reorder_point=reorder, order_up_to=up_to)  # fmt: skip
        b.move(cell, warehouse, Law(lead))
        b.demand(cell, per_day=PER_DAY)
    return b.build()


def ours(network: Network, days: int) -> Peer:
    """Our run in the terms of the peers."""
    run = run_events(network, horizon_days=days, seed=1)
    shops = run.cells[1:]
    # every order is delivered in one piece but where the warehouse is short
    return Peer(
        int(shops["demanded"].sum()),
        int(run.cells["orders"].sum()),
        int(shops["at_once"].sum()),
        float(shops["on_hand_days"].mean() / days),
    )


def echelons(size: str) -> dict[str, float]:
    """Rates of the three engines for one number of retailers."""
    retailers = SIZES[size]
    _, compiling = timed(lambda: ours(two_echelon(2), 10))
    supplynet_two_echelon(2, 2)  # its import is not counted
    network, building = timed(lambda: two_echelon(retailers))
    rates: dict[str, float] = {}
    off: dict[str, float] = {}
    for number in range(3):
        engines: dict[str, Callable[[], Peer]] = {
            "redball": lambda: ours(network, days_for(LEAST["redball"], retailers)),
            "simpy": lambda: simpy_two_echelon(retailers, days_for(LEAST["simpy"], retailers)),
        }
        if number == 0:
            engines["supplynetpy"] = lambda: supplynet_two_echelon(
                retailers, days_for(LEAST["supplynetpy"], retailers)
            )
        for name, work in engines.items():
            found, seconds = timed(work)
            rates[name] = max(rates.get(name, 0.0), found.events / seconds)
            if name != "redball" and number == 0:
                same = ours(network, days_for(LEAST[name], retailers))
                off[name] = same.retailer_on_hand / found.retailer_on_hand - 1
    return {
        "retailers": retailers,
        **{f"{name}_per_s": rate for name, rate in rates.items()},
        "ratio_simpy": rates["redball"] / rates["simpy"],
        "ratio_supplynetpy": rates["redball"] / rates["supplynetpy"],
        **{f"off_{name}": value for name, value in off.items()},
        "build_s": building,
        "compile_s": compiling,
    }


UNITS, PARTED = 5, 3
SYSTEMS = 20


def full_network(bases: int) -> Network:
    """A plant, a depot for each eight bases, bases with fleets; see the module."""
    b = NetworkBuilder()
    names = [f"UNIT {i}" for i in range(UNITS)]
    for name in names:
        b.item(name, mass_kg=50.0, price_eur=1e4)
    parts = [f"PART {i}" for i in range(PARTED)]
    for name in parts:
        b.item(name, mass_kg=2.0, price_eur=100.0)
    b.item("FUEL", mass_kg=0.8, price_eur=1.0)
    b.node("PLANT", "A")
    makes = {}
    for name in parts:
        makes[name] = b.cell("PLANT", name, on_hand=200 * bases, quantity=100 * bases,
                             policy=PolicyKind.FIXED_QUANTITY,
                             reorder_point=100 * bases)  # fmt: skip
        b.buy(makes[name], Law.spread(12.0, 4.0), batch=10, price_eur=80.0, order_cost_eur=50.0)
    for name in names:
        cell = b.cell("PLANT", name, on_hand=10 * bases, policy=PolicyKind.REORDER_UP_TO,
                      reorder_point=6 * bases, order_up_to=16 * bases)  # fmt: skip
        b.make(cell, per_day=2.0 * bases, lead=Law(2.0), inputs=[(c, 1.0) for c in makes.values()])
        makes[name] = cell
    makes["FUEL"] = b.cell("PLANT", "FUEL", on_hand=10**8, policy=PolicyKind.REORDER_UP_TO,
                           reorder_point=5 * 10**7, order_up_to=10**8)  # fmt: skip
    b.buy(makes["FUEL"], Law(5.0))
    for depot in range(-(-bases // 8)):
        _depot(b, makes, depot, range(8 * depot, min(8 * depot + 8, bases)))
    return b.build()


def _depot(b: NetworkBuilder, makes: dict[str, int], depot: int, bases: range) -> None:
    node = f"DEPOT {depot}"
    b.node(node, "AB"[depot % 2])
    road = b.lane("PLANT", node, Law.spread(3.0, 1.0), kg_per_day=500_000.0, eur_per_t=40.0,
                  co2e_kg_per_t=30.0)  # fmt: skip
    pool = b.pool(node, 9 * len(bases))
    cells: dict[str, int] = {}
    shops: dict[str, int] = {}
    for name, source in makes.items():
        cells[name] = b.cell(node, name, on_hand=40 if name != "FUEL" else 10**6,
                             policy=PolicyKind.BASE_STOCK if name != "FUEL"
                             else PolicyKind.REORDER_UP_TO, reorder_point=5 * 10**5,
                             order_up_to=40 if name != "FUEL" else 10**6)  # fmt: skip
        b.move(cells[name], source, lanes=[road])
        if name == "FUEL":
            continue
        inside = [(cells["PART " + name[-1]], 0.7)] if name in _parted() else []
        shops[name] = b.shop(cells[name], Law.exponential(8.0), pool=pool, parts=inside, share=0.95)
    for number in bases:
        _base(b, cells, shops, node, number, number - bases.start)


def _parted() -> tuple[str, ...]:
    return tuple(f"UNIT {i}" for i in range(PARTED))


def _base(
    b: NetworkBuilder, above: dict[str, int], shops: dict[str, int], depot: str, number: int,
    place: int,
) -> None:  # fmt: skip
    node = f"BASE {number}"
    b.node(node, "AB"[number % 2])
    road = b.lane(depot, node, Law.spread(1.5, 0.5), kg_per_day=20_000.0, headway_days=0.5)
    pool = b.pool(node, 4)
    cells = {}
    for name, source in above.items():
        fuel = name == "FUEL"
        cells[name] = b.cell(
            node, name, on_hand=200_000 if fuel else 4, reserve=0 if fuel else 1,
            policy=PolicyKind.REORDER_UP_TO if fuel else PolicyKind.BASE_STOCK,
            reorder_point=100_000, order_up_to=200_000 if fuel else 4,
        )  # fmt: skip
        b.move(cells[name], source, lanes=[road])
    fleet = b.fleet(node, node, "SYSTEM", SYSTEMS, cannibalise=number % 2 == 0)
    for i in range(UNITS):
        name = f"UNIT {i}"
        inside = [(cells[f"PART {i}"], 0.5)] if i < PARTED else []
        b.fit(fleet, cells[name], 0.008, per_system=2, needed=1 + i % 2)
        b.shop(cells[name], Law.exponential(3.0), pool=pool, share=0.6, up=shops[name],
               up_time=Law(2.0), parts=inside)  # fmt: skip
    b.substitute(cells["UNIT 3"], cells["UNIT 4"])
    b.demand(cells["UNIT 3"], per_day=0.1, priority=1)
    b.demand(cells["PART 0"], per_day=1.0, priority=1)
    for _ in range(4):
        b.demand(cells["FUEL"], per_day=2.0, size=600.0)
    if place:
        mine = cells["UNIT 0"]
        b.support(mine, mine - len(above), Law(1.0), keep=3)


def losses(network: Network, days: int) -> Rows:
    """A lane lost and back every ten days, another one each time."""
    rows = []
    for number, day in enumerate(range(5, days - 5, 10)):
        lane = number % len(network.lanes)
        rows += [(float(day), What.LANE, lane, 0.0), (day + 4.0, What.LANE, lane, 1.0)]
    return np.array(rows, CHANGE)


def full_logic(size: str) -> dict[str, float]:
    """Kernel events a second with everything on, and the memory of replications."""
    bases = max(4, SIZES[size] // 10)
    days = max(LEAST_DAYS, min(20_000, 40_000 // bases))
    network, building = timed(lambda: full_network(bases))
    changes = losses(network, days)
    watch = np.arange(len(network.cells), dtype=np.int32)
    run_events(network, horizon_days=2, watch=watch, changes=changes[:1])

    def once(replication: int) -> Run:
        return run_events(
            network, horizon_days=days, replication=replication, changes=changes, watch=watch
        )

    best = 0.0
    for replication in range(3):
        run, seconds = timed(partial(once, replication))
        best = max(best, run.events / seconds)
    few = max(LEAST_DAYS, days // 20)
    plain = min(timed(lambda: run_events(network, horizon_days=few))[1] for _ in range(3))
    logged = min(
        timed(lambda: run_events(network, horizon_days=few, log=True))[1] for _ in range(3)
    )
    short = max(days // 40, 20)
    for replication in range(2):
        run_events(network, horizon_days=short, replication=replication)
    with measured() as memory:
        for replication in range(2, REPLICATIONS):
            run_events(network, horizon_days=short, replication=replication)
    return {
        "bases": bases,
        "cells": len(network.cells),
        "days": days,
        "available": float(run.available.mean()),
        "events": run.events,
        "events_per_s": best,
        "log_ratio": logged / plain,
        "grown_mb": memory.grown_mb,
        "build_s": building,
    }


def table(title: str, function: str, sizes: list[str]) -> None:
    print(f"\n{title}\n", flush=True)
    for number, size in enumerate(sizes):
        row = in_process("benchmarks.bench_simulation", function, size)
        if number == 0:
            print("| size | " + " | ".join(row) + " |\n|" + " ---: |" * (len(row) + 1))
        print(f"| {size} | " + " | ".join(f"{v:,.4g}" for v in row.values()) + " |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Benchmark the simulation event by event.")
    parser.add_argument("--size", nargs="+", choices=SIZES, default=list(SIZES))
    sizes = parser.parse_args().size
    table("Two echelons against SimPy and SupplyNetPy", "echelons", sizes)
    table("Full logic", "full_logic", sizes)


if __name__ == "__main__":
    main()
