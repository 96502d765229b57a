"""Arrays of the day step: what stays the same over a run (Plan) and what moves (State).

B replications stand side by side as the last axis of every array of the state. What a disruption
does is the same in all replications of a run, so switches and clocks have no such axis.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from redball.simulation.network import Rows, What

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Words = npt.NDArray[np.uint64]

STREAM, FLEET, ORDER, INPUT, PART = 0, 1, 2, 3, 4
"""Who claims: a demand stream, an application, an arc of another cell, a recipe, a repair."""

TO_CELL, TO_GATE, REPAIR, TO_SHOP = 0, 1, 2, 3
"""What a pipe leads to: the cell, the gate of the next pipe, the cell by repair, a shop."""

CLAIM = np.dtype(
    [
        ("cell", "i4"),
        ("kind", "i4"),
        ("index", "i4"),  # of the stream, application, arc, input or part
        ("level", "i4"),  # 0 first; among the claims of the cell
        ("lost", "i4"),
    ],
    align=True,
)
"""Who may ask a cell for units; the claims of a cell stand together."""

SPOT = np.dtype(
    [
        ("node", "i4"),
        ("policy", "i4"),
        ("rationing", "i4"),
        ("levels", "i4"),
        ("first_claim", "i4"),
        ("last_claim", "i4"),
        ("first_arc", "i4"),
        ("last_arc", "i4"),
        ("recipe", "i4"),
        ("reorder_point", "i8"),
        ("order_up_to", "i8"),
        ("quantity", "i8"),
        ("review_days", "f8"),
        ("second_source_days", "f8"),  # inf: no such rule
    ],
    align=True,
)
"""A cell."""

WAY = np.dtype(
    [
        ("kind", "i4"),
        ("cell", "i4"),
        ("supplier_node", "i4"),  # -1: none
        ("claim", "i4"),
        ("recipe", "i4"),
        ("pipe", "i4"),  # its first
        ("standby", "i4"),
        ("minimum", "i8"),
        ("batch", "i8"),
        ("price_eur", "f8"),
        ("order_cost_eur", "f8"),
    ],
    align=True,
)
"""An arc."""

PIPE = np.dtype(
    [
        ("leads", "i4"),
        ("cell", "i4"),
        ("index", "i4"),  # arc, or shop
        ("lane", "i4"),  # whose gate stands before it; -1: none
        ("node", "i4"),  # whose loss stops it (repair, production); -1: none
        ("seller", "i4"),  # node that keeps what comes out while it is lost; -1: none
        ("first_slot", "i4"),
        ("slots", "i4"),
        ("gate_slot", "i4"),
        ("cut_rule", "i4"),
        ("least_days", "i4"),
        ("start_days", "f8"),  # nominal days from the order to here
        ("stretch_days", "f8"),  # part that a multiplier stretches
        ("fixed_days", "f8"),
        ("mass_kg", "f8"),
    ],
    align=True,
)
"""A stretch of way, or a repair: a ring of daily slots."""

GATE = np.dtype(
    [
        ("lane", "i4"),
        ("first", "i4"),  # range in ``gate_pipes``
        ("last", "i4"),
        ("kg_per_day", "f8"),
        ("headway_days", "f8"),
        ("offset_days", "f8"),
    ],
    align=True,
)
"""A lane that is not always open or not wide enough for all."""

JOB = np.dtype(
    [
        ("arc", "i4"),
        ("node", "i4"),
        ("first_input", "i4"),
        ("last_input", "i4"),
        ("per_day", "f8"),
    ],
    align=True,
)
"""A recipe."""

BENCH = np.dtype(
    [
        ("cell", "i4"),
        ("node", "i4"),
        ("pool", "i4"),
        ("servers", "i4"),
        ("pipe", "i4"),
        ("up", "i4"),
        ("up_pipe", "i4"),
        ("first_part", "i4"),
        ("last_part", "i4"),
        ("share", "f8"),
    ],
    align=True,
)
"""A repair shop."""

NEED = np.dtype(
    [("claim", "i4"), ("own_shop", "i4"), ("shop", "i4"), ("probability", "f8")], align=True
)
"""A part of a repair: its claim, the shop of the repair, the shop of the failed part (or -1)."""


USE = np.dtype(
    [
        ("fleet", "i4"),
        ("cell", "i4"),
        ("claim", "i4"),
        ("shop", "i4"),  # -1: condemned
        ("per_system", "i4"),
        ("needed", "i4"),
        ("per_day", "f8"),
    ],
    align=True,
)
"""An application."""

FORCE = np.dtype(
    [
        ("count", "i4"),
        ("cannibalise", "i4"),
        ("only_up_fail", "i4"),
        ("first", "i4"),  # range of applications
        ("last", "i4"),
    ],
    align=True,
)
"""A fleet."""

ON_HAND, POSITION, WAITING, LANDED = 0, 1, 2, 3
DEMANDED, AT_ONCE, FILLED, LOST, RECEIVED, DESTROYED = 4, 5, 6, 7, 8, 9
WAITING_DAYS, ON_HAND_DAYS = 10, 11
"""Rows of a cell."""

ASKED, OPEN, GIVEN, FRESH = 0, 1, 2, 3
"""Rows of a claim: new, not yet served, got just now, left of the new."""

QUANTITY, ORDERS, UNITS, SHIPPED, GONE = 0, 1, 2, 3, 4
"""Rows of an arc: of the order in hand; orders, units ordered, units sent, units lost."""

FAILED, READY, AWAY = 0, 1, 2
"""Rows of a shop: at its door, fit to be repaired, in hand."""

JOBS, BEGUN = 0, 1
"""Rows of a line: units waiting, units begun."""

HEAD, TAIL = 0, 1
"""Ends of a cell's queue."""

