"""Answers that take long, worked out once for all who ask on pages, while they see how far it is.

What is worked out belongs to what was looked at: it is found again only by the same subject, for
the same action, under an equal scope, from equal content on the same day. Twins of now are built
anew every minute; a curve that took half a minute outlasts them.
"""

import queue
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Generic, TypeVar, cast

from redball.app.answers import Progress
from redball.app.keeping import scope_key
from redball.app.seen import Seen
from redball.model import RedballError, StoreError

T = TypeVar("T")

_WAITING = 16
"""Pieces of work that may wait for their turn."""
_KEPT = 12
"""Answers kept for one content."""
_TWINS = 8
"""Contents for which answers are kept."""


@dataclass
class Underway(Generic[T]):
    """Something that is being worked out, waits for its turn, or is there.

    Attributes
    ----------
    begun : bool
        Whether it stands in the queue or was taken from it.
    done : T or None
    error : RedballError or None
        Why there will be none.
    what : str
        What is being done.
    share : float
        How much of that, 0 to 1.
    """

    begun: bool = False
    done: T | None = None
    error: RedballError | None = None
    what: str = "waiting for its turn"
    share: float = 0.0
    ended: threading.Event = field(default_factory=threading.Event, repr=False)
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def tell(self, what: str, done: int, total: int) -> None:
        """Take progress of the work."""
        self.what, self.share = what, min(done / total, 1.0) if total else 0.0

    def forget(self) -> None:
        """Let it be worked out anew when it is next asked for."""
        with self.lock:
            self.error, self.begun = None, False
            self.ended.clear()

    @property
    def percent(self) -> int:
        """Progress in whole per cent."""
        return round(100 * self.share)


class Recent:
    """The answers from one content that were asked for last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Underway[object]] = OrderedDict()

    def of(self, name: str) -> Underway[object]:
        """The answer to a question, or a place for it; the oldest make room."""
        with self._lock:
            found = self._kept.pop(name, None) or Underway()
            self._kept[name] = found
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            return found


class _Stopped(Exception):
    """The server ends: work ends at its next word of progress."""


class Explorer:
    """Works out what pages ask for, one after the other, in a thread of its own.

    At the size of an alliance a curve takes half a minute and every processor, so a second one
    beside it would help nobody.
    """

    def __init__(self) -> None:
        self._asked: queue.Queue[Callable[[], None] | None] = queue.Queue(_WAITING)
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._recent: OrderedDict[Hashable, Recent] = OrderedDict()

    def place(self, seen: Seen, name: str) -> Underway[object]:
        """Where the answer to a question is kept, or will be.

        Parameters
        ----------
        seen : Seen
            What is looked at now; its scope was decided now.
        name : str
            The question with all of its parameters.
        """
        twin, scope = seen.twin, seen.scope
        whose = None if scope is None else (scope.subject.text, scope.action, scope_key(scope))
        key = (seen.store, whose, twin.content_hash, twin.revision, twin.as_of.date())
        with self._lock:
            found = self._recent.pop(key, None) or Recent()
            self._recent[key] = found
            while len(self._recent) > _TWINS:
                self._recent.popitem(last=False)
        return found.of(name)

    def answered(
        self, one: Underway[object], make: Callable[[Progress], T], wait: float = 0.5
    ) -> T | None:
        """What was worked out; else see that it is, and wait a moment for it.

        Parameters
        ----------
        one : Underway
        make : callable
            Takes where to tell progress.
        wait : float
            Seconds.

        Raises
        ------
        RedballError
            It could not be worked out.
        """
        if not one.ended.is_set():
            self._begin(one, make)
            one.ended.wait(wait)
        error = one.error
        if error is not None:
            if isinstance(error, StoreError):  # it may do better next time
                one.forget()
            raise error.with_traceback(None)
        return cast("T | None", one.done)

    def _begin(self, one: Underway[object], make: Callable[[Progress], object]) -> None:
        """Put work in the queue, once; where that is full it is asked for again later."""
        with one.lock:
            if one.begun or self._ending.is_set():
                return
            context = copy_context()  # who asks, for which action, and what is kept
            with suppress(queue.Full):
                self._asked.put_nowait(lambda: context.run(self._make, one, make))
                one.begun = True
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="explorer", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """End; what is being worked out is given up."""
        self._ending.set()
        with suppress(queue.Full):  # the thread looks at the event before each piece of work
            self._asked.put_nowait(None)
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(timeout=10)

    def _work(self) -> None:
        while not self._ending.is_set():
            work = self._asked.get()
            if work is None:
                return
            work()

    def _make(self, one: Underway[object], make: Callable[[Progress], object]) -> None:
        def tell(what: str, done: int, total: int) -> None:
            if self._ending.is_set():
                raise _Stopped
            one.tell(what, done, total)

        one.tell("beginning", 0, 1)
        try:
            one.done = make(tell)
        except _Stopped:
            one.begun = False
            return
        except RedballError as error:
            one.error = error
        except Exception as error:  # noqa: BLE001 - the thread serves everybody and goes on
            one.error = RedballError(
                "It could not be worked out.", where=type(error).__name__,
                mend="Ask for it on the command line, which says more.",
            )  # fmt: skip
        one.ended.set()
