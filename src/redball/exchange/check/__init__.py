"""The check: every problem of a package with sheet, line, column, rule, value and mend.

A package is checked before anything is imported. Rows without errors can be taken in while
others wait to be mended; nothing is guessed and nothing is withdrawn by mistake. The check also
scores the feed, so that a nation's conformance can be followed over time.

Rules follow the tables of the language (``redball.model``) and its code lists; each says why it
is there. They are small functions over whole columns or over the distinct values of a column, so
that a million typed rows cost about a second and only rows at fault cost memory.
"""

from redball.exchange.check.report import shown
from redball.exchange.check.rule import ERROR, WARNING, Rule
from redball.exchange.check.rules import render_rules, rules
from redball.exchange.check.run import Progress, check_package
from redball.exchange.check.types import ISSUE_SCHEMA, Check, Checked, Known, Score

__all__ = [
    "ERROR",
    "ISSUE_SCHEMA",
    "WARNING",
    "Check",
    "Checked",
    "Known",
    "Progress",
    "Rule",
    "Score",
    "check_package",
    "render_rules",
    "rules",
    "shown",
]
