"""Replications of a future: how sure its figures are, and what sets two futures apart.

What: as many replications as the interval asked for takes, on any runner, with the same bytes;
tables with intervals; paired comparison of two futures; resilience measures; quantiles and expected
shortfall; the long run of one series.

Why: one run of a random world shows its luck. Without intervals a planner compares noise;
with common random numbers far fewer replications show a difference.

Source: Law 2015, *Simulation Modeling and Analysis*, 5th ed., ch. 9-11; Bruneau et al. 2003,
*Earthquake Spectra* 19(4).
"""

from redball.simulation.replicate.estimates import (
    Estimate,
    mean_estimate,
    quantile_estimate,
    ratio_estimate,
    shortfall_estimate,
)
from redball.simulation.replicate.gathering import HEADLINES
from redball.simulation.replicate.pairs import NO_EFFECT, Pair, compare_pair
from redball.simulation.replicate.precision import Precision
from redball.simulation.replicate.resilience import Resilience, resilience_curve
from redball.simulation.replicate.shape import Shape, shape_of
from redball.simulation.replicate.simulate import Kernel, simulate
from redball.simulation.replicate.simulated import Simulated
from redball.simulation.replicate.steady import SteadyState, steady_state, warm_up_days
from redball.simulation.replicate.student import t_quantile

__all__ = [
    "HEADLINES",
    "NO_EFFECT",
    "Estimate",
    "Kernel",
    "Pair",
    "Precision",
    "Resilience",
    "Shape",
    "Simulated",
    "SteadyState",
    "compare_pair",
    "mean_estimate",
    "quantile_estimate",
    "ratio_estimate",
    "resilience_curve",
    "shape_of",
    "shortfall_estimate",
    "simulate",
    "steady_state",
    "t_quantile",
    "warm_up_days",
]
