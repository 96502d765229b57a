"""Forecast many series, each by the method that its rolling origins favour."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np

from redball.forecasting.laws import Task, in_whole_units
from redball.forecasting.points.observed import Observed
from redball.forecasting.selection.candidates import CANDIDATES, Law, Moment
from redball.forecasting.selection.choice import best_available, credible_scores
from redball.forecasting.selection.rolling import (
    Trial,
    forecasts,
    in_units,
    origins,
    run_trial,
    scales,
)
from redball.model.compiled import Flags, Floats, Longs

Progress = Callable[[float], None]

_TRIAL_REPLICATIONS = 200
_REPLICATIONS = 1000
_STEP = 0.15
"""Series are treated together where the logarithms of their horizons differ by no more."""


@dataclass(frozen=True)
class Selected:
    """Forecast of each series by the method chosen for it.

    Attributes
    ----------
    quantiles : float64 array, shape (series, levels)
    mean, variance : float64 arrays, shape (series,)
        Of demand over the horizon.
    method : int64 array, shape (series,)
        Position in the methods that competed; -1 where no law was available.
    scored : int64 array, shape (series,)
        Rolling origins behind the next three.
    bias, coverage, pinball : float64 arrays, shape (series,)
        Of the chosen method in rolling origins: sum of forecast less demand over the sum of demand;
        share of outcomes at or below the highest quantile; mean scaled loss. NaN without origins,
        bias also without demand in them.
    """

    quantiles: Floats
    mean: Floats
    variance: Floats
    method: Longs
    scored: Longs
    bias: Floats
    coverage: Floats
    pinball: Floats


@dataclass(frozen=True)
class Settings:
    """How to forecast and to choose.

    Attributes
    ----------
    levels : tuple of float
    methods : tuple of str
    origins, seed : int
    """

    levels: tuple[float, ...]
    methods: tuple[str, ...]
    origins: int
    seed: int


def select(
    past: Observed,
    horizon: Floats,
    sd: Floats,
    group: Longs,
    settings: Settings,
    progress: Progress | None = None,
) -> Selected:
    """Forecast every series by the method that fits it best.

    Series are pooled with those of the same group whose horizon differs by no more than about
    15 %. A series that never had a demand takes the prior of its group, whatever the scores say:
    the forecast 'nothing, surely' can't lose on such a series and would never end.

    Parameters
    ----------
    past : Observed
    horizon, sd : float64 arrays, shape (series,), in periods
        Mean (above 0) and standard deviation of what the demand is wanted for.
    group : int64 array, shape (series,)
        Class of each series, counted from 0.
    progress : callable, optional
        Told the share of the work done, 0 to 1, after each step; what it raises ends the work.
    """
    series, levels = len(horizon), len(settings.levels)
    common, spread = _common(horizon, sd)
    whole = in_whole_units(past.values, past.first)
    out = _nothing(series, levels)
    done = 0
    for length, width in np.unique(np.stack([common, spread], axis=1), axis=0):
        rows = np.flatnonzero((common == length) & (spread == width))

        def tell(share: float, done: int = done, size: int = len(rows)) -> None:
            if progress is not None:
                progress((done + share * size) / series)

        part = _select_together(
            past.part(rows), horizon[rows], sd[rows], Task(float(length), float(width)),
            _packed(group[rows]), whole[rows], settings, tell,
        )  # fmt: skip
        for field in fields(Selected):
            getattr(out, field.name)[rows] = getattr(part, field.name)
        done += len(rows)
    return out


def _nothing(series: int, levels: int) -> Selected:
    """No law for any series, to be filled in."""

    def empty() -> Floats:
        return np.full(series, np.nan)

    return Selected(
        quantiles=np.full((series, levels), np.nan),
        mean=empty(),
        variance=empty(),
        method=np.full(series, -1, np.int64),
        scored=np.zeros(series, np.int64),
        bias=empty(),
        coverage=empty(),
        pinball=empty(),
    )


def _packed(group: Longs) -> Longs:
    """Groups counted from 0 without holes."""
    return np.unique(group, return_inverse=True)[1].astype(np.int64)


def _common(horizon: Floats, sd: Floats) -> tuple[Floats, Floats]:
    """Round horizon and spread of each series, for those that are treated together.

    It follows from the series' own horizon alone, not from those of others: steps of a quarter from
    one period on, of a half from two, whole numbers about 15 % apart above six, and such fractions
    below one.
    """
    apart = np.exp(np.rint(np.log(horizon) / _STEP) * _STEP)
    fine = np.where(horizon < 2.0, 4.0, 2.0)
    steps = np.rint(horizon * fine) / fine
    common = np.where(horizon > 6.0, np.rint(apart), np.where(horizon < 1.0, apart, steps))
    spread = np.rint(2.0 * sd / horizon) / 2.0 * common
    return common, spread


def _select_together(
    past: Observed, horizon: Floats, sd: Floats, task: Task, group: Longs, whole: Flags,
    settings: Settings, tell: Progress,
) -> Selected:  # fmt: skip
    groups = int(group.max()) + 1
    periods = past.values.shape[1]

    stops = origins(periods, task.span, settings.origins)
    steps = len(settings.methods) * (len(stops) + 1)
    done = [0]

    def step() -> None:
        done[0] += 1
        tick()

    def tick() -> None:
        tell(done[0] / steps)

    def moment(stop: int, replications: int) -> Moment:
        return Moment(
            past, stop, horizon, sd, task, group, groups, whole, np.asarray(settings.levels),
            replications, settings.seed, tick,
        )  # fmt: skip

    scale = scales(past)
    trials = [
        run_trial(moment(stop, _TRIAL_REPLICATIONS), settings.methods, scale, step)
        for stop in stops
    ]
    scores = credible_scores(trials, len(settings.methods), group, groups, task.span)
    last = moment(periods, _TRIAL_REPLICATIONS)
    laws = forecasts(last, settings.methods, step)
    available = np.stack([~np.isnan(law.quantiles[:, 0]) for law in laws])
    method = best_available(scores.loss, _with_rules(available, past, settings.methods))
    _resample(laws, method, settings.methods, last)
    return _chosen(laws, trials, method, scores.scored, last)


def _resample(laws: list[Law], method: Longs, methods: tuple[str, ...], last: Moment) -> None:
    """Repeat the bootstrap with more replications where it was chosen."""
    if "bootstrap" not in methods:
        return
    position = methods.index("bootstrap")
    rows = np.flatnonzero(method == position)
    if len(rows):
        part = replace(
            last,
            past=last.past.part(rows),
            horizon=last.horizon[rows],
            sd=last.sd[rows],
            group=last.group[rows],
            whole=last.whole[rows],
            replications=_REPLICATIONS,
        )
        fine = CANDIDATES["bootstrap"].forecast(part)
        for name in ("quantiles", "mean", "variance"):
            getattr(laws[position], name)[rows] = getattr(fine, name)


def _with_rules(available: Flags, past: Observed, methods: tuple[str, ...]) -> Flags:
    """Leave only the class's prior to series without demand, and nothing else to new ones."""
    ruled = available.copy()
    silent = past.values.sum(axis=1) == 0
    if "class" in methods:
        prior = available[methods.index("class")].copy()
        ruled[:, silent & prior] = False
        ruled[methods.index("class")] = prior
    new = past.counts == 0
    others = np.array([name != "class" for name in methods])
    ruled[others[:, None] & new] = False
    return ruled


