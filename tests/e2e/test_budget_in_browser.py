"""The budget is dragged in a browser, by keyboard, as a planner would."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page
from tests.browsing import Served, served_in


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_in(tmp_path_factory.mktemp("budget"), tmp_path_factory) as made:
        yield made


def test_dragging_the_budget_shows_what_it_buys(served: Served) -> None:
    window = served.visit("planner", theme="dark", size="small")
    page = window.go("/readiness?points=8")
    slider = page.get_by_label("Drag the budget")
    slider.wait_for(timeout=60_000)  # the first to look waits until the curve is worked out
    page.locator("[data-chart=budget] canvas").wait_for()
    before = page.locator("#at-said").inner_text()
    slider.focus()
    page.keyboard.press("Home")
    page.get_by_text("Nothing is bought:").wait_for()
    page.keyboard.press("ArrowRight")
    page.locator("#at[data-number='1']").wait_for()
    place = place_at(page, page.url.partition("?")[2])
    figures = place["figures"]
    assert figures["point of the curve"] == 1
    assert page.locator("#at-said").inner_text() == place["said"][0] != before
    assert slider.get_attribute("aria-valuetext") == (
        f"{figures['cost, EUR']:,.0f} EUR, {100 * figures['availability']:.1f} %"
    )
    assert page.locator("#bought tbody tr").count() == len(place["tables"]["bought"])
    page.locator("#bought thead a", has_text="Units").click()  # only the table is exchanged
    page.locator("#bought th[aria-sort=descending]").wait_for()
    assert "bought.sort=units" in page.url
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]
    window.clean()
    assert window.accessible() == []


def place_at(page: Page, query: str) -> dict[str, Any]:
    """What the API says of the place that the address names."""
    ask = "async (query) => (await fetch('/api/v1/readiness/at?' + query)).json()"
    found: dict[str, Any] = page.evaluate(ask, query)
    return found
