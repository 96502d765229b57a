"""What the pages of records show, as reports: a finding, packages, agreements, the ledger."""

from dataclasses import replace

import polars as pl

from redball.access import parse_subject
from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.ledger_pages import LedgerPage
from redball.app.page_reports import again_by, as_exhibit, in_report, in_words
from redball.app.releasing import authorised
from redball.app.sharing import sharing_agreement, sharing_agreements, sharing_released
from redball.app.uploads import contribution_feeds
from redball.app.view import View, see, without_password
from redball.app.worklist import Sheet, finding_document
from redball.model.results import Scalar
from redball.reports import ReportContent

_ENTRY = ("entry", "at", "kind", "verb", "actor", "label", "facts")


@use_case(Action.SEE)
def finding_content(view: View, sheet: Sheet) -> ReportContent:
    """One finding: how it stands, the rows behind it, what was written about it."""
    finding, now = sheet.finding, sheet.standing
    document = finding_document(finding)
    detail = document["detail"]
    assert isinstance(detail, dict)
    facts = {
        "rule": finding.rule, "subject": str(finding.subject), "measure": finding.measure or None,
        "value": finding.value, "limit": finding.threshold,
        **{name.replace("_", " "): _short(value) for name, value in detail.items()},
    }  # fmt: skip
    rows: dict[str, list[dict[str, str]]] = {}
    for row in sheet.rows.values():
        values = {name: str(value) for name, value in row.values.items() if value is not None}
        kind = row.ref.table.replace("_", " ")
        rows.setdefault(f"Rows behind it: {kind}", []).append(
            {"row": f"{row.ref.owner}:{row.ref.key}", **values}
        )
    written = pl.DataFrame(
        [(e.at, e.by, e.verb, e.words, e.label.text) for e in now.entries],
        schema={"at": pl.Datetime(time_zone="UTC"), "by": pl.String, "verb": pl.String,
                "words": pl.String, "label": pl.String},
        orient="row",
    )  # fmt: skip
    known = [(name, in_words(value)) for name, value in facts.items() if value is not None]
    tables = {
        "What it rests on": pl.DataFrame(known, schema=["what", "value"], orient="row"),
        **{name: pl.DataFrame(part, infer_schema_length=None) for name, part in rows.items()},
        "What was written": written,
    }
    exhibit = replace(
        as_exhibit(sheet.origin, "finding", "Finding", (finding.title,), tables),
        figures=[("level", finding.level.value), ("state", now.state.value),
                 ("looked after by", now.assignee or "nobody")],
    )  # fmt: skip
    command = again_by(view, f"worklist history {sheet.key}")
    content = in_report(f"Finding: {finding.rule}", sheet.origin, [exhibit], command)
    return replace(content, feeds=see(view).feeds)


@use_case(Action.CONTRIBUTE)
def feeds_content(view: View) -> ReportContent:
    """Packages taken in: the own nation's in full, of others only whose and when."""
    found = contribution_feeds(view)
    origin = see(view).origin()
    owners = found["owner"].n_unique()
    said = f"{found.height:,} packages of {owners:,} owners were taken in."
    exhibit = as_exhibit(origin, "feeds", "Packages taken in", (said,), {"Packages": found})
    content = in_report("Data", origin, [exhibit], _of_store(view, "store info"))
    return replace(content, feeds=see(view).feeds)


@use_case(Action.SEE)
def agreements_content(view: View) -> ReportContent:
    """Agreements that the viewer's nation is a party to, and how they stand."""
    found = sharing_agreements(view)
    origin = see(view).origin()
    live = found.filter(found["state"] == "in force").height
    said = f"{live} of {found.height} agreements are in force."
    exhibit = as_exhibit(origin, "agreements", "Agreements", (said,), {"Agreements": found})
    content = in_report(
        "Agreements",
        origin,
        [exhibit],
        _of_store(view, "agreement list"),
    )
    return replace(content, feeds=see(view).feeds)


@use_case(Action.SEE)
def agreement_content(view: View, id: str, version: int, *, released: bool) -> ReportContent:  # noqa: A002 - the field's name
    """One agreement in words; with what it releases now, for those who may agree."""
    found = sharing_agreement(view, id, version)
    document = found.document.agreement
    rows = sharing_released(view, id, version).rows if released else None
    exhibit = as_exhibit(
        see(view).origin(),
        "agreement",
        f"{found.state.capitalize()}: {found.why}" if found.why else found.state.capitalize(),
        [line.strip() for line in found.text.splitlines() if line.strip()],
        {} if rows is None else {"Rows that it releases now": rows},
    )
    exhibit = replace(exhibit, figures=[("signed by", ", ".join(found.signed_by) or "nobody")])
    command = _of_store(view, "agreement list")
    content = in_report(f"Agreement: {document.title}", see(view).origin(), [exhibit], command)
    return replace(content, feeds=see(view).feeds)


@use_case(Action.ADMINISTER)
def ledger_content(view: View, found: LedgerPage, asked: str = "") -> ReportContent:
    """Entries of the ledger as they were asked for, the newest first."""
    authorised(parse_subject(view.viewer), Action.ADMINISTER)
    origin = see(view).origin()
    facts = pl.col("facts").str.replace_all(r'[{}"]', "").str.replace_all(",", ", ")
    entries = found.entries.select(_ENTRY).with_columns(
        at=pl.format("{}Z", pl.col("at").str.slice(0, 19).str.replace("T", " ")),
        facts=facts.str.replace_all(":", ": "),
    )
    said = [f"The ledger has {found.total:,} entries; {found.entries.height:,} are here."]
    said += [f"Chosen: {asked}."] if asked else []
    exhibit = as_exhibit(origin, "ledger", "Ledger", said, {"Entries": entries})
    command = _of_store(view, "ledger log")
    return replace(in_report("Ledger", origin, [exhibit], command), feeds=see(view).feeds)


def _of_store(view: View, verb: str) -> str:
    """A command of whoever keeps the store: it asks for no viewer."""
    return f"redball {verb} --store {without_password(view.store)}"


def _short(value: object) -> Scalar:
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value[:8]) + (", \u2026" if len(value) > 8 else "")
    return value if isinstance(value, str | int | float) or value is None else str(value)
