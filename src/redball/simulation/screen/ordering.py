"""Reviews: when a cell orders, how much, and by which arc."""

import math

import numpy as np

from redball.simulation.network.tables import ArcKind, PolicyKind
from redball.simulation.screen.bare import compiled
from redball.simulation.screen.layout import (
    ARC,
    ASKED,
    BEGUN,
    JOBS,
    NODE,
    NODE_ORDERS,
    ORDERS,
    POSITION,
    PRICE,
    QUANTITY,
    RECIPE,
    SHIPPED,
    UNITS,
    Longs,
    Plan,
    State,
)
from redball.simulation.screen.moving import enter, leaves

_NONE, _FIXED = int(PolicyKind.NONE), int(PolicyKind.FIXED_QUANTITY)
_BASE = int(PolicyKind.BASE_STOCK)
_BUY, _MOVE = int(ArcKind.BUY), int(ArcKind.MOVE)


@compiled
def works(p: Plan, s: State, arc: int) -> bool:
    """Whether who is at the other end of an arc works and takes orders."""
    way = p.ways[arc]
    if way["recipe"] >= 0:
        level = s.world[p.at[RECIPE] + way["recipe"]]
        return bool(level * s.world[p.at[NODE] + p.jobs[way["recipe"]]["node"]] > 0.0)
    node = way["supplier_node"]
    if node < 0:
        return True
    return bool(s.world[p.at[NODE] + node] > 0.0 and s.world[p.at[NODE_ORDERS] + node] > 0.0)


@compiled
def source(p: Plan, s: State, cell: int, day: int) -> int:
    """First arc that is open and works; else the first that is open, where the order waits.

    Standby arcs count from the delay of the rule on, after the last day on which another worked.
    """
    spot = p.spots[cell]
    since = s.blocked_since[cell]
    second = since >= 0 and day - since >= spot["second_source_days"]
    fallback = -1
    for arc in range(spot["first_arc"], spot["last_arc"]):
        if s.world[p.at[ARC] + arc] <= 0.0 or (p.ways[arc]["standby"] != 0 and not second):
            continue
        if works(p, s, arc):
            return arc
        if fallback < 0:
            fallback = arc
    return fallback


@compiled
def watch_source(p: Plan, s: State, cell: int, day: int) -> None:
    """Keep the day since which no regular arc of a cell works."""
    for arc in range(p.spots[cell]["first_arc"], p.spots[cell]["last_arc"]):
        if p.ways[arc]["standby"] == 0 and s.world[p.at[ARC] + arc] > 0.0 and works(p, s, arc):
            s.blocked_since[cell] = -1
            return
    if s.blocked_since[cell] < 0:
        s.blocked_since[cell] = day


@compiled
def review(p: Plan, s: State, cell: int, day: int) -> None:
    """Order by the cell's policy, by its inventory position."""
    spot = p.spots[cell]
    if spot["policy"] == _NONE or s.world[p.at[NODE_ORDERS] + spot["node"]] <= 0.0:
        return
    if not leaves(day, spot["review_days"], 0.0):
        return
    arc = source(p, s, cell, day)
    if arc < 0:
        return
    way, quantities = p.ways[arc], s.arcs[arc, QUANTITY]
    price = way["price_eur"] * s.world[p.at[PRICE] + arc]
    point, up_to = spot["reorder_point"], spot["order_up_to"]
    if spot["policy"] == _BASE:
        point = up_to - 1
    fixed, batch = spot["quantity"], way["batch"]
    some = False
    position, rows, money = s.cells[cell, POSITION], s.arcs[arc], s.money[arc]
    orders, ordered = rows[ORDERS], rows[UNITS]
    minimum, cost = way["minimum"], way["order_cost_eur"]
    is_fixed = spot["policy"] == _FIXED
    for r in range(len(position)):
        units = np.int64(0)
        if position[r] <= point:
            units = up_to - position[r]
            if is_fixed:
                units = ((point - position[r]) // fixed + 1) * fixed
        if units > 0:
            units = max(units, minimum)
            if batch > 1:
                units = (units + batch - 1) // batch * batch
            some = True
            position[r] += units
            orders[r] += 1
            ordered[r] += units
            money[r] += units * price + cost
        quantities[r] = units
    if some:
        _place(p, s, arc, quantities)


@compiled
def _place(p: Plan, s: State, arc: int, quantities: Longs) -> None:
    way = p.ways[arc]
    if way["kind"] == _BUY:
        enter(p, s, way["pipe"], quantities)
        shipped = s.arcs[arc, SHIPPED]
        for r in range(len(quantities)):
            shipped[r] += quantities[r]
        return
    if way["kind"] == _MOVE:
        asked = s.claims[way["claim"], ASKED]
        for r in range(len(quantities)):
            asked[r] += quantities[r]
        return
    recipe = way["recipe"]
    job = p.jobs[recipe]
    for r in range(len(quantities)):
        before = s.lines[recipe, JOBS, r] + s.lines[recipe, BEGUN, r]
        s.lines[recipe, JOBS, r] += quantities[r]
        for i in range(job["first_input"], job["last_input"]):
            each = p.inputs[i]["quantity"]
            need = math.ceil((before + quantities[r]) * each - 1e-9)
            s.claims[p.inputs[i]["cell"], ASKED, r] += np.int64(
                need - math.ceil(before * each - 1e-9)
            )
