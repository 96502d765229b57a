"""The rule of two persons: one asks, another gives, and what was given counts once.

An approval is for exactly one thing (by its hash) and one asker; nobody gives their own. What an
account may do is changed in the moment it is given; everything else the asker comes back and does.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from redball.access.actions import PERMITTED, Action
from redball.access.subject import parse_subject
from redball.accounts.secrets import new_key
from redball.app.doing import use_case
from redball.app.people.acting import Acting, NotKnown
from redball.app.people.register import Change, Register
from redball.app.people.settling import settle
from redball.desk import approvals as kept
from redball.desk.approvals import Approval
from redball.ledger import EventKind
from redball.model import NotPermitted

LIFE = timedelta(days=7)
ONCE_GIVEN = "give approval"


class Matter(StrEnum):
    """What needs two persons."""

    ACCOUNT = "account"
    AGREEMENT = "agreement"
    KEY = "key"
    EXPORT = "export"


ASKS: Mapping[Matter, Action] = MappingProxyType(
    {
        Matter.ACCOUNT: Action.ADMINISTER,
        Matter.AGREEMENT: Action.AGREE,
        Matter.KEY: Action.AGREE,
        Matter.EXPORT: Action.EXPORT,
    }
)
"""What somebody must be able to do to ask."""
GIVES: Mapping[Matter, Action] = MappingProxyType(
    {
        Matter.ACCOUNT: Action.ADMINISTER,
        Matter.AGREEMENT: Action.AGREE,
        Matter.KEY: Action.AGREE,
        Matter.EXPORT: Action.AGREE,
    }
)
"""What somebody must be able to do to give: large exports are let go by who answers for them."""


@dataclass(frozen=True)
class ApprovalShown:
    """Something that needs a second person.

    Attributes
    ----------
    key : str
    matter : str
    said : str
        What is asked for.
    object_hash : str
    asked_by : str
        Name.
    asked_at, expires : datetime
    state : str
        ``asked``, ``given``, ``refused``, ``used`` or ``expired``.
    answered_by : str
        Name; empty where nobody has answered.
    answered_at : datetime or None
    own : bool
        The asker looks at it.
    may_give : bool
        Whoever looks may give or refuse it now.
    """

    key: str
    matter: str
    said: str
    object_hash: str
    asked_by: str
    asked_at: datetime
    expires: datetime
    state: str
    answered_by: str
    answered_at: datetime | None
    own: bool
    may_give: bool


@use_case(Action.ENTER)
def approval_ask(
    register: Register, acting: Acting, matter: Matter, object_hash: str, said: str
) -> str:
    """Ask for a second person's approval; gives its key.

    Parameters
    ----------
    register : Register
    acting : Acting
    matter : Matter
        Changes of accounts are asked for by making them (:mod:`redball.app.people.administering`).
    object_hash : str
        Of exactly what is to be done.
    said : str
        The same in a sentence.

    Raises
    ------
    NotPermitted
        The asker may not do it even with an approval.
    """
    register.permitted(acting, ASKS[matter])
    if matter is Matter.ACCOUNT:
        raise NotPermitted("A change of an account is asked for by making it.")
    with register.changing() as change:
        return asked(change, acting, matter, object_hash, said)


@use_case(Action.ENTER)
def approval_list(
    register: Register, acting: Acting, *, past: bool = False
) -> tuple[ApprovalShown, ...]:
    """Give what the asker asked for or may give, the newest first.

    Parameters
    ----------
    past : bool
        Also what is answered or expired.
    """
    register.permitted(acting, Action.ENTER)
    now = register.now()
    with register.desk.reading() as connection:
        found = kept.approvals(connection, open_at=None if past else now)
    return tuple(_shown(one, acting, now) for one in found if _visible(one, acting))


@use_case(Action.ENTER)
def approval_give(register: Register, acting: Acting, key: str) -> ApprovalShown:
    """Give an approval; a change of an account is made at once.

    Raises
    ------
    NotKnown
        There is none for the asker.
    NotPermitted
        It is the asker's own, or was answered, or has expired.
    BadUse
        What it is about has changed since.
    """
    return _answered(register, acting, key, kept.GIVEN)


@use_case(Action.ENTER)
def approval_refuse(register: Register, acting: Acting, key: str) -> ApprovalShown:
    """Refuse an approval.

    Raises
    ------
    NotKnown, NotPermitted
        As for :func:`approval_give`.
    """
    return _answered(register, acting, key, kept.REFUSED)


@use_case(Action.ENTER)
def approval_use(register: Register, acting: Acting, matter: Matter, object_hash: str) -> str:
    """Use an approval that was given, once; gives its key. To be called just before the deed.

    Raises
    ------
    NotPermitted
        None was given to this person for exactly this.
    """
    register.permitted(acting, ASKS[matter])
    with register.changing() as change:
        used = kept.use(change.connection, matter, object_hash, acting.person, change.now)
        if used is None:
            error = NotPermitted(
                "This needs a second person, and nobody has approved it.",
                mend="Ask for an approval; once it is given, do it again.",
            )
            raise change.refusal(
                "use approval", object_hash, error, acting=acting, reason="no approval"
            )
        change.tell(
            EventKind.APPROVAL, "use approval", acting, used.key, matter=str(matter),
            object_hash=object_hash, given_by=used.answered_by or "",
        )  # fmt: skip
    return used.key


def hash_of(document: Mapping[str, object]) -> str:
    """Give the hash of what is asked for: the same things give the same hash."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def asked(
    change: Change, acting: Acting, matter: Matter, object_hash: str, said: str, held: str = ""
) -> str:
    """Keep what is asked for."""
    approval = Approval(
        key=new_key(),
        matter=matter,
        object_hash=object_hash,
        said=said,
        held=held,
        nation=parse_subject(acting.subject).nation,
        asked_by=acting.person,
        asked_name=acting.name or acting.subject,
        asked_at=change.now,
        expires=change.now + LIFE,
    )
    kept.put_approval(change.connection, approval)
    change.tell(
        EventKind.APPROVAL, "ask approval", acting, approval.key, matter=str(matter),
        object_hash=object_hash,
    )  # fmt: skip
    return approval.key


