"""What treatments do in every hazard, from runs of the parts that they touch alone.

A network falls into parts that do not depend on each other (``simulation.network.part_numbers``).
A hazard strikes few of them, a treatment changes few: only these are run again, on the same event
calendar as the whole twin, with common random numbers. A fleet carries items of many parts; its
availability is the product over them, since a system is up when nothing of any of them is missing
(Sherbrooke 2004, sec. 2.5). What the parts share beside that (lanes of limited capacity, systems
that are down and do not fail) is left out here; the whole twin says afterwards by how much.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt

from redball.model import NOWHERE
from redball.model.running import InOrder, Progress, Runner
from redball.planning.portfolio.hazards import Hazard, outage
from redball.planning.portfolio.running import (
    STEP_DAYS,
    WAITS,
    Asked,
    Found,
    Rehearsal,
    Shared,
    Task,
    alike,
    cut_in,
    deciding,
    parts_of_cells,
    run_part,
)
from redball.planning.portfolio.standing import Base, Delta, Standing
from redball.planning.portfolio.ways import other_ways
from redball.planning.portfolio.worth import Worth
from redball.planning.treatments import Step, Treatment
from redball.simulation.network import Network, Part, Rows, RuleKind, What, part_numbers
from redball.simulation.network.parting import TABLE_OF
from redball.simulation.runs import NO_CHANGES, NO_RULES

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Chosen = frozenset[int]

UNDISTURBED = -1
"""Instead of a hazard: nothing happens."""

IDLE = 1e-5
"""A hazard that costs less than this share of all readiness-days at a part costs the same there
whatever is done: it is not run with treatments."""

NOTHING: Chosen = frozenset()
"""No treatment."""

__all__ = [
    "IDLE", "NOTHING", "STEP_DAYS", "UNDISTURBED", "WAITS", "Chosen", "Effects", "Rehearsal",
]  # fmt: skip


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
    known : Effects, optional
        Those of the same network before rows were opened in it: what was run there of parts that
        are the same here is not run again.
    """

    network: Network
    worth: Worth
    hazards: Sequence[Hazard]
    treatments: Sequence[Treatment]
    how: Rehearsal = field(default_factory=Rehearsal)
    rules: Rows = field(default_factory=lambda: NO_RULES)
    runner: Runner = field(default_factory=InOrder)
    runs: int = 0
    known: "Effects | None" = None

    def __post_init__(self) -> None:
        network = self.network
        self._number = part_numbers(network)
        self._cells = _groups(self._number)
        self._every = bool((self.rules["kind"] == RuleKind.REROUTE).any())
        self._ways: dict[int, Ints] = (
            {} if self._every else other_ways(network, self.hazards, self._number)
        )
        self._parts: dict[int, Part] = {}
        self._asked: dict[int, Asked] = {}
        self._like: dict[int, int] = {}  # part of the known effects that is the same
        self._heard = self._known_hazards()
        self._found: dict[tuple[int, int], Found] = {}
        self._ids: dict[tuple[int, tuple[Step, ...]], int] = {}
        self._id_of: dict[tuple[int, Chosen, int], int] = {}
        self._ready: set[tuple[int, Chosen]] = set()
        self._costly: dict[int, tuple[int, ...]] = {}
        self._cuts: dict[tuple[int, int], frozenset[int]] = {}
        self._deltas: dict[tuple[int, Chosen], Delta] = {}
        matters = np.zeros(len(self._cells), np.bool_)
        matters[self._number[self.worth.weight > 0]] = True
        matters[self._number[network.applications["cell"]]] = True
        self._matters = matters.tolist()
        self._places = _Places(network, self._number)
        self._hazards_of: dict[int, tuple[int, ...]] = {}
        for row, hazard in enumerate(self.hazards):
            for number in self._places.struck(hazard.struck):
                self._hazards_of[number] = (*self._hazards_of.get(number, ()), row)
        self.touching: dict[int, list[int]] = {}
        self._touching: dict[int, Chosen] = {}
        self._of_treatment: list[tuple[int, ...]] = []
        self._steps: dict[tuple[int, int], tuple[Step, ...]] = {}
        self._switches: dict[int, Chosen] = {}  # treatments of a part that hazards switch on
        self._touch()
        self._sizes = np.diff(
            np.append(np.arange(0, self.how.days, STEP_DAYS), self.how.days)
        ).astype(np.float64)
        self._standing: Standing | None = None
        self._around: Chosen = NOTHING
        self._base: Base | None = None

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
        return self._of_treatment[treatment]

    def struck(self, part: int, *, treated: bool = False) -> tuple[int, ...]:
        """Hazards that strike a part; ``treated``: only those that cost something there.

        What costs nothing without treatment is not run with it.
        """
        found = self._hazards_of.get(part, ())
        if not treated:
            return found
        if part not in self._costly:
            self._costly[part] = tuple(h for h in found if self._costs(part, h))
        return self._costly[part]

    def _costs(self, part: int, hazard: int) -> bool:
        """Whether a hazard costs something at a part without treatment."""
        if not self._matters[part]:
            return False
        plain = self._run(part, NOTHING, UNDISTURBED)
        struck = self._run(part, NOTHING, hazard)
        systems = self.worth.systems[self._parts[part].rows["fleets"]]
        lost = (np.exp(plain.logs) - np.exp(struck.logs)) @ self._sizes @ systems
        lost += float((struck.supply - plain.supply).sum())
        return bool(lost > IDLE * self.worth.whole * self.how.days)

    def at(self, part: int, chosen: Iterable[int]) -> Chosen:
        """Those of some treatments that change a part."""
        wanted = chosen if isinstance(chosen, frozenset) else frozenset(chosen)
        return self._touching.get(part, NOTHING) & wanted

    def prepare(
        self, wanted: Iterable[tuple[int, Chosen]], progress: Progress | None = None
    ) -> None:
        """Run parts under sets of treatments, undisturbed and in each hazard that strikes them.

        Steps that change nothing in a hazard (a way that is open, and what is done when it is cut)
        are left out of its run, and no run is made twice.
        """
        missing: dict[tuple[int, int], tuple[int, Chosen]] = {}
        fresh = []
        for part, chosen in wanted:
            key = (part, self.at(part, chosen))
            if key in self._ready or not self._matters[part]:
                continue
            fresh.append(key)
            for hazard in (UNDISTURBED, *self.struck(part, treated=bool(key[1]))):
                run = self._id(*key, hazard), hazard
                if run not in self._found and run not in missing and not self._taken(part, *run):
                    missing[run] = key
        self._ready.update(fresh)
        if not missing:
            return
        numbers = dict.fromkeys(part for part, _ in missing.values())
        self._build(numbers)
        shared = Shared(
            {number: self._parts[number] for number in numbers},
            {number: self._asked[number] for number in numbers}, self.how,
        )  # fmt: skip
        tasks = [self._task(*key, hazard) for (_, hazard), key in missing.items()]
        keys = [f"{n}" for n in range(len(tasks))]
        try:
            results = self.runner.map(
                partial(run_part, shared), tasks, keys=keys, progress=progress
            )
            for run, found in zip(missing, results, strict=True):
                self._found[run] = found
        except BaseException:
            self._ready.difference_update(fresh)  # not all of them were run
            raise
        self.runs += len(missing) * self.how.replications

    def lost(self, chosen: Iterable[int]) -> Floats:
        """Readiness-days lost in a run, shape (1 + H, M): undisturbed first."""
        return self._moved(frozenset(chosen)).lost()

    def total(self, chosen: Iterable[int]) -> Floats:
        """Readiness-days lost in a run by all measures together, shape (1 + H,)."""
        return self._moved(frozenset(chosen)).total()

    def waits(self, table: str) -> Floats:
        """Unit-days of waiting without treatment, shape (1 + H, rows): undisturbed first."""
        self._undone()
        found = np.zeros((len(self.hazards) + 1, len(getattr(self.network, table))))
        for number, part in self._parts.items():
            rows = part.rows[table]
            if not self._matters[number] or not len(rows):
                continue
            plain = self._run(number, NOTHING, UNDISTURBED).waits[table]
            found[:, rows] += plain
            for hazard in self.struck(number):
                struck = self._run(number, NOTHING, hazard).waits[table]
                found[hazard + 1, rows] += struck - plain
        return found

    def alone(self, part: int, one: int, other: int) -> bool:
        """Whether two treatments never both change one run of a part."""
        first, second = frozenset([one]), frozenset([other])
        for hazard in (UNDISTURBED, *self.struck(part, treated=True)):
            plain = self._id(part, NOTHING, hazard)
            if plain not in (self._id(part, first, hazard), self._id(part, second, hazard)):
                return False
        return True

    def idle(self, part: int, treatment: int) -> bool:
        """Whether a treatment changes no run of a part."""
        own = frozenset([treatment])
        return all(
            self._id(part, own, hazard) == self._id(part, NOTHING, hazard)
            for hazard in (UNDISTURBED, *self.struck(part, treated=True))
        )

    def differences(
        self, part: int, sets: Sequence[Chosen], around: Chosen
    ) -> list[tuple[Ints, Floats]]:
        """What each set at a part changes in loss, the other parts being as with a portfolio.

        Parameters
        ----------
        part : int
        sets : sequence of sets
            Prepared before; any may be empty.
        around : set
            The portfolio; what is lost under each set is compared with what is lost under it.

        Returns
        -------
        list of (int32 array, float64 array)
            For each set the measures that it changes, shape (k,), and by how much, (1 + H, k).
        """
        standing = self._moved(around)
        now = self._delta(part, self.at(part, around))
        return [self._difference(standing, self._delta(part, each), now) for each in sets]

    def signs(self, part: int, around: Chosen) -> tuple[object, ...]:
        """What :meth:`differences` at a part depend on, to know whether they are the same."""
        standing = self._moved(around)
        fleets = self._parts[part].rows["fleets"].tolist()
        return (self.at(part, around), *(standing.sign(fleet) for fleet in fleets))

    def _difference(self, standing: Standing, new: Delta, now: Delta) -> tuple[Ints, Floats]:
        count, runs = len(self.network.fleets), len(self.hazards) + 1
        if new is now:
            return np.zeros(0, np.int32), np.zeros((runs, 0))
        fleets = np.union1d(new.fleets, now.fleets).astype(np.int32)
        rows = np.union1d(new.rows, now.rows).astype(np.int32)
        change = np.zeros((runs, len(fleets)))
        if len(fleets):
            up = np.stack([standing.up(fleet) for fleet in fleets.tolist()], axis=1)  # runs, K, B
            if new.logs is not None or now.logs is not None:
                none = np.zeros(1, np.int32)  # the undisturbed run is never among rows
                more = np.expm1(new.logs_in(none, fleets) - now.logs_in(none, fleets))[0]
                change = -np.einsum("rkb,kb->rk", up, more)
            if len(rows):
                more = np.expm1(new.logs_in(rows, fleets) - now.logs_in(rows, fleets))
                change[rows] = -np.einsum("rkb,rkb->rk", up[rows], more)
        if not (new.supplies or now.supplies):
            return fleets, change
        supply = new.on_supply(runs) - now.on_supply(runs)
        return (
            np.concatenate([fleets, count + new.groups]).astype(np.int32),
            np.concatenate([change, supply], axis=1),
        )

    def _moved(self, chosen: Chosen) -> Standing:
        """What is lost under a portfolio."""
        if self._standing is None:
            self._standing = Standing(self._undone(), self._delta)
        if chosen != self._around:
            changed = {
                part: self.at(part, chosen)
                for row in self._around ^ chosen
                for part in self._of_treatment[row]
            }
            self.prepare(changed.items())
            self._standing.move(changed)
            self._around = chosen
        return self._standing

    def _undone(self) -> Base:
        """What is lost without any treatment."""
        if self._base is None:
            self._build(n for n in range(len(self._cells)) if self._matters[n])
            self.prepare((part, NOTHING) for part in range(len(self._cells)))
            runs = len(self.hazards) + 1
            logs = np.zeros((len(self.network.fleets), runs, len(self._sizes)))
            supply = np.zeros((runs, len(self.worth.groups)))
            for part in sorted(self._parts):
                if not self._matters[part]:
                    continue
                fleets, groups = self._parts[part].rows["fleets"], self._asked[part].groups
                plain = self._run(part, NOTHING, UNDISTURBED)
                logs[fleets] += plain.logs[:, None]
                supply[:, groups] += plain.supply
                for hazard in self.struck(part):
                    struck = self._run(part, NOTHING, hazard)
                    logs[fleets, hazard + 1] += struck.logs - plain.logs
                    supply[hazard + 1, groups] += struck.supply - plain.supply
            self._base = Base(logs, supply, self.worth.systems, self._sizes)
        return self._base

    def _delta(self, part: int, chosen: Chosen) -> Delta:
        """What treatments change at a part; they were run."""
        key = part, chosen
        if key not in self._deltas:
            self._deltas[key] = self._changed(part, chosen)
        return self._deltas[key]

    def _changed(self, part: int, chosen: Chosen) -> Delta:
        steps = len(self._sizes)
        if not self._matters[part]:
            none = np.zeros(0, np.int32)
            empty = np.zeros((0, 0))
            return Delta(none, none, None, np.zeros(0), none, np.zeros((0, 0, steps)), empty)
        groups, fleets = self._asked[part].groups, self._parts[part].rows["fleets"]
        plain = self._run(part, NOTHING, UNDISTURBED)
        done = self._run(part, chosen, UNDISTURBED)
        always = done is not plain
        rows, logs, supply = [], [], []
        for hazard in self.struck(part, treated=True) if chosen else ():
            before, after = self._run(part, NOTHING, hazard), self._run(part, chosen, hazard)
            if always or after is not before:
                rows.append(hazard + 1)
                logs.append(after.logs - before.logs)
                supply.append(after.supply - before.supply)
        struck = np.array(logs).reshape(len(rows), len(fleets), steps)
        base = done.logs - plain.logs
        some = base.any(axis=1) | struck.any(axis=(0, 2))
        return Delta(
            fleets[some], groups, base[some] if base.any() else None, done.supply - plain.supply,
            np.array(rows, np.int32), struck[:, some],
            np.array(supply).reshape(len(rows), len(groups)),
        )  # fmt: skip

    def _run(self, part: int, chosen: Chosen, hazard: int) -> Found:
        return self._found[self._id(part, chosen, hazard), hazard]

    def _id(self, part: int, chosen: Chosen, hazard: int) -> int:
        """Number of what is done at a part, the same for the same steps."""
        where = hazard if chosen & self._switches.get(part, NOTHING) else UNDISTURBED
        key = part, chosen, where
        if key not in self._id_of:
            steps = [step for row in sorted(chosen) for step in self._steps.get((part, row), ())]
            if steps:
                network = self._part(part).network
                kept = deciding(network, steps, self._cut(part, hazard))
            else:
                kept = ()
            self._id_of[key] = self._ids.setdefault((part, kept), len(self._ids))
        return self._id_of[key]

    def _cut(self, part: int, hazard: int) -> frozenset[int]:
        """Lanes of a part that a hazard closes."""
        if hazard == UNDISTURBED:
            return frozenset()
        key = part, hazard
        if key not in self._cuts:
            place = self._part(part)
            self._cuts[key] = cut_in(place, place.changes(self.hazards[hazard].struck))
        return self._cuts[key]

    def _task(self, part: int, chosen: Chosen, hazard: int) -> Task:
        steps = [step for row in sorted(chosen) for step in self._steps[part, row]]
        place = self._parts[part]
        changes = NO_CHANGES
        if hazard != UNDISTURBED:
            struck = place.changes(self.hazards[hazard].struck)
            changes = outage(struck, float(self.how.strike_day), self.hazards[hazard].days)
        kept = deciding(place.network, steps, self._cut(part, hazard)) if steps else ()
        return Task(part, kept, changes, place.rules(self.rules))

    def _part(self, number: int) -> Part:
        if number not in self._parts:
            self._build([number])
        return self._parts[number]

    def _build(self, numbers: Iterable[int]) -> None:
        """Take parts out of the network that were not yet."""
        missing = [number for number in numbers if number not in self._parts]
        missing = [number for number in missing if not self._recognised(number)]
        wanted = {number: self._cells[number] for number in missing}
        made = parts_of_cells(self.network, wanted, self._ways, every_lane=self._every)
        for number, part in made.items():
            self._asked[number] = Asked.of(part, self.worth)
            self._parts[number] = part

    def _recognised(self, number: int) -> bool:
        """Take a part from the known effects, where nothing was opened in it."""
        known, cells = self.known, self._cells[number]
        if known is None or not self._heard:
            return False
        other = int(known._number[cells[0]])
        theirs = known._parts.get(other)
        if theirs is None or not np.array_equal(known._cells[other], cells):
            return False
        moved = {"arcs": self._places.arcs(number), "supports": self._places.supports(number)}
        none = np.zeros(0, np.int32)
        if any(len(rows) != len(theirs.rows[table]) for table, rows in moved.items()) or (
            not np.array_equal(self._ways.get(number, none), known._ways.get(other, none))
        ):
            return False
        asked = Asked.of(theirs, self.worth)
        if not alike(asked, known._asked[other]):
            return False
        self._asked[number] = asked
        self._parts[number] = Part(theirs.network, theirs.rows | moved)
        self._like[number] = other
        return True

    def _known_hazards(self) -> dict[int, int]:
        """Hazards of the known effects that are the same, where only places and lanes are lost."""
        known = self.known
        if known is None or known.how != self.how or known.rules.tobytes() != self.rules.tobytes():
            return {}
        there = {_word(each): row for row, each in enumerate(known.hazards)}
        same = {row: there.get(_word(each)) for row, each in enumerate(self.hazards)}
        found = {row: other for row, other in same.items() if other is not None}
        return {UNDISTURBED: UNDISTURBED, **found}

    def _taken(self, part: int, run: int, hazard: int) -> bool:
        """Take a run over from the known effects, where it is there."""
        known = self.known
        if known is None or hazard not in self._heard:
            return False
        self._part(part)
        if part not in self._like or run != self._ids.get((part, ()), -1):
            return False
        other, there = self._like[part], self._heard[hazard]
        found = known._found.get((known._id(other, NOTHING, there), there))
        if found is None:
            return False
        self._found[run, hazard] = found
        return True

    def _touch(self) -> None:
        """Find the parts that each treatment changes, and its steps by their own rows."""
        wheres = [
            [(step, self._places.parts(step.table, step.row)) for step in each.steps]
            for each in self.treatments
        ]
        self._build({part for each in wheres for _, parts in each for part in parts})
        for row, each in enumerate(wheres):
            found: dict[int, list[Step]] = {}
            for step, parts in each:
                for part in parts:
                    rows = self._parts[part].rows[step.table]
                    at = int(np.searchsorted(rows, step.row))
                    own = Step(step.table, at, step.column, step.add)
                    steps = found.setdefault(part, [])
                    if own not in steps or step.table == "cells":
                        steps.append(own)
            for part, steps in found.items():
                self.touching.setdefault(part, []).append(row)
                self._steps[part, row] = tuple(steps)
                if any(step.column == "cut_rule" for step in steps):
                    self._switches[part] = self._switches.get(part, NOTHING) | {row}
            self._of_treatment.append(tuple(sorted(found)))
        self._touching = {part: frozenset(rows) for part, rows in self.touching.items()}


