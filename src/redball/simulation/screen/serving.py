"""Who gets what a cell has: sole claims, first come, priority, proportional."""

import math

import numpy as np

from redball.simulation.network import Rows
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
    Ints,
    Longs,
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
        _serve_short(p, s, cell, free, seen)
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
def _serve_short(p: Plan, s: State, cell: int, free: bool, seen: bool) -> None:
    """Several claims, not enough for all of them in every replication: by the cell's rule."""
    spot, claims, units, kinds = p.spots[cell], s.claims, s.cells[cell], p.claims
    first, last = spot["first_claim"], spot["last_claim"]
    proportional, levels = spot["rationing"] == _PROPORTIONAL, spot["levels"]
    ends, queue, counters, wants = s.ends[cell], s.queue, s.counters, s.want
    for r in range(len(wants)):
        want = wants[r]
        stock = units[ON_HAND, r] if free else np.int64(0)
        if want == 0:
            continue
        if stock >= want and seen:
            for k in range(first, last):
                claims[k, GIVEN, r] = claims[k, OPEN, r] + claims[k, ASKED, r]
            _forget_queue(ends, queue, counters, r)
        elif proportional:
            _share(kinds, claims, first, last, r, stock, seen)
        elif stock > 0 or want > units[WAITING, r]:
            for level in range(levels):
                stock = _serve_queue(kinds, claims, ends, queue, counters, r, stock, level, seen)
                stock = _serve_new(kinds, claims, first, last, r, stock, level, seen)
            _join_queue(kinds, claims, ends, queue, counters, first, last, r)
        _book(kinds, claims, units, first, last, r)


@compiled
def _book(kinds: Rows, claims: Longs, units: Longs, first: int, last: int, r: int) -> None:
    """Count what was asked and given, and take it from the shelf."""
    waiting = np.int64(0)
    for k in range(first, last):
        asked, before, give = claims[k, ASKED, r], claims[k, OPEN, r], claims[k, GIVEN, r]
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
def _share(
    kinds: Rows, claims: Longs, first: int, last: int, r: int, stock: np.int64, seen: bool
) -> None:
    """Split in proportion to what is open; what rounding leaves goes to the first claims."""
    want = np.int64(0)
    for k in range(first, last):
        if seen or kinds[k]["kind"] != _ORDER:
            want += claims[k, OPEN, r] + claims[k, ASKED, r]
    if want == 0 or stock == 0:
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
def _serve_new(
    kinds: Rows, claims: Longs, first: int, last: int, r: int, stock: np.int64, level: int,
    seen: bool,
) -> np.int64:  # fmt: skip
    """Serve today's requests of a level; returns what is left."""
    for k in range(first, last):
        if kinds[k]["level"] == level:
            may = seen or kinds[k]["kind"] != _ORDER
            new = min(claims[k, ASKED, r], stock) if may else np.int64(0)
            claims[k, GIVEN, r] += new
            claims[k, FRESH, r] = claims[k, ASKED, r] - new
            stock -= new
    return stock


@compiled
def _serve_queue(
    kinds: Rows, claims: Longs, ends: Ints, queue: Longs, counters: Longs, r: int,
    stock: np.int64, level: int, seen: bool,
) -> np.int64:  # fmt: skip
    """Serve those of a level who wait, the oldest first; returns what is left."""
    before, at = np.int64(-1), np.int64(ends[HEAD, r])
    while at >= 0 and stock > 0:
        following, claim = queue[at, 2], queue[at, 0]
        if kinds[claim]["level"] == level and (seen or kinds[claim]["kind"] != _ORDER):
            units = min(queue[at, 1], stock)
            claims[claim, GIVEN, r] += units
            stock -= units
            queue[at, 1] -= units
            if queue[at, 1] == 0:
                if before < 0:
                    ends[HEAD, r] = following
                else:
                    queue[before, 2] = following
                if following < 0:
                    ends[TAIL, r] = before
                _set_free(queue, counters, at, at)
                at = following
                continue
        before, at = at, following
    return stock


@compiled
def _join_queue(
    kinds: Rows, claims: Longs, ends: Ints, queue: Longs, counters: Longs, first: int, last: int,
    r: int,
) -> None:  # fmt: skip
    """Let what is left of today's requests wait."""
    for k in range(first, last):
        units = claims[k, FRESH, r]
        claims[k, FRESH, r] = 0
        if units == 0 or kinds[k]["lost"] != 0:
            continue
        end = ends[TAIL, r]
        if end >= 0 and queue[end, 0] == k:
            queue[end, 1] += units
            continue
        row = counters[FIRST_FREE]
        counters[FIRST_FREE] = queue[row, 2]
        counters[ROWS_LEFT] -= 1
        queue[row, 0], queue[row, 1], queue[row, 2] = k, units, -1
        if end < 0:
            ends[HEAD, r] = row
        else:
            queue[end, 2] = row
        ends[TAIL, r] = row


@compiled
def _set_free(queue: Longs, counters: Longs, first: np.int64, last: np.int64) -> None:
    """Give a chain of rows back, one by one."""
    at = first
    while True:
        following = np.int64(queue[at, 2])
        queue[at, 2] = counters[FIRST_FREE]
        counters[FIRST_FREE] = at
        counters[ROWS_LEFT] += 1
        if at == last:
            return
        at = np.int64(following)


@compiled
def _forget_queue(ends: Ints, queue: Longs, counters: Longs, r: int) -> None:
    if ends[HEAD, r] >= 0:
        _set_free(queue, counters, np.int64(ends[HEAD, r]), np.int64(ends[TAIL, r]))
        ends[HEAD, r] = -1
        ends[TAIL, r] = -1


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
