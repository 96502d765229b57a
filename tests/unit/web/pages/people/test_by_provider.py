"""Signing in through a nation's own provider: a real one on another port."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from starlette.testclient import TestClient
from tests.identity_provider import IdentityProvider, running_provider
from tests.web_door import CONSOLE, Door, csrf, door_in, inside
from tests.web_entered import account_for, register_of

from redball.app.people import identity_link
from redball.web.settings import Identity

PLAIN = "NLD role=analyst clearance=UNCLASSIFIED"


@pytest.fixture
def theirs() -> Iterator[IdentityProvider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture
def door(theirs: IdentityProvider, tmp_path: Path) -> Iterator[Door]:
    identity = Identity(theirs.issuer, theirs.client_id, theirs.client_secret, "the ministry")
    with door_in(tmp_path, identity=identity) as opened:
        key = account_for(opened.services, "anna", PLAIN)
        identity_link(register_of(opened.services), CONSOLE, key, theirs.issuer, "person-1")
        yield opened


def went(browser: TestClient, theirs: IdentityProvider, path: str) -> httpx2.Response:
    """Leave for the provider, sign in there, and come back."""
    left = browser.get(path)
    assert left.headers["location"].startswith(f"{theirs.issuer}/authorize?"), left.text
    back = theirs.authorize(left.headers["location"]).removeprefix("https://testserver")
    arrived = browser.get(back, headers={"sec-fetch-site": "cross-site"})
    assert 'http-equiv="refresh"' in arrived.text
    return browser.get(f"{back}&again=1")


def test_only_an_identity_that_was_linked_gets_in(door: Door, theirs: IdentityProvider) -> None:
    browser = door.browser()
    done = went(browser, theirs, "/sign-in/provider?then=/tokens")
    assert done.headers["location"] == "/tokens"
    assert inside(browser)
    theirs.subject = "person-2"
    other = door.browser()
    assert went(other, theirs, "/sign-in/provider").status_code == 403
    assert not inside(other)


def test_another_browser_can_not_use_the_way_back(door: Door, theirs: IdentityProvider) -> None:
    left = door.browser().get("/sign-in/provider")
    back = theirs.authorize(left.headers["location"]).removeprefix("https://testserver")
    victim = door.browser()
    assert victim.get(f"{back}&again=1").status_code == 422
    assert not inside(victim)


def test_a_sign_in_there_is_no_fresh_proof_here(door: Door, theirs: IdentityProvider) -> None:
    browser = door.browser()
    went(browser, theirs, "/sign-in/provider")
    form = {"csrf": csrf(browser), "name": "mine", "days": "1", "scopes": "read"}
    referer = {"referer": "https://testserver/tokens"}
    told = browser.post("/tokens", data=form, headers=referer)
    assert told.headers["location"] == "/prove?then=%2Ftokens"
    assert went(browser, theirs, "/prove/provider?then=/tokens").headers["location"] == "/tokens"
    form["csrf"] = csrf(browser)
    assert browser.post("/tokens", data=form).status_code == 200


def test_nothing_of_the_provider_reaches_the_browser(door: Door, theirs: IdentityProvider) -> None:
    browser = door.browser()
    done = went(browser, theirs, "/sign-in/provider")
    assert "eyJ" not in done.text + str(done.headers.get("set-cookie"))
    assert urlsplit(done.headers["location"]).query == ""


def test_a_provider_that_is_away_is_said(tmp_path: Path) -> None:
    with door_in(tmp_path, identity=Identity("http://127.0.0.1:9", "redball")) as door:
        answer = door.browser().get("/sign-in/provider")
        assert answer.status_code == 503
        assert "identity provider" in answer.text
