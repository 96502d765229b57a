"""One item at one place: (s,S), (R,Q) and base stock for any law of demand."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from redball.model import BadUse
from redball.stock.policies.costs import above_zero, not_negative, share
from redball.stock.policies.demand import DiscreteDemand
from redball.stock.policies.reorder import (
    DUST,
    best_fixed_quantity,
    best_reorder_up_to,
    cheapest_position,
    economic_span,
    rate,
)

Measure = Literal["fill rate", "ready rate"]
"""``fill rate``: share of demand that finds stock. ``ready rate``: share of time without a
backorder."""

_MOST_WORK = 2e8
"""Positions times values of demand in a search; seconds."""

_BACKLOG = "Demand that finds no stock waits (backorders); nothing is lost."
_ORDERED = "Orders arrive in the order in which they were placed, whole; supply is not limited."


@dataclass(frozen=True)
class Policy:
    """When to order, and how much.

    Attributes
    ----------
    kind : str
        ``reorder_up_to`` (s,S), ``fixed_quantity`` (R,Q) or ``base_stock`` (S-1,S).
    reorder_point : int
        Order when the inventory position (on hand, plus on order, less backorders) is at or below
        this; units.
    order_up_to : int
        Highest level after an order: S; for (R,Q) it is R + Q.
    quantity : int
        Q; for (s,S) the least order, S - s; for a base stock 1.
    cost : float
        Expected cost per unit of time (of a review period where reviews are periodic).
    assumptions : tuple of str
    """

    kind: str
    reorder_point: int
    order_up_to: int
    quantity: int
    cost: float
    assumptions: tuple[str, ...]


def reorder_up_to(
    per_review: DiscreteDemand,
    *,
    order_cost: float,
    holding_cost: float,
    backorder_cost: float,
    over_horizon: DiscreteDemand | None = None,
) -> Policy:
    """(s,S) of least cost under periodic review, exact.

    Parameters
    ----------
    per_review : DiscreteDemand
        Demand between two reviews.
    order_cost : float
        Of one order (K), zero or more.
    holding_cost, backorder_cost : float
        Of one unit at the end of one review period (h, b), above zero.
    over_horizon : DiscreteDemand, optional
        Demand over lead time plus one review: the costs that an order decides on. Without it the
        lead time is zero.

    Returns
    -------
    Policy
        The smallest S among equals. Order when the position is at or below s.

    Raises
    ------
    BadUse
        A cost is out of range, or no review has demand.

    Notes
    -----
    Zheng and Federgruen, Operations Research 39(4), 1991; the method is told in
    :mod:`redball.stock.policies.reorder`.
    """
    order_cost = not_negative("order_cost", order_cost)
    holding_cost = above_zero("holding_cost", holding_cost)
    backorder_cost = above_zero("backorder_cost", backorder_cost)
    horizon = per_review if over_horizon is None else over_horizon
    event = np.zeros(per_review.low + len(per_review.probabilities))
    event[per_review.low :] = per_review.probabilities
    event[0] = 0.0
    active = float(event.sum())
    if active <= 0.0:
        raise BadUse("There is never any demand.", mend="Hold nothing: no policy is needed.")
    cheapest = cheapest_position(horizon.low, horizon.probabilities, holding_cost, backorder_cost)
    span = economic_span(order_cost, per_review.mean, holding_cost, backorder_cost)
    _searchable(span * min(len(event), span))
    s, top, cost = best_reorder_up_to(
        horizon.low, horizon.mean, horizon.losses, cheapest, event / active, 1.0 / active,
        order_cost, holding_cost, backorder_cost, max(1, round(span)),
    )  # fmt: skip
    return Policy(
        "reorder_up_to", s, top, top - s, cost,
        (
            f"Demand is {horizon.law}, independent from one review to the next.",
            "Stock and backorders are charged as they stand at the end of a review period, one "
            "lead time after the review that decides on them.",
            _BACKLOG, _ORDERED,
        ),
    )  # fmt: skip


def fixed_quantity(
    lead_time_demand: DiscreteDemand,
    *,
    demand_rate: float,
    order_cost: float,
    holding_cost: float,
    backorder_cost: float,
) -> Policy:
    """(R,Q) of least cost under continuous review, exact for demand of one unit at a time.

    Parameters
    ----------
    lead_time_demand : DiscreteDemand
    demand_rate : float
        Units per unit of time.
    order_cost : float
        Of one order, zero or more.
    holding_cost, backorder_cost : float
        Of one unit for one unit of time, above zero.

    Raises
    ------
    BadUse
        A figure is out of range.

    Notes
    -----
    Federgruen and Zheng, Operations Research 40(4), 1992. Order when the position is at or below R;
    the position is then uniform on R+1..R+Q.
    """
    demand_rate = above_zero("demand_rate", demand_rate)
    order_cost = not_negative("order_cost", order_cost)
    holding_cost = above_zero("holding_cost", holding_cost)
    backorder_cost = above_zero("backorder_cost", backorder_cost)
    law = lead_time_demand
    _searchable(economic_span(order_cost, demand_rate, holding_cost, backorder_cost))
    cheapest = cheapest_position(law.low, law.probabilities, holding_cost, backorder_cost)
    r, q, cost = best_fixed_quantity(
        law.low, law.mean, law.losses, cheapest, np.array([0.0, 1.0]), 1.0,
        order_cost * demand_rate, holding_cost, backorder_cost,
    )  # fmt: skip
    return Policy(
        "fixed_quantity", r, r + q, q, cost,
        (
            f"Demand over the lead time is {law.law}; customers ask for one unit at a time.",
            _BACKLOG, _ORDERED,
        ),
    )  # fmt: skip


def base_stock(
    demand: DiscreteDemand, *, holding_cost: float, backorder_cost: float, order_cost: float = 0.0
) -> Policy:
    """Base stock of least cost: the smallest S with P(D <= S) >= b/(b + h).

    Parameters
    ----------
    demand : DiscreteDemand
        Over the lead time (continuous review), or over lead time plus review.
    holding_cost, backorder_cost : float
        Of one unit for one unit of time, above zero.
    order_cost : float
        Added to ``cost`` as it is: an order follows every demand, whatever S is.

    Raises
    ------
    BadUse
        A cost is out of range.
    """
    holding_cost = above_zero("holding_cost", holding_cost)
    backorder_cost = above_zero("backorder_cost", backorder_cost)
    order_cost = not_negative("order_cost", order_cost)
    top = cheapest_position(demand.low, demand.probabilities, holding_cost, backorder_cost)
    cost = _rate(demand, top, holding_cost, backorder_cost)
    return Policy(
        "base_stock", top - 1, top, 1, cost + order_cost,
        (f"Demand is {demand.law}.", _BACKLOG, _ORDERED),
    )  # fmt: skip


def base_stock_for_service(
    demand: DiscreteDemand, level: float, *, measure: Measure, holding_cost: float = 1.0
) -> Policy:
    """Least base stock that reaches a service level under continuous review.

    Parameters
    ----------
    demand : DiscreteDemand
        Over the lead time.
    level : float
        Share above 0 and below 1.
    measure : str
        ``fill rate``: P(D <= S-1), the share of demand that is met at once when customers ask for
        one unit at a time. ``ready rate``: P(D <= S), the share of time without a backorder.
    holding_cost : float
        Of one unit for one unit of time; ``cost`` is that of holding.

    Raises
    ------
    BadUse
        The level or the measure is none.
    """
    level, holding_cost = share("level", level), above_zero("holding_cost", holding_cost)
    if measure not in ("fill rate", "ready rate"):
        raise BadUse(f"'{measure}' is not a measure.", mend="Use 'fill rate' or 'ready rate'.")
    # from the tail, so that levels close to 1 keep their digits
    above = demand.probabilities[::-1].cumsum()[::-1]
    ready = demand.low + int(np.count_nonzero(above[1:] > (1.0 - level) * (1 + DUST)))
    top = ready + (measure == "fill rate")
    cost = _rate(demand, top, holding_cost, 0.0)
    return Policy(
        "base_stock", top - 1, top, 1, cost,
        (
            f"Demand is {demand.law}; the level is a {measure}.",
            "The cost is that of holding; backorders are not charged.",
            _BACKLOG, _ORDERED,
        ),
    )  # fmt: skip


def _searchable(work: float) -> None:
    if work > _MOST_WORK:
        raise BadUse(
            f"The lots are so large that the search would take {work:.0e} steps.",
            mend="Check the costs, or count demand in larger units.",
        )


def _rate(demand: DiscreteDemand, top: int, holding: float, backorder: float) -> float:
    return float(rate(top, demand.low, demand.mean, demand.losses, holding, backorder))
