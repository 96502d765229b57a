"""Where somebody goes on to after they proved who they are: a page of this server, nowhere else."""

from urllib.parse import unquote, urlsplit

START = "/"
LONGEST = 2_000
_ON_THE_WAY = ("/sign-in", "/sign-out", "/prove", "/link", "/enrol", "/api", "/live", "/first")
"""Addresses that are no place to go on to."""


def onward(text: str | None) -> str:
    """Give the path below the root path to go on to; the start for anything else.

    Parameters
    ----------
    text : str or None
        As it stands in an address or a form, so written by anybody.
    """
    if not text or len(text) > LONGEST or not text.isascii() or not text.isprintable():
        return START
    plain = unquote(text)
    if "\\" in plain or " " in text or not plain.isprintable() or not text.startswith("/"):
        return START
    if plain.startswith("//"):
        return START
    try:
        parts = urlsplit(text)
    except ValueError:
        return START
    if parts.scheme or parts.netloc:
        return START
    on_the_way = any(parts.path == one or parts.path.startswith(f"{one}/") for one in _ON_THE_WAY)
    return START if on_the_way else text
