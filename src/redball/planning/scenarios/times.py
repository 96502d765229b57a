"""Times of a scenario: fixed, or drawn from a named distribution with a mean."""

import math
from dataclasses import dataclass

import numpy as np

from redball.model import BadUse
from redball.model.written.values import MOST_DAYS, number, one_of, whole
from redball.simulation.network import Law, LawKind

LAWS = {
    "fixed": ("mean_days",),
    "exponential": ("mean_days",),
    "gamma": ("mean_days", "sd_days"),
    "lognormal": ("mean_days", "sd_days"),
    "erlang": ("mean_days", "phases"),
    "uniform": ("low_days", "high_days"),
    "triangular": ("low_days", "mode_days", "high_days"),
}
"""Distributions and the parameters that each needs, all of them and no others."""

_KINDS = {
    "fixed": LawKind.CONSTANT,
    "exponential": LawKind.EXPONENTIAL,
    "gamma": LawKind.GAMMA,
    "lognormal": LawKind.LOGNORMAL,
    "erlang": LawKind.ERLANG,
    "uniform": LawKind.UNIFORM,
    "triangular": LawKind.TRIANGULAR,
}
_MOST_PHASES = 1_000


@dataclass(frozen=True)
class Time:
    """A time in days, fixed or distributed; ``Time(30)`` is always thirty days.

    Attributes
    ----------
    mean_days, sd_days, low_days, mode_days, high_days : float or None
        Parameters of the law, in days, 0 to 36,500. A random law with a mean has it above 0.
    law : str
        One of :data:`LAWS`.
    phases : int or None
        Number of exponential phases of an Erlang time.

    Raises
    ------
    BadUse
        A parameter that the law needs is missing, one that it does not know is given, or one is
        out of range.
    """

    mean_days: float | None = None
    law: str = "fixed"
    sd_days: float | None = None
    low_days: float | None = None
    mode_days: float | None = None
    high_days: float | None = None
    phases: int | None = None

    def __post_init__(self) -> None:
        one_of(self.law, "law", tuple(LAWS))
        needed = LAWS[self.law]
        for name in ("mean_days", "sd_days", "low_days", "mode_days", "high_days", "phases"):
            value = getattr(self, name)
            if (value is None) is (name in needed):
                missing = value is None
                raise BadUse(
                    f"A '{self.law}' time {'needs' if missing else 'knows no'} '{name}'.",
                    mend=f"It takes {', '.join(needed)}.",
                )
            if name == "phases" and value is not None:
                object.__setattr__(self, name, whole(value, name, least=1, most=_MOST_PHASES))
            elif value is not None:
                strict = self.law != "fixed" and name in ("mean_days", "sd_days")
                days = number(value, name, most=MOST_DAYS, above=strict)
                object.__setattr__(self, name, days)
        order = [float(getattr(self, n)) for n in ("low_days", "mode_days", "high_days")
                 if n in needed]  # fmt: skip
        if order != sorted(order) or (order and order[0] == order[-1]):
            raise BadUse(
                f"A '{self.law}' time runs from {order[0]:g} to {order[-1]:g}.",
                mend="Give low_days below high_days, and mode_days between them.",
            )

    @property
    def mean(self) -> float:
        """Mean in days."""
        ends = [d for d in (self.low_days, self.mode_days, self.high_days) if d is not None]
        return self.mean_days if self.mean_days is not None else sum(ends) / len(ends)

    @property
    def least(self) -> float:
        """Shortest time that can be drawn, in days."""
        if self.law == "fixed":
            return self.mean
        return self.low_days or 0.0

    @property
    def random(self) -> bool:
        """Whether it is drawn anew in every replication."""
        return self.law != "fixed"

    def draw(self, source: np.random.Generator) -> float:
        """Draw a time in days; what is drawn above 36,500 counts as that."""
        return min(self._drawn(source), MOST_DAYS)

    def _drawn(self, source: np.random.Generator) -> float:
        mean, sd = self.mean, self.sd_days or 0.0
        if self.law == "fixed":
            return mean
        if self.law in ("uniform", "triangular"):
            return self._between(float(source.random()))
        if self.law == "exponential":
            return -mean * math.log1p(-float(source.random()))
        if self.law == "lognormal":
            spread = math.log1p((sd / mean) ** 2)
            return mean * math.exp(math.sqrt(spread) * source.standard_normal() - spread / 2)
        shape = float(self.phases or 0) if self.law == "erlang" else (mean / sd) ** 2
        return float(source.gamma(shape, mean / shape)) if shape > 0 else 0.0

    def _between(self, u: float) -> float:
        """Inverse of the distribution function of the uniform and the triangular law."""
        low, high = self.low_days or 0.0, self.high_days or 0.0
        if self.mode_days is None:
            return low + u * (high - low)
        left, right = self.mode_days - low, high - self.mode_days
        if u * (high - low) < left:
            return low + math.sqrt(u * (high - low) * left)
        return high - math.sqrt((1 - u) * (high - low) * right)

    def as_law(self) -> Law:
        """Return the same law for a network."""
        return Law(
            self.mean, _KINDS[self.law], sd=self.sd_days or 0.0, low=self.low_days or 0.0,
            high=self.high_days or 0.0, phases=self.phases or 1,
        )  # fmt: skip


NO_TIME = Time(0.0)
"""At once."""
