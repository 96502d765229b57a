"""Signing in: with a password and a code, with a passkey, or through a nation's own provider.

Whoever fails is told the same, whether there is no such account, the password is wrong, or the
account is closed; and it takes the same time. Only somebody who knows the password can use up the
tries for codes, so strangers lock nobody out.
"""

from datetime import timedelta

from redball.access.actions import Action
from redball.accounts import passkeys, passwords
from redball.accounts.holding import TICKET, TICKET_TRIES
from redball.accounts.names import folded
from redball.accounts.secrets import hashed, new_key, new_secret
from redball.app.doing import use_case
from redball.app.people.acting import Entered
from redball.app.people.proving import (
    active,
    answered,
    challenge,
    expired,
    present_of,
    second_factor,
)
from redball.app.people.register import Change, Register
from redball.desk import people, proofs, sessions, tickets
from redball.desk.people import Account
from redball.desk.sessions import Session
from redball.ledger import EventKind
from redball.model import BadUse, NotPermitted

SIGN_IN = "sign in"
CODE_NEXT, PASSKEY_NEXT = "code", "passkey"
LONG_AGO = timedelta(days=365)
"""How old a proof counts that was none of two factors: what needs a fresh one asks for it."""
_MOST_AGENT = 120


@use_case(Action.ENTER)
def sign_in_password(register: Register, name: str, password: str) -> str:
    """First step: a name and a password.

    Returns
    -------
    str
        Secret of a ticket for :func:`sign_in_code`; good for five minutes and five tries.

    Raises
    ------
    NotPermitted
        They do not fit.
    """
    account, kept = _kept_password(register, name)
    right = passwords.fits(password, kept)  # takes a while: not within a transaction
    anew = passwords.hash_password(password) if right and kept and passwords.outdated(kept) else ""
    with register.changing() as change:
        now = change.now
        if account is None or not right or not _still(change, account, kept):
            about = account.key if account is not None else "no account"
            raise change.refusal(SIGN_IN, about, _unfit(), reason="password")
        if anew:
            proofs.set_password(change.connection, account.key, anew, now)
        secret = new_secret()
        ticket = tickets.Ticket(hashed(secret), CODE_NEXT, account.key, now + TICKET)
        tickets.put_ticket(change.connection, ticket, now)
    return secret


@use_case(Action.ENTER)
def sign_in_code(
    register: Register, ticket: str, code: str, *, agent: str = "", instead_of: str = ""
) -> Entered:
    """Second step: a code of the authenticator app, or a recovery code.

    Parameters
    ----------
    register : Register
    ticket : str
        As :func:`sign_in_password` gave it.
    code : str
    agent : str
        What the browser calls itself.
    instead_of : str
        Secret of a session that the browser has; it ends.

    Raises
    ------
    NotPermitted
        The code is wrong or was used, or the ticket has expired.
    """
    with register.changing() as change:
        found = tickets.try_ticket(
            change.connection, hashed(ticket), CODE_NEXT, change.now, TICKET_TRIES
        )
        account = active(change, None if found is None else found.account)
        if account is None:
            raise change.refusal(SIGN_IN, "no account", expired(), reason="ticket")
        way = second_factor(change, account, code, SIGN_IN)
        tickets.take_ticket(change.connection, hashed(ticket), CODE_NEXT, change.now)
        return enter(change, account, way, agent=agent, instead_of=instead_of)


@use_case(Action.ENTER)
def sign_in_passkey_begin(register: Register) -> str:
    """Give what the browser asks an authenticator to sign in, as JSON."""
    with register.changing() as change:
        return passkeys.authentication_options(register.site, challenge(change, PASSKEY_NEXT))


@use_case(Action.ENTER)
def sign_in_passkey_finish(
    register: Register, answer: str, *, agent: str = "", instead_of: str = ""
) -> Entered:
    """Sign in with an authenticator's answer.

    Parameters
    ----------
    register : Register
    answer : str
        JSON, as the browser gives it.
    agent, instead_of : str
        As for :func:`sign_in_code`.

    Raises
    ------
    BadData
        It is no answer of an authenticator.
    NotPermitted
        It does not hold.
    """
    with register.changing() as change:
        account = answered(change, answer, PASSKEY_NEXT, SIGN_IN)
        return enter(change, account, "passkey", agent=agent, instead_of=instead_of)


@use_case(Action.ENTER)
def sign_in_identity(
    register: Register,
    issuer: str,
    subject: str,
    *,
    strong: bool,
    agent: str = "",
    instead_of: str = "",
) -> Entered:
    """Sign in who was sent back by a nation's own identity provider.

    Parameters
    ----------
    register : Register
    issuer, subject : str
        Whose identity the provider vouches for; the caller has checked its signature.
    strong : bool
        The provider says that two factors were used; else what needs a fresh proof asks again.
    agent, instead_of : str
        As for :func:`sign_in_code`.

    Raises
    ------
    NotPermitted
        The identity was linked to no account that is active.
    """
    with register.changing() as change:
        found = people.account_of_identity(change.connection, issuer, subject)
        if found is None or not found.active:
            error = NotPermitted(
                "This identity has no account here.", mend="Ask an administrator to link it."
            )
            raise change.refusal(SIGN_IN, "no account", error, reason="identity")
        return enter(change, found, "provider", agent=agent, instead_of=instead_of, strong=strong)


def enter(
    change: Change,
    account: Account,
    way: str,
    *,
    agent: str = "",
    instead_of: str = "",
    strong: bool = True,
) -> Entered:
    """Begin a session; its secret is always a new one, whatever the browser had before."""
    connection, now = change.connection, change.now
    if instead_of:
        sessions.end_session(connection, hashed(instead_of))
    sessions.drop_older(connection, account.key, now - change.register.rules.absolute)
    secret = new_secret()
    session = Session(
        key=new_key(),
        hash=hashed(secret),
        account=account.key,
        way=way,
        started=now,
        seen=now,
        proved=now if strong else now - LONG_AGO,
        agent=" ".join(agent.split())[:_MOST_AGENT],
    )
    sessions.put_session(connection, session)
    present = present_of(session, account, secret)
    change.tell(EventKind.SIGN_IN, SIGN_IN, present.acting, account.key, way=way)
    return Entered(secret, present)


def _kept_password(register: Register, name: str) -> tuple[Account | None, str | None]:
    try:
        found = folded(name)
    except BadUse:
        return None, None  # no name of an account: answered like a name that nobody has
    with register.desk.reading() as connection:
        account = people.account_named(connection, found)
        if account is None or not account.active or account.service:
            return None, None
        return account, proofs.password_of(connection, account.key)


def _still(change: Change, account: Account, kept: str | None) -> bool:
    """Whether nothing was changed while the password was checked."""
    now = active(change, account.key)
    return now is not None and proofs.password_of(change.connection, account.key) == kept


def _unfit() -> NotPermitted:
    return NotPermitted(
        "Name and password do not fit.",
        mend="Try again, use a passkey, or ask an administrator for a link.",
    )
