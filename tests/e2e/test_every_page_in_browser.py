"""Every page as eyes and hands meet it: both themes, a small window, twice the size, no mouse.

The pages are those that the application declares, so that a new one is looked at without being
named here.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, ViewportSize
from tests.browsing import Served, Watched, served_in
from tests.web_world import SUBJECTS

from redball.access import parse_subject
from redball.access.actions import PERMITTED
from redball.web.application import declared
from redball.web.routing import Declared, Kind

NO_PAGES = {
    "/live": "a stream of events",
    "/health": "JSON for whoever watches the server",
    "/sign-in/provider": "leads to the identity provider, which this world has not",
    "/sign-in/provider/back": "where the identity provider leads back to",
    "/prove/provider": "leads to the identity provider",
}
"""Addresses that answer GET without showing a page, and what they are."""
VISITORS = ("planner", "administrator", "security")
"""Who looks at a page: the first whose role may."""
SMALL: ViewportSize = {"width": 1024, "height": 768}
TWICE: ViewportSize = {"width": 512, "height": 384}
"""What a window of 1024 by 768 holds at 200 %."""
LEAST = 24
"""Pixels that a target measures at least each way (WCAG 2.2, 2.5.8)."""

TOO_SMALL = """least => [...document.querySelectorAll(
    'a[href], button, summary, input:not([type=hidden]), select, textarea, [role=button]')]
  .filter(one => one.checkVisibility({visibilityProperty: true}) && !one.closest('.unseen, .skip'))
  .filter(one => !(one.tagName === 'A' && getComputedStyle(one).display === 'inline'))
  .map(one => {
    const box = (one.closest('label') || one).getBoundingClientRect();
    const room = one.type === 'checkbox' || one.type === 'radio' ? 6 : 0;
    return [one, {width: box.width + room, height: box.height + room}]; })
  .filter(([, box]) => box.width + 0.1 < least || box.height + 0.1 < least)
  .map(([one, box]) => `${one.outerHTML.slice(0, 90)} ${box.width}x${box.height}`)"""
"""Targets that are smaller than they may be.

Links inside of sentences are free of it; the empty room that a box to tick keeps counts as its own.
"""
FOCUSED = """() => { const one = document.activeElement; const style = getComputedStyle(one);
  return [one.tagName, style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2]; }"""
CONTRAST = """() => axe.run(document, {runOnly: ['color-contrast'], resultTypes: ['violations']})
  .then(found => found.violations.flatMap(one => one.nodes.map(
    node => node.target + ' ' + node.failureSummary)))"""
"""What of axe depends on the theme."""


def visitor(page: Declared) -> str | None:
    """Who looks at a page; None for a stranger."""
    action = page.need.action
    if action is None:
        return None
    roles = {name: parse_subject(SUBJECTS[name]).role for name in VISITORS}
    return next(name for name, role in roles.items() if action in PERMITTED[role])


def pages() -> dict[str | None, list[str]]:
    """Addresses of all pages that need nothing but a role, by who looks at them."""
    found: dict[str | None, list[str]] = {}
    for one in declared():
        shown = one.method == "GET" and one.kind is Kind.PAGE and one.path not in NO_PAGES
        if shown and "{" not in one.path:
            found.setdefault(visitor(one), []).append(one.path)
    return found


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_in(tmp_path_factory.mktemp("every-page"), tmp_path_factory) as made:
        yield made


def test_every_page_holds_for_every_eye(served: Served) -> None:
    wrong: list[str] = []
    seen = 0
    for name, paths in pages().items():
        watched = served.visit(name, size="small")
        for path in paths:
            wrong += [f"{path}: {one}" for one in _wrong_with(watched, path)]
            seen += 1
        watched.page.close()
    assert seen >= 25
    assert not wrong, "\n".join(wrong)


def _wrong_with(watched: Watched, path: str) -> list[str]:
    page = watched.page
    page.set_viewport_size(SMALL)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    status = _opened(watched, path)
    if status != 200:
        return [f"answers {status}"]
    found = _too_wide(page, "1024 by 768") + [
        f"small: {x}" for x in page.evaluate(TOO_SMALL, LEAST)
    ]
    page.set_viewport_size(TWICE)
    found += _too_wide(page, "200 %") + _focus(page)
    page.set_viewport_size(SMALL)
    found += [f"asks {one}" for one in watched.outside] + watched.complaints
    found += [f"light: {one}" for one in watched.accessible()]
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found += [f"dark: {one}" for one in page.evaluate(CONTRAST)]
    page.goto("about:blank")  # what the page has still to say comes before
    watched.outside.clear()
    watched.complaints.clear()  # axe lays styles into the page, which the policy refuses aloud
    return found


def _opened(watched: Watched, path: str) -> int:
    """Open a page, again while its answer is being worked out; the status at last."""
    status = 202
    for _ in range(40):
        answer = watched.page.goto(watched.origin + path, wait_until="load")
        status = 202 if answer is None else answer.status  # none: it went on by itself meanwhile
        if status != 202:
            break
        watched.page.wait_for_timeout(500)
    return status


def _too_wide(page: Page, where: str) -> list[str]:
    wide, room = page.evaluate(
        "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    return [f"{wide} wide in {room} at {where}"] if wide > room else []


def _focus(page: Page) -> list[str]:
    """The first stops of the tab key show where they are; the first leads to the content."""
    found = []
    for stop in range(4):
        page.keyboard.press("Tab")
        tag, shown = page.evaluate(FOCUSED)
        if tag != "BODY" and not shown:
            found.append(f"stop {stop + 1} of the tab key, a {tag}, does not show")
    return found