def _answered(register: Register, acting: Acting, key: str, state: str) -> ApprovalShown:
    register.permitted(acting, Action.ENTER)
    register.sender.reached(register.now())
    with register.changing() as change:
        connection, now = change.connection, change.now
        found = kept.approval_of(connection, key)
        if found is None or not _visible(found, acting):
            raise change.refusal(
                ONCE_GIVEN, key[:80], NotKnown("approval", key), acting=acting, reason="unknown"
            )
        done = _may_give(found, acting) and kept.answer(
            connection, key, state, acting.person, acting.name or acting.subject, now
        )
        if not done:
            error = NotPermitted(
                "This can't be answered by you, or not any more.",
                mend="Somebody other than the asker answers, once, before it expires.",
            )
            raise change.refusal(ONCE_GIVEN, key, error, acting=acting, reason="own or answered")
        verb = ONCE_GIVEN if state == kept.GIVEN else "refuse approval"
        change.tell(
            EventKind.APPROVAL, verb, acting, key, matter=found.matter,
            object_hash=found.object_hash, asked_by=found.asked_by,
        )  # fmt: skip
        if state == kept.GIVEN and found.held:
            settle(change, acting, found.held)
            kept.mark_used(connection, key, now)
        again = kept.approval_of(connection, key) or found
    return _shown(again, acting, now)


def _may_give(approval: Approval, acting: Acting) -> bool:
    """Another person, who may do what it takes; of the same nation but for accounts."""
    subject = parse_subject(acting.subject)
    matter = Matter(approval.matter)
    about = json.loads(approval.held).get("account") if approval.held else None
    return (
        approval.asked_by != acting.person
        and GIVES[matter] in PERMITTED[subject.role]
        and (matter is Matter.ACCOUNT or subject.nation == approval.nation)
        and (about is None or about != acting.account)
    )


def _visible(approval: Approval, acting: Acting) -> bool:
    return approval.asked_by == acting.person or _may_give(approval, acting)


def _shown(approval: Approval, acting: Acting, now: datetime) -> ApprovalShown:
    over = approval.state in (kept.ASKED, kept.GIVEN) and now >= approval.expires
    return ApprovalShown(
        key=approval.key,
        matter=approval.matter,
        said=approval.said,
        object_hash=approval.object_hash,
        asked_by=approval.asked_name,
        asked_at=approval.asked_at,
        expires=approval.expires,
        state="expired" if over else approval.state,
        answered_by=approval.answered_name or "",
        answered_at=approval.answered_at,
        own=approval.asked_by == acting.person,
        may_give=approval.state == kept.ASKED and not over and _may_give(approval, acting),
    )
