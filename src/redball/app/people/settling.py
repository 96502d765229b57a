"""Changes of accounts as they are written: at once, or when a second person gives them."""

import json
from collections.abc import Mapping

from redball.access import parse_subject
from redball.app.people.acting import Acting, spelled
from redball.app.people.enrolling import new_account
from redball.app.people.register import Change
from redball.desk import people, proofs, sessions, tickets, tokens
from redball.desk.people import CLOSED, Account
from redball.ledger import EventKind
from redball.model import BadUse

ADD, CHANGE, RESET, LINK = "add", "change", "reset", "link identity"


def settle(change: Change, acting: Acting, held: str) -> None:
    """Make a change that was asked for.

    Parameters
    ----------
    change : Change
    acting : Acting
        Who gave it.
    held : str
        JSON: what is done (``do``), to which account, and how it was when it was asked for.

    Raises
    ------
    BadUse
        The account is not as it was, or the name is taken meanwhile.
    """
    told: Mapping[str, str] = json.loads(held)
    if told["do"] == ADD:
        new_account(
            change,
            told["name"],
            told["display"],
            spelled(parse_subject(told["subject"])),
            acting,
            service=told["service"] == "yes",
        )
        return
    account = people.account_of(change.connection, told["account"])
    if account is None or not account.active or account.subject != told["before"]:
        raise BadUse(
            "The account has changed since this was asked for.", mend="Refuse it and ask anew."
        )
    if told["do"] == CHANGE:
        resubject(change, acting, account, spelled(parse_subject(told["subject"])))
    elif told["do"] == RESET:
        forget(change, acting, account)
    elif told["do"] == LINK:
        identify(change, acting, account, told["issuer"], told["identity"])
    else:
        raise BadUse(f"'{told['do']}' is not something that is approved.")


def resubject(change: Change, acting: Acting, account: Account, subject: str) -> None:
    """Give an account another role, clearance or caveats; its sessions end."""
    people.change_account(change.connection, account.key, change.now, subject=subject)
    sessions.end_sessions(change.connection, account.key)
    change.tell(
        EventKind.ACCOUNT, "change account", acting, account.key,
        before=account.subject, after=subject,
    )  # fmt: skip


def forget(change: Change, acting: Acting, account: Account) -> None:
    """Take every way to sign in away, so that a link may be made."""
    proofs.forget_proofs(change.connection, account.key)
    people.unlink_identities(change.connection, account.key)
    _end(change, account)
    change.tell(EventKind.ACCOUNT, "reset account", acting, account.key)


def identify(change: Change, acting: Acting, account: Account, issuer: str, identity: str) -> None:
    """Link an identity of a nation's own provider."""
    people.link_identity(change.connection, account.key, issuer, identity, change.now)
    change.tell(EventKind.ACCOUNT, "link identity", acting, account.key, issuer=issuer)


def shut(change: Change, acting: Acting, account: Account) -> None:
    """Close an account: nothing of it counts any more."""
    people.change_account(change.connection, account.key, change.now, state=CLOSED)
    proofs.forget_proofs(change.connection, account.key)
    people.unlink_identities(change.connection, account.key)
    _end(change, account)
    tokens.revoke_tokens(change.connection, account.key, change.now)
    change.tell(EventKind.ACCOUNT, "close account", acting, account.key)


def _end(change: Change, account: Account) -> None:
    sessions.end_sessions(change.connection, account.key)
    tickets.drop_tickets(change.connection, account.key)
    tickets.drop_links(change.connection, account.key)
