"""Goods on their way: lead times, lanes with capacity and timetable, cuts, and other ways."""

import numpy as np

from redball.model.compiled import Longs, compiled
from redball.simulation.events.calendar import GOODS, LINE, RETRY, after, note, packed, ticks_of
from redball.simulation.events.codes import TICKS_PER_DAY, Kind, Order
from redball.simulation.events.keys import draw_days
from redball.simulation.events.records import (
    BEFORE_LANE,
    HALTED,
    IN_HAND,
    LOADED,
    NO_ROOM,
    NOT_USED,
    ON_LANE,
    STANDING,
)
from redball.simulation.events.state import State
from redball.simulation.network.tables import CutRule

_ARRIVE, _REACT = int(Order.ARRIVE), int(Order.REACT)
_SENT, _LOST, _HELD = int(Kind.SENT), int(Kind.LOST), int(Kind.HELD)
_HOLD, _REROUTE, _LOSE = int(CutRule.HOLD), int(CutRule.REROUTE), int(CutRule.LOSE)
_PASS, _DIVERT = int(CutRule.PASS), int(CutRule.DIVERT)
_FAR = 2**62


@compiled
def new_goods(s: State, cell: int, arc: int, units: int, expires: int, factor: float) -> int:
    """Make a consignment; -1 where there is no room."""
    made = s.clock[0].free_goods
    if made < 0:
        s.clock[0].status = NO_ROOM
        return -1
    g = s.goods[made]
    s.clock[0].free_goods = g.next
    g.cell, g.arc, g.lane, g.next, g.free = cell, arc, -1, -1, 0
    g.step = s.arcs[arc].first_lane if arc >= 0 else 0
    g.state, g.quantity, g.expires, g.factor = IN_HAND, units, expires, factor
    g.kg = units * s.mass[s.cells[cell].item]
    g.at_node = -1
    g.serial = s.clock[0].sent
    s.clock[0].sent += 1
    return int(made)


@compiled
def free_goods(s: State, goods: int) -> None:
    """Give the record of a consignment back; events that still name it count as cancelled."""
    g = s.goods[goods]
    g.state = NOT_USED
    g.stamp += 1
    g.next = s.clock[0].free_goods
    s.clock[0].free_goods = goods


@compiled
def wait_goods(s: State, goods: int, ticks: int) -> None:
    """Let a consignment go on after some time."""
    g = s.goods[goods]
    g.due = s.clock[0].now + ticks
    after(s, ticks, _ARRIVE, packed(GOODS, goods, g.stamp))


@compiled
def ship(s: State, arc: int, units: int, expires: int, factor: float) -> None:
    """Send units along an arc: first its lead time, then its lanes."""
    a = s.arcs[arc]
    goods = new_goods(s, a.cell, arc, units, expires, factor)
    if goods < 0:
        return
    if a.supplier >= 0:
        s.goods[goods].at_node = s.cells[a.supplier].node
    elif a.last_lane > a.first_lane:
        s.goods[goods].at_node = s.lines[s.links[a.first_lane]].from_node
    else:
        s.goods[goods].at_node = a.at_node
    days = draw_days(s.laws, a.law, a.key, a.drawn) * a.time_factor * factor
    a.drawn += 1
    wait_goods(s, goods, ticks_of(days))
    if s.clock[0].logging:
        note(s, _ARRIVE, _SENT, a.cell, arc, units)


@compiled
def enter_lane(s: State, goods: int, lane: int) -> None:
    """Bring a consignment before a lane, and on it at once where nothing limits the lane."""
    g, line = s.goods[goods], s.lines[lane]
    g.lane = lane
    if line.level > 0.0 and line.head < 0 and line.current < 0 and line.per_day >= 1e300:
        depart(s, goods)
        return
    g.state, g.next = BEFORE_LANE, -1
    tally(s, lane)
    line.waiting += 1
    if line.tail < 0:
        line.head = goods
    else:
        s.goods[line.tail].next = goods
    line.tail = goods
    if line.level <= 0.0:
        if s.clock[0].logging:
            note(s, _ARRIVE, _HELD, g.cell, lane, g.quantity)
        rule = s.clock[0].reroute_rule
        if line.cut_rule == _DIVERT:
            after(s, 0, _REACT, packed(RETRY, goods, g.stamp))
        elif rule >= 0:
            after(s, ticks_of(s.rules[rule].delay_days), _REACT, packed(RETRY, goods, g.stamp))
    start_line(s, lane)


@compiled
def tally(s: State, lane: int) -> None:
    """Bring the areas of a line up to now."""
    line = s.lines[lane]
    now = s.clock[0].now
    line.waiting_area += float(line.waiting) * (now - line.counted)
    line.starved_area += float(line.starved) * (now - line.counted)
    line.counted = now


