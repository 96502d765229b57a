"""Stock in cells: areas, lots by expiry, and the queue of those who wait."""

from typing import Any

from redball.model.compiled import compiled
from redball.simulation.events.calendar import EXPIRE, after, note, packed
from redball.simulation.events.codes import Kind, Order
from redball.simulation.events.records import FOR_ARC, NEVER, NO_ROOM
from redball.simulation.events.state import State

_EXPIRED = int(Kind.EXPIRED)
_ARRIVE = int(Order.ARRIVE)


Record = Any
"""A row of an array of records, which has its fields as attributes in compiled code only."""


@compiled
def touch(c: Record, now: int) -> None:
    """Bring the areas of a cell up to now, before its stock or its open requests change."""
    past = now - c.since
    if past > 0:
        c.on_hand_area += float(c.on_hand) * past
        c.open_area += float(c.open) * past
        c.since = now


@compiled
def take(s: State, cell: int, units: int) -> int:
    """Take units out of a cell, those that expire first before others; their earliest expiry."""
    c = s.cells[cell]
    touch(c, s.clock[0].now)
    c.on_hand -= units
    expires = NEVER
    if c.dated:
        while units > 0 and c.lots >= 0:
            lot = s.lots[c.lots]
            part = min(units, lot.quantity)
            expires = min(expires, lot.expires)
            lot.quantity -= part
            units -= part
            if lot.quantity == 0:
                _drop_first_lot(s, cell)
    return expires


@compiled
def _drop_first_lot(s: State, cell: int) -> None:
    c = s.cells[cell]
    gone = c.lots
    c.lots = s.lots[gone].next
    s.lots[gone].next = s.clock[0].free_lot
    s.clock[0].free_lot = gone


@compiled
def put(s: State, cell: int, units: int, expires: int) -> None:
    """Put units into a cell; with an expiry they form a lot, in order of expiry."""
    c = s.cells[cell]
    touch(c, s.clock[0].now)
    c.on_hand += units
    if expires >= NEVER:
        return
    made = s.clock[0].free_lot
    if made < 0:
        s.clock[0].status = NO_ROOM
        return
    s.clock[0].free_lot = s.lots[made].next
    s.lots[made].quantity = units
    s.lots[made].expires = expires
    c.dated = 1
    before, at = -1, c.lots
    while at >= 0 and s.lots[at].expires <= expires:
        before, at = at, s.lots[at].next
    s.lots[made].next = at
    if before < 0:
        c.lots = made
    else:
        s.lots[before].next = made
    after(s, max(expires - s.clock[0].now, 0), _ARRIVE, packed(EXPIRE, cell, 0))


@compiled
def expire(s: State, cell: int) -> int:
    """Throw away the lots whose time has come; units."""
    c = s.cells[cell]
    units = 0
    while c.lots >= 0 and s.lots[c.lots].expires <= s.clock[0].now:
        units += s.lots[c.lots].quantity
        _drop_first_lot(s, cell)
    if units > 0:
        touch(c, s.clock[0].now)
        c.on_hand -= units
        c.expired += units
        if s.clock[0].logging:
            note(s, _ARRIVE, _EXPIRED, cell, -1, units)
    return units


@compiled
def join_queue(
    s: State, cell: int, units: int, kind: int, target: int, priority: int, tail: int, factor: float
) -> int:
    """Let a request wait at a cell: by priority where the cell keeps one, else at the end."""
    c = s.cells[cell]
    made = s.clock[0].free_request
    if made < 0:
        s.clock[0].status = NO_ROOM
        return -1
    r = s.requests[made]
    s.clock[0].free_request = r.next
    r.cell, r.kind, r.target, r.priority, r.tail = cell, kind, target, priority, tail
    r.open, r.made, r.factor = units, s.clock[0].now, factor
    touch(c, s.clock[0].now)
    c.open += units
    before, at = -1, c.head
    if c.rationing != 1 and c.tail >= 0:
        before, at = c.tail, -1
    else:
        while at >= 0 and s.requests[at].priority <= priority:
            before, at = at, s.requests[at].next
    r.next = at
    if before < 0:
        c.head = made
    else:
        s.requests[before].next = made
    if at < 0:
        c.tail = made
    return int(made)


@compiled
def leave_queue(s: State, cell: int, before: int, request: int) -> int:
    """Take a request out of the queue of a cell; gives the next one."""
    c = s.cells[cell]
    following = s.requests[request].next
    if before < 0:
        c.head = following
    else:
        s.requests[before].next = following
    if following < 0:
        c.tail = before
    s.requests[request].next = s.clock[0].free_request
    s.requests[request].open = 0
    s.clock[0].free_request = request
    return int(following)


@compiled
def may_issue(s: State, cell: int, kind: int) -> bool:
    """Whether a cell gives anything to this kind of request now."""
    c = s.cells[cell]
    if c.shut > 0 or c.on_hand <= 0:
        return False
    return bool(kind != FOR_ARC or s.nodes[c.node].orders == 1)
