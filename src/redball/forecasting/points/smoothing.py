"""Kernels of the smoothing methods: exponential smoothing, Croston, SBA, TSB, and plain means.

All walk once along each series. ``stop`` (exclusive) ends the history, so that the same kernels
serve rolling origins without copying the past of each. A series without a period gives 0.

Sources: J. D. Croston, "Forecasting and stock control for intermittent demands", Operational
Research Quarterly 23 (1972); A. A. Syntetos and J. E. Boylan, "The accuracy of intermittent demand
estimates", International Journal of Forecasting 21 (2005); R. H. Teunter, A. A. Syntetos and
M. Z. Babai, "Intermittent demand: linking forecasting to inventory obsolescence", European Journal
of Operational Research 214 (2011).
"""

import numpy as np

from redball.model.compiled import Floats, Longs, compiled


@compiled
def ses_levels(values: Floats, first: Longs, stop: int, alpha: float) -> Floats:
    """Last level of exponential smoothing that starts at the first value."""
    out = np.zeros(len(values))
    for i in range(len(values)):
        if first[i] >= stop:
            continue
        level = values[i, first[i]]
        for t in range(first[i] + 1, stop):
            level = alpha * values[i, t] + (1.0 - alpha) * level
        out[i] = level
    return out


@compiled
def croston_ratios(values: Floats, first: Longs, stop: int, alpha: float) -> Floats:
    """Smoothed size over smoothed interval, both updated at demands only.

    The first interval counts from the period before the history.
    """
    out = np.zeros(len(values))
    for i in range(len(values)):
        size = interval = 0.0
        last = first[i] - 1
        seen = False
        for t in range(first[i], stop):
            y = values[i, t]
            if y > 0.0:
                gap = float(t - last)
                last = t
                if seen:
                    size = alpha * y + (1.0 - alpha) * size
                    interval = alpha * gap + (1.0 - alpha) * interval
                else:
                    size, interval, seen = y, gap, True
        if seen:
            out[i] = size / interval
    return out


@compiled
def tsb_rates(
    values: Floats, first: Longs, stop: int, alpha_size: float, alpha_probability: float
) -> Floats:
    """Smoothed probability of demand times smoothed size; the probability falls when none comes."""
    out = np.zeros(len(values))
    for i in range(len(values)):
        if first[i] >= stop:
            continue
        y = values[i, first[i]]
        seen = y > 0.0
        size = y
        probability = 1.0 if seen else 0.0
        for t in range(first[i] + 1, stop):
            y = values[i, t]
            if y > 0.0:
                probability = alpha_probability + (1.0 - alpha_probability) * probability
                size = alpha_size * y + (1.0 - alpha_size) * size if seen else y
                seen = True
            else:
                probability = (1.0 - alpha_probability) * probability
        out[i] = probability * size
    return out


@compiled
def recent_means(values: Floats, first: Longs, stop: int, window: int) -> Floats:
    """Mean of the last ``window`` periods, of all where there are fewer."""
    out = np.zeros(len(values))
    for i in range(len(values)):
        begin = max(first[i], stop - window)
        if begin < stop:
            total = 0.0
            for t in range(begin, stop):
                total += values[i, t]
            out[i] = total / (stop - begin)
    return out
