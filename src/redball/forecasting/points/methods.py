"""Point forecasts of many series at once: the mean demand per period."""

from collections.abc import Callable
from types import MappingProxyType

import numpy as np

from redball.forecasting.points.aggregation import adida_rates, best_ses_levels, imapa_rates
from redball.forecasting.points.observed import observed
from redball.forecasting.points.smoothing import (
    croston_ratios,
    recent_means,
    ses_levels,
    tsb_rates,
)
from redball.model import BadUse
from redball.model.compiled import Floats

LEAST_WEIGHT, MOST_WEIGHT = 0.01, 0.99
"""Bounds of the optimised weight of plain exponential smoothing."""


def croston(matrix: Floats, *, alpha: float = 0.1) -> Floats:
    """Croston's method: smoothed size of demands over smoothed interval between them.

    With ``z`` the size and ``x`` the interval, both updated at demands only by
    ``z += alpha (y - z)`` and ``x += alpha (interval - x)``, the forecast is ``z / x``. It is
    biased upward and does not fall while no demand comes.

    Parameters
    ----------
    matrix : float64 array, shape (series, periods)
        Demand per period, oldest first; NaN is a gap, which is left out, not a zero.
    alpha : float
        Weight of the newest value, above 0 and at most 1.

    Returns
    -------
    float64 array, shape (series,)
        Demand per period; 0 where there never was any.

    Raises
    ------
    BadData
        See :func:`redball.forecasting.points.observed`.
    BadUse
        The weight is not above 0 and at most 1.
    """
    _check_weight("alpha", alpha)
    seen = observed(matrix)
    return croston_ratios(seen.values, seen.first, seen.values.shape[1], alpha)


def sba(matrix: Floats, *, alpha: float = 0.1) -> Floats:
    """Syntetos-Boylan: Croston's forecast times ``1 - alpha / 2``, which takes out its bias.

    Parameters, result and errors as for :func:`croston`.
    """
    return (1.0 - alpha / 2.0) * croston(matrix, alpha=alpha)


def tsb(matrix: Floats, *, alpha_size: float = 0.1, alpha_probability: float = 0.1) -> Floats:
    """Teunter-Syntetos-Babai: probability of demand times size; falls while no demand comes.

    ``p += alpha_probability (1{y > 0} - p)`` in every period, ``z += alpha_size (y - z)`` at
    demands; the forecast is ``p z``. ``p`` starts at ``1{y_1 > 0}``, ``z`` at the first demand.
    Matrix, result and errors as for :func:`croston`.
    """
    _check_weight("alpha_size", alpha_size)
    _check_weight("alpha_probability", alpha_probability)
    seen = observed(matrix)
    return tsb_rates(seen.values, seen.first, seen.values.shape[1], alpha_size, alpha_probability)


def ses(matrix: Floats, *, alpha: float | None = 0.1) -> Floats:
    """Exponential smoothing that starts at the first value.

    With ``alpha`` None the weight of each series is the one with the least squared one-step error
    between 0.01 and 0.99. Matrix, result and errors as for :func:`croston`.
    """
    seen = observed(matrix)
    stop = seen.values.shape[1]
    if alpha is None:
        return best_ses_levels(seen.values, seen.first, stop, LEAST_WEIGHT, MOST_WEIGHT)
    _check_weight("alpha", alpha)
    return ses_levels(seen.values, seen.first, stop, alpha)


def adida(matrix: Floats) -> Floats:
    """Smooth the sums over blocks as long as the mean interval, then divide by the block.

    The block is the mean interval rounded half to even; the oldest periods that fill no block are
    dropped; the weight is optimised in [0.1, 0.3]. Matrix, result and errors as for
    :func:`croston`.
    """
    seen = observed(matrix)
    return adida_rates(seen.values, seen.first, seen.values.shape[1])


def imapa(matrix: Floats) -> Floats:
    """Mean of the aggregated forecast over all block lengths up to the mean interval.

    Matrix, result and errors as for :func:`croston`.
    """
    seen = observed(matrix)
    return imapa_rates(seen.values, seen.first, seen.values.shape[1])


def moving_average(matrix: Floats, *, window: int = 12) -> Floats:
    """Mean of the last ``window`` observed periods, of all where there are fewer.

    Matrix, result and errors as for :func:`croston`; ``window`` must be at least 1.
    """
    if window < 1:
        raise BadUse(f"A moving average over {window} periods can't be used.", mend="Use 1 up.")
    seen = observed(matrix)
    return recent_means(seen.values, seen.first, seen.values.shape[1], window)


def plain_mean(matrix: Floats) -> Floats:
    """Mean of all observed periods; matrix, result and errors as for :func:`croston`."""
    return moving_average(matrix, window=max(1, np.shape(matrix)[-1]))


POINT_METHODS: MappingProxyType[str, Callable[[Floats], Floats]] = MappingProxyType(
    {
        "croston": croston,
        "sba": sba,
        "tsb": tsb,
        "ses": ses,
        "adida": adida,
        "imapa": imapa,
        "moving average": moving_average,
        "mean": plain_mean,
    }
)
"""Point methods by name, at their default parameters."""


def _check_weight(name: str, value: float) -> None:
    if not 0.0 < value <= 1.0:
        raise BadUse(
            f"The weight {name} is {value}.", mend=f"Give {name} above 0 and at most 1, e.g. 0.1."
        )
