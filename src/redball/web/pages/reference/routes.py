"""``/api/v1/openapi.json`` and ``/reference``: the API described, from this server alone."""

from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import JSONResponse, Response

from redball.access.actions import Action
from redball.web.pages.reference.described import described
from redball.web.routing import Pages
from redball.web.visit import Visited

pages = Pages("reference")


@pages.api("/openapi.json", action=Action.ENTER)
def openapi(visit: Visited) -> JSONResponse:
    """Describe the API (OpenAPI 3.1)."""
    return JSONResponse(_document(visit))


@pages.page("/reference", action=Action.ENTER)
def reference(visit: Visited, part: Annotated[str | None, Query(max_length=40)] = None) -> Response:
    """Show the description for reading and printing."""
    operations = described(_document(visit))
    tags = sorted({one.tag for one in operations})
    shown = [one for one in operations if part in (None, one.tag)]
    return visit.page(
        "reference/page.html", title="API", operations=shown, tags=tags, part=part or ""
    )


def _document(visit: Visited) -> dict[str, Any]:
    found: dict[str, Any] = visit.request.app.openapi()
    return found
