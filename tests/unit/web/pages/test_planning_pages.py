"""Plans and risks on pages: proposed, reviewed, planned, followed; the same as the command says."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.one_demo import in_place
from tests.web_world import SUBJECTS, World, csrf_of, world_in

from redball import app


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_in(tmp_path_factory.mktemp("planning"), tmp_path_factory) as found:
        yield found


@pytest.fixture(scope="module")
def planner(world: World) -> TestClient:
    return world.client("planner")


@pytest.fixture(scope="module")
def token(planner: TestClient) -> str:
    return csrf_of(planner.get("/plans").text)


@pytest.fixture(scope="module")
def plan(world: World) -> tuple[str, app.Answer]:
    """A small plan of the planner's nation, kept."""
    inputs = app.Inputs(app.View(world.store, SUBJECTS["planner"]))
    wishes = app.PlanWishes(500_000.0, most=6, replications=2, whole_futures=0)
    answer = app.plan(inputs, wishes)
    return app.keep(answer, world.store), answer


def test_what_data_propose_is_written_and_stands_in_the_list(
    planner: TestClient, token: str
) -> None:
    empty = planner.get("/risks")
    assert "The register is empty" in empty.text
    assert planner.post("/risks/propose", data={"csrf": token}).status_code == 303
    told = planner.get("/api/v1/risks").json()
    assert len(told["risks"]) > 5
    page = planner.get("/risks").text
    assert "Mines in the southern Baltic" in page
    assert "Proposed from the data" not in page
    assert "Nobody looks after it." in page


def test_a_review_is_written_with_its_reason_and_told_in_the_history(
    planner: TestClient, token: str
) -> None:
    form = {
        "csrf": token, "key": "XAG:HZ-09", "owner": "Ann", "state": "treating",
        "review": "2026-09-30", "per_year": "0,04", "source": "navy", "confidence": "high",
        "words": "New figures",
    }  # fmt: skip
    page = planner.get("/risks/one?key=XAG:HZ-09").text
    version = re.search(r'name="version" value="(\w*)"', page)
    assert version is not None
    form["version"] = version[1]
    assert planner.post("/risks/change", data=form).status_code == 303
    told = planner.get("/api/v1/risks/one?key=XAG:HZ-09").json()
    assert (told["risk"]["per_year"], told["risk"]["owner"]) == (0.04, "Ann")
    assert told["history"][-1]["words"] == "New figures"
    late = planner.post("/risks/change", data={**form, "owner": "Ben"})
    assert late.status_code == 409
    assert "Somebody else wrote" in late.text
    wrong = planner.post("/risks/change", data={**form, "per_year": "often"})
    assert wrong.status_code == 400
    assert "is no number" in wrong.text
    assert planner.get("/risks/one?key=nothing").status_code == 404


def test_a_plan_is_shown_with_its_frontier_cards_and_what_is_left(
    planner: TestClient, plan: tuple[str, app.Answer]
) -> None:
    key, answer = plan
    page = planner.get(f"/plans/{key}").text
    points = re.search(r'data-frontier.*?<script type="application/json">(.*?)</script>', page,
                       re.DOTALL)  # fmt: skip
    assert points is not None
    frontier = json.loads(points[1])
    assert [row["budget_eur"] for row in frontier] == (
        answer.tables["frontier"]["budget_eur"].to_list()
    )
    assert page.count('class="card panel"') == answer.tables["treatments"].height
    for sentence in answer.said[:1]:
        assert sentence.split(":")[0] in page
    assert "Before and after" in page
    assert planner.get(f"/api/v1/plans/{key}").json()["figures"] == answer.document["figures"]
    assert key in planner.get("/plans").text


def test_an_action_is_followed_on_the_page_and_by_the_command(
    world: World, planner: TestClient, token: str, plan: tuple[str, app.Answer]
) -> None:
    key, answer = plan
    action = answer.tables["actions"]["key"][0]
    form = {"csrf": token, "action": action, "state": "begun", "owner": "Ann", "due": "2026-01-02",
            "words": "by phone", "version": ""}  # fmt: skip
    assert planner.post(f"/plans/{key}/act", data=form).status_code == 303
    assert "begun · Ann" in planner.get(f"/plans/{key}").text
    again = planner.post(f"/plans/{key}/act", data=form)
    assert again.status_code == 409
    told = in_place("plan", "status", key, "--viewer", SUBJECTS["planner"], "--store", world.store,
                    "--json")  # fmt: skip
    assert told.returncode == 0, told.stderr
    row: Any = next(
        row for row in json.loads(told.stdout)["tables"]["actions"] if row["key"] == action
    )
    assert (row["state"], row["owner"], row["late"]) == ("begun", "Ann", True)


def test_deciding_again_asks_for_long_work_with_pins(
    planner: TestClient, token: str, plan: tuple[str, app.Answer]
) -> None:
    _, answer = plan
    pin = answer.tables["treatments"]["key"][0]
    form = {"csrf": token, "kind": "plan", "budget": "500000", "horizon": "1095d", "most": "6",
            "tail_weight": "0.5", "pin": pin}  # fmt: skip
    asked = planner.post("/work", data=form)
    assert re.fullmatch(r"/work/[\w-]+", asked.headers["location"])
    planner.post(f"{asked.headers['location']}/cancel", data={"csrf": token})
    wrong = planner.post("/work", data={**form, "budget": "5 USD"})
    assert wrong.status_code == 400
    assert "counts in euro" in wrong.text
    offers = planner.post("/work", data={**form, "offers": "key,cost_eur\nx,dear"})
    assert offers.status_code == 422
    assert "offers, line 2" in offers.text
    goals = planner.post("/work", data={**form, "goals": "[[readiness]]\nat_least = 7"})
    assert goals.status_code == 422
    assert "at_least" in goals.text


def test_who_may_not_plan_sees_risks_and_no_plans(world: World) -> None:
    analyst = world.client("analyst")
    assert analyst.get("/risks").status_code == 200
    assert analyst.get("/plans").status_code == 403
