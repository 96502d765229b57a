"""Values that go into the store and come out of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from redball.model import BadUse

SCORES = ("completeness", "validity", "timeliness", "consistency")
"""Quality scores of a feed, each from 0 to 1."""

CONTENTS = ("full", "changes")
"""How a package carries a table: everything the owner has, or only what is new or different."""


@dataclass(frozen=True)
class PackageRecord:
    """What the store writes down about a package beside its rows.

    Attributes
    ----------
    owner : str
        Owner code of the sender; every row of the package becomes the owner's.
    package_hash : str
        Content hash of the package; the same hash twice is the same package.
    title : str
        A name for people.
    as_of : datetime
        The moment that the data describe, with zone.
    imported_at : datetime
        The moment of the import, with zone.
    software : str
        Name and version of what made the import.
    exercise : bool
        Whether these are exercise data.
    scores : mapping of str to float
        Some or all of :data:`SCORES`.
    counts : mapping of str to int
        Any counts worth keeping; ``errors`` and ``warnings`` get columns of their own.
    content : mapping of str to str
        Table to ``full`` or ``changes``; must agree with the rows given.
    """

    owner: str
    package_hash: str
    title: str
    as_of: datetime
    imported_at: datetime
    software: str
    exercise: bool
    scores: Mapping[str, float]
    counts: Mapping[str, int]
    content: Mapping[str, str]

    def __post_init__(self) -> None:
        for name in ("as_of", "imported_at"):
            if getattr(self, name).utcoffset() is None:
                raise BadUse(
                    f"{name} of a package has no time zone.", mend="Give it one, such as UTC."
                )
        if not self.package_hash:
            raise BadUse("A package needs a content hash.")
        unknown = sorted(set(self.scores) - set(SCORES))
        if unknown:
            raise BadUse(f"'{unknown[0]}' is not a score.", mend=f"Scores: {', '.join(SCORES)}.")


@dataclass(frozen=True)
class TableRows:
    """Rows of one table of a package.

    Attributes
    ----------
    frame : polars.DataFrame
        The attributes as in ``model.frames.value_schema``, then ``label`` (compact text such as
        ``RESTRICTED // REL NLD``), ``sheet`` (text) and ``line`` (integer). There is no owner
        column: the owner is that of the package.
    content : str
        ``full`` or ``changes``.
    keep : frozenset of str
        Keys that stay as they are although a ``full`` table does not carry them: rows that were
        left out because of errors.
    """

    frame: pl.DataFrame
    content: str = "full"
    keep: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.content not in CONTENTS:
            raise BadUse(f"'{self.content}' is not a content.", mend=f"Use one of {CONTENTS}.")


def no_changes() -> pl.DataFrame:
    """Return an empty frame of changes: key, attribute, before, after, all text."""
    return pl.DataFrame(schema=dict.fromkeys(("key", "attribute", "before", "after"), pl.String()))


@dataclass(frozen=True)
class TableDifference:
    """What an import changes, or would change, in one table.

    Attributes
    ----------
    added, changed, withdrawn, unchanged : int
        Rows of each sort. Rows that stay because they are in ``keep``, or because the content is
        ``changes``, are in none of them.
    added_keys, withdrawn_keys : tuple of str
        The first of them in order of the key, as many as were asked for.
    changes : polars.DataFrame
        ``key``, ``attribute``, ``before``, ``after`` (text), in order of the key; bounded too.
    """

    table: str
    added: int
    changed: int
    withdrawn: int
    unchanged: int
    added_keys: tuple[str, ...] = ()
    withdrawn_keys: tuple[str, ...] = ()
    changes: pl.DataFrame = field(default_factory=no_changes)


@dataclass(frozen=True)
class ImportResult:
    """What an import did.

    Attributes
    ----------
    revision : int or None
        The new revision; ``None`` for a dry run and for a package that was imported before.
    unchanged : bool
        Whether the owner imported this very package before, so that nothing was done.
    dry_run : bool
        Whether nothing was written because nothing was to be.
    tables : tuple of TableDifference
        One per table of the package; empty when ``unchanged``.
    """

    revision: int | None
    unchanged: bool
    dry_run: bool
    tables: tuple[TableDifference, ...]


@dataclass(frozen=True)
class Snapshot:
    """Rows at one moment, of the labels that were asked for.

    Attributes
    ----------
    revision : int
        The last revision in it; 0 when nothing had been imported yet.
    frames : dict of str to polars.DataFrame
        One frame per table in ``model.frames.frame_schema``; input of ``model.build_twin``.
    """

    revision: int
    frames: dict[str, pl.DataFrame]


@dataclass(frozen=True)
class Stream:
    """Rows at one moment, table by table, each read when it is drawn.

    Attributes
    ----------
    revision : int
        As in :class:`Snapshot`.
    tables : iterator of (str, polars.DataFrame)
        Name and frame, in the order of the language; can be drawn once.
    """

    revision: int
    tables: Iterator[tuple[str, pl.DataFrame]]


@dataclass(frozen=True)
class RowCount:
    """Rows of a table: current versions, and versions that were replaced or withdrawn."""

    current: int
    history: int


@dataclass(frozen=True)
class StoreInfo:
    """What a store is and how much it holds.

    Attributes
    ----------
    url : str
        Address, without a password.
    engine : str
        ``sqlite`` or ``postgresql``.
    schema : str
        Name of the last migration applied.
    size_bytes : int
        Size of the database file, or of the tables on a server.
    rows : mapping of str to RowCount
        Per table.
    revisions : int
        Number of imports.
    owners : tuple of str
        Owners that ever imported.
    """

    url: str
    engine: str
    schema: str
    size_bytes: int
    rows: Mapping[str, RowCount]
    revisions: int
    owners: tuple[str, ...]
