"""The web face: server time of every page and API, live viewers, bytes of the first page.

``python -m benchmarks.bench_web [--size S|M|L] [--json]``; without a size S, M and L.
A server in a process of its own serves a synthetic coalition (S, M, L: 1,000, 10,000, 100,000
items). Twenty people, each with an account and a session of their own, ask for one page after the
other, thinking a second between two; then without thinking, as a peer. Time is from the request to
the last byte as it is sent (packed), as a client on the same machine measures it. 200 viewers
listen while something changes ten times a second. Figures are of warm pages: the first question of
each is asked before.
"""

import argparse
import json
import multiprocessing
import re
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import psutil
from tests.web_people import COOKIE, session_cookie

from benchmarks.measure import WORK
from redball import app
from redball.desk import open_desk
from redball.web.application import build, declared
from redball.web.routing import Kind
from redball.web.running import Listening, Running
from redball.web.security.middleware import secured
from redball.web.serving import Services
from redball.web.settings import Limits, Settings

PEOPLE = 20
THINK_SECONDS = 1.0
PATIENCE = 600.0
"""Seconds for which answers that are being worked out are waited for, all together."""
_RESTING = 5.0
"""Per cent of a processor below which a server has nothing to do."""
VIEWERS = 200
CHANGES_PER_SECOND = 10
LIVE_SECONDS = 20
SKIPPED = ("/live", "/sign-in", "/first", "/prove", "/health", "/sign-out")
"""Pages that are not looked at by somebody who works."""
VIEWER = "XAG"


def prepare(size: str) -> str:
    """Make the store once."""
    folder = WORK / f"web-{size}"
    store = folder / "coalition.sqlite"
    if not (folder / "done").exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = app.generate(size, folder / "packages", seed=1)
        for path in made.packages:
            app.import_(path, store=str(store), skip_bad_rows=True)
        (folder / "done").touch()
    return str(store)


def _serve(store: str, ready: "multiprocessing.connection.Connection") -> None:
    listening = Listening(port=0)
    bound = listening.bound()
    origin = f"http://localhost:{bound.getsockname()[1]}"
    limits = Limits(per_minute=1_000_000, live_per_person=VIEWERS)
    services = Services.open(Settings(store=store, origin=origin, limits=limits))
    cookies = [session_cookie(services, f"person-{n}", VIEWER)[COOKIE] for n in range(PEOPLE)]
    ready.send((origin, cookies))
    Running(secured(build(services), services), listening, bound).run()


class Server:
    """A server in a process of its own."""

    def __init__(self, store: str) -> None:
        context = multiprocessing.get_context("spawn")
        mine, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(store, theirs), daemon=True)
        self.process.start()
        self.origin, self.cookies = mine.recv()
        for _ in range(600):
            try:
                httpx2.get(f"{self.origin}/health", timeout=1)
                return
            except httpx2.TransportError:
                time.sleep(0.1)
        raise TimeoutError("the server did not answer")

    def client(self, person: int) -> httpx2.Client:
        """A client of somebody's."""
        return httpx2.Client(
            base_url=self.origin,
            cookies={COOKIE: self.cookies[person % PEOPLE]},
            headers={"sec-fetch-site": "same-origin"},
            timeout=300,
        )

    @property
    def memory_mib(self) -> float:
        """Memory of the process."""
        return float(psutil.Process(self.process.pid).memory_info().rss / 2**20)

    def rest(self, patience: float) -> float:
        """Wait until it has nothing to do but answer; how long that was.

        A new desk counts the findings of the past, import by import, when first asked for them.
        """
        process = psutil.Process(self.process.pid)
        begin = time.perf_counter()
        while process.cpu_percent(2.0) > _RESTING and time.perf_counter() - begin < patience:
            pass
        return time.perf_counter() - begin

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.join(20)
        if self.process.is_alive():  # a piece of work that takes longer than that
            self.process.kill()
            self.process.join(20)


