"""Who gets what a cell has: sole claims, first come, priority, proportional."""

import math

import numpy as np

from redball.simulation.network.tables import Rationing
from redball.simulation.screen.bare import compiled
from redball.simulation.screen.layout import (
    ASKED,
    AT_ONCE,
    CELL,
    DEMANDED,
    FILLED,
    FIRST_FREE,
    FRESH,
    GIVEN,
    HEAD,
    INPUT,
    LOST,
    NODE,
    NODE_ORDERS,
    ON_HAND,
    OPEN,
    ORDER,
    PART,
    POSITION,
    READY,
    ROWS_LEFT,
    SHIPPED,
    TAIL,
    WAITING,
    Plan,
    State,
)
from redball.simulation.screen.moving import enter

_ORDER, _INPUT, _PART = ORDER, INPUT, PART
_PROPORTIONAL = int(Rationing.PROPORTIONAL)


@compiled
def serve(p: Plan, s: State, cell: int) -> None:
    """Take in what was asked of the cell and give what it may, oldest requests first."""
    spot = p.spots[cell]
    first, last = spot["first_claim"], spot["last_claim"]
    if first == last:
        return
    free = s.world[p.at[CELL] + cell] > 0.0 and s.world[p.at[NODE] + spot["node"]] > 0.0
    seen = s.world[p.at[NODE_ORDERS] + spot["node"]] > 0.0
    if last - first == 1:
        free = free and (seen or p.claims[first]["kind"] != _ORDER)
        _serve_one(s, cell, first, free, p.claims[first]["lost"] != 0)
        _deliver(p, s, first)
        return
    if not _is_short(p, s, cell, free) and seen:
        for claim in range(first, last):
            _give_all(s, cell, claim)
    else:
        for r in range(len(s.key)):
            _serve_many(p, s, cell, r, free, seen)
    for claim in range(first, last):
        _deliver(p, s, claim)


@compiled
def _serve_one(s: State, cell: int, claim: int, free: bool, lost: bool) -> None:
    """One claim: no question of order."""
    rows, units = s.claims[claim], s.cells[cell]
    asked, still, given = rows[ASKED], rows[OPEN], rows[GIVEN]
    on_hand, position, waiting = units[ON_HAND], units[POSITION], units[WAITING]
    demanded, at_once, filled = units[DEMANDED], units[AT_ONCE], units[FILLED]
    unmet = units[LOST]
    may = np.int64(-1 if free else 0)
    zero = np.int64(0)
    for r in range(len(asked)):
        new, old = asked[r], still[r]
        want = old + new
        give = min(want, on_hand[r]) & may
        left = want - give
        demanded[r] += new
        at_once[r] += max(zero, give - old)
        filled[r] += give
        on_hand[r] -= give
        position[r] -= new
        asked[r] = 0
        still[r] = left
        waiting[r] = left
        given[r] = give
    if lost:
        for r in range(len(asked)):
            unmet[r] += still[r]
            position[r] += still[r]
            still[r] = 0
            waiting[r] = 0


@compiled
def _is_short(p: Plan, s: State, cell: int, free: bool) -> bool:
    """Whether some replication has not enough for all that is asked now and before."""
    units = s.cells[cell]
    want, waiting, on_hand = s.want, units[WAITING], units[ON_HAND]
    for r in range(len(want)):
        want[r] = waiting[r]
    for claim in range(p.spots[cell]["first_claim"], p.spots[cell]["last_claim"]):
        asked = s.claims[claim, ASKED]
        for r in range(len(want)):
            want[r] += asked[r]
    short = False
    for r in range(len(want)):
        # who waits from before may stand in the queue, which only the careful way takes along
        short = short or want[r] > (on_hand[r] if free else 0) or waiting[r] > 0
    return short


@compiled
def _give_all(s: State, cell: int, claim: int) -> None:
    """Give a claim all it asked for where nobody waits and there is enough."""
    rows, units = s.claims[claim], s.cells[cell]
    asked, given = rows[ASKED], rows[GIVEN]
    on_hand, position = units[ON_HAND], units[POSITION]
    demanded, at_once, filled = units[DEMANDED], units[AT_ONCE], units[FILLED]
    for r in range(len(asked)):
        new = asked[r]
        demanded[r] += new
        at_once[r] += new
        filled[r] += new
        on_hand[r] -= new
        position[r] -= new
        given[r] = new
        asked[r] = 0


@compiled
def _serve_many(p: Plan, s: State, cell: int, r: int, free: bool, seen: bool) -> None:
    """Several claims: all get everything where there is enough, else by the cell's rule."""
    spot, claims, units, kinds = p.spots[cell], s.claims, s.cells[cell], p.claims
    first, last = spot["first_claim"], spot["last_claim"]
    want = s.want[r]
    stock = units[ON_HAND, r] if free else np.int64(0)
    if want == 0:
        return
    enough = stock >= want and seen
    if enough:
        for k in range(first, last):
            claims[k, GIVEN, r] = claims[k, OPEN, r] + claims[k, ASKED, r]
        _forget_queue(s, cell, r)
    elif spot["rationing"] == _PROPORTIONAL:
        _share(p, s, first, last, r, stock, seen)
    elif stock > 0 or want > units[WAITING, r]:
        _in_turn(p, s, cell, r, stock, seen)
    waiting = np.int64(0)
    for k in range(first, last):
        asked = claims[k, ASKED, r]
        before, give = claims[k, OPEN, r], claims[k, GIVEN, r]
        left = before + asked - give
        units[DEMANDED, r] += asked
        units[AT_ONCE, r] += max(np.int64(0), give - before)
        units[FILLED, r] += give
        units[ON_HAND, r] -= give
        units[POSITION, r] -= asked
        claims[k, ASKED, r] = 0
        if kinds[k]["lost"] != 0:
            units[LOST, r] += left
            units[POSITION, r] += left
            left = np.int64(0)
        claims[k, OPEN, r] = left
        waiting += left
    units[WAITING, r] = waiting


