"""One policy whose position has fallen to its reorder point."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from redball.stock.orders.articles import Article

_DUST = 1e-9


@dataclass(frozen=True)
class Need:
    """A place, its policy, and its stock.

    Attributes
    ----------
    site, item : int
    kind : str
    point, level, lot : float
        Reorder point; level to order up to and fixed quantity, NaN where the kind has none.
    per_day : float or None
    stock : mapping
        Figures of :func:`redball.stock.orders.positions.positions`; Polars gives them untyped.
    given : float
        What was promised to others in this run, units.
    article : Article
    mark : int
        Of policy and stock.
    """

    site: int
    item: int
    kind: str
    point: float
    level: float
    lot: float
    per_day: float | None
    stock: Mapping[str, Any]
    given: float
    article: Article
    mark: int

    @property
    def free(self) -> float:
        """Free stock less what was promised in this run."""
        return float(self.stock["free"]) - self.given

    @property
    def position(self) -> float:
        """Inventory position less what was promised in this run."""
        return float(self.stock["position"]) - self.given

    @property
    def quantity(self) -> float:
        """What the policy asks for; 0 above the reorder point."""
        if self.kind == "base_stock":
            gap = self.level - self.position
            return gap if gap > _DUST * max(self.level, 1.0) else 0.0
        if self.position > self.point + _DUST * max(abs(self.point), 1.0):
            return 0.0
        if self.kind == "reorder_up_to":
            return self.level - self.position
        # as many lots as bring the position above the reorder point
        lots = math.floor((self.point - self.position) / self.lot + _DUST) + 1
        return lots * self.lot
