"""The working list and reports on pages: a user's way through, and what goes wrong on it."""

import json
import re
from collections.abc import Iterator
from html import unescape

import httpx2
import pytest
from starlette.testclient import TestClient
from tests.web_world import SUBJECTS, World, csrf_of, world_in
from typer.testing import CliRunner

from redball.cli.worklist import group
from redball.desk.worklist import entries
from redball.ledger import EventKind
from redball.store import open_store
from redball.web.settings import Limits, Settings

PLANNER = SUBJECTS["planner"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_in(tmp_path_factory.mktemp("findings"), tmp_path_factory) as made:
        yield made


@pytest.fixture(scope="module")
def planner(world: World) -> TestClient:
    return world.client("planner")


def _keys(page: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r'id="row-([0-9a-f]{16})"', page)))


def _version(page: str) -> str:
    found = re.search(r'name="version" value="([0-9a-f]*)"', page)
    assert found
    return found[1]


def _send(client: TestClient, key: str, verb: str, page: str, **given: str) -> httpx2.Response:
    form = {"csrf": csrf_of(page), "version": _version(page), **given}
    return client.post(f"/findings/{key}/{verb}", data=form)


def test_the_list_filters_by_its_address(planner: TestClient) -> None:
    everything = planner.get("/findings").text
    critical = planner.get("/findings?level=critical").text
    assert 0 < len(_keys(critical)) < len(_keys(everything))
    assert "stock-below-target" not in _keys(critical)
    assert _keys(planner.get("/findings?level=critical&text=diesel").text)
    assert "No finding is like that." in planner.get("/findings?text=nixnix").text
    assert planner.get("/findings?sort=nix").status_code == 400


def test_list_and_finding_are_what_the_command_says(world: World, planner: TestClient) -> None:
    page = planner.get("/api/v1/findings?most=1000").json()
    who = ["--store", world.store, "--viewer", PLANNER, "--json"]
    told = CliRunner().invoke(group, ["list", *who])
    command = json.loads(told.stdout)
    assert page["findings"] == command["findings"]
    assert page["counts"] == command["counts"]
    key = page["findings"][0]["key"]
    told = CliRunner().invoke(group, ["history", key, *who])
    assert planner.get(f"/api/v1/findings/{key}").json() == json.loads(told.stdout)


def test_a_finding_is_worked_on_from_its_page(world: World, planner: TestClient) -> None:
    key = _keys(planner.get("/findings").text)[0]
    page = planner.get(f"/findings/{key}").text
    assert "The rows behind it" in page
    answer = _send(planner, key, "assign", page, me="1")
    assert answer.headers["location"].endswith(f"/findings/{key}")
    page = planner.get(f"/findings/{key}").text
    assert "planner looks after it." in page
    _send(planner, key, "comment", page, words="<b>bold</b> & more")
    page = planner.get(f"/findings/{key}").text
    assert "<b>bold</b>" not in page
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; more" in page
    _send(planner, key, "accept", page, reason="known", until="2026-06-30")
    page = planner.get(f"/findings/{key}").text
    assert "Accepted until 2026-06-30." in page
    assert key in _keys(planner.get("/findings?state=accepted").text)
    _send(planner, key, "reopen", page, reason="")
    assert "planner looks after it." in planner.get(f"/findings/{key}").text
    verbs = [entry.verb for entry in entries(world.services.desk, "DEU", key)]
    assert verbs == ["assign", "comment", "accept", "reopen"]


def test_only_a_person_of_the_nation_is_given_a_finding(world: World, planner: TestClient) -> None:
    for name in ("procurement", "analyst", "administrator"):
        world.client(name)
    key = _keys(planner.get("/findings").text)[2]
    page = planner.get(f"/findings/{key}").text
    names = re.findall(r'<option value="([^"]+)"></option>', page)
    assert "procurement" in names
    assert not {"analyst", "administrator"} & set(names), "another nation, and who may not note"
    for name in ("analyst", "Nobody at all"):
        answer = _send(planner, key, "assign", page, assignee=name)
        assert answer.status_code == 400
        assert f'value="{name}"' in answer.text
        assert "Choose a name from the list" in answer.text
    assert _send(planner, key, "assign", page, assignee="PROCUREMENT").status_code == 303
    assert "procurement looks after it." in planner.get(f"/findings/{key}").text


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/findings?first=-1", "first"),
        ("/findings?first=x", "first"),
        ("/findings?most=9999", "most"),
    ],
    ids=["low", "no number", "high"],
)
def test_a_value_that_does_not_fit_is_named(planner: TestClient, path: str, named: str) -> None:
    answer = planner.get(f"/api/v1{path}")
    assert answer.status_code == 422
    assert answer.json()["error"]["mend"] == f"Give '{named}' in the address another value."


