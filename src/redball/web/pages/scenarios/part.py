"""The part and what its routes share."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData

from redball import app
from redball.desk.drafts import Draft
from redball.web.pages.work.service import worker_of
from redball.web.routing import Pages
from redball.web.visit import Visit

pages = Pages("scenarios")


async def _form(request: Request) -> FormData:
    return await request.form()


Form = Annotated[FormData, Depends(_form)]
"""The fields that were sent."""


def run(visit: Visit, kind: str, parameters: dict[str, object]) -> str:
    """Queue a piece of work for whoever asks; gives the address of its page."""
    work = worker_of(visit).ask(visit.who.account, visit.view, kind, parameters)
    return f"/work/{work.key}"


def latest(visit: Visit, *kinds: str, most: int = 8) -> list[dict[str, object]]:
    """Kept answers of some kinds that the viewer may read, the newest first."""
    found = app.kept_answers(visit.view.store, visit.view.viewer)
    rows = found.filter(found["kind"].is_in(list(kinds))).head(most)
    return rows.select("key", "kind", "about", "made_at", "label").to_dicts()


def text_field(form: FormData, name: str) -> str:
    """One text of a form; empty where there is none."""
    value = form.get(name)
    return value if isinstance(value, str) else ""


def named(draft: Draft) -> dict[str, object]:
    """A draft as lists show it."""
    return {
        "key": draft.key,
        "name": draft.name,
        "changed_at": draft.changed_at,
        "version": draft.version,
    }
