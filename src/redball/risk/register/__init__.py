"""The risk register: what may happen, how likely, how long, why together, and who looks after it.

What: the process of ISO 31000:2018 (clause 6) as data and steps: identification, analysis (what a
loss costs in the twin), evaluation against a stated appetite, treatment, monitoring and review.
Why: a coloured matrix hides rate and consequence in one guess (Cox, Risk Analysis 28 (2008)
497-512); here likelihood, duration and their sources stand apart, and consequence is measured.
"""

from redball.risk.register.appetite import Appetite, Verdict, judged
from redball.risk.register.causes import Elementary, elementary
from redball.risk.register.durations import Duration
from redball.risk.register.entries import (
    CONFIDENCES,
    SCOPES,
    STATES,
    Cause,
    Contingency,
    Indicator,
    Register,
    RiskEntry,
)
from redball.risk.register.reading import FORM, read_register
from redball.risk.register.suppliers import SUPPLIER_PARTS, supplier_assessment
from redball.risk.register.taxonomy import Category, categories, category
from redball.risk.register.watching import Notice, notices
from redball.risk.register.writing import as_values, write_register

__all__ = [
    "CONFIDENCES", "FORM", "SCOPES", "STATES", "SUPPLIER_PARTS", "Appetite", "Category", "Cause",
    "Contingency", "Duration", "Elementary", "Indicator", "Notice", "Register", "RiskEntry",
    "Verdict", "as_values", "categories", "category", "elementary", "judged", "notices",
    "read_register", "supplier_assessment", "write_register",
]  # fmt: skip
