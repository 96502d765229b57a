"""Who is looking, and telling them."""

import asyncio
import json
import threading
import time
from collections.abc import Mapping
from contextlib import suppress

from redball.desk import Desk
from redball.model import RedballError
from redball.store import open_store

POLL_SECONDS = 0.4
"""How often the databases are asked whether something changed: others may write to them too."""


class Listener:
    """One open page.

    Attributes
    ----------
    who : str
        Account, for what is told to one person only.
    """

    def __init__(self, who: str, loop: asyncio.AbstractEventLoop) -> None:
        self.who = who
        self._loop = loop
        self._waiting: dict[tuple[str, str], str] = {}
        self._lock = threading.Lock()
        self._ready = asyncio.Event()

    def put(self, topic: str, key: str, data: str) -> None:
        """Leave an event; a newer one of the same topic and key takes the place of an older."""
        with self._lock:
            first = not self._waiting
            self._waiting[(topic, key)] = data
        if first:
            with suppress(RuntimeError):  # the loop has ended, and the page with it
                self._loop.call_soon_threadsafe(self._ready.set)

    async def take(self, seconds: float) -> list[tuple[str, str]]:
        """Events since the last time, as topic and data; none after a while without."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ready.wait(), seconds)
        with self._lock:
            self._ready.clear()
            found = [(topic, data) for (topic, _), data in self._waiting.items()]
            self._waiting.clear()
        return found


class Live:
    """Everybody who is looking.

    Parameters
    ----------
    store : str
        Address of the store.
    desk : Desk
    """

    def __init__(self, store: str, desk: Desk) -> None:
        self._store = store
        self._desk = desk
        self._lock = threading.Lock()
        self._listeners: set[Listener] = set()
        self._versions: dict[str, int] = {}
        self._versions_read: dict[str, int] = {}
        self._read_at = -POLL_SECONDS
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._parted = False
        self._thread: threading.Thread | None = None

    @property
    def listening(self) -> int:
        """How many pages listen."""
        with self._lock:
            return len(self._listeners)

    def count_of(self, who: str) -> int:
        """How many pages of an account listen."""
        with self._lock:
            return sum(one.who == who for one in self._listeners)

    def versions(self) -> dict[str, int]:
        """State of every topic: a page carries it, and asks again when it is not the latest.

        At most :data:`POLL_SECONDS` old; an older one than what the page shows only makes the page
        ask once more than it had to.
        """
        if time.monotonic() - self._read_at > POLL_SECONDS:
            self._versions_read = self._read()
            self._read_at = time.monotonic()
        return self._versions_read

    def join(self, listener: Listener) -> None:
        """Let a page listen; it is told the state of all topics first."""
        found = self._read()
        with self._lock:
            self._listeners.add(listener)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="live", daemon=True)
                self._thread.start()
        listener.put("hello", "", json.dumps(found))
        self._wake.set()

    def leave(self, listener: Listener) -> None:
        """Forget a page."""
        with self._lock:
            self._listeners.discard(listener)

    def tell(
        self, topic: str, *, who: str, key: str = "", data: Mapping[str, object] | None = None
    ) -> None:
        """Tell all pages of one account something that is only theirs, such as progress.

        Parameters
        ----------
        topic : str
        who : str
            Account.
        key : str
            What it is about; only the latest of it is told.
        data : mapping, optional
            Plain values.
        """
        text = json.dumps({"key": key, **(data or {})})
        with self._lock:
            theirs = [one for one in self._listeners if one.who == who]
        for listener in theirs:
            listener.put(topic, key, text)

    def look(self) -> None:
        """Look for changes at once, not at the next beat: something was written here."""
        self._wake.set()

    @property
    def parted(self) -> bool:
        """Whether the server is about to end: streams end too, and pages connect again."""
        return self._parted

    def part(self) -> None:
        """Let go of all pages: the server is about to end, and would wait for them."""
        self._parted = True
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener.put("parted", "", "{}")

    def stop(self) -> None:
        """End the watch."""
        self._ended.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(5)

    def _run(self) -> None:
        while True:
            self._wake.wait(POLL_SECONDS)
            self._wake.clear()
            if self._ended.is_set():  # after clearing: what woke it may have been the end
                return
            with self._lock:
                listeners = list(self._listeners)
            if not listeners:
                self._wake.wait()
                continue
            found = self._read()
            changed = {t: v for t, v in found.items() if self._versions.get(t) != v}
            self._versions = found
            for topic, version in changed.items():
                text = json.dumps({"version": version})
                for listener in listeners:
                    listener.put(topic, "", text)

    def _read(self) -> dict[str, int]:
        """State of all topics; where a database is away for a while, as it was known last."""
        found = dict(self._versions)
        with suppress(RedballError):
            found |= self._desk.versions()
        with suppress(RedballError), open_store(self._store, migrate=False) as store:
            found |= store.state()
        return found
