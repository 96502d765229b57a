"""Units of issue of recognised items: converted exactly or not at all."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

from redball.identity import unit_factors
from redball.model import BadUse, Groups, Label, build_twin, table
from redball.model.frames import frame_schema

EACH: dict[str, Any] = {"unit_of_issue": "EA"}
BOX_12 = {"unit_of_issue": "BX", "quantity_per_unit": 12.0, "content_unit": "EA"}
BOX_10 = {**BOX_12, "quantity_per_unit": 10.0}
BOX = {"unit_of_issue": "BX"}


def factors(*packs: dict[str, Any], group: list[int] | None = None) -> list[tuple[Any, ...]]:
    schema = frame_schema(table("item"))
    base = {"owner": "DEU", "label": 1, "since": 1, "sheet": "x.csv", "line": 2, "name": "x"}
    full = [{**base, "key": f"{i:02}", **pack} for i, pack in enumerate(packs)]
    item = pl.DataFrame({c: [r.get(c) for r in full] for c in schema}, schema=schema)
    labels = {1: Label("DEU")}
    twin = build_twin({"item": item}, labels, viewer="DEU", as_of=datetime(2026, 1, 1, tzinfo=UTC))
    groups = Groups(
        "item", np.array(group or [0] * len(packs), np.int32), ("",) * len(packs), pl.DataFrame()
    )  # fmt: skip
    frame = unit_factors(twin, groups)
    assert frame["item_ix"].to_list() == list(range(len(packs)))
    return frame.select("unit", "factor_to_group_unit", "group_unit").rows()


def test_boxes_of_twelve_and_single_pieces_add_up_in_pieces() -> None:
    assert factors(BOX_12, EACH) == [("BX", 12.0, "EA"), ("EA", 1.0, "EA")]


def test_boxes_of_different_content_add_up_in_what_they_hold() -> None:
    assert factors(BOX_12, BOX_10) == [("BX", 12.0, "EA"), ("BX", 10.0, "EA")]


def test_boxes_of_the_same_content_stay_boxes() -> None:
    assert factors(BOX_12, BOX_12) == [("BX", 1.0, "BX"), ("BX", 1.0, "BX")]


def test_a_box_of_unknown_content_is_never_guessed() -> None:
    assert factors(BOX, EACH) == [("BX", None, "EA"), ("EA", 1.0, "EA")]
    assert factors(BOX, BOX) == [("BX", None, None), ("BX", None, None)]


def test_a_kit_is_a_kit() -> None:
    assert factors({"unit_of_issue": "KT"}, {"unit_of_issue": "KT"}) == [("KT", 1.0, "KT")] * 2
    assert factors({"unit_of_issue": "KT"}, EACH) == [("KT", None, "EA"), ("EA", 1.0, "EA")]


def test_measures_convert_by_their_exact_factor_to_the_unit_most_members_use() -> None:
    rows = factors({"unit_of_issue": "KG"}, {"unit_of_issue": "LB"}, {"unit_of_issue": "KG"})
    assert rows == [("KG", 1.0, "KG"), ("LB", 0.45359237, "KG"), ("KG", 1.0, "KG")]


def test_mass_and_volume_do_not_convert() -> None:
    rows = factors({"unit_of_issue": "KG"}, {"unit_of_issue": "LI"}, {"unit_of_issue": "LI"})
    assert rows[0] == ("KG", None, "LI")


def test_a_record_alone_keeps_its_unit() -> None:
    assert factors(BOX, EACH, group=[0, 1]) == [("BX", 1.0, "BX"), ("EA", 1.0, "EA")]


def test_groups_of_another_twin_are_refused() -> None:
    with pytest.raises(BadUse, match="not of the items"):
        factors(EACH, group=[0, 0])
