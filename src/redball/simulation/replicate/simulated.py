"""What replications of one future give."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import BadUse
from redball.simulation.replicate.estimates import Estimate, mean_estimate

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Simulated:
    """Tables of one future over its replications. Low and high bound the mean.

    Bounds are null where there is one replication; ratios are null where nothing was demanded.

    Attributes
    ----------
    readiness : polars.DataFrame
        ``unit, system, systems, day, mean, low, high``: mean share of the systems up over the day.
    fleets : polars.DataFrame
        ``fleet, node, unit, system, systems, day, mean, low, high``.
    stock : polars.DataFrame
        Watched cells by day: ``cell, node, item, day, on_hand, on_hand_low, on_hand_high, waiting,
        waiting_low, waiting_high, days_of_supply``; units, at the beginning of the day.
        ``days_of_supply`` is mean stock over mean daily demand, null without demand.
    cells : polars.DataFrame
        ``cell, node, item, fill, fill_low, fill_high`` (share of units demanded given at once),
        ``backorders, backorders_low, backorders_high`` (mean units that wait) and sums over the
        run, each a mean over replications.
    arcs, lanes, recipes, pools : polars.DataFrame
        Sums over the run, means over replications. Lanes: ``utilisation`` is the kg moved over what
        could be, null without limit; recipes: units made over what could be; pools: busy
        server-days over all. Each with low and high.
    costs : polars.DataFrame
        ``kind`` (purchase, orders, transport, rules, total in euro; co2e in kg), ``unit, mean, low,
        high`` of a run.
    headline : mapping of str to float64 array, shape (replications,)
        See :data:`HEADLINES`; in order of replications, for pairing. NaN where a replication has
        no such figure (no system, no demand).
    curve : float64 array, shape (replications, D)
        Share of all systems up by day; D is 0 where there are no systems.
    group_days : float64 array, shape (replications, groups)
        System-days up over the run, groups in the order of ``readiness``.
    groups : polars.DataFrame
        ``unit, system, systems``.
    systems : int
        Number of systems.
    precise : bool
        Whether the precision asked for was reached; true where a number was asked for.
    """

    horizon_days: int
    seed: int
    replications: int
    confidence: float
    readiness: pl.DataFrame
    fleets: pl.DataFrame
    stock: pl.DataFrame
    cells: pl.DataFrame
    arcs: pl.DataFrame
    lanes: pl.DataFrame
    recipes: pl.DataFrame
    pools: pl.DataFrame
    costs: pl.DataFrame
    headline: Mapping[str, Floats]
    curve: Floats
    group_days: Floats
    groups: pl.DataFrame
    systems: int
    events: int
    precise: bool
    assumptions: tuple[str, ...]

    def values(self, measure: str) -> Floats:
        """Figures of a headline measure, one for each replication.

        Raises
        ------
        BadUse
            There is no such measure, or the network has none (no systems, no demand).
        """
        return measured(self.headline, measure)

    def estimate(self, measure: str, confidence: float | None = None) -> Estimate:
        """Mean of a headline measure with its t interval.

        Raises
        ------
        BadUse
            As :meth:`values`.
        """
        level = self.confidence if confidence is None else confidence
        return mean_estimate(self.values(measure), level)


def measured(headline: Mapping[str, Floats], measure: str) -> Floats:
    """Values of a measure that every replication has.

    Raises
    ------
    BadUse
        See :meth:`Simulated.values`.
    """
    if measure not in headline:
        raise BadUse(f"'{measure}' is no measure.", mend=f"Use one of: {', '.join(headline)}.")
    values = headline[measure]
    if np.isnan(values).any():
        lack = "no demand" if measure == "fill" else "no systems"
        raise BadUse(
            f"There is no {measure}: the network has {lack} in some replication.",
            mend="Simulate longer, or use another measure.",
        )
    return values
