"""Imports are revisions; a past moment can always be read again."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from redball.model import BadData, BadUse, LabelError, NotPermitted, build_twin, table
from redball.model.frames import frame_schema, value_schema
from redball.store import PackageRecord, Store, TableRows

Record = Callable[..., PackageRecord]
Holdings = Callable[..., TableRows]
Quantities = Callable[..., dict[str, float]]


def test_what_is_imported_is_read_back_with_owner_and_provenance(
    store: Store, record: Record, holdings: Holdings
) -> None:
    result = store.import_package(record(1), {"holding": holdings({"a": 1.5, "b": 2.0})})
    assert (result.revision, result.unchanged, result.dry_run) == (1, False, False)
    snapshot = store.read(as_of=None, labels=[1])
    frame = snapshot.frames["holding"].sort("key")
    assert snapshot.revision == 1
    assert dict(frame.schema) == dict(frame_schema(table("holding")))
    assert frame["owner"].to_list() == ["DEU", "DEU"]
    assert frame["quantity"].to_list() == [1.5, 2.0]
    assert frame["sheet"].to_list() == ["holding.csv"] * 2
    assert frame["line"].to_list() == [2, 3]
    assert frame["since"].to_list() == [1, 1]
    assert frame["label"].to_list() == [1, 1]


def test_every_table_of_the_language_is_read_even_if_empty(store: Store) -> None:
    snapshot = store.read(as_of=None, labels=[1])
    assert snapshot.revision == 0
    for name, frame in snapshot.frames.items():
        assert frame.is_empty()
        assert dict(frame.schema) == dict(frame_schema(table(name)))


def test_a_snapshot_is_what_a_twin_is_built_from(
    store: Store, record: Record, holdings: Holdings
) -> None:
    store.import_package(record(1), {"holding": holdings({"a": 1.0})})
    snapshot = store.read(as_of=None, labels=[1])
    moment = datetime(2026, 1, 3, tzinfo=UTC)
    twin = build_twin(
        snapshot.frames, store.labels(), viewer="DEU", as_of=moment, revision=snapshot.revision
    )
    assert twin["holding"]["key"].to_list() == ["a"]


def test_the_same_package_again_changes_nothing(
    store: Store, record: Record, holdings: Holdings, quantities: Quantities
) -> None:
    store.import_package(record(1), {"holding": holdings({"a": 1.0})})
    again = store.import_package(record(1), {"holding": holdings({"a": 9.0})})
    assert (again.revision, again.unchanged, again.tables) == (None, True, ())
    assert quantities(store) == {"a": 1.0}
    assert store.revisions().height == 1


def test_the_same_package_of_another_owner_is_another_package(
    store: Store, record: Record, holdings: Holdings
) -> None:
    store.import_package(record(1, package_hash="x"), {"holding": holdings({"a": 1.0})})
    result = store.import_package(
        record(1, owner="NLD", package_hash="x"), {"holding": holdings({"a": 1.0})}
    )
    assert result.revision == 2


def test_a_newer_package_supersedes_and_says_what_is_different(
    store: Store, record: Record, holdings: Holdings, quantities: Quantities
) -> None:
    store.import_package(record(1), {"holding": holdings({"a": 1.0, "b": 2.0, "c": 3.0})})
    result = store.import_package(record(2), {"holding": holdings({"a": 1.0, "b": 5.0, "d": 4.0})})
    (found,) = result.tables
    assert (found.added, found.changed, found.withdrawn, found.unchanged) == (1, 1, 1, 1)
    assert (found.added_keys, found.withdrawn_keys) == (("d",), ("c",))
    assert found.changes.rows() == [("b", "quantity", "2.0", "5.0")]
    assert quantities(store) == {"a": 1.0, "b": 5.0, "d": 4.0}


def test_a_row_that_is_not_different_keeps_its_version(
    store: Store, record: Record, holdings: Holdings
) -> None:
    store.import_package(record(1), {"holding": holdings({"a": 1.0, "b": 2.0})})
    # other line numbers, other order: still the same rows
    store.import_package(record(2), {"holding": holdings({"b": 3.0, "a": 1.0})})
    frame = store.read(as_of=None, labels=[1]).frames["holding"].sort("key")
    assert frame["since"].to_list() == [1, 2]
    assert store.info().rows["holding"].current == 2
    assert store.info().rows["holding"].history == 1


def test_a_row_whose_label_alone_is_different_is_changed(
    store: Store, record: Record, holdings: Holdings
) -> None:
    store.import_package(record(1), {"holding": holdings({"a": 1.0})})
    closed = {"a": {"quantity": 1.0, "label": "SECRET"}}
    result = store.import_package(record(2), {"holding": holdings(closed)})
    assert result.tables[0].changes.rows() == [("a", "label", "RESTRICTED // REL NLD", "SECRET")]
    assert store.read(as_of=None, labels=[1]).frames["holding"].is_empty()
    assert store.read(as_of=None, labels=[2]).frames["holding"]["key"].to_list() == ["a"]


def test_a_withdrawn_row_can_come_back(
    store: Store, record: Record, holdings: Holdings, quantities: Quantities
) -> None:
    for day, rows in enumerate([{"a": 1.0, "b": 1.0}, {"b": 1.0}, {"a": 1.0, "b": 1.0}], 1):
        store.import_package(record(day), {"holding": holdings(rows)})
    seen = [quantities(store, record(day).imported_at) for day in (1, 2, 3)]
    assert seen == [{"a": 1.0, "b": 1.0}, {"b": 1.0}, {"a": 1.0, "b": 1.0}]


def test_an_older_package_is_refused_and_the_newer_one_named(
    store: Store, record: Record, holdings: Holdings, quantities: Quantities
) -> None:
    store.import_package(record(5), {"holding": holdings({"a": 1.0})})
    with pytest.raises(BadData, match="feed of day 5"):
        store.import_package(record(4), {"holding": holdings({"a": 9.0})})
    assert quantities(store) == {"a": 1.0}


def test_an_older_package_is_accepted_for_tables_the_newer_one_did_not_carry(
    store: Store, record: Record, holdings: Holdings, quantities: Quantities
) -> None:
    nation = {"key": ["DEU"], "name": ["Germany"], "kind": ["nation"]}
    rows = _rows("nation", nation)
    store.import_package(record(5), {"nation": rows})
    assert store.import_package(record(4), {"holding": holdings({"a": 1.0})}).revision == 2
    assert quantities(store) == {"a": 1.0}


def test_a_corrected_package_of_the_same_moment_is_accepted(
    store: Store, record: Record, holdings: Holdings, quantities: Quantities
) -> None:
    store.import_package(record(5), {"holding": holdings({"a": 1.0})})
    store.import_package(record(5, package_hash="corrected"), {"holding": holdings({"a": 2.0})})
    assert quantities(store) == {"a": 2.0}


def test_a_part_of_the_tables_leaves_the_others_alone(
    store: Store, record: Record, holdings: Holdings, quantities: Quantities
) -> None:
    store.import_package(record(1), {"holding": holdings({"a": 1.0})})
    nation = {"key": ["DEU"], "name": ["Germany"], "kind": ["nation"]}
    store.import_package(record(2), {"nation": _rows("nation", nation)})
    assert quantities(store) == {"a": 1.0}
    assert store.read(as_of=None, labels=[1, 2]).frames["nation"]["name"].to_list() == ["Germany"]


def test_an_empty_full_table_withdraws_everything(
    store: Store, record: Record, holdings: Holdings, quantities: Quantities
) -> None:
    store.import_package(record(1), {"holding": holdings({"a": 1.0})})
    assert store.import_package(record(2), {"holding": holdings({})}).tables[0].withdrawn == 1
    assert quantities(store) == {}


def test_changes_add_and_replace_but_withdraw_nothing(
    store: Store, record: Record, holdings: Holdings, quantities: Quantities
) -> None:
    store.import_package(record(1), {"holding": holdings({"a": 1.0, "b": 2.0})})
    rows = holdings({"b": 5.0, "c": 3.0}, content="changes")
    (found,) = store.import_package(record(2), {"holding": rows}).tables
    assert (found.added, found.changed, found.withdrawn, found.unchanged) == (1, 1, 0, 0)
    assert quantities(store) == {"a": 1.0, "b": 5.0, "c": 3.0}


def test_rows_left_out_because_of_errors_keep_their_current_version(
    store: Store, record: Record, holdings: Holdings, quantities: Quantities
) -> None:
    store.import_package(record(1), {"holding": holdings({"a": 1.0, "b": 2.0, "c": 3.0})})
    rows = holdings({"a": 1.0}, keep=["b", "never seen"])
    (found,) = store.import_package(record(2), {"holding": rows}).tables
    assert (found.withdrawn, found.withdrawn_keys) == (1, ("c",))
    assert quantities(store) == {"a": 1.0, "b": 2.0}


def test_any_past_moment_can_be_read(
    store: Store, record: Record, holdings: Holdings, quantities: Quantities
) -> None:
    for day in (1, 2, 3):
        store.import_package(record(day), {"holding": holdings({"a": float(day), f"k{day}": 0.0})})
    at = [record(day).imported_at for day in (1, 2, 3)]
    second = timedelta(microseconds=1)
    assert quantities(store, at[0] - second) == {}
    assert quantities(store, at[0]) == {"a": 1.0, "k1": 0.0}
    assert quantities(store, at[1] - second) == {"a": 1.0, "k1": 0.0}
    assert quantities(store, at[1]) == {"a": 2.0, "k2": 0.0}
    assert quantities(store, at[2] + timedelta(days=900)) == {"a": 3.0, "k3": 0.0}
    assert store.read(as_of=at[1], labels=[1]).revision == 2
    elsewhere = at[1].astimezone(tz=None)
    assert quantities(store, elsewhere) == {"a": 2.0, "k2": 0.0}


def test_a_clock_set_back_does_not_change_the_past(
    store: Store, record: Record, holdings: Holdings, quantities: Quantities
) -> None:
    first = record(1)
    store.import_package(first, {"holding": holdings({"a": 1.0})})
    behind = record(2, imported=first.imported_at - timedelta(hours=5))
    store.import_package(behind, {"holding": holdings({"a": 2.0})})
    assert quantities(store, first.imported_at - timedelta(hours=2)) == {}
    assert quantities(store, first.imported_at) == {"a": 2.0}


def test_an_owner_replaces_only_its_own_rows(
    store: Store, record: Record, holdings: Holdings
) -> None:
    store.import_package(record(1), {"holding": holdings({"a": 1.0})})
    store.import_package(record(2, owner="NLD"), {"holding": holdings({"a": 2.0})})
    store.import_package(record(3, owner="NLD"), {"holding": holdings({})})
    frame = store.read(as_of=None, labels=list(store.labels())).frames["holding"]
    assert frame.select(pl.col("owner").cast(pl.String), "quantity").rows() == [("DEU", 1.0)]


def test_rows_that_name_an_owner_are_not_permitted(
    store: Store, record: Record, holdings: Holdings
) -> None:
    rows = holdings({"a": 1.0})
    named = TableRows(rows.frame.with_columns(owner=pl.lit("NLD")))
    with pytest.raises(NotPermitted, match="belong to the package's owner"):
        store.import_package(record(1), {"holding": named})
    assert store.revisions().is_empty()


def test_a_dry_run_tells_the_difference_and_writes_nothing(
    store: Store, record: Record, holdings: Holdings
) -> None:
    store.import_package(record(1), {"holding": holdings({"a": 1.0, "b": 2.0})})
    before = _everything(store)
    rows = {"a": {"quantity": 7.0, "label": "SECRET // REL POL"}, "c": 1.0}
    dry = store.import_package(record(2), {"holding": holdings(rows)}, dry_run=True)
    assert _everything(store) == before
    assert (dry.revision, dry.dry_run, dry.unchanged) == (None, True, False)
    real = store.import_package(record(2), {"holding": holdings(rows)})
    for one, other in zip(dry.tables, real.tables, strict=True):
        assert one.changes.rows() == other.changes.rows()
        assert (one.added_keys, one.withdrawn_keys) == (other.added_keys, other.withdrawn_keys)
        assert (one.added, one.changed, one.withdrawn) == (1, 1, 1)


def test_detail_is_bounded(store: Store, record: Record, holdings: Holdings) -> None:
    many = {f"k{i:03}": float(i) for i in range(50)}
    (found,) = store.import_package(record(1), {"holding": holdings(many)}, detail_rows=3).tables
    assert (found.added, found.added_keys) == (50, ("k000", "k001", "k002"))
    more = {key: value + 1 for key, value in many.items()}
    (found,) = store.import_package(record(2), {"holding": holdings(more)}, detail_rows=3).tables
    assert (found.changed, found.changes["key"].to_list()) == (50, ["k000", "k001", "k002"])


def test_one_bad_table_undoes_the_whole_package(
    store: Store, record: Record, holdings: Holdings
) -> None:
    twice = holdings({"a": 1.0}).frame
    tables = {"nation": _rows("nation", {"key": ["DEU"], "name": ["G"], "kind": ["nation"]})}
    tables["holding"] = TableRows(pl.concat([twice, twice]))
    with pytest.raises(BadData, match="more than one row"):
        store.import_package(record(1), tables)
    wrong = holdings({"a": {"quantity": 1.0, "label": "COSMIC"}})
    with pytest.raises(LabelError):  # found only after the first table was written
        store.import_package(record(1), {"nation": tables["nation"], "holding": wrong})
    assert store.revisions().is_empty()
    assert store.labels() == {}
    assert store.info().rows["nation"].current == 0


def test_the_record_of_every_import_is_kept(
    store: Store, record: Record, holdings: Holdings
) -> None:
    store.import_package(record(1), {"holding": holdings({"a": 1.0}, content="changes")})
    row = store.revisions().row(0, named=True)
    assert row["revision"] == 1
    assert (row["owner"], row["title"], row["package_hash"]) == ("DEU", "feed of day 1", "DEU 1")
    assert (row["as_of"], row["imported_at"]) == (record(1).as_of, record(1).imported_at)
    assert (row["exercise"], row["software"]) == (True, "redball test")
    assert (row["validity"], row["completeness"], row["timeliness"]) == (0.5, 1.0, None)
    assert (row["errors"], row["warnings"]) == (2, 3)
    assert json.loads(row["counts"]) == {"errors": 2, "warnings": 3, "rows": 10}
    assert json.loads(row["content"]) == {"holding": "changes"}


def test_info_counts_what_is_there(
    store: Store, address: str, record: Record, holdings: Holdings
) -> None:
    store.import_package(record(1), {"holding": holdings({"a": 1.0, "b": 1.0})})
    store.import_package(record(2, owner="NLD"), {"holding": holdings({"a": 1.0})})
    info = store.info()
    assert info.engine == address.partition(":")[0]
    assert (info.revisions, info.owners) == (2, ("DEU", "NLD"))
    assert info.rows["holding"].current == 3
    assert info.size_bytes > 10_000


def test_a_record_that_contradicts_its_rows_is_refused(
    store: Store, record: Record, holdings: Holdings
) -> None:
    made = record(1)
    other = PackageRecord(**{**made.__dict__, "content": {"holding": "changes"}})
    with pytest.raises(BadUse, match="'changes' for table 'holding'"):
        store.import_package(other, {"holding": holdings({"a": 1.0})})


def test_progress_reaches_the_number_of_rows(
    store: Store, record: Record, holdings: Holdings
) -> None:
    seen: list[tuple[str, int, int]] = []
    rows = holdings({f"k{i}": 1.0 for i in range(10)})
    store.import_package(record(1), {"holding": rows}, progress=lambda *step: seen.append(step))
    assert seen[0] == ("holding", 0, 10)
    assert seen[-1] == ("holding", 10, 10)


def _everything(store: Store) -> list[object]:
    labels = store.labels()
    frames = store.read(as_of=None, labels=list(labels)).frames
    rows = [sorted(frame.rows(), key=repr) for frame in frames.values()]
    return [labels, store.revisions().rows(), rows, store.info().rows]


def _rows(name: str, data: Mapping[str, Sequence[object]]) -> TableRows:
    schema = value_schema(table(name))
    count = len(data["key"])
    columns = {column: data.get(column, [None] * count) for column in schema}
    frame = pl.DataFrame(columns, schema=dict(schema)).with_columns(
        label=pl.lit("UNCLASSIFIED // REL ALL"),
        sheet=pl.lit(f"{name}.csv"),
        line=pl.int_range(2, pl.len() + 2, dtype=pl.Int32),
    )
    return TableRows(frame)
