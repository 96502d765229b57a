"""A real browser that looks at a served world: nothing leaves the machine, every complaint counts.

Playwright drives the Chromium that is installed (``tools/find_browser.py`` installs one where it
may). Requests to anything but the server are refused and remembered, as are errors on the console.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright
from tests.web_people import COOKIE, session_cookie
from tests.web_world import SUBJECTS, exercise_store

from redball.web.application import build
from redball.web.running import Listening, Running
from redball.web.security.middleware import secured
from redball.web.serving import Services
from redball.web.settings import Settings

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
AXE = Path(__file__).parent.parent / "tools/build_assets/node_modules/axe-core/axe.min.js"
SIZES = {"wide": (1440, 900), "small": (1024, 768)}


@dataclass
class Watched:
    """A page and what was wrong with it."""

    page: Page
    origin: str
    outside: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a page and wait until it is quiet."""
        self.page.goto(self.origin + path, wait_until="load")
        return self.page

    def clean(self) -> None:
        """Fail when something was asked of another server, or the console complained."""
        assert self.outside == []
        assert self.complaints == []

    def accessible(self) -> list[str]:
        """What axe finds wrong with the page (WCAG 2.2 A and AA, and its best practices)."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))  # the policy of pages forbids a script
        found = self.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{one['id']}: {node['target']} {node['failureSummary']}"
            for one in found["violations"]
            for node in one["nodes"]
        ]


@dataclass
class Served:
    """A world served on a port of this machine.

    Attributes
    ----------
    origin : str
    services : Services
    """

    origin: str
    services: Services
    browser: Browser
    _contexts: list[BrowserContext] = field(default_factory=list)

    @property
    def store(self) -> str:
        """Address of the store."""
        return self.services.settings.store

    def visit(
        self, name: str | None, *, theme: str = "light", size: str = "wide", zoom: float = 1
    ) -> Watched:
        """A window of somebody's, signed in; of a stranger for None."""
        width, height = SIZES[size]
        context = self.browser.new_context(
            color_scheme="dark" if theme == "dark" else "light",
            viewport={"width": int(width / zoom), "height": int(height / zoom)},
            device_scale_factor=zoom,
            reduced_motion="reduce",
        )
        self._contexts.append(context)
        if name is not None:
            cookie = session_cookie(self.services, name, SUBJECTS[name])[COOKIE]
            context.add_cookies(
                [
                    {
                        "name": COOKIE, "value": cookie, "domain": "localhost", "path": "/",
                        "secure": True, "httpOnly": True, "sameSite": "Strict",
                    }
                ]
            )  # fmt: skip
        watched = Watched(context.new_page(), self.origin)

        def route(asked: Route) -> None:
            if asked.request.url.startswith((self.origin, "data:", "blob:")):
                asked.continue_()
            else:
                watched.outside.append(asked.request.url)
                asked.abort()

        context.route("**/*", route)
        watched.page.on(
            "console",
            lambda said: watched.complaints.append(said.text) if said.type == "error" else None,
        )
        watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
        return watched


def found_browser() -> str:
    """Path of the browser; skips where there is none, and fails in CI."""
    path = next((p for name in BROWSERS if (p := shutil.which(name))), None)
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium for the browser tests")
        pytest.skip("no Chromium for the browser tests")
    return path


@contextmanager
def served_in(folder: Path, factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve a world of its own and open a browser on it."""
    store = folder / "coalition.sqlite"
    shutil.copyfile(exercise_store(factory), store)
    with served(store) as found:
        yield found


@contextmanager
def served(store: Path) -> Iterator[Served]:
    """Serve a store and open a browser on it."""
    path = found_browser()
    listening = Listening(port=0)
    bound = listening.bound()
    origin = f"http://localhost:{bound.getsockname()[1]}"
    services = Services.open(Settings(store=str(store), origin=origin))
    running = Running(secured(build(services), services), listening, bound)
    running.start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=path,
                args=["--no-sandbox", "--disable-gpu", "--use-gl=angle",
                      "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
            )  # fmt: skip
            try:
                yield Served(origin, services, browser)
            finally:
                browser.close()
    finally:
        running.stop()
