"""Sessions: who is signed in, a fresh proof for what needs one, and the end."""

from dataclasses import dataclass
from datetime import datetime

from redball.access.actions import Action
from redball.accounts import passkeys, passwords
from redball.accounts.secrets import hashed, new_secret
from redball.app.doing import use_case
from redball.app.people.acting import Acting, Entered, NotKnown, Present
from redball.app.people.proving import (
    answered,
    challenge,
    expired,
    present_of,
    second_factor,
)
from redball.app.people.register import Change, Register
from redball.desk import people, proofs, sessions
from redball.desk.people import Account
from redball.desk.sessions import Session
from redball.ledger import EventKind
from redball.model import BadUse, NotPermitted

PROVE = "prove again"
_PROVE_NEXT = "prove"


@dataclass(frozen=True)
class SessionShown:
    """A session in a list.

    Attributes
    ----------
    key : str
    way : str
        How the person came in.
    started, seen, proved_at : datetime
    agent : str
        What the browser calls itself.
    """

    key: str
    way: str
    started: datetime
    seen: datetime
    proved_at: datetime
    agent: str


@use_case(Action.ENTER)
def session_of(register: Register, secret: str) -> Present | None:
    """Give who holds a session's secret; None where it is worth nothing (any more).

    The account is read each time: what was revoked, closed or changed counts with the next request.
    """
    now = register.now()
    with register.desk.reading() as connection:
        found = sessions.session_with(connection, hashed(secret))
    if found is None or not _holds(register, *found, now):
        return None
    session, account = found
    if register.rules.worth_noting(session.seen, now):
        with register.desk.writing() as connection:
            sessions.note_seen(connection, session.key, now)
    return present_of(session, account, secret)


@use_case(Action.ENTER)
def prove_password(register: Register, secret: str, password: str, code: str) -> Entered:
    """Prove again who one is, with password and code; the session gets another secret.

    Raises
    ------
    NotPermitted
        They do not fit; the session stays as it was.
    """
    with register.desk.reading() as connection:
        found = sessions.session_with(connection, hashed(secret))
        kept = None if found is None else proofs.password_of(connection, found[1].key)
    right = passwords.fits(password, kept)
    with register.changing() as change:
        session, account = _present(change, secret)
        if not right or proofs.password_of(change.connection, account.key) != kept:
            error = NotPermitted("Password and code do not fit.", mend="Try again.")
            acting = present_of(session, account, secret).acting
            raise change.refusal(PROVE, account.key, error, acting=acting, reason="password")
        second_factor(change, account, code, PROVE)
        return _proved(change, session, account, secret)


@use_case(Action.ENTER)
def prove_passkey_begin(register: Register, secret: str) -> str:
    """Give what the browser asks an authenticator to prove again, as JSON.

    Raises
    ------
    NotPermitted
        The session has ended.
    """
    with register.changing() as change:
        _, account = _present(change, secret)
        known = [one.id for one in proofs.passkeys(change.connection, account.key)]
        made = challenge(change, _PROVE_NEXT, account.key)
    return passkeys.authentication_options(register.site, made, known)


@use_case(Action.ENTER)
def prove_passkey_finish(register: Register, secret: str, answer: str) -> Entered:
    """Prove again with an authenticator's answer; the session gets another secret.

    Raises
    ------
    BadData
        It is no answer of an authenticator.
    NotPermitted
        It does not hold, or is for another account.
    """
    with register.changing() as change:
        session, account = _present(change, secret)
        answered(change, answer, _PROVE_NEXT, PROVE, account.key)
        return _proved(change, session, account, secret)


@use_case(Action.ENTER)
def prove_identity(register: Register, secret: str, issuer: str, subject: str) -> Entered:
    """Prove again through a nation's provider, which says that two factors were used just now.

    Raises
    ------
    NotPermitted
        The identity is another account's.
    """
    with register.changing() as change:
        session, account = _present(change, secret)
        if (issuer, subject) not in people.identities(change.connection, account.key):
            error = NotPermitted("This identity is not that of the account.", mend="Try again.")
            acting = present_of(session, account, secret).acting
            raise change.refusal(PROVE, account.key, error, acting=acting, reason="identity")
        return _proved(change, session, account, secret)


@use_case(Action.ENTER)
def sign_out(register: Register, secret: str) -> None:
    """End a session; one that has ended already is fine."""
    with register.changing() as change:
        gone = sessions.end_session(change.connection, hashed(secret))
        account = None if gone is None else people.account_of(change.connection, gone.account)
        if gone is not None and account is not None:
            acting = Acting(account.subject, account.key, session=gone.key)
            change.tell(EventKind.SIGN_IN, "sign out", acting, account.key)


@use_case(Action.ENTER)
def session_list(register: Register, acting: Acting, account: str = "") -> tuple[SessionShown, ...]:
    """Give sessions that still hold: one's own, or somebody's for an administrator.

    Raises
    ------
    NotKnown
        There is no such account for the asker.
    """
    key = whose(register, acting, account)
    now = register.now()
    with register.desk.reading() as connection:
        owner = people.account_of(connection, key)
        found = sessions.sessions(connection, key)
    return tuple(
        SessionShown(one.key, one.way, one.started, one.seen, one.proved, one.agent)
        for one in found
        if owner is not None and _holds(register, one, owner, now)
    )


@use_case(Action.ENTER)
def session_revoke(
    register: Register,
    acting: Acting,
    account: str = "",
    *,
    key: str | None = None,
    but: str | None = None,
) -> int:
    """End sessions, at once: all of an account, the one of a key, or all but one.

    Returns
    -------
    int
        How many ended.

    Raises
    ------
    NotKnown
        There is no such account or session for the asker.
    """
    owner = whose(register, acting, account)
    with register.changing() as change:
        ended = sessions.end_sessions(change.connection, owner, key=key, but=but)
        if key is not None and not ended:
            raise NotKnown("session", key)
        change.tell(EventKind.SIGN_IN, "revoke sessions", acting, owner, ended=ended)
    return ended


def whose(register: Register, acting: Acting, account: str) -> str:
    """Give the key of the account that is meant; another's only for an administrator.

    Raises
    ------
    NotKnown
        There is none, or the asker may not know of it: the answer is the same.
    """
    if not account or account == acting.account:
        if not acting.account:
            raise BadUse("A command line has no account of its own.", mend="Name an account.")
        return acting.account
    try:
        register.permitted(acting, Action.ADMINISTER)
    except NotPermitted:
        found = None
    else:
        with register.desk.reading() as connection:
            found = people.account_of(connection, account)
            found = found or people.account_named(connection, account)
    if found is None:
        raise NotKnown("account", account)
    return found.key


def _holds(register: Register, session: Session, account: Account, now: datetime) -> bool:
    return account.active and register.rules.holds(session.started, session.seen, now)


def _present(change: Change, secret: str) -> tuple[Session, Account]:
    found = sessions.session_with(change.connection, hashed(secret))
    if found is None or not _holds(change.register, *found, change.now):
        raise NotPermitted("The session has ended.", mend="Sign in.")
    return found


def _proved(change: Change, session: Session, account: Account, secret: str) -> Entered:
    """Give a session another secret and note the proof."""
    fresh, now = new_secret(), change.now
    if not sessions.rotate(change.connection, hashed(secret), hashed(fresh), now, now):
        raise expired()
    found = sessions.session_with(change.connection, hashed(fresh))
    present = present_of(found[0] if found else session, account, fresh)
    change.tell(EventKind.SIGN_IN, PROVE, present.acting, account.key)
    return Entered(fresh, present)
