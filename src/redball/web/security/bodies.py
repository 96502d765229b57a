"""How large a body may be and how long it may take, decided before anything is parsed."""

import asyncio

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from redball.web.security.refusals import TooLarge, TooSlow

PATIENCE_SECONDS = 30.0
"""Longest wait for the next part of a body."""


def announced(headers: Headers, most: int) -> None:
    """Refuse a body that says that it is too large, or does not say it in digits.

    Raises
    ------
    TooLarge
        Nothing of it is read.
    """
    length = headers.get("content-length")
    if length is not None and not (length.isascii() and length.isdigit() and int(length) <= most):
        raise too_large(most)


def too_large(most: int) -> TooLarge:
    """What is said of a body over ``most`` bytes."""
    size = f"{most / 2**20:,.0f} MB" if most >= 2**20 else f"{most / 2**10:,.0f} kB"
    return TooLarge(
        f"What was sent is too large: at most {size} fit here.", mend="Send it in smaller parts."
    )


def bounded(receive: Receive, most: int, patience: float = PATIENCE_SECONDS) -> Receive:
    """Read a body, ending it when it grows over ``most`` bytes or stands still.

    The error is an ``HTTPException``, the only kind that a parser of bodies lets through.
    """
    taken = 0
    ended = False

    async def bounded_receive() -> Message:
        nonlocal taken, ended
        if ended:  # from here on only the end of the connection is waited for
            return await receive()
        try:
            message = await asyncio.wait_for(receive(), patience)
        except TimeoutError:
            raise HTTPException(TooSlow.status, "What was sent stopped on the way.") from None
        taken += len(message.get("body", b""))
        ended = not message.get("more_body", False)
        if taken > most:
            raise HTTPException(TooLarge.status, too_large(most).what)
        return message

    return bounded_receive
