"""The example coalition as a network: every member can build it, it is steady, and it agrees."""

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import polars as pl
import pytest

from redball.app.packages import import_
from redball.app.view import View, see
from redball.forecasting import consumption
from redball.identity import recognise_items, unit_factors
from redball.model import Twin
from redball.planning.case import simulated_case
from redball.simulation.events import run_events
from redball.simulation.network import What
from redball.simulation.network.tables import CHANGE
from redball.simulation.runs import NO_CHANGES
from redball.stock.case import sparing_case
from redball.stock.sparing import evaluate


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> str:
    """A store with the example packages."""
    path = tmp_path_factory.mktemp("simulated") / "coalition.sqlite"
    for package in sorted((project_root / "examples" / "coalition").iterdir()):
        import_(package, store=str(path), skip_bad_rows=True)
    return str(path)


def single_sourced(twin: Twin) -> Twin:
    """Drop what VARI-METRIC does not hold: policies, minimum orders, all but the first source."""
    lead = pl.Series("lead", recognise_items(twin).group)
    source = twin["source"]
    first = (
        source.with_columns(lead.gather(source["item_ix"]), minimum_order=pl.lit(None, pl.Float64))
        .sort(pl.col("share").fill_null(-1.0), "lead_time_days", descending=[True, False],
              maintain_order=True)
        .unique(["owner", "lead"], keep="first", maintain_order=True)
        .drop("lead")
    )  # fmt: skip
    tables = {**twin.tables, "source": first, "policy": twin["policy"].clear()}
    return replace(twin, tables=MappingProxyType(tables))


@pytest.mark.parametrize("viewer", ["DEU", "NLD", "POL", "USA", "EST", "XAG"])
def test_every_member_builds_what_it_sees(store: str, viewer: str) -> None:
    twin = see(View(store, viewer)).twin
    items = recognise_items(twin)
    case = simulated_case(twin, consumption(twin), items=items, units=unit_factors(twin, items))
    assert case.label.readable_by(viewer)
    assert len(case.network.streams) > 100
    forge = case.targets.find("site", "DEU:WERK-SOLLING")
    assert forge is not None
    assert len(forge.recipes) > 0


def test_undisturbed_it_is_steady_and_gives_the_readiness_of_the_formula(store: str) -> None:
    twin = single_sourced(see(View(store, "DEU")).twin)
    items = recognise_items(twin)
    units, use = unit_factors(twin, items), consumption(twin)
    spares = sparing_case(twin, use, items=items, units=units)
    found = evaluate(spares.problem, spares.have)
    case = simulated_case(twin, use, items=items, units=units)
    net = case.network
    runs = [run_events(net, horizon_days=1500, seed=3, replication=k) for k in range(6)]
    early = np.mean([run.available[:, 500:1000].mean(axis=1) for run in runs], axis=0)
    late = np.mean([run.available[:, 1000:].mean(axis=1) for run in runs], axis=0)
    assert np.abs(early - late).max() < 0.05
    sites = spares.site_ix.tolist()
    for fleet, row in enumerate(net.fleets):
        site = sites.index(case.nodes["site_ix"][int(row["node"])])
        system = spares.problem.system_names.index(net.system_names[row["system"]])
        expected = found.availability[system, site]
        assert abs((early[fleet] + late[fleet]) / 2 - expected) < 0.03, net.unit_names[row["unit"]]


def test_suppliers_of_fleets_do_not_starve_undisturbed(store: str) -> None:
    twin = see(View(store, "DEU")).twin
    items = recognise_items(twin)
    case = simulated_case(twin, consumption(twin), items=items, units=unit_factors(twin, items))
    net = case.network
    run = run_events(net, horizon_days=1000, seed=1)
    fitted = np.unique(net.cells["item"][net.applications["cell"]])
    made = np.isin(net.cells["item"][net.recipes["cell"]], fitted)
    units = run.recipes["units"][made].sum()
    assert units > 1000
    assert run.recipes["starved_days"][made].sum() / units < 0.5  # days a unit waits for inputs


def test_the_forge_behind_three_suppliers_is_felt_after_their_stock_is_gone(store: str) -> None:
    twin = see(View(store, "DEU")).twin
    items = recognise_items(twin)
    case = simulated_case(twin, consumption(twin), items=items, units=unit_factors(twin, items))
    forge = case.targets.find("site", "DEU:WERK-SOLLING")
    assert forge is not None
    lost = np.array([(0.0, What.NODE, int(node), 0.0) for node in forge.nodes], CHANGE)
    calm, hurt = (
        run_events(case.network, horizon_days=1500, seed=1, changes=changes).available
        for changes in (NO_CHANGES, lost)
    )
    names = [
        (case.network.unit_names[f["unit"]], case.network.system_names[f["system"]])
        for f in case.network.fleets
    ]
    fleet = names.index(("NLD:INF-41", "DEU:IFV"))
    assert np.abs(hurt[fleet, :90] - calm[fleet, :90]).max() < 1e-9  # stock carries it at first
    assert hurt[fleet, 1000:].mean() < calm[fleet, 1000:].mean() - 0.2
