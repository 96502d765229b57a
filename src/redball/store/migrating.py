"""Which schema a store has, and bringing it to ours with Alembic."""

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from redball.model import StoreError, StoreTooNew
from redball.store.backend import Backend
from redball.store.founding import found_ledger

REVISIONS: Sequence[str] = ("0001", "0002", "0003", "0004")
"""Our migrations, oldest first; a test compares them with the scripts."""

SCRIPTS = Path(__file__).with_name("migrations")

_VERSION_TABLE = "alembic_version"


def schema_revision(connection: sa.Connection, where: str) -> str | None:
    """Name of the last migration applied to a database; ``None`` if it is empty.

    Raises
    ------
    StoreError
        The database holds something else than a store.
    StoreTooNew
        The store has a migration that we do not know.
    """
    names = sa.inspect(connection).get_table_names()
    if not names:
        return None
    found: str | None = None
    if _VERSION_TABLE in names:
        found = connection.exec_driver_sql(f"SELECT version_num FROM {_VERSION_TABLE}").scalar()
    if found is None or "revision" not in names:
        raise StoreError(
            "This database holds tables of something else, not a store.",
            where=where,
            mend="Give the store a database of its own.",
        )
    if found not in REVISIONS:
        raise StoreTooNew(
            f"The store was written by a newer version of the software (schema '{found}').",
            where=where,
            mend=f"Update redball; this version knows schemas up to '{REVISIONS[-1]}'.",
        )
    return found


def is_current(found: str | None) -> bool:
    """Whether a store has our newest schema."""
    return found == REVISIONS[-1]


def upgrade(backend: Backend) -> None:
    """Bring a store to our newest schema in one transaction; two at once do it once."""
    backend.prepare()
    with backend.migrating() as connection:
        found = schema_revision(connection, backend.url)
        if is_current(found):
            return
        if found is None or found < _LEDGER:
            # before the wall stands, behind which even an owner of tables sees no rows
            _run(connection, _LEDGER)
            found_ledger(backend, connection)
        _run(connection, "head")


_LEDGER = "0003"


def _run(connection: sa.Connection, target: str) -> None:
    # slow to import and rarely needed
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, target)
