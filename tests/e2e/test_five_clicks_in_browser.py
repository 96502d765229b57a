"""Which fleet is in danger, why, and what if the port closed: each within five clicks."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page
from tests.browsing import Served, served_in

MOST = 5


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_in(tmp_path_factory.mktemp("clicks"), tmp_path_factory) as found:
        yield found


class Clicks:
    """Counts what a person clicks."""

    def __init__(self) -> None:
        self.count = 0

    def on(self, place: Locator) -> None:
        place.click()
        self.count += 1


def _start(world: Served) -> Page:
    watched = world.visit("node")
    page = watched.go("/")
    page.wait_for_url("**/picture*")
    return page


def test_which_fleet_is_in_danger_is_said_first_and_why_is_a_click_away(world: Served) -> None:
    page, clicks = _start(world), Clicks()
    said = page.locator(".lead").first.inner_text()
    found = re.search(r"In danger:\s*(.+?) of (.+?) \(\w+\): ([\d,]+) of ([\d,]+) available", said)
    assert found, said
    assert int(found[3]) < int(found[4])
    clicks.on(page.get_by_role("link", name="Why?"))
    page.wait_for_load_state()
    told = page.locator("main").inner_text()
    assert page.url.rstrip("/") != world.origin + "/picture"
    assert found[1] in told or found[2] in told, "the reason names the fleet or its unit"
    assert clicks.count <= MOST


def test_what_if_the_port_closed_is_answered_within_five_clicks(world: Served) -> None:
    page, clicks = _start(world), Clicks()
    clicks.on(page.get_by_role("link", name="Port of Gdańsk", exact=True).first)
    clicks.on(page.get_by_role("link", name="What if it closed?").first)
    page.wait_for_url("**/scenarios/new*")
    assert "PORT-GDANSK" in page.locator("[name=about]").first.input_value()
    page.locator("[name=replications]").fill("2")  # typed, not clicked: the test is to be short
    clicks.on(page.get_by_role("button", name="Run it"))
    page.wait_for_url("**/answers/*", timeout=60_000)
    assert "systems are up on average" in page.locator("main").inner_text()
    assert page.locator("[data-chart]").count() > 0
    assert clicks.count <= MOST
