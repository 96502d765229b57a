"""Readiness against budget: the efficient curve."""

from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
import polars as pl

from redball.model import BadUse
from redball.model.compiled import Floats, Longs
from redball.stock.curve.network import Kind, Model, Network, Objective, build_network
from redball.stock.curve.steps import Losses, Steps, enough_steps
from redball.stock.curve.threads import Progress
from redball.stock.curve.words import assumptions_of
from redball.stock.sparing import SparingProblem

Start = Literal["empty", "least"]


@dataclass(frozen=True)
class Curve:
    """Points of the efficient curve, each the best stock for its cost.

    Attributes
    ----------
    cost : float64 array, shape (P,)
        Money; with the start ``least`` beyond the least stock, with ``empty`` from nothing.
    readiness : float64 array, shape (P,)
        Mean availability of the systems, weighted by number and importance, share; NaN where the
        problem has no systems.
    value : float64 array, shape (P,)
        The objective. ``availability``: geometric mean of availabilities, weighted likewise;
        what the curve maximises and never above ``readiness``. ``backorders``: their weighted sum.
    bound : float64 array, shape (P,)
        No stock of this cost has a better value; see ``proven``.
    backorders : float64 array, shape (P,)
        Expected backorders of the systems' own demand, weighted by site.
    price : float64 array, shape (P,)
        Gain of the objective (log availability, or backorders) per money of the next step.
    proven : bool
        Whether ``bound`` is exact: not for families of items or more than two echelons, where it
        is the best point that was found.
    assumptions : tuple of str
    availability : float64 array, shape (P, Y, S)
        Share of the systems of each kind that is up at each site; 1 where none stands.
    """

    problem: SparingProblem = field(repr=False)
    objective: Objective
    cost: Floats
    readiness: Floats
    value: Floats
    bound: Floats
    backorders: Floats
    price: Floats
    proven: bool
    assumptions: tuple[str, ...]
    steps: Steps = field(repr=False)
    positions: Longs = field(repr=False)
    availability: Floats = field(repr=False)

    @property
    def frame(self) -> pl.DataFrame:
        """One row for each point: cost, readiness, value, bound, backorders, price."""
        names = ("cost", "readiness", "value", "bound", "backorders", "price")
        return pl.DataFrame({name: getattr(self, name) for name in names})

    def stock(self, point: int) -> Floats:
        """Units of each item at each site at a point, shape (I, S).

        Raises
        ------
        BadUse
            There is no such point.
        """
        if not -len(self.cost) <= point < len(self.cost):
            raise BadUse(f"There is no point {point}.", mend=f"Give 0 to {len(self.cost) - 1}.")
        return self.steps.stock(self.steps.levels(int(self.positions[point])))


def readiness_curve(
    problem: SparingProblem,
    *,
    points: int = 40,
    budget: float | None = None,
    objective: Kind | Objective = "availability",
    start: Start = "least",
    model: Model = "vari-metric",
    progress: Progress | None = None,
) -> Curve:
    """Find the best stock for every budget, and what it gives.

    Each item's best split over the sites is a convex curve of loss against cost; all curves merged
    by falling gain per money give stocks that are each optimal for what they cost (Fox 1966;
    Sherbrooke 2004, ch. 2 and 3; Everett 1963).

    Parameters
    ----------
    problem : SparingProblem
        ``least`` is always kept, ``most`` never exceeded; where both are equal stock is fixed.
    points : int
        At most so many points, 2 or more; spread evenly over cost and gain. Fewer where the whole
        curve has fewer.
    budget : float, optional
        Where the curve ends. Without one it ends where unlimited stock would take off no more than
        about 0.1 % (of availability; of the first backorders).
    objective : str or Objective
        ``availability`` or ``backorders``, with weights by :class:`Objective`.
    start : str
        ``least``: the least stock is there and free. ``empty``: it has to be paid for too.
    model : str
        ``vari-metric`` or ``metric``.
    progress : callable, optional
        Called with 0 to 1; raising from it ends the work.

    Raises
    ------
    BadUse
        Fewer than two points; a budget that is negative or below the least stock.
    BadData
        A problem that can't be optimised; see :func:`build_network`.
    """
    if points < 2:
        raise BadUse(f"A curve of {points} points is none.", mend="Ask for 2 points or more.")
    network = build_network(problem, as_objective(objective), model=model)
    free = free_cost(network, start)
    check_budget(network, budget, free)
    limit = None if budget is None else budget + free
    steps = enough_steps(network, limit, part_of(progress, 0.0, 0.7))
    end = len(steps.order)
    if limit is not None:
        end = int(np.searchsorted(steps.cost, limit * (1 + 1e-12), side="right")) - 1
    positions = _spread(steps.cost[: end + 1], steps.loss[: end + 1], points)
    levels = np.stack([steps.levels(int(p)) for p in positions], axis=1)
    losses, waiting = steps.along(levels, part_of(progress, 0.7, 1.0))
    slopes = np.append(steps.slope[steps.order], 0.0)
    value = waiting if network.net.by_backorders else geometric_mean(network, losses)
    # a tangent stands in for a log that is infinite: bound by what is attained there
    hull = steps.loss[positions] if network.net.by_backorders else np.exp(-steps.loss[positions])
    down = ~np.isfinite(losses).all(axis=(1, 2)) if losses.size else np.zeros(len(value), np.bool_)
    return Curve(
        problem, network.objective, steps.cost[positions] - free,
        mean_availability(network, losses), value, np.where(down, value, hull), waiting,
        slopes[positions], not network.deep().any(), assumptions_of(network, start), steps,
        positions, np.exp(-losses),
    )  # fmt: skip


