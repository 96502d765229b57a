"""Which constraint binds, when, and what one more unit of it is worth."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import BadUse, ResultLabel
from redball.model.results import NOBODY
from redball.model.running import InOrder, Progress, Runner
from redball.planning.compare.comparing import blocks_for
from redball.planning.compare.futures import (
    BLOCK,
    Engine,
    Future,
    Outcome,
    Stage,
    block_of,
    event_engine,
    run_blocks,
)
from redball.planning.compare.tallies import KNOWN, Tallies, names_of
from redball.planning.stress.matter import what_feeds_fleets
from redball.simulation.network import Network
from redball.simulation.replicate.estimates import mean_estimate

Floats = npt.NDArray[np.float64]

MORE = 0.1
"""Share by which a capacity is raised."""

SCHEMA = {
    "what": pl.String, "name": pl.String, "waiting": pl.Float64, "waiting_unit": pl.String,
    "busy_share": pl.Float64, "waits_most": pl.String, "first_day": pl.Int32,
    "worst_day": pl.Int32, "days_waiting": pl.Float64, "more": pl.String,
    "gain_readiness_days": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "verdict": pl.String, "label": pl.String,
}  # fmt: skip

_WAITING = {
    "cells": "cells.waiting_days", "lanes": "lanes.held_days",
    "recipes": "recipes.waiting_days", "pools": "pools.queue_days",
}  # fmt: skip
_WORDS = {"cells": "stock", "lanes": "lane", "recipes": "production", "pools": "workshop"}


@dataclass(frozen=True)
class Bottlenecks:
    """Constraints that bind, and what one more unit of each gives.

    Attributes
    ----------
    frame : polars.DataFrame
        ``what`` (stock, lane, production, workshop), ``name``, ``waiting`` before it and its unit
        (mean of the runs), ``busy_share`` of its capacity where it has one. When: ``waits_most`` is
        the stock behind it for which is waited longest, ``first_day`` the first day on which
        somebody waits there in half of the runs (null where there is none), ``worst_day`` the day
        on which that is so in most, ``days_waiting`` the mean number of such days. ``more`` (what
        was added), ``gain_readiness_days`` with interval, ``verdict``, ``label``; the best first.
    replications : int
    assumptions : tuple of str
    """

    frame: pl.DataFrame
    replications: int
    assumptions: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Constraint:
    table: str
    row: int
    name: str
    waiting: float
    busy: float | None
    more: str
    network: Network


def bottlenecks(
    future: Future,
    *,
    most: int = 5,
    seed: int = 0,
    replications: int = 10,
    confidence: float = 0.95,
    label: ResultLabel = NOBODY,
    runner: Runner | None = None,
    progress: Progress | None = None,
    engine: Engine = event_engine,
) -> Bottlenecks:
    """Find what binds in a future, and run it again with one more unit of each.

    Of each kind those are tried that fleets depend on and before which is waited longest: one more
    unit of stock from the first day, one more server, ten percent more of a lane or of production.
    Every run uses the same replications, so the gain is a paired difference.

    Parameters
    ----------
    future : Future
        Undisturbed, or a compiled scenario: what binds in peace need not be what binds then.
    most : int
        Constraints of each kind, 1 to 100.
    replications : int
        Rounded up to whole blocks of five.

    Raises
    ------
    BadUse
        A parameter is out of range.
    """
    if not 1 <= most <= 100 or not 2 <= replications <= 10_000:
        raise BadUse(
            f"{most} constraints of a kind in {replications} replications are asked for.",
            mend="Give 1 to 100 constraints, and 2 to 10,000 replications.",
        )
    run = _Runs(future, seed, blocks_for(replications), engine, runner or InOrder())
    every = tuple(range(len(future.network.cells)))
    (base,) = run.all([future.network], None, watch=every)
    chosen = _binding(future.network, base, future.horizon_days, most)
    waiting = np.sum([block.waiting for block in base], axis=0) / (run.blocks * BLOCK)
    outcomes = run.all([each.network for each in chosen], progress)
    rows = []
    for each, found in zip(chosen, outcomes, strict=True):
        lost = np.concatenate([b.up.sum(axis=1) for b in found]) - np.concatenate(
            [b.up.sum(axis=1) for b in base]
        )
        gain = mean_estimate(lost, confidence)
        rows.append((
            _WORDS[each.table], each.name, each.waiting, KNOWN[_WAITING[each.table]], each.busy,
            *_when(future.network, each, waiting), each.more, gain.value, gain.low, gain.high,
            _verdict(gain.low, gain.high), label.text,
        ))  # fmt: skip
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row").sort(
        "gain_readiness_days", "what", "name", descending=[True, False, False]
    )
    if progress is not None:
        progress(1.0)
    return Bottlenecks(
        frame, run.blocks * BLOCK,
        (
            f"Of each kind the {most} with the longest waiting on which fleets depend were tried, "
            "each change by itself.",
            "Gains are paired over replications, in system-days over the horizon; intervals are "
            f"t intervals at {confidence:.0%}, each by itself.",
            "One more unit of stock is there on the first day, in on-hand stock and in the level "
            "up to which is ordered.",
        ),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Runs:
    future: Future
    seed: int
    blocks: int
    engine: Engine
    runner: Runner

    def all(
        self, networks: Sequence[Network], progress: Progress | None, watch: tuple[int, ...] = ()
    ) -> list[list[Outcome]]:
        """Outcomes of each network in the same future."""
        days = self.future.horizon_days
        tallied = (*_WAITING.values(), "lanes.busy_days", "recipes.busy_days", "pools.busy_days")
        stages = [
            Stage(network, days, self.seed, self.engine, tallied, each=False, watch=watch)
            for network in networks
        ]
        tasks = [
            block_of(self.future, place, self.seed, number)
            for place in range(len(networks))
            for number in range(self.blocks)
        ]
        found: list[list[Outcome]] = [[] for _ in networks]
        if tasks:
            outcomes = run_blocks(stages, tasks, self.runner, progress)
            for task, outcome in zip(tasks, outcomes, strict=True):
                found[task.stage].append(outcome)
        return found


def _binding(network: Network, base: list[Outcome], days: int, most: int) -> list[_Constraint]:
    """Constraints with the longest waiting before them, kind by kind."""
    tallies = Tallies(
        network,
        (*_WAITING.values(), "lanes.busy_days", "recipes.busy_days", "pools.busy_days"),
    )
    runs = sum(len(block.up) for block in base)
    mean = np.sum([block.tallies.sum(axis=0) for block in base], axis=0) / runs
    # unit-days of fuel would hide those of engines; readiness hangs on what fleets depend on
    feeds = what_feeds_fleets(network)
    chosen = []
    for table, waiting in _WAITING.items():
        values = mean[tallies.part(waiting)]
        names = names_of(network, table)
        busy = None if table == "cells" else mean[tallies.part(f"{table}.busy_days")] / days
        candidates = [row for row in _raisable(network, table, feeds) if values[row] > 0]
        candidates.sort(key=lambda row: (-values[row], row))
        for row in candidates[:most]:
            changed, words = _raised(network, table, row)
            share = None if busy is None else float(busy[row])
            if share is not None and table == "pools":
                share /= max(int(network.pools["servers"][row]), 1)
            chosen.append(
                _Constraint(table, row, names[row], float(values[row]), share, words, changed)
            )
    return chosen


def _when(
    network: Network, each: _Constraint, waiting: Floats
) -> tuple[str, int | None, int | None, float]:
    """Where is waited longest behind a constraint, from when, when most, and for how long."""
    cells = _behind(network, each)
    if not len(cells):
        return "", None, None, 0.0
    share = waiting[cells]
    longest = int(np.argmax(share.sum(axis=1)))
    days = share[longest]
    half = np.flatnonzero(days >= 0.5)
    first = int(half[0]) if len(half) else None
    worst = int(np.argmax(days)) if days.any() else None
    return network.name_of(int(cells[longest])), first, worst, float(days.sum())


def _behind(network: Network, each: _Constraint) -> npt.NDArray[np.int64]:
    """Cells that get less through a constraint: its own, or those supplied or repaired by it."""
    if each.table == "cells":
        return np.array([each.row])
    if each.table == "recipes":
        return np.array([int(network.recipes["cell"][each.row])])
    if each.table == "pools":
        shops = network.shops
        return np.unique(shops["cell"][shops["pool"] == each.row]).astype(np.int64)
    over = [
        int(arc["cell"])
        for arc in network.arcs
        if each.row in network.routes[arc["first_lane"] : arc["last_lane"]]
    ]
    return np.unique(np.array(over, np.int64))


def _raisable(network: Network, table: str, feeds: npt.NDArray[np.bool_]) -> list[int]:
    """Rows that have a limit to raise and that fleets depend on."""
    if table == "cells":
        return [int(cell) for cell in np.unique(network.applications["cell"])]
    column = {"lanes": "kg_per_day", "recipes": "per_day", "pools": "servers"}[table]
    rows = np.flatnonzero(np.isfinite(getattr(network, table)[column])).tolist()
    if table == "recipes":
        return [row for row in rows if feeds[network.recipes["cell"][row]]]
    return rows


def _raised(network: Network, table: str, row: int) -> tuple[Network, str]:
    """Network with one more unit of a constraint, and what that is."""
    rows = getattr(network, table).copy()
    if table == "cells":
        rows["on_hand"][row] += 1
        rows["reorder_point"][row] += 1
        rows["order_up_to"][row] += 1
        return replace(network, cells=rows), "+1 unit of stock"
    if table == "pools":
        rows["servers"][row] += 1
        return replace(network, pools=rows), "+1 server"
    column = "kg_per_day" if table == "lanes" else "per_day"
    rows[column][row] *= 1 + MORE
    return replace(network, **{table: rows}), f"+{MORE:.0%} capacity"


def _verdict(low: float, high: float) -> str:
    if low > 0:
        return "more readiness"
    return "less readiness" if high < 0 else "no significant effect"
