"""All cores of this machine, by threads: the kernels run without the interpreter's lock."""

import os
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from typing import TypeVar

from redball.model import BadUse
from redball.model.running import Progress, check_keys
from redball.runtime.limits import NO_LIMITS, Limits, Meter

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 2
"""Tasks begun or waiting for each worker: enough to keep it busy, few enough to stay flat."""

_LOOK_SECONDS = 0.2
"""How often limits are looked at while a task runs."""


def cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def check_workers(workers: int | None) -> int:
    """Return the number of workers; all cores for None.

    Raises
    ------
    BadUse
        Below 1.
    """
    if workers is None:
        return cores()
    if workers < 1:
        raise BadUse(f"There are {workers} workers.", mend="Give 1 or more, or None for all cores.")
    return workers


class InProcess:
    """Runs tasks on threads of this process.

    The kernels of this package give the interpreter's lock away, so threads use the cores and
    nothing is copied. Work must not call kernels made by ``compiled_parallel``: they take all cores
    themselves, and not every threading layer of Numba bears two at once.

    Parameters
    ----------
    workers : int, optional
        Threads; all cores this process may use when absent. 1 works in the caller's own thread.
    limits : Limits
        Looked at after every result, and while one is waited for. A task that is under way is not
        killed: the error comes when it has ended.

    Raises
    ------
    BadUse
        Fewer than one worker; from :meth:`map`, a limit that is passed.
    """

    def __init__(self, workers: int | None = None, *, limits: Limits = NO_LIMITS) -> None:
        self.workers = check_workers(workers)
        self.limits = limits

    def map(
        self,
        work: Callable[[T], R],
        tasks: Sequence[T],
        *,
        keys: Sequence[str] | None = None,
        progress: Progress | None = None,
    ) -> Generator[R, None, None]:
        """See :meth:`redball.model.running.Runner.map`."""
        check_keys(tasks, keys)
        if self.workers == 1:
            return self._here(work, tasks, progress)
        return self._threads(work, tasks, progress)

    def _here(
        self, work: Callable[[T], R], tasks: Sequence[T], progress: Progress | None
    ) -> Generator[R, None, None]:
        meter = Meter(self.limits)
        for done, task in enumerate(tasks, start=1):
            result = work(task)
            meter.check(done, len(tasks))
            if progress is not None:
                progress(done / len(tasks))
            yield result

    def _threads(
        self, work: Callable[[T], R], tasks: Sequence[T], progress: Progress | None
    ) -> Generator[R, None, None]:
        meter, total = Meter(self.limits), len(tasks)
        pool = ThreadPoolExecutor(min(self.workers, max(total, 1)), "redball")
        waiting: deque[Future[R]] = deque()
        begun = 0
        try:
            for done in range(1, total + 1):
                while begun < total and len(waiting) < AHEAD * self.workers:
                    waiting.append(pool.submit(work, tasks[begun]))
                    begun += 1
                result = _awaited(waiting[0], meter, done - 1, total)
                waiting.popleft()
                meter.check(done, total)
                if progress is not None:
                    progress(done / total)
                yield result
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _awaited(future: Future[R], meter: Meter, done: int, total: int) -> R:
    """Result of a task; limits are looked at meanwhile."""
    while True:
        try:
            return future.result(timeout=_LOOK_SECONDS)
        except NotYet:
            if future.done():  # the work itself raised a TimeoutError
                raise
            meter.check(done, total)
