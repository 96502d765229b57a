"""Readiness and stock on pages: the same figures as the command line, and what can go wrong."""

import io
import json
import re
import time
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.one_demo import in_place
from tests.web_world import SUBJECTS, World, world_in

PLANNER = SUBJECTS["planner"]
SMALL = "&points=8"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_in(tmp_path_factory.mktemp("stock"), tmp_path_factory) as made:
        yield made


@pytest.fixture(scope="module")
def planner(world: World) -> TestClient:
    return world.client("planner")


def answered(client: TestClient, path: str, **given: Any) -> Any:
    """The response once it is worked out."""
    for _ in range(200):
        response = client.get(path, **given)
        if response.status_code != 202:
            return response
        assert response.headers.get("refresh") or response.headers["retry-after"]
        time.sleep(0.1)
    raise AssertionError(f"{path} never came")


def told(world: World, *words: str) -> Any:
    """What the command line prints as JSON for the same person."""
    run = in_place(*words, "--store", world.store, "--viewer", PLANNER, "--json")
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.mark.parametrize(
    ("path", "command"),
    [
        ("/readiness/at?budget=500000&points=8", "stock explore --budget 500000 --points 8"),
        ("/readiness/curve?points=8", "stock curve --points 8"),
        ("/stock/orders", "stock replenish"),
        ("/stock/support", "stock support"),
        ("/stock/reserves?duration=days:45", "stock reserve --duration days:45"),
        ("/stock/explain?budget=50000", "stock explain --budget 50000"),
    ],
    ids=["explore", "curve", "orders", "support", "reserves", "explain"],
)
def test_the_api_answers_what_the_command_line_prints(
    world: World, planner: TestClient, path: str, command: str
) -> None:
    response = answered(planner, f"/api/v1{path}")
    assert response.status_code == 200, response.text
    assert response.json() == told(world, *command.split())


def test_the_page_shows_the_figures_of_the_place(planner: TestClient) -> None:
    at = answered(planner, f"/api/v1/readiness/at?budget=500000{SMALL}").json()
    page = answered(planner, f"/readiness?budget=500000{SMALL}").text
    figures = at["figures"]
    assert at["said"][0] in page
    assert f"{100 * figures['availability']:.1f}" in page
    assert f"{figures['cost, EUR']:,.0f} EUR" in page
    for row in at["tables"]["bought"][:5]:
        assert row["item_name"] in page
    for row in at["tables"]["by_system"]:
        assert row["site"] in page
    assert at["tables"]["next_buy"][0]["item_name"] in page
    points = json.loads(re.search(r'id="points">(.*?)</script>', page)[1])  # type: ignore[index]  # is there
    assert len(points) == figures["points"]
    assert [figures["cost, EUR"], figures["availability"]] == points[figures["point of the curve"]][
        :2
    ]


def test_a_drag_is_answered_with_the_place_alone(planner: TestClient) -> None:
    page = answered(planner, f"/readiness?budget=0{SMALL}").text
    points = json.loads(re.search(r'id="points">(.*?)</script>', page)[1])  # type: ignore[index]  # is there
    for number, (cost, *_) in enumerate(points):
        part = answered(
            planner, f"/readiness?budget={cost}{SMALL}", headers={"hx-request": "true"}
        ).text
        assert f'data-number="{number}"' in part
        assert "<html" not in part
        assert part.count("data-place") == 2


def test_a_target_leads_to_what_it_costs(planner: TestClient) -> None:
    at = answered(planner, f"/api/v1/readiness/at?target=0.9{SMALL}").json()
    assert at["figures"]["availability"] >= 0.9
    assert at["said"][0] in answered(planner, f"/readiness?target=0.9{SMALL}").text


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/readiness?budget=lots&points=8", 400, "can&#39;t be used"),
        ("/readiness?budget=-5&points=8", 400, "Write a number from 0"),
        ("/readiness?target=2&points=8", 400, "Write a number"),
        ("/readiness?target=0.9999&points=8", 400, "curve ends at"),
        ("/readiness?nation=XXX", 422, "XXX"),
        ("/readiness?system=NO:SUCH", 404, "There is nothing here"),
        ("/readiness?points=100000", 422, "can&#39;t be used"),
        ("/readiness?bought.sort=price&points=8", 400, "no column"),
        ("/readiness?fleets.page=0&points=8", 400, "not the number of a page"),
        ("/stock/reserves?duration=forever", 400, "length of a disruption"),
        ("/stock/reserves?cover=7", 400, "Write a number"),
        ("/stock/orders?kind=magic", 400, "magic"),
        ("/stock/explain?budget=%00", 400, "can&#39;t be used"),
    ],
)
def test_what_makes_no_sense_is_said_on_a_page(
    planner: TestClient, path: str, status: int, words: str
) -> None:
    response = answered(planner, path)
    assert response.status_code == status
    assert words in response.text
    assert "Traceback" not in response.text


def test_blank_fields_of_the_forms_count_as_absent(planner: TestClient) -> None:
    blank = "nation=&system=&start=holdings&support=1&forecast=0&budget=&target="
    assert answered(planner, f"/readiness?{blank}{SMALL}").status_code == 200
    blank = "duration=&budget=&demand_factor=&cover=&supply_class="
    assert answered(planner, f"/stock/reserves?{blank}").status_code == 200


def test_orders_are_grouped_by_source_and_one_source_can_be_looked_at(
    planner: TestClient,
) -> None:
    rows = answered(planner, "/api/v1/stock/orders").json()["tables"]["orders"]
    party = rows[0]["party"]
    chosen = [row for row in rows if row["party"] == party]
    page = answered(planner, f"/stock/orders?source={party}").text
    assert f"Orders from {party}" in page
    assert page.count('class="prose"') >= len(chosen)
    lines = page.split('id="lines"')[1].split("</section>")[0]
    assert lines.count("<tr") == len(chosen) + 1


def test_orders_leave_as_a_package_and_as_marked_tables(planner: TestClient) -> None:
    rows = answered(planner, "/api/v1/stock/orders").json()["tables"]["orders"]
    bought = [row for row in rows if row["action"] == "purchase"]
    package = zipfile.ZipFile(io.BytesIO(planner.get("/stock/orders/package").content))
    lines = package.read("order.csv").decode().splitlines()
    assert len(lines) == len(bought) + 1
    tables = zipfile.ZipFile(io.BytesIO(planner.get("/stock/orders/tables").content))
    assert len(tables.read("orders.csv").decode().splitlines()) == len(rows) + 1
    assert "EXERCISE" in tables.read("orders.csv").decode().splitlines()[1]


def test_rotation_lists_lots_in_the_order_in_which_they_expire(planner: TestClient) -> None:
    lots = planner.get("/api/v1/stock/rotation").json()["expiring"]
    days = [lot["expiry"] for lot in lots]
    assert lots
    assert days == sorted(days)
    page = planner.get("/stock/rotation").text
    assert f"First: {lots[0]['item']} at {lots[0]['site']}, on {days[0]}" in page


@pytest.mark.parametrize(
    "path", ["/readiness?points=8", "/stock/explain?budget=50000", "/stock/support",
             "/stock/reserves?duration=days:45", "/stock/rotation", "/stock/orders"],
)  # fmt: skip
def test_pages_carry_marking_and_no_inline_style_or_script(planner: TestClient, path: str) -> None:
    page = answered(planner, path).text
    assert page.count("EXERCISE // ") >= 2
    assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", page)
    assert not re.search(r"<script(?![^>]*(src=|application/json))", page)
    assert len(re.findall(r'id="([^"]+)"', page)) == len(set(re.findall(r'id="([^"]+)"', page)))
