"""The verbs on stock with the real command: JSON, tables, page, store, tables as files, errors."""

import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

Demo = tuple[Path, dict[str, Any]]

OUTSIDE = re.compile(r"""(?:src|href)\s*=\s*["'](?:https?:)?//|@import|url\(\s*["']?https?:""")


@pytest.fixture(scope="module")
def run(here: Any) -> Any:
    """Answers are looked at here, not processes."""
    return here


def ask(run: Any, *arguments: object) -> dict[str, Any]:
    answer = run(*arguments, "--json")
    assert answer.returncode == 0, answer.stderr + answer.stdout
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def at(demo: Demo, viewer: str = "XAG") -> tuple[object, ...]:
    return "--store", demo[0] / "coalition.sqlite", "--viewer", viewer


VERBS: dict[str, tuple[object, ...]] = {
    "curve": ("--points", 4),
    "optimise": ("--budget", 1_000_000),
    "explain": ("--budget", 1_000_000, "--most", 20),
    "surge": ("--surge", "0:10:2", "--days", 15),
    "reserve": ("--duration", "days:60", "--budget", 100_000),
    "replenish": (),
    "placement": ("--time-limit", 20),
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_nation_gets_json_with_origin_label_and_assumptions(
    run: Any, demo: Demo, verb: str
) -> None:
    document = ask(run, "stock", verb, *at(demo, "DEU"), *VERBS[verb])
    assert document["kind"] == f"stock {verb}"
    assert document["origin"]["viewer"] == "DEU"
    assert document["origin"]["label"]
    assert document["origin"]["exercise"] is True
    assert len(document["origin"]["twin_hash"]) == 64
    assert document["assumptions"]
    assert document["said"]


def test_curve_of_the_coalition_with_support_on_a_page_in_tables_and_in_the_store(
    run: Any, demo: Demo, tmp_path: Path
) -> None:
    page, out = tmp_path / "curve.html", tmp_path / "csv"
    document = ask(
        run, "stock", "curve", *at(demo), "--points", 5, "--report", page, "--out", out, "--save"
    )
    curve = document["tables"]["curve"]
    costs = [row["cost"] for row in curve]
    assert costs == sorted(costs)
    values = [row["value"] for row in curve]
    assert values == sorted(values)
    assert all(row["readiness_with_support"] is not None for row in curve)
    assert document["figures"]["agreements on mutual support"] > 0
    assert document["figures"]["points"] == len(curve)
    money = sum(row["cost"] for row in document["tables"]["money_by_item"])
    assert money == pytest.approx(costs[-1])

    text = page.read_text("utf-8")
    assert not OUTSIDE.search(text)
    assert "EXERCISE" in text
    assert document["origin"]["label"] in text
    assert "Readiness against budget" in text
    assert text.lower().count("<!doctype html>") == 1

    written = pl.read_csv(out / "curve.csv", infer_schema_length=None)
    assert written["cost"].to_list() == pytest.approx(costs)
    assert "EXERCISE" in (out / "curve.csv").read_text("utf-8")

    listed = ask(run, "store", "results", *at(demo))
    assert document["kept_as"] in json.dumps(listed)
    kept = ask(run, "store", "result", document["kept_as"], *at(demo))
    assert kept["tables"] == document["tables"]
    assert kept["figures"] == document["figures"]
    assert kept["origin"]["twin_hash"] == document["origin"]["twin_hash"]
    other = run("store", "result", document["kept_as"], *at(demo, "NLD"), "--json")
    assert other.returncode != 0


def test_support_says_what_each_nation_gets(run: Any, demo: Demo) -> None:
    document = ask(run, "stock", "support", *at(demo))
    rows = document["tables"]["by_nation"]
    assert len(rows) >= 2
    given = sum(row["given_per_day"] for row in rows)
    assert given == pytest.approx(sum(row["received_per_day"] for row in rows))


def test_orders_are_imported_as_changes_and_not_proposed_again(
    run: Any, own_store: Path, tmp_path: Path
) -> None:
    where = "--store", own_store, "--viewer", "DEU"
    package = tmp_path / "orders"
    first = ask(run, "stock", "replenish", *where, "--orders-out", package)
    lines = {(row["site"], row["item"]) for row in first["tables"]["orders"]}
    assert lines
    (package / "manifest.toml").write_text(
        f'owner = "DEU"\nas_of = {first["origin"]["as_of"]}\ncontent = "changes"\nexercise = true\n'
    )
    done = ask(run, "exchange", "import", package, "--store", own_store)
    assert done["imported"] is True
    again = ask(run, "stock", "replenish", *where)
    assert not lines & {(row["site"], row["item"]) for row in again["tables"]["orders"]}


def test_bad_use_and_bad_data_say_what_where_and_how_to_mend(
    run: Any, demo: Demo, tmp_path: Path
) -> None:
    tables = tmp_path / "tables"
    tables.mkdir()
    (tables / "site.csv").write_text("key,name,kind,country\nA,Depot,depot,DEU\n")
    cases: list[tuple[int, tuple[object, ...], str]] = [
        (2, ("optimise", *at(demo)), "budget"),
        (2, ("optimise", *at(demo), "--target", "nation=FRA:0.9"), "FRA"),
        (2, ("surge", *at(demo)), "--surge"),
        (2, ("reserve", *at(demo), "--duration", "soon"), "exponential:60"),
        (2, ("curve",), "--viewer"),
        (3, ("curve", "--tables", tables), "table resupply"),
        (3, ("placement", "--tables", tables), "resupply"),
    ]
    for code, arguments, said in cases:
        answer = run("stock", *arguments)
        assert answer.returncode == code, (arguments, answer.stderr)
        assert said in answer.stderr
        assert "Traceback" not in answer.stderr
