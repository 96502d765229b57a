"""Give rows the markings that what is known now asks for.

A marking is no content: it says what a row is about, and follows from the row, from the current
rows that it refers to, and from the sites that agreements name. When one of these changes, the
rows that are touched get other markings where they stand, in the same transaction, past versions
too: the past is read under the markings of today, so that a row can be recalled from it.
"""

from collections.abc import Iterator, Mapping

import polars as pl
import sqlalchemy as sa

from redball.model import Table, table, tables
from redball.model.facets import Known
from redball.store.backend import Backend, Query
from redball.store.marking import about, intern, marking_frame
from redball.store.tables import revision_table, sql_table

MOST_KEYS = 2_000
"""Beyond so many references to look for, all rows of a table are looked at."""


def remark(
    backend: Backend,
    connection: sa.Connection,
    known: Known,
    changed: Mapping[str, pl.Series] | None,
) -> int:
    """Give rows other markings where need be, and return how many got one.

    Parameters
    ----------
    known : Known
        What is known now.
    changed : mapping of str to polars.Series, optional
        References of which something else is known, by table; every row when absent.
    """
    done = 0
    exercise = _exercise(connection)
    for name, spec in tables().items():
        for query in _touched(spec, changed):
            rows = backend.rows(connection, query)
            if not rows.is_empty():
                done += _marked(connection, name, rows, exercise, known)
    return done


def _exercise(connection: sa.Connection) -> pl.DataFrame:
    revision = revision_table()
    rows = connection.execute(sa.select(revision.c.id, revision.c.exercise))
    schema = {"since": pl.Int32(), "exercise": pl.Boolean()}
    return pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")


def _touched(spec: Table, changed: Mapping[str, pl.Series] | None) -> Iterator[Query]:
    """Rows of a table that refer to what changed, or are what changed."""
    target = sql_table(spec.name)
    wanted = ["owner", *(a.name for a in spec.attributes), "label", "since"]
    query = sa.select(*(target.columns[name] for name in wanted))
    if changed is None:
        yield query
        return
    at = {c: changed[to] for c, to in spec.refs.items() if to in changed}
    own = changed.get(spec.name)
    if not at and own is None:
        return
    if sum(map(len, at.values())) + (0 if own is None else len(own)) > MOST_KEYS:
        yield query
        return
    conditions = [
        target.columns[column].in_([*refs, *(ref.partition(":")[2] for ref in refs)])
        for column, refs in at.items()
    ]
    if own is not None:
        conditions.append(target.columns["key"].in_([ref.partition(":")[2] for ref in own]))
    yield query.where(sa.or_(*conditions))


def marked_about(
    name: str, rows: pl.DataFrame, markings: pl.DataFrame, exercise: pl.DataFrame, known: Known
) -> pl.DataFrame:
    """What the markings of rows should say, from the text that their present marking has."""
    texts = markings.select(pl.col("id").alias("label"), "text")
    told = rows.select("label", "since").join(
        texts, on="label", how="left", maintain_order="left"
    ).join(exercise, on="since", how="left", maintain_order="left")  # fmt: skip
    return about(name, rows, told["text"], told["exercise"], known)


def _marked(
    connection: sa.Connection,
    name: str,
    rows: pl.DataFrame,
    exercise: pl.DataFrame,
    known: Known,
) -> int:
    wanted = marked_about(name, rows, marking_frame(connection), exercise, known)
    numbers = intern(connection, wanted)
    other = rows.select("owner", "key", "since", before="label").with_columns(numbers)
    other = other.filter(pl.col("label") != pl.col("before"))
    if other.is_empty():
        return 0
    target = sql_table(table(name).name)
    update = (
        target.update()
        .where(
            target.c.owner == sa.bindparam("of_owner"),
            target.c.key == sa.bindparam("of_key"),
            target.c.since == sa.bindparam("of_since"),
        )
        .values(label=sa.bindparam("to_label"))
    )
    values = other.select(
        of_owner="owner", of_key="key", of_since="since", to_label="label"
    ).to_dicts()
    connection.execute(update, values)
    return other.height
