"""A served exercise coalition for tests of the web face, and people in every role.

The store is made once for all workers; each world has its own copy, and its own desk. The browser's
part is in ``tests/browsing.py``.
"""

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from redball import app
from redball.app.example import write_example
from redball.web.application import build
from redball.web.security.middleware import secured
from redball.web.serving import Services
from redball.web.settings import Settings

ORIGIN = "https://testserver"
SUBJECTS = {
    "node": "XAG",
    "planner": "DEU role=planner clearance=SECRET caveats=COMMERCIAL,MEDICAL",
    "analyst": "NLD role=analyst clearance=RESTRICTED",
    "procurement": "DEU role=procurement clearance=CONFIDENTIAL caveats=COMMERCIAL",
    "director": "XAG role=director clearance=SECRET caveats=COMMERCIAL,MEDICAL",
    "security": "DEU role=security clearance=SECRET caveats=COMMERCIAL,MEDICAL",
    "second": "DEU role=security clearance=SECRET caveats=COMMERCIAL,MEDICAL",
    "administrator": "DEU role=administrator clearance=RESTRICTED",
}
"""People of the world by account name."""


def exercise_store(factory: pytest.TempPathFactory) -> Path:
    """The exercise coalition's store; the first worker that asks makes it, the others wait."""
    base = factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "exercise-store"
    ready = shared / "ready"
    try:
        shared.mkdir()
    except FileExistsError:
        for _ in range(3_000):
            if ready.exists():
                return shared / "coalition.sqlite"
            time.sleep(0.1)
        raise TimeoutError("no other worker made the exercise store") from None
    store = shared / "coalition.sqlite"
    for path in write_example(shared / "packages"):
        app.import_(path, store=str(store), skip_bad_rows=True)
    ready.touch()
    return store


@dataclass
class World:
    """A server's insides, and ways in.

    Attributes
    ----------
    folder : Path
        Where store and desk lie; to be written to.
    services : Services
    application : ASGIApp
        With its guards.
    """

    folder: Path
    services: Services
    application: ASGIApp
    _clients: list[TestClient] = field(default_factory=list)

    @property
    def store(self) -> str:
        """Address of the store."""
        return self.services.settings.store

    def stranger(self) -> TestClient:
        """A client that is not signed in."""
        client = TestClient(
            self.application,
            base_url=ORIGIN,
            raise_server_exceptions=False,
            follow_redirects=False,
            headers={"sec-fetch-site": "same-origin", "origin": ORIGIN},
        )
        self._clients.append(client)
        return client

    def client(self, name: str) -> TestClient:
        """A client with a fresh session of somebody in :data:`SUBJECTS`."""
        from tests.web_people import session_cookie

        client = self.stranger()
        client.cookies.update(session_cookie(self.services, name, SUBJECTS[name]))
        return client

    def close(self) -> None:
        """End everything."""
        for client in self._clients:
            client.close()
        self.services.stop()


def csrf_of(page: str) -> str:
    """The token that a page's forms carry."""
    found = re.search(r'data-csrf="([^"]+)"', page)
    assert found, "the page has no session"
    return found[1]


@contextmanager
def world_in(
    folder: Path, factory: pytest.TempPathFactory, settings: Settings | None = None
) -> Iterator[World]:
    """A world of its own in a folder."""
    source = exercise_store(factory)
    store = folder / "coalition.sqlite"
    shutil.copyfile(source, store)
    given = settings or Settings(store=str(store), origin=ORIGIN)
    services = Services.open(given)
    world = World(folder, services, secured(build(services), services))
    try:
        yield world
    finally:
        world.close()


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)
