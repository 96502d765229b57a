"""Documents that wait for signatures, for programs: the same use cases as the pages.

A program with a token drafts, brings, compares and discards. Asking, signing and putting into force
bind a nation, so they take a person who has just proved who they are: there a token is refused, as
it can prove nothing, and a person's own session is let in.
"""

from pydantic import BaseModel, Field

from redball import app
from redball.access.actions import Action
from redball.access.agreements import SignedAgreement
from redball.app.sharing import draft_discard, draft_keep, draft_list, draft_path
from redball.web.pages.sharing import drafts
from redball.web.routing import Pages
from redball.web.visit import Visit, Visited

_WORDS = Field(max_length=400)


class Drafting(BaseModel):
    """What is drafted: a template, and where it is wanted narrower."""

    template: str = _WORDS
    id: str = _WORDS
    parties: list[str] = Field(max_length=40)
    days: int = Field(365, ge=1, le=3660)
    kinds: list[str] = Field([], max_length=40)
    classes: list[str] = Field([], max_length=40)
    ceiling: str = Field("", max_length=400)
    detail: str = Field("", max_length=400)


class Document(BaseModel):
    """An agreement as a partner sent it."""

    document: str = Field(max_length=1 << 20)


def add(pages: Pages) -> None:
    """Add the routes to the part's."""
    one = "/agreement-drafts/{key}"
    pages.api("/agreement-drafts", action=Action.AGREE)(drafts_api)
    pages.api("/agreement-drafts", action=Action.AGREE, method="POST")(draft_api)
    pages.api("/agreement-documents", action=Action.AGREE, method="POST")(bring_api)
    pages.api(one, action=Action.AGREE)(draft_of_api)
    pages.api(one, action=Action.AGREE, method="DELETE")(discard_draft_api)
    pages.api(f"{one}/ask", action=Action.AGREE, method="POST", step_up=True)(ask_api)
    pages.api(f"{one}/sign", action=Action.AGREE, method="POST", step_up=True)(sign_api)
    pages.api(f"{one}/activate", action=Action.AGREE, method="POST", step_up=True)(activate_api)


def drafts_api(visit: Visited) -> dict[str, object]:
    """Documents that wait for signatures."""
    return {"drafts": [_short(key, one) for key, one in draft_list(visit.view)]}


def draft_api(visit: Visited, given: Drafting) -> dict[str, object]:
    """Draft from a template; nothing is signed and nothing changes."""
    changes = given.model_dump(include={"kinds", "classes", "ceiling", "detail"})
    made = app.agreement_draft(
        given.template,
        id=given.id.strip(),
        parties=given.parties,
        days=given.days,
        changes={name: value for name, value in changes.items() if value},
    )
    return _whole(visit, draft_keep(visit.view, made.document.text))


def bring_api(visit: Visited, given: Document) -> dict[str, object]:
    """Take a document from a partner; its signatures are put together with those here."""
    return _whole(visit, draft_keep(visit.view, given.document))


def draft_of_api(visit: Visited, key: str) -> dict[str, object]:
    """One document: what it would change, who signed, who is missing."""
    return _whole(visit, key)


def discard_draft_api(visit: Visited, key: str) -> dict[str, object]:
    """Put the document away; what is in force stays so."""
    draft_path(visit.view, key)
    draft_discard(visit.view, key)
    return {"discarded": key}


def ask_api(visit: Visited, key: str) -> dict[str, object]:
    """Ask a second person to approve the signature; of a person's session only."""
    return {"approval": drafts.asked(visit, key)}


def sign_api(visit: Visited, key: str) -> dict[str, object]:
    """Sign what a second person approved; of a person's session only."""
    drafts.signed(visit, key)
    return _whole(visit, key)


def activate_api(visit: Visited, key: str) -> dict[str, object]:
    """Put it into force; of a person's session only."""
    agreement = drafts.activated(visit, key)
    return {"agreement": agreement.id, "version": agreement.version}


def _short(key: str, document: SignedAgreement) -> dict[str, object]:
    one = document.agreement
    return {
        "key": key,
        "agreement": one.id,
        "version": one.version,
        "title": one.title,
        "parties": list(one.parties),
        "signatures": len(document.signatures),
    }


def _whole(visit: Visit, key: str) -> dict[str, object]:
    path = draft_path(visit.view, key)
    shown = app.agreement_show(path, visit.settings.store)
    return {
        **_short(key, shown.document),
        "signed_by": sorted(shown.signed_by),
        "missing": list(shown.missing),
        "said": list(app.agreement_diff(path, visit.view).said),
        "text": shown.text,
        "document": shown.document.text,
    }
