"""Tokens: services ask with them in place of a session, for as long as they need and no more."""

from dataclasses import dataclass, field
from datetime import datetime

from redball.access.actions import Action
from redball.accounts.secrets import new_key
from redball.accounts.tokens import life_of, new_token, parse_token, scopes_of
from redball.app.doing import use_case
from redball.app.people.acting import Acting, NotKnown, Present
from redball.app.people.entering import LONG_AGO
from redball.app.people.register import Register
from redball.app.people.staying import whose
from redball.desk import people, tokens
from redball.desk.people import Account
from redball.desk.tokens import Token
from redball.ledger import EventKind
from redball.model import NotPermitted


@dataclass(frozen=True)
class TokenShown:
    """A token in a list.

    Attributes
    ----------
    key, name : str
    account : str
        Name of the account as which it acts.
    scopes : tuple of str
    created_at, expires : datetime
    last_used, revoked_at : datetime or None
    holds : bool
        Whether it is good now.
    """

    key: str
    name: str
    account: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires: datetime
    last_used: datetime | None
    revoked_at: datetime | None
    holds: bool


@dataclass(frozen=True)
class TokenMade:
    """A token that was just made.

    Attributes
    ----------
    secret : str
        The whole token, shown once.
    shown : TokenShown
    """

    secret: str = field(repr=False)
    shown: TokenShown


@use_case(Action.ENTER)
def token_new(
    register: Register,
    acting: Acting,
    account: str,
    name: str,
    scopes: tuple[str, ...],
    *,
    days: int = 90,
) -> TokenMade:
    """Make a token: for one's own account, or for a service's by an administrator.

    Parameters
    ----------
    register : Register
    acting : Acting
    account : str
        Key; empty for one's own.
    name : str
        What it is for.
    scopes : tuple of str
        Of ``read``, ``write``, ``export``, ``import``.
    days : int
        How long it is good; a year at most.

    Raises
    ------
    BadUse
        Name, scopes or days are not possible, or the name is taken.
    NotPermitted
        The account is another person's: nobody acts in somebody's name.
    """
    owner = whose(register, acting, account)
    whole, kept = new_token(name)
    with register.changing() as change:
        found = people.account_of(change.connection, owner)
        if found is None or not found.active or (owner != acting.account and not found.service):
            error = NotPermitted(
                "A token for another person's account would be that person.",
                mend="Make an account for the service (people add --service), and a token for it.",
            )
            raise change.refusal("make token", owner, error, acting=acting, reason="not own")
        token = Token(
            new_key(), name, kept, owner, scopes_of(scopes), change.now, acting.person,
            change.now + life_of(days),
        )  # fmt: skip
        tokens.put_token(change.connection, token)
        change.tell(
            EventKind.ACCOUNT, "make token", acting, owner, token=token.key,
            scopes=sorted(token.scopes), days=days,
        )  # fmt: skip
    return TokenMade(whole, _shown(token, found, change.now))


@use_case(Action.ENTER)
def token_list(register: Register, acting: Acting, account: str = "") -> tuple[TokenShown, ...]:
    """Give tokens, the newest first: one's own, or of any account for an administrator.

    Without an account an administrator sees all.

    Raises
    ------
    NotKnown
        There is no such account for the asker.
    """
    if account or acting.account:
        only: str | None = whose(register, acting, account)
    else:
        register.permitted(acting, Action.ADMINISTER)
        only = None
    now = register.now()
    with register.desk.reading() as connection:
        owners = {one.key: one for one in people.accounts(connection)}
        found = tokens.tokens(connection, only)
    return tuple(_shown(one, owners[one.account], now) for one in found)


@use_case(Action.ENTER)
def token_revoke(register: Register, acting: Acting, key: str) -> None:
    """Revoke a token, at once: one's own, or anybody's for an administrator.

    Raises
    ------
    NotKnown
        There is none for the asker that is still good.
    """
    with register.desk.reading() as connection:
        found = [one for one in tokens.tokens(connection) if one.key == key]
    missing = NotKnown("token", key)
    if not found:
        raise missing
    if found[0].account != acting.account:
        try:
            register.permitted(acting, Action.ADMINISTER)
        except NotPermitted:
            raise missing from None
    with register.changing() as change:
        if not tokens.revoke_tokens(change.connection, found[0].account, change.now, key=key):
            raise missing
        change.tell(EventKind.ACCOUNT, "revoke token", acting, found[0].account, token=key)


@use_case(Action.ENTER)
def token_of(register: Register, text: str) -> Present | None:
    """Give who a token stands for; None for one that is worth nothing (any more)."""
    given, now = parse_token(text), register.now()
    if given is None:
        return None
    with register.desk.reading() as connection:
        found = tokens.token_with(connection, given.secret_hash)
    if found is None:
        return None
    token, account = found
    if token.name != given.name or not token.holds(now) or not account.active:
        return None
    if token.last_used is None or register.rules.worth_noting(token.last_used, now):
        with register.desk.writing() as connection:
            tokens.note_used(connection, token.key, now)
    return Present(
        account=account.key,
        name=account.display,
        subject=account.subject,
        session=token.key,
        proved_at=now - LONG_AGO,
        way="token",
        scopes=token.scopes,
    )


def _shown(token: Token, account: Account, now: datetime) -> TokenShown:
    return TokenShown(
        token.key,
        token.name,
        account.name,
        tuple(sorted(token.scopes)),
        token.created_at,
        token.expires,
        token.last_used,
        token.revoked_at,
        token.holds(now) and account.active,
    )