def paths(client: httpx2.Client, left: float) -> tuple[list[str], list[str]]:
    """Pages and addresses of the API that answer without further words; and those still at work."""
    found, working = [], []
    for route in declared():
        fit = route.method == "GET" and route.kind in (Kind.PAGE, Kind.API)
        if fit and "{" not in route.path and not route.path.startswith(SKIPPED):
            begin = time.perf_counter()
            answer = client.get(route.path)
            while answer.status_code == 202 and time.perf_counter() - begin < left:
                time.sleep(0.5)  # it is being worked out
                answer = client.get(route.path)
            first = time.perf_counter() - begin
            if answer.status_code == 200:
                found.append(route.path)
                print(f"  first {route.path}: {first:.2f} s", flush=True)
            elif answer.status_code == 202:
                working.append(route.path)
                left = max(left - first, 0.0)
                print(f"  {route.path}: not there after {first:.0f} s, left out", flush=True)
            else:
                print(f"  {route.path}: {answer.status_code}, left out", flush=True)
    return found, working


def asked(server: Server, pages: list[str], think: float, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each page, asked by twenty people at once."""
    times: dict[str, list[float]] = {path: [] for path in pages}
    lock = threading.Lock()

    def person(number: int) -> None:
        with server.client(number) as client:
            time.sleep(think * number / PEOPLE)
            for step in range(rounds * len(pages)):
                path = pages[(step + number) % len(pages)]
                begin = time.perf_counter()
                with client.stream("GET", path) as answer:
                    for _ in answer.iter_raw():
                        pass
                passed = (time.perf_counter() - begin) * 1000
                assert answer.status_code == 200, (path, answer.status_code)
                with lock:
                    times[path].append(passed)
                time.sleep(think)

    with ThreadPoolExecutor(PEOPLE) as pool:
        list(pool.map(person, range(PEOPLE)))
    return times


def p95(values: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(values, n=20)[-1]


def live(server: Server, store: str) -> dict[str, float]:
    """200 viewers, ten changes a second: who missed one, how late, and what it costs."""
    desk = open_desk(store)
    wrote: dict[int, float] = {}
    heard: list[list[tuple[int, float]]] = [[] for _ in range(VIEWERS)]
    ended = threading.Event()
    ready = threading.Barrier(VIEWERS + 1)

    def viewer(number: int) -> None:
        with server.client(number) as client, client.stream("GET", "/live") as stream:
            ready.wait()
            for version in _told(stream.iter_lines()):
                heard[number].append((version, time.monotonic()))
                if ended.is_set() and version >= max(wrote):
                    return

    threads = [threading.Thread(target=viewer, args=(n,), daemon=True) for n in range(VIEWERS)]
    for thread in threads:
        thread.start()
    ready.wait()
    before = server.memory_mib
    middle = 0.0
    for number in range(LIVE_SECONDS * CHANGES_PER_SECOND):
        with desk.writing("worklist"):
            pass
        wrote[desk.versions()["worklist"]] = time.monotonic()
        if number == LIVE_SECONDS * CHANGES_PER_SECOND // 2:
            middle = server.memory_mib
        time.sleep(1 / CHANGES_PER_SECOND)
    ended.set()
    with desk.writing("worklist"):
        pass
    wrote[desk.versions()["worklist"]] = time.monotonic()
    for thread in threads:
        thread.join(20)
    desk.close()
    late, lost = _delays(heard, wrote)
    return {
        "viewers": VIEWERS,
        "changes": len(wrote),
        "updates lost": lost,
        "seen after, s (median)": statistics.median(late),
        "seen after, s (p95)": p95(late),
        "seen after, s (most)": max(late),
        "memory before, MiB": before,
        "memory half way, MiB": middle,
        "memory after, MiB": server.memory_mib,
    }


def _told(lines: Iterator[str]) -> Iterator[int]:
    """Versions of the topic that changes, as a stream tells them."""
    topic = ""
    for line in lines:
        if line.startswith("event: "):
            topic = line.removeprefix("event: ")
        elif line.startswith("data: ") and topic in ("worklist", "hello"):
            told = json.loads(line.removeprefix("data: "))
            yield int(told.get("version", told.get("worklist", 0)))


def _delays(
    heard: list[list[tuple[int, float]]], wrote: dict[int, float]
) -> tuple[list[float], int]:
    """How long after each change each viewer knew of it or of a later one; and who never did."""
    late: list[float] = []
    lost = 0
    for told in heard:
        for version, at in wrote.items():
            seen = next((when for state, when in told if state >= version), None)
            if seen is None:
                lost += 1
            else:
                late.append(seen - at)
    return late, lost


def first_bytes(server: Server) -> dict[str, int]:
    """Bytes on the wire, packed: the picture, all that it names, what the map asks for."""
    found: dict[str, int] = {}
    with server.client(0) as client:
        page = client.get("/picture", headers={"accept-encoding": "gzip"})
        found["/picture"] = int(page.headers.get("content-length", len(page.content)))
        base = page.text.partition('rel="icon" href="')[2].partition('"')[0].rpartition("/")[0]
        wanted = {f"{base}/vendor/{name}" for name in _VENDOR}
        wanted |= {
            word for word in page.text.replace('"', " ").split() if word.startswith(f"{base}/")
        }
        wanted |= {f"{base}/css/tokens.css", f"{base}/js/live.js"}
        drawn = re.search(r'id="map-data"[^>]*>(.*?)</script>', page.text, re.DOTALL)
        assert drawn is not None
        wanted |= set(json.loads(drawn[1])["layers"].values())
        for address in sorted(wanted):
            answer = client.get(address, headers={"accept-encoding": "gzip"})
            if answer.status_code == 200:
                name = address.removeprefix(base)
                found[name] = int(answer.headers.get("content-length", len(answer.content)))
    return found


_VENDOR = (
    "htmx.min.js", "maplibre-gl.mjs", "maplibre-gl-worker.mjs", "milsymbol.js",
    "ibm-plex-sans-latin-400-normal.woff2", "ibm-plex-sans-latin-600-normal.woff2",
)  # fmt: skip


def measured(size: str, rounds: int, patience: float) -> dict[str, object]:
    """All figures of one size."""
    store = prepare(size)
    for left in ("", "-wal", "-shm"):
        Path(f"{store}.desk{left}").unlink(missing_ok=True)
    server = Server(store)
    try:
        with server.client(0) as client:
            pages, working = paths(client, patience)
        if working:  # what is still worked out would take the processors from all others
            server.stop()
            server = Server(store)
            with server.client(0) as client:
                for path in pages:
                    while client.get(path).status_code == 202:
                        time.sleep(0.5)
        waited = server.rest(PATIENCE)
        thinking = asked(server, pages, THINK_SECONDS, rounds)
        hurried = asked(server, pages, 0, rounds)
        together = [value for values in thinking.values() for value in values]
        rushed = [value for values in hurried.values() for value in values]
        per_page = {path: round(p95(values), 1) for path, values in sorted(thinking.items())}
        return {
            "pages": len(pages),
            "left out, still worked out": len(working),
            "waited for the past findings, s": waited,
            "p95 of all, ms": p95(together),
            "p95 of the slowest page, ms": max(per_page.values()),
            "p95 without thinking, ms": p95(rushed),
            "requests/s without thinking": len(rushed) * 1000 / (sum(rushed) / PEOPLE),
            "p95 by page, ms": per_page,
            "first page, bytes": sum(first_bytes(server).values()),
            "first page by asset": first_bytes(server),
            "live": live(server, store),
            "memory, MiB": server.memory_mib,
        }
    finally:
        server.stop()


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", nargs="+", choices=("S", "M", "L"), default=["S", "M", "L"])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--patience", type=float, default=PATIENCE)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    for size in chosen.size:
        found = measured(size, chosen.rounds, chosen.patience)
        if chosen.json:
            print(json.dumps({"size": size, **found}))
            continue
        print(f"{size}:")
        for name, value in found.items():
            if isinstance(value, dict):
                print(f"  {name}:")
                for part, figure in value.items():
                    print(
                        f"    {part}: {figure:,.2f}"
                        if isinstance(figure, float)
                        else f"    {part}: {figure:,}"
                    )
            else:
                print(
                    f"  {name}: {value:,.1f}"
                    if isinstance(value, float)
                    else f"  {name}: {value:,}"
                )


if __name__ == "__main__":
    main()
