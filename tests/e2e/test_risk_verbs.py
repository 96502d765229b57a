"""The verbs on published formulas with the real command: exposure, cascade, sectors."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from redball.risk.cascade import CapacityLoss, ario, sector_table_of_frames

Demo = tuple[Path, dict[str, Any]]

FLOWS = pl.DataFrame(
    {
        "supplier_region": ["N", "N", "S", "S"],
        "supplier_sector": ["steel", "steel", "chips", "chips"],
        "customer_region": ["N", "S", "N", "S"],
        "customer_sector": ["tanks", "tanks", "tanks", "tanks"],
        "value": [100.0, 50.0, 20.0, 30.0],
    }
)
FINAL = pl.DataFrame(
    {
        "region": ["N", "N", "S", "S"],
        "sector": ["steel", "tanks", "tanks", "chips"],
        "value": [10.0, 300.0, 200.0, 5.0],
    }
)


@pytest.fixture(scope="module")
def run(here: Any) -> Any:
    """Answers are looked at here, not processes."""
    return here


def at(demo: Demo) -> tuple[object, ...]:
    return "--store", demo[0] / "coalition.sqlite", "--viewer", "XAG"


def ask(run: Any, *arguments: object) -> dict[str, Any]:
    answer = run(*arguments, "--json")
    assert answer.returncode == 0, answer.stderr + answer.stdout
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def test_exposure_ranks_losses_with_index_binding_limits_and_worth(run: Any, demo: Demo) -> None:
    found = ask(run, "risk", "exposure", *at(demo), "--pairs", 3, "--worth", 1)
    rows = found["tables"]["ranking"]
    impacts = [row["added_impact"] for row in rows]
    assert impacts == sorted(impacts, reverse=True)
    assert max(row["exposure_index"] for row in rows) == pytest.approx(1.0)
    assert all(row["own_survive_days"] is None or row["own_survive_days"] >= 0 for row in rows)
    assert len(found["tables"]["pairs"]) == 3
    assert found["tables"]["binding"][0]["price"] > 0
    assert found["tables"]["worth"][0]["price"] > 0
    assert found["origin"]["label"].startswith("RESTRICTED")


def test_longer_recovery_never_costs_less(run: Any, demo: Demo) -> None:
    words = ("risk", "exposure", *at(demo), "--pairs", 0, "--worth", 0)
    quick = ask(run, *words, "--recovery", "party=30")["tables"]["ranking"]
    slow = ask(run, *words, "--recovery", "party=120")["tables"]["ranking"]
    after = {row["name"]: row["added_impact"] for row in slow if row["kind"] == "party"}
    assert after
    for row in quick:
        if row["kind"] == "party":
            assert after[row["name"]] >= row["added_impact"] - 1e-6


def test_cascade_ranks_suppliers_and_owners(run: Any, demo: Demo) -> None:
    for by in ("party", "parent"):
        found = ask(run, "risk", "cascade", *at(demo), "--by", by)
        shares = [row["esri"] for row in found["tables"]["ranking"]]
        assert shares == sorted(shares, reverse=True)
        assert 0 < shares[0] <= 1
        assert found["figures"]["not converged"] == 0


def test_sectors_follow_a_loss_as_the_function_does(run: Any, tmp_path: Path) -> None:
    FLOWS.write_csv(tmp_path / "flows.csv")
    FINAL.write_csv(tmp_path / "final.csv")
    files = ("--flows", tmp_path / "flows.csv", "--final-demand", tmp_path / "final.csv")
    found = ask(run, "risk", "sectors", *files, "--lose", "S/chips", "--share", 0.9,
                "--for-days", 120, "--days", 200)  # fmt: skip
    table = sector_table_of_frames(FLOWS, FINAL)
    wanted = ario(table, [CapacityLoss((("S", "chips"),), 0.9, 5, 120, 30)], days=200)
    shown = [row["production"] for row in found["tables"]["days"]]
    assert np.allclose(shown, wanted.production.sum(axis=1), rtol=1e-12)
    assert "originators only" in " ".join(found["said"])
    assert found["figures"]["output lost"] > 0


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("exposure", "--recovery", "site"), 2, "no time to recover"),
        (("exposure", "--recovery", "moon=3"), 2, "not a kind"),
        (("exposure", "--weight", "tons"), 2, "not known"),
        (("cascade", "--by", "nation"), 2, "can't be closed"),
        (("cascade", "--market", "moon"), 2, "no market"),
    ],
)
def test_bad_words_are_told_with_what_would_do(
    run: Any, demo: Demo, words: tuple[str, ...], code: int, says: str
) -> None:
    answer = run("risk", *words, *at(demo))
    assert answer.returncode == code
    assert says in answer.stderr
    assert "Traceback" not in answer.stderr


def test_bad_sector_tables_are_told(run: Any, tmp_path: Path) -> None:
    FLOWS.write_csv(tmp_path / "flows.csv")
    FINAL.write_csv(tmp_path / "final.csv")
    files = ("--flows", tmp_path / "flows.csv", "--final-demand", tmp_path / "final.csv")
    nothing = run("risk", "sectors", *files)
    assert (nothing.returncode, "Nothing is lost" in nothing.stderr) == (2, True)
    missing = run("risk", "sectors", *files, "--lose", "X/chips")
    assert (missing.returncode, "no 'X/chips'" in missing.stderr) == (2, True)
    wrong = run("risk", "sectors", "--flows", tmp_path / "final.csv", *files[2:], "--lose", "S")
    assert wrong.returncode == 3
    assert "no column" in wrong.stderr
