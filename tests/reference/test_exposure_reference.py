"""Time-to-recover and time-to-survive programmes against published and independent answers."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from redball.risk.exposure import ExposureNetwork, Need, exposure, exposure_network, loss


def load(reference: Path, name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((reference / "simulation" / name).read_text("utf-8"))
    return loaded


def survived(days: float | None) -> float:
    """Days to survive as the files write them: 999 for never."""
    return 999.0 if days is None else days


def test_a_network_with_parts_alternatives_and_capacities(reference: Path) -> None:
    case = load(reference, "ttr_bom.json")
    network = exposure_network(
        stock=case["nodes"]["inventory"],
        capacity_per_day=case["nodes"]["capacity_per_t"],
        demand_per_day=case["demand_per_t"],
        margin=case["margin"],
        needs={
            product: [Need(part, case["sources"][part][product], q) for part, q in parts.items()]
            for product, parts in case["bom"].items()
        },
    )
    scenarios = case["scenarios"]
    losses = [
        loss(network, s["down"], name=name, recovery_days=s["ttr"]) for name, s in scenarios.items()
    ]
    frame = exposure(network, losses, cap_days=case["tts_cap"]).frame
    assert frame["loss"].to_list() == list(scenarios) == ["none", "A1", "A2", "B"]
    for row, expected in zip(frame.iter_rows(named=True), scenarios.values(), strict=True):
        assert row["impact"] == pytest.approx(expected["loss"], rel=1e-6, abs=1e-6)
        assert survived(row["survive_days"]) == pytest.approx(expected["tts"], rel=1e-6)


def plants(case: dict[str, Any]) -> tuple[ExposureNetwork, dict[str, list[str]]]:
    """Reduced form: what a plant makes of a product is a node; plants are sites they share."""
    links = sorted({tuple(link) for active in case["active"].values() for link in active})
    name = {link: f"{link[1]} at {link[0]}" for link in links}
    network = exposure_network(
        stock=case["inventory"],
        demand_per_day=case["demand"],
        margin=case["loss"],
        needs={
            product: [Need("unit", [name[link] for link in links if link[1] == product])]
            for product in case["demand"]
        },
        sites={plant: [name[k] for k in links if k[0] == plant] for plant in case["capacity"]},
        site_capacity_per_day=case["capacity"],
    )
    down = {
        scenario: [name[link] for link in links if list(link) not in active]
        for scenario, active in case["active"].items()
    }
    return network, down


@pytest.mark.parametrize("file", ["rei_prob1.json", "rei_prob2_A.json"])
def test_plants_that_share_capacity_among_products(reference: Path, file: str) -> None:
    case = load(reference, file)
    network, down = plants(case)
    losses = [
        loss(network, gone, name=scenario, recovery_days=case["ttr"][scenario])
        for scenario, gone in down.items()
    ]
    frame = exposure(network, losses).frame
    assert frame.height == len(case["expected"])
    for row in frame.iter_rows(named=True):
        expected = case["expected"][row["loss"]]
        assert row["window_days"] == expected["ttr"]
        assert row["impact"] == pytest.approx(expected["cost"], rel=1e-6, abs=1e-6)
        assert row["exposure_index"] == pytest.approx(expected["rei"], abs=1e-6)
        assert survived(row["survive_days"]) == pytest.approx(expected["tts"], rel=1e-6)


def test_a_plant_lost_is_all_of_its_products_lost(reference: Path) -> None:
    case = load(reference, "rei_prob1.json")
    network, _ = plants(case)
    losses = [loss(network, [plant], recovery_days=2.0) for plant in case["capacity"]]
    impact = exposure(network, losses).frame["impact"].to_numpy()
    expected = [case["expected"][f"Scenario_{i}"]["cost"] for i in (1, 2, 3)]
    np.testing.assert_allclose(impact, expected, rtol=1e-6, atol=1e-6)
