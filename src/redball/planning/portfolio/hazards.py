"""What may happen to a network: hazards by rate and duration, and years drawn from them.

A hazard is rehearsed by itself: it strikes on one day and lasts its mean duration. Over years the
occurrences of each hazard are a Poisson process, and what they cost adds up. That holds as long as
two at once are rare; the twin is asked afterwards on years in which they do overlap.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from redball.model import BadUse
from redball.simulation.network import Rows
from redball.simulation.network.tables import CHANGE

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Hazard:
    """Something that may happen to a network.

    Attributes
    ----------
    key, title : str
    per_year : float
        Expected occurrences a year.
    days : float
        Mean duration of the loss.
    struck : structured array
        ``CHANGE`` records at day 0 of what is lost; what is lost is whole again after ``days``.
    source : str
        Where likelihood and duration come from.
    confidence : str
        ``high``, ``medium`` or ``low``.
    """

    key: str
    title: str
    per_year: float
    days: float
    struck: Rows = field(repr=False)
    source: str = ""
    confidence: str = "low"

    def __post_init__(self) -> None:
        for name, most in (("per_year", 365.0), ("days", 36_500.0)):
            value = getattr(self, name)
            if not (math.isfinite(value) and 0 <= value <= most):
                raise BadUse(f"'{name}' is {value}.", where=self.key, mend=f"Give 0 to {most:g}.")

    def changes(self, day: float) -> Rows:
        """What one occurrence changes: lost on a day, whole again after its duration."""
        return outage(self.struck, day, self.days)


def outage(struck: Rows, day: float, days: float) -> Rows:
    """Changes of a loss that begins on a day and ends after some days."""
    lost, whole = struck.copy(), struck.copy()
    lost["day"], whole["day"] = day, day + days
    whole["value"] = 1.0
    return np.concatenate([lost, whole])


def overlapped(parts: Sequence[Rows]) -> Rows:
    """Changes of several losses; what two of them lose is whole when the last one ends.

    Each part: rows of losses (value below 1) first, then as many rows that make whole again.
    """
    spans: dict[tuple[int, int], list[tuple[float, float, float]]] = {}
    for rows in parts:
        half = len(rows) // 2
        for lost, whole in zip(rows[:half], rows[half:], strict=True):
            key = int(lost["what"]), int(lost["index"])
            spans.setdefault(key, []).append(
                (float(lost["day"]), float(whole["day"]), float(lost["value"]))
            )
    made = []
    for (what, index), times in spans.items():
        times.sort()
        begin, end, value = times[0]
        for start, stop, level in times[1:]:
            if start <= end:
                end, value = max(end, stop), min(value, level)
                continue
            made += [(begin, what, index, value), (end, what, index, 1.0)]
            begin, end, value = start, stop, level
        made += [(begin, what, index, value), (end, what, index, 1.0)]
    made.sort()
    return np.array(made, CHANGE) if made else np.zeros(0, CHANGE)


@dataclass(frozen=True, eq=False)
class Years:
    """Occurrences in drawn futures. N futures, H hazards.

    Attributes
    ----------
    days : float
        Length of a future.
    times : tuple of tuple of float64 array
        For each future, for each hazard, the days on which it begins.
    """

    days: float
    times: tuple[tuple[Floats, ...], ...]

    def counts(self, after: float = 0.0) -> Floats:
        """Occurrences on a day or later, shape (N, H)."""
        where, when = self._flat
        size = len(self.times), len(self.times[0]) if self.times else 0
        found = np.bincount(where[when >= after], minlength=size[0] * size[1])
        return found.reshape(size).astype(np.float64)

    @cached_property
    def _flat(self) -> tuple[npt.NDArray[np.int64], Floats]:
        """Of each occurrence the future and the hazard as one number, and the day."""
        every = [days for future in self.times for days in future]
        number = np.array([len(days) for days in every], np.int64)
        where = np.repeat(np.arange(len(every)), number)
        return where, np.concatenate(every) if every else np.zeros(0)


def draw_years(hazards: Sequence[Hazard], *, days: float, futures: int, seed: int) -> Years:
    """Draw futures; each hazard has a stream of its own, so that one more shifts no other.

    Parameters
    ----------
    hazards : sequence of Hazard
    days : float
        Length of a future.
    futures : int
        How many, 1 to 100,000.
    seed : int
    """
    if not 1 <= futures <= 100_000:
        raise BadUse(f"{futures} futures are asked for.", mend="Give 1 to 100,000.")
    columns = []
    for hazard in hazards:
        rng = np.random.default_rng([seed, *hazard.key.encode()])
        numbers = rng.poisson(hazard.per_year * days / 365.0, futures)
        columns.append([np.sort(rng.uniform(0.0, days, number)) for number in numbers])
    return Years(days, tuple(tuple(column[n] for column in columns) for n in range(futures)))