@compiled
def _share(p: Plan, s: State, first: int, last: int, r: int, stock: np.int64, seen: bool) -> None:
    """Split in proportion to what is open; what rounding leaves goes to the first claims."""
    claims, kinds = s.claims, p.claims
    want = np.int64(0)
    for k in range(first, last):
        if seen or kinds[k]["kind"] != _ORDER:
            want += claims[k, OPEN, r] + claims[k, ASKED, r]
    if want == 0:
        return
    part, left = min(stock / want, 1.0), np.int64(min(stock, want))
    for k in range(first, last):
        if seen or kinds[k]["kind"] != _ORDER:
            units = claims[k, OPEN, r] + claims[k, ASKED, r]
            if part < 1.0:
                units = min(np.int64(math.floor(units * part)), left)
            claims[k, GIVEN, r] = units
            left -= units
    for k in range(first, last):
        units = claims[k, OPEN, r] + claims[k, ASKED, r]
        if left > 0 and claims[k, GIVEN, r] < units and (seen or kinds[k]["kind"] != _ORDER):
            claims[k, GIVEN, r] += 1
            left -= 1


@compiled
def _in_turn(p: Plan, s: State, cell: int, r: int, stock: np.int64, seen: bool) -> None:
    """Serve level by level, in each the queue and then today's; what is left joins the queue."""
    spot = p.spots[cell]
    first, last = spot["first_claim"], spot["last_claim"]
    for k in range(first, last):
        s.claims[k, GIVEN, r] = 0
    for level in range(spot["levels"]):
        stock = _serve_queue(p, s, cell, r, stock, level, seen)
        for k in range(first, last):
            if p.claims[k]["level"] == level:
                may = seen or p.claims[k]["kind"] != _ORDER
                new = min(s.claims[k, ASKED, r], stock) if may else np.int64(0)
                s.claims[k, GIVEN, r] += new
                s.claims[k, FRESH, r] = s.claims[k, ASKED, r] - new
                stock -= new
    for k in range(first, last):
        if p.claims[k]["lost"] == 0:
            _join_queue(s, cell, r, k, s.claims[k, FRESH, r])
        s.claims[k, FRESH, r] = 0


@compiled
def _serve_queue(
    p: Plan, s: State, cell: int, r: int, stock: np.int64, level: int, seen: bool
) -> np.int64:
    before, at = -1, s.ends[cell, HEAD, r]
    while at >= 0 and stock > 0:
        following = np.int32(s.queue[at, 2])
        claim = s.queue[at, 0]
        if p.claims[claim]["level"] == level and (seen or p.claims[claim]["kind"] != _ORDER):
            units = min(s.queue[at, 1], stock)
            s.claims[claim, GIVEN, r] += units
            stock -= units
            s.queue[at, 1] -= units
            if s.queue[at, 1] == 0:
                if before < 0:
                    s.ends[cell, HEAD, r] = following
                else:
                    s.queue[before, 2] = following
                if following < 0:
                    s.ends[cell, TAIL, r] = before
                _set_free(s, at, at)
                at = following
                continue
        before, at = at, following
    return stock


@compiled
def _join_queue(s: State, cell: int, r: int, claim: int, units: int) -> None:
    if units == 0:
        return
    end = s.ends[cell, TAIL, r]
    if end >= 0 and s.queue[end, 0] == claim:
        s.queue[end, 1] += units
        return
    row = np.int32(s.counters[FIRST_FREE])
    s.counters[FIRST_FREE] = s.queue[row, 2]
    s.counters[ROWS_LEFT] -= 1
    s.queue[row, 0], s.queue[row, 1], s.queue[row, 2] = claim, units, -1
    if end < 0:
        s.ends[cell, HEAD, r] = row
    else:
        s.queue[end, 2] = row
    s.ends[cell, TAIL, r] = row


@compiled
def _set_free(s: State, first: int, last: int) -> None:
    """Give a chain of rows back, one by one."""
    at = first
    while True:
        following = s.queue[at, 2]
        s.queue[at, 2] = s.counters[FIRST_FREE]
        s.counters[FIRST_FREE] = at
        s.counters[ROWS_LEFT] += 1
        if at == last:
            return
        at = following


@compiled
def _forget_queue(s: State, cell: int, r: int) -> None:
    if s.ends[cell, HEAD, r] >= 0:
        _set_free(s, s.ends[cell, HEAD, r], s.ends[cell, TAIL, r])
        s.ends[cell, HEAD, r] = -1
        s.ends[cell, TAIL, r] = -1


@compiled
def _deliver(p: Plan, s: State, claim: int) -> None:
    """Send what a claim got on its way."""
    kind, index = p.claims[claim]["kind"], p.claims[claim]["index"]
    given = s.claims[claim, GIVEN]
    if kind == _ORDER:
        enter(p, s, p.ways[index]["pipe"], given)
        into = s.arcs[index, SHIPPED]
    elif kind == _INPUT:
        into = s.got[index]
    elif kind == _PART:
        into = s.shops[p.needs[index]["own_shop"], READY]
    else:
        into = s.want
    for r in range(len(given)):
        into[r] += given[r]
        given[r] = 0
