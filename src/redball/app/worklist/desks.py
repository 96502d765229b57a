"""The desk of a store, for faces that do not keep one open."""

from collections.abc import Iterator
from contextlib import contextmanager

from redball.app.view import opened
from redball.desk import Desk, open_desk


@contextmanager
def desk_of(url: str) -> Iterator[Desk]:
    """Open the desk of a store that is there; a mistyped address makes none.

    Raises
    ------
    StoreMissing
        There is no store at this address.
    """
    with opened(url):
        pass
    desk = open_desk(url)
    try:
        yield desk
    finally:
        desk.close()
