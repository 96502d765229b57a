"""What a row is about, against a row-by-row reading of the same rules, for every table."""

import random
from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest

from redball.model import BadUse, Table, table, tables
from redball.model.facets import Known, facets, known_of
from redball.model.frames import value_schema
from redball.model.schema import Kind

OWNERS = ("DEU", "NLD")
CLASSES = ("NATO:II", "NATO:III", "US:IX")
COUNTRIES = ("BEL", "DEU", "POL")


def frame(name: str, *rows: Mapping[str, Any]) -> pl.DataFrame:
    schema = {"owner": pl.String(), **value_schema(table(name))}
    return pl.DataFrame({c: [row.get(c) for row in rows] for c in schema}, schema=schema)


WORLD = {
    "item": frame(
        "item",
        {"owner": "DEU", "key": "BOLT", "supply_class": "NATO:II"},
        {"owner": "DEU", "key": "FUEL", "supply_class": "NATO:III"},
        {"owner": "NLD", "key": "BOLT", "supply_class": "US:IX"},
    ),
    "system": frame(
        "system",
        {"owner": "DEU", "key": "IFV", "item": "BOLT"},
        {"owner": "DEU", "key": "BARE"},
    ),
    "site": frame(
        "site",
        {"owner": "DEU", "key": "A", "country": "DEU"},
        {"owner": "DEU", "key": "B", "country": "POL"},
        {"owner": "DEU", "key": "TWO WORDS", "country": "DEU"},
        {"owner": "NLD", "key": "A", "country": "BEL"},
    ),
    "party": frame(
        "party",
        {"owner": "DEU", "key": "UNIT", "site": "B"},
        {"owner": "DEU", "key": "FIRM", "country": "BEL", "site": "A"},
        {"owner": "DEU", "key": "GHOST"},
    ),
}
KNOWN = known_of(WORLD, {"DEU:A", "DEU:B", "DEU:TWO WORDS"})


def about(name: str, known: Known = KNOWN, **row: Any) -> tuple[str, str, str]:
    (found,) = facets(name, frame(name, {"key": "K", **row}), "DEU", known).rows()
    return found


