"""Scenarios on pages: built by fields, told before they are run, kept for their author alone."""

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient
from tests.web_world import World, csrf_of, world_in

from redball.planning.scenarios import library, read_scenario, write_scenario
from redball.web.pages.scenarios.filled import form_of, scenario_filled

FIELDS = {
    "event": "port closed", "what": "loss", "about": "site XAG:PORT-GDANSK", "from_day": "6",
    "for_days": "14", "lost": "100", "factor": "1.5", "back": "", "chance": "100", "name": "",
    "days": "20", "replications": "1", "seed": "3", "description": "",
}  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_in(tmp_path_factory.mktemp("scenarios"), tmp_path_factory) as found:
        yield found


@pytest.fixture(scope="module")
def planner(world: World) -> TestClient:
    return world.client("planner")


@pytest.fixture(scope="module")
def token(planner: TestClient) -> str:
    return csrf_of(planner.get("/scenarios").text)


@pytest.mark.parametrize("path", ["/scenarios", "/stress", "/exposure", "/scenarios/new"])
def test_each_page_is_there(planner: TestClient, path: str) -> None:
    assert planner.get(path).status_code == 200


def test_a_link_from_another_page_fills_the_builder_and_is_told(planner: TestClient) -> None:
    page = planner.get("/scenarios/new?lose=site:XAG:PORT-GDANSK")
    assert 'value="site XAG:PORT-GDANSK"' in page.text
    assert "site Port of Gdańsk does not work from day 6 for 14 days" in page.text


def test_saved_fields_are_the_text_that_the_command_line_reads(
    world: World, planner: TestClient, token: str
) -> None:
    saved = planner.post("/scenarios/build", data={**FIELDS, "csrf": token, "do": "save"})
    assert saved.status_code == 303
    place = saved.headers["location"]
    assert planner.get(place).status_code == 200
    scenario = read_scenario(planner.get(f"{place}/toml").text)
    assert (scenario.events[0].from_day.mean, scenario.horizon_days, scenario.seed) == (6, 20, 3)
    analyst = world.client("analyst")
    foreign = analyst.get(f"/api/v1{place}")
    absent = analyst.get("/api/v1/scenarios/own/AAAAAAAAAAAAAAAA")
    assert (foreign.status_code, foreign.json()) == (absent.status_code, absent.json())
    assert foreign.status_code == 404


def test_run_goes_to_long_work(planner: TestClient, token: str) -> None:
    asked = planner.post("/scenarios/build", data={**FIELDS, "csrf": token, "do": "run"})
    assert re.fullmatch(r"/work/[\w-]+", asked.headers["location"])


def test_what_is_wrong_is_said_with_its_event_and_what_was_typed_stays(
    planner: TestClient, token: str
) -> None:
    wrong = {**FIELDS, "lost": "many", "csrf": token, "do": "save"}
    page = planner.post("/scenarios/build", data=wrong)
    assert page.status_code == 422
    assert "port closed" in page.text
    assert "many" in page.text


@pytest.mark.parametrize("name", sorted(library()))
def test_ready_scenarios_are_told_and_the_form_says_all_of_them_or_none(
    planner: TestClient, name: str
) -> None:
    assert planner.get(f"/scenarios/ready/{name}").status_code == 200
    assert planner.get(f"/scenarios/new?ready={name}").status_code == 200
    scenario = library()[name]
    filled = form_of(scenario)
    if filled is not None:
        assert write_scenario(scenario_filled(filled)) == write_scenario(scenario)
