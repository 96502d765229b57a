"""What the guards need of the server that they stand in front of."""

from typing import Protocol, TypeVar

from redball.app import Keeper
from redball.desk import Desk
from redball.web.settings import Settings

S = TypeVar("S")


class Looks(Protocol):
    """What tells open pages that something changed."""

    def look(self) -> None:
        """Look for changes at once."""


class Surroundings(Protocol):
    """The part of :class:`redball.web.serving.Services` that guards use."""

    @property
    def settings(self) -> Settings:
        """What the server was told when it started."""

    @property
    def desk(self) -> Desk:
        """Accounts, sessions, tokens."""

    @property
    def keeper(self) -> Keeper:
        """Twins of those who looked last."""

    def of(self, kind: type[S]) -> S:
        """The one service of a kind, started when it is first asked for."""

    @property
    def live(self) -> Looks:
        """Who is looking now."""
