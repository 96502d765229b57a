"""The laws that compete for each series, each from the past before one moment."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from redball.forecasting.laws import (
    Task,
    class_priors,
    fill_bootstrap,
    fill_count_quantiles,
    fill_empirical,
    pooled_outcomes,
    predictive_moments,
)
from redball.forecasting.points.aggregation import imapa_rates
from redball.forecasting.points.observed import Observed
from redball.forecasting.points.smoothing import recent_means, tsb_rates
from redball.model.compiled import Flags, Floats, Longs, compiled

_SLICE = 5_000
"""Series per call of a slow kernel, so that a run can be stopped in between."""

EMPIRICAL, BOOTSTRAP = "empirical", "bootstrap"
POISSON, NEGATIVE_BINOMIAL = "poisson", "negative binomial"


@dataclass(frozen=True)
class Moment:
    """What may be known at one moment, and what is asked for.

    Attributes
    ----------
    past : Observed
        Histories; only columns before ``stop`` are read.
    stop : int
    horizon, sd : float64 arrays, shape (series,), in periods
        Mean and standard deviation of the horizon of each series.
    task : Task
        The horizon that stands for all of them where series are pooled.
    group : int64 array, shape (series,)
        Class of each series, 0 to ``groups`` - 1; nothing is borrowed across classes.
    whole : bool array, shape (series,)
        Whether demand is counted in whole units.
    levels : float64 array
    replications, seed : int
        Of the bootstrap.
    tick : callable
        Called between slices of slow work; what it raises ends the work.
    """

    past: Observed
    stop: int
    horizon: Floats
    sd: Floats
    task: Task
    group: Longs
    groups: int
    whole: Flags
    levels: Floats
    replications: int
    seed: int
    tick: Callable[[], None]

    @property
    def exposure(self) -> Floats:
        """Observed periods of each series before the moment."""
        counts: Floats = np.maximum(self.stop - self.past.first, 0).astype(np.float64)
        return counts


@dataclass(frozen=True)
class Law:
    """Forecast of one candidate.

    Attributes
    ----------
    quantiles : float64 array, shape (series, levels)
        NaN where the law is not available.
    mean, variance : float64 arrays, shape (series,)
    """

    quantiles: Floats
    mean: Floats
    variance: Floats


def series_moments(past: Observed, stop: int) -> tuple[Floats, Floats]:
    """Mean and sample variance of the periods of each series; variance NaN below two periods."""
    return _series_moments(past.values, past.first, stop)


@compiled
def _series_moments(values: Floats, first: Longs, stop: int) -> tuple[Floats, Floats]:
    mean, variance = np.zeros(len(values)), np.full(len(values), np.nan)
    for i in range(len(values)):
        count = stop - first[i]
        if count < 1:
            continue
        total = 0.0
        for t in range(first[i], stop):
            total += values[i, t]
        mean[i] = total / count
        if count > 1:
            squares = 0.0
            for t in range(first[i], stop):
                squares += (values[i, t] - mean[i]) ** 2
            variance[i] = squares / (count - 1)
    return mean, variance


def _from_moments(moment: Moment, mean: Floats, variance: Floats) -> Law:
    quantiles = np.empty((len(mean), len(moment.levels)))
    fill_count_quantiles(mean, variance, moment.whole, moment.levels, quantiles)
    return Law(quantiles, mean, np.maximum(variance, np.where(moment.whole, mean, 0.0)))


def _negative_binomial(rate: Callable[[Moment], Floats]) -> Callable[[Moment], Law]:
    """Law whose variance is that of the history, scaled by the ratio of the means."""

    def law(moment: Moment) -> Law:
        average, variance = series_moments(moment.past, moment.stop)
        point = rate(moment)
        ratio = np.divide(point, average, out=np.ones_like(point), where=average > 0)
        once = np.where(np.isnan(variance), average, variance) * ratio
        mean = moment.horizon * point
        return _from_moments(moment, mean, moment.horizon * once + (point * moment.sd) ** 2)

    return law


def _tsb(moment: Moment) -> Floats:
    return tsb_rates(moment.past.values, moment.past.first, moment.stop, 0.1, 0.1)


def _mean(moment: Moment) -> Floats:
    past = moment.past
    return recent_means(past.values, past.first, moment.stop, past.values.shape[1])


def _imapa(moment: Moment) -> Floats:
    rates = np.empty(len(moment.past.values))
    for rows in slices(len(rates)):
        rates[rows] = imapa_rates(moment.past.values[rows], moment.past.first[rows], moment.stop)
        moment.tick()
    return rates


def _poisson_tsb(moment: Moment) -> Law:
    point = _tsb(moment)
    mean = np.where(moment.whole, moment.horizon * point, np.nan)
    return _from_moments(moment, mean, mean + (point * moment.sd) ** 2)


def _class_prior(moment: Moment) -> Law:
    average, variance = series_moments(moment.past, moment.stop)
    exposure = moment.exposure
    total = average * exposure
    priors = class_priors(total, exposure, variance, moment.group, moment.groups)
    mean, spread = predictive_moments(
        priors, moment.group, total, exposure, moment.horizon, moment.sd
    )
    return _from_moments(moment, mean, spread)


def _empirical(moment: Moment) -> Law:
    return _sliced(moment, lambda rows, quantiles, spread: fill_empirical(
        moment.past.values[rows], moment.past.first[rows], moment.stop, moment.horizon[rows],
        moment.sd[rows], moment.levels, quantiles, spread,
    ))  # fmt: skip


def _bootstrap(moment: Moment) -> Law:
    return _sliced(moment, lambda rows, quantiles, spread: fill_bootstrap(
        moment.past.values[rows], moment.past.first[rows], moment.stop, moment.horizon[rows],
        moment.sd[rows], moment.whole[rows], moment.levels, moment.replications, moment.seed,
        quantiles, spread,
    ))  # fmt: skip


def _sliced(moment: Moment, fill: Callable[[slice, Floats, Floats], None]) -> Law:
    series = len(moment.horizon)
    quantiles, spread = np.empty((series, len(moment.levels))), np.empty((series, 2))
    for rows in slices(series):
        fill(rows, quantiles[rows], spread[rows])
        moment.tick()
    return Law(quantiles, spread[:, 0], spread[:, 1])


def _peers(moment: Moment) -> Law:
    series = len(moment.horizon)
    quantiles = np.full((series, len(moment.levels)), np.nan)
    spread = np.full((series, 2), np.nan)
    for one in range(moment.groups):
        rows = np.flatnonzero(moment.group == one)
        part = moment.past.part(rows)
        quantiles[rows], spread[rows] = pooled_outcomes(
            part.values, part.first, moment.stop, moment.task, moment.levels
        )
    # the pool answers for one horizon; a series whose own differs a little takes its share
    share = moment.horizon / moment.task.horizon
    return Law(quantiles * share[:, None], spread[:, 0] * share, spread[:, 1] * share)


def slices(series: int) -> Iterator[slice]:
    """Consecutive parts of the series, each short work for a kernel."""
    return (slice(at, min(at + _SLICE, series)) for at in range(0, series, _SLICE))


@dataclass(frozen=True)
class Candidate:
    """A law that can be chosen.

    Attributes
    ----------
    law : str
        Name of its kind in :class:`redball.model.DemandForecast`.
    text : str
        How mean and law are found.
    forecast : callable
        From a :class:`Moment` to a :class:`Law`.
    """

    law: str
    text: str
    forecast: Callable[[Moment], Law]


CANDIDATES: MappingProxyType[str, Candidate] = MappingProxyType(
    {
        "nb tsb": Candidate(
            NEGATIVE_BINOMIAL, "TSB mean, variance of the history", _negative_binomial(_tsb)
        ),
        "nb mean": Candidate(
            NEGATIVE_BINOMIAL, "mean and variance of the history", _negative_binomial(_mean)
        ),
        "nb imapa": Candidate(
            NEGATIVE_BINOMIAL, "IMAPA mean, variance of the history", _negative_binomial(_imapa)
        ),
        "poisson tsb": Candidate(POISSON, "TSB mean", _poisson_tsb),
        "empirical": Candidate(EMPIRICAL, "overlapping sums", _empirical),
        "bootstrap": Candidate(BOOTSTRAP, "Markov chain and resampled sizes", _bootstrap),
        "class": Candidate(NEGATIVE_BINOMIAL, "gamma prior of the class", _class_prior),
        "peers": Candidate(EMPIRICAL, "what followed on similar pasts in the class", _peers),
    }
)
"""The laws that compete, by name; the first is always available and stands in for the others."""

METHODS = tuple(CANDIDATES)
