"""The start page as a planner uses it: which fleet, why, where; by pointer and by keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.browsing import Served, Watched, served_in

from redball import app

BASE = "DEU:BASE-BERGEN"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_in(tmp_path_factory.mktemp("picture"), tmp_path_factory) as made:
        yield made


def drawn(window: Watched, path: str) -> Page:
    """The page once its map is drawn."""
    page = window.go(path)
    page.locator("#map[data-ready]").wait_for(timeout=20_000)
    return page


def test_a_planner_finds_the_fleet_the_site_and_the_day_it_runs_out(served: Served) -> None:
    window = served.visit("planner", theme="dark", size="small")
    page = drawn(window, "/")
    assert page.url.endswith("/picture")
    assert page.locator("#danger .lead strong").inner_text().startswith("Infantry fighting vehicle")

    page.locator("#danger .lead a[data-site]").click()  # the unit's place
    page.locator(f"#sheet[data-site='{BASE}']").wait_for()
    assert page.evaluate("document.activeElement.id") == "sheet-head"
    assert page.locator("#places tr.chosen").get_attribute("data-key") == BASE
    assert f"site={BASE.replace(':', '%3A')}" in page.url

    page.locator("#slider").focus()  # time by keyboard; the site stays chosen
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    page.locator("#time-said", has_text="Stocks as they will be in 3.0 days").wait_for()
    assert "ahead=3" in page.url
    assert page.evaluate("document.activeElement.id") == "slider"
    assert page.locator(f"#sheet[data-site='{BASE}']").count() == 1

    page.keyboard.press("Home")  # the first import: the frame says that this is the past
    page.locator(".past", has_text="You are looking at the past").wait_for()
    assert "of 60 sites" not in page.locator("#counts").inner_text()  # nobody else had sent data
    page.go_back()
    page.locator(".past").wait_for(state="detached")
    page.get_by_label("Nation", exact=True).select_option("POL")
    page.locator("#counts", has_text="of 60 sites").wait_for()
    page.wait_for_url("**nation=POL**")
    page.locator("#places tbody tr", has_text="Garnizon Drawsko").wait_for()
    page.go_back()
    page.locator("#places tr.chosen").wait_for()
    assert "nation" not in page.url
    assert page.get_by_label("Nation", exact=True).input_value() == ""

    page.locator("[data-close]").click()
    page.locator("#sheet:not([data-site])").wait_for(state="attached")
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]
    window.clean()
    assert window.accessible() == []


def test_a_click_on_the_map_chooses_the_site_in_the_table(served: Served) -> None:
    window = served.visit("planner")
    page = drawn(window, f"/picture?site={BASE}")
    box = page.locator("#map canvas").bounding_box()
    assert box is not None
    page.locator("[data-close]").click()
    page.locator("#sheet:not([data-site])").wait_for(state="attached")
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)  # it lies there
    page.locator("#sheet[data-site]").wait_for()
    chosen = page.locator("#sheet").get_attribute("data-site")
    assert page.locator("#places tr.chosen").get_attribute("data-key") == chosen
    assert page.locator("#signs canvas").count() > 5
    window.clean()


def test_an_import_is_drawn_and_the_site_stays_chosen(served: Served, tmp_path: Path) -> None:
    window = served.visit("planner")
    page = drawn(window, f"/picture?site={BASE}")
    page.locator("body[data-live=on]").wait_for()
    layers: list[str] = []
    page.on("request", lambda asked: layers.append(asked.url.partition("/map/")[2]))
    (tmp_path / "manifest.toml").write_text(
        'owner = "LVA"\nas_of = 2026-01-31T05:00:00Z\ntitle = "t"\nexercise = true\n'
        'label = "UNCLASSIFIED // REL ALL"\n'
    )
    (tmp_path / "site.csv").write_text(
        "key,name,kind,country,latitude,longitude\nNEW,Jauna vieta,depot,LVA,56.9,24.1\n"
    )
    outcome = app.import_(tmp_path, store=served.store)
    assert outcome.result is not None, outcome.check.issues
    page.locator("#counts", has_text="61 of 61 sites").wait_for(timeout=10_000)
    assert page.locator("#sheet").get_attribute("data-site") == BASE
    assert page.locator("#places tr.chosen").get_attribute("data-key") == BASE
    assert "sites" in [one.partition("?")[0] for one in layers]
    window.clean()


def test_without_webgl_there_is_a_drawing(served: Served) -> None:
    window = served.visit("planner")
    window.page.add_init_script(
        "HTMLCanvasElement.prototype.getContext = new Proxy(HTMLCanvasElement.prototype.getContext,"
        " {apply: (of, it, given) => /webgl/.test(given[0]) ? null : Reflect.apply(of, it, given)})"
    )
    page = window.go("/picture")
    page.locator("#map figure svg").first.wait_for()
    assert "no WebGL" in page.locator("#map").inner_text()
    page.locator("#places tbody a").first.click()  # the table goes on working
    page.locator("#sheet[data-site]").wait_for()
    window.clean()
