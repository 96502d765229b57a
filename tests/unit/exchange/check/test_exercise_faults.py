"""The exercise coalition, written in its national forms, read back and checked."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from redball.exchange.check import Check, Known, check_package
from redball.exchange.package import Manifest, read_package, write_package
from redball.synthetic import FAULTS, exercise_coalition

NOW = datetime(2026, 2, 2, tzinfo=UTC)
SUFFIX = {"zip": ".zip", "workbook": ".xlsx"}


@pytest.fixture(scope="module")
def checks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Check]:
    folder = tmp_path_factory.mktemp("coalition")
    found: dict[str, Check] = {}
    for sent in exercise_coalition():
        manifest = Manifest(
            owner=sent.owner, as_of=sent.as_of, label=sent.label, cadence_days=sent.cadence_days
        )
        path = folder / f"{sent.owner}{SUFFIX.get(sent.form, '')}"
        write_package(path, sent.tables, manifest, mapping=sent.mapping, form=sent.form)
        found[sent.owner] = check_package(read_package(path), now=NOW)
    return found


def test_every_deliberate_fault_is_found_and_nothing_else_is_refused(
    checks: dict[str, Check],
) -> None:
    skipped = {(name, key) for name, t in checks["POL"].tables.items() for key in t.skipped_keys}
    assert skipped == {(fault.table, fault.key) for fault in FAULTS}
    assert checks["POL"].counts["errors"] == len(FAULTS)


def test_the_other_nations_packages_have_no_errors_in_any_form(checks: dict[str, Check]) -> None:
    for owner, check in checks.items():
        if owner != "POL":
            errors = check.issues.filter(pl.col("severity") == "error")
            assert (owner, errors.rows()) == (owner, [])


def test_rows_of_others_become_known_once_they_are_stored(checks: dict[str, Check]) -> None:
    hidden = checks["DEU"].issues.filter(pl.col("rule") == "reference-undisclosed")
    assert hidden["severity"].unique().to_list() == ["warning"]
    visible = {
        name: pl.DataFrame({"owner": "XAG", "key": t.frame["key"]})
        for name, t in checks["XAG"].tables.items()
    }
    known = Known(keys=visible).foreign("site", "DEU").to_list()
    assert set(hidden.filter(pl.col("value").str.starts_with("XAG:"))["value"]) & set(known)


def test_old_data_cost_timeliness(checks: dict[str, Check], tmp_path: Path) -> None:
    assert checks["EST"].score.timeliness < 0.5
    assert checks["DEU"].score.timeliness == 1
