"""The routes of the part people, and what its modules share."""

from typing import TYPE_CHECKING

from fastapi.responses import JSONResponse, Response

from redball.app.people import Acting, Entered, Present
from redball.desk.proofs import has_proofs
from redball.web.routing import Pages
from redball.web.security import cookies
from redball.web.security.going_on import onward
from redball.web.security.peers import Peer
from redball.web.security.registering import People
from redball.web.visit import Visit

if TYPE_CHECKING:
    from redball.app.people import Register

pages = Pages("people")

LONGEST_SECRET = 512
"""Characters of a password or a code that are looked at."""


def people_of(visit: Visit) -> People:
    """The people of the server."""
    return visit.services.of(People)


def register_of(visit: Visit) -> "Register":
    """Their register."""
    return people_of(visit).register


def acting(visit: Visit) -> Acting:
    """Who asks, as use cases of people want it."""
    who = visit.who
    return Acting(who.subject, who.account, who.name, who.session)


def present(visit: Visit) -> Present:
    """Who asks, as use cases of one's own account want it."""
    who = visit.who
    return Present(
        account=who.account,
        name=who.name,
        subject=who.subject,
        session=who.session,
        proved_at=who.proved_at,
        way="token" if who.is_token else "",
        csrf=who.csrf,
        scopes=who.scopes,
    )


def any_way_in(visit: Visit) -> bool:
    """Whether anybody can sign in here yet."""
    with visit.services.desk.reading() as connection:
        return visit.settings.identity is not None or has_proofs(connection)


def network(visit: Visit) -> str:
    """Where the request comes from."""
    peer = visit.request.state.peer
    assert isinstance(peer, Peer)
    return peer.network


def agent(visit: Visit) -> str:
    """What the browser calls itself."""
    return visit.request.headers.get("user-agent", "")


def held(visit: Visit, name: str = cookies.SESSION) -> str:
    """A secret that the browser holds."""
    return cookies.read(visit.request.headers, name)


def let_in(visit: Visit, entered: Entered, then: str) -> Response:
    """Go on to a page with a session."""
    response = visit.redirect(onward(then))
    return with_session(response, entered)


def let_in_by_script(visit: Visit, entered: Entered, then: str) -> Response:
    """Tell a script where to go on to, with a session."""
    return with_session(JSONResponse({"go": visit.url(onward(then))}), entered)


def with_session(response: Response, entered: Entered) -> Response:
    """Give the browser the secret of its session; what was between two steps goes."""
    cookies.give(response, cookies.SESSION, entered.secret)
    for name in (cookies.STEP, cookies.PROVIDER):
        cookies.take_back(response, name)
    return response
