"""Failures of systems in fleets, and where the failed units go."""

from redball.model.compiled import compiled
from redball.simulation.events.calendar import AT_SHOP, FAIL, after, note, packed, ticks_of
from redball.simulation.events.codes import Kind, Order
from redball.simulation.events.keys import draw_days, exponential, uniform
from redball.simulation.events.records import (
    AT_WORK,
    FOR_HOLE,
    FOR_REPAIR,
    FREE_JOB,
    LACKING,
    NO_ROOM,
)
from redball.simulation.events.serving import (
    count_up,
    enter_shop,
    note_review,
    receive,
    request,
    ripen,
    tally_pool,
)
from redball.simulation.events.state import State

_DEMAND, _ARRIVE = int(Order.DEMAND), int(Order.ARRIVE)
_FAILED, _AT_SHOP = int(Kind.FAILED), int(Kind.AT_SHOP)
_REPAIRED, _CONDEMNED = int(Kind.REPAIRED), int(Kind.CONDEMNED)
_NEVER = 2**62


@compiled
def plan_failure(s: State, app: int) -> None:
    """Put the next failure of an application into the calendar.

    ``left`` is exposure: a change of tempo stretches what is left of it, and nothing else.
    """
    a = s.apps[app]
    f = s.fleets[a.fleet]
    rate = a.per_tick * f.tempo
    a.stamp += 1
    if rate <= 0.0:
        return
    tick = a.since + a.left / rate
    if tick >= s.clock[0].end:
        return
    ticks = max(int(tick) - s.clock[0].now, 0)
    after(s, ticks, _DEMAND, packed(FAIL, app, a.stamp))


@compiled
def set_tempo(s: State, fleet: int, tempo: float) -> None:
    """Change the operating tempo of a fleet from now on."""
    f = s.fleets[fleet]
    now = float(s.clock[0].now)
    for app in range(f.first_app, f.last_app):
        a = s.apps[app]
        a.left = max(a.left - (now - a.since) * a.per_tick * f.tempo, 0.0)
        a.since = now
    f.tempo = tempo
    for app in range(f.first_app, f.last_app):
        plan_failure(s, app)


@compiled
def fail(s: State, app: int) -> None:
    """A unit of an application fails in one of the fleet's systems."""
    a = s.apps[app]
    f = s.fleets[a.fleet]
    a.since += a.left / (a.per_tick * f.tempo)
    a.left = exponential(a.key, a.drawn)
    tail = int(uniform(a.picks, a.drawn) * f.count)
    a.drawn += 1
    plan_failure(s, app)
    if f.only_up_fail and _is_down(s, a.fleet, tail):
        return
    if f.only_up_fail and not f.cannibalise:
        if s.holes[a.first_hole + tail] >= a.per_system:
            return
    else:
        tries = 0
        while s.holes[a.first_hole + tail] >= a.per_system:
            tail = (tail + 1) % f.count
            tries += 1
            if tries == f.count:
                return
    at = a.first_hole + tail
    a.holes += 1
    s.holes[at] += 1
    if s.holes[at] == a.per_system - a.needed + 1:
        s.bad[f.first_tail + tail] += 1
        if s.bad[f.first_tail + tail] == 1:
            f.down += 1
    count_up(s, a.fleet)
    if s.clock[0].logging:
        note(s, _DEMAND, _FAILED, a.cell, app, 1)
    failed_unit(s, a.cell)
    request(s, a.cell, 1, FOR_HOLE, app, f.priority, tail, 1.0)


@compiled
def _is_down(s: State, fleet: int, tail: int) -> bool:
    """Whether a system does not work; where parts are taken from others, the last ones are down."""
    f = s.fleets[fleet]
    if f.cannibalise:
        return bool(tail >= f.up)
    return bool(s.bad[f.first_tail + tail] > 0)


@compiled
def failed_unit(s: State, cell: int) -> None:
    """Bring a failed unit to the shop of its cell; without one it is condemned."""
    shop = s.cells[cell].shop
    if shop < 0:
        _condemn(s, cell)
    else:
        s.clock[0].to_shop += 1
        s.cells[cell].in_repair += 1
        after(s, 0, _DEMAND, packed(AT_SHOP, shop, 0))


@compiled
def _condemn(s: State, cell: int) -> None:
    c = s.cells[cell]
    c.condemned += 1
    if s.clock[0].logging:
        note(s, _DEMAND, _CONDEMNED, cell, -1, 1)
    note_review(s, cell)


@compiled
def arrive_at_shop(s: State, shop: int) -> None:
    """Repair a failed unit here, send it on, or condemn it; find the part that caused it.

    A unit counts as in repair with a cell from the moment it is sent there, so that nobody orders
    what is going to come back.
    """
    h = s.shops[shop]
    s.clock[0].to_shop -= 1
    turn = h.arrived
    h.arrived += 1
    if s.clock[0].logging:
        note(s, _DEMAND, _AT_SHOP, h.cell, shop, 1)
    if uniform(h.choices, 2 * turn) >= h.share:
        s.cells[h.cell].in_repair -= 1
        if h.up < 0:
            _condemn(s, h.cell)
            return
        s.clock[0].to_shop += 1
        s.cells[s.shops[h.up].cell].in_repair += 1
        days = draw_days(s.laws, h.up_law, h.ways, turn)
        after(s, ticks_of(days), _DEMAND, packed(AT_SHOP, h.up, 0))
        note_review(s, h.cell)
        return
    job = s.clock[0].free_job
    if job < 0:
        s.clock[0].status = NO_ROOM
        return
    j = s.jobs[job]
    s.clock[0].free_job = j.next
    j.line, j.shop, j.next, j.state = -1, shop, -1, LACKING
    j.node, j.quantity, j.missing = s.cells[h.cell].node, 1, 0
    u = uniform(h.choices, 2 * turn + 1)
    for row in range(h.first_part, h.last_part):
        part = s.parts[row]
        if u < part.probability:
            s.clock[0].made += 1  # the failed part counts on its own from here on
            failed_unit(s, part.cell)
            request(s, part.cell, 1, FOR_REPAIR, job, 0, 0, 1.0)
            return
        u -= part.probability
    enter_shop(s, job)


@compiled
def repaired(s: State, job: int) -> None:
    """A repair ends: the unit goes into its cell, the next one is taken up."""
    j = s.jobs[job]
    shop = j.shop
    h = s.shops[shop]
    free_job(s, job)
    if s.clock[0].logging:
        note(s, _ARRIVE, _REPAIRED, h.cell, shop, 1)
    if h.pool >= 0:
        tally_pool(s, h.pool)
        s.pools[h.pool].busy -= 1
        take_up(s, h.pool)
    s.cells[h.cell].in_repair -= 1
    receive(s, h.cell, 1, _NEVER, -1)


@compiled
def take_up(s: State, at: int) -> None:
    """Take waiting repairs up while places are free."""
    pool = s.pools[at]
    tally_pool(s, at)
    while pool.head >= 0 and pool.busy < pool.able:
        job = pool.head
        pool.head = s.jobs[job].next
        if pool.head < 0:
            pool.tail = -1
        s.jobs[job].next = -1
        s.jobs[job].state = AT_WORK
        pool.queued -= 1
        pool.busy += 1
        ripen(s, job)


@compiled
def free_job(s: State, job: int) -> None:
    """Give the record of a job back; events that still name it count as cancelled."""
    j = s.jobs[job]
    j.state = FREE_JOB
    j.stamp += 1
    j.next = s.clock[0].free_job
    s.clock[0].free_job = job
