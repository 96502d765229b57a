"""What a rule is: a name, how bad a breach is, why it matters, and how to mend it."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

ERROR = "error"
"""The row can't be accepted."""

WARNING = "warning"
"""The row is accepted; somebody should look at it."""


@dataclass(frozen=True)
class Rule:
    """A rule of the check.

    Attributes
    ----------
    id : str
        Name in issues and in the documentation, such as ``not-a-number``.
    severity : str
        :data:`ERROR` or :data:`WARNING`.
    title : str
        What is wrong, in one sentence; the message where a case says nothing more exact.
    why : str
        Why it matters.
    mend : str
        What the sender can do, where a case says nothing more exact.
    """

    id: str
    severity: str
    title: str
    why: str
    mend: str


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """Question that names the closest choice, or empty text when none is close."""
    folded = {choice.casefold(): choice for choice in choices}
    close = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return f"Did you mean '{folded[close[0]]}'?" if close else ""
