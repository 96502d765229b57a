"""Whether a request that changes something comes from a page of this server.

Browsers say where a request comes from (``Sec-Fetch-Site``, Fetch Metadata), older ones at least
the origin. This stands beside the session's token that forms carry, and also holds where nobody is
signed in yet: a stranger's page must not sign somebody in either.
"""

from starlette.datastructures import Headers

from redball.web.security.refusals import Forged
from redball.web.settings import Settings

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def same_origin(method: str, headers: Headers, settings: Settings) -> None:
    """Refuse what another site sends.

    Raises
    ------
    Forged
        The request changes something, or is not a visit of a page, and is not from here.
    """
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    if method in SAFE:
        visit = headers.get("sec-fetch-mode", "navigate") == "navigate"
        if site in ("cross-site", "same-site") and not visit:
            raise _forged()
        return
    if site is not None and site != "same-origin":
        raise _forged()
    if origin is not None and origin != settings.origin:
        raise _forged()
    if site is None and origin is None:
        raise _forged()


def _forged() -> Forged:
    return Forged(
        "The request does not come from a page of this server.",
        mend="Open the page here and do it there; programs use a token.",
    )
