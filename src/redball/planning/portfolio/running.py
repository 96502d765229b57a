"""One part of a network, run under some steps and a hazard: what it does, and what steps decide."""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from redball.planning.portfolio.copying import Copies
from redball.planning.portfolio.worth import Worth
from redball.planning.treatments import Step
from redball.planning.treatments.treatment import changed_tables
from redball.simulation.network import CutRule, Network, Part, Rows, What, part_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

WAITS = {
    "cells": "waiting_days", "recipes": "waiting_days", "lanes": "held_days",
    "pools": "queue_days",
}  # fmt: skip
"""Tables before whose rows somebody waits, and the sum of a run that says for how long."""

STEP_DAYS = 10
"""Availability is kept as means over so many days."""

_LEAST_UP = 1e-6
"""Availability is taken to be no less, so that it has a logarithm."""

AT_ONCE = 1_000
"""Cells up to which all replications of a part are made in one run."""

_TOGETHER = 128
"""Parts that are taken out of the whole together first, so that its tables are read seldom."""


@dataclass(frozen=True)
class Rehearsal:
    """How a hazard is run.

    Attributes
    ----------
    days : int
        Length of a run.
    strike_day : int
        When the hazard begins.
    replications : int
    seed : int
    """

    days: int = 365
    strike_day: int = 30
    replications: int = 5
    seed: int = 1944


@dataclass(frozen=True, eq=False)
class Found:
    """What a part does. K fleets, B steps of days, G groups of supply of the part.

    Attributes
    ----------
    logs : float64 array, shape (K, B)
        Log of availability.
    supply : float64 array, shape (G,)
        Readiness-days lost by what units are not supplied with.
    waits : mapping of str to float64 array
        Unit-days of waiting by table and row of the part, see :data:`WAITS`; only without steps.
    """

    logs: Floats
    supply: Floats
    waits: Mapping[str, Floats]


