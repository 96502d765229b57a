"""Every verb with the real command: what it prints, its JSON, its exit code."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

Demo = tuple[Path, dict[str, Any]]


def store_of(demo: Demo) -> Path:
    return demo[0] / "coalition.sqlite"


def ask(run: Any, *arguments: object, code: int = 0) -> Any:
    answer = run(*arguments, "--json")
    assert answer.returncode == code, answer.stderr + answer.stdout
    return json.loads(answer.stdout)


def test_help_is_a_tour(run: Any) -> None:
    text = run("--help").stdout
    for word in ("demo", "picture", "findings", "exchange", "store", "items", "generate", "report"):
        assert word in text
    for verb in ("template", "check", "import", "willems"):
        assert verb in run("exchange", "--help").stdout


def test_version(run: Any) -> None:
    assert run("--version").stdout.startswith("redball 0.")


def test_each_viewer_sees_another_picture(run: Any, demo: Demo) -> None:
    seen = {
        viewer: ask(run, "picture", "--store", store_of(demo), "--viewer", viewer)
        for viewer in ("XAG", "DEU", "USA")
    }
    hashes = {document["origin"]["twin_hash"] for document in seen.values()}
    assert len(hashes) == 3


def test_one_table_of_the_picture(run: Any, demo: Demo) -> None:
    document = ask(
        run, "picture", "--store", store_of(demo), "--viewer", "XAG", "--table", "shared_items"
    )
    assert list(document["tables"]) == ["shared_items"]
    answer = run("picture", "--store", store_of(demo), "--viewer", "XAG", "--table", "nonsense")
    assert answer.returncode == 2
    assert "by_nation" in answer.stderr


def test_tables_are_written_with_their_label(run: Any, demo: Demo, tmp_path: Path) -> None:
    ask(run, "picture", "--store", store_of(demo), "--viewer", "XAG", "--out", tmp_path / "csv")
    text = (tmp_path / "csv" / "by_nation.csv").read_text("utf-8")
    assert "RESTRICTED" in text


def test_fail_on_makes_findings_usable_in_a_pipeline(run: Any, demo: Demo) -> None:
    common = ("findings", "--store", store_of(demo), "--viewer", "XAG")
    assert run(*common).returncode == 0
    assert run(*common, "--fail-on", "critical").returncode == 1
    assert run(*common, "--rule", "no-such-rule", "--fail-on", "critical").returncode == 0
    assert run(*common, "--fail-on", "purple").returncode == 2


def test_a_threshold_changes_what_is_found(run: Any, demo: Demo) -> None:
    common = ("findings", "--store", store_of(demo), "--viewer", "XAG")
    names = {row["threshold"] for row in ask(run, *common, "--thresholds")["thresholds"]}
    assert names
    assert run(*common, "--threshold", "no_such=1").returncode == 2


def test_evidence_names_rows(run: Any, demo: Demo) -> None:
    document = ask(run, "findings", "--store", store_of(demo), "--viewer", "XAG")
    assert all(f["evidence"] for f in document["findings"] if f["level"] == "critical")


def test_the_picture_can_be_asked_for_a_past_moment(run: Any, demo: Demo) -> None:
    store = store_of(demo)
    early = ask(run, "picture", "--store", store, "--viewer", "XAG", "--as-of", "2025-01-01")
    assert early["origin"]["revision"] == 0
    assert early["tables"]["by_nation"] == []
    assert run("picture", "--store", store, "--viewer", "XAG", "--as-of", "noon").returncode == 2


def test_importing_the_same_package_again_changes_nothing(run: Any, demo: Demo) -> None:
    store, package = store_of(demo), demo[0] / "packages" / "deu"
    before = ask(run, "store", "info", "--store", store)
    again = ask(run, "exchange", "import", package, "--store", store)
    assert again["result"]["unchanged"] is True
    assert ask(run, "store", "info", "--store", store)["info"]["rows"] == before["info"]["rows"]


def test_a_faulty_package_is_not_imported_unless_asked(
    run: Any, demo: Demo, tmp_path: Path
) -> None:
    store, package = tmp_path / "s.sqlite", demo[0] / "packages" / "pol.zip"
    refused = ask(run, "exchange", "import", package, "--store", store, code=3)
    assert refused["imported"] is False
    with sqlite3.connect(store) as connection:
        assert connection.execute("select count(*) from holding").fetchone() == (0,)


def test_check_reports_sheet_row_column_rule_value_and_mend(
    run: Any, demo: Demo, tmp_path: Path
) -> None:
    package, workbook = demo[0] / "packages" / "pol.zip", tmp_path / "errors.xlsx"
    document = ask(run, "exchange", "check", package, "--workbook", workbook, code=3)
    errors = [i for i in document["issues"] if i["severity"] == "error"]
    assert errors
    assert all(i["sheet"] and i["rule"] and i["message"] and i["mend"] for i in errors)
    assert any(i["line"] and i["column"] and i["value"] for i in errors)
    assert workbook.stat().st_size > 5000
    assert 0 < document["score"]["overall"] < 1


def test_a_dry_run_shows_the_difference_and_makes_no_store(
    run: Any, demo: Demo, tmp_path: Path
) -> None:
    store, package = tmp_path / "none.sqlite", demo[0] / "packages" / "xag"
    fresh = ask(run, "exchange", "import", package, "--store", store, "--dry-run")
    assert sum(t["added"] for t in fresh["result"]["tables"]) > 0
    assert not store.exists()
    document = ask(
        run,
        "exchange",
        "import",
        demo[0] / "packages" / "xag",
        "--store",
        store_of(demo),
        "--dry-run",
    )
    assert document["result"]["dry_run"] is True


def test_a_person_confirms_that_two_records_are_the_same(run: Any, tmp_path: Path) -> None:
    ask(run, "demo", "--dir", tmp_path / "d")
    store = tmp_path / "d" / "coalition.sqlite"
    common = ("--store", store, "--viewer", "XAG")
    pairs = ask(run, "items", "candidates", *common)["candidates"]
    assert pairs
    first = pairs[0]
    ask(run, "items", "decide", first["item_a"], first["item_b"], "--same", "--by", "J4", *common)
    left = ask(run, "items", "candidates", *common)["candidates"]
    assert (first["item_a"], first["item_b"]) not in {(p["item_a"], p["item_b"]) for p in left}
    unknown = run("items", "decide", "DEU:none", first["item_b"], "--same", "--by", "J4", *common)
    assert unknown.returncode == 2


def test_template_and_store_verbs(run: Any, tmp_path: Path) -> None:
    ask(run, "exchange", "template", tmp_path / "t.xlsx")
    assert (tmp_path / "t.xlsx").stat().st_size > 10_000
    made = ask(run, "store", "init", "--store", tmp_path / "s.sqlite")
    assert made["engine"] == "sqlite"
    missing = run("store", "info", "--store", tmp_path / "missing.sqlite")
    assert missing.returncode == 4
    assert "redball store init" in missing.stderr or "missing.sqlite" in missing.stderr


def test_generate_makes_packages_that_come_in(run: Any, tmp_path: Path) -> None:
    made = ask(run, "generate", tmp_path / "g", "--size", "S")
    assert made["rows"]["holding"] == 10_000
    for package in made["packages"]:
        document = ask(run, "exchange", "check", package)
        assert document["counts"]["errors"] == 0, document["issues"][:3]
        break
    again = run("generate", tmp_path / "g", "--size", "S")
    assert again.returncode == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("picture",),
        ("findings", "--viewer", "deu", "--store", "x.sqlite"),
        ("generate",),
        ("exchange", "check", "no-such-package"),
    ],
)
def test_bad_use_ends_in_a_message_not_a_trace(
    run: Any, arguments: tuple[str, ...], tmp_path: Path
) -> None:
    answer = run(*arguments, cwd=tmp_path)
    assert answer.returncode in (2, 3, 4)
    assert "Traceback" not in answer.stderr
    assert answer.stderr.strip()
