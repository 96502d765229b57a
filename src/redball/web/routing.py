"""Routes, each with the action that it needs: one without can't be made.

A page module makes one :class:`Pages` and adds to it. Whether the person may do it is asked before
the handler runs, by :func:`redball.web.security.guard.guarded`; a test lists every route of the
application and fails for one that was not made here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, JSONResponse, Response

from redball.access.actions import Action
from redball.web.security.guard import Need, guarded

API = "/api/v1"
"""Where the API begins."""

Handler = TypeVar("Handler", bound=Callable[..., Any])


class Kind(StrEnum):
    """What a route answers."""

    PAGE = "page"
    API = "api"
    ACT = "act"
    FILE = "file"


@dataclass(frozen=True)
class Declared:
    """A route as it was declared.

    Attributes
    ----------
    path, method, name : str
    kind : Kind
    need : Need
    """

    path: str
    method: str
    name: str
    kind: Kind
    need: Need


class Pages:
    """The routes of one part of the face.

    Parameters
    ----------
    name : str
        Of the part: the folder of its templates, and its tag in the API's description.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.router = APIRouter()
        self.declared: list[Declared] = []

    def page(
        self, path: str, *, action: Action | None, open_to_all: bool = False, costly: bool = False
    ) -> Callable[[Handler], Handler]:
        """Add a page, ``GET``, as HTML.

        Parameters
        ----------
        path : str
        action : Action or None
            What it needs; None only for pages that are open to whoever is not signed in.
        open_to_all : bool
            Needs no session; then ``action`` is None.
        costly : bool
            Counts ten times in the limit on requests.
        """
        need = Need(action, open_to_all=open_to_all, costly=costly)
        return self._add(path, "GET", Kind.PAGE, need)

    def api(
        self,
        path: str,
        *,
        action: Action | None,
        method: str = "GET",
        open_to_all: bool = False,
        costly: bool = False,
        step_up: bool = False,
        scope: str = "",
    ) -> Callable[[Handler], Handler]:
        """Add an address of the API under :data:`API`; answers JSON, described by OpenAPI.

        A token needs the scope ``scope``; where none is given, ``read`` for GET and ``write`` for
        the rest.
        """
        need = Need(
            action,
            open_to_all=open_to_all,
            costly=costly,
            step_up=step_up,
            scope=scope or ("read" if method == "GET" else "write"),
        )
        return self._add(API + path, method, Kind.API, need)

    def act(
        self,
        path: str,
        *,
        action: Action | None,
        open_to_all: bool = False,
        costly: bool = False,
        step_up: bool = False,
    ) -> Callable[[Handler], Handler]:
        """Add what a form does, ``POST``; the form carries the session's token against forgery."""
        need = Need(action, open_to_all=open_to_all, costly=costly, step_up=step_up, form=True)
        return self._add(path, "POST", Kind.ACT, need)

    def file(
        self, path: str, *, action: Action, step_up: bool = False, costly: bool = True
    ) -> Callable[[Handler], Handler]:
        """Add something to download, ``GET``."""
        return self._add(path, "GET", Kind.FILE, Need(action, costly=costly, step_up=step_up))

    def _add(self, path: str, method: str, kind: Kind, need: Need) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            name = f"{self.name}.{handler.__name__}"
            self.declared.append(Declared(path, method, name, kind, need))
            self.router.add_api_route(
                path,
                handler,
                methods=[method],
                name=name,
                dependencies=[Depends(guarded(need))],
                response_class=JSONResponse if kind is Kind.API else HTMLResponse,
                response_model=None if _answers_itself(handler, kind) else _returns(handler),
                include_in_schema=kind is Kind.API,
                tags=[self.name],
            )
            return handler

        return register


def _returns(handler: Callable[..., Any]) -> Any:
    return handler.__annotations__.get("return")


def _answers_itself(handler: Callable[..., Any], kind: Kind) -> bool:
    returned = _returns(handler)
    return kind is not Kind.API or (isinstance(returned, type) and issubclass(returned, Response))
