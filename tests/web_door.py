"""A served node with nobody in it, and what a person does at its door, through the real pages."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
from starlette.testclient import TestClient
from tests.authenticator import Authenticator
from tests.web_entered import account_for, register_of

from redball.accounts import codes, passwords
from redball.app.people import Acting, account_link
from redball.app.stores import init_store
from redball.web.application import build
from redball.web.security.middleware import secured
from redball.web.serving import Services
from redball.web.settings import Limits, Settings

ORIGIN = "https://testserver"
PASSWORD = "nordic ferry unpaid glove"
ANALYST = "NLD role=analyst clearance=RESTRICTED"
ADMINISTRATOR = "NLD role=administrator clearance=none"
CONSOLE = Acting("NLD", name="the console")


@dataclass
class Person:
    """Somebody with a password and an app."""

    name: str
    seed: str
    recovery: list[str]


@dataclass
class Door:
    """A server, and ways to knock at it."""

    services: Services
    application: object

    def browser(self) -> TestClient:
        """A browser that nobody is signed in with."""
        return TestClient(
            self.application,  # type: ignore[arg-type]  # an ASGI application
            base_url=ORIGIN,
            raise_server_exceptions=False,
            follow_redirects=False,
            headers={"sec-fetch-site": "same-origin", "origin": ORIGIN, "user-agent": "Tests"},
        )

    def link(self, name: str, subject: str) -> str:
        """Secret of a link for somebody to set up a way to sign in."""
        key = account_for(self.services, name, subject)
        return account_link(register_of(self.services), CONSOLE, key).secret

    def enrolling(self, name: str, subject: str = ANALYST) -> TestClient:
        """A browser that has used its link."""
        browser = self.browser()
        used = browser.post(f"/link/{self.link(name, subject)}")
        assert used.headers["location"] == "/enrol", used.text
        return browser

    def enrolled(self, name: str, subject: str = ANALYST) -> tuple[TestClient, Person]:
        """Somebody who has set up a password and an app, and is in."""
        browser = self.enrolling(name, subject)
        page = browser.post("/enrol/password", data={"password": PASSWORD}).text
        seed = found(r'class="code">([A-Z2-7]{32})<', page)
        form = {"setup": found(r'name="setup" value="([^"]+)"', page), "code": code(seed)}
        shown = browser.post("/enrol/code", data=form)
        assert shown.status_code == 200, shown.text
        listed = re.findall(r"<li><code>([A-Z2-9-]{27})</code>", shown.text)
        return browser, Person(name, seed, listed)

    def with_passkey(self, name: str, subject: str = ANALYST) -> tuple[TestClient, Authenticator]:
        """Somebody who has set up a passkey, and is in."""
        browser, key = self.enrolling(name, subject), Authenticator(ORIGIN)
        options = browser.post("/api/v1/enrol/passkey").text
        done = passkey(browser, "/enrol/passkey/answer", key.register(options), name="Key")
        assert done.json() == {"go": "/"}, done.text
        return browser, key

    def password(self, browser: TestClient, name: str, password: str = PASSWORD) -> httpx2.Response:
        """The first step."""
        return browser.post("/sign-in", data={"name": name, "password": password, "then": "/"})


def passkey(browser: TestClient, path: str, answer: str, **given: str) -> httpx2.Response:
    """Send an authenticator's answer as the page's script does."""
    import json

    return browser.post(f"/api/v1{path}", json={"answer": json.loads(answer), **given})


def code(seed: str, later: int = 0) -> str:
    """What the app shows, or will show some steps later."""
    return codes.code_at(seed, codes.counter_at(datetime.now(UTC)) + later)


def found(pattern: str, text: str) -> str:
    """The one group of a pattern in a page."""
    match = re.search(pattern, text)
    assert match, f"no {pattern} in {text[:2000]}"
    return match[1]


def csrf(browser: TestClient) -> str:
    """The token of the browser's session."""
    return found(r'data-csrf="([^"]+)"', browser.get("/account").text)


def inside(browser: TestClient) -> bool:
    """Whether somebody is signed in."""
    return browser.get("/api/v1/account").status_code == 200


@contextmanager
def cheap_passwords() -> Iterator[None]:
    """Passwords that cost little, so that tests wait for what they test."""
    cost = passwords.Cost(passes=1, memory_kib=64, lanes=1)
    changed: tuple[Any, ...] = (passwords.hash_password, passwords.fits, passwords.outdated)
    kept = [one.__defaults__ for one in changed]
    for one in changed:
        one.__defaults__ = (cost,)
    try:
        yield
    finally:
        for one, defaults in zip(changed, kept, strict=True):
            one.__defaults__ = defaults


@contextmanager
def door_in(folder: Path, **given: object) -> Iterator[Door]:
    """A server in a folder."""
    store = folder / "node.sqlite"
    init_store(str(store))
    limits = Limits(sign_ins_per_minute=1_000)
    settings = Settings(str(store), **{"origin": ORIGIN, "limits": limits, **given})  # type: ignore[arg-type]  # of tests
    services = Services.open(settings)
    try:
        with cheap_passwords():
            yield Door(services, secured(build(services), services))
    finally:
        services.stop()
