"""Links, and setting up a way to sign in.

There is no default password: the first administrator comes in through a link that is shown once
where the server starts, and everybody else through one that an administrator makes.
"""

from dataclasses import dataclass, field
from datetime import datetime

from redball.access import Role, Subject, parse_subject
from redball.access.actions import Action
from redball.accounts.holding import ENROLMENT, LINK_LIFE, LinkKind
from redball.accounts.names import display_name, folded
from redball.accounts.secrets import hashed, new_key, new_secret
from redball.app.doing import use_case
from redball.app.people.acting import Acting, Entered, NotKnown, spelled
from redball.app.people.entering import enter
from redball.app.people.proving import acting_of, active, expired
from redball.app.people.register import Change, Register
from redball.app.people.setting_up import (
    Setup,
    passkey_made,
    passkey_wanted,
    put_password,
    put_setup,
    setup_made,
    setup_proved,
)
from redball.desk import people, proofs, sessions, tickets
from redball.desk.people import ACTIVE, Account
from redball.ledger import EventKind
from redball.model import BadUse, NotPermitted
from redball.store import open_store

FIRST_NAME = "administrator"
SYSTEM = Acting("node", name="the server at its start")
_ENROL = "enrol"


@dataclass(frozen=True)
class LinkShown:
    """What a link is good for, before it is used.

    Attributes
    ----------
    kind : str
        ``first``, ``enrol`` or ``sign-in``.
    name, display : str
        Of the account.
    expires : datetime
    """

    kind: str
    name: str
    display: str
    expires: datetime


@dataclass(frozen=True)
class LinkUsed:
    """What came of a link.

    Attributes
    ----------
    kind : str
    ticket : str
        To set up a way to sign in; empty where somebody is signed in straight away.
    entered : Entered or None
    """

    kind: str
    ticket: str = field(default="", repr=False)
    entered: Entered | None = None


@dataclass(frozen=True)
class Enrolled:
    """A way to sign in that was set up.

    Attributes
    ----------
    entered : Entered
    recovery : tuple of str
        Recovery codes, shown once; none for a passkey.
    """

    entered: Entered
    recovery: tuple[str, ...] = field(default=(), repr=False)


@use_case(Action.ADMINISTER)
def first_administrator(register: Register, nation: str) -> str | None:
    """Give the secret of a link for the first administrator; None where people can sign in.

    Until somebody has enrolled, each start gives a new link and the earlier one is void.
    """
    subject = Subject(nation, Role.ADMINISTRATOR, clearance=(), caveats=frozenset())
    with register.changing() as change:
        connection = change.connection
        account = people.account_named(connection, FIRST_NAME)
        others = people.has_accounts(connection) and (
            account is None or len(people.accounts(connection)) > 1
        )
        if others or (account is not None and proofs.has_proofs(connection, account.key)):
            return None
        if account is None:
            account = new_account(change, FIRST_NAME, "Administrator", spelled(subject), SYSTEM)
        return make_link(change, account, LinkKind.FIRST, SYSTEM)


@use_case(Action.ADMINISTER)
def exercise_link(register: Register, name: str, subject: str) -> str:
    """Give the secret of a link that signs straight in, for an exercise on this machine.

    The account is made where there is none of that name.

    Raises
    ------
    NotPermitted
        The server does not allow it, or the store holds data that are no exercise.
    """
    if not register.exercise or not _all_exercise(register.store):
        raise NotPermitted(
            "Links that sign straight in are for exercise data on this machine alone.",
            mend="Make accounts with: redball people add",
        )
    with register.changing() as change:
        account = people.account_named(change.connection, folded(name))
        if account is None:
            text = spelled(parse_subject(subject))
            account = new_account(change, folded(name), display_name(name), text, SYSTEM)
        if account.subject != spelled(parse_subject(subject)) or not account.active:
            raise BadUse(f"The account '{name}' is another one.", mend="Choose another name.")
        return make_link(change, account, LinkKind.SIGN_IN, SYSTEM)


@use_case(Action.ENTER)
def link_look(register: Register, secret: str) -> LinkShown:
    """Say what a link is good for, and leave it as it is: previews do not use it up.

    Raises
    ------
    NotKnown
        There is none, or it was used, or has expired: the answer is the same.
    """
    now = register.now()
    with register.desk.reading() as connection:
        link = tickets.look_at_link(connection, hashed(secret), now)
        account = None if link is None else people.account_of(connection, link.account)
    if link is None or account is None or not account.active:
        raise _no_link()
    return LinkShown(link.kind, account.name, account.display, link.expires)


