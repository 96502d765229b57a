"""Who does something to accounts: a person with a session, a service, or a command line."""

from dataclasses import dataclass, field
from datetime import datetime

from redball.access import Role, Subject, parse_subject
from redball.model import NotVisible, RedballError
from redball.model.labels import CLASSIFICATIONS


@dataclass(frozen=True)
class Acting:
    """Who acts.

    Attributes
    ----------
    subject : str
        As the gate knows them.
    account : str
        Key of their account; empty on a command line.
    name : str
        As people call them.
    session : str
        Public name of the session or token.
    """

    subject: str
    account: str = ""
    name: str = ""
    session: str = ""

    @property
    def person(self) -> str:
        """Whom the rule of two persons counts as one."""
        return self.account or f"console {self.subject}"


NOBODY = Acting("nobody")
"""Somebody who has not said who they are, or said it in vain."""


def console(viewer: str) -> Acting:
    """Who acts on a command line: whoever has the files, in the name of a subject.

    Raises
    ------
    BadUse
        The viewer can't be read.
    """
    text = spelled(parse_subject(viewer))
    return Acting(text, name=f"{text} at the console")


def spelled(subject: Subject) -> str:
    """Write a subject so that reading it gives the same one.

    ``Subject.text`` leaves the highest clearance and all caveats out, and a text with a role and
    without them is read as one that has none. What an account may do must not change by that.
    """
    if subject.role is Role.NODE:
        return subject.text
    upto = subject.clearance == CLASSIFICATIONS[: len(subject.clearance)]
    words = subject.clearance[-1:] if upto else ("only:" + ",".join(subject.clearance),)
    purpose = [word for word in subject.text.split() if word.startswith("purpose=")]
    return " ".join(
        [
            subject.nation,
            f"role={subject.role}",
            f"clearance={''.join(words) or 'none'}",
            f"caveats={','.join(sorted(subject.caveats)) or 'none'}",
            *purpose,
        ]
    )


@dataclass(frozen=True)
class Present:
    """Somebody who has proved who they are, or a service that has.

    Attributes
    ----------
    account : str
        Key of the account.
    name : str
        As people call them.
    subject : str
        As the gate knows them now: a change of the account counts at once.
    session : str
        Public name of the session or token.
    proved_at : datetime
        When they last proved who they are with two factors; long ago for a token.
    way : str
        ``passkey``, ``password``, ``recovery``, ``link``, ``provider`` or ``token``.
    csrf : str
        What the forms of the session carry; empty for a token.
    scopes : frozenset of str or None
        Of a token; None for a person.
    """

    account: str
    name: str
    subject: str
    session: str
    proved_at: datetime
    way: str
    csrf: str = field(default="", repr=False)
    scopes: frozenset[str] | None = None

    @property
    def acting(self) -> Acting:
        """The same as who acts."""
        return Acting(self.subject, self.account, self.name, self.session)


@dataclass(frozen=True)
class Entered:
    """A session that has just begun, or was given another secret.

    Attributes
    ----------
    secret : str
        For the browser's cookie, and nowhere else.
    present : Present
    """

    secret: str = field(repr=False)
    present: Present


class NotKnown(NotVisible):
    """There is none, or it is not for who asks; the answer is the same.

    Parameters
    ----------
    sort : str
        What was asked for: ``account``, ``session``, ``token``, ``link``, ``approval``.
    key : str
        Which; empty where it is a secret.
    mend : str
    """

    def __init__(self, sort: str, key: str = "", mend: str = "") -> None:
        RedballError.__init__(self, f"There is no such {sort}.", mend=mend)
        self.table, self.owner, self.key, self.mend = sort, "", key[:80], mend

    def __reduce__(self) -> tuple[type["NotKnown"], tuple[str, str, str]]:  # type: ignore[override]  # other words than its parent's
        """Let the error travel from a worker."""
        return (NotKnown, (self.table, self.key, self.mend))
