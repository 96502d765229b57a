"""What the exercise hides is found and treated by a plan that is told nothing of it."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.web_world import exercise_store

from redball.app import Inputs, View
from redball.app.plan_risks import classes_of, hidden_risks, risks_of
from redball.app.rehearsal import Rehearsal, TwinOptions, rehearsal
from redball.planning.plan import Plan, PlanOptions, decide, prepare
from redball.planning.portfolio import Rehearsal as PartRuns
from redball.runtime import InProcess

BUDGET = 8_000_000.0
LOSS_DAYS = 540.0
"""A forging house that burns down: until another one stands, or this one again."""


@dataclass(frozen=True, eq=False)
class Told:
    """What the alliance sees, and its plan."""

    found: Rehearsal
    plan: Plan

    def chosen(self) -> dict[str, str]:
        """Kinds of the chosen treatments by key."""
        every = self.plan.treatments
        return {every[row].key: every[row].kind for row in self.plan.portfolio.chosen}

    def cost_of(self, key: str) -> tuple[float, float]:
        """What a hazard costs without the plan and with it, in readiness-days."""
        (row,) = [n for n, each in enumerate(self.plan.hazards) if each.key == key]
        without, with_it = self.plan.without.lost, self.plan.portfolio.lost
        return (
            float(without[row + 1].sum() - without[0].sum()),
            float(with_it[row + 1].sum() - with_it[0].sum()),
        )


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    store: Path = exercise_store(tmp_path_factory)
    found = rehearsal(Inputs(View(str(store), "XAG")), TwinOptions())
    risks, _ = risks_of(found)
    risks += hidden_risks(found, risks, 0.02, LOSS_DAYS)
    options = PlanOptions(
        how=PartRuns(replications=2), replications=2, futures=100, whole_futures=0, most=16,
        sensitivity=False, corrections=0,
    )  # fmt: skip
    case, runner = found.case, InProcess()
    prepared = prepare(
        case.network, case.targets, risks, options, classes=classes_of(found), runner=runner
    )
    return Told(found, decide(prepared, BUDGET, options, runner=runner))


def the_forge_behind_three_suppliers_gets_a_second_source(told: Told) -> None:
    # three nations know it under three keys; the finding names it, the plan takes it from there
    without, with_it = told.cost_of("loss of DEU:L-7230")
    assert without > 100.0
    assert with_it < 0.2 * without
    sources = [key for key, kind in told.chosen().items() if kind == "source"]
    assert any("WERK-SOLLING|forged ring blank" in key for key in sources)


def the_chip_house_behind_others_gets_second_sources_too(told: Told) -> None:
    without, with_it = told.cost_of("loss of EST:T34")
    assert without > 10_000.0
    assert with_it < 0.5 * without
    assert any(key.startswith("source|party EST:T34|packaged chip") for key in told.chosen())


def fuel_finds_another_port(told: Told) -> None:
    for key in ("XAG:HZ-03", "XAG:HZ-09"):  # the jetty at Gdańsk, and mines before it
        without, with_it = told.cost_of(key)
        assert without > 1_000.0
        assert with_it < 0.1 * without
    ways = [key for key, kind in told.chosen().items() if kind == "lane"]
    assert any("Gdańsk" in key or "Baltic" in key for key in ways)


def one_bearing_under_four_names_is_one_stock_where_it_is_known_to_be(told: Told) -> None:
    network = told.found.case.network
    bearings = {name for name in network.item_names if "BRG-45" in name}
    # by NIIN, NSN and part number it is one; a like name in boxes of ten waits for a person
    assert bearings == {"DEU:M-BRG-45", "EST:E-BRG-45"}
    one = network.item_names.index("DEU:M-BRG-45")
    nodes = network.cells["node"][network.cells["item"] == one]
    nations = {network.nation_names[network.nodes["nation"][node]] for node in nodes}
    assert nations >= {"DEU", "NLD", "POL"}


def ammunition_that_would_expire_goes_to_who_waits_for_it(told: Told) -> None:
    network = told.found.case.network
    depot = network.cell("DEU:MUN-KRAUT", "DEU:M-CHARGE")
    lots = network.lots[network.lots["cell"] == depot]
    assert lots["quantity"][lots["expires_day"] < 365.0].sum() == 5_000
    moved = [key for key in told.chosen() if key.startswith("rotate|DEU:MUN-KRAUT|NOR:MUN-FJELL|")]
    (key,) = moved
    assert "DEU:M-CHARGE" in key
    (rotated,) = [each for each in told.plan.treatments if each.key == key]
    assert {step.table for step in rotated.steps} == {"cells", "lots"}


def test_what_the_exercise_hides_is_found_and_treated(told: Told) -> None:
    """One test, so that one worker makes the plan."""
    the_forge_behind_three_suppliers_gets_a_second_source(told)
    the_chip_house_behind_others_gets_second_sources_too(told)
    fuel_finds_another_port(told)
    one_bearing_under_four_names_is_one_stock_where_it_is_known_to_be(told)
    ammunition_that_would_expire_goes_to_who_waits_for_it(told)
