"""What parts say is what the whole twin says, and losses are counted as they are defined."""

import numpy as np
import pytest
from tests.unit.planning.portfolio.conftest import HOW, World

from redball.model import BadUse
from redball.planning.portfolio.effects import NOTHING
from redball.planning.portfolio.hazards import Hazard, draw_years, outage, overlapped
from redball.planning.portfolio.worth import worth_of
from redball.planning.treatments import treated
from redball.simulation.events import run_events
from redball.simulation.network import What
from redball.simulation.network.tables import CHANGE
from redball.simulation.runs import NO_CHANGES


def whole(world: World, chosen: frozenset[int], hazard: int, replications: int) -> np.ndarray:
    """Lost readiness-days of each replication of the whole twin, counted here by hand."""
    network = treated(world.network, [world.treatments[row] for row in sorted(chosen)])
    changes = NO_CHANGES if hazard < 0 else world.hazards[hazard].changes(HOW.strike_day)
    food = network.item_names.index("FOOD")
    asks = np.flatnonzero(network.cells["item"] == food).astype(np.int32)
    lost = []
    for number in range(replications):
        run = run_events(network, horizon_days=HOW.days, seed=HOW.seed, replication=number,
                         changes=changes, watch=asks)  # fmt: skip
        systems = 12.0 * (1.0 - run.available).sum()
        lost.append(systems + 12.0 * np.minimum(run.waiting / 3.0, 1.0).sum())
    return np.array(lost)


@pytest.mark.parametrize("chosen", [set(), {0}, {4, 8}, {5, 6}, {1, 3, 9}, {7}])
@pytest.mark.parametrize("hazard", [-1, 0, 1])
def test_parts_say_what_the_whole_twin_says(world: World, chosen: set[int], hazard: int) -> None:
    planner = world.planner()
    found = planner.effects.lost(chosen)[hazard + 1].sum()
    lost = whole(world, frozenset(chosen), hazard, 40)
    spread = 3.0 * lost.std(ddof=1) * np.sqrt(1 / len(lost) + 1 / HOW.replications)
    # systems that are down do fail here, so that the product over parts is the expectation
    assert found == pytest.approx(lost.mean(), abs=spread + 0.02 * lost.mean())


def test_a_hazard_elsewhere_changes_nothing(world: World) -> None:
    effects = world.planner().effects
    lost = effects.lost(NOTHING)
    axle = int(effects.parts_of(4)[0])
    assert effects.struck(axle, treated=True) == (0,)  # the sea; the mill makes gears
    food = int(effects.parts_of(9)[0])
    assert effects.struck(food) == ()
    assert lost.shape == (3, 1 + 1)
    assert (lost[1:, 0] > lost[0, 0]).all()
    assert lost[1, 1] == lost[2, 1] == lost[0, 1] > 0


def test_only_what_is_asked_for_is_run_and_once(world: World) -> None:
    effects = world.planner().effects
    effects.lost(NOTHING)
    before = effects.runs
    effects.lost({0})
    assert effects.runs == before + 2 * HOW.replications  # undisturbed, and the sea
    effects.lost({0})
    assert effects.runs == before + 2 * HOW.replications


def test_waiting_is_told_by_hazard(world: World) -> None:
    effects = world.planner().effects
    waits = effects.waits("cells")
    depot = [world.network.cell("DEPOT", item) for item in ("AXLE", "GEAR")]
    assert waits[1, depot[0]] > waits[0, depot[0]]
    assert waits[1, depot[1]] == waits[0, depot[1]]
    assert waits[2, depot[1]] > waits[0, depot[1]]


def test_worth_counts_systems_and_supplies(world: World) -> None:
    worth = worth_of(world.network)
    assert worth.systems.tolist() == [12.0]
    assert worth.supplied == pytest.approx(12.0)
    assert worth.whole == pytest.approx(24.0)
    assert worth.need[world.network.cell("NORTH", "FOOD")] == pytest.approx(3.0)
    assert worth_of(world.network, supply_weight=0.0).whole == pytest.approx(12.0)


def test_years_follow_their_rates_and_no_other_hazard() -> None:
    nothing = np.zeros(0, CHANGE)
    often, seldom = Hazard("a", "a", 2.0, 10.0, nothing), Hazard("b", "b", 0.1, 10.0, nothing)
    years = draw_years([often, seldom], days=730.0, futures=4000, seed=1)
    counts = years.counts()
    assert counts.mean(axis=0) == pytest.approx([4.0, 0.2], abs=0.1)
    assert years.counts(365.0).mean(axis=0) == pytest.approx([2.0, 0.1], abs=0.1)
    alone = draw_years([often], days=730.0, futures=4000, seed=1)
    assert alone.counts()[:, 0].tolist() == counts[:, 0].tolist()


def test_two_losses_of_one_thing_end_with_the_later() -> None:
    lane = np.array([(0.0, What.LANE, 3, 0.0)], CHANGE)
    rows = overlapped([outage(lane, 10.0, 20.0), outage(lane, 25.0, 20.0), outage(lane, 90.0, 5.0)])
    assert rows[["day", "value"]].tolist() == [(10.0, 0.0), (45.0, 1.0), (90.0, 0.0), (95.0, 1.0)]


@pytest.mark.parametrize(("per_year", "days"), [(-1.0, 5.0), (np.nan, 5.0), (1.0, np.inf)])
def test_a_hazard_without_sense_is_refused(per_year: float, days: float) -> None:
    with pytest.raises(BadUse, match="Give 0 to"):
        Hazard("a", "a", per_year, days, np.zeros(0, CHANGE))
