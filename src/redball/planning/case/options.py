"""What is chosen when a twin becomes a network; each default is stated in the assumptions."""

import math
from dataclasses import dataclass

from redball.model import BadUse


@dataclass(frozen=True)
class CaseOptions:
    """Choices that the tables do not make.

    Attributes
    ----------
    input_days : float
        Stock of each input at a supplier, in days of its use (d).
    input_lead_days : float
        Time from order to receipt of an input between tiers (d); no table gives it.
    cycle_days : float
        Use covered by one order of a consumable without a policy (d).
    bulk_cycle_days : float
        The same for goods of ``bulk_per_day`` and more (d).
    service : float
        Share of order cycles without a stock-out that the safety stock of such a consumable is
        for, 0.5 to below 1.
    headroom : float or None
        A stated capacity is raised to the use planned on it times ``1 + headroom``, since that use
        was met; each raised one is named in ``left_out``. None keeps every stated capacity.
    under_way : bool
        Whether the use of one lead time is taken to be under way to a cell that stands at or below
        its reorder point while no table records an order for it; else nothing is under way.
    bulk_per_day : float
        From this use on (units a day) goods are bulk: demand is drawn once a day, not order by
        order, and orders are placed once in ``bulk_cycle_days``.
    assembly : bool
        Whether suppliers of an assembly need its essential children that have sources of their own.
    support_standby : bool
        Whether support between nations waits for the reaction of a scenario; else it is open.
    cannibalise : bool
        Whether units take parts from systems that are down.
    """

    input_days: float = 30.0
    input_lead_days: float = 30.0
    cycle_days: float = 30.0
    bulk_cycle_days: float = 7.0
    service: float = 0.95
    headroom: float | None = 0.25
    under_way: bool = True
    bulk_per_day: float = 20.0
    assembly: bool = False
    support_standby: bool = True
    cannibalise: bool = False

    def __post_init__(self) -> None:
        for name in ("input_days", "input_lead_days", "cycle_days", "bulk_cycle_days"):
            value = getattr(self, name)
            if not (math.isfinite(value) and 0 <= value <= 3660):
                raise BadUse(
                    f"{name} is {value}.", mend="Give a number of days from 0 to 3660 (ten years)."
                )
        if not 0.5 <= self.service < 1:
            raise BadUse(
                f"service is {self.service}.",
                mend="Give a share from 0.5 to below 1, such as 0.95.",
            )
        if self.headroom is not None and not (math.isfinite(self.headroom) and self.headroom > 0):
            raise BadUse(
                f"headroom is {self.headroom}.",
                mend="Give a share above 0 (0.25 is a quarter more than the use), or None.",
            )
        if not (math.isfinite(self.bulk_per_day) and self.bulk_per_day > 0):
            raise BadUse(
                f"bulk_per_day is {self.bulk_per_day}.", mend="Give a number of units above 0."
            )
