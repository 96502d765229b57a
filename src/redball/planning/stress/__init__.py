"""Stress test: what would hurt most, how long one would survive it, and when it comes back.

What: everything of the case lost one at a time, then pairs among the worst, each against the
undisturbed run of the same replication. A ranking by lost readiness-days with intervals, resilience
curves, the units that suffer and the reasons; the same losses ranked by other methods beside it.

Why: a structural finding says that something is a single point, not what its loss costs.

Sources: Bruneau et al., Earthquake Spectra 19(4), 2003; Simchi-Levi et al., Interfaces 45(5), 2015;
Law, *Simulation Modeling and Analysis*, 5th ed. 2015, ch. 9 to 11.
"""

from redball.planning.stress.bottlenecks import Bottlenecks, bottlenecks
from redball.planning.stress.effect import Effect
from redball.planning.stress.losses import KINDS_LOST, Loss, joined, losses_of
from redball.planning.stress.matter import Matter, what_matters
from redball.planning.stress.methods import (
    CrossCheck,
    Method,
    cascade_method,
    cross_check,
    exposure_method,
    simulation_method,
)
from redball.planning.stress.ranks import kendall_tau_b, mid_ranks
from redball.planning.stress.result import StressResult
from redball.planning.stress.testing import Case, Times, stress

__all__ = [
    "KINDS_LOST",
    "Bottlenecks",
    "Case",
    "CrossCheck",
    "Effect",
    "Loss",
    "Matter",
    "Method",
    "StressResult",
    "Times",
    "bottlenecks",
    "cascade_method",
    "cross_check",
    "exposure_method",
    "joined",
    "kendall_tau_b",
    "losses_of",
    "mid_ranks",
    "simulation_method",
    "stress",
    "what_matters",
]
