"""The tables of the language are one truth: read from CSV, well formed, consistent."""

import csv
from importlib.resources import files

import pytest

from redball.model import BadUse, Kind, table, tables
from redball.model.frames import frame_schema, value_schema
from redball.model.schema import parse_type, row_attributes

NAMED_IN_THE_ISSUE = {
    "nation", "party", "site", "item", "structure", "system", "fleet", "source", "supply", "lane",
    "holding", "demand", "requirement", "order", "consignment", "hazard",
}  # fmt: skip


def test_every_table_of_the_language_is_there_with_its_own_file() -> None:
    assert set(tables()) >= NAMED_IN_THE_ISSUE
    folder = files("redball.model").joinpath("tables")
    shipped = {entry.name for entry in folder.iterdir() if entry.name.endswith(".csv")}
    assert shipped == {f"{name}.csv" for name in tables()} | {"_tables.csv", "_row.csv"}


@pytest.mark.parametrize("name", list(tables()))
def test_a_table_file_is_well_formed(name: str) -> None:
    text = files("redball.model").joinpath("tables").joinpath(f"{name}.csv").read_text("utf-8")
    rows = list(csv.reader(text.splitlines()))
    assert rows[0] == [
        "attribute",
        "type",
        "unit",
        "required",
        "default",
        "example",
        "description",
        "source",
    ]
    assert all(len(row) == 8 for row in rows)
    assert rows[1][0] == "key"
    spec = table(name)
    assert len(set(spec.names)) == len(spec.names)
    assert all(a.description for a in spec.attributes)
    assert not {"owner", "label", "since", "until", "sheet", "line"} & set(spec.names)


@pytest.mark.parametrize("name", list(tables()))
def test_references_point_to_the_table_itself_or_an_earlier_one(name: str) -> None:
    earlier = list(tables())[: list(tables()).index(name) + 1]
    assert set(table(name).refs.values()) <= set(earlier)


@pytest.mark.parametrize("name", list(tables()))
def test_a_derived_key_is_made_of_attributes_of_its_table(name: str) -> None:
    key = table(name)["key"]
    assert set(key.derived_from) <= set(table(name).names) - {"key"}
    if not key.derived:
        assert key.required


@pytest.mark.parametrize("name", list(tables()))
def test_an_example_is_given_for_every_required_attribute(name: str) -> None:
    missing = [
        a.name for a in table(name).attributes if a.required and not a.example and not a.derived
    ]
    assert missing == []


def test_types_are_parsed_with_their_bounds() -> None:
    number = parse_type("number(min>0,max=1)")
    assert (number.kind, number.above, number.minimum, number.maximum) == (
        Kind.NUMBER,
        0.0,
        None,
        1.0,
    )
    assert parse_type("enum(a|b)").choices == ("a", "b")
    assert parse_type("ref(item)").target == "item"


@pytest.mark.parametrize("text", ["", "colour", "enum(a", "Number(min=0)"])
def test_an_unknown_type_is_refused(text: str) -> None:
    with pytest.raises(BadUse):
        parse_type(text)


def test_an_unknown_table_or_attribute_names_those_that_exist() -> None:
    with pytest.raises(BadUse, match="holding"):
        table("stock")
    with pytest.raises(BadUse, match="quantity"):
        table("holding")["amount"]


def test_frames_carry_owner_attributes_label_and_provenance() -> None:
    spec = table("holding")
    assert list(value_schema(spec)) == list(spec.names)
    assert list(frame_schema(spec)) == ["owner", *spec.names, "label", "since", "sheet", "line"]
    assert [a.name for a in row_attributes()] == [
        "owner",
        "label",
        "since",
        "until",
        "sheet",
        "line",
    ]
