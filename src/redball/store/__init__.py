"""The store: rows of all tables with their history, on SQLite or PostgreSQL.

What: one SQL table per table of the language, where an import is a revision and a row version
lives from one revision to another, so that the picture can be asked for any past moment. Why:
what a nation sends must be kept whole or not at all, survive a crash once it is acknowledged, and
be read only by those whom its label allows: the two ways to rows are
in by package (:meth:`Store.import_package`) and out by label (:meth:`Store.read` and
:meth:`Store.page`), and there is no reading without labels.
How it is laid out, what it promises and where that ends: ``docs/concepts/store.md``.
"""

from redball.store.agreements import AgreementRecord
from redball.store.finding import LedgerReport, Problem
from redball.store.log import Entry
from redball.store.opening import open_store
from redball.store.paging import Page, Prefix, Where
from redball.store.recording import Recorder
from redball.store.results import ResultRecord
from redball.store.store import Store
from redball.store.values import (
    ImportResult,
    PackageRecord,
    RowCount,
    Snapshot,
    StoreInfo,
    Stream,
    TableDifference,
    TableRows,
)

__all__ = [
    "AgreementRecord",
    "Entry",
    "ImportResult",
    "LedgerReport",
    "PackageRecord",
    "Page",
    "Prefix",
    "Problem",
    "Recorder",
    "ResultRecord",
    "RowCount",
    "Snapshot",
    "Store",
    "StoreInfo",
    "Stream",
    "TableDifference",
    "TableRows",
    "Where",
    "open_store",
]
