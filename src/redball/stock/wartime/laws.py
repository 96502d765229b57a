"""Compiled laws of a duration, and the pipeline that a rate changing in steps leaves behind.

With ``m(u)`` demands per day and the survival ``G`` of the resupply time, the units in resupply on
day t are Poisson with mean

    integral over u <= t of  m(u) G(W(t) - W(u)) du

(Palm's theorem for nonstationary input; Hillestad and Carrillo 1980, Crawford 1981 for
Dyna-METRIC), where ``W`` is a clock that stands while the work is interrupted. In a piece where
``m`` is constant and the clock runs, the integral is a difference of
``H(w) = integral of G from 0 to w``; where the clock stands it is the length of the piece times G.
"""

import math

from redball.model.compiled import Flags, Floats, compiled

EXPONENTIAL, CONSTANT = 0, -1
"""Codes of a law; an Erlang law is its number of phases, 1 the same as exponential."""


@compiled
def survival(law: int, mean: float, age: float) -> float:
    """P(duration > age)."""
    if age <= 0.0:
        return 1.0
    if law == CONSTANT:
        return 1.0 if age < mean else 0.0
    if law <= 1:
        return math.exp(-age / mean)
    x = law * age / mean
    term = math.exp(-x)
    total = term
    for i in range(1, law):
        term *= x / i
        total += term
    return total


@compiled
def survived(law: int, mean: float, age: float) -> float:
    """Integral of the survival from 0 to ``age``; comes to the mean."""
    if age <= 0.0:
        return 0.0
    if law == CONSTANT:
        return min(age, mean)
    if law <= 1:
        return -mean * math.expm1(-age / mean)
    # mean of the smaller of duration and age, by phases: each lasts if fewer have ended
    x = law * age / mean
    term = math.exp(-x)
    below, total = 0.0, 0.0
    for i in range(law):
        below += term
        total += max(1.0 - below, 0.0)
        term *= x / (i + 1)
    return mean / law * total


@compiled
def clock_at(day: float, starts: Floats, clock: Floats, is_open: Flags) -> float:
    """Days of work done from day 0 to ``day``."""
    k = _piece(day, starts)
    return float(clock[k] + (day - starts[k] if is_open[k] else 0.0))


@compiled
def day_of(work: float, starts: Floats, clock: Floats, is_open: Flags) -> float:
    """Last day on which no more than ``work`` days of work were done, up to any later day."""
    if work <= 0.0 and is_open[0]:
        return work
    for k in range(len(starts) - 1, -1, -1):
        if clock[k] <= work:
            return float(starts[k] + (work - clock[k] if is_open[k] else 0.0))
    return work


@compiled
def _piece(day: float, starts: Floats) -> int:
    k = len(starts) - 1
    while k > 0 and starts[k] > day:
        k -= 1
    return k


@compiled
def pipeline_mean(
    day: float, law: int, mean: float, peace: float, rates: Floats, starts: Floats, clock: Floats,
    is_open: Flags,
) -> float:  # fmt: skip
    """Mean units in process on ``day`` >= 0: ``peace`` a day before day 0, then ``rates`` (K,)."""
    if mean <= 0.0:
        return _standing(day, rates, starts, is_open)
    now = clock_at(day, starts, clock, is_open)
    total = peace * max(mean - survived(law, mean, now), 0.0)
    for k in range(len(starts)):
        if starts[k] >= day:
            break
        end = day
        if k + 1 < len(starts):
            end = min(end, starts[k + 1])
        age = now - clock[k]
        if is_open[k]:
            younger = age - (end - starts[k])
            done = survived(law, mean, age) - survived(law, mean, younger)
        else:
            done = (end - starts[k]) * survival(law, mean, age)
        total += rates[k] * done
    return total


@compiled
def _standing(day: float, rates: Floats, starts: Floats, is_open: Flags) -> float:
    """Units that wait when the work takes no time: all since the clock stopped, if it stands."""
    k = _piece(day, starts)
    total, end = 0.0, day
    while k >= 0 and not is_open[k]:
        total += rates[k] * (end - starts[k])
        end = starts[k]
        k -= 1
    return total