def test_the_second_of_two_sees_both_and_loses_nothing(world: World, planner: TestClient) -> None:
    second = world.client("procurement")
    key = _keys(planner.get("/findings").text)[1]
    first_page, second_page = (one.get(f"/findings/{key}").text for one in (planner, second))
    _send(planner, key, "comment", first_page, words="I called them.")
    answer = _send(second, key, "accept", second_page, reason='Mine "<too>"', until="2026-07-01")
    assert answer.status_code == 409
    text = unescape(answer.text)
    assert "I called them." in text
    assert 'Mine "<too>"' in text
    assert 'value="2026-07-01"' in answer.text
    assert [e.verb for e in entries(world.services.desk, "DEU", key)] == ["comment"]
    again = _send(second, key, "accept", answer.text, reason="Mine", until="2026-07-01")
    assert again.status_code == 303


@pytest.mark.parametrize(
    ("verb", "given"),
    [
        ("accept", {"reason": "kept words", "until": "tomorrow"}),
        ("accept", {"reason": "kept words", "until": "1999-01-01"}),
        ("assign", {"assignee": "kept words" * 20}),
        ("comment", {"words": "kept words" * 900}),
    ],
    ids=["no-day", "past", "name", "long"],
)
def test_what_was_typed_stays_when_it_is_refused(
    planner: TestClient, verb: str, given: dict[str, str]
) -> None:
    key = _keys(planner.get("/findings").text)[2]
    answer = _send(planner, key, verb, planner.get(f"/findings/{key}").text, **given)
    assert answer.status_code == 400
    assert "kept words" in answer.text


def test_what_is_not_there_and_what_is_not_for_one_answer_alike(
    world: World, planner: TestClient
) -> None:
    other = world.client("analyst")
    mine = set(_keys(planner.get("/findings").text))
    hidden = sorted(mine - set(_keys(other.get("/findings").text)))[0]
    for path in ("/findings/{}", "/api/v1/findings/{}"):
        answers = [other.get(path.format(key)) for key in (hidden, "0" * 16)]
        assert [one.status_code for one in answers] == [404, 404]
        bodies = [re.sub(r'data-versions="[^"]*"|[0-9a-f]{16}', "", a.text) for a in answers]
        assert bodies[0] == bodies[1]


@pytest.mark.parametrize("form", ["pdf", "png", "xlsx", "html"])
def test_a_page_can_be_taken_away_and_that_is_recorded(world: World, form: str) -> None:
    client = world.client("planner")
    answer = client.get(f"/export/findings.{form}?level=critical")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].endswith(f'Z.{form}"')
    signs = {"pdf": b"%PDF", "png": b"\x89PNG", "xlsx": b"PK", "html": b"<!do"}
    assert answer.content.startswith(signs[form])
    with open_store(world.store) as store:
        last = [e for e in store.events() if e.kind is EventKind.EXPORT][-1]
    assert last.verb == f"export findings as {form}"
    rows = last.facts["rows"]
    assert isinstance(rows, int)
    assert rows > 0


def test_reports_offer_what_the_role_may_take(world: World, planner: TestClient) -> None:
    assert "/export/briefing.pdf" in planner.get("/reports").text
    director = world.client("director")
    assert "/export/" not in director.get("/reports").text
    assert director.get("/export/briefing.pdf").status_code == 403
    assert planner.get("/export/nix.pdf").status_code == 404
    assert planner.get("/export/answer-0.pdf").status_code == 404


def test_a_briefing_is_few_pages_in_one_click(planner: TestClient) -> None:
    answer = planner.get("/export/briefing.pdf")
    assert answer.status_code == 200
    pages = re.search(rb"/Type\s*/Pages\s*/Count (\d+)", answer.content)
    assert pages
    assert 2 <= int(pages[1]) <= 4


def test_a_large_export_needs_a_second_person(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    limited = Settings(store=world.store, origin="https://testserver", limits=Limits(bulk_rows=1))
    before = _exports(world)
    with world_in(tmp_path_factory.mktemp("bulk"), tmp_path_factory, limited) as small:
        answer = small.client("planner").get("/export/findings.xlsx")
    assert answer.status_code == 403
    assert "second person" in answer.text
    assert _exports(world) == before, "nothing left"


def _exports(world: World) -> int:
    with open_store(world.store) as store:
        return sum(event.kind is EventKind.EXPORT for event in store.events())
