"""``redball plan`` on the exercise coalition, as a user gives it."""

import json
from pathlib import Path

import pytest
from tests.one_demo import in_place
from tests.web_world import exercise_store

QUICK = ("--most", "12", "--replications", "4", "--futures", "0", "--viewer", "XAG")


def run(*words: str) -> tuple[int, str, str]:
    found = in_place("plan", *words)
    return found.returncode, found.stdout, found.stderr


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(exercise_store(tmp_path_factory))


@pytest.fixture(scope="module")
def told(store: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, object], Path]:
    page = tmp_path_factory.mktemp("page") / "plan.html"
    words = ("--budget", "300k", "--store", store, "--json", "--report", str(page))
    code, out, said = run(*words, *QUICK)
    assert code == 0, said
    return json.loads(out), page


def test_the_plan_keeps_its_budget_and_says_what_it_saves(
    told: tuple[dict[str, object], Path],
) -> None:
    content, page = told
    figures = content["figures"]
    assert isinstance(figures, dict)
    assert 0 < figures["cost (EUR)"] <= 300_000
    assert figures["saved a year, low"] > 0
    lost = "expected readiness-days lost"
    assert figures[f"{lost} with"] < figures[f"{lost} without"]
    tables = content["tables"]
    assert isinstance(tables, dict)
    costs = [row["cost_eur"] for row in tables["treatments"]]
    assert sum(costs) == pytest.approx(figures["cost (EUR)"], abs=0.1)
    named = {row["title"] for row in tables["hazards"]}
    # the second is in no table: a finding names it
    assert named >= {"Mines in the southern Baltic", "Loss of Hammerwerk Solling GmbH"}
    assert "EXERCISE" in page.read_text()
    assert tables["treatments"][0]["title"] in page.read_text()


def test_ammunition_that_runs_short_is_bought_without_being_told(
    told: tuple[dict[str, object], Path],
) -> None:
    tables = told[0]["tables"]
    assert isinstance(tables, dict)
    kinds = {row["kind"] for row in tables["treatments"]}
    assert "reserve" in kinds
    assert any("MUN-FJELL" in row["key"] for row in tables["treatments"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--budget", "much"), "is no budget"),
        (("--budget", "5M USD"), "counts in euro"),
        (("--budget", "5M", "--horizon", "long"), "no length of a plan"),
        (("--budget", "5M", "--pin", "nothing"), "There is no treatment 'nothing'"),
    ],
)
def test_bad_input_is_told(store: str, words: tuple[str, ...], said: str) -> None:
    code, _, told = run(*words, "--store", store, *QUICK)
    assert code == 2
    assert said in " ".join(told.split())
