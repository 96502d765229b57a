"""Laws of how long a disruption lasts, in days.

Every law answers three questions, over arrays: how likely it lasts longer than some days, what it
lasts beyond them on average, and which days are exceeded with a given share. Tails are computed as
tails, so that a share of 1e-9 keeps its digits.
"""

import math
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from redball.model import BadUse
from redball.model.compiled import Floats
from redball.stock.reserves.normal import upper_point, upper_tail

_TIE = 1e-12
"""Shares are sums of weights, days are units over demand: this much is rounding."""

_HALVINGS = 200


class Duration(Protocol):
    """How long a disruption lasts (the time to recover), in days."""

    @property
    def mean_days(self) -> float:
        """Mean length."""
        ...

    @property
    def longest_days(self) -> float:
        """No disruption lasts longer; infinite where there is no such limit."""
        ...

    @property
    def text(self) -> str:
        """The law in words, for statements of what was assumed."""
        ...

    def exceedance(self, days: npt.ArrayLike) -> Floats:
        """P(L > days), shape of ``days``."""
        ...

    def loss(self, days: npt.ArrayLike) -> Floats:
        """E[(L - days)+] in d, shape of ``days``."""
        ...

    def beyond(self, share: npt.ArrayLike) -> Floats:
        """Fewest days (0 or more) that are exceeded with at most ``share``, shape of ``share``."""
        ...

    def scaled(self, factor: float) -> "Duration":
        """Law of ``factor`` times the length."""
        ...


def quantile(duration: Duration, level: npt.ArrayLike) -> Floats:
    """Fewest days that a disruption stays within with probability ``level``, in d.

    Raises
    ------
    BadUse
        A level is not within 0 and 1.
    """
    levels = np.asarray(level, np.float64)
    if not np.all((levels >= 0) & (levels <= 1)):
        raise BadUse(f"The levels {levels.tolist()} are not shares.", mend="Give levels of 0 to 1.")
    return duration.beyond(1.0 - levels)


@dataclass(frozen=True)
class Exponential:
    """Exponential length: the chance that it ends tomorrow is the same every day."""

    mean_days: float

    def __post_init__(self) -> None:
        _positive("mean_days", self.mean_days)

    @property
    def longest_days(self) -> float:
        """No limit."""
        return math.inf

    @property
    def text(self) -> str:
        """The law in words."""
        return f"exponential with mean {self.mean_days:g} d"

    def exceedance(self, days: npt.ArrayLike) -> Floats:
        """P(L > t) = exp(-t/mean)."""
        made: Floats = np.exp(-_from_zero(days) / self.mean_days)
        return made

    def loss(self, days: npt.ArrayLike) -> Floats:
        """E[(L - t)+] = mean exp(-t/mean); the mean less t before the start."""
        before = np.minimum(np.asarray(days, np.float64), 0.0)
        made: Floats = self.mean_days * self.exceedance(days) - before
        return made

    def beyond(self, share: npt.ArrayLike) -> Floats:
        """-mean ln(share)."""
        with np.errstate(divide="ignore"):
            made: Floats = np.abs(self.mean_days * np.log(_share(share)))
        return made

    def scaled(self, factor: float) -> "Exponential":
        """The mean times the factor."""
        return Exponential(self.mean_days * _positive("factor", factor))


