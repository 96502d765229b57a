"""Two futures side by side, replication by replication, under common random numbers.

Source: Law 2015, *Simulation Modeling and Analysis*, sec. 10.2.1 (paired t) and 11.2 (common random
numbers).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import BadUse
from redball.simulation.replicate.estimates import Estimate, mean_estimate
from redball.simulation.replicate.simulated import Simulated

Floats = npt.NDArray[np.float64]

NO_EFFECT = "no significant effect"


@dataclass(frozen=True, eq=False)
class Pair:
    """Differences of two futures, the second minus the first.

    Attributes
    ----------
    measures : polars.DataFrame
        ``measure, first, second, difference, low, high, correlation, gain, effect``.
        ``correlation`` is that of the two over replications, null where one does not vary;
        ``gain`` how many times more independent replications would be needed for the same
        interval, null where the difference does not vary; ``effect`` is ``higher``, ``lower`` or
        ``no significant effect`` (the interval holds 0).
    groups : polars.DataFrame
        ``unit, system, systems, first, second, difference, low, high, effect``: system-days up.
    replications : int
        Pairs.
    assumptions : tuple of str
    """

    measures: pl.DataFrame
    groups: pl.DataFrame
    replications: int
    assumptions: tuple[str, ...]


def compare_pair(
    first: Simulated, second: Simulated, *, confidence: float = 0.95, comparisons: int = 1
) -> Pair:
    """Compare two futures by paired differences.

    Parameters
    ----------
    first, second : Simulated
        With the same seed, horizon, units and systems. Where one has more replications, those
        that both have are compared.
    confidence : float
    comparisons : int
        How many comparisons shall hold together: each interval then takes its share of the risk
        (Bonferroni).

    Raises
    ------
    BadUse
        Seeds, horizons or groups differ, so that there are no pairs; fewer than two pairs.
    """
    n = check_paired(first, second)
    if comparisons < 1:
        raise BadUse(f"{comparisons} comparisons shall hold.", mend="Give 1 or more.")
    level = 1 - (1 - confidence) / comparisons
    rows = []
    for name in first.headline:
        a, b = first.headline[name][:n], second.headline[name][:n]
        if not (np.isnan(a).any() or np.isnan(b).any()):
            rows.append({"measure": name, **_row(a, b, level)})
    columns = [
        _row(first.group_days[:n, g], second.group_days[:n, g], level)
        for g in range(first.groups.height)
    ]
    schema = {"first": pl.Float64, "second": pl.Float64, "difference": pl.Float64,
              "low": pl.Float64, "high": pl.Float64, "correlation": pl.Float64,
              "gain": pl.Float64, "effect": pl.String}  # fmt: skip
    groups = pl.DataFrame(columns, schema=schema).drop("correlation", "gain")
    return Pair(
        measures=pl.DataFrame(rows, schema={"measure": pl.String, **schema}),
        groups=pl.concat([first.groups, groups], how="horizontal"),
        replications=n,
        assumptions=(
            f"Replication r of both futures has the same demand, failures and transit times; {n} "
            "pairs.",
            f"Paired t intervals on the differences at {100 * confidence:.6g} %"
            + ("." if comparisons == 1 else f", {comparisons} of them together (Bonferroni)."),
            "No significant effect means that the interval holds 0, not that there is no effect.",
        ),
    )


def check_paired(first: Simulated, second: Simulated) -> int:
    """Return how many replications two futures have in common.

    Raises
    ------
    BadUse
        They are no pair; see :func:`compare_pair`.
    """
    for what, a, b in (
        ("seed", first.seed, second.seed),
        ("horizon", first.horizon_days, second.horizon_days),
    ):
        if a != b:
            raise BadUse(
                f"The {what} is {a} in the first future and {b} in the second.",
                mend="Simulate both with the same seed and horizon.",
            )
    if not first.groups.equals(second.groups):
        raise BadUse(
            "The two futures do not have the same units and systems.",
            mend="Compare futures of the same fleets.",
        )
    n = min(first.replications, second.replications)
    if n < 2:
        raise BadUse("One pair gives no interval.", mend="Simulate two replications or more.")
    return n


def _row(a: Floats, b: Floats, confidence: float) -> dict[str, float | str | None]:
    found = mean_estimate(b - a, confidence)
    varies = np.ptp(a) > 0 and np.ptp(b) > 0
    apart = float(np.var(a, ddof=1) + np.var(b, ddof=1))
    together = float(np.var(b - a, ddof=1))
    return {
        "first": float(np.mean(a)),
        "second": float(np.mean(b)),
        "difference": found.value,
        "low": found.low,
        "high": found.high,
        "correlation": float(np.corrcoef(a, b)[0, 1]) if varies else None,
        "gain": apart / together if together > 0 else None,
        "effect": effect(found),
    }


def effect(found: Estimate) -> str:
    """Say plainly what an interval of a difference shows."""
    if found.low > 0:
        return "higher"
    return "lower" if found.high < 0 else NO_EFFECT
