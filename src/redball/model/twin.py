"""The twin: everything one viewer may see at one moment, immutable and index-coded.

A :class:`Twin` holds a Polars frame per table, sorted by owner and key as the owner knows them.
References are row indices: the attribute ``site`` of a table becomes the column ``site_ix``
(int32), ``-1`` where no row is named *or the named row is not visible to the viewer*: the twin does
not tell which, so a key can't reveal another nation's record. What the viewer may not see is not
in it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model.errors import BadUse, NotVisible
from redball.model.frames import OWNER, frame_schema
from redball.model.hashing import content_hash
from redball.model.labels import Label, ResultLabel, dominant
from redball.model.results import RowRef
from redball.model.schema import Table, table, tables

IndexArray = npt.NDArray[np.int32]

_SLICE = 250_000

NOWHERE = -1
"""Index of a reference that names no visible row."""


@dataclass(frozen=True)
class Twin:
    """A read-only snapshot for one viewer at one moment.

    Attributes
    ----------
    viewer : str
        Owner code of the viewer.
    as_of : datetime
        The moment, with zone.
    revision : int
        Last store revision it contains; 0 when it was not built from a store.
    tables : mapping of str to polars.DataFrame
        One frame per table of the language (empty ones included), sorted by owner and key.
        Columns: ``owner``, ``key``, the table's attributes (references as ``<name>_ix``),
        ``label`` (index into ``labels``), ``since``, ``sheet``, ``line``.
    labels : tuple of Label
        The distinct labels in it, sorted.
    exercise : bool
        Whether any of the data are exercise data.
    content_hash : str
        SHA-256 of the visible content; independent of row order, provenance and history.
    """

    viewer: str
    as_of: datetime
    revision: int
    tables: Mapping[str, pl.DataFrame]
    labels: tuple[Label, ...]
    content_hash: str
    exercise: bool = False

    def __getitem__(self, name: str) -> pl.DataFrame:
        """Return the frame of a table; a cheap copy, so that no caller can change the twin."""
        try:
            return self.tables[name].clone()
        except KeyError:
            raise BadUse(
                f"There is no table '{name}'.", mend=f"Tables: {', '.join(self.tables)}."
            ) from None

    def index(self, name: str, attribute: str) -> IndexArray:
        """Row indices of a reference attribute, shape (rows,), read-only; -1 for no visible row."""
        return _frozen(self.tables[name][f"{attribute}_ix"].to_numpy())

    def unseen(self, name: str, attribute: str) -> pl.Series:
        """Rows that name something the viewer is not shown, where the key of the row says so.

        An empty reference often means 'for all of them'; a row that names one hidden thing must
        not be read like that. Known for attributes that the key is made from; a key that was
        given by hand says nothing, and its row counts as naming nothing.

        Returns
        -------
        polars.Series
            Boolean, one for each row.
        """
        parts = table(name)["key"].derived_from
        frame = self.tables[name]
        if attribute not in parts:
            return pl.repeat(value=False, n=frame.height, dtype=pl.Boolean, eager=True)
        masked = pl.col("key").str.contains("?", literal=True)
        key = pl.when(masked).then(pl.col("key").str.replace(r"#[0-9]+$", "")).otherwise("key")
        spelled = key.str.split("|")
        part = spelled.list.get(parts.index(attribute), null_on_oob=True).fill_null("")
        whole = spelled.list.len() == len(parts)
        hidden = (pl.col(f"{attribute}_ix") == NOWHERE) & whole & (part != "")
        return frame.select(hidden.alias(attribute)).to_series()

    def values(self, name: str, attribute: str, missing: float = np.nan) -> npt.NDArray[np.float64]:
        """Numbers of an attribute, shape (rows,), in the unit of the table, read-only."""
        column = self.tables[name][attribute].cast(pl.Float64).fill_null(missing)
        return _frozen(column.to_numpy())

    def ref(self, name: str, row: int) -> RowRef:
        """Owner-scoped reference of a row."""
        frame = self.tables[name]
        return RowRef(name, frame["owner"][int(row)], frame["key"][int(row)])

    def refs(self, name: str, rows: Iterable[int]) -> tuple[RowRef, ...]:
        """Owner-scoped references of several rows, in the order given."""
        ix = np.fromiter(rows, np.int64)
        part = self.tables[name][ix].select("owner", "key")
        return tuple(RowRef(name, owner, key) for owner, key in part.iter_rows())

    def find(self, name: str, key: str, owner: str = "") -> int:
        """Row index of a key; ``OWNER:KEY`` or the viewer's own key.

        Raises
        ------
        NotVisible
            No visible row has that key.
        """
        scope, colon, rest = key.partition(":")
        owner, key = (scope, rest) if colon else (owner or self.viewer, key)
        frame = self.tables[name]
        rows = frame.select(
            ((pl.col("owner") == owner) & (pl.col("key") == key)).arg_true()
        ).to_series()
        if rows.is_empty():
            raise NotVisible(name, owner, key, self.viewer)
        return int(rows[0])

    def name_of(self, name: str, row: int) -> str:
        """Name of a row for a reader: its ``name`` where it has one, else ``OWNER:KEY``."""
        if row < 0:
            return "undisclosed"
        frame = self.tables[name]
        text = frame["name"][int(row)] if "name" in frame.columns else None
        return text or f"{frame['owner'][int(row)]}:{frame['key'][int(row)]}"

    def named(self, name: str, rows: Iterable[int] | None = None) -> pl.DataFrame:
        """Return a table, or some rows of it, with references as ``OWNER:KEY``, for people."""
        frame = self.tables[name]
        if rows is not None:
            frame = frame[np.fromiter(rows, np.int64)]
        for attribute, target in table(name).refs.items():
            keys = (
                self.tables[target].select(pl.concat_str("owner", "key", separator=":")).to_series()
            )
            ix = frame[f"{attribute}_ix"]
            column = keys.gather(ix.replace(NOWHERE, None).cast(pl.UInt32)).alias(attribute)
            frame = frame.with_columns(column).drop(f"{attribute}_ix")
        text = pl.Series("label", [label.text for label in self.labels], pl.String)
        frame = frame.with_columns(label=text.gather(frame["label"].cast(pl.UInt32)))
        return frame.select("owner", *table(name).names, "label", "sheet", "line")

    def label_of(self, name: str, rows: Iterable[int] | None = None) -> ResultLabel:
        """Dominant label of the given rows of a table, or of the whole table."""
        column = self.tables[name]["label"]
        used = (
            column
            if rows is None
            else column.gather(np.fromiter((r for r in rows if r >= 0), np.int64))
        )
        return dominant(self.labels[i] for i in used.unique().to_list())

    @property
    def label(self) -> ResultLabel:
        """Dominant label of everything in the twin."""
        return dominant(self.labels)

    @property
    def size_bytes(self) -> int:
        """Estimated memory of the frames."""
        return sum(int(frame.estimated_size()) for frame in self.tables.values())


def _frozen(array: npt.NDArray[np.generic]) -> npt.NDArray:  # type: ignore[type-arg]
    view = array.view()
    view.flags.writeable = False
    return view


def build_twin(
    frames: Mapping[str, pl.DataFrame] | Iterable[tuple[str, pl.DataFrame]],
    labels: Mapping[int, Label],
    *,
    viewer: str,
    as_of: datetime,
    revision: int = 0,
    exercise: bool = False,
) -> Twin:
    """Build a twin from rows already restricted to what the viewer may see.

    Parameters
    ----------
    frames : mapping of str to polars.DataFrame, or pairs in the order of the language's tables
        Per table: ``owner``, ``key``, the table's attributes with references as key text
        (``KEY`` in the row's own scope or ``OWNER:KEY``), ``label`` (a key of ``labels``),
        ``since``, ``sheet``, ``line``. Missing tables are empty. Pairs are taken one at a time, so
        that the text of one table is let go before the next is read.
    labels : mapping of int to Label
        Interned labels; every one must be readable by the viewer.

    Raises
    ------
    BadUse
        A row carries a label that the viewer may not read or that is not among ``labels``: the
        caller did not filter.
    """
    hidden = [label for label in labels.values() if not label.readable_by(viewer)]
    if hidden:
        raise BadUse(
            f"A row labelled '{hidden[0].text}' of {hidden[0].owner} is not readable by {viewer}."
        )
    coded: dict[str, pl.DataFrame] = {}
    keys: dict[str, pl.DataFrame] = {}
    for name, frame in _in_order(frames):
        coded[name] = _coded(name, frame, keys, viewer)
    used = _used(coded, labels)
    for name in coded:
        coded[name] = _relabelled(coded[name], labels, used)
    return Twin(
        viewer=viewer,
        as_of=as_of,
        revision=revision,
        tables=MappingProxyType(coded),
        labels=tuple(used),
        content_hash=content_hash(coded, [f"{label.owner} {label.text}" for label in used]),
        exercise=exercise,
    )


def _in_order(
    frames: Mapping[str, pl.DataFrame] | Iterable[tuple[str, pl.DataFrame]],
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Every table of the language in its order; empty where nothing came."""
    pairs: Iterable[tuple[str, pl.DataFrame]]
    if isinstance(frames, Mapping):
        pairs = [(name, frames[name]) for name in tables() if name in frames]
    else:
        pairs = frames
    due = list(tables())
    for name, frame in pairs:
        if name not in due:
            raise BadUse(f"Table '{name}' is unknown, came twice, or came too late.")
        while (expected := due.pop(0)) != name:
            yield expected, pl.DataFrame(schema=frame_schema(table(expected)))
        yield name, frame
    for expected in due:
        yield expected, pl.DataFrame(schema=frame_schema(table(expected)))


def _coded(
    name: str, frame: pl.DataFrame, keys: dict[str, pl.DataFrame], viewer: str
) -> pl.DataFrame:
    """Sort a table, turn its references into indices, and note its keys for later tables."""
    spec = table(name)
    schema = frame_schema(spec)
    frame = frame.select(pl.col(column).cast(dtype) for column, dtype in schema.items())
    if not _is_sorted(frame):
        frame = frame.sort("owner", "key")
    if name in _targets():
        keys[name] = _key_index(frame)
    coded = _withhold(_with_indices(frame, spec, keys), frame, spec, viewer)
    return _own_places_only(coded, viewer)


def _own_places_only(frame: pl.DataFrame, viewer: str) -> pl.DataFrame:
    """Keep sheet and line of own rows only: gaps in others' lines would count the hidden."""
    foreign = frame["owner"].cast(pl.String) != viewer
    if not foreign.any():
        return frame
    own = pl.col("owner").cast(pl.String) == viewer
    return frame.with_columns(
        sheet=pl.when(own).then("sheet").otherwise(pl.lit("", OWNER)),
        line=pl.when(own).then("line").otherwise(pl.lit(0, pl.Int32)),
    )


def _used(coded: Mapping[str, pl.DataFrame], labels: Mapping[int, Label]) -> list[Label]:
    ids = {i for frame in coded.values() for i in frame["label"].unique().to_list()}
    unknown = ids - set(labels)
    if unknown:
        raise BadUse(f"Rows carry label {min(map(str, unknown))}, which the viewer was not given.")
    return sorted({labels[i] for i in ids})


def _relabelled(
    frame: pl.DataFrame, labels: Mapping[int, Label], used: list[Label]
) -> pl.DataFrame:
    position = {label: i for i, label in enumerate(used)}
    known = {i: position[label] for i, label in labels.items() if label in position}
    old = pl.Series(list(known), dtype=pl.Int32)
    new = pl.Series(list(known.values()), dtype=pl.Int32)
    return frame.with_columns(pl.col("label").replace_strict(old, new, return_dtype=pl.Int32))


@cache
def _targets() -> frozenset[str]:
    return frozenset(target for spec in tables().values() for target in spec.refs.values())


def _key_index(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(
        pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":").alias("_full"),
        pl.int_range(pl.len(), dtype=pl.Int32).alias("_ix"),
    )


def _is_sorted(frame: pl.DataFrame) -> bool:
    """Whether rows stand in order already, as a store that keeps them by key returns them."""
    for start in range(0, frame.height, _SLICE):
        part = frame.slice(max(start - 1, 0), _SLICE + 1)
        owner, key = part["owner"].cast(pl.String), part["key"]
        last_owner, last_key = owner.shift(1), key.shift(1)
        if ((owner < last_owner) | ((owner == last_owner) & (key < last_key))).any():
            return False
    return True


def _with_indices(
    frame: pl.DataFrame, spec: Table, keys: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    columns = []
    for attribute in spec.attributes:
        target = spec.refs.get(attribute.name)
        if target is None:
            columns.append(frame[attribute.name])
        else:
            columns.append(
                _indices(frame.select("owner", attribute.name), attribute.name, keys[target])
            )
    rest = frame.select("label", "since", "sheet", "line").get_columns()
    return pl.DataFrame([frame["owner"], *columns, *rest]).rechunk()


def _indices(frame: pl.DataFrame, name: str, keys: pl.DataFrame) -> pl.Series:
    """Row indices of a reference, in slices so that the spelled-out keys stay small."""
    own = pl.concat_str(pl.col("owner").cast(pl.String), name, separator=":")
    full = pl.when(pl.col(name).str.contains(":", literal=True)).then(name).otherwise(own)
    parts = [
        part.select(full.alias("_full"))
        .join(keys, on="_full", how="left", maintain_order="left")["_ix"]
        .fill_null(NOWHERE)
        for part in frame.iter_slices(_SLICE)
    ]
    return pl.concat([pl.Series(dtype=pl.Int32), *parts]).alias(f"{name}_ix")


def _withhold(frame: pl.DataFrame, raw: pl.DataFrame, spec: Table, viewer: str) -> pl.DataFrame:
    """Hide what foreign keys spell out of rows that the viewer may not see.

    A key made from other columns holds the keys of the rows it names. Where one of them is named
    but not visible, the key is written anew: visible parts as they were, ``?`` for the others, and
    the number of the row to keep it unique.
    """
    parts = spec["key"].derived_from
    named = [name for name in parts if name in spec.refs]
    if not named or frame.is_empty():
        return frame
    foreign = frame["owner"].cast(pl.String) != viewer
    gone = {name: raw[name].is_not_null() & (frame[f"{name}_ix"] == NOWHERE) for name in named}
    hidden = (
        foreign & pl.DataFrame(list(gone.values())).select(pl.any_horizontal(pl.all())).to_series()
    )
    if not hidden.any():
        return frame
    rows = hidden.arg_true()
    spelled = raw[rows].select(
        pl.when(gone[name].gather(rows) if name in gone else pl.lit(value=False))
        .then(pl.lit("?"))
        .otherwise(
            pl.col(name).cast(pl.String).str.replace_all(":", ".", literal=True).fill_null("")
        )
        .alias(name)
        for name in parts
    )
    key = spelled.select(pl.concat_str(pl.all(), separator="|")).to_series()
    numbered = pl.Series([f"{k}#{r}" for k, r in zip(key, rows, strict=True)], dtype=pl.String)
    return frame.with_columns(key=frame["key"].scatter(rows, numbered))
