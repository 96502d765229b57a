"""Where supply comes from: shares counted by hand, unknown origin, prices; who owns whom."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from redball.model import Groups
from redball.risk.ownership import organisations, owner_named
from redball.risk.tiers import origins

NONE = np.empty(0, np.int32)


def alone(name: str, rows: int) -> Groups:
    return Groups(name, np.arange(rows, dtype=np.int32), ("",) * rows, pl.DataFrame())


def world(**item: Any) -> dict[str, Any]:
    return {
        "nation": [{"key": "DEU", "currency": "EUR"}],
        "party": [{"key": "A", "country": "NLD"}, {"key": "B", "country": "TWN"}, {"key": "C"}],
        "item": [{"key": "X", "price": 100.0, **item}, {"key": "Y", "price": 300.0}, {"key": "Z"}],
        "source": [
            {"item": "X", "party": "A", "share": 0.75},
            {"item": "X", "party": "B", "share": 0.25},
            {"item": "Y", "party": "C"},
        ],
    }


def test_shares_count_items_once_and_say_what_is_unknown(make_twin: Any) -> None:
    twin = make_twin(**world())
    found = origins(twin, alone("item", 3), alone("party", 3), np.arange(3, dtype=np.int32), NONE)
    rows = {row["country"]: row for row in found.shares.to_dicts()}
    assert list(rows) == ["NLD", "TWN", ""]
    assert [row["share"] for row in rows.values()] == pytest.approx([0.375, 0.125, 0.5])
    # X costs 100 and Y 300: 75, 25 and 300 of 400
    assert [row["value_share"] for row in rows.values()] == pytest.approx([0.1875, 0.0625, 0.75])
    assert found.hhi == pytest.approx(37.5**2 + 12.5**2 + 50**2)
    assert (found.unsourced, found.unpriced) == (1, 0)


def test_an_item_without_a_price_is_left_out_of_the_value_and_counted(make_twin: Any) -> None:
    twin = make_twin(**world(price=None))
    found = origins(twin, alone("item", 3), alone("party", 3), np.arange(3, dtype=np.int32), NONE)
    value = dict(found.shares.select("country", "value_share").iter_rows())
    assert value[""] == pytest.approx(1.0)
    assert found.unpriced == 1


def test_without_a_source_there_is_no_origin(make_twin: Any) -> None:
    twin = make_twin(**world())
    found = origins(twin, alone("item", 3), alone("party", 3), np.array([2], np.int32), NONE)
    assert (found.hhi, found.shares.height, found.unsourced) == (None, 0, 1)


def test_owners_of_owners_are_followed_step_by_step(make_twin: Any) -> None:
    twin = make_twin(
        party=[
            {"key": "A", "ultimate_parent": "B"},
            {"key": "B", "ultimate_parent": "C"},
            {"key": "C"},
        ]
    )
    parties = alone("party", 3)
    assert owner_named(twin, parties).tolist() == [1, 2, -1]
    assert organisations(twin, parties).parent.tolist() == [2, 2, 2]
