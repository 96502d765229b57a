"""The budget curve to explore: places on it, what is next, and working it out for pages."""

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from redball import app
from redball.app.answers import Progress
from redball.app.doing import current
from redball.app.exploration import Exploration, explored
from redball.app.explorer import Explorer, Recent, Underway
from redball.app.exploring import (
    ExploreOptions,
    answer_at,
    exploration,
    explore_choices,
    stock_explore,
)
from redball.app.keeping import Keeper, keeping
from redball.app.soon import reserve_soon
from redball.model import BadData, BadUse, RedballError, StoreBusy

CURVE = app.CurveOptions(points=6, budget=8000.0)


@pytest.fixture(scope="module")
def found(allies: app.Inputs) -> Exploration:
    return explored(app.look(allies), CURVE)


@pytest.fixture
def explorer() -> Iterator[Explorer]:
    made = Explorer()
    yield made
    made.stop()


def test_the_points_are_those_of_the_curve(found: Exploration, allies: app.Inputs) -> None:
    curve = app.stock_curve(allies, CURVE)
    assert found.whole.tables["curve"].equals(curve.tables["curve"])
    assert found.whole.said == curve.said
    assert [stop.cost for stop in found.stops] == curve.tables["curve"]["cost"].to_list()
    last = found.stops[-1]
    assert last.buys.equals(curve.tables["money_by_item"])


def test_a_budget_buys_the_dearest_point_that_it_pays_for(found: Exploration) -> None:
    costs = [stop.cost for stop in found.stops]
    for number, cost in enumerate(costs):
        assert found.affordable(cost).number == number
        assert found.affordable(cost + 0.01).number == number
    assert found.affordable(costs[2] - 0.01).number == 1
    assert found.affordable(0.0).number == 0
    assert found.affordable(1e12).number == len(costs) - 1


def test_what_is_bought_costs_what_the_point_costs(found: Exploration) -> None:
    for stop in found.stops:
        answer = answer_at(found, ExploreOptions(CURVE, budget=stop.cost))
        bought, nations = answer.tables["bought"], answer.tables["by_nation"]
        assert bought["cost"].sum() == pytest.approx(stop.cost)
        assert nations["cost"].sum() == pytest.approx(stop.cost)
        fleets = answer.tables["by_system"]
        mean = np.average(fleets["availability"], weights=fleets["systems"])
        assert mean == pytest.approx(stop.readiness)
        assert fleets["units"].to_list() == ["Unit", "Unit"]


def test_money_that_stays_and_the_next_best_buy_are_said(found: Exploration) -> None:
    middle = found.stops[2]
    answer = answer_at(found, ExploreOptions(CURVE, budget=middle.cost + 7.0))
    assert any("7 EUR of the budget stay" in sentence for sentence in answer.said)
    row = answer.tables["next_buy"].row(0, named=True)
    assert row["readiness_after"] > row["readiness_before"] == middle.readiness
    assert any(row["item_name"] in sentence for sentence in answer.said)
    nothing = answer_at(found, ExploreOptions(CURVE, budget=0.0))
    assert nothing.said[0].startswith("Nothing is bought")
    assert nothing.tables["bought"].is_empty()


def test_a_target_is_reached_by_the_cheapest_point(found: Exploration) -> None:
    goal = (found.stops[2].readiness + found.stops[3].readiness) / 2
    answer = answer_at(found, ExploreOptions(CURVE, target=goal))
    assert answer.figures["point of the curve"] == 3
    with pytest.raises(BadUse, match="curve ends at"):
        answer_at(found, ExploreOptions(CURVE, target=0.99999))


@pytest.mark.parametrize(
    "given",
    [
        {"budget": 1.0, "target": 0.5}, {"budget": -1.0}, {"budget": float("nan")},
        {"budget": float("inf")}, {"target": 0.0}, {"target": 1.0}, {"target": float("nan")},
    ],
    ids=str,
)  # fmt: skip
def test_places_that_make_no_sense(given: dict[str, float]) -> None:
    with pytest.raises(BadUse) as refused:
        ExploreOptions(**given)  # type: ignore[arg-type]  # by name
    assert refused.value.mend


def test_the_answer_makes_itself_again(allies: app.Inputs) -> None:
    options = ExploreOptions(app.CurveOptions(points=6, start="empty", support=False), budget=900.0)
    answer = stock_explore(allies, options)
    for words in ("--budget 900", "--from-empty", "--no-support", "--points 6", "stock explore"):
        assert words in answer.command
    assert answer.origin.parameters["at_budget"] == 900.0
    assert answer.document["kind"] == "stock explore"
    assert "agreements on mutual support" not in answer.figures


