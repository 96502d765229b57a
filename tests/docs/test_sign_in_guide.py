"""The guide of sign-in says what the software does."""

from datetime import timedelta
from pathlib import Path

import pytest

from redball.accounts.holding import LINK_LIFE, MOST_WRONG_CODES, TICKET_TRIES, LinkKind
from redball.accounts.passwords import LONGEST, SHORTEST
from redball.web.security.registering import ADDRESS_TIMES, NAME_TIMES
from redball.web.security.telling import WRITTEN
from redball.web.settings import Limits, Settings

GUIDE = Path(__file__).resolve().parent.parent.parent / "docs/guides/sign-in-and-roles.md"
WORDS = {
    3: "three",
    5: "five",
    10: "ten",
    20: "twenty",
    30: "thirty",
    50: "fifty",
    100: "a hundred",
}
SETTINGS, LIMITS = Settings("s.sqlite"), Limits()
TRIES = LIMITS.sign_ins_per_minute


def minutes(value: timedelta) -> int:
    return int(value.total_seconds() // 60)


@pytest.mark.parametrize(
    "promise",
    [
        f"{SHORTEST} to {LONGEST} characters",
        f"after {minutes(SETTINGS.idle)} minutes unused",
        f"after {minutes(SETTINGS.absolute) // 60} hours in all",
        f"holds for {WORDS[minutes(SETTINGS.step_up)]} minutes",
        f"{WORDS[TRIES].capitalize()} tries a minute for a name from one address",
        f"{WORDS[TRIES * ADDRESS_TIMES]} from an address",
        f"{WORDS[TRIES * NAME_TIMES]} for a name from anywhere",
        f"tried {WORDS[TICKET_TRIES]} times",
        f"after {WORDS[MOST_WRONG_CODES]} wrong ones",
        f"ask {LIMITS.per_minute:,} times a minute",
        f"for {WORDS[LINK_LIFE[LinkKind.ENROL].days]} days",
        f"refusals {WORDS[int(WRITTEN.at_once)]} are written",
        "src/redball/accounts/guesses.py",
        "There are no others.",
        "the only address that the server ever connects to",
    ],
    ids=lambda text: text.replace(" ", "-")[:40],
)
def test_what_the_guide_promises(promise: str) -> None:
    assert promise in " ".join(GUIDE.read_text("utf-8").split())
