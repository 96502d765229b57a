"""Which route a request is for, found before its body is read.

The framework reads a body before it asks whether somebody may send one. Here it is asked first, so
that strangers can't make the server hold uploads.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fastapi import APIRouter, UploadFile
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match, Mount
from starlette.types import Scope

from redball.model import BadUse
from redball.web.security.guard import Need


@dataclass(frozen=True)
class Place:
    """A route as guards see it.

    Attributes
    ----------
    template : str
        Its path with the names of its parameters.
    need : Need or None
        What it needs; None for one that says nothing, which nobody may use.
    takes_files : bool
        Whether its body may be as large as an upload.
    """

    template: str
    need: Need | None
    takes_files: bool


class Places:
    """All routes of an application.

    Parameters
    ----------
    routes : list of BaseRoute

    Raises
    ------
    BadUse
        One of them was not made by :class:`redball.web.routing.Pages`.
    """

    def __init__(self, routes: list[BaseRoute]) -> None:
        self._plain: dict[tuple[str, str], Place] = {}
        self._others: list[tuple[APIRoute, Place]] = []
        for route in all_routes(routes):
            place = Place(route.path, need_of(route), _takes_files(route.dependant))
            if "{" in route.path:
                self._others.append((route, place))
            else:
                for method in route.methods or ():
                    self._plain.setdefault((method, route.path), place)

    def find(self, scope: Scope) -> Place | None:
        """The route that will answer a request; None where none will."""
        found = self._plain.get((scope["method"], path_in(scope)))
        if found is not None:
            return found
        for route, place in self._others:
            if route.matches(scope)[0] is Match.FULL:
                return place
        return None


def path_in(scope: Scope) -> str:
    """Path of a request below the root path, whether or not a proxy took that away."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path[len(root) :] if root and path.startswith(f"{root}/") else path


def all_routes(routes: Iterable[BaseRoute]) -> Iterator[APIRoute]:
    """Routes with handlers, also those of included routers; mounts have none.

    Raises
    ------
    BadUse
        A route of another kind, which no guard stands in front of.
    """
    for route in routes:
        included = getattr(route, "original_router", None)
        if isinstance(included, APIRouter):
            yield from all_routes(included.routes)
        elif isinstance(route, APIRoute):
            yield route
        elif not isinstance(route, Mount):
            raise BadUse(
                "A route was not made by Pages, so nothing guards it.",
                where=str(getattr(route, "path", route)),
                mend="Make it with redball.web.routing.Pages.",
            )


def need_of(route: APIRoute) -> Need | None:
    """What a route needs, as its guard says; None where it has no guard."""
    for one in _calls(route.dependant):
        need = getattr(one, "need", None)
        if isinstance(need, Need):
            return need
    return None


def _calls(dependant: Dependant) -> Iterator[object]:
    for one in dependant.dependencies:
        yield one.call
        yield from _calls(one)


def _takes_files(dependant: Dependant) -> bool:
    own = any(UploadFile in _types(one.field_info.annotation) for one in dependant.body_params)
    return own or any(_takes_files(one) for one in dependant.dependencies)


def _types(annotation: object) -> Iterator[object]:
    yield annotation
    for one in getattr(annotation, "__args__", ()):
        yield from _types(one)
