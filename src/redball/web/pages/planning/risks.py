"""The risk register: list, one risk with its history, review, propose."""

from typing import Annotated, Any

from fastapi import Body
from fastapi.responses import Response
from pydantic import BaseModel, Field

from redball import app
from redball.access.actions import Action
from redball.app.register import (
    KeptRegister,
    RiskChange,
    categories,
    history_document,
    register,
    register_change,
    register_document,
    register_frame,
    register_propose,
    register_write,
)
from redball.model import BadUse
from redball.risk.register import CONFIDENCES, STATES
from redball.web.pages.planning.part import Version, Words, day_of, number_of, pages
from redball.web.visit import Visit, Visited

_SHOWN = 500
_KINDS = {
    "trigger": "Triggers that are reached", "review": "Reviews", "owner": "Nobody looks after it",
    "source": "Likelihoods without a source", "indicator": "Indicators without a fresh value",
    "contingency": "Plans that nothing rehearses",
}  # fmt: skip
"""What notices of a kind are about."""


class Reviewing(BaseModel):
    """What is changed of a risk."""

    owner: str | None = Field(None, max_length=200)
    state: str | None = Field(None, max_length=20)
    review: str | None = Field(None, max_length=20)
    per_year: float | None = None
    source: str | None = Field(None, max_length=4_000)
    confidence: str | None = Field(None, max_length=20)
    words: str = Field("", max_length=4_000)
    version: str | None = Field(None, max_length=40)


@pages.page("/risks", action=Action.SEE)
def listing(visit: Visited) -> Response:
    """The nation's register, those that want an eye first."""
    return _list(visit)


def _list(visit: Visit, problem: BadUse | None = None) -> Response:
    found = register(visit.view, visit.services.desk)
    can = visit.may(Action.NOTE) and visit.as_of is None
    proposed = register_propose(visit.view, found).risks if can else ()
    measured = _measured(visit)
    return visit.page(
        "planning/risks.html",
        title="Risk register",
        origin=found.origin,
        live=("picture", "journal"),
        status=getattr(problem, "status", 400) if problem else 200,
        problem=problem,
        found=found,
        rows=register_frame(found).head(_SHOWN).to_dicts(),
        names={each.key: each.name for each in categories()},
        titles={risk.key: risk.title for risk in found.register.risks},
        wanting=[
            (kind, [one for one in found.notices if one.kind == kind])
            for kind in dict.fromkeys(one.kind for one in found.notices)
        ],
        kinds=_KINDS,
        proposed=proposed,
        measured=measured,
        can=can,
        may_run=visit.may(Action.REQUEST),
    )


@pages.page("/risks/one", action=Action.SEE)
def one(visit: Visited, key: str = "") -> Response:
    """One risk as it stands, and everything that was written about it."""
    if not key:
        return _list(visit)
    return _one(visit, key)


def _one(visit: Visit, key: str, problem: BadUse | None = None) -> Response:
    found = register(visit.view, visit.services.desk)
    document = history_document(found, key)
    return visit.page(
        "planning/risk.html",
        title=key,
        origin=found.origin,
        live=("journal",),
        status=getattr(problem, "status", 400) if problem else 200,
        problem=problem,
        key=key,
        risk=found.register.risk(key),
        document=document,
        written=found.versions.get(("risk", key), ""),
        names={each.key: each.name for each in categories()},
        states=[(one, one) for one in STATES],
        confidences=[(one, one) for one in CONFIDENCES],
        can=visit.may(Action.NOTE) and visit.as_of is None,
    )


@pages.act("/risks/change", action=Action.NOTE)
def change(
    visit: Visited, key: Words = "", owner: Words = "", state: Words = "", review: Words = "",
    per_year: Words = "", source: Words = "", confidence: Words = "", words: Words = "",
    version: Version = "",
) -> Response:  # fmt: skip
    """Review one risk."""
    desk = visit.services.desk
    risk = register(visit.view, desk).register.risk(key)
    try:
        given = RiskChange(
            owner=owner.strip(), state=state or None, review=day_of(review),
            per_year=number_of(per_year, "per_year"), source=source.strip(),
            confidence=confidence or None,
        )  # fmt: skip
        same = risk is not None and all(
            getattr(risk, name) == value for name, value in given.values.items()
        )
        wanted = RiskChange() if same else given
        register_change(visit.view, desk, key, wanted, words, visit.who.name, version)
    except BadUse as problem:
        if risk is None:
            raise
        return _one(visit, key, problem)
    return visit.redirect("/risks/one", key=key)


@pages.act("/risks/propose", action=Action.NOTE)
def propose(visit: Visited) -> Response:
    """Write all that the data propose into the register."""
    desk = visit.services.desk
    found = register_propose(visit.view, register(visit.view, desk))
    try:
        register_write(visit.view, desk, found, visit.who.name)
    except BadUse as problem:
        return _list(visit, problem)
    return visit.redirect("/risks")


@pages.api("/risks", action=Action.SEE)
def list_json(visit: Visited) -> dict[str, Any]:
    """Give what ``redball risk register list --json`` does."""
    return register_document(register(visit.view, visit.services.desk))


@pages.api("/risks/one", action=Action.SEE)
def one_json(visit: Visited, key: str) -> dict[str, Any]:
    """Give what ``redball risk register show --json`` does."""
    return history_document(register(visit.view, visit.services.desk), key)


@pages.api("/risks/one", action=Action.NOTE, method="POST")
def change_json(visit: Visited, key: str, body: Annotated[Reviewing, Body()]) -> dict[str, Any]:
    """Review one risk."""
    wanted = RiskChange(
        owner=body.owner, state=body.state, review=day_of(body.review or ""),
        per_year=body.per_year, source=body.source, confidence=body.confidence,
    )  # fmt: skip
    found: KeptRegister = register_change(
        visit.view, visit.services.desk, key, wanted, body.words, visit.who.name, body.version
    )
    return history_document(found, key)


def _measured(visit: Visit) -> dict[str, dict[str, object]]:
    """What the last analysis that is kept says of each risk; empty where there is none."""
    if not visit.may(Action.REQUEST):
        return {}
    view = visit.view
    kept = app.kept_answers(view.store, view.viewer, "register")
    if not kept.height:
        return {}
    try:
        record = app.kept_answer(view.store, view.viewer, kept["key"][0])
    except BadUse:
        return {}
    tables = record.content["tables"]
    rows = tables.get("risks", []) if isinstance(tables, dict) else []
    return {row["key"]: row for row in rows}
