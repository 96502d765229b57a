"""``/people/approvals``: what needs a second person."""

from typing import Annotated

from fastapi import Query
from fastapi.responses import Response

from redball.access.actions import Action
from redball.app.people import (
    ApprovalShown,
    NotKnown,
    approval_give,
    approval_list,
    approval_refuse,
)
from redball.model import BadUse, NotPermitted, RedballError
from redball.web.pages.people.part import acting, pages, register_of
from redball.web.visit import Visit, Visited


@pages.page("/people/approvals", action=Action.ENTER)
def approvals(visit: Visited, past: Annotated[bool, Query()] = False) -> Response:
    """Show what was asked for."""
    return _shown(visit, past=past)


def _shown(visit: Visit, error: RedballError | None = None, *, past: bool = False) -> Response:
    found = approval_list(register_of(visit), acting(visit), past=past)
    waiting = sum(one.may_give for one in found)
    own = sum(one.own and one.state == "asked" for one in found)
    return visit.page(
        "people/approvals.html",
        title="Approvals",
        status=200 if error is None else 400,
        live=("people",),
        lead=f"{waiting} wait for your answer, {own} of yours for somebody else's.",
        approvals=found,
        past=past,
        said="" if error is None else error.what,
        mend="" if error is None else error.mend,
    )


@pages.api("/approvals", action=Action.ENTER)
def approvals_api(visit: Visited, past: Annotated[bool, Query()] = False) -> dict[str, object]:
    """List what one asked for, and what one may give."""
    found = approval_list(register_of(visit), acting(visit), past=past)
    return {"approvals": [_plain(one) for one in found]}


def _plain(one: ApprovalShown) -> dict[str, object]:
    return {
        "key": one.key,
        "matter": one.matter,
        "said": one.said,
        "object_hash": one.object_hash,
        "asked_by": one.asked_by,
        "asked_at": one.asked_at.isoformat(),
        "expires": one.expires.isoformat(),
        "state": one.state,
        "own": one.own,
        "may_give": one.may_give,
    }


@pages.act("/people/approvals/{key}/give", action=Action.ENTER, step_up=True)
def give(visit: Visited, key: str) -> Response:
    """Approve."""
    return _answered(visit, key, given=True)


@pages.act("/people/approvals/{key}/refuse", action=Action.ENTER, step_up=True)
def refuse(visit: Visited, key: str) -> Response:
    """Refuse."""
    return _answered(visit, key, given=False)


def _answered(visit: Visit, key: str, *, given: bool) -> Response:
    answer = approval_give if given else approval_refuse
    try:
        answer(register_of(visit), acting(visit), key)
    except NotKnown:
        raise
    except (BadUse, NotPermitted) as error:
        return _shown(visit, error)
    return visit.redirect("/people/approvals")
