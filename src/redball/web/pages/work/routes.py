"""``/work`` and ``/answers``."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Body, Query, Request
from fastapi.responses import JSONResponse, Response

from redball import app
from redball.access.actions import Action
from redball.app.work import KINDS, Parameters
from redball.desk.work import ENDED, Work
from redball.model import BadUse
from redball.web.answers import Export, shown_answer
from redball.web.pages.work.service import worker_of
from redball.web.routing import Pages
from redball.web.visit import Visit, Visited

pages = Pages("work")

_FORMS = ("pdf", "xlsx", "png", "html")


class NoSuchAnswer(BadUse):
    """None is kept under that key, or it is another's: the answer is the same."""

    status = 404

    def __init__(self) -> None:
        super().__init__("There is no such answer.")


def shown(visit: Visit, work: Work) -> dict[str, object]:
    """A piece of work as pages and the API tell it."""
    told = worker_of(visit).progress(work.key)
    total = told.get("total")
    done = told.get("done")
    share = done / total if isinstance(done, int) and isinstance(total, int) and total else None
    return {
        "key": work.key,
        "kind": work.kind,
        "title": work.title,
        "state": work.state.value,
        "ended": work.state in ENDED,
        "asked_at": work.asked_at,
        "begun_at": work.begun_at,
        "ended_at": work.ended_at,
        "answer": work.result,
        "error": work.error,
        "mend": work.mend,
        "what": told.get("what", ""),
        "share": share,
    }


@pages.page("/work", action=Action.SEE)
def listing(visit: Visited) -> Response:
    """Somebody's own work, the newest first."""
    works = [shown(visit, one) for one in worker_of(visit).list(visit.who.account)]
    return visit.page(
        "work/list.html", title="Long work", works=works, live=("work",), busy=_busy(works)
    )


def _busy(works: list[dict[str, object]]) -> int:
    return sum(not one["ended"] for one in works)


@pages.act("/work", action=Action.SEE, costly=True)
async def ask(visit: Visited, request: Request) -> Response:
    """Ask for a piece of work with the fields of a form, or ``parameters`` as JSON."""
    form = await request.form()
    fields = {name: form.getlist(name) for name in form if name not in ("csrf", "kind", "then")}
    given: dict[str, object] = {}
    for name, values in fields.items():
        words = [one for one in values if isinstance(one, str) and one]
        if name == "parameters" and words:
            given |= Parameters.parse(words[0]).given
        elif words:
            given[name] = words if len(words) > 1 else words[0]
    kind = form.get("kind")
    found = worker_of(visit).ask(
        visit.who.account, visit.view, kind if isinstance(kind, str) else "", given
    )
    return visit.redirect(f"/work/{found.key}")


@pages.page("/work/{key}", action=Action.SEE)
def one(visit: Visited, key: str) -> Response:
    """One piece of work: how far it is, or what came of it."""
    found = worker_of(visit).one(visit.who.account, key)
    return visit.page("work/one.html", title=found.title, work=shown(visit, found), live=("work",))


@pages.act("/work/{key}/cancel", action=Action.SEE)
def cancel(visit: Visited, key: str) -> Response:
    """End a piece of work."""
    worker_of(visit).cancel(visit.who.account, key)
    return visit.redirect(f"/work/{key}")


@pages.act("/work/{key}/again", action=Action.SEE, costly=True)
def again(visit: Visited, key: str) -> Response:
    """Ask once more for what has ended without an answer."""
    found = worker_of(visit).again(visit.who.account, key, visit.view.viewer)
    return visit.redirect(f"/work/{found.key}")


@pages.api("/work", action=Action.SEE)
def list_json(visit: Visited) -> list[dict[str, object]]:
    """Own work, the newest first."""
    return [shown(visit, found) for found in worker_of(visit).list(visit.who.account)]


@pages.api("/work/kinds", action=Action.SEE)
def kinds_json(visit: Visited) -> dict[str, str]:
    """Kinds of work that can be asked for."""
    return {name: kind.words for name, kind in KINDS.items() if visit.may(kind.action)}


@pages.api("/work", action=Action.SEE, method="POST", costly=True)
def ask_json(visit: Visited, body: Annotated[dict[str, object], Body()]) -> JSONResponse:
    """Ask for ``{"kind": ..., "parameters": {...}}``; answers 202 with where to look."""
    given = body.get("parameters", {})
    if not isinstance(given, Mapping):
        raise BadUse("'parameters' is not an object.", where="parameters")
    found = worker_of(visit).ask(
        visit.who.account, visit.view, str(body.get("kind", "")), dict(given)
    )
    place = f"/api/v1/work/{found.key}"
    return JSONResponse(shown(visit, found), 202, {"location": visit.settings.root_path + place})


@pages.api("/work/{key}", action=Action.SEE)
def one_json(visit: Visited, key: str) -> dict[str, object]:
    """One piece of own work."""
    return shown(visit, worker_of(visit).one(visit.who.account, key))


@pages.api("/work/{key}", action=Action.SEE, method="DELETE")
def cancel_json(visit: Visited, key: str) -> dict[str, object]:
    """End a piece of own work."""
    return shown(visit, worker_of(visit).cancel(visit.who.account, key))


@pages.page("/answers/{key}", action=Action.SEE)
def answer(
    visit: Visited, key: str, work: Annotated[str | None, Query(max_length=40)] = None
) -> Response:
    """Show an answer that was kept, under what is in force now."""
    found = _answer(visit, key)
    exports = [
        Export(form.upper(), visit.url(f"/export/answer-{key}.{form}"))
        for form in _FORMS
        if visit.may(Action.EXPORT)
    ]
    return visit.page(
        "work/answer.html",
        title=found.title,
        origin=found.origin,
        work=work or "",
        key=key,
        kind=found.kind,
        shown=shown_answer(
            visit, found, exports=exports, everything=visit.url(f"/api/v1/answers/{key}")
        ),
    )


@pages.api("/answers/{key}", action=Action.SEE)
def answer_json(visit: Visited, key: str) -> JSONResponse:
    """Give an answer that was kept, as its verb prints it with ``--json``."""
    return JSONResponse(_answer(visit, key).document)


def _answer(visit: Visit, key: str) -> app.Answer:
    view = visit.view
    try:
        record = app.kept_answer(view.store, view.viewer, key)
    except BadUse:
        raise NoSuchAnswer from None
    return app.kept_as_answer(view.store, view.viewer, record)
