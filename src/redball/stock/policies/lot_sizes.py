"""Lot sizes: economic order quantity, newsvendor, and dynamic lots (Wagner and Whitin)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from redball.model import BadData, BadUse
from redball.model.compiled import compiled
from redball.stock.policies.costs import above_zero, not_negative

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]

_MOST_PERIODS = 20_000


@dataclass(frozen=True)
class LotSize:
    """A quantity, what it costs and what was assumed.

    Attributes
    ----------
    quantity : float
        Units: the order quantity, or the level to stock up to.
    cost : float
        Per unit of time, or per selling period (newsvendor).
    assumptions : tuple of str
    """

    quantity: float
    cost: float
    assumptions: tuple[str, ...]


@dataclass(frozen=True)
class LotPlan:
    """Orders by period.

    Attributes
    ----------
    quantities : float64 array, shape (periods,)
        What to order at the start of each period, units.
    cost : float
        Of orders, units and holding over all periods.
    assumptions : tuple of str
    """

    quantities: Floats
    cost: float
    assumptions: tuple[str, ...]


def economic_order_quantity(
    demand_rate: float, *, order_cost: float, holding_cost: float
) -> LotSize:
    """Lot of least cost for steady demand: ``Q = sqrt(2 K d / h)``, cost ``sqrt(2 K d h)``.

    Parameters
    ----------
    demand_rate : float
        Units per unit of time, above zero.
    order_cost, holding_cost : float
        Of one order; of one unit for one unit of time. Above zero.

    Raises
    ------
    BadUse
        A figure is out of range.

    Notes
    -----
    Harris, Factory 10(2), 1913.
    """
    rate = above_zero("demand_rate", demand_rate)
    order = above_zero("order_cost", order_cost)
    hold = above_zero("holding_cost", holding_cost)
    return LotSize(
        math.sqrt(2 * order * rate / hold),
        math.sqrt(2 * order * rate * hold),
        ("Demand is steady and known; the whole lot arrives at once; no backorders.",),
    )


def newsvendor_normal(
    mean: float, sd: float, *, holding_cost: float, backorder_cost: float
) -> LotSize:
    """Level of least cost for one period of normal demand: ``S = mean + z sd``.

    ``z`` is the quantile of ``b/(b + h)``; cost ``(h + b) sd phi(z)``. For a discrete law use
    :func:`redball.stock.policies.base_stock`, which is the same problem.

    Parameters
    ----------
    mean, sd : float
        Of demand over the period, units; ``sd`` above zero.
    holding_cost, backorder_cost : float
        Of one unit left over; of one unit short. Above zero.

    Raises
    ------
    BadUse
        A figure is out of range.
    """
    if not math.isfinite(mean):
        raise BadUse(f"The mean of demand is {mean}.", mend="Give a finite number.")
    sd = above_zero("sd", sd)
    hold = above_zero("holding_cost", holding_cost)
    short = above_zero("backorder_cost", backorder_cost)
    z = NormalDist().inv_cdf(short / (short + hold))
    return LotSize(
        mean + z * sd,
        (hold + short) * sd * NormalDist().pdf(z),
        ("Demand is normal and may be fractional; below zero it has a small probability.",),
    )


def dynamic_lots(
    demand: Sequence[float] | Floats,
    *,
    order_cost: float | Sequence[float] | Floats,
    holding_cost: float | Sequence[float] | Floats,
    unit_cost: float | Sequence[float] | Floats = 0.0,
) -> LotPlan:
    """Orders of least cost for demand that is known period by period, exact.

    Parameters
    ----------
    demand : sequence of float
        Units per period, zero or more; at most 20,000 periods.
    order_cost, holding_cost, unit_cost : float or sequence of float
        Of one order; of one unit kept to the next period; of one unit. One figure, or one for each
        period; zero or more.

    Returns
    -------
    LotPlan
        Of equally cheap plans the one that orders as early as possible in its last lots.

    Raises
    ------
    BadData
        A demand is negative or not finite, or there is none.
    BadUse
        A cost is out of range, or of another length than the demand.

    Notes
    -----
    Wagner and Whitin, Management Science 5(1), 1958: an optimal plan orders only when nothing is
    left. All pairs of periods are compared, O(n^2), with costs that may change over time.
    """
    need = np.asarray(demand, dtype=np.float64)
    if need.ndim != 1 or not 0 < len(need) <= _MOST_PERIODS:
        raise BadData(
            f"The demand has the shape {need.shape}.",
            mend=f"Give 1 to {_MOST_PERIODS:,} periods.",
        )
    wrong = np.flatnonzero(~(np.isfinite(need) & (need >= 0)))
    if len(wrong):
        raise BadData(
            f"The demand is {need[wrong[0]]}.",
            where=f"period {wrong[0] + 1}",
            mend="Give a finite number of zero or more; set returns against earlier demand.",
        )
    order = _per_period("order_cost", order_cost, len(need))
    hold = _per_period("holding_cost", holding_cost, len(need))
    unit = _per_period("unit_cost", unit_cost, len(need))
    cost, first = _lots(need, order, hold, unit)
    quantities = np.zeros(len(need))
    end = len(need)
    while end > 0:
        start = int(first[end - 1])
        if start >= 0:
            quantities[start] = need[start:end].sum()
            end = start
        else:
            end -= 1
    return LotPlan(
        quantities,
        float(cost),
        ("Demand is known; orders arrive at once; no backorders; nothing in stock at the start.",),
    )


def _per_period(name: str, cost: float | Sequence[float] | Floats, periods: int) -> Floats:
    given = np.asarray(cost, dtype=np.float64)
    if given.ndim == 0:
        return np.full(periods, not_negative(name, float(given)))
    if given.shape != (periods,):
        raise BadUse(
            f"{name} has the shape {given.shape}, the demand has {periods} periods.",
            mend="Give one figure, or one for each period.",
        )
    for value in given.tolist():
        not_negative(name, value)
    return given


@compiled
def _lots(need: Floats, order: Floats, hold: Floats, unit: Floats) -> tuple[float, Longs]:
    """Least cost, and the first period of the lot that ends with each period; -1: no demand."""
    periods = len(need)
    best = np.zeros(periods + 1)
    first = np.full(periods, -1)
    for end in range(periods):
        if need[end] == 0.0:
            best[end + 1] = best[end]
            continue
        best[end + 1] = np.inf
        amount = carried = 0.0
        for start in range(end, -1, -1):
            carried += hold[start] * amount  # what is needed after ``start`` is kept through it
            amount += need[start]
            cost = best[start] + order[start] + unit[start] * amount + carried
            if cost <= best[end + 1]:
                best[end + 1], first[end] = cost, start
            if carried >= best[end + 1]:
                break
    return best[periods], first
