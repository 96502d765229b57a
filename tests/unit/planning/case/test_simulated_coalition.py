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


@pytest.mark.parametrize("viewer", ["XAG", "DEU", "EST"])
def test_undisturbed_the_demand_of_units_is_met_and_nobody_waits_for_long(
    store: str, viewer: str
) -> None:
    twin = see(View(store, viewer)).twin
    items = recognise_items(twin)
    case = simulated_case(twin, consumption(twin), items=items, units=unit_factors(twin, items))
    net = case.network
    drawn = np.unique(net.streams["cell"]).astype(np.int32)
    days = 720
    runs = [
        run_events(net, horizon_days=days, seed=3, replication=k, watch=drawn) for k in range(3)
    ]
    asked = np.sum([run.cells["demanded"] for run in runs], axis=0)
    at_once = np.sum([run.cells["at_once"] for run in runs], axis=0)
    of_units = np.unique(net.streams["cell"][net.streams["unit"] >= 0])
    assert at_once[of_units].sum() / asked[of_units].sum() > 0.95
    assert np.mean(at_once[drawn] / np.maximum(asked[drawn], 1)) > 0.95
    per_day = asked[drawn] / len(runs) / days
    waiting = np.mean([run.waiting[:, days // 2 :].mean(axis=1) for run in runs], axis=0)
    # days of demand that wait in the second year; below two units it is chance
    late = np.where(waiting > 2, waiting / np.maximum(per_day, 1e-9), 0.0)
    named = {net.name_of(cell).split(" at ")[0] for cell in drawn[late > 3]}
    # nobody supplies the heater; two lots of the charge expire before they can be used
    assert named <= {"NOR:N-HEATER", "DEU:M-CHARGE"}
    assert "NOR:N-HEATER" in named
    if len(net.fleets):
        ready = np.mean([run.available for run in runs], axis=0)
        early, later = ready[:, 240:480].mean(), ready[:, 480:].mean()
        assert abs(early - later) < 0.06


def test_seven_tenths_of_the_fuel_come_through_one_port_and_its_loss_is_felt(store: str) -> None:
    twin = see(View(store, "XAG")).twin
    items = recognise_items(twin)
    case = simulated_case(twin, consumption(twin), items=items, units=unit_factors(twin, items))
    net = case.network
    port = case.targets.find("site", "XAG:PORT-GDANSK")
    assert port is not None
    fuel = int(np.flatnonzero([name == "DEU:M-FUEL" for name in net.item_names])[0])
    sold = np.flatnonzero(
        (net.cells["item"][net.arcs["cell"]] == fuel)
        & np.isin(net.arcs["supplier"], net.recipes["cell"])
    )
    lanes = [net.routes[net.arcs["first_lane"][a] : net.arcs["last_lane"][a]] for a in sold]
    enters = [
        bool(len(way)) and net.lane_names[way[0]].endswith("into XAG:PORT-GDANSK") for way in lanes
    ]
    calm = run_events(net, horizon_days=360, seed=3)
    units = np.sum(
        [run_events(net, horizon_days=360, seed=n).arcs["units"][sold] for n in range(6)], axis=0
    )
    assert units[enters].sum() / units.sum() == pytest.approx(0.70, abs=0.02)
    lost = np.array(
        [(day, What.NODE, int(node), level) for day, level in ((30.0, 0.0), (120.0, 1.0))
         for node in port.nodes], CHANGE,
    )  # fmt: skip
    hurt = run_events(net, horizon_days=360, seed=3, changes=lost)
    drawn = np.unique(net.streams["cell"])
    drawn = drawn[net.cells["item"][drawn] == fuel]
    fill = [
        run.cells["at_once"][drawn].sum() / run.cells["demanded"][drawn].sum()
        for run in (calm, hurt)
    ]
    assert fill[0] > 0.97
    assert fill[1] < fill[0] - 0.05


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
