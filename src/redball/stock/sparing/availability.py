"""From backorders to systems that work.

One expected backorder of an item at a site is one hole in a system there. With N systems and Z
places of the item in each, holes that fall on places at random leave a system whole with
probability ``(1 - EBO / (N Z))^Z`` (Sherbrooke 2004, ch. 2 and 5); availability is the product over
items. Where k of n places suffice (active redundancy) the factor is the binomial probability of
at most ``n - k`` holes.
"""

import math
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from redball.model.compiled import compiled, compiled_parallel
from redball.model.errors import BadData, BadUse
from redball.stock.sparing.checks import columns, two_axes
from redball.stock.sparing.problem import SparingProblem

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
_BLOCK = 8
"""Sites that one core takes together: a line of its cache."""


def availability(problem: SparingProblem, ebo: Floats, *, rate: Floats) -> Floats:
    """Share of the systems that no hole keeps down, without cannibalisation.

    Of the backorders of an item at a site, those owed to lower echelons and to repairs of parents
    make no hole here: the part owed to a system is ``demand / rate`` times its ``share``.

    Parameters
    ----------
    problem : SparingProblem
        Checked, see :func:`check_problem`.
    ebo, rate : float64 array, shape (I, S)
        Expected backorders and failures arriving per day.

    Returns
    -------
    float64 array, shape (Y, S)
        0 where the expected holes reach the places there are; NaN where the site has no system of
        the kind.
    """
    uses = problem.applications
    share = columns(uses.share)
    systems = np.ascontiguousarray(problem.systems, dtype=np.float64)
    out = np.where(systems > 0, 1.0, np.nan)
    _products(
        np.asarray(uses.item, dtype=np.int32), np.asarray(uses.system, dtype=np.int32),
        np.asarray(uses.per_system, dtype=np.float64), np.asarray(uses.needed, dtype=np.float64),
        share, two_axes(problem, "demand"), rate, ebo, systems, out,
    )  # fmt: skip
    return out


def linear_availability(problem: SparingProblem, ebo: Floats, *, rate: Floats) -> Floats:
    """First-order availability ``1 - sum EBO / N``, shape (Y, S); at least 0, NaN as above.

    A lower bound of the product where no item is redundant; redundancy is not counted.
    """
    uses = problem.applications
    systems = np.asarray(problem.systems, dtype=np.float64)
    holes = np.zeros_like(systems)
    np.add.at(holes, np.asarray(uses.system), owed(problem, rate) * ebo[np.asarray(uses.item)])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(systems > 0, np.maximum(1.0 - holes / systems, 0.0), np.nan)


def owed(problem: SparingProblem, rate: Floats) -> Floats:
    """Share of each item's backorders at each site that are holes in the system, shape (A, S)."""
    uses = problem.applications
    item = np.asarray(uses.item)
    share = columns(uses.share)
    demand = np.broadcast_to(two_axes(problem, "demand"), rate.shape)[item]
    arriving = rate[item]
    own = np.divide(demand, arriving, out=np.zeros_like(arriving), where=arriving > 0)
    return np.asarray(own * share)


@dataclass(frozen=True)
class OperationalAvailability:
    """Up time over all time, with what takes from it; arrays of one shape, shares from 0 to 1.

    Attributes
    ----------
    inherent : float64 array
        MTBM / (MTBM + MTTR): what would be left with every part at hand.
    supply : float64 array
        Share of systems without a hole.
    operational : float64 array
        MTBM / (MTBM + MTTR + MLDT), the logistic delay being what holes cost in time.
    delay_days : float64 array
        MLDT, mean logistic delay per maintenance: ``MTBM (1 / supply - 1)``; infinite at supply 0.
    """

    inherent: Floats
    supply: Floats
    operational: Floats
    delay_days: Floats


def operational_availability(
    supply: npt.ArrayLike, between_days: npt.ArrayLike, repair_days: npt.ArrayLike
) -> OperationalAvailability:
    """Supply availability and maintenance together (Sherbrooke 2004, ch. 2).

    Parameters
    ----------
    supply : array-like
        Share of systems without a hole, 0 to 1.
    between_days, repair_days : array-like
        MTBM, mean time between maintenance, above 0, and MTTR, mean time to repair with parts at
        hand, from 0. ``supply = MTBM / (MTBM + MLDT)`` turns the holes into the delay MLDT.

    Raises
    ------
    BadData
        A value out of its range.
    BadUse
        Shapes that don't broadcast.
    """
    try:
        share, between, repair = np.broadcast_arrays(
            *(np.asarray(x, dtype=np.float64) for x in (supply, between_days, repair_days))
        )
    except ValueError as error:
        raise BadUse(
            "The shapes don't fit together.", mend="Give single numbers or arrays that broadcast."
        ) from error
    for name, good, mend in (
        ("supply", (share >= 0) & (share <= 1), "Give a share from 0 to 1."),
        ("between_days", (between > 0) & np.isfinite(between), "Give more than 0 days."),
        ("repair_days", (repair >= 0) & np.isfinite(repair), "Give 0 or more days."),
    ):
        if not good.all():
            raise BadData("A value is missing or out of range.", where=name, mend=mend)
    delay = np.divide(
        between * (1 - share), share, out=np.full(share.shape, np.inf), where=share > 0
    )
    return OperationalAvailability(
        between / (between + repair), share.copy(), between / (between + repair + delay), delay
    )


@compiled
def up_share(ebo: float, systems: float, per_system: float, needed: float) -> float:
    """Probability that the item does not keep a system down; 0 where holes fill all places."""
    hole = ebo / (systems * per_system)
    if hole >= 1.0:
        return 0.0
    if per_system == 1.0:
        return 1.0 - hole
    if needed == per_system:
        return math.exp(per_system * math.log1p(-hole))
    # at most n - k of n places empty; few terms, all positive
    n, spare = per_system, per_system - needed
    term = math.exp(n * math.log1p(-hole))
    total, j = term, 0.0
    while j < spare:
        term *= (n - j) / (j + 1.0) * hole / (1.0 - hole)
        total += term
        j += 1.0
    return min(total, 1.0)


@compiled_parallel
def _products(
    item: Ints, system: Ints, per_system: Floats, needed: Floats, share: Floats, demand: Floats,
    rate: Floats, ebo: Floats, systems: Floats, out: Floats,
) -> None:  # fmt: skip
    """Multiply the factors of all applications; sites in blocks, each by one core."""
    sites = ebo.shape[1]
    di, ds = min(demand.shape[0] - 1, 1), min(demand.shape[1] - 1, 1)
    across = min(share.shape[1] - 1, 1)
    for block in numba.prange((sites + _BLOCK - 1) // _BLOCK):
        for a in range(len(item)):
            i, y = item[a], system[a]
            for s in range(block * _BLOCK, min((block + 1) * _BLOCK, sites)):
                e = ebo[i, s]
                if e > 0.0 and systems[y, s] > 0.0:
                    own = demand[i * di, s * ds] / rate[i, s] * share[a, s * across]
                    if own > 0.0:
                        out[y, s] *= up_share(e * own, systems[y, s], per_system[a], needed[a])
