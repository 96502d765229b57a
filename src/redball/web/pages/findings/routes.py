"""The working list: look, filter, open one, and what may be done about it."""

from datetime import date
from typing import Annotated

from fastapi import Depends, Form, Query
from fastapi.responses import Response

from redball.access.actions import Action
from redball.app.worklist import (
    LEVELS,
    Author,
    Overtaken,
    Wanted,
    sheet_document,
    worklist,
    worklist_accept,
    worklist_acknowledge,
    worklist_assign,
    worklist_comment,
    worklist_document,
    worklist_finding,
    worklist_people,
    worklist_reopen,
)
from redball.model import BadUse
from redball.web.pages.findings import shown
from redball.web.pages.findings.asked import asked_for
from redball.web.pages.findings.catching_up import CatchingUp
from redball.web.pages.findings.forms import Accepting, Assigning, Commenting, Noting, parsed_day
from redball.web.routing import Pages
from redball.web.visit import Visit, Visited

pages = Pages("findings")

WantedNow = Annotated[Wanted, Depends(asked_for)]
First = Annotated[int, Query(ge=0, le=1_000_000)]
Words = Annotated[str, Form(max_length=20_000)]
Version = Annotated[str, Form(max_length=40)]


@pages.page("/findings", action=Action.SEE)
def working_list(visit: Visited, wanted: WantedNow, first: First = 0) -> Response:
    """All findings with how they stand, filtered by the address."""
    found = worklist(visit.view, visit.services.desk)
    if visit.as_of is None and found.trend.behind:
        visit.services.of(CatchingUp).ask(visit.view)
    chosen = found.chosen(wanted)
    bars, greatest = shown.trend_bars(found.trend)
    live = found.frame.filter(found.frame["state"].is_in(["open", "assigned"]))
    return visit.page(
        "findings/list.html",
        title="Findings",
        origin=found.origin,
        live=("picture", "worklist"),
        wanted=wanted,
        numbers=shown.lead(found.counts, dict(live["level"].value_counts().iter_rows())),
        earlier_gone=found.earlier_gone,
        tabs=shown.tabs(found.counts),
        columns=shown.COLUMNS,
        rows=list(chosen.slice(first, shown.PAGE).iter_rows(named=True)),
        first=first,
        total=chosen.height,
        step=shown.PAGE,
        narrowed=shown.narrowed(wanted),
        levels=LEVELS,
        rules=found.frame["rule"].unique().sort().to_list(),
        owners=found.frame["owner"].unique().sort().to_list(),
        people=[name for name in found.frame["assignee"].unique().sort().to_list() if name],
        bars=bars,
        greatest=greatest,
        trend=found.trend,
    )


@pages.page("/findings/{key}", action=Action.SEE)
def finding(visit: Visited, key: str) -> Response:
    """One finding: what it says, why, how it stands, and what was written about it."""
    return _finding(visit, key)


def _finding(
    visit: Visit,
    key: str,
    *,
    typed: dict[str, str] | None = None,
    problem: BadUse | None = None,
    doing: str = "",
) -> Response:
    sheet = worklist_finding(visit.view, visit.services.desk, key)
    given = typed or {}
    seen = given.get("version", sheet.standing.version)
    can = visit.may(Action.NOTE) and visit.as_of is None
    ids = [entry.id for entry in sheet.standing.entries]
    since = ids[ids.index(seen) + 1 :] if seen in ids else ids if not seen else []
    return visit.page(
        "findings/finding.html",
        title=sheet.finding.rule,
        origin=sheet.origin,
        live=() if typed else ("picture", "worklist"),
        status=getattr(problem, "status", 400) if problem else 200,
        sheet=sheet,
        links=shown.links(sheet.finding),
        behind=shown.tables_behind(sheet),
        verbs=shown.VERBS,
        facts=[
            (k.replace("_", " "), shown.plain_words(v)) for k, v in sheet.finding.detail.items()
        ],
        measured=(
            shown.plain_words(sheet.finding.value),
            shown.plain_words(sheet.finding.threshold),
        ),
        can=can,
        people=worklist_people(visit.view, visit.services.desk) if can else (),
        typed=given,
        problem=problem,
        overtaken=isinstance(problem, Overtaken),
        fresh=set(since) if problem else set(),
        doing=doing,
    )


def _author(visit: Visit, version: str) -> Author:
    return Author(visit.who.name, version)


@pages.act("/findings/{key}/assign", action=Action.NOTE)
def assign(
    visit: Visited, key: str, assignee: Words = "", version: Version = "", me: Words = ""
) -> Response:
    """Say who looks after it."""
    name = visit.who.name if me else assignee
    try:
        worklist_assign(visit.view, visit.services.desk, key, name, _author(visit, version))
    except BadUse as problem:
        return _again(visit, key, "assign", problem, assignee=name, version=version)
    return visit.redirect(f"/findings/{key}")