@compiled
def depart(s: State, goods: int) -> None:
    """Send a consignment over its lane, by the timetable where there is one."""
    g = s.goods[goods]
    line = s.lines[g.lane]
    g.stamp += 1  # who looked for another way need not any more
    if line.headway > 0:
        late = (s.clock[0].now - line.offset) % line.headway
        if late > 0:
            g.state = LOADED
            wait_goods(s, goods, line.headway - late)
            return
    sail(s, goods)


@compiled
def sail(s: State, goods: int) -> None:
    """Leave: the transit time is drawn now."""
    g = s.goods[goods]
    line = s.lines[g.lane]
    days = draw_days(s.laws, line.law, line.key, line.drawn) * line.time_factor * g.factor
    line.drawn += 1
    g.state, g.entered = ON_LANE, s.clock[0].now
    line.count += 1
    line.units += g.quantity
    line.kg += g.kg
    line.eur += g.kg / 1000.0 * line.eur_per_t
    line.co2e += g.kg / 1000.0 * line.co2e_per_t
    s.clock[0].transport += g.kg / 1000.0 * line.eur_per_t
    wait_goods(s, goods, ticks_of(days))


@compiled
def start_line(s: State, at: int) -> None:
    """Let a line take up the first of its queue, where it is free and works."""
    line = s.lines[at]
    if line.current >= 0 or line.head < 0 or line.level <= 0.0:
        return
    first = line.head
    tally(s, at)
    if at < s.clock[0].lanes:
        line.head = s.goods[first].next
        s.goods[first].next = -1
        line.left = s.goods[first].kg
        line.waiting -= 1
    else:
        job = s.jobs[first]
        line.head = job.next
        job.next = -1
        line.left = float(job.quantity)
        line.waiting -= job.quantity
    if line.head < 0:
        line.tail = -1
    line.current = first
    line.since = s.clock[0].now
    _plan_end(s, at)


@compiled
def _plan_end(s: State, at: int) -> None:
    line = s.lines[at]
    line.stamp += 1
    if line.level <= 0.0:
        return
    ticks = 0
    if line.per_day < 1e300:
        days = line.left / (line.per_day * line.level)
        ticks = int(min(days, 1e9) * TICKS_PER_DAY + 0.999999)  # beyond every horizon: never
    after(s, ticks, _ARRIVE, packed(LINE, at, line.stamp))


@compiled
def set_line(s: State, at: int) -> None:
    """Work out the share of capacity that a line has now, and carry on with what is on it."""
    line = s.lines[at]
    level = line.own * min(s.nodes[line.from_node].level, s.nodes[line.to_node].level)
    if level == line.level:
        return
    before, now = line.level, s.clock[0].now
    if line.current >= 0:
        past = now - line.since
        if before > 0.0:
            line.busy += past
            if line.per_day < 1e300:
                done = line.per_day * before * past / TICKS_PER_DAY
                line.left = max(line.left - done, 0.0)
        line.since = now
    line.level = level
    if line.current >= 0:
        _plan_end(s, at)
    else:
        start_line(s, at)
    if at >= s.clock[0].lanes:
        return
    if before > 0.0 and level <= 0.0:
        _cut(s, at)
    if before <= 0.0 and level > 0.0:
        _reopen(s, at)


@compiled
def _by_age(s: State) -> Longs:
    """Records of all goods on their way, those first that were sent first."""
    used = 0
    for at in range(len(s.goods)):
        used += s.goods[at].state != NOT_USED
    rows, serials = np.empty(used, np.int64), np.empty(used, np.int64)
    used = 0
    for at in range(len(s.goods)):
        if s.goods[at].state != NOT_USED:
            rows[used], serials[used] = at, s.goods[at].serial
            used += 1
    return rows[np.argsort(serials)]


@compiled
def _cut(s: State, lane: int) -> None:
    """Halt, turn back, lose or let pass what is on a lane, as its rule says."""
    rule = s.lines[lane].cut_rule
    now = s.clock[0].now
    reroute = s.clock[0].reroute_rule
    for at in _by_age(s):
        g = s.goods[at]
        if g.lane == lane and g.state == BEFORE_LANE:
            if rule == _DIVERT:
                after(s, 0, _REACT, packed(RETRY, at, g.stamp))
            elif reroute >= 0:
                after(s, ticks_of(s.rules[reroute].delay_days), _REACT, packed(RETRY, at, g.stamp))
        if g.lane == lane and g.state == LOADED:  # it has not left: back before the lane
            g.stamp += 1
            enter_lane(s, at, lane)
        if g.lane != lane or g.state != ON_LANE or rule == _PASS:
            continue
        g.stamp += 1
        if rule == _LOSE:
            lose_goods(s, at)
        elif rule == _HOLD:
            g.state, g.due = HALTED, g.due - now
        else:
            g.state, g.free = IN_HAND, 1
            g.at_node = s.lines[lane].from_node
            s.lines[lane].rerouted += 1
            wait_goods(s, at, max(now - g.entered, 0))


