"""What the blocks of one future gave, in the order of replications."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from redball.planning.compare.futures import Outcome

Floats = npt.NDArray[np.float64]


@dataclass
class Gathered:
    """What the blocks of one future gave."""

    figures: list[Floats] = field(default_factory=list)  # (B, K) each
    tallies: list[Floats] = field(default_factory=list)  # (B, T) each
    up: list[Floats] = field(default_factory=list)  # (B, D) each
    fleets: Floats | None = None  # (F, D), added up

    def add(self, outcome: Outcome) -> None:
        """Take a block."""
        self.figures.append(outcome.figures)
        self.tallies.append(outcome.tallies)
        self.up.append(outcome.up)
        self.fleets = outcome.fleets if self.fleets is None else self.fleets + outcome.fleets
