"""Disruptions, recoveries, and what people do of themselves."""

import math

from redball.model.compiled import compiled
from redball.simulation.events.calendar import (
    REPAIRED,
    REVIEW,
    RIPE,
    after,
    note,
    packed,
)
from redball.simulation.events.codes import Kind, Order
from redball.simulation.events.demanding import set_factor
from redball.simulation.events.failing import set_tempo, take_up
from redball.simulation.events.moving import set_line, wait_goods
from redball.simulation.events.ordering import lacks_source, withdraw
from redball.simulation.events.records import IN_HAND, PAUSED, RIPENING, WITH_SELLER
from redball.simulation.events.serving import (
    find_help,
    note_review,
    offer,
    position,
    serve,
    tally_pool,
)
from redball.simulation.events.state import State
from redball.simulation.events.stock import put, take
from redball.simulation.network.tables import RuleKind, What

_NODE, _NODE_STOCK, _NODE_ORDERS = int(What.NODE), int(What.NODE_STOCK), int(What.NODE_ORDERS)
_LANE, _LANE_TIME, _ARC = int(What.LANE), int(What.LANE_TIME), int(What.ARC)
_ARC_TIME, _RECIPE, _STREAM = int(What.ARC_TIME), int(What.RECIPE), int(What.STREAM)
_RECIPE_TIME = int(What.RECIPE_TIME)
_FLEET, _CELL, _PRICE = int(What.FLEET), int(What.CELL), int(What.PRICE)
_SECOND, _EXPEDITE = int(RuleKind.SECOND_SOURCE), int(RuleKind.EXPEDITE)
_RELEASE, _SUPPORT = int(RuleKind.RELEASE_RESERVE), int(RuleKind.SUPPORT)
_ARRIVE, _REVIEW, _CHANGED = int(Order.ARRIVE), int(Order.REVIEW), int(Kind.CHANGED)
_REACTED, _REACT = int(Kind.REACTED), int(Order.REACT)
_NEVER = 2**62

OPENS = 7
"""In place of a kind of rule: a support link of the cell opens."""


@compiled
def change(s: State, row: int) -> None:  # noqa: C901 - one branch for each kind of change
    """Carry out one change of the list, then let those try again who could not order."""
    one = s.changes[row]
    what, at, value = one.what, one.index, one.value
    if s.clock[0].logging:
        note(s, 0, _CHANGED, what, at, round(value * 1e6))
    if what == _NODE:
        set_node(s, at, value)
    elif what == _NODE_STOCK:
        destroy(s, at, value)
    elif what == _NODE_ORDERS:
        set_orders(s, at, value)
    elif what == _LANE:
        s.lines[at].own = value
        set_line(s, at)
    elif what == _LANE_TIME:
        s.lines[at].time_factor = value
    elif what == _ARC:
        s.arcs[at].open = int(value > 0.0)
    elif what == _ARC_TIME:
        s.arcs[at].time_factor = value
    elif what == _RECIPE:
        s.lines[at + s.clock[0].lanes].own = value
        set_line(s, at + s.clock[0].lanes)
    elif what == _STREAM:
        set_factor(s, at, value)
    elif what == _FLEET:
        set_tempo(s, at, value)
    elif what == _CELL:
        set_blocked(s, at, value <= 0.0)
    elif what == _PRICE:
        s.arcs[at].price_factor = value
    elif what == _RECIPE_TIME:
        s.lines[at + s.clock[0].lanes].time_factor = value
    else:
        set_reports(s, at, value > 0.0)
    try_again(s)


@compiled
def try_again(s: State) -> None:
    """Have cells reviewed that could not order before."""
    for cell in range(len(s.cells)):
        c = s.cells[cell]
        if c.wants and not c.pending:
            c.wants = 0
            c.pending = 1
            after(s, 0, _REVIEW, packed(REVIEW, cell, 0))


@compiled
def set_node(s: State, node: int, level: float) -> None:
    """Set the share of a node that works."""
    n = s.nodes[node]
    before = n.level
    if level == before:
        return
    n.level = level
    for link in range(n.first_lane, n.last_lane):
        set_line(s, s.links[link])
    for link in range(n.first_recipe, n.last_recipe):
        set_line(s, s.links[link] + s.clock[0].lanes)
    for link in range(n.first_pool, n.last_pool):
        pool = s.pools[s.links[link]]
        tally_pool(s, s.links[link])
        pool.able = math.floor(pool.servers * level + 1e-9)
    if before > 0.0 and level <= 0.0:
        _stop_node(s, node)
    if before <= 0.0 and level > 0.0:
        _start_node(s, node)
    for link in range(n.first_pool, n.last_pool):
        take_up(s, s.links[link])


