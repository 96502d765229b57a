"""Refusals of the face are written into the ledger, together with others, waiting for nobody.

What a use case refuses it records itself; here is what never reached one. Whoever sends nonsense
all day must not fill the ledger: of one address or account a burst is written, then one a minute
with how many were left out.
"""

import logging
import threading
from datetime import UTC, datetime
from typing import Self

from redball.ledger import Event, EventKind
from redball.model import NotPermitted, RedballError
from redball.store import Store, open_store
from redball.store.recording import Recorder
from redball.web.security.limiting import Limiter, Rate
from redball.web.security.peers import Peer
from redball.web.security.refusals import Forged, ProveAgain, SignInFirst
from redball.web.security.signed_in import SignedIn
from redball.web.security.surroundings import Surroundings

LOG = logging.getLogger("redball.web")
WRITTEN = Rate(per_minute=1, at_once=30)
NOBODY = "nobody"


class Teller:
    """Writes refusals down.

    Parameters
    ----------
    address : str
        Of the store whose ledger is written.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._store: Store | None = None
        self._recorder: Recorder | None = None
        self._limiter = Limiter()
        self._left_out: dict[str, int] = {}

    @classmethod
    def start(cls, services: Surroundings) -> Self:
        """Make it for a server."""
        return cls(services.settings.store)

    def tell(
        self, error: RedballError, place: str, *, who: SignedIn | None, peer: Peer, request_id: str
    ) -> None:
        """Write a refusal down when others are written; what can't be is in the server's log.

        Parameters
        ----------
        error : RedballError
            Why it was refused.
        place : str
            Method and route.
        who : SignedIn or None
        peer : Peer
        request_id : str
            Also told to whoever asked.
        """
        if not worth_telling(error):
            return
        key = who.account if who is not None else peer.network
        with self._lock:
            if self._limiter.take(key, WRITTEN) > 0:
                if len(self._left_out) < self._limiter.capacity:
                    self._left_out[key] = self._left_out.get(key, 0) + 1
                return
            left_out = self._left_out.pop(key, 0)
        event = Event(
            EventKind.REFUSAL,
            "request",
            NOBODY if who is None else who.subject,
            place,
            datetime.now(UTC),
            facts={
                "account": "" if who is None else who.account,
                "address": peer.network,
                "left_out": left_out,
                "reason": type(error).__name__,
                "request": request_id,
                "session": "" if who is None else who.session,
            },
        )
        try:
            self._recording().submit(event)
        except RedballError as problem:
            LOG.warning("refusal of request %s is not in the ledger: %s", request_id, problem)

    def stop(self) -> None:
        """Write what is left and let go of the store."""
        with self._lock:
            recorder, store = self._recorder, self._store
            self._recorder = self._store = None
        if recorder is not None:
            recorder.close()
        if store is not None:
            store.close()

    def _recording(self) -> Recorder:
        with self._lock:
            if self._recorder is None:
                self._store = open_store(self._address, migrate=False)
                self._recorder = self._store.recorder(max_wait_ms=50)
            return self._recorder


def worth_telling(error: RedballError) -> bool:
    """Whether somebody tried what they may not: an ended session or an old proof is daily life."""
    if isinstance(error, SignInFirst | ProveAgain):
        return False
    return isinstance(error, NotPermitted | Forged) or getattr(error, "status", 0) in (
        413,
        421,
        429,
    )
