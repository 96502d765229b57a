"""Long work: progress, cancel, restarts, whose it is; and the same answer as the command gives."""

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from tests.one_demo import in_place
from tests.web_world import exercise_store

from redball import app
from redball.access.actions import Action
from redball.app.work import KINDS, NoSuchWork, Worker, WorkKind, WorkLimits, work_list, worker
from redball.app.work.presence import GONE_SECONDS, Presence
from redball.desk import Desk, open_desk
from redball.desk.work import Work, WorkState, put_work, take_next, work_of
from redball.model import BadUse, NotPermitted

SMALL = {"days": 20, "replications": 2, "seed": 3}


class Heard:
    """Takes what is told to pages."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, Mapping[str, object]]] = []

    def tell(
        self, topic: str, *, who: str, key: str = "", data: Mapping[str, object] | None = None
    ) -> None:
        assert topic == "progress"
        self.told.append((who, key, data or {}))

    def look(self) -> None:
        pass


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exercise_store(tmp_path_factory)


@pytest.fixture
def store(made: Path, tmp_path: Path) -> str:
    shutil.copyfile(made, tmp_path / "coalition.sqlite")
    return str(tmp_path / "coalition.sqlite")


@pytest.fixture
def desk(store: str) -> Iterator[Desk]:
    found = open_desk(store)
    yield found
    found.close()


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def worked(store: str, desk: Desk, heard: Heard) -> Iterator[Worker]:
    found = Worker(store, desk, heard, app.Keeper())
    yield found
    found.stop()


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """A kind that goes on, telling progress, until it is let go."""
    go = threading.Event()

    def read(given: object, folder: object) -> Callable[..., object]:
        def runs(inputs: app.Inputs, progress: Callable[[str, int, int], None]) -> app.Answer:
            for step in range(10_000):
                progress("waiting", step, 10_000)
                if go.wait(0.01):
                    break
            return app.simulate_twin(inputs, app.SimulateOptions(days=2, run=ONE))

        return runs

    kinds = {**KINDS, "slow": WorkKind("slow", "Wait", Action.SEE, read)}  # type: ignore[arg-type]  # of the test
    monkeypatch.setattr(worker, "KINDS", kinds)
    return go


ONE = app.RunOptions(replications=1)


def ended(worked: Worker, who: str, key: str) -> Work:
    for _ in range(600):
        found = worked.one(who, key)
        if found.ended_at:
            return found
        time.sleep(0.05)
    raise AssertionError(f"still {found.state}")


def running(worked: Worker, who: str, key: str) -> None:
    for _ in range(400):
        if worked.one(who, key).state is WorkState.RUNNING and worked.progress(key):
            return
        time.sleep(0.02)
    raise AssertionError("it never ran")


def test_the_answer_is_the_one_that_the_command_gives(
    worked: Worker, store: str, heard: Heard
) -> None:
    view = app.View(store, "XAG")
    asked = worked.ask("me", view, "simulate", {**SMALL, "scenario": "port-closed"})
    found = ended(worked, "me", asked.key)
    assert (found.state, found.error) == (WorkState.DONE, "")
    kept = app.kept_as_answer(store, "XAG", app.kept_answer(store, "XAG", found.result))
    words = ["--days", 20, "--replications", 2, "--seed", 3, "--json"]
    command = in_place(
        "simulate", "--scenario", "port-closed", "--store", store, "--viewer", "XAG", *words
    )
    assert command.returncode == 0, command.stderr
    told = json.loads(command.stdout)
    assert kept.figures == told["figures"]
    assert list(kept.said) == told["said"]
    assert kept.charts, "charts are kept with the answer"
    direct = app.simulate_twin(
        app.Inputs(view),
        app.SimulateOptions(
            days=20, scenario="port-closed", run=app.RunOptions(seed=3, replications=2)
        ),
    )
    assert [chart.title for chart in kept.charts] == [chart.title for chart in direct.charts]
    assert heard.told
    assert {who for who, _, _ in heard.told} == {"me"}


def test_work_that_runs_can_be_cancelled(worked: Worker, store: str, slow: threading.Event) -> None:
    asked = worked.ask("me", app.View(store, "XAG"), "slow", {})
    running(worked, "me", asked.key)
    worked.cancel("me", asked.key)
    assert ended(worked, "me", asked.key).state is WorkState.CANCELLED
    assert worked.one("me", asked.key).result == ""


def test_work_that_waits_can_be_cancelled_and_never_runs(
    worked: Worker, store: str, slow: threading.Event
) -> None:
    first = worked.ask("me", app.View(store, "XAG"), "slow", {})
    second = worked.ask("me", app.View(store, "XAG"), "slow", {})
    running(worked, "me", first.key)
    assert worked.cancel("me", second.key).state is WorkState.CANCELLED
    slow.set()
    ended(worked, "me", first.key)
    assert worked.one("me", second.key).begun_at == ""


def test_others_come_between_the_work_of_one(
    worked: Worker, store: str, slow: threading.Event
) -> None:
    view = app.View(store, "XAG")
    mine = [worked.ask("me", view, "slow", {}) for _ in range(3)]
    running(worked, "me", mine[0].key)
    other = worked.ask("you", view, "slow", {})
    slow.set()
    last = ended(worked, "me", mine[2].key)
    assert ended(worked, "you", other.key).begun_at < last.begun_at
    assert worked.one("you", other.key).begun_at < worked.one("me", mine[1].key).begun_at


def test_work_of_others_answers_as_absent(worked: Worker, store: str) -> None:
    asked = worked.ask("me", app.View(store, "XAG"), "simulate", SMALL)

    def again(who: str, key: str) -> Work:
        return worked.again(who, key, "XAG")

    for call in (worked.one, worked.cancel, again):
        with pytest.raises(NoSuchWork) as foreign:
            call("you", asked.key)
        with pytest.raises(NoSuchWork) as absent:
            call("you", "nothing")
        assert str(foreign.value) == str(absent.value)
    assert worked.list("you") == []
    assert ended(worked, "me", asked.key).state is WorkState.DONE


def test_a_server_that_ends_leaves_it_interrupted_and_it_can_be_run_again(
    store: str, desk: Desk, heard: Heard, slow: threading.Event
) -> None:
    first = Worker(store, desk, heard, app.Keeper())
    asked = first.ask("me", app.View(store, "XAG"), "slow", {})
    waits = first.ask("me", app.View(store, "XAG"), "slow", {"x": ""})
    running(first, "me", asked.key)
    first.stop()
    assert first.one("me", asked.key).state is WorkState.INTERRUPTED
    assert first.one("me", waits.key).state is WorkState.QUEUED
    slow.set()
    second = Worker(store, desk, heard, app.Keeper())
    try:
        assert ended(second, "me", waits.key).state is WorkState.DONE
        again = second.again("me", asked.key, "XAG")
        assert ended(second, "me", again.key).state is WorkState.DONE
    finally:
        second.stop()


def test_what_fails_says_why(worked: Worker, store: str) -> None:
    view = app.View(store, "XAG")
    asked = worked.ask("me", view, "stress", {"only": ["site=no such place"]})
    found = ended(worked, "me", asked.key)
    assert found.state is WorkState.FAILED
    assert "no such place" in found.error


def test_a_role_that_may_not_look_may_not_ask(worked: Worker, store: str) -> None:
    with pytest.raises(NotPermitted):
        worked.ask("me", app.View(store, "DEU role=administrator"), "simulate", SMALL)
    assert worked.list("me") == []


def test_nobody_fills_the_queue(worked: Worker, store: str, slow: threading.Event) -> None:
    view = app.View(store, "XAG")
    for _ in range(worker.MOST_EACH):
        worked.ask("me", view, "slow", {})
    with pytest.raises(BadUse, match="wait or run"):
        worked.ask("me", view, "slow", {})
    worked.ask("you", view, "slow", {})
    for one in worked.list("me"):
        worked.cancel("me", one.key)
    slow.set()


def test_the_operator_sees_all_work_and_can_end_it_from_a_command_line(
    worked: Worker, store: str, slow: threading.Event
) -> None:
    asked = worked.ask("me", app.View(store, "XAG"), "slow", {})
    running(worked, "me", asked.key)
    with pytest.raises(NotPermitted):
        work_list(store, "DEU role=analyst")
    listed = in_place("work", "list", "--store", store, "--viewer", "XAG", "--json")
    (row,) = json.loads(listed.stdout)["work"]
    assert (row["key"], row["state"], row["account"]) == (asked.key, "running", "me")
    ended_it = in_place("work", "cancel", asked.key, "--store", store, "--viewer", "XAG")
    assert ended_it.returncode == 0, ended_it.stderr
    for _ in range(200):
        if not worked.progress(asked.key):
            break
        time.sleep(0.05)
    assert not worked.progress(asked.key), "the server goes on with what was ended"
    assert worked.one("me", asked.key).state is WorkState.CANCELLED
    again = in_place("work", "cancel", asked.key, "--store", store, "--viewer", "XAG")
    assert again.returncode == 2


@pytest.mark.parametrize(
    ("limits", "said"),
    [(WorkLimits(minutes=1e-9), "minutes"), (WorkLimits(memory_mb=1.0), "the server holds")],
    ids=["time", "memory"],
)
def test_what_takes_too_much_is_ended_and_says_of_what(
    store: str, desk: Desk, heard: Heard, slow: threading.Event, limits: WorkLimits, said: str
) -> None:
    limited = Worker(store, desk, heard, app.Keeper(), limits)
    try:
        asked = limited.ask("me", app.View(store, "XAG"), "slow", {})
        found = ended(limited, "me", asked.key)
    finally:
        limited.stop()
    assert found.state is WorkState.FAILED
    assert said in found.error
    assert found.mend


def left_by(desk: Desk, server: str, key: str, state: WorkState) -> None:
    """Work of a server that nobody hears of any more."""
    at = "2026-01-01T00:00:00.000000Z"
    put_work(
        desk, Work(key, "me", "XAG", "simulate", "t", json.dumps(SMALL), "", server, state, at)
    )


def test_what_a_host_that_is_gone_had_queued_is_run_here(
    store: str, desk: Desk, heard: Heard
) -> None:
    left_by(desk, "gone:0", "waits", WorkState.QUEUED)
    left_by(desk, "gone:0", "ran", WorkState.RUNNING)
    here = Worker(store, desk, heard, app.Keeper())
    try:
        assert here.one("me", "ran").state is WorkState.INTERRUPTED
        assert ended(here, "me", "waits").state is WorkState.DONE
    finally:
        here.stop()


def test_a_server_is_gone_when_it_is_silent_for_long_and_not_before(desk: Desk) -> None:
    silent, here = (Presence(desk, lambda: "2026", lambda: None) for _ in range(2))
    left_by(desk, "", "ran", WorkState.QUEUED)
    assert take_next(desk, silent.name, "2026") is not None
    began = time.monotonic()
    assert here.look(began) == 0
    assert here.look(began + GONE_SECONDS - 5) == 0
    silent.look(began)
    assert here.look(began + GONE_SECONDS + 5) == 0, "it has spoken meanwhile"
    assert here.look(began + 2 * GONE_SECONDS) == 0
    assert here.look(began + 2 * GONE_SECONDS + 10) == 1
    found = work_of(desk, "me", "ran")
    assert found is not None
    assert found.state is WorkState.INTERRUPTED
    assert take_next(desk, here.name, "2026") is None
    for one in (silent, here):
        one.stop()