NEXT_CHANGE, NEXT_DUE, FIRST_FREE, ROWS_LEFT = 0, 1, 2, 3
"""Counters of a block."""

NODE, NODE_ORDERS, CELL = int(What.NODE), int(What.NODE_ORDERS), int(What.CELL)
LANE, LANE_TIME, PRICE = int(What.LANE), int(What.LANE_TIME), int(What.PRICE)
ARC, ARC_TIME, RECIPE = int(What.ARC), int(What.ARC_TIME), int(What.RECIPE)
RATE, TEMPO = int(What.STREAM), int(What.FLEET)
"""Kinds of levels in the world, as in changes."""


class Plan(NamedTuple):
    """What a run follows."""

    horizon_days: int
    queued: int  # claims on cells that serve in turn
    lines: int
    at: Ints  # where the levels of each kind of change begin
    spots: Rows
    order: Ints  # cells, those who order before those they order from
    claims: Rows
    ways: Rows
    pipes: Rows
    gates: Rows
    gate_pipes: Ints
    lane_ends: Ints  # (lanes, 2): nodes
    jobs: Rows
    inputs: Rows  # cell replaced by its claim
    streams: Rows
    traces: Rows
    profiles: Rows
    fleets: Rows
    applications: Rows
    benches: Rows
    bench_order: Ints
    needs: Rows
    due: Rows
    changes: Rows
    watch: Ints


class State(NamedTuple):
    """What moves. B is the number of replications of the block.

    The rows of an entity stand together; their numbers are the constants of this module.
    """

    key: Words  # (B,)
    want: Longs  # (B,), work space
    wait_kg: Floats  # (B,), work space
    draw: Floats  # (B,), work space
    cells: Longs  # (cells, 12, B)
    claims: Longs  # (claims, 4, B)
    arcs: Longs  # (arcs, 5, B)
    money: Floats  # (arcs, B)
    ring: Longs  # (slots, B); each pipe's slots, then its gate, then what passes the gate
    credit: Floats  # (lines + gates, B)
    shops: Longs  # (shops, 3, B)
    busy: Longs  # (pools, B)
    lines: Longs  # (recipes, 2, B)
    got: Longs  # (inputs, B)
    ends: Ints  # (cells, 2, B)
    queue: Longs  # (rows, 3): claim, units, next
    counters: Longs
    clock: Longs  # (pipes,)
    world: Floats  # level of all that changes set
    blocked_since: Longs  # (cells,): day since which the first source fails; -1
    available: Singles  # (fleets, D + 1, B), from the day before the first
    daily: Longs  # (2, watched, D, B)