@use_case(Action.ENTER)
def link_use(register: Register, secret: str, *, agent: str = "") -> LinkUsed:
    """Use a link, once.

    Raises
    ------
    NotKnown
        There is none that is good any more.
    """
    with register.changing() as change:
        link = tickets.take_link(change.connection, hashed(secret), change.now)
        account = active(change, None if link is None else link.account)
        if link is None or account is None:
            raise change.refusal("use link", "no account", _no_link(), reason="link")
        change.tell(EventKind.ACCOUNT, "use link", acting_of(account), account.key, link=link.kind)
        if link.kind == LinkKind.SIGN_IN:
            if not register.exercise or not _all_exercise(register.store):
                raise change.refusal("use link", account.key, _no_link(), reason="no exercise")
            return LinkUsed(link.kind, entered=enter(change, account, "link", agent=agent))
        ticket = new_secret()
        begun = tickets.Ticket(hashed(ticket), _ENROL, account.key, change.now + ENROLMENT)
        tickets.put_ticket(change.connection, begun, change.now)
        return LinkUsed(link.kind, ticket)


@use_case(Action.ENTER)
def enrol_passkey_begin(register: Register, ticket: str) -> str:
    """Give what the browser asks an authenticator for a first passkey, as JSON.

    Raises
    ------
    NotPermitted
        The ticket is good no more.
    """
    with register.changing() as change:
        return passkey_wanted(change, _enrolling(change, ticket))


@use_case(Action.ENTER)
def enrol_passkey_finish(
    register: Register, ticket: str, answer: str, *, name: str = "passkey", agent: str = ""
) -> Enrolled:
    """Set up a first passkey; every earlier way to sign in is void.

    Raises
    ------
    BadData, NotPermitted
        The answer does not hold; the ticket is still good.
    """
    with register.changing() as change:
        account = _enrolling(change, ticket)
        passkey = passkey_made(change, account, answer, name)
        _afresh(change, account, ticket)
        proofs.add_passkey(change.connection, passkey)
        change.tell(EventKind.ACCOUNT, "add passkey", acting_of(account), account.key)
        return Enrolled(enter(change, account, "passkey", agent=agent))


@use_case(Action.ENTER)
def enrol_password_begin(register: Register, ticket: str, password: str) -> Setup:
    """Choose a password, and get the seed for an authenticator app.

    Raises
    ------
    BadUse
        The password would be guessed.
    NotPermitted
        The ticket is good no more.
    """
    with register.changing() as change:
        account = _enrolling(change, ticket)
    setup, held = setup_made(register, account, password)
    with register.changing() as change:
        _enrolling(change, ticket)
        put_setup(change, account, setup, held)
    return setup


@use_case(Action.ENTER)
def enrol_password_finish(
    register: Register, ticket: str, setup: str, code: str, *, agent: str = ""
) -> Enrolled:
    """Prove the authenticator app; every earlier way to sign in is void.

    Parameters
    ----------
    register : Register
    ticket : str
        As :func:`link_use` gave it.
    setup : str
        Ticket of the :class:`Setup`.
    code : str
        What the app shows.
    agent : str

    Raises
    ------
    NotPermitted
        The code is wrong, or a ticket is good no more.
    """
    with register.changing() as change:
        account = _enrolling(change, ticket)
        kept = setup_proved(change, account, setup, code)
        _afresh(change, account, ticket)
        recovery = put_password(change, account, kept)
        return Enrolled(enter(change, account, "password", agent=agent), recovery)


def new_account(
    change: Change, name: str, display: str, subject: str, acting: Acting, *, service: bool = False
) -> Account:
    """Write a new account and tell it."""
    account = Account(
        new_key(), name, display, subject, service, ACTIVE, change.now, acting.person, change.now
    )
    people.add_account(change.connection, account)
    change.tell(
        EventKind.ACCOUNT, "add account", acting, account.key, subject=subject, service=service
    )
    return account


def make_link(change: Change, account: Account, kind: LinkKind, acting: Acting) -> str:
    """Make a link, in place of any earlier one that was not used."""
    secret = new_secret()
    link = tickets.Link(
        new_key(), hashed(secret), kind, account.key, change.now, acting.person,
        change.now + LINK_LIFE[kind],
    )  # fmt: skip
    tickets.put_link(change.connection, link)
    change.tell(EventKind.ACCOUNT, "make link", acting, account.key, link=str(kind))
    return secret


def _enrolling(change: Change, ticket: str) -> Account:
    found = tickets.look_at_ticket(change.connection, hashed(ticket), _ENROL, change.now)
    account = active(change, None if found is None else found.account)
    if account is None:
        raise change.refusal("enrol", "no account", expired(), reason="ticket")
    return account


def _afresh(change: Change, account: Account, ticket: str) -> None:
    """Take the ticket, and end everything by which somebody else might still be in."""
    if tickets.take_ticket(change.connection, hashed(ticket), _ENROL, change.now) is None:
        raise change.refusal("enrol", account.key, expired(), reason="ticket")
    proofs.forget_proofs(change.connection, account.key)
    sessions.end_sessions(change.connection, account.key)


def _no_link() -> NotKnown:
    return NotKnown("link", mend="Each counts once and not for long: ask for a new one.")


def _all_exercise(address: str) -> bool:
    with open_store(address, migrate=False) as store:
        return bool(store.revisions()["exercise"].all())
