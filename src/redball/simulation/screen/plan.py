"""Lay a network out for the day step: who claims from whom, in which order, through which pipes."""

import heapq

import numpy as np

from redball.model import NOWHERE
from redball.simulation.network import ArcKind, Network, Rationing, Rows, RuleKind, What
from redball.simulation.screen import layout
from redball.simulation.screen.layout import Ints, Plan
from redball.simulation.screen.pipes import Pipes, lay_pipes

LEVELS = {
    What.NODE: "nodes", What.NODE_ORDERS: "nodes", What.LANE: "lanes", What.LANE_TIME: "lanes",
    What.ARC: "arcs", What.ARC_TIME: "arcs", What.RECIPE: "recipes", What.STREAM: "streams",
    What.FLEET: "fleets", What.CELL: "cells", What.PRICE: "arcs",
}  # fmt: skip
"""Table that a kind of change sets levels of."""


def lay_out(
    network: Network, horizon_days: int, changes: Rows, rules: Rows, watch: tuple[int, ...]
) -> Plan:
    """Tables that the kernel walks through; nothing here depends on a replication."""
    pipes = lay_pipes(network, horizon_days, changes)
    claims, of_arc, of_application, of_input, of_part = _claims(network)
    spots = _spots(network, claims, rules)
    inputs = network.inputs.copy()
    inputs["cell"] = of_input
    queued = (spots["last_claim"] - spots["first_claim"] > 1) & (
        spots["rationing"] != Rationing.PROPORTIONAL
    )
    shop = np.full(len(network.cells), NOWHERE, np.int32)
    shop[network.shops["cell"]] = np.arange(len(network.shops))
    days = np.floor(changes["day"]).argsort(kind="stable")
    due = network.due[np.argsort(np.floor(network.due["day"]), kind="stable")]
    size = np.zeros(len(What), np.int64)
    for what, table in LEVELS.items():
        size[what] = len(getattr(network, table))
    return Plan(
        horizon_days=horizon_days,
        queued=int((spots["last_claim"] - spots["first_claim"])[queued].sum()),
        lines=len(network.recipes),
        at=(np.cumsum(size) - size).astype(np.int32),
        spots=spots,
        order=_order(network),
        claims=claims,
        ways=_ways(network, of_arc, pipes),
        pipes=pipes.rows,
        gates=pipes.gates,
        gate_pipes=pipes.gate_pipes,
        lane_ends=np.stack([network.lanes["from_node"], network.lanes["to_node"]], axis=1),
        jobs=_jobs(network),
        inputs=inputs,
        streams=network.streams,
        traces=network.traces,
        profiles=network.profiles,
        fleets=_forces(network),
        applications=_uses(network, of_application, shop),
        benches=_benches(network, pipes),
        bench_order=_bench_order(network, shop),
        needs=_needs(network, of_part, shop),
        due=due,
        changes=np.ascontiguousarray(changes[days]),
        watch=np.array(watch, np.int32),
    )


def _forces(network: Network) -> Rows:
    forces, number = np.zeros(len(network.fleets), layout.FORCE), np.arange(len(network.fleets))
    for name in ("count", "cannibalise", "only_up_fail"):
        forces[name] = network.fleets[name]
    forces["first"] = np.searchsorted(network.applications["fleet"], number)
    forces["last"] = np.searchsorted(network.applications["fleet"], number, side="right")
    return forces


def _uses(network: Network, claims: Ints, shop: Ints) -> Rows:
    uses = np.zeros(len(network.applications), layout.USE)
    for name in ("fleet", "cell", "per_system", "needed", "per_day"):
        uses[name] = network.applications[name]
    uses["claim"], uses["shop"] = claims, shop[uses["cell"]]
    return uses


def _claims(network: Network) -> tuple[Rows, Ints, Ints, Ints, Ints]:
    """Claims by cell: streams, fleets, repairs and recipes of the place, then other cells."""
    streams, arcs, uses = network.streams, network.arcs, network.applications
    moves = np.flatnonzero(arcs["kind"] == ArcKind.MOVE)
    tables = (
        (layout.STREAM, streams["cell"], np.arange(len(streams)), streams["priority"]),
        (layout.FLEET, uses["cell"], np.arange(len(uses)),
         network.fleets["priority"][uses["fleet"]]),
        (layout.PART, network.parts["cell"], np.arange(len(network.parts)), 0),
        (layout.INPUT, network.inputs["cell"], np.arange(len(network.inputs)), 0),
        (layout.ORDER, arcs["supplier"][moves], moves, 0),
    )  # fmt: skip
    size = sum(len(cells) for _, cells, _, _ in tables)
    rows, priority, at = np.zeros(size, layout.CLAIM), np.zeros(size, np.int64), 0
    for kind, cells, index, level in tables:
        part = slice(at, at + len(cells))
        rows["kind"][part], rows["cell"][part], rows["index"][part] = kind, cells, index
        priority[part] = level
        at += len(cells)
    rows["lost"][: len(streams)] = streams["lost"]
    order = np.argsort(rows["cell"], kind="stable")
    rows, priority = rows[order], priority[order]
    by_priority = network.cells["rationing"][rows["cell"]] == Rationing.PRIORITY
    for cell in np.unique(rows["cell"][by_priority]):
        of_cell = rows["cell"] == cell
        rows["level"][of_cell] = np.unique(priority[of_cell], return_inverse=True)[1]
    of = []
    for kind, count in (
        (layout.ORDER, len(arcs)), (layout.FLEET, len(uses)), (layout.INPUT, len(network.inputs)),
        (layout.PART, len(network.parts)),
    ):  # fmt: skip
        found = np.full(count, NOWHERE, np.int32)
        mine = rows["kind"] == kind
        found[rows["index"][mine]] = np.flatnonzero(mine)
        of.append(found)
    return rows, of[0], of[1], of[2], of[3]


