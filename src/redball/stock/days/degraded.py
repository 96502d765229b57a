"""Targets as they look to a reader who can't see what they name.

A twin does not tell a reference that is not given from one that names a hidden row. So whoever
reads a target but not the unit, site or item it names sees a wider target, which may hold where the
real one does not. Days of supply at such a place can be made again only by those who also read the
named row; its mark must count there.
"""

from functools import reduce
from itertools import product
from operator import or_

import polars as pl

from redball.model import NOWHERE, Twin
from redball.model.marks import MARK, Marks

_NAMED = {"unit_ix": "party", "site_ix": "site", "item_ix": "item"}


def degraded(twin: Twin, marks: Marks) -> pl.DataFrame:
    """Targets without some of the references that not every reader of theirs can see.

    Returns
    -------
    polars.DataFrame
        Rows of the table ``target`` with such references taken out, ``row`` (the target), and
        ``mark``: what is withheld from whoever sees them so. Empty where targets are as closed as
        what they name, which is the common case.
    """
    target = twin["target"].with_row_index("row")
    own = marks.of(target["label"])
    hidden = {}
    for column, table in _NAMED.items():
        named = marks.of_rows(twin[table]["label"], target[column])
        hidden[column] = pl.select(
            pl.when((own | named) != own).then(named).otherwise(pl.lit(0, MARK))
        ).to_series()
    parts = [target.clear().with_columns(mark=pl.lit(0, MARK))]
    for taken in product((False, True), repeat=len(_NAMED)):
        columns = [column for column, out in zip(_NAMED, taken, strict=True) if out]
        if not columns:
            continue
        rows = target.with_columns(mark=reduce(or_, (hidden[column] for column in columns)))
        possible = pl.all_horizontal((hidden[column] > 0) for column in columns)
        parts.append(
            rows.filter(possible).with_columns(
                pl.lit(NOWHERE, pl.Int32).alias(column) for column in columns
            )
        )
    return pl.concat(parts)
