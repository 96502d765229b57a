"""A Ray cluster as a runner: the same results from many machines."""

import os
from collections import deque
from collections.abc import Callable, Generator, Sequence
from types import ModuleType, TracebackType
from typing import Any, TypeVar

from redball.model import BadUse, MissingExtra, RedballError
from redball.model.running import Progress, check_keys
from redball.runtime.limits import NO_LIMITS, Limits, Meter
from redball.runtime.threads import AHEAD, check_workers

T = TypeVar("T")
R = TypeVar("R")

_OBJECTS_BYTES = 100_000_000
"""Shared memory of a local cluster; Ray takes a third of the machine's when not told."""

_LOOK_SECONDS = 0.2


class RayCluster:
    """Runs tasks on a Ray cluster; a context manager.

    After an error or an interrupt nothing new is sent, and what was sent (two tasks for each worker
    at most) is waited for.

    Parameters
    ----------
    address : str, optional
        Of a cluster that stands, such as ``auto`` or ``ray://host:10001``. Without, a local one is
        started at the first use and ended by :meth:`close`: no dashboard, nothing reported to
        anybody.
    workers : int, optional
        Tasks at the same time; when absent all cores, of the cluster at the address or of this
        machine.
    limits : Limits
        Time of a ``map`` as a whole, memory of each worker after each task.

    Raises
    ------
    MissingExtra
        Ray is not installed.
    BadUse
        Fewer than one worker, or no cluster at the address; from :meth:`map`, a limit is passed.
    """

    def __init__(
        self,
        address: str | None = None,
        workers: int | None = None,
        *,
        limits: Limits = NO_LIMITS,
    ) -> None:
        check_workers(workers)
        self.workers = workers
        self.address = address
        self.limits = limits
        self._ray = _ray()
        self._started = False

    def __enter__(self) -> "RayCluster":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the cluster, or leave it, when this runner has joined it."""
        if self._started:
            self._ray.shutdown()
            self._started = False

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
        return self._results(work, tasks, progress)

    def _results(
        self, work: Callable[[T], R], tasks: Sequence[T], progress: Progress | None
    ) -> Generator[R, None, None]:
        if not tasks:
            return
        workers = self._start()
        meter, total = Meter(self.limits), len(tasks)
        shared = self._ray.put(work)
        remote = self._ray.remote(num_cpus=1, max_retries=3)(_on_worker)
        waiting: deque[Any] = deque()
        begun = 0
        try:
            for done in range(1, total + 1):
                while begun < total and len(waiting) < AHEAD * workers:
                    waiting.append(remote.remote(shared, tasks[begun], self.limits, begun, total))
                    begun += 1
                result = self._awaited(waiting[0], meter, done - 1, total)
                waiting.popleft()
                meter.check_time(done, total)
                if progress is not None:
                    progress(done / total)
                yield result
        finally:
            self._finish(waiting)

    def _start(self) -> int:
        """Join or start the cluster; how many tasks it takes at a time."""
        if not self._ray.is_initialized():
            self._join()
        if self.workers is None:
            return max(int(self._ray.cluster_resources().get("CPU", 1)), 1)
        return self.workers

    def _join(self) -> None:
        # read when Ray starts: without the first it reports its use to its makers
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
        quiet = {"log_to_driver": False, "logging_level": "error"}
        try:
            if self.address is None:
                self._ray.init(
                    num_cpus=check_workers(self.workers),
                    object_store_memory=_OBJECTS_BYTES,
                    include_dashboard=False,
                    **quiet,
                )
            else:
                self._ray.init(address=self.address, **quiet)
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            raise BadUse(
                f"The cluster can't be reached or started: {error}",
                where=self.address or "a local cluster",
                mend="Check the address, or leave it out to start one here.",
            ) from error
        self._started = True

    def _awaited(self, reference: Any, meter: Meter, done: int, total: int) -> Any:
        while True:
            ready, _ = self._ray.wait([reference], timeout=_LOOK_SECONDS)
            if ready:
                break
            meter.check_time(done, total)
        try:
            return self._ray.get(reference)
        except self._ray.exceptions.RayTaskError as error:
            cause = error.cause
            raise (cause if isinstance(cause, BaseException) else error) from None
        except self._ray.exceptions.RayError as error:
            raise RedballError(
                f"A worker of the cluster was lost: {type(error).__name__}.",
                where=f"task {done + 1} of {total}",
                mend="See that workers have memory; with a journal, what is done stays done.",
            ) from error

    def _finish(self, waiting: "deque[Any]") -> None:
        """Wait until nothing runs: at most two tasks for each worker.

        Not by ``ray.cancel``, by force or without: where the answer is on its way already, Ray 2.60
        aborts the whole process ("Tried to complete task that was not pending").
        """
        if waiting:
            self._ray.wait(list(waiting), num_returns=len(waiting))


def _on_worker(work: Callable[[T], R], task: T, limits: Limits, number: int, total: int) -> R:
    """One task, in a worker's process."""
    result = work(task)
    Meter(Limits(memory_mb=limits.memory_mb)).check(number + 1, total)
    return result


def _ray() -> ModuleType:
    try:
        import ray
    except ImportError as error:
        raise MissingExtra("ray", "Work on a cluster") from error
    found: ModuleType = ray
    return found
