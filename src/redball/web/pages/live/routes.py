"""``/live``: the stream that open pages listen to."""

import asyncio
from collections.abc import AsyncIterator

from fastapi.responses import Response, StreamingResponse

from redball.access.actions import Action
from redball.web.live.hub import Listener
from redball.web.routing import Pages
from redball.web.security.sessions import still_signed_in
from redball.web.visit import Visit, Visited

pages = Pages("live")

BEAT_SECONDS = 10.0
"""Longest silence: proxies close connections that say nothing, and sessions end meanwhile."""


@pages.page("/live", action=Action.ENTER)
async def live(visit: Visited) -> Response:
    """Tell a page what changes, until it goes or its session ends."""
    who = visit.who.account
    if visit.services.live.count_of(who) >= visit.settings.limits.live_per_person:
        return Response(status_code=204)  # which tells a browser not to try again
    return StreamingResponse(
        _told(visit, who),
        media_type="text/event-stream",
        headers={"x-accel-buffering": "no", "cache-control": "no-store"},
    )


async def _told(visit: Visit, who: str) -> AsyncIterator[str]:
    hub = visit.services.live
    listener = Listener(who, asyncio.get_running_loop())
    await asyncio.to_thread(hub.join, listener)
    try:
        yield "retry: 1000\n\n"
        while not hub.parted:
            events = await listener.take(BEAT_SECONDS)
            if not await asyncio.to_thread(still_signed_in, visit.services, visit.who):
                yield 'event: ended\ndata: {"why": "session"}\n\n'
                return
            yield "".join(f"event: {topic}\ndata: {data}\n\n" for topic, data in events) or ": \n\n"
    finally:
        hub.leave(listener)
