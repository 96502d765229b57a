"""Every error as a page or a JSON document that says what happened and what to do.

Never a stack trace: what was not foreseen is written to the server's log under the request's id,
and the page names only that id.
"""

import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from redball.model import (
    BadData,
    BadUse,
    MissingExtra,
    NotPermitted,
    NotVisible,
    RedballError,
    StoreBusy,
    StoreError,
    StoreMissing,
    UnsafeFile,
)
from redball.web.routing import API
from redball.web.security.refusals import ProveAgain, SignInFirst
from redball.web.visit import visiting

LOG = logging.getLogger("redball.web")

_STATUS: tuple[tuple[type[RedballError], int], ...] = (
    (SignInFirst, 401),
    (NotPermitted, 403),
    (NotVisible, 404),
    (UnsafeFile, 422),
    (BadUse, 400),
    (BadData, 422),
    (StoreBusy, 503),
    (StoreMissing, 503),
    (StoreError, 503),
    (MissingExtra, 501),
)
"""The first that fits counts, so the special ones stand before the general."""
ABSENT = "There is nothing here."
_ABSENT_MEND = "Check the address, or start again from the picture."
_AWAY = "The data of this server can't be reached now."
_AWAY_MEND = "Try again in a moment; if it stays like this, tell whoever runs the server."


def status_of(error: RedballError) -> int:
    """HTTP status of an error."""
    given = getattr(error, "status", None)  # a face's own errors may say it
    if isinstance(given, int):
        return given
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def told(request: Request, status: int, error: RedballError) -> Response:
    """An error as whoever asked can read it."""
    headers = {"retry-after": "5"} if status == 503 else {}
    headers |= getattr(error, "headers", {})
    if status == 404:
        error = BadUse(ABSENT, mend=_ABSENT_MEND)
    if isinstance(error, StoreMissing):  # where it lies, and how to make one, is not for visitors
        LOG.error("the store is away: %s", error.where)
        error = StoreMissing(_AWAY, mend=_AWAY_MEND)
    if wants_json(request):
        body = {
            "error": {
                "kind": type(error).__name__,
                "what": error.what,
                "where": error.where,
                "mend": error.mend,
            }
        }
        return JSONResponse(body, status, headers)
    visit = visiting(request)
    if visit.wants_fragment:
        response = visit.fragment(
            "problem_part.html", status=status, said=error.what, mend=error.mend, where=error.where
        )
        response.headers["hx-retarget"] = "#notice"
        response.headers["hx-reswap"] = "innerHTML"
    else:
        response = visit.problem(status, error.what, error.mend, error.where)
    response.headers.update(headers)
    return response


def wants_json(request: Request) -> bool:
    """Whether a program asked."""
    root = str(request.scope.get("root_path", ""))
    return request.url.path.removeprefix(root).startswith(f"{API}/")


def _redball(request: Request, error: RedballError) -> Response:
    if not wants_json(request):
        visit = visiting(request)
        # what a form wanted to do can't be done again by going there: back to where it stood
        then = request.url.path if request.method == "GET" else request.headers.get("referer", "")
        if isinstance(error, SignInFirst):
            return _elsewhere(request, visit.url("/sign-in", then=_local(request, then)))
        if isinstance(error, ProveAgain):
            return _elsewhere(request, visit.url("/prove", then=_local(request, then)))
    return told(request, status_of(error), error)


def _local(request: Request, address: str) -> str:
    """Path and query of an address of this server, for going back to it; the start elsewhere."""
    settings = request.app.state.services.settings
    path = address.removeprefix(settings.origin)
    if request.method == "GET" and request.url.query:
        path += f"?{request.url.query}"
    path = path.removeprefix(settings.root_path)
    fit = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if fit and "\\" not in path else "/"


def _elsewhere(request: Request, address: str) -> Response:
    if request.headers.get("hx-request") == "true":
        return Response(status_code=204, headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)


_PLACES = {"query": "the address", "path": "the address", "body": "what was sent"}


def _mended(problem: Mapping[str, Any]) -> str:
    """What to do about a value that does not fit, naming it as whoever sent it does."""
    place, *names = [str(part) for part in problem["loc"]] or ["body"]
    where = _PLACES.get(place, place)
    if problem["type"] == "json_invalid" or not names:
        return f"Give {where} as the description of the API has it."
    name = ".".join(names)
    if problem["type"] == "missing":
        return f"Give '{name}' in {where}."
    if problem["type"] == "extra_forbidden":
        return f"Leave '{name}' out of {where}; it is not known here."
    return f"Give '{name}' in {where} another value."


def add_error_pages(application: FastAPI) -> None:
    """Let every error be told by :func:`told`."""

    async def redball_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, RedballError)
        return _redball(request, error)

    async def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        words = {404: ABSENT, 405: "This can't be done here."}
        what = words.get(error.status_code, str(error.detail))
        return told(request, error.status_code, BadUse(what, mend=_ABSENT_MEND))

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        more = f" ({len(error.errors())} such problems in all)" if len(error.errors()) > 1 else ""
        problem = BadUse(
            f"A value can't be used: {first['msg']}.{more}", where=where, mend=_mended(first)
        )
        return told(request, 422, problem)

    async def unforeseen(request: Request, error: Exception) -> Response:
        number = getattr(request.state, "request_id", None) or secrets.token_hex(6)
        LOG.error("request %s failed", number, exc_info=error)
        problem = RedballError(
            "Something went wrong that was not foreseen. Nothing was half done.",
            where=f"request {number}",
            mend="Try again; if it happens again, give the operator this number.",
        )
        return told(request, 500, problem)

    handlers: list[tuple[type[Exception], Callable[[Request, Exception], Awaitable[Response]]]] = [
        (RedballError, redball_error),
        (HTTPException, http_error),
        (RequestValidationError, invalid),
        (Exception, unforeseen),
    ]
    for kind, handler in handlers:
        application.add_exception_handler(kind, handler)
