"""The picture on pages and in the API: the figures of the command line, and what may go wrong."""

import gzip
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from starlette.testclient import TestClient
from tests.one_demo import in_place
from tests.web_world import ORIGIN, SUBJECTS, World, world_in
from typer.testing import CliRunner

from redball import app
from redball.cli.site import site
from redball.web.settings import Settings

PLANNER = SUBJECTS["planner"]
BASE = "DEU:BASE-BERGEN"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_in(tmp_path_factory.mktemp("picture"), tmp_path_factory) as made:
        yield made


@pytest.fixture(scope="module")
def planner(world: World) -> TestClient:
    return world.client("planner")


def told(world: World, *words: str) -> Any:
    """What the command line prints as JSON for the same person."""
    run = in_place(*words, "--store", world.store, "--viewer", PLANNER, "--json")
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def layer(client: TestClient, name: str, query: str = "") -> list[dict[str, Any]]:
    """Properties of a layer's features."""
    answer = client.get(f"/api/v1/map/{name}{query}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/geo+json"
    return [one["properties"] for one in answer.json()["features"]]


def test_the_tables_are_those_of_the_command(world: World, planner: TestClient) -> None:
    assert planner.get("/api/v1/picture").json() == told(world, "picture")
    one = planner.get("/api/v1/picture?table=by_class").json()
    assert one == told(world, "picture", "--table", "by_class")


def test_the_sheet_is_that_of_the_command(world: World, planner: TestClient) -> None:
    answer = planner.get("/api/v1/sites/DEU/BASE-BERGEN").json()
    verb = typer.Typer()
    verb.command()(site)
    words = [BASE, "--store", world.store, "--viewer", PLANNER, "--json"]
    run = CliRunner().invoke(verb, words)
    assert run.exit_code == 0, run.output
    assert answer == json.loads(run.stdout)
    page = planner.get("/picture/sites/DEU/BASE-BERGEN")
    assert page.status_code == 200
    for sentence in answer["said"]:
        assert sentence in page.text


def test_the_first_sentence_names_the_fleet_and_leads_to_why(planner: TestClient) -> None:
    page = planner.get("/picture").text
    fleets = planner.get("/api/v1/picture?table=readiness").json()["tables"]["readiness"]
    known = [one for one in fleets if one["gap"] is not None]
    worst = max(known, key=lambda one: one["gap"])
    danger = page.partition('id="danger"')[2].partition("</section>")[0]
    assert f"<strong>{worst['system']}</strong>" in danger
    assert f"{worst['available']} of {worst['count']} available" in danger
    why = re.search(r'class="why" href="([^"]+)"', danger)
    assert why
    reason = planner.get(why[1])
    assert reason.status_code == 200
    assert worst["system"] in reason.text


def test_the_table_has_the_same_sites_as_the_map(planner: TestClient) -> None:
    query = "?nation=DEU&class=NATO:III&level=caution"
    drawn = {one["id"] for one in layer(planner, "sites", query)}
    page = planner.get(f"/picture{query}").text
    table = page.partition('id="places"')[2].partition("</section>")[0]
    assert set(re.findall(r'data-key="([^"]+)"', table)) == drawn
    assert BASE in drawn
    whole = {one["id"]: one for one in layer(planner, "sites")}
    assert drawn < set(whole)
    assert {one["level"] for one in layer(planner, "sites", "?level=critical")} == {"critical"}
    lanes = layer(planner, "lanes", query)
    assert 0 < len(lanes) < len(layer(planner, "lanes"))


def test_all_layers_together_are_the_layers(planner: TestClient) -> None:
    document = planner.get("/api/v1/map").json()
    for name in ("sites", "units", "lanes", "hazards"):
        assert [one["properties"] for one in document[name]["features"]] == layer(planner, name)
    assert document["origin"]["revision"] > 0
    assert document["symbols"] == "APP-6(D)"


def test_a_site_is_marked_in_the_table_and_its_sheet_stands_beside(planner: TestClient) -> None:
    page = planner.get(f"/picture?site={BASE}&nation=POL").text  # a filter does not close it
    assert f'data-site="{BASE}"' in page
    sheet = page.partition('id="sheet"')[2].partition("</section>")[0]
    said = planner.get("/api/v1/sites/DEU/BASE-BERGEN").json()["said"]
    assert all(sentence in sheet for sentence in said)
    assert f"lose=site%3A{BASE.replace(':', '%3A')}" in sheet
    page = planner.get(f"/picture?site={BASE}").text
    assert f'data-key="{BASE}" class="chosen" aria-current="true"' in page


def test_ahead_the_stocks_have_been_used(planner: TestClient) -> None:
    now = {one["id"]: one["days"] for one in layer(planner, "sites")}
    later = {one["id"]: one["days"] for one in layer(planner, "sites", "?ahead=3")}
    assert now[BASE] == pytest.approx(later[BASE] + 3, abs=0.11)
    page = planner.get("/picture?ahead=3").text
    assert "used at its mean rate" in page
    assert re.search(r'<option value="\+3"[^>]* selected>in 3.0 days', page)


def test_the_past_is_shown_as_it_was_known(world: World, planner: TestClient) -> None:
    feeds = planner.get("/picture").text
    stops = re.findall(r'<option value="(20[^"]+)"', feeds)
    assert len(stops) >= 3
    first = planner.get("/picture", params={"as_of": stops[1]}).text
    assert "You are looking at the past" in first
    moment = app.parse_moment(stops[1])
    seen = app.see(app.View(world.store, PLANNER, moment))
    total = re.search(r"of ([0-9,]+) sites", first)
    assert total
    assert int(total[1]) == seen.twin["site"].height < 60
    assert f"Revision {seen.twin.revision}" in re.sub(r"<[^>]+>", "", first)


def test_the_list_of_moments_works_without_a_script(planner: TestClient) -> None:
    asked = {"moment": "+14", "nation": "POL", "site": BASE}
    answer = planner.get("/picture", params=asked)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/picture?nation=POL&site=DEU%3ABASE-BERGEN&ahead=14"
    assert planner.get("/picture?moment=now&ahead=3").headers["location"] == "/picture"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?level=worse", 400), ("?kind=castle", 400), ("?ahead=9999", 400), ("?ahead=soon", 400),
        ("?sort=secret", 400), ("?page=0", 400), ("?as_of=yesterday", 400),
        ("?text=" + 201 * "x", 400),
    ],
    ids=["level", "kind", "far", "word", "sort", "page", "moment", "long"],
)  # fmt: skip
def test_an_address_that_cannot_be_read_says_what_to_do(
    planner: TestClient, query: str, status: int
) -> None:
    answer = planner.get(f"/picture{query}")
    assert answer.status_code in (status, 422)
    assert "Traceback" not in answer.text


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A store in which DEU keeps its one site to itself."""
    folder = tmp_path_factory.mktemp("closed")
    package = folder / "package"
    package.mkdir()
    (package / "manifest.toml").write_text(
        'owner = "DEU"\nas_of = 2026-01-31T06:00:00Z\ntitle = "t"\n'
        'exercise = true\nlabel = "RESTRICTED"\n'
    )
    (package / "site.csv").write_text("key,name,kind,country\nHID,Hidden Depot,depot,DEU\n")
    store = str(folder / "closed.sqlite")
    outcome = app.import_(package, store=store)
    assert outcome.result is not None, outcome.check.issues
    with world_in(folder, tmp_path_factory, Settings(store=store, origin=ORIGIN)) as made:
        yield made


def test_a_site_of_nobody_and_a_hidden_one_answer_alike(closed: World) -> None:
    assert closed.client("planner").get("/api/v1/sites/DEU/HID").status_code == 200
    analyst = closed.client("analyst")
    for path in ("/api/v1/sites/DEU/", "/picture/sites/DEU/"):
        there, absent = analyst.get(f"{path}HID"), analyst.get(f"{path}NO-SUCH")
        assert there.status_code == absent.status_code == 404
        assert without_names(there.text, "HID") == without_names(absent.text, "NO-SUCH")
    page, none = analyst.get("/picture?site=DEU:HID"), analyst.get("/picture?site=DEU:NO-SUCH")
    assert "No such site" in page.text
    assert "Hidden Depot" not in page.text
    assert without_names(page.text, "HID") == without_names(none.text, "NO-SUCH")
    assert layer(analyst, "sites") == []


def without_names(page: str, key: str) -> str:
    """A page without what was asked for, the request's own number and tokens."""
    page = re.sub(
        r'csrf="[^"]+"|data-versions="[^"]*"|name="csrf" value="[^"]+"|[0-9a-f]{16,}', "", page
    )
    return page.replace(f"DEU:{key}", "").replace(f"DEU%3A{key}", "").replace(f"DEU/{key}", "")


