"""When there are replications enough."""

import math
from dataclasses import dataclass

from redball.model import BadUse
from redball.simulation.replicate.estimates import Estimate
from redball.simulation.replicate.student import check_confidence

GROWTH = 2.0
"""Replications are at most doubled before the interval is looked at again."""


@dataclass(frozen=True)
class Precision:
    """The interval asked for, by the sequential procedure of Law 2015, sec. 9.4.1.

    Attributes
    ----------
    measure : str
        One of the headline measures of :class:`Simulated`, such as ``readiness``.
    relative_half_width : float
        Half of the interval, as a share of the measure's absolute mean.
    confidence : float
    at_least, at_most : int
        Bounds of the number of replications; where ``at_most`` does not suffice the result says so.
    """

    measure: str = "readiness"
    relative_half_width: float = 0.01
    confidence: float = 0.95
    at_least: int = 10
    at_most: int = 500

    def __post_init__(self) -> None:
        check_confidence(self.confidence)
        if not 0 < self.relative_half_width < math.inf:
            raise BadUse(
                f"The relative half-width is {self.relative_half_width}.",
                mend="Give a share above 0, such as 0.01.",
            )
        if not 2 <= self.at_least <= self.at_most:
            raise BadUse(
                f"From {self.at_least} to {self.at_most} replications are asked for.",
                mend="Give at_least of 2 or more, and at_most no smaller.",
            )

    def wanted(self, scale: float) -> float:
        """Half-width to reach, for a measure of this mean."""
        return self.relative_half_width * abs(scale)

    def reached(self, found: Estimate, scale: float) -> bool:
        """Whether the interval is narrow enough; one of width 0 always is."""
        return found.half_width <= self.wanted(scale)

    def next_count(self, found: Estimate, scale: float) -> int:
        """How many replications to have before looking again: by the results alone.

        The half-width falls with the square root of the number. Growth is bounded, since the first
        estimates of the spread are rough.
        """
        n, wanted = found.replications, self.wanted(scale)
        most = min(math.ceil(GROWTH * n), self.at_most)
        if found.half_width >= wanted * math.sqrt(most / n):
            return most
        needed = math.ceil(n * (found.half_width / wanted) ** 2)
        return min(max(n + 1, needed), most)
