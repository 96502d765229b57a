"""A depot, a base, a plant, a forge, and an ally: small enough to work every row out by hand."""

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
_NLD = {"owner": "NLD", "label": 3}

TABLES: dict[str, Rows] = {
    "nation": [{"key": "DEU", "currency": "EUR"}, {"key": "NLD", "currency": "EUR", **_NLD}],
    "rate": [{"key": "1", "currency": "USD", "day": date(2026, 1, 1), "per_eur": 1.25}],
    "site": [
        {"key": "BASE", "name": "Standort", "country": "DEU"},
        {"key": "DEPOT", "country": "DEU"},
        {"key": "FORGE", "country": "CZE"},
        {"key": "PLANT", "country": "POL"},
        {"key": "PORT", "country": "NLD"},
        {"key": "BASE", "country": "NLD", **_NLD},
        {"key": "DEPOT", "country": "NLD", **_NLD},
    ],
    "party": [
        {"key": "FAR", "kind": "supplier", "country": "USA"},
        {"key": "OWNER", "kind": "other", "country": "USA"},
        {"key": "SMITH", "kind": "manufacturer", "site": "FORGE", "country": "CZE",
         "ultimate_parent": "OWNER"},
        {"key": "SUP", "name": "Radio Works", "kind": "supplier", "site": "PLANT",
         "country": "POL", "ultimate_parent": "OWNER"},
        {"key": "U1", "kind": "unit", "site": "BASE"},
        {"key": "V1", "kind": "unit", "site": "BASE", **_NLD},
    ],
    "item": [
        {"key": "CARD", **_ITEM, "price": 50.0},
        {"key": "FUEL", **_ITEM, "supply_class": "NATO:III", "unit_of_issue": "LI", "price": 1.0},
        {"key": "RADIO", **_ITEM, "price": 1000.0, "reparable": True},
        {"key": "RATION", **_ITEM, "supply_class": "NATO:I", "shelf_life_days": 700},
        {"key": "ROOT", **_ITEM},
        {"key": "N-RADIO", **_NLD, **_ITEM, "price": 1100.0, "reparable": True},
        {"key": "N-ROOT", **_NLD, **_ITEM},
    ],
    "structure": [
        {"key": "1", "parent": "ROOT", "child": "RADIO", "quantity": 2.0, "essential": True},
        {"key": "2", "parent": "RADIO", "child": "CARD", "quantity": 1.0, "essential": True,
         "isolation": 0.4},
    ],
    "system": [{"key": "TANK", "item": "ROOT", "kind": "land"}],
    "fleet": [
        {"key": "1", "unit": "U1", "system": "TANK", "count": 10, "hours_per_day": 2.0},
        {"key": "2", "unit": "V1", "system": "DEU:TANK", "count": 8, "hours_per_day": 1.0, **_NLD},
    ],
    "factor": [
        {"key": "1", "item": "RADIO", "basis": "system_hour", "system": "TANK", "quantity": 0.01},
        {"key": "2", "item": "N-RADIO", "basis": "system_hour", "system": "DEU:TANK",
         "quantity": 0.01, **_NLD},
    ],
    "source": [
        {"key": "1", "party": "SUP", "item": "RADIO", "lead_time_days": 60.0, "share": 0.7,
         "lead_time_sd_days": 10.0, "capacity_per_month": 300.0, "minimum_order": 2.0,
         "unit_price": 1000.0, "currency": "USD"},
        {"key": "2", "party": "FAR", "item": "RADIO", "lead_time_days": 20.0, "share": 0.3},
        {"key": "3", "party": "SUP", "item": "CARD", "lead_time_days": 40.0},
        {"key": "4", "party": "FAR", "item": "FUEL", "lead_time_days": 10.0,
         "capacity_per_month": 30.0},
    ],
    "supply": [
        {"key": "1", "supplier": "SMITH", "customer": "SUP", "input": "Forged  frame",
         "share": 0.8, "essential": True, "confidence": 1.0},
        {"key": "2", "supplier": "FAR", "customer": "SUP", "input": "forged frame", "share": 0.2,
         "essential": True, "confidence": 0.5},
        {"key": "3", "supplier": "FAR", "customer": "SUP", "input": "paint", "essential": False,
         "confidence": 1.0},
    ],
    "lane": [
        {"key": "1", "from_site": "PLANT", "to_site": "PORT", "mode": "sea", "both_ways": False,
         "transit_days": 4.0, "transit_sd_days": 2.0, "capacity_t_per_day": 5.0,
         "cost_per_t": 12.5, "currency": "USD", "co2e_kg_per_t": 3.0},
        {"key": "2", "from_site": "PORT", "to_site": "DEPOT", "mode": "rail", "both_ways": True,
         "transit_days": 2.0},
        {"key": "3", "from_site": "PLANT", "to_site": "DEPOT", "mode": "pipeline",
         "both_ways": True, "transit_days": 1.0},
        {"key": "4", "from_site": "DEPOT", "to_site": "BASE", "mode": "road", "both_ways": True,
         "transit_days": 1.0},
        {"key": "5", "from_site": "FORGE", "to_site": "PLANT", "mode": "road", "both_ways": True,
         "transit_days": 3.0},
    ],
    "holding": [
        {"key": "1", "site": "DEPOT", "item": "RADIO", "quantity": 6.0, "condition": "serviceable",
         "reserved": 2.0},
        {"key": "2", "site": "DEPOT", "item": "RADIO", "quantity": 3.0,
         "condition": "unserviceable", "reserved": 0.0},
        {"key": "3", "site": "BASE", "item": "RATION", "lot": "A", "quantity": 50.0,
         "condition": "serviceable", "reserved": 0.0, "expiry": date(2026, 3, 2)},
        {"key": "4", "site": "BASE", "item": "RATION", "lot": "B", "quantity": 9.0,
         "condition": "serviceable", "reserved": 0.0, "expiry": date(2026, 1, 30)},
        {"key": "5", "site": "BASE", "item": "RATION", "lot": "C", "quantity": 7.0,
         "condition": "quarantine", "reserved": 0.0},
    ],
    "order": [
        {"key": "1", "supplier": "SUP", "item": "RADIO", "site": "DEPOT", "quantity": 4.0,
         "ordered_on": date(2026, 1, 1), "due_on": date(2026, 2, 10), "status": "open"},
        {"key": "2", "supplier": "SUP", "item": "RADIO", "site": "DEPOT", "quantity": 5.0,
         "ordered_on": date(2025, 1, 1), "due_on": date(2026, 1, 10), "status": "received"},
    ],
    "consignment": [
        {"key": "1", "from_site": "PORT", "to_site": "DEPOT", "item": "RADIO", "quantity": 1.0,
         "mode": "rail", "status": "in_transit", "expected_on": date(2026, 1, 29)},
        {"key": "2", "from_site": "PORT", "to_site": "DEPOT", "item": "RADIO", "quantity": 4.0,
         "mode": "rail", "status": "in_transit", "expected_on": date(2026, 2, 1), "order": "1"},
    ],
    "resupply": [
        {"key": "1", "site": "BASE", "from_site": "DEPOT", "ship_days": 3.0, "ship_sd_days": 1.0},
        {"key": "2", "site": "DEPOT", "ship_days": 90.0},
        {"key": "1", "site": "BASE", "from_site": "DEPOT", "ship_days": 2.0, **_NLD},
        {"key": "2", "site": "DEPOT", "ship_days": 120.0, **_NLD},
    ],
    "repair": [
        {"key": "1", "site": "BASE", "item": "RADIO", "repair_days": 4.0, "repaired_share": 0.5},
        {"key": "2", "site": "DEPOT", "item": "RADIO", "repair_days": 20.0, "repaired_share": 0.9,
         "repair_sd_days": 5.0, "servers": 2},
        {"key": "1", "site": "DEPOT", "item": "N-RADIO", "repair_days": 30.0,
         "repaired_share": 1.0, **_NLD},
    ],
    "policy": [
        {"key": "1", "site": "BASE", "item": "RATION", "kind": "reorder_up_to",
         "reorder_point": 20.0, "order_up_to": 60.0},
    ],
    "target": [],
    "support": [],
}  # fmt: skip
"""Sorted: sites BASE 0, DEPOT 1, FORGE 2, PLANT 3, PORT 4, NLD:BASE 5, NLD:DEPOT 6; items CARD 0,
FUEL 1, RADIO 2, RATION 3, ROOT 4, N-RADIO 5, N-ROOT 6."""


