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


def test_an_open_page_takes_over_the_classification_of_what_comes(served: Served) -> None:
    mine, other = served.visit("planner"), served.visit("planner")
    page = mine.go("/findings")
    page.locator("body[data-live=on]").wait_for()
    place = page.locator("table.list tbody a").first.get_attribute("href")
    assert place is not None
    page.goto(served.origin + place)
    page.locator("body[data-live=on]").wait_for()
    marking = page.locator(".marking").first.inner_text()
    page.evaluate("""() => { const [above, below] = document.querySelectorAll('.marking');
        above.textContent = 'OF ANOTHER STATE'; below.remove(); }""")
    theirs = other.go(place)
    theirs.get_by_label("Comment", exact=True).fill("Seen by two.")
    theirs.get_by_role("button", name="Write comment").click()
    page.get_by_text("Seen by two.").wait_for()
    assert page.locator(".marking").all_inner_texts() == [marking, marking.splitlines()[-1]]
    mine.clean()


@pytest.mark.parametrize("path", ["/findings", "/reports"])
def test_pages_hold_in_dark_and_small_windows(served: Served, path: str) -> None:
    watched = served.visit("planner", theme="dark", size="small")
    page = watched.go(path)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    watched.clean()  # before axe, whose own styles the policy forbids
    assert watched.accessible() == []
