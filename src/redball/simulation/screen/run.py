"""Run replications of one future by the day step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from redball.model import BadUse
from redball.simulation.network import Network, Rows
from redball.simulation.network.tables import CHANGE, RULE, What
from redball.simulation.runs import NO_CHANGES, NO_RULES
from redball.simulation.screen import layout
from redball.simulation.screen.applies import applies, assumptions
from redball.simulation.screen.layout import Floats, Longs, Plan, Singles, State
from redball.simulation.screen.plan import LEVELS, lay_out
from redball.simulation.screen.state import start, with_room
from redball.simulation.screen.step import advance

BLOCK = 64
"""Replications side by side; what a block moves then stays near the processor."""

MOST_BYTES = 4_000_000_000
"""Arrays of a run together stay below this, or it is refused."""

CHUNK = 3_000_000
"""Cell-days between two reports of progress."""

_SUMS = ("demanded", "at_once", "filled", "lost", "received", "destroyed", "waiting_days",
         "on_hand_days")  # fmt: skip


@dataclass(frozen=True, eq=False)
class ScreenRun:
    """R replications of one future, D days. Replications are the last axis.

    Attributes
    ----------
    horizon_days, seed, replications :
        What was run.
    available : float32 array, shape (fleets, D, R)
        Share of the systems that are up at the end of each day.
    demanded, at_once, filled, lost, received, destroyed : int64 array, shape (cells, R)
        Units asked for; of them given on the same day; given at all; that did not wait; put on the
        shelf; destroyed.
    waiting_days, on_hand_days : int64 array, shape (cells, R)
        Unit-days of open requests and of stock, counted at the end of each day.
    arc_orders, arc_units : int64 array, shape (arcs, R)
        Orders and units ordered.
    arc_eur : float64 array, shape (arcs, R)
        Price of the units and cost of the orders.
    arc_lost : int64 array, shape (arcs, R)
        Units lost on lanes.
    transport_eur, co2e_kg : float64 array, shape (R,)
        Of all that left, over the whole of its way.
    on_hand_end, waiting_end, due_in_end : int64 array, shape (cells, R)
        At the end; ``due_in`` is what is ordered or under repair and has not come.
    on_hand, waiting : int64 array, shape (watched cells, D, R)
        At the end of each day.
    assumptions : tuple of str
    """

    horizon_days: int
    seed: int
    replications: range
    available: Singles
    demanded: Longs
    at_once: Longs
    filled: Longs
    lost: Longs
    received: Longs
    destroyed: Longs
    waiting_days: Longs
    on_hand_days: Longs
    arc_orders: Longs
    arc_units: Longs
    arc_eur: Floats
    arc_lost: Longs
    transport_eur: Floats
    co2e_kg: Floats
    on_hand_end: Longs
    waiting_end: Longs
    due_in_end: Longs
    on_hand: Longs
    waiting: Longs
    assumptions: tuple[str, ...]


def run_days(
    network: Network,
    *,
    horizon_days: int,
    seed: int = 0,
    replications: range = range(1),
    changes: Rows = NO_CHANGES,
    rules: Rows = NO_RULES,
    approximate: bool = False,
    watch: Sequence[int] = (),
    progress: Callable[[float], None] | None = None,
) -> ScreenRun:
    """Simulate replications side by side, a day at a time.

    Parameters
    ----------
    network : Network
    horizon_days : int
        Days simulated, from day 0.
    seed : int
        From 0 to 2**63 - 1.
    replications : range
        Their numbers; what a replication gives depends on its number, not on the others.
    changes, rules : structured arrays
        Records of :data:`CHANGE` and :data:`RULE`.
    approximate : bool
        Run also where something of the network is not held; it then stands in the assumptions.
    watch : sequence of int
        Cells whose stock and open requests are kept for each day.
    progress : callable, optional
        Called with the share done, about once a second; raising from it cancels.

    Raises
    ------
    BadUse
        A parameter is out of range, a change or rule names a row that is not there, the day step
        does not hold the network (and ``approximate`` is not set), or memory would not do.
    """
    _check(network, horizon_days, seed, replications, changes, rules, watch)
    left_out = applies(network, rules, changes)
    if left_out and not approximate:
        raise BadUse(
            "The day step does not hold this network. " + " ".join(left_out),
            mend="Use the event calendar, or set approximate=True.",
        )
    plan = lay_out(network, horizon_days, changes, rules, tuple(watch))
    _check_memory(plan, len(replications))
    whole = _Whole.empty(plan, len(replications))
    for first in range(0, len(replications), BLOCK):
        part = replications[first : first + BLOCK]

        def report(share: float, first: int = first, size: int = len(part)) -> None:
            if progress is not None:
                progress((first + share * size) / len(replications))

        whole.take(first, _run_block(plan, network, seed, part, report))
    cells, arcs = whole.cells, whole.arcs
    euro, co2e = _transport(network, arcs[layout.SHIPPED])
    on_hand, position, waiting = (
        cells[row] for row in (layout.ON_HAND, layout.POSITION, layout.WAITING)
    )
    return ScreenRun(
        horizon_days=horizon_days,
        seed=seed,
        replications=replications,
        available=whole.available,
        **{name: cells[getattr(layout, name.upper())] for name in _SUMS},
        arc_orders=arcs[layout.ORDERS],
        arc_units=arcs[layout.UNITS],
        arc_eur=whole.money,
        arc_lost=arcs[layout.GONE],
        transport_eur=euro,
        co2e_kg=co2e,
        on_hand_end=on_hand,
        waiting_end=waiting,
        due_in_end=position - on_hand + waiting,
        on_hand=whole.daily[0],
        waiting=whole.daily[1],
        assumptions=assumptions(network, changes, left_out),
    )


@dataclass(frozen=True, eq=False)
class _Whole:
    """What is kept of all blocks; a row of cells or arcs is one array over the entities."""

    cells: Longs
    arcs: Longs
    money: Floats
    available: Singles
    daily: Longs

    @staticmethod
    def empty(plan: Plan, width: int) -> "_Whole":
        days = plan.horizon_days
        return _Whole(
            cells=np.zeros((12, len(plan.spots), width), np.int64),
            arcs=np.zeros((5, len(plan.ways), width), np.int64),
            money=np.zeros((len(plan.ways), width)),
            available=np.zeros((len(plan.fleets), days, width), np.float32),
            daily=np.zeros((2, len(plan.watch), days, width), np.int64),
        )

    def take(self, first: int, state: State) -> None:
        columns = slice(first, first + len(state.key))
        self.cells[..., columns] = state.cells.swapaxes(0, 1)
        self.arcs[..., columns] = state.arcs.swapaxes(0, 1)
        self.money[..., columns] = state.money
        self.available[..., columns] = state.available[:, 1:]
        self.daily[..., columns] = state.daily


def _run_block(
    plan: Plan, network: Network, seed: int, part: range, report: Callable[[float], None]
) -> State:
    state = start(plan, network, seed, part)
    room = plan.queued * len(part)
    stride = max(1, CHUNK // max(1, (len(plan.spots) + len(plan.pipes)) * len(part)))
    day = 0
    report(0.0)
    while day < plan.horizon_days:
        if state.counters[layout.ROWS_LEFT] < room:
            grown = max(2 * room, len(state.queue))
            if 24 * (len(state.queue) + grown) > MOST_BYTES:
                raise BadUse(
                    "The queues of open requests need more memory than a run may take "
                    f"({MOST_BYTES // 10**9} GB).",
                    mend="Let the cells ration in proportion, or shorten the horizon.",
                )
            state = with_room(state, grown)
        day = advance(plan, state, day, min(day + stride, plan.horizon_days))
        report(day / plan.horizon_days)
    return state


def _transport(network: Network, shipped: Longs) -> tuple[Floats, Floats]:
    """Euro and CO2e of what left, by replication; sums in the order of arcs."""
    lanes, arcs = network.lanes, network.arcs
    tonnes = network.items["mass_kg"][network.cells["item"][arcs["cell"]]] / 1000.0
    found = []
    for name in ("eur_per_t", "co2e_kg_per_t"):
        before = np.concatenate([[0.0], np.cumsum(lanes[name][network.routes])])
        each = (before[arcs["last_lane"]] - before[arcs["first_lane"]]) * tonnes
        found.append((shipped * each[:, None]).sum(axis=0))
    return found[0], found[1]


_OF = {**LEVELS, What.NODE_STOCK: "nodes", What.CELL_REPORT: "cells"}


def _check(
    network: Network, horizon_days: int, seed: int, replications: range, changes: Rows,
    rules: Rows, watch: Sequence[int],
) -> None:  # fmt: skip
    if not 1 <= horizon_days <= 100_000:
        raise BadUse(f"A horizon of {horizon_days} days.", mend="Give 1 to 100,000 days.")
    if not 0 <= seed < 2**63:
        raise BadUse(f"A seed of {seed}.", mend="Give 0 to 2**63 - 1.")
    if len(replications) < 1 or min(replications[0], replications[-1]) < 0:
        raise BadUse(f"Replications {replications}.", mend="Give at least one, from 0 on.")
    if changes.dtype != CHANGE or rules.dtype != RULE:
        raise BadUse("Changes or rules are not the records of the network's tables.",
                     mend="Make them with the record types CHANGE and RULE.")  # fmt: skip
    for cell in watch:
        if not 0 <= cell < len(network.cells):
            raise BadUse(f"Cell {cell} is to be watched, and is not there.", mend="Give its row.")
    for row, change in enumerate(changes):
        day, what, index, value = change.item()
        where = f"changes, row {row}"
        if what not in _OF:
            raise BadUse(f"A change of kind {what}.", where=where, mend="Give a member of What.")
        if not 0 <= index < len(getattr(network, _OF[What(what)])):
            raise BadUse(f"It names row {index} of '{_OF[What(what)]}', which is not there.",
                         where=where, mend="Give an index of that table.")  # fmt: skip
        most = 1.0 if what in (What.NODE_STOCK, What.NODE_ORDERS, What.ARC, What.CELL) else 1e6
        if not (day >= 0 and np.isfinite(day) and 0 <= value <= most):
            raise BadUse(f"Day {day} or value {value} is out of range.", where=where,
                         mend=f"Give a day from 0 on and a value from 0 to {most:g}.")  # fmt: skip
    _check_rules(network, rules)


def _check_rules(network: Network, rules: Rows) -> None:
    bad = (rules["cell"] < -1) | (rules["cell"] >= len(network.cells)) | ~(rules["delay_days"] >= 0)
    if bad.any():
        raise BadUse(
            "It names a cell that is not there, or a delay below 0.",
            where=f"rules, row {int(np.argmax(bad))}",
            mend="Give the cell's row or -1, and a delay from 0 on.",
        )


def _check_memory(plan: Plan, replications: int) -> None:
    """Refuse what would not fit, with its size."""
    daily = plan.horizon_days * (4 * len(plan.fleets) + 16 * len(plan.watch))
    kept = replications * (daily + 88 * len(plan.spots) + 40 * len(plan.ways))
    slots = int(plan.pipes["slots"].sum(dtype=np.int64))
    moving = 8 * min(replications, BLOCK) * (slots + 20 * len(plan.spots) + 5 * len(plan.claims))
    if kept + moving > MOST_BYTES:
        raise BadUse(
            f"The run would take {(kept + moving) / 1e9:.1f} GB; {MOST_BYTES / 1e9:.0f} are let.",
            mend="Run fewer replications at a time, a shorter horizon, or watch fewer cells.",
        )


__all__ = ["BLOCK", "ScreenRun", "run_days"]
