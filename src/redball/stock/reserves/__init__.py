"""How much to hold against a disruption, how to rotate it, and how fast it leaves.

A disruption of random length stops what comes in. :func:`reserve_size` finds the reserve of one
item that costs least, with the sensitivity that such a figure needs; :func:`survival` sets how long
stock lasts against how long recovery takes. :func:`reserve_plan` spends a budget and a store on
many items by priority, with a bound. :func:`rotation_balance` and :func:`rotate` say what a shelf
life costs and what peacetime use keeps fresh; :func:`release_plan` what leaves within hours.
:func:`reserve_items` reads items and lots from a twin.

Sources: newsvendor condition (Arrow, Harris and Marschak 1951); Lagrangian bound (Everett 1963);
shortest augmenting paths (Busacker and Gowen 1960). The maths: ``docs/concepts/reserves.md``.
"""

from redball.stock.reserves.durations import (
    Duration,
    Empirical,
    Exponential,
    Lognormal,
    Mixture,
    deterministic,
    quantile,
)
from redball.stock.reserves.plan import ReservePlan, reserve_plan
from redball.stock.reserves.reach import transit_hours
from redball.stock.reserves.release import ReleasePlan, release_plan
from redball.stock.reserves.rotation import (
    Rotation,
    RotationBalance,
    recall,
    rotate,
    rotation_balance,
)
from redball.stock.reserves.size import (
    ReserveCosts,
    ReserveSize,
    Survival,
    reserve_size,
    sensitivity,
    survival,
)
from redball.stock.reserves.twin_items import ITEM_RULES, ReserveItems, reserve_items

__all__ = [
    "ITEM_RULES",
    "Duration",
    "Empirical",
    "Exponential",
    "Lognormal",
    "Mixture",
    "ReleasePlan",
    "ReserveCosts",
    "ReserveItems",
    "ReservePlan",
    "ReserveSize",
    "Rotation",
    "RotationBalance",
    "Survival",
    "deterministic",
    "quantile",
    "recall",
    "release_plan",
    "reserve_items",
    "reserve_plan",
    "reserve_size",
    "rotate",
    "rotation_balance",
    "sensitivity",
    "survival",
    "transit_hours",
]
