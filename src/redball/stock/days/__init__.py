"""Days of supply against target, and lots that will expire unused.

A quantity says little; how long it lasts, and whether that is long enough, is what a planner asks.
Days of supply are usable stock over mean daily consumption. Lots are issued first expired, first
out; what can't be used that way before its last day is found exactly.
"""

from redball.stock.days.fefo import unused_lots
from redball.stock.days.findings import stock_findings
from redball.stock.days.supply_days import days_of_supply
from redball.stock.days.targets import TARGET_ORDER
from redball.stock.days.thresholds import RULE_NAMES, StockThresholds

__all__ = [
    "RULE_NAMES",
    "TARGET_ORDER",
    "StockThresholds",
    "days_of_supply",
    "stock_findings",
    "unused_lots",
]
