"""One's own account: passkeys, password, codes."""

from dataclasses import dataclass

from redball.access.actions import Action
from redball.accounts import codes, passwords
from redball.accounts.secrets import hashed
from redball.app.doing import use_case
from redball.app.people.acting import NotKnown, Present
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
from redball.app.people.staying import SessionShown, session_list
from redball.app.people.tokens import TokenShown, token_list
from redball.desk import people, proofs, sessions
from redball.desk.people import Account
from redball.desk.proofs import Passkey
from redball.ledger import EventKind
from redball.model import NotPermitted


@dataclass(frozen=True)
class OwnAccount:
    """An account as its owner sees it.

    Attributes
    ----------
    key, name, display, subject : str
    passkeys : tuple of Passkey
    has_password : bool
        And an authenticator app: they are set together.
    recovery_left : int
    sessions : tuple of SessionShown
    tokens : tuple of TokenShown
    identities : tuple of (str, str)
        Issuer and subject at the nation's provider.
    """

    key: str
    name: str
    display: str
    subject: str
    passkeys: tuple[Passkey, ...]
    has_password: bool
    recovery_left: int
    sessions: tuple[SessionShown, ...]
    tokens: tuple[TokenShown, ...]
    identities: tuple[tuple[str, str], ...]


@use_case(Action.ENTER)
def own_account(register: Register, present: Present) -> OwnAccount:
    """Give one's own account.

    Raises
    ------
    NotPermitted
        It is active no more.
    """
    register.permitted(present.acting, Action.ENTER)
    with register.desk.reading() as connection:
        account = people.account_of(connection, present.account)
        if account is None:
            raise NotPermitted("The account is gone.", mend="Sign in.")
        known = proofs.passkeys(connection, account.key)
        password = proofs.password_of(connection, account.key) is not None
        left = proofs.recovery_left(connection, account.key)
        linked = people.identities(connection, account.key)
    return OwnAccount(
        account.key,
        account.name,
        account.display,
        account.subject,
        known,
        password,
        left,
        session_list(register, present.acting),
        token_list(register, present.acting, present.account),
        linked,
    )


@use_case(Action.ENTER)
def own_password_change(register: Register, present: Present, old: str, new: str) -> None:
    """Change the password; every other session ends.

    Raises
    ------
    BadUse
        The new one would be guessed.
    NotPermitted
        The old one is wrong.
    """
    with register.desk.reading() as connection:
        account = _own(people.account_of(connection, present.account))
        kept = proofs.password_of(connection, present.account)
    nation = account.subject.split()[0]
    passwords.check_password(new, about=(account.name, account.display, nation))
    right = passwords.fits(old, kept)
    fresh = passwords.hash_password(new) if right else ""
    with register.changing() as change:
        connection = change.connection
        if not right or proofs.password_of(connection, account.key) != kept:
            error = NotPermitted("The old password is wrong.", mend="Try again.")
            raise change.refusal(
                "change password", account.key, error, acting=present.acting, reason="password"
            )
        proofs.set_password(connection, account.key, fresh, change.now)
        sessions.end_sessions(connection, account.key, but=present.session)
        change.tell(EventKind.ACCOUNT, "change password", present.acting, account.key)


@use_case(Action.ENTER)
def own_password_begin(register: Register, present: Present, password: str) -> Setup:
    """Set a password and an authenticator app, in place of earlier ones, after a fresh proof.

    Raises
    ------
    BadUse
        The password would be guessed.
    """
    with register.desk.reading() as connection:
        account = _own(people.account_of(connection, present.account))
    setup, held = setup_made(register, account, password)
    with register.changing() as change:
        put_setup(change, account, setup, held)
    return setup


@use_case(Action.ENTER)
def own_password_finish(
    register: Register, present: Present, setup: str, code: str
) -> tuple[str, ...]:
    """Prove the app; gives recovery codes, to be shown once. Every other session ends.

    Raises
    ------
    NotPermitted
        The code is wrong, or it took too long.
    """
    with register.changing() as change:
        account = _owner(change, present)
        proved = setup_proved(change, account, setup, code)
        recovery = put_password(change, account, proved)
        sessions.end_sessions(change.connection, account.key, but=present.session)
    return recovery


@use_case(Action.ENTER)
def own_recovery_renew(register: Register, present: Present) -> tuple[str, ...]:
    """Give new recovery codes, to be shown once; the old ones are void.

    Raises
    ------
    NotPermitted
        The account has no password that they would go with.
    """
    with register.changing() as change:
        account = _owner(change, present)
        if proofs.totp_of(change.connection, account.key) is None:
            raise NotPermitted(
                "Recovery codes go with a password.", mend="Set a password and an app first."
            )
        recovery = codes.new_recovery_codes()
        proofs.set_recovery(change.connection, account.key, tuple(hashed(one) for one in recovery))
        change.tell(EventKind.ACCOUNT, "renew recovery codes", present.acting, account.key)
    return recovery


@use_case(Action.ENTER)
def own_passkey_begin(register: Register, present: Present) -> str:
    """Give what the browser asks an authenticator for another passkey, as JSON."""
    with register.changing() as change:
        return passkey_wanted(change, _owner(change, present))


@use_case(Action.ENTER)
def own_passkey_finish(register: Register, present: Present, answer: str, name: str) -> None:
    """Add a passkey.

    Raises
    ------
    BadData, NotPermitted
        The answer does not hold.
    BadUse
        It is known already.
    """
    with register.changing() as change:
        account = _owner(change, present)
        proofs.add_passkey(change.connection, passkey_made(change, account, answer, name))
        change.tell(EventKind.ACCOUNT, "add passkey", present.acting, account.key)


@use_case(Action.ENTER)
def own_passkey_remove(register: Register, present: Present, passkey: str) -> None:
    """Take a passkey away.

    Raises
    ------
    NotKnown
        The account has none of that id.
    NotPermitted
        It is the only way to sign in.
    """
    with register.changing() as change:
        account = _owner(change, present)
        if not proofs.remove_passkey(change.connection, account.key, passkey):
            raise NotKnown("passkey", passkey)
        if not proofs.has_proofs(change.connection, account.key):
            raise NotPermitted(
                "It is the only way to sign in.", mend="Add another passkey or a password first."
            )
        change.tell(EventKind.ACCOUNT, "remove passkey", present.acting, account.key)


def _owner(change: Change, present: Present) -> Account:
    change.register.permitted(present.acting, Action.ENTER)
    return _own(people.account_of(change.connection, present.account))


def _own(account: Account | None) -> Account:
    if account is None or not account.active:
        raise NotPermitted("The account is closed.", mend="Ask an administrator.")
    return account
