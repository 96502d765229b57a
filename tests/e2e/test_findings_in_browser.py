"""The working list in a real browser: filter, open, assign, comment, accept, find it again."""

from collections.abc import Iterator

import pytest
from tests.browsing import Served, served_in


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_in(tmp_path_factory.mktemp("findings"), tmp_path_factory) as made:
        yield made


def test_a_finding_is_worked_on_as_a_user_would(served: Served) -> None:
    watched = served.visit("planner")
    page = watched.go("/findings")
    assert "findings are open" in page.locator(".lead").inner_text()
    page.get_by_label("Level", exact=True).select_option("critical")
    page.get_by_label("Words", exact=True).fill("diesel")
    page.get_by_role("button", name="Filter").press("Enter")
    page.wait_for_url("**/findings?*level=critical*")
    page.locator("table.list tbody a").first.click()
    page.wait_for_url("**/findings/*")
    page.get_by_role("button", name="I do").click()
    page.get_by_text("planner looks after it.").wait_for()
    page.get_by_label("Comment", exact=True).fill("Fuel convoy asked for.")
    page.get_by_role("button", name="Write comment").click()
    page.get_by_text("Fuel convoy asked for.").wait_for()
    page.locator("#accept summary").click()
    page.get_by_label("Why it can stay as it is").fill("Convoy on the way.")
    page.get_by_label("Until and with").fill("2026-03-01")
    page.get_by_role("button", name="Accept", exact=True).click()
    page.get_by_text("Accepted until 2026-03-01.").wait_for()
    watched.clean()
    assert watched.accessible() == []
    page.get_by_role("link", name="All findings").click()
    page.get_by_role("link", name="Accepted").click()
    assert page.locator("table.list tbody tr").count() == 1


@pytest.mark.parametrize("path", ["/findings", "/reports"])
def test_pages_hold_in_dark_and_small_windows(served: Served, path: str) -> None:
    watched = served.visit("planner", theme="dark", size="small")
    page = watched.go(path)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    watched.clean()  # before axe, whose own styles the policy forbids
    assert watched.accessible() == []
