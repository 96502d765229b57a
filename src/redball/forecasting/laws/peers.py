"""What happened to similar series: pooled outcomes as a distribution.

One history is too short to show its own 0.99 quantile; thousands together are not. Every series of
the class is looked at from several earlier moments: three features of its past (TSB rate, mean of
the last twelve periods, mean size of a demand) and the demand that followed over the horizon. The
pairs are cut into bins of about equal number by two features at a time (first by one, then within
each part by the other); the quantiles of the outcomes in a bin are the forecast of a series that
falls into it now. Three such cuts, one for each pair of features, are averaged. This is a quantile
regression forest of depth two with fixed cuts (N. Meinshausen, "Quantile regression forests",
Journal of Machine Learning Research 7, 2006, for the idea of pooling outcomes by leaf).
"""

from dataclasses import dataclass

import numpy as np

from redball.forecasting.laws.windows import (
    fill_order_statistics,
    horizon_point,
    window_demand,
)
from redball.forecasting.points.smoothing import recent_means, tsb_rates
from redball.model.compiled import Floats, Longs, compiled

LEAST_PAST = 6
"""Periods that must lie before a moment for its features to say something."""

_MOMENTS = 6
_LEAST_IN_BIN = 100
_MOST_BINS = 72
_RECENT = 12
_PAIRS_OF_FEATURES = ((0, 1), (0, 2), (1, 2))


@dataclass(frozen=True)
class Task:
    """What the pooled outcomes are asked for.

    Attributes
    ----------
    horizon, sd : float, in periods
        Of the demand that is forecast; common to the series.
    """

    horizon: float
    sd: float

    @property
    def span(self) -> int:
        """Whole periods that one outcome takes."""
        return int(np.ceil(self.horizon))


def pooled_outcomes(
    values: Floats, first: Longs, stop: int, task: Task, levels: Floats
) -> tuple[Floats, Floats]:
    """Quantiles, and mean and variance, of demand by what similar series saw before ``stop``.

    Returns
    -------
    quantiles : float64 array, shape (series, levels)
    moments : float64 array, shape (series, 2)
        NaN for a series without enough past, and for all where there are too few outcomes.
    """
    quantiles = np.full((len(values), len(levels)), np.nan)
    moments = np.full((len(values), 2), np.nan)
    moments_at = _moments_before(first, stop, task)
    if not moments_at:
        return quantiles, moments
    known = [np.flatnonzero(at - first >= LEAST_PAST) for at in moments_at]
    features = np.concatenate(
        [_features(values, first, at)[rows] for at, rows in zip(moments_at, known, strict=True)]
    )
    bins = min(_MOST_BINS, len(features) // _LEAST_IN_BIN)
    if bins < 1:
        return quantiles, moments
    outcomes = np.concatenate(
        [
            _outcomes(values, rows, at, task.horizon, task.sd)
            for at, rows in zip(moments_at, known, strict=True)
        ]
    )
    now = _features(values, first, stop)
    able = stop - first >= LEAST_PAST
    quantiles[able], moments[able] = 0.0, 0.0
    for one, other in _PAIRS_OF_FEATURES:
        code, code_now = _codes(features[:, [one, other]], now[:, [one, other]], bins)
        some = int(code.max()) + 1
        table, spread = np.empty((some, len(levels))), np.empty((some, 2))
        _fill_bins(code, outcomes, levels, table, spread)
        quantiles[able] += table[code_now[able]] / len(_PAIRS_OF_FEATURES)
        moments[able] += spread[code_now[able]] / len(_PAIRS_OF_FEATURES)
    return quantiles, moments


def _moments_before(first: Longs, stop: int, task: Task) -> list[int]:
    """Moments whose outcomes end before ``stop``, evenly over the past, latest first."""
    latest = stop - task.span
    if not len(first) or latest < int(first.min()) + LEAST_PAST:
        return []
    earliest = min(int(first.min()) + 2 * LEAST_PAST, latest)
    count = min(_MOMENTS, latest - earliest + 1)
    return sorted({round(x) for x in np.linspace(earliest, latest, count)}, reverse=True)


def _features(values: Floats, first: Longs, stop: int) -> Floats:
    """TSB rate, mean of the last twelve periods and mean size, shape (series, 3)."""
    return np.stack(
        [
            tsb_rates(values, first, stop, 0.1, 0.1),
            recent_means(values, first, stop, _RECENT),
            _sizes(values, first, stop),
        ],
        axis=1,
    )


@compiled
def _sizes(values: Floats, first: Longs, stop: int) -> Floats:
    out = np.zeros(len(values))
    for i in range(len(values)):
        total, count = 0.0, 0
        for t in range(first[i], stop):
            if values[i, t] > 0.0:
                total += values[i, t]
                count += 1
        if count:
            out[i] = total / count
    return out


@compiled
def _outcomes(values: Floats, rows: Longs, at: int, horizon: float, sd: float) -> Floats:
    """Demand that followed on the moment, shape (rows,)."""
    out = np.empty(len(rows))
    for k in range(len(rows)):
        # the choice rests on the history alone, so that the order of the series does not matter
        u = (0.5 + at * 0.7548776662466927 + values[rows[k], :at].sum() * 0.6180339887498949) % 1.0
        drawn = horizon_point(horizon, sd, (u * 8.0) % 1.0)
        # a drawn horizon that reaches beyond the outcome is cut and its demand scaled up
        fits = min(drawn, np.ceil(horizon))
        demand = window_demand(values[rows[k]], at, fits, u)
        out[k] = demand * drawn / fits if fits < drawn else demand
    return out


def _codes(then: Floats, now: Floats, bins: int) -> tuple[Longs, Longs]:
    """Bin of each pair and of each series now: parts by one feature, then by the other."""
    parts = max(1, round(float(np.sqrt(2 * bins))))
    inner = max(1, bins // parts)
    edges = _edges(then[:, 0], parts)
    part, part_now = (np.searchsorted(edges, f[:, 0]) for f in (then, now))
    code, code_now = np.zeros(len(then), np.int64), np.zeros(len(now), np.int64)
    offset = 0
    for p in np.unique(part):
        inside = part == p
        cuts = _edges(then[inside, 1], inner)
        code[inside] = offset + np.searchsorted(cuts, then[inside, 1])
        here = part_now == p
        code_now[here] = offset + np.searchsorted(cuts, now[here, 1])
        offset += len(cuts) + 1
    return code, np.minimum(code_now, int(code.max()))


def _edges(feature: Floats, parts: int) -> Floats:
    """Cuts into parts of about equal number; fewer where values repeat."""
    cuts: Floats = np.unique(np.quantile(feature, np.arange(1, parts) / parts, method="lower"))
    return np.ascontiguousarray(cuts[cuts < feature.max()])


@compiled
def _fill_bins(
    code: Longs, outcomes: Floats, levels: Floats, table: Floats, spread: Floats
) -> None:
    """Quantiles and moments of the outcomes in each bin."""
    begin = np.zeros(len(table) + 1, np.int64)
    for c in code:
        begin[c + 1] += 1
    begin = np.cumsum(begin)
    at = begin.copy()
    sample = np.empty(len(code))
    for k in range(len(code)):
        sample[at[code[k]]] = outcomes[k]
        at[code[k]] += 1
    for c in range(len(table)):
        part = sample[begin[c] : begin[c + 1]]
        if len(part):
            fill_order_statistics(part, levels, table[c], spread[c])
        else:
            table[c] = np.nan
            spread[c] = np.nan
