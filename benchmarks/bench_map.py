"""The map of the picture in a browser: until it can be used, while it is panned, and its bytes.

``python -m benchmarks.bench_map [--size S|M|L] [--json]``; without a size L: 10,000 sites.
A server in a process of its own, headless Chromium with software rendering on the same machine (two
cores for everything). Each figure is the median of several visits, each with an empty cache, but
the slowest task, which is the longest of all. Lanes of the coalition are filled up to 20,000 at L
with their ways back. Interactive is when everything is drawn and the page answers; panning is real
mouse drags at three scales.
"""

import argparse
import json
import statistics
from pathlib import Path

import httpx2
from playwright.sync_api import Browser, Page, Route, sync_playwright
from tests.browsing import found_browser
from tests.web_people import COOKIE

from benchmarks.bench_web import Server, prepare
from redball.app.operating import FAR

VISITS = 3
LANES = {"S": 0, "M": 0, "L": 20_000}
ZOOMS = (0, 2, 5)
"""Steps closer, from where the whole theatre is seen."""
DRAGS = 6
WATCH = """
window.tasks = [];
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) window.tasks.push([one.startTime, one.duration]);
}).observe({ type: "longtask", buffered: true });
"""
SOFTWARE = (
    "--no-sandbox", "--disable-gpu", "--use-gl=angle", "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)  # fmt: skip


def filled(text: str, lanes: int) -> str:
    """A layer of lanes with as many, by the ways back of those that are there."""
    document = json.loads(text)
    features = document["features"]
    there = len(features)
    for number in range(max(0, lanes - there)):
        one = json.loads(json.dumps(features[number % there]))
        one["geometry"]["coordinates"].reverse()
        features.append(one)
    return json.dumps(document, separators=(",", ":"))


def far_only(text: str) -> str:
    """Those lanes of a layer that the page asks for first."""
    document = json.loads(text)
    document["features"] = [
        one for one in document["features"] if one["properties"]["scale"] <= FAR
    ]
    return json.dumps(document, separators=(",", ":"))


def visit(browser: Browser, server: Server, lanes: str) -> dict[str, float]:
    """One visit with an empty cache: seconds, the slowest task, bytes."""
    first = far_only(lanes)
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies(
        [{"name": COOKIE, "value": server.cookies[0], "domain": "localhost", "path": "/",
          "secure": True, "httpOnly": True, "sameSite": "Strict"}]
    )  # fmt: skip
    page = context.new_page()
    page.add_init_script(WATCH)

    def give(route: Route) -> None:
        body = first if "scale=" in route.request.url else lanes
        route.fulfill(body=body, content_type="application/geo+json")

    page.route("**/api/v1/map/lanes*", give)
    page.goto(server.origin + "/picture", wait_until="commit")
    page.wait_for_selector("#map[data-ready]", timeout=60_000)
    paint = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
    found = {
        "first paint, s": page.evaluate(paint) / 1000,
        "interactive, s": float(page.evaluate("document.getElementById('map').dataset.ready"))
        / 1000,
        "longest task at the start, ms": longest(page, 0),
    }
    page.wait_for_timeout(500)
    for steps in ZOOMS:
        found[f"longest task panning, {steps} steps closer, ms"] = panned(page, steps)
    context.close()
    return found


def longest(page: Page, since: float) -> float:
    """The longest task since a moment, in ms; under 50 ms none is told."""
    tasks = page.evaluate("window.tasks")
    return max((duration for at, duration in tasks if at >= since), default=0.0)


def panned(page: Page, steps: int) -> float:
    """Drag the map about and tell the longest task meanwhile."""
    page.locator("#map canvas").focus()
    for _ in range(steps):
        page.keyboard.press("=")
        page.wait_for_timeout(450)
    page.wait_for_timeout(1_000)
    since = float(page.evaluate("performance.now()"))
    box = page.locator("#map canvas").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for number in range(DRAGS):
        page.mouse.move(x, y)
        page.mouse.down()
        way = 1 if number % 2 else -1
        for step in range(1, 13):
            page.mouse.move(x + way * step * 20, y + way * step * 9)
        page.mouse.up()
        page.wait_for_timeout(250)
    page.wait_for_timeout(500)
    for _ in range(steps):
        page.keyboard.press("-")
        page.wait_for_timeout(450)
    return longest(page, since)


def sent(client: httpx2.Client) -> dict[str, int]:
    """Bytes of each layer on the wire."""
    names = ("sites", "units", "lanes", f"lanes?scale={FAR}", "hazards")
    asked = {"accept-encoding": "gzip"}
    return {
        f"{name}, bytes": int(client.get(f"/api/v1/map/{name}", headers=asked)
                              .headers["content-length"])
        for name in names
    }  # fmt: skip


def measured(size: str) -> dict[str, object]:
    """All figures of one size."""
    store = prepare(size)
    Path(f"{store}.desk").unlink(missing_ok=True)
    server = Server(store)
    try:
        with server.client(0) as client:
            client.get("/picture")
            layers = sent(client)
            lanes = filled(client.get("/api/v1/map/lanes").text, LANES[size])
            sites = len(client.get("/api/v1/map/sites").json()["features"])
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=found_browser(), args=list(SOFTWARE)
            )
            rounds = []
            for _ in range(VISITS + 1):
                with server.client(0) as client:
                    client.get("/picture")  # figures are of a picture that is worked out
                rounds.append(visit(browser, server, lanes))
            del rounds[0]  # the browser itself is warm after it
            browser.close()
    finally:
        server.stop()
    figures = {
        name: (max if name.startswith("longest") else statistics.median)(
            [one[name] for one in rounds]
        )
        for name in rounds[0]
    }
    return {"sites": sites, "lanes": lanes.count('"LineString"'), **figures, **layers}


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", nargs="+", choices=("S", "M", "L"), default=["L"])
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    for size in chosen.size:
        found = measured(size)
        if chosen.json:
            print(json.dumps({"size": size, **found}))
            continue
        print(f"{size}:")
        for name, value in found.items():
            print(f"  {name}: {value:,.2f}" if isinstance(value, float) else f"  {name}: {value:,}")


if __name__ == "__main__":
    main()
