"""Compare the rows of a package with the owner's current rows of a table, all at once."""

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from redball.store.values import TableDifference, no_changes

_PROVENANCE = frozenset({"sheet", "line"})
"""Where a row stood in its file: it may move without becoming another row."""


@dataclass(frozen=True)
class Difference:
    """Rows by what has to be done with them; each in order of the key.

    Attributes
    ----------
    added : polars.DataFrame
        Incoming rows whose key is new.
    changed, before : polars.DataFrame
        Incoming rows that differ, and the current rows they replace, side by side.
    withdrawn : polars.Series
        Current keys that a full table no longer carries.
    unchanged : int
        Number of incoming rows equal to the current ones.
    """

    added: pl.DataFrame
    changed: pl.DataFrame
    before: pl.DataFrame
    withdrawn: pl.Series
    unchanged: int

    @property
    def written(self) -> int:
        """Number of rows to insert."""
        return self.added.height + self.changed.height


def difference(
    current: pl.DataFrame, incoming: pl.DataFrame, *, full: bool, keep: Collection[str]
) -> Difference:
    """Compare two frames with unique keys.

    Parameters
    ----------
    current : polars.DataFrame
        ``key`` and the columns to compare, in any order of rows.
    incoming : polars.DataFrame
        The same columns, and any others, sorted by ``key``.
    full : bool
        Whether current rows that are not in ``incoming`` are withdrawn.
    keep : collection of str
        Keys that are never withdrawn.
    """
    at = incoming.select("key").join(
        current.select("key", _at=pl.int_range(pl.len(), dtype=pl.UInt32)),
        on="key",
        how="left",
        maintain_order="left",
    )["_at"]
    known = at.is_not_null()
    common, before = incoming.filter(known), current[at.drop_nulls()]
    differs = _differs(before, common)
    withdrawn = pl.Series("key", [], pl.String)
    if full:
        kept = pl.Series("key", list(keep), pl.String)
        gone = current.select("key").join(incoming.select("key"), on="key", how="anti")["key"]
        withdrawn = gone.filter(~gone.is_in(kept.implode())).sort()
    changed = common.filter(differs)
    return Difference(
        added=incoming.filter(~known),
        changed=changed,
        before=before.filter(differs),
        withdrawn=withdrawn,
        unchanged=common.height - changed.height,
    )


def _compared(frame: pl.DataFrame) -> list[str]:
    return [name for name in frame.columns if name != "key" and name not in _PROVENANCE]


def _differs(before: pl.DataFrame, after: pl.DataFrame) -> pl.Series:
    differs = pl.repeat(value=False, n=after.height, dtype=pl.Boolean, eager=True)
    for name in _compared(before):  # column by column: memory for one at a time
        differs |= before[name].ne_missing(after[name])
    return differs


def described(table: str, found: Difference, detail_rows: int) -> TableDifference:
    """Say what a difference holds, with its first rows in detail.

    Parameters
    ----------
    table : str
        Name of the table.
    found : Difference
        With ``label`` as text in ``changed`` and ``before``.
    detail_rows : int
        Bound of each of the three details.
    """
    return TableDifference(
        table=table,
        added=found.added.height,
        changed=found.changed.height,
        withdrawn=len(found.withdrawn),
        unchanged=found.unchanged,
        added_keys=tuple(found.added["key"].head(detail_rows)),
        withdrawn_keys=tuple(found.withdrawn.head(detail_rows)),
        changes=_changes(
            found.before.head(detail_rows), found.changed.head(detail_rows), detail_rows
        ),
    )


def _changes(before: pl.DataFrame, after: pl.DataFrame, detail_rows: int) -> pl.DataFrame:
    parts = [no_changes().with_columns(_row=pl.lit(0, pl.UInt32))]
    for name in _compared(before):
        differs = before[name].ne_missing(after[name])
        cells = pl.DataFrame(
            {
                "key": after["key"],
                "attribute": pl.repeat(name, after.height, dtype=pl.String, eager=True),
                "before": before[name].cast(pl.String),
                "after": after[name].cast(pl.String),
                "_row": pl.int_range(after.height, dtype=pl.UInt32, eager=True),
            }
        )
        parts.append(cells.filter(differs))
    ordered = pl.concat(parts).sort("_row", maintain_order=True)
    return ordered.drop("_row").head(detail_rows)
