"""What takes longer than a page may: run in a thread, looked at until it is done."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from redball.model import RedballError

if TYPE_CHECKING:
    from redball.web.serving import Services

LOG = logging.getLogger("redball.web")
Progress = Callable[[str, int, int], None]
WORKERS = 2
MOST = 64


@dataclass
class Job:
    """Something that runs.

    Attributes
    ----------
    what : str
        ``check``, ``import`` or ``verify``.
    step : str
        What is done at the moment.
    done, total : int
        Of the step; a total of 0 is not known.
    error : RedballError or None
        Why it ended without a result.
    result : object
    """

    what: str
    step: str = ""
    done: int = 0
    total: int = 0
    error: RedballError | None = None
    result: object = None
    ended: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return not self.ended.is_set()


class Jobs:
    """Jobs of one server by key; one at a time for each key."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(WORKERS, "upload")
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}

    @classmethod
    def start(cls, services: "Services") -> Self:
        """Ready to run."""
        del services
        return cls()

    def stop(self) -> None:
        """Wait for what runs; what has not begun is left, and can be asked for again."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def of(self, key: str) -> Job | None:
        """The job of a key, running or ended."""
        with self._lock:
            return self._jobs.get(key)

    def ask(self, key: str, what: str, work: Callable[[Progress], object]) -> Job:
        """Run something; the job that runs already where one does."""
        with self._lock:
            running = self._jobs.get(key)
            if running is not None and running.runs:
                return running
            job = self._jobs[key] = Job(what)
            for old in [k for k, one in self._jobs.items() if not one.runs][:-MOST]:
                del self._jobs[old]
        self._pool.submit(self._run, job, work)
        return job

    def forget(self, key: str) -> None:
        """Let go of what has ended."""
        with self._lock:
            self._jobs.pop(key, None)

    @staticmethod
    def _run(job: Job, work: Callable[[Progress], object]) -> None:
        def progress(step: str, done: int, total: int) -> None:
            job.step, job.done, job.total = step, done, total

        try:
            job.result = work(progress)
        except RedballError as error:
            job.error = error
        except Exception as error:  # told without its words, which may name rows; the log has them
            LOG.error("%s failed", job.what, exc_info=error)
            job.error = RedballError(
                "Something went wrong that was not foreseen. Nothing was half done.",
                mend="Try again; the operator finds the reason in the server's log.",
            )
        finally:
            job.ended.set()
