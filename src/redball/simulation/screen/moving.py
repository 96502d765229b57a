"""Goods under way: pipes that move on by a day, gates that let through, lines that make."""

import math

import numpy as np

from redball.simulation.network.tables import CutRule
from redball.simulation.screen.bare import compiled
from redball.simulation.screen.layout import (
    ARC_TIME,
    BEGUN,
    FAILED,
    GONE,
    JOBS,
    LANDED,
    LANE,
    LANE_TIME,
    NODE,
    ON_HAND,
    POSITION,
    QUANTITY,
    RECEIVED,
    RECIPE,
    REPAIR,
    SHIPPED,
    TO_CELL,
    TO_GATE,
    Longs,
    Plan,
    State,
)

_TO_CELL, _TO_GATE, _REPAIR = TO_CELL, TO_GATE, REPAIR
_LOSE = int(CutRule.LOSE)
_STAND = (int(CutRule.HOLD), int(CutRule.REROUTE), int(CutRule.DIVERT))
_NEAR = 1e-9


@compiled
def days_through(p: Plan, s: State, pipe: int) -> int:
    """Whole days through a pipe that is entered now."""
    row = p.pipes[pipe]
    stretch = 1.0
    if row["lane"] >= 0:
        stretch = s.world[p.at[LANE_TIME] + row["lane"]]
    elif row["leads"] <= _TO_GATE:
        stretch = s.world[p.at[ARC_TIME] + row["index"]]
    start = row["start_days"]
    length = start + row["stretch_days"] * stretch + row["fixed_days"]
    days = int(math.floor(length + 0.5 + _NEAR) - math.floor(start + 0.5 + _NEAR))
    return int(min(max(days, row["least_days"]), row["slots"] - 1))


@compiled
def lane_level(p: Plan, s: State, lane: int) -> float:
    """Share of a lane's capacity, with the shares of the nodes at its ends."""
    ends = s.world[p.at[NODE] + p.lane_ends[lane, 0]] * s.world[p.at[NODE] + p.lane_ends[lane, 1]]
    return float(s.world[p.at[LANE] + lane] * ends)


@compiled
def _kept_by_seller(p: Plan, s: State, pipe: int, out: Longs) -> bool:
    """Keep what is ready with a seller that is lost; give what was kept when it is back."""
    seller = p.pipes[pipe]["seller"]
    if seller < 0:
        return False
    kept = s.ring[p.pipes[pipe]["gate_slot"]]
    lost = bool(s.world[p.at[NODE] + seller] <= 0.0)
    for r in range(len(out)):
        if lost:
            kept[r] += out[r]
            out[r] = 0
        else:
            out[r] += kept[r]
            kept[r] = 0
    return lost


@compiled
def enter(p: Plan, s: State, pipe: int, units: Longs) -> None:
    """Put units of each replication into a pipe; without a time they come out at once."""
    row = p.pipes[pipe]
    days = days_through(p, s, pipe)
    if days == 0 and row["seller"] >= 0 and s.world[p.at[NODE] + row["seller"]] <= 0.0:
        into = s.ring[row["gate_slot"]]
    elif days == 0:
        if row["leads"] == _TO_GATE:
            into = s.ring[p.pipes[pipe + 1]["gate_slot"]]
        elif row["leads"] in (_TO_CELL, _REPAIR):
            into = s.cells[row["cell"], LANDED]
        else:
            into = s.shops[p.benches[row["index"]]["up"], FAILED]
        if row["leads"] == _REPAIR and p.benches[row["index"]]["pool"] >= 0:
            busy = s.busy[p.benches[row["index"]]["pool"]]
            for r in range(len(units)):
                busy[r] -= units[r]
    else:
        into = s.ring[row["first_slot"] + (s.clock[pipe] + days) % row["slots"]]
    for r in range(len(units)):
        into[r] += units[r]


