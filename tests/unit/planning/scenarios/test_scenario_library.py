"""Ready scenarios fit the example coalition, for each nation that sees it."""

from pathlib import Path

import pytest

from redball.app.packages import import_
from redball.app.view import View, see
from redball.forecasting import consumption
from redball.planning.case import simulated_case
from redball.planning.scenarios import (
    Case,
    compile_scenario,
    library,
    read_scenario,
    write_scenario,
)
from redball.simulation.network import What

READY = ("common-supplier-lost", "country-embargo", "cyber-outage", "port-closed", "two-at-once",
         "winter-surge")  # fmt: skip


def test_the_library_holds_what_it_promises() -> None:
    assert tuple(library()) == READY
    assert len({scenario.name for scenario in library().values()}) == len(READY)
    assert all(scenario.description for scenario in library().values())
    assert all(read_scenario(write_scenario(each)) == each for each in library().values())


def test_reactions_to_a_loss_stay_where_the_loss_is_felt() -> None:
    """Else they lift a calm network as well, and the loss would look like a gain beside it."""
    everywhere = {
        (name, reaction.how)
        for name, scenario in library().items()
        for reaction in scenario.reactions
        if reaction.how != "reroute" and not getattr(reaction, "at", ())
    }
    assert everywhere == {("winter-surge", "expedite"), ("winter-surge", "release_reserve")}


@pytest.fixture(scope="module", params=["XAG", "POL", "EST"])
def case(request: pytest.FixtureRequest, coalition: Path) -> Case:
    """The example coalition as a member sees it."""
    twin = see(View(str(coalition), request.param)).twin
    return simulated_case(twin, consumption(twin))


@pytest.fixture(scope="module")
def coalition(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> Path:
    """A store with the example packages."""
    store = tmp_path_factory.mktemp("ready") / "coalition.sqlite"
    for path in sorted((project_root / "examples" / "coalition").iterdir()):
        import_(path, store=str(store), skip_bad_rows=True)
    return store


@pytest.mark.parametrize("name", READY)
def test_a_ready_scenario_runs_on_the_example(case: Case, name: str) -> None:
    compiled = compile_scenario(library()[name], case)
    changes = compiled.changes(compiled.scenario.seed, 0)
    assert len(changes)
    assert changes["day"].max() < compiled.horizon_days
    sizes = {What.NODE: "nodes", What.LANE: "lanes", What.ARC: "arcs", What.STREAM: "streams",
             What.CELL_REPORT: "cells", What.FLEET: "fleets"}  # fmt: skip
    for what, table in sizes.items():
        rows = changes["index"][changes["what"] == what]
        assert not len(rows) or rows.max() < len(getattr(compiled.network, table))


def test_examples_in_the_folder_can_be_read(project_root: Path, case: Case) -> None:
    paths = sorted((project_root / "examples" / "scenarios").glob("*.toml"))
    assert paths
    for path in paths:
        assert len(compile_scenario(read_scenario(path), case).changes(0, 0))
