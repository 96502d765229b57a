"""One replication by the event calendar: the public call."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from redball.model import BadUse
from redball.model.compiled import Ints
from redball.simulation.events.build import Rooms, build, rooms_for
from redball.simulation.events.codes import TICKS_PER_DAY
from redball.simulation.events.conservation import check_state, where_all_is
from redball.simulation.events.loop import begin, finish, work
from redball.simulation.events.records import NO_ROOM, TOO_LARGE, TOO_MANY
from redball.simulation.events.state import State
from redball.simulation.network import Network, NetworkBuilder, Rows, check_changes, check_rules
from redball.simulation.runs import (
    ARC_SUM,
    CELL_SUM,
    COST,
    LANE_SUM,
    LOG,
    NO_CHANGES,
    NO_RULES,
    POOL_SUM,
    RECIPE_SUM,
    Run,
)

_DAYS_AT_ONCE = 64


@dataclass(frozen=True)
class Limits:
    """What one run may use at most.

    Attributes
    ----------
    events : int
        Events handled; a run that would need more is stopped and says so.
    memory_bytes : int
        For the records of what is under way; they grow as needed up to this.
    """

    events: int = 2_000_000_000
    memory_bytes: int = 4_000_000_000


def run_events(
    network: Network,
    *,
    horizon_days: int,
    seed: int = 0,
    replication: int = 0,
    changes: Rows = NO_CHANGES,
    rules: Rows = NO_RULES,
    log: bool = False,
    check: bool = False,
    watch: Ints | None = None,
    limits: Limits = Limits(),
    progress: Callable[[float], None] | None = None,
) -> Run:
    """Simulate one replication event by event.

    Parameters
    ----------
    network : Network
    horizon_days : int
        Whole days from 0; what happens at the last tick or later does not.
    seed, replication : int
        The draws follow from both; a change or a rule shifts none of them.
    changes, rules : structured arrays
        What happens (:data:`CHANGE` records) and how people react (:data:`RULE` records).
    log : bool
        Keep every event.
    check : bool
        Verify once a day that nothing was created or lost and that all sums agree (slow).
    watch : int32 array, optional
        Cells whose stock is given day by day; none without it.
    limits : Limits
    progress : callable, optional
        Called with the share of the days done; an exception from it ends the run.

    Raises
    ------
    BadUse
        A parameter is out of range, a change names what does not exist, or a limit is passed.

    Notes
    -----
    The order of simultaneous events is that of :mod:`redball.simulation.events.codes`. Same inputs,
    same bytes, on any machine and whatever runs beside it.
    """
    if not (1 <= horizon_days <= 100_000 and int(horizon_days) == horizon_days):
        raise BadUse(f"A horizon of {horizon_days} days is not possible.", mend="Use 1 to 100,000.")
    if len(changes):
        check_changes(network, changes)
    if len(rules):
        check_rules(network, rules)
    watched = np.zeros(0, np.int32) if watch is None else np.asarray(watch, np.int32)
    if len(watched) and (watched.min() < 0 or watched.max() >= len(network.cells)):
        raise BadUse("A watched cell does not exist.", mend="Give rows of the network's cells.")
    rooms = rooms_for(network, log=log)
    while True:
        _fits(rooms, limits)
        s = build(
            network, days=int(horizon_days), seed=seed, replication=replication, changes=changes,
            rules=rules, watch=watched, rooms=rooms, most_events=limits.events, log=log,
        )  # fmt: skip
        if _carried_out(s, int(horizon_days), network if check else None, progress):
            return _result(s, network, int(horizon_days), log=log)
        rooms = rooms.doubled()


def compile_events(progress: Callable[[float], None] | None = None) -> None:
    """Have the kernel compiled, or read from the disk, before it is needed.

    The first time after an installation that takes about a minute; later well under a second a
    process.
    """
    if progress is not None:
        progress(0.0)
    _compiled()
    if progress is not None:
        progress(1.0)


@cache
def _compiled() -> None:
    builder = NetworkBuilder()
    builder.item("item")
    builder.node("node")
    builder.cell("node", "item")
    run_events(builder.build(), horizon_days=1)


def _fits(rooms: Rooms, limits: Limits) -> None:
    if rooms.size_bytes > limits.memory_bytes:
        raise BadUse(
            f"The run needs more than {limits.memory_bytes:,} bytes for what is under way.",
            mend="Allow more memory, shorten the horizon, or look for orders that never end.",
        )


def _carried_out(
    s: State, days: int, checked: Network | None, progress: Callable[[float], None] | None
) -> bool:
    """Work through the days; False when a pool was too small."""
    begin(s)
    step = 1 if checked is not None else _DAYS_AT_ONCE
    for day in range(0, days, step):
        until = min(day + step, days)
        work(s, until * TICKS_PER_DAY)
        status = int(s.clock["status"][0])
        if status == NO_ROOM:
            return False
        if status == TOO_MANY:
            raise BadUse(
                f"The run handled {int(s.clock['events'][0]):,} events by day "
                f"{int(s.clock['now'][0]) / TICKS_PER_DAY:.1f} and was stopped.",
                mend="Allow more events, shorten the horizon, or look for a cycle without time.",
            )
        if status == TOO_LARGE:
            raise BadUse(
                f"An order of more than 2**53 units came up by day "
                f"{int(s.clock['now'][0]) / TICKS_PER_DAY:.1f}.",
                mend="Use a larger unit of issue, or look for demand that never ends.",
            )
        if checked is not None:
            check_state(s, checked)
        if progress is not None:
            progress(until / days)
    finish(s)
    return True


def _result(s: State, network: Network, days: int, *, log: bool) -> Run:
    kept = s.log[: int(s.clock["logged"][0])].copy() if log else np.zeros(0, LOG)
    if log:
        kept["cause"] = s.causes[kept["seq"]]
    lanes = len(network.lanes)
    costs = np.zeros(1, COST)
    for name in COST.names or ():
        costs[name] = s.clock[name]
    return Run(
        horizon_days=days,
        available=s.up,
        on_hand=s.on_hand,
        waiting=s.waiting,
        cells=_cells(s.cells),
        arcs=_named(s.arcs, ARC_SUM),
        lanes=_lanes(s.lines[:lanes]),
        recipes=_recipes(s.lines[lanes:]),
        pools=_pools(s.pools),
        costs=costs,
        stock_end=where_all_is(s, network),
        events=int(s.clock["events"][0]),
        log=kept,
    )


def _named(rows: Rows, dtype: np.dtype[np.void]) -> Rows:
    made = np.zeros(len(rows), dtype)
    for name in dtype.names or ():
        if name in (rows.dtype.names or ()):
            made[name] = rows[name]
    return made


def _cells(rows: Rows) -> Rows:
    made = _named(rows, CELL_SUM)
    made["on_hand_days"] = rows["on_hand_area"] / TICKS_PER_DAY
    made["waiting_days"] = rows["open_area"] / TICKS_PER_DAY
    return made


def _lanes(rows: Rows) -> Rows:
    made = _named(rows, LANE_SUM)
    made["consignments"], made["lost_units"] = rows["count"], rows["lost"]
    made["co2e_kg"], made["busy_days"] = rows["co2e"], rows["busy"] / TICKS_PER_DAY
    made["held_days"] = rows["waiting_area"] / TICKS_PER_DAY
    return made


def _recipes(rows: Rows) -> Rows:
    made = _named(rows, RECIPE_SUM)
    made["busy_days"] = rows["busy"] / TICKS_PER_DAY
    made["waiting_days"] = rows["waiting_area"] / TICKS_PER_DAY
    made["starved_days"] = rows["starved_area"] / TICKS_PER_DAY
    return made


def _pools(rows: Rows) -> Rows:
    made = _named(rows, POOL_SUM)
    made["busy_days"] = rows["busy_area"] / TICKS_PER_DAY
    made["queue_days"] = rows["queue_area"] / TICKS_PER_DAY
    return made