@compiled
def move_on(p: Plan, s: State) -> None:
    """Move every pipe on by a day, save those that stand still; what comes out goes on."""
    for pipe in range(len(p.pipes)):
        row = p.pipes[pipe]
        lane, node, leads = row["lane"], row["node"], row["leads"]
        if node >= 0 and s.world[p.at[NODE] + node] <= 0.0:
            continue
        if lane >= 0 and row["cut_rule"] in _STAND and lane_level(p, s, lane) <= 0.0:
            continue
        s.clock[pipe] += 1
        out = s.ring[row["first_slot"] + s.clock[pipe] % row["slots"]]
        if row["seller"] >= 0 and _kept_by_seller(p, s, pipe, out):
            continue
        if leads == _TO_GATE:
            into = s.ring[p.pipes[pipe + 1]["gate_slot"]]
        elif leads in (_TO_CELL, _REPAIR):
            into = s.cells[row["cell"], LANDED]
        else:
            into = s.shops[p.benches[row["index"]]["up"], FAILED]
        if leads == _REPAIR and p.benches[row["index"]]["pool"] >= 0:
            busy = s.busy[p.benches[row["index"]]["pool"]]
            for r in range(len(out)):
                busy[r] -= out[r]
        for r in range(len(out)):
            into[r] += out[r]
            out[r] = 0


@compiled
def land(s: State, cell: int) -> None:
    """Put what came to the cell on its shelf."""
    landed, on_hand, received = (
        s.cells[cell, LANDED],
        s.cells[cell, ON_HAND],
        s.cells[cell, RECEIVED],
    )
    for r in range(len(landed)):
        on_hand[r] += landed[r]
        received[r] += landed[r]
        landed[r] = 0


@compiled
def leaves(day: int, headway: float, offset: float) -> bool:
    """Whether something leaves on the day by this timetable."""
    if headway <= 0.0:
        return True
    turn = max(math.ceil((day - offset) / headway - _NEAR), 0.0)
    return bool(offset + turn * headway < day + 1 - _NEAR)


@compiled
def lose_on_lane(p: Plan, s: State, lane: int) -> None:
    """Take away all that is on a lane."""
    for pipe in range(len(p.pipes)):
        row = p.pipes[pipe]
        if row["lane"] != lane or row["cut_rule"] != _LOSE:
            continue
        for slot in range(row["first_slot"], row["first_slot"] + row["slots"]):
            for r in range(len(s.key)):
                units = s.ring[slot, r]
                s.cells[row["cell"], POSITION, r] -= units
                s.arcs[row["index"], GONE, r] += units
                s.ring[slot, r] = 0


@compiled
def make(p: Plan, s: State, number: int) -> None:
    """Begin what orders, inputs and the day's capacity allow."""
    job = p.jobs[number]
    if job["arc"] < 0:
        return
    daily = job["per_day"]
    share = s.world[p.at[RECIPE] + number] * s.world[p.at[NODE] + job["node"]]
    if share <= 0.0:
        return
    arc, bounded = job["arc"], math.isfinite(daily)
    begun = s.arcs[arc, QUANTITY]
    for r in range(len(begun)):
        units = s.lines[number, JOBS, r]
        begun[r] = 0
        if units == 0:
            s.credit[number, r] = 0.0
            continue
        for i in range(job["first_input"], job["last_input"]):
            enough = math.floor(s.got[i, r] / p.inputs[i]["quantity"] + _NEAR)
            units = min(units, np.int64(enough) - s.lines[number, BEGUN, r])
        if bounded:
            credit = s.credit[number, r] + daily * share
            units = min(units, np.int64(math.floor(credit + _NEAR)))
            rest = credit - units
            s.credit[number, r] = rest if rest < 1.0 else 0.0
        s.lines[number, JOBS, r] -= units
        s.lines[number, BEGUN, r] += units
        begun[r] = units
        s.arcs[arc, SHIPPED, r] += units
    enter(p, s, p.ways[arc]["pipe"], begun)
