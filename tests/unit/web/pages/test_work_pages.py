"""Long work on pages and by the API: asked, watched, read; another's answers as absent."""

import json
import time
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient
from tests.web_world import SUBJECTS, World, csrf_of, world_in

from redball import app
from redball.app.drafts import drafter
from redball.desk.work import Work, WorkState, end_work, put_work, works_of

SMALL = {"days": 20, "replications": 1, "seed": 3}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_in(tmp_path_factory.mktemp("work"), tmp_path_factory) as found:
        yield found


@pytest.fixture(scope="module")
def planner(world: World) -> TestClient:
    return world.client("planner")


@pytest.fixture(scope="module")
def token(planner: TestClient) -> str:
    return csrf_of(planner.get("/work").text)


def waited(client: TestClient, address: str) -> dict[str, object]:
    for _ in range(400):
        found: dict[str, object] = client.get(address).json()
        if found["ended"]:
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def test_a_form_asks_and_the_answer_is_a_page_and_a_document(
    planner: TestClient, token: str
) -> None:
    form = {"csrf": token, "kind": "simulate", "days": "20", "replications": "1", "seed": "3"}
    asked = planner.post("/work", data=form)
    assert asked.status_code == 303
    place = asked.headers["location"]
    assert planner.get(place).status_code == 200
    done = waited(planner, f"/api/v1{place}")
    assert done["state"] == "done", done
    page = planner.get(f"/answers/{done['answer']}")
    document = planner.get(f"/api/v1/answers/{done['answer']}").json()
    assert page.status_code == 200
    for sentence in document["said"]:
        assert sentence.split(",")[0][:40] in page.text
    assert "data-chart" in page.text
    assert document["label"]["label"] if "label" in document else document["origin"]["label"]


def test_the_api_asks_with_json_and_says_where_to_look(planner: TestClient, token: str) -> None:
    asked = planner.post(
        "/api/v1/work",
        json={"kind": "simulate", "parameters": SMALL},
        headers={"x-csrf-token": token},
    )
    assert asked.status_code == 202, asked.text
    assert waited(planner, asked.headers["location"])["state"] == "done"


def test_work_and_answers_of_others_answer_as_what_is_not_there(
    world: World, planner: TestClient, token: str
) -> None:
    asked = planner.post(
        "/api/v1/work",
        json={"kind": "simulate", "parameters": SMALL},
        headers={"x-csrf-token": token},
    ).json()
    answer = waited(planner, f"/api/v1/work/{asked['key']}")["answer"]
    analyst = world.client("analyst")
    for foreign, absent in (
        (f"/api/v1/work/{asked['key']}", "/api/v1/work/AAAAAAAAAAAAAAAA"),
        (f"/work/{asked['key']}", "/work/AAAAAAAAAAAAAAAA"),
    ):
        one, other = analyst.get(foreign), analyst.get(absent)
        assert (one.status_code, other.status_code) == (404, 404)
    seen, unseen = (analyst.get(f"/api/v1/answers/{key}") for key in (answer, "0" * 16))
    assert (seen.status_code, seen.json()) == (unseen.status_code, unseen.json())


def test_what_can_not_be_asked_is_said_where_and_nothing_is_queued(
    planner: TestClient, token: str
) -> None:
    before = len(planner.get("/api/v1/work").json())
    for body in (
        {"kind": "nothing", "parameters": {}},
        {"kind": "simulate", "parameters": {"days": -1}},
        {"kind": "simulate", "parameters": {"surprise": 1}},
        {"kind": "simulate", "parameters": []},
    ):
        told = planner.post("/api/v1/work", json=body, headers={"x-csrf-token": token})
        assert told.status_code in (400, 422), body
        assert told.json()["error"]["what"]
    assert len(planner.get("/api/v1/work").json()) == before


def test_without_the_token_nothing_is_asked(planner: TestClient) -> None:
    assert planner.post("/work", data={"kind": "simulate"}).status_code == 403
    body = {"kind": "simulate", "parameters": SMALL}
    assert planner.post("/api/v1/work", json=body).status_code == 403


REFRESH = '<noscript><meta http-equiv="refresh" content="5"></noscript>'


def test_work_goes_on_when_its_page_is_gone_and_is_there_at_the_next_sign_in(
    world: World, planner: TestClient, token: str
) -> None:
    gone = world.client("planner")
    form = {"csrf": csrf_of(gone.get("/work").text), "kind": "reserve", "duration": "days:30"}
    place = gone.post("/work", data=form).headers["location"]
    gone.close()
    found = waited(planner, f"/api/v1{place}")
    assert (found["state"], found["error"]) == ("done", "")
    view = app.View(world.store, SUBJECTS["planner"])
    options = app.ReserveOptions(app.parse_duration("days:30"), "days:30")
    direct = app.stock_reserve(app.Inputs(view), options).document
    told = planner.get(f"/api/v1/answers/{found['answer']}").json()
    assert told["figures"] == json.loads(json.dumps(direct["figures"]))
    assert told["said"] == direct["said"]


def test_without_a_script_the_pages_ask_again_while_work_is_under_way(
    world: World, planner: TestClient
) -> None:
    desk, subject, now = world.services.desk, SUBJECTS["planner"], "2026-01-01T00:00:00.000000Z"
    account = drafter(desk, "planner", subject).key
    server = works_of(desk, account)[0].server  # this one: another's would be marked as gone
    running = WorkState.RUNNING
    work = Work("here", account, subject, "simulate", "t", "{}", "", server, running, now, now)
    put_work(desk, work)
    assert all(REFRESH in planner.get(path).text for path in ("/work", "/work/here"))
    end_work(desk, "here", WorkState.CANCELLED, now)
    assert REFRESH not in planner.get("/work/here").text
