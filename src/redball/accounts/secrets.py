"""Secrets that are handed out once and kept as hashes.

Every secret here has 160 bits or more of the system's randomness, so a plain SHA-256 of it can't be
guessed back; what people choose themselves is hashed in :mod:`redball.accounts.passwords`.
"""

import hashlib
import hmac
import secrets

SECRET_BYTES = 32


def new_secret() -> str:
    """Give a secret of 256 bits, in characters that addresses and cookies can carry."""
    return secrets.token_urlsafe(SECRET_BYTES)


def new_key() -> str:
    """Give a short public name, such as a session's or an account's: no secret."""
    return secrets.token_hex(8)


def hashed(secret: str) -> str:
    """Give what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def derived(secret: str, use: str) -> str:
    """Give a second secret that follows from the first, for one use, and does not tell it."""
    return hmac.new(secret.encode(), use.encode(), hashlib.sha256).hexdigest()
