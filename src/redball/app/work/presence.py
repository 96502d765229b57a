"""Servers that run the work of one store: each says that it is there, and sees who no longer is."""

import secrets
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from redball.desk import Desk
from redball.desk.work import beat, interrupt, interrupt_left
from redball.model import StoreError

BEAT_SECONDS = 10.0
"""How often a server says that it is there."""
GONE_SECONDS = 45.0
"""A server that has not said so for this long has ended without a word."""


class Presence:
    """Says that this server is there, in a thread of its own, so that no long step hides it.

    What a server that is gone was running is marked as interrupted; what it had queued is taken by
    the others (:func:`redball.desk.work.take_next`). No clock of another machine is believed: a
    server is gone when its count has not risen for :data:`GONE_SECONDS` as measured here.

    Parameters
    ----------
    desk : Desk
    now : callable
        This moment, as text for the desk.
    found : callable
        Told when something was marked.
    """

    def __init__(self, desk: Desk, now: Callable[[], str], found: Callable[[], None]) -> None:
        self.name = f"{socket.gethostname()}:{secrets.token_hex(4)}"
        self._desk = desk
        self._now = now
        self._found = found
        self._risen: dict[str, tuple[int, float]] = {}
        self._ended = threading.Event()
        self.look(time.monotonic())
        self._thread = threading.Thread(target=self._run, name="work-presence", daemon=True)
        self._thread.start()

    def look(self, at: float) -> int:
        """Say that this one is there and see to those that are not; gives what was marked.

        Parameters
        ----------
        at : float
            This moment in seconds, by a clock that only goes on.

        Raises
        ------
        StoreError
            The desk is away.
        """
        beats = beat(self._desk, self.name)
        marked = 0
        for server, count in beats.items():
            known = self._risen.get(server)
            if server == self.name or known is None or known[0] != count:
                self._risen[server] = (count, at)
            elif at - known[1] > GONE_SECONDS:
                marked += interrupt(self._desk, server, self._now())
        self._risen = {name: seen for name, seen in self._risen.items() if name in beats}
        return marked + interrupt_left(self._desk, self._now())

    def stop(self) -> None:
        """End: what runs here is marked as interrupted, what is queued stays queued."""
        self._ended.set()
        self._thread.join(BEAT_SECONDS)
        with suppress(StoreError):
            interrupt(self._desk, self.name, self._now())

    def _run(self) -> None:
        while not self._ended.wait(BEAT_SECONDS):
            with suppress(StoreError):  # away for a while: the others see it as gone if for long
                if self.look(time.monotonic()):
                    self._found()
