"""Each page as a report: what it shows, with the parameters of its own address."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, TypeVar

from fastapi import Depends, Query
from fastapi.responses import Response

from redball import app
from redball.access.actions import Action
from redball.app import page_records as records
from redball.app import page_reports as made
from redball.app.explorer import Underway
from redball.app.exploring import answer_at, exploration
from redball.app.ledger_pages import MOST_ROWS, ledger_page
from redball.app.operating import Chosen, site_sheet
from redball.app.reporting import report_bytes
from redball.app.soon import explain_soon, replenish_soon, reserve_soon, support_soon
from redball.app.tiers import Asked
from redball.app.worklist import worklist_finding
from redball.model import StoreBusy
from redball.reports import Form, ReportContent
from redball.web.pages.network.routes import asked_for as network_asked
from redball.web.pages.picture.asked import chosen_by
from redball.web.pages.reports.bulk import allowed
from redball.web.pages.reports.contents import ANSWER, NoSuchReport, content_of, form_named
from redball.web.pages.scenarios.part import latest
from redball.web.pages.stock.asked import (
    CurveAsked,
    ReplenishAsked,
    ReserveAsked,
    SparingAsked,
    Word,
    amount,
)
from redball.web.pages.stock.curve import wanted_place
from redball.web.pages.stock.part import explorer_of
from redball.web.routing import Pages
from redball.web.visit import Visit, Visited

Found = TypeVar("Found")
Key = Annotated[str, Query(max_length=300)]
Before = Annotated[int | None, Query(ge=0, le=10**12)]


def add(pages: Pages) -> None:
    """Add the routes to the part's."""
    for name, handler in _HANDLERS.items():
        pages.file(f"/export/{name}.{{ending}}", action=Action.EXPORT)(handler)


def taken(visit: Visit, what: str, form: Form, content: ReportContent) -> Response:
    """A report on its way to whoever asked: allowed, recorded, and named after its moment."""
    allowed(visit, what, form, content)
    body = report_bytes(content, form, what)
    file = f"redball-{what}-{content.origin.as_of:%Y%m%dT%H%MZ}.{form.value}"
    headers = {"content-disposition": f'attachment; filename="{file}"'}
    return Response(body, media_type=form.media_type, headers=headers)


def picture(
    visit: Visited, ending: str, chosen: Annotated[Chosen, Depends(chosen_by)], site: Key = ""
) -> Response:
    """The picture's page, with the map."""
    form = form_named(ending)
    return taken(visit, "map", form, made.picture_content(visit.view, chosen, site))


def site(visit: Visited, ending: str, owner: Key, key: Key) -> Response:
    """One site's sheet."""
    form = form_named(ending)
    answer = site_sheet(visit.inputs, f"{owner}:{key}")
    return taken(visit, "site", form, made.answer_content([answer], visit.view))


def network(
    visit: Visited, ending: str, asked: Annotated[Asked, Depends(network_asked)]
) -> Response:
    """The supply network behind a system or an item."""
    form = form_named(ending)
    return taken(visit, "network", form, made.network_content(visit.view, asked))


def finding(visit: Visited, ending: str, key: Key) -> Response:
    """One finding."""
    form = form_named(ending)
    sheet = worklist_finding(visit.view, visit.services.desk, key)
    return taken(visit, "finding", form, records.finding_content(visit.view, sheet))


def readiness(
    visit: Visited, ending: str, curve: CurveAsked, budget: Word = "", target: Word = ""
) -> Response:
    """The budget curve, and the place on it that is looked at."""
    form = form_named(ending)
    found = _there(exploration(visit.inputs, curve, explorer=explorer_of(visit)))
    at = answer_at(found, wanted_place(found, curve, budget, target))
    whole = replace(found.whole, command=f"redball stock curve {visit.inputs.words}")
    return taken(visit, "readiness", form, made.answer_content([at, whole], visit.view))


