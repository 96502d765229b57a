"""Tokens of services: ``rb_<name>_<secret>``, kept as a hash."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from redball.accounts.secrets import hashed, new_secret
from redball.model import BadUse

SCOPES = ("read", "write", "export", "import")
LONGEST_LIFE = timedelta(days=366)
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}[a-z0-9]\Z")
_TOKEN = re.compile(r"rb_([a-z0-9-]{2,32})_([A-Za-z0-9_-]{43})\Z")


@dataclass(frozen=True)
class GivenToken:
    """A token as a request brings it.

    Attributes
    ----------
    name : str
    secret_hash : str
        What is kept of its secret.
    """

    name: str
    secret_hash: str


def token_name(name: str) -> str:
    """Check the name of a token.

    Raises
    ------
    BadUse
        It is none.
    """
    if not _NAME.match(name):
        raise BadUse(
            "This is no name of a token.", where=name[:40], mend="2 to 32 of: a-z 0-9 and -."
        )
    return name


def scopes_of(words: Iterable[str]) -> frozenset[str]:
    """Check scopes.

    Raises
    ------
    BadUse
        There is none, or one that is not known.
    """
    found = frozenset(words)
    unknown = sorted(found - set(SCOPES))
    if unknown or not found:
        raise BadUse(
            f"'{unknown[0]}' is no scope." if unknown else "A token needs a scope.",
            mend=f"Use some of: {', '.join(SCOPES)}.",
        )
    return found


def life_of(days: int) -> timedelta:
    """Check how long a token lasts.

    Raises
    ------
    BadUse
        Not from a day to a year.
    """
    if not 1 <= days <= LONGEST_LIFE.days:
        raise BadUse(
            f"A token lasts from 1 to {LONGEST_LIFE.days} days.", mend="Make a new one in time."
        )
    return timedelta(days=days)


def new_token(name: str) -> tuple[str, str]:
    """Give a token to be shown once, and the hash that is kept of its secret."""
    secret = new_secret()
    return f"rb_{token_name(name)}_{secret}", hashed(secret)


def parse_token(text: str) -> GivenToken | None:
    """Read a token; None for what is none."""
    found = _TOKEN.match(text)
    return GivenToken(found[1], hashed(found[2])) if found else None
