"""What a disturbance costs in readiness, and when it shows and ends.

Source: :mod:`redball.simulation.replicate.shape`, whose definitions hold here; ISO 22301 (times to
survive and to recover as periods).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import BadUse
from redball.simulation.replicate.estimates import Estimate, mean_estimate, quantile_estimate
from redball.simulation.replicate.pairs import check_paired
from redball.simulation.replicate.shape import shape_of, share_of
from redball.simulation.replicate.simulated import Simulated
from redball.simulation.replicate.student import t_quantile

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Resilience:
    """Readiness of a disturbed future beside the undisturbed one.

    Attributes
    ----------
    curve : polars.DataFrame
        ``day, baseline, disturbed, lost, low, high``: mean shares of all systems up over the day,
        and the paired difference with its interval, each day for itself.
    lost_readiness_days : Estimate
        System-days up less than undisturbed, over the horizon.
    lost_at_90 : Estimate
        The 0.9 quantile of that loss over replications, with order-statistic bounds: a rare large
        loss does not show in the mean.
    robustness : float
        The lowest mean readiness of a day, as a share of the undisturbed readiness of that day.
    rapidity_per_day : float or None
        Share of undisturbed readiness regained a day, from the last of the lowest days to recovery;
        None without loss or recovery.
    index : float
        Mean readiness over the horizon, as a share of the undisturbed one.
    time_to_survive_days : int or None
        Days from ``from_day`` until mean readiness is first below the threshold; None where it
        never is within the horizon.
    time_to_recover_days : int or None
        Days from ``from_day`` until mean readiness is within the tolerance of the undisturbed and
        stays there to the horizon; 0 where it never left it; None where it is not back by then.
    share_below : float
        Share of the replications whose readiness falls below the threshold at all, each against
        its own undisturbed run.
    assumptions : tuple of str
    """

    curve: pl.DataFrame
    lost_readiness_days: Estimate
    lost_at_90: Estimate
    robustness: float
    rapidity_per_day: float | None
    index: float
    time_to_survive_days: int | None
    time_to_recover_days: int | None
    share_below: float
    assumptions: tuple[str, ...]


def resilience_curve(
    baseline: Simulated,
    disturbed: Simulated,
    *,
    threshold: float = 0.6,
    tolerance: float = 0.02,
    from_day: int = 0,
    confidence: float = 0.95,
) -> Resilience:
    """Measure a disturbed future against the same replications without the disturbance.

    Parameters
    ----------
    baseline, disturbed : Simulated
        With the same seed, horizon and fleets; see :func:`compare_pair`.
    threshold : float
        Share of undisturbed readiness below which the mission can't be held.
    tolerance : float
        Share of undisturbed readiness that may be missing and count as recovered.
    from_day : int
        The day the disturbance begins; times count from it, days before it are not looked at.
    confidence : float

    Raises
    ------
    BadUse
        The futures are no pair, have no systems, or a parameter is out of range.
    """
    n = check_paired(baseline, disturbed)
    days = baseline.horizon_days
    _check(baseline, threshold, tolerance, from_day)
    before, after = baseline.curve[:n], disturbed.curve[:n]
    lost = before - after
    mean, low, high = _bounds(lost, confidence)
    base, shown = before.mean(axis=0), after.mean(axis=0)
    total = lost.sum(axis=1) * baseline.systems
    shape = shape_of(base, shown, from_day=from_day, threshold=threshold, tolerance=tolerance)
    kept = share_of(before, after)[:, from_day:]
    return Resilience(
        curve=pl.DataFrame(
            {
                "day": pl.Series(np.arange(days, dtype=np.int32), dtype=pl.Int32),
                "baseline": base, "disturbed": shown, "lost": mean, "low": low, "high": high,
            }
        ),
        lost_readiness_days=mean_estimate(total, confidence),
        lost_at_90=quantile_estimate(total, 0.9, confidence),
        robustness=shape.robustness,
        rapidity_per_day=shape.rapidity_per_day,
        index=float(shown.mean() / base.mean()) if base.mean() > 0 else 1.0,
        time_to_survive_days=shape.survive_days,
        time_to_recover_days=shape.recover_days,
        share_below=float(np.mean((kept < threshold).any(axis=1))),
        assumptions=(
            f"{n} replications paired with the undisturbed ones under common random numbers.",
            f"Survived until mean readiness is below {100 * threshold:.6g} % of the undisturbed.",
            f"Recovered when {100 * tolerance:.6g} % of the undisturbed or less is missing, and "
            f"stays so to day {days}.",
            f"Times count from day {from_day}; bounds of a day hold for that day alone.",
        ),
    )  # fmt: skip


def _check(baseline: Simulated, threshold: float, tolerance: float, from_day: int) -> None:
    if baseline.systems == 0:
        raise BadUse(
            "The network has no systems, so there is no readiness.",
            mend="Compare waiting or fill by compare_pair instead.",
        )
    for name, value in (("threshold", threshold), ("tolerance", tolerance)):
        if not 0 <= value <= 1:
            raise BadUse(f"The {name} is {value}.", mend="Give a share from 0 to 1.")
    if not 0 <= from_day < baseline.horizon_days:
        raise BadUse(
            f"Day {from_day} is outside the horizon of {baseline.horizon_days} days.",
            mend="Give the day on which the disturbance begins.",
        )


def _bounds(lost: Floats, confidence: float) -> tuple[Floats, Floats, Floats]:
    n = len(lost)
    mean: Floats = lost.mean(axis=0)
    half = t_quantile(confidence, n - 1) * lost.std(axis=0, ddof=1) / np.sqrt(n)
    return mean, mean - half, mean + half
