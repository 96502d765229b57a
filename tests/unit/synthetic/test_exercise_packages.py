"""Written by the exchange and read back, every package is sound but for Poland's faults."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from redball.exchange.check import Check, check_package
from redball.exchange.package import Manifest, read_package, write_package
from redball.synthetic import FAULTS, NationalPackage

NOW = datetime(2026, 1, 31, 8, tzinfo=UTC)
SUFFIX = {"zip": ".zip", "workbook": ".xlsx"}


def written(package: NationalPackage, folder: Path) -> Path:
    manifest = Manifest(
        owner=package.owner,
        as_of=package.as_of,
        label=package.label,
        title=package.title,
        exercise=package.exercise,
        cadence_days=package.cadence_days,
        mapping="mapping.toml" if package.mapping else None,
        content="full",
        content_by_table={},
    )
    path = folder / f"{package.owner.lower()}{SUFFIX.get(package.form, '')}"
    return write_package(path, package.tables, manifest, mapping=package.mapping, form=package.form)


@pytest.fixture(scope="module")
def checks(
    coalition: Sequence[NationalPackage], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Check]:
    folder = tmp_path_factory.mktemp("exercise")
    return {p.owner: check_package(read_package(written(p, folder)), now=NOW) for p in coalition}


def test_only_polands_package_has_errors(checks: dict[str, Check]) -> None:
    errors = {owner: check.counts["errors"] for owner, check in checks.items()}
    assert errors == {owner: (len(FAULTS) if owner == "POL" else 0) for owner in errors}


def test_the_check_skips_the_faulty_rows_and_keeps_every_other_one(
    checks: dict[str, Check], coalition: Sequence[NationalPackage]
) -> None:
    poland = next(p for p in coalition if p.owner == "POL")
    for name, frame in poland.tables.items():
        checked = checks["POL"].tables[name]
        faulty = sum(fault.table == name for fault in FAULTS)
        assert checked.rows_skipped == faulty, name
        assert checked.frame.height == frame.height - faulty, name


def test_every_kind_of_fault_is_reported_once(checks: dict[str, Check]) -> None:
    errors = checks["POL"].issues.filter(pl.col("severity") == "error")
    found = errors.group_by("table").len().sort("table").rows()
    told = pl.DataFrame({"table": [f.table for f in FAULTS]}).group_by("table").len()
    assert found == told.sort("table").rows()
    assert errors["rule"].n_unique() >= 12


def test_numbers_units_dates_and_codes_survive_the_nations_own_form(
    checks: dict[str, Check], coalition: Sequence[NationalPackage]
) -> None:
    for package in coalition:
        for name in ("item", "holding", "lane"):
            if name not in package.tables or package.owner == "POL":
                continue
            sent, got = package.tables[name], checks[package.owner].tables[name].frame
            for column in ("mass_kg", "expiry", "condition", "quantity", "distance_km", "mode"):
                if column not in sent.columns:
                    continue
                if sent[column].dtype == pl.Float64:
                    gap = (sent[column] - got[column]).abs() / sent[column].abs().clip(1e-9)
                    assert float(str(gap.max())) < 1e-9, (package.owner, name, column)
                else:
                    assert sent[column].to_list() == got[column].to_list()


def test_a_us_file_holds_pounds_and_month_first_dates(
    coalition: Sequence[NationalPackage], tmp_path: Path
) -> None:
    package = next(p for p in coalition if p.owner == "USA")
    folder = written(package, tmp_path)
    catalog = pl.read_csv(folder / "CATALOG.csv", infer_schema=False)
    kilograms = package.tables["item"]["mass_kg"]
    pounds = catalog["WEIGHT_LB"].cast(pl.Float64)
    assert ((pounds * 0.45359237 - kilograms).abs() < 1e-9).all()
    assert catalog["CLASS"].unique().is_in(["1", "2", "3", "4", "5", "7", "8", "9"]).all()
    stock = pl.read_csv(folder / "ON_HAND.csv", infer_schema=False)
    assert stock["COUNT_DATE"].str.contains(r"^\d\d/\d\d/\d{4}$").all()


def test_writing_twice_gives_the_same_bytes(
    coalition: Sequence[NationalPackage], tmp_path: Path
) -> None:
    for package in coalition:
        first, second = tmp_path / "1", tmp_path / "2"
        for folder in (first, second):
            folder.mkdir(exist_ok=True)
            written(package, folder)
    names = sorted(p.relative_to(first) for p in first.rglob("*") if p.is_file())
    assert names
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name
