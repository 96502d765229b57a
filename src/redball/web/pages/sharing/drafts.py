"""Documents that wait for signatures: draft, compare, sign with a second person, put into force."""

from typing import Annotated

from fastapi import Form, UploadFile
from fastapi.responses import Response

from redball import app
from redball.access.actions import Action
from redball.access.agreements import Agreement, content_hash
from redball.app.people import approval_ask, approval_use
from redball.app.people.approving import Matter, hash_of
from redball.app.sharing import draft_discard, draft_keep, draft_path
from redball.model import BadData, BadUse
from redball.web.answers.tables import tabled
from redball.web.pages.people.part import acting, register_of
from redball.web.pages.sharing.agreements import as_document
from redball.web.pages.sharing.approved import standing
from redball.web.routing import Pages
from redball.web.visit import Visit, Visited

_MOST = 1 << 20
Line = Annotated[str, Form(max_length=400)]


def add(pages: Pages) -> None:
    """Add the routes to the part's."""
    act = "/sharing/drafts/{key}"
    pages.act("/sharing/drafts", action=Action.AGREE)(new)
    pages.act("/sharing/documents", action=Action.AGREE)(bring)
    pages.page(act, action=Action.AGREE)(draft)
    pages.file(f"{act}/document", action=Action.AGREE)(take_along)
    pages.act(f"{act}/ask", action=Action.AGREE, step_up=True)(ask)
    pages.act(f"{act}/sign", action=Action.AGREE, step_up=True)(sign)
    pages.act(f"{act}/activate", action=Action.AGREE, step_up=True)(activate)
    pages.act(f"{act}/discard", action=Action.AGREE)(discard)


def new(
    visit: Visited,
    template: Line,
    id: Line,  # noqa: A002 - the field's name
    parties: Line,
    days: Annotated[int, Form(ge=1, le=3660)] = 365,
    kinds: Line = "",
    classes: Line = "",
    ceiling: Line = "",
    detail: Line = "",
) -> Response:
    """Draft from a template; nothing is signed and nothing changes."""
    given = {
        "kinds": _words(kinds),
        "classes": _words(classes),
        "ceiling": ceiling,
        "detail": detail,
    }
    made = app.agreement_draft(
        template,
        id=id.strip(),
        parties=_words(parties),
        days=days,
        changes={name: value for name, value in given.items() if value},
    )
    return visit.redirect(f"/sharing/drafts/{draft_keep(visit.view, made.document.text)}")


def bring(visit: Visited, file: UploadFile) -> Response:
    """Take a document that a partner sent; signatures are put together with those here."""
    data = file.file.read(_MOST + 1)
    if not data:
        raise BadUse("The file is empty.", mend="Choose the document that the partner sent.")
    if len(data) > _MOST:
        raise BadData("The file is too large for an agreement.", mend="It has at most 1 MiB.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise BadData("This is not an agreement: it is not UTF-8 text.") from None
    return visit.redirect(f"/sharing/drafts/{draft_keep(visit.view, text)}")


def draft(visit: Visited, key: str) -> Response:
    """One document: its words, what it would change, who signed, what is missing."""
    path = draft_path(visit.view, key)
    shown = app.agreement_show(path, visit.settings.store)
    difference = app.agreement_diff(path, visit.view)
    state = standing(visit, _hash(visit, key))
    return visit.page(
        "sharing/draft.html",
        title=shown.document.agreement.title,
        live=("people",),
        key=key,
        shown=shown,
        agreement=shown.document.agreement,
        said=difference.said,
        rows=tabled(
            visit,
            difference.rows,
            "Rows that would newly be visible, or no longer",
            anchor="rows",
            prefix="r",
            columns=("receiver", "action", "owner", "kind", "newly_visible", "no_longer", "label"),
        ),
        decisions=tabled(
            visit,
            difference.decisions,
            "Decisions that change",
            anchor="decisions",
            prefix="d",
            columns=("subject", "action", "owner", "kind", "before", "after", "classes"),
        ),
        ours=visit.subject.nation in shown.signed_by,
        nation=visit.subject.nation,
        asked=state.asked,
        given=state.given,
        to_give=state.to_give,
    )


def take_along(visit: Visited, key: str) -> Response:
    """The document as it stands, for the partner."""
    return as_document(draft_path(visit.view, key).read_text(encoding="utf-8"), "agreement")


def ask(visit: Visited, key: str) -> Response:
    """Ask a second person to approve the signature."""
    asked(visit, key)
    return visit.redirect(f"/sharing/drafts/{key}")


def asked(visit: Visit, key: str) -> str:
    """Ask for exactly this text; gives the approval's key."""
    agreement = app.agreement_show(draft_path(visit.view, key)).document.agreement
    said = f"Sign {agreement.id} version {agreement.version}, {agreement.title}"
    content = _hash(visit, key)
    return approval_ask(register_of(visit), acting(visit), Matter.AGREEMENT, content, said)


def sign(visit: Visited, key: str) -> Response:
    """Sign with the nation's key, once a second person has approved exactly this."""
    signed(visit, key)
    return visit.redirect(f"/sharing/drafts/{key}")


def signed(visit: Visit, key: str) -> None:
    """Use the approval, which counts once, and sign."""
    path = draft_path(visit.view, key)
    approval_use(register_of(visit), acting(visit), Matter.AGREEMENT, _hash(visit, key))
    app.agreement_sign(path, visit.view)


def activate(visit: Visited, key: str) -> Response:
    """Put it into force; every party has signed."""
    agreement = activated(visit, key)
    return visit.redirect(f"/sharing/agreements/{agreement.id}/{agreement.version}")


def activated(visit: Visit, key: str) -> Agreement:
    """Put it into force; it waits no more."""
    path = draft_path(visit.view, key)
    agreement = app.agreement_activate(path, visit.view).document.agreement
    draft_discard(visit.view, key)
    return agreement


def discard(visit: Visited, key: str) -> Response:
    """Put the document away."""
    draft_discard(visit.view, key)
    return visit.redirect("/sharing")


def _hash(visit: Visit, key: str) -> str:
    """Of exactly what would be signed."""
    agreement = app.agreement_show(draft_path(visit.view, key)).document.agreement
    return hash_of({"verb": "sign", "content": content_hash(agreement)})


def _words(text: str) -> list[str]:
    return [one for one in text.replace(",", " ").split() if one]
