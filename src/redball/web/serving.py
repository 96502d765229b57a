"""What a server keeps for all visits, and running it."""

import threading
from dataclasses import dataclass, field
from typing import Protocol, Self, TypeVar, cast

from redball.app import Keeper
from redball.desk import Desk, open_desk
from redball.web.live.hub import Live
from redball.web.settings import Settings


class Service(Protocol):
    """Something that lives as long as the server, such as what runs long work."""

    @classmethod
    def start(cls, services: "Services") -> Self:
        """Make it; called once, when it is first asked for."""

    def stop(self) -> None:
        """End it; what was acknowledged is on the disk before this returns."""


S = TypeVar("S")


@dataclass
class Services:
    """What a server keeps.

    Attributes
    ----------
    settings : Settings
    desk : Desk
        Accounts, sessions, the working list, work.
    keeper : Keeper
        Twins of those who looked last.
    live : Live
        Who is looking now, and what changed.
    """

    settings: Settings
    desk: Desk
    keeper: Keeper = field(default_factory=Keeper)
    live: Live = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _started: dict[type, Service] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.live = Live(self.settings.store, self.desk)

    @classmethod
    def open(cls, settings: Settings) -> "Services":
        """Open the desk of a store.

        Raises
        ------
        StoreMissing, StoreError
            The store's place can't be reached.
        """
        return cls(settings, open_desk(settings.store))

    def of(self, kind: type[S]) -> S:
        """The one service of a kind (:class:`Service`), started when it is first asked for."""
        with self._lock:
            if kind not in self._started:
                self._started[kind] = cast("type[Service]", kind).start(self)
            return cast("S", self._started[kind])

    def stop(self) -> None:
        """End every service, the last started first, and let go of the desk."""
        with self._lock:
            for service in reversed(list(self._started.values())):
                service.stop()
            self._started.clear()
        self.live.stop()
        self.desk.close()
