"""What can be taken away, by the name in its address."""

from collections.abc import Callable

from redball import app
from redball.app.briefing import briefing
from redball.app.page_reports import answer_content
from redball.app.report import report_content
from redball.app.reporting import worklist_content
from redball.app.worklist import Wanted, worklist
from redball.model import BadUse
from redball.reports import Form, ReportContent
from redball.web.visit import Visit

ANSWER = "answer-"
"""Before the key of a kept answer."""
_ALL = Wanted()


class NoSuchReport(BadUse):
    """There is no report of this name, or it is not for this viewer."""

    status = 404


def _briefing(visit: Visit, wanted: Wanted) -> ReportContent:
    del wanted
    return briefing(visit.view)


def _picture(visit: Visit, wanted: Wanted) -> ReportContent:
    del wanted
    return report_content(visit.view, name="picture.pdf")


def _findings(visit: Visit, wanted: Wanted) -> ReportContent:
    found = worklist(visit.view, visit.services.desk)
    return worklist_content(found, wanted, "redball worklist list")


WHOLE: dict[str, Callable[[Visit, Wanted], ReportContent]] = {
    "briefing": _briefing, "picture": _picture, "findings": _findings,
}  # fmt: skip
"""Reports of the present, by name."""


def named(name: str) -> tuple[str, Form]:
    """Take ``findings.pdf`` apart.

    Raises
    ------
    NoSuchReport
        Nothing has that name or that form.
    """
    what, _, ending = name.rpartition(".")
    if what not in WHOLE and not (what.startswith(ANSWER) and len(what) > len(ANSWER)):
        raise NoSuchReport("There is no such report.", where=name)
    return what, form_named(ending)


def form_named(ending: str) -> Form:
    """Form by the ending of an address.

    Raises
    ------
    NoSuchReport
        Nothing has that form.
    """
    if ending not in list(Form):
        raise NoSuchReport("There is no such report.", where=ending)
    return Form(ending)


def content_of(visit: Visit, what: str, wanted: Wanted = _ALL) -> ReportContent:
    """Make a report for a visit.

    Raises
    ------
    NoSuchReport
        The answer is not kept, or not for this viewer.
    """
    if what in WHOLE:
        return WHOLE[what](visit, wanted)
    store, viewer = visit.view.store, visit.view.viewer
    try:
        record = app.kept_answer(store, viewer, what.removeprefix(ANSWER))
    except BadUse as error:
        raise NoSuchReport("There is no such answer.", where=what) from error
    return answer_content([app.kept_as_answer(store, viewer, record)])
