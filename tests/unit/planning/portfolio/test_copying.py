"""Copies of a network side by side do what so many networks would do one by one."""

import numpy as np
import pytest
from tests.unit.planning.portfolio.conftest import HOW, World
from tests.unit.planning.portfolio.random_worlds import random_world

from redball.planning.portfolio.copying import Copies
from redball.planning.portfolio.running import stepped_part
from redball.planning.treatments import stepped
from redball.simulation.events import run_events
from redball.simulation.network import Network, RuleKind
from redball.simulation.network.draft import Draft
from redball.simulation.network.network import TABLES
from redball.simulation.network.tables import RULE
from redball.simulation.runs import NO_RULES


def checked(copies: Copies) -> None:
    """The copies keep every rule of a network, named anew."""
    from redball.simulation.network.checks import check_network

    one, count = copies.one, copies.count
    names = {
        "item_names": one.item_names, "nation_names": one.nation_names,
        "unit_names": one.unit_names, "system_names": one.system_names,
        "node_names": tuple(f"{n} {c}" for c in range(count) for n in one.node_names),
        "lane_names": tuple(f"{n} {c}" for c in range(count) for n in one.lane_names),
    }  # fmt: skip
    check_network(Draft({name: getattr(copies.network, name) for name in TABLES}, names))


@pytest.fixture(params=[0, 1])
def network(request: pytest.FixtureRequest, world: World) -> Network:
    return world.network if request.param == 0 else random_world(2)[0]


def test_copies_keep_the_rules_of_a_network(network: Network) -> None:
    checked(Copies.of(network, 3))
    assert Copies.of(network, 1).network is network


def test_every_copy_is_a_replication(network: Network) -> None:
    count, times = 40, 3
    copies = Copies.of(network, count)
    many = [run_events(copies.network, horizon_days=200, seed=number) for number in range(times)]
    up = np.concatenate([run.available.reshape(count, -1, 200).mean(axis=2) for run in many])
    single = np.array([
        run_events(network, horizon_days=200, seed=9, replication=number).available.mean(axis=1)
        for number in range(count * times)
    ])  # fmt: skip
    assert len(np.unique(up[:, 0])) > count  # none is like another
    spread = np.sqrt((up.var(axis=0, ddof=1) + single.var(axis=0, ddof=1)) / len(up))
    assert (np.abs(up.mean(axis=0) - single.mean(axis=0)) <= 3.5 * spread + 1e-9).all()


def test_what_happens_and_what_is_done_is_in_every_copy(world: World) -> None:
    network, hazard = world.network, world.hazards[0]
    copies = Copies.of(network, 3)
    steps = [*world.treatments[0].steps, *world.treatments[8].steps]
    mine = stepped(network, steps)
    done = Copies.of(mine, 3)
    made = stepped_part(copies.network, copies.steps(steps))
    for table in TABLES:
        assert getattr(made, table).tolist() == getattr(done.network, table).tolist()
    sea = network.lane_names.index("SEA")
    changes = copies.changes(hazard.changes(20.0))
    run = run_events(copies.network, horizon_days=HOW.days, seed=1, changes=changes)
    assert (run.lanes["held_days"].reshape(3, -1)[:, sea] > 0).all()
    calm = run_events(copies.network, horizon_days=HOW.days, seed=1)
    assert not calm.lanes["held_days"].any()
    turned = run_events(done.network, horizon_days=HOW.days, seed=1, changes=changes)
    assert turned.lanes["held_days"].sum() < run.lanes["held_days"].sum()


def test_rules_are_in_every_copy(world: World) -> None:
    copies = Copies.of(world.network, 2)
    rules = np.zeros(2, RULE)
    rules["kind"] = [RuleKind.REROUTE, RuleKind.SECOND_SOURCE]
    rules["cell"] = [-1, 4]
    cells = len(world.network.cells)
    assert copies.rules(rules)["cell"].tolist() == [-1, 4, 4 + cells]
    assert len(copies.rules(NO_RULES)) == 0
