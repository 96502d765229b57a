"""SQL column types, the Polars types they come back as, and texts in between."""

from collections.abc import Mapping

import polars as pl
import sqlalchemy as sa

from redball.model import StoreError
from redball.store.backend import Query

_POLARS: Mapping[type[object], pl.DataType] = {
    sa.Text: pl.String(),
    sa.Integer: pl.Int32(),
    sa.BigInteger: pl.Int64(),
    sa.Double: pl.Float64(),
    sa.Boolean: pl.Boolean(),
    sa.Date: pl.Date(),
}

_ISO = "%Y-%m-%dT%H:%M:%S%.6fZ"


def result_schema(query: Query) -> dict[str, pl.DataType]:
    """Names and Polars types of the columns of a query."""
    return {c.name: _POLARS[type(c.type)] for c in query.selected_columns}


def typed(frame: pl.DataFrame, schema: Mapping[str, pl.DataType], where: str) -> pl.DataFrame:
    """Cast what an engine returned (dates as ISO text, truth as 0 and 1) to its true types.

    Raises
    ------
    StoreError
        The store holds something else than the schema says: it was damaged or edited by hand.
    """
    expressions = []
    for name, dtype in schema.items():
        column = pl.col(name)
        if dtype == pl.Date and frame.schema[name] == pl.String:
            column = column.str.to_date("%Y-%m-%d")
        expressions.append(column.cast(dtype))
    try:
        return frame.select(expressions)
    except pl.exceptions.PolarsError as error:
        raise _damaged(error, where) from error


def _damaged(error: Exception, where: str) -> StoreError:
    return StoreError(
        f"The store holds values that do not fit their columns: {error}",
        where=where,
        mend="It was damaged or changed by another program: restore a backup.",
    )


def stored(frame: pl.DataFrame) -> pl.DataFrame:
    """Write timestamps as ISO 8601 text in UTC: one fixed width, so that it sorts as time does."""
    return frame.with_columns(pl.col(pl.Datetime("us", "UTC")).dt.strftime(_ISO))


def loaded(frame: pl.DataFrame, schema: Mapping[str, pl.DataType], where: str) -> pl.DataFrame:
    """Undo :func:`stored` and give each column the type that the language wants.

    Raises
    ------
    StoreError
        A text is not the timestamp it should be.
    """
    times = [
        pl.col(name).str.to_datetime(_ISO, time_unit="us", time_zone="UTC")
        for name, dtype in schema.items()
        if isinstance(dtype, pl.Datetime)
    ]
    try:
        return frame.with_columns(times).select(pl.col(n).cast(t) for n, t in schema.items())
    except pl.exceptions.PolarsError as error:
        raise _damaged(error, where) from error


def literal_sql(query: Query, dialect: sa.Dialect) -> str:
    """Write a query as SQL text with its numbers and texts in it, for bulk interfaces."""
    sql = str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    if dialect.paramstyle in ("format", "pyformat"):
        # doubled for a driver that fills in parameters; here there are none to fill in
        return sql.replace("%%", "%")
    return sql
