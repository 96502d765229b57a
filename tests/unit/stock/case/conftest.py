"""Two nations with one tank: small enough to work every figure out by hand."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

from redball.model import Consumption, Groups, Label, Twin, build_twin, table
from redball.model.frames import frame_schema

Rows = list[dict[str, Any]]
World = Callable[..., Twin]
Uses = Callable[..., Consumption]

LABELS = {
    1: Label("DEU", "UNCLASSIFIED", frozenset({"ALL"})),
    2: Label("DEU", "RESTRICTED", frozenset({"NLD"})),
    3: Label("NLD", "UNCLASSIFIED", frozenset({"ALL"})),
}

_ITEM = {"unit_of_issue": "EA", "supply_class": "NATO:II", "price": 100.0, "currency": "EUR",
         "mass_kg": 2.0, "volume_m3": 0.01, "reparable": False}  # fmt: skip
_PART = {"quantity": 1.0, "essential": True}
_NLD = {"owner": "NLD", "label": 3}

TABLES: dict[str, Rows] = {
    "nation": [{"key": "DEU", "currency": "EUR"}, {"key": "NLD", "currency": "EUR", **_NLD}],
    "site": [
        {"key": "BASE"}, {"key": "BASE2"}, {"key": "DEPOT"},
        {"key": "BASE", **_NLD}, {"key": "DEPOT", **_NLD},
    ],
    "party": [
        {"key": "U1", "kind": "unit", "site": "BASE"},
        {"key": "U2", "kind": "unit", "site": "BASE2"},
        {"key": "V1", "kind": "unit", "site": "BASE", **_NLD},
    ],
    "item": [
        {"key": "CARD", **_ITEM, "price": 50.0},
        {"key": "GROUP", **_ITEM, "reparable": True},
        {"key": "LAMP", **_ITEM, "price": 10.0},
        {"key": "RADIO", **_ITEM, "price": 1000.0, "reparable": True},
        {"key": "ROOT", **_ITEM},
        {"key": "TYRE-A", **_ITEM, "price": 30.0}, {"key": "TYRE-B", **_ITEM, "price": 31.0},
        {"key": "N-RADIO", **_NLD, **_ITEM, "price": 1100.0, "reparable": True},
    ],
    "structure": [
        {"key": "1", "parent": "ROOT", "child": "RADIO", **_PART},
        {"key": "2", "parent": "ROOT", "child": "GROUP", **_PART, "quantity": 2.0},
        {"key": "3", "parent": "GROUP", "child": "LAMP", **_PART, "quantity": 3.0, "needed": 2.0},
        {"key": "4", "parent": "RADIO", "child": "CARD", **_PART, "isolation": 0.4},
        {"key": "5", "parent": "ROOT", "child": "TYRE-A", **_PART, "quantity": 8.0,
         "alternative": "tyre"},
        {"key": "6", "parent": "ROOT", "child": "TYRE-B", **_PART, "quantity": 8.0,
         "alternative": "tyre"},
    ],
    "system": [{"key": "TANK", "item": "ROOT", "kind": "land"}],
    "fleet": [
        {"key": "1", "unit": "U1", "system": "TANK", "count": 10, "hours_per_day": 2.0},
        {"key": "2", "unit": "U2", "system": "TANK", "count": 5, "hours_per_day": 4.0},
        {"key": "3", "unit": "V1", "system": "DEU:TANK", "count": 8, "hours_per_day": 1.0, **_NLD},
    ],
    "source": [
        {"key": "1", "party": "U1", "item": "CARD", "lead_time_days": 30.0, "share": 0.25},
        {"key": "2", "party": "U2", "item": "CARD", "lead_time_days": 60.0, "share": 0.75},
    ],
    "holding": [],
    "order": [],
    "consignment": [],
    "factor": [
        {"key": "1", "item": "RADIO", "basis": "system_hour", "system": "TANK", "quantity": 0.01},
        {"key": "2", "item": "LAMP", "basis": "system_hour", "system": "TANK", "quantity": 0.002},
        {"key": "3", "item": "N-RADIO", "basis": "system_hour", "system": "DEU:TANK",
         "quantity": 0.02, **_NLD},
    ],
    "resupply": [
        {"key": "1", "site": "BASE", "from_site": "DEPOT", "ship_days": 3.0},
        {"key": "2", "site": "BASE2", "from_site": "DEPOT", "ship_days": 5.0},
        {"key": "3", "site": "DEPOT", "ship_days": 90.0},
        {"key": "4", "site": "DEPOT", "item": "LAMP", "ship_days": 40.0},
        {"key": "1", "site": "BASE", "from_site": "DEPOT", "ship_days": 2.0, **_NLD},
        {"key": "2", "site": "DEPOT", "ship_days": 120.0, **_NLD},
    ],
    "repair": [
        {"key": "1", "site": "BASE", "item": "RADIO", "repair_days": 4.0, "repaired_share": 0.5},
        {"key": "2", "site": "DEPOT", "item": "RADIO", "repair_days": 20.0, "repaired_share": 0.9},
        {"key": "1", "site": "DEPOT", "item": "N-RADIO", "repair_days": 30.0,
         "repaired_share": 1.0, **_NLD},
    ],
    "policy": [
        {"key": "1", "site": "DEPOT", "item": "LAMP", "kind": "fixed_quantity",
         "reorder_point": 4.0, "quantity": 12.0},
        {"key": "2", "site": "DEPOT", "item": "RADIO", "kind": "fixed_quantity",
         "reorder_point": 1.0, "quantity": 3.0},
    ],
    "support": [],
}  # fmt: skip
"""Sorted by owner and key the items are CARD 0, GROUP 1, LAMP 2, RADIO 3, .., N-RADIO 7."""


def _frame(name: str, records: Rows) -> pl.DataFrame:
    schema = frame_schema(table(name))
    base = {"owner": "DEU", "label": 1, "since": 1, "sheet": "x.csv", "line": 2}
    full = [{**base, **record} for record in records]
    return pl.DataFrame({c: [r.get(c) for r in full] for c in schema}, schema=schema)


@pytest.fixture
def world() -> World:
    """Make the twin of DEU, with some tables given anew and rows added by ``also``."""

    def make(
        *,
        also: dict[str, Rows] | None = None,
        viewer: str = "DEU",
        labels: dict[int, Label] | None = None,
        **tables: Rows,
    ) -> Twin:
        given = {**TABLES, **tables}
        for name, rows in (also or {}).items():
            given[name] = [*given.get(name, []), *rows]
        frames = {name: _frame(name, rows) for name, rows in given.items()}
        moment = datetime(2026, 1, 31, 12, tzinfo=UTC)
        return build_twin(frames, labels or LABELS, viewer=viewer, as_of=moment)

    return make


@pytest.fixture
def same_radio() -> Groups:
    """DEU:RADIO and NLD:N-RADIO are one article."""
    group = np.arange(8, dtype=np.int32)
    group[7] = 3
    return Groups("item", group, ("",) * 8, pl.DataFrame())


@pytest.fixture
def uses() -> Uses:
    """Consumption from rows of site, item and rate."""

    def make(*rates: tuple[int, int, float], basis: str = "demand history") -> Consumption:
        schema = {"site_ix": pl.Int32, "item_ix": pl.Int32, "per_day": pl.Float64}
        frame = pl.DataFrame(list(rates), schema=schema, orient="row").with_columns(
            basis=pl.lit(basis), labels=pl.lit([0], pl.List(pl.Int32))
        )
        return Consumption(frame, date(2026, 1, 31), 365)

    return make


@pytest.fixture
def rows_of() -> dict[str, Rows]:
    """Give the rows of the world, to be changed."""
    return {name: [dict(row) for row in rows] for name, rows in TABLES.items()}
