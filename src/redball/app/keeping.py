"""Twins kept between questions, for a face that is asked often.

Notebook and command line build a twin for each question. A server is asked by many people about
the same state, so inside :func:`keeping` a twin is built once per subject, action, moment, revision
and scope, and what is derived from it once per twin (:func:`kept`). Nobody is shown more by that:
the scope is decided anew whenever it is older than :data:`FRESH`, so that an agreement that ended
closes within a second; and a twin is found again only under an equal scope.

Releases under agreements are recorded when a twin is first shown to a subject, and again for every
:data:`RECORDED` that it is looked at.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from redball.access import ReleaseScope
from redball.app.doing import Relied
from redball.app.seen import Seen

T = TypeVar("T")

FRESH = 0.5
"""Seconds for which a decided scope and the state of the store count as known."""
CLOCK = 600.0
"""Seconds for which a twin of now counts as one of now, while nothing in the store changes.

Pages say the moment that they show. Only what begins or ends by the clock alone waits for it, and
making everything anew takes the next visitor a quarter of a minute at size L.
"""
RECORDED = timedelta(minutes=15)
"""How long one record of a release stands for looking at the same state again."""


@dataclass
class KeptTwin:
    """A twin with what was said when it was released.

    Attributes
    ----------
    seen : Seen
    made : float
        Monotonic seconds.
    recorded : float
        When its release was last recorded.
    relied : list of Relied
        Agreements that it rests on, for whoever uses it.
    """

    seen: Seen
    made: float
    recorded: float
    relied: list[Relied] = field(default_factory=list)

    @property
    def bytes(self) -> int:
        """Memory that it takes, counted roughly: its rows, and as much for what is made of them."""
        return self._bytes

    def __post_init__(self) -> None:
        twin = self.seen.twin
        self._bytes = 2 * int(sum(twin[name].estimated_size() for name in twin.tables))


@dataclass(frozen=True)
class Look:
    """When somebody began to look at the store.

    Attributes
    ----------
    state : int
        How often something had been changed here.
    at : float
        Monotonic seconds.
    """

    state: int
    at: float


class Keeper:
    """Twins of one server, the most recently used first; may be shared by threads.

    Parameters
    ----------
    capacity : int
        Twins kept at most.
    memory_bytes : int
        Memory that all of them may take; the one asked for last is kept in any case.
    """

    def __init__(self, capacity: int = 48, memory_bytes: int = 2 * 2**30) -> None:
        self._capacity = capacity
        self._memory = memory_bytes
        self._lock = threading.Lock()
        self._twins: OrderedDict[Hashable, KeptTwin] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}
        self._recent: dict[Hashable, tuple[float, Hashable]] = {}
        self._state = 0

    def recent(self, question: Hashable) -> KeptTwin | None:
        """The twin that answered a question less than :data:`FRESH` ago."""
        with self._lock:
            found = self._recent.get((self._state, question))
            if found is None or time.monotonic() - found[0] > FRESH:
                return None
            twin = self._twins.get(found[1])
            if twin is not None:
                self._twins.move_to_end(found[1])
            return twin

    def look(self) -> Look:
        """Begin to look at the store: asked for before revisions and scope are read."""
        with self._lock:
            return Look(self._state, time.monotonic())

    def twin(
        self, question: Hashable, state: Hashable, look: Look, make: Callable[[], KeptTwin]
    ) -> KeptTwin:
        """The twin of a state, made once however many ask at the same time.

        Parameters
        ----------
        question : hashable
            Who looks at which moment for what.
        state : hashable
            What the answer depends on: revision and scope.
        look : Look
            When that state was read: building may take longer than :data:`FRESH`, and what was
            changed meanwhile must not wait for it.
        make : callable
        """
        key = (question, state)
        with self._lock:
            gate = self._making.setdefault(key, threading.Lock())
        with gate:
            with self._lock:
                found = self._twins.get(key)
            if found is None or time.monotonic() - found.made > CLOCK:
                try:
                    found = make()
                except BaseException:
                    with self._lock:
                        self._making.pop(key, None)
                    raise
            with self._lock:
                self._twins[key] = found
                self._twins.move_to_end(key)
                self._make_room()
                if len(self._recent) > 16 * self._capacity:
                    self._recent.clear()
                self._recent[(look.state, question)] = (look.at, key)
                self._making.pop(key, None)
        return found

    def _make_room(self) -> None:
        while len(self._twins) > 1 and (
            len(self._twins) > self._capacity
            or sum(twin.bytes for twin in self._twins.values()) > self._memory
        ):
            self._twins.popitem(last=False)

    def stale(self) -> None:
        """Decide everything anew at the next question: something was changed here."""
        with self._lock:
            self._state += 1
            self._recent.clear()


_KEEPER: ContextVar[Keeper | None] = ContextVar("redball_keeper", default=None)


@contextmanager
def keeping(keeper: Keeper) -> Iterator[None]:
    """Keep twins while this lasts, in this thread or task and what it starts."""
    token = _KEEPER.set(keeper)
    try:
        yield
    finally:
        _KEEPER.reset(token)


def keeper() -> Keeper | None:
    """The keeper that is in use here, or None."""
    return _KEEPER.get()


def scope_key(scope: ReleaseScope) -> Hashable:
    """What two equal scopes have in common: everything that decides which rows are shown how."""
    return (
        scope.policy,
        tuple(sorted((number, label.text, label.under) for number, label in scope.labels.items())),
        tuple(sorted((number, str(detail)) for number, detail in scope.details.items())),
        tuple(sorted((one.id, one.version) for one in scope.agreements.values())),
    )


def kept(seen: Seen, name: Hashable, make: Callable[[], T]) -> T:
    """What is derived from a twin, made once per twin while it is kept and freed with it.

    Outside of :func:`keeping` it is simply made.

    Parameters
    ----------
    seen : Seen
    name : hashable
        What it is, with every parameter that it depends on.
    make : callable
        Uses nothing but ``seen`` and what ``name`` says.
    """
    return make() if keeper() is None else seen.derived.once(name, make)
