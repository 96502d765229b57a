"""Long work as the desk keeps it: it outlives the page that asked for it, and the server."""

from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from redball.desk.opening import Desk
from redball.desk.tables.work import SERVER, WORK

TOPIC = "work"
MOST_LISTED = 200


class WorkState(StrEnum):
    """Where a piece of work stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


ENDED = (WorkState.DONE, WorkState.FAILED, WorkState.CANCELLED, WorkState.INTERRUPTED)


@dataclass(frozen=True)
class Work:
    """A piece of work.

    Attributes
    ----------
    key : str
    account, subject : str
        Who asked, and as whom the gate knows them.
    kind, title : str
    parameters : str
        JSON, as they were given.
    as_of : str
        Moment that is looked at; empty for now.
    server : str
        The one that took it last.
    state : WorkState
    asked_at, begun_at, ended_at : str
        ISO 8601 in UTC; empty until then.
    result : str
        Key of the answer that was kept.
    error, mend : str
        Why there is none, and what to do about it.
    """

    key: str
    account: str
    subject: str
    kind: str
    title: str
    parameters: str
    as_of: str
    server: str
    state: WorkState
    asked_at: str
    begun_at: str = ""
    ended_at: str = ""
    result: str = ""
    error: str = ""
    mend: str = ""


def put_work(desk: Desk, work: Work) -> None:
    """Keep a piece of work that was asked for."""
    with desk.writing(TOPIC) as connection:
        connection.execute(sa.insert(WORK).values(vars(work) | {"state": work.state.value}))


def work_of(desk: Desk, account: str, key: str) -> Work | None:
    """One piece of somebody's work; None where it is another's or there is none."""
    with desk.reading() as connection:
        query = sa.select(WORK).where(WORK.c.key == key, WORK.c.account == account)
        row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _work(row)


def works_of(desk: Desk, account: str) -> list[Work]:
    """Somebody's work, the newest first."""
    query = sa.select(WORK).where(WORK.c.account == account)
    query = query.order_by(WORK.c.asked_at.desc(), WORK.c.key).limit(MOST_LISTED)
    with desk.reading() as connection:
        return [_work(row) for row in connection.execute(query).mappings()]


def all_work(desk: Desk) -> list[Work]:
    """Everybody's work, the newest first: for the operator."""
    query = sa.select(WORK).order_by(WORK.c.asked_at.desc(), WORK.c.key).limit(MOST_LISTED)
    with desk.reading() as connection:
        return [_work(row) for row in connection.execute(query).mappings()]


def unfinished(desk: Desk, account: str) -> int:
    """How much of somebody's work is queued or running."""
    open_states = [WorkState.QUEUED.value, WorkState.RUNNING.value]
    query = sa.select(sa.func.count()).where(
        WORK.c.account == account, WORK.c.state.in_(open_states)
    )
    with desk.reading() as connection:
        return int(connection.execute(query).scalar_one())


def take_next(desk: Desk, server: str, at: str) -> Work | None:
    """Take the next piece of the queue for a server and mark it as running.

    Whoever had the least begun lately comes first, then whoever asked first: one person's long
    queue does not hold up the others. The queue belongs to the store, not to the server that was
    asked: what a server that is gone had queued is taken up by those that are there.
    """
    latest = (
        sa.select(WORK.c.account, sa.func.max(WORK.c.begun_at).label("latest"))
        .group_by(WORK.c.account)
        .subquery()
    )
    query = (
        sa.select(WORK)
        .join(latest, latest.c.account == WORK.c.account)
        .where(WORK.c.state == WorkState.QUEUED.value)
        .order_by(latest.c.latest, WORK.c.asked_at, WORK.c.key)
        .limit(1)
    )
    with desk.reading() as connection:
        if connection.execute(query).first() is None:
            return None
    with desk.writing(TOPIC) as connection:
        row = connection.execute(query).mappings().one_or_none()
        if row is None:
            return None
        state = {"state": WorkState.RUNNING.value, "begun_at": at, "server": server}
        still = (WORK.c.key == row["key"]) & (WORK.c.state == WorkState.QUEUED.value)
        if not connection.execute(sa.update(WORK).where(still).values(state)).rowcount:
            return None  # another server was faster
        return _work({**row, **state})


def end_work(
    desk: Desk,
    key: str,
    state: WorkState,
    at: str,
    *,
    result: str = "",
    error: str = "",
    mend: str = "",
) -> bool:
    """Say what came of a piece of work; False where that was said before."""
    with desk.writing(TOPIC) as connection:
        changed = connection.execute(
            sa.update(WORK)
            .where(WORK.c.key == key, WORK.c.state.not_in([one.value for one in ENDED]))
            .values(state=state.value, ended_at=at, result=result, error=error, mend=mend)
        )
        return bool(changed.rowcount)


def interrupt(desk: Desk, server: str, at: str) -> int:
    """Mark what a server was running when it ended, and forget it; what was queued stays so."""
    with desk.writing() as connection:
        connection.execute(sa.delete(SERVER).where(SERVER.c.server == server))
    return _interrupt(desk, WORK.c.server == server, at)


def beat(desk: Desk, server: str) -> dict[str, int]:
    """Say that a server is there; gives how often each server has said so."""
    with desk.writing() as connection:
        mine = sa.update(SERVER).where(SERVER.c.server == server)
        if not connection.execute(mine.values(beats=SERVER.c.beats + 1)).rowcount:
            connection.execute(sa.insert(SERVER).values(server=server, beats=1))
        rows = connection.execute(sa.select(SERVER.c.server, SERVER.c.beats))
        return {str(name): int(beats) for name, beats in rows}


def interrupt_left(desk: Desk, at: str) -> int:
    """Mark what runs on servers that nobody knows: they ended without a word."""
    known = sa.select(SERVER.c.server)
    return _interrupt(desk, WORK.c.server.not_in(known), at)


def _interrupt(desk: Desk, whose: sa.ColumnElement[bool], at: str) -> int:
    running = (WORK.c.state == WorkState.RUNNING.value) & whose
    with desk.reading() as connection:
        if connection.execute(sa.select(WORK.c.key).where(running).limit(1)).first() is None:
            return 0
    with desk.writing(TOPIC) as connection:
        changed = connection.execute(
            sa.update(WORK)
            .where(running)
            .values(
                state=WorkState.INTERRUPTED.value,
                ended_at=at,
                error="The server ended while this was running.",
                mend="Run it again: runs that were finished are taken up where they are kept.",
            )
        )
        return int(changed.rowcount)


def _work(row: "sa.RowMapping | dict[str, object]") -> Work:
    values = {name: str(row[name]) for name in WORK.columns.keys() if name != "state"}  # noqa: SIM118
    return Work(state=WorkState(str(row["state"])), **values)
