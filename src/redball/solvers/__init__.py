"""A thin door to HiGHS for linear and mixed-integer problems.

What: a problem from arrays, one call that solves it, one result that says how far it got, a model
that is changed and solved again from where it stood, and one report of which rows contradict each
other and what it would cost to give way.

Why: every capability that needs an optimiser says it the same way, can be interrupted, keeps quiet
on the terminal, and never takes a time-out for an optimum. No capability imports the solver itself.

Source: Q. Huangfu and J. A. J. Hall, "Parallelizing the dual revised simplex method", Mathematical
Programming Computation 10 (2018) 119-142 (HiGHS); J. W. Chinneck, Feasibility and Infeasibility in
Optimization (2008), ch. 6 (elastic and deletion filters).
"""

from redball.solvers.conflict import Conflict, explain_conflict
from redball.solvers.problem import LinearProblem
from redball.solvers.solve import Solution, Status, solve
from redball.solvers.warm import WarmModel, WarmSolution

__all__ = [
    "Conflict",
    "LinearProblem",
    "Solution",
    "Status",
    "WarmModel",
    "WarmSolution",
    "explain_conflict",
    "solve",
]
