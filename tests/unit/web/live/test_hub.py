"""Live pages: nothing is lost, nothing piles up, nobody hears what is another's."""

import asyncio
import json
import threading
from pathlib import Path

import pytest

from redball.desk import open_desk
from redball.store import open_store
from redball.web.live.hub import Listener, Live


@pytest.fixture
def hub(tmp_path: Path) -> Live:
    store = str(tmp_path / "s.sqlite")
    open_store(store, create=True).close()
    return Live(store, open_desk(store))


def change(hub: Live, topic: str) -> None:
    with hub._desk.writing(topic):
        pass


async def until(listener: Listener, topic: str, version: int) -> list[int]:
    """Versions of a topic that a listener was told, up to the one that is waited for."""
    told: list[int] = []
    while version not in told:
        events = await listener.take(10)
        assert events, f"{topic} {version} was never told; told: {told}"
        for name, data in events:
            if name == topic:
                told.append(json.loads(data)["version"])
    return told


def test_every_listener_hears_of_the_last_of_many_changes(hub: Live) -> None:
    async def play() -> None:
        loop = asyncio.get_running_loop()
        listeners = [Listener(f"p{n}", loop) for n in range(50)]
        for listener in listeners:
            hub.join(listener)

        def write() -> None:
            for _ in range(30):
                change(hub, "worklist")
            hub.look()

        writer = threading.Thread(target=write)
        writer.start()
        heard = await asyncio.gather(*(until(one, "worklist", 30) for one in listeners))
        writer.join()
        for told in heard:
            assert told == sorted(told)  # never an older state after a newer one

    asyncio.run(play())
    hub.stop()


def test_who_comes_later_is_told_the_state_first(hub: Live) -> None:
    change(hub, "worklist")

    async def play() -> None:
        listener = Listener("p", asyncio.get_running_loop())
        hub.join(listener)
        (topic, data), *_ = await listener.take(5)
        assert topic == "hello"
        assert json.loads(data)["worklist"] == 1
        assert "picture" in json.loads(data)

    asyncio.run(play())
    hub.stop()


def test_a_reader_who_does_not_read_costs_no_memory_and_gets_the_latest(hub: Live) -> None:
    async def play() -> None:
        listener = Listener("p", asyncio.get_running_loop())
        for number in range(10_000):
            listener.put("progress", "job", json.dumps({"share": number}))
        assert len(listener._waiting) == 1
        assert await listener.take(1) == [("progress", '{"share": 9999}')]

    asyncio.run(play())


def test_progress_is_told_to_its_owner_alone(hub: Live) -> None:
    async def play() -> None:
        loop = asyncio.get_running_loop()
        mine, other = Listener("me", loop), Listener("you", loop)
        for one in (mine, other):
            hub.join(one)
            await one.take(5)
        hub.tell("progress", who="me", key="job-1", data={"share": 0.5})
        told = [data for topic, data in await mine.take(5) if topic == "progress"]
        assert [json.loads(data) for data in told] == [{"key": "job-1", "share": 0.5}]
        assert not [topic for topic, _ in await other.take(0.6) if topic == "progress"]

    asyncio.run(play())
    hub.stop()


def test_a_store_that_goes_away_and_comes_back_is_told_again(hub: Live, tmp_path: Path) -> None:
    store = tmp_path / "s.sqlite"
    before = hub._read()
    store.rename(tmp_path / "away")
    assert hub._read().items() >= {}.items()  # no error: what is known stands
    (tmp_path / "away").rename(store)
    assert hub._read() == before
    hub.stop()


def test_leaving_is_forgotten(hub: Live) -> None:
    async def play() -> None:
        listener = Listener("p", asyncio.get_running_loop())
        hub.join(listener)
        assert (hub.listening, hub.count_of("p")) == (1, 1)
        hub.leave(listener)
        assert (hub.listening, hub.count_of("p")) == (0, 0)

    asyncio.run(play())
    hub.stop()


def test_a_watch_whose_last_page_has_gone_ends_at_once(hub: Live) -> None:
    async def play() -> None:
        listener = Listener("p", asyncio.get_running_loop())
        hub.join(listener)
        await asyncio.sleep(0.05)  # the watch has looked, and waits for its next beat
        hub.leave(listener)

    asyncio.run(play())
    hub.stop()
    assert "live" not in {thread.name for thread in threading.enumerate()}
