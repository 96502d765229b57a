"""The page of the supply network: server time, and time in the browser, with many parties.

``python -m benchmarks.bench_network [--size S|M|L] [--json]`` over the store of ``bench_web``
(without a size M; L has 20,000 parties in all). Each page is asked once (cold: the network is
built) and then twenty times; the 95th percentile is stated. The browser opens the page, opens the
largest group, and searches; stated are the time until the graph stands and the longest task (a task
under 50 ms is not reported by the browser and counts as 0).
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
from playwright.sync_api import Page
from tests.browsing import Served, served
from tests.web_people import COOKIE, session_cookie
from tests.web_world import SUBJECTS

from benchmarks.bench_web import prepare

RUNS = 20
_LONGEST = """() => new Promise(done => {
  let longest = 0;
  const watch = new PerformanceObserver(list => {
    for (const one of list.getEntries()) longest = Math.max(longest, one.duration);
  });
  watch.observe({type: 'longtask', buffered: true});
  setTimeout(() => done(longest), 300);
})"""


def server(world: Served, paths: dict[str, str]) -> dict[str, float]:
    """Milliseconds of each page: the first time, and the 95th percentile of the next."""
    cookie = session_cookie(world.services, "node", SUBJECTS["node"])[COOKIE]
    found: dict[str, float] = {}
    with httpx2.Client(base_url=world.origin, timeout=600) as client:
        for name, path in paths.items():
            times = []
            for _ in range(RUNS + 1):
                start = time.perf_counter()
                answer = client.get(path, headers={"cookie": f"{COOKIE}={cookie}"})
                times.append(1_000 * (time.perf_counter() - start))
                answer.raise_for_status()
            found[f"{name}_first_ms"] = times[0]
            found[f"{name}_p95_ms"] = statistics.quantiles(times[1:], n=20)[-1]
            found[f"{name}_kb"] = len(answer.content) / 1e3
    return found


def browser(world: Served, path: str) -> dict[str, float]:
    """Open the page, open its largest group, search: time and longest task of each."""
    page = world.visit("node").page
    found = _timed(page, "open", lambda: page.goto(world.origin + path))
    group = page.locator(".groups a")
    if group.count():
        found |= _timed(page, "expand", lambda: page.goto(
            world.origin + str(group.first.get_attribute("href"))))  # fmt: skip
    return found | _timed(page, "search", lambda: page.goto(world.origin + path + "&q=a"))


def _timed(page: Page, name: str, act: Callable[[], object]) -> dict[str, float]:
    start = time.perf_counter()
    act()
    page.locator("#network-graph[data-drawn]").wait_for()
    seconds = time.perf_counter() - start
    return {f"{name}_s": seconds, f"{name}_longest_task_ms": float(page.evaluate(_LONGEST))}


def run(size: str) -> dict[str, float]:
    """All figures of one size."""
    with served(Path(prepare(size))) as world:
        cookie = session_cookie(world.services, "node", SUBJECTS["node"])[COOKIE]
        start = httpx2.get(
            f"{world.origin}/api/v1/network/systems",
            headers={"cookie": f"{COOKIE}={cookie}"},
            timeout=600,
        ).json()["systems"]
        system = max(start, key=lambda one: one["parties"])
        path = f"/network?system={system['system']}"
        paths = {
            "systems": "/network",
            "behind": path,
            "search": "/api/v1/network/search?q=bear",
            "lost": f"{path}&fail=country:DEU",
        }
        figures = {"parties": float(system["parties"]), "items": float(system["items"])}
        return figures | server(world, paths) | browser(world, path)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=("S", "M", "L"), default="M")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    figures = run(given.size)
    if given.json:
        print(json.dumps({given.size: figures}))
        return
    for name, value in figures.items():
        print(f"{name:28} {value:12,.1f}")


if __name__ == "__main__":
    main()
