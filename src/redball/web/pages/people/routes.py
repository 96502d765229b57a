"""Routes of the part people: how somebody gets in, their account, and the register."""

from redball.web.pages.people import (
    account,
    approvals,
    by_provider,
    enrolling,
    proving,
    register,
    signing_in,
    tokens,
)
from redball.web.pages.people.part import pages

__all__ = [
    "account",
    "approvals",
    "by_provider",
    "enrolling",
    "pages",
    "proving",
    "register",
    "signing_in",
    "tokens",
]
