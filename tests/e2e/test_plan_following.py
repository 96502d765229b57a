"""A plan with goals and offers, kept, followed and compared with the next one."""

import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.one_demo import in_place
from tests.web_world import exercise_store

import redball
from redball.model import BadUse

QUICK = ("--most", "8", "--replications", "2", "--futures", "0", "--register", "none")


def run(store: str, *words: str) -> Any:
    found = in_place("plan", *words, "--viewer", "XAG", "--store", store, "--json")
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout)


def refused(store: str, *words: str) -> str:
    found = in_place("plan", *words, "--viewer", "XAG", "--store", store)
    assert found.returncode != 0
    return found.stderr


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("following") / "coalition.sqlite"
    shutil.copyfile(exercise_store(tmp_path_factory), path)
    return str(path)


@pytest.fixture(scope="module")
def first(store: str) -> Any:
    return run(store, "--budget", "300k", *QUICK, "--save")


@pytest.fixture(scope="module")
def second(store: str, first: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """For more money, with goals, and with an offer that makes the dearest treatment free."""
    folder = tmp_path_factory.mktemp("wishes")
    (folder / "goals.toml").write_text(
        '[[days_of_supply]]\nclass = "V"\nnation = "NOR"\nat_least = 15\n'
        '[[readiness]]\nunit = "DEU:PZG-1"\nat_least = 0.2\n'
    )
    key = first["tables"]["not_chosen"][0]["key"]
    (folder / "offers.csv").write_text(
        f'key,cost_eur,yearly_eur,lead_days,basis\n"{key}",0,0,,a gift\n'
    )
    made = run(store, "--budget", "2M", *QUICK, "--save", "--targets", str(folder / "goals.toml"),
               "--offers", str(folder / "offers.csv"))  # fmt: skip
    made["offered"] = key
    return made


def goals_are_kept_and_told_in_their_own_units(second: Any) -> None:
    goals = {row["title"]: row for row in second["tables"]["goals"]}
    days = goals["15 days of V of NOR"]
    assert (days["kind"], days["unit"], days["bound"]) == ("at least", "days", 15.0)
    assert days["with_the_plan"] >= 15.0
    assert goals["20% of the systems of DEU:PZG-1 up"]["with_the_plan"] >= 0.2
    assert goals["budget"]["with_the_plan"] <= 2e6


def an_offer_replaces_what_was_assumed(first: Any, second: Any) -> None:
    offered = {row["key"]: row for row in second["tables"]["candidates"]}[second["offered"]]
    before = {row["key"]: row for row in first["tables"]["candidates"]}[second["offered"]]
    assert offered["cost_eur"] == 0.0
    assert before["cost_eur"] > 0.0


def every_treatment_becomes_an_action(first: Any) -> None:
    tables = first["tables"]
    keys = {row["key"] for row in tables["treatments"]}
    assert {row["key"] for row in tables["actions"]} == keys
    assert {row["key"] for row in tables["orders"]} == {
        row["key"] for row in tables["treatments"] if row["kind"] in ("hold", "reserve")
    }
    assert all(row["works_by"] >= row["begin_on"] for row in tables["actions"])


def a_plan_is_followed(store: str, first: Any) -> None:
    plan, action = first["kept_as"], first["tables"]["actions"][0]["key"]
    done = run(store, "act", plan, action, "--owner", "Ann", "--state", "begun", "--due",
               "2026-01-01", "--by", "Ben", "--words", "Ordered by phone")  # fmt: skip
    assert (done["owner"], done["state"], done["due"]) == ("Ann", "begun", "2026-01-01")
    told = run(store, "status", plan[:12])
    row = next(row for row in told["tables"]["actions"] if row["key"] == action)
    assert (row["state"], row["owner"], row["late"]) == ("begun", "Ann", True)
    assert row["last_words"] == "Ordered by phone"
    assert told["figures"]["late"] == 1
    assert told["figures"]["actions"] == len(first["tables"]["actions"])
    run(store, "act", plan, action, "--state", "done", "--by", "Ann", "--knowing", row["version"])
    assert "Somebody else wrote" in refused(
        store, "act", plan, action, "--state", "open", "--by", "Cid", "--knowing", row["version"]
    )
    assert run(store, "status", plan)["figures"]["done"] == 1


def what_is_wrong_with_an_action_is_told(store: str, first: Any) -> None:
    plan, action = first["kept_as"], first["tables"]["actions"][0]["key"]
    assert "no such action" in refused(store, "act", plan, "nothing", "--state", "done",
                                       "--by", "A")  # fmt: skip
    assert "needs a reason" in refused(store, "act", plan, action, "--state", "dropped",
                                       "--by", "A")  # fmt: skip
    assert "'state' is 'gone'" in refused(store, "act", plan, action, "--state", "gone",
                                          "--by", "A")  # fmt: skip
    assert "No result" in refused(store, "status", "000000")


def two_plans_stand_side_by_side(store: str, first: Any, second: Any) -> None:
    told = run(store, "diff", first["kept_as"], second["kept_as"])
    changes = {row["key"]: row["change"] for row in told["tables"]["treatments"]}
    before = {row["key"] for row in first["tables"]["treatments"]}
    after = {row["key"] for row in second["tables"]["treatments"]}
    assert {key for key, change in changes.items() if change == "enters"} == after - before
    assert {key for key, change in changes.items() if change == "leaves"} == before - after
    budget = next(row for row in told["tables"]["figures"] if row["title"] == "budget (EUR)")
    assert budget["difference"] == pytest.approx(1_700_000)


def test_a_plan_is_kept_followed_and_compared(store: str, first: Any, second: Any) -> None:
    """One test, so that one worker makes both plans."""
    goals_are_kept_and_told_in_their_own_units(second)
    an_offer_replaces_what_was_assumed(first, second)
    every_treatment_becomes_an_action(first)
    a_plan_is_followed(store, first)
    what_is_wrong_with_an_action_is_told(store, first)
    two_plans_stand_side_by_side(store, first, second)


@pytest.mark.parametrize(
    ("file", "content", "option", "what"),
    [
        ("goals.toml", '[[readiness]]\nunit = "DEU:PZG-9"\nat_least = 1', "--targets", "PZG-1"),
        ("goals.toml", '[[days_of_supply]]\nclass = "VI"\nat_least = 1', "--targets", "class"),
        ("goals.toml", '[[time_to_survive]]\nhazard = "X"\ndays = 5', "--targets", "no hazard 'X'"),
        ("risk.toml", "[appetite]\n", "--appetite", "states no appetite"),
        ("offers.csv", "key,cost\nx,1\n", "--offers", "'cost' is not known"),
        ("offers.csv", "key,cost_eur\nx,dear\n", "--offers", "line 2"),
        ("register.toml", "[[risk]]\nkey = 1", "--register", "key"),
    ],
)
def test_bad_wishes_are_told_before_or_in_the_run(
    store: str, tmp_path: Path, file: str, content: str, option: str, what: str
) -> None:
    (tmp_path / file).write_text(content)
    quick = [word for word in QUICK if option != "--register" or word not in ("--register", "none")]
    said = refused(store, "--budget", "300k", *quick, option, str(tmp_path / file))
    assert what in said


def test_a_budget_in_another_currency_or_none_is_told(store: str) -> None:
    assert "in USD" in refused(store, "--budget", "3M USD")
    assert "No budget is given" in refused(store)


def test_a_notebook_plans_and_decides_again_without_running_anew(store: str) -> None:
    quick = {"most": 6, "replications": 2, "whole_futures": 0, "register": None}
    plan = redball.plan(store, "XAG", budget="300k", **quick)
    ran = plan.plan.runs
    assert plan.answer.figures["budget (EUR)"] == 300_000.0
    key = min(
        plan.answer.tables["candidates"].filter(~pl.col("chosen")).sort("cost_eur")["key"].head(1)
    )
    again = plan.again(budget="1M", pin=[key])
    assert key in again.answer.tables["treatments"]["key"].to_list()
    assert again.prepared is plan.prepared
    assert again.plan.portfolio.objective <= plan.plan.portfolio.objective
    assert again.plan.runs >= ran
    with pytest.raises(BadUse, match="A plan has no 'money'"):
        plan.again(money=3)
    assert not hasattr(redball, "nothing")
