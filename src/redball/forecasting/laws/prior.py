"""Gamma prior of a class of items: what a sparse or new series borrows from its class.

Demand is taken as dispersed Poisson with variance ``phi`` times the mean and a rate drawn from a
gamma law that the class shares. From the totals ``Y_i`` over exposures ``e_i`` of the class:

- rate ``m = sum Y / sum e``; dispersion ``phi``: pooled variance within series over pooled mean,
  at least 1;
- spread of rates ``tau2 = max(0, (sum (Y - m e)^2 - phi m sum e) / sum e^2)``;
- prior shape ``a = m^2 / tau2`` and exposure ``b = m / tau2``.

The posterior of a series is gamma with shape ``a + Y / phi`` and exposure ``b + e / phi`` (the
dispersion makes ``phi`` units count as one event); its predictive law over a horizon ``h`` has

``mean = h (a + Y / phi) / (b + e / phi)``, ``variance = phi mean + h^2 (a + Y/phi)/(b + e/phi)^2``

and is taken as negative binomial, which is exact for ``phi = 1``. Sources: C. C. Sherbrooke,
"Optimal Inventory Modeling of Systems" (2004), ch. 4 (empirical Bayes for item demand rates);
A. Gelman et al., "Bayesian Data Analysis" (2013), sec. 2.6. The moments are our own choice.
"""

from dataclasses import dataclass

import numpy as np

from redball.model.compiled import Flags, Floats, Longs

LEAST_MEMBERS = 3
"""A class of fewer series has no prior of its own."""

_STIFFEST = 1e6
"""Most exposure that a prior may count for: the rates of the class do not differ visibly."""

_JEFFREYS = 0.5
"""Shape for series of no class: Jeffreys' prior of a Poisson rate."""


@dataclass(frozen=True)
class Priors:
    """Gamma prior of each group.

    Attributes
    ----------
    shape, exposure : float64 arrays, shape (groups,)
        Of the gamma law of the rate; ``exposure`` in periods. Where the group is too small, shape
        one half and exposure 0 (Jeffreys).
    dispersion : float64 array, shape (groups,)
        Variance over mean of demand within a series, at least 1.
    known : bool array, shape (groups,)
        Whether the group had enough series.
    """

    shape: Floats
    exposure: Floats
    dispersion: Floats
    known: Flags


def class_priors(
    total: Floats, exposure: Floats, variance: Floats, group: Longs, groups: int
) -> Priors:
    """Fit the prior of each group by moments.

    Parameters
    ----------
    total, exposure : float64 arrays, shape (series,)
        Demand and observed periods of each series.
    variance : float64 array, shape (series,)
        Sample variance of its periods; NaN where it has fewer than two.
    group : int64 array, shape (series,)
        Group of each series, 0 to ``groups`` - 1.
    """

    def summed(what: Floats) -> Floats:
        total_of: Floats = np.bincount(group, what, groups).astype(np.float64)
        return total_of

    used = exposure > 0
    members = summed(used.astype(np.float64))
    all_exposure = np.maximum(summed(exposure), 1e-300)
    rate = summed(np.where(used, total, 0.0)) / all_exposure
    free = np.where(used & ~np.isnan(variance), exposure - 1.0, 0.0)
    own_mean = np.divide(total, exposure, out=np.zeros_like(total), where=used)
    pooled = summed(free * np.where(free > 0, variance, 0.0))
    level = summed(free * own_mean)
    phi = np.maximum(np.divide(pooled, level, out=np.ones(groups), where=level > 0), 1.0)
    miss = np.where(used, (total - rate[group] * exposure) ** 2, 0.0)
    tau2 = (summed(miss) - phi * rate * all_exposure) / np.maximum(summed(exposure**2), 1e-300)
    known = (members >= LEAST_MEMBERS) & (rate > 0)
    loose = np.maximum(tau2, rate / _STIFFEST)
    safe = np.where(known, np.maximum(loose, 1e-300), 1.0)
    return Priors(
        shape=np.where(known, rate**2 / safe, _JEFFREYS),
        exposure=np.where(known, rate / safe, 0.0),
        dispersion=np.where(known, phi, 1.0),
        known=known,
    )


def predictive_moments(
    priors: Priors, group: Longs, total: Floats, exposure: Floats, horizon: Floats, sd: Floats
) -> tuple[Floats, Floats]:
    """Mean and variance of demand over the horizon; NaN where neither class nor history is.

    A random lead time with standard deviation ``sd`` (in periods) adds ``E[rate^2] sd^2``.
    """
    phi = priors.dispersion[group]
    shape = priors.shape[group] + total / phi
    weight = priors.exposure[group] + exposure / phi
    some = weight > 0
    rate = np.divide(shape, weight, out=np.full_like(shape, np.nan), where=some)
    doubt = np.divide(rate, weight, out=np.full_like(shape, np.nan), where=some)
    mean = horizon * rate
    variance = phi * mean + horizon**2 * doubt + (rate**2 + doubt) * sd**2
    return mean, variance
