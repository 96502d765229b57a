"""Reports that leave the node: recorded first, in any form."""

from dataclasses import replace
from datetime import UTC, datetime

from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.exporting import exported
from redball.app.report import rows_of
from redball.app.worklist import Wanted, Worklist
from redball.model import Origin
from redball.reports import Exhibit, Form, ReportContent, as_bytes

ON_PAGE = 2_000
"""Most rows that the forms for reading hold; only a workbook holds all."""


@use_case(Action.EXPORT)
def report_bytes(content: ReportContent, form: Form, what: str) -> bytes:
    """A report in one of its forms, after its export was recorded.

    Parameters
    ----------
    content : ReportContent
    form : Form
    what : str
        What it is, in words for the ledger.

    Raises
    ------
    NotPermitted
        What it rests on may not leave; see :func:`redball.app.exporting.exported`.
    StoreError
        It can't be recorded: nothing leaves.
    """
    origin: Origin = replace(content.origin, label=content.label)
    exported(origin, f"{what} as {form.value}", rows=rows_leaving(content, form))
    return as_bytes(content, form)


def rows_leaving(content: ReportContent, form: Form) -> int:
    """How many rows leave with a report in a form."""
    rows = rows_of(content) + len(content.findings)
    return rows if form is Form.XLSX else min(rows, ON_PAGE)


def worklist_content(found: Worklist, wanted: Wanted, command: str) -> ReportContent:
    """The working list as a report: the findings that were asked for and the trend."""
    chosen = found.chosen(wanted)
    columns = ("level", "state", "title", "owner", "rule", "assignee", "until", "first", "label")
    frame = chosen.select(columns).rename({"title": "sentence", "first": "since_import"})
    counts = ", ".join(f"{number} {state}" for state, number in found.counts.items())
    said = f"{sum(found.counts.values())} findings: {counts}."
    exhibit = Exhibit(
        "findings", "The working list", found.origin.label, (said,),
        tables={"Findings": frame, "After each import": found.trend.frame}, command=command,
    )  # fmt: skip
    return ReportContent(
        title="Findings",
        exercise=found.origin.exercise,
        generated=datetime.now(UTC),
        origin=found.origin,
        exhibits=(exhibit,),
        command=command,
    )
