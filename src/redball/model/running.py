"""How a capability has many independent pieces of work done without knowing where.

A capability takes a :class:`Runner`; ``redball.runtime`` gives those that use all cores, a cluster,
or a journal from which killed work resumes. :class:`InOrder` needs nothing and is the default.
"""

from collections.abc import Callable, Generator, Sequence
from typing import Protocol, TypeVar

from redball.model.errors import BadUse

Progress = Callable[[float], None]
"""Takes the share done, 0 to 1. Raising from it cancels the work."""

T = TypeVar("T")
R = TypeVar("R")


class Runner(Protocol):
    """Does the same work on many tasks.

    Results come in the order of the tasks, whatever runs first, so that who sums them up gets the
    same bytes from any runner. After the generator is closed, or an exception where it is
    read, nothing new is begun, and what has been is waited for.
    """

    def map(
        self,
        work: Callable[[T], R],
        tasks: Sequence[T],
        *,
        keys: Sequence[str] | None = None,
        progress: Progress | None = None,
    ) -> Generator[R, None, None]:
        """Results of ``work`` on each task, in the order of the tasks.

        Parameters
        ----------
        work : callable
            A module-level function, or a ``functools.partial`` of one: what is bound is sent to a
            cluster once, so put there what all tasks share. Pure: its answer depends on its
            arguments only.
        tasks : sequence
            Values; may be a lazy sequence such as a range.
        keys : sequence of str, optional
            A name for each task, unique and the same in every process, by which a journal knows it
            again. Without, the journal takes the content of the task.
        progress : callable, optional
            Called after each result, with the share done.

        Raises
        ------
        BadUse
            ``keys`` are not as many as ``tasks``, or one stands there twice.
        """
        ...


class InOrder:
    """One task after the other, where it is called: the runner that needs nothing."""

    def map(
        self,
        work: Callable[[T], R],
        tasks: Sequence[T],
        *,
        keys: Sequence[str] | None = None,
        progress: Progress | None = None,
    ) -> Generator[R, None, None]:
        """See :meth:`Runner.map`."""
        check_keys(tasks, keys)
        return self._results(work, tasks, progress)

    def _results(
        self, work: Callable[[T], R], tasks: Sequence[T], progress: Progress | None
    ) -> Generator[R, None, None]:
        for done, task in enumerate(tasks, start=1):
            result = work(task)
            if progress is not None:
                progress(done / len(tasks))
            yield result


def check_keys(tasks: Sequence[T], keys: Sequence[str] | None) -> None:
    """Refuse keys that do not name the tasks one by one.

    Raises
    ------
    BadUse
        As said in :meth:`Runner.map`.
    """
    if keys is None:
        return
    if len(keys) != len(tasks):
        raise BadUse(
            f"There are {len(tasks)} tasks and {len(keys)} keys.", mend="Give a key for each task."
        )
    seen: set[str] = set()
    for number, key in enumerate(keys):
        if key in seen:
            raise BadUse(
                f"The key '{key}' stands there twice.",
                where=f"task {number}",
                mend="Give every task a key of its own.",
            )
        seen.add(key)
