"""Numbers made coarse: two significant digits, or the lower bound of a 1-2-5 band.

Both depend on the number alone, so asking again tells nothing new, as noise that is drawn anew for
each answer would. Both keep the order of numbers and leave their own results as they are.

Rounding is half to even (IEEE 754 roundTiesToEven, on the decimal digits), so that sums of many
rounded numbers are not drawn to one side. Bands are the series 1, 2, 5, 10, 20, 50 ... of the
preferred numbers that charts and coins use; a number stands for ``[band, next band)`` and is
written as the lower bound: whoever plans with it never counts on more stock than there is. Zero
stays zero, since 'nothing' and 'something' differ more than any two amounts.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

Numbers = npt.NDArray[np.float64]

_LEAST: Final = 1e-20
"""Smaller magnitudes become zero."""

_MOST: Final = 1e20
"""Larger magnitudes are withheld; no amount of anything reaches it."""

_POWERS: Final[Numbers] = np.array([float(f"1e{power}") for power in range(23)])
"""Powers of ten that are exact among doubles; the two limits keep within them."""


def rounded(numbers: Numbers) -> Numbers:
    """Two significant digits, half to even; NaN for what is not a number or beyond 1e20.

    The error is at most 5 % of the number.
    """
    size, known = _sizes(numbers)
    exponent = np.floor(np.log10(size)) - 1
    return _signed(_scaled(np.rint(_scaled(size, -exponent)), exponent), numbers, known)


def banded(numbers: Numbers) -> Numbers:
    """Lower bound of the 1-2-5 band that a number lies in (of its magnitude, if negative).

    A number is less than 2.5 times its band's bound, and never below it.
    """
    size, known = _sizes(numbers)
    exponent = np.floor(np.log10(size))
    # the logarithm can miss a power of ten by one step; comparing with the bounds can't
    found = _scaled(np.ones_like(size), exponent - 1)
    for digit, shift in ((2.0, -1), (5.0, -1), (1.0, 0), (2.0, 0), (5.0, 0), (1.0, 1)):
        bound = _scaled(np.full_like(size, digit), exponent + shift)
        found = np.where(bound <= size, bound, found)
    return _signed(found, numbers, known)


def coarse_numbers(column: pl.Series, *, bands: bool) -> pl.Series:
    """Measures of a column made coarse, in its own type; missing ones stay missing."""
    made = banded if bands else rounded
    numbers = made(column.cast(pl.Float64).fill_null(np.nan).to_numpy())
    coarse = pl.Series(column.name, numbers).fill_nan(None)
    return coarse.cast(column.dtype)


def coarse_places(column: pl.Series, *, bands: bool) -> pl.Series:
    """Degrees to a tenth (at most 6 km off along a meridian), or to a whole degree (56 km)."""
    steps = 1.0 if bands else 10.0
    numbers = np.rint(column.fill_null(np.nan).to_numpy() * steps) / steps + 0.0
    return pl.Series(column.name, numbers).fill_nan(None)


def coarse_dates(column: pl.Series, *, bands: bool) -> pl.Series:
    """First day of the month, or of the quarter for bands."""
    return column.dt.truncate("1q" if bands else "1mo")


def _sizes(numbers: Numbers) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    """Magnitudes, 1 where there is none, and where there is one."""
    size = np.abs(numbers)
    known = (size >= _LEAST) & (size <= _MOST)
    return np.where(known, size, 1.0), known


def _scaled(numbers: Numbers, exponent: Numbers) -> Numbers:
    """Numbers times a power of ten: one operation with an exact power, so correctly rounded."""
    power = _POWERS[np.abs(exponent).astype(np.int64)]
    scaled: Numbers = np.where(exponent >= 0, numbers * power, numbers / power)
    return scaled


def _signed(
    sizes: Numbers, numbers: Numbers, known: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    lost = np.isnan(numbers) | (np.abs(numbers) > _MOST)
    return np.where(known, np.copysign(sizes, numbers), np.where(lost, np.nan, 0.0))
