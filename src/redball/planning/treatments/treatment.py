"""A treatment: something that can be done about a risk, what it costs, and how it changes the twin.

A treatment changes the tables of a network in two ways only: it adds to a number (a stock level, a
capacity, a server), or it opens a row that stands there closed (a source, a lane's detour, help
between nations). Both commute, so that a portfolio is the same whatever the order of its
treatments, and no row changes its number, so that what happens hits the same rows in every future.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from redball.model import BadUse
from redball.simulation.network import CutRule, Network

Column = Literal[
    "on_hand", "reserve", "reorder_point", "order_up_to", "quantity", "per_day", "kg_per_day",
    "servers", "standby", "cut_rule",
]  # fmt: skip

KINDS = {
    "hold": "hold more stock",
    "reposition": "move stock to where it is needed",
    "reserve": "build a reserve",
    "source": "qualify a second source",
    "capacity": "reserve capacity of a supplier",
    "repair": "add a repair place",
    "lane": "add or widen a way",
    "support": "enter mutual support",
    "substitute": "let an article stand in for another",
}
"""Kinds of treatments, in words."""


@dataclass(frozen=True)
class Step:
    """One change of one number of a network.

    Attributes
    ----------
    table, column : str
    row : int
    add : float
        What is added to it; for the column ``standby``, -1 opens the row; for ``cut_rule``, 1 lets
        goods before a lane that is cut look for another way.
    """

    table: str
    row: int
    column: Column
    add: float


@dataclass(frozen=True)
class Treatment:
    """Something that can be done.

    Attributes
    ----------
    key : str
        Unique among the candidates, the same whenever it is generated from the same data.
    kind : str
        One of :data:`KINDS`.
    title : str
        For readers.
    cost_eur : float
        Once, when it is begun.
    yearly_eur : float
        In each year from when it works to the end of the plan.
    lead_days : float
        From the decision until it works.
    steps : tuple of Step
    nation : str
        Who pays for it and has to do it.
    group : str
        At most one treatment of a group is chosen; empty for none.
    needs : tuple of str
        Keys of treatments without which it is of no use.
    excludes : tuple of str
        Keys of treatments beside which it can't be.
    volume_m3 : float
        Room that it takes at its site.
    site : str
        Name of the node where it is done, for limits of storage and for the map.
    basis : str
        How its cost and its lead time were arrived at.
    """

    key: str
    kind: str
    title: str
    cost_eur: float
    lead_days: float
    steps: tuple[Step, ...]
    nation: str
    yearly_eur: float = 0.0
    group: str = ""
    needs: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    volume_m3: float = 0.0
    site: str = ""
    basis: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise BadUse(
                f"'{self.kind}' is no kind of treatment.", mend=f"Kinds: {', '.join(KINDS)}."
            )
        for name in ("cost_eur", "yearly_eur", "lead_days", "volume_m3"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise BadUse(
                    f"'{name}' is {value}.",
                    where=self.key,
                    mend="Give a finite number of 0 or more.",
                )
        if self.key in (*self.needs, *self.excludes):
            raise BadUse("A treatment needs or excludes itself.", where=self.key)

    def cost_over(self, days: float) -> float:
        """Euro over a plan of so many days, nothing discounted."""
        return self.cost_eur + self.yearly_eur * max(days - self.lead_days, 0.0) / 365.0

    def cost_in(self, year: int, days: float) -> float:
        """Euro in a year of a plan of so many days, the first being 1; begun when it is decided."""
        begin, end = 365.0 * (year - 1), min(365.0 * year, days)
        at_once = self.cost_eur if year == 1 else 0.0
        return at_once + self.yearly_eur * max(end - max(begin, self.lead_days), 0.0) / 365.0

    def works_for(self, days: float) -> float:
        """Share of a plan of so many days for which it works."""
        return max(days - self.lead_days, 0.0) / days


def treated(network: Network, treatments: Iterable[Treatment]) -> Network:
    """Network with some treatments, all at work.

    Parameters
    ----------
    network : Network
        With the closed rows that the treatments open.
    treatments : iterable of Treatment

    Raises
    ------
    BadUse
        A number would become negative: two treatments take the same stock away.
    """
    return stepped(network, [step for each in treatments for step in each.steps])


def stepped(network: Network, steps: Iterable[Step]) -> Network:
    """Network with some numbers changed; see :func:`treated`."""
    changed = changed_tables(network, steps)
    return replace(network, **changed) if changed else network


def changed_tables(network: Network, steps: Iterable[Step]) -> dict[str, Any]:
    """Tables of a network that steps change, by name, as they are afterwards.

    Raises
    ------
    BadUse
        A number would become negative.
    """
    changed: dict[str, Any] = {}
    for step in steps:
        if step.table not in changed:
            changed[step.table] = getattr(network, step.table).copy()
        rows = changed[step.table]
        value = rows[step.column][step.row] + step.add
        if step.column == "standby":
            value = max(value, 0)  # opened twice is open
        if step.column == "cut_rule":
            value = CutRule.DIVERT
        if value < 0:
            raise BadUse(
                f"Treatments take more than there is: '{step.column}' of row {step.row} of "
                f"'{step.table}' would be {value:g}.",
                mend="Let them exclude each other.",
            )
        rows[step.column][step.row] = value
    return changed
