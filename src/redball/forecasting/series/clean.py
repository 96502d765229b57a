"""Rules for demand that is not plain: returns, and demand seen during a stock-out."""

import numpy as np

from redball.model.compiled import Floats, compiled


def net_returns(matrix: Floats) -> tuple[Floats, float]:
    """Take returns (negative demand) from the demand before them, the latest first.

    A return says that earlier demand was not one. What exceeds all earlier demand of the series is
    dropped: it belongs to demand before the history.

    Parameters
    ----------
    matrix : float64 array, shape (series, periods)
        NaN for gaps.

    Returns
    -------
    netted : float64 array, shape (series, periods)
        Zero or more, gaps as they were.
    dropped : float
        Units returned beyond all earlier demand.
    """
    netted = np.array(matrix, dtype=np.float64, order="C")
    if not (netted < 0).any():
        return netted, 0.0
    return netted, _net(netted)


@compiled
def _net(matrix: Floats) -> float:
    dropped = 0.0
    for i in range(matrix.shape[0]):
        for t in range(matrix.shape[1]):
            back = -matrix[i, t]
            if not back > 0.0:
                continue
            matrix[i, t] = 0.0
            for s in range(t - 1, -1, -1):
                if matrix[i, s] > 0.0:
                    taken = min(matrix[i, s], back)
                    matrix[i, s] -= taken
                    back -= taken
                    if back <= 0.0:
                        break
            dropped += back
    return dropped


def without_censored(matrix: Floats, censored: Floats) -> Floats:
    """Leave out censored periods that tell nothing.

    Demand seen during a stock-out is a lower bound. Where it is above the mean of the uncensored
    periods it is kept (at least so much came); otherwise the period is a gap.

    Parameters
    ----------
    matrix : float64 array, shape (series, periods)
        NaN for gaps.
    censored : array, same shape
        Above 0 where the figure is only a lower bound.
    """
    free = np.where(censored > 0, np.nan, matrix)
    count = (~np.isnan(free)).sum(axis=1)
    mean = np.divide(np.nansum(free, axis=1), count, out=np.zeros(len(matrix)), where=count > 0)
    low = (censored > 0) & ~(matrix > mean[:, None])
    result: Floats = np.where(low, np.nan, matrix)
    return result
