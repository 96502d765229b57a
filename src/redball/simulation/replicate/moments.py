"""Running means, variances and covariances over replications: memory flat with their number.

Source: Welford 1962, Technometrics 4(3), 419-420. Values are added in the order of replications, so
the sums are the same bytes whatever computed them.
"""

import numpy as np
import numpy.typing as npt

from redball.simulation.replicate.student import t_quantile

Floats = npt.NDArray[np.float64]


class Moments:
    """Mean and variance of an array over replications."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.count = 0
        self.mean: Floats = np.zeros(shape)
        self._squares: Floats = np.zeros(shape)

    def add(self, values: npt.ArrayLike) -> None:
        """Add one replication."""
        self.count += 1
        taken = np.asarray(values, np.float64)
        away = taken - self.mean
        self.mean += away / self.count
        self._squares += away * (taken - self.mean)

    def variance(self) -> Floats:
        """Of one replication, shape as the values; NaN for fewer than two."""
        if self.count < 2:
            return np.full_like(self.mean, np.nan)
        return self._squares / (self.count - 1)

    def half_width(self, confidence: float) -> Floats:
        """Of the t interval of the mean; NaN for fewer than two replications."""
        if self.count < 2:
            return np.full_like(self.mean, np.nan)
        return t_quantile(confidence, self.count - 1) * np.sqrt(self.variance() / self.count)


class RatioMoments:
    """Ratio of two sums over replications, with the delta method.

    Never the mean of the ratios: a replication with little demand would count as much as any.

    Source: Law 2015, *Simulation Modeling and Analysis*, sec. 9.3.2 (ratio estimators); Cochran
    1977, *Sampling Techniques*, sec. 6.3.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.above = Moments(shape)
        self.below = Moments(shape)
        self._products: Floats = np.zeros(shape)

    def add(self, above: Floats, below: Floats) -> None:
        """Add one replication's numerators and denominators."""
        away = above - self.above.mean
        self.above.add(above)
        self.below.add(below)
        self._products += away * (below - self.below.mean)

    def ratio(self) -> Floats:
        """Sum over sum; NaN where the denominators are all 0."""
        return _divided(self.above.mean, self.below.mean)

    def half_width(self, confidence: float) -> Floats:
        """Of the interval of the ratio; NaN for fewer than two replications or without demand."""
        n = self.above.count
        if n < 2:
            return np.full_like(self.above.mean, np.nan)
        ratio = self.ratio()
        spread = (
            self.above.variance()
            - 2 * ratio * self._products / (n - 1)
            + ratio**2 * self.below.variance()
        )
        # the three terms may cancel to a little below 0 where the ratio is the same in each
        error = np.sqrt(np.maximum(spread, 0.0) / n)
        return t_quantile(confidence, n - 1) * _divided(error, self.below.mean)


def _divided(above: Floats, below: Floats) -> Floats:
    """Quotient, NaN where the denominator is 0."""
    made = np.full_like(above, np.nan)
    np.divide(above, below, out=made, where=below != 0)
    return made
