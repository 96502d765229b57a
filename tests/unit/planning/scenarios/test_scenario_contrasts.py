"""The futures to compare a scenario with: nothing happens, nobody reacts."""

from typing import TYPE_CHECKING

import numpy as np

from redball.planning.scenarios import (
    Event,
    Expedite,
    MutualSupport,
    Scenario,
    Target,
    Time,
    compile_scenario,
    read_scenario,
    unanswered,
    undisturbed,
    write_scenario,
)
from redball.simulation.events import run_events

if TYPE_CHECKING:
    from tests.unit.planning.scenarios.conftest import Coast

PORT = Event("port", "loss", (Target("site", "XAG:PORT"),), from_day=Time(20), for_days=Time(15))
SCENARIO = Scenario(
    "The port is closed", 120, (PORT,), (Expedite(below_share=0.9), MutualSupport()), seed=3
)


def _waiting(coast: "Coast", scenario: Scenario) -> float:
    made = compile_scenario(scenario, coast)
    runs = [
        run_events(made.network, horizon_days=made.horizon_days, seed=scenario.seed, replication=r,
                   changes=made.changes(scenario.seed, r), rules=made.rules)
        for r in range(12)
    ]  # fmt: skip
    return float(np.mean([run.cells["waiting_days"].sum() for run in runs]))


def test_each_takes_one_side_away_and_nothing_else() -> None:
    calm, alone = undisturbed(SCENARIO), unanswered(SCENARIO)
    assert (calm.events, calm.reactions) == ((), SCENARIO.reactions)
    assert (alone.events, alone.reactions) == (SCENARIO.events, ())
    for made in (calm, alone):
        assert (made.horizon_days, made.seed, made.replications) == (120, 3, 100)
        assert made.name != SCENARIO.name
        assert read_scenario(write_scenario(made)) == made
    assert calm.name != alone.name


def test_a_long_name_stays_within_its_bound() -> None:
    long = Scenario("x" * 200, 10)
    assert len(undisturbed(long).name) == 200
    assert undisturbed(long).name.endswith(": nothing happens")
    assert unanswered(long).name.endswith(": nobody reacts")


def test_a_loss_looks_like_a_gain_only_against_a_future_without_its_reactions(
    coast: "Coast",
) -> None:
    plain = _waiting(coast, Scenario("plain", 120, seed=3))
    full = _waiting(coast, SCENARIO)
    assert full < plain
    assert full > _waiting(coast, undisturbed(SCENARIO))
    assert full < _waiting(coast, unanswered(SCENARIO))


def test_a_slow_forge_delivers_later(coast: "Coast") -> None:
    """The time of making is stretched with those of ordering and transport."""
    slow = Event("slow", "lead_time", (Target("party", "DEU:FORGE"),), factor=3.0)
    assert _waiting(coast, Scenario("s", 120, (slow,), seed=3)) > 2 * _waiting(
        coast, Scenario("s", 120, seed=3)
    )
    found = compile_scenario(Scenario("s", 120, (slow,)), coast)
    assert not any("making" in warning for warning in found.warnings)
