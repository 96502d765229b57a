"""What is refused before a handler runs, each with the status that it is told with."""

from redball.model import NotPermitted, RedballError


class SignInFirst(NotPermitted):
    """Nobody is signed in, or the session has ended."""


class ProveAgain(NotPermitted):
    """It needs a fresh proof of identity (step-up)."""


class Forged(NotPermitted):
    """The request does not come from a page of this server."""


class Misdirected(RedballError):
    """The request is for another host (RFC 9110, 15.5.20)."""

    status = 421


class TooLarge(RedballError):
    """The body is larger than what the address takes."""

    status = 413


class TooSlow(RedballError):
    """The body did not come in time."""

    status = 408


class TooMany(RedballError):
    """More was asked for than anybody may ask for.

    Parameters
    ----------
    wait : float
        Seconds until it may be asked again.
    """

    status = 429

    def __init__(self, what: str, wait: float, *, mend: str = "") -> None:
        seconds = max(1, int(wait + 0.999))
        self.headers = {"retry-after": str(seconds)}
        words = "1 second" if seconds == 1 else f"{seconds} seconds"
        super().__init__(what, mend=mend or f"Try again in {words}.")
