"""Requests: what a cell can give is given at once, the rest waits and is served as stock comes.

A request is for a demand stream, an order of another cell, a production job, a repair that needs a
part, or a system of a fleet with a hole.
"""

from redball.model.compiled import compiled
from redball.simulation.events.calendar import (
    REACT,
    REPAIRED,
    REVIEW,
    RIPE,
    after,
    note,
    packed,
    ticks_of,
)
from redball.simulation.events.codes import Kind, Order
from redball.simulation.events.keys import draw_days
from redball.simulation.events.moving import new_goods, ship, start_line, tally, wait_goods
from redball.simulation.events.records import (
    FOR_ARC,
    FOR_JOB,
    FOR_REPAIR,
    FOR_STREAM,
    PAUSED,
    QUEUED,
    RIPENING,
)
from redball.simulation.events.state import State
from redball.simulation.events.stock import (
    expire,
    join_queue,
    leave_queue,
    may_issue,
    put,
    take,
    touch,
)
from redball.simulation.network.tables import Rationing, RuleKind

_ARRIVE, _REACT, _REVIEW = int(Order.ARRIVE), int(Order.REACT), int(Order.REVIEW)
_RECEIVED = int(Kind.RECEIVED)
_PROPORTIONAL = int(Rationing.PROPORTIONAL)
_RELEASE, _SUPPORT = int(RuleKind.RELEASE_RESERVE), int(RuleKind.SUPPORT)


@compiled
def position(s: State, cell: int) -> int:
    """Inventory position: on hand, ordered and in repair, less what is asked for."""
    c = s.cells[cell]
    if c.stale:
        return int(c.frozen)
    return int(c.on_hand + c.on_order + c.in_repair - c.open)


@compiled
def note_review(s: State, cell: int) -> None:
    """Have a cell reviewed at this tick when its position asks for an order."""
    c = s.cells[cell]
    if c.policy == 0 or c.pending or c.periodic:
        return
    if position(s, cell) <= c.reorder_point:
        c.pending = 1
        after(s, 0, _REVIEW, packed(REVIEW, cell, 0))


@compiled
def react(s: State, cell: int, kind: int, rule: int) -> None:
    """Have people react after their delay, once for each time."""
    c = s.cells[cell]
    if rule < 0 or (c.reacting >> kind) & 1:
        return
    c.reacting |= 1 << kind
    after(s, ticks_of(s.rules[rule].delay_days), _REACT, packed(REACT, cell * 8 + kind, 0))


@compiled
def request(
    s: State, cell: int, units: int, kind: int, target: int, priority: int, tail: int, factor: float
) -> int:  # fmt: skip
    """Ask a cell for units; gives how many came at once, the others wait."""
    c = s.cells[cell]
    given = give_at_once(s, cell, units, kind, target, priority, tail, factor)
    if given < units:
        join_queue(s, cell, units - given, kind, target, priority, tail, factor)
        find_help(s, cell)
        if c.reserve > 0:
            react(s, cell, _RELEASE, c.rule_release)
    note_review(s, cell)
    return given


@compiled
def give_at_once(
    s: State, cell: int, units: int, kind: int, target: int, priority: int, tail: int, factor: float
) -> int:  # fmt: skip
    """Give what the cell or one that may stand in for it has; units."""
    c = s.cells[cell]
    c.demanded += units
    given = 0
    if may_issue(s, cell, kind) and (c.head < 0 or _goes_before(s, cell, priority)):
        given = min(units, c.on_hand)
        fulfil(s, kind, target, given, tail, take(s, cell, given), factor)
    if given < units and kind != FOR_ARC:
        for link in range(c.first_other, c.last_other):
            other = s.links[link]
            o = s.cells[other]
            if given < units and o.open == 0 and may_issue(s, other, kind):
                part = min(units - given, o.on_hand)
                fulfil(s, kind, target, part, tail, take(s, other, part), factor)
                o.demanded += part
                o.filled += part
                o.at_once += part
                c.demanded -= part
                note_review(s, other)
                given += part
                c.at_once -= part
                c.filled -= part
    c.at_once += given
    c.filled += given
    return given


@compiled
def _goes_before(s: State, cell: int, priority: int) -> bool:
    """Whether stock beside a queue may go to a newcomer: those who wait can't have it yet."""
    c = s.cells[cell]
    if c.rationing == 1 and s.requests[c.head].priority > priority:
        return True
    at = c.head
    while at >= 0:
        if may_issue(s, cell, s.requests[at].kind):
            return False
        at = s.requests[at].next
    return True


