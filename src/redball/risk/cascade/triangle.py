"""The resilience triangle: how deep, how long and how fast, of a curve of service."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from redball.model.errors import BadData


@dataclass(frozen=True)
class ResilienceTriangle:
    """What a curve of service says about a loss.

    Attributes
    ----------
    loss : float
        Integral of full service less service over time, in points times days (R).
    index : float
        Mean service as a share of full service; 1 where nothing was lost.
    robustness : float
        Lowest service, in points.
    rapidity : float or None
        Points regained per day, from the last moment of the lowest service to the recovery, or to
        the end where there is none. None where nothing was lost or all came back at one moment.
    recovered_day : float or None
        First moment from which service stays full; the first day where nothing was lost; None
        where it is not full in the end.
    days : float
        Length of the curve.
    """

    loss: float
    index: float
    robustness: float
    rapidity: float | None
    recovered_day: float | None
    days: float


def resilience_triangle(
    days: npt.ArrayLike, quality: npt.ArrayLike, *, full: float = 100.0
) -> ResilienceTriangle:
    """Measure a piecewise linear curve of service.

    Parameters
    ----------
    days : float array, shape (points,)
        Moments, not falling. Two points at one moment are a jump: the first value holds before
        it, the second after it.
    quality : float array, shape (points,)
        Service at each point, from 0 to ``full``.
    full : float
        Full service; 100 for percent.

    Raises
    ------
    BadData
        Fewer than two points, a curve of no length, days that fall, or service out of range.

    Notes
    -----
    Sources: Bruneau et al. (2003), Earthquake Spectra 19(4), 733-752 (loss, robustness, rapidity);
    Cimellaro, Reinhorn and Bruneau (2010), Engineering Structures 32(11) (index).

    Examples
    --------
    >>> resilience_triangle([0, 10, 10, 30, 40], [100, 100, 50, 100, 100]).loss
    500.0
    """
    t, q = np.asarray(days, np.float64), np.asarray(quality, np.float64)
    _check(t, q, full)
    width = np.diff(t)
    lost = full - q
    loss = float(np.sum(width * (lost[:-1] + lost[1:]) / 2.0))
    length = float(t[-1] - t[0])
    low = float(q.min())
    recovered = _recovered(t, q, full)
    bottom = float(t[np.flatnonzero(q == low)[-1]])
    end = float(t[-1]) if recovered is None else recovered
    rapidity = None
    if low < full and end > bottom:
        rapidity = (float(q[-1] if recovered is None else full) - low) / (end - bottom)
    return ResilienceTriangle(loss, 1.0 - loss / (full * length), low, rapidity, recovered, length)


def _recovered(t: npt.NDArray[np.float64], q: npt.NDArray[np.float64], full: float) -> float | None:
    below = np.flatnonzero(q < full)
    if not len(below):
        return float(t[0])
    last = int(below[-1])
    return None if last == len(t) - 1 else float(t[last + 1])


def _check(t: npt.NDArray[np.float64], q: npt.NDArray[np.float64], full: float) -> None:
    if t.ndim != 1 or t.shape != q.shape or len(t) < 2:
        raise BadData(
            f"{t.shape} days and {q.shape} values of service do not make a curve.",
            mend="Give at least two points, a day and a value for each.",
        )
    if not np.all(np.isfinite(t)) or np.any(np.diff(t) < 0) or not t[-1] > t[0]:
        raise BadData("The days fall or are not numbers.", where="days", mend="Sort the points.")
    if not (np.isfinite(full) and full > 0):
        raise BadData(f"Full service is {full:g}.", where="full", mend="Give a number above 0.")
    if not np.all((q >= 0) & (q <= full)):
        raise BadData(
            f"Service is not from 0 to {full:g} throughout.",
            where="quality",
            mend="Give it in the unit of 'full'.",
        )
