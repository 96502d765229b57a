"""The report in a real browser: no console errors, nothing requested from outside."""

import http.server
import importlib.util
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from redball.reports import ReportContent, write_html

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True)
class Seen:
    """What the browser made of a page, and what it wrote to its log."""

    dom: str
    log: str

    @property
    def complaints(self) -> list[str]:
        """Lines the page's console wrote, policy violations among them."""
        return [line for line in self.log.splitlines() if "CONSOLE" in line.upper()]


@dataclass
class Browser:
    """A browser in a process of its own, with a fresh profile for each page."""

    path: str
    profiles: Path

    def open(self, address: str, *options: str) -> Seen:
        profile = self.profiles / f"profile-{len(list(self.profiles.iterdir()))}"
        command = [
            self.path,
            *QUIET,
            *options,
            f"--user-data-dir={profile}",
            "--enable-logging=stderr",
            "--dump-dom",
            address,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
        return Seen(done.stdout, done.stderr)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Browser:
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        message = f"No browser is installed: none of {', '.join(BROWSERS)} was found."
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return Browser(path, tmp_path_factory.mktemp("profiles"))


@pytest.fixture(scope="module")
def example(project_root: Path) -> ReportContent:
    path = project_root / "tests" / "unit" / "reports" / "report_example.py"
    spec = importlib.util.spec_from_file_location("report_example_e2e", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    content = module.example()
    assert isinstance(content, ReportContent)
    return content


@pytest.fixture(scope="module")
def page(example: ReportContent, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_html(example, tmp_path_factory.mktemp("report") / "report.html")


@pytest.fixture
def requests(page: Path) -> Iterator[tuple[str, list[str]]]:
    """Serve the page and keep the path of every request."""
    asked: list[str] = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__(*args, directory=str(page.parent), **kwargs)  # type: ignore[arg-type]

        def do_GET(self) -> None:
            asked.append(self.path)
            super().do_GET()

        def log_request(self, code: object = "-", size: object = "-") -> None:
            """Keep the test's output clean."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/report.html", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_console_stays_empty_and_the_script_ran(browser: Browser, page: Path) -> None:
    seen = browser.open(page.as_uri())
    assert seen.complaints == []
    # the script puts a button into each heading of the long tables; without it there is none
    assert "<button" not in page.read_text(encoding="utf-8").split("<script>")[0]
    assert seen.dom.count('<button type="button">') > 20
    assert 'type="search"' in seen.dom


def test_the_browser_asks_for_the_page_and_nothing_else(
    browser: Browser, requests: tuple[str, list[str]]
) -> None:
    address, asked = requests
    # a proxy that does not exist: a request to any other host would fail and be complained of
    seen = browser.open(address, "--proxy-server=127.0.0.1:9", "--proxy-bypass-list=127.0.0.1")
    assert seen.complaints == []
    assert set(asked) - {"/favicon.ico"} == {"/report.html"}


def test_the_policy_stops_what_a_record_would_smuggle_in(browser: Browser, page: Path) -> None:
    # escaping keeps records from becoming markup; this shows the second wall behind it
    smuggled = '<script>document.title = "broken"</script><p style="color:red">x</p>'
    broken = page.with_name("broken.html")
    text = page.read_text(encoding="utf-8")
    broken.write_text(text.replace("<main>", f"<main>{smuggled}"), encoding="utf-8")
    seen = browser.open(broken.as_uri())
    assert "<title>broken</title>" not in seen.dom
    assert len([line for line in seen.complaints if "Content Security Policy" in line]) == 2


def test_sorting_orders_numbers_as_numbers_and_keeps_the_unknown_last(
    browser: Browser, page: Path
) -> None:
    dom = _with_click(browser, page, "Worst level", clicks=2)
    sites = dom[dom.index('aria-label="Sites"') :]
    levels = re.findall(r"</svg>(\w+)</span>", sites[: sites.index("</tbody>")])
    assert levels[:4] == ["critical"] * 4
    assert levels[-1] == "off"
    dom = _with_click(browser, page, "Days of supply", clicks=1)
    sites = dom[dom.index('aria-label="Sites"') :]
    last = re.findall(
        r'<td class="number[^"]*">([^<]*)</td></tr>', sites[: sites.index("</tbody>")]
    )
    known = [float(day) for day in last if day != "–"]
    assert known == sorted(known)
    assert last[: len(known)] == [day for day in last if day != "–"]


def _with_click(browser: Browser, page: Path, heading: str, *, clicks: int) -> str:
    """Open the page with a second script, allowed by its own hash, that clicks a heading."""
    import base64
    import hashlib

    code = (
        'const at = document.querySelector("[aria-label=Sites]");'
        'const all = [...at.querySelectorAll("th button")];'
        f'const one = all.find((b) => b.textContent.startsWith("{heading}"));'
        f"for (let i = 0; i < {clicks}; i += 1) one.click();"
    )
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    text = page.read_text(encoding="utf-8")
    # the policy stands in an attribute, where quotes are escaped
    text = text.replace("script-src ", f"script-src &#x27;sha256-{digest}&#x27; ", 1)
    text = text.replace("</body>", f"<script>{code}</script></body>")
    clicked = page.with_name("clicked.html")
    clicked.write_text(text, encoding="utf-8")
    seen = browser.open(clicked.as_uri())
    assert seen.complaints == []
    return seen.dom
