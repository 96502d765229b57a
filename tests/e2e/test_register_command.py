"""``redball risk register`` on the exercise coalition, as people use it over a year."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.one_demo import in_place
from tests.web_world import exercise_store

MINES = "XAG:HZ-09"


def run(store: str, *words: str, viewer: str = "XAG") -> Any:
    found = in_place("risk", "register", *words, "--viewer", viewer, "--store", store, "--json")
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout)


def refused(store: str, *words: str) -> str:
    found = in_place("risk", "register", *words, "--viewer", "XAG", "--store", store)
    assert found.returncode != 0
    return found.stderr


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store whose register holds what the data propose."""
    folder = tmp_path_factory.mktemp("register")
    path = folder / "coalition.sqlite"
    shutil.copyfile(exercise_store(tmp_path_factory), path)
    told = run(str(path), "propose", "--out", str(folder / "register.toml"))
    assert {risk["key"] for risk in told["risks"]} >= {"XAG:HZ-01", MINES}
    written = run(str(path), "write", str(folder / "register.toml"), "--by", "Ann")
    assert len(written["risks"]) == len(told["risks"])
    return str(path)


def test_what_is_in_the_register_is_not_proposed_again(store: str) -> None:
    assert run(store, "propose")["risks"] == []


def test_what_data_do_not_say_is_assumed_and_of_low_confidence(store: str) -> None:
    risks = {risk["key"]: risk for risk in run(store, "list")["risks"]}
    assert risks[MINES]["believed"] == "medium"
    hidden = [risk for risk in risks.values() if "hidden-common-supplier" in risk["found_by"]]
    assert hidden
    assert all(risk["believed"] == "low" for risk in hidden)


def test_a_review_changes_one_risk_and_stays_in_its_history(store: str) -> None:
    before = {risk["key"]: risk for risk in run(store, "list")["risks"]}[MINES]
    words = ("--by", "Ben", "--words", "New figures of the navy")
    after = run(store, "change", MINES, "--owner", "Ben", "--review", "2026-06-30",
                "--per-year", "0.04", "--source", "navy, 2026", *words,
                "--knowing", before["version"])  # fmt: skip
    changed = {risk["key"]: risk for risk in after["risks"]}[MINES]
    assert (changed["owner"], changed["per_year"], changed["review"]) == (
        "Ben", 0.04, "2026-06-30",
    )  # fmt: skip
    told = run(store, "show", MINES)
    assert [(one["by"], one["verb"]) for one in told["history"]] == [
        ("Ann", "written"), ("Ben", "reviewed"),
    ]  # fmt: skip
    assert told["history"][1]["words"] == "New figures of the navy"
    assert told["history"][1]["changed"]["per_year"] == {"from": 0.02, "to": 0.04}
    late = refused(store, "change", MINES, "--owner", "Cid", "--by", "Cid",
                   "--knowing", before["version"])  # fmt: skip
    assert "Somebody else wrote" in late


def test_an_indicator_at_its_threshold_tells_the_plan_to_begin(store: str, tmp_path: Path) -> None:
    file = tmp_path / "port.toml"
    file.write_text(
        """
[[risk]]
key = "Gdansk closes"
category = "transport"
strikes = { site = ["XAG:PORT-GDANSK"] }
per_year = 0.03
days = { law = "exponential", mean = 45 }
owner = "Ann"
[[risk.indicator]]
name = "ships waiting"
threshold = 12
[[risk.contingency]]
protects = "fuel of the north-east"
trigger = "ships waiting"
steps = ["Ask Rotterdam for berths"]
"""
    )
    run(store, "write", str(file), "--by", "Ann")
    quiet = run(store, "reading", "Gdansk closes", "ships waiting", "4", "--on", "2026-01-20",
                "--by", "Ann")  # fmt: skip
    assert not [one for one in quiet["notices"] if one["kind"] == "trigger"]
    loud = run(store, "reading", "Gdansk closes", "ships waiting", "12", "--on", "2026-01-30",
               "--by", "Ann")  # fmt: skip
    (trigger,) = [one for one in loud["notices"] if one["kind"] == "trigger"]
    assert "begin the plan for fuel of the north-east" in trigger["words"]
    assert "has no indicator" in refused(
        store, "reading", "Gdansk closes", "ships", "1", "--on", "2026-01-30", "--by", "Ann"
    )


def test_exposure_is_measured_and_held_against_the_appetite(store: str, tmp_path: Path) -> None:
    appetite = tmp_path / "appetite.toml"
    appetite.write_text("[appetite]\neach = 20\nat_once = 100000\n")
    told = run(store, "analyse", "--appetite", str(appetite), "--replications", "3")
    rows = told["tables"]["risks"]
    mines = next(row for row in rows if row["key"] == MINES)
    assert mines["above_appetite"]
    assert mines["lost_a_year"] == pytest.approx(mines["lost_at_once"] * mines["per_year"])
    above = {row["key"] for row in told["tables"]["above_appetite"]}
    assert above == {row["key"] for row in rows if row["lost_a_year"] > 20}
    assert told["figures"]["lost a year to all"] == pytest.approx(
        sum(row["lost_a_year"] for row in rows)
    )


def test_closing_and_removing_need_a_reason(store: str) -> None:
    assert "needs a reason" in refused(
        store, "change", "XAG:HZ-02", "--state", "closed", "--by", "Ann"
    )
    after = run(store, "change", "XAG:HZ-02", "--state", "closed", "--by", "Ann",
                "--words", "The port was given up")  # fmt: skip
    assert {r["key"]: r["state"] for r in after["risks"]}["XAG:HZ-02"] == "closed"
    gone = run(store, "remove", "XAG:HZ-01", "--by", "Ann", "--words", "Written by mistake")
    assert "XAG:HZ-01" not in {risk["key"] for risk in gone["risks"]}
    assert [one["verb"] for one in run(store, "show", "XAG:HZ-01")["history"]] == [
        "written", "removed",
    ]  # fmt: skip
    assert "no such risk" in refused(store, "change", "XAG:HZ-01", "--owner", "A", "--by", "A")


def test_another_nation_keeps_its_own(store: str) -> None:
    assert run(store, "list", viewer="DEU")["risks"] == []


def test_suppliers_show_what_their_figures_rest_on(store: str, tmp_path: Path) -> None:
    given = tmp_path / "indicators.csv"
    given.write_text("supplier,name,value,on,source\nXAG:AG-14,credit rating,3,2026-01-05,agency\n")
    told = run(store, "suppliers", "--indicators", str(given))
    fuel = {row["key"]: row for row in told["tables"]["suppliers"]}["XAG:AG-14"]
    assert fuel["deliveries"] == 24
    assert 0 <= fuel["on_time"] <= 1
    assert 0 < fuel["load"] < 1.5
    assert told["tables"]["indicators"][0]["name"] == "credit rating"
    given.write_text("supplier,name,value,on,source\nXAG:NOBODY,credit,3,2026-01-05,agency\n")
    said = refused(store, "suppliers", "--indicators", str(given))
    assert "XAG:NOBODY" in said
    assert "line 2" in said


def test_the_taxonomy_says_which_names_are_confirmed() -> None:
    found = in_place("risk", "register", "taxonomy", "--json")
    content = json.loads(found.stdout)
    assert len(content["categories"]) == 13
    assert {each["confirmed"] for each in content["categories"]} == {True, False}