def test_choices_are_what_has_fleets(allies: app.Inputs) -> None:
    choices = explore_choices(allies)
    assert choices.nations == ("DEU", "NLD")
    assert choices.systems == (("DEU:TANK", "Tank"), ("NLD:TANK", "Tank"))


def until(ask: object, seconds: float = 20.0) -> object:
    assert callable(ask)
    end = time.monotonic() + seconds
    while isinstance(found := ask(), Underway):
        assert time.monotonic() < end, found
    return found


def test_a_curve_is_worked_out_once_for_all_who_may_see_the_same(
    allies: app.Inputs, explorer: Explorer
) -> None:
    with keeping(Keeper()):
        first = until(lambda: exploration(allies, CURVE, explorer=explorer))
    with keeping(Keeper()):  # the twin is built anew, as it is every minute
        again = exploration(allies, CURVE, explorer=explorer)
        other = until(
            lambda: exploration(
                app.Inputs(app.View(allies.view.store, "NLD")), CURVE, explorer=explorer
            )
        )
    assert first is again
    assert isinstance(first, Exploration)
    assert isinstance(other, Exploration)
    assert other is not first
    assert other.whole.origin.viewer == "NLD"


def test_a_verb_for_a_page_is_the_verb_itself(allies: app.Inputs, explorer: Explorer) -> None:
    options = app.ReserveOptions(app.parse_duration("days:30"), "days:30", release_days=5.0)
    with keeping(Keeper()):
        answer = until(lambda: reserve_soon(allies, options, explorer=explorer))
    assert isinstance(answer, app.Answer)
    assert answer.content == app.stock_reserve(allies, options).content


def test_what_fails_is_said_to_whoever_asks_and_a_busy_store_is_asked_again(
    explorer: Explorer,
) -> None:
    def bad(_: object) -> None:
        raise BadData("No price is known.", mend="Add prices.")

    one: Underway[object] = Underway()
    for _ in range(2):
        with pytest.raises(BadData, match="No price"):
            explorer.answered(one, bad, wait=5)
    tried: list[int] = []

    def busy(_: object) -> str:
        tried.append(1)
        if len(tried) == 1:
            raise StoreBusy("The store changed meanwhile.")
        return "well"

    two: Underway[object] = Underway()
    with pytest.raises(StoreBusy):
        explorer.answered(two, busy, wait=5)
    assert explorer.answered(two, busy, wait=5) == "well"


def test_what_was_not_foreseen_ends_the_work_and_not_the_thread(explorer: Explorer) -> None:
    one: Underway[object] = Underway()
    with pytest.raises(RedballError, match="ZeroDivisionError"):
        explorer.answered(one, lambda _: 1 / 0, wait=5)
    assert explorer.answered(Underway(), lambda _: 3, wait=5) == 3


def test_work_sees_who_asked_and_tells_how_far_it_is(explorer: Explorer) -> None:
    go, told = threading.Event(), threading.Event()

    def make(progress: Progress) -> object:
        progress("curve", 1, 4)
        told.set()
        assert go.wait(5)
        return current()

    one: Underway[object] = Underway()
    assert explorer.answered(one, make, wait=0) is None
    assert told.wait(5)
    assert (one.what, one.percent) == ("curve", 25)
    assert explorer.answered(one, make, wait=0) is None  # not begun twice
    go.set()
    assert one.ended.wait(5)
    assert one.done is current()


def test_the_end_of_the_server_ends_the_work() -> None:
    explorer, told = Explorer(), threading.Event()

    def endless(progress: Progress) -> None:
        while True:
            progress("curve", 1, 4)
            told.set()
            time.sleep(0.01)

    one: Underway[object] = Underway()
    explorer.answered(one, endless, wait=0)
    assert told.wait(5)
    explorer.stop()
    assert not one.ended.is_set()
    assert all(thread.name != "explorer" for thread in threading.enumerate())


def test_only_the_answers_asked_for_last_are_kept() -> None:
    recent = Recent()
    first = recent.of("0")
    for n in range(1, 12):
        recent.of(str(n))
    assert recent.of("0") is first
    for n in range(12, 24):
        recent.of(str(n))
    assert recent.of("0") is not first


def test_support_is_shown_where_it_was_evaluated(found: Exploration) -> None:
    shares = np.array([stop.with_support for stop in found.stops], dtype=float)
    frame = found.whole.tables["curve"]["readiness_with_support"]
    assert shares.tolist() == frame.to_list()
