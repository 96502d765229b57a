"""``/`` and ``/health``."""

from fastapi.responses import JSONResponse, Response

from redball.access.actions import Action
from redball.model import RedballError
from redball.store import open_store
from redball.web.routing import Pages
from redball.web.visit import Visited

pages = Pages("start")


@pages.page("/", action=Action.ENTER)
def start(visit: Visited) -> Response:
    """Go to where the person's role begins: the picture, or the data for an administrator."""
    return visit.redirect("/picture" if visit.may(Action.SEE) else "/data")


@pages.page("/health", action=None, open_to_all=True)
def health(visit: Visited) -> Response:
    """Whether the server can reach its store; tells nothing else."""
    try:
        with open_store(visit.settings.store, migrate=False) as store:
            store.state()
    except RedballError:
        return JSONResponse({"well": False}, 503)
    return JSONResponse({"well": True})
