"""What asks for units: demand streams, failures of systems, repairs that need parts."""

import math

import numpy as np

from redball.simulation.network.tables import SizeKind, StreamKind
from redball.simulation.screen.bare import compiled
from redball.simulation.screen.draws import (
    DEMAND,
    FAILURE,
    PART,
    REPAIRED,
    SIZE,
    binomial,
    geometric,
    key_of,
    poisson_from,
    poisson_row,
    poisson_start,
    uniform,
)
from redball.simulation.screen.layout import (
    ASKED,
    AWAY,
    FAILED,
    NODE,
    POSITION,
    RATE,
    READY,
    TEMPO,
    Plan,
    State,
)
from redball.simulation.screen.moving import enter

_POISSON, _DAILY = int(StreamKind.POISSON), int(StreamKind.POISSON_DAILY)
_PERIODIC, _GEOMETRIC = int(StreamKind.PERIODIC), int(SizeKind.GEOMETRIC)
_DEMAND, _SIZE, _FAILURE, _REPAIRED, _PART = DEMAND, SIZE, FAILURE, REPAIRED, PART
_NEAR = 1e-9


@compiled
def profile_on(p: Plan, stream: int, day: int) -> float:
    """Multiplier of the day: mean of the steps over the day."""
    first, last = p.streams[stream]["first_profile"], p.streams[stream]["last_profile"]
    if first == last:
        return 1.0
    factor, since, total = 1.0, float(day), 0.0
    for row in range(first, last):
        start = p.profiles[row]["day"]
        if start >= day + 1:
            break
        if start > since:
            total += factor * (start - since)
            since = start
        factor = p.profiles[row]["factor"]
    return total + factor * (day + 1 - since)


@compiled
def units_on(p: Plan, s: State, stream: int, day: int) -> int:
    """Units that a stream without chance asks for on a day."""
    row = p.streams[stream]
    rate = s.world[p.at[RATE] + stream]
    if row["kind"] == _PERIODIC:
        gap, first = row["interval_days"], row["first_day"]
        k = max(math.ceil((day - first) / gap - _NEAR), 0.0)
        end = max(math.ceil((day + 1 - first) / gap - _NEAR), 0.0)
        factor = rate * profile_on(p, stream, day)
        return int((end - k) * math.floor(row["size"] * factor + 0.5))
    total = 0
    for i in range(row["first_trace"], row["last_trace"]):
        if day <= p.traces[i]["day"] < day + 1:
            total += math.floor(p.traces[i]["quantity"] * rate + 0.5)
    return total


@compiled
def ask(p: Plan, s: State, claim: int, day: int) -> None:
    """Add a stream's demand of the day to its claim."""
    stream = p.claims[claim]["index"]
    row, asked, keys = p.streams[stream], s.claims[claim, ASKED], s.key
    if row["kind"] != _POISSON and row["kind"] != _DAILY:
        units = units_on(p, s, stream, day)
        if units > 0:
            for r in range(len(asked)):
                asked[r] += units
        return
    mean = row["per_day"] * s.world[p.at[RATE] + stream] * profile_on(p, stream, day)
    if mean <= 0.0:
        return
    key = key_of(_DEMAND, stream, day, 0)
    u, orders = s.draw, s.want
    for r in range(len(u)):
        u[r] = uniform(key, keys[r])
    poisson_row(mean, u, orders)
    if row["kind"] == _POISSON and row["size_kind"] == _GEOMETRIC:
        for r in range(len(asked)):
            for number in range(orders[r]):
                v = uniform(key_of(_SIZE, stream, day, number), keys[r])
                asked[r] += geometric(row["size"], v)
        return
    size = np.int64(1)
    if row["kind"] == _POISSON:
        size = np.int64(max(math.floor(row["size"] + 0.5), 1.0))
    for r in range(len(asked)):
        asked[r] += orders[r] * size


