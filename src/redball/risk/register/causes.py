"""From risks to what happens by itself: common causes struck together, durations as few lengths.

The beta-factor model (Fleming 1975; NUREG/CR-4780) was made for like components. Here risks of one
cause have rates of their own: a share beta of the rarest one's rate strikes all of them at once,
and each keeps the rest of its own rate for itself, so that every risk happens as often as stated.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from redball.risk.register.durations import POINTS
from redball.risk.register.entries import Register, RiskEntry


@dataclass(frozen=True)
class Elementary:
    """Something that happens by itself, as a Poisson process.

    Attributes
    ----------
    key, title : str
    risks : tuple of str
        Keys of the risks that it belongs to.
    strikes : tuple of (kind, name)
    per_year, days : float
    source, confidence : str
    """

    key: str
    title: str
    risks: tuple[str, ...]
    strikes: tuple[tuple[str, str], ...]
    per_year: float
    days: float
    source: str
    confidence: str


def elementary(register: Register, *, points: int = POINTS) -> tuple[Elementary, ...]:
    """What happens by itself, from the live risks of a register.

    Parameters
    ----------
    register : Register
    points : int
        Lengths that stand for a distribution of durations.

    Notes
    -----
    Risks of a cause that strike together last as long as the longest of their means.
    """
    live = [risk for risk in register.risks if risk.live and risk.per_year > 0]
    made: list[Elementary] = []
    own = {risk.key: risk.per_year for risk in live}
    for cause in register.causes:
        members = [risk for risk in live if risk.cause == cause.name]
        if len(members) < 2 or not cause.beta:
            continue
        together = cause.beta * min(risk.per_year for risk in members)
        for risk in members:
            own[risk.key] -= together
        longest = max(members, key=lambda risk: risk.duration.mean)
        made += _spread(
            f"cause {cause.name}", cause.name, members, together, longest, points,
            cause.source or "; ".join(dict.fromkeys(r.source for r in members if r.source)),
        )  # fmt: skip
    for risk in live:
        if own[risk.key] > 0:
            made += _spread(risk.key, risk.title, [risk], own[risk.key], risk, points, risk.source)
    return tuple(made)


def _spread(
    key: str, title: str, members: list[RiskEntry], per_year: float, lasting: RiskEntry,
    points: int, source: str,
) -> Iterable[Elementary]:  # fmt: skip
    order = ("low", "medium", "high")
    confidence = min((risk.believed for risk in members), key=order.index)
    strikes = tuple(dict.fromkeys(part for risk in members for part in risk.strikes))
    lengths = lasting.duration.points(points)
    for number, (days, share) in enumerate(lengths, 1):
        several = len(lengths) > 1
        yield Elementary(
            f"{key}, length {number}" if several else key,
            f"{title}, for {days:.0f} days" if several else title,
            tuple(risk.key for risk in members), strikes, per_year * share, days, source,
            confidence,
        )  # fmt: skip
