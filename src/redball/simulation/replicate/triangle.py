"""The resilience triangle of a curve that is given piece by piece.

Source: Bruneau et al. 2003, *Earthquake Spectra* 19(4) (loss of resilience, robustness, rapidity);
Cimellaro, Reinhorn and Bruneau 2010, *Engineering Structures* 32 (index).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from redball.model import BadUse


@dataclass(frozen=True)
class Triangle:
    """Measures of one loss and its recovery.

    Attributes
    ----------
    loss : float
        R, the integral of ``full - Q`` over time: per cent-days where Q is in per cent.
    index : float
        Mean of Q over the horizon, as a share of ``full``.
    robustness : float
        The lowest Q.
    rapidity : float
        Mean slope from the last moment at the lowest Q to the first back at the highest after it,
        in Q a day; 0 where nothing comes back, infinite where it comes back in a jump.
    """

    loss: float
    index: float
    robustness: float
    rapidity: float


def resilience_triangle(
    day: npt.ArrayLike, quality: npt.ArrayLike, *, full: float = 100.0
) -> Triangle:
    """Measures of a piecewise linear curve; a jump has both values at the same day.

    Parameters
    ----------
    day : array-like, shape (n,)
        Not falling; the horizon is from the first to the last.
    quality : array-like, shape (n,)
        0 to ``full``.
    full : float
        Quality without any loss.

    Raises
    ------
    BadUse
        Fewer than two points, days that fall or do not advance, a quality out of range.
    """
    t, q = np.asarray(day, np.float64), np.asarray(quality, np.float64)
    if t.ndim != 1 or t.shape != q.shape or len(t) < 2:
        raise BadUse("A curve takes two points or more, with a day and a quality each.",
                     mend="Give as many qualities as days.")  # fmt: skip
    if not np.isfinite(t).all() or np.any(np.diff(t) < 0) or t[-1] <= t[0]:
        raise BadUse("The days of a curve fall, stand still or are not finite.",
                     mend="Give them in order, ending later than they begin.")  # fmt: skip
    if not (0 < full < np.inf and np.all((q >= 0) & (q <= full))):
        raise BadUse(f"A quality is outside 0 to {full}.", mend="Check the curve's scale.")
    area = float(np.trapezoid(q, t))
    span = float(t[-1] - t[0])
    worst = float(q.min())
    at = len(q) - 1 - int(np.argmin(q[::-1]))
    after = q[at:]
    back = at + int(np.argmax(after))
    rise, days = float(q[back] - worst), float(t[back] - t[at])
    slope = rise / days if days > 0 else float("inf")
    return Triangle(full * span - area, area / (full * span), worst, slope if rise > 0 else 0.0)
