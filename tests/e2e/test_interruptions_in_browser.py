"""What an open page does when something breaks: the session, the server, the store, a file."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from tests.browsing import Served, Watched, found_browser
from tests.web_entered import register_of
from tests.web_people import session_cookie
from tests.web_world import SUBJECTS, exercise_store

from redball.app.people import console, session_revoke
from redball.web.application import build
from redball.web.running import Listening, Running
from redball.web.security.cookies import SESSION
from redball.web.security.middleware import secured
from redball.web.serving import Services
from redball.web.settings import Limits, Settings


@dataclass
class Breaking:
    """A server that can be ended and started again at the same address."""

    store: Path
    browser: Browser
    port: int = 0
    running: list[Running] = field(default_factory=list)

    def start(self) -> Served:
        """Serve, as after a start of the machine."""
        listening = Listening(port=self.port)
        bound = listening.bound()
        self.port = bound.getsockname()[1]
        settings = Settings(
            str(self.store), f"http://localhost:{self.port}", limits=Limits(upload_bytes=2**20)
        )
        services = Services.open(settings)
        application = secured(build(services), services)
        self.running.append(Running(application, listening, bound, services.live.part))
        self.running[-1].start()
        return Served(settings.origin, services, self.browser)

    def stop(self) -> None:
        """End the server that runs."""
        self.running.pop().stop()


@pytest.fixture(scope="module")
def breaking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Breaking]:
    store = tmp_path_factory.mktemp("interruptions") / "coalition.sqlite"
    store.write_bytes(exercise_store(tmp_path_factory).read_bytes())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found_browser(), args=["--no-sandbox", "--disable-gpu"]
        )
        made = Breaking(store, browser)
        try:
            yield made
        finally:
            browser.close()
            while made.running:
                made.stop()


@pytest.fixture(scope="module")
def served(breaking: Breaking) -> Served:
    return breaking.start()


@pytest.fixture(scope="module")
def paths(served: Served) -> list[str]:
    """Addresses of findings."""
    page = served.visit("planner").go("/findings")
    links = page.locator("table.list tbody a").all()[:2]
    page.wait_for_load_state()
    return [link.get_attribute("href") or "" for link in links]


def opened(window: Watched, path: str) -> Page:
    """A page that follows what happens on the server."""
    page = window.go(path)
    page.locator("body[data-live=on]").wait_for()
    return page


def out(served: Served, name: str) -> None:
    """End all sessions of somebody, as an administrator would."""
    register = register_of(served.services)
    with closing(sqlite3.connect(f"{served.store}.desk")) as desk:
        (key,) = desk.execute("SELECT key FROM account WHERE name = ?", (name,)).fetchone()
    assert session_revoke(register, console("DEU"), key)


def sign_in_beside(window: Watched, served: Served, name: str) -> None:
    """Sign in with the same browser, in another tab."""
    cookie = session_cookie(served.services, name, SUBJECTS[name])[SESSION]
    window.page.context.add_cookies(
        [
            {
                "name": SESSION, "value": cookie, "domain": "localhost", "path": "/",
                "secure": True, "httpOnly": True, "sameSite": "Strict",
            }
        ]
    )  # fmt: skip


def test_what_is_typed_outlives_the_session(served: Served, paths: list[str]) -> None:
    window = served.visit("planner")
    page = opened(window, paths[0])
    words = "Fuel convoy asked for, answer tomorrow."
    page.get_by_label("Comment", exact=True).fill(words)
    out(served, "planner")
    told = page.locator("#notice")
    told.get_by_text("Your session has ended.").wait_for()  # nobody asked for anything
    page.get_by_role("button", name="Write comment").click()
    page.wait_for_timeout(50)
    assert "/findings/" in page.url
    assert page.get_by_label("Comment", exact=True).input_value() == words
    with page.context.expect_page() as beside:
        told.get_by_role("link", name="Sign in").click()
    beside.value.wait_for_url("**/sign-in")
    beside.value.close()

    sign_in_beside(window, served, "analyst")  # whoever that is may not send it
    page.get_by_role("button", name="Write comment").click()
    told.get_by_text("Somebody else is signed in").wait_for()
    sign_in_beside(window, served, "planner")
    page.get_by_role("button", name="Write comment").click()
    page.locator("#finding-history .words", has_text=words).wait_for()
    assert page.locator("#finding-history .words").count() == 1
    assert [one for one in window.complaints if "401" not in one] == []


def test_where_nothing_is_typed_the_page_goes_to_the_door(served: Served) -> None:
    window = served.visit("planner")
    page = opened(window, "/reference")
    out(served, "planner")
    page.wait_for_url("**/sign-in?then=%2Freference")
    window.clean()


def test_a_part_that_is_refused_does_not_take_the_builder_away(served: Served) -> None:
    window = served.visit("planner")
    page = window.go("/scenarios/new")
    page.evaluate("dispatchEvent(new Event('pagehide'))")  # it follows no more: the form is first
    page.get_by_label("What is hit").fill("site XAG:PORT-GDANSK")
    with page.expect_response("**/scenarios/preview"):
        page.get_by_label("What it is for").fill("Winter")
    out(served, "planner")
    with page.expect_response("**/scenarios/preview"):
        page.get_by_label("Name", exact=True).fill("Port closed in winter")
    page.locator("#notice", has_text="Your session has ended.").wait_for()
    page.wait_for_timeout(50)
    assert page.url.endswith("/scenarios/new")
    assert page.get_by_label("What it is for").input_value() == "Winter"


def test_two_people_at_one_finding_lose_nothing(served: Served, paths: list[str]) -> None:
    first, second = served.visit("planner"), served.visit("security")
    mine, theirs = opened(first, paths[1]), opened(second, paths[1])
    theirs.get_by_label("Comment", exact=True).fill("Mine comes second.")
    mine.get_by_label("Comment", exact=True).fill("Mine comes first.")
    mine.get_by_role("button", name="Write comment").click()
    seen = theirs.locator("#finding-history")
    seen.get_by_text("Mine comes first.").wait_for()  # while they type
    write = theirs.get_by_role("button", name="Write comment")
    write.click()
    theirs.get_by_role("alert").get_by_text("Somebody else wrote").wait_for()
    assert theirs.get_by_label("Comment", exact=True).input_value() == "Mine comes second."
    assert seen.locator(".fresh").inner_text().count("Mine comes first.") == 1
    write.click()
    seen.get_by_text("Mine comes second.").wait_for()
    assert seen.get_by_text("Mine comes first.").count() == 1
    first.clean()


def test_a_store_that_goes_away_is_told_and_comes_back(
    served: Served, breaking: Breaking, paths: list[str]
) -> None:
    window = served.visit("planner")
    page = opened(window, paths[0])
    away = breaking.store.with_suffix(".away")
    page.get_by_label("Comment", exact=True).fill("Written while it was away.")
    breaking.store.rename(away)
    try:
        page.get_by_role("button", name="Write comment").click()
        told = page.locator("section.problem")
        told.get_by_text("The data of this server can't be reached now.").wait_for()
        assert breaking.store.name not in told.inner_text()
        assert not breaking.store.exists(), "an empty store was made in its place"
        asked = page.request.get(f"{served.origin}/api/v1/findings")
        assert (asked.status, asked.json()["error"]["kind"]) == (503, "StoreMissing")
        assert breaking.store.name not in asked.text()
    finally:
        away.rename(breaking.store)
    page.go_back()
    assert page.get_by_label("Comment", exact=True).input_value() == "Written while it was away."
    page.get_by_role("button", name="Write comment").click()
    page.locator("#finding-history .words", has_text="Written while it was away.").wait_for()


def test_what_is_not_there_or_does_not_fit_is_told(served: Served) -> None:
    window = served.visit("administrator")
    page = window.go("/no/such/page")
    assert page.get_by_role("heading", level=1).inner_text() == "There is nothing here."
    assert page.get_by_role("link", name="To the start").is_visible()
    page = window.go("/data")
    sent = {"much": b"PK" + b"x" * 2**20, "broken": b"PK\3\4 and then it broke off"}
    told = {"much": page.locator("#notice"), "broken": page.locator("section.problem")}
    said = {"much": "much.zip is too large: at most 1 MB", "broken": "broken.zip"}
    for name, body in sent.items():
        page.get_by_label("Package", exact=True).set_input_files(
            {"name": f"{name}.zip", "mimeType": "application/zip", "buffer": body}
        )
        page.get_by_role("button", name="Upload and check").click()
        told[name].get_by_text(said[name]).wait_for()


def test_a_run_that_the_server_drops_is_told_when_it_is_back(
    served: Served, breaking: Breaking
) -> None:
    window = served.visit("planner")
    page = window.go("/scenarios/new")
    page.get_by_label("What is hit").fill("site XAG:PORT-GDANSK")
    page.get_by_label("Runs", exact=True).fill("10000")
    page.get_by_role("button", name="Run it").click()
    page.wait_for_url("**/work/*")
    page.locator("#work progress").wait_for()
    page.locator("body[data-live=on]").wait_for()
    breaking.stop()
    line = page.locator("#line")
    line.get_by_text("The connection to the server is lost").wait_for()
    page.get_by_role("button", name="Cancel").click()
    page.locator("#notice", has_text="Nothing was sent").wait_for()
    breaking.start()
    page.get_by_role("button", name="Run again").wait_for()  # nobody loaded it again
    assert line.inner_text() == ""
    assert "ended" in page.locator("#work .lead").inner_text()
