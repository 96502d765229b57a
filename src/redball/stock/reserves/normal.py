"""Tail of the normal law and its inverse, over arrays, without a statistics library."""

import math

import numpy as np

from redball.model.compiled import Floats, compiled

_ROOT2 = math.sqrt(2.0)
_ROOT2PI = math.sqrt(2.0 * math.pi)


@compiled
def upper_tail(z: Floats) -> Floats:
    """P(Z > z) of a standard normal Z, shape of ``z`` (one dimension); precise in the far tail."""
    tail = np.empty_like(z)
    for i in range(len(z)):
        tail[i] = 0.5 * math.erfc(z[i] / _ROOT2)
    return tail


@compiled
def upper_point(share: Floats) -> Floats:
    """Point z with P(Z > z) = ``share``, shape of ``share`` (one dimension), within 0 and 1.

    A rational start (Abramowitz and Stegun 1964, 26.2.23, error below 4.5e-4) and three steps of
    Halley's method on the complementary error function, which reach rounding error.
    """
    points = np.empty_like(share)
    for i in range(len(share)):
        p = min(share[i], 1.0 - share[i])
        if p <= 0.0:
            points[i] = math.inf if share[i] <= 0.0 else -math.inf
            continue
        t = math.sqrt(-2.0 * math.log(p))
        above = (0.010328 * t + 0.802853) * t + 2.515517
        below = ((0.001308 * t + 0.189269) * t + 1.432788) * t + 1.0
        z = t - above / below
        for _ in range(3):
            density = math.exp(-0.5 * z * z) / _ROOT2PI
            if density == 0.0:
                break
            step = (0.5 * math.erfc(z / _ROOT2) - p) / density
            z += step / (1.0 - 0.5 * step * z)
        points[i] = z if share[i] <= 0.5 else -z
    return points
