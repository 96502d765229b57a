"""Discrete demand over a time, as a table of probabilities."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from redball.model import BadData, BadUse
from redball.stock.policies.pmf import demand_pmf, expected_loss

Floats = npt.NDArray[np.float64]

_MOST = 5_000_000
"""Values that a table may hold."""


@dataclass(frozen=True)
class DiscreteDemand:
    """Demand over a time in whole units of issue; not below zero.

    Make one with :meth:`poisson`, :meth:`negative_binomial`, :meth:`empirical` or
    :meth:`of_probabilities`.

    Attributes
    ----------
    low : int
        Smallest value in the table, units.
    probabilities : float64 array, shape (values,)
        Of low, low + 1 and so on; they sum to 1.
    law : str
        What it is, for results.
    """

    low: int
    probabilities: Floats
    law: str

    def __post_init__(self) -> None:
        table = np.ascontiguousarray(self.probabilities, dtype=np.float64)
        if self.low < 0:
            raise BadData(
                f"Demand starts at {self.low}: returns are no demand.",
                mend="Take returns out of the history, or set them against demand.",
            )
        if table.ndim != 1 or not 0 < len(table) <= _MOST:
            raise BadData(
                f"The probabilities have the shape {table.shape}.",
                mend=f"Give one dimension of 1 to {_MOST:,} values.",
            )
        wrong = np.flatnonzero(~(np.isfinite(table) & (table >= 0)))
        if len(wrong) or abs(table.sum() - 1.0) > 1e-9:
            raise BadData(
                f"The probability of {self.low + wrong[0]} is {table[wrong[0]]}."
                if len(wrong)
                else f"The probabilities sum to {table.sum():.12g}.",
                mend="Give probabilities of 0 or more that sum to 1.",
            )
        table = table / table.sum()
        table.flags.writeable = False
        object.__setattr__(self, "probabilities", table)

    @classmethod
    def poisson(cls, mean: float) -> "DiscreteDemand":
        """Poisson demand; ``mean`` in units over the time, above zero."""
        _positive("mean", mean)
        return cls(*_table(mean, mean), "poisson")

    @classmethod
    def negative_binomial(cls, mean: float, variance: float) -> "DiscreteDemand":
        """Negative binomial demand with the mean and variance over the time.

        Raises
        ------
        BadUse
            The variance is below the mean: the law can't have it.
        """
        _positive("mean", mean)
        _positive("variance", variance)
        if variance < mean:
            raise BadUse(
                f"The variance {variance} is below the mean {mean}.",
                mend="Use poisson(mean), or an empirical law.",
            )
        return cls(*_table(mean, variance), "negative binomial")

    @classmethod
    def empirical(cls, demands: Sequence[float] | Floats) -> "DiscreteDemand":
        """Demands seen in periods of one length, each as likely as the others.

        Raises
        ------
        BadData
            There is none, or one is negative, not finite or not whole.
        """
        seen = np.asarray(demands, dtype=np.float64)
        if seen.ndim != 1 or len(seen) == 0:
            raise BadData("There is no demand to learn from.", mend="Give one period or more.")
        wrong = np.flatnonzero(~(np.isfinite(seen) & (seen >= 0) & (seen == np.round(seen))))
        if len(wrong):
            raise BadData(
                f"The demand is {seen[wrong[0]]}.",
                where=f"period {wrong[0] + 1}",
                mend="Give whole numbers of 0 or more; returns are no demand.",
            )
        if seen.max() - seen.min() >= _MOST:
            raise BadData(
                f"The demands span {seen.max() - seen.min():,.0f} units.",
                mend="Count demand in a larger unit.",
            )
        low = int(seen.min())
        count = np.bincount((seen - low).astype(np.int64)).astype(np.float64)
        return cls(low, count / len(seen), "empirical")

    @classmethod
    def of_probabilities(
        cls, probabilities: Sequence[float] | Floats, low: int = 0
    ) -> "DiscreteDemand":
        """Any law, by the probabilities of low, low + 1 and so on."""
        return cls(low, np.asarray(probabilities, dtype=np.float64), "given")

    def times(self, periods: int) -> "DiscreteDemand":
        """Demand over several such times, independent of each other (convolution)."""
        if periods < 1:
            raise BadUse(f"{periods} periods are asked for.", mend="Ask for 1 or more.")
        if (len(self.probabilities) - 1) * periods >= _MOST:
            raise BadUse(
                f"Demand over {periods} periods has more than {_MOST:,} values.",
                mend="Count demand in a larger unit.",
            )
        table = self.probabilities
        for _ in range(periods - 1):
            table = np.convolve(table, self.probabilities)
        return DiscreteDemand(self.low * periods, table / table.sum(), self.law)

    @cached_property
    def mean(self) -> float:
        """Mean, units."""
        return float(self.values @ self.probabilities)

    @cached_property
    def variance(self) -> float:
        """Variance, units squared."""
        return float((self.values - self.mean) ** 2 @ self.probabilities)

    @property
    def values(self) -> Floats:
        """Values of the table, shape (values,)."""
        return self.low + np.arange(len(self.probabilities), dtype=np.float64)

    @cached_property
    def losses(self) -> Floats:
        """E[(D - y)+] at every value y of the table, shape (values,)."""
        return expected_loss(self.probabilities)

    def at_most(self, level: float) -> float:
        """P(D <= level)."""
        end = math.floor(level) - self.low + 1
        return 0.0 if end <= 0 else float(min(self.probabilities[:end].sum(), 1.0))


def table_width(mean: Floats | np.float64, variance: Floats | np.float64) -> Floats:
    """Values in a table of demand, about: nine standard deviations to both sides, or a long tail.

    The tail of the negative binomial law falls by ``1 - m/v`` from one value to the next.
    """
    excess = np.maximum(variance / mean - 1, 0)
    sd = np.sqrt(variance)
    return np.asarray(np.minimum(mean, 9 * sd) + 9 * sd + 35 * excess + 20)


def _table(mean: float, variance: float) -> tuple[int, Floats]:
    width = float(table_width(np.float64(mean), np.float64(variance)))
    if width > _MOST:
        raise BadUse(
            f"Demand of mean {mean:g} and variance {variance:g} has {width:,.0f} values.",
            mend="Count demand in a larger unit.",
        )
    return demand_pmf(mean, variance)


def _positive(name: str, value: float) -> None:
    if not (math.isfinite(value) and value > 0):
        raise BadUse(f"The {name} of demand is {value}.", mend="Give a finite number above zero.")
