"""What is sent to change a finding."""

from datetime import date

from pydantic import BaseModel, Field

from redball.model import BadUse


class Knowing(BaseModel):
    """Which version was read; without it the newest counts."""

    version: str | None = Field(None, max_length=40)


class Assigning(Knowing):
    """Who looks after it."""

    assignee: str = Field(max_length=200)


class Commenting(Knowing):
    """A comment."""

    words: str = Field(max_length=20_000)


class Accepting(Knowing):
    """Why, and until which day."""

    reason: str = Field(max_length=20_000)
    until: date


class Noting(Knowing):
    """A reason or comment that may be empty."""

    words: str = Field("", max_length=20_000)


def parsed_day(text: str) -> date:
    """Read a day of a form.

    Raises
    ------
    BadUse
        It is none.
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BadUse(
            f"'{text[:40]}' is not a day." if text.strip() else "It is not said until when.",
            mend="Write it as 2026-06-30.",
        ) from None
