"""Pages say what commands say for the same question: records, lots, and each kind of long work.

Other pages have it beside what else is said of them: readiness and stock in ``test_stock_pages``,
picture and sites in ``test_picture_pages``, the network in ``test_network_pages``, findings in
``test_findings_pages``, futures in ``test_scenario_pages``.
"""

import json
import re
import time
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.one_demo import in_place
from tests.web_world import SUBJECTS, World, csrf_of, world_in

from redball import app
from redball.app.register import register_write
from redball.app.work import KINDS
from redball.risk.register import Duration, Register, RiskEntry

NODE = SUBJECTS["node"]
LONG: dict[str, tuple[dict[str, object], str]] = {
    "simulate": (
        {"days": 20, "replications": 2, "seed": 3},
        "simulate --days 20 --replications 2 --seed 3",
    ),
    "exposure": ({}, "risk exposure"),
    "stress": (
        {"kinds": ["country"], "days": 60, "replications": 2, "pairs": 0, "constraints": 0},
        "stress --kind country --days 60 --replications 2 --pairs 0 --constraints 0",
    ),
    "compare": (
        {"scenarios": ["port-closed"], "days": 20, "replications": 2, "seed": 3},
        "scenario compare port-closed --days 20 --replications 2 --seed 3",
    ),
    "reserve": ({"duration": "days:45"}, "stock reserve --duration days:45"),
    "replenish": ({}, "stock replenish"),
    "surge": ({"days": 30, "surges": ["5:15:3"]}, "stock surge --days 30 --surge 5:15:3"),
    "plan": (
        {"budget": "300k", "most": 3, "replications": 2, "futures": 0},
        "plan --budget 300k --most 3 --replications 2 --futures 0",
    ),
    "register": ({"replications": 2}, "risk register analyse --replications 2"),
    "optimise": ({"budget": 500_000}, "stock optimise --budget 500000"),
}
"""What is asked as long work, and as a command."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_in(tmp_path_factory.mktemp("equal"), tmp_path_factory) as made:
        app.key_new(made.store, "ledger")
        for nation in ("DEU", "NOR"):
            app.key_new(made.store, nation)
        file = made.folder / "agreement.json"
        parties = ["DEU", "NOR"]
        app.agreement_draft("mutual-logistic-support", id="MLS-2040-001", parties=parties, out=file)
        for nation in parties:
            app.agreement_sign(file, app.View(made.store, nation))
        app.agreement_activate(file, app.View(made.store, "DEU"))
        entry = RiskEntry(
            "port", "The port closes", "transport", (("site", "XAG:PORT-GDANSK"),), 0.1,
            Duration(30.0),
        )  # fmt: skip
        register_write(app.View(made.store, NODE), made.services.desk, Register((entry,)), "Ann")
        yield made


@pytest.fixture(scope="module")
def node(world: World) -> TestClient:
    return world.client("node")


class Cells(HTMLParser):
    """Rows of the tables of a page, as text."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._in = False

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag == "td":
            self.rows[-1].append("")
            self._in = True

    def handle_endtag(self, tag: str) -> None:
        self._in = self._in and tag != "td"

    def handle_data(self, data: str) -> None:
        if self._in:
            self.rows[-1][-1] += data


def rows(page: str) -> list[list[str]]:
    """Rows of data of all tables of a page."""
    found = Cells()
    found.feed(page)
    return [[cell.strip() for cell in row] for row in found.rows if row]


def told(world: World, *words: str, viewer: str = "") -> Any:
    """What a command prints as JSON."""
    who = ["--viewer", viewer] if viewer else []
    run = in_place(*words, "--store", world.store, *who, "--json")
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_agreements(world: World) -> None:
    client = world.client("security")
    command = told(world, "agreement", "list")["agreements"]
    found = client.get("/api/v1/agreements").json()["agreements"]
    same = [name for name in found[0] if name in command[0]]
    assert {"agreement", "state"} <= set(same)
    mine = [one for one in command if "DEU" in str(one["parties"])]
    assert [[str(one[name])[:10] for name in same] for one in found] == [
        [str(one[name])[:10] for name in same] for one in mine
    ]
    page = client.get("/sharing").text
    for one in mine:
        assert any(one["agreement"] in cells for cells in map(" ".join, rows(page)))


def test_the_ledger(world: World, node: TestClient) -> None:
    command = told(world, "ledger", "log", "--rows", "1000")["entries"]
    found = node.get("/api/v1/ledger?limit=1000").json()
    before = [one for one in found["entries"] if one["entry"] <= command[-1]["entry"]]
    same = [name for name in before[0] if name in command[0]]
    assert {"entry", "at", "kind", "actor"} <= set(same)
    assert [[one[name] for name in same] for one in reversed(before)] == [
        [one[name] for name in same] for one in command
    ]
    shown = rows(node.get("/sharing/ledger").text)
    newest = {str(one["entry"]): one for one in found["entries"]}
    for row in shown[1:10]:
        number = re.sub(r"\D", "", row[0])
        if number in newest:
            assert row[2] == newest[number]["kind"]
    signs = told(world, "ledger", "watch")
    assert node.get("/api/v1/ledger/watch").json()["signs"] == signs["detections"]


def test_packages_taken_in(world: World, node: TestClient) -> None:
    command = told(world, "store", "info")["feeds"]
    found = node.get("/api/v1/feeds").json()["feeds"]
    same = ("revision", "owner")
    assert sorted(tuple(str(one[name]) for name in same) for one in found) == sorted(
        tuple(str(one[name]) for name in same) for one in command
    )
    page = rows(node.get("/data").text)
    assert sum(len(row) > 5 for row in page) >= len(command)


def test_lots_that_expire(world: World, node: TestClient) -> None:
    command = told(world, "picture", "--table", "expiring", viewer=NODE)["tables"]["expiring"]
    found = node.get("/api/v1/stock/rotation").json()["expiring"]
    by = [lambda one: json.dumps(one, sort_keys=True)]
    assert sorted(found, key=by[0]) == sorted(command, key=by[0])
    assert len(command) > 0
    page = node.get("/stock/rotation").text
    assert command[0]["lot"] in page


def test_every_kind_of_long_work_is_compared() -> None:
    assert set(LONG) == set(KINDS)


@pytest.mark.parametrize("kind", LONG)
def test_long_work(world: World, node: TestClient, kind: str) -> None:
    parameters, words = LONG[kind]
    token = csrf_of(node.get("/work").text)
    asked = node.post(
        "/api/v1/work",
        json={"kind": kind, "parameters": parameters},
        headers={"x-csrf-token": token},
    )
    assert asked.status_code == 202, asked.text
    for _ in range(600):
        done = node.get(asked.headers["location"]).json()
        if done["ended"]:
            break
        time.sleep(0.2)
    assert done["state"] == "done", done
    kept = node.get(f"/api/v1/answers/{done['answer']}").json()
    command = told(world, *words.split(), viewer=NODE)
    assert kept["figures"] == command["figures"]
    assert kept["said"] == command["said"]
    assert kept["tables"].keys() == command["tables"].keys()
    page = node.get(f"/answers/{done['answer']}").text
    shown = re.sub(r"<[^>]+>", " ", page)
    for sentence in command["said"][:2]:
        assert sentence[:30] in shown.replace("&#39;", "'")
