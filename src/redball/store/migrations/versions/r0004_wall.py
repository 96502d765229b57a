"""The second wall on PostgreSQL: roles, row-level security, one order of text.

Frozen. SQLite has neither roles nor row-level security; there this migration does nothing. Why
each rule is as it is: ``docs/concepts/second-wall.md``.
"""

import sqlalchemy as sa
from alembic import op

from redball.model import StoreError

revision = "0004"
down_revision = "0003"

# fmt: off
ROWS = (
    "nation", "site", "party", "item", "structure", "system", "fleet", "source", "supply", "lane",
    "holding", "demand", "requirement", "order", "consignment", "hazard", "target", "factor",
    "rate", "same_item", "resupply", "repair", "policy", "support",
)
# fmt: on

READER, WRITER, MARKER, AUDITOR = ROLES = (
    "redball_reader",
    "redball_writer",
    "redball_marker",
    "redball_auditor",
)

# What is written beside rows; nothing is taken back but secrets, and what was agreed can end.
ADDED = ("revision", "label", "agreement", "ledger", "ledger_secret", "ledger_tree", "checkpoint")
CHANGED = ("agreement", "ledger_tree")
READ = (*(name for name in ADDED if name != "ledger_secret"), "alembic_version")

IDS = "NULLIF(current_setting('redball.labels', true), '')::int[]"
OWNERS = "NULLIF(current_setting('redball.owners', true), '')::text[]"
VIEWER = "NULLIF(current_setting('redball.viewer', true), '')"


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    _roles()
    _run(f"GRANT USAGE ON SCHEMA {_schema()} TO {', '.join(ROLES)}")
    _run(f"GRANT CREATE ON SCHEMA {_schema()} TO {AUDITOR}")  # to become owner of functions
    for name in ROWS:
        _ordered(name)
        _recall(name)
        _rows(name)
    _run(f"REVOKE CREATE ON SCHEMA {_schema()} FROM {AUDITOR}")
    _results()
    _bookkeeping()


def _run(sql: str) -> None:
    op.get_bind().exec_driver_sql(sql)


def _one(sql: str, **values: object) -> object:
    return op.get_bind().execute(sa.text(sql), values).scalar_one()


def _schema() -> str:
    return str(_one("SELECT quote_ident(current_schema())"))


# -- roles ---------------------------------------------------------------------------------------


