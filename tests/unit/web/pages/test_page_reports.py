"""Each page as PDF, workbook and image: what it shows, with its filters, labelled and recorded."""

import io
import re
import time
from collections.abc import Iterator

import openpyxl
import pytest
from starlette.testclient import TestClient
from tests.web_world import World, world_in

from redball.ledger import EventKind
from redball.store import open_store
from redball.web.application import declared
from redball.web.taking import NAMED, taken_as

SIGNS = {"pdf": b"%PDF", "png": b"\x89PNG", "xlsx": b"PK"}
UNNAMED = {"exposure", "stress", "briefing", "findings"}
"""Those that have tests of their own, or need a kept answer."""
RECORDS = {"data", "ledger"}
"""Those of pages that planners do not read."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_in(tmp_path_factory.mktemp("taken"), tmp_path_factory) as world:
        yield world


@pytest.fixture(scope="module")
def planner(world: World) -> TestClient:
    return world.client("planner")


@pytest.fixture(scope="module")
def node(world: World) -> TestClient:
    """Who may read records as well as take them away."""
    return world.client("node")


def taken(client: TestClient, path: str) -> bytes:
    """A report, waited for while its page is worked out."""
    for _ in range(240):
        answer = client.get(path)
        if answer.status_code != 503:
            break
        time.sleep(0.5)
    assert answer.status_code == 200, (path, answer.status_code, answer.text[:400])
    assert "no-store" in answer.headers["cache-control"]
    return answer.content


def cells(workbook: bytes) -> dict[str, list[tuple[object, ...]]]:
    """Rows of each sheet."""
    book = openpyxl.load_workbook(io.BytesIO(workbook), read_only=True)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def words(rows: list[tuple[object, ...]]) -> str:
    return " ".join(str(value) for row in rows for value in row if value is not None)


@pytest.mark.parametrize("name", sorted(set(NAMED.values()) - UNNAMED))
def test_what_a_page_shows_leaves_as_a_workbook_and_is_recorded(
    world: World, planner: TestClient, node: TestClient, name: str
) -> None:
    query = "?budget=200000" if name == "explain" else ""
    who = node if name in RECORDS else planner
    sheets = cells(taken(who, f"/export/{name}.xlsx{query}"))
    cover = words(next(iter(sheets.values())))
    for said in ("Label", "Data age", "Twin", "Revision", "EXERCISE"):
        assert said in cover, (name, said)
    assert len(sheets) > 1, name
    with open_store(world.store) as store:
        last = [event for event in store.events() if event.kind is EventKind.EXPORT][-1]
    assert last.verb == f"export {name} as xlsx"


@pytest.mark.parametrize("form", ["pdf", "png"])
@pytest.mark.parametrize("name", ["map", "network", "readiness", "data"])
def test_a_page_leaves_on_paper_and_as_an_image(
    planner: TestClient, node: TestClient, name: str, form: str
) -> None:
    made = taken(node if name in RECORDS else planner, f"/export/{name}.{form}")
    assert made.startswith(SIGNS[form])
    assert len(made) > 10_000


def test_the_filters_of_the_address_hold(planner: TestClient) -> None:
    every = cells(taken(planner, "/export/map.xlsx"))
    one = cells(taken(planner, "/export/map.xlsx?nation=NOR"))
    name = next(title for title in every if title.lower().startswith("sites"))
    assert 1 < len(one[name]) < len(every[name])
    shown = planner.get("/picture?nation=NOR").text
    count = re.search(r"([\d,]+) of ([\d,]+) sites", shown)
    assert count is not None
    heads = [[str(cell).lower() for cell in row] for row in one[name]]
    head = next(place for place, row in enumerate(heads) if "name" in row)
    assert len(heads) - head - 1 == int(count[1].replace(",", ""))


def test_one_finding_leaves_with_its_rows(planner: TestClient) -> None:
    found = re.search(r'href="/findings/([0-9a-f]{16})"', planner.get("/findings").text)
    assert found is not None
    page = planner.get(f"/findings/{found[1]}").text
    assert f"/export/finding.pdf?key={found[1]}" in page
    sheets = cells(taken(planner, f"/export/finding.xlsx?key={found[1]}"))
    assert any("rows behind" in title.lower() for title in sheets), sheets.keys()


def test_a_past_moment_leaves_as_it_was(planner: TestClient) -> None:
    moment = "2026-01-01T00:00:00Z"
    page = planner.get("/picture", params={"as_of": moment})
    assert page.status_code == 200
    assert "as_of=2026-01-01T00%3A00%3A00Z" in page.text.partition('class="takes"')[2][:400]
    cover = words(next(iter(cells(taken(planner, f"/export/map.xlsx?as_of={moment}")).values())))
    assert "2026-01-01" in cover


def test_who_may_not_export_is_not_offered_it_and_gets_nothing(world: World) -> None:
    director = world.client("director")
    assert 'class="takes"' not in director.get("/picture").text
    for name in RECORDS:
        assert world.client("planner").get(f"/export/{name}.xlsx").status_code == 403
    for name in ("map", "network", "rotation"):
        assert director.get(f"/export/{name}.pdf").status_code == 403


def test_every_name_has_a_route_and_every_route_a_page() -> None:
    routes = {
        route.path.removeprefix("/export/").removesuffix(".{ending}")
        for route in declared()
        if route.path.endswith(".{ending}")
    }
    ones = {
        taken_as(path, {})[0]  # type: ignore[index]
        for path in ("/findings/0", "/picture/sites/DEU/A", "/sharing/agreements/A/1")
    }
    assert routes | {"findings", "briefing"} == set(NAMED.values()) | ones


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/export/map.doc", 404),
        ("/export/finding.pdf?key=0000000000000000", 404),
        ("/export/site.pdf?owner=DEU&key=NO-SUCH", 404),
        ("/export/network.pdf?system=NO-SUCH", 404),
        ("/export/stress.pdf", 404),
        ("/export/explain.pdf?budget=much", 400),
    ],
)
def test_what_is_not_there_is_said(planner: TestClient, path: str, status: int) -> None:
    answer = planner.get(path)
    assert answer.status_code == status, answer.text[:300]
    assert "Traceback" not in answer.text
