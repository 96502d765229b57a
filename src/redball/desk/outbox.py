"""Events on their way to the store's ledger.

An event is written in the transaction of the change that it tells of, and taken away once the
ledger has it on the disk. So no change is without its event, though the two lie in two databases;
after a crash an event may stand in the ledger twice, with the same ``id`` among its facts.
"""

import sqlalchemy as sa

from redball.desk.tables.people import OUTBOX
from redball.ledger import Event
from redball.ledger.envelope import decoded, encoded


def put_event(connection: sa.Connection, event: Event) -> None:
    """Write an event down, to be sent on.

    Raises
    ------
    BadUse, BadData, UnsafeFile
        It can't be a leaf of the ledger; the change is not made either.
    """
    connection.execute(sa.insert(OUTBOX).values(envelope=encoded(event)))


def waiting_events(connection: sa.Connection) -> tuple[tuple[int, Event], ...]:
    """Give what the ledger does not have yet, in the order in which it happened."""
    rows = connection.execute(sa.select(OUTBOX).order_by(OUTBOX.c.number).limit(1_000))
    return tuple((row.number, decoded(bytes(row.envelope)).event) for row in rows)


def drop_events(connection: sa.Connection, numbers: tuple[int, ...]) -> None:
    """Forget what the ledger has."""
    connection.execute(sa.delete(OUTBOX).where(OUTBOX.c.number.in_(numbers)))
