"""Whatever is changed behind the store's back, verifying finds it and names the leaf."""

import random
import sqlite3
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.contract.ledgered import engine, event, fill

from redball.ledger import EventKind
from redball.model import StoreError
from redball.signing import KeyFolder, SigningKey, new_key
from redball.store import (
    LedgerReport,
    PackageRecord,
    Store,
    open_store,
)
from redball.store.tables import metadata

Record = Callable[..., PackageRecord]
KEY = new_key("DEU")


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path / "keys")


@pytest.fixture
def filled(store: Store, record: Record, folder: KeyFolder) -> Store:
    fill(store, record, ["holding", "item", "site"])
    store.checkpoint(KEY, folder)
    return store


def check(store: Store, folder: KeyFolder) -> LedgerReport:
    return store.verify([KEY.verifier], memory=folder)


def test_a_store_as_it_was_written_is_sound(filled: Store, folder: KeyFolder) -> None:
    report = check(filled, folder)
    assert report.problems == ()
    assert report.rows == 3 * 5
    assert report.signed_size == report.size == 9
    kinds = [one.kind for one in filled.events()]
    assert kinds == ["genesis", "import", "import", "decision", *["agreement"] * 3, "export",
                     "refusal"]  # fmt: skip


def other(value: object) -> object:
    """Another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return value * (1 + 2**-52)
    if isinstance(value, date):
        return date(value.year, value.month, value.day % 28 + 1)
    return "y" if value is None else f"{value}!"


CHANGED = [
    "holding",   "revision", "label", "result", "agreement", "ledger",
    "ledger_secret", "ledger_tree", "checkpoint",
]  # fmt: skip


def test_a_change_of_any_column_of_any_table_is_found(
    filled: Store, address: str, folder: KeyFolder
) -> None:
    """In one transaction each, undone by writing the value back."""
    for name in CHANGED:
        _change_every_column(filled, address, folder, name)


def _change_every_column(filled: Store, address: str, folder: KeyFolder, name: str) -> None:
    target = metadata().tables[name]
    keys = [column.name for column in target.primary_key]
    with engine(address).connect() as connection:
        query = sa.select(target).order_by(*target.primary_key)
        row = dict(connection.execute(query).mappings().all()[-1])
    for column in target.columns:
        before = row[column.name]
        after = other(before) if before is not None else _some(column)
        this = [target.c[k] == row[k] for k in keys]
        now = [target.c[k] == (after if k == column.name else row[k]) for k in keys]
        with engine(address).begin() as connection:
            connection.execute(target.update().where(*this).values({column.name: after}))
        report = check(filled, folder)
        assert not report.sound, f"{name}.{column.name}"
        if name not in ("checkpoint", "ledger_tree", "label", "ledger_secret", "ledger"):
            assert any(p.table == name for p in report.problems), f"{name}.{column.name}"
        with engine(address).begin() as connection:
            connection.execute(target.update().where(*now).values({column.name: before}))
    assert check(filled, folder).sound, "what was written back is as it was"


def _some(column: "sa.Column[object]") -> object:
    """A value for a column that is empty."""
    kinds: Mapping[type, object] = {
        sa.Integer: 2, sa.BigInteger: 2, sa.Double: 0.0, sa.Boolean: False,
        sa.Date: date(2026, 5, 5),
    }  # fmt: skip
    return kinds.get(type(column.type), "")


def test_a_row_that_is_gone_is_found(filled: Store, address: str, folder: KeyFolder) -> None:
    for name in CHANGED:
        _remove_rows(filled, address, folder, name)


def _remove_rows(filled: Store, address: str, folder: KeyFolder, name: str) -> None:
    target = metadata().tables[name]
    with engine(address).connect() as connection:
        rows = connection.execute(sa.select(target).order_by(*target.primary_key)).mappings().all()
    for row in (rows[0], rows[-1]):
        this = [target.c[c.name] == row[c.name] for c in target.primary_key]
        with engine(address).begin() as connection:
            connection.execute(target.delete().where(*this))
        assert not check(filled, folder).sound
        with engine(address).begin() as connection:
            connection.execute(target.insert(), dict(row))
    assert check(filled, folder).sound


def test_rows_that_change_places_are_found_with_the_leaf_that_brought_them(
    filled: Store, address: str, folder: KeyFolder
) -> None:
    with engine(address).begin() as connection:
        for one, two in (("a", "tmp"), ("b", "a"), ("tmp", "b")):
            connection.execute(
                sa.text("UPDATE holding SET key = :two WHERE key = :one AND since = 2"),
                {"one": one, "two": two},
            )
    report = check(filled, folder)
    assert report.first_bad == 2
    assert {p.table for p in report.problems} == {"holding"}


def test_a_foreign_row_is_found(filled: Store, address: str, folder: KeyFolder) -> None:
    target = metadata().tables["holding"]
    with engine(address).begin() as connection:
        row = dict(connection.execute(sa.select(target)).mappings().first() or {})
        connection.execute(target.insert(), {**row, "key": "new", "since": 7, "until": None})
    report = check(filled, folder)
    assert any("1 in place of 0" in p.what for p in report.problems)


def test_leaves_that_change_places_and_an_end_cut_off_are_found(
    filled: Store, address: str, folder: KeyFolder
) -> None:
    target = metadata().tables["ledger"]
    with engine(address).begin() as connection:
        rows = connection.execute(sa.select(target).order_by("ix")).mappings().all()
        connection.execute(target.delete().where(target.c.ix == 8))
    report = check(filled, folder)
    assert report.first_bad == 8
    with engine(address).begin() as connection:
        connection.execute(target.insert(), dict(rows[8]))
        for ix, row in ((3, rows[4]), (4, rows[3])):
            values = {"envelope": row["envelope"], "leaf": row["leaf"]}
            connection.execute(target.update().where(target.c.ix == ix).values(values))
    assert check(filled, folder).first_bad == 3


def test_a_restored_backup_is_noticed_and_nothing_more_is_signed(
    tmp_path: Path, record: Record, folder: KeyFolder
) -> None:
    path, copy = tmp_path / "store.db", tmp_path / "backup.db"
    with open_store(path, create=True) as store:
        fill(store, record, ["holding"])
        store.checkpoint(KEY, folder)
    copy.write_bytes(path.read_bytes())
    with open_store(path) as store:
        store.record([event(EventKind.EXPORT)])
        store.checkpoint(KEY, folder)
    with open_store(copy) as old:
        report = check(old, folder)
        assert [p.table for p in report.problems] == ["checkpoint"]
        assert "old backup was restored" in report.problems[0].what
        with pytest.raises(StoreError, match="Signing has stopped"):
            old.checkpoint(KEY, folder)
        old.record([event(EventKind.ALARM)])  # as long as the history that was signed, but another
        assert "are not those that were signed" in check(old, folder).problems[0].what
        with pytest.raises(StoreError, match="Signing has stopped"):
            old.checkpoint(KEY, folder)


def test_a_history_rewritten_as_a_whole_is_found_by_what_was_signed(
    tmp_path: Path, record: Record, folder: KeyFolder
) -> None:
    """Whoever makes the whole ledger anew leaves no difference but to what others hold."""
    path = tmp_path / "store.db"
    with open_store(path, create=True) as store:
        fill(store, record, ["holding"])
        note = store.checkpoint(KEY, folder)
        origin = store.origin()
    other_path = tmp_path / "other.db"
    with open_store(other_path, create=True) as forged:
        fill(forged, record, ["holding"])
    with sqlite3.connect(other_path) as connection:
        connection.execute("UPDATE ledger_tree SET origin = ?, checkpoints = 1", (origin,))
        connection.execute("INSERT INTO checkpoint VALUES (9, 'DEU', ?)", (note,))
    connection.close()
    with open_store(other_path) as forged:
        found = {p.table for p in check(forged, folder).problems}
        assert {"checkpoint", "ledger_tree"} <= found


@pytest.mark.parametrize("algorithm", ["ed25519", "ml-dsa-44"])
def test_a_checkpoint_is_signed_once_for_a_size(
    store: Store, folder: KeyFolder, algorithm: str
) -> None:
    key: SigningKey = new_key("NODE", algorithm)  # type: ignore[arg-type]  # one of the two words
    note = store.checkpoint(key, folder)
    assert store.checkpoint(key, folder) == note
    assert [size for size, _ in store.checkpoints()] == [1]
    assert store.verify([key.verifier], memory=folder).signed_size == 1
    assert not store.verify([new_key("NODE").verifier], memory=folder).sound


def test_flipped_bits_in_the_file_are_found_or_change_nothing(
    tmp_path: Path, record: Record, folder: KeyFolder
) -> None:
    path = tmp_path / "store.db"
    with open_store(path, create=True) as store:
        fill(store, record, ["holding", "item"])
        store.checkpoint(KEY, folder)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    good = path.read_bytes()
    whole = _dump(path)
    dice = random.Random(5)
    seen = 0
    for number in range(30):
        place, bit = dice.randrange(len(good)), dice.randrange(8)
        data = bytearray(good)
        data[place] ^= 1 << bit
        bad = tmp_path / f"bad{number}.db"
        bad.write_bytes(data)
        try:
            with open_store(bad) as store:
                sound = check(store, folder).sound
        except StoreError:
            sound = False
        seen += not sound
        assert not sound or _dump(bad) == whole, (place, bit)
        bad.unlink()
    assert seen > 3


def _dump(path: Path) -> list[object]:
    found: list[object] = []
    with sqlite3.connect(path) as connection:
        for name, target in sorted(metadata().tables.items()):
            columns = ", ".join(f'"{c.name}"' for c in target.columns)
            found.append(connection.execute(f'SELECT {columns} FROM "{name}"').fetchall())
    connection.close()
    return found
