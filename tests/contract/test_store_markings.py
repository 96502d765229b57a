"""What rows are about: interned with their labels, and followed when it changes."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
import sqlalchemy as sa
from tests.contract.ledgered import engine, event, rows

from redball.ledger import EventKind
from redball.model import BadUse
from redball.model.markings import Marking
from redball.store import AgreementRecord, PackageRecord, Store, TableRows, open_store

Record = Callable[..., PackageRecord]
AT = datetime(2026, 3, 1, tzinfo=UTC)


def item(supply_class: str, *keys: str) -> TableRows:
    return rows("item", list(keys), supply_class=supply_class)


def site(country: str, *keys: str) -> TableRows:
    return rows("site", list(keys), country=country)


def opened(given: TableRows) -> TableRows:
    """The same rows, released to every member."""
    return TableRows(given.frame.with_columns(label=pl.lit("UNCLASSIFIED // REL ALL")))


def holding(item: str, at: str, *keys: str) -> TableRows:
    return rows("holding", list(keys), item=item, site=at)


def marked(store: Store, name: str = "holding") -> Mapping[str, Marking]:
    """Marking of every current row of a table, by its key."""
    markings = store.markings()
    frame = store.read(as_of=None, labels=list(markings), names=[name]).frames[name]
    return {key: markings[label] for key, label in frame.select("key", "label").iter_rows()}


def test_a_row_is_marked_with_what_it_is_about(store: Store, record: Record) -> None:
    given = {
        "item": item("NATO:II", "i"),
        "site": site("DEU", "s"),
        "holding": holding("i", "s", "h"),
    }
    store.import_package(record(1), given)
    (found,) = marked(store).values()
    assert (found.kind, found.classes, found.areas, found.sites, found.exercise) == (
        "holding", ("NATO:II",), ("DEU",), ("*",), True,
    )  # fmt: skip
    assert found.label == store.labels()[max(store.labels())]
    counted = store.marked_rows().filter(pl.col("table") == "holding")
    assert counted["rows"].to_list() == [1]
    assert store.verify().sound


def test_other_rows_follow_when_a_class_or_a_country_changes(store: Store, record: Record) -> None:
    """Rows of others that refer to it too, without a new version of any row."""
    given = {
        "item": opened(item("NATO:II", "i")),
        "site": opened(site("DEU", "s")),
        "holding": holding("i", "s", "h"),
    }
    store.import_package(record(1), given)
    foreign = {"holding": holding("DEU:i", "DEU:s", "f")}
    store.import_package(record(1, owner="NLD"), foreign)
    assert marked(store)["f"].classes == ("NATO:II",)
    store.import_package(record(2), {"item": opened(item("NATO:III", "i"))})
    store.import_package(record(3), {"site": opened(site("POL", "s"))})
    found = marked(store)
    assert {key: (m.classes, m.areas) for key, m in found.items()} == {
        "h": (("NATO:III",), ("POL",)),
        "f": (("NATO:III",), ("POL",)),
    }
    assert store.info().rows["holding"].history == 0
    store.import_package(record(4), {"item": item("NATO:III", "i")})  # not for everybody now
    found = marked(store)
    assert found["h"].classes == ("NATO:III",)
    assert found["f"].classes == ("*",), "what others hide is not told by naming it"
    assert store.verify().sound


def test_what_is_not_known_is_about_everything_until_it_is(store: Store, record: Record) -> None:
    store.import_package(record(1), {"holding": holding("i", "s", "h")})
    assert marked(store)["h"].classes == ("*",)
    store.import_package(record(2), {"item": item("NATO:II", "i")})
    assert marked(store)["h"].classes == ("NATO:II",)
    store.import_package(record(3), {"item": item("NATO:II", "other")})  # withdraws i
    assert marked(store)["h"].classes == ("*",)
    assert store.verify().sound


def test_sites_are_told_apart_once_an_agreement_names_them(store: Store, record: Record) -> None:
    given = {"item": item("NATO:II", "i"), "site": site("DEU", "s", "t"),
             "holding": holding("i", "s", "h")}  # fmt: skip
    store.import_package(record(1), given)
    changed = TableRows(given["holding"].frame.with_columns(quantity=pl.lit(9.0)))
    store.import_package(record(2), {"holding": changed})
    activate = event(EventKind.AGREEMENT, "activate")
    store.put_agreement(AgreementRecord("A-1", 1, "text", AT), activate, sites=["DEU:s"])
    assert marked(store)["h"].sites == ("DEU:s",)
    past = store.revisions()["imported_at"][0]
    numbers = [n for n, m in store.markings().items() if m.sites == ("DEU:s",)]
    before = store.read(as_of=past, labels=numbers, names=["holding"]).frames["holding"]
    assert before["key"].to_list() == ["h"], "past versions are marked anew too"
    assert store.verify().sound


def test_an_agreement_is_kept_replaced_by_a_higher_version_and_ended(store: Store) -> None:
    activate, revoke = (event(EventKind.AGREEMENT, verb) for verb in ("activate", "revoke"))
    first = AgreementRecord("A-1", 1, "first", AT)
    store.put_agreement(first, activate)
    for record in (first, AgreementRecord("A-1", 1, "another text", AT)):
        with pytest.raises(BadUse, match="Only a higher version"):
            store.put_agreement(record, activate)
    store.put_agreement(AgreementRecord("A-1", 3, "third", AT), activate)
    store.end_agreement("A-1", 3, at=AT + timedelta(days=1), by="NLD", reason="why", event=revoke)
    for version in (2, 3):
        with pytest.raises(BadUse, match=r"never put into force|ended before"):
            store.end_agreement("A-1", version, at=AT, by="NLD", reason="", event=revoke)
    kept = store.agreements()
    assert [one.version for one in kept] == [1, 3]
    assert kept[0] == first
    assert (kept[1].ended_at, kept[1].ended_by, kept[1].reason) == (
        AT + timedelta(days=1), "NLD", "why",
    )  # fmt: skip
    with pytest.raises(BadUse, match="not of the kind"):
        store.put_agreement(AgreementRecord("A-2", 1, "x", AT), event(EventKind.EXPORT))
    assert len(store.entries()) == 4, "what was refused left no leaf"


def test_a_store_from_before_the_ledger_is_marked_and_adopted(address: str, record: Record) -> None:
    """Everything 0003 brings is taken away, then the store is opened again."""
    with open_store(address, create=True) as store:
        given = {"item": item("NATO:II", "i"), "site": site("DEU", "s"),
                 "holding": holding("i", "s", "h", "g")}  # fmt: skip
        store.import_package(record(1), given)
        store.import_package(record(2), {"holding": holding("i", "s", "h")})
        before = marked(store)
    _older(address)
    with open_store(address) as store:
        assert marked(store) == before
        events = store.events()
        assert [one.verb for one in events] == ["make store", "adopt package", "adopt package"]
        assert store.verify().sound
        with engine(address).begin() as connection:
            connection.execute(sa.text("UPDATE holding SET quantity = 7 WHERE key = 'g'"))
        assert store.verify().first_bad == 1


def _without_wall(connection: sa.Connection) -> None:
    """Take away what migration 0004 brings, as far as it would be in its own way."""
    policies = connection.execute(sa.text("SELECT policyname, tablename FROM pg_policies")).all()
    for policy, name in policies:
        connection.execute(sa.text(f'DROP POLICY {policy} ON "{name}"'))
    for name in {name for _, name in policies} - {"result"}:
        connection.execute(sa.text(f'DROP FUNCTION "redball_recalled_{name}"'))


def _older(address: str) -> None:
    """Bring a store back to schema 0002."""
    with engine(address).begin() as connection:
        if connection.dialect.name == "postgresql":
            _without_wall(connection)
        labels = connection.execute(sa.text("SELECT id, owner, text FROM label")).all()
        for name in ("agreement", "ledger", "ledger_secret", "ledger_tree", "checkpoint", "label"):
            connection.execute(sa.text(f"DROP TABLE {name}"))
        for name in ("caveats", "agreements"):
            connection.execute(sa.text(f"ALTER TABLE result DROP COLUMN {name}"))
        connection.execute(
            sa.text("CREATE TABLE label (id INTEGER NOT NULL, owner TEXT NOT NULL,"
                    " text TEXT NOT NULL)")
        )  # fmt: skip
        first = {(owner, text): number for number, owner, text in reversed(labels)}
        for (owner, text), number in first.items():
            values = {"id": number, "owner": owner, "text": text}
            connection.execute(sa.text("INSERT INTO label VALUES (:id, :owner, :text)"), values)
        for name in ("holding", "item", "site"):
            connection.execute(sa.text(f"UPDATE {name} SET label = {min(first.values())}"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0002'"))
