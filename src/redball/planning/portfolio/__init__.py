"""Portfolios of treatments: one plan under one budget, rehearsed.

What: effects of treatments in every hazard from the parts they touch, the choice of those that save
most readiness for a budget, and its rehearsal on the whole twin. :mod:`redball.planning.plan` makes
a plan of it.

Why: money for stock, sources, capacity, ways and agreements is one budget. What a treatment saves
depends on what else is done, so that it is chosen together and proven together.

Sources: expected loss and conditional value at risk after Rockafellar and Uryasev (2000), Journal
of Risk 2, 21-41; common random numbers after Law (2015), ch. 11; availability as a product over
items after Sherbrooke (2004), sec. 2.5.
"""

from redball.planning.portfolio.baselines import Baseline, Compared, compared, usual
from redball.planning.portfolio.choosing import Aim, Goal, Limit, Question
from redball.planning.portfolio.effects import Effects, Rehearsal
from redball.planning.portfolio.exposure import Exposure, measure, of_years
from redball.planning.portfolio.hazards import Hazard, Years, draw_years
from redball.planning.portfolio.rehearsing import Rehearsed, Twin, rehearse
from redball.planning.portfolio.solving import Planner, Portfolio
from redball.planning.portfolio.worth import Worth, worth_of

__all__ = [
    "Aim",
    "Baseline",
    "Compared",
    "Effects",
    "Exposure",
    "Goal",
    "Hazard",
    "Limit",
    "Planner",
    "Portfolio",
    "Question",
    "Rehearsal",
    "Rehearsed",
    "Twin",
    "Worth",
    "Years",
    "compared",
    "draw_years",
    "measure",
    "of_years",
    "rehearse",
    "usual",
    "worth_of",
]
