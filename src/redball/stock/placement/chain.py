"""A chain of stages as arrays: what guaranteed-service placement decides about."""

from dataclasses import dataclass
from enum import StrEnum

from redball.model.compiled import Floats, Longs


class Aggregation(StrEnum):
    """How the variance of demand at customers adds up at a stage that supplies them."""

    PATH = "path"
    """Arc by arc: a customer reached along k paths counts k times."""
    SET = "set"
    """Each customer downstream counts once."""
    QUANTITY = "quantity"
    """Units a path: the standard deviation of a customer is scaled by the units needed for one
    unit there, summed over paths, and counts once."""


class CostRule(StrEnum):
    """How the value of a unit adds up along the chain."""

    PATH = "path"
    """Arc by arc: what a stage adds counts once for each path from it."""
    SET = "set"
    """What a stage adds counts once for each stage it supplies, directly or not."""
    QUANTITY = "quantity"
    """Arc by arc, times the units of the arc."""
    GIVEN = "given"
    """The holding cost of each stage was given."""


@dataclass(frozen=True, eq=False)
class Chain:
    """Stages, who supplies whom, and what follows for variance and value.

    Made by :func:`redball.stock.placement.chain_from_frames`, which checks everything. All arrays
    of stages are in the order of the frame.

    Attributes
    ----------
    names : tuple of str
    stage_time_days : float64 array, shape (stages,)
        T: processing time of the stage once all inputs are there.
    inbound_time_days : float64 array, shape (stages,)
        Time that suppliers outside the chain quote; 0 where none.
    limit_days : float64 array, shape (stages,)
        Longest outbound service time allowed; infinite where none.
    demand_mean, demand_sd : float64 arrays, shape (stages,)
        External demand a day; NaN where there is none.
    sigma : float64 array, shape (stages,)
        Standard deviation a day of all demand that the stage serves, by ``aggregation``.
    z : float64 array, shape (stages,)
        Safety factor: demand over t days is taken to stay within mean t + z sigma sqrt(t).
    unit_cost, holding_cost : float64 arrays, shape (stages,)
        Value of a unit when it leaves the stage (NaN when holding costs were given); cost of
        holding it for a year.
    supplier, customer : int64 arrays, shape (arcs,)
    quantity : float64 array, shape (arcs,)
        Units of the supplier's product in one unit of the customer's.
    order : int64 array, shape (stages,)
        Stages with every supplier before its customers.
    aggregation : Aggregation
    cost_rule : CostRule
    """

    names: tuple[str, ...]
    stage_time_days: Floats
    inbound_time_days: Floats
    limit_days: Floats
    demand_mean: Floats
    demand_sd: Floats
    sigma: Floats
    z: Floats
    unit_cost: Floats
    holding_cost: Floats
    supplier: Longs
    customer: Longs
    quantity: Floats
    order: Longs
    aggregation: Aggregation
    cost_rule: CostRule

    @property
    def stages(self) -> int:
        """Number of stages."""
        return len(self.names)

    @property
    def weight(self) -> Floats:
        """Cost a year of a net replenishment time of one day, for each stage: h z sigma."""
        return self.holding_cost * self.z * self.sigma
