"""Accounts: who there is, and changing that.

One administrator may take power away, or make an account that can do next to nothing. For more a
second person is asked (:mod:`redball.app.people.rules`), and nobody changes what they may do
themselves.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime

from redball.access import Role, parse_subject
from redball.access.actions import Action
from redball.accounts.holding import LINK_LIFE, LinkKind
from redball.accounts.names import display_name, folded
from redball.app.doing import use_case
from redball.app.people.acting import Acting, NotKnown, spelled
from redball.app.people.approving import Matter, asked, hash_of
from redball.app.people.enrolling import make_link, new_account
from redball.app.people.register import Change, Register
from redball.app.people.rules import widens
from redball.app.people.settling import (
    ADD,
    CHANGE,
    LINK,
    RESET,
    forget,
    identify,
    resubject,
    shut,
)
from redball.desk import people, proofs
from redball.desk.people import ACTIVE, Account
from redball.model import BadUse, NotPermitted


@dataclass(frozen=True)
class AccountShown:
    """An account in a list.

    Attributes
    ----------
    key, name, display, subject : str
    nation, role : str
        Of the subject.
    service : bool
    state : str
        ``active``, ``closed``, or ``invited`` where nobody has set up a way to sign in.
    created_at, changed_at : datetime
    passkeys : int
    password : bool
    """

    key: str
    name: str
    display: str
    subject: str
    nation: str
    role: str
    service: bool
    state: str
    created_at: datetime
    changed_at: datetime
    passkeys: int
    password: bool


@dataclass(frozen=True)
class Outcome:
    """What came of a change.

    Attributes
    ----------
    done : bool
        It was made.
    account : str
        Key of the account; empty where it does not exist yet.
    approval : str
        Key of what a second person has to give; empty where nobody has to.
    """

    done: bool
    account: str
    approval: str = ""


@dataclass(frozen=True)
class LinkMade:
    """A link that was just made.

    Attributes
    ----------
    secret : str
        Last part of its address, shown once; empty where a second person has to agree first.
    expires : datetime or None
    outcome : Outcome
    """

    secret: str = field(repr=False)
    expires: datetime | None
    outcome: Outcome


@use_case(Action.ADMINISTER)
def account_list(register: Register, acting: Acting) -> tuple[AccountShown, ...]:
    """Give all accounts by name."""
    register.permitted(acting, Action.ADMINISTER)
    with register.desk.reading() as connection:
        return tuple(
            _shown(
                one,
                len(proofs.passkeys(connection, one.key)),
                proofs.password_of(connection, one.key) is not None,
            )
            for one in people.accounts(connection)
        )


@use_case(Action.ADMINISTER)
def account_add(
    register: Register,
    acting: Acting,
    name: str,
    subject: str,
    *,
    display: str = "",
    service: bool = False,
) -> Outcome:
    """Make an account; where it has power, once a second person has agreed.

    Parameters
    ----------
    register : Register
    acting : Acting
    name : str
        To sign in with.
    subject : str
        Nation, role, clearance, caveats and purpose (:func:`redball.access.parse_subject`).
    display : str
        As people call them; the name where not given.
    service : bool
        For tokens alone; nobody signs in.

    Raises
    ------
    BadUse
        Name or subject can't be read, or the name is taken.
    """
    _administering(register, acting)
    found, wanted, shown = folded(name), parse_subject(subject), display_name(display or name)
    with register.changing() as change:
        if people.account_named(change.connection, found) is not None:
            raise BadUse(f"There is an account named '{found}' already.", mend="Choose another.")
        if widens(None, wanted):
            told = {
                "do": ADD, "name": found, "display": shown, "subject": spelled(wanted),
                "service": "yes" if service else "",
            }  # fmt: skip
            return _asked(change, acting, "", told, f"Add {shown} ({found}) as {spelled(wanted)}.")
        made = new_account(change, found, shown, spelled(wanted), acting, service=service)
    return Outcome(done=True, account=made.key)


@use_case(Action.ADMINISTER)
def account_change(
    register: Register, acting: Acting, account: str, *, subject: str = "", display: str = ""
) -> Outcome:
    """Change what somebody may do, or how they are called.

    Raises
    ------
    NotKnown
        There is no such account.
    NotPermitted
        It is one's own, and would give more.
    """
    _administering(register, acting)
    with register.changing() as change:
        found = _found(change, account)
        if display:
            people.change_account(
                change.connection, found.key, change.now, display=display_name(display)
            )
        if not subject or spelled(parse_subject(subject)) == found.subject:
            return Outcome(done=True, account=found.key)
        wanted = parse_subject(subject)
        if not widens(parse_subject(found.subject), wanted):
            resubject(change, acting, found, spelled(wanted))
            return Outcome(done=True, account=found.key)
        if found.key == acting.account:
            error = NotPermitted("Nobody gives themselves more.", mend="Ask somebody else to.")
            raise change.refusal(
                "change account", found.key, error, acting=acting, reason="own account"
            )
        said = f"Change {found.display} ({found.name}) from {found.subject} to {spelled(wanted)}."
        told = {
            "do": CHANGE, "account": found.key, "before": found.subject, "subject": spelled(wanted),
        }  # fmt: skip
        return _asked(change, acting, found.key, told, said)


@use_case(Action.ADMINISTER)
def account_close(register: Register, acting: Acting, account: str) -> Outcome:
    """Close an account for good: sessions, tokens and links end at once.

    Raises
    ------
    NotKnown
        There is no such account.
    NotPermitted
        It is the last administrator's.
    """
    _administering(register, acting)
    with register.changing() as change:
        found = _found(change, account)
        others = [
            one
            for one in people.accounts(change.connection)
            if one.key != found.key and _administers(change, one)
        ]
        if not others and _administers(change, found):
            raise NotPermitted(
                "This is the last administrator.", mend="Add another one first, who signs in."
            )
        shut(change, acting, found)
    return Outcome(done=True, account=found.key)


@use_case(Action.ADMINISTER)
def account_link(register: Register, acting: Acting, account: str) -> LinkMade:
    """Make a link by which somebody sets up a way to sign in.

    For an account with power that has one already a second person has to agree: who holds the
    link is that person from then on.

    Raises
    ------
    NotKnown
        There is no such account.
    BadUse
        It is a service's.
    """
    _administering(register, acting)
    with register.changing() as change:
        found = _found(change, account)
        if found.service:
            raise BadUse("A service does not sign in.", mend="Make a token for it.")
        if proofs.has_proofs(change.connection, found.key):
            if widens(None, parse_subject(found.subject)):
                told = {"do": RESET, "account": found.key, "before": found.subject}
                said = f"Let {found.display} ({found.name}, {found.subject}) enrol anew by a link."
                return LinkMade("", None, _asked(change, acting, found.key, told, said))
            forget(change, acting, found)
        secret = make_link(change, found, LinkKind.ENROL, acting)
        until = change.now + LINK_LIFE[LinkKind.ENROL]
    return LinkMade(secret, until, Outcome(done=True, account=found.key))


@use_case(Action.ADMINISTER)
def identity_link(
    register: Register, acting: Acting, account: str, issuer: str, identity: str
) -> Outcome:
    """Link an identity of a nation's own provider to an account.

    Raises
    ------
    NotKnown
        There is no such account.
    BadUse
        The identity is somebody's already.
    """
    _administering(register, acting)
    with register.changing() as change:
        found = _found(change, account)
        if not widens(None, parse_subject(found.subject)):
            identify(change, acting, found, issuer, identity)
            return Outcome(done=True, account=found.key)
        told = {
            "do": LINK, "account": found.key, "before": found.subject, "issuer": issuer,
            "identity": identity,
        }  # fmt: skip
        said = f"Let '{identity}' of {issuer} sign in as {found.display} ({found.name})."
        return _asked(change, acting, found.key, told, said)


def _administering(register: Register, acting: Acting) -> None:
    """Refuse who may not, and everybody while the ledger takes nothing."""
    register.permitted(acting, Action.ADMINISTER)
    register.sender.reached(register.now())


def _asked(
    change: Change, acting: Acting, account: str, told: dict[str, str], said: str
) -> Outcome:
    held = json.dumps(told, sort_keys=True)
    key = asked(change, acting, Matter.ACCOUNT, hash_of(told), said, held)
    return Outcome(done=False, account=account, approval=key)


def _found(change: Change, account: str) -> Account:
    """Give an account by key or name."""
    found = people.account_of(change.connection, account)
    found = found or people.account_named(change.connection, account.strip().casefold())
    if found is None or not found.active:
        raise NotKnown("account", account)
    return found


def _administers(change: Change, account: Account) -> bool:
    role = parse_subject(account.subject).role
    return (
        account.active
        and role in (Role.ADMINISTRATOR, Role.NODE)
        and not account.service
        and proofs.has_proofs(change.connection, account.key)
    )


def _shown(account: Account, passkeys: int, password: bool) -> AccountShown:
    subject = parse_subject(account.subject)
    invited = account.active and not account.service and not passkeys and not password
    return AccountShown(
        account.key,
        account.name,
        account.display,
        account.subject,
        subject.nation,
        str(subject.role),
        account.service,
        "invited" if invited else ACTIVE if account.active else account.state,
        account.created_at,
        account.changed_at,
        passkeys,
        password,
    )
