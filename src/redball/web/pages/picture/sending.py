"""Documents that are packed already, sent as they are."""

from fastapi import Request
from fastapi.responses import Response

from redball.app.operating import Packed


def sent(request: Request, document: Packed, kind: str = "application/json") -> Response:
    """A packed document; 304 where the asker has the same.

    Browsers keep nothing of it, as of every page; programs that ask again and again need not be
    sent the same twice.
    """
    headers = {
        "etag": f'"{document.tag}"',
        "vary": "accept-encoding, cookie, authorization",
    }
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return Response(document.gzip, headers=headers, media_type=kind)
    return Response(document.plain, headers=headers, media_type=kind)
