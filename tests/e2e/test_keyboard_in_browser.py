"""Every main task by keyboard alone: tab, enter, space and arrows, from the start of each page.

No pointer and no focus from outside. At each stop of the tab key it must be visible where one is.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Download, FilePayload, Page
from tests.browsing import Served, Watched, served_in
from tests.web_door import PASSWORD, cheap_passwords, code
from tests.web_entered import account_for, register_of
from tests.web_world import SUBJECTS

from redball import app
from redball.app.people import account_link, console

STANDS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return {name: '', role: 'body', shown: true};
  const style = getComputedStyle(one);
  const box = one.getBoundingClientRect();
  const names = [one.getAttribute('aria-label'), one.labels?.[0]?.textContent, one.textContent];
  const name = (names.find(words => words?.trim()) ?? '').trim().replace(/\\s+/g, ' ');
  const outline = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  const seen = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight
    && box.right > 0 && box.left < innerWidth;
  const role = one.tagName.toLowerCase();
  return {name, role, shown: outline && seen, what: one.outerHTML.slice(0, 140)};
}"""
"""Where one stands, and whether that can be seen."""
MOST = 400
"""Stops of the tab key after which something counts as not to be reached."""


@dataclass
class Hands:
    """Somebody's hands on the keyboard."""

    window: Watched

    @property
    def page(self) -> Page:
        return self.window.page

    def go(self, path: str) -> None:
        """Open a page by its address and step over its head by the skip link."""
        self.window.go(path)
        self.over()

    def over(self) -> None:
        """Step over the head of a page."""
        self.page.wait_for_load_state()
        self.press("Tab")
        assert self.stands()["name"] == "To the content"
        self.press("Enter")
        assert self.page.evaluate("document.activeElement.id") == "main"

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def stands(self) -> dict[str, str]:
        found: dict[str, str] = self.page.evaluate(STANDS)
        return found

    def to(self, name: str, role: str = "", key: str = "Tab") -> None:
        """Tab on until something of that name has the focus; every stop must show."""
        self.page.wait_for_load_state()
        for _ in range(MOST):
            self.press(key)
            found = self.stands()
            assert found["shown"], f"not seen: {found}"
            if re.fullmatch(name, found["name"]) and role in ("", found["role"]):
                return
        raise AssertionError(f"'{name}' can't be reached on {self.page.url}")

    def write(self, name: str, words: str) -> None:
        """Go to a field and put words in place of what it holds."""
        self.to(name)
        self.press("Control+a")
        self.page.keyboard.type(words)

    def use(self, name: str, role: str = "", key: str = "Enter") -> None:
        """Go to something and use it."""
        self.to(name, role)
        self.press(key)

    def kept(self) -> None:
        """What was exchanged took the focus along."""
        assert self.stands()["role"] != "body", f"the focus was lost on {self.page.url}"

    def until(self, holds: str) -> None:
        """Wait until something holds; the policy of pages forbids to wait inside of them."""
        for _ in range(100):
            if self.page.evaluate(holds):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(holds)

    def take(self, name: str) -> Download:
        """Go to a link that takes something away, and use it."""
        self.to(name)
        with self.page.expect_download() as taken:
            self.press("Enter")
        return taken.value


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with (
        cheap_passwords(),
        served_in(tmp_path_factory.mktemp("keyboard"), tmp_path_factory) as made,
    ):
        yield made


@pytest.fixture
def hands(served: Served) -> Iterator[Hands]:
    made = Hands(served.visit("planner", size="small"))
    yield made
    made.window.clean()
    made.page.close()


