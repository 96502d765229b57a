"""Futures side by side: key figures, paired differences with significance, and the reasons.

What: two or more futures (compiled scenarios, or a network with changes and rules) run on the same
replications. Readiness by day, figures, differences with t intervals, and the stock-outs, lanes,
production lines and workshops behind them, as tidy tables.

Why: 'better' is a claim about a difference. Common random numbers make its interval narrow, and a
difference that is not significant is said to be none.

Sources: Law, *Simulation Modeling and Analysis*, 5th ed. 2015, ch. 9 to 11.
"""

from redball.planning.compare.comparing import Comparison, compare
from redball.planning.compare.figures import FIGURES
from redball.planning.compare.futures import Engine, Future, GivenFuture, event_engine
from redball.planning.compare.paired import Paired, paired, paired_ratio

__all__ = [
    "FIGURES",
    "Comparison",
    "Engine",
    "Future",
    "GivenFuture",
    "Paired",
    "compare",
    "event_engine",
    "paired",
    "paired_ratio",
]
