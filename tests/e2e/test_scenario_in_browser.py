"""A scenario as a planner clicks it: built, run, cancelled, seen, and set beside another."""

import threading
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from tests.browsing import Served, served_in

from redball import app
from redball.access.actions import Action
from redball.app.answers import Progress
from redball.app.work import KINDS, WorkKind, worker


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_in(tmp_path_factory.mktemp("rehearsed"), tmp_path_factory) as found:
        yield found


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Runs of the real engine that stop half-way until they are let go, still hearing a cancel."""
    go = threading.Event()
    real = KINDS["simulate"]

    def read(given: object, folder: object) -> Callable[..., app.Answer]:
        runs = real.read(given, folder)  # type: ignore[arg-type]  # passed on as it came

        def held_back(inputs: app.Inputs, progress: Progress) -> app.Answer:
            while not go.wait(0.05):
                progress("runs", 500, 1000)
            return runs(inputs, progress)

        return held_back

    kinds = {**KINDS, "simulate": WorkKind("simulate", real.words, Action.SEE, read)}
    monkeypatch.setattr(worker, "KINDS", kinds)
    yield go
    go.set()


def _built(page: Page, world: Served, name: str) -> None:
    """Say by clicking and typing that the port is closed from day 6, for 14 days."""
    page.goto(f"{world.origin}/scenarios")
    page.get_by_role("link", name="Build one step by step").click()
    page.get_by_label("What is hit").press_sequentially("Port of Gda")
    option = page.locator("datalist option[value*='PORT-GDANSK']").first
    expect(option).to_be_attached()
    page.get_by_label("What is hit").fill(option.get_attribute("value") or "")
    page.get_by_label("From day").fill("6")
    page.get_by_label("For days").fill("14")
    page.get_by_label("Days to look ahead").fill("20")
    page.get_by_label("Runs", exact=True).fill("1")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Name", exact=True).press("Tab")
    told = "site Port of Gdańsk does not work from day 6 for 14 days"
    expect(page.locator("#preview")).to_contain_text(told)
    page.get_by_role("button", name="Run it").click()
    page.wait_for_url("**/work/*")


def test_a_scenario_is_clicked_run_cancelled_seen_and_set_beside_another(
    world: Served, held: threading.Event
) -> None:
    watched = world.visit("node")
    page = watched.page
    _built(page, world, "The port is closed")
    expect(page.locator(".progress-words")).to_contain_text("runs, 50 %")
    assert page.locator("progress").get_attribute("value") is not None
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#work")).to_contain_text("It was cancelled")

    page.get_by_role("button", name="Run again").click()
    expect(page.locator(".progress-words")).to_contain_text("runs, 50 %")
    held.set()
    page.wait_for_url("**/answers/*", timeout=30_000)
    expect(page.locator("[data-chart] canvas").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("systems are up on average over 20 days")

    _built(page, world, "The port is closed once more")
    page.wait_for_url("**/answers/*", timeout=30_000)
    page.goto(f"{world.origin}/scenarios")
    for box in page.locator("#kept input[name=answer]").all():
        box.check()
    page.get_by_role("button", name="Set two to four side by side").click()
    page.wait_for_url("**/scenarios/beside*")
    expect(page.locator("main")).to_contain_text("All 2 rest on the same data")
    expect(page.locator("[data-chart] canvas")).to_be_visible()
    before = page.locator("thead a").first.inner_text()
    page.get_by_role("link", name="the baseline").click()
    page.wait_for_url("**baseline=*")
    assert page.locator("thead a").first.inner_text() != before
    watched.clean()
    assert watched.accessible() == []
