"""How good a distribution was: pinball loss, coverage, bias.

No absolute error and no MASE: on intermittent demand the forecast 'nothing' wins both
(``docs/concepts/demand.md`` shows it on published data).
"""

import numpy as np

from redball.forecasting.laws import check_levels, count_probabilities
from redball.model import BadData, BadUse
from redball.model.compiled import Floats


def pinball(
    actual: Floats, quantiles: Floats, levels: tuple[float, ...], scale: Floats | None = None
) -> Floats:
    """Mean pinball loss at each level.

    ``max(q e, (q - 1) e)`` with ``e = actual - quantile``, averaged over the periods of a series,
    divided by its scale, averaged over the series whose scale is positive (R. Koenker and
    G. Bassett, Econometrica 46, 1978).

    Parameters
    ----------
    actual : float64 array, shape (series, periods)
    quantiles : float64 array, shape (series, levels)
        The same forecast for all the periods.
    levels : tuple of float
        Increasing, within 0 and 1.
    scale : float64 array, shape (series,), optional
        Commonly the mean absolute first difference of the history; 1 when not given.

    Returns
    -------
    float64 array, shape (levels,)

    Raises
    ------
    BadData
        The shapes do not fit, a number is missing, or no scale is positive.
    BadUse
        The levels can't be used.
    """
    check_levels(levels)
    came, said = _matched(actual, quantiles)
    if said.shape[1] != len(levels):
        raise BadUse(f"{said.shape[1]} quantiles per series do not fit {len(levels)} levels.")
    size = np.ones(len(came)) if scale is None else np.asarray(scale, dtype=np.float64)
    some = size > 0
    if size.shape != (len(came),) or not some.any():
        raise BadData(
            "The loss can't be scaled: one scale per series is needed, at least one positive.",
            mend="Give the mean absolute first difference of each history, or none.",
        )
    q = np.asarray(levels)
    miss = came[some, :, None] - said[some, None, :]
    loss = np.maximum(q * miss, (q - 1.0) * miss).mean(axis=1)
    result: Floats = (loss / size[some, None]).mean(axis=0)
    return result


def coverage(actual: Floats, quantiles: Floats) -> Floats:
    """Share of outcomes below, and at or below, each quantile; shape (levels, 2).

    Counts pile up on single values: a calibrated law has its level between the two shares.
    Parameters and errors as for :func:`pinball`.
    """
    came, said = _matched(actual, quantiles)
    below = (came[:, :, None] < said[:, None, :]).mean(axis=(0, 1))
    upto = (came[:, :, None] <= said[:, None, :]).mean(axis=(0, 1))
    return np.stack([below, upto], axis=1)


def randomised_pit(actual: Floats, mean: Floats, variance: Floats, *, seed: int = 0) -> Floats:
    """Randomised probability integral transform of counts under their forecast law.

    ``P(X < y) + u P(X = y)`` with uniform ``u``: uniform over [0, 1] if the law is right
    (C. Czado, T. Gneiting and L. Held, "Predictive model assessment for count data",
    Biometrics 65, 2009).

    Parameters
    ----------
    actual, mean, variance : float64 arrays, shape (series,)
        Outcome, and moments of the law (negative binomial; Poisson where variance <= mean).
    """
    less, most = count_probabilities(mean, variance, actual)
    u = np.random.default_rng(seed).random(len(less))
    result: Floats = less + u * (most - less)
    return result


def bias(actual: Floats, forecast: Floats) -> float:
    """Sum of forecast less demand over the sum of demand, all series together.

    Parameters
    ----------
    actual : float64 array, shape (series, periods)
    forecast : float64 array, shape (series,)
        Mean per period.

    Raises
    ------
    BadData
        Nothing was asked for at all, or the shapes do not fit.
    """
    came, said = _matched(actual, np.asarray(forecast)[:, None])
    if came.sum() == 0:
        raise BadData("No demand came: a bias relative to it does not exist.")
    return float((said[:, 0] * came.shape[1]).sum() / came.sum() - 1.0)


def _matched(actual: Floats, forecast: Floats) -> tuple[Floats, Floats]:
    came, said = np.asarray(actual, dtype=np.float64), np.asarray(forecast, dtype=np.float64)
    if came.ndim != 2 or said.ndim != 2 or len(came) != len(said) or came.size == 0:
        raise BadData(
            f"Outcomes of shape {came.shape} do not fit forecasts of shape {said.shape}.",
            mend="Give one row for each series in both, and at least one period.",
        )
    if not (np.isfinite(came).all() and np.isfinite(said).all()):
        raise BadData(
            "An outcome or a forecast is missing or infinite.",
            mend="Leave those series out, and say how many they were.",
        )
    return came, said
