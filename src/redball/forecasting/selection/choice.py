"""Choose a method for each series: its own scores, as far as they can be believed.

A handful of origins says little about one series. How much is a question of credibility
(H. Bühlmann, "Experience rating and credibility", ASTIN Bulletin 4, 1967): the score of a method is

``z own + (1 - z) class``, ``z = n / (n + k)``, ``k = within / between``

where ``own`` is the mean loss of the series over its ``n`` origins and ``class`` that of its class,
both as difference to the class's best method; ``within`` is the variance of the difference from
origin to origin, ``between`` the variance of its true mean from series to series. ``between`` is
taken at the lower end of its 90 % interval: where nothing shows that the series of a class differ,
all of them take the method that is best for the class. A short history has a small ``n`` and
follows its class. In a small class the class's own mean says little: to the score of every method
but the first (the reference) one standard error of its difference to the first is added.
"""

from dataclasses import dataclass

import numpy as np

from redball.forecasting.selection.rolling import Trial
from redball.model.compiled import Flags, Floats, Longs

_LOWER = 1.645
"""Standard normal quantile of 0.95: one-sided bound of the variance between series."""


@dataclass(frozen=True)
class Scores:
    """How the methods fared in rolling origins.

    Attributes
    ----------
    loss : float64 array, shape (methods, series)
        Loss with credibility, as difference to the best method of the class; infinite where the
        method could not be scored.
    scored : int64 array, shape (series,)
        Origins at which the series was scored.
    """

    loss: Floats
    scored: Longs


def credible_scores(
    trials: list[Trial], methods: int, group: Longs, groups: int, span: int
) -> Scores:
    """Scores of each method for each series over the trials.

    Where a method was not available at an origin it takes the loss of the first method, which
    always is: it is then neither better nor worse there. ``span`` is the number of periods of one
    outcome: where outcomes of successive origins overlap, ``n`` counts only what they have apart.
    """
    series = len(group)
    out = np.full((methods, series), np.inf)
    if not trials:
        return Scores(out, np.zeros(series, np.int64))
    loss = np.stack([trial.loss for trial in trials])
    seen = ~np.isnan(loss[:, 0])
    loss = np.where(np.isnan(loss), loss[:, :1], loss)
    scored = seen.sum(axis=0)
    apart = _apart([trial.stop for trial in trials], span)
    for one in range(groups):
        rows = np.flatnonzero(group == one)
        out[:, rows] = _credible(loss[:, :, rows], seen[:, rows], apart)
    never = np.stack([np.isnan(trial.loss) for trial in trials]).all(axis=(0, 2))
    out[never] = np.inf
    return Scores(out, scored.astype(np.int64))


def best_available(scores: Floats, available: Flags) -> Longs:
    """Position of the best method that has a law for each series; -1 where none has.

    Parameters
    ----------
    scores : float64 array, shape (methods, series)
    available : bool array, shape (methods, series)
        Methods without a score come last, in their order.
    """
    late = 1e300 * (1.0 + 1e-3 * np.arange(len(scores))[:, None])
    ranked = np.where(available, np.minimum(scores, late), np.inf)
    best: Longs = np.where(available.any(axis=0), ranked.argmin(axis=0), -1)
    return best


def _apart(stops: list[int], span: int) -> float:
    """Share of an outcome that successive origins do not share."""
    if len(stops) < 2:
        return 1.0
    return float(min(1.0, (max(stops) - min(stops)) / (len(stops) - 1) / max(span, 1)))


def _credible(loss: Floats, seen: Flags, apart: float) -> Floats:
    """Credibility-weighted differences to the best method; ``loss``: (origins, methods, series)."""
    count = seen.sum(axis=0)
    all_counts = max(int(count.sum()), 1)
    counted = seen[:, None]
    doubt = _standard_errors(np.where(counted, loss - loss[:, :1], 0.0), all_counts, apart)
    level = np.where(counted, loss, 0.0).sum(axis=(0, 2)) / all_counts + doubt
    best = int(level.argmin())
    to_best = np.where(counted, loss - loss[:, best : best + 1], 0.0)
    own = to_best.sum(axis=0) / np.maximum(count, 1)
    of_class = to_best.sum(axis=(0, 2)) / all_counts
    z = _credibility(to_best, own, of_class, seen, apart)
    scores: Floats = z * own + (1.0 - z) * (of_class + doubt - doubt[best])[:, None]
    return scores


def _standard_errors(difference: Floats, count: int, apart: float) -> Floats:
    """Of the class's mean difference of each method to the first, shape (methods,)."""
    mean = difference.sum(axis=(0, 2)) / count
    square = (difference**2).sum(axis=(0, 2)) / count
    errors: Floats = np.sqrt(np.maximum(square - mean**2, 0.0) / max(count * apart, 1.0))
    return errors


def _credibility(
    to_best: Floats, own: Floats, of_class: Floats, seen: Flags, apart: float
) -> Floats:
    """Weight of a series' own mean, shape (methods, series)."""
    count = seen.sum(axis=0)
    several = count > 1
    if several.sum() < 2:
        return np.zeros_like(own)
    missed = np.where(seen[:, None], to_best - own, 0.0)[:, :, several]
    within = (missed**2).sum(axis=0) / (count[several] - 1)
    effective = np.maximum(count * apart, 1.0)
    excess = (own[:, several] - of_class[:, None]) ** 2 - within / effective[several]
    error = excess.std(axis=1, ddof=1) / np.sqrt(several.sum())
    between = np.maximum(excess.mean(axis=1) - _LOWER * error, 0.0)
    reach = between[:, None] * np.where(count > 0, effective, 0.0)
    noise = within.mean(axis=1)[:, None]
    z: Floats = np.divide(reach, reach + noise, out=np.zeros_like(own), where=reach > 0)
    return z
