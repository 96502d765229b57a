"""Rolling origins: what each candidate would have said, and what came.

At each of several moments of the past every candidate forecasts from what lay before it; the demand
that followed over the horizon is scored by the pinball loss at the service levels, divided by the
mean absolute difference of successive periods of the series. Sources: R. Koenker and G. Bassett,
"Regression quantiles", Econometrica 46 (1978); S. Makridakis et al., "The M5 uncertainty
competition", International Journal of Forecasting 38 (2022), for the scale.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from redball.forecasting.laws import window_demand
from redball.forecasting.points.observed import Observed
from redball.forecasting.selection.candidates import CANDIDATES, Law, Moment
from redball.model.compiled import Floats, Longs, compiled

LEAST_PAST = 6
"""Periods of a series that must lie before an origin for it to be scored there."""

Singles = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Trial:
    """What the candidates said at one origin, and how they fared.

    Attributes
    ----------
    stop : int
        First column after the origin's past.
    quantiles : float32 array, shape (methods, series, levels)
        Half the memory of float64; it serves scores only.
    mean : float32 array, shape (methods, series)
    came : float64 array, shape (series,)
        Demand over the horizon after the origin; NaN where the series had less than six periods.
    loss : float64 array, shape (methods, series)
        Mean scaled pinball over the levels; NaN where the law or the outcome is not available.
    """

    stop: int
    quantiles: Singles
    mean: Singles
    came: Floats
    loss: Floats


def origins(periods: int, span: int, count: int) -> list[int]:
    """Ends of the past of each trial, latest first, evenly over the later two thirds.

    Parameters
    ----------
    periods : int
        Columns of the histories.
    span : int
        Periods that the outcome of one origin takes.
    count : int
        How many are wanted; fewer where the history has no room, none where it is too short.
    """
    latest = periods - span
    if latest < LEAST_PAST:
        return []
    earliest = min(max(LEAST_PAST, periods // 3), latest)
    number = min(count, latest - earliest + 1)
    return sorted({round(x) for x in np.linspace(earliest, latest, number)}, reverse=True)


def run_trial(
    moment: Moment, methods: tuple[str, ...], scale: Floats, step: Callable[[], None]
) -> Trial:
    """Let the candidates forecast at one origin for the common horizon, and score them.

    ``step`` is called after each candidate.
    """
    fixed = replace(
        moment, horizon=np.full_like(moment.horizon, moment.task.horizon), sd=0.0 * moment.sd
    )
    laws = forecasts(fixed, methods, step)
    came = outcomes(moment.past.values, moment.past.first, moment.stop, moment.task.horizon)
    quantiles = np.stack([in_units(law.quantiles, moment) for law in laws])
    return Trial(
        moment.stop,
        quantiles.astype(np.float32),
        np.stack([law.mean for law in laws]).astype(np.float32),
        came,
        np.stack([pinball_of(came, one, moment.levels, scale) for one in quantiles]),
    )


def forecasts(moment: Moment, methods: tuple[str, ...], step: Callable[[], None]) -> list[Law]:
    """Forecast of each candidate; ``step`` is called after each."""
    laws = []
    for name in methods:
        laws.append(CANDIDATES[name].forecast(moment))
        step()
    return laws


def in_units(quantiles: Floats, moment: Moment) -> Floats:
    """Quantiles rounded to whole units where the demand of the series is in whole units."""
    rounded: Floats = np.where(moment.whole[:, None], np.rint(quantiles), quantiles)
    return rounded


def pinball_of(came: Floats, quantiles: Floats, levels: Floats, scale: Floats) -> Floats:
    """Mean pinball loss over the levels, scaled; shape (series,)."""
    miss = came[:, None] - quantiles
    loss: Floats = np.maximum(levels * miss, (levels - 1.0) * miss).mean(axis=1) / scale
    return loss


def scales(past: Observed) -> Floats:
    """Mean absolute difference of successive periods; of a flat series its mean, or 1."""
    return _scales(past.values, past.first)


@compiled
def _scales(values: Floats, first: Longs) -> Floats:
    out = np.ones(len(values))
    for i in range(len(values)):
        steps = level = 0.0
        for t in range(first[i], values.shape[1]):
            level += values[i, t]
            if t > first[i]:
                steps += abs(values[i, t] - values[i, t - 1])
        count = values.shape[1] - first[i]
        if steps > 0.0:
            out[i] = steps / (count - 1)
        elif level > 0.0:
            out[i] = level / count
    return out


@compiled
def outcomes(values: Floats, first: Longs, stop: int, horizon: float) -> Floats:
    """Demand over the horizon after ``stop``; NaN where less than six periods lay before."""
    out = np.full(len(values), np.nan)
    u = (0.5 + stop * 0.6180339887498949) % 1.0
    for i in range(len(values)):
        if stop - first[i] >= LEAST_PAST:
            out[i] = window_demand(values[i], stop, horizon, u)
    return out