def _chosen(
    laws: list[Law], trials: list[Trial], method: Longs, scored: Longs, last: Moment
) -> Selected:
    """Figures of the chosen method of each series."""
    rows = np.arange(len(method))
    none = method < 0

    def pick(each: list[Floats]) -> Floats:
        stacked = np.stack(each)[method, rows]
        stacked[none] = np.nan
        return stacked

    bias, coverage, pinball = _record(trials, method, rows)
    for one in (bias, coverage, pinball):
        one[none] = np.nan
    return Selected(
        in_units(pick([law.quantiles for law in laws]), last),
        pick([law.mean for law in laws]),
        pick([law.variance for law in laws]),
        method, scored, bias, coverage, pinball,
    )  # fmt: skip


def _record(trials: list[Trial], method: Longs, rows: Longs) -> tuple[Floats, Floats, Floats]:
    """Bias, coverage and loss of the chosen method over the trials."""
    said, came, under, lost, count = (np.zeros(len(rows)) for _ in range(5))
    for trial in trials:
        loss = trial.loss[method, rows]
        known = ~np.isnan(loss)
        count += known
        said += np.where(known, trial.mean[method, rows], 0.0)
        came += np.where(known, trial.came, 0.0)
        under += known & (trial.came <= trial.quantiles[method, rows, -1])
        lost += np.where(known, loss, 0.0)
    nothing = np.full(len(rows), np.nan)
    bias = np.divide(said - came, came, out=nothing.copy(), where=came > 0)
    coverage = np.divide(under, count, out=nothing.copy(), where=count > 0)
    return bias, coverage, np.divide(lost, count, out=nothing.copy(), where=count > 0)
