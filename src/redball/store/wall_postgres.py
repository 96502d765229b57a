"""The second wall on PostgreSQL: the role and the context of a transaction, and whether it stands.

Every transaction that can reach rows takes a role that owns nothing and is subject to row-level
security, and says for whom it acts with settings that end with it (``SET LOCAL``). The policies of
migration 0004 show and take rows by those settings alone; without them there are none. Whatever
is in doubt is refused: a context that was there before, a role with more rights than it should
have, a table whose guard was taken off, a view that passes the guard by
(``docs/concepts/second-wall.md``).

Source: PostgreSQL documentation, "Row Security Policies", "CREATE POLICY", "SET ROLE".
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeAlias

import psycopg
from psycopg import sql

from redball.model import BadUse, StoreError
from redball.model.labels import OWNER_CODE
from redball.store.tables import metadata

Cursor: TypeAlias = "psycopg.Cursor[tuple[object, ...]]"

READER = "redball_reader"
"""Reads rows by label id, and results by viewer."""

WRITER = "redball_writer"
"""Reads and writes the rows of the owners it acts for; adds to the bookkeeping."""

MARKER = "redball_marker"
"""Reads everybody's rows within a write, to give them other markings; changes nothing else."""

AUDITOR = "redball_auditor"
"""Reads everything and writes nothing: verification and operator's counts."""

_ROLES = (READER, WRITER, MARKER, AUDITOR)


@dataclass(frozen=True)
class Context:
    """For whom a transaction acts.

    Attributes
    ----------
    role : str
    labels : tuple of int
        Label ids whose rows may be read.
    owners : tuple of str
        Owners whose rows may be read and written.
    viewer : str
        Whose results may be read and written.
    """

    role: str
    labels: tuple[int, ...] = ()
    owners: tuple[str, ...] = ()
    viewer: str = ""


def reading_context(labels: Collection[int], owners: Collection[str], viewer: str) -> Context:
    """Context of a read: by label, or as an owner.

    Raises
    ------
    BadUse
        Both, or what is no id or owner code.
    """
    if labels and owners:
        raise BadUse("Rows are read by label or as their owner, not both at once.")
    if not all(type(number) is int for number in labels):
        raise BadUse("Labels to read are given by their ids, as in Store.labels().")
    role = WRITER if owners else READER
    return Context(role, tuple(sorted(set(labels))), _codes(owners), viewer)


def writing_context(owners: Collection[str], viewer: str) -> Context:
    """Context of a write.

    Raises
    ------
    BadUse
        What should be an owner code is none.
    """
    return Context(WRITER, (), _codes(owners), viewer)


def _codes(owners: Collection[str]) -> tuple[str, ...]:
    # one text is a collection of letters too, none of which is an owner code
    wrong = [code for code in owners if not OWNER_CODE.match(code)]
    if wrong:
        raise BadUse(f"'{wrong[0]}' is not an owner code.", mend="Give a collection of codes.")
    return tuple(sorted(set(owners)))


_ENTER = """
SELECT concat(current_setting('redball.labels', true), current_setting('redball.owners', true),
              current_setting('redball.viewer', true));
SET LOCAL ROLE {role};
SELECT set_config('redball.labels', {labels}, true), set_config('redball.owners', {owners}, true),
       set_config('redball.viewer', {viewer}, true),
       rolsuper OR rolbypassrls OR current_user <> {name}
FROM pg_roles WHERE rolname = current_user
"""


def enter(cursor: Cursor, context: Context, where: str) -> None:
    """Take the role and the context for the rest of the transaction, in one message.

    Raises
    ------
    StoreError
        A context was there before, the role is missing or may not be taken, or it is not bound
        by the policies.
    """
    statement = sql.SQL(_ENTER).format(
        role=sql.Identifier(context.role),
        name=sql.Literal(context.role),
        labels=sql.Literal(f"{{{','.join(map(str, context.labels))}}}"),
        owners=sql.Literal(f"{{{','.join(context.owners)}}}"),
        viewer=sql.Literal(context.viewer),
    )
    try:
        cursor.execute(statement)
    except _NOT_TAKEN as error:
        raise _not_taken(cursor, context.role, where, error) from error
    before = cursor.fetchone()
    if before is None or before[0]:
        raise StoreError(
            "The connection already acts for somebody; its rows would be shown to another.",
            where=where,
            mend="Find who set redball.labels, redball.owners or redball.viewer beyond one"
            " transaction (ALTER ROLE or DATABASE ... SET, or a pool), and reset it.",
        )
    row = cursor.fetchone() if cursor.nextset() and cursor.nextset() else None
    if row is None or row[-1] is not False:
        raise StoreError(
            f"The role {context.role} is not bound by row-level security.",
            where=where,
            mend=f"As a superuser: ALTER ROLE {context.role} NOSUPERUSER NOBYPASSRLS;",
        )


