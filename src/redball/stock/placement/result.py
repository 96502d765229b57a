"""What a placement gives, and what it assumes."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from redball.stock.placement.chain import Aggregation, Chain, CostRule
from redball.stock.placement.schedule import Schedule

_AGGREGATION = {
    Aggregation.PATH: "Demand variance adds up arc by arc: a customer reached along several paths "
    "counts once for each of them.",
    Aggregation.SET: "Demand variance adds up over the customers downstream, each counted once.",
    Aggregation.QUANTITY: "The deviation of a customer's demand is scaled by the units it needs, "
    "summed over all paths; customers are independent.",
}
_COST = {
    CostRule.PATH: "The value of a unit adds up arc by arc: what a stage adds counts once for each "
    "path from it.",
    CostRule.SET: "The value of a unit adds up over the stages upstream, each counted once.",
    CostRule.QUANTITY: "The value of a unit adds up arc by arc, times the units of the arc.",
    CostRule.GIVEN: "The holding cost of each stage was given.",
}


@dataclass(frozen=True, eq=False)
class Placement:
    """Where safety stock stands and what it costs.

    Attributes
    ----------
    frame : polars.DataFrame
        One row per stage, in the order of the chain: ``stage``; ``inbound_days`` (SI),
        ``outbound_days`` (S), ``net_days`` (SI + T - S); ``safety_stock`` (units,
        z sigma sqrt(net)); ``holding_cost`` (per unit and year); ``cost`` (a year).
    cost : float
        Of all stages, a year.
    bound : float
        No schedule costs less.
    gap : float
        ``(cost - bound) / cost``; 0 for a proven optimum, NaN where no bound was sought.
    status : str
        ``optimal`` (the gap is at most the one asked for), ``feasible`` or ``given``.
    method : str
        How it was found.
    nodes : int
        Parts that branch and bound looked at.
    seconds : float
    aggregation : Aggregation
    cost_rule : CostRule
    assumptions : tuple of str
    """

    frame: pl.DataFrame
    cost: float
    bound: float
    gap: float
    status: str
    method: str
    nodes: int
    seconds: float
    aggregation: Aggregation
    cost_rule: CostRule
    assumptions: tuple[str, ...]


def make_placement(
    chain: Chain,
    schedule: Schedule,
    *,
    bound: float,
    gap: float,
    status: str,
    method: str,
    nodes: int,
    seconds: float,
) -> Placement:
    """Write a schedule out."""
    safety = chain.z * chain.sigma * np.sqrt(schedule.net_days)
    cost = chain.holding_cost * safety
    frame = pl.DataFrame(
        {
            "stage": chain.names,
            "inbound_days": schedule.inbound_days,
            "outbound_days": schedule.outbound_days,
            "net_days": schedule.net_days,
            "safety_stock": safety,
            "holding_cost": chain.holding_cost,
            "cost": cost,
        }
    )
    return Placement(
        frame, float(cost.sum()), bound, gap, status, method, nodes, seconds,
        chain.aggregation, chain.cost_rule, assumptions(chain),
    )  # fmt: skip


def assumptions(chain: Chain) -> tuple[str, ...]:
    """What the model takes for granted, in sentences."""
    said = [
        "Demand over t days never exceeds its mean by more than z sigma sqrt(t); what does is met "
        "by other means and is not in the stock or the cost.",
        "Every stage meets all orders of its customers in its outbound service time, always: "
        "nothing is backordered inside the chain.",
        "Stage times are constant and do not depend on the load; their deviation is left out.",
        "A stage starts when all inputs are there, and reviews daily with a base stock.",
        _AGGREGATION[chain.aggregation],
        _COST[chain.cost_rule],
        "Only safety stock is priced; stock in process does not depend on the schedule.",
    ]
    idle = int((chain.sigma == 0).sum())
    if idle:
        said.append(f"{idle} stages serve no varying demand and hold no safety stock.")
    return tuple(said)
