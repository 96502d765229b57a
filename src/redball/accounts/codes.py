"""One-time codes of an authenticator app, and recovery codes on paper.

A code counts once: whoever keeps the last counter that was taken, and takes only later ones, can't
be shown a code again, not even within its own thirty seconds.

Sources: RFC 6238 (TOTP), RFC 4226; ASVS 5.0, V6.5.
"""

import hmac
import secrets
from datetime import datetime

import pyotp

STEP_SECONDS = 30
DIGITS = 6
DRIFT = 1
"""Steps that a clock may be wrong, either way."""
RECOVERY_CODES = 10

_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without I, O, 0 and 1, which are misread."""
_GROUPS, _GROUP = 4, 6


def new_seed() -> str:
    """Give a seed of 160 bits, in base 32."""
    return pyotp.random_base32(32)


def app_link(seed: str, name: str, issuer: str) -> str:
    """Give the ``otpauth:`` address that an authenticator app reads."""
    return pyotp.TOTP(seed, digits=DIGITS, interval=STEP_SECONDS).provisioning_uri(
        name=name, issuer_name=issuer
    )


def code_at(seed: str, counter: int) -> str:
    """Give the code of a counter: what an authenticator app shows."""
    return pyotp.HOTP(seed, digits=DIGITS).at(counter)


def counter_at(moment: datetime) -> int:
    """Give the counter of a moment."""
    return int(moment.timestamp()) // STEP_SECONDS


def counter_of(seed: str, code: str, moment: datetime, last: int) -> int | None:
    """Find the counter that a code belongs to.

    Parameters
    ----------
    seed : str
    code : str
    moment : datetime
    last : int
        Counter of the last code that was taken; no earlier one and not this one counts.

    Returns
    -------
    int or None
        To be kept as the last one, in the transaction that lets somebody in; None for a wrong
        code, an old one, or one that was used.
    """
    given = "".join(code.split())
    middle = counter_at(moment)
    found = None
    for counter in range(middle - DRIFT, middle + DRIFT + 1):  # all, so that time tells nothing
        same = hmac.compare_digest(code_at(seed, counter).encode(), given.encode())
        if same and counter > last and found is None:
            found = counter
    return found


def new_recovery_codes() -> tuple[str, ...]:
    """Give ten codes of 120 bits, to be shown once."""
    return tuple(
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
        for _ in range(RECOVERY_CODES)
    )


def plain_recovery_code(text: str) -> str:
    """Give the one form of a recovery code; empty for what can't be one."""
    signs = [sign for sign in text.upper() if sign.isalnum()]
    if len(signs) != _GROUPS * _GROUP or set(signs) - set(_ALPHABET):
        return ""
    return "-".join("".join(signs[i : i + _GROUP]) for i in range(0, len(signs), _GROUP))
