"""Cascades against published figures and the outputs of independent programmes."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from redball.risk.cascade import (
    ArioRules,
    CapacityLoss,
    Market,
    ario,
    economic_systemic_risk,
    firm_network_of_matrix,
    firm_shocks,
    resilience_triangle,
    sector_table,
)

ESRI_FILES = (
    "esri_fig1_linear",
    "esri_fig1_linear_tight",
    "esri_fig1_leontief",
    "esri_er101_linear",
    "esri_sf101_linear",
    "esri_sf101_leontief",
)


def load(folder: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (folder / "simulation" / f"{name}.json").read_text(encoding="utf-8")
    )
    return found


@pytest.mark.parametrize("name", ESRI_FILES)
def test_every_firm_of_the_esri_files_within_1e_9(reference: Path, name: str) -> None:
    case = load(reference, name)
    sectors = sorted(case["ess"])
    network = firm_network_of_matrix(
        case["W"],
        sector=[sectors.index(str(code)) for code in case["p"]],
        essential=[[case["ess"][i].get(j, 0) for j in sectors] for i in sectors],
    )
    market = Market.SECTOR if case["p_market"] else Market.NONE
    found = economic_systemic_risk(network, tolerance=case["eps"], market=market)
    assert found.converged.all()
    np.testing.assert_allclose(found.esri, case["expected_esri"], rtol=0, atol=1e-9)
    np.testing.assert_allclose(found.down, case["expected_down"], rtol=0, atol=1e-9)
    np.testing.assert_allclose(found.up, case["expected_up"], rtol=0, atol=1e-9)


def test_ario_production_within_1e_6_and_unmet_demand_within_1_on_every_day(
    reference: Path,
) -> None:
    case = load(reference, "ario_20pct")
    params, event = case["params"], case["event"]
    table = sector_table(case["Z"], case["Y"], [tuple(pair) for pair in case["index"]])
    rules = ArioRules(
        inventory_days=params["main_inv_dur"],
        restoration_days=params["inventory_restoration_tau"],
        shortage_share=params["psi"],
        most_overproduction=params["alpha_max"],
        overproduction_days=params["alpha_tau"],
    )
    # the peer counts 'occurrence' before the first day of loss, and both ends of the duration
    loss = CapacityLoss(
        tuple((region, sector) for region, sector in event["affected"]),
        event["fraction"],
        start_day=event["occurrence"] + 1,
        duration_days=event["duration"] + 2,
        recovery_days=event["recovery_tau"],
    )
    found = ario(table, [loss], days=365, rules=rules)
    total = found.production.sum(axis=1)
    expected = np.array(case["expected_total_production"])
    assert len(expected) == 365
    assert np.max(np.abs(total / expected - 1)) < 1e-6
    unmet = found.unmet.sum(axis=1)
    assert np.max(np.abs(unmet - case["expected_unmet_final_demand_per_step"])) < 1
    assert int(total.argmin()) == 7
    # the eight columns of the first region stand in alphabetical order of the sectors
    names = sorted(sector for region, sector in table.industries if region == "reg1")
    columns = [table.index(("reg1", name)) for name in names]
    np.testing.assert_allclose(
        found.production[:, columns], case["expected_production_reg1"], rtol=1e-5
    )


def test_the_published_triangle_is_met_exactly(reference: Path) -> None:
    for case in load(reference, "resilience_triangle")["cases"]:
        found = resilience_triangle(case["t"], case["q"])
        assert found.loss == case["loss_R"]
        assert found.index == case["resilience_index"]
        assert found.robustness == case["robustness"]
        assert found.days == case["horizon"]


def test_the_hand_worked_pair_of_firms() -> None:
    network = firm_network_of_matrix([[1, 1], [0, 1]], sector=[0, 1], essential=[[2, 2], [2, 2]])
    found = economic_systemic_risk(network, firm_shocks(network, [{0: 0.0}]))
    assert found.up[0] == pytest.approx(2 / 3, abs=1e-15)
    assert found.down[0] == found.esri[0] == 1.0
