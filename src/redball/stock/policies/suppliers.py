"""How much to order from suppliers that may fail, and how much capacity to reserve beside them.

Each supplier delivers all or nothing. What is short is bought on the spot, or made by capacity that
was reserved where that is cheaper on the day. The cost is convex, and is summed over every set of
suppliers that may deliver.

Source: Mohammadivojdan, Merzifonluoglu and Geunes, European Journal of Operational Research (2021);
projected Newton steps after Bertsekas, SIAM Journal on Control and Optimization 20 (1982) 221-246.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from redball.model import BadUse

Floats = npt.NDArray[np.float64]

MOST_SUPPLIERS = 12
"""More are too many: every set of them is looked at."""
_STEPS = 500
_NORMAL = NormalDist()


@dataclass(frozen=True)
class Reserve:
    """Capacity that is paid for beforehand and used where it is cheaper than the spot.

    Attributes
    ----------
    fee, price : float
        Of a unit reserved, and of a unit made.
    """

    fee: float
    price: float


@dataclass(frozen=True, eq=False)
class SupplierPortfolio:
    """Orders of least expected cost.

    Attributes
    ----------
    orders : float64 array, shape (n,)
        Units from each supplier.
    reserved : float
        Units of capacity; 0 without a reserve.
    cost : float
        Expected, of one period.
    gap : float
        The least cost is no lower than ``cost - gap``: proven by the slope at the answer.
    """

    orders: Floats
    reserved: float
    cost: float
    gap: float


def supplier_portfolio(
    unit_cost: Sequence[float],
    availability: Sequence[float],
    *,
    mean: float,
    sd: float,
    spot: tuple[float, float],
    holding_cost: float,
    reserve: Reserve | None = None,
) -> SupplierPortfolio:
    """Order from suppliers that deliver all or nothing, against normal demand of one period.

    Parameters
    ----------
    unit_cost : sequence of float, length n
        Of a unit, paid where it is delivered.
    availability : sequence of float, length n
        Probability that a supplier delivers, independent of the others.
    mean, sd : float
        Of demand, units.
    spot : pair of float
        Mean and standard deviation of the price of a unit that is short.
    holding_cost : float
        Of a unit left over.
    reserve : Reserve, optional

    Raises
    ------
    BadUse
        A figure is out of range, or there are more than :data:`MOST_SUPPLIERS`.
    """
    cost, up = _checked(unit_cost, availability, mean, sd, spot, holding_cost, reserve)
    count = len(cost)
    sets = (np.arange(2**count)[:, None] >> np.arange(count)) & 1
    chance = np.where(sets, up, 1 - up).prod(axis=1)
    slope = (cost + holding_cost) * up
    less = 0.0
    delivered = sets.astype(np.float64)
    if reserve is not None:
        less = _option(spot[0] - reserve.price, spot[1])
        slope = np.append(slope, reserve.fee)
        delivered = np.column_stack([delivered, np.zeros(len(sets))])
    backed = delivered.copy()
    backed[:, count:] = 1.0
    model = _Model(
        slope, chance, delivered, backed, holding_cost + spot[0] - less, less, mean, sd,
        -holding_cost * mean,
    )  # fmt: skip
    most = mean + 10 * sd  # more than all that is asked for is never of use
    best = _least(model, np.full(len(slope), mean / max(count, 1)), most)
    value, gradient, _ = model.at(best)
    gap = float(gradient @ best - np.minimum(gradient, 0.0).sum() * most)
    reserved = float(best[count]) if reserve is not None else 0.0
    return SupplierPortfolio(best[:count], reserved, value, max(gap, 0.0))


@dataclass(frozen=True, eq=False)
class _Model:
    """Expected cost of (n,) orders, or of those and the reserve; S sets of suppliers."""

    slope: Floats
    chance: Floats
    delivered: Floats
    backed: Floats
    short: float
    made: float
    mean: float
    sd: float
    fixed: float

    def at(self, orders: Floats) -> tuple[float, Floats, Floats]:
        """Cost, its gradient and its curvature."""
        value = self.fixed + float(self.slope @ orders)
        gradient = self.slope.copy()
        curve = np.zeros((len(orders), len(orders)))
        for rows, price in ((self.delivered, self.short), (self.backed, self.made)):
            if not price:
                continue
            z = (rows @ orders - self.mean) / self.sd
            density = np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
            above = np.array([_NORMAL.cdf(-each) for each in z.tolist()])
            weight = self.chance * price
            value += float(weight @ (self.sd * (density - z * above)))
            gradient -= rows.T @ (weight * above)
            curve += (rows.T * (weight * density / self.sd)) @ rows
        return value, gradient, curve


def _least(model: _Model, start: Floats, most: float) -> Floats:
    """Orders from 0 to a bound of least cost."""
    now = np.clip(start, 0.0, most)
    value, gradient, curve = model.at(now)
    damping = 1e-6 * (1.0 + float(np.trace(curve)))
    for _ in range(_STEPS):
        held = ((now <= 0) & (gradient > 0)) | ((now >= most) & (gradient < 0))
        free = ~held
        if not free.any() or float(np.abs(gradient[free]).max()) < 1e-11 * (1 + model.short):
            break
        inner = curve[np.ix_(free, free)] + damping * np.eye(int(free.sum()))
        step = np.zeros_like(now)
        step[free] = -np.linalg.solve(inner, gradient[free])
        trial = np.clip(now + step, 0.0, most)
        after = model.at(trial)
        if after[0] < value:
            now, (value, gradient, curve) = trial, after
            damping = max(damping * 0.2, 1e-14)
            continue
        if damping > 1e12:
            break
        damping *= 10.0
    return now


def _option(gain: float, sd: float) -> float:
    """Mean of what a spot price is above a fixed one, where it is: ``E[max(gain + sd Z, 0)]``."""
    if sd == 0:
        return max(gain, 0.0)
    return gain * _NORMAL.cdf(gain / sd) + sd * _NORMAL.pdf(gain / sd)


def _checked(
    unit_cost: Sequence[float],
    availability: Sequence[float],
    mean: float,
    sd: float,
    spot: tuple[float, float],
    holding_cost: float,
    reserve: Reserve | None,
) -> tuple[Floats, Floats]:
    cost, up = np.asarray(unit_cost, np.float64), np.asarray(availability, np.float64)
    if cost.ndim != 1 or cost.shape != up.shape or not 1 <= len(cost) <= MOST_SUPPLIERS:
        raise BadUse(
            f"There are {cost.size} costs and {up.size} availabilities.",
            mend=f"Give one of each for 1 to {MOST_SUPPLIERS} suppliers.",
        )
    if not ((up >= 0) & (up <= 1)).all():
        raise BadUse("An availability is no probability.", mend="Give 0 to 1.")
    prices = [*cost.tolist(), mean, *spot, holding_cost]
    prices += [] if reserve is None else [reserve.fee, reserve.price]
    if not all(math.isfinite(each) and each >= 0 for each in prices):
        raise BadUse("A price or an amount is negative or no number.", mend="Give 0 or more.")
    if not (math.isfinite(sd) and sd > 0):
        raise BadUse(f"The standard deviation of demand is {sd}.", mend="Give more than 0.")
    return cost, up
