"""Whether a request may reach its handler.

The order matters: who it is, then scope and action, then a fresh proof of identity (all before the
body is read, in the middleware, and once more before the handler), then the token against forgery.
Everything that is not said is a refusal.
"""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fastapi import Request

from redball.access import parse_subject
from redball.access.actions import PERMITTED, Action
from redball.model import BadUse, NotPermitted
from redball.web.security.refusals import Forged, ProveAgain, SignInFirst
from redball.web.security.signed_in import SignedIn


@dataclass(frozen=True)
class Need:
    """What a route needs.

    Attributes
    ----------
    action : Action or None
        None only where ``open_to_all``.
    open_to_all : bool
        No session is needed.
    costly : bool
        Counts ten times in the limit on requests.
    step_up : bool
        Needs a fresh proof of identity.
    form : bool
        A form of a page: carries the session's token.
    scope : str
        What a token needs; no token is let in where it is empty.
    """

    action: Action | None
    open_to_all: bool = False
    costly: bool = False
    step_up: bool = False
    form: bool = False
    scope: str = ""

    def __post_init__(self) -> None:
        if (self.action is None) != self.open_to_all:
            raise BadUse(
                "A route names the action that it needs, or is open to all; never both.",
                mend="Give action=Action..., or action=None and open_to_all=True.",
            )


def guarded(need: Need) -> Callable[[Request], Awaitable[None]]:
    """Make the check that runs before a handler."""

    async def check(request: Request) -> None:
        who: SignedIn | None = getattr(request.state, "signed_in", None)
        if need.open_to_all:
            return
        admit(need, who, request.url.path, request.app.state.services.settings.step_up)
        if who is not None and (need.form or (request.method != "GET" and not who.is_token)):
            await _unforged(request, who)

    check.need = need  # type: ignore[attr-defined]  # for the list of routes
    return check


def admit(need: Need, who: SignedIn | None, path: str, step_up: timedelta) -> None:
    """Say whether somebody may use a route, before anything that they sent is read.

    Parameters
    ----------
    need : Need
    who : SignedIn or None
    path : str
        What was asked for.
    step_up : timedelta
        How long a fresh proof of identity holds.

    Raises
    ------
    SignInFirst
        Nobody is signed in.
    NotPermitted
        Role or token may not do this.
    ProveAgain
        It needs a fresh proof of identity.
    """
    if need.open_to_all:
        return
    if who is None:
        raise SignInFirst("Nobody is signed in, or the session has ended.", mend="Sign in.")
    _allowed(need, who, path)
    if need.step_up:
        fresh(who, step_up)


async def _unforged(request: Request, who: SignedIn) -> None:
    """Refuse a request that changes something and does not carry the session's token."""
    if who.is_token:
        raise Forged("Forms are for people, not for tokens.", mend="Use the API.")
    sent = request.headers.get("x-csrf-token")
    if sent is None and _is_form(request):
        value = (await request.form()).get("csrf")
        sent = value if isinstance(value, str) else None
    if not sent or not hmac.compare_digest(sent.encode(), who.csrf.encode()):
        raise Forged(
            "The form is not one of this session.",
            mend="Go back, load the page again, and send it once more.",
        )


def _is_form(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind in ("application/x-www-form-urlencoded", "multipart/form-data")


def _allowed(need: Need, who: SignedIn, path: str) -> None:
    if who.scopes is not None and (not need.scope or need.scope not in who.scopes):
        raise NotPermitted(
            f"The token may not do this; it needs the scope '{need.scope or 'of a person'}'.",
            where=path,
            mend="Make a token with that scope.",
        )
    role = parse_subject(who.subject).role
    if need.action not in PERMITTED[role]:
        able = ", ".join(one for one, actions in PERMITTED.items() if need.action in actions)
        raise NotPermitted(
            f"The role '{role}' may not {need.action}.",
            where=path,
            mend=f"Ask somebody who may: {able}.",
        )


def fresh(who: SignedIn, step_up: timedelta) -> None:
    """Refuse where somebody proved who they are too long ago; a token never did.

    Raises
    ------
    ProveAgain
        The face asks for the proof, then goes on.
    """
    if datetime.now(UTC) - who.proved_at > step_up:
        minutes = int(step_up.total_seconds() // 60)
        raise ProveAgain(
            f"This needs a proof of who you are from the last {minutes} minutes.",
            mend="Prove it once more; then this goes on.",
        )
