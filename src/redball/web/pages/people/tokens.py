"""``/tokens``: what services ask with."""

from typing import Annotated

from fastapi import Form
from fastapi.responses import Response

from redball.access.actions import Action
from redball.accounts.tokens import SCOPES
from redball.app.people import token_list, token_new, token_revoke
from redball.model import BadUse, NotPermitted, RedballError
from redball.web.pages.people.part import acting, pages, register_of
from redball.web.visit import Visit, Visited

Word = Annotated[str, Form(max_length=100)]


@pages.page("/tokens", action=Action.ENTER)
def tokens(visit: Visited) -> Response:
    """Show one's own tokens."""
    return _shown(visit)


def _shown(visit: Visit, error: RedballError | None = None) -> Response:
    found = token_list(register_of(visit), acting(visit))
    good = sum(one.holds for one in found)
    return visit.page(
        "people/tokens.html",
        title="Tokens",
        status=200 if error is None else 400,
        live=("people",),
        lead=f"{good} of your {len(found)} tokens can be used now."
        if found
        else "You have no tokens. A service asks with one in place of a session.",
        tokens=found,
        scopes=SCOPES,
        said="" if error is None else error.what,
        mend="" if error is None else error.mend,
    )


@pages.api("/tokens", action=Action.ENTER)
def tokens_api(visit: Visited) -> dict[str, object]:
    """List one's own tokens, without their secrets."""
    found = token_list(register_of(visit), acting(visit))
    return {
        "tokens": [
            {
                "key": one.key,
                "name": one.name,
                "account": one.account,
                "scopes": list(one.scopes),
                "created_at": one.created_at.isoformat(),
                "expires": one.expires.isoformat(),
                "last_used": None if one.last_used is None else one.last_used.isoformat(),
                "holds": one.holds,
            }
            for one in found
        ]
    }


@pages.act("/tokens", action=Action.ENTER, step_up=True)
def make_token(
    visit: Visited,
    name: Word,
    days: Annotated[int, Form(ge=1, le=366)],
    scopes: Annotated[list[str] | None, Form(max_length=4)] = None,
    account: Word = "",
) -> Response:
    """Make a token and show it, once."""
    try:
        made = token_new(
            register_of(visit), acting(visit), account, name, tuple(scopes or ()), days=days
        )
    except (BadUse, NotPermitted) as error:
        return _shown(visit, error)
    return visit.page(
        "people/once.html",
        title=f"Token {made.shown.name}",
        explained="Give it to the service, which sends it with each request to the API: "
        "Authorization: Bearer TOKEN",
        codes=(),
        secret=made.secret,
        onward="/tokens",
        onward_words="I have kept it",
    )


@pages.act("/tokens/{key}/revoke", action=Action.ENTER)
def revoke_token(visit: Visited, key: str) -> Response:
    """Revoke a token, at once."""
    token_revoke(register_of(visit), acting(visit), key)
    return visit.redirect("/tokens")
