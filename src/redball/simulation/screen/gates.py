"""Lanes that may make goods wait: capacity, timetable, cuts."""

import math

import numpy as np

from redball.simulation.screen.bare import compiled
from redball.simulation.screen.layout import Floats, Plan, State
from redball.simulation.screen.moving import enter, lane_level, leaves

_NEAR = 1e-9


@compiled
def open_gates(p: Plan, s: State, day: int) -> None:
    """Let through what lanes can take today; those who wait share in proportion."""
    for number in range(len(p.gates)):
        gate = p.gates[number]
        share = lane_level(p, s, gate["lane"])
        daily = gate["kg_per_day"] * share if share > 0.0 else 0.0
        going = share > 0.0 and leaves(day, gate["headway_days"], gate["offset_days"])
        wait, heavy = _weigh(p, s, number)
        credit = s.credit[p.lines + number]
        scarce = False
        for r in range(len(credit)):
            credit[r] += daily
            scarce = scarce or wait[r] > credit[r]
        if going:
            for i in range(gate["first"], gate["last"]):
                _pass_all(p, s, p.gate_pipes[i], not scarce)
            if scarce:
                for r in range(len(credit)):
                    credit[r] = _load(p, s, number, r, wait[r], credit[r])
            for i in range(gate["first"], gate["last"]):
                pipe = p.gate_pipes[i]
                enter(p, s, pipe, s.ring[p.pipes[pipe]["gate_slot"] + 1])
        for r in range(len(credit)):
            # the day's rest is gone, but for what one heavy unit that waits still lacks
            if going or wait[r] <= 0.0:
                credit[r] = min(credit[r], heavy if wait[r] > 0.0 and scarce else 0.0)


@compiled
def _weigh(p: Plan, s: State, number: int) -> tuple[Floats, float]:
    """Kilograms before a gate by replication, and the mass of the heaviest unit it may see."""
    wait, heavy = s.wait_kg, 0.0
    for r in range(len(wait)):
        wait[r] = 0.0
    for i in range(p.gates[number]["first"], p.gates[number]["last"]):
        row = p.pipes[p.gate_pipes[i]]
        units, mass = s.ring[row["gate_slot"]], row["mass_kg"]
        heavy = max(heavy, mass)
        for r in range(len(wait)):
            wait[r] += units[r] * mass
    return wait, heavy


@compiled
def _pass_all(p: Plan, s: State, pipe: int, everything: bool) -> None:
    """Make the row of what passes: all that waits, or nothing yet."""
    slot = p.pipes[pipe]["gate_slot"]
    waiting, passing = s.ring[slot], s.ring[slot + 1]
    for r in range(len(waiting)):
        passing[r] = waiting[r] if everything else 0
        waiting[r] = 0 if everything else waiting[r]


@compiled
def _load(p: Plan, s: State, number: int, r: int, waiting: float, left: float) -> float:
    """Load what fits; first in proportion, then what is left of the day to the earliest arcs."""
    first, last = p.gates[number]["first"], p.gates[number]["last"]
    share = min(left / waiting, 1.0) if waiting > 0.0 else 1.0
    ring, pipes, members = s.ring, p.pipes, p.gate_pipes
    for turn in range(2):
        for i in range(first, last):
            row = pipes[members[i]]
            slot, mass = row["gate_slot"], row["mass_kg"]
            units = ring[slot, r]
            if units == 0:
                continue
            if mass > 0.0 and not (turn == 0 and share >= 1.0):
                fits = math.floor(max(left, 0.0) / mass + _NEAR)
                if turn == 0:
                    fits = min(fits, math.floor(units * share + _NEAR))
                units = min(units, np.int64(fits))
            ring[slot, r] -= units
            ring[slot + 1, r] += units
            left -= units * mass
    return max(left, 0.0)
