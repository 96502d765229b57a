"""Content that is not for everyone: the ledger holds a commitment, its holders the content.

The leaf holds ``HMAC-SHA256(salt, canonical secret)`` (RFC 2104) under a random salt of 32 bytes.
Never a plain hash: quantities are few and could be guessed. Salt and secret are kept apart from
the tree and given to those who may know them. Deleting both makes the content unknowable, while
the leaf and the order of events stand.
"""

import hmac
import secrets
from dataclasses import replace

from redball.ledger.canonical import canonical_flat, strict_object
from redball.ledger.envelope import Event, decoded, plain_facts, within, written
from redball.model.errors import BadData, BadUse, UnsafeFile

MOST_SECRET_BYTES = 1_000_000
SALT_BYTES = 32


def new_salt() -> bytes:
    """Give 32 random bytes from the operating system."""
    return secrets.token_bytes(SALT_BYTES)


def sealed(event: Event, salt: bytes) -> tuple[bytes, bytes | None]:
    """Write an event with only a commitment to its secret.

    Parameters
    ----------
    event : Event
    salt : bytes
        32 random bytes (:func:`new_salt`), fresh for every event.

    Returns
    -------
    tuple of bytes
        The envelope, which is the leaf, and the secret's own bytes; None where there is none.

    Raises
    ------
    BadUse
        When the salt is not 32 bytes.
    BadData, UnsafeFile
        As :func:`encoded`; a secret may have 1,000,000 bytes.
    """
    if event.secret is None:
        return written(event, None), None
    secret = canonical_flat(event.secret)
    within(secret, MOST_SECRET_BYTES, "secret of an event")
    return written(event, _commitment(salt, secret)), secret


def opens(envelope: bytes, salt: bytes, secret: bytes) -> bool:
    """Say whether salt and secret are those that the envelope was sealed with."""
    try:
        commitment = decoded(envelope).commitment
    except (BadData, UnsafeFile):
        return False
    if commitment is None or len(salt) != SALT_BYTES:
        return False
    return hmac.compare_digest(_commitment(salt, secret), commitment)


def opened(envelope: bytes, salt: bytes, secret: bytes) -> Event:
    """Give the whole event, its secret among it.

    Raises
    ------
    BadData
        When salt and secret are not those of the envelope, or it can't be read.
    UnsafeFile
        When one of them is too large.
    """
    within(secret, MOST_SECRET_BYTES, "secret of an event")
    if not opens(envelope, salt, secret):
        raise BadData(
            "The secret is not what the ledger holds a commitment to.",
            mend="Ask for salt and content of this very entry.",
        )
    found = strict_object(secret, "secret of an event")
    return replace(decoded(envelope).event, secret=plain_facts(found))


def _commitment(salt: bytes, secret: bytes) -> bytes:
    # one length only: HMAC pads short keys with zeros, so two salts could give one commitment
    if len(salt) != SALT_BYTES:
        raise BadUse(f"A salt has {SALT_BYTES} bytes.", mend="Use new_salt().")
    return hmac.digest(salt, secret, "sha256")
