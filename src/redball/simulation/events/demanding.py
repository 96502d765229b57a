"""Demand streams: when the next order comes, and of how many units."""

import math

from redball.model.compiled import compiled
from redball.simulation.events.calendar import (
    DEMAND,
    after,
    drop_top,
    note,
    packed,
    replace_top,
)
from redball.simulation.events.codes import TICKS_PER_DAY, Kind, Order
from redball.simulation.events.keys import exponential, poisson, uniform
from redball.simulation.events.records import FOR_STREAM
from redball.simulation.events.serving import give_at_once, note_review, request
from redball.simulation.events.state import State
from redball.simulation.events.stock import touch
from redball.simulation.network.tables import SizeKind, StreamKind

_DEMAND, _DEMANDED, _UNMET = int(Order.DEMAND), int(Kind.DEMANDED), int(Kind.UNMET)
_POISSON, _PERIODIC = int(StreamKind.POISSON), int(StreamKind.PERIODIC)
_TRACE, _DAILY = int(StreamKind.TRACE), int(StreamKind.POISSON_DAILY)
_GEOMETRIC = int(SizeKind.GEOMETRIC)
_NOT = 1e300


@compiled
def profile_at(s: State, stream: int, tick: float) -> float:
    """Multiplier of a stream's profile at a tick; 1 before its first step."""
    t = s.streams[stream]
    factor = 1.0
    for row in range(t.first_profile, t.last_profile):
        if s.profiles[row].day * TICKS_PER_DAY > tick:
            break
        factor = s.profiles[row].factor
    return float(factor)


@compiled
def _spend(s: State, stream: int, until: float) -> float:
    """Use exposure up to a tick, or until none is left; the tick at which that is."""
    t = s.streams[stream]
    at = t.since
    row = t.first_profile
    factor = 1.0
    while row < t.last_profile and s.profiles[row].day * TICKS_PER_DAY <= at:
        factor = s.profiles[row].factor
        row += 1
    while at < until:
        rate = t.per_tick * t.factor * factor
        end = until
        if row < t.last_profile:
            end = min(end, s.profiles[row].day * TICKS_PER_DAY)
        if rate > 0.0 and t.left <= rate * (end - at):
            at += t.left / rate
            t.left, t.since = 0.0, at
            return float(at)
        t.left -= rate * (end - at)
        at = end
        if row < t.last_profile and at < until:
            factor = s.profiles[row].factor
            row += 1
    t.since = at
    return _NOT


@compiled
def next_tick(s: State, stream: int) -> float:
    """Tick of the next order of a stream, found without using it up."""
    t = s.streams[stream]
    if t.kind == _POISSON:
        if t.first_profile == t.last_profile:
            rate = t.per_tick * t.factor
            return float(t.since + t.left / rate) if rate > 0.0 else _NOT
        left, since = t.left, t.since
        at = _spend(s, stream, float(s.clock[0].end))
        t.left, t.since = left, since
        return at
    if t.kind == _TRACE:
        if t.row >= t.last_trace:
            return _NOT
        return float(math.floor(s.traces[t.row].day * TICKS_PER_DAY + 0.5))
    return float(t.next)


@compiled
def plan_demand(s: State, stream: int) -> None:
    """Put the next order of a stream into the calendar."""
    t = s.streams[stream]
    t.stamp += 1
    tick = next_tick(s, stream)
    if tick < s.clock[0].end:
        ticks = max(int(tick) - s.clock[0].now, 0)
        after(s, ticks, _DEMAND, packed(DEMAND, stream, t.stamp))


@compiled
def set_factor(s: State, stream: int, factor: float) -> None:
    """Change the multiplier of a stream from now on."""
    t = s.streams[stream]
    if t.kind != _POISSON:
        t.factor = factor
        return
    now = float(s.clock[0].now)
    if now > t.since:
        _spend(s, stream, now)
        t.since = now
    t.factor = factor
    plan_demand(s, stream)


@compiled
def size_of(s: State, stream: int) -> int:
    """Units of the order that comes now; moves the stream on to the next one."""
    t = s.streams[stream]
    now = float(s.clock[0].now)
    if t.kind == _POISSON:
        tick = next_tick(s, stream)
        t.since = tick
        t.left = exponential(t.key, t.drawn)
        t.drawn += 1
        if t.size_kind == _GEOMETRIC and t.size > 1.0:
            u = uniform(t.sizes, t.drawn)
            return 1 + math.floor(math.log(u) / math.log1p(-1.0 / t.size))
        return int(t.size)
    factor = t.factor * profile_at(s, stream, now)
    if t.kind == _TRACE:
        units = s.traces[t.row].quantity
        t.row += 1
        return int(math.floor(units * factor + 0.5))  # noqa: RUF046 - a record's field is Any
    t.next += t.interval
    t.drawn += 1
    if t.kind == _DAILY:
        return poisson(t.size * factor, t.key, t.drawn)
    return int(math.floor(t.size * factor + 0.5))  # noqa: RUF046 - a record's field is Any


@compiled
def demand(s: State, stream: int) -> None:
    """Take the order of a stream that stands at the top of the calendar out of it and carry it out.

    Where the cell has enough and nobody waits, nothing else can come into the calendar before the
    stream's next order takes the place at the top: one sift in place of two.
    """
    t = s.streams[stream]
    units = size_of(s, stream)
    cell = t.cell
    c = s.cells[cell]
    clock = s.clock[0]
    if clock.logging:
        note(s, _DEMAND, _DEMANDED, cell, stream, units)
    if 0 < units <= c.on_hand and c.head < 0 and c.shut == 0 and c.dated == 0:
        touch(c, clock.now)
        c.on_hand -= units
        c.demanded += units
        c.at_once += units
        c.filled += units
        clock.used += units
        t.stamp += 1
        tick = next_tick(s, stream)
        if tick < clock.end:
            word = packed(DEMAND, stream, t.stamp)
            replace_top(s, max(int(tick), clock.now), _DEMAND, word)
        else:
            drop_top(s)
        note_review(s, cell)
        return
    drop_top(s)
    plan_demand(s, stream)
    if units <= 0:
        return
    if not t.lost:
        request(s, cell, units, FOR_STREAM, stream, t.priority, 0, 1.0)
        return
    given = give_at_once(s, cell, units, FOR_STREAM, stream, t.priority, 0, 1.0)
    c.lost += units - given
    if given < units and clock.logging:
        note(s, _DEMAND, _UNMET, cell, stream, units - given)
    note_review(s, cell)
