"""Who a request comes from: the session of its cookie, or the token that it carries."""

from starlette.datastructures import Headers

from redball.app.people import Acting, Present, session_list, session_of, token_of
from redball.web.security import cookies
from redball.web.security.registering import People
from redball.web.security.signed_in import SignedIn
from redball.web.security.surroundings import Surroundings

API = "/api/"
_LONGEST = 200


def bearer_of(headers: Headers, path: str) -> str | None:
    """The token of a request, on the API alone; None where it brings none.

    Empty where it brings something that is no token: then no cookie counts either.
    """
    given = headers.getlist("authorization")
    if not path.startswith(API) or not given:
        return None
    scheme, _, token = given[0].partition(" ")
    fits = len(given) == 1 and scheme.lower() == "bearer" and len(token) <= _LONGEST
    return token.strip() if fits else ""


def identified(services: Surroundings, headers: Headers, path: str) -> SignedIn | None:
    """Say who a request comes from.

    Parameters
    ----------
    services : Surroundings
    headers : Headers
    path : str
        Below the root path.
    """
    register = services.of(People).register
    bearer = bearer_of(headers, path)
    if bearer is not None:
        found = token_of(register, bearer) if bearer else None
    else:
        secret = cookies.read(headers, cookies.SESSION)
        found = session_of(register, secret) if 0 < len(secret) <= _LONGEST else None
    return None if found is None else signed_in(found)


def signed_in(present: Present) -> SignedIn:
    """Who is present, as pages know them."""
    return SignedIn(
        account=present.account,
        name=present.name,
        subject=present.subject,
        session=present.session,
        proved_at=present.proved_at,
        csrf=present.csrf,
        scopes=present.scopes,
    )


def still_signed_in(services: Surroundings, who: SignedIn) -> bool:
    """Whether the session still holds, for what goes on for longer than a request."""
    acting = Acting(who.subject, who.account, who.name, who.session)
    found = session_list(services.of(People).register, acting)
    return any(one.key == who.session for one in found)