@compiled
def fulfil(
    s: State, kind: int, target: int, units: int, tail: int, expires: int, factor: float
) -> None:  # fmt: skip
    """Bring about what was asked for."""
    if kind == FOR_STREAM:
        s.clock[0].used += units
    elif kind == FOR_ARC:
        ship(s, target, units, expires, factor)
    elif kind == FOR_JOB:
        s.clock[0].consumed += units
        job = s.jobs[target]
        job.missing -= units
        if job.missing == 0:
            line_up(s, target)
    elif kind == FOR_REPAIR:
        s.clock[0].consumed += units
        enter_shop(s, target)
    else:
        close_hole(s, target, tail)


@compiled
def line_up(s: State, job: int) -> None:
    """Put a job that has its inputs before its line."""
    j = s.jobs[job]
    line = s.lines[j.line]
    tally(s, j.line)
    line.starved -= j.quantity
    line.waiting += j.quantity
    j.state, j.next = QUEUED, -1
    if line.tail < 0:
        line.head = job
    else:
        s.jobs[line.tail].next = job
    line.tail = job
    start_line(s, j.line)


@compiled
def enter_shop(s: State, job: int) -> None:
    """Put a repair that has its part on a repair place, or before them."""
    j = s.jobs[job]
    at = s.shops[j.shop].pool
    if at < 0:
        ripen(s, job)
        return
    pool = s.pools[at]
    tally_pool(s, at)
    pool.arrivals += 1
    if pool.busy < pool.able:
        pool.busy += 1
        ripen(s, job)
        return
    pool.waited += 1
    pool.queued += 1
    j.state, j.next = QUEUED, -1
    if pool.tail < 0:
        pool.head = job
    else:
        s.jobs[pool.tail].next = job
    pool.tail = job


@compiled
def tally_pool(s: State, at: int) -> None:
    """Bring the areas of repair places up to now."""
    pool = s.pools[at]
    past = s.clock[0].now - pool.since
    pool.busy_area += pool.busy * past
    pool.queue_area += pool.queued * past
    pool.since = s.clock[0].now


@compiled
def ripen(s: State, job: int) -> None:
    """Let the time of a repair run, or that of a product after its line."""
    j = s.jobs[job]
    if j.line >= 0:
        line = s.lines[j.line]
        days = draw_days(s.laws, line.law, line.key, line.drawn) * line.time_factor
        line.drawn += 1
        word = packed(RIPE, job, j.stamp)
    else:
        shop = s.shops[j.shop]
        days = draw_days(s.laws, shop.law, shop.key, shop.drawn)
        shop.drawn += 1
        word = packed(REPAIRED, job, j.stamp)
    j.due = ticks_of(days)
    if s.nodes[j.node].level <= 0.0:
        j.state = PAUSED
        return
    j.state = RIPENING
    j.due += s.clock[0].now
    after(s, j.due - s.clock[0].now, _ARRIVE, word)


@compiled
def close_hole(s: State, app: int, tail: int) -> None:
    """Put a spare into a system."""
    a = s.apps[app]
    a.holes -= 1
    at = a.first_hole + tail
    s.holes[at] -= 1
    if s.holes[at] == a.per_system - a.needed:
        f = s.fleets[a.fleet]
        s.bad[f.first_tail + tail] -= 1
        if s.bad[f.first_tail + tail] == 0:
            f.down -= 1
    count_up(s, a.fleet)


