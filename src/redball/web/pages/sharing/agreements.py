"""Agreements that a store keeps: which, what each releases, ending one."""

from typing import Annotated

from fastapi import Form
from fastapi.responses import Response

from redball import app
from redball.access.actions import Action
from redball.app.sharing import (
    draft_list,
    sharing_agreement,
    sharing_agreements,
    sharing_released,
)
from redball.model import BadUse
from redball.web.answers.tables import tabled
from redball.web.routing import Pages
from redball.web.visit import Visit, Visited

RELEASED = ("receiver", "action", "owner", "kind", "newly_visible", "before", "after", "label")


def add(pages: Pages) -> None:
    """Add the routes to the part's."""
    pages.page("/sharing", action=Action.SEE)(listed)
    pages.api("/agreements", action=Action.SEE)(listed_api)
    pages.page("/sharing/agreements/{id}/{version}", action=Action.SEE)(agreement)
    pages.api("/agreements/{id}/{version}", action=Action.SEE)(agreement_api)
    pages.file("/sharing/agreements/{id}/{version}/document", action=Action.AGREE)(document)
    pages.act("/sharing/agreements/{id}/{version}/revoke", action=Action.AGREE, step_up=True)(
        revoke
    )


def listed(visit: Visited) -> Response:
    """Agreements of the own nation, and documents that wait for signatures."""
    found = sharing_agreements(visit.view)
    agrees = visit.may(Action.AGREE)
    table = tabled(
        visit,
        found,
        "Agreements",
        anchor="agreements",
        words={"why": "Why"},
        links={
            "agreement": lambda row: visit.url(
                f"/sharing/agreements/{row['agreement']}/{row['version']}"
            )
        },
        empty="There is no agreement: nothing is shown to others but what labels release.",
    )
    return visit.page(
        "sharing/agreements.html",
        title="Sharing",
        live=("picture",),
        nation=visit.subject.nation,
        shown=table,
        in_force=found.filter(found["state"] == "in force").height,
        drafts=draft_list(visit.view) if agrees else [],
        templates=[
            (name, f"{name.replace('-', ' ').capitalize()}: {use}")
            for name, use in app.agreement_templates().items()
        ],
        agrees=agrees,
    )


def listed_api(visit: Visited) -> dict[str, object]:
    """Agreements that the own nation is a party to."""
    found = sharing_agreements(visit.view)
    rows = found.with_columns(
        found["valid_from"].dt.to_string("iso:strict"),
        found["valid_until"].dt.to_string("iso:strict"),
    )
    return {"agreements": rows.to_dicts()}


def agreement(visit: Visited, id: str, version: int) -> Response:  # noqa: A002 - the field's name
    """One agreement: in words, and what it releases now."""
    found = sharing_agreement(visit.view, id, version)
    released = _released(visit, id, version)
    return visit.page(
        "sharing/agreement.html",
        title=found.document.agreement.title,
        live=("picture",),
        found=found,
        agreement=found.document.agreement,
        released=released,
        said=_said(released),
        rows=None
        if released is None
        else tabled(
            visit, released.rows, "Rows that it releases now", anchor="rows", columns=RELEASED
        ),
        ends=visit.may(Action.AGREE) and found.state in ("in force", "not yet"),
    )


def agreement_api(visit: Visited, id: str, version: int) -> dict[str, object]:  # noqa: A002
    """One agreement: its document, state, and what it releases now."""
    found = sharing_agreement(visit.view, id, version)
    released = _released(visit, id, version)
    return {
        "agreement": id,
        "version": version,
        "state": found.state,
        "why": found.why,
        "signed_by": list(found.signed_by),
        "text": found.text,
        "document": found.document.text,
        "said": _said(released),
    }


def document(visit: Visited, id: str, version: int) -> Response:  # noqa: A002
    """The signed document, for the partner's node."""
    return as_document(sharing_agreement(visit.view, id, version).document.text, "agreement")


def revoke(
    visit: Visited,
    id: str,  # noqa: A002
    version: int,
    reason: Annotated[str, Form(max_length=2_000)],
) -> Response:
    """End it at once, with the nation's signature."""
    if not reason.strip():
        raise BadUse("A reason is missing.", where="reason", mend="Say why; the ledger keeps it.")
    sharing_agreement(visit.view, id, version)
    app.agreement_revoke(id, visit.view, reason=reason.strip())
    return visit.redirect(f"/sharing/agreements/{id}/{version}")


def as_document(text: str, name: str, kind: str = "application/json") -> Response:
    """A file to keep."""
    ending = "json" if kind.endswith("json") else "txt"
    return Response(
        text,
        media_type=kind,
        headers={"content-disposition": f'attachment; filename="redball-{name}.{ending}"'},
    )


def _released(visit: Visit, id: str, version: int) -> app.AgreementDifference | None:  # noqa: A002
    return sharing_released(visit.view, id, version) if visit.may(Action.AGREE) else None


def _said(released: app.AgreementDifference | None) -> list[str]:
    """What it releases; the words of a difference without what is new about it."""
    if released is None:
        return []
    if released.rows.is_empty():
        return ["It releases nothing now that labels alone would not."]
    return [one.replace(" may newly ", " may ") for one in released.said]
