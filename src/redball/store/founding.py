"""The first leaves: of a new store, and of one that had content before it had a ledger."""

from datetime import UTC, datetime

import sqlalchemy as sa

from redball import __version__
from redball.ledger import Event, EventKind
from redball.store.backend import Backend, Query
from redball.store.commitments import row_hash
from redball.store.importing import import_facts
from redball.store.known import current, known_in, named_sites
from redball.store.log import append, genesis, with_commitments
from redball.store.marking import marking_frame, new_since
from redball.store.remarking import remark
from redball.store.results import decision
from redball.store.rowhashes import RowHashes, row_hashes, stored_rows
from redball.store.tables import label_table, result_table, revision_table, tree_table

ADOPT = "adopt package"
"""Verb of the leaf of a package that was imported before there was a ledger: it shows that the
rows are as they were when the ledger began, not that they are as they were sent."""


def found_ledger(backend: Backend, connection: sa.Connection) -> None:
    """Begin the ledger where there is none, in the transaction of the migration."""
    if connection.execute(sa.select(tree_table().c.id)).first() is not None:
        return
    known = known_in(current(backend, connection), named_sites(connection))
    remark(backend, connection, known, None)
    labels = label_table()
    connection.execute(labels.delete().where(labels.c.kind == ""))
    commitments = {}
    if not marking_frame(connection).is_empty():
        commitments["markings"] = new_since(connection, 0)
    software = f"redball {__version__}"
    genesis(connection, datetime.now(UTC), software, commitments)
    _adopt(backend, connection)
    _adopt_results(connection)


def _adopt(backend: Backend, connection: sa.Connection) -> None:
    """One leaf for each package that was imported before, over the rows as they are."""
    revision = revision_table()
    rows = _mappings(connection, sa.select(revision).order_by("id"))
    if not rows:
        return
    markings = marking_frame(connection)
    found: dict[str, RowHashes] = {
        name: row_hashes(name, backend.rows(connection, query), markings)
        for name, query in stored_rows().items()
    }
    now = datetime.now(UTC)
    events = []
    for row in rows:
        number = int(str(row["id"]))
        commitments = {"revision": row_hash(row)}
        for name, hashes in found.items():
            if number in hashes.brought:
                commitments[f"rows {name}"] = hashes.brought[number]
            if number in hashes.ended:
                commitments[f"ended {name}"] = hashes.ended[number]
        event = Event(
            EventKind.IMPORT, ADOPT, "store", str(row["package_hash"]), now, facts=import_facts(row)
        )
        events.append(with_commitments(event, commitments))
    append(connection, events, backend.url)


def _adopt_results(connection: sa.Connection) -> None:
    rows = _mappings(connection, sa.select(result_table()).order_by("key"))
    append(connection, [decision(row, "store", "adopt result") for row in rows])


def _mappings(connection: sa.Connection, query: Query) -> list[dict[str, object]]:
    return [dict(row) for row in connection.execute(query).mappings()]
