"""Durable events of the ledger on SQLite: group commit against one transaction for each.

``python -m benchmarks.bench_ledger_store [--size S|M|L ...] [--json]``; without a size S, M and L.
Both ways write the same events to stores of their own on the same disk, in the same run, and every
event is on the disk (``synchronous=FULL``) when it is acknowledged. One by one writes fewer,
since a disk takes its time; figures are rates. Verification of the store is measured beside.
"""

import argparse
import json
import resource
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from redball.ledger import Event, EventKind
from redball.store import Store, open_store

EVENTS = {"S": 2_000, "M": 20_000, "L": 100_000}
ALONE = {"S": 100, "M": 200, "L": 400}
THREADS = 64


def _event(number: int) -> Event:
    return Event(
        EventKind.RELEASE, "show rows", "NLD role=planner", f"MLS-{number % 40} version 1",
        datetime.now(UTC),
        label="RESTRICTED // REL NLD", agreements=(f"MLS-{number % 40}",), policy="0" * 64,
        facts={"rows": number, "tables": ["holding", "item"], "state": f"{number:016x}"},
    )  # fmt: skip


def _alone(store: Store, count: int) -> float:
    begin = time.perf_counter()
    for number in range(count):
        store.record([_event(number)])
    return count / (time.perf_counter() - begin)


def _grouped(store: Store, count: int) -> float:
    begin = time.perf_counter()
    with store.recorder(max_wait_ms=10) as recorder, ThreadPoolExecutor(THREADS) as callers:
        parts = [range(start, count, THREADS) for start in range(THREADS)]

        def call(part: range) -> None:
            waiting = [recorder.submit(_event(number)) for number in part]
            for one in waiting:
                one.result()

        list(callers.map(call, parts))
    return count / (time.perf_counter() - begin)


def measured(size: str) -> dict[str, float]:
    """Rates of both ways, their ratio, and the time of a verification."""
    with tempfile.TemporaryDirectory() as folder:
        with open_store(Path(folder) / "alone.sqlite", create=True) as store:
            alone = _alone(store, ALONE[size])
        with open_store(Path(folder) / "grouped.sqlite", create=True) as store:
            grouped = _grouped(store, EVENTS[size])
            begin = time.perf_counter()
            report = store.verify()
            seconds = time.perf_counter() - begin
        assert report.sound
        assert report.size == EVENTS[size] + 1
    return {
        "events": EVENTS[size],
        "one by one, events/s": alone,
        "group commit, events/s": grouped,
        "times": grouped / alone,
        "verify, s": seconds,
        "peak MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", nargs="+", choices=EVENTS, default=list(EVENTS))
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    for size in chosen.size:
        found = measured(size)
        if chosen.json:
            print(json.dumps({"size": size, **found}))
        else:
            print(f"{size}: " + ", ".join(f"{k} {v:,.1f}" for k, v in found.items()), flush=True)


if __name__ == "__main__":
    main()