def _word(hazard: Hazard) -> tuple[object, ...]:
    """What makes a hazard the same in two networks; none of those that strike rows that move."""
    still = bool(np.isin(hazard.struck["what"], _STILL).all())
    return hazard.key, hazard.days, hazard.struck.tobytes() if still else id(hazard)


_STILL = tuple(int(what) for what, table in TABLE_OF.items() if table != "arcs")
"""What changes, where its row is the same after others were opened."""


class _Places:
    """Parts in which rows of the network count."""

    def __init__(self, network: Network, number: Ints) -> None:
        self._network, self._number = network, number
        arcs = network.arcs
        size = (arcs["last_lane"] - arcs["first_lane"]).astype(np.int64)
        at = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
        at += np.repeat(arcs["first_lane"].astype(np.int64), size)
        lane, of_lane = network.routes[at], number[np.repeat(arcs["cell"], size)]
        fleet, of_fleet = network.applications["fleet"], number[network.applications["cell"]]
        pooled = network.shops["pool"] != NOWHERE
        pool, of_pool = network.shops["pool"][pooled], number[network.shops["cell"][pooled]]
        sells = arcs["at_node"] != NOWHERE
        ends = network.lanes
        nodes = [
            (network.cells["node"], number),
            (arcs["at_node"][sells], number[arcs["cell"][sells]]),
            (ends["from_node"][lane], of_lane),
            (ends["to_node"][lane], of_lane),
            (network.fleets["node"][fleet], of_fleet),
            (network.pools["node"][pool], of_pool),
        ]
        self._arcs = _Grouped(number[arcs["cell"]])
        self._supports = _Grouped(number[network.supports["receiver"]])
        self._sorted = {
            "lanes": _Sorted(lane, of_lane),
            "fleets": _Sorted(fleet, of_fleet),
            "pools": _Sorted(pool, of_pool),
            "nodes": _Sorted(
                np.concatenate([rows for rows, _ in nodes]),
                np.concatenate([parts for _, parts in nodes]),
            ),
        }

    def parts(self, table: str, row: int) -> tuple[int, ...]:
        """Parts for which a row of a table counts, ascending."""
        if table in self._sorted:
            return self._sorted[table].of(row)
        if table == "cells":
            return (int(self._number[row]),)
        column = "receiver" if table == "supports" else "cell"
        cell = int(getattr(self._network, table)[column][row])
        return (int(self._number[cell]),) if cell != NOWHERE else ()

    def arcs(self, part: int) -> Ints:
        """Arcs of a part, ascending."""
        return self._arcs.of(part)

    def supports(self, part: int) -> Ints:
        """Help within a part, ascending."""
        return self._supports.of(part)

    def struck(self, changes: Rows) -> list[int]:
        """Parts that some changes concern, ascending."""
        pairs = zip(changes["what"].tolist(), changes["index"].tolist(), strict=True)
        return sorted({
            part for what, row in pairs for part in self.parts(TABLE_OF[What(what)], row)
        })  # fmt: skip


class _Sorted:
    """Parts by row, each pair once."""

    def __init__(self, rows: Ints, parts: Ints) -> None:
        pairs = np.unique(np.stack([rows, parts], axis=1), axis=0)
        self._rows, self._parts = pairs[:, 0], pairs[:, 1]

    def of(self, row: int) -> tuple[int, ...]:
        first, last = np.searchsorted(self._rows, [row, row + 1])
        return tuple(self._parts[first:last].tolist())


class _Grouped:
    """Rows by the part of each."""

    def __init__(self, parts: Ints) -> None:
        self._order = np.argsort(parts, kind="stable").astype(np.int32)
        self._sorted = parts[self._order]

    def of(self, part: int) -> Ints:
        first, last = np.searchsorted(self._sorted, [part, part + 1])
        return self._order[first:last]


def _groups(number: Ints) -> list[Ints]:
    """Cells of each part."""
    order = np.argsort(number, kind="stable").astype(np.int32)
    starts = np.searchsorted(number[order], np.arange(1, int(number.max(initial=0)) + 1))
    return np.split(order, starts) if len(number) else []