def test_signing_in(served: Served) -> None:
    key = account_for(served.services, "newcomer", SUBJECTS["analyst"])
    link = account_link(register_of(served.services), console("NLD"), key).secret
    hands = Hands(served.visit(None))
    page = hands.page
    hands.go(f"/link/{link}")
    hands.use("Use the link")
    page.wait_for_url("**/enrol")
    hands.write("New password", PASSWORD)
    hands.use("Go on to the app")
    page.wait_for_url("**/enrol/password")
    seed = page.locator("code.code").inner_text()
    hands.write("Code", code(seed))
    hands.press("Enter")
    page.get_by_text("Keep these").wait_for()
    hands.use("I have written them down")
    page.wait_for_url("**/picture")
    hands.use("Sign out")
    page.wait_for_url("**/sign-in")
    hands.over()
    hands.write("Name", "newcomer")
    hands.write("Password", PASSWORD)
    hands.press("Enter")
    page.wait_for_url("**/sign-in/code?*")
    page.keyboard.type(code(seed, 1))  # the field has the focus from the start
    hands.press("Enter")
    page.wait_for_url("**/picture")
    assert hands.window.complaints == []


def test_the_picture(hands: Hands) -> None:
    page = hands.page
    hands.window.go("/picture")
    page.locator("#map[data-ready]").wait_for()
    hands.over()
    hands.to("Nation")
    hands.press("ArrowDown")
    page.wait_for_url("**nation=*")
    page.locator("#counts", has_not_text="60 of 60").wait_for()
    hands.press("ArrowUp")
    page.wait_for_url(lambda url: "nation=" not in url)
    hands.to("Time: .*")  # past the map, which does not hold the keys
    hands.press("ArrowRight")
    page.locator("#time-said", has_text="Stocks as they will be").wait_for()
    page.wait_for_url("**ahead=*")
    assert page.evaluate("document.activeElement.id") == "slider"
    hands.use(".*Bergen.*", "a")
    page.locator("#sheet[data-site]").wait_for()
    assert page.evaluate("document.activeElement.id") == "sheet-head"
    hands.use("Close", "a")
    page.locator("#sheet:not([data-site])").wait_for(state="attached")
    hands.until("document.activeElement.tagName === 'A'")
    assert "Bergen" in hands.stands()["name"]  # back where it was opened from


def test_the_supply_network(hands: Hands) -> None:
    page = hands.page
    hands.go("/network")
    hands.use(".*Infantry fighting vehicle.*", "a")
    page.wait_for_url("**system=*")
    page.locator("#network-graph[data-drawn]").wait_for()
    hands.over()
    hands.to("Draw large columns by")
    hands.press("End")  # by tier
    hands.write("Search behind it", "Maasduin")
    hands.press("Enter")
    page.wait_for_url("**q=Maasduin*")
    page.locator("#network-graph[data-drawn]").wait_for()
    assert page.locator("#network-members tbody tr").count() == 1
    hands.over()
    hands.use("Larger", key="Space")
    hands.use("column .*", "a")
    page.wait_for_url("**open=*")
    page.locator("#network-graph[data-drawn]").wait_for()
    hands.over()
    hands.use("lose it.*", "a")
    page.wait_for_url("**fail=*")
    assert "This loss" in page.locator(".lead").inner_text()


def test_findings(hands: Hands) -> None:
    page = hands.page
    hands.go("/findings")
    hands.use("Rule", "a")
    page.wait_for_url("**sort=rule*")
    hands.over()
    hands.to("Level")
    page.keyboard.type("critical")
    hands.use("Filter")
    page.wait_for_url("**level=critical*")
    hands.over()
    hands.to("Table of findings")
    hands.to(".*", "a")
    hands.to(".{30,}", "a")
    hands.press("Enter")
    page.wait_for_url("**/findings/*")
    hands.over()
    hands.use("I do", key="Space")
    page.get_by_text("planner looks after it.").wait_for()
    hands.over()
    hands.use("Accept it for a time", "summary")
    hands.write("Why it can stay as it is", "Convoy on the way.")
    hands.to("Until and with")
    page.keyboard.type("03012026")
    hands.use("Accept", "button")
    page.get_by_text("Accepted until 2026-03-01.").wait_for()
    hands.over()
    hands.write("Why it is opened again", "It did not come.")
    hands.use("Open it again")
    page.get_by_text("It did not come.").wait_for()
    hands.over()
    hands.write("Comment", "Asked again.")
    hands.use("Write comment")
    page.locator("#finding-history .words", has_text="Asked again.").wait_for()