def _frame(name: str, records: Rows) -> pl.DataFrame:
    schema = frame_schema(table(name))
    base = {"owner": "DEU", "label": 1, "since": 1, "sheet": "x.csv", "line": 2}
    full = [{**base, **record} for record in records]
    return pl.DataFrame({c: [r.get(c) for r in full] for c in schema}, schema=schema)


@pytest.fixture
def world() -> World:
    """Make the twin of DEU, with some tables given anew and rows added by ``also``."""

    def make(*, also: dict[str, Rows] | None = None, viewer: str = "DEU", **tables: Rows) -> Twin:
        given = {**TABLES, **tables}
        for name, rows in (also or {}).items():
            given[name] = [*given.get(name, []), *rows]
        frames = {name: _frame(name, rows) for name, rows in given.items()}
        moment = datetime(2026, 1, 31, 12, tzinfo=UTC)
        return build_twin(frames, LABELS, viewer=viewer, as_of=moment)

    return make


@pytest.fixture
def rows_of() -> dict[str, Rows]:
    """Give the rows of the world, to be changed."""
    return {name: [dict(row) for row in rows] for name, rows in TABLES.items()}


@pytest.fixture
def same_radio() -> Groups:
    """DEU:RADIO and NLD:N-RADIO are one article, DEU:ROOT and NLD:N-ROOT another."""
    group = np.array([0, 1, 2, 3, 4, 2, 4], np.int32)
    return Groups("item", group, ("",) * 7, pl.DataFrame())


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