@pages.act("/findings/{key}/comment", action=Action.NOTE)
def comment(visit: Visited, key: str, words: Words = "", version: Version = "") -> Response:
    """Write a comment."""
    try:
        worklist_comment(visit.view, visit.services.desk, key, words, _author(visit, version))
    except BadUse as problem:
        return _again(visit, key, "comment", problem, words=words, version=version)
    return visit.redirect(f"/findings/{key}")


@pages.act("/findings/{key}/accept", action=Action.NOTE)
def accept(
    visit: Visited, key: str, reason: Words = "", until: Words = "", version: Version = ""
) -> Response:
    """Accept it until a day."""
    try:
        day = parsed_day(until)
        author = _author(visit, version)
        worklist_accept(visit.view, visit.services.desk, key, reason, day, author)
    except BadUse as problem:
        return _again(visit, key, "accept", problem, reason=reason, until=until, version=version)
    return visit.redirect(f"/findings/{key}")


@pages.act("/findings/{key}/reopen", action=Action.NOTE)
def reopen(visit: Visited, key: str, reason: Words = "", version: Version = "") -> Response:
    """Open an accepted one again."""
    try:
        worklist_reopen(visit.view, visit.services.desk, key, reason, _author(visit, version))
    except BadUse as problem:
        return _again(visit, key, "reopen", problem, reason=reason, version=version)
    return visit.redirect(f"/findings/{key}")


@pages.act("/findings/{key}/acknowledge", action=Action.NOTE)
def acknowledge(visit: Visited, key: str, words: Words = "", version: Version = "") -> Response:
    """Take note that it is gone."""
    try:
        worklist_acknowledge(visit.view, visit.services.desk, key, words, _author(visit, version))
    except BadUse as problem:
        return _again(visit, key, "acknowledge", problem, words=words, version=version)
    return visit.redirect("/findings", state="gone")


def _again(visit: Visit, key: str, doing: str, problem: BadUse, **typed: str) -> Response:
    """The page once more with what was typed, and what stands in the way of it."""
    if getattr(problem, "status", 400) == 404:
        raise problem
    return _finding(visit, key, typed=typed, problem=problem, doing=doing)


@pages.api("/findings", action=Action.SEE)
def findings_api(
    visit: Visited,
    wanted: WantedNow,
    first: First = 0,
    most: Annotated[int, Query(ge=1, le=1_000)] = 200,
) -> dict[str, object]:
    """The working list: the same as ``redball worklist list --json``, in parts."""
    found = worklist(visit.view, visit.services.desk)
    return worklist_document(found, wanted, first=first, most=most)


@pages.api("/findings/{key}", action=Action.SEE)
def finding_api(visit: Visited, key: str) -> dict[str, object]:
    """One finding: the same as ``redball worklist history KEY --json``."""
    return sheet_document(worklist_finding(visit.view, visit.services.desk, key))


@pages.api("/findings/{key}/assign", action=Action.NOTE, method="POST")
def assign_api(visit: Visited, key: str, given: Assigning) -> dict[str, object]:
    """Say who looks after it; empty for nobody."""
    author = Author(visit.who.name, given.version)
    desk = visit.services.desk
    return sheet_document(worklist_assign(visit.view, desk, key, given.assignee, author))


@pages.api("/findings/{key}/comment", action=Action.NOTE, method="POST")
def comment_api(visit: Visited, key: str, given: Commenting) -> dict[str, object]:
    """Write a comment."""
    author = Author(visit.who.name, given.version)
    desk = visit.services.desk
    return sheet_document(worklist_comment(visit.view, desk, key, given.words, author))


@pages.api("/findings/{key}/accept", action=Action.NOTE, method="POST")
def accept_api(visit: Visited, key: str, given: Accepting) -> dict[str, object]:
    """Accept it for a reason until a day."""
    author = Author(visit.who.name, given.version)
    until: date = given.until
    desk = visit.services.desk
    return sheet_document(worklist_accept(visit.view, desk, key, given.reason, until, author))


@pages.api("/findings/{key}/reopen", action=Action.NOTE, method="POST")
def reopen_api(visit: Visited, key: str, given: Noting) -> dict[str, object]:
    """Open an accepted one again."""
    author = Author(visit.who.name, given.version)
    desk = visit.services.desk
    return sheet_document(worklist_reopen(visit.view, desk, key, given.words, author))


@pages.api("/findings/{key}/acknowledge", action=Action.NOTE, method="POST")
def acknowledge_api(visit: Visited, key: str, given: Noting) -> dict[str, object]:
    """Take note that it is gone."""
    author = Author(visit.who.name, given.version)
    desk = visit.services.desk
    return sheet_document(worklist_acknowledge(visit.view, desk, key, given.words, author))
