"""Expected shortage of many items in whole units: convex, separable, and cheap to price.

For item i with weight w, demand d and stock q the weighted shortage is ``w E[(dL - q)+]``. It falls
with q and is convex, so the best purchase at a price c per unit lies beside the continuous answer
``P(L > q/d) = c/w``: two values to compare, no search.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from redball.model.compiled import Floats, Longs
from redball.stock.reserves.durations import Duration


@dataclass(frozen=True)
class Shortage:
    """Weighted expected shortage of n items as a function of what is bought.

    Attributes
    ----------
    laws : sequence of Duration
    law : int64 array, shape (n,)
        Which of the laws an item is held against.
    demand, weight, have : float64 array, shape (n,)
        Units per day (above 0), priority (above 0), units held already.
    most : float64 array, shape (n,)
        Most whole units to buy.
    """

    laws: Sequence[Duration]
    law: Longs
    demand: Floats
    weight: Floats
    have: Floats
    most: Floats

    def units(self, buy: Floats) -> Floats:
        """Expected shortage per disruption in units, shape (n,)."""
        return self.demand * self._each("loss", (self.have + buy) / self.demand)

    def weighted(self, buy: Floats) -> Floats:
        """Expected shortage times weight, shape (n,)."""
        return self.weight * self.units(buy)

    def exceedance(self, buy: Floats) -> Floats:
        """Share of disruptions that outlast the stock, shape (n,)."""
        return self._each("exceedance", (self.have + buy) / self.demand)

    def best(self, price: Floats) -> Floats:
        """Whole purchase with the least ``weighted + price buy``, shape (n,); the least such."""
        share = np.minimum(price / self.weight, 1.0)
        free = price <= 0
        cover = self._each("beyond", np.where(free, 1.0, share))
        exact = np.clip(self.demand * cover - self.have, 0.0, self.most)
        # a stock of whole numbers of days may differ from its product by rounding
        low = np.maximum(np.ceil(exact - 1e-9) - 1.0, 0.0)
        high = np.minimum(low + 1.0, self.most)
        better = self.weighted(high) + price * high < self.weighted(low) + price * low
        found: Floats = np.where(free, self.most, np.where(better, high, low))
        return found

    def _each(self, asked: str, values: Floats) -> Floats:
        if len(self.laws) == 1:
            return _ask(self.laws[0], asked, values)
        found = np.empty(len(values))
        for number in np.unique(self.law).tolist():
            mine = self.law == number
            found[mine] = _ask(self.laws[number], asked, values[mine])
        return found


def _ask(law: Duration, asked: str, values: Floats) -> Floats:
    if asked == "loss":
        return law.loss(values)
    return law.beyond(values) if asked == "beyond" else law.exceedance(values)
