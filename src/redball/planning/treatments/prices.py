"""What treatments cost where no offer says so; each figure is an assumption, and said to be one."""

import math
from dataclasses import dataclass, fields

from redball.model import BadUse


@dataclass(frozen=True)
class Prices:
    """Assumed costs and lead times; an offer for a treatment replaces them.

    Attributes
    ----------
    holding_share : float
        Yearly cost of stock, as a share of its price.
    hold_days : float
        Lead time of stock whose supply states none (d).
    move_eur, move_days : float
        Moving stock once (EUR, d).
    source_eur, source_yearly_eur, source_days : float
        Qualifying a second source, keeping it warm, and until it delivers (EUR, EUR a year, d).
    source_premium : float
        Its price above the present one, as a share.
    capacity_share, capacity_days : float
        Yearly fee for reserved capacity, as a share of the value it can make; and until it holds.
    repair_eur, repair_yearly_eur, repair_days : float
        One more place for repair.
    lane_eur, lane_yearly_eur, lane_days : float
        A contract for a detour, or a wider way.
    support_eur, support_days : float
        Negotiating help between two nations.
    """

    holding_share: float = 0.05
    hold_days: float = 90.0
    move_eur: float = 2_000.0
    move_days: float = 14.0
    source_eur: float = 400_000.0
    source_yearly_eur: float = 40_000.0
    source_days: float = 270.0
    source_premium: float = 0.2
    capacity_share: float = 0.05
    capacity_days: float = 60.0
    repair_eur: float = 300_000.0
    repair_yearly_eur: float = 120_000.0
    repair_days: float = 120.0
    lane_eur: float = 150_000.0
    lane_yearly_eur: float = 50_000.0
    lane_days: float = 60.0
    support_eur: float = 50_000.0
    support_days: float = 60.0

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if not (math.isfinite(value) and 0 <= value <= 1e12):
                raise BadUse(
                    f"'{each.name}' is {value}.", mend="Give a finite number of 0 or more."
                )


ASSUMED = "assumed: no offer is recorded"
"""Basis of a cost that comes from :class:`Prices`."""
