"""Demand over a lead time as a distribution: from moments, from windows, from the class.

``counts`` gives Poisson and negative binomial quantiles from mean and variance; ``windows`` the
empirical law of overlapping sums; ``bootstrap`` simulates a Markov chain with resampled sizes;
``prior`` borrows the rate from the class where a series is sparse or new; ``peers`` takes what
followed on similar pasts. Sources stand in each module; ``docs/concepts/demand.md`` has the maths.
"""

from redball.forecasting.laws.bootstrap import fill_bootstrap
from redball.forecasting.laws.counts import (
    check_levels,
    count_probabilities,
    count_quantiles,
    fill_count_quantiles,
)
from redball.forecasting.laws.peers import Task, pooled_outcomes
from redball.forecasting.laws.prior import Priors, class_priors, predictive_moments
from redball.forecasting.laws.windows import fill_empirical, in_whole_units, window_demand

__all__ = [
    "Priors",
    "Task",
    "check_levels",
    "class_priors",
    "count_probabilities",
    "count_quantiles",
    "fill_bootstrap",
    "fill_count_quantiles",
    "fill_empirical",
    "in_whole_units",
    "pooled_outcomes",
    "predictive_moments",
    "window_demand",
]
