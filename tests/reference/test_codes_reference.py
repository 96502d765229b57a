"""Code tables against the published files, read in place."""

import csv
import json
import re
from fractions import Fraction
from pathlib import Path

import pytest

from redball.model.codes import (
    Nsn,
    UnitKind,
    check_code,
    nations_of_ncage,
    ncage_structures,
    ncb_table,
    parse_stock_number,
    units,
)
from redball.model.codes.unlocode import FUNCTIONS, UNUSABLE

DEAD = {"X", "D", "¦"}
"""Marks of Recommendation 20 for rows that are no longer to be used."""

MISPRINTED = {"APZ": 10}
"""Rows whose printed factor is wrong: it gives 3.1 g for the troy ounce, which has 31.1 g."""

_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_FACTOR = re.compile(r"^([0-9,. ]*?)\s*(?:x\s*)?(?:10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]*))?\s*(?:[a-zA-Zµ].*)?$")


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))


@pytest.fixture(scope="module")
def rec20(reference: Path) -> dict[str, dict[str, str]]:
    found = rows(reference / "interop" / "ref" / "unece-rec20-units-of-measure.csv")
    assert len(found) == 2136
    return {row["CommonCode"]: row for row in found}


@pytest.fixture(scope="module")
def ncs(reference: Path) -> list[dict[str, str]]:
    return rows(reference / "interop" / "ncs" / "ncb_codes.csv")


def test_the_nsn_of_the_ncs_brochure_is_read_as_published(reference: Path) -> None:
    answers = json.loads((reference / "interop" / "milstrip" / "known_answers.json").read_text())
    (answer,) = [row for row in answers if row["field"] == "NSN"]
    number = parse_stock_number(answer["raw"])
    assert isinstance(number, Nsn)
    assert answer["value"] == {
        "fsg": number.fsg,
        "fsc": number.fsc,
        "ncb": number.ncb,
        "niin": number.niin,
    }


def test_bureau_codes_and_their_flags_equal_the_reference(ncs: list[dict[str, str]]) -> None:
    expected = {(row["ncb"], row["iso3"], row["verified"].split()[0].lower()) for row in ncs}
    ours = {(row.code, row.nation, row.verified) for row in ncb_table().codes.values()}
    assert ours == expected


def test_unconfirmed_bureau_codes_warn_and_the_others_do_not(ncs: list[dict[str, str]]) -> None:
    for row in ncs:
        result = check_code("ncb", row["ncb"])
        assert not result.refused
        assert bool(result.problem) == row["verified"].startswith("NO")


def test_entity_code_structures_equal_the_reference(ncs: list[dict[str, str]]) -> None:
    expected = {(row["ncage_structure"], row["iso3"]) for row in ncs if row["ncage_structure"]}
    ours = {(row.structure, row.nation) for row in ncage_structures() if row.verified == "yes"}
    assert ours == expected


def test_a_code_of_each_structure_names_its_nation(ncs: list[dict[str, str]]) -> None:
    for row in ncs:
        if row["ncage_structure"]:
            code = row["ncage_structure"].replace("#", "7").replace("*", "Q")
            assert row["iso3"] in nations_of_ncage(code)


def test_the_cage_code_of_the_iuid_example_is_read(reference: Path) -> None:
    found = json.loads((reference / "interop" / "iuid" / "iuid.json").read_text())
    assert check_code("ncage", found["known_answers"][0]["eid"]).problem == ""


def test_every_recommendation_20_code_of_ours_is_live(rec20: dict[str, dict[str, str]]) -> None:
    coded = [row.rec20 for row in units().values() if row.rec20]
    assert len(coded) > 60
    assert [code for code in coded if rec20[code]["Status"] in DEAD] == []


def test_a_live_code_that_means_something_else_there_is_a_warning(
    rec20: dict[str, dict[str, str]],
) -> None:
    for row in units().values():
        live = row.ui in rec20 and rec20[row.ui]["Status"] not in DEAD
        if live and row.rec20 != row.ui and row.kind is not UnitKind.AMBIGUOUS:
            assert check_code("unit", row.ui).problem, row.ui
            assert rec20[row.ui]["Name"] in row.other_meaning


def test_codes_deleted_from_recommendation_20_are_not_read_as_such(
    rec20: dict[str, dict[str, str]],
) -> None:
    issue = {row.ui for row in units().values()}
    dead = [code for code, row in rec20.items() if row["Status"] in DEAD and code not in issue]
    assert len(dead) > 300
    assert all(check_code("unit", code).refused for code in dead)


def printed_factor(text: str) -> Fraction | None:
    """Read a factor of the file: decimal commas, blanks in numbers, powers in superscript."""
    match = _FACTOR.match(text)
    if match is None or not text:
        return None
    digits = match[1].replace(" ", "").replace(",", ".")
    number = Fraction(digits) if digits else Fraction(1)
    if "10" in text and match[2] is not None:
        number *= Fraction(10) ** int(match[2].translate(_SUPERSCRIPT) or 1)
    return number


def test_exact_factors_agree_with_the_rounded_ones_of_recommendation_20(
    rec20: dict[str, dict[str, str]],
) -> None:
    compared = 0
    for row in units().values():
        printed = printed_factor(rec20[row.rec20]["ConversionFactor"]) if row.rec20 else None
        if printed is not None and row.factor:
            printed *= MISPRINTED.get(row.rec20, 1)
            assert abs(printed / row.factor - 1) < Fraction(2, 10**6), row.code
            compared += 1
    assert compared > 50


def test_functions_and_unusable_statuses_are_those_of_unlocode(reference: Path) -> None:
    folder = reference / "interop" / "ref"
    functions = {r["FunctionCode"] for r in rows(folder / "unlocode-function-classifiers.csv")}
    assert set(FUNCTIONS) == functions - {"0"}
    statuses = {r["STStatus"] for r in rows(folder / "unlocode-status-indicators.csv")}
    assert set(UNUSABLE) <= statuses


def test_every_country_of_unlocode_begins_a_code(reference: Path) -> None:
    found = rows(reference / "interop" / "ref" / "unlocode-country-codes.csv")
    refused = [
        r["CountryCode"] for r in found if check_code("unlocode", r["CountryCode"] + "AAA").refused
    ]
    assert refused == []
