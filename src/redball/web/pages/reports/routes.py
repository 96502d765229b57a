"""Reports: a briefing in one click, the present in any form, and answers that were kept."""

from typing import Annotated

from fastapi import Depends, Query
from fastapi.responses import Response

from redball import app
from redball.access.actions import Action
from redball.app.worklist import Wanted
from redball.web.pages.findings.asked import asked_for
from redball.web.pages.reports import of_pages
from redball.web.pages.reports.contents import content_of, named
from redball.web.pages.reports.of_pages import taken
from redball.web.routing import Pages
from redball.web.visit import Visited

pages = Pages("reports")
of_pages.add(pages)  # before the address that takes any name

PAGE = 50
"""Kept answers on one page."""
PRESENT = (
    ("briefing", "Briefing", "What is in danger, how long stocks last, the worst findings, what to "
     "order, how old the data are: two to four pages."),
    ("picture", "Recognised picture", "Findings, days of supply, readiness, what moves and what "
     "expires, data age."),
    ("findings", "Working list", "Every finding with how it stands, and the trend."),
)  # fmt: skip


@pages.page("/reports", action=Action.SEE)
def reports(visit: Visited, first: Annotated[int, Query(ge=0, le=1_000_000)] = 0) -> Response:
    """What can be taken away now, and answers that were kept."""
    kept = app.kept_answers(visit.view.store, visit.view.viewer)
    origin = app.see(visit.view).origin()
    return visit.page(
        "reports/list.html",
        title="Reports",
        origin=origin,
        kept_in=[one for one in origin.agreements if not one.exportable],
        live=("picture",),
        present=PRESENT,
        rows=list(kept.slice(first, PAGE).iter_rows(named=True)),
        first=first,
        total=kept.height,
        step=PAGE,
        can=visit.may(Action.EXPORT),
    )


@pages.api("/reports", action=Action.SEE)
def reports_api(visit: Visited) -> dict[str, object]:
    """Answers that were kept for the viewer's nation: the same as ``redball store results``."""
    kept = app.kept_answers(visit.view.store, visit.view.viewer)
    return {"reports": [name for name, _, _ in PRESENT], "answers": kept.to_dicts()}


@pages.file("/export/{name}", action=Action.EXPORT)
def export(visit: Visited, name: str, wanted: Annotated[Wanted, Depends(asked_for)]) -> Response:
    """A report as PDF, PNG, XLSX or HTML, with label, data age and hash."""
    what, form = named(name)
    return taken(visit, what, form, content_of(visit, what, wanted))
