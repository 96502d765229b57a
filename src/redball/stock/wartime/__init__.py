"""A war day by day: availability over a surge, and the stock that holds a target through it.

What: pipelines, backorders and availability on each day when demand rises and falls in steps and
repair or transport stands still for a time, over echelons and indentures; and the cheapest stock
to add so that a target holds on every day.

Why: a stock sized for the steady state fails in the first weeks, when pipelines fill; and how deep
it falls depends on the law of the repair time, which the steady state hides.

Source: Hillestad and Carrillo 1980, *Models and techniques for recoverable item stockage when
demand and the repair process are nonstationary*; Crawford 1981, *Palm's theorem for nonstationary
processes* (RAND); Sherbrooke 2004 for echelons and indentures.
"""

from redball.stock.wartime.adding import SurgeStock, stock_for_surge
from redball.stock.wartime.days import WartimeResult, availability_by_day
from redball.stock.wartime.profile import Interruption, RepairLaw, Surge, SurgeProfile

__all__ = [
    "Interruption",
    "RepairLaw",
    "Surge",
    "SurgeProfile",
    "SurgeStock",
    "WartimeResult",
    "availability_by_day",
    "stock_for_surge",
]
