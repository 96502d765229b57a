"""Passwords: which are taken, how they are kept, how they are checked.

Long rather than odd: 12 to 128 characters of any kind, none of them required. Refused is what is
guessed first (:mod:`redball.accounts.guesses`), the account's own name, and words of this system.
Kept is Argon2id alone.

Sources: RFC 9106, 4 (the second recommended setting); ASVS 5.0, V6.2; NIST SP 800-63B-4, 3.1.1.
"""

import threading
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import Argon2Error, InvalidHashError

from redball.accounts.guesses import guessed_first
from redball.model import BadUse

SHORTEST, LONGEST = 12, 128
AT_ONCE = 2
"""Hashes computed together: each takes 64 MiB, so this bounds memory whoever knocks."""

_turn = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class Cost:
    """What one try costs.

    Attributes
    ----------
    passes : int
    memory_kib : int
    lanes : int
    """

    passes: int = 3
    memory_kib: int = 65_536
    lanes: int = 4


COST = Cost()


def check_password(password: str, *, about: Iterable[str] = ()) -> None:
    """Refuse a password that would be guessed.

    Parameters
    ----------
    password : str
    about : iterable of str
        Words that stand near it: the account's name, the person's, the nation.

    Raises
    ------
    BadUse
        Says why; never repeats the password.
    """
    text = _plain(password)
    if len(text) < SHORTEST:
        raise BadUse(
            f"The password has {len(text)} characters; {SHORTEST} are the fewest.",
            mend="Take four or five words that do not belong together.",
        )
    if len(text) > LONGEST:
        raise BadUse(f"The password is longer than {LONGEST} characters.", mend="Shorten it.")
    if guessed_first(text, about):
        raise BadUse(
            "This password is among those that are guessed first.",
            mend="Take four or five words that do not belong together, and not your name.",
        )


def hash_password(password: str, cost: Cost = COST) -> str:
    """Give what is kept of a password."""
    with _turn:
        return _hasher(cost).hash(_plain(password))


def fits(password: str, kept: str | None, cost: Cost = COST) -> bool:
    """Say whether a password is the one that was kept.

    With None (nobody of that name, or without a password) the same work is done, so that the time
    that an answer takes does not tell who has an account.
    """
    text = _plain(password)[: LONGEST * 4]
    with _turn:
        try:
            return _hasher(cost).verify(kept or _decoy(cost), text) and kept is not None
        except (Argon2Error, InvalidHashError):
            return False


def outdated(kept: str, cost: Cost = COST) -> bool:
    """Whether a password was kept at another cost and should be hashed again."""
    return _hasher(cost).check_needs_rehash(kept)


@lru_cache(maxsize=8)
def _hasher(cost: Cost) -> PasswordHasher:
    return PasswordHasher(
        time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes, type=Type.ID
    )


@lru_cache(maxsize=8)
def _decoy(cost: Cost) -> str:
    return _hasher(cost).hash("nobody's")


def _plain(password: str) -> str:
    """One form for the ways in which keyboards write the same sign."""
    return unicodedata.normalize("NFKC", password)
