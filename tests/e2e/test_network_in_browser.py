"""The supply network in a real browser: look behind a system, find, lose, see what it takes."""

from collections.abc import Iterator

import pytest
from tests.browsing import Served, served_in


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_in(tmp_path_factory.mktemp("network"), tmp_path_factory) as made:
        yield made


def test_a_system_is_looked_behind_as_a_user_would(served: Served) -> None:
    watched = served.visit("planner")
    page = watched.go("/network")
    page.get_by_role("link", name="Infantry fighting vehicle").click()
    page.locator("#network-graph[data-drawn]").wait_for()
    assert page.locator("#network-graph canvas").count() > 0
    assert "stops it" in page.locator(".lead").inner_text()
    page.get_by_label("Search behind it").fill("Maasduin")
    page.get_by_role("button", name="Show").press("Enter")
    page.wait_for_url("**/network?*q=Maasduin*")
    members = page.locator("#network-members tbody tr")
    assert members.count() == 1
    members.get_by_role("link", name="lose it").press("Enter")
    page.wait_for_url("**/network?*fail=party*")
    assert "This loss stops it" in page.locator(".lead").inner_text()
    assert page.get_by_role("heading", name="Systems that stop").is_visible()
    page.locator("#network-graph[data-drawn]").wait_for()
    cost = page.get_by_role("link", name="What would this loss cost?").get_attribute("href")
    assert cost is not None
    assert cost.startswith("/scenarios/new?lose=party%3A")
    page.go_back()
    page.wait_for_url("**/network?*q=Maasduin*")
    watched.clean()
    assert watched.accessible() == []


def test_the_network_holds_in_the_dark_and_enlarged(served: Served) -> None:
    watched = served.visit("planner", theme="dark", size="small", zoom=2)
    page = watched.go("/network?system=DEU:IFV&fail=country:NLD&collapse=tier")
    page.locator("#network-graph[data-drawn]").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    groups = page.get_by_role("navigation", name="Groups of the graph").get_by_role("link")
    before = groups.count()
    groups.first.press("Enter")
    page.wait_for_url("**open=*")
    page.locator("#network-graph[data-drawn]").wait_for()
    assert groups.count() == before - 1
    watched.clean()  # before axe, whose own styles the policy forbids
    assert watched.accessible() == []
