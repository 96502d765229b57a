"""Passkeys in a real browser: made, used to come in, and asked for again by what needs a proof.

The browser's own virtual authenticator (``WebAuthn`` of the DevTools protocol) makes keys
and signs; page, script, browser and server are the real ones.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page
from tests.browsing import Served, served_in
from tests.web_entered import register_of

from redball import app
from redball.app.people import first_administrator


@dataclass
class Device:
    """A virtual authenticator with a PIN, plugged into one window."""

    wire: CDPSession
    id: str

    def held(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.wire.send(
            "WebAuthn.getCredentials", {"authenticatorId": self.id}
        )["credentials"]
        return found

    def knows(self, person: bool) -> None:
        """Whether whoever holds it can give its PIN or finger."""
        self.wire.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": person}
        )

    def unplug(self) -> None:
        self.wire.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.id})


def device(page: Page) -> Device:
    """Plug an authenticator into a window."""
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    made = wire.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return Device(wire, made["authenticatorId"])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_in(tmp_path_factory.mktemp("passkeys"), tmp_path_factory) as made:
        yield made


def proof_is_old(served: Served) -> None:
    """Let a quarter of an hour pass since anybody proved who they are."""
    then = (datetime.now(UTC) - timedelta(minutes=15)).isoformat()
    with closing(sqlite3.connect(f"{served.store}.desk")) as desk, desk:
        assert desk.execute("UPDATE account_session SET proved = ?", (then,)).rowcount


def prove(page: Page) -> None:
    """Give the fresh proof that the page asks for."""
    page.wait_for_url("**/prove?**")
    page.get_by_role("button", name="Prove it with a passkey").click()


def test_the_first_administrator_comes_in_with_a_passkey_and_again(served: Served) -> None:
    link = first_administrator(register_of(served.services), "DEU")
    window = served.visit(None)
    key = device(window.page)
    page = window.go(f"/link/{link}")
    page.get_by_role("button", name="Use the link").click()
    page.wait_for_url("**/enrol")
    page.get_by_label("Call it").fill("Blue key")
    key.knows(person=False)
    page.get_by_role("button", name="Make a passkey").click()
    page.locator("#notice", has_text="The passkey was not used").wait_for()
    assert key.held() == []
    key.knows(person=True)
    page.get_by_role("button", name="Make a passkey").click()
    page.get_by_role("link", name="Account").wait_for()
    assert [one["rpId"] for one in key.held()] == ["localhost"]

    page = window.go("/account")
    assert "Blue key" in page.locator("section[aria-labelledby=passkeys]").inner_text()
    proof_is_old(served)
    page.get_by_role("button", name="Add a passkey").click()
    prove(page)
    page.wait_for_url("**/account")
    page.get_by_role("button", name="Add a passkey").click()  # this device has one already
    page.locator("#notice", has_text="already holds a passkey").wait_for()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")

    window.go("/people/approvals")  # is asked for, and gone on to after the door
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/people/approvals")
    assert key.held()[0]["signCount"] > 1
    # the one refusal was the request for a fresh proof, which a browser writes down
    assert [one for one in window.complaints if "403" not in one] == []
    assert window.outside == []
    assert window.accessible() == []


def test_an_agreement_is_signed_after_a_fresh_proof_by_passkey(served: Served) -> None:
    for name in ("DEU", "NOR", "ledger"):
        app.key_new(served.store, name)
    window = served.visit("security")
    key = device(window.page)
    page = window.go("/account")
    assert "None yet" in page.locator("section[aria-labelledby=passkeys]").inner_text()
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("cell", name="This device", exact=True).wait_for()

    page = window.go("/sharing")
    page.get_by_label("Id", exact=True).fill("MLS-2036-009")
    page.get_by_label("Parties").fill("DEU NOR")
    page.get_by_role("button", name="Draft", exact=True).click()
    page.wait_for_url("**/sharing/drafts/*")
    draft = page.url
    proof_is_old(served)
    page.get_by_role("button", name="Ask a second person").click()
    key.knows(person=False)
    prove(page)
    page.locator("#notice", has_text="The passkey was not used").wait_for()
    key.knows(person=True)
    prove(page)
    page.wait_for_url(draft)
    page.get_by_role("button", name="Ask a second person").click()
    page.get_by_text("a second person of DEU has to approve").wait_for()

    approving = served.visit("second")
    approving.go("/people/approvals").get_by_role("button", name="Approve", exact=True).click()
    sign = page.get_by_role("button", name="Sign for DEU")
    sign.wait_for()  # the page followed by itself
    proof_is_old(served)
    sign.click()
    prove(page)
    page.wait_for_url(draft)
    assert "the signature of DEU" in page.locator("main").inner_text(), "not signed by the proof"
    sign.click()
    page.get_by_text("the signature of NOR is missing").wait_for()
    window.clean()
    assert window.accessible() == []