def _roles() -> None:
    """Make the roles where this user may; otherwise say which right is missing."""
    user = _one("SELECT quote_ident(current_user)")
    may = _one("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
    missing = [role for role in ROLES if not _known(role)]
    if missing and not may:
        made = " ".join(f"CREATE ROLE {role} NOLOGIN;" for role in missing)
        raise _refused(f"Roles are missing: {', '.join(missing)}.", f"{made} {_grants(user)}")
    for role in missing:
        _create(role)
    for role in ROLES:
        if _one(
            "SELECT rolsuper OR rolbypassrls OR rolcanlogin FROM pg_roles WHERE rolname = :role",
            role=role,
        ):
            raise _refused(
                f"The role {role} has more rights than it should.",
                f"ALTER ROLE {role} NOLOGIN NOSUPERUSER NOBYPASSRLS;",
            )
        if not _takes(role):
            if not may:
                raise _refused(f"This user may not take the role {role}.", _grants(user))
            _run(f"GRANT {role} TO {user}{_without_inheriting()}")


def _grants(user: object) -> str:
    return f"GRANT {', '.join(ROLES)} TO {user}{_without_inheriting()};"


def _without_inheriting() -> str:
    """From version 16 on a member need not have the rights of a role before it takes it."""
    new = _one("SELECT current_setting('server_version_num')::int >= 160000")
    return " WITH INHERIT FALSE, SET TRUE" if new else ""


def _takes(role: str) -> bool:
    new = _one("SELECT current_setting('server_version_num')::int >= 160000")
    return bool(_one(f"SELECT pg_has_role(:role, '{'SET' if new else 'MEMBER'}')", role=role))


def _known(role: str) -> bool:
    return bool(_one("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :role)", role=role))


def _create(role: str) -> None:
    try:
        with op.get_bind().begin_nested():
            _run(f"CREATE ROLE {role} NOLOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS NOCREATEDB")
    except sa.exc.DBAPIError:
        if not _known(role):  # else another database of this server made it just now
            raise


def _refused(what: str, mend: str) -> StoreError:
    return StoreError(
        f"{what} The rows of this store can't be guarded.",
        where="migration 0004",
        mend=f"As a superuser of the server: {mend}",
    )


# -- rows ----------------------------------------------------------------------------------------


def _ordered(name: str) -> None:
    """Compare text by its bytes, as SQLite does, so that both stores sort and page alike."""
    found = op.get_bind().execute(
        sa.text(
            "SELECT quote_ident(column_name) FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND table_name = :name AND data_type = 'text'"
        ),
        {"name": name},
    )
    parts = (f'ALTER COLUMN {column} TYPE text COLLATE "C"' for column in found.scalars())
    _run(f'ALTER TABLE "{name}" {", ".join(parts)}')


def _recall(name: str) -> None:
    """Make the question whether a later version of a row is hidden, which a policy can't ask.

    A past version of a row is not shown to whom a later version is hidden. Row-level security
    hides that later version from the very query that looks for it, so the question is asked with
    the auditor's rights. It takes the ids from the context and looks at one key.
    """
    schema, function = _schema(), f"redball_recalled_{name}"
    _run(
        f"CREATE FUNCTION {function}(text, text, int) RETURNS boolean"
        f" LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp"
        f' BEGIN ATOMIC SELECT EXISTS (SELECT FROM {schema}."{name}" AS later'
        ' WHERE later.owner = $1 AND later."key" = $2 AND later.since > $3'
        f" AND later.label <> ALL (COALESCE({IDS}, '{{}}'))); END"
    )
    _run(f"REVOKE ALL ON FUNCTION {function}(text, text, int) FROM PUBLIC")
    _run(f"GRANT EXECUTE ON FUNCTION {function}(text, text, int) TO {READER}")
    _run(f"ALTER FUNCTION {function}(text, text, int) OWNER TO {AUDITOR}")


def _rows(name: str) -> None:
    """Guard a table of the language."""
    _guard(name)
    _run(f'GRANT SELECT ON "{name}" TO {READER}, {WRITER}, {AUDITOR}')
    _run(f'GRANT INSERT, UPDATE (until, label) ON "{name}" TO {WRITER}')
    # the ids are drawn once per query and hashed, not searched for each row
    _run(
        f'CREATE POLICY by_label ON "{name}" FOR SELECT TO {READER}'
        f" USING (label IN (SELECT unnest({IDS})) AND"
        f' (until IS NULL OR NOT redball_recalled_{name}(owner, "key", since)))'
    )
    own = f"owner = ANY ((SELECT {OWNERS})::text[])"
    _run(f'GRANT SELECT, UPDATE (label) ON "{name}" TO {MARKER}')
    _run(f'CREATE POLICY by_mark ON "{name}" TO {MARKER} USING (true) WITH CHECK (true)')
    _run(f'CREATE POLICY by_owner ON "{name}" TO {WRITER} USING ({own}) WITH CHECK ({own})')


def _guard(name: str) -> None:
    _run(f'ALTER TABLE "{name}" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY')
    _run(f'CREATE POLICY by_audit ON "{name}" FOR SELECT TO {AUDITOR} USING (true)')


# -- beside the rows -----------------------------------------------------------------------------


def _results() -> None:
    """Guard results: each is for the viewer it was made for."""
    _guard("result")
    _run(f"GRANT SELECT ON result TO {READER}, {WRITER}, {AUDITOR}")
    _run(f"GRANT INSERT ON result TO {WRITER}")
    own = f"viewer = (SELECT {VIEWER})"
    _run(
        f"CREATE POLICY by_viewer ON result TO {READER}, {WRITER} USING ({own}) WITH CHECK ({own})"
    )


def _bookkeeping() -> None:
    """Grant no more than is done; secrets of the ledger are read by the auditor alone."""
    _run(f"GRANT SELECT ON {', '.join(READ)} TO {READER}, {WRITER}, {MARKER}")
    _run(f"GRANT SELECT ON {', '.join(READ)}, ledger_secret TO {AUDITOR}")
    _run(f"GRANT INSERT ON {', '.join(ADDED)} TO {WRITER}")
    _run(f"GRANT INSERT ON label TO {MARKER}")
    _run(f"GRANT UPDATE ON {', '.join(CHANGED)} TO {WRITER}")
    _run(f"GRANT SELECT (ix), DELETE ON ledger_secret TO {WRITER}")
    if not _one("SELECT has_database_privilege(:role, current_database(), 'TEMP')", role=WRITER):
        database = _one("SELECT quote_ident(current_database())")
        _run(f"GRANT TEMPORARY ON DATABASE {database} TO {WRITER}")
