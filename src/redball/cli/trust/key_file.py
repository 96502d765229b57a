"""Public keys on the command line: as text, or in a file that somebody handed over."""

import re
from collections.abc import Callable
from pathlib import Path

from redball.model import BadData, BadUse

MOST_BYTES = 1 << 16
_TEXT = re.compile(r"\S+\+[0-9a-f]{8}\+\S+")
"""A C2SP verifier key: name, key id, and the key in Base64."""


def public_key(given: str) -> str:
    """Return the key that was given as text or as the path of a file that holds it.

    What looks like a key is one: a file of that name is never read in its place.

    Raises
    ------
    BadUse
        It is neither a key nor a file.
    BadData
        The file is no public key.
    """
    if _TEXT.fullmatch(given.strip()):
        return given.strip()
    path = Path(given)
    if len(given) > 1024 or "\0" in given or not path.is_file():
        raise BadUse(
            "This is neither a public key nor a file of one.",
            where=given[:60],
            mend="Give it as 'redball key new' prints it: NAME+ID+KEY.",
        )
    if path.stat().st_size > MOST_BYTES:
        raise BadData(
            "The file is too large for a public key.", where=given, mend="Is it the right one?"
        )
    text = path.read_bytes().decode("utf-8", "replace").strip()
    if not _TEXT.fullmatch(text):
        raise BadData(
            "The file is no public key.", where=given, mend="It must hold one line: NAME+ID+KEY."
        )
    return text


def new_file(path: Path | None) -> Callable[[str], None]:
    """Refuse a file that is there already, before anything is made; then write to it.

    Raises
    ------
    BadUse
        The file is there.
    """
    if path is not None and path.exists():
        raise BadUse("The file is there already.", where=str(path), mend="Name another one.")

    def write(text: str) -> None:
        if path is not None:
            path.write_text(f"{text}\n", encoding="utf-8")

    return write
