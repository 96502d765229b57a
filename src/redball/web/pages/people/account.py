"""``/account``: one's own ways to sign in, sessions, and how pages look."""

import json
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import Form
from fastapi.responses import JSONResponse, Response

from redball.access.actions import Action
from redball.app.people import (
    own_account,
    own_passkey_begin,
    own_passkey_finish,
    own_passkey_remove,
    own_password_begin,
    own_password_change,
    own_password_finish,
    own_recovery_renew,
    session_revoke,
)
from redball.model import BadUse, NotPermitted, RedballError
from redball.web.pages.people.enrolling import recovery_shown, wrong_first_code
from redball.web.pages.people.part import (
    LONGEST_SECRET,
    acting,
    network,
    pages,
    people_of,
    present,
    register_of,
)
from redball.web.pages.people.signing_in import PasskeyAnswer
from redball.web.security import cookies
from redball.web.visit import Visit, Visited

Word = Annotated[str, Form(max_length=LONGEST_SECRET)]
Key = Annotated[str, Form(max_length=1_500)]
_YEAR = timedelta(days=365)


@pages.page("/account", action=Action.ENTER)
def account(visit: Visited) -> Response:
    """Show one's own account."""
    return _shown(visit)


def _shown(visit: Visit, error: RedballError | None = None) -> Response:
    own = own_account(register_of(visit), present(visit))
    count = len(own.sessions)
    where = "signed in with this browser only" if count == 1 else f"signed in with {count} browsers"
    return visit.page(
        "people/account.html",
        title="Account",
        status=200 if error is None else 400,
        live=("people",),
        lead=f"You are {own.display}, {own.subject}; {where}.",
        own=own,
        said="" if error is None else error.what,
        mend="" if error is None else error.mend,
    )


@pages.api("/account", action=Action.ENTER)
def account_api(visit: Visited) -> dict[str, object]:
    """Tell whose session or token it is, and what the session's forms must carry now."""
    who = visit.who
    return {
        "account": who.account,
        "name": who.name,
        "subject": who.subject,
        "session": who.session,
        "scopes": None if who.scopes is None else sorted(who.scopes),
        "csrf": who.csrf,
    }


@pages.act("/account/password", action=Action.ENTER, step_up=True)
def change_password(visit: Visited, current: Word, password: Word) -> Response:
    """Change the password; other sessions end."""
    people_of(visit).tried(network(visit), visit.who.account)
    try:
        own_password_change(register_of(visit), present(visit), current, password)
    except (BadUse, NotPermitted) as error:
        return _shown(visit, error)
    return visit.redirect("/account")


@pages.page("/account/codes", action=Action.ENTER)
def codes(visit: Visited) -> Response:
    """Ask for a new password, before the app is set up."""
    return _codes_asked(visit)


def _codes_asked(visit: Visit, error: BadUse | None = None) -> Response:
    return visit.page(
        "people/password.html",
        title="A new password and authenticator app",
        status=200 if error is None else 400,
        said="" if error is None else error.what,
        mend="" if error is None else error.mend,
    )


@pages.act("/account/codes", action=Action.ENTER, step_up=True)
def begin_codes(visit: Visited, password: Word) -> Response:
    """Take a password and show the seed for the app, once."""
    try:
        setup = own_password_begin(register_of(visit), present(visit), password)
    except BadUse as error:
        return _codes_asked(visit, error)
    return visit.page(
        "people/set_up.html", title="Your authenticator app", set_up=setup, setup=setup.ticket,
        to="/account/codes/prove", said="", mend="",
    )  # fmt: skip


@pages.act("/account/codes/prove", action=Action.ENTER, step_up=True)
def prove_codes(visit: Visited, setup: Word, code: Word) -> Response:
    """Take the first code; recovery codes are shown once, other sessions end."""
    people_of(visit).tried(network(visit))
    try:
        recovery = own_password_finish(register_of(visit), present(visit), setup, code)
    except NotPermitted as error:
        return wrong_first_code(visit, setup, error, "/account/codes/prove")
    return recovery_shown(visit, recovery, "/account")


@pages.act("/account/recovery", action=Action.ENTER, step_up=True)
def renew_recovery(visit: Visited) -> Response:
    """Make new recovery codes; the old ones are void."""
    try:
        recovery = own_recovery_renew(register_of(visit), present(visit))
    except NotPermitted as error:
        return _shown(visit, error)
    return recovery_shown(visit, recovery, "/account")


@pages.api("/account/passkeys", action=Action.ENTER, method="POST", step_up=True)
def passkey_begin(visit: Visited) -> Response:
    """Say what an authenticator is asked for another passkey."""
    return JSONResponse(json.loads(own_passkey_begin(register_of(visit), present(visit))))


@pages.api("/account/passkeys/answer", action=Action.ENTER, method="POST", step_up=True)
def passkey_finish(visit: Visited, given: PasskeyAnswer) -> Response:
    """Add a passkey."""
    own_passkey_finish(register_of(visit), present(visit), given.text, given.name or "passkey")
    return JSONResponse({"go": visit.url("/account")})


@pages.act("/account/passkeys/remove", action=Action.ENTER, step_up=True)
def passkey_remove(visit: Visited, key: Key) -> Response:
    """Take a passkey away."""
    try:
        own_passkey_remove(register_of(visit), present(visit), key)
    except NotPermitted as error:
        return _shown(visit, error)
    return visit.redirect("/account")


@pages.act("/account/sessions/end", action=Action.ENTER)
def end_sessions(visit: Visited, key: Key = "") -> Response:
    """End one of one's sessions, or all but this one."""
    if key:
        session_revoke(register_of(visit), acting(visit), key=key)
    else:
        session_revoke(register_of(visit), acting(visit), but=visit.who.session)
    return visit.redirect("/account")


@pages.act("/account/display", action=Action.ENTER)
def display(
    visit: Visited, theme: Annotated[Literal["", "dark", "light"], Form()] = ""
) -> Response:
    """Choose colours, for this browser."""
    response = visit.redirect("/account")
    if theme:
        cookies.give(response, cookies.THEME, theme, lasts=_YEAR)
    else:
        cookies.take_back(response, cookies.THEME)
    return response
