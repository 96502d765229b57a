"""What is kept and left out gives what would be found without it: dense sums, lanes, new runs."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.planning.portfolio.conftest import HOW, World
from tests.unit.planning.portfolio.random_worlds import random_world

from redball.planning.plan import PlanOptions, prepare
from redball.planning.portfolio.choosing import Goal, lumped
from redball.planning.portfolio.effects import NOTHING, UNDISTURBED, Effects
from redball.planning.portfolio.hazards import Hazard, draw_years
from redball.planning.portfolio.running import Asked, Shared, Task, run_part, stepped_part
from redball.planning.portfolio.solving import Planner
from redball.planning.portfolio.ways import cut_lanes, other_ways
from redball.planning.portfolio.worth import worth_of
from redball.planning.treatments import stepped
from redball.simulation.network import Law, NetworkBuilder, PolicyKind, What, part_numbers, part_of
from redball.simulation.network.tables import CHANGE

Chosen = frozenset[int]


@pytest.fixture(scope="module")
def prepared() -> Planner:
    """Makers, depots, bases of two nations and three hazards, with what generators propose."""
    network, targets, risks = random_world(3)
    options = PlanOptions(how=replace(HOW, replications=3), most=8)
    return prepare(network, targets, risks, options).planner


def dense(effects: Effects, chosen: Chosen) -> np.ndarray:
    """Readiness-days lost, shape (1 + H, M), from every run of every part, one by one.

    Each part is taken out of the whole with the lanes that it was run with, and run with all steps
    of what is chosen; a hazard that costs nothing there without treatment costs the same with it.
    """
    runs, fleets = len(effects.hazards) + 1, len(effects.network.fleets)
    starts = np.arange(0, effects.how.days, 10)
    sizes = np.diff(np.append(starts, effects.how.days)).astype(float)
    logs = np.zeros((runs, fleets, len(sizes)))
    supply = np.zeros((runs, len(effects.worth.groups)))
    number = effects.part_of_cell
    for part in range(effects.parts):
        cells = np.flatnonzero(number == part)
        taken = effects._part(part)
        assert taken.rows["cells"].tolist() == cells.tolist()
        asked = Asked.of(taken, effects.worth)
        shared = Shared({part: taken}, {part: asked}, effects.how)
        own = sorted(effects.at(part, chosen))
        steps = tuple(step for row in own for step in effects._steps[part, row])
        at, groups = taken.rows["fleets"], asked.groups

        def run(hazard: int, done: tuple[object, ...]) -> tuple[np.ndarray, np.ndarray]:
            task = effects._task(part, NOTHING, hazard)  # noqa: B023  # called at once
            every = Task(part, done, task.changes, task.rules)  # type: ignore[arg-type]  # noqa: B023
            found = run_part(shared, every)  # noqa: B023
            return found.logs, found.supply

        plain, with_it = run(UNDISTURBED, ()), run(UNDISTURBED, steps)
        for hazard in range(UNDISTURBED, len(effects.hazards)):
            before, after = plain, with_it
            if hazard != UNDISTURBED and hazard in effects.struck(part):
                before = run(hazard, ())
                cheap = hazard not in effects.struck(part, treated=True)
                after = (
                    (before[0] + with_it[0] - plain[0], before[1] + with_it[1] - plain[1])
                    if cheap
                    else run(hazard, steps)
                )
            logs[hazard + 1, at] += after[0] if own else before[0]
            supply[hazard + 1, groups] += after[1] if own else before[1]
    down = (1.0 - np.exp(logs)) @ sizes * effects.worth.systems
    return np.concatenate([down, supply], axis=1)


def some_portfolios(planner: Planner, count: int) -> list[Chosen]:
    rng = np.random.default_rng(5)
    rows = len(planner.question.treatments)
    found: list[Chosen] = []
    while len(found) < count:
        picked = rng.choice(rows, int(rng.integers(1, 6)), replace=False)
        chosen = frozenset(picked.tolist())
        if planner.question.allows(chosen, np.inf):
            found.append(chosen)
    return found


def test_sparse_is_dense(prepared: Planner) -> None:
    effects = prepared.effects
    ways = [row for row, each in enumerate(effects.treatments) if each.kind == "lane"]
    assert ways
    for chosen in (NOTHING, frozenset(ways), *some_portfolios(prepared, 4)):
        whole = dense(effects, chosen)
        assert effects.lost(chosen) == pytest.approx(whole, abs=1e-6)
        assert effects.total(chosen) == pytest.approx(whole.sum(axis=1), abs=1e-6)


def test_a_portfolio_has_one_value_whatever_was_asked_before(prepared: Planner) -> None:
    effects = prepared.effects
    portfolios = some_portfolios(prepared, 12)
    first = [effects.total(each) for each in portfolios]
    again = [effects.total(each) for each in portfolios[::-1]][::-1]
    for one, other in zip(first, again, strict=True):
        assert one.tobytes() == other.tobytes()


def test_terms_say_what_was_run(prepared: Planner) -> None:
    for around in (NOTHING, *some_portfolios(prepared, 5)):
        terms = prepared.terms(around)
        assert terms.at(around)[:, 0] == pytest.approx(prepared.total(around), abs=1e-6)
        assert terms.nothing.shape == (len(prepared.question.hazards) + 1, 1)
    terms = prepared.terms(NOTHING)
    for row in range(len(prepared.question.treatments)):
        alone = frozenset([row])
        if alone in terms.change:
            assert terms.at(alone)[:, 0] == pytest.approx(prepared.total(alone), abs=1e-6)
        else:  # it changes no run
            assert prepared.total(alone) == pytest.approx(prepared.total(NOTHING), abs=1e-9)


def test_terms_by_lumps_are_terms_by_measures(prepared: Planner) -> None:
    goals = (Goal("one", {0: 1.0}, (0,), 5.0), Goal("two", {1: 1.0, 0: -1.0}, (0, 1), 9.0))
    asked = replace(prepared, question=replace(prepared.question, goals=goals))
    (chosen,) = some_portfolios(prepared, 1)
    terms = asked.terms(chosen)
    assert terms.goals is not None
    lost = asked.value(chosen)
    for goal, own in zip(goals, terms.goals, strict=True):
        assert own.of(terms.at(chosen)) == pytest.approx(goal.of(lost), abs=1e-6)
    assert terms.at(chosen).sum(axis=1) == pytest.approx(lost.sum(axis=1), abs=1e-6)


def test_lumps_are_as_coarse_as_goals_let() -> None:
    lump, goals = lumped([], 5)
    assert lump.tolist() == [0] * 5
    assert goals == ()
    wanted = [Goal("a", {0: 1.0}, (1, 2), 0.0), Goal("b", {0: 1.0}, (2, 3), 0.0)]
    lump, goals = lumped(wanted, 5)
    assert len(set(lump.tolist())) == 4
    assert lump[0] == lump[4]
    lost = np.arange(10.0).reshape(2, 5)
    summed = np.stack([lost[:, lump == number].sum(axis=1) for number in range(4)], axis=1)
    assert [each.of(summed) for each in goals] == [each.of(lost) for each in wanted]


def test_what_was_run_before_rows_were_opened_is_not_run_again() -> None:
    network, targets, risks = random_world(4)
    options = PlanOptions(how=replace(HOW, replications=2), most=8)
    found = prepare(network, targets, risks, options).planner.effects
    anew = replace(found, known=None, runs=0)
    everything = replace(found, runs=0)
    for effects in (anew, everything):
        effects.lost(NOTHING)
    assert 0 < everything.runs < anew.runs
    for chosen in (NOTHING, frozenset([0, len(found.treatments) - 1])):
        assert anew.lost(chosen).tobytes() == everything.lost(chosen).tobytes()
        assert anew.lost(chosen).tobytes() == found.lost(chosen).tobytes()


def test_a_contract_for_other_ways_is_run_where_it_acts_alone(world: World) -> None:
    effects = world.planner().effects
    effects.lost(NOTHING)
    before = effects.runs
    effects.lost({8})  # by land, where the sea is closed; undisturbed nothing changes
    assert effects.runs == before + HOW.replications
    part = effects.parts_of(8)[0]
    assert not effects.idle(part, 8)
    assert not effects.alone(part, 0, 8)
    sea, mill = world.hazards
    other = replace(world.treatments[8], key="again")
    twice = replace(world, treatments=(*world.treatments, other)).planner().effects
    twice.lost(NOTHING)
    before = twice.runs
    one = twice.total({8}).tobytes()
    assert twice.total({10}).tobytes() == one
    assert twice.total({8, 10}).tobytes() == one
    assert twice.runs == before + HOW.replications
    calm = Effects(
        world.network, worth_of(world.network), (mill,), world.treatments, HOW
    )  # fmt: skip
    calm.lost(NOTHING)
    assert calm.idle(calm.parts_of(8)[0], 8)
    assert calm.total({8}).tobytes() == calm.total(NOTHING).tobytes()
    assert sea.key == "sea"


def test_goods_find_the_same_way_with_the_lanes_that_are_kept(world: World) -> None:
    """A part with the lanes of other ways does what it does with every lane there is."""
    network = stepped(world.network, world.treatments[8].steps)
    number = part_numbers(network)
    kept = other_ways(network, world.hazards, number)
    part = int(number[network.cell("DEPOT", "AXLE")])
    assert {network.lane_names[row] for row in kept[part]} == {"LAND", "SEA"}
    cells = np.flatnonzero(number == part)
    worth = worth_of(network)
    found = []
    for taken in (
        part_of(network, cells, every_lane=True),
        part_of(network, cells, lanes=kept[part]),
    ):
        shared = Shared({0: taken}, {0: Asked.of(taken, worth)}, HOW)
        changes = taken.changes(world.hazards[0].changes(20.0))
        found.append(
            run_part(shared, Task(0, (), changes, np.zeros(0, world.planner().effects.rules.dtype)))
        )
    assert found[0].logs.tobytes() == found[1].logs.tobytes()
    lost = part_of(network, cells, lanes=[])
    assert len(lost.network.lanes) < len(part_of(network, cells, lanes=kept[part]).network.lanes)


def test_other_ways_lead_around_and_on_from_where_goods_are_when_it_ends() -> None:
    """From A to D over B; around B over C and E; from C it is nearer by a lane that opens again."""
    b = NetworkBuilder()
    for node in "ABCDEF":
        b.node(node, "DEU")
    b.item("X", price_eur=1.0)
    lanes = {}
    for way, days in (("AB", 1), ("BD", 1), ("AC", 2), ("CE", 5), ("ED", 5), ("CB", 1), ("DF", 1),
                      ("FA", 1)):  # fmt: skip
        lanes[way] = b.lane(way[0], way[1], Law(float(days)), name=way)
    made = b.cell("A", "X", policy=PolicyKind.BASE_STOCK, order_up_to=0)
    b.make(made, lead=Law(1.0))
    here = b.cell("D", "X", policy=PolicyKind.BASE_STOCK, order_up_to=2, on_hand=2)
    b.move(here, made, lanes=[lanes["AB"], lanes["BD"]])
    b.demand(here, per_day=1.0)
    network = b.build()
    number = part_numbers(network)
    lost = np.array([(0.0, What.NODE, network.node_names.index("B"), 0.0)], CHANGE)
    hazard = Hazard("b", "B is lost", 1.0, 10.0, lost)
    cut = cut_lanes(network, hazard)
    assert {network.lane_names[row] for row in np.flatnonzero(cut)} == {"AB", "BD", "CB"}
    found = other_ways(network, [hazard], number)
    names = {network.lane_names[row] for row in found[int(number[here])]}
    assert names == {"AC", "CE", "ED", "CB", "BD", "AB"}
    gone = np.array([(0.0, What.NODE, network.node_names.index("A"), 0.0)], CHANGE)
    assert other_ways(network, [Hazard("a", "A is lost", 1.0, 10.0, gone)], number) == {}


def test_a_part_with_steps_is_the_part_of_the_whole_with_them(world: World) -> None:
    effects = world.planner().effects
    for row in range(len(world.treatments)):
        for part in effects.parts_of(row):
            taken = effects._part(part)
            mine = stepped_part(taken.network, effects._steps[part, row])
            theirs = stepped(taken.network, effects._steps[part, row])
            assert mine.cells.tobytes() == theirs.cells.tobytes()
            assert mine.arcs.tobytes() == theirs.arcs.tobytes()
            assert mine.lanes.tobytes() == theirs.lanes.tobytes()
            assert mine.recipes.tobytes() == theirs.recipes.tobytes()
            assert not mine.cells.flags.writeable


def test_occurrences_are_counted_from_any_day_on() -> None:
    nothing = np.zeros(0, CHANGE)
    hazards = [Hazard(key, key, rate, 10.0, nothing) for key, rate in (("a", 3.0), ("b", 0.0))]
    years = draw_years(hazards, days=730.0, futures=20, seed=2)
    for day in (0.0, 100.0, 729.0):
        by_hand = [[int((when >= day).sum()) for when in future] for future in years.times]
        assert years.counts(day).tolist() == by_hand
    assert draw_years([], days=730.0, futures=4, seed=2).counts().shape == (4, 0)
