"""Steady state from one long run: warm-up deleted, batch means.

Source: Law 2015, sec. 9.5.3 (batch means); Schmeiser 1982, *Operations Research* 30 (20 to 30
batches do); White 1997, *Simulation* 69, and Franklin and White 2008 (marginal standard error
rule, MSER-5).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from redball.model import BadUse
from redball.simulation.replicate.estimates import Estimate, checked, mean_estimate

MIN_BATCHES = 20
_GROUP = 5
"""Days that MSER-5 averages before it looks."""

_HIGH_LAG = 0.3
"""Correlation of neighbouring batches above which the interval is called too short."""


@dataclass(frozen=True)
class SteadyState:
    """Long-run mean.

    Attributes
    ----------
    estimate : Estimate
        Mean and t interval over batches.
    warm_up : int
        Days deleted at the beginning.
    batches, batch_days : int
    lag_one : float
        Correlation of neighbouring batch means; 0 where they do not vary.
    assumptions, warnings : tuple of str
    """

    estimate: Estimate
    warm_up: int
    batches: int
    batch_days: int
    lag_one: float
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]


def warm_up_days(values: npt.ArrayLike) -> int:
    """Days to delete at the beginning by MSER-5; at most half of the series.

    Of all cuts, that one whose remainder has the smallest variance over its squared length.

    Raises
    ------
    BadUse
        Fewer than ten days, or a value that is not finite.
    """
    series = checked(values, 0.5)
    groups = len(series) // _GROUP
    if groups < 2:
        raise BadUse(f"A series of {len(series)} days is too short for a warm-up.",
                     mend="Simulate ten days or more, or give the warm-up.")  # fmt: skip
    means = series[: groups * _GROUP].reshape(groups, _GROUP).mean(axis=1)
    means = means - means[-1]  # so that squares do not drown the differences
    left = np.arange(groups, 0, -1)
    total, squares = (np.cumsum(part[::-1])[::-1] for part in (means, means**2))
    spread = np.maximum(squares - total**2 / left, 0.0) / left**2
    return int(np.argmin(spread[: groups // 2 + 1])) * _GROUP


def steady_state(
    values: npt.ArrayLike,
    *,
    warm_up: int | None = None,
    batches: int = MIN_BATCHES,
    confidence: float = 0.95,
) -> SteadyState:
    """Mean of a series in the long run, with interval.

    Parameters
    ----------
    values : array-like, shape (days,)
        One figure for each day of one long run.
    warm_up : int, optional
        Days to delete at the beginning; by :func:`warm_up_days` when absent.
    batches : int
        Of equal length; 20 or more. Days left over are deleted at the beginning too.

    Raises
    ------
    BadUse
        Fewer than 20 batches, or fewer days than batches; a value that is not finite.
    """
    series = checked(values, confidence)
    if batches < MIN_BATCHES:
        raise BadUse(f"{batches} batches are too few.", mend=f"Give {MIN_BATCHES} or more.")
    chosen = warm_up is None
    cut = warm_up_days(series) if warm_up is None else warm_up
    if cut < 0 or len(series) - cut < batches:
        raise BadUse(
            f"A warm-up of {cut} days leaves {len(series) - cut} of {len(series)} for {batches} "
            "batches.",
            mend="Simulate longer.",
        )
    size = (len(series) - cut) // batches
    cut = len(series) - size * batches
    means = series[cut:].reshape(batches, size).mean(axis=1)
    lag = _lag_one(means)
    how = "the marginal standard error rule (MSER-5)" if chosen else "the caller"
    assumptions = (
        f"The first {cut} days are warm-up, chosen by {how}, and deleted.",
        f"The means of {batches} batches of {size} days are taken as independent and normal.",
    )
    warnings: tuple[str, ...] = ()
    if lag > _HIGH_LAG:
        warnings = (
            f"Neighbouring batches are correlated by {lag:.2f}: the interval is too short. "
            "Simulate longer.",
        )
    return SteadyState(
        mean_estimate(means, confidence), cut, batches, size, lag, assumptions, warnings
    )


def _lag_one(means: npt.NDArray[np.float64]) -> float:
    away = means - means.mean()
    total = float(away @ away)
    return float(away[1:] @ away[:-1]) / total if total > 0 else 0.0
