"""What a forecast is worth in stock: fill rate against holding, by simulation.

Every ``review`` periods an order lifts the inventory position (on hand plus on order less
backorders) to the level; it arrives ``lead`` periods later, before that period's demand. Demand
comes after receipt and order. So an order placed in period *t* must last until the next one can
arrive: over ``lead + review`` periods, the horizon of the forecast that sets the level.
"""

from dataclasses import dataclass

import numpy as np

from redball.model import BadData, BadUse
from redball.model.compiled import Floats, compiled


@dataclass(frozen=True)
class StockSimulation:
    """Result of ordering up to a level, all series together.

    Attributes
    ----------
    fill_rate : float
        Share of the demand met at once.
    cycle_service : float
        Share of review cycles without a stock-out.
    on_hand : float
        Mean units on hand at the end of a period, summed over the series.
    value : float
        The same in the unit of the values given, in units where none were.
    orders : float
        Orders per series and period.
    assumptions : tuple of str
    """

    fill_rate: float
    cycle_service: float
    on_hand: float
    value: float
    orders: float
    assumptions: tuple[str, ...]


def stock_simulation(
    demand: Floats,
    level: Floats,
    *,
    lead_periods: int,
    review_periods: int = 1,
    lost_sales: bool = False,
    unit_value: Floats | None = None,
) -> StockSimulation:
    """Order up to a level against demand that came.

    Parameters
    ----------
    demand : float64 array, shape (series, periods)
        At least ``lead + review`` periods of warm-up, which are not counted, and one more.
    level : float64 array, shape (series,)
        Order-up-to level; the stock at the start.
    lead_periods, review_periods : int
        Lead time (0 or more) and review interval (1 or more).
    lost_sales : bool
        Unmet demand is lost instead of backordered.
    unit_value : float64 array, shape (series,), optional

    Raises
    ------
    BadData
        Shapes do not fit, a number is missing or negative, or nothing is asked for.
    BadUse
        The periods leave nothing to count.
    """
    came = np.ascontiguousarray(demand, dtype=np.float64)
    top = np.ascontiguousarray(level, dtype=np.float64)
    worth = np.ones(len(top)) if unit_value is None else np.asarray(unit_value, dtype=np.float64)
    if came.ndim != 2 or top.shape != (len(came),) or worth.shape != top.shape:
        raise BadData(
            f"Demand of shape {came.shape} does not fit levels of shape {top.shape}.",
            mend="Give one row of demand, one level and one value for each series.",
        )
    if not all((np.isfinite(x) & (x >= 0)).all() for x in (came, top, worth)):
        raise BadData(
            "Demand, a level or a value is missing, negative or infinite.",
            mend="Net returns first, and leave series without a level out.",
        )
    warm_up = lead_periods + review_periods
    if lead_periods < 0 or review_periods < 1 or came.shape[1] <= warm_up:
        raise BadUse(
            f"{came.shape[1]} periods with lead {lead_periods} and review {review_periods} leave "
            "nothing to count.",
            mend="Give a lead of 0 or more, a review of 1 or more, and more periods than both.",
        )
    sums = np.zeros((len(came), 6))
    _simulate(came, top, lead_periods, review_periods, lost_sales, warm_up, sums)
    asked, met, held, cycles, clean, orders = sums.sum(axis=0)
    if asked == 0:
        raise BadData("No demand comes after the warm-up: a fill rate does not exist.")
    counted = came.shape[1] - warm_up
    return StockSimulation(
        float(met / asked), float(clean / cycles) if cycles else float("nan"),
        float(held / counted), float((sums[:, 2] * worth).sum() / counted),
        float(orders / counted / len(came)),
        (
            "Unmet demand is lost." if lost_sales else "Unmet demand is backordered.",
            f"Orders up to the level every {review_periods} periods arrive {lead_periods} periods "
            "later, before the demand of that period.",
            f"It starts at the level; the first {warm_up} periods are not counted.",
            "Fill rate by volume, all series together; on hand at the end of periods.",
        ),
    )  # fmt: skip


@compiled
def _simulate(
    demand: Floats, level: Floats, lead: int, review: int, lost: bool, warm_up: int, sums: Floats
) -> None:
    """Add demand, demand met, stock held, cycles, cycles without stock-out, orders per series."""
    periods = demand.shape[1]
    for i in range(len(demand)):
        due = np.zeros(periods + lead + 1)
        hand, owed, ordered = level[i], 0.0, 0.0
        clean = True
        for t in range(periods):
            hand += due[t]
            ordered -= due[t]
            back = min(hand, owed)
            hand, owed = hand - back, owed - back
            if t % review == 0:
                missing = level[i] - (hand + ordered - owed)
                if missing > 0.0:
                    if lead == 0:
                        back = min(missing, owed)
                        hand, owed = hand + missing - back, owed - back
                    else:
                        due[t + lead] += missing
                        ordered += missing
                    sums[i, 5] += 1.0 if t >= warm_up else 0.0
                clean = True
            met = min(hand, demand[i, t])
            hand -= met
            if not lost:
                owed += demand[i, t] - met
            clean = clean and met >= demand[i, t]
            if t >= warm_up:
                sums[i, 0] += demand[i, t]
                sums[i, 1] += met
                sums[i, 2] += hand
                if (t + 1) % review == 0:
                    sums[i, 3] += 1.0
                    sums[i, 4] += 1.0 if clean else 0.0
