"""Events of many threads in few transactions; told only what is on the disk."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from tests.contract.ledgered import event

from redball.ledger import Event, EventKind
from redball.model import BadData, BadUse, StoreBusy, UnsafeFile
from redball.store import Store, open_store

AT = datetime(2026, 3, 1, tzinfo=UTC)


def test_events_of_many_threads_are_all_recorded_each_once(store: Store) -> None:
    given: list[int] = []
    with store.recorder(max_wait_ms=5) as recorder:

        def work(number: int) -> None:
            for _ in range(20):
                one = event(EventKind.RELEASE, f"thread {number}", secret={"n": number})
                given.append(recorder.record(one))

        threads = [threading.Thread(target=work, args=(n,)) for n in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
    assert sorted(given) == list(range(1, 101))
    verbs = [one.verb for one in store.events()[1:]]
    assert {verbs.count(f"thread {n}") for n in range(5)} == {20}
    assert store.verify().sound


def test_a_batch_that_fails_fails_all_of_its_callers_and_the_next_one_goes(
    store: Store, address: str
) -> None:
    other = open_store(address, busy_seconds=0.2)
    with store.recorder() as holder, other.recorder(max_wait_ms=50) as recorder:
        with store._backend.writing():  # somebody else holds the store
            futures = [recorder.submit(event(EventKind.EXPORT)) for _ in range(3)]
            errors = [future.exception(timeout=60) for future in futures]
        assert [type(error) for error in errors] == [StoreBusy] * 3
        assert len({id(error) for error in errors}) == 3
        assert recorder.record(event(EventKind.EXPORT)) == 1
        assert holder.record(event(EventKind.EXPORT)) == 2
    assert len(store.entries()) == 3


def test_what_fits_no_leaf_fails_its_caller_alone(store: Store) -> None:
    naive = Event(EventKind.EXPORT, "x", "DEU", "x", datetime(2026, 1, 1))
    with store.recorder() as recorder:
        for bad, error in (
            (event(EventKind.IMPORT), BadUse),
            (event(EventKind.GENESIS), BadUse),
            (naive, BadUse),
            (event(EventKind.EXPORT, secret={"store result": "x"}), BadUse),
            (event(EventKind.EXPORT, secret={"x": 1.5}), BadData),
            (event(EventKind.EXPORT, "x" * 70_000), UnsafeFile),
        ):
            with pytest.raises(error):
                recorder.submit(bad)
            with pytest.raises(error):
                store.record([event(EventKind.EXPORT), bad])
    with pytest.raises(BadUse, match="closed"):
        recorder.submit(event(EventKind.EXPORT))
    assert len(store.entries()) == 1


def test_time_never_runs_backwards_in_the_ledger(store: Store) -> None:
    later = store.last_event_at() + timedelta(days=1)
    moments = (later, later - timedelta(days=9), later + timedelta(seconds=1))
    store.record([Event(EventKind.EXPORT, "x", "DEU", "x", at) for at in moments])
    assert [one.at for one in store.events()[1:]] == [later, later, moments[2]]
    assert store.last_event_at() == moments[2]
    assert [one.at for one in store.events(since=later + timedelta(microseconds=1))] == [moments[2]]
    assert len(store.events(since=later)) == 3
    assert store.events(since=moments[2] + timedelta(days=1)) == ()
    assert store.verify().sound


def test_the_salt_of_a_secret_opens_its_leaf_and_no_two_are_the_same(store: Store) -> None:
    store.record([event(EventKind.EXPORT, secret={"rows": 12}) for _ in range(2)])
    (one, first), (two, second) = (store.secret(n) or (b"", b"") for n in (1, 2))
    assert first == second
    assert one != two
    assert store.secret(0) is None
    assert len({entry.leaf for entry in store.entries()}) == 3
