"""Long work as the operator of a server sees it: whose, which state; not what it found."""

from datetime import UTC, datetime

import polars as pl

from redball.access import parse_subject
from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.releasing import authorised
from redball.app.work.parts import NoSuchWork
from redball.desk import open_desk
from redball.desk.work import WorkState, all_work, end_work

_COLUMNS = ("key", "state", "account", "subject", "kind", "title", "asked_at", "begun_at",
            "ended_at", "error")  # fmt: skip


@use_case(Action.ADMINISTER)
def work_list(store: str, viewer: str) -> pl.DataFrame:
    """Everybody's work on the server of a store, the newest first.

    Raises
    ------
    NotPermitted
        The viewer's role may not administer.
    StoreMissing
        The store has no desk: nobody has served it yet.
    """
    authorised(parse_subject(viewer), Action.ADMINISTER)
    desk = open_desk(store, create=False)
    try:
        found = all_work(desk)
    finally:
        desk.close()
    rows = [{name: str(getattr(one, name)) for name in _COLUMNS} for one in found]
    return pl.DataFrame(rows, schema=dict.fromkeys(_COLUMNS, pl.String()))


@use_case(Action.ADMINISTER)
def work_cancel(store: str, viewer: str, key: str) -> None:
    """End somebody's work from a command line; the server notices within a second of progress.

    Raises
    ------
    NoSuchWork
        There is none of that key, or it has ended.
    NotPermitted
        The viewer's role may not administer.
    """
    authorised(parse_subject(viewer), Action.ADMINISTER)
    desk = open_desk(store, create=False)
    try:
        at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        if not end_work(desk, key, WorkState.CANCELLED, at, error="Ended by the operator."):
            raise NoSuchWork
    finally:
        desk.close()
