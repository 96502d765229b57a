"""``/sign-in/provider``: signing in through a nation's own identity provider."""

from datetime import timedelta
from typing import Annotated

from fastapi import Query
from fastapi.responses import RedirectResponse, Response

from redball.access.actions import Action
from redball.app.people import Entered, prove_identity, sign_in_identity
from redball.model import BadData
from redball.web.pages.people.part import (
    agent,
    held,
    let_in,
    network,
    pages,
    people_of,
    register_of,
)
from redball.web.pages.people.signing_in import Then
from redball.web.security import cookies
from redball.web.security.going_on import onward
from redball.web.security.provider import Begun, Proven, Provider
from redball.web.visit import Visit, Visited

_AWAY = timedelta(minutes=10)
"""How long somebody may be at the provider."""
Answered = Annotated[str, Query(max_length=4_000)]


@pages.page("/sign-in/provider", action=None, open_to_all=True)
def leave_for_provider(visit: Visited, then: Then = "/") -> Response:
    """Go to the provider to sign in."""
    return _leave(visit, then, fresh=False)


@pages.page("/prove/provider", action=Action.ENTER)
def leave_to_prove(visit: Visited, then: Then = "/") -> Response:
    """Go to the provider for a fresh proof."""
    return _leave(visit, then, fresh=True)


def _leave(visit: Visit, then: str, *, fresh: bool) -> Response:
    people_of(visit).tried(network(visit))
    address, begun = visit.services.of(Provider).begin(onward(then), fresh=fresh)
    response = RedirectResponse(address, 303)
    cookies.give(response, cookies.PROVIDER, begun.text, lasts=_AWAY)
    return response


@pages.page("/sign-in/provider/back", action=None, open_to_all=True)
def back_from_provider(
    visit: Visited,
    code: Answered = "",
    state: Answered = "",
    iss: Answered = "",
    again: Annotated[bool, Query()] = False,
) -> Response:
    """Come back from the provider; it has said who somebody is, or why not."""
    if not again:
        # It sent the browser here, which therefore holds its cookies back: asked again from here.
        return visit.page("people/arriving.html", title="One moment", onward=visit.here(again=1))
    people_of(visit).tried(network(visit))
    begun = Begun.parse(held(visit, cookies.PROVIDER))
    proven = visit.services.of(Provider).finish(begun, code=code, state=state, issuer=iss)
    return let_in(visit, _entered(visit, begun, proven), begun.then)


def _entered(visit: Visit, begun: Begun, proven: Proven) -> Entered:
    register = register_of(visit)
    if not begun.fresh:
        return sign_in_identity(
            register, proven.issuer, proven.subject, strong=False, agent=agent(visit)
        )
    now = register.now()
    if proven.at is None or now - proven.at > visit.settings.step_up:
        raise BadData("The identity provider did not ask again.", mend="Prove it in another way.")
    return prove_identity(register, held(visit), proven.issuer, proven.subject)
