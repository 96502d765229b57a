"""Monitoring and review: what of a register wants somebody's eye today."""

from dataclasses import dataclass
from datetime import date

from redball.risk.register.entries import Register, RiskEntry

STALE_DAYS = 100
"""From when on the value of an indicator is old."""


@dataclass(frozen=True)
class Notice:
    """Something that wants somebody's eye.

    Attributes
    ----------
    risk : str
        Key.
    kind : str
        ``trigger``, ``review``, ``owner``, ``source``, ``indicator`` or ``contingency``.
    words : str
    """

    risk: str
    kind: str
    words: str


_ORDER = ("trigger", "review", "owner", "source", "indicator", "contingency")


def notices(register: Register, today: date) -> tuple[Notice, ...]:
    """What wants somebody's eye on a day, triggers first."""
    found = [
        notice for risk in register.risks if risk.live for notice in _of(risk, today)
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: (_ORDER.index(one.kind), one.risk)))


def _of(risk: RiskEntry, today: date) -> list[Notice]:
    found = []
    for each in risk.indicators:
        if each.triggered:
            side = "at or above" if each.above else "at or below"
            begun = [plan for plan in risk.contingency if plan.trigger == each.name]
            found.append((
                "trigger",
                f"'{each.name}' is {each.value:g}, {side} {each.threshold:g}"
                + (f": begin the plan for {begun[0].protects}." if begun else "."),
            ))  # fmt: skip
        elif each.value is None or each.on is None:
            found.append(("indicator", f"'{each.name}' has no value with a day yet."))
        elif (today - each.on).days > STALE_DAYS:
            found.append(("indicator", f"'{each.name}' was last taken on {each.on}."))
    if risk.review is None:
        found.append(("review", "No day is set on which it is looked at again."))
    elif risk.review <= today:
        found.append(("review", f"It was to be looked at on {risk.review}."))
    if not risk.owner:
        found.append(("owner", "Nobody looks after it."))
    if not risk.source.strip():
        found.append(("source", "Its likelihood has no source: its confidence is low."))
    found += [
        ("contingency", f"The plan for {plan.protects} names no scenario that rehearses it.")
        for plan in risk.contingency
        if not plan.scenario
    ]
    return [Notice(risk.key, kind, words) for kind, words in found]
