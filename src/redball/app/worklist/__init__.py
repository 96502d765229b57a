"""The working list of findings: how each stands, what was written about it, and the trend."""

from redball.app.worklist.deciding import (
    Author,
    Overtaken,
    worklist_accept,
    worklist_acknowledge,
    worklist_assign,
    worklist_comment,
    worklist_reopen,
)
from redball.app.worklist.desks import desk_of
from redball.app.worklist.identity import named
from redball.app.worklist.listing import (
    LEVELS,
    NoSuchFinding,
    Sheet,
    Wanted,
    Worklist,
    worklist,
    worklist_finding,
)
from redball.app.worklist.looking_after import worklist_people
from redball.app.worklist.states import Standing, State
from redball.app.worklist.telling import (
    finding_document,
    sheet_document,
    trend_rows,
    worklist_document,
)
from redball.app.worklist.trend import Gone, Trend, worklist_catch_up, worklist_trend

__all__ = [
    "LEVELS",
    "Author",
    "Gone",
    "NoSuchFinding",
    "Overtaken",
    "Sheet",
    "Standing",
    "State",
    "Trend",
    "Wanted",
    "Worklist",
    "desk_of",
    "finding_document",
    "named",
    "sheet_document",
    "trend_rows",
    "worklist",
    "worklist_accept",
    "worklist_acknowledge",
    "worklist_assign",
    "worklist_catch_up",
    "worklist_comment",
    "worklist_document",
    "worklist_finding",
    "worklist_people",
    "worklist_reopen",
    "worklist_trend",
]
