"""Documents that are packed already, sent as they are."""

from fastapi import Request
from fastapi.responses import Response

from redball.app.operating import Packed


def sent(request: Request, document: Packed, kind: str = "application/json") -> Response:
    """A packed document; 304 where the asker has the same.

    Nobody between may keep it, and whoever asked must ask again each time: the tag only saves
    sending it.
    """
    headers = {
        "etag": f'"{document.tag}"',
        "cache-control": "private, no-cache",
        "vary": "accept-encoding, cookie, authorization",
    }
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return Response(document.gzip, headers=headers, media_type=kind)
    return Response(document.plain, headers=headers, media_type=kind)
