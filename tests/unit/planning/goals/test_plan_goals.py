"""Goals and bounds of a plan: read from a file, bound to a network, kept or told apart."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.planning.portfolio.conftest import HOW, plain

from redball.model import BadUse, RedballError
from redball.planning.goals import Goals, read_goals
from redball.planning.plan import Edit, Plan, PlanOptions, Prepared, Risk, decide, prepare
from redball.planning.portfolio import Aim
from redball.planning.targets import Reach, Targets

TEXT = """
[[readiness]]
system = "LEOPARD"
at_least = 0.5
hazard = "H1"

[[days_of_supply]]
class = "I"
nation = "NLD"
at_least = 12

[[time_to_survive]]
hazard = "H1"
days = 10

[[year]]
year = 1
most_eur = 400

[[room]]
site = "NORTH"
most_m3 = 5

[[cost]]
nation = "DEU"
most_share = 0.8
"""
OPTIONS = PlanOptions(
    Aim(730.0), how=replace(HOW, replications=4), replications=2, futures=30, most=5,
    whole_futures=0, sensitivity=False,
)  # fmt: skip
SEA = Risk("H1", "The sea is closed", (("lane", "SEA"),), 0.8, 90.0)
CLASSES = {0: "NATO:IX", 1: "NATO:IX", 2: "NATO:I"}


def names() -> Targets:
    network, _ = plain()

    def rows(*found: int) -> np.ndarray:
        return np.array(found, np.int32)

    lanes = {name: Reach(lanes=rows(n)) for n, name in enumerate(network.lane_names)}
    sites = {name: Reach(nodes=rows(n)) for n, name in enumerate(network.node_names)}
    fleet = Reach(fleets=rows(0))
    return Targets(
        {"lane": lanes, "site": sites, "system": {"LEOPARD": fleet}, "unit": {"1 TANK": fleet}}
    )


def made(goals: Goals) -> Prepared:
    return prepare(
        plain()[0], names(), [SEA], replace(OPTIONS, goals=goals), classes=CLASSES
    )  # fmt: skip


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return made(Goals())


def decided(prepared: Prepared, text: str, budget: float = 600.0) -> Plan:
    return decide(prepared, budget, replace(OPTIONS, goals=read_goals(text)))


def test_a_file_of_goals_is_read() -> None:
    goals = read_goals(TEXT)
    assert goals.readiness[0].words == "50% of the systems of LEOPARD up in the year of H1"
    assert goals.days_of_supply[0].words == "12 days of I of NLD"
    assert goals.survive[0].words == "10 days of H1 borne"
    assert (goals.years[0].year, goals.rooms[0].most_m3, goals.costs[0].most_share) == (1, 5.0, 0.8)
    assert goals
    assert not Goals()


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("at_least = 0.5", "at_least = 1.5", "readiness 1"),
        ("at_least = 0.5\n", "", "'at_least' is missing"),
        ("days = 10", "days = -1", "time_to_survive 1"),
        ("year = 1\nmost", "year = 0\nmost", "year 1"),
        ("most_share = 0.8", "", "most_eur or most_share"),
        ('system = "LEOPARD"', 'sytem = "LEOPARD"', "sytem"),
        ("[[year]]", "[[yeer]]", "yeer"),
        ('class = "I"', "class = 1", "class"),
    ],
)
def test_what_is_wrong_in_a_file_of_goals_is_said(old: str, new: str, what: str) -> None:
    with pytest.raises(RedballError) as caught:
        read_goals(TEXT.replace(old, new, 1))
    assert what in f"{caught.value.where} {caught.value.what} {caught.value.mend}"


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_damaged_file_of_goals_is_refused_or_read_never_a_crash(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(TEXT)))
    refused: RedballError | None = None
    try:
        read_goals(TEXT[:at] + data.draw(st.text(max_size=5)) + TEXT[at + 3 :])
    except RedballError as error:
        refused = error
    assert refused is None or refused.what


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('[[readiness]]\nunit = "2 TANK"\nat_least = 0.5', "1 TANK"),
        ('[[readiness]]\nnation = "POL"\nat_least = 0.5', "no nation 'POL'"),
        ('[[readiness]]\nat_least = 0.5\nhazard = "H9"', "H1"),
        ('[[days_of_supply]]\nclass = "V"\nat_least = 5', "no class 'V'"),
        ('[[room]]\nsite = "SOUTH"\nmost_m3 = 1', "NORTH"),
    ],
)
def test_a_goal_for_what_is_not_there_names_the_nearest(
    prepared: Prepared, text: str, what: str
) -> None:
    with pytest.raises(BadUse) as caught:
        decided(prepared, text)
    assert what in f"{caught.value.what} {caught.value.mend}"


def test_a_time_to_survive_of_an_unknown_hazard_is_told() -> None:
    with pytest.raises(BadUse, match="no hazard 'H9'"):
        made(read_goals('[[time_to_survive]]\nhazard = "H9"\ndays = 5'))


def test_days_of_supply_are_reached_by_buying_stock(prepared: Prepared) -> None:
    network, rows = plain()
    food = network.cells[rows["FOOD@NORTH"]]
    now = float(food["on_hand"]) / 3.0  # three a day
    goals = read_goals(f'[[days_of_supply]]\nclass = "I"\nat_least = {now + 2}')
    free = decide(prepared, 600.0, OPTIONS)
    plan = decide(prepared, 600.0, replace(OPTIONS, goals=goals))

    def bought(chosen: frozenset[int]) -> float:
        return sum(
            step.add
            for row in chosen
            for step in prepared.treatments[row].steps
            if (step.table, step.column, step.row) == ("cells", "on_hand", rows["FOOD@NORTH"])
        )

    assert bought(plan.portfolio.chosen) >= 6.0
    assert plan.portfolio.objective >= free.portfolio.objective - 1e-6
    kept = plan.goals[1]
    assert kept.name == f"{now + 2:g} days of I"
    assert kept.bound == pytest.approx(now + 2)
    assert (kept.at_least, kept.unit) == (True, "days")
    assert kept.has >= kept.bound - 1e-9


def test_a_year_a_room_and_a_share_bound_the_choice(prepared: Prepared) -> None:
    free = decide(prepared, 600.0, OPTIONS)
    first = sum(free.treatments[row].cost_in(1, 730.0) for row in free.portfolio.chosen)
    second = sum(free.treatments[row].cost_in(2, 730.0) for row in free.portfolio.chosen)
    assert first + second == pytest.approx(free.portfolio.cost)
    goals = read_goals(f"[[year]]\nyear = 1\nmost_eur = {first / 2}")
    bound = decide(prepared, 600.0, replace(OPTIONS, goals=goals))
    spent = sum(bound.treatments[row].cost_in(1, 730.0) for row in bound.portfolio.chosen)
    assert 0 < spent <= first / 2 + 1e-6
    assert bound.portfolio.objective >= free.portfolio.objective
    payers = {free.treatments[row].nation for row in free.portfolio.chosen}
    share = "\n".join(f'[[cost]]\nnation = "{nation}"\nmost_eur = 0' for nation in sorted(payers))
    none = decide(prepared, 600.0, replace(OPTIONS, goals=read_goals(share)))
    assert not {none.treatments[row].nation for row in none.portfolio.chosen} & payers


def test_readiness_in_the_year_of_a_hazard_is_reached(prepared: Prepared) -> None:
    systems = 12 * HOW.days
    had = 1.0 - float(prepared.planner.value(frozenset())[1, 0]) / systems
    goals = read_goals(f'[[readiness]]\nat_least = {had + 0.02}\nhazard = "H1"\nsystem = "LEOPARD"')
    plan = decide(prepared, 600.0, replace(OPTIONS, goals=goals))
    assert 1.0 - float(plan.portfolio.lost[1, 0]) / systems >= had + 0.015


def test_time_to_survive_is_tested_with_a_loss_of_that_length() -> None:
    goals = read_goals('[[time_to_survive]]\nhazard = "H1"\ndays = 30\nslack = 15')
    prepared = made(goals)
    assert [hazard.per_year for hazard in prepared.hazards] == [0.8, 0.0]
    plan = decide(prepared, 2_000.0, replace(OPTIONS, goals=goals))
    lost = plan.portfolio.lost
    assert float(lost[2].sum() - lost[0].sum()) <= 15 * 1.01
    assert float((plan.without.lost[2] - plan.without.lost[0]).sum()) > 15


def test_goals_that_contradict_are_told_with_the_cheapest_way_out(prepared: Prepared) -> None:
    goals = read_goals('[[days_of_supply]]\nclass = "I"\nat_least = 20\n[[year]]\nyear = 1\n'
                       "most_eur = 1")  # fmt: skip
    with pytest.raises(BadUse) as caught:
        decide(prepared, 600.0, replace(OPTIONS, goals=goals))
    assert "20 days of I" in caught.value.what
    assert "relax" in str(caught.value.mend)


def test_an_edit_changes_cost_and_is_told_as_its_basis(prepared: Prepared) -> None:
    free = decide(prepared, 150.0, OPTIONS)
    row = max(free.portfolio.chosen, key=lambda row: free.treatments[row].cost_eur)
    key = free.treatments[row].key
    dear = Edit(key, cost_eur=1e6, basis="offer of 5 March")
    plan = decide(prepared, 150.0, replace(OPTIONS, edits=(dear,)))
    assert plan.treatments[row].cost_eur == 1e6
    assert plan.treatments[row].basis == "offer of 5 March"
    assert row not in plan.portfolio.chosen
    with pytest.raises(BadUse, match="There is no treatment 'nothing'"):
        decide(prepared, 150.0, replace(OPTIONS, edits=(Edit("nothing", 1.0),)))
    with pytest.raises(BadUse, match="cost_eur"):
        Edit(key, cost_eur=-1.0)