def explain(visit: Visited, ending: str, curve: CurveAsked, budget: Word) -> Response:
    """Why each unit is bought."""
    money = amount(budget, "budget") or 0.0
    options = app.OptimiseOptions(curve.sparing, budget=money, start=curve.start)
    return _answer(
        visit, "explain", ending, explain_soon(visit.inputs, options, explorer=explorer_of(visit))
    )


def support(visit: Visited, ending: str, sparing: SparingAsked) -> Response:
    """What mutual support gives."""
    return _answer(
        visit, "support", ending, support_soon(visit.inputs, sparing, explorer=explorer_of(visit))
    )


def reserves(visit: Visited, ending: str, asked: ReserveAsked) -> Response:
    """How much to hold against a disruption."""
    return _answer(
        visit, "reserves", ending, reserve_soon(visit.inputs, asked, explorer=explorer_of(visit))
    )


def orders(visit: Visited, ending: str, asked: ReplenishAsked) -> Response:
    """The orders to place today."""
    return _answer(
        visit, "orders", ending, replenish_soon(visit.inputs, asked, explorer=explorer_of(visit))
    )


def rotation(visit: Visited, ending: str) -> Response:
    """Lots that expire."""
    form = form_named(ending)
    return taken(visit, "rotation", form, made.rotation_content(visit.view))


def stress(visit: Visited, ending: str, answer: Key = "") -> Response:
    """The stress test that is looked at: the one named, else the last that was kept."""
    form = form_named(ending)
    kept = latest(visit, "stress", most=1)
    if not answer and not kept:
        raise NoSuchReport("No stress test was kept yet.", mend="Ask for one first.")
    what = ANSWER + (answer or str(kept[0]["key"]))
    return taken(visit, "stress", form, content_of(visit, what))


def data(visit: Visited, ending: str) -> Response:
    """Packages taken in."""
    form = form_named(ending)
    return taken(visit, "data", form, records.feeds_content(visit.view))


def agreements(visit: Visited, ending: str) -> Response:
    """Agreements of the own nation."""
    form = form_named(ending)
    return taken(visit, "agreements", form, records.agreements_content(visit.view))


def agreement(visit: Visited, ending: str, id: Key, version: int) -> Response:  # noqa: A002 - the field's name
    """One agreement in words, and what it releases now."""
    form = form_named(ending)
    content = records.agreement_content(visit.view, id, version, released=visit.may(Action.AGREE))
    return taken(visit, "agreement", form, content)


def ledger(
    visit: Visited,
    ending: str,
    kind: Word = "",
    actor: Word = "",
    since: Word = "",
    until: Word = "",
    before: Before = None,
) -> Response:
    """Entries of the ledger, filtered like its page."""
    form = form_named(ending)
    found = ledger_page(
        visit.settings.store,
        kind=kind or None,
        actor=actor.strip(),
        since=app.parse_moment(since) if since else None,
        until=app.parse_moment(until) if until else None,
        before=before,
        rows=MOST_ROWS,
    )
    words = {"kind": kind, "actor": actor, "since": since, "until": until}
    asked = ", ".join(f"{name} {word}" for name, word in words.items() if word)
    return taken(visit, "ledger", form, records.ledger_content(visit.view, found, asked))


def _answer(visit: Visit, what: str, ending: str, found: app.Answer | Underway[object]) -> Response:
    form = form_named(ending)
    return taken(visit, what, form, made.answer_content([_there(found)], visit.view))


def _there(found: Found | Underway[object]) -> Found:
    """What was worked out.

    Raises
    ------
    StoreBusy
        It is still being worked out; its page says how far that is.
    """
    if isinstance(found, Underway):
        raise StoreBusy("This is still being worked out.", mend="Take it away once it is shown.")
    return found


_HANDLERS: dict[str, Callable[..., Response]] = {
    "map": picture, "site": site, "network": network, "finding": finding, "readiness": readiness,
    "explain": explain, "support": support, "reserves": reserves, "orders": orders,
    "rotation": rotation, "stress": stress, "exposure": stress, "data": data,
    "agreements": agreements, "agreement": agreement, "ledger": ledger,
}  # fmt: skip
