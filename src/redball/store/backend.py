"""The small interface that both database engines fill."""

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeAlias

import polars as pl
import sqlalchemy as sa

Query: TypeAlias = "sa.Select[*tuple[Any, ...]]"

CHUNK_ROWS = 50_000
"""Rows handed to an engine at a time: bounds memory, and gives progress something to say."""


class Backend(Protocol):
    """A database engine, with what differs between engines: locks, bulk moves, errors.

    Every method raises a :class:`redball.model.StoreError` when the database can't do its work.
    """

    @property
    def name(self) -> str:
        """Name of the engine."""

    @property
    def url(self) -> str:
        """Address without a password."""

    @property
    def absent(self) -> bool:
        """Whether there is nothing at the address, so that it would have to be created."""

    def prepare(self) -> None:
        """Make lasting settings of a database that is about to be filled."""

    def writing(
        self, *, owners: Collection[str] = (), viewer: str = ""
    ) -> AbstractContextManager[sa.Connection]:
        """Open the one write transaction: alone, durable when left, rolled back on any error.

        Rows of these owners and results of this viewer can be reached, the bookkeeping always.
        """

    def reading(
        self, *, labels: Collection[int] = (), owners: Collection[str] = (), viewer: str = ""
    ) -> AbstractContextManager[sa.Connection]:
        """Open a read transaction that sees one moment.

        Rows with these labels, or else of these owners, and results of this viewer can be reached;
        the bookkeeping always.
        """

    def auditing(self) -> AbstractContextManager[sa.Connection]:
        """Open a read transaction that sees everything: to verify, and to count for operators."""

    def migrating(self) -> AbstractContextManager[sa.Connection]:
        """Open the one write transaction to change the schema."""

    def inspecting(self) -> AbstractContextManager[sa.Connection]:
        """Open a read transaction to look at the schema, which may not be there yet."""

    def marking(self, connection: sa.Connection) -> AbstractContextManager[None]:
        """Let a write transaction read every owner's rows and change their markings."""

    def insert(self, connection: sa.Connection, target: sa.Table, frame: pl.DataFrame) -> None:
        """Insert rows; the frame has the columns of the table, the columns it lacks are empty."""

    def end(
        self,
        connection: sa.Connection,
        target: sa.Table,
        owner: str,
        keys: pl.Series,
        revision: int,
    ) -> None:
        """End the owner's current versions of these keys with a revision."""

    def rows(self, connection: sa.Connection, query: Query) -> pl.DataFrame:
        """Run a query in a transaction."""

    def frames(
        self, queries: Mapping[str, Query], *, labels: Collection[int] = ()
    ) -> dict[str, pl.DataFrame]:
        """Run queries on rows with these labels in bulk, in transactions of its own."""

    def size_bytes(self, connection: sa.Connection) -> int:
        """Size of the store."""
