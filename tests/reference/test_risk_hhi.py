"""The Herfindahl-Hirschman index against published and hand-computed cases."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from redball.risk import Thresholds, effective_number, hhi, normalised_hhi

ROOT = Path(__file__).parents[2]
FILE = (
    Path(os.environ.get("REDBALL_REFERENCE", ROOT.parent / "shared" / "reference"))
    / "simulation"
    / "hhi.json"
)


def reference() -> dict[str, Any]:
    if not FILE.exists():
        if os.environ.get("CI"):
            pytest.fail(f"The reference file {FILE.name} is missing.")
        pytest.skip("The folder of reference files is not here; set REDBALL_REFERENCE.")
    loaded: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return loaded


def test_every_published_case_is_met_exactly() -> None:
    cases = reference()["cases"]
    assert len(cases) >= 4
    for case in cases:
        assert hhi(case["shares"]) == case["hhi"]


def test_effective_number_and_normalised_index_follow_the_stated_formula() -> None:
    for case in reference()["cases"]:
        count = len(case["shares"])
        assert effective_number(case["hhi"]) == 1e4 / case["hhi"]
        if count > 1:
            expected = (case["hhi"] / 1e4 - 1 / count) / (1 - 1 / count)
            assert normalised_hhi(case["hhi"], count) == pytest.approx(expected, abs=1e-12)


def test_the_default_limits_are_those_of_the_guidelines() -> None:
    limits = reference()["thresholds_2023_merger_guidelines"]
    ours = Thresholds()
    assert (ours.hhi_moderate, ours.hhi_high, ours.hhi_increase) == (
        limits["moderate"],
        limits["high"],
        limits["delta"],
    )