@dataclass(frozen=True)
class Lognormal:
    """Lognormal length: ln L is normal with mean ``mu`` and standard deviation ``sigma``."""

    mu: float
    sigma: float

    def __post_init__(self) -> None:
        _positive("sigma", self.sigma)
        if not abs(self.mu) < 100 or self.sigma > 10:
            raise BadUse(
                f"A lognormal length with mu {self.mu} and sigma {self.sigma} is out of range.",
                mend="Give mean and standard deviation of ln(days): |mu| below 100, sigma to 10.",
            )

    @property
    def mean_days(self) -> float:
        """exp(mu + sigma^2/2)."""
        return math.exp(self.mu + 0.5 * self.sigma**2)

    @property
    def longest_days(self) -> float:
        """No limit."""
        return math.inf

    @property
    def text(self) -> str:
        """The law in words."""
        return f"lognormal with mu {self.mu:g} and sigma {self.sigma:g} of ln(days)"

    def exceedance(self, days: npt.ArrayLike) -> Floats:
        """P(L > t) = P(Z > (ln t - mu)/sigma)."""
        return _tail(self._z(days))

    def loss(self, days: npt.ArrayLike) -> Floats:
        """E[(L - t)+] = mean P(Z > z - sigma) - t P(Z > z), z = (ln t - mu)/sigma."""
        t = np.minimum(np.asarray(days, np.float64), 1e300)  # no infinity times zero
        z = self._z(t)
        made: Floats = self.mean_days * _tail(z - self.sigma) - t * _tail(z)
        return np.maximum(made, 0.0)

    def beyond(self, share: npt.ArrayLike) -> Floats:
        """exp(mu + sigma z) with P(Z > z) = share."""
        p = _share(share)
        z = upper_point(p.ravel()).reshape(p.shape)
        made: Floats = np.exp(self.mu + self.sigma * z)
        return made

    def scaled(self, factor: float) -> "Lognormal":
        """Shift mu by the logarithm of the factor."""
        return Lognormal(self.mu + math.log(_positive("factor", factor)), self.sigma)

    def widened(self, factor: float) -> "Lognormal":
        """The same median with ``factor`` times the sigma."""
        return Lognormal(self.mu, self.sigma * factor)

    def _z(self, days: npt.ArrayLike) -> Floats:
        with np.errstate(divide="ignore"):
            made: Floats = (np.log(_from_zero(days)) - self.mu) / self.sigma
        return made


@dataclass(frozen=True)
class Empirical:
    """Lengths that were observed or are planned for, each with a weight.

    Attributes
    ----------
    days : tuple of float
    weights : tuple of float
        Equal when not given; only their ratios count.
    """

    days: tuple[float, ...]
    weights: tuple[float, ...] = ()
    _at: Floats = field(init=False, repr=False, compare=False)
    _tail: Floats = field(init=False, repr=False, compare=False)
    _rest: Floats = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        days = np.asarray(self.days, np.float64)
        if days.ndim != 1 or not len(days) or not np.all(np.isfinite(days) & (days >= 0)):
            raise BadUse(
                "The observed durations are empty, negative or not numbers.",
                mend="Give at least one length in days, each 0 or more.",
            )
        weights = _weights(self.weights, len(days))
        at, place = np.unique(days, return_inverse=True)
        share = np.bincount(place, weights)
        tail = np.append(np.cumsum(share[:0:-1])[::-1], 0.0)  # P(L > at)
        gaps = np.diff(at, append=at[-1])
        rest = np.cumsum((gaps * tail)[::-1])[::-1]  # E[(L - at)+]
        for name, value in (("_at", at), ("_tail", tail), ("_rest", rest)):
            object.__setattr__(self, name, value)

    @property
    def mean_days(self) -> float:
        """Weighted mean."""
        return float(self._at[0] + self._rest[0])

    @property
    def longest_days(self) -> float:
        """The longest observation."""
        return float(self._at[-1])

    @property
    def text(self) -> str:
        """The law in words."""
        return f"{len(self.days)} given lengths, {self._at[0]:g} to {self._at[-1]:g} d"

    def exceedance(self, days: npt.ArrayLike) -> Floats:
        """Weight of the lengths above ``days``."""
        last = np.searchsorted(self._at, _reached(days), side="right") - 1
        return np.where(last < 0, 1.0, self._tail[last])

    def loss(self, days: npt.ArrayLike) -> Floats:
        """Weighted mean of what the lengths exceed ``days`` by."""
        t = np.asarray(days, np.float64)
        following = np.searchsorted(self._at, _reached(t), side="right")
        at = np.minimum(following, len(self._at) - 1)
        inside = self._rest[at] + (self._at[at] - t) * self.exceedance(t)
        return np.where(following < len(self._at), inside, 0.0)

    def beyond(self, share: npt.ArrayLike) -> Floats:
        """Shortest given length that is exceeded with at most the share; 0 for a share of 1."""
        p = _share(share)
        # tails fall along the lengths: the first that is at or below the share
        first = np.searchsorted(-self._tail, -(p + _TIE), side="left")
        return np.where(p >= 1.0, 0.0, self._at[np.minimum(first, len(self._at) - 1)])

    def scaled(self, factor: float) -> "Empirical":
        """Every length times the factor."""
        by = _positive("factor", factor)
        return Empirical(tuple(one * by for one in self.days), self.weights)


