"""Markings: interned under their canonical form, and found for rows."""

from functools import lru_cache

import polars as pl
import sqlalchemy as sa

from redball.model import Label, parse_label, tables
from redball.model.facets import Known, facets
from redball.model.markings import Marking
from redball.store.commitments import rows_hash
from redball.store.tables import label_table, sql_table

ABOUT = ("owner", "text", "kind", "classes", "areas", "sites", "exercise")
"""Columns that tell one marking from another."""

_SCHEMA = {
    "id": pl.Int32(),
    **dict.fromkeys(ABOUT[:-1], pl.String()),
    "exercise": pl.Boolean(),
}


def marking_frame(connection: sa.Connection) -> pl.DataFrame:
    """Every marking, in order of its id."""
    table = label_table()
    rows = connection.execute(sa.select(*(table.c[name] for name in _SCHEMA)).order_by("id"))
    return pl.DataFrame([tuple(row) for row in rows], schema=_SCHEMA, orient="row")


def all_markings(connection: sa.Connection) -> dict[int, Marking]:
    """Every marking by its id."""
    return {number: _marking(*words) for number, *words in marking_frame(connection).iter_rows()}


@lru_cache(maxsize=20_000)
def _marking(
    owner: str, text: str, kind: str, classes: str, areas: str, sites: str, exercise: bool
) -> Marking:
    """Read a marking; a server reads the same few hundred again and again."""
    return Marking(
        label=parse_label(text, owner),
        kind=kind,
        classes=tuple(classes.split()),
        areas=tuple(areas.split()),
        sites=tuple(sites.split()),
        exercise=exercise,
    )


def all_labels(connection: sa.Connection) -> dict[int, Label]:
    """Label of every marking by its id."""
    return {number: marking.label for number, marking in all_markings(connection).items()}


def about(
    name: str, frame: pl.DataFrame, text: pl.Series, exercise: pl.Series | bool, known: Known
) -> pl.DataFrame:
    """What each row's marking says: the columns of :data:`ABOUT`.

    Parameters
    ----------
    name : str
        Table of the rows.
    frame : polars.DataFrame
        Rows with ``owner``, ``key`` and their attributes.
    text : polars.Series
        Canonical text of each row's label.
    exercise : polars.Series or bool
        Whether each row came with exercise data.
    known : Known
    """
    found = facets(name, frame, None, known)
    return frame.select("owner").with_columns(
        text.alias("text"),
        pl.lit(name, pl.String).alias("kind"),
        *found.get_columns(),
        pl.lit(exercise, pl.Boolean).alias("exercise")
        if isinstance(exercise, bool)
        else exercise.alias("exercise"),
    )


def intern(connection: sa.Connection, wanted: pl.DataFrame) -> pl.Series:
    """Ids of markings, row by row; new ones are written with the next free ids.

    Parameters
    ----------
    wanted : polars.DataFrame
        The columns of :data:`ABOUT`.
    """
    distinct = wanted.unique(maintain_order=True)
    known = marking_frame(connection)
    new = distinct.join(known, on=list(ABOUT), how="anti").sort(ABOUT)
    if not new.is_empty():
        last = known["id"].max() or 0
        ids = pl.int_range(pl.len(), dtype=pl.Int32) + pl.lit(last, pl.Int32) + 1
        new = new.with_columns(id=ids).select(known.columns)
        connection.execute(label_table().insert(), new.to_dicts())
        known = pl.concat([known, new])
    if distinct.height == 1:
        (number,) = distinct.join(known, on=list(ABOUT), how="left")["id"]
        return pl.repeat(number, wanted.height, dtype=pl.Int32, eager=True).alias("label")
    return wanted.join(known, on=list(ABOUT), how="left", maintain_order="left")["id"].alias(
        "label"
    )


def new_since(connection: sa.Connection, last: int) -> str:
    """Commitment to the markings with higher ids than ``last``: ``"<first> <rows> <hash>"``.

    There is at least one; their ids follow each other without a gap.
    """
    new = marking_frame(connection).filter(pl.col("id") > last)
    first = int(new["id"][0])  # in order of their ids
    return f"{first} {rows_hash(new)}"


def last_marking(connection: sa.Connection) -> int:
    """Highest id of a marking; 0 for none."""
    return connection.execute(sa.select(sa.func.max(label_table().c.id))).scalar() or 0


def marked_rows(connection: sa.Connection) -> pl.DataFrame:
    """Count current rows by table and marking."""
    schema = {"table": pl.String(), "label": pl.Int32(), "rows": pl.Int64()}
    parts = [pl.DataFrame(schema=schema)]
    for name in tables():
        columns = sql_table(name).columns
        query = (
            sa.select(columns["label"], sa.func.count())
            .where(columns["until"].is_(None))
            .group_by(columns["label"])
        )
        found = [(name, number, rows) for number, rows in connection.execute(query)]
        parts.append(pl.DataFrame(found, schema=schema, orient="row"))
    return pl.concat(parts).sort("table", "label")
