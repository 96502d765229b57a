"""The resilience triangle against the published definition's case."""

import json
from pathlib import Path

import pytest

from redball.simulation.replicate import resilience_triangle


def test_triangle_is_exact(reference: Path) -> None:
    cases = json.loads((reference / "simulation/resilience_triangle.json").read_text("utf-8"))
    assert cases["cases"]
    for case in cases["cases"]:
        found = resilience_triangle(case["t"], case["q"])
        assert found.loss == case["loss_R"]
        assert found.index == case["resilience_index"]
        assert found.robustness == case["robustness"]
        assert case["t"][-1] - case["t"][0] == case["horizon"]


def test_rapidity_is_the_slope_of_the_recovery() -> None:
    assert resilience_triangle([0, 10, 10, 30, 40], [100, 100, 50, 100, 100]).rapidity == 2.5
    assert resilience_triangle([0, 10, 10], [100, 100, 50]).rapidity == 0.0
    assert resilience_triangle([0, 5, 5, 9, 9], [100, 100, 50, 50, 100]).rapidity == pytest.approx(
        float("inf")
    )
