"""What the pages on the digital twin say one will see is seen."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from redball.cli.program import program

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
TUTORIAL = "tutorials/rehearsal.md"
QUICK = ["--replications", "10", "--json"]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the scenarios that the tutorial has written."""
    folder = tmp_path_factory.mktemp("rehearsal")
    text = (DOCS / TUTORIAL).read_text("utf-8")
    for name, content in re.findall(r"`(\w+\.toml)`[^\n]*:[^`]*?```toml\n(.*?)```", text, re.S):
        (folder / name).write_text(content, "utf-8")
    return folder


def _asked(store: Path, *words: str) -> dict[str, list[dict[str, Any]]]:
    """Tables of an answer."""
    given = [*words, "--store", str(store), "--viewer", "XAG", *QUICK]
    answer = CliRunner().invoke(program, given, prog_name="redball")
    assert answer.exit_code == 0, answer.output
    tables: dict[str, list[dict[str, Any]]] = json.loads(answer.stdout)["tables"]
    return tables


def _change(tables: dict[str, list[dict[str, Any]]], figure: str) -> dict[str, Any]:
    (row,) = [row for row in tables["differences"] if row["figure"] == figure]
    return row


def test_a_closed_port_is_felt_in_demand_and_not_in_readiness(tour: Path) -> None:
    tables = _asked(tour, "scenario", "compare", "port-closed", "--days", "120")
    assert abs(_change(tables, "readiness")["difference"]) < 0.002
    met = _change(tables, "demand met at once")
    assert met["high"] < 0


def test_reactions_help_and_do_not_hide_what_the_fire_costs(tour: Path, written: Path) -> None:
    helped, calm, depot = (str(written / f"{name}.toml") for name in ("helped", "calm", "depot"))
    plain = _change(_asked(tour, "scenario", "compare", helped), "readiness")
    fire = _change(_asked(tour, "scenario", "compare", helped, "--against", calm), "readiness")
    help_ = _change(_asked(tour, "scenario", "compare", helped, "--against", depot), "readiness")
    assert fire["high"] < 0 < help_["low"]
    assert fire["difference"] < plain["difference"] < 0


def test_the_depot_is_the_worst_site(tour: Path) -> None:
    tables = _asked(
        tour, "stress", "--kind", "site", "--days", "120", "--for-days", "30", "--one-method",
        "--pairs", "0", "--constraints", "0",
    )  # fmt: skip
    first, second = [row for row in tables["ranking"] if row["kind"] == "site"][:2]
    assert first["name"] == "DEU:DEPOT-HEIDE"
    assert first["low"] > second["high"]


def test_a_notebook_meets_a_store(tour: Path) -> None:
    text = (DOCS / "guides/simulate-in-a-notebook.md").read_text("utf-8")
    (block,) = [b for b in re.findall(r"^```python\n(.*?)^```", text, re.M | re.S) if "def " in b]
    names: dict[str, Any] = {}
    exec(compile(block, "guide", "exec"), names)
    case = names["case_of"](str(tour), "XAG")
    assert len(case.network.cells)
    assert case.targets.reach["site"]
    assert case.left_out.height
    assert case.label