def deterministic(days: float) -> Empirical:
    """Law of a disruption that lasts exactly so many days."""
    return Empirical((days,))


@dataclass(frozen=True)
class Mixture:
    """One of several laws, each with its weight: a short failure or a long war.

    Attributes
    ----------
    parts : tuple of Duration
    weights : tuple of float
        Equal when not given; only their ratios count.
    """

    parts: tuple[Duration, ...]
    weights: tuple[float, ...] = ()
    _share: Floats = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.parts:
            raise BadUse("The mixture has no parts.", mend="Give at least one law.")
        object.__setattr__(self, "_share", _weights(self.weights, len(self.parts)))

    @property
    def mean_days(self) -> float:
        """Weighted mean of the parts' means."""
        return float(self._share @ [part.mean_days for part in self.parts])

    @property
    def longest_days(self) -> float:
        """The longest of the parts that have a weight."""
        return max(
            part.longest_days
            for part, share in zip(self.parts, self._share, strict=True)
            if share > 0
        )

    @property
    def text(self) -> str:
        """The law in words."""
        named = zip(self._share, self.parts, strict=True)
        return "mixture of " + ", ".join(f"{share:.3g} {part.text}" for share, part in named)

    def exceedance(self, days: npt.ArrayLike) -> Floats:
        """Weighted mean of the parts' shares."""
        return self._mean([part.exceedance(days) for part in self.parts])

    def loss(self, days: npt.ArrayLike) -> Floats:
        """Weighted mean of the parts' losses."""
        return self._mean([part.loss(days) for part in self.parts])

    def beyond(self, share: npt.ArrayLike) -> Floats:
        """By halving between the least and the greatest answer of the parts."""
        p = _share(share)
        used = [part for part, weight in zip(self.parts, self._share, strict=True) if weight > 0]
        found = np.stack([part.beyond(p) for part in used])
        low, high = found.min(axis=0), found.max(axis=0)
        open_ended = np.isinf(high)
        low, high = np.where(open_ended, 0.0, low), np.where(open_ended, 0.0, high)
        enough = self.exceedance(low) <= p + _TIE * (p > 0)
        high = np.where(enough, low, high)
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            if np.all((middle == low) | (middle == high)):
                break
            less = self.exceedance(middle) <= p
            low, high = np.where(less, low, middle), np.where(less, middle, high)
        return np.where(open_ended, np.inf, high)

    def scaled(self, factor: float) -> "Mixture":
        """Every part times the factor."""
        return Mixture(tuple(part.scaled(factor) for part in self.parts), self.weights)

    def _mean(self, values: list[Floats]) -> Floats:
        made: Floats = np.tensordot(self._share, np.stack(values), axes=1)
        return made


def _tail(z: Floats) -> Floats:
    return upper_tail(z.ravel()).reshape(z.shape)


def _from_zero(days: npt.ArrayLike) -> Floats:
    return np.maximum(np.asarray(days, np.float64), 0.0)


def _reached(days: npt.ArrayLike) -> Floats:
    """Days that reach a length which they miss by rounding: units over demand times demand."""
    t = np.asarray(days, np.float64)
    made: Floats = t + _TIE * np.abs(t)
    return made


def _share(share: npt.ArrayLike) -> Floats:
    return np.clip(np.asarray(share, np.float64), 0.0, 1.0)


def _positive(name: str, value: float) -> float:
    if not (math.isfinite(value) and value > 0):
        raise BadUse(f"{name} is {value}.", where="duration", mend="Give a number above 0.")
    return value


def _weights(given: tuple[float, ...], count: int) -> Floats:
    weights = np.asarray(given if len(given) else (1.0,) * count, np.float64)
    right = weights.shape == (count,) and np.all(np.isfinite(weights) & (weights >= 0))
    if not right or not weights.sum() > 0:
        raise BadUse(
            f"The weights of the durations are wrong: {count} are needed.",
            mend="Give one weight of 0 or more for each, not all 0.",
        )
    made: Floats = weights / weights.sum()
    return made