@compiled
def lose_goods(s: State, goods: int) -> None:
    """Write off a consignment; who ordered it sees that it does not come."""
    g = s.goods[goods]
    s.clock[0].lost += g.quantity
    s.cells[g.cell].on_order -= g.quantity
    if g.arc < 0:
        s.cells[g.cell].supporting -= g.quantity
    if g.lane >= 0:
        s.lines[g.lane].lost += g.quantity
    if s.clock[0].logging:
        note(s, _ARRIVE, _LOST, g.cell, g.lane, g.quantity)
    s.cells[g.cell].wants = 1
    free_goods(s, goods)


@compiled
def _reopen(s: State, lane: int) -> None:
    """Let what was halted on the lane go on, and what stands without a way look again."""
    for at in _by_age(s):
        g = s.goods[at]
        if g.state == HALTED and g.lane == lane:
            g.state = ON_LANE
            wait_goods(s, at, g.due)
        elif g.state == STANDING:
            g.state = IN_HAND
            wait_goods(s, at, 0)
        elif g.state == BEFORE_LANE and s.lines[g.lane].cut_rule == _DIVERT:
            after(s, 0, _REACT, packed(RETRY, at, g.stamp))


@compiled
def next_leg(s: State, goods: int) -> bool:
    """Bring goods one step further; True when they have arrived where they are wanted."""
    g = s.goods[goods]
    if g.state == LOADED:
        sail(s, goods)
        return False
    if g.state == ON_LANE:
        g.at_node = s.lines[g.lane].to_node
        g.step += 1
        g.state = IN_HAND
    g.lane = -1
    if g.free:
        goal = s.cells[g.cell].node
        if g.at_node == goal:
            return True
        lane = find_way(s, g.at_node, goal)
        if lane < 0:
            g.state = STANDING
            return False
        enter_lane(s, goods, lane)
        return False
    if g.arc < 0 or g.step >= s.arcs[g.arc].last_lane:
        return True
    enter_lane(s, goods, s.links[g.step])
    return False


@compiled
def look_again(s: State, goods: int) -> None:
    """Take goods that wait before a cut lane out of its queue and send them another way."""
    g = s.goods[goods]
    lane = g.lane
    line = s.lines[lane]
    if g.state != BEFORE_LANE or line.level > 0.0:
        return
    g.at_node = line.from_node
    if find_way(s, g.at_node, s.cells[g.cell].node) < 0:
        return
    before, at = -1, line.head
    while at >= 0 and at != goods:
        before, at = at, s.goods[at].next
    if at < 0:
        return
    tally(s, lane)
    line.waiting -= 1
    if before < 0:
        line.head = g.next
    else:
        s.goods[before].next = g.next
    if line.tail == goods:
        line.tail = before
    g.next, g.free, g.state = -1, 1, IN_HAND
    line.rerouted += 1
    rule = s.clock[0].reroute_rule
    if rule >= 0 and line.cut_rule != _DIVERT:
        s.clock[0].rules += s.rules[rule].cost_eur
    wait_goods(s, goods, 0)


@compiled
def find_way(s: State, origin: int, goal: int) -> int:
    """First lane of the quickest open way by mean times, -1 for none.

    Label correcting from the goal's side would need lanes by their end; from the origin it needs
    those by their beginning, which the nodes keep. Source: Moore 1959, Bellman 1958.
    """
    nodes = len(s.nodes)
    best, first = s.scratch[:nodes], s.scratch[nodes : 2 * nodes]
    best[:] = _FAR
    best[origin], first[origin] = 0, -1
    for _ in range(nodes):
        better = False
        for node in range(nodes):
            if best[node] >= _FAR:
                continue
            for link in range(s.nodes[node].first_out, s.nodes[node].last_out):
                lane = s.links[link]
                line = s.lines[lane]
                if line.level <= 0.0:
                    continue
                time = best[node] + 1 + ticks_of(s.laws[line.law].mean * line.time_factor)
                if time < best[line.to_node]:
                    best[line.to_node] = time
                    first[line.to_node] = lane if node == origin else first[node]
                    better = True
        if not better:
            break
    return first[goal] if best[goal] < _FAR else -1
