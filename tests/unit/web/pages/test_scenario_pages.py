"""Scenarios on pages: built by fields, told before they are run, kept for their author alone."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.one_demo import in_place
from tests.web_world import SUBJECTS, World, csrf_of, world_in

from redball import app
from redball.app.futures import futures_beside
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


@pytest.fixture(scope="module")
def kept(world: World) -> list[str]:
    """Keys of two kept futures of the planner's nation."""
    view = app.View(world.store, SUBJECTS["planner"])
    options = [
        app.SimulateOptions(days=20, scenario=name, run=app.RunOptions(seed=3, replications=1))
        for name in (None, "port-closed")
    ]
    return [app.keep(app.simulate_twin(app.Inputs(view), one), world.store) for one in options]


def test_kept_futures_are_chosen_from_a_list_and_shown_as_the_command_says_them(
    world: World, planner: TestClient, kept: list[str]
) -> None:
    listed = planner.get("/scenarios").text
    assert all(f'name="answer" value="{key}"' in listed for key in kept)
    asked = {"answer": kept, "baseline": kept[1]}
    page = planner.get("/scenarios/beside", params=asked)
    found = futures_beside(app.View(world.store, SUBJECTS["planner"]), kept, kept[1])
    assert page.status_code == 200, page.text
    for sentence in found.said:
        assert sentence.split("'")[0][:60] in page.text
    assert page.text.count("data-chart") == 1
    assert "Make A: undisturbed the baseline" in page.text
    told = planner.get("/api/v1/scenarios/beside", params=asked).json()
    assert told == json.loads(json.dumps(found.document))


def test_a_comparison_can_be_kept_and_taken_away(
    planner: TestClient, token: str, kept: list[str]
) -> None:
    form = {"csrf": token, "answer": kept}
    sent = planner.post("/scenarios/beside/keep", data=form)
    assert sent.status_code == 303, sent.text
    page = planner.get(sent.headers["location"])
    assert page.status_code == 200
    assert f"/export/answer-{sent.headers['location'].rpartition('/')[2]}.pdf" in page.text


def test_futures_of_others_answer_as_those_that_are_not_there(
    world: World, kept: list[str]
) -> None:
    analyst = world.client("analyst")
    foreign, absent = (
        analyst.get("/api/v1/scenarios/beside", params={"answer": keys})
        for keys in (kept, ["0" * 16, "1" * 16])
    )
    assert (foreign.status_code, foreign.json()) == (absent.status_code, absent.json())
    assert foreign.status_code == 404


def test_one_future_alone_is_said_to_be_too_few(planner: TestClient, kept: list[str]) -> None:
    page = planner.get("/scenarios/beside", params={"answer": kept[:1]})
    assert page.status_code in (400, 422)
    assert "Choose two to 4" in page.text
    alone = planner.get("/scenarios/beside", follow_redirects=False)
    assert (alone.status_code, alone.headers["location"]) == (303, "/scenarios")


def test_a_hazard_fills_the_builder_with_what_lies_in_its_area(planner: TestClient) -> None:
    page = planner.get("/scenarios/new", params={"hazard": "XAG:HZ-09"})
    about = "site XAG:PORT-GDANSK; site XAG:PORT-GDYNIA; lane XAG:PORT-ROSTOCK|PORT-KLAIPEDA|sea"
    assert f'value="{about}"' in page.text
    assert "from day 6 for 60 days" in page.text
    other = planner.get(
        "/scenarios/new",
        params={"hazard": "Mines in the southern Baltic", "from_day": "2", "for_days": "3"},
    )
    assert about in other.text, "the map knows it by its name"
    assert "from day 2 for 3 days" in other.text
    told = planner.get("/api/v1/scenarios/hazards/XAG:HZ-09").json()
    assert "; ".join(told["struck"]) == about
    assert planner.get("/scenarios/new", params={"hazard": "XAG:HZ-99"}).status_code == 404


def test_drafts_go_to_files_and_back_by_the_command_line(
    world: World, planner: TestClient, token: str, tmp_path: Path
) -> None:
    def said(*words: str) -> dict[str, object]:
        done = in_place("work", "draft", *words, *whose, "--json")
        assert done.returncode == 0, done.stderr
        found: dict[str, object] = json.loads(done.stdout)
        return found

    whose = ("--account", "planner", "--store", world.store, "--viewer", SUBJECTS["planner"])
    saved = planner.post(
        "/scenarios/build", data={**FIELDS, "name": "by hand", "csrf": token, "do": "save"}
    )
    key = saved.headers["location"].rpartition("/")[2]
    drafts = said("list")["drafts"]
    assert isinstance(drafts, list)
    assert key in [one["key"] for one in drafts]
    file = tmp_path / "mine.toml"
    said("export", key, str(file))
    assert file.read_text("utf-8") == planner.get(f"/scenarios/own/{key}/toml").text
    assert said("show", key)["toml"] == file.read_text("utf-8")
    again = said("import", str(file))
    assert planner.get(f"/scenarios/own/{again['key']}").status_code == 200
    assert in_place("work", "draft", "export", key, str(file), *whose).returncode == 2
    node = (*whose[:-1], "DEU")
    assert in_place("work", "draft", "show", key, *node).returncode == 0
    for viewer in ("NLD", SUBJECTS["analyst"], SUBJECTS["procurement"]):
        foreign = in_place("work", "draft", "list", *whose[:-1], viewer)
        absent = in_place("work", "draft", "list", "--account", "nobody", *whose[2:-1], viewer)
        assert (foreign.returncode, foreign.stderr) == (absent.returncode, absent.stderr)
        assert foreign.returncode == 2
