"""One plan under one budget: candidates, their effects, the choice, its rehearsal, its reasons.

What: :func:`prepare` finds candidates where it hurts and runs their effects once; :func:`decide`
chooses for a budget, with goals and bounds, pins and edits, rehearses the choice on the whole twin,
and says what it rests on. :func:`make_plan` does both. Deciding again takes seconds.
"""

from redball.planning.plan.deciding import Kept, Neighbour, Plan, decide, make_plan
from redball.planning.plan.explaining import Left, Sensitivity
from redball.planning.plan.options import Edit, PlanOptions
from redball.planning.plan.preparing import Prepared, prepare
from redball.planning.plan.risks import Risk

__all__ = [
    "Edit",
    "Kept",
    "Left",
    "Neighbour",
    "Plan",
    "PlanOptions",
    "Prepared",
    "Risk",
    "Sensitivity",
    "decide",
    "make_plan",
    "prepare",
]
