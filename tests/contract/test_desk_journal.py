"""The journal of the desk: only added to, all or nothing, and nobody writes over what they did not
see, on every engine."""

import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from redball.desk import Desk, open_desk
from redball.desk.journal import Note, Overwritten, add_notes, notes
from redball.desk.tables.journal import NOTE
from redball.model import ResultLabel, StoreError

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LABEL = ResultLabel("EXERCISE RESTRICTED", frozenset({"DEU"}), frozenset({"X"}), frozenset({"A-1"}))


@pytest.fixture
def desk(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.chdir(tmp_path)
    found = open_desk(address)
    yield found
    found.close()


def note(key: str, verb: str = "written", topic: str = "risk", nation: str = "DEU") -> Note:
    return Note(topic, nation, key, NOON, "Ann", "DEU role=analyst", verb, "why",
                {"key": key, "list": [1, 2.5]}, LABEL, 7)  # fmt: skip


def always(_: Note, __: Sequence[Note]) -> bool:
    return True


def test_notes_come_back_as_they_were_in_order(desk: Desk) -> None:
    add_notes(desk, [note("forge"), note("port")], fits=always)
    add_notes(desk, [note("forge", "changed"), note("forge", topic="cause")], fits=always)
    add_notes(desk, [note("forge", nation="POL")], fits=always)
    found = notes(desk, "DEU", ["risk"])
    assert [(one.key, one.verb) for one in found] == [
        ("forge", "written"), ("port", "written"), ("forge", "changed"),
    ]  # fmt: skip
    assert found[0].label == LABEL
    assert found[0].body == {"key": "forge", "list": [1, 2.5]}
    assert (found[0].at, found[0].leaf, found[0].by) == (NOON, 7, "Ann")
    assert len({one.id for one in found}) == 3
    assert [one.verb for one in notes(desk, "DEU", ["risk"], "forge")] == ["written", "changed"]
    assert len(notes(desk, "DEU", ["risk", "cause"])) == 4


def test_all_or_nothing(desk: Desk) -> None:
    add_notes(desk, [note("port")], fits=always)
    with pytest.raises(Overwritten) as caught:
        add_notes(desk, [note("forge"), note("port", "changed")], fits=lambda _, before: not before)
    assert caught.value.note.key == "port"
    assert [one.key for one in notes(desk, "DEU", ["risk"])] == ["port"]


def test_of_many_at_once_one_writes_first(desk: Desk) -> None:
    gate, refused = threading.Barrier(5), list[str]()

    def write() -> None:
        gate.wait()
        try:
            add_notes(desk, [note("forge")], fits=lambda _, before: not before)
        except Overwritten as error:
            refused.append(error.note.key)

    threads = [threading.Thread(target=write) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(notes(desk, "DEU", ["risk"])) == 1
    assert len(refused) == 4


@pytest.mark.parametrize("change", [sa.update(NOTE).values(words="other"), sa.delete(NOTE)])
def test_what_is_written_stays(desk: Desk, change: sa.Update | sa.Delete) -> None:
    add_notes(desk, [note("forge")], fits=always)
    with pytest.raises((StoreError, sa.exc.DBAPIError)), desk.writing() as connection:
        connection.execute(change)
    (one,) = notes(desk, "DEU", ["risk"])
    assert one.words == "why"
