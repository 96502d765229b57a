"""A tiny builder of twins: rows as dictionaries, with the language's defaults filled in."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

from redball.model import Finding, Groups, Label, Twin, build_twin, table
from redball.model.frames import frame_schema
from redball.risk import Thresholds, structural_findings

Rows = Sequence[Mapping[str, Any]]

FILL: dict[str, dict[str, Any]] = {
    "site": {"kind": "depot", "country": "DEU"},
    "party": {"kind": "supplier", "country": None},
    "item": {"supply_class": "NATO:II", "unit_of_issue": "EA", "reparable": False, "mass_kg": 1.0},
    "structure": {"quantity": 1.0, "essential": True},
    "system": {"kind": "land"},
    "source": {"lead_time_days": 30.0},
    "supply": {"input": "steel", "essential": True, "confidence": 1.0},
    "lane": {"mode": "road", "both_ways": False},
    "holding": {"quantity": 10.0, "condition": "serviceable", "reserved": 0.0},
    "demand": {"period_start": date(2026, 1, 1), "period_days": 30, "quantity": 5.0},
    "requirement": {"quantity": 5.0, "needed_by": date(2026, 6, 1), "nation": "DEU"},
    "order": {"quantity": 10.0, "ordered_on": date(2026, 1, 1), "status": "open"},
    "consignment": {"quantity": 10.0, "mode": "road", "status": "in_transit"},
    "nation": {"kind": "nation", "name": "Nation"},
}

LABELS = {
    1: Label("DEU", "UNCLASSIFIED", frozenset({"ALL"})),
    2: Label("NLD", "UNCLASSIFIED", frozenset({"ALL"})),
    3: Label("NLD", "RESTRICTED", frozenset({"DEU", "POL"})),
}


def make_twin(**tables: Rows) -> Twin:
    """Build a twin; ``owner`` and ``label`` (1: DEU to all) may be given per row."""
    frames = {}
    used = set()
    for name, rows in tables.items():
        schema = frame_schema(table(name))
        filled = []
        for i, row in enumerate(rows):
            base = {"owner": "DEU", "key": f"{name}-{i}", "label": 1, "since": 1, "sheet": name}
            full = {**base, "line": i + 2, **FILL.get(name, {}), **row}
            if "name" in schema and not full.get("name"):
                full["name"] = full["key"].title()
            unknown = set(full) - set(schema)
            assert not unknown, f"{name} has no {unknown}"
            filled.append({column: full.get(column) for column in schema})
            used.add(full["label"])
        frames[name] = pl.DataFrame(filled, schema=dict(schema))
    labels = {number: LABELS[number] for number in used}
    return build_twin(frames, labels, viewer="DEU", as_of=datetime(2026, 1, 31, tzinfo=UTC))


def make_groups(twin: Twin, name: str, *same: Sequence[str]) -> Groups:
    """Each record alone, but for the sets of ``OWNER:KEY`` that are the same."""
    rows = twin[name].height
    group = np.arange(rows, dtype=np.int32)
    for keys in same:
        members = [twin.find(name, key) for key in keys]
        group[members] = min(members)
    empty = pl.DataFrame(
        schema={"a_ix": pl.Int32, "b_ix": pl.Int32, "score": pl.Float64, "why": pl.String}
    )
    return Groups(name, group, ("",) * rows, empty)


def find(
    twin: Twin,
    rule: str = "",
    *,
    same_items: Sequence[Sequence[str]] = (),
    same_parties: Sequence[Sequence[str]] = (),
    **limits: Any,
) -> list[Finding]:
    """Findings of one rule."""
    found = structural_findings(
        twin,
        items=make_groups(twin, "item", *same_items),
        parties=make_groups(twin, "party", *same_parties),
        thresholds=Thresholds(**limits),
    )
    return [finding for finding in found if rule in ("", finding.rule)]


@pytest.fixture(name="make_twin")
def _make_twin() -> Callable[..., Twin]:
    return make_twin


@pytest.fixture(name="make_groups")
def _make_groups() -> Callable[..., Groups]:
    return make_groups


@pytest.fixture(name="find")
def _find() -> Callable[..., list[Finding]]:
    return find
