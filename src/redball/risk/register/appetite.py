"""How much may be lost: a stated appetite, and what measured exposure says against it."""

from collections.abc import Mapping
from dataclasses import dataclass

from redball.model.written.values import number


@dataclass(frozen=True)
class Appetite:
    """How much loss is borne, in readiness-days a year; None where nothing is said.

    Attributes
    ----------
    each : float or None
        Expected loss of one risk.
    at_once : float or None
        Loss of one occurrence of one risk.
    together : float or None
        Expected loss of all risks.
    worst : float or None
        Mean loss of the worst tenth of years.
    """

    each: float | None = None
    at_once: float | None = None
    together: float | None = None
    worst: float | None = None

    def __post_init__(self) -> None:
        for name in ("each", "at_once", "together", "worst"):
            value = getattr(self, name)
            if value is not None:
                number(value, name, most=1e15)

    @property
    def stated(self) -> bool:
        """Whether anything is said."""
        return any(getattr(self, n) is not None for n in ("each", "at_once", "together", "worst"))


@dataclass(frozen=True)
class Verdict:
    """What an evaluation says.

    Attributes
    ----------
    risk : str
        Key of the risk; empty for all together.
    rule : str
        Field of the appetite.
    found, most : float
        Readiness-days.
    """

    risk: str
    rule: str
    found: float
    most: float


def judged(
    appetite: Appetite,
    yearly: Mapping[str, float],
    at_once: Mapping[str, float],
    together: float,
    worst: float,
) -> tuple[Verdict, ...]:
    """Where measured exposure is above the appetite.

    Parameters
    ----------
    appetite : Appetite
    yearly, at_once : mapping of str to float
        Readiness-days by risk: expected in a year, and lost in one occurrence.
    together, worst : float
        Of all risks: expected in a year, and the mean of the worst tenth of years.
    """
    found = [
        Verdict(risk, rule, value, most)
        for rule, most, values in (
            ("each", appetite.each, yearly),
            ("at_once", appetite.at_once, at_once),
            ("together", appetite.together, {"": together}),
            ("worst", appetite.worst, {"": worst}),
        )
        if most is not None
        for risk, value in values.items()
        if value > most
    ]
    return tuple(sorted(found, key=lambda one: (one.risk != "", -(one.found - one.most))))