def as_objective(objective: Kind | Objective) -> Objective:
    """Objective with equal weights where only its kind is given."""
    return objective if isinstance(objective, Objective) else Objective(objective)


def free_cost(network: Network, start: Start) -> float:
    """Money that the start does not count."""
    if start not in get_args(Start):
        raise BadUse(f"There is no start '{start}'.", mend="Use least or empty.")
    return least_cost(network) if start == "least" else 0.0


def least_cost(network: Network) -> float:
    """Price of the least stock."""
    least = np.broadcast_to(network.net.least, network.net.local.shape)
    return float(least.sum(axis=1) @ network.net.unit_cost)


def check_budget(network: Network, budget: float | None, free: float) -> None:
    """Refuse a budget that is no amount, or does not pay for the least stock."""
    if budget is None:
        return
    if not (np.isfinite(budget) and budget >= 0):
        raise BadUse(f"{budget} is not a budget.", mend="Give an amount of money from 0 up.")
    needed = least_cost(network) - free
    if budget < needed * (1 - 1e-12):
        raise BadUse(
            f"The least stock costs {needed:,.2f}, more than the budget of {budget:,.2f}.",
            where="least",
            mend="Raise the budget, lower the least stock, or start from 'least' to count it free.",
        )


def mean_availability(network: Network, loss: Floats) -> Floats:
    """Mean of availabilities from losses of shape (..., Y, S); NaN without systems."""
    weight = system_weight(network)
    if not weight.size:
        return np.full(loss.shape[:-2], np.nan)
    return np.asarray((np.exp(-loss) * weight).sum(axis=(-2, -1)))


def geometric_mean(network: Network, loss: Floats) -> Floats:
    """Weighted geometric mean of availabilities; 0 where one of them is."""
    weight = system_weight(network)
    used = weight > 0
    return np.asarray(np.exp(-(loss[..., used] * weight[used]).sum(axis=-1)))


def value_of(network: Network, found: Losses) -> float:
    """Objective of what a stock leaves open."""
    if network.net.by_backorders:
        return found.waiting
    return float(geometric_mean(network, found.of_systems))


def system_weight(network: Network) -> Floats:
    """Weights of systems that sum to 1; by number for the objective backorders; empty for none."""
    if not network.net.by_backorders:
        return network.net.weight
    systems = network.net.systems
    return systems / systems.sum() if systems.sum() > 0 else np.zeros((0, 0))


def part_of(progress: Progress | None, begin: float, end: float) -> Progress | None:
    """Progress of a part of the work; never falls, also where the part is done again."""
    if progress is None:
        return None
    reached = begin

    def tell(share: float) -> None:
        nonlocal reached
        reached = max(reached, begin + (end - begin) * share)
        progress(reached)

    return tell


def _spread(cost: Floats, loss: Floats, points: int) -> Longs:
    """Positions spread evenly over cost and gain, the ends among them."""
    if len(cost) <= points:
        return np.arange(len(cost))
    way = (cost - cost[0]) / (cost[-1] - cost[0]) + (loss[0] - loss) / (loss[0] - loss[-1])
    at = np.searchsorted(way, np.linspace(0.0, way[-1], points))
    return np.unique(np.minimum(at, len(cost) - 1))
