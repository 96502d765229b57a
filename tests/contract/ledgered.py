"""A store with something in every table of the bookkeeping, and other ways into it."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import polars as pl
import sqlalchemy as sa

from redball.ledger import Event, EventKind
from redball.model import ResultLabel, table
from redball.model.frames import value_schema
from redball.store import AgreementRecord, PackageRecord, ResultRecord, Store, TableRows

Record = Callable[..., PackageRecord]
AT = datetime(2026, 3, 1, tzinfo=UTC)


def event(kind: EventKind, verb: str = "do", **more: object) -> Event:
    secret = more.get("secret")
    return Event(kind, verb, "DEU", "x", AT, secret=secret if isinstance(secret, dict) else None)


def engine(address: str) -> sa.Engine:
    return sa.create_engine(
        address.replace("postgresql://", "postgresql+psycopg://"), poolclass=sa.pool.NullPool
    )


def rows(name: str, keys: list[str], **given: object) -> TableRows:
    """Rows of any table with a value in every column."""
    values: dict[pl.DataType, object] = {
        pl.String(): "x",
        pl.Float64(): 1.5,
        pl.Int64(): 3,
        pl.Boolean(): True,
        pl.Date(): date(2026, 1, 2),
    }
    columns = {n: [values[t]] * len(keys) for n, t in value_schema(table(name)).items()}
    columns |= {n: [value] * len(keys) for n, value in given.items()}
    frame = pl.DataFrame(
        {**columns, "key": keys}, schema=dict(value_schema(table(name)))
    ).with_columns(
        label=pl.lit("RESTRICTED // REL NLD"),
        sheet=pl.lit("x.csv"),
        line=pl.int_range(len(keys), dtype=pl.Int32),
    )
    return TableRows(frame)


def fill(store: Store, record: Record, names: list[str]) -> None:
    """Two imports (the second ends rows of the first), a result, an agreement, a checkpoint."""
    for day, keys in ((1, ["a", "b", "c"]), (2, ["a", "b"])):
        given = {name: rows(name, keys) for name in names}
        if day == 2:
            given = {
                name: TableRows(one.frame.with_columns(label=pl.lit("RESTRICTED")))
                for name, one in given.items()
            }
        store.import_package(record(day), given)
    store.save_result(
        ResultRecord(
            "stock curve", "DEU", AT, AT, 2, "ab", "redball 0", True,
            ResultLabel("RESTRICTED", frozenset({"DEU"}), frozenset({"MEDICAL"}),
                        frozenset({"A-1"})),
            {"points": 4}, {"cost": 1.5},
        )
    )  # fmt: skip
    for name in ("A-1", "A-2"):
        store.put_agreement(
            AgreementRecord(name, 1, "the text", AT), event(EventKind.AGREEMENT, "activate"),
            sites=["DEU:a"],
        )  # fmt: skip
    store.end_agreement(
        "A-1", 1, at=AT, by="NLD", reason="why", event=event(EventKind.AGREEMENT, "revoke")
    )
    store.record([event(EventKind.EXPORT, secret={"rows": 12}), event(EventKind.REFUSAL)])
