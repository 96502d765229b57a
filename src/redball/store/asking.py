"""What a page or a count is asked for: columns, order and search, checked against the language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
import sqlalchemy as sa

from redball.model import BadUse, Kind, table
from redball.model.frames import frame_schema, value_schema
from redball.store.tables import sql_table
from redball.store.tokens import Place, Value, checked_value, fingerprint


@dataclass(frozen=True)
class Prefix:
    """What a text is to begin with; letters as they are, large and small ones differ."""

    text: str


Where = Mapping[str, "Value | Prefix"]
"""Column to the value it must have (``None``: empty) or begin with; all of them must hold."""


@dataclass(frozen=True)
class Asked:
    """What is asked of a table, checked."""

    name: str
    order: str | None
    descending: bool
    where: Mapping[str, Value | Prefix]
    coarse: bool

    def __post_init__(self) -> None:
        table(self.name)
        for column in (*self.where, *([] if self.order is None else [self.order])):
            self._searchable(column)
        for column, wanted in self.where.items():
            self._fits(column, wanted)

    @property
    def kind(self) -> "type[Value]":
        """Type of the values that rows are ordered by."""
        return str if self.order is None else _kind(self.name, self.order)

    @property
    def fingerprint(self) -> str:
        """Of the question, without who asks and where it begins."""
        question = {"table": self.name, "order": self.order, "descending": self.descending}
        return fingerprint({**question, "where": sorted(self.where.items(), key=repr)})

    def _searchable(self, column: str) -> None:
        spec = table(self.name)
        kinds = {a.name: a.type.kind for a in spec.attributes} | {"owner": Kind.KEY}
        if column not in kinds:
            raise BadUse(
                f"'{column}' is not a column that rows of '{self.name}' can be found by.",
                mend=f"Use one of: {', '.join(kinds)}.",
            )
        if self.coarse and _kind(self.name, column) is not str:
            raise BadUse(
                f"Some rows are not shown exactly; to order or search by '{column}' would be.",
                mend="Use a column of text, or ask for the rows that are shown exactly.",
            )

    def _fits(self, column: str, wanted: Value | Prefix) -> None:
        kind = _kind(self.name, column)
        try:
            if isinstance(wanted, Prefix):
                if kind is not str:
                    raise ValueError("not a text")
                checked_value(wanted.text, str)
            elif wanted is not None:
                checked_value(wanted, kind)
        except ValueError:
            raise BadUse(
                f"'{column}' of '{self.name}' is never {wanted!r:.80}.",
                mend=f"Search it by a value of type {kind.__name__}.",
            ) from None

    def columns(self, columns: Sequence[str] | None) -> list[str]:
        """Columns to give back, checked."""
        spec = table(self.name)
        known = list(frame_schema(spec))
        wanted = ["owner", *value_schema(spec), "label"] if columns is None else list(columns)
        strange = [column for column in wanted if column not in known]
        if strange or not wanted or len(set(wanted)) < len(wanted):
            raise BadUse(
                f"'{self.name}' has no column '{strange[0]}'." if strange
                else "Columns are asked for by name, at least one, each once.",
                mend=f"Columns: {', '.join(known)}.",
            )  # fmt: skip
        return wanted

    def conditions(self) -> list["sa.ColumnElement[bool]"]:
        """Conditions of the search."""
        return [_holds(sql_table(self.name).columns[c], v) for c, v in self.where.items()]

    def nothing(self) -> pl.DataFrame:
        """No rows."""
        return pl.DataFrame(schema=frame_schema(table(self.name)))

    def place(self, shown: pl.DataFrame) -> Place:
        """Place of the last row."""
        names = ["owner", "key", *([] if self.order is None else [self.order])]
        owner, key, *value = shown.select(
            pl.col(column).cast(pl.String) if column in ("owner", "key") else column
            for column in dict.fromkeys(names)
        ).row(-1)
        if self.order in ("owner", "key"):
            value = [owner if self.order == "owner" else key]
        return Place(owner, key, *value)


def _kind(name: str, column: str) -> "type[Value]":
    kinds: dict[pl.DataType, type[Value]] = {
        pl.Int64(): int,
        pl.Float64(): float,
        pl.Boolean(): bool,
        pl.Date(): date,
    }
    return kinds.get(frame_schema(table(name))[column], str)


def _holds(column: "sa.Column[object]", wanted: Value | Prefix) -> "sa.ColumnElement[bool]":
    if wanted is None:
        return column.is_(None)
    if isinstance(wanted, Prefix):
        # not LIKE, which takes no notice of large and small letters on SQLite
        head = sa.func.substr(column, 1, len(wanted.text), type_=sa.Text())
        return head == sa.literal(wanted.text, sa.Text())
    return column == sa.literal(wanted, column.type)
