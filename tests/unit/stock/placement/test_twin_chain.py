"""Chains of a twin: stages, arcs, what is left out, and the least cost by trying every schedule."""

from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import polars as pl
import pytest

from redball.model import BadData, Consumption, Label, Twin, build_twin, table
from redball.model.frames import frame_schema
from redball.stock.placement import chain_from_frames, chain_of_twin, place, price_schedule

LABELS = {0: Label("DEU", release=frozenset({"ALL"})), 1: Label("DEU", "SECRET")}
Rows = list[dict[str, Any]]
TABLES: dict[str, Rows] = {
    "nation": [{"key": "DEU", "currency": "EUR"}],
    "site": [{"key": "BASE"}, {"key": "DEPOT"}],
    "party": [{"key": "S", "kind": "supplier"}],
    "item": [
        {"key": "BOLT", "price": 2.0, "currency": "EUR"},
        {"key": "ENGINE", "price": 100.0, "currency": "EUR"},
    ],
    "structure": [{"key": "1", "parent": "ENGINE", "child": "BOLT", "quantity": 4.0}],
    "source": [
        {"key": "1", "party": "S", "item": "ENGINE", "lead_time_days": 6.0},
        {"key": "2", "party": "S", "item": "ENGINE", "lead_time_days": 9.0},
        {"key": "3", "party": "S", "item": "BOLT", "lead_time_days": 3.0},
    ],
    "resupply": [{"key": "1", "site": "BASE", "from_site": "DEPOT", "ship_days": 2.0}],
}


def twin_of(**changes: Rows) -> Twin:
    frames = {}
    for name, records in {**TABLES, **changes}.items():
        schema = frame_schema(table(name))
        base = {"owner": "DEU", "label": 0, "since": 1, "sheet": "x", "line": 1}
        full = [{**base, **r} for r in records]
        frames[name] = pl.DataFrame({c: [r.get(c) for r in full] for c in schema}, schema=schema)
    return build_twin(frames, LABELS, viewer="DEU", as_of=datetime(2026, 1, 31, tzinfo=UTC))


def use(*rows: tuple[int, int, float]) -> Consumption:
    schema = {"site_ix": pl.Int32, "item_ix": pl.Int32, "per_day": pl.Float64}
    frame = pl.DataFrame(list(rows), schema=schema, orient="row").with_columns(
        basis=pl.lit("demand history"), labels=pl.lit([0], pl.List(pl.Int32))
    )
    return Consumption(frame, date(2026, 1, 31), 365)


def test_an_assembly_is_made_of_parts_that_have_a_source() -> None:
    found = chain_of_twin(twin_of(), use((0, 1, 4.0)))
    stages = {row["stage"]: row for row in found.stages.iter_rows(named=True)}
    base, top, part = (f"DEU:{n}" for n in ("ENGINE @ DEU:BASE", "ENGINE @ DEU:DEPOT",
                                            "BOLT @ DEU:DEPOT"))  # fmt: skip
    assert set(stages) == {base, top, part}
    assert set(found.arcs.iter_rows()) == {(top, base, 1.0), (part, top, 4.0)}
    assert [stages[n]["stage_time_days"] for n in (base, top, part)] == [2.0, 6.0, 3.0]
    assert [stages[n]["added_cost"] for n in (base, top, part)] == [0.0, 92.0, 2.0]
    # Poisson demand of 4 a day
    assert (stages[base]["demand_mean"], stages[base]["demand_sd"]) == (4.0, 2.0)
    assert stages[top]["demand_mean"] is None


def test_the_least_cost_is_that_of_every_schedule_tried() -> None:
    found = chain_of_twin(twin_of(), use((0, 1, 4.0)))
    chain = chain_from_frames(
        found.stages.drop("item_ix", "site_ix"), found.arcs, aggregation="path", z=1.645
    )
    costs = []
    for days in product(range(12), repeat=3):
        if days[chain.names.index("DEU:ENGINE @ DEU:BASE")] == 0:
            try:
                costs.append(
                    price_schedule(
                        chain, dict(zip(chain.names, map(float, days), strict=True))
                    ).cost
                )
            except BadData:
                continue  # a stage would promise more than it can do
    best = place(chain)
    assert best.status == "optimal"
    assert best.cost == pytest.approx(min(costs))


def test_what_has_no_known_time_or_supplies_itself_is_left_out_and_named() -> None:
    found = chain_of_twin(twin_of(), use((0, 1, 4.0), (1, 0, 1.0)))
    assert found.left_out.is_empty()
    no_bolt = chain_of_twin(twin_of(source=TABLES["source"][:2]), use((0, 1, 4.0), (0, 0, 1.0)))
    assert no_bolt.left_out.rows() == [
        ("DEU:BOLT", "DEU:BASE", "no lead time of DEU:BOLT @ DEU:DEPOT is known")
    ]
    ring = [*TABLES["resupply"],
            {"key": "2", "site": "DEPOT", "from_site": "BASE", "ship_days": 1.0}]  # fmt: skip
    with pytest.raises(BadData, match="No demand that is seen has a chain"):
        chain_of_twin(twin_of(resupply=ring), use((0, 1, 4.0)))


def test_a_site_that_breaks_the_only_chain_is_in_the_labels() -> None:
    closed: Rows = [{"key": "BASE"}, {"key": "DEPOT", "label": 1}]
    sources = TABLES["source"][:2]
    found = chain_of_twin(twin_of(site=closed, source=sources), use((0, 0, 1.0), (0, 1, 1.0)))
    t = twin_of(site=closed, source=sources)
    (used,) = found.labels.to_list()
    assert "SECRET" in {t.labels[i].classification for i in used}
