"""Differences of two futures over the same replications.

With common random numbers the two figures of a replication move together, so the interval of
their difference is far narrower than the intervals of the figures. Source: Law, *Simulation
Modeling and Analysis*, 5th ed. 2015, sec. 10.2.1 (paired t) and 11.2 (common random numbers).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from redball.model import BadUse
from redball.simulation.replicate.estimates import Estimate, mean_estimate

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Paired:
    """A difference with its interval.

    Attributes
    ----------
    difference, low, high : float
        Mean of the differences and its t interval.
    correlation : float or None
        Of the two figures over the replications; None where one of them does not vary.
    replications : int
    """

    difference: float
    low: float
    high: float
    correlation: float | None
    replications: int

    @property
    def significant(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low > 0 or self.high < 0

    @property
    def verdict(self) -> str:
        """The same in words."""
        if not self.significant:
            return "no significant difference"
        return "higher" if self.difference > 0 else "lower"


def paired(first: npt.ArrayLike, second: npt.ArrayLike, *, confidence: float = 0.95) -> Paired:
    """Difference ``second - first`` of a figure over the same replications.

    Raises
    ------
    BadUse
        Not as many values on both sides, fewer than two, or one that is not finite.
    """
    a, b = _both(first, second)
    return _paired(mean_estimate(b - a, confidence), _correlation(a, b))


def paired_ratio(
    first: tuple[npt.ArrayLike, npt.ArrayLike],
    second: tuple[npt.ArrayLike, npt.ArrayLike],
    *,
    confidence: float = 0.95,
) -> Paired | None:
    """Difference of two ratios of sums (such as fill), by the jackknife over replications.

    Each side is (parts, wholes) by replication. None where a whole is 0, for then there is no
    ratio. Source: Law 2015, sec. 9.5.3 (jackknife of a ratio).
    """
    parts_a, parts_b = _both(first[0], second[0])
    whole_a, whole_b = _both(first[1], second[1])
    n = len(parts_a)
    left_a, left_b = whole_a.sum() - whole_a, whole_b.sum() - whole_b
    if min(left_a.min(), left_b.min()) <= 0:
        return None
    at_all = parts_b.sum() / whole_b.sum() - parts_a.sum() / whole_a.sum()
    without = (parts_b.sum() - parts_b) / left_b - (parts_a.sum() - parts_a) / left_a
    return _paired(mean_estimate(n * at_all - (n - 1) * without, confidence), None)


def _paired(found: Estimate, correlation: float | None) -> Paired:
    return Paired(found.value, found.low, found.high, correlation, found.replications)


def _both(first: npt.ArrayLike, second: npt.ArrayLike) -> tuple[Floats, Floats]:
    a, b = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if a.ndim != 1 or a.shape != b.shape or len(a) < 2:
        raise BadUse(
            f"Figures of shapes {a.shape} and {b.shape} can't be paired.",
            mend="Give one value for each replication, of two replications or more.",
        )
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise BadUse("A figure of a replication is not a finite number.", mend="Check the runs.")
    return a, b


def _correlation(a: Floats, b: Floats) -> float | None:
    off_a, off_b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((off_a @ off_a) * (off_b @ off_b)))
    # differences in the last bits are not variation
    least = 1e-12 * max(1.0, float(np.abs(a).max()) * float(np.abs(b).max())) * len(a)
    return float(off_a @ off_b) / scale if scale > least else None
