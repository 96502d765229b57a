"""How long a loss lasts, as a distribution, and the few lengths that stand for it."""

import math
from dataclasses import dataclass
from statistics import NormalDist

from redball.model import BadUse
from redball.model.written.values import MOST_DAYS, number, one_of

LAWS = ("fixed", "exponential", "lognormal")
POINTS = 3
"""Lengths that stand for a distribution."""


@dataclass(frozen=True)
class Duration:
    """How long a loss lasts.

    Attributes
    ----------
    mean : float
        Days.
    law : str
        ``fixed``, ``exponential`` or ``lognormal``.
    sd : float
        Days; of ``lognormal`` alone.

    Raises
    ------
    BadUse
        A value is out of range, or does not belong to the law.
    """

    mean: float
    law: str = "fixed"
    sd: float = 0.0

    def __post_init__(self) -> None:
        number(self.mean, "mean", most=MOST_DAYS, above=True)
        number(self.sd, "sd", most=10 * MOST_DAYS)
        one_of(self.law, "law", LAWS)
        if (self.sd > 0) is not (self.law == "lognormal"):
            raise BadUse(
                f"A duration of law '{self.law}' with a standard deviation of {self.sd:g} days.",
                mend="'lognormal', and only that, takes 'sd', above 0.",
            )

    def points(self, count: int = POINTS) -> tuple[tuple[float, float], ...]:
        """Lengths and their probabilities: means of equally likely slices.

        The mean is kept exactly; the variance becomes a little smaller, since what varies within a
        slice is left out.

        Returns
        -------
        tuple of (days, probability)
        """
        if self.law == "fixed" or count == 1:
            return ((self.mean, 1.0),)
        edges = [self._below(k / count) for k in range(count + 1)]
        return tuple(
            ((edges[k + 1] - edges[k]) * self.mean * count, 1.0 / count) for k in range(count)
        )

    def _below(self, share: float) -> float:
        """Part of the mean that comes from the shortest share of lengths."""
        if share <= 0.0:
            return 0.0
        if share >= 1.0:
            return 1.0
        if self.law == "exponential":
            rest = 1.0 - share
            return 1.0 - rest + rest * math.log(rest)
        spread = math.sqrt(math.log1p((self.sd / self.mean) ** 2))
        return NormalDist().cdf(NormalDist().inv_cdf(share) - spread)