@dataclass(frozen=True, eq=False)
class Asked:
    """What units of a part ask for: its cells, and what a day without each of them costs.

    Attributes
    ----------
    cells : int32 array
        Rows of the part.
    weight, need : float64 arrays
        Of each, as in :class:`Worth`.
    groups, which : int32 arrays
        Groups of supply, ascending, and the place among them of each cell.
    """

    cells: Ints
    weight: Floats
    need: Floats
    groups: Ints
    which: Ints

    @staticmethod
    def of(part: Part, worth: Worth) -> "Asked":
        """Those of a part."""
        cells = part.rows["cells"]
        asks = np.flatnonzero(worth.weight[cells] > 0).astype(np.int32)
        groups, which = np.unique(worth.cell_group[cells[asks]], return_inverse=True)
        return Asked(
            asks, worth.weight[cells[asks]], worth.need[cells[asks]], groups.astype(np.int32),
            which.astype(np.int32),
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Shared:
    """What all runs of parts share; sent to a cluster once."""

    parts: Mapping[int, Part]
    asked: Mapping[int, Asked]
    how: Rehearsal
    _copies: dict[int, Copies] = field(default_factory=dict)

    def copies(self, part: int) -> Copies:
        """A part so often as it is run at once."""
        if part not in self._copies:
            network, often = self.parts[part].network, self.how.replications
            at_once = often if len(network.cells) * often <= AT_ONCE else 1
            self._copies[part] = Copies.of(network, at_once)
        return self._copies[part]


@dataclass(frozen=True, eq=False)
class Task:
    """A part, what is done there, and what happens."""

    part: int
    steps: tuple[Step, ...]
    changes: Rows
    rules: Rows


def run_part(shared: Shared, task: Task) -> Found:
    """Run a part so often as is said."""
    from redball.simulation.events import run_events  # its kernels are only read when needed

    how, asked, copies = shared.how, shared.asked[task.part], shared.copies(task.part)
    one, count = copies.one, copies.count
    network = stepped_part(copies.network, copies.steps(task.steps))
    changes, rules = copies.changes(task.changes), copies.rules(task.rules)
    shift = np.arange(count, dtype=np.int32)[:, None] * len(one.cells)
    watch = (asked.cells[None] + shift).ravel().astype(np.int32)
    up = np.zeros((len(one.fleets), how.days))
    short = np.zeros(len(asked.cells))
    waits: dict[str, Floats] = {}
    if not task.steps:
        waits = {table: np.zeros(len(getattr(one, table))) for table in WAITS}
    for number in range(how.replications // count):
        run = run_events(
            network, horizon_days=how.days, seed=how.seed, replication=number,
            changes=changes, rules=rules, watch=watch,
        )  # fmt: skip
        up += run.available.reshape(count, -1, how.days).sum(axis=0)
        waiting = run.waiting.reshape(count, len(asked.cells), how.days) / asked.need[:, None]
        short += np.minimum(waiting, 1.0).sum(axis=(0, 2))
        for table, total in waits.items():
            of_copies = getattr(run, table)[WAITS[table]].reshape(count, -1)
            total += of_copies.sum(axis=0) / how.replications
    starts = np.arange(0, how.days, STEP_DAYS)
    lengths = np.diff(np.append(starts, how.days))
    steps = np.add.reduceat(up, starts, axis=1) / lengths / how.replications
    supply = np.bincount(
        asked.which, asked.weight * short / how.replications, minlength=len(asked.groups)
    )
    return Found(np.log(np.clip(steps, _LEAST_UP, 1.0)), supply.astype(np.float64), waits)


def stepped_part(network: Network, steps: Iterable[Step]) -> Network:
    """A part with some numbers changed.

    Its rules are not checked anew as they are for the whole (:func:`treated`): that takes longer
    than a run, and no step can point to a row that is not there.
    """
    changed = changed_tables(network, steps)
    if not changed:
        return network
    made = copy(network)
    for name, rows in changed.items():
        rows.flags.writeable = False
        object.__setattr__(made, name, rows)
    return made


def cut_in(part: Part, struck: Rows) -> frozenset[int]:
    """Lanes of a part, by its own rows, that changes of it close."""
    lanes = part.network.lanes
    lost = struck[struck["value"] <= 0.0]
    gone = np.zeros(len(part.network.nodes), np.bool_)
    gone[lost["index"][lost["what"] == What.NODE]] = True
    cut = gone[lanes["from_node"]] | gone[lanes["to_node"]]
    cut[lost["index"][lost["what"] == What.LANE]] = True
    return frozenset(np.flatnonzero(cut).tolist())


def deciding(network: Network, steps: Iterable[Step], cut: frozenset[int]) -> tuple[Step, ...]:
    """Steps that can change a run in which some lanes are cut, in one order, none for nothing.

    What a lane does when it is cut is of no matter while it is not; a row that is opened twice is
    open.
    """
    kept: list[Step] = []
    for step in steps:
        if step.column == "cut_rule" and (
            step.row not in cut or network.lanes["cut_rule"][step.row] == CutRule.DIVERT
        ):
            continue
        if step.column in ("cut_rule", "standby") and step in kept:
            continue
        kept.append(step)
    kept.sort(key=lambda step: (step.table, step.row, step.column, -step.add))
    return tuple(kept)


def parts_of_cells(
    network: Network, groups: Mapping[int, Ints], lanes: Mapping[int, Ints], *, every_lane: bool
) -> dict[int, Part]:
    """Take several parts out of a network, each by its cells; ``lanes``: further ones to keep."""
    found: dict[int, Part] = {}
    numbers = list(groups)
    none = np.zeros(0, np.int32)
    for first in range(0, len(numbers), _TOGETHER):
        some = numbers[first : first + _TOGETHER]
        if every_lane:
            found |= {n: part_of(network, groups[n], every_lane=True) for n in some}
            continue
        more = np.concatenate([lanes.get(n, none) for n in some])
        chunk = part_of(network, np.concatenate([groups[n] for n in some]), lanes=more)
        for n in some:
            own = part_of(
                chunk.network, np.searchsorted(chunk.rows["cells"], groups[n]),
                lanes=np.searchsorted(chunk.rows["lanes"], lanes.get(n, none)),
            )  # fmt: skip
            rows = {table: chunk.rows[table][at] for table, at in own.rows.items()}
            found[n] = Part(own.network, rows)
    return found


def alike(one: Asked, other: Asked) -> bool:
    """Whether the same is asked for."""
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("cells", "weight", "need", "groups", "which")
    )
