"""The shape of a resilience curve: how deep, when it shows, when it ends.

Readiness is read against the undisturbed run of the same day, so that a force that is at 70 %
anyway does not count as broken by a loss that changes nothing.

Sources: Bruneau et al. 2003, *Earthquake Spectra* 19(4) (robustness, rapidity, loss); Simchi-Levi
et al. 2015, *Interfaces* 45(5) (time to survive, time to recover), read off the curve.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Shape:
    """Shape of a resilience curve; days count from the loss, None where it does not happen in time.

    Attributes
    ----------
    robustness : float
        Least readiness, as a share of the undisturbed readiness of that day.
    survive_days : int or None
        Until readiness first is below the threshold.
    recover_days : int or None
        Until it is back within the tolerance and stays; 0 where it never left.
    rapidity_per_day : float or None
        Share of undisturbed readiness regained a day, from the last of the lowest days to the
        recovery. None without loss or recovery.
    area_days : float
        Days of the whole undisturbed readiness that are lost: the area above the curve.
    """

    robustness: float
    survive_days: int | None
    recover_days: int | None
    rapidity_per_day: float | None
    area_days: float


def share_of(base: Floats, disturbed: Floats) -> Floats:
    """Disturbed readiness as a share of the undisturbed; 1 where nothing is up undisturbed."""
    quality = np.ones_like(base)
    np.divide(disturbed, base, out=quality, where=base > 0)
    return quality


def shape_of(
    base: Floats, disturbed: Floats, *, from_day: int, threshold: float, tolerance: float
) -> Shape:
    """Shape of a curve.

    Parameters
    ----------
    base, disturbed : float64 array, shape (D,)
        Mean readiness by day, in systems or as a share of them. A day without readiness
        undisturbed counts as whole.
    from_day : int
        Day of the loss; days before it are not looked at.
    threshold : float
        Share of undisturbed readiness that must be kept to survive.
    tolerance : float
        Share of it that may be missing when it counts as recovered.
    """
    after = share_of(base, disturbed)[from_day:]
    below = np.flatnonzero(after < threshold)
    out = np.flatnonzero(after < 1 - tolerance)
    lowest = len(after) - 1 - int(np.argmin(after[::-1]))
    recovered = int(out[-1]) + 1 if len(out) else 0
    known = recovered < len(after)
    rapidity = None
    if known and recovered > lowest:
        rapidity = float(after[recovered] - after[lowest]) / (recovered - lowest)
    return Shape(
        robustness=float(after.min()),
        survive_days=int(below[0]) if len(below) else None,
        recover_days=recovered if known else None,
        rapidity_per_day=rapidity,
        area_days=float((1 - after).sum()),
    )
