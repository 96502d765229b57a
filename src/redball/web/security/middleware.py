"""All guards in front of the application, in their order; the first that refuses ends it.

1. the request has a number and says where it comes from and which host it is for
2. who it is: the session's cookie, or a token on the API
3. how much they have asked for
4. whether a page of this server sent it
5. whether they may use the route, before the body is read
6. how large the body is

Plain ASGI: responses stream through untouched but for their headers.
"""

import secrets
from typing import cast

import anyio.to_thread
from fastapi import FastAPI, Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from redball import app
from redball.model import NotPermitted, RedballError
from redball.web.security.bodies import announced, bounded
from redball.web.security.finding import Place, Places, path_in
from redball.web.security.forgery import SAFE, same_origin
from redball.web.security.guard import admit
from redball.web.security.headers import secure
from redball.web.security.limiting import COSTLY, Limiter, Rate
from redball.web.security.peers import Peer, one_framing, peer_of, right_host
from redball.web.security.refusals import TooMany
from redball.web.security.sessions import bearer_of, identified
from redball.web.security.signed_in import SignedIn
from redball.web.security.surroundings import Surroundings
from redball.web.security.telling import Teller


def secured(application: FastAPI, services: Surroundings) -> ASGIApp:
    """Put the guards around an application.

    Parameters
    ----------
    application : FastAPI
        With all its routes.
    services : Surroundings

    Raises
    ------
    BadUse
        A route was not made by :class:`redball.web.routing.Pages`.
    """
    return Guards(application, services)


class Guards:
    """The guards of one application; see :func:`secured`."""

    def __init__(self, application: FastAPI, services: Surroundings) -> None:
        self._application = application
        self._services = services
        self._places = Places(application.routes)
        self._limiter = Limiter()
        limits = services.settings.limits
        self._rate = Rate(limits.per_minute, max(limits.per_minute / 10, COSTLY))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:  # the face has no websockets
            await send({"type": "websocket.close", "code": 1008})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        settings = self._services.settings
        state = scope.setdefault("state", {})
        state["request_id"] = secrets.token_hex(8)
        scope["root_path"] = settings.root_path
        static = path_in(scope).startswith("/static/")
        guarded = _Guarded(static, settings.origin.startswith("https:"), state["request_id"])
        place: Place | None = None
        try:
            place = await self._admitted(scope, static=static)
            most = settings.limits
            room = most.upload_bytes if place and place.takes_files else most.form_bytes
            announced(Headers(scope=scope), room)
            receive = bounded(receive, room)
        except RedballError as error:
            await self._refuse(scope, receive, guarded.around(send), error)
            return
        with app.keeping(self._services.keeper):
            await self._application(scope, receive, guarded.around(send))
        if scope["method"] not in SAFE:
            self._services.keeper.stale()
            self._services.live.look()
        refused = state.get("refused")
        if isinstance(refused, RedballError):
            await self._tell(scope, refused)

    async def _admitted(self, scope: Scope, *, static: bool) -> Place | None:
        settings, state = self._services.settings, scope["state"]
        headers = Headers(scope=scope)
        one_framing(headers)
        client = scope.get("client")
        peer = peer_of(client[0] if client else None, scope["scheme"], headers, settings)
        state["peer"] = peer
        right_host(peer, settings)
        if static:
            return None
        place = state["place"] = self._places.find(scope)
        path = path_in(scope)
        who = await anyio.to_thread.run_sync(identified, self._services, headers, path)
        state["signed_in"] = who
        self._within_limit(peer, who, place)
        if bearer_of(headers, path) is None:
            same_origin(scope["method"], headers, settings)
        if place is not None:
            if place.need is None:
                raise NotPermitted("Nobody may use this.", where=place.template)
            admit(place.need, who, path, settings.step_up)
        return place

    def _within_limit(self, peer: Peer, who: SignedIn | None, place: Place | None) -> None:
        costly = place is not None and place.need is not None and place.need.costly
        key = f"address {peer.network}" if who is None else f"account {who.account} {who.is_token}"
        wait = self._limiter.take(key, self._rate, COSTLY if costly else 1)
        if wait > 0:
            raise TooMany("More was asked for than one person or address may ask for.", wait)

    async def _refuse(
        self, scope: Scope, receive: Receive, send: Send, error: RedballError
    ) -> None:
        """Tell a refusal as the application tells any other error."""
        scope["app"] = self._application
        tell = self._application.exception_handlers[RedballError]
        found = tell(Request(scope), error)
        response = cast("Response", await found if hasattr(found, "__await__") else found)
        if scope["method"] not in SAFE:
            response.headers["connection"] = "close"  # the body was not read
        await response(scope, receive, send)
        await self._tell(scope, error)

    async def _tell(self, scope: Scope, error: RedballError) -> None:
        state = scope["state"]
        place, peer = state.get("place"), state.get("peer", Peer("unknown", False, ""))
        template = place.template if isinstance(place, Place) else "no route"

        def tell() -> None:
            self._services.of(Teller).tell(
                error,
                f"{scope['method']} {template}",
                who=state.get("signed_in"),
                peer=peer,
                request_id=state["request_id"],
            )

        await anyio.to_thread.run_sync(tell)


class _Guarded:
    """The headers of a response."""

    def __init__(self, static: bool, https: bool, request_id: str) -> None:
        self._static, self._https, self._request_id = static, https, request_id

    def around(self, send: Send) -> Send:
        """Send with the headers on."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                secure(
                    MutableHeaders(scope=message),
                    static=self._static,
                    https=self._https,
                    request_id=self._request_id,
                )
            await send(message)

        return with_headers
