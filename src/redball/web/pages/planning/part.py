"""What the pages of the part share."""

from datetime import date
from typing import Annotated

from fastapi import Form

from redball.model import BadUse
from redball.web.routing import Pages

pages = Pages("planning")

Words = Annotated[str, Form(max_length=20_000)]
Version = Annotated[str, Form(max_length=40)]


def day_of(text: str) -> date | None:
    """Day of a form; none where nothing is typed.

    Raises
    ------
    BadUse
        It is none.
    """
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BadUse(f"'{text[:40]}' is not a day.", mend="Write it as 2027-01-31.") from None


def number_of(text: str, name: str) -> float | None:
    """Number of a form; none where nothing is typed.

    Raises
    ------
    BadUse
        It is none.
    """
    if not text.strip():
        return None
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise BadUse(
            f"'{text[:40]}' is no number.", where=name, mend="Write for example 0.05."
        ) from None
