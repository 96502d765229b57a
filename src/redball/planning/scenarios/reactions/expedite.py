"""Expedite: orders come faster and cost more while stock is low."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from redball.model import BadUse
from redball.model.written.values import number
from redball.planning.scenarios.naming import Finder, Target
from redball.planning.scenarios.reactions.protocol import Reacted, cells_of, check_common, rules
from redball.planning.targets import Ints
from redball.simulation.network import Network, PolicyKind, RuleKind

_MOST_UNITS = 2.0**53


@dataclass(frozen=True)
class Expedite:
    """While a stock is below a level its orders take a share of the time, for a higher price.

    Attributes
    ----------
    below_units : float or None
        Level in units of issue. Give this or ``below_share``.
    below_share : float or None
        Level as a share of the stock's order-up-to level (reorder point plus quantity where it
        orders fixed quantities), above 0 to 1. Only stock with a policy reacts.
    time_factor : float
        Share of the lead time, above 0 to 1.
    price_factor : float
        Multiplier of the price, at least 1.
    delay_days, cost_eur : float
        Days until it works; euro each time it begins.
    at : tuple of Target
        Where; everywhere when empty.
    """

    how: ClassVar[str] = "expedite"
    below_units: float | None = None
    below_share: float | None = None
    time_factor: float = 0.5
    price_factor: float = 1.5
    delay_days: float = 0.0
    cost_eur: float = 0.0
    at: tuple[Target, ...] = ()

    def __post_init__(self) -> None:
        check_common(self)
        if (self.below_units is None) is (self.below_share is None):
            raise BadUse(
                "An 'expedite' reaction needs a level of stock.",
                mend="Give 'below_units' or 'below_share', one of them.",
            )
        for name, most in (("below_units", _MOST_UNITS), ("below_share", 1.0)):
            if (value := getattr(self, name)) is not None:
                object.__setattr__(self, name, number(value, name, most=most, above=True))
        time = number(self.time_factor, "time_factor", most=1.0, above=True)
        object.__setattr__(self, "time_factor", time)
        price = number(self.price_factor, "price_factor", least=1.0, most=1_000.0)
        object.__setattr__(self, "price_factor", price)

    def react(self, finder: Finder, where: str) -> Reacted:
        """One rule for each cell concerned, or one for all where the level is in units."""
        cells = cells_of(finder, self.at, where)
        level: float | Ints = self.below_units or 0.0
        if self.below_share is not None:
            highest = _highest(finder.network)
            every = np.arange(len(highest), dtype=np.int32) if cells is None else cells
            cells = every[highest[every] > 0]
            level = np.ceil(highest[cells] * self.below_share)
        idle = cells is not None and not len(cells)
        return Reacted(
            rules(RuleKind.EXPEDITE, self, cells, threshold=level, factor=self.time_factor,
                  price_factor=self.price_factor),
            warnings=(f"{where}: no stock there orders, so nothing can be expedited.",) * idle,
        )  # fmt: skip


def _highest(network: Network) -> Ints:
    """Level up to which each cell orders, units; 0 where it never orders."""
    cells = network.cells
    fixed = cells["policy"] == PolicyKind.FIXED_QUANTITY
    level = np.where(fixed, cells["reorder_point"] + cells["quantity"], cells["order_up_to"])
    found: Ints = np.where(cells["policy"] == PolicyKind.NONE, 0, level)
    return found
