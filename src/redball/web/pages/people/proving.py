"""``/prove``: a fresh proof of identity for what needs one, and back to where it was needed."""

import json
from typing import Annotated

from fastapi import Form
from fastapi.responses import JSONResponse, Response

from redball.access.actions import Action
from redball.app.people import (
    own_account,
    prove_passkey_begin,
    prove_passkey_finish,
    prove_password,
)
from redball.model import NotPermitted
from redball.web.pages.people.part import (
    LONGEST_SECRET,
    held,
    let_in,
    let_in_by_script,
    network,
    pages,
    people_of,
    present,
    register_of,
)
from redball.web.pages.people.signing_in import PasskeyAnswer, Then, ThenForm
from redball.web.security.going_on import onward
from redball.web.visit import Visit, Visited


@pages.page("/prove", action=Action.ENTER)
def prove(visit: Visited, then: Then = "/") -> Response:
    """Ask for a fresh proof."""
    return _asked(visit, then)


def _asked(visit: Visit, then: str, error: NotPermitted | None = None) -> Response:
    provider = visit.settings.identity
    own = own_account(register_of(visit), present(visit))
    return visit.page(
        "people/prove.html",
        title="Prove who you are",
        status=200 if error is None else 403,
        then=onward(then),
        own=own,
        minutes=int(visit.settings.step_up.total_seconds() // 60),
        provider=provider.name if provider is not None and own.identities else "",
        said="" if error is None else error.what,
        mend="" if error is None else error.mend,
    )


@pages.act("/prove", action=Action.ENTER)
def prove_with_password(
    visit: Visited,
    password: Annotated[str, Form(max_length=LONGEST_SECRET)],
    code: Annotated[str, Form(max_length=LONGEST_SECRET)],
    then: ThenForm = "/",
) -> Response:
    """Take password and code; the session gets another secret."""
    people_of(visit).tried(network(visit), visit.who.account)
    try:
        entered = prove_password(register_of(visit), held(visit), password, code)
    except NotPermitted as error:
        return _asked(visit, then, error)
    return let_in(visit, entered, then)


@pages.api("/prove/passkey", action=Action.ENTER, method="POST")
def prove_begin(visit: Visited) -> Response:
    """Say what an authenticator is asked to prove."""
    people_of(visit).tried(network(visit))
    return JSONResponse(json.loads(prove_passkey_begin(register_of(visit), held(visit))))


@pages.api("/prove/passkey/answer", action=Action.ENTER, method="POST")
def prove_finish(visit: Visited, given: PasskeyAnswer) -> Response:
    """Take an authenticator's answer; the session gets another secret."""
    people_of(visit).tried(network(visit))
    entered = prove_passkey_finish(register_of(visit), held(visit), given.text)
    return let_in_by_script(visit, entered, given.then)