@compiled
def _stop_node(s: State, node: int) -> None:
    n = s.nodes[node]
    now = s.clock[0].now
    for link in range(n.first_cell, n.last_cell):
        s.cells[s.links[link]].shut += 1
    for job in range(len(s.jobs)):
        j = s.jobs[job]
        if j.node == node and j.state == RIPENING:
            j.state = PAUSED
            j.stamp += 1
            j.due -= now


@compiled
def _start_node(s: State, node: int) -> None:
    n = s.nodes[node]
    for link in range(n.first_cell, n.last_cell):
        s.cells[s.links[link]].shut -= 1
    for job in range(len(s.jobs)):
        j = s.jobs[job]
        if j.node == node and j.state == PAUSED:
            j.state = RIPENING
            kind = RIPE if j.line >= 0 else REPAIRED
            after(s, j.due, _ARRIVE, packed(kind, job, j.stamp))
            j.due += s.clock[0].now
    for link in range(n.first_arc, n.last_arc):
        arc = s.arcs[s.links[link]]
        goods = arc.head
        arc.head, arc.tail = -1, -1
        while goods >= 0:
            following = s.goods[goods].next
            s.goods[goods].next, s.goods[goods].state = -1, IN_HAND
            wait_goods(s, goods, 0)
            goods = following
    _serve_node(s, node)


@compiled
def _serve_node(s: State, node: int) -> None:
    n = s.nodes[node]
    for link in range(n.first_cell, n.last_cell):
        cell = s.links[link]
        serve(s, cell)
        note_review(s, cell)
    for link in range(n.first_cell, n.last_cell):
        offer(s, s.links[link])


@compiled
def hold_with_seller(s: State, goods: int) -> bool:
    """Hold goods whose seller is lost; True where they are held."""
    g = s.goods[goods]
    if g.state != IN_HAND or g.arc < 0 or g.lane >= 0:
        return False
    a = s.arcs[g.arc]
    if a.at_node < 0 or s.nodes[a.at_node].level > 0.0 or g.step > a.first_lane:
        return False
    g.state, g.next = WITH_SELLER, -1
    if a.tail < 0:
        a.head = goods
    else:
        s.goods[a.tail].next = goods
    a.tail = goods
    return True


@compiled
def destroy(s: State, node: int, share: float) -> None:
    """Destroy a share of the stock on hand and in reserve at a node."""
    n = s.nodes[node]
    for link in range(n.first_cell, n.last_cell):
        cell = s.links[link]
        c = s.cells[cell]
        units = math.floor(c.on_hand * share + 0.5)
        if units > 0:
            take(s, cell, units)
        kept = math.floor(c.reserve * share + 0.5)
        c.reserve -= kept
        c.destroyed += units + kept
        note_review(s, cell)


@compiled
def set_orders(s: State, node: int, value: float) -> None:
    """Let a node place and see orders, or not."""
    s.nodes[node].orders = int(value > 0.0)
    if value > 0.0:
        _serve_node(s, node)


@compiled
def set_blocked(s: State, cell: int, blocked: bool) -> None:
    """Block the stock of a cell, or free it."""
    c = s.cells[cell]
    if bool(c.blocked) == blocked:
        return
    c.blocked = int(blocked)
    c.shut += 1 if blocked else -1
    if not blocked:
        serve(s, cell)
        note_review(s, cell)
        offer(s, cell)


@compiled
def set_reports(s: State, cell: int, fresh: bool) -> None:
    """Freeze what is believed of a cell's position, or see it as it is again."""
    c = s.cells[cell]
    if not fresh and not c.stale:
        c.frozen = position(s, cell)
        c.stale = 1
    elif fresh and c.stale:
        c.stale = 0
        note_review(s, cell)


@compiled
def carry_out(s: State, cell: int, kind: int) -> None:
    """Do what a rule says, if what caused it still holds; only then does it cost."""
    c = s.cells[cell]
    if kind == OPENS:
        find_help(s, cell)
        return
    c.reacting &= ~(1 << kind)
    rule = -1
    if kind == _SECOND and not c.second and lacks_source(s, cell):
        c.second, rule = 1, c.rule_second
        withdraw(s, cell)
        c.wants = 1
    elif kind == _EXPEDITE and not c.hurried:
        c.hurried, rule = 1, c.rule_hurry
    elif kind == _RELEASE and c.reserve > 0 and c.open > 0:
        units, rule = c.reserve, c.rule_release
        c.reserve = 0
        put(s, cell, units, _NEVER)
        serve(s, cell)
        offer(s, cell)
    elif kind == _SUPPORT and c.open > 0:
        c.helped, rule = 1, c.rule_support
        find_help(s, cell)
    if rule < 0:
        return
    s.clock[0].rules += s.rules[rule].cost_eur
    if s.clock[0].logging:
        note(s, _REACT, _REACTED, cell, kind, 0)
    if c.wants:
        c.wants = 0
        if not c.pending:
            c.pending = 1
            after(s, 0, _REVIEW, packed(REVIEW, cell, 0))
