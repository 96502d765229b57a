"""``redball forecast demand`` with the real command."""

import json
from pathlib import Path
from typing import Any

import pytest

Demo = tuple[Path, dict[str, Any]]


@pytest.fixture(scope="module")
def run(here: Any) -> Any:
    """Answers are looked at here, not processes."""
    return here


def test_the_forecast_of_the_coalition_is_written_kept_and_the_same(
    run: Any, demo: Demo, tmp_path: Path
) -> None:
    store = demo[0] / "coalition.sqlite"
    where = "--store", store, "--viewer", "XAG"
    page = tmp_path / "f.html"
    answer = run("forecast", "demand", *where, "--json", "--save", "--report", page)
    assert answer.returncode == 0, answer.stderr
    document = json.loads(answer.stdout)
    rows = document["tables"]["demand"]
    assert document["figures"]["items at sites"] == len(rows)
    assert sum(row["series"] for row in document["tables"]["methods"]) == len(rows)
    assert all(row["q0.8"] <= row["q0.99"] for row in rows)
    assert all(row["label"] for row in rows)
    assert document["assumptions"]
    assert "EXERCISE" in page.read_text("utf-8")
    kept = json.loads(run("store", "result", document["kept_as"], *where, "--json").stdout)
    assert kept["tables"] == document["tables"]


def test_tables_given_as_files(run: Any, tmp_path: Path) -> None:
    folder = tmp_path / "t"
    folder.mkdir()
    (folder / "site.csv").write_text("key,name,kind,country\nA,Depot,depot,DEU\n")
    (folder / "item.csv").write_text("key,name,supply_class\nX,Bolt,NATO:II\n")
    days = [f"2025-{month:02d}-01" for month in range(1, 13)]
    (folder / "demand.csv").write_text(
        "site,item,period_start,period_days,quantity\n"
        + "".join(f"A,X,{day},30,6\n" for day in days)
    )
    answer = run(
        "forecast", "demand", "--tables", folder, "--viewer", "DEU", "--lead-days", 30,
        "--as-of", "2026-01-05", "--json",
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    (row,) = json.loads(answer.stdout)["tables"]["demand"]
    # 72 in a year, over a lead time and a review of 30 days each
    assert row["mean"] == pytest.approx(12.0, rel=0.1)
    assert (row["site"], row["item"]) == ("DEU:A", "DEU:X")


@pytest.mark.parametrize(
    ("option", "value", "code", "said"),
    [
        ("--levels", "2", 2, "0.8,0.95"),
        ("--surge", "no-such-file.csv", 2, "no such file"),
        ("--period-days", "0", 2, "period-days"),
    ],
)
def test_bad_use_is_said(
    run: Any, demo: Demo, option: str, value: str, code: int, said: str
) -> None:
    answer = run(
        "forecast", "demand", "--store", demo[0] / "coalition.sqlite", "--viewer", "XAG",
        option, value,
    )  # fmt: skip
    assert answer.returncode == code
    assert said in answer.stderr