def _spots(network: Network, claims: Rows, rules: Rows) -> Rows:
    cells, number = network.cells, np.arange(len(network.cells))
    spots = np.zeros(len(cells), layout.SPOT)
    for name in ("node", "policy", "rationing", "reorder_point", "order_up_to", "quantity",
                 "review_days"):  # fmt: skip
        spots[name] = cells[name]
    spots["first_claim"] = np.searchsorted(claims["cell"], number)
    spots["last_claim"] = np.searchsorted(claims["cell"], number, side="right")
    spots["first_arc"] = np.searchsorted(network.arcs["cell"], number)
    spots["last_arc"] = np.searchsorted(network.arcs["cell"], number, side="right")
    spots["levels"] = 1
    np.maximum.at(spots["levels"], claims["cell"], claims["level"] + 1)
    spots["recipe"] = NOWHERE
    spots["recipe"][network.recipes["cell"]] = np.arange(len(network.recipes))
    spots["second_source_days"] = np.inf
    for rule in rules[rules["kind"] == RuleKind.SECOND_SOURCE]:
        of = slice(None) if rule["cell"] == NOWHERE else slice(rule["cell"], rule["cell"] + 1)
        spots["second_source_days"][of] = np.minimum(
            spots["second_source_days"][of], rule["delay_days"]
        )
    return spots


def _ways(network: Network, claims: Ints, pipes: Pipes) -> Rows:
    arcs = network.arcs
    ways = np.zeros(len(arcs), layout.WAY)
    for name in ("kind", "cell", "recipe", "standby", "minimum", "batch", "price_eur",
                 "order_cost_eur"):  # fmt: skip
        ways[name] = arcs[name]
    ways["batch"] = np.maximum(arcs["batch"], 1)
    ways["claim"], ways["pipe"] = claims, pipes.first_of_arc
    ways["supplier_node"] = np.where(
        arcs["kind"] == ArcKind.MOVE, network.cells["node"][arcs["supplier"]], arcs["at_node"]
    )
    return ways


def _jobs(network: Network) -> Rows:
    recipes = network.recipes
    jobs = np.zeros(len(recipes), layout.JOB)
    for name in ("first_input", "last_input", "per_day"):
        jobs[name] = recipes[name]
    jobs["node"] = network.cells["node"][recipes["cell"]]
    makes = np.flatnonzero(network.arcs["kind"] == ArcKind.MAKE)[::-1]
    jobs["arc"] = NOWHERE
    jobs["arc"][network.arcs["recipe"][makes]] = makes
    return jobs


def _benches(network: Network, pipes: Pipes) -> Rows:
    shops = network.shops
    benches = np.zeros(len(shops), layout.BENCH)
    for name in ("cell", "pool", "up", "first_part", "last_part", "share"):
        benches[name] = shops[name]
    benches["node"] = network.cells["node"][shops["cell"]]
    has = shops["pool"] != NOWHERE
    benches["servers"][has] = network.pools["servers"][shops["pool"][has]]
    benches["pipe"], benches["up_pipe"] = pipes.of_repair, pipes.of_way_up
    return benches


def _needs(network: Network, claims: Ints, shop: Ints) -> Rows:
    needs = np.zeros(len(network.parts), layout.NEED)
    needs["claim"], needs["shop"] = claims, shop[network.parts["cell"]]
    for number, row in enumerate(network.shops):
        needs["own_shop"][row["first_part"] : row["last_part"]] = number
    needs["probability"] = network.parts["probability"]
    return needs


def _order(network: Network) -> Ints:
    """Cells so that an order reaches its supplier on the same day, the lowest row first.

    Where cells order in a circle the lowest row that is left begins, and orders against the order
    are seen a day later.
    """
    after: list[list[int]] = [[] for _ in network.cells]
    for arc in network.arcs:
        if arc["kind"] == ArcKind.MOVE:
            after[arc["cell"]].append(int(arc["supplier"]))
        elif arc["kind"] == ArcKind.MAKE:
            recipe = network.recipes[arc["recipe"]]
            inputs = network.inputs["cell"][recipe["first_input"] : recipe["last_input"]]
            after[arc["cell"]] += inputs.tolist()
    return _sorted(after)


def _bench_order(network: Network, shop: Ints) -> Ints:
    """Shops so that failed parts and units sent up reach theirs on the same day."""
    after: list[list[int]] = []
    for row in network.shops:
        parts = shop[network.parts["cell"][row["first_part"] : row["last_part"]]].tolist()
        after.append([s for s in [*parts, int(row["up"])] if s != NOWHERE])
    return _sorted(after)


def _sorted(after: list[list[int]]) -> Ints:
    """Order in which nothing stands behind what comes after it; heap, so that ties are by row."""
    before = [0] * len(after)
    for others in after:
        for other in others:
            before[other] += 1
    free = [row for row, count in enumerate(before) if not count]
    order: list[int] = []
    done, lowest = [False] * len(after), 0
    while len(order) < len(after):
        if not free:
            while done[lowest]:
                lowest += 1
            free = [lowest]
        row = heapq.heappop(free)
        if done[row]:
            continue
        done[row] = True
        order.append(row)
        for other in after[row]:
            before[other] -= 1
            if before[other] == 0 and not done[other]:
                heapq.heappush(free, other)
    return np.array(order, np.int32)
