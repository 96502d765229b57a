"""The main job ends with a plan: the demo's first run makes it, keeps it, and shows it."""

from tests.one_demo import Shown, in_place

from redball import app


def test_the_demo_plans_for_its_budget_and_says_what_it_saves(demo_shown: Shown) -> None:
    told = demo_shown.told
    assert "A plan for 2,000,000 EUR" in told
    assert "rehearsed on the whole twin it saves" in told
    page = (demo_shown.first_pages / "plan.html").read_text("utf-8")
    assert "EXERCISE" in page
    assert "A plan for 2,000,000 EUR" in page


def test_a_demo_without_a_budget_makes_no_plan(demo_shown: Shown) -> None:
    assert demo_shown.document["plan"] is None
    store = str(demo_shown.folder / "coalition.sqlite")
    assert not app.kept_answers(store, "XAG", "plan").height  # made anew by the second run
    told = in_place("risk", "register", "list", "--viewer", "XAG", "--store", store, "--json")
    assert told.returncode == 0