@pytest.mark.parametrize(
    ("name", "row", "expected"),
    [
        ("holding", {"site": "A", "item": "BOLT"}, ("NATO:II", "DEU", "DEU:A")),
        ("holding", {"site": "NLD:A", "item": "NLD:BOLT"}, ("US:IX", "BEL", "*")),
        ("holding", {"site": "GONE", "item": "GONE"}, ("*", "*", "*")),
        ("holding", {"site": "TWO WORDS", "item": "FUEL"}, ("NATO:III", "DEU", "*")),
        ("structure", {"parent": "BOLT", "child": "FUEL"}, ("NATO:II NATO:III", "", "")),
        ("structure", {"parent": "BOLT", "child": "GONE"}, ("*", "", "")),
        ("lane", {"from_site": "B", "to_site": "A"}, ("", "DEU POL", "DEU:A DEU:B")),
        ("lane", {"from_site": "B", "to_site": "GONE"}, ("", "*", "*")),
        (
            "lane",
            {"from_site": "A", "to_site": "A", "carrier": "FIRM"},
            ("", "BEL DEU", "DEU:A"),
        ),
        ("fleet", {"unit": "UNIT", "system": "IFV"}, ("NATO:II", "POL", "DEU:B")),
        ("fleet", {"unit": "GHOST", "system": "BARE"}, ("*", "*", "*")),
        ("factor", {"item": "FUEL", "system": "IFV"}, ("NATO:II NATO:III", "", "")),
        ("factor", {"item": "FUEL"}, ("NATO:III", "", "")),
        ("supply", {"supplier": "FIRM", "customer": "FIRM"}, ("*", "BEL", "DEU:A")),
        (
            "source",
            {"party": "FIRM", "item": "BOLT", "origin_shares": "POL:0.7; DEU:0.3"},
            ("NATO:II", "BEL DEU POL", "DEU:A"),
        ),
        (
            "source",
            {"party": "FIRM", "item": "BOLT", "site": "B"},
            ("NATO:II", "BEL POL", "DEU:B"),
        ),
        ("target", {"supply_class": "NATO:I"}, ("NATO:I", "*", "*")),
        ("target", {"site": "A", "item": "FUEL"}, ("NATO:III", "DEU", "DEU:A")),
        ("resupply", {"site": "A"}, ("*", "DEU", "DEU:A")),
        ("support", {"giver": "DEU", "receiver": "NLD"}, ("*", "", "")),
        ("rate", {}, ("", "", "")),
        ("nation", {"country": "DEU"}, ("", "DEU", "*")),
        ("nation", {}, ("", "*", "*")),
        ("site", {"country": "DEU"}, ("", "DEU", "*")),
        ("site", {"key": "B", "country": "POL", "latitude": 52.0}, ("", "POL", "DEU:B")),
        ("party", {"site": "B"}, ("", "POL", "DEU:B")),
        ("party", {"country": "BEL"}, ("", "BEL", "*")),
        ("party", {"ultimate_parent": "FIRM"}, ("", "*", "*")),
        ("party", {"country": "POL", "ultimate_parent": "FIRM"}, ("", "BEL POL", "*")),
        ("system", {}, ("*", "", "")),
        ("hazard", {"country": "DEU"}, ("", "DEU", "*")),
        ("hazard", {"site": "A"}, ("", "DEU", "DEU:A")),
        ("hazard", {"site": "A", "latitude": 52.0, "longitude": 9.0}, ("", "*", "*")),
        ("hazard", {"site": "A", "lane": "L"}, ("", "*", "*")),
        ("hazard", {}, ("", "*", "*")),
        (
            "consignment",
            {"from_site": "A", "to_site": "B", "item": "BOLT", "order": "PO-1"},
            ("NATO:II", "DEU POL", "DEU:A DEU:B"),
        ),
        ("requirement", {"nation": "DEU", "item": "BOLT"}, ("NATO:II", "*", "*")),
    ],
)
def test_what_rows_are_about(
    name: str, row: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    assert about(name, **row) == expected


def test_without_named_sites_every_place_is_any_place() -> None:
    assert about("holding", known_of(WORLD), site="A", item="BOLT") == ("NATO:II", "DEU", "*")


def test_a_key_that_came_twice_with_two_meanings_says_nothing() -> None:
    twice = pl.concat([WORLD["item"], frame("item", {"owner": "DEU", "key": "BOLT",
                                                     "supply_class": "NATO:V"})])  # fmt: skip
    known = known_of({**WORLD, "item": twice})
    assert about("holding", known, site="A", item="BOLT")[0] == "*"
    assert about("holding", known, site="A", item="FUEL")[0] == "NATO:III"


def test_rows_of_several_owners_keep_their_scope_and_order() -> None:
    rows = frame("holding", {"owner": "NLD", "site": "A", "item": "BOLT"},
                 {"owner": "DEU", "site": "A", "item": "BOLT"})  # fmt: skip
    rows = rows.with_columns(pl.col("owner").cast(pl.Categorical))
    assert facets("holding", rows, None, KNOWN).rows() == [
        ("US:IX", "BEL", "*"),
        ("NATO:II", "DEU", "DEU:A"),
    ]


@pytest.mark.parametrize("column", ["site", "key"])
def test_a_missing_column_is_refused(column: str) -> None:
    with pytest.raises(BadUse, match=f"no column '{column}'"):
        facets("holding", frame("holding").drop(column), "DEU", KNOWN)


def test_a_frame_without_owners_is_refused() -> None:
    with pytest.raises(BadUse, match="owner"):
        facets("holding", frame("holding").drop("owner"), None, KNOWN)


@pytest.mark.parametrize("name", list(tables()))
def test_every_table_empty_and_saying_nothing(name: str) -> None:
    assert facets(name, frame(name), "DEU", KNOWN).is_empty()
    (silent,) = facets(name, frame(name, {"key": "K"}), "DEU", KNOWN).rows()
    assert set(silent) <= {"", "*"}
    assert (silent[1] == "") == (silent[2] == "")


@pytest.mark.parametrize("name", list(tables()))
def test_every_table_like_a_plain_reading(name: str) -> None:
    dice = random.Random(f"facets {name}")
    spec = table(name)
    rows = [{a.name: _drawn(spec, a.name, dice) for a in spec.attributes} for _ in range(400)]
    found = facets(name, frame(name, *rows), "DEU", KNOWN)
    for row, answer in zip(rows, found.rows(), strict=True):
        assert answer == plain(spec, row), row


def _drawn(spec: Table, name: str, dice: random.Random) -> Any:
    kind = spec[name].type
    if name == "key":
        return dice.choice(["A", "B", "K", "TWO WORDS"])
    choices: tuple[Any, ...] = (None,)
    if kind.kind is Kind.REF:
        keys = {"item": ["BOLT", "FUEL"], "site": ["A", "B", "TWO WORDS"], "system": ["IFV"],
                "party": ["UNIT", "FIRM", "GHOST"]}.get(kind.target, ["X"])  # fmt: skip
        choices = (None, *keys, *keys, "NLD:A", "NLD:BOLT", "GONE")
    elif kind.target == "supply_class":
        choices = (None, *CLASSES)
    elif kind.target == "country":
        choices = (None, *COUNTRIES)
    elif kind.target == "country,number":
        choices = (None, "POL:1", "POL:0.2;BEL:0.8")
    elif spec[name].unit == "deg":
        choices = (None, None, None, 50.0)
    return dice.choice(choices)


ITEM = {"DEU:BOLT": "NATO:II", "DEU:FUEL": "NATO:III", "NLD:BOLT": "US:IX"}
SYSTEM = {"DEU:IFV": "NATO:II"}
SITE = {"DEU:A": "DEU", "DEU:B": "POL", "DEU:TWO WORDS": "DEU", "NLD:A": "BEL"}
PARTY = {"DEU:UNIT": "POL", "DEU:FIRM": "BEL"}
MAIN_SITE = {"DEU:UNIT": "DEU:B", "DEU:FIRM": "DEU:A"}
NAMED = {"DEU:A", "DEU:B"}  # a key with a blank is never named


def plain(spec: Table, row: dict[str, Any]) -> tuple[str, str, str]:
    """The rules once more, one row at a time, from dictionaries."""
    refs = {n: ref if ":" in ref else f"DEU:{ref}" for n in spec.refs if (ref := row[n])}
    to = spec.refs
    country = [a.name for a in spec.attributes if a.type.target == "country"]
    classes = [row[a.name] for a in spec.attributes if a.type.target == "supply_class"]
    classes += [ITEM.get(r, "*") for n, r in refs.items() if to[n] == "item"]
    classes += [SYSTEM.get(r, "*") for n, r in refs.items() if to[n] == "system"]
    classed = {"item", "system"} & {*to.values(), spec.name}

    areas = [row[n] for n in country]
    if spec.name == "party":
        areas = [row["country"] or SITE.get(refs.get("site", ""), "*")]
    if spec.name == "site":
        areas = [row["country"] or "*"]
    areas += [SITE.get(r, "*") for n, r in refs.items() if to[n] == "site"]
    areas += [PARTY.get(r, "*") for n, r in refs.items() if to[n] == "party"]
    areas += [pair[:3] for pair in (row.get("origin_shares") or "").split(";") if pair]
    wide = spec.name == "hazard" and any(
        row[n] is not None for n in ("latitude", "longitude", "lane")
    )
    placed = bool(country) or "site" in to.values() or "party" in to.values()

    sites = [r for n, r in refs.items() if to[n] == "site"]
    if spec.name == "site":
        sites = [f"DEU:{row['key']}"]
    elif not sites and spec.name != "party":
        sites = [MAIN_SITE.get(r, "*") for n, r in refs.items() if to[n] == "party"]
    if spec.name not in ("site", "party") and any(row[n] for n in country):
        sites.append("*")
    sites = [s if s in NAMED else "*" for s in sites]
    return (
        _said(classes, bool(classed)),
        _said([*areas, *["*"] * wide], placed),
        _said([*sites, *["*"] * wide], placed),
    )


def _said(words: list[Any], possible: bool) -> str:
    told = {word for word in words if word}
    if not possible:
        return ""
    return "*" if "*" in told or not told else " ".join(sorted(told))
