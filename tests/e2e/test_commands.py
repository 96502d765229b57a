"""Every verb with the real command: what it prints, its JSON, its exit code."""

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

Demo = tuple[Path, dict[str, Any]]


def store_of(demo: Demo) -> Path:
    return demo[0] / "coalition.sqlite"


def ask(run: Any, *arguments: object, code: int = 0) -> Any:
    answer = run(*arguments, "--json")
    assert answer.returncode == code, answer.stderr + answer.stdout
    return json.loads(answer.stdout)


@pytest.fixture(scope="module")
def run(here: Any) -> Any:
    """Answers are looked at here, not processes."""
    return here


def test_help_is_a_tour(process: Any) -> None:
    text = process("--help").stdout
    for word in ("demo", "picture", "findings", "exchange", "store", "items", "generate", "report"):
        assert word in text
    for verb in ("template", "check", "import", "willems"):
        assert verb in process("exchange", "--help").stdout


def test_version(process: Any) -> None:
    assert process("--version").stdout.startswith("redball 0.")


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


def test_fail_on_makes_findings_usable_in_a_pipeline(process: Any, demo: Demo) -> None:
    common = ("findings", "--store", store_of(demo), "--viewer", "XAG")
    assert process(*common).returncode == 0
    assert process(*common, "--fail-on", "critical").returncode == 1
    assert (
        process(*common, "--rule", "network-articulation", "--fail-on", "critical").returncode == 0
    )


def test_what_is_shown_does_not_change_what_fails(run: Any, demo: Demo) -> None:
    common = ("findings", "--store", store_of(demo), "--viewer", "XAG", "--rule", "single-source")
    answer = run(*common, "--level", "critical", "--fail-on", "serious", "--json")
    assert json.loads(answer.stdout)["findings"] == []
    assert answer.returncode == 1


@pytest.mark.parametrize("option", [("--rule", "no-such-rule"), ("--fail-on", "purple")])
def test_a_pipeline_with_a_typing_error_fails_loudly(
    run: Any, demo: Demo, option: tuple[str, str]
) -> None:
    answer = run("findings", "--store", store_of(demo), "--viewer", "XAG", *option)
    assert answer.returncode == 2
    assert option[1] in answer.stderr


def test_a_threshold_changes_what_is_found_and_is_named_in_the_result(run: Any, demo: Demo) -> None:
    common = ("findings", "--store", store_of(demo), "--viewer", "XAG", "--rule")
    limits = ("--threshold", "flow_share=0.9", "--threshold", "flow_share_serious=0.95")
    strict = ask(run, *common, "lane-concentration", *limits)
    plain = ask(run, *common, "lane-concentration")
    assert len(strict["findings"]) < len(plain["findings"])
    assert strict["origin"]["parameters"]["flow_share"] == 0.9
    assert run(*common, "single-source", "--threshold", "no_such=1").returncode == 2


def test_exercise_data_are_marked_on_every_output(run: Any, demo: Demo, tmp_path: Path) -> None:
    common = ("--store", store_of(demo), "--viewer", "XAG")
    for command in (("picture",), ("findings",), ("items", "candidates")):
        assert "EXERCISE" in run(*command, *common).stdout
        assert ask(run, *command, *common)["origin"]["exercise"] is True
    ask(run, "picture", *common, "--out", tmp_path)
    assert all("EXERCISE" in path.read_text("utf-8") for path in tmp_path.glob("by_*.csv"))


def test_a_viewer_nobody_knows_is_said(run: Any, demo: Demo) -> None:
    answer = run("picture", "--store", store_of(demo), "--viewer", "ZZZ")
    assert answer.returncode == 0
    assert "never sent data" in answer.stderr


def test_evidence_names_rows(run: Any, demo: Demo) -> None:
    document = ask(run, "findings", "--store", store_of(demo), "--viewer", "XAG")
    assert all(f["evidence"] for f in document["findings"] if f["level"] == "critical")


def test_evidence_shows_values_and_where_they_were_written(run: Any, demo: Demo) -> None:
    common = ("findings", "--store", store_of(demo), "--viewer", "DEU", "--rule")
    document = ask(run, *common, "stock-below-target", "--evidence")
    rows = [row for f in document["findings"] for row in f["evidence_rows"]]
    (holding, *_) = [r for r in rows if r["row"].startswith("holding DEU:BASE-BERGEN|M-FUEL")]
    assert holding["sheet"] == "Bestand.csv"
    raw = (demo[0] / "packages" / "deu" / "Bestand.csv").read_text("cp1252").splitlines()
    assert "M-FUEL" in raw[holding["line"] - 1]
    assert float(holding["values"]["quantity"]) > 0


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
    assert not store.exists()


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
    assert document["imported"] is False


def test_a_person_confirms_that_two_records_are_the_same(run: Any, own_store: Path) -> None:
    common = ("--store", own_store, "--viewer", "XAG")
    pairs = ask(run, "items", "candidates", *common)["candidates"]
    assert pairs
    first = pairs[0]
    ask(run, "items", "decide", first["item_a"], first["item_b"], "--same", "--by", "J4", *common)
    left = ask(run, "items", "candidates", *common)["candidates"]
    assert (first["item_a"], first["item_b"]) not in {(p["item_a"], p["item_b"]) for p in left}
    unknown = run("items", "decide", "DEU:none", first["item_b"], "--same", "--by", "J4", *common)
    assert unknown.returncode == 2


def test_template_and_store_verbs(run: Any, tmp_path: Path) -> None:
    ask(run, "exchange", "template", tmp_path / "t.xlsx", "--table", "holding")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert {"package", "holding"} <= set(book.sheetnames)
    assert "quantity" in [str(cell.value).strip("* ") for cell in book["holding"][1]]
    made = ask(run, "store", "init", "--store", tmp_path / "s.sqlite")
    assert made["engine"] == "sqlite"
    missing = run("store", "info", "--store", tmp_path / "missing.sqlite")
    assert missing.returncode == 4
    assert "redball store init" in missing.stderr or "missing.sqlite" in missing.stderr


def test_generate_makes_packages_that_come_in(run: Any, tmp_path: Path) -> None:
    made = ask(run, "generate", tmp_path / "g", "--size", "S")
    assert made["rows"]["holding"] == 10_000
    store = tmp_path / "g.sqlite"
    for package in made["packages"]:
        document = ask(run, "exchange", "import", package, "--store", store)
        assert document["imported"] is True
        assert document["counts"]["errors"] == 0
    info = ask(run, "store", "info", "--store", store)["info"]
    assert info["rows"]["holding"]["current"] == 10_000
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
    process: Any, arguments: tuple[str, ...], tmp_path: Path
) -> None:
    answer = process(*arguments, cwd=tmp_path)
    assert answer.returncode in (2, 3, 4)
    assert "Traceback" not in answer.stderr
    assert answer.stderr.strip()
