"""Works the calendar off: one event after the other, each by its handler."""

from redball.model.compiled import compiled
from redball.simulation.events.calendar import (
    AT_SHOP,
    CHANGE,
    COUNT,
    DEMAND,
    EXPIRE,
    FAIL,
    GOODS,
    LINE,
    PERIODIC,
    REACT,
    REPAIRED,
    RETRY,
    REVIEW,
    RIPE,
    after,
    current,
    drop_top,
    note,
    packed,
    stamp_of,
    ticks_of,
)
from redball.simulation.events.changing import OPENS, carry_out, change, hold_with_seller
from redball.simulation.events.codes import TICKS_PER_DAY, Kind, Order
from redball.simulation.events.demanding import demand, plan_demand
from redball.simulation.events.failing import (
    arrive_at_shop,
    fail,
    free_job,
    plan_failure,
    repaired,
)
from redball.simulation.events.moving import (
    depart,
    free_goods,
    look_again,
    next_leg,
    start_line,
    tally,
)
from redball.simulation.events.ordering import review
from redball.simulation.events.records import (
    IN_HAND,
    NEVER,
    NOT_USED,
    ON_LANE,
    RIPENING,
    TOO_MANY,
)
from redball.simulation.events.serving import note_review, receive, ripen, tally_pool
from redball.simulation.events.state import State
from redball.simulation.events.stock import expire, touch

_ARRIVE, _REVIEW, _COUNT = int(Order.ARRIVE), int(Order.REVIEW), int(Order.COUNT)
_REACT = int(Order.REACT)
_CHANGE, _MADE, _MOVED = int(Order.CHANGE), int(Kind.MADE), int(Kind.MOVED)


@compiled
def begin(s: State) -> None:
    """Put into the calendar what is known from the start."""
    for row in range(len(s.changes)):
        tick = int(s.changes[row].day * TICKS_PER_DAY + 0.5)
        after(s, tick, _CHANGE, packed(CHANGE, row, 0))
    for at in range(len(s.goods)):
        if s.goods[at].state == IN_HAND:
            after(s, s.goods[at].due, _ARRIVE, packed(GOODS, at, s.goods[at].stamp))
    for cell in range(len(s.cells)):
        at = s.cells[cell].lots
        while at >= 0:
            after(s, max(s.lots[at].expires, 0), _ARRIVE, packed(EXPIRE, cell, 0))
            at = s.lots[at].next
    for row in range(len(s.supports)):
        if s.supports[row].from_day > 0.0:
            word = packed(REACT, s.supports[row].receiver * 8 + OPENS, 0)
            after(s, ticks_of(s.supports[row].from_day), _REACT, word)
    for stream in range(len(s.streams)):
        plan_demand(s, stream)
    for app in range(len(s.apps)):
        plan_failure(s, app)
    for cell in range(len(s.cells)):
        if s.cells[cell].review > 0:
            after(s, 0, _REVIEW, packed(PERIODIC, cell, 0))
        else:
            note_review(s, cell)
    after(s, 0, _COUNT, packed(COUNT, 0, 0))


@compiled
def work(s: State, until: int) -> None:  # noqa: C901 - one branch for each kind of event
    """Handle all events before a tick."""
    c = s.clock[0]
    while c.heap > 0 and c.status == 0:
        key = s.heap[0]
        if (key >> 3) >= until:
            break
        if c.events >= c.most:
            c.status = TOO_MANY
            break
        word = s.heap[2]
        c.now = key >> 3
        c.cause = s.heap[1]
        c.events += 1
        kind, entity = word & 0xFF, (word >> 8) & 0xFFFFFFFF
        if kind == DEMAND:
            if current(s.streams[entity].stamp) == stamp_of(word):
                demand(s, entity)
            else:
                drop_top(s)
            continue
        drop_top(s)
        if kind == GOODS:
            _goods(s, entity, stamp_of(word))
        elif kind == REVIEW:
            s.cells[entity].pending = 0
            review(s, entity)
        elif kind == FAIL:
            if current(s.apps[entity].stamp) == stamp_of(word):
                fail(s, entity)
        elif kind == AT_SHOP:
            arrive_at_shop(s, entity)
        elif kind == REPAIRED:
            if _still(s, entity, stamp_of(word)):
                repaired(s, entity)
        else:
            _seldom(s, kind, entity, stamp_of(word))


