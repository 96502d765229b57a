"""A small depot and a base, with a supplier, as rows to build twins from."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from redball.model import Label, Twin, build_twin, table
from redball.model.frames import frame_schema

TODAY = date(2026, 1, 31)
LABELS = {
    1: Label("DEU", "UNCLASSIFIED", frozenset({"ALL"})),
    2: Label("DEU", "RESTRICTED"),
    3: Label("NLD", "UNCLASSIFIED", frozenset({"ALL"})),
    4: Label("DEU", "CONFIDENTIAL", frozenset({"NLD"})),
}
EACH = {"unit_of_issue": "EA", "supply_class": "NATO:II", "reparable": False, "currency": "EUR"}
MakeTwin = Callable[..., Twin]


def frame(name: str, *records: dict[str, Any]) -> pl.DataFrame:
    schema = frame_schema(table(name))
    base = {"owner": "DEU", "label": 1, "since": 1, "sheet": "x.csv", "line": 2}
    full = [{**base, **record} for record in records]
    return pl.DataFrame({c: [r.get(c) for r in full] for c in schema}, schema=schema)


def build(**tables: list[dict[str, Any]]) -> Twin:
    world: dict[str, list[dict[str, Any]]] = {
        "nation": [{"key": "DEU", "currency": "EUR"}],
        "site": [{"key": "BASE"}, {"key": "DEPOT"}, {"key": "WERK"}],
        "party": [{"key": "S1", "name": "Alpha", "kind": "supplier", "site": "WERK"},
                  {"key": "S2", "name": "Beta", "kind": "supplier"}],
        "item": [{"key": "I", **EACH}, {"key": "J", **EACH}],
        "source": [{"key": "1", "party": "S1", "item": "I", "lead_time_days": 30.0,
                    "unit_price": 10.0, "currency": "EUR"}],
        **tables,
    }  # fmt: skip
    frames = {name: frame(name, *records) for name, records in world.items() if records}
    return build_twin(
        frames, LABELS, viewer="DEU", as_of=datetime(2026, 1, 31, 12, tzinfo=UTC)
    )  # fmt: skip


@pytest.fixture
def make_twin() -> MakeTwin:
    """Builds a twin; a table that is given replaces the one of the small world."""
    return build


@pytest.fixture
def today() -> date:
    return TODAY
