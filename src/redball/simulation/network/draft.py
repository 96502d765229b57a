"""Tables as they were given, before they are a network: what the checks look at."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from redball.model import BadUse

Table = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Draft:
    """The tables and names of a network that is not checked yet.

    Attributes
    ----------
    tables : mapping of str to structured array
        By the name of the table.
    names : mapping of str to tuple of str
        ``item_names``, ``node_names`` and so on.
    """

    tables: Mapping[str, Table]
    names: Mapping[str, tuple[str, ...]]

    def __getitem__(self, table: str) -> Table:
        return self.tables[table]

    def size(self, of: str) -> int:
        """Rows of a table, or number of names."""
        return len(self.tables[of] if of in self.tables else self.names[of])

    def cell_name(self, cell: int) -> str:
        """Item at node, for a reader; empty where an index leads nowhere."""
        cells = self.tables["cells"]
        if not 0 <= cell < len(cells):
            return ""
        item = self._name("item_names", int(cells[cell]["item"]))
        node = self._name("node_names", int(cells[cell]["node"]))
        return f"{item} at {node}" if item and node else ""

    def label(self, table: str, row: int) -> str:
        """What a row is about, for a reader; empty where that can't be said."""
        if table in ("items", "nodes", "lanes"):
            return self._name(f"{table[:-1]}_names", row)
        if table == "cells":
            return self.cell_name(row)
        record = self.tables[table][row]
        fields = record.dtype.names or ()
        for field in ("cell", "receiver"):
            if field in fields:
                return self.cell_name(int(record[field]))
        if table == "fleets":
            system = self._name("system_names", int(record["system"]))
            unit = self._name("unit_names", int(record["unit"]))
            return " of ".join(part for part in (system, unit) if part)
        if table == "pools":
            return self._name("node_names", int(record["node"]))
        return ""

    def where(self, table: str, row: int) -> str:
        """Table, row and name for the place of an error."""
        label = self.label(table, row)
        return f"{table}, row {row}" + (f" ({label})" if label else "")

    def _name(self, of: str, row: int) -> str:
        names = self.names[of]
        return str(names[row]) if 0 <= row < len(names) else ""


def refuse(draft: Draft, table: str, bad: Mask, what: str, mend: str) -> None:
    """Raise for the first row marked, and say how many more there are.

    Raises
    ------
    BadUse
        A row is marked.
    """
    if not bad.any():
        return
    row = int(np.argmax(bad))
    more = int(bad.sum()) - 1
    others = f" {more} more row{'s' if more > 1 else ''} of the table the same." if more else ""
    raise BadUse(f"{what}{others}", where=draft.where(table, row), mend=mend)


def as_table(name: str, given: object, dtype: np.dtype[Any]) -> Table:
    """Copy a table that was given into an array that can't be written, of exactly its record type.

    Raises
    ------
    BadUse
        It is no one-dimensional array of these fields. NumPy would fill a record type from another
        one by position, without a word.
    """
    try:
        rows = np.asarray(given)
    except (TypeError, ValueError) as error:
        raise BadUse(f"Table '{name}' is no array: {error}.", where=name) from error
    fits = rows.dtype.names == dtype.names and (dtype.names is not None or rows.dtype.kind in "iu")
    if not (fits or rows.size == 0) or rows.ndim != 1:
        raise BadUse(
            f"Table '{name}' has {rows.ndim} dimensions and fields {rows.dtype.names}; one "
            f"dimension and {dtype.names or 'whole numbers'} are needed.",
            where=name,
            mend="Make it with the record types of redball.simulation.network.tables.",
        )
    made = np.zeros(len(rows), dtype)
    if not rows.size:
        made.flags.writeable = False
        return made
    for field in dtype.names or (None,):
        column = rows if field is None else rows[field]
        target = dtype if field is None else dtype[field]
        if not _holds(column, target):
            raise BadUse(
                f"Table '{name}' holds values in '{field or name}' that are no {target.name}.",
                where=name,
                mend="Give whole numbers in the range of the field.",
            )
        if field is None:
            made[:] = column
        else:
            made[field] = column
    made.flags.writeable = False
    return made


def _holds(column: Table, target: np.dtype[Any]) -> bool:
    """Whether every value is kept by the field's type."""
    if column.dtype == target:
        return True
    if column.dtype.kind not in "iufb" or column.ndim != 1:
        return False
    if target.kind == "f":
        return True
    if column.dtype.kind == "f":
        # 2**63 itself is a double; NaN fails both comparisons
        edge = float(2 ** (8 * target.itemsize - 1))
        return bool(((column >= -edge) & (column < edge) & (column == np.floor(column))).all())
    bounds = np.iinfo(target)
    return bool(((column >= bounds.min) & (column <= bounds.max)).all())


__all__ = ["Draft", "Mask", "Table", "as_table", "refuse"]
