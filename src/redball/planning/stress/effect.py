"""What a loss costs, gathered over paired replications."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from redball.planning.compare.figures import POSITION
from redball.planning.compare.futures import Outcome
from redball.simulation.replicate.estimates import Estimate, mean_estimate
from redball.simulation.replicate.moments import Moments
from redball.simulation.replicate.shape import Shape, shape_of

Floats = npt.NDArray[np.float64]


@dataclass
class Effect:
    """A loss against the undisturbed runs of the same replications. D days, F fleets, T sums.

    Attributes
    ----------
    lost : list of float
        Lost readiness-days of each replication.
    short : list of (float, float, float)
        Of each replication: value asked for, value met at once undisturbed, and with the loss.
    curve : Moments, shape (D,)
        Systems up undisturbed minus with the loss.
    base, fleets_base, fleets, tallies_base, tallies : float64 arrays
        Sums over the replications: systems up by day (D,), by fleet and day (F, D), sums (T,).
    """

    days: int
    lost: list[float] = field(default_factory=list)
    short: list[tuple[float, float, float]] = field(default_factory=list)
    curve: Moments = field(init=False)
    base: Floats = field(init=False)
    fleets_base: Floats | float = 0.0
    fleets: Floats | float = 0.0
    tallies_base: Floats | float = 0.0
    tallies: Floats | float = 0.0

    def __post_init__(self) -> None:
        self.curve = Moments((self.days,))
        self.base = np.zeros(self.days)

    def add(self, base: Outcome, outcome: Outcome) -> None:
        """Take a block with the undisturbed one of the same replications."""
        for whole, left in zip(base.up, outcome.up, strict=True):
            self.curve.add(whole - left)
            self.lost.append(float((whole - left).sum()))
            self.base = self.base + whole
        asked, met = POSITION["demand"], POSITION["demand met at once"]
        self.short += [
            (float(a[asked]), float(a[met]), float(b[met]))
            for a, b in zip(base.figures, outcome.figures, strict=True)
        ]
        self.fleets_base = self.fleets_base + base.fleets
        self.fleets = self.fleets + outcome.fleets
        self.tallies_base = self.tallies_base + base.tallies.sum(axis=0)
        self.tallies = self.tallies + outcome.tallies.sum(axis=0)

    @property
    def replications(self) -> int:
        """Pairs so far."""
        return len(self.lost)

    def estimate(self, confidence: float) -> Estimate:
        """Lost readiness-days with their interval."""
        return mean_estimate(self.lost, confidence)

    @property
    def scale(self) -> float:
        """Undisturbed readiness in system-days over the horizon."""
        return float(self.base.sum()) / self.replications

    @property
    def demand_lost_share(self) -> float:
        """Share of the value asked for that is no longer met at once."""
        asked, before, after = (sum(column) for column in zip(*self.short, strict=True))
        return (before - after) / asked if asked > 0 else 0.0

    def shape(self, from_day: int, threshold: float, tolerance: float) -> Shape:
        """Shape of the mean curve."""
        base = self.base / self.replications
        return shape_of(
            base, base - self.curve.mean, from_day=from_day, threshold=threshold,
            tolerance=tolerance,
        )  # fmt: skip
