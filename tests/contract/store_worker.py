"""A process that imports, agrees and records until it is killed; not a test itself.

    python store_worker.py ADDRESS after|before

It loads everything once and forks a worker for every line ``start N`` on its input. For each of
N, N+1, ... a worker imports a package, puts an agreement into force, and records two events, from
two threads with one commit; it writes ``ack import N``, ``ack agreement N`` and ``ack event N``
*after* or (the negative control) just *before* the commit of each. When the worker has died it
writes ``dead``.
"""

import os
import sys
import time
from datetime import UTC, datetime, timedelta

import polars as pl

from redball.ledger import Event, EventKind
from redball.model import table, tables
from redball.model.frames import value_schema
from redball.store import AgreementRecord, PackageRecord, Recorder, Store, TableRows, open_store

ROWS = 40
"""Rows of each of the two tables of a package; all of them differ from package to package."""


def say(*words: object) -> None:
    """Write a line at once and whole, whatever happens next."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def rows(name: str, number: int) -> TableRows:
    """Rows whose quantity is the number of the package."""
    values: dict[str, object] = {"period_days": 1, "condition": "serviceable", "reserved": 0.0}
    columns = []
    for attribute, dtype in value_schema(table(name)).items():
        value = values.get(attribute, "x" if dtype == pl.String else None)
        if attribute == "quantity":
            value = float(number)
        if attribute == "period_start":
            value = datetime(2026, 1, 1).date()  # a day
        columns.append(pl.Series(attribute, [value] * ROWS, dtype))
    keys = pl.Series("key", [f"k{i:03}" for i in range(ROWS)])
    frame = pl.DataFrame(columns).with_columns(
        keys, label=pl.lit("RESTRICTED"), sheet=pl.lit("x.csv"), line=pl.lit(2, pl.Int32)
    )
    return TableRows(frame)


def record(number: int, owner: str = "DEU") -> PackageRecord:
    """Return the record of package N."""
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
    name = f"package {number}"
    return PackageRecord(owner, name, name, moment, moment, "worker", True, {}, {}, {})


def work(address: str, first: int, *, acknowledge: str) -> None:
    """Import, agree and record until the process dies."""
    store = open_store(address)
    number = first
    given = {name: rows(name, number) for name in ("holding", "demand")}
    store.import_package(record(number), given, dry_run=True)  # whatever is slow the first time
    started = time.perf_counter()
    store.import_package(record(number), given, dry_run=True)
    say("ready", os.getpid(), time.perf_counter() - started)
    early = acknowledge == "before"
    with store.recorder(max_wait_ms=1) as recorder:
        while True:
            _import(store, number, early=early)
            _agree(store, number, early=early)
            _record(recorder, number, early=early)
            number += 1


def too_early(*words: object) -> None:
    """Say that it is done before it is, and dawdle, so that some kills fall here."""
    say(*words)
    time.sleep(0.01)


def _import(store: Store, number: int, *, early: bool) -> None:
    def progress(name: str, done: int, total: int) -> None:
        # the wrong order: much is written, nothing is committed
        if early and name == "holding" and done == total:
            too_early("ack import", number)

    given = {name: rows(name, number) for name in ("holding", "demand")}
    store.import_package(record(number), given, progress=progress)
    if not early:
        say("ack import", number)


def _agree(store: Store, number: int, *, early: bool) -> None:
    if early:
        too_early("ack agreement", number)
    known = {one.id for one in store.agreements()}
    if f"A-{number}" not in known:  # a worker before this one may have died before it could say so
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        event = Event(EventKind.AGREEMENT, "activate", "DEU", f"A-{number}", moment)
        store.put_agreement(AgreementRecord(f"A-{number}", 1, "text", moment), event)
    if not early:
        say("ack agreement", number)


def _record(recorder: Recorder, number: int, *, early: bool) -> None:
    if early:
        too_early("ack event", number)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    futures = [
        recorder.submit(
            Event(
                EventKind.EXPORT,
                f"part {part}",
                f"{os.getpid()}",
                f"event {number}",
                moment,
                secret={"rows": number},
            )
        )
        for part in (1, 2)
    ]
    for future in futures:
        future.result()
    if not early:
        say("ack event", number)


def main(address: str, acknowledge: str) -> None:
    """Fork a worker for every line of input."""
    tables()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            work(address, int(line.split()[1]), acknowledge=acknowledge)
        os.waitpid(child, 0)
        say("dead")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
