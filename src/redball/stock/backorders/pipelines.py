"""Backorders and service rates of many pipelines at once, with every input checked."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from redball.model.compiled import compiled
from redball.model.errors import BadData, BadUse
from redball.stock.backorders.kernel import pipeline, stock_for_rate

Floats = npt.NDArray[np.float64]

LARGEST_MEAN = 1e6
LARGEST_RATIO = 1e4
"""Of variance to mean. Beyond these a sum over single units takes seconds and means nothing."""


@dataclass(frozen=True)
class Backorders:
    """What a stock leaves open; all arrays have the shape the inputs were broadcast to.

    Attributes
    ----------
    ebo, vbo : float64 array
        Expected backorders E[(X - s)+] and their variance, units.
    fill_rate : float64 array
        P(X <= s - 1): share of demands met at once from the shelf.
    ready_rate : float64 array
        P(X <= s): share of the time without a backorder.
    """

    ebo: Floats
    vbo: Floats
    fill_rate: Floats
    ready_rate: Floats


def backorders(
    mean: npt.ArrayLike, variance: npt.ArrayLike | None, stock: npt.ArrayLike
) -> Backorders:
    """Backorders of pipelines with given mean and variance (Sherbrooke 2004, eq. 2.7).

    By Palm's theorem the units in resupply of an item with Poisson demand and ample repair are
    Poisson with mean rate times mean resupply time. Where their variance is larger, a negative
    binomial law with the same two moments stands in; where it is smaller, Poisson does.

    Parameters
    ----------
    mean : array-like
        Units in resupply, 0 to 1e6.
    variance : array-like or None
        Of the same; None for Poisson. At most 1e4 times the mean.
    stock : array-like
        Spare stock ``s``, whole numbers from 0. The three broadcast together.

    Returns
    -------
    Backorders
        Relative error about 1e-13 also deep in the tail; probabilities below the smallest
        double (about 1e-308) count as 0.

    Raises
    ------
    BadData
        A value that is missing, negative, infinite or out of the range above, a stock that is not
        whole; with the position of the first one.
    BadUse
        Shapes that don't broadcast.
    """
    means, variances, stocks = _checked(mean, variance, stock)
    refuse(
        (stocks < 0) | (stocks != np.floor(stocks)), stocks, "stock",
        "Give whole numbers of units, 0 or more.",
    )  # fmt: skip
    out = np.empty((4, means.size))
    _fill(means.ravel(), variances.ravel(), stocks.ravel(), out)
    ebo, vbo, fill, ready = (row.reshape(means.shape) for row in out)
    return Backorders(ebo, vbo, fill, ready)


def least_stock(
    mean: npt.ArrayLike, variance: npt.ArrayLike | None, ready_rate: npt.ArrayLike
) -> Floats:
    """Smallest stock whose ready rate P(X <= s) reaches a target: a quantile of the pipeline.

    For a fill rate P(X <= s - 1) add 1. Parameters as in :func:`backorders`; ``ready_rate`` lies
    in 0 <= rate < 1, since no finite stock reaches 1.

    Raises
    ------
    BadData, BadUse
        As :func:`backorders`.
    """
    means, variances, rates = _checked(mean, variance, ready_rate, last="ready_rate")
    refuse((rates < 0) | (rates >= 1), rates, "ready_rate", "Give 0 or more and less than 1.")
    out = np.empty(means.size)
    _least(means.ravel(), variances.ravel(), rates.ravel(), out)
    return out.reshape(means.shape)


def refuse(wrong: npt.NDArray[np.bool_], values: Floats, name: str, mend: str) -> None:
    """Raise BadData that names the first value marked as wrong."""
    if wrong.any():
        at = tuple(int(i) for i in np.argwhere(wrong)[0])
        place = name if not at else f"{name}[{', '.join(map(str, at))}]"
        raise BadData(
            f"{np.count_nonzero(wrong)} of {wrong.size} values can't be used, "
            f"the first is {values[at]}.",
            where=place,
            mend=mend,
        )


def _checked(
    mean: npt.ArrayLike, variance: npt.ArrayLike | None, last_value: npt.ArrayLike,
    last: str = "stock",
) -> tuple[Floats, Floats, Floats]:  # fmt: skip
    """Three arrays of one shape, the first two within their ranges and all of them finite."""
    given = {"mean": mean, "variance": mean if variance is None else variance, last: last_value}
    arrays = []
    for name, value in given.items():
        try:
            arrays.append(np.asarray(value, dtype=np.float64))
        except (TypeError, ValueError) as error:
            raise BadData(
                "The values are not numbers.", where=name, mend="Give numbers, none missing."
            ) from error
    try:
        means, variances, lasts = (np.array(a, order="C") for a in np.broadcast_arrays(*arrays))
    except ValueError as error:
        shapes = ", ".join(f"{name} {a.shape}" for name, a in zip(given, arrays, strict=True))
        raise BadUse(
            f"The shapes don't fit together: {shapes}.",
            mend="Give single numbers or arrays that broadcast.",
        ) from error
    for name, array in zip(given, (means, variances, lasts), strict=True):
        refuse(~np.isfinite(array), array, name, "Give finite numbers; none may be missing.")
    refuse(
        (means < 0) | (means > LARGEST_MEAN), means, "mean",
        f"Give 0 to {LARGEST_MEAN:,.0f} units; count in larger units of issue beyond that.",
    )  # fmt: skip
    refuse(
        (variances < 0) | (variances > LARGEST_RATIO * means), variances, "variance",
        f"Give 0 to {LARGEST_RATIO:,.0f} times the mean.",
    )  # fmt: skip
    return means, variances, lasts


@compiled
def _fill(mean: Floats, variance: Floats, stock: Floats, out: Floats) -> None:
    """Rows of ``out``: EBO, VBO, fill rate, ready rate."""
    for i in range(len(mean)):
        ebo, vbo, below, at, above = pipeline(mean[i], variance[i], stock[i])
        out[0, i] = ebo
        out[1, i] = vbo
        out[2, i] = below
        out[3, i] = below + at if stock[i] < mean[i] else 1.0 - above


@compiled
def _least(mean: Floats, variance: Floats, rate: Floats, out: Floats) -> None:
    for i in range(len(mean)):
        out[i] = stock_for_rate(mean[i], variance[i], rate[i])
