"""What the pages of the part share: its routes, the one explorer of the server, waiting, tabs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fastapi.responses import JSONResponse, Response

from redball.access.actions import Action
from redball.app.explorer import Explorer, Underway
from redball.web.routing import Pages
from redball.web.visit import Visit

if TYPE_CHECKING:
    from redball.web.serving import Services

pages = Pages("stock")

_AGAIN_SECONDS = 2


@dataclass
class Answers:
    """The answers on stock that a server works out; one for all visits."""

    explorer: Explorer = field(default_factory=Explorer)

    @classmethod
    def start(cls, services: "Services") -> "Answers":
        """Make it."""
        del services
        return cls()

    def stop(self) -> None:
        """End it; nothing of it is on the disk."""
        self.explorer.stop()


def explorer_of(visit: Visit) -> Explorer:
    """Where answers are worked out."""
    return visit.services.of(Answers).explorer


@dataclass(frozen=True)
class Tab:
    """One page of the part."""

    path: str
    words: str
    href: str
    current: bool


_TABS = (
    ("/readiness", "Budget curve", Action.SEE),
    ("/stock/explain", "Why each unit", Action.SEE),
    ("/stock/support", "Mutual support", Action.REQUEST),
    ("/stock/reserves", "Reserves", Action.SEE),
    ("/stock/rotation", "Rotation", Action.SEE),
    ("/stock/orders", "Orders to place", Action.SEE),
)


def tabs(visit: Visit) -> list[Tab]:
    """The pages of the part that the person may open."""
    return [
        Tab(path, words, visit.url(path), visit.path == path)
        for path, words, action in _TABS
        if visit.may(action)
    ]


def waiting(visit: Visit, one: Underway[object], title: str) -> Response:
    """A page that says how far an answer is, and asks again by itself."""
    response = visit.page(
        "stock/waiting.html", title=title, status=202, live=(), tabs=tabs(visit),
        what=one.what, percent=one.percent, begun=one.begun,
    )  # fmt: skip
    response.headers["refresh"] = str(_AGAIN_SECONDS)
    return response


def not_yet(one: Underway[object]) -> JSONResponse:
    """The same for a program."""
    body: Mapping[str, object] = {"underway": {"what": one.what, "share": one.share}}
    return JSONResponse(body, 202, {"retry-after": str(_AGAIN_SECONDS)})
