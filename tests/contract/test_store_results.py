from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from redball.model import BadData, BadUse, ResultLabel
from redball.store import ResultRecord, Store
from redball.store import results as module


def made(
    kind: str = "stock curve",
    viewer: str = "DEU",
    parameters: Mapping[str, object] | None = None,
    content: Mapping[str, object] | None = None,
    day: int = 1,
) -> ResultRecord:
    return ResultRecord(
        kind=kind,
        viewer=viewer,
        made_at=datetime(2026, 3, day, 12, tzinfo=UTC),
        as_of=datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC),
        revision=3,
        twin_hash="ab" * 32,
        software="redball 0",
        exercise=True,
        label=ResultLabel("RESTRICTED", frozenset({"DEU", "NLD"})),
        parameters=parameters or {"points": 40},
        content=content or {"curve": [{"cost": 1.5, "readiness": 0.9}]},
    )


def test_a_kept_result_comes_back_as_it_was(store: Store) -> None:
    record = made()
    key = store.save_result(record)
    assert store.result("DEU", key) == record
    assert store.result("DEU", key[:8]) == record
    listed = store.results("DEU").to_dicts()
    assert listed[0]["key"] == key
    assert listed[0]["inputs_hash"] == record.inputs_hash
    assert listed[0]["label"] == "RESTRICTED // FOR DEU NLD ONLY"


def test_a_label_for_everybody_and_one_for_nobody_stay_apart(store: Store) -> None:
    everybody = replace(made(), label=ResultLabel("UNCLASSIFIED", None))
    nobody = replace(made("stock reserve"), label=ResultLabel("SECRET", frozenset()))
    assert store.result("DEU", store.save_result(everybody)).label.readers is None
    assert store.result("DEU", store.save_result(nobody)).label.readers == frozenset()


def test_the_same_result_is_kept_once(store: Store) -> None:
    assert store.save_result(made()) == store.save_result(made(day=2))
    assert store.results("DEU")["made_at"].to_list() == ["2026-03-01T12:00:00.000000Z"]


def test_a_result_is_read_by_the_viewer_it_was_made_for_and_nobody_else(store: Store) -> None:
    key = store.save_result(made())
    assert store.results("NLD").is_empty()
    with pytest.raises(BadUse, match="No result of NLD"):
        store.result("NLD", key)


def test_the_inputs_hash_changes_with_every_input() -> None:
    base = made()
    others = [
        made(parameters={"points": 41}),
        made("stock reserve"),
        replace(base, twin_hash="cd" * 32),
        replace(base, software="redball 1"),
    ]
    assert len({base.inputs_hash, *(other.inputs_hash for other in others)}) == 5
    assert made(content={"curve": []}).inputs_hash == base.inputs_hash


def test_the_newest_comes_first_and_kinds_can_be_asked_for(store: Store) -> None:
    store.save_result(made(day=1))
    store.save_result(made("stock reserve", day=3))
    store.save_result(made(parameters={"points": 9}, day=2))
    assert [row["made_at"][8:10] for row in store.results("DEU").to_dicts()] == ["03", "02", "01"]
    assert store.results("DEU", "stock reserve").height == 1


@pytest.mark.parametrize("key", ["abc", "", "zzzzzzzz", "%%%%%%%%", "a" * 65])
def test_what_is_not_a_key_is_refused(store: Store, key: str) -> None:
    store.save_result(made())
    with pytest.raises(BadUse, match="not a key"):
        store.result("DEU", key)


def test_an_unknown_key_is_named(store: Store) -> None:
    with pytest.raises(BadUse, match="redball store results"):
        store.result("DEU", "0" * 64)


def test_a_result_too_large_is_refused_and_nothing_is_kept(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 10)
    with pytest.raises(BadData, match="Export its tables"):
        store.save_result(made())
    assert store.results("DEU").is_empty()


def test_a_number_that_is_none_is_an_error_not_a_text(store: Store) -> None:
    with pytest.raises(BadData, match="not finite"):
        store.save_result(made(content={"cost": float("nan")}))
