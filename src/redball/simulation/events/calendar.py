"""The calendar: a binary heap of events by (tick and class, sequence), and the log."""

from redball.model.compiled import Longs, compiled
from redball.simulation.events.codes import TICKS_PER_DAY
from redball.simulation.events.records import NO_ROOM
from redball.simulation.events.state import State

CHANGE, GOODS, REPAIRED, RIPE, EXPIRE, DEMAND, FAIL, AT_SHOP = 0, 1, 2, 3, 4, 5, 6, 7
REACT, RETRY, REVIEW, PERIODIC, LINE, COUNT = 8, 9, 10, 11, 12, 13
"""What the calendar holds; the order of simultaneous events is that of :class:`codes.Order`."""

_STAMPS = 0x7FFFFF
_WORDS = 4
"""Words of an event in the heap: key, sequence, what, and one that keeps pairs in a cache line."""


@compiled
def packed(kind: int, entity: int, stamp: int) -> int:
    """Kind, entity and stamp of an event in one word."""
    return kind | (entity << 8) | ((stamp & _STAMPS) << 40)


@compiled
def stamp_of(word: int) -> int:
    """Stamp in a word; compare with :func:`current`."""
    return word >> 40


@compiled
def current(stamp: int) -> int:
    """Stamp as words carry it."""
    return stamp & _STAMPS


@compiled
def _sift_down(heap: Longs, size: int) -> None:
    """Put the event at the top where it belongs."""
    key, seq, word = heap[0], heap[1], heap[2]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        a = _WORDS * child
        if child + 1 < size:
            b = a + _WORDS
            if heap[b] < heap[a] or (heap[b] == heap[a] and heap[b + 1] < heap[a + 1]):
                a = b
                child += 1
        if heap[a] > key or (heap[a] == key and heap[a + 1] > seq):
            break
        to = _WORDS * at
        heap[to], heap[to + 1], heap[to + 2] = heap[a], heap[a + 1], heap[a + 2]
        at = child
    to = _WORDS * at
    heap[to], heap[to + 1], heap[to + 2] = key, seq, word


@compiled
def _numbered(s: State) -> int:
    """Sequence number of what is scheduled now; its cause is kept where there is a log."""
    c = s.clock[0]
    seq = c.seq
    c.seq = seq + 1
    if c.logging:
        if seq < len(s.causes):
            s.causes[seq] = c.cause
        else:
            c.status = NO_ROOM
    return int(seq)


@compiled
def after(s: State, ticks: int, order: int, word: int) -> None:
    """Put an event some ticks from now into the calendar; one after the end is dropped."""
    c = s.clock[0]
    tick = c.now + ticks
    seq = _numbered(s)
    if tick >= c.end:
        return
    heap = s.heap
    at = c.heap
    if _WORDS * at >= len(heap):
        c.status = NO_ROOM
        return
    c.heap = at + 1
    key = (tick << 3) | order
    while at > 0:
        up = (at - 1) >> 1
        a = _WORDS * up
        if heap[a] < key or (heap[a] == key and heap[a + 1] < seq):
            break
        to = _WORDS * at
        heap[to], heap[to + 1], heap[to + 2] = heap[a], heap[a + 1], heap[a + 2]
        at = up
    to = _WORDS * at
    heap[to], heap[to + 1], heap[to + 2] = key, seq, word


@compiled
def replace_top(s: State, tick: int, order: int, word: int) -> None:
    """Take the top event out and put another one in: half the work of doing both."""
    c = s.clock[0]
    seq = _numbered(s)
    if tick >= c.end:
        drop_top(s)
        return
    heap = s.heap
    heap[0], heap[1], heap[2] = (tick << 3) | order, seq, word
    _sift_down(heap, c.heap)


@compiled
def drop_top(s: State) -> None:
    """Take the top event out."""
    c = s.clock[0]
    heap = s.heap
    last = c.heap - 1
    c.heap = last
    if last > 0:
        a = _WORDS * last
        heap[0], heap[1], heap[2] = heap[a], heap[a + 1], heap[a + 2]
        _sift_down(heap, last)


@compiled
def ticks_of(days: float) -> int:
    """Whole ticks of a time in days, to the nearest; of a billion days where it is more."""
    return int(min(days, 1e9) * TICKS_PER_DAY + 0.5)


@compiled
def note(s: State, order: int, kind: int, entity: int, other: int, units: int) -> None:
    """Write a line of the log."""
    c = s.clock[0]
    if c.logged >= len(s.log):
        c.status = NO_ROOM
        return
    row = s.log[c.logged]
    row.tick = c.now
    row.order = order
    row.kind = kind
    row.seq = c.cause
    row.entity = entity
    row.other = other
    row.quantity = units
    c.logged += 1
