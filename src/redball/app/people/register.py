"""The register of a node's people: its desk, its rules, and the way to the ledger.

Every use case of people takes a :class:`Register` first. What it changes it changes in one
transaction of the desk, together with the events that tell of it; the events then go to the store's
ledger (:mod:`redball.app.people.sending`).
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self

from redball.access import Subject, parse_subject
from redball.accounts.holding import SessionRules
from redball.accounts.secrets import new_key
from redball.app.doing import current
from redball.app.people.acting import NOBODY, Acting
from redball.app.people.sealed import SealedIn
from redball.app.people.sending import Sender
from redball.app.releasing import authorised
from redball.desk import Desk, open_desk
from redball.desk.outbox import put_event
from redball.ledger import Event, EventKind
from redball.ledger.envelope import Fact
from redball.model import RedballError

if TYPE_CHECKING:
    import sqlalchemy as sa

    from redball.access.actions import Action
    from redball.accounts.passkeys import Site


def _now() -> datetime:
    return datetime.now(UTC)


class Register:
    """People of a node; may be shared by threads.

    Parameters
    ----------
    store : str
        Address of the store that they work with; its ledger tells what happens.
    desk : Desk
    rules : SessionRules
    origin : str
        ``https://host[:port]`` of the server: passkeys are bound to it.
    exercise : bool
        Links that sign straight in are allowed.
    waits : bool
        Whether a change waits until the ledger was tried; a server does not.
    clock : callable
        This moment.
    """

    def __init__(
        self,
        store: str,
        desk: Desk,
        *,
        rules: SessionRules | None = None,
        origin: str = "http://localhost:8471",
        exercise: bool = False,
        waits: bool = True,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.store = store
        self.desk = desk
        self.rules = rules or SessionRules()
        self.origin = origin
        self.exercise = exercise
        self.clock = clock
        self.seal = SealedIn(store)
        self.sender = Sender(store, desk, waits=waits)
        self._owns_desk = False

    @classmethod
    def open(cls, store: str) -> Self:
        """Open the register of a store, for a command line; closed with ``with``."""
        found = cls(store, open_desk(store))
        found._owns_desk = True
        return found

    @property
    def site(self) -> "Site":
        """The server as authenticators know it."""
        from urllib.parse import urlsplit

        from redball.accounts.passkeys import Site

        return Site(str(urlsplit(self.origin).hostname), self.origin)

    def now(self) -> datetime:
        """Give this moment."""
        return self.clock()

    def changing(self) -> "Change":
        """Begin a change; it is made when the ``with`` ends, or not at all."""
        return Change(self)

    def permitted(self, acting: Acting, action: "Action") -> Subject:
        """Refuse what somebody's role may not do; the refusal is written into the ledger.

        Raises
        ------
        NotPermitted
            Names the action and who may.
        """
        doing = current()
        subject = parse_subject(acting.subject)
        if doing is not None:
            doing.asked.append((self.store, subject))
        authorised(subject, action)
        return subject

    def close(self) -> None:
        """Send what waits and let go."""
        self.sender.close()
        if self._owns_desk:
            self.desk.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Noted(Exception):
    """A refusal that leaves traces: what was counted and told stays, then the error is raised."""

    def __init__(self, error: RedballError) -> None:
        self.error = error
        super().__init__(str(error))


class Change:
    """A change of the desk that is being made, with the events that tell of it.

    Attributes
    ----------
    connection : sqlalchemy.Connection
        The open transaction.
    now : datetime
        When it happens.
    """

    connection: "sa.Connection"

    def __init__(self, register: Register) -> None:
        self.register = register
        self.now = register.now()
        self._events: list[Event] = []
        self._transaction: AbstractContextManager[sa.Connection] = register.desk.writing("people")

    def tell(
        self,
        kind: EventKind,
        verb: str,
        acting: Acting,
        about: str,
        **facts: Fact,
    ) -> None:
        """Say what happens; no secrets, no names of people.

        Parameters
        ----------
        kind : EventKind
        verb : str
        acting : Acting
            Who does it.
        about : str
            Key of the account, or what else it is about.
        **facts
        """
        given = {**facts, "account": acting.account, "session": acting.session}
        known = {name: fact for name, fact in given.items() if fact not in ("", None)}
        self._events.append(Event(kind, verb, acting.subject, about, self.now, facts=known))

    def refusal(
        self,
        verb: str,
        about: str,
        error: RedballError,
        *,
        acting: Acting = NOBODY,
        reason: str,
    ) -> Noted:
        """Make what is raised to refuse: ``raise change.refusal(...)``."""
        self.tell(EventKind.REFUSAL, verb, acting, about, reason=reason)
        return Noted(error)

    def __enter__(self) -> Self:
        self.connection = self._transaction.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None and not isinstance(error, Noted):
            self._transaction.__exit__(kind, error, trace)
            return
        try:
            for event in self._events:
                key = new_key() + new_key()  # tells an event that was sent twice
                put_event(self.connection, replace(event, facts={**event.facts, "id": key}))
        except BaseException as problem:
            self._transaction.__exit__(type(problem), problem, problem.__traceback__)
            raise
        self._transaction.__exit__(None, None, None)
        if self._events:
            self.register.sender.send()
        if isinstance(error, Noted):
            raise error.error from None