def test_what_did_not_change_is_not_sent_again(planner: TestClient) -> None:
    first = planner.get("/api/v1/map/lanes", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in first.headers
    assert first.headers["cache-control"] == "no-store"
    tag = {"if-none-match": first.headers["etag"]}
    again = planner.get("/api/v1/map/lanes", headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    assert planner.get("/api/v1/map/lanes?ahead=3", headers=tag).status_code == 200
    assert planner.get("/api/v1/map/lanes?text=oslo", headers=tag).status_code == 200
    packed = planner.get("/api/v1/map/lanes", headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(gzip.compress(first.content)) == packed.content  # the client unpacks


def test_two_people_have_two_tags(world: World, planner: TestClient) -> None:
    other = world.client("analyst").get("/api/v1/map/sites").headers["etag"]
    assert planner.get("/api/v1/map/sites").headers["etag"] != other


def test_a_drawing_stands_in_for_the_map(planner: TestClient) -> None:
    page = planner.get("/picture/drawn").text
    assert "Map of sites, lanes and hazards" in page
    assert not re.search(r"\sstyle=|<script(?![^>]*src=)[^>]*>[^<]", page.partition("<main")[2])
    begin = planner.get("/picture").text
    assert "/picture/drawn" in begin.partition("<noscript>")[2].partition("</noscript>")[0]


def test_names_from_data_are_text(planner: TestClient) -> None:
    page = planner.get("/picture", params={"text": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in page
    assert "No site fits what is chosen." in page
    moved = planner.get("/picture", params={"moment": "+1", "text": "a&b"})
    assert moved.headers["location"] == "/picture?text=a%26b&ahead=1"


def test_lanes_that_are_drawn_only_close_up_are_asked_for_later(
    planner: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = layer(planner, "lanes")
    assert layer(planner, "lanes", "?scale=5") == every  # so few are drawn from everywhere
    monkeypatch.setattr("redball.app.operating.layers._GREATEST", ((1, 0), (2, 4), (3, 6)))
    near = layer(planner, "lanes", "?text=a")
    assert [one["scale"] for one in near[:4]] == [0, 4, 6, 7]
    assert layer(planner, "lanes", "?text=a&scale=5") == near[:2]
    assert layer(planner, "lanes", "?text=a&scale=6") == near
    page = planner.get("/picture?text=a").text
    drawn = json.loads(re.search(r'id="map-data"[^>]*>(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
    assert drawn["layers"]["lanes"] == "/api/v1/map/lanes?text=a&scale=5"
    assert drawn["whole"] == {"lanes": "/api/v1/map/lanes?text=a"}