@compiled
def count_up(s: State, fleet: int) -> None:
    """Work out how many systems are up, after a hole was made or filled."""
    f = s.fleets[fleet]
    now = s.clock[0].now
    up = f.count
    if f.cannibalise:
        for app in range(f.first_app, f.last_app):
            a = s.apps[app]
            if a.holes > 0 and a.needed > 0:
                up = min(up, (f.count * a.per_system - a.holes) // a.needed)
    else:
        up = f.count - f.down
    if up != f.up:
        f.area += f.up * (now - f.since)
        f.since = now
        f.up = up


@compiled
def receive(s: State, cell: int, units: int, expires: int, arc: int) -> None:
    """Put what has come into a cell and serve those who wait, here and where it helps."""
    put(s, cell, units, expires)
    if s.clock[0].logging:
        note(s, _ARRIVE, _RECEIVED, cell, arc, units)
    if s.cells[cell].dated and expire(s, cell) > 0:  # what expired on its way serves nobody
        note_review(s, cell)
    serve(s, cell)
    offer(s, cell)


@compiled
def offer(s: State, cell: int) -> None:
    """Serve elsewhere with stock that nobody waits for here: as a substitute, or as an ally."""
    c = s.cells[cell]
    if c.serves and c.on_hand > 0 and c.open == 0:
        for link in range(c.first_serves, c.last_serves):
            if c.on_hand > 0:
                _serve_as_substitute(s, s.links[link], cell)
        for link in range(c.first_given, c.last_given):
            find_help(s, s.supports[s.links[link]].receiver)


@compiled
def serve(s: State, cell: int) -> None:
    """Give what there is to those who wait, in the order or the proportion of the cell."""
    c = s.cells[cell]
    if c.rationing == _PROPORTIONAL and 0 < c.on_hand < c.open and c.shut == 0:
        have, asked = c.on_hand, c.open
        before, at = -1, c.head
        while at >= 0:
            r = s.requests[at]
            before, at = _give(s, cell, before, at, int(have * r.open // asked))
    before, at = -1, c.head
    while at >= 0 and c.on_hand > 0:
        before, at = _give(s, cell, before, at, s.requests[at].open)


@compiled
def _give(s: State, cell: int, before: int, at: int, most: int) -> tuple[int, int]:
    """Give up to ``most`` units to one request; the pair to go on with."""
    c = s.cells[cell]
    r = s.requests[at]
    units = min(most, r.open, c.on_hand)
    if units <= 0 or not may_issue(s, cell, r.kind):
        return at, r.next
    kind, target, tail, factor = r.kind, r.target, r.tail, r.factor
    expires = take(s, cell, units)
    following = _filled(s, cell, before, at, units)
    fulfil(s, kind, target, units, tail, expires, factor)
    if following == -2:
        return at, s.requests[at].next
    return before, following


@compiled
def _filled(s: State, cell: int, before: int, at: int, units: int) -> int:
    """Note units given to a request that waited; the next one, or -2 while it still waits."""
    c = s.cells[cell]
    touch(c, s.clock[0].now)
    c.open -= units
    c.filled += units
    s.requests[at].open -= units
    if s.requests[at].open == 0:
        return leave_queue(s, cell, before, at)
    return -2


@compiled
def _serve_as_substitute(s: State, cell: int, other: int) -> None:
    """Serve those who wait at a cell from another one that may stand in for it."""
    before, at = -1, s.cells[cell].head
    while at >= 0 and s.cells[other].on_hand > 0:
        r = s.requests[at]
        if r.kind == FOR_ARC or not may_issue(s, other, r.kind):
            before, at = at, r.next
            continue
        units = min(r.open, s.cells[other].on_hand)
        kind, target, tail, factor = r.kind, r.target, r.tail, r.factor
        expires = take(s, other, units)
        s.cells[other].demanded += units
        s.cells[other].filled += units
        s.cells[cell].demanded -= units
        s.cells[cell].filled -= units
        following = _filled(s, cell, before, at, units)
        fulfil(s, kind, target, units, tail, expires, factor)
        if following == -2:
            break
        at = following
    note_review(s, other)
    note_review(s, cell)


@compiled
def find_help(s: State, cell: int) -> None:
    """Ask allies for what waits at a cell and is not on its way from them yet."""
    c = s.cells[cell]
    now = s.clock[0].now
    for row in range(c.first_support, c.last_support):
        short = c.open - c.supporting
        if short <= 0:
            return
        link = s.supports[row]
        if now < ticks_of(link.from_day) or now >= link.until_day * 86_400.0:
            continue
        if link.standby and not c.helped:
            react(s, cell, _SUPPORT, c.rule_support)
            continue
        giver = s.cells[link.giver]
        if giver.open > 0 or not may_issue(s, link.giver, FOR_ARC):
            continue
        units = min(short, giver.on_hand - link.keep)
        if units <= 0:
            continue
        expires = take(s, link.giver, units)
        goods = new_goods(s, cell, -1, units, expires, 1.0)
        if goods < 0:
            return
        s.goods[goods].at_node = giver.node
        c.supporting += units
        c.on_order += units
        n = s.nodes[giver.node]
        days = draw_days(s.laws, link.law, n.key, n.drawn)
        n.drawn += 1
        wait_goods(s, goods, ticks_of(days))
        note_review(s, link.giver)
