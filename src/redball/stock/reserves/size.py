"""How large a reserve of one item pays, and how long a given one lasts.

A disruption of random length L stops inflow; demand d goes on. With Q units held, carrying them
costs ``carrying Q`` a year, and the expected shortage ``freq cost E[(dL - Q)+]``. The sum is convex
in Q and least where ``P(L > Q/d) = carrying / (freq cost)``: the newsvendor's condition, with the
length of the disruption as the random demand (Arrow, Harris and Marschak 1951; Snyder and Shen,
Fundamentals of Supply Chain Theory, ch. 4). Where the right side is 1 or more no reserve pays.
"""

import math
from dataclasses import dataclass

import numpy as np
import polars as pl

from redball.model import BadUse
from redball.stock.reserves.durations import Duration, Lognormal

LEVELS = (0.5, 0.8, 0.9, 0.95, 0.99)
"""Levels of the table of quantiles that goes with every size."""


@dataclass(frozen=True)
class ReserveCosts:
    """What decides the size of a reserve beside the length of disruptions.

    Attributes
    ----------
    carrying_cost_per_unit_year, shortage_cost_per_unit : float
        In one currency.
    disruptions_per_year : float
        Mean number; a disruption finds the reserve full.
    unit_price : float, optional
        For the value of the reserve; does not decide its size.
    """

    carrying_cost_per_unit_year: float
    shortage_cost_per_unit: float
    disruptions_per_year: float
    unit_price: float | None = None

    def __post_init__(self) -> None:
        for name in (
            "carrying_cost_per_unit_year", "shortage_cost_per_unit", "disruptions_per_year",
        ):  # fmt: skip
            not_negative(name, getattr(self, name))
        if self.unit_price is not None:
            not_negative("unit_price", self.unit_price)

    @property
    def exceedance(self) -> float:
        """Share of disruptions that the best reserve does not last through, at most 1."""
        saved = self.disruptions_per_year * self.shortage_cost_per_unit
        if saved <= self.carrying_cost_per_unit_year:
            return 1.0
        return self.carrying_cost_per_unit_year / saved

    def per_year(self, units: float, shortage_units: float) -> float:
        """Cost of carrying so many units and of so much shortage per disruption, per year."""
        return (
            self.carrying_cost_per_unit_year * units
            + self.disruptions_per_year * self.shortage_cost_per_unit * shortage_units
        )


@dataclass(frozen=True)
class ReserveSize:
    """The size of a reserve that costs least.

    Attributes
    ----------
    target_exceedance : float
        Share of disruptions that it does not last through at the optimum.
    days_of_cover : float, in d
    units, whole_units : float, int
        The optimum, and the best whole number (of the two beside it).
    value : float or None
        ``units`` at the unit price.
    expected_shortage_units : float
        Per disruption.
    cost_per_year : float
        Carrying and shortage.
    sensitivity : polars.DataFrame
        See :func:`sensitivity`.
    assumptions : tuple of str
    """

    target_exceedance: float
    days_of_cover: float
    units: float
    whole_units: int
    value: float | None
    expected_shortage_units: float
    cost_per_year: float
    sensitivity: pl.DataFrame
    assumptions: tuple[str, ...]


@dataclass(frozen=True)
class Survival:
    """How long stock lasts against how long recovery takes.

    Attributes
    ----------
    time_to_survive_days : float
        Stock over demand; infinite without demand.
    exceedance : float
        P(time to recover > time to survive).
    expected_shortage_units : float
        Per disruption.
    mean_time_to_recover_days : float
    sensitivity : polars.DataFrame
        ``level``, ``recovery_days`` (quantile), ``survives`` (bool), ``missing_units``.
    """

    time_to_survive_days: float
    exceedance: float
    expected_shortage_units: float
    mean_time_to_recover_days: float
    sensitivity: pl.DataFrame


def reserve_size(
    demand_per_day: float,
    duration: Duration,
    costs: ReserveCosts,
    *,
    inflow_per_day: float = 0.0,
) -> ReserveSize:
    """Size a reserve against disruptions at the least yearly cost.

    Parameters
    ----------
    demand_per_day : float, units per day
        Constant while the disruption lasts.
    duration : Duration
    costs : ReserveCosts
    inflow_per_day : float, units per day
        What still comes in during a disruption.

    Raises
    ------
    BadUse
        A number is negative or not finite; or carrying costs nothing while the length of a
        disruption has no limit, so that no size is the best.
    """
    not_negative("demand_per_day", demand_per_day)
    not_negative("inflow_per_day", inflow_per_day)
    net = max(demand_per_day - inflow_per_day, 0.0)
    days = _cover(net, duration, costs)
    units = net * days
    return ReserveSize(
        target_exceedance=costs.exceedance,
        days_of_cover=days,
        units=units,
        whole_units=_whole(units, net, duration, costs),
        value=None if costs.unit_price is None else costs.unit_price * units,
        expected_shortage_units=_shortage(units, net, duration),
        cost_per_year=costs.per_year(units, _shortage(units, net, duration)),
        sensitivity=sensitivity(net, duration, costs),
        assumptions=_said(net, duration, costs, inflow_per_day),
    )


