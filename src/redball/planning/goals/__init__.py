"""What a plan must reach and what it must keep: goals and bounds as a file, bound to a network."""

from redball.planning.goals.binding import Bound, bound
from redball.planning.goals.reading import FORM, read_goals
from redball.planning.goals.wanted import (
    CostBound,
    DaysGoal,
    Goals,
    ReadinessGoal,
    Room,
    SurviveGoal,
    YearBudget,
)

__all__ = [
    "FORM", "Bound", "CostBound", "DaysGoal", "Goals", "ReadinessGoal", "Room", "SurviveGoal",
    "YearBudget", "bound", "read_goals",
]  # fmt: skip
