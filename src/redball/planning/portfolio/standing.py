"""What a portfolio loses, kept fleet by fleet: another one costs only what differs.

The log of a fleet's availability is a sum over the parts that it carries items of. For each fleet
it is summed anew from the loss without treatments and what the treated parts change, in the order
of the parts, so that a portfolio has the same value by whatever way it is reached.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Chosen = frozenset[int]

_MOST_KEPT = 200_000
"""Losses of fleets that are kept at most."""


@dataclass(frozen=True, eq=False)
class Delta:
    """What treatments change at a part. K fleets, G groups of supply, B steps of days.

    Attributes
    ----------
    fleets : int32 array, shape (K,)
        Fleets that it changes, by the rows of the whole network.
    groups : int32 array, shape (G,)
        Groups of supply of the part.
    logs : float64 array, shape (K, B), or None
        Change of the log of availability in every run but those of ``rows``; None for no change.
    supply : float64 array, shape (G,)
        Change of what is lost by supply, in the same runs.
    rows : int32 array, shape (S,)
        Runs, 1 + position of the hazard, in which it is something else.
    struck_logs, struck_supply : float64 arrays, shape (S, K, B), (S, G)
    """

    fleets: Ints
    groups: Ints
    logs: Floats | None
    supply: Floats
    rows: Ints
    struck_logs: Floats
    struck_supply: Floats

    @property
    def supplies(self) -> bool:
        """Whether it changes any supply."""
        return bool(self.supply.any() or self.struck_supply.any())

    def on_supply(self, runs: int) -> Floats:
        """Change of what is lost by supply, shape (runs, G)."""
        found = np.repeat(self.supply[None], runs, axis=0)
        found[self.rows] = self.struck_supply
        return found

    def logs_in(self, rows: Ints, fleets: Ints) -> Floats:
        """Change of logs in some runs for some fleets, shape (rows, fleets, B); ascending both."""
        steps = self.struck_logs.shape[2]
        found = np.zeros((len(rows), len(fleets), steps))
        here = np.searchsorted(fleets, self.fleets)
        if self.logs is not None:
            found[:, here] = self.logs
        mine = np.isin(rows, self.rows)
        if mine.any():
            found[np.ix_(mine, here)] = self.struck_logs[np.searchsorted(self.rows, rows[mine])]
        return found


@dataclass(frozen=True, eq=False)
class Base:
    """What is lost without treatments. 1 + H runs, F fleets, B steps, N groups of supply.

    Attributes
    ----------
    logs : float64 array, shape (F, 1 + H, B)
        Log of availability.
    supply : float64 array, shape (1 + H, N)
    systems : float64 array, shape (F,)
    sizes : float64 array, shape (B,)
        Days of each step.
    """

    logs: Floats
    supply: Floats
    systems: Floats
    sizes: Floats

    def days(self, logs: Floats, fleet: int) -> Floats:
        """Readiness-days that a fleet loses, from (1 + H, B) to (1 + H,)."""
        down: Floats = (1.0 - np.exp(logs)) @ self.sizes * self.systems[fleet]
        return down


class Standing:
    """What is lost under a portfolio that changes part by part.

    Parameters
    ----------
    base : Base
    delta : callable
        What a set of treatments changes at a part.
    """

    def __init__(self, base: Base, delta: Callable[[int, Chosen], Delta]) -> None:
        self._base, self._delta = base, delta
        self.here: dict[int, Chosen] = {}
        fleets, runs = base.logs.shape[:2]
        self.undone = np.empty((fleets, runs))
        for fleet in range(fleets):
            self.undone[fleet] = base.days(base.logs[fleet], fleet)
        self._loss = self.undone.copy()
        self._signs: list[tuple[tuple[int, Chosen], ...]] = [()] * fleets
        self._known: dict[tuple[int, tuple[tuple[int, Chosen], ...]], Floats] = {}
        self._up: dict[int, tuple[tuple[tuple[int, Chosen], ...], Floats]] = {}
        self._supplied: dict[int, Floats] = {}

    def move(self, changed: Mapping[int, Chosen]) -> None:
        """Put other sets of treatments at some parts."""
        touched: set[int] = set()
        changed = {
            part: chosen
            for part, chosen in changed.items()
            if chosen != self.here.get(part, frozenset())
        }
        for part, chosen in changed.items():
            before = self.here.get(part, frozenset())
            for each in (before, chosen):
                if each:
                    touched.update(self._delta(part, each).fleets.tolist())
            self.here.pop(part, None)
            self._supplied.pop(part, None)
            if chosen:
                self.here[part] = chosen
                delta = self._delta(part, chosen)
                if delta.supplies:
                    self._supplied[part] = delta.on_supply(len(self._base.supply)).sum(axis=1)
        if touched:
            self._refresh(touched, changed)

    def _refresh(self, touched: set[int], changed: Mapping[int, Chosen]) -> None:
        signs: dict[int, dict[int, Chosen]] = {
            fleet: {part: own for part, own in self._signs[fleet] if part not in changed}
            for fleet in touched
        }
        for part in changed:
            own = self.here.get(part)
            if own:
                for fleet in self._delta(part, own).fleets.tolist():
                    signs[fleet][part] = own
        for fleet, parts in signs.items():
            sign = tuple(sorted(parts.items(), key=lambda pair: pair[0]))
            if sign == self._signs[fleet]:
                continue
            self._signs[fleet] = sign
            known = self._known.get((fleet, sign))
            if known is None:
                if len(self._known) >= _MOST_KEPT:
                    self._known.clear()
                known = self._base.days(self._logs(fleet), fleet) if sign else self.undone[fleet]
                self._known[fleet, sign] = known
            self._loss[fleet] = known

    def _logs(self, fleet: int) -> Floats:
        """Log of availability of a fleet, shape (1 + H, B)."""
        found: Floats = self._base.logs[fleet].copy()
        for part, chosen in self._signs[fleet]:
            delta = self._delta(part, chosen)
            at = int(np.searchsorted(delta.fleets, fleet))
            if delta.logs is None:
                found[delta.rows] += delta.struck_logs[:, at]
                continue
            change = np.repeat(delta.logs[at][None], len(found), axis=0)
            change[delta.rows] = delta.struck_logs[:, at]
            found += change
        return found

    def sign(self, fleet: int) -> tuple[tuple[int, Chosen], ...]:
        """What is done at the parts of a fleet."""
        return self._signs[fleet]

    def up(self, fleet: int) -> Floats:
        """Systems of a fleet that are up, by the days of each step, shape (1 + H, B)."""
        kept = self._up.get(fleet)
        if kept is None or kept[0] != self._signs[fleet]:
            days = np.exp(self._logs(fleet)) * self._base.sizes * self._base.systems[fleet]
            kept = self._up[fleet] = (self._signs[fleet], days)
        return kept[1]

    def total(self) -> Floats:
        """Readiness-days lost in each run, shape (1 + H,)."""
        found: Floats = self._loss.sum(axis=0) + self._base.supply.sum(axis=1)
        for part in sorted(self._supplied):
            found += self._supplied[part]
        return found

    def lost(self) -> Floats:
        """Readiness-days lost, shape (1 + H, F + N): fleets, then groups of supply."""
        supply = self._base.supply.copy()
        for part in sorted(self._supplied):
            delta = self._delta(part, self.here[part])
            supply[:, delta.groups] += delta.on_supply(len(supply))
        return np.concatenate([self._loss.T, supply], axis=1)