def sensitivity(demand_per_day: float, duration: Duration, costs: ReserveCosts) -> pl.DataFrame:
    """What other levels of safety and other truths would ask for.

    Returns
    -------
    polars.DataFrame
        ``kind`` (``level``: the reserve covers that share of disruptions; ``truth``: one figure is
        other than assumed), ``case``, ``exceedance``, ``days`` (d), ``units``, ``value`` (null
        without a price), ``expected_shortage_units``, ``cost_per_year``, and for a truth
        ``regret_per_year``: what keeping the size found for the assumed figures costs beyond the
        best size.
    """
    base = demand_per_day * _cover(demand_per_day, duration, costs)
    rows = []
    for level in LEVELS:
        days = float(duration.beyond(1.0 - level))
        rows.append(
            _row("level", f"{level:g} of disruptions", 1.0 - level, days, demand_per_day,
                 duration, costs, None)
        )  # fmt: skip
    for case, demand, law, other in _truths(demand_per_day, duration, costs):
        days = _cover(demand, law, other)
        held = other.per_year(base, _shortage(base, demand, law))
        best = other.per_year(demand * days, _shortage(demand * days, demand, law))
        rows.append(
            _row("truth", case, other.exceedance, days, demand, law, other, max(held - best, 0.0))
        )
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def survival(stock_units: float, demand_per_day: float, duration: Duration) -> Survival:
    """Compare how long stock lasts with how long recovery takes.

    Raises
    ------
    BadUse
        A number is negative or not finite.
    """
    not_negative("stock_units", stock_units)
    not_negative("demand_per_day", demand_per_day)
    lasts = stock_units / demand_per_day if demand_per_day else math.inf
    recovery = duration.beyond(1.0 - np.asarray(LEVELS))
    table = pl.DataFrame({"level": LEVELS, "recovery_days": recovery}).with_columns(
        survives=pl.col("recovery_days") <= lasts,
        missing_units=(pl.col("recovery_days") * demand_per_day - stock_units).clip(0.0),
    )
    return Survival(
        time_to_survive_days=lasts,
        exceedance=float(duration.exceedance(lasts)) if demand_per_day else 0.0,
        expected_shortage_units=_shortage(stock_units, demand_per_day, duration),
        mean_time_to_recover_days=duration.mean_days,
        sensitivity=table,
    )


def not_negative(name: str, value: float) -> None:
    """Refuse what is negative or not finite.

    Raises
    ------
    BadUse
    """
    if not (math.isfinite(value) and value >= 0):
        raise BadUse(f"{name} is {value}.", where="reserve", mend="Give a number of 0 or more.")


_SCHEMA = {
    "kind": pl.String, "case": pl.String, "exceedance": pl.Float64, "days": pl.Float64,
    "units": pl.Float64, "value": pl.Float64, "expected_shortage_units": pl.Float64,
    "cost_per_year": pl.Float64, "regret_per_year": pl.Float64,
}  # fmt: skip


def _cover(demand: float, duration: Duration, costs: ReserveCosts) -> float:
    if demand == 0 or costs.exceedance >= 1.0:
        return 0.0
    days = float(duration.beyond(costs.exceedance))
    if not math.isfinite(days):
        raise BadUse(
            "Carrying the reserve costs nothing and a disruption may last without limit: "
            "no size is the best.",
            where="reserve",
            mend="Give a carrying cost above 0, or a law with a longest disruption.",
        )
    return days


def _shortage(units: float, demand: float, duration: Duration) -> float:
    return demand * float(duration.loss(units / demand)) if demand else 0.0


def _whole(units: float, demand: float, duration: Duration, costs: ReserveCosts) -> int:
    around = (math.floor(units), math.ceil(units))
    return min(around, key=lambda q: costs.per_year(q, _shortage(q, demand, duration)))


def _row(
    kind: str,
    case: str,
    exceedance: float,
    days: float,
    demand: float,
    duration: Duration,
    costs: ReserveCosts,
    regret: float | None,
) -> tuple[str | float | None, ...]:
    units = demand * days
    short = _shortage(units, demand, duration)
    value = None if costs.unit_price is None else costs.unit_price * units
    return (
        kind, case, exceedance, days, units, value, short, costs.per_year(units, short), regret,
    )  # fmt: skip


def _truths(
    demand: float, duration: Duration, costs: ReserveCosts
) -> list[tuple[str, float, Duration, ReserveCosts]]:
    found: list[tuple[str, float, Duration, ReserveCosts]] = []
    for factor in (0.8, 1.25):
        found.append((f"demand x {factor:g}", demand * factor, duration, costs))
        found.append((f"durations x {factor:g}", demand, duration.scaled(factor), costs))
        if isinstance(duration, Lognormal):
            found.append((f"sigma x {factor:g}", demand, duration.widened(factor), costs))
    for factor in (0.5, 2.0):
        often = ReserveCosts(
            costs.carrying_cost_per_unit_year,
            costs.shortage_cost_per_unit,
            costs.disruptions_per_year * factor,
            costs.unit_price,
        )
        found.append((f"disruptions per year x {factor:g}", demand, duration, often))
    return found


def _said(net: float, duration: Duration, costs: ReserveCosts, inflow: float) -> tuple[str, ...]:
    said = [
        f"A disruption lasts {duration.text}, independent of demand.",
        f"Demand is constant; {inflow:g} units a day still come in while a disruption lasts.",
        "The reserve is full when a disruption starts; unmet demand waits or is lost at the same "
        "cost per unit.",
        "Whether the figures hold is shown by the sensitivity: tails decide, not means.",
    ]
    if net == 0:
        said.append("The reserve is 0: nothing is missing during a disruption.")
    elif costs.exceedance >= 1.0:
        said.append(
            "The reserve is 0: carrying a unit for a year costs at least what it saves in expected "
            "shortage."
        )
    return tuple(said)
