"""The cookies of the face, all bound to this host.

``__Host-`` wants ``Secure``, no domain and the path ``/`` (RFC 6265bis, 4.1.3.2), also under a root
path. Browsers take it from ``http://localhost`` too, which they trust like TLS.
"""

from datetime import timedelta

from starlette.datastructures import Headers
from starlette.responses import Response

SESSION = "__Host-redball"
STEP = "__Host-redball-step"
"""Between a password and its code."""
PROVIDER = "__Host-redball-provider"
"""Between leaving for an identity provider and coming back."""
THEME = "redball-theme"
LANGUAGE = "redball-language"


def read(headers: Headers, name: str) -> str:
    """Value of a cookie; empty where it is not there, or there more than once."""
    found = [
        value.strip()
        for line in headers.getlist("cookie")
        for key, _, value in (part.partition("=") for part in line.split(";"))
        if key.strip() == name
    ]
    return found[0] if len(found) == 1 else ""


def give(
    response: Response,
    name: str,
    value: str,
    *,
    lasts: timedelta | None = None,
    scripts: bool = False,
) -> None:
    """Set a cookie.

    Parameters
    ----------
    lasts : timedelta, optional
        Until the browser is closed where not given.
    scripts : bool
        Whether scripts may read it.
    """
    response.set_cookie(
        name,
        value,
        max_age=None if lasts is None else int(lasts.total_seconds()),
        path="/",
        secure=True,
        httponly=not scripts,
        samesite="strict",
    )


def take_back(response: Response, name: str) -> None:
    """Delete a cookie."""
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="strict")
