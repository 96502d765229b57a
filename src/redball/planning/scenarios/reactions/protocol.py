"""How people react: the protocol, where a reaction acts, and what it gives."""

from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np

from redball.model.written.values import MOST_DAYS, number
from redball.planning.scenarios.naming import WHERE_KINDS, Finder, Target, in_order
from redball.planning.targets import Ints
from redball.simulation.network import Law, Rows, RuleKind
from redball.simulation.network.tables import RULE

MOST_EUR = 1e15


@dataclass(frozen=True)
class NewSource:
    """A way to make an item that a reaction adds: a recipe and a standby arc.

    Attributes
    ----------
    cell : int
        The stock it fills.
    law : Law
        Time from the line to the store.
    per_day : float
        Units a day.
    price_eur : float
        Per unit.
    """

    cell: int
    law: Law
    per_day: float
    price_eur: float


@dataclass(frozen=True, eq=False)
class Reacted:
    """What a reaction means in one network.

    Attributes
    ----------
    rules : structured array
        Records of type ``RULE``.
    sources : tuple of NewSource
        What is added to the network.
    assumptions, warnings : tuple of str
        What a reader must know; what has no effect here.
    """

    rules: Rows
    sources: tuple[NewSource, ...] = ()
    assumptions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@runtime_checkable
class Reaction(Protocol):
    """Something that people do when they see that supply fails.

    A reaction is a frozen dataclass with a word for it, ``how``; its fields are what a scenario
    file gives. What it does is seen in the rules and sources of supply that it gives a network.
    """

    how: ClassVar[str]

    @property
    def delay_days(self) -> float:
        """Days from seeing it to having an effect."""
        ...

    @property
    def cost_eur(self) -> float:
        """Euro, once for each time and place where it begins."""
        ...

    def react(self, finder: Finder, where: str) -> Reacted:
        """Rules and sources of supply in a network.

        Raises
        ------
        BadData
            It names what the twin does not hold.
        """
        ...


def check_common(reaction: Reaction) -> None:
    """Check delay, cost and place of a reaction, and put the place in order.

    Raises
    ------
    BadUse
        One is out of range. An endless delay is refused: the reaction would never come.
    """
    delay = number(reaction.delay_days, "delay_days", most=MOST_DAYS)
    object.__setattr__(reaction, "delay_days", delay)
    object.__setattr__(reaction, "cost_eur", number(reaction.cost_eur, "cost_eur", most=MOST_EUR))
    at = getattr(reaction, "at", None)
    if at is not None:
        object.__setattr__(reaction, "at", in_order(at, "at", WHERE_KINDS))


def rules(
    kind: RuleKind, reaction: Reaction, cells: Ints | None = None, *,
    threshold: float | Ints = 0.0, factor: float = 1.0, price_factor: float = 1.0,
) -> Rows:  # fmt: skip
    """Records of one kind: one for each cell, or one for everywhere where none are given."""
    made = np.zeros(1 if cells is None else len(cells), RULE)
    made["kind"] = kind
    made["cell"] = -1 if cells is None else cells
    made["threshold"] = threshold
    made["delay_days"] = reaction.delay_days
    made["cost_eur"] = reaction.cost_eur
    made["factor"] = factor
    made["price_factor"] = price_factor
    return made


def cells_of(finder: Finder, at: tuple[Target, ...], where: str) -> Ints | None:
    """Cells at a place; None for everywhere."""
    return finder.cells_within(at, where) if at else None