@compiled
def _seldom(  # noqa: C901 - one branch for each kind of event
    s: State, kind: int, entity: int, stamp: int
) -> None:
    if kind == LINE:
        if current(s.lines[entity].stamp) == stamp:
            _line_done(s, entity)
    elif kind == RIPE:
        if _still(s, entity, stamp):
            _made(s, entity)
    elif kind == COUNT:
        _count(s, entity)
    elif kind == CHANGE:
        change(s, entity)
    elif kind == EXPIRE:
        if expire(s, entity) > 0:
            note_review(s, entity)
    elif kind == REACT:
        carry_out(s, entity >> 3, entity & 7)
    elif kind == RETRY:
        if current(s.goods[entity].stamp) == stamp:
            look_again(s, entity)
    elif kind == PERIODIC:
        review(s, entity)
        after(s, s.cells[entity].review, _REVIEW, packed(PERIODIC, entity, 0))


@compiled
def _still(s: State, job: int, stamp: int) -> bool:
    return current(s.jobs[job].stamp) == stamp and s.jobs[job].state == RIPENING


@compiled
def _goods(s: State, goods: int, stamp: int) -> None:
    g = s.goods[goods]
    if current(g.stamp) != stamp or g.state == NOT_USED:
        return
    if s.clock[0].logging and g.state == ON_LANE:
        note(s, _ARRIVE, _MOVED, g.cell, g.lane, g.quantity)
    if hold_with_seller(s, goods) or not next_leg(s, goods):
        return
    cell, arc, units, expires = g.cell, g.arc, g.quantity, g.expires
    c = s.cells[cell]
    c.on_order -= units
    c.received += units
    if arc == -1:
        c.supporting -= units
        c.supported += units
    if expires >= NEVER and s.shelf[c.item] < NEVER:
        expires = s.clock[0].now + s.shelf[c.item]
    free_goods(s, goods)
    receive(s, cell, units, expires, max(arc, -1))


@compiled
def _line_done(s: State, at: int) -> None:
    line = s.lines[at]
    line.busy += s.clock[0].now - line.since
    done = line.current
    line.current = -1
    if at < s.clock[0].lanes:
        depart(s, done)
    else:
        line.units += s.jobs[done].quantity
        ripen(s, done)
    start_line(s, at)


@compiled
def _made(s: State, job: int) -> None:
    j = s.jobs[job]
    cell, units, line = s.lines[j.line].cell, j.quantity, j.line
    free_job(s, job)
    c = s.cells[cell]
    c.on_order -= units
    c.received += units
    s.clock[0].made += units
    if s.clock[0].logging:
        note(s, _ARRIVE, _MADE, cell, line - s.clock[0].lanes, units)
    expires = NEVER
    if s.shelf[c.item] < NEVER:
        expires = s.clock[0].now + s.shelf[c.item]
    receive(s, cell, units, expires, -1)


@compiled
def _count(s: State, day: int) -> None:
    for at in range(len(s.watch)):
        c = s.cells[s.watch[at]]
        s.on_hand[at, day] = c.on_hand
        s.waiting[at, day] = c.open
    if day > 0:
        _count_fleets(s, day - 1)
    if day + 1 < s.up.shape[1]:
        after(s, TICKS_PER_DAY, _COUNT, packed(COUNT, day + 1, 0))


@compiled
def _count_fleets(s: State, day: int) -> None:
    now = s.clock[0].now
    for fleet in range(len(s.fleets)):
        f = s.fleets[fleet]
        f.area += f.up * (now - f.since)
        f.since = now
        s.up[fleet, day] = f.area / (f.count * TICKS_PER_DAY) if f.count > 0 else 1.0
        f.area = 0


@compiled
def finish(s: State) -> None:
    """Bring all sums up to the end of the run."""
    c = s.clock[0]
    c.now = c.end
    for cell in range(len(s.cells)):
        touch(s.cells[cell], c.end)
    for at in range(len(s.lines)):
        tally(s, at)
        line = s.lines[at]
        if line.current >= 0 and line.level > 0.0:
            line.busy += c.end - line.since
            line.since = c.end
    for at in range(len(s.pools)):
        tally_pool(s, at)
    _count_fleets(s, s.up.shape[1] - 1)
