"""``/link/...`` and ``/enrol``: the first way in, and setting up how to sign in."""

import json
from typing import Annotated

from fastapi import Form, Path
from fastapi.responses import JSONResponse, Response

from redball.accounts.holding import ENROLMENT
from redball.app.people import (
    Enrolled,
    enrol_passkey_begin,
    enrol_passkey_finish,
    enrol_password_begin,
    enrol_password_finish,
    link_use,
)
from redball.model import BadUse, NotPermitted
from redball.web.pages.people.part import (
    LONGEST_SECRET,
    agent,
    held,
    let_in,
    let_in_by_script,
    network,
    pages,
    people_of,
    register_of,
    with_session,
)
from redball.web.pages.people.signing_in import PasskeyAnswer
from redball.web.security import cookies
from redball.web.visit import Visit, Visited

Secret = Annotated[str, Path(max_length=100)]


@pages.page("/link/{secret}", action=None, open_to_all=True)
def link(visit: Visited, secret: Secret) -> Response:
    """Show a button: looking at a link, as previews do, does not use it."""
    return visit.page("people/link.html", title="A link for you", secret=secret)


@pages.act("/link/{secret}", action=None, open_to_all=True)
def use_link(visit: Visited, secret: Secret) -> Response:
    """Use a link, once."""
    people_of(visit).tried(network(visit))
    used = link_use(register_of(visit), secret, agent=agent(visit))
    if used.entered is not None:
        return let_in(visit, used.entered, "/")
    response = visit.redirect("/enrol")
    cookies.give(response, cookies.STEP, used.ticket, lasts=ENROLMENT)
    return response


@pages.page("/enrol", action=None, open_to_all=True)
def enrol(visit: Visited) -> Response:
    """Ask how somebody wants to sign in."""
    if not held(visit, cookies.STEP):
        return visit.redirect("/sign-in")
    return _asked(visit)


def _asked(visit: Visit, error: BadUse | None = None) -> Response:
    return visit.page(
        "people/enrol.html",
        title="How will you sign in?",
        status=200 if error is None else 400,
        said="" if error is None else error.what,
        mend="" if error is None else error.mend,
    )


@pages.act("/enrol/password", action=None, open_to_all=True)
def choose_password(
    visit: Visited, password: Annotated[str, Form(max_length=LONGEST_SECRET)]
) -> Response:
    """Take a password and show the seed for the authenticator app, once."""
    people_of(visit).tried(network(visit))
    try:
        setup = enrol_password_begin(register_of(visit), held(visit, cookies.STEP), password)
    except BadUse as error:
        return _asked(visit, error)
    return visit.page(
        "people/set_up.html", title="Your authenticator app", set_up=setup, setup=setup.ticket,
        to="/enrol/code", said="", mend="",
    )  # fmt: skip


@pages.act("/enrol/code", action=None, open_to_all=True)
def prove_app(
    visit: Visited,
    setup: Annotated[str, Form(max_length=100)],
    code: Annotated[str, Form(max_length=LONGEST_SECRET)],
) -> Response:
    """Take the first code; recovery codes are shown once."""
    people_of(visit).tried(network(visit))
    step = held(visit, cookies.STEP)
    try:
        done = enrol_password_finish(register_of(visit), step, setup, code, agent=agent(visit))
    except NotPermitted as error:
        return wrong_first_code(visit, setup, error, "/enrol/code")
    return _recovery(visit, done)


def wrong_first_code(visit: Visit, setup: str, error: NotPermitted, to: str) -> Response:
    """Ask again; the app has the seed already."""
    return visit.page(
        "people/set_up.html", title="Your authenticator app", status=403, set_up=None,
        setup=setup, to=to, said=error.what, mend=error.mend,
    )  # fmt: skip


def _recovery(visit: Visit, done: Enrolled) -> Response:
    page = recovery_shown(visit, done.recovery, "/")
    return with_session(page, done.entered)


def recovery_shown(visit: Visit, codes: tuple[str, ...], onward: str) -> Response:
    """Show recovery codes, once."""
    return visit.page(
        "people/once.html",
        title="Recovery codes",
        explained="Keep these where you keep other papers. Each signs you in once, in place of a "
        "code of the app, should the app be lost.",
        codes=codes,
        secret="",
        onward=onward,
        onward_words="I have written them down",
    )


@pages.api("/enrol/passkey", action=None, open_to_all=True, method="POST")
def passkey_wanted(visit: Visited) -> Response:
    """Say what an authenticator is asked for a first passkey."""
    people_of(visit).tried(network(visit))
    wanted = enrol_passkey_begin(register_of(visit), held(visit, cookies.STEP))
    return JSONResponse(json.loads(wanted))


@pages.api("/enrol/passkey/answer", action=None, open_to_all=True, method="POST")
def passkey_made(visit: Visited, given: PasskeyAnswer) -> Response:
    """Take a first passkey and let in."""
    people_of(visit).tried(network(visit))
    done = enrol_passkey_finish(
        register_of(visit),
        held(visit, cookies.STEP),
        given.text,
        name=given.name or "passkey",
        agent=agent(visit),
    )
    return let_in_by_script(visit, done.entered, "/")
