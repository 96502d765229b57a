"""A reference to what the viewer is not shown is told from one that names nothing."""

from datetime import UTC, datetime

import polars as pl

from redball.model import Label, Twin, build_twin
from redball.model.frames import frame_schema
from redball.model.schema import table

OPEN = {1: Label("NLD", "UNCLASSIFIED", frozenset({"ALL"})), 2: Label("DEU")}


def rows(name: str, *given: dict[str, object]) -> pl.DataFrame:
    schema = frame_schema(table(name))
    base = {"label": 1, "since": 1, "sheet": "", "line": 0, "ship_days": 1.0}
    return pl.DataFrame([{c: {**base, **row}.get(c) for c in schema} for row in given], schema)


def seen() -> Twin:
    frames = {
        "site": rows("site", {"owner": "NLD", "key": "S", "name": "S", "kind": "depot",
                              "country": "NL"}),
        "item": rows("item", {"owner": "NLD", "key": "A", "name": "A", "supply_class": "NATO:II",
                              "unit_of_issue": "EA", "reparable": False}),
        "resupply": rows(
            "resupply",
            {"owner": "NLD", "key": "S|", "site": "S"},
            {"owner": "NLD", "key": "S|A", "site": "S", "item": "A"},
            {"owner": "NLD", "key": "S|SECRET", "site": "S", "item": "SECRET"},
            {"owner": "NLD", "key": "given by hand", "site": "S"},
            {"owner": "DEU", "key": "NLD.S|NLD.X", "site": "NLD:S", "item": "NLD:X", "label": 2},
        ),
    }  # fmt: skip
    return build_twin(frames, OPEN, viewer="DEU", as_of=datetime(2026, 1, 1, tzinfo=UTC))


def test_rows_that_name_a_hidden_item_are_told_from_rows_for_every_item() -> None:
    twin = seen()
    found = dict(zip(twin["resupply"]["key"], twin.unseen("resupply", "item"), strict=True))
    hidden = [key for key, unseen in found.items() if unseen]
    assert len(found) == 5
    assert sorted(key.split("#")[0] for key in hidden) == ["NLD.S|NLD.X", "S|?"]
    assert not any("SECRET" in key for key in found)


def test_a_masked_key_with_an_empty_part_names_nothing_there() -> None:
    frames = {
        "resupply": rows("resupply", {"owner": "NLD", "key": "HID|", "site": "HID"}),
    }
    twin = build_twin(frames, OPEN, viewer="DEU", as_of=datetime(2026, 1, 1, tzinfo=UTC))
    assert twin["resupply"]["key"].to_list() == ["?|#0"]
    assert twin.unseen("resupply", "site").to_list() == [True]
    assert twin.unseen("resupply", "item").to_list() == [False]


def test_an_attribute_that_the_key_does_not_hold_says_nothing() -> None:
    assert not seen().unseen("resupply", "from_site").any()
