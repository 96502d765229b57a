"""What treatments do in every hazard, from runs of the parts that they touch alone.

A network falls into parts that do not depend on each other (``simulation.network.part_numbers``).
A hazard strikes few of them, a treatment changes few: only these are run again, on the same event
calendar as the whole twin, with common random numbers. A fleet carries items of many parts; its
availability is the product over them, since a system is up when nothing of any of them is missing
(Sherbrooke 2004, sec. 2.5). What the parts share beside that (lanes of limited capacity, systems
that are down and do not fail) is left out here; the whole twin says afterwards by how much.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt

from redball.model.running import InOrder, Progress, Runner
from redball.planning.portfolio.hazards import Hazard, outage
from redball.planning.portfolio.worth import Worth
from redball.planning.treatments import Step, Treatment, stepped
from redball.simulation.network import Network, Part, Rows, What, part_numbers, part_of
from redball.simulation.network.parting import TABLE_OF
from redball.simulation.runs import NO_CHANGES, NO_RULES

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Chosen = frozenset[int]

UNDISTURBED = -1
"""Instead of a hazard: nothing happens."""

WAITS = {
    "cells": "waiting_days", "recipes": "waiting_days", "lanes": "held_days",
    "pools": "queue_days",
}  # fmt: skip
"""Tables before whose rows somebody waits, and the sum of a run that says for how long."""

IDLE = 1e-5
"""A hazard that costs less than this share of all readiness-days at a part costs nothing there."""

NOTHING: Chosen = frozenset()
"""No treatment."""

STEP_DAYS = 10
"""Availability is kept as means over so many days."""

_STRUCK = frozenset(TABLE_OF.values())

_LEAST_UP = 1e-6
"""Availability is taken to be no less, so that it has a logarithm."""


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
class _Found:
    """What a part does: log of availability by fleet and step, readiness-days lost by supply.

    ``waits`` are unit-days of waiting by table and row of the part, see :data:`WAITS`.
    """

    logs: Floats  # (K, B)
    supply: Floats  # (N,)
    waits: Mapping[str, Floats]


@dataclass(frozen=True, eq=False)
class _Task:
    part: int
    steps: tuple[Step, ...]
    changes: Rows
    rules: Rows


@dataclass(frozen=True, eq=False)
class _Shared:
    """What all runs of parts share; sent to a cluster once."""

    parts: Mapping[int, Part]
    weight: Floats
    need: Floats
    group: Ints
    groups: int
    how: Rehearsal


def _run_part(shared: _Shared, task: _Task) -> _Found:
    from redball.simulation.events import run_events  # its kernels are only read when needed

    how, part = shared.how, shared.parts[task.part]
    network = stepped(part.network, task.steps)
    cells = part.rows["cells"]
    asks = np.flatnonzero(shared.weight[cells] > 0).astype(np.int32)
    weight, need = shared.weight[cells[asks]], shared.need[cells[asks]]
    up = np.zeros((len(network.fleets), how.days))
    short = np.zeros(len(asks))
    waits = {table: np.zeros(len(getattr(network, table))) for table in WAITS}
    for number in range(how.replications):
        run = run_events(
            network, horizon_days=how.days, seed=how.seed, replication=number,
            changes=task.changes, rules=task.rules, watch=asks,
        )  # fmt: skip
        up += run.available
        short += np.minimum(run.waiting / need[:, None], 1.0).sum(axis=1)
        for table, column in WAITS.items():
            waits[table] += getattr(run, table)[column] / how.replications
    starts = np.arange(0, how.days, STEP_DAYS)
    lengths = np.diff(np.append(starts, how.days))
    steps = np.add.reduceat(up, starts, axis=1) / lengths / how.replications
    supply = np.bincount(
        shared.group[cells[asks]], weight * short / how.replications, minlength=shared.groups
    )
    return _Found(np.log(np.clip(steps, _LEAST_UP, 1.0)), supply.astype(np.float64), waits)


@dataclass(eq=False)
class Effects:
    """Readiness-days lost under any choice of treatments, in every hazard.

    H hazards and before them the undisturbed year, M measures: F fleets, then N groups of supply
    (a class of a nation) for what units are not supplied with.

    Attributes
    ----------
    network : Network
        With closed rows for what treatments open.
    worth : Worth
    hazards : sequence of Hazard
    treatments : sequence of Treatment
    how : Rehearsal
    rules : structured array
        How people react, in every run.
    runner : Runner
    runs : int
        Replications of parts that were run so far.
    """

    network: Network
    worth: Worth
    hazards: Sequence[Hazard]
    treatments: Sequence[Treatment]
    how: Rehearsal = field(default_factory=Rehearsal)
    rules: Rows = field(default_factory=lambda: NO_RULES)
    runner: Runner = field(default_factory=InOrder)
    runs: int = 0

    def __post_init__(self) -> None:
        self._number = part_numbers(self.network)
        self._cells = _groups(self._number)
        self._parts: dict[int, Part] = {}
        self._found: dict[tuple[int, Chosen, int], _Found] = {}
        self._costly: dict[tuple[int, int], bool] = {}
        self._rerouted = {
            int(self._number[cell])
            for each in self.treatments
            for step in each.steps
            if step.column == "cut_rule"
            for cell in self._cells_of(step.table, step.row)
        }
        here = self._whereabouts()
        self._struck: list[dict[int, Rows]] = [self._strikes(each, here) for each in self.hazards]
        touched = [self._touches(each) for each in self.treatments]
        self.touching: dict[int, list[int]] = {}
        self._steps: dict[tuple[int, int], tuple[Step, ...]] = {}
        for row, parts in enumerate(touched):
            for part, steps in parts.items():
                self.touching.setdefault(part, []).append(row)
                self._steps[part, row] = steps
        self._sizes = np.diff(
            np.append(np.arange(0, self.how.days, STEP_DAYS), self.how.days)
        ).astype(np.float64)
        self._base: tuple[Floats, Floats] | None = None

    @property
    def measures(self) -> int:
        """F + N."""
        return len(self.network.fleets) + len(self.worth.groups)

    @property
    def parts(self) -> int:
        """Parts of the network."""
        return len(self._cells)

    @property
    def part_of_cell(self) -> Ints:
        """Part in which each cell is, shape (C,)."""
        return self._number

    def parts_of(self, treatment: int) -> tuple[int, ...]:
        """Parts that a treatment changes."""
        return tuple(part for part, rows in self.touching.items() if treatment in rows)

    def struck(self, part: int, *, treated: bool = False) -> tuple[int, ...]:
        """Hazards that strike a part; ``treated``: only those that cost something there.

        What costs nothing without treatment is taken to cost nothing with it.
        """
        found = tuple(h for h, parts in enumerate(self._struck) if part in parts)
        return tuple(h for h in found if self._costs(part, h)) if treated else found

    def _costs(self, part: int, hazard: int) -> bool:
        """Whether a hazard costs something at a part without treatment."""
        if (part, hazard) not in self._costly:
            plain = self._found[part, NOTHING, UNDISTURBED]
            struck = self._found[part, NOTHING, hazard]
            systems = self.worth.systems[self._parts[part].rows["fleets"]]
            lost = (np.exp(plain.logs) - np.exp(struck.logs)) @ self._sizes @ systems
            lost += float((struck.supply - plain.supply).sum())
            self._costly[part, hazard] = bool(lost > IDLE * self.worth.whole * self.how.days)
        return self._costly[part, hazard]

    def at(self, part: int, chosen: Iterable[int]) -> Chosen:
        """Those of some treatments that change a part."""
        return frozenset(self.touching.get(part, ())) & frozenset(chosen)

    def prepare(
        self, wanted: Iterable[tuple[int, Chosen]], progress: Progress | None = None
    ) -> None:
        """Run parts under sets of treatments, undisturbed and in each hazard that strikes them."""
        missing = list(dict.fromkeys(
            (part, self.at(part, chosen), hazard)
            for part, chosen in wanted
            for hazard in (UNDISTURBED, *self.struck(part, treated=bool(self.at(part, chosen))))
            if (part, self.at(part, chosen), hazard) not in self._found
        ))  # fmt: skip
        if not missing:
            return
        for part, _, _ in missing:
            self._part(part)
        shared = _Shared(
            self._parts, self.worth.weight, self.worth.need, self.worth.cell_group,
            len(self.worth.groups), self.how,
        )  # fmt: skip
        tasks = [self._task(*key) for key in missing]
        keys = [f"{n}" for n in range(len(tasks))]
        results = self.runner.map(partial(_run_part, shared), tasks, keys=keys, progress=progress)
        for key, found in zip(missing, results, strict=True):
            self._found[key] = found
        self.runs += len(missing) * self.how.replications

    def lost(self, chosen: Iterable[int]) -> Floats:
        """Readiness-days lost in a run, shape (1 + H, M): undisturbed first."""
        logs, supply = self.totals(frozenset(chosen))
        return self._measured(logs, supply)

    def waits(self, table: str) -> Floats:
        """Unit-days of waiting without treatment, shape (1 + H, rows): undisturbed first."""
        self._undone()
        found = np.zeros((len(self.hazards) + 1, len(getattr(self.network, table))))
        for number in range(len(self._cells)):
            rows = self._parts[number].rows[table]
            plain = self._found[number, NOTHING, UNDISTURBED].waits[table]
            found[:, rows] += plain
            for hazard in self.struck(number):
                struck = self._found[number, NOTHING, hazard].waits[table]
                found[hazard + 1, rows] += struck - plain
        return found

    def totals(self, chosen: Chosen) -> tuple[Floats, Floats]:
        """Log of availability (1 + H, F, B) and lost supply (1 + H, N) of the whole network."""
        logs, supply = (each.copy() for each in self._undone())
        parts = {part for row in chosen for part in self.parts_of(row)}
        self.prepare((part, chosen) for part in parts)
        for part in sorted(parts):
            before, after = self._of(part, NOTHING), self._of(part, self.at(part, chosen))
            fleets = self._parts[part].rows["fleets"]
            logs[:, fleets] += after[0] - before[0]
            supply += after[1] - before[1]
        return logs, supply

    def differences(
        self, part: int, sets: Sequence[Chosen], current: Chosen, logs: Floats
    ) -> list[Floats]:
        """What each set at a part changes in loss, shape (1 + H, M), the other parts being as now.

        Parameters
        ----------
        part : int
        sets : sequence of sets
            Prepared before.
        current : set
            What is there now; ``logs`` are the totals with it.
        logs : float64 array, shape (1 + H, F, B)
        """
        fleets = self._parts[part].rows["fleets"]
        count = len(self.network.fleets)
        now_logs, now_supply = self._of(part, current)
        others = logs[:, fleets] - now_logs
        now = self._fleet_days(others + now_logs, fleets)
        found = []
        for each in sets:
            its_logs, its_supply = self._of(part, each)
            change = np.zeros((len(self.hazards) + 1, self.measures))
            change[:, fleets] = self._fleet_days(others + its_logs, fleets) - now
            change[:, count:] = its_supply - now_supply
            found.append(change)
        return found

    def _fleet_days(self, logs: Floats, fleets: Ints) -> Floats:
        """Readiness-days lost by fleets, from (1 + H, K, B) to (1 + H, K)."""
        down: Floats = (1.0 - np.exp(logs)) @ self._sizes * self.worth.systems[fleets]
        return down

    def _measured(self, logs: Floats, supply: Floats) -> Floats:
        every = np.arange(len(self.network.fleets), dtype=np.int32)
        return np.concatenate([self._fleet_days(logs, every), supply], axis=1)

    def _undone(self) -> tuple[Floats, Floats]:
        """Totals without any treatment."""
        if self._base is None:
            parts = range(len(self._cells))
            self.prepare((part, NOTHING) for part in parts)
            hazards = len(self.hazards) + 1
            logs = np.zeros((hazards, len(self.network.fleets), len(self._sizes)))
            supply = np.zeros((hazards, len(self.worth.groups)))
            for part in parts:
                of_part = self._of(part, NOTHING)
                logs[:, self._parts[part].rows["fleets"]] += of_part[0]
                supply += of_part[1]
            self._base = logs, supply
        return self._base

    def _of(self, part: int, chosen: Chosen) -> tuple[Floats, Floats]:
        """Log of availability (1 + H, K, B) and lost supply (1 + H, N) of a part."""
        plain = self._found[part, chosen, UNDISTURBED]
        logs = np.repeat(plain.logs[None], len(self.hazards) + 1, axis=0)
        supply = np.repeat(plain.supply[None], len(self.hazards) + 1, axis=0)
        for hazard in self.struck(part, treated=bool(chosen)):
            found = self._found[part, chosen, hazard]
            logs[hazard + 1], supply[hazard + 1] = found.logs, found.supply
        return logs, supply

    def _task(self, part: int, chosen: Chosen, hazard: int) -> _Task:
        steps = [step for row in sorted(chosen) for step in self._steps[part, row]]
        place = self._parts[part]
        changes = NO_CHANGES
        if hazard != UNDISTURBED:
            struck = self._struck[hazard][part]
            changes = outage(struck, float(self.how.strike_day), self.hazards[hazard].days)
        return _Task(part, tuple(steps), changes, place.rules(self.rules))

    def _part(self, number: int) -> Part:
        if number not in self._parts:
            self._parts[number] = part_of(
                self.network, self._cells[number], every_lane=number in self._rerouted
            )
        return self._parts[number]

    def _whereabouts(self) -> dict[tuple[str, int], list[int]]:
        """Parts in which each row of a table is."""
        here: dict[tuple[str, int], list[int]] = {}
        for number in range(len(self._cells)):
            for table, rows in self._part(number).rows.items():
                if table in _STRUCK:
                    for row in rows.tolist():
                        here.setdefault((table, row), []).append(number)
        return here

    def _strikes(
        self, hazard: Hazard, here: Mapping[tuple[str, int], list[int]]
    ) -> dict[int, Rows]:
        """What a hazard changes in each part that it strikes."""
        found = {}
        near = {
            number
            for what, row in zip(
                hazard.struck["what"].tolist(), hazard.struck["index"].tolist(), strict=True
            )
            for number in here.get((TABLE_OF[What(what)], row), ())
        }
        for number in sorted(near):
            rows = self._part(number).changes(hazard.struck)
            if len(rows):
                found[number] = rows
        return found

    def _touches(self, treatment: Treatment) -> dict[int, tuple[Step, ...]]:
        """Steps of a treatment in each part that it changes, by the part's own rows."""
        found: dict[int, list[Step]] = {}
        for step in treatment.steps:
            for cell in self._cells_of(step.table, step.row):
                part = int(self._number[cell])
                rows = self._part(part).rows[step.table]
                own = Step(step.table, int(np.searchsorted(rows, step.row)), step.column, step.add)
                steps = found.setdefault(part, [])
                if own not in steps or step.table == "cells":
                    steps.append(own)
        return {part: tuple(steps) for part, steps in found.items()}

    def _cells_of(self, table: str, row: int) -> list[int]:
        """Cells, one of each part, for which a row of a table counts."""
        network = self.network
        if table == "cells":
            return [row]
        if table in ("arcs", "recipes", "shops", "lots"):
            return [int(getattr(network, table)["cell"][row])]
        if table == "supports":
            return [int(network.supports["receiver"][row])]
        if table == "pools":
            return [int(cell) for cell in network.shops["cell"][network.shops["pool"] == row][:1]]
        on_way = np.zeros(len(network.arcs), np.bool_)
        for arc in range(len(network.arcs)):
            first, last = network.arcs["first_lane"][arc], network.arcs["last_lane"][arc]
            on_way[arc] = row in network.routes[first:last]
        cells = network.arcs["cell"][on_way]
        _, one_each = np.unique(self._number[cells], return_index=True)
        return [int(cell) for cell in cells[one_each]]


def _groups(number: Ints) -> list[Ints]:
    """Cells of each part."""
    order = np.argsort(number, kind="stable").astype(np.int32)
    starts = np.searchsorted(number[order], np.arange(1, int(number.max(initial=0)) + 1))
    return np.split(order, starts) if len(number) else []
