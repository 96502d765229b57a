"""What to hold, where, and what it is worth in readiness.

``days``: how long stock lasts, and what will expire unused. ``backorders``: the kernel, expected
backorders of a pipeline. ``sparing``: what a stock of spares gives in readiness, over echelons and
indentures. ``curve``: the best stock for every budget. ``mutual``: support between allies.
``wartime``: a surge, day by day. ``reserves``: how much to hold against a disruption. ``policies``:
when to order how much. ``orders``: what to order today. ``placement``: safety stock along a
production chain. Each folder has its own door.
"""

from redball.stock.days import (
    RULE_NAMES,
    TARGET_ORDER,
    StockThresholds,
    days_of_supply,
    stock_findings,
    unused_lots,
)

__all__ = [
    "RULE_NAMES",
    "TARGET_ORDER",
    "StockThresholds",
    "days_of_supply",
    "stock_findings",
    "unused_lots",
]