def take(cursor: Cursor, role: str, where: str) -> None:
    """Take a role for the rest of the transaction.

    Raises
    ------
    StoreError
        It is missing, or this user may not take it.
    """
    try:
        cursor.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
    except _NOT_TAKEN as error:
        raise _not_taken(cursor, role, where, error) from error


_NOT_TAKEN = (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidParameterValue)


def _not_taken(cursor: Cursor, role: str, where: str, error: Exception) -> StoreError:
    user = cursor.connection.info.user
    return StoreError(
        f"The user of the database can't take the role {role}: {str(error).strip()}",
        where=where,
        mend=f"As a superuser: CREATE ROLE {role} NOLOGIN; (if it is missing) and"
        f' GRANT {role} TO "{user}"; then open the store again.',
    )


_STANDING = """
SELECT 'table ' || t.name || ' has no forced row-level security'
FROM unnest(%(guarded)s::text[]) AS t(name)
LEFT JOIN pg_class c ON c.oid = to_regclass(quote_ident(t.name))
WHERE NOT COALESCE(c.relrowsecurity AND c.relforcerowsecurity, false)
UNION ALL
SELECT 'table ' || p.tablename || ' has the strange policy ' || p.policyname
FROM pg_policies p
WHERE p.schemaname = current_schema() AND p.tablename = ANY(%(guarded)s)
  AND NOT (p.policyname, p.roles::text) IN (('by_label', '{redball_reader}'),
      ('by_owner', '{redball_writer}'), ('by_mark', '{redball_marker}'),
      ('by_audit', '{redball_auditor}'), ('by_viewer', '{redball_reader,redball_writer}'))
UNION ALL
SELECT 'view ' || c.relname || ' shows rows with the rights of who made it'
FROM pg_class c
WHERE c.relkind IN ('v', 'm') AND c.relnamespace = current_schema()::regnamespace
  AND NOT COALESCE(c.reloptions && '{security_invoker=true,security_invoker=on}', false)
UNION ALL
SELECT 'role ' || r.rolname || ' owns ' || c.relname
FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
WHERE r.rolname = ANY(%(roles)s) AND c.relnamespace = current_schema()::regnamespace
UNION ALL
SELECT 'role ' || r.rolname || ' is a superuser, passes row-level security by or can log in'
FROM pg_roles r
WHERE r.rolname = ANY(%(roles)s) AND (r.rolsuper OR r.rolbypassrls OR r.rolcanlogin)
UNION ALL
SELECT 'role ' || m.member::regrole || ' has the rights of ' || m.roleid::regrole
FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member
WHERE r.rolname = ANY(%(roles)s)
LIMIT 1
"""


def assert_standing(cursor: Cursor, where: str) -> None:
    """Check that nobody took the wall down, as far as the catalogue shows.

    Raises
    ------
    StoreError
        Names the first gap.
    """
    given = {"guarded": guarded(), "roles": list(_ROLES)}
    gap = cursor.execute(_STANDING, given).fetchone()
    if gap is not None:
        raise StoreError(
            f"The guard of the rows has a gap: {gap[0]}.",
            where=where,
            mend="Undo the change (docs/concepts/second-wall.md says how it should be).",
        )


def guarded() -> list[str]:
    """Names of the tables with row-level security: those of the language, and results."""
    return [t.name for t in metadata().tables.values() if is_guarded(t.name)]


def is_guarded(name: str) -> bool:
    """Whether a table has row-level security."""
    return name == "result" or "until" in metadata().tables[name].columns
