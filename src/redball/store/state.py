"""Numbers that tell whether something changed."""

import sqlalchemy as sa

from redball.store.log import tree
from redball.store.revisions import last_revision
from redball.store.tables import agreement_table


def state_numbers(connection: sa.Connection, where: str) -> dict[str, int]:
    """Numbers that grow with every import, agreement and leaf: for faces that wait for a change."""
    count = sa.func.count()
    agreement = agreement_table()
    begun, ended = connection.execute(
        sa.select(count, sa.func.count(agreement.c.ended_at)).select_from(agreement)
    ).one()
    return {
        "picture": last_revision(connection) + begun + ended,
        "ledger": tree(connection, where).frontier.size,
    }