@compiled
def fail(p: Plan, s: State, day: int) -> None:
    """Let units in systems fail: a hole to fill, and a failed unit for the shop."""
    for a in range(len(p.applications)):
        use = p.applications[a]
        fleet, claim, shop = use["fleet"], use["claim"], use["shop"]
        row = p.fleets[fleet]
        mean = use["per_day"] * s.world[p.at[TEMPO] + fleet] * use["per_system"] * row["count"]
        if mean <= 0.0:
            continue
        key = key_of(_FAILURE, a, day, 0)
        asked, keys, up = s.claims[claim, ASKED], s.key, s.available[fleet, day]
        u, failed = s.draw, s.want
        for r in range(len(u)):
            u[r] = uniform(key, keys[r])
        if row["only_up_fail"] == 0:
            poisson_row(mean, u, failed)
        else:
            for r in range(len(u)):
                rate = mean * up[r]
                count, term, below = poisson_start(rate)
                failed[r] = poisson_from(rate, count, term, below, u[r]) if rate > 0.0 else 0
        for r in range(len(u)):
            asked[r] += failed[r]
        if shop >= 0:
            door, position = s.shops[shop, FAILED], s.cells[use["cell"], POSITION]
            for r in range(len(u)):
                door[r] += failed[r]
                position[r] += failed[r]


@compiled
def sort_failed(p: Plan, s: State, day: int) -> None:
    """Say of each failed unit at a shop what becomes of it: repaired here, with a part, sent up."""
    for shop in p.bench_order:
        bench = p.benches[shop]
        cell, up = bench["cell"], bench["up"]
        away = s.shops[shop, AWAY]
        some = False
        for r in range(len(away)):
            units = s.shops[shop, FAILED, r]
            away[r] = 0
            if units == 0:
                continue
            s.shops[shop, FAILED, r] = 0
            here = binomial(units, bench["share"], _REPAIRED, shop, day, s.key[r])
            if here < units:
                some = True
                away[r] = units - here
                s.cells[cell, POSITION, r] -= away[r]
                if up >= 0:
                    s.cells[p.benches[up]["cell"], POSITION, r] += away[r]
            _find_parts(p, s, shop, here, r, day)
        if some and up >= 0:
            enter(p, s, bench["up_pipe"], away)


@compiled
def _find_parts(p: Plan, s: State, shop: int, units: int, r: int, day: int) -> None:
    """Which part caused each failure: at most one of the shop's parts."""
    bench = p.benches[shop]
    if bench["first_part"] == bench["last_part"]:
        s.shops[shop, READY, r] += units
        return
    for number in range(units):
        u = uniform(key_of(_PART, shop, day, number), s.key[r])
        cause = -1
        for i in range(bench["first_part"], bench["last_part"]):
            u -= p.needs[i]["probability"]
            if u <= 0.0:
                cause = i
                break
        if cause < 0:
            s.shops[shop, READY, r] += 1
            continue
        need = p.needs[cause]
        s.claims[need["claim"], ASKED, r] += 1
        if need["shop"] >= 0:
            s.shops[need["shop"], FAILED, r] += 1
            s.cells[p.benches[need["shop"]]["cell"], POSITION, r] += 1


@compiled
def begin_repairs(p: Plan, s: State) -> None:
    """Put what is ready into repair, as far as servers are free; shops in the order of rows."""
    for shop in range(len(p.benches)):
        bench = p.benches[shop]
        level, pool = s.world[p.at[NODE] + bench["node"]], bench["pool"]
        if level <= 0.0:
            continue
        servers = np.int64(0)
        if pool >= 0:
            servers = np.int64(math.floor(bench["servers"] * min(level, 1.0) + _NEAR))
        begun = s.shops[shop, AWAY]
        for r in range(len(begun)):
            units = s.shops[shop, READY, r]
            if pool >= 0:
                units = max(min(units, servers - s.busy[pool, r]), np.int64(0))
                s.busy[pool, r] += units
            s.shops[shop, READY, r] -= units
            begun[r] = units
        enter(p, s, bench["pipe"], begun)
