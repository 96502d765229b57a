"""The best stock for every budget: readiness against cost.

What: the efficient curve of readiness against budget, each point the best stock for its cost, with
the bound beside it; the best stock for one budget; the cheapest stock that reaches targets by
system, site and nation; what to move before anything is bought; and why each unit is bought.

Why: money for spares is short, and a stock chosen item by item costs far more for the same
readiness than one chosen for the systems as a whole.

Source: Sherbrooke, *Optimal Inventory Modeling of Systems*, 2nd ed. 2004, chapters 2, 3 and 5;
Fox 1966 (marginal analysis); Everett 1963 (Lagrange multipliers). The hulls over all echelons and
the knapsack are described in ``docs/concepts/readiness-curve.md``.
"""

from redball.stock.curve.best import Assortment, best_stock
from redball.stock.curve.curve import Curve, readiness_curve
from redball.stock.curve.explaining import explain
from redball.stock.curve.following import Ahead, ahead
from redball.stock.curve.moving import Reallocation, reallocate
from redball.stock.curve.network import Objective
from redball.stock.curve.storage import Storage, best_stock_in_storage
from redball.stock.curve.targets import Target, cheapest_stock

__all__ = [
    "Ahead",
    "Assortment",
    "Curve",
    "Objective",
    "Reallocation",
    "Storage",
    "Target",
    "ahead",
    "best_stock",
    "best_stock_in_storage",
    "cheapest_stock",
    "explain",
    "readiness_curve",
    "reallocate",
]
