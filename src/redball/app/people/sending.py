"""Events of people go from the desk to the store's ledger, many in one durable commit.

A server's sign-ins do not wait while an import holds the store: they are in the desk's outbox, and
a thread sends them on. While the ledger takes nothing, accounts are not changed.
"""

import logging
import threading
from datetime import datetime, timedelta

from redball.desk import Desk
from redball.desk.outbox import drop_events, waiting_events
from redball.model import RedballError, StoreError
from redball.store import open_store

LOG = logging.getLogger("redball.people")
AGAIN_SECONDS = 1.0
LONGEST_WAIT = timedelta(minutes=2)
"""The ledger takes nothing for so long: it counts as gone."""


class Sender:
    """Sends waiting events to the ledger.

    Parameters
    ----------
    store : str
    desk : Desk
    waits : bool
        Send within :meth:`send`; else in a thread.
    """

    def __init__(self, store: str, desk: Desk, *, waits: bool) -> None:
        self._store, self._desk, self._waits = store, desk, waits
        self._one = threading.Lock()
        self._sending = threading.Lock()
        self._wanted = threading.Event()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def send(self) -> None:
        """Send what waits, now or soon; what the ledger does not take goes on waiting."""
        if self._waits:
            self._tried()
            return
        with self._one:
            if self._thread is None and not self._ending.is_set():
                self._thread = threading.Thread(target=self._run, name="people", daemon=True)
                self._thread.start()
        self._wanted.set()

    def reached(self, now: datetime) -> None:
        """Refuse where events wait for longer than they should.

        Raises
        ------
        StoreError
            The ledger takes nothing: what can't be recorded is not done.
        """
        if self._waits_long(now) and not self._tried() and self._waits_long(now):
            raise StoreError(
                "The ledger takes no events, so no account is changed.",
                where=self._store,
                mend="Make room or bring the store back; what waits is then recorded.",
            )

    def _waits_long(self, now: datetime) -> bool:
        with self._desk.reading() as connection:
            waiting = waiting_events(connection)
        return bool(waiting) and now - waiting[0][1].at > LONGEST_WAIT

    def close(self) -> None:
        """Send what waits and end."""
        self._ending.set()
        self._wanted.set()
        with self._one:
            thread = self._thread
        if thread is not None:
            thread.join()
        self._tried()

    def _run(self) -> None:
        while not self._ending.is_set():
            self._wanted.wait()
            self._wanted.clear()
            while not self._tried() and not self._ending.wait(AGAIN_SECONDS):
                pass

    def _tried(self) -> bool:
        try:
            self._sent()
        except RedballError as error:
            LOG.warning("events of people wait for the ledger: %s", error)
            return False
        return True

    def _sent(self) -> None:
        with self._sending:
            while True:
                with self._desk.reading() as connection:
                    waiting = waiting_events(connection)
                if not waiting:
                    return
                with open_store(self._store, migrate=False) as store:
                    store.record([event for _, event in waiting])
                with self._desk.writing() as connection:
                    drop_events(connection, tuple(number for number, _ in waiting))
