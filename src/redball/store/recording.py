"""Group commit: many threads record events, and one durable transaction serves them together.

What takes time is not hashing but waiting for the disk. So events are collected for some
milliseconds, written in one transaction, and acknowledged together after its commit. Nobody is
told that an event is recorded before it is on the disk.
"""

import threading
import time
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from redball.ledger import Event
from redball.model import BadUse, StoreError
from redball.store.backend import Backend
from redball.store.log import Ready, append, made_ready

MOST_AT_ONCE = 5_000
"""Events in one transaction: bounds what a crash can leave unacknowledged, and memory."""


class Recorder:
    """Records events together with those of other threads; closed by ``with`` or :meth:`close`.

    Parameters
    ----------
    backend : Backend
    max_wait_ms : float
        How long the first event of a batch waits for others.
    """

    def __init__(self, backend: Backend, max_wait_ms: float) -> None:
        if not 0 <= max_wait_ms <= 1_000:
            raise BadUse("A recorder waits from 0 to 1000 ms.", mend="5 to 20 ms serve well.")
        self._backend = backend
        self._wait_seconds = max_wait_ms / 1_000
        self._given: list[tuple[Ready, Future[int]]] = []
        self._changed = threading.Condition()
        self._closed = False
        self._worker = threading.Thread(target=self._work, name="ledger recorder", daemon=True)
        self._worker.start()

    def submit(self, event: Event) -> "Future[int]":
        """Hand an event over; the future holds its index once it is on the disk.

        An event that fits no leaf is refused at once, so that it fails nobody else.

        Raises
        ------
        BadUse, BadData
            The event can't be a leaf, or the recorder is closed.
        """
        ready = made_ready(event)
        future: Future[int] = Future()
        with self._changed:
            if self._closed:
                raise BadUse("The recorder is closed.", mend="Take a new one from the store.")
            self._given.append((ready, future))
            self._changed.notify_all()
        return future

    def record(self, event: Event) -> int:
        """Record an event and return its index when it is on the disk.

        Raises
        ------
        StoreBusy, StoreFull, StoreError
            The batch could not be written: nothing of it was, and all of its callers are told.
        """
        return self.submit(event).result()

    def close(self) -> None:
        """Write what was handed over and end; may be called more than once."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._worker.join()

    def _work(self) -> None:
        while batch := self._collected():
            self._write(batch)

    def _collected(self) -> "list[tuple[Ready, Future[int]]]":
        """Wait for events and for company; empty when closed and done."""
        with self._changed:
            self._changed.wait_for(lambda: self._given or self._closed)
            until = time.monotonic() + self._wait_seconds
            while len(self._given) < MOST_AT_ONCE and not self._closed:
                left = until - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    break
            batch, self._given = self._given[:MOST_AT_ONCE], self._given[MOST_AT_ONCE:]
            return batch

    def _write(self, batch: "list[tuple[Ready, Future[int]]]") -> None:
        taken = [(event, f) for event, f in batch if f.set_running_or_notify_cancel()]
        try:
            with self._backend.writing() as connection:
                indices = append(connection, [event for event, _ in taken], self._backend.url)
        except Exception as error:  # noqa: BLE001 - whatever it is, every caller must be told
            for _, future in taken:
                future.set_exception(_told(error))
            return
        for (_, future), index in zip(taken, indices, strict=True):
            future.set_result(index)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _told(error: Exception) -> StoreError:
    """An error of its own for each caller: raising one in two threads would mix their traces."""
    if isinstance(error, StoreError):
        told = type(error)(error.what, where=error.where, mend=error.mend)
    else:
        told = StoreError(f"The ledger could not be written: {error}", mend="Try again.")
    told.__cause__ = error
    return told
