"""Threads: order, bounded look-ahead, cancelling, errors."""

import threading
import time
from collections.abc import Callable

import pytest

from redball.model import BadUse
from redball.runtime import InProcess, Limits
from redball.runtime.threads import AHEAD


class Counted:
    """Work that counts what was begun and what runs; sleeps longer for even tasks."""

    def __init__(self, seconds: float = 0.002) -> None:
        self.lock = threading.Lock()
        self.begun: list[int] = []
        self.running = 0
        self.seconds = seconds

    def __call__(self, task: int) -> int:
        with self.lock:
            self.begun.append(task)
            self.running += 1
        time.sleep(self.seconds * (2 - task % 2))
        with self.lock:
            self.running -= 1
        return task * task


@pytest.mark.parametrize("workers", [1, 2, 7, None])
def test_results_come_in_the_order_of_tasks(workers: int | None) -> None:
    told: list[float] = []
    found = list(InProcess(workers).map(Counted(), range(20), progress=told.append))
    assert found == [task * task for task in range(20)]
    assert told == [(i + 1) / 20 for i in range(20)]


def test_more_than_one_works_at_a_time() -> None:
    meet = threading.Barrier(2, timeout=10)
    list(InProcess(2).map(lambda _: meet.wait(), range(4)))  # would break the barrier alone


def test_look_ahead_is_bounded_while_nobody_reads() -> None:
    work = Counted()
    results = InProcess(2).map(work, range(1000))
    next(results)
    time.sleep(0.1)
    assert len(work.begun) <= AHEAD * 2 + 1
    results.close()
    assert work.running == 0


def interrupt(share: float) -> None:
    if share > 0.05:
        raise KeyboardInterrupt


@pytest.mark.parametrize("workers", [1, 2])
def test_raising_from_progress_leaves_nothing_running(workers: int) -> None:
    work = Counted()
    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        list(InProcess(workers).map(work, range(200), progress=interrupt))
    assert work.running == 0
    assert len(work.begun) < 30
    assert threading.active_count() == before


def fails(kind: Callable[[str], BaseException]) -> Callable[[int], int]:
    def work(task: int) -> int:
        if task == 3:
            raise kind("broken")
        return task

    return work


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("kind", [ValueError, TimeoutError, BadUse])
def test_an_error_of_the_work_comes_through_in_its_place(
    workers: int, kind: Callable[[str], Exception]
) -> None:
    results = InProcess(workers).map(fails(kind), range(9))
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(Exception, match="broken") as caught:
        next(results)
    assert type(caught.value) is kind


def test_fewer_than_one_worker_is_refused() -> None:
    with pytest.raises(BadUse, match="0 workers"):
        InProcess(0)


@pytest.mark.parametrize("workers", [1, 2])
def test_the_time_limit_says_how_far_it_came(workers: int) -> None:
    runner = InProcess(workers, limits=Limits(seconds=0.02))
    with pytest.raises(BadUse, match=r"after task \d+ of 100: .*limit is 0.0 s"):
        list(runner.map(Counted(0.01), range(100)))


@pytest.mark.parametrize("workers", [1, 2])
def test_the_memory_limit_names_both_figures(workers: int) -> None:
    runner = InProcess(workers, limits=Limits(memory_mb=1.0))
    with pytest.raises(BadUse, match=r"MB of memory, and the limit is 1.0 MB"):
        list(runner.map(Counted(), range(5)))


def test_limits_that_are_far_away_change_nothing() -> None:
    runner = InProcess(2, limits=Limits(seconds=1e6, memory_mb=1e9))
    assert list(runner.map(Counted(), range(5))) == [0, 1, 4, 9, 16]


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan")])
def test_a_limit_that_is_none_is_refused(value: float) -> None:
    with pytest.raises(BadUse, match="seconds"):
        Limits(seconds=value)
