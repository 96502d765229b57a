"""Setting up a way to sign in: a passkey, or a password with an authenticator app."""

import json
from dataclasses import dataclass, field

from redball.access import parse_subject
from redball.accounts import codes, passkeys, passwords
from redball.accounts.holding import ENROLMENT
from redball.accounts.names import display_name
from redball.accounts.secrets import hashed, new_secret
from redball.app.people.proving import acting_of, challenge, expired
from redball.app.people.register import Change, Register
from redball.desk import proofs, tickets
from redball.desk.people import Account
from redball.ledger import EventKind
from redball.model import NotPermitted

_SETUP = "setup"
_SETUP_TRIES = 10


@dataclass(frozen=True)
class Setup:
    """An authenticator app that is being set up.

    Attributes
    ----------
    ticket : str
        For the step that proves it.
    seed : str
        To be typed into the app, where its link can't be read.
    link : str
        ``otpauth:`` address.
    """

    ticket: str = field(repr=False)
    seed: str = field(repr=False)
    link: str = field(repr=False)


def passkey_wanted(change: Change, account: Account) -> str:
    """What the browser asks an authenticator for another passkey of an account."""
    known = [one.id for one in proofs.passkeys(change.connection, account.key)]
    return passkeys.registration_options(
        change.register.site, account.key, account.name, account.display, known,
        challenge(change, _SETUP, account.key),
    )  # fmt: skip


def passkey_made(change: Change, account: Account, answer: str, name: str) -> proofs.Passkey:
    """Check an authenticator's answer to :func:`passkey_wanted`."""
    given = passkeys.parse_answer(answer)
    connection, now = change.connection, change.now
    begun = tickets.take_ticket(connection, hashed(given.challenge.hex()), _SETUP, now)
    acting = acting_of(account)
    if begun is None or begun.account != account.key:
        raise change.refusal(
            "add passkey", account.key, expired(), acting=acting, reason="challenge"
        )
    try:
        made = passkeys.registered(change.register.site, given, given.challenge)
    except NotPermitted as error:
        raise change.refusal(
            "add passkey", account.key, error, acting=acting, reason="answer"
        ) from error
    return proofs.Passkey(
        made.id, account.key, made.public_key, made.count, display_name(name), now, None, None
    )


def setup_made(register: Register, account: Account, password: str) -> tuple[Setup, bytes]:
    """Check and hash a password, make a seed, and seal both until the app is proved."""
    subject = parse_subject(account.subject)
    passwords.check_password(password, about=(account.name, account.display, subject.nation))
    seed, secret = codes.new_seed(), new_secret()
    kept = json.dumps([passwords.hash_password(password), seed])
    link = codes.app_link(seed, account.name, "Redball")
    return Setup(secret, seed, link), register.seal.close(kept, f"setup {account.key}")


def put_setup(change: Change, account: Account, setup: Setup, held: bytes) -> None:
    """Keep what :func:`setup_proved` needs."""
    begun = tickets.Ticket(hashed(setup.ticket), _SETUP, account.key, change.now + ENROLMENT, held)
    tickets.put_ticket(change.connection, begun, change.now)


@dataclass(frozen=True)
class Proved:
    """A password and an app that was proved: what is to be kept of them."""

    hashed: str = field(repr=False)
    seed: str = field(repr=False)
    counter: int


def setup_proved(change: Change, account: Account, setup: str, code: str) -> Proved:
    """Check the first code of an authenticator app."""
    connection, now, acting = change.connection, change.now, acting_of(account)
    begun = tickets.try_ticket(connection, hashed(setup), _SETUP, now, _SETUP_TRIES)
    if begun is None or begun.account != account.key or begun.held is None:
        raise change.refusal("set codes", account.key, expired(), acting=acting, reason="ticket")
    kept, seed = json.loads(change.register.seal.open(begun.held, f"setup {account.key}"))
    counter = codes.counter_of(seed, code, now, 0)
    if counter is None:
        error = NotPermitted(
            "The code does not fit.", mend="Type the one that the app shows now; check its clock."
        )
        raise change.refusal("set codes", account.key, error, acting=acting, reason="code")
    tickets.take_ticket(connection, hashed(setup), _SETUP, now)
    return Proved(kept, seed, counter)


def put_password(change: Change, account: Account, proved: Proved) -> tuple[str, ...]:
    """Keep password and seed, and give new recovery codes."""
    connection, now = change.connection, change.now
    sealed = change.register.seal.close(proved.seed, account.key)
    proofs.set_password(connection, account.key, proved.hashed, now)
    proofs.set_totp(connection, account.key, sealed, proved.counter, now)
    recovery = codes.new_recovery_codes()
    proofs.set_recovery(connection, account.key, tuple(hashed(one) for one in recovery))
    change.tell(EventKind.ACCOUNT, "set password and codes", acting_of(account), account.key)
    return recovery
