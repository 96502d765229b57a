"""Checking proofs within a change: codes, passkeys, and what is told when they do not hold."""

from redball.accounts import codes, passkeys
from redball.accounts.holding import MOST_WRONG_CODES, TICKET
from redball.accounts.secrets import derived, hashed
from redball.app.people.acting import Acting, Present
from redball.app.people.register import Change, Noted
from redball.desk import people, proofs, tickets
from redball.desk.people import Account
from redball.desk.proofs import Passkey
from redball.desk.sessions import Session
from redball.ledger import EventKind
from redball.model import NotPermitted


def present_of(session: Session, account: Account, secret: str) -> Present:
    """Make who is present of a session."""
    return Present(
        account=account.key,
        name=account.display,
        subject=account.subject,
        session=session.key,
        proved_at=session.proved,
        way=session.way,
        csrf=derived(secret, "forms"),
    )


def second_factor(change: Change, account: Account, code: str, verb: str) -> str:
    """Take a code of the app or a recovery code, once; gives the way it was.

    Raises
    ------
    Noted
        It is wrong, or was used. Too many in a row raise an alarm, since the password was right.
    """
    connection, acting = change.connection, acting_of(account)
    recovery = codes.plain_recovery_code(code)
    if recovery and proofs.take_recovery(connection, account.key, hashed(recovery), change.now):
        proofs.forgive_wrong(connection, account.key)
        change.tell(EventKind.ACCOUNT, "use recovery code", acting, account.key)
        return "recovery"
    totp = proofs.totp_of(connection, account.key)
    if totp is not None and totp.wrong < MOST_WRONG_CODES:
        seed = change.register.seal.open(totp.sealed, account.key)
        counter = codes.counter_of(seed, code, change.now, totp.last_counter)
        if counter is not None and proofs.take_counter(connection, account.key, counter):
            return "password"
    if proofs.count_wrong(connection, account.key) == MOST_WRONG_CODES:
        change.tell(
            EventKind.ALARM, "shut codes", acting, account.key,
            reason="many wrong codes after the right password",
        )  # fmt: skip
    error = NotPermitted(
        "The code does not fit.",
        mend="Wait for the next one; each counts once. Else use a recovery code or a passkey.",
    )
    raise change.refusal(verb, account.key, error, acting=acting, reason="code")


def challenge(change: Change, kind: str, account: str | None = None) -> bytes:
    """Make a challenge that is good once, for five minutes."""
    made = passkeys.new_challenge()
    ticket = tickets.Ticket(hashed(made.hex()), kind, account, change.now + TICKET)
    tickets.put_ticket(change.connection, ticket, change.now)
    return made


def answered(
    change: Change, answer: str, kind: str, verb: str, account: str | None = None
) -> Account:
    """Check an authenticator's answer; gives whose passkey it is.

    Raises
    ------
    BadData
        It is no answer.
    Noted
        It does not hold; a counter that went back blocks the passkey and raises an alarm.
    """
    connection, now = change.connection, change.now
    given = passkeys.parse_answer(answer)
    ticket = tickets.take_ticket(connection, hashed(given.challenge.hex()), kind, now)
    if ticket is None or ticket.account != account:
        raise change.refusal(verb, account or "no account", expired(), reason="challenge")
    passkey = proofs.passkey_of(connection, given.credential)
    owner = active(change, None if passkey is None else passkey.account)
    if passkey is None or owner is None or (account is not None and owner.key != account):
        raise change.refusal(verb, account or "no account", _unknown_passkey(), reason="passkey")
    acting = acting_of(owner)
    if passkey.blocked_at is not None or given.user not in ("", owner.key):
        raise change.refusal(
            verb, owner.key, _unknown_passkey(), acting=acting, reason="passkey blocked"
        )
    _counted(change, given, passkey, acting, verb)
    return owner


def _counted(
    change: Change, given: passkeys.Answer, passkey: Passkey, acting: Acting, verb: str
) -> None:
    def refused(error: NotPermitted, reason: str) -> Noted:
        return change.refusal(verb, passkey.account, error, acting=acting, reason=reason)

    kept = passkeys.PublicPart(passkey.id, passkey.public_key, passkey.count)
    try:
        count = passkeys.authenticated(change.register.site, given, given.challenge, kept)
    except passkeys.CounterWentBack as error:
        proofs.block_passkey(change.connection, passkey.id, change.now)
        change.tell(
            EventKind.ALARM, "block passkey", acting, passkey.account,
            reason="its counter went back: there may be a copy",
        )  # fmt: skip
        raise change.refusal(
            verb, passkey.account, error, acting=acting, reason="counter"
        ) from error
    except NotPermitted as error:
        raise change.refusal(
            verb, passkey.account, error, acting=acting, reason="answer"
        ) from error
    if not proofs.take_count(change.connection, passkey, count, change.now):
        raise refused(expired(), "overtaken")


def active(change: Change, key: str | None) -> Account | None:
    """Give an account that may be used by a person; None for any other."""
    found = None if key is None else people.account_of(change.connection, key)
    return found if found is not None and found.active and not found.service else None


def acting_of(account: Account) -> Acting:
    """Somebody of whom it is known who they are, without a session yet."""
    return Acting(account.subject, account.key, account.display)


def expired() -> NotPermitted:
    """What was begun can't be finished."""
    return NotPermitted("It took too long, or was done already.", mend="Begin again.")


def _unknown_passkey() -> NotPermitted:
    return NotPermitted(
        "This passkey is not known here.", mend="Use another one, or name and password."
    )
