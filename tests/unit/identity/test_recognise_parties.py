"""Parties: NCAGE merges; names without legal forms, with the country, propose."""

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from redball.identity import recognise_parties
from redball.model import Groups, Label, build_twin, table
from redball.model.frames import frame_schema

OWNERS = ("DEU", "NLD", "POL")
LABELS = {i: Label(owner, "UNCLASSIFIED", frozenset({"ALL"})) for i, owner in enumerate(OWNERS)}


def parties(*names: str | dict[str, Any], **options: Any) -> Groups:
    """One party for each owner in turn."""
    schema = frame_schema(table("party"))
    full = []
    for i, given in enumerate(names):
        base = {"owner": OWNERS[i], "label": i, "key": "p", "since": 1, "sheet": "x", "line": 2,
                "kind": "supplier"}  # fmt: skip
        full.append({**base, **({"name": given} if isinstance(given, str) else given)})
    frame = pl.DataFrame({c: [r.get(c) for r in full] for c in schema}, schema=schema)
    twin = build_twin(
        {"party": frame}, LABELS, viewer="DEU", as_of=datetime(2026, 1, 1, tzinfo=UTC)
    )  # fmt: skip
    return recognise_parties(twin, **options)


def test_one_ncage_is_one_party() -> None:
    groups = parties(
        {"name": "Hammerwerk", "ncage": "C1234"},
        {"name": "HW Forging", "ncage": " c1234"},
        {"name": "Hammerwerk", "ncage": "D1234"},
    )
    assert groups.group.tolist() == [0, 0, 2]
    assert groups.basis == ("ncage", "ncage", "")
    assert groups.table == "party"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Hammerwerk Nord GmbH", "HAMMERWERK NORD G.m.b.H."),
        ("Kuźnia Batory Sp. z o.o.", "Kuznia Batory"),
        ("Jansen Lagers B.V.", "Jansen Lagers BV"),
        ("Nordstål A/S", "Nordstal AS"),
        ("Aceros del Sur, S.A.", "Aceros del Sur"),
        ("Forge Ltd.", "The Forge Limited"),
    ],
)
def test_legal_forms_accents_and_full_stops_say_nothing(left: str, right: str) -> None:
    groups = parties(left, right)
    assert groups.group.tolist() == [0, 1]
    assert groups.candidates["score"].to_list() == [1.0]


def test_the_country_speaks_for_or_against_a_pair() -> None:
    name = "Hammerwerk Nord"
    here = parties({"name": name, "country": "DEU"}, {"name": name, "country": "DEU"})
    assert here.candidates["why"].to_list() == ["names 100 % alike; both in DEU"]
    there = [{"name": name, "country": "DEU"}, {"name": name, "country": "POL"}]
    assert parties(*there).candidates.is_empty()
    assert parties(*there, minimum_score=0.6).candidates["score"].to_list() == [0.6]


def test_another_ncage_lowers_a_little_because_one_company_has_several() -> None:
    groups = parties(
        {"name": "Hammerwerk", "ncage": "C1234"}, {"name": "Hammerwerk", "ncage": "D1"}
    )
    assert groups.candidates["score"].to_list() == [0.9]


def test_units_of_two_nations_with_one_name_are_two() -> None:
    unit = {"name": "1st Battalion", "kind": "unit"}
    assert parties(unit, unit).candidates.is_empty()


def test_a_name_of_legal_forms_alone_matches_nothing() -> None:
    assert parties("GmbH", "Sp. z o.o.").candidates.is_empty()
