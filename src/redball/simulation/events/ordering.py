"""Reviews and orders: how much by the cell's policy, and by which of its arcs."""

import math

from redball.model.compiled import compiled
from redball.simulation.events.calendar import note
from redball.simulation.events.codes import Kind, Order
from redball.simulation.events.moving import ship, tally
from redball.simulation.events.records import (
    FOR_ARC,
    FOR_JOB,
    LACKING,
    NEVER,
    NO_ROOM,
    TOO_LARGE,
)
from redball.simulation.events.serving import line_up, note_review, position, react, request
from redball.simulation.events.state import State
from redball.simulation.events.stock import leave_queue, touch
from redball.simulation.network.tables import ArcKind, PolicyKind, RuleKind

_BUY, _MOVE = int(ArcKind.BUY), int(ArcKind.MOVE)
_FIXED_QUANTITY = int(PolicyKind.FIXED_QUANTITY)
_SECOND, _EXPEDITE = int(RuleKind.SECOND_SOURCE), int(RuleKind.EXPEDITE)
_MOST_UNITS = 2**53
_REVIEW, _ORDERED, _REVIEWED = int(Order.REVIEW), int(Kind.ORDERED), int(Kind.REVIEWED)


@compiled
def review(s: State, cell: int) -> None:
    """Look at the position of a cell and order what its policy asks for."""
    c = s.cells[cell]
    if c.policy == 0:
        return
    if s.nodes[c.node].orders == 0:
        c.wants = 1
        return
    at = position(s, cell)
    if s.clock[0].logging:
        note(s, _REVIEW, _REVIEWED, cell, -1, at)
    _hurry(s, cell)
    if at > c.reorder_point:
        return
    if c.policy == _FIXED_QUANTITY:
        wanted = c.quantity * ((c.reorder_point - at) // c.quantity + 1)
    else:
        wanted = c.order_up_to - at
    if wanted <= 0:
        return
    arc = choose_arc(s, cell)
    if arc < 0:
        c.wants = 1
        return
    place(s, cell, arc, wanted)


@compiled
def _hurry(s: State, cell: int) -> None:
    c = s.cells[cell]
    if c.rule_hurry < 0:
        return
    if c.on_hand - c.open < s.rules[c.rule_hurry].threshold:
        if not c.hurried:
            react(s, cell, _EXPEDITE, c.rule_hurry)
    else:
        c.hurried = 0


@compiled
def works(s: State, arc: int) -> bool:
    """Whether who is at the other end of an arc works and takes orders."""
    a = s.arcs[arc]
    if a.kind == _MOVE:
        node = s.cells[a.supplier].node
    elif a.kind == _BUY:
        node = a.at_node
    else:
        return bool(s.lines[a.recipe + s.clock[0].lanes].level > 0.0)
    return bool(node < 0 or (s.nodes[node].level > 0.0 and s.nodes[node].orders == 1))


@compiled
def choose_arc(s: State, cell: int) -> int:
    """First arc that is open and works; else the first that is open, where the order waits.

    Among arcs with a share the one with the least units for its share comes first, so that orders
    are split by it. Standby arcs count once a rule has freed them; an arc that is closed or whose
    other end does not work is what makes people free them.
    """
    c = s.cells[cell]
    chosen, fallback, failing = -1, -1, False
    least = 0.0
    for arc in range(c.first_arc, c.last_arc):
        a = s.arcs[arc]
        if a.standby and not c.second:
            continue
        if not a.open or not works(s, arc):
            failing = failing or chosen < 0 or a.share > 0.0
            if a.open and fallback < 0:
                fallback = arc
            continue
        if a.share <= 0.0:
            if chosen < 0:
                chosen = arc
                break
            continue
        if chosen < 0 or a.units / a.share < least:
            chosen, least = arc, a.units / a.share
    if failing and not c.second:
        react(s, cell, _SECOND, c.rule_second)
    return chosen if chosen >= 0 else fallback


@compiled
def lacks_source(s: State, cell: int) -> bool:
    """Whether an arc that a cell would order by is closed, or its other end does not work."""
    c = s.cells[cell]
    found = False
    for arc in range(c.first_arc, c.last_arc):
        a = s.arcs[arc]
        if a.standby:
            continue
        if a.open and works(s, arc):
            found = True
            if a.share <= 0.0:
                break
        elif not found or a.share > 0.0:
            return True
    return False


@compiled
def place(s: State, cell: int, arc: int, wanted: int) -> None:
    """Place an order: at least the minimum, in whole batches."""
    c, a = s.cells[cell], s.arcs[arc]
    units = max(wanted, a.minimum)
    units = ((units + a.batch - 1) // a.batch) * a.batch
    if units > _MOST_UNITS:
        s.clock[0].status = TOO_LARGE
        return
    factor, price = 1.0, a.price * a.price_factor
    if c.hurried:
        factor = s.rules[c.rule_hurry].factor
        price *= s.rules[c.rule_hurry].price_factor
    c.on_order += units
    if c.stale:
        c.frozen += units
    c.orders += 1
    c.ordered += units
    a.orders += 1
    a.units += units
    a.eur += units * price + a.order_cost
    s.clock[0].purchase += units * price
    s.clock[0].orders += a.order_cost
    if s.clock[0].logging:
        note(s, _REVIEW, _ORDERED, cell, arc, units)
    if a.kind == _BUY:
        s.clock[0].bought += units
        ship(s, arc, units, NEVER, factor)
    elif a.kind == _MOVE:
        request(s, a.supplier, units, FOR_ARC, arc, 0, 0, factor)
    else:
        line = a.recipe + s.clock[0].lanes
        lot = s.lines[line].lot if s.lines[line].lot > 0 else units
        while units > 0:
            _start_job(s, line, min(lot, units))
            units -= lot


@compiled
def _start_job(s: State, at: int, units: int) -> None:
    """Begin a production job: ask for its inputs, then put it before the line."""
    job = s.clock[0].free_job
    if job < 0:
        s.clock[0].status = NO_ROOM
        return
    line, j = s.lines[at], s.jobs[job]
    s.clock[0].free_job = j.next
    j.line, j.shop, j.next, j.state, j.node = at, -1, -1, LACKING, line.from_node
    j.quantity, j.missing = units, 0
    tally(s, at)
    line.starved += units
    for row in range(line.first_input, line.last_input):
        j.missing += math.ceil(units * s.inputs[row].quantity - 1e-9)
    if j.missing == 0:
        line_up(s, job)
        return
    for row in range(line.first_input, line.last_input):
        need = math.ceil(units * s.inputs[row].quantity - 1e-9)
        if need > 0:
            request(s, s.inputs[row].cell, need, FOR_JOB, job, 0, 0, 1.0)


@compiled
def withdraw(s: State, cell: int) -> None:
    """Take back what waits with suppliers that do not work, so that it is ordered elsewhere."""
    c = s.cells[cell]
    for arc in range(c.first_arc, c.last_arc):
        a = s.arcs[arc]
        if a.kind != _MOVE or works(s, arc):
            continue
        supplier = s.cells[a.supplier]
        before, at = -1, supplier.head
        while at >= 0:
            r = s.requests[at]
            if r.kind == FOR_ARC and r.target == arc:
                touch(supplier, s.clock[0].now)
                supplier.open -= r.open
                c.on_order -= r.open
                at = leave_queue(s, a.supplier, before, at)
            else:
                before, at = at, r.next
    note_review(s, cell)
