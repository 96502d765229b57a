"""Checking and adding up arrays of firms, links and values."""

import numpy as np
import numpy.typing as npt

from redball.model.compiled import Floats, Ints
from redball.model.errors import BadData


def whole(name: str, values: npt.ArrayLike, length: int | None, below: int | None = None) -> Ints:
    """Whole numbers from 0 on, and below a bound where one is given."""
    array = np.asarray(values)
    if array.size == 0 and array.ndim == 1:
        array = array.astype(np.int32)
    if array.ndim != 1 or array.dtype.kind not in "iu" or length not in (None, len(array)):
        raise BadData(
            f"It has the shape {array.shape} and the type {array.dtype}.",
            where=name,
            mend="Give whole numbers, one for each link or firm.",
        )
    most = np.iinfo(np.int32).max if below is None else below
    if array.size and (int(array.min()) < 0 or int(array.max()) >= most):
        raise BadData(
            f"{array.min()} to {array.max()} is outside 0 to {most - 1}.",
            where=name,
            mend="Number from 0 on; name no firm that is not there.",
        )
    return array.astype(np.int32)


def amounts(name: str, values: npt.ArrayLike, length: int) -> Floats:
    """Finite numbers of zero or more, as a copy."""
    array = np.asarray(values, np.float64)
    if array.shape != (length,):
        raise BadData(
            f"It has the shape {array.shape}.", where=name, mend=f"Give {length} numbers."
        )
    bad = np.flatnonzero(~(np.isfinite(array) & (array >= 0)))
    if bad.size:
        raise BadData(
            f"Number {bad[0]} is {array[bad[0]]:g}.",
            where=name,
            mend="Give finite numbers of zero or more.",
        )
    return array.copy()


def totals(of: Ints, value: Floats, count: int) -> Floats:
    """Add values up by firm, in the order given."""
    # of an empty list of values bincount makes whole numbers
    return np.bincount(of, value, count).astype(np.float64)
