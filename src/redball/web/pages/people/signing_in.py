"""``/sign-in`` and ``/sign-out``."""

import json
from typing import Annotated

from fastapi import Form, Query
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict

from redball.access.actions import Action
from redball.accounts.holding import TICKET
from redball.app.people import (
    sign_in_code,
    sign_in_passkey_begin,
    sign_in_passkey_finish,
    sign_in_password,
    sign_out,
)
from redball.model import NotPermitted
from redball.web.pages.people.part import (
    LONGEST_SECRET,
    agent,
    any_way_in,
    held,
    let_in,
    let_in_by_script,
    network,
    pages,
    people_of,
    register_of,
)
from redball.web.security import cookies
from redball.web.security.going_on import LONGEST, onward
from redball.web.visit import Visit, Visited

Then = Annotated[str, Query(max_length=LONGEST)]
ThenForm = Annotated[str, Form(max_length=LONGEST)]


class PasskeyAnswer(BaseModel):
    """An authenticator's answer, as the page's script sends it.

    Attributes
    ----------
    answer : dict
        As the browser gives it (WebAuthn).
    then : str
        Where to go on to.
    name : str
        What a new passkey is called.
    """

    model_config = ConfigDict(extra="forbid")

    answer: dict[str, object]
    then: str = "/"
    name: str = ""

    @property
    def text(self) -> str:
        """The answer as JSON."""
        return json.dumps(self.answer)


@pages.page("/sign-in", action=None, open_to_all=True)
def sign_in(visit: Visited, then: Then = "/") -> Response:
    """Ask who somebody is."""
    if visit.signed_in is not None:
        return visit.redirect(onward(then))
    if visit.request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        # A link from elsewhere: browsers hold the session back until this page asks by itself.
        return visit.page("people/arriving.html", title="One moment", onward=visit.here())
    return _asked(visit, then)


def _asked(visit: Visit, then: str, name: str = "", error: NotPermitted | None = None) -> Response:
    provider = visit.settings.identity
    return visit.page(
        "people/sign_in.html",
        title="Sign in",
        status=200 if error is None else 403,
        then=onward(then),
        name=name,
        said="" if error is None else error.what,
        mend="" if error is None else error.mend,
        any_account=any_way_in(visit),
        provider="" if provider is None else provider.name,
    )


@pages.act("/sign-in", action=None, open_to_all=True)
def sign_in_with_password(
    visit: Visited,
    name: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=LONGEST_SECRET)],
    then: ThenForm = "/",
) -> Response:
    """Take a name and a password; the code comes next."""
    people_of(visit).tried(network(visit), name or "-")
    try:
        ticket = sign_in_password(register_of(visit), name, password)
    except NotPermitted as error:
        return _asked(visit, then, name, error)
    response = visit.redirect("/sign-in/code", then=onward(then))
    cookies.give(response, cookies.STEP, ticket, lasts=TICKET)
    return response


@pages.page("/sign-in/code", action=None, open_to_all=True)
def code(visit: Visited, then: Then = "/") -> Response:
    """Ask for the code."""
    if not held(visit, cookies.STEP):
        return visit.redirect("/sign-in", then=onward(then))
    return _code_asked(visit, then)


def _code_asked(visit: Visit, then: str, error: NotPermitted | None = None) -> Response:
    return visit.page(
        "people/code.html",
        title="One more step",
        status=200 if error is None else 403,
        then=onward(then),
        said="" if error is None else error.what,
        mend="" if error is None else error.mend,
    )


@pages.act("/sign-in/code", action=None, open_to_all=True)
def sign_in_with_code(
    visit: Visited, code: Annotated[str, Form(max_length=LONGEST_SECRET)], then: ThenForm = "/"
) -> Response:
    """Take the code and let in."""
    people_of(visit).tried(network(visit))
    try:
        entered = sign_in_code(
            register_of(visit),
            held(visit, cookies.STEP),
            code,
            agent=agent(visit),
            instead_of=held(visit),
        )
    except NotPermitted as error:
        return _code_asked(visit, then, error)
    return let_in(visit, entered, then)


@pages.api("/sign-in/passkey", action=None, open_to_all=True, method="POST")
def passkey_begin(visit: Visited) -> Response:
    """Say what an authenticator is asked to sign in."""
    people_of(visit).tried(network(visit))
    return JSONResponse(json.loads(sign_in_passkey_begin(register_of(visit))))


@pages.api("/sign-in/passkey/answer", action=None, open_to_all=True, method="POST")
def passkey_finish(visit: Visited, given: PasskeyAnswer) -> Response:
    """Take an authenticator's answer and let in."""
    people_of(visit).tried(network(visit))
    entered = sign_in_passkey_finish(
        register_of(visit), given.text, agent=agent(visit), instead_of=held(visit)
    )
    return let_in_by_script(visit, entered, given.then)


@pages.act("/sign-out", action=Action.ENTER)
def leave(visit: Visited) -> Response:
    """End the session, here and in the browser."""
    sign_out(register_of(visit), held(visit))
    response = visit.redirect("/sign-in")
    cookies.take_back(response, cookies.SESSION)
    response.headers["clear-site-data"] = '"storage"'
    return response
