"""The kernel of all sparing: expected backorders of a pipeline, and how much they vary.

What: for the number X of units in resupply, with given mean and variance, and a spare stock s the
expected backorders E[(X - s)+], their variance, the fill rate and the ready rate; also the
smallest stock for a ready rate.

Why: METRIC, VARI-METRIC, indenture, availability, surge and lateral support all come down to this
one function, millions of times, and an optimum compares values deep in the tail; so it is fast
and keeps its relative precision there.

Source: Sherbrooke, *Optimal Inventory Modeling of Systems*, 2nd ed. 2004, chapters 2 and 4; Palm
1938; probabilities in the saddle-point form of Loader 2000.

``backorders`` and ``least_stock`` check their input and take arrays. ``expected_backorders``,
``service_rates``, ``pipeline``, ``probability``, ``walk`` and ``stock_for_rate`` are compiled, take
single floats, check nothing and may be called from other compiled functions.
"""

from redball.stock.backorders.kernel import (
    expected_backorders,
    pipeline,
    probability,
    service_rates,
    stock_for_rate,
    walk,
)
from redball.stock.backorders.pipelines import Backorders, backorders, least_stock

__all__ = [
    "Backorders",
    "backorders",
    "expected_backorders",
    "least_stock",
    "pipeline",
    "probability",
    "service_rates",
    "stock_for_rate",
    "walk",
]
