r"""Echelon base stock of a serial chain: Clark and Scarf, Management Science 6(4), 1960.

Stage 1 meets the demand; stage j is supplied by stage j + 1, the last one from outside without
limit. With echelon holding rates :math:`h_j` and :math:`D_j` the demand over the lead time of j,

.. math::

   C_j(y) &= E[h_j (y - D_j) + U_{j-1}(y - D_j)], \quad S_j = \arg\min C_j, \\
   U_j(x) &= C_j(\min(x, S_j)), \quad U_0(x) = (b + h_1 + \dots + h_n) (-x)^+.

Everything lives on a grid; for whole units it is exact but for the tail that is cut.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from redball.model import BadUse
from redball.stock.policies.costs import above_zero
from redball.stock.policies.pmf import demand_pmf

Floats = npt.NDArray[np.float64]

_MOST_WORK = 5e9
"""Cells of the grid times values of demand; some seconds."""
_SPREAD = 9.0
"""Standard deviations of normal demand on the grid to either side."""


@dataclass(frozen=True)
class SerialPolicy:
    """Echelon base stock of every stage.

    Attributes
    ----------
    levels : tuple of float
        Echelon base stock of stages 1 (next to the customer) to n, units: everything at the stage,
        downstream of it and on the way between, less backorders, plus what it has on order.
    cost : float
        Expected holding and backorder cost per unit of time, with the goods on the way between
        stages (not those on the way to the last stage).
    assumptions : tuple of str
    """

    levels: tuple[float, ...]
    cost: float
    assumptions: tuple[str, ...]


def serial_base_stock(
    *,
    echelon_holding_cost: Sequence[float],
    lead_time: Sequence[float],
    backorder_cost: float,
    demand_mean: float,
    demand_sd: float | None = None,
    grid_step: float = 0.01,
) -> SerialPolicy:
    """Optimal echelon base stock of a serial chain.

    Parameters
    ----------
    echelon_holding_cost : sequence of float
        Of one unit for one unit of time, per stage, 1 next to the customer; what a unit costs there
        more than one stage up. Above zero.
    lead_time : sequence of float
        Per stage, zero or more, not all zero.
    backorder_cost : float
        Of one unit for one unit of time, above zero.
    demand_mean : float
        Per unit of time, above zero.
    demand_sd : float, optional
        Standard deviation per unit of time of normal demand. Without it demand is Poisson and
        levels are whole units.
    grid_step : float
        Units between levels for normal demand.

    Returns
    -------
    SerialPolicy
        The smallest level among equally cheap ones.

    Raises
    ------
    BadUse
        A figure is out of range, lengths differ, or the grid is too fine.
    """
    holding = [above_zero("echelon_holding_cost", h) for h in echelon_holding_cost]
    short = above_zero("backorder_cost", backorder_cost)
    mean = above_zero("demand_mean", demand_mean)
    times = _lead_times(lead_time, len(holding))
    if demand_sd is None:
        step = 1.0
        laws = [demand_pmf(mean * time, mean * time) for time in times]
        law = "Poisson"
    else:
        step = above_zero("grid_step", grid_step)
        sd = above_zero("demand_sd", demand_sd)
        cells = sum(2 * _SPREAD * sd * math.sqrt(time) / step for time in times)
        _fits(cells * cells)
        laws = [_normal(mean * time, sd * math.sqrt(time), step) for time in times]
        law = f"normal, on a grid of {step:g} units"
    levels, cost = _stages(holding, short, laws, step)
    return SerialPolicy(
        levels, cost,
        (
            f"Demand is {law}, independent from one time to the next; lead times are fixed.",
            "Backorders at stage 1; stages above wait for supply; the last stage always gets it.",
            "The cost covers stock at and between the stages, and backorders.",
        ),
    )  # fmt: skip


def _lead_times(given: Sequence[float], stages: int) -> list[float]:
    times = [float(time) for time in given]
    if stages == 0 or len(times) != stages:
        raise BadUse(
            f"There are {stages} holding costs and {len(times)} lead times.",
            mend="Give one of each for every stage.",
        )
    if not all(math.isfinite(time) and time >= 0 for time in times) or not any(times):
        raise BadUse(
            f"The lead times are {times}.", mend="Give finite times of 0 or more, not all 0."
        )
    return times


def _fits(work: float) -> None:
    if work > _MOST_WORK:
        raise BadUse(
            f"The grid would take {work:.1e} steps, more than {_MOST_WORK:.0e}.",
            mend="Use a larger grid_step, or count demand in larger units.",
        )


def _normal(mean: float, sd: float, step: float) -> tuple[int, Floats]:
    """Normal demand on the grid; the density at the grid points, normalised."""
    if sd == 0.0:
        return 0, np.ones(1)
    low, high = math.floor((mean - _SPREAD * sd) / step), math.ceil((mean + _SPREAD * sd) / step)
    table = np.exp(-0.5 * ((np.arange(low, high + 1) * step - mean) / sd) ** 2)
    return low, table / table.sum()


def _stages(
    holding: list[float], short: float, laws: list[tuple[int, Floats]], step: float
) -> tuple[tuple[float, ...], float]:
    """Stage by stage on a grid that reaches one lead time's demand below what is asked next.

    Each round takes U of the stage below, on positions ``low`` to ``top``.
    """
    highest = [first + len(table) - 1 for first, table in laws]
    top = sum(max(high, 0) for high in highest)
    low = min(0, sum(first for first, _ in laws)) - sum(highest)
    _fits(float(top - low) * max(len(table) for _, table in laws))
    below = (short + sum(holding)) * np.maximum(-np.arange(low, top + 1) * step, 0.0)
    levels, cost = [], 0.0
    for rate, (first, table), high in zip(holding, laws, highest, strict=True):
        # positions after demand that lie above the grid are beyond S of the stage below
        after = np.append(below, np.full(max(-first, 0), below[-1]))
        position = np.arange(low, low + len(after)) * step
        expected = np.convolve(rate * position + after, table, "valid")
        low += high
        costs = expected[: top - low + 1]
        best = int(np.argmin(costs))
        levels.append((low + best) * step)
        cost = float(costs[best])
        below = np.concatenate([costs[:best], np.full(top - low + 1 - best, cost)])
    return tuple(levels), cost
