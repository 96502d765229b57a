"""A day: changes, arrivals, failures, then every cell in turn, lines, lanes, and the count."""

import math

import numpy as np

from redball.simulation.network.tables import What
from redball.simulation.screen.asking import ask, begin_repairs, fail, sort_failed
from redball.simulation.screen.bare import compiled
from redball.simulation.screen.gates import open_gates
from redball.simulation.screen.layout import (
    DESTROYED,
    LANDED,
    LANE,
    NEXT_CHANGE,
    NEXT_DUE,
    NODE,
    ON_HAND,
    ON_HAND_DAYS,
    OPEN,
    POSITION,
    ROWS_LEFT,
    STREAM,
    WAITING,
    WAITING_DAYS,
    Plan,
    State,
)
from redball.simulation.screen.moving import land, lane_level, lose_on_lane, make, move_on
from redball.simulation.screen.ordering import review, watch_source
from redball.simulation.screen.serving import serve

_STREAM = STREAM
_NODE_STOCK = int(What.NODE_STOCK)


@compiled
def advance(p: Plan, s: State, day: int, until: int) -> int:
    """Work days off, from ``day`` to before ``until``; returns the day that comes next.

    Comes back early when the queue's rows might not last for the next day.
    """
    cells = len(p.spots)
    room = len(s.key) * p.queued
    while day < until:
        if s.counters[ROWS_LEFT] < room:
            return day
        _change(p, s, day)
        move_on(p, s)
        _take_due(p, s, day)
        fail(p, s, day)
        sort_failed(p, s, day)
        begin_repairs(p, s)
        for cell in range(cells):
            watch_source(p, s, cell, day)
        for cell in p.order:
            spot = p.spots[cell]
            land(s, cell)
            for claim in range(spot["first_claim"], spot["last_claim"]):
                if p.claims[claim]["kind"] == _STREAM:
                    ask(p, s, claim, day)
            serve(p, s, cell)
            review(p, s, cell, day)
        for i in range(cells):
            _second_turn(p, s, p.order[cells - 1 - i])
        begin_repairs(p, s)
        open_gates(p, s, day)
        _measure(p, s, day)
        day += 1
    return day


@compiled
def _second_turn(p: Plan, s: State, cell: int) -> None:
    """Suppliers first: lines begin, and what took no time at all is received and given on."""
    recipe = p.spots[cell]["recipe"]
    if recipe >= 0:
        make(p, s, recipe)
    landed, some = s.cells[cell, LANDED], False
    for r in range(len(landed)):
        some = some or landed[r] > 0
    if some:
        land(s, cell)
        serve(p, s, cell)


@compiled
def _change(p: Plan, s: State, day: int) -> None:
    """Apply the changes of the day, in their order."""
    while s.counters[NEXT_CHANGE] < len(p.changes):
        row = p.changes[s.counters[NEXT_CHANGE]]
        if row["day"] >= day + 1:
            return
        s.counters[NEXT_CHANGE] += 1
        what, index, value = row["what"], row["index"], row["value"]
        if what == _NODE_STOCK:
            _destroy(p, s, index, value)
            continue
        level = p.at[what] + index
        if value <= 0.0 and (what in (LANE, NODE)):
            _lose_goods(p, s, what, index)
        s.world[level] = value


@compiled
def _lose_goods(p: Plan, s: State, what: int, index: int) -> None:
    """Goods on lanes that are cut now, where that is their rule."""
    for gate in p.gates:
        lane = gate["lane"]
        if what == LANE:
            hit = lane == index
        else:
            hit = p.lane_ends[lane, 0] == index or p.lane_ends[lane, 1] == index
        if hit and lane_level(p, s, lane) > 0.0:
            lose_on_lane(p, s, lane)


@compiled
def _destroy(p: Plan, s: State, node: int, share: float) -> None:
    for cell in range(len(p.spots)):
        if p.spots[cell]["node"] == node:
            for r in range(len(s.key)):
                units = np.int64(math.floor(s.cells[cell, ON_HAND, r] * share + 0.5))
                s.cells[cell, ON_HAND, r] -= units
                s.cells[cell, POSITION, r] -= units
                s.cells[cell, DESTROYED, r] += units


@compiled
def _take_due(p: Plan, s: State, day: int) -> None:
    """What was on order at the start."""
    while s.counters[NEXT_DUE] < len(p.due) and p.due[s.counters[NEXT_DUE]]["day"] < day + 1:
        row = p.due[s.counters[NEXT_DUE]]
        s.counters[NEXT_DUE] += 1
        for r in range(len(s.key)):
            s.cells[row["cell"], LANDED, r] += row["quantity"]


@compiled
def _measure(p: Plan, s: State, day: int) -> None:
    for cell in range(len(p.spots)):
        on_hand, waiting = s.cells[cell, ON_HAND], s.cells[cell, WAITING]
        stood, waited = s.cells[cell, ON_HAND_DAYS], s.cells[cell, WAITING_DAYS]
        for r in range(len(on_hand)):
            stood[r] += on_hand[r]
            waited[r] += waiting[r]
    for i in range(len(p.watch)):
        units, stood, waited = s.cells[p.watch[i]], s.daily[0, i, day], s.daily[1, i, day]
        for r in range(len(stood)):
            stood[r] = units[ON_HAND, r]
            waited[r] = units[WAITING, r]
    for fleet in range(len(p.fleets)):
        for r in range(len(s.key)):
            share = up_share(p, s, fleet, r)
            s.available[fleet, day + 1, r] = share


@compiled
def up_share(p: Plan, s: State, fleet: int, r: int) -> float:
    """Share of a fleet's systems that are up with the holes that are open.

    With cannibalisation the holes stand in as few systems as they can. Without, each application's
    holes are spread by chance over its places, and a system is up when every application has as
    many units as it needs: the expectation of that is taken, given the holes.
    """
    row = p.fleets[fleet]
    count, share = row["count"], 1.0
    for a in range(row["first"], row["last"]):
        use = p.applications[a]
        places, needed = use["per_system"], use["needed"]
        installed = count * places
        holes = min(s.claims[use["claim"], OPEN, r], installed)
        if holes == 0 or needed == 0:
            continue
        if row["cannibalise"] != 0:
            share = min(share, min((installed - holes) // needed, count) / count)
            continue
        share *= _enough(installed, holes, places, needed)
    return min(share, 1.0)


@compiled
def _enough(installed: int, holes: int, places: int, needed: int) -> float:
    """Probability that a system has enough units when the holes lie anywhere with equal chance.

    Hypergeometric: of all ways to spread the holes over the installed places, the share in which
    at most ``places - needed`` lie in one system.
    """
    if needed == places:
        share = 1.0
        for place in range(places):
            share *= max(installed - holes - place, 0) / (installed - place)
        return share
    others, total = installed - places, 0.0
    for here in range(max(0, holes - others), min(places - needed, holes) + 1):
        ways = _log_choose(places, here) + _log_choose(others, holes - here)
        total += math.exp(ways - _log_choose(installed, holes))
    return total


@compiled
def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1.0) - math.lgamma(k + 1.0) - math.lgamma(n - k + 1.0)
