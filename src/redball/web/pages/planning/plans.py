"""Plans: ask for one, look at one, decide again with pins, follow it."""

from typing import Annotated, Any

from fastapi import Body
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from redball import app
from redball.access.actions import Action
from redball.app.plan_following import STATES, ActionChange, plan_act, plan_standing, plan_status
from redball.model import BadUse
from redball.web.answers import Export, shown_answer
from redball.web.pages.planning.part import Version, Words, day_of, pages
from redball.web.visit import Visit, Visited

_CARDS = 60
_KEPT = 20
_FORMS = ("pdf", "xlsx", "html")


class NoSuchPlan(BadUse):
    """None is kept under that key, or it is another's: the answer is the same."""

    status = 404

    def __init__(self) -> None:
        super().__init__("There is no such plan.", mend="See those that are kept under Plan.")


class Acting(BaseModel):
    """What is written about an action of a plan."""

    action: str = Field(max_length=500)
    state: str | None = Field(None, max_length=20)
    owner: str | None = Field(None, max_length=200)
    due: str | None = Field(None, max_length=20)
    words: str = Field("", max_length=4_000)
    version: str | None = Field(None, max_length=40)


@pages.page("/plans", action=Action.REQUEST)
def listing(visit: Visited) -> Response:
    """Plans that are kept, and a form to ask for one."""
    return visit.page(
        "planning/plans.html", title="Plan under a budget", kept=_kept(visit), live=("work",)
    )


@pages.page("/plans/{key}", action=Action.REQUEST)
def one(visit: Visited, key: str) -> Response:
    """One plan: what it buys, the frontier, before and after, and how far it is."""
    return _plan(visit, key)


def _plan(visit: Visit, key: str, problem: BadUse | None = None) -> Response:
    found = _answer(visit, key)
    tables = {name: frame.to_dicts() for name, frame in found.tables.items()}
    standing = plan_standing(visit.view, visit.services.desk, key)
    shown = shown_answer(
        visit, found, exports=_exports(visit, key), everything=visit.url(f"/api/v1/plans/{key}")
    )
    return visit.page(
        "planning/plan.html",
        title=found.title,
        origin=found.origin,
        status=getattr(problem, "status", 400) if problem else 200,
        problem=problem,
        key=key,
        shown=shown,
        figures=found.figures,
        cards=tables.get("treatments", [])[:_CARDS],
        more=max(len(tables.get("treatments", [])) - _CARDS, 0),
        standing={row["key"]: row for row in standing},
        frontier=tables.get("frontier", []),
        left=[row for row in tables.get("left", []) if row["lost_a_year_without"] >= 1][:30],
        hazards=tables.get("hazards", [])[:30],
        others=tables.get("not_chosen", [])[:20],
        parameters=found.origin.parameters,
        states=STATES,
        can=visit.may(Action.NOTE) and visit.as_of is None,
        live=(),
    )


@pages.act("/plans/{key}/act", action=Action.NOTE)
def act(
    visit: Visited, key: str, action: Words = "", state: Words = "", owner: Words = "",
    due: Words = "", words: Words = "", version: Version = "",
) -> Response:  # fmt: skip
    """Write down who does an action, by when, and how far it is."""
    try:
        change = ActionChange(state or None, owner.strip() or None, day_of(due))
        plan_act(
            visit.view, visit.services.desk, _answer_key(visit, key), action, change, words,
            visit.who.name, version,
        )  # fmt: skip
    except NoSuchPlan:
        raise
    except BadUse as problem:
        return _plan(visit, key, problem)
    return visit.redirect(f"/plans/{key}")


@pages.api("/plans", action=Action.REQUEST)
def list_json(visit: Visited) -> dict[str, object]:
    """Plans that are kept, the newest first."""
    return {"plans": _kept(visit)}


@pages.api("/plans/{key}", action=Action.REQUEST)
def one_json(visit: Visited, key: str) -> JSONResponse:
    """Give a plan as ``redball plan --json`` does."""
    return JSONResponse(_answer(visit, key).document)


@pages.api("/plans/{key}/status", action=Action.REQUEST)
def status_json(visit: Visited, key: str) -> JSONResponse:
    """Give what ``redball plan status --json`` does."""
    _answer_key(visit, key)
    return JSONResponse(_status(visit, key).document)


@pages.api("/plans/{key}/act", action=Action.NOTE, method="POST")
def act_json(visit: Visited, key: str, body: Annotated[Acting, Body()]) -> dict[str, Any]:
    """Write down how far an action is."""
    change = ActionChange(body.state, body.owner, day_of(body.due or ""))
    return plan_act(
        visit.view, visit.services.desk, _answer_key(visit, key), body.action, change, body.words,
        visit.who.name, body.version,
    )  # fmt: skip


def _status(visit: Visit, key: str) -> app.Answer:
    return plan_status(visit.view, visit.services.desk, key)


def _kept(visit: Visit) -> list[dict[str, object]]:
    found = app.kept_answers(visit.view.store, visit.view.viewer, "plan")
    return found.head(_KEPT).select("key", "about", "made_at", "label").to_dicts()


def _answer_key(visit: Visit, key: str) -> str:
    _answer(visit, key)
    return key


def _answer(visit: Visit, key: str) -> app.Answer:
    view = visit.view
    try:
        record = app.kept_answer(view.store, view.viewer, key)
    except BadUse:
        raise NoSuchPlan from None
    if record.kind != "plan":
        raise NoSuchPlan
    return app.kept_as_answer(view.store, view.viewer, record)


def _exports(visit: Visit, key: str) -> list[Export]:
    return [
        Export(form.upper(), visit.url(f"/export/answer-{key}.{form}"))
        for form in _FORMS
        if visit.may(Action.EXPORT)
    ]
