"""Names that people sign in with."""

import re
import unicodedata

from redball.model import BadUse

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,62}[a-z0-9]\Z")
MOST_SHOWN = 80


def folded(name: str) -> str:
    """Give the form in which names are compared: two that look alike are one.

    Raises
    ------
    BadUse
        It is no name; nothing else is said, so that it tells nobody which names there are.
    """
    found = unicodedata.normalize("NFKC", name).strip().casefold()
    if not _NAME.match(found):
        raise BadUse(
            "This is no name of an account.",
            mend="3 to 64 of these: a-z 0-9 . _ - @, a letter or digit first and last.",
        )
    return found


def display_name(text: str) -> str:
    """Give a name as people call somebody: one line, no characters that can't be seen.

    Raises
    ------
    BadUse
        It is empty, too long, or holds characters that steer a screen.
    """
    found = " ".join(unicodedata.normalize("NFC", text).split())
    unseen = any(unicodedata.category(sign) in ("Cc", "Cf", "Co", "Cs", "Cn") for sign in found)
    if not found or len(found) > MOST_SHOWN or unseen:
        raise BadUse(
            "This can't be shown as somebody's name.",
            mend=f"Write 1 to {MOST_SHOWN} characters that can be seen.",
        )
    return found