def test_budget_and_orders(hands: Hands) -> None:
    page = hands.page
    hands.window.go("/readiness?points=5")
    page.get_by_label("Drag the budget").wait_for(timeout=60_000)
    hands.over()
    hands.to("Drag the budget")
    hands.press("Home")
    page.get_by_text("Nothing is bought:").wait_for()
    hands.press("ArrowRight", "ArrowRight")
    page.locator("#at[data-number='2']").wait_for()
    assert page.evaluate("document.activeElement.id") == "slider"
    hands.use("Units", "a")  # only the table is exchanged
    page.locator("#bought th[aria-sort=descending]").wait_for()
    hands.kept()
    assert hands.stands()["name"].startswith("Units")
    hands.go("/stock/orders")
    page.locator("#by-source").wait_for(timeout=30_000)
    assert hands.take("Tables as CSV").suggested_filename.endswith(".zip")


def test_scenarios(hands: Hands) -> None:
    page = hands.page
    hands.go("/scenarios/new")
    hands.write("What is hit", "site XAG:PORT-GDANSK")
    hands.write("From day", "6")
    hands.write("For days", "14")
    hands.write("Runs", "10000")
    hands.use("Run it")
    page.wait_for_url("**/work/*")
    page.locator("#work progress").wait_for()
    hands.over()
    hands.use("Cancel", "button")
    page.get_by_text("It was cancelled").wait_for()
    hands.go("/scenarios")
    for _ in range(2):
        hands.use("Compare .*", "input", key="Space")
    hands.write("Runs of each", "2")
    hands.use("Compare the chosen, up to four")
    page.wait_for_url("**/answers/*", timeout=60_000)
    hands.over()
    assert hands.take("PDF").suggested_filename.endswith(".pdf")


def package() -> FilePayload:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        made.writestr(
            "manifest.toml",
            'owner = "DEU"\nas_of = "2036-01-02T00:00:00Z"\nexercise = true\ntitle = "New"\n'
            'label = "UNCLASSIFIED // REL ALL"\ncontent = "changes"\n',
        )
        made.writestr("site.csv", "key,name,kind,country\nKEY-1,Lager,depot,DEU\n")
    return {"name": "neu.zip", "mimeType": "application/zip", "buffer": held.getvalue()}


def test_data(served: Served) -> None:
    hands = Hands(served.visit("administrator"))
    page = hands.page
    page.on("filechooser", lambda asked: asked.set_files(package()))
    hands.go("/data")
    hands.to("Package", "input")
    hands.press("Enter")
    hands.until("document.querySelector('input[type=file]').files.length === 1")
    hands.use("Upload and check")
    page.get_by_role("button", name="Import", exact=True).wait_for()
    hands.use("Rows of site", "summary")
    hands.use("Import", "button")
    page.get_by_text("Imported as revision").wait_for()
    hands.go("/data")
    assert hands.take("Template to fill in").suggested_filename.endswith(".xlsx")
    hands.window.clean()


def test_sharing(served: Served) -> None:
    for name in ("DEU", "NOR", "ledger"):
        app.key_new(served.store, name)
    hands, second = Hands(served.visit("security")), Hands(served.visit("second"))
    page = hands.page
    hands.go("/sharing")
    hands.write("Id", "MLS-2036-002")
    hands.write("Parties", "DEU NOR")
    hands.use("Draft", "button")
    page.wait_for_url("**/sharing/drafts/*")
    assert "NOR may newly see" in page.locator("section[aria-labelledby=change]").inner_text()
    hands.over()
    hands.use("Ask a second person")
    page.get_by_text("a second person of DEU has to approve").wait_for()
    second.go("/people/approvals")
    second.use("Approve", "button")
    page.get_by_role("button", name="Sign for DEU").wait_for()
    hands.over()
    hands.use("Sign for DEU")
    page.get_by_text("the signature of NOR is missing").wait_for()
    hands.window.clean()


def test_reports(hands: Hands, tmp_path: Path) -> None:
    hands.go("/reports")
    taken = hands.take(".* PDF")
    taken.save_as(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
