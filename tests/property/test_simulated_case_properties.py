"""Whatever the tables hold, a case is a network in which nothing is forgotten."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from tests.often import often

from redball.model import Consumption, Label, Twin, build_twin, table
from redball.model.frames import frame_schema
from redball.planning.case import CaseOptions, SimulatedCase, simulated_case
from redball.simulation.events import run_events

Rows = list[dict[str, Any]]

LABELS = {
    0: Label("DEU", "UNCLASSIFIED", frozenset({"ALL"})),
    1: Label("DEU", "RESTRICTED", frozenset({"NLD"})),
}
SITES, ITEMS, PARTIES, DAY = 4, 4, 4, date(2026, 1, 31)
_ITEM = {"supply_class": "NATO:II", "unit_of_issue": "EA", "price": 10.0, "currency": "EUR",
         "mass_kg": 1.0}  # fmt: skip

sites, items, parties = (st.integers(0, n - 1) for n in (SITES, ITEMS, PARTIES))
days = st.floats(0.0, 400.0)
amounts = st.floats(0.01, 500.0)
labels = st.integers(0, 1)
sources = st.lists(st.tuples(parties, items, days, st.none() | st.floats(0, 1), labels), max_size=6)
supplies = st.lists(st.tuples(parties, parties, st.sampled_from("abc"), labels), max_size=8)
lanes = st.lists(st.tuples(sites, sites, st.booleans(), st.none() | days, labels), max_size=8)
holdings = st.lists(
    st.tuples(sites, items, amounts, st.floats(0, 600), st.none() | st.integers(-50, 900), labels),
    max_size=8,
)
repairs = st.lists(st.tuples(sites, items, st.floats(0.5, 90), st.floats(0, 1)), max_size=5)
demands = st.lists(st.tuples(sites, items, st.floats(1e-4, 200.0)), max_size=6)


def _frame(name: str, records: Rows) -> pl.DataFrame:
    schema = frame_schema(table(name))
    base = {"owner": "DEU", "label": 0, "since": 1, "sheet": "x", "line": 2}
    full = [{**base, "key": f"{n:03d}", **record} for n, record in enumerate(records)]
    return pl.DataFrame({c: [r.get(c) for r in full] for c in schema}, schema=schema)


@st.composite
def twins(draw: st.DrawFn) -> Twin:
    """Sites in a line, two items in a system and any suppliers, tiers, lanes and stock."""
    tables: dict[str, Rows] = {
        "site": [{"country": "DEU"} for _ in range(SITES)],
        "party": [
            *({"kind": "supplier", "site": f"{n:03d}" if n % 2 else None} for n in range(PARTIES)),
            {"kind": "unit", "site": "000"},
        ],
        "item": [*({**_ITEM, "reparable": n < 2} for n in range(ITEMS)), {"key": "R", **_ITEM}],
        "structure": [
            {"parent": "R", "child": f"{i:03d}", "quantity": 2.0, "essential": True}
            for i in range(2)
        ],
        "system": [{"item": "R"}],
        "fleet": [{"unit": f"{PARTIES:03d}", "system": "000", "count": 7, "hours_per_day": 2.0}],
        "factor": [
            {"item": f"{i:03d}", "system": "000", "basis": "system_hour", "quantity": 0.01}
            for i in range(2)
        ],
        "resupply": [
            {"site": f"{s:03d}", "ship_days": 3.0, "from_site": f"{s + 1:03d}" if s < 2 else None}
            for s in range(3)
        ],
        "source": [
            {"party": f"{p:03d}", "item": f"{i:03d}", "lead_time_days": lead, "share": share,
             "label": label}
            for p, i, lead, share, label in draw(sources)
        ],
        "supply": [
            {"supplier": f"{p:03d}", "customer": f"{c:03d}", "input": text, "essential": True,
             "confidence": 1.0, "label": label}
            for p, c, text, label in draw(supplies)
        ],
        "lane": [
            {"from_site": f"{a:03d}", "to_site": f"{b:03d}", "mode": "road", "both_ways": both,
             "transit_days": transit, "label": label}
            for a, b, both, transit, label in draw(lanes)
        ],
        "holding": [
            {"site": f"{s:03d}", "item": f"{i:03d}", "quantity": q, "reserved": kept,
             "condition": "serviceable", "label": label,
             "expiry": None if until is None else DAY + timedelta(days=until)}
            for s, i, q, kept, until, label in draw(holdings)
        ],
        "repair": [
            {"site": f"{s:03d}", "item": f"{i:03d}", "repair_days": lasts, "repaired_share": share}
            for s, i, lasts, share in draw(repairs)
        ],
    }  # fmt: skip
    frames = {name: _frame(name, rows) for name, rows in tables.items()}
    moment = datetime(2026, 1, 31, 12, tzinfo=UTC)
    return build_twin(frames, LABELS, viewer="DEU", as_of=moment)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Twin, SimulatedCase]:
    """A twin and its case, with any demand and choices."""
    twin = draw(twins())
    rates = pl.DataFrame(
        draw(demands), orient="row",
        schema={"site_ix": pl.Int32, "item_ix": pl.Int32, "per_day": pl.Float64},
    )  # fmt: skip
    use = Consumption(
        rates.with_columns(basis=pl.lit("planning factor"), labels=pl.lit([0], pl.List(pl.Int32))),
        DAY,
        365,
    )
    options = CaseOptions(
        input_days=draw(st.sampled_from([0.0, 30.0])), assembly=draw(st.booleans()),
        headroom=draw(st.sampled_from([None, 0.25])),
    )  # fmt: skip
    return twin, simulated_case(twin, use, options=options)


@often(12)
@given(cases())
def test_stock_is_what_the_tables_hold(made: tuple[Twin, SimulatedCase]) -> None:
    twin, case = made
    net = case.network
    left = set(case.left_out.filter(table="holding")["key"].to_list())
    free, kept = np.zeros((SITES, ITEMS + 1)), np.zeros((SITES, ITEMS + 1))
    for row in twin["holding"].iter_rows(named=True):
        if f"DEU:{row['key']}" not in left:
            free[row["site_ix"], row["item_ix"]] += max(row["quantity"] - row["reserved"], 0.0)
            kept[row["site_ix"], row["item_ix"]] += min(row["quantity"], row["reserved"])
    found = case.cells.with_row_index("cell").filter(pl.col("item_ix") >= 0, pl.col("input") == "")
    sold = set(net.recipes["cell"].tolist()) | set(net.inputs["cell"].tolist())
    for cell, item, site, _ in found.iter_rows():
        if cell in sold:
            continue
        assert net.cells["on_hand"][cell] == np.floor(free[site, item] + 1e-9)
        assert net.cells["reserve"][cell] == np.floor(kept[site, item] + 1e-9)
        lots = net.lots["quantity"][net.lots["cell"] == cell].sum()
        assert lots <= net.cells["on_hand"][cell]


@often(12)
@given(cases())
def test_every_way_leads_from_its_supplier_to_its_cell(made: tuple[Twin, SimulatedCase]) -> None:
    net = made[1].network
    for arc in net.arcs:
        lanes = net.lanes[net.routes[arc["first_lane"] : arc["last_lane"]]]
        if not len(lanes):
            continue
        node = net.cells["node"]
        assert lanes["from_node"][0] == node[arc["supplier"]]
        assert lanes["to_node"][-1] == node[arc["cell"]]
        assert (lanes["to_node"][:-1] == lanes["from_node"][1:]).all()
        assert net.laws["mean"][arc["law"]] >= 0


@often(12)
@given(cases())
def test_no_figure_is_more_open_than_the_case_nor_the_case_than_what_it_used(
    made: tuple[Twin, SimulatedCase],
) -> None:
    twin, case = made
    rank = {label: n for n, label in enumerate(twin.labels)}
    assert len(rank) == len(twin.labels)
    closed = case.label.readers is not None
    for frame in (case.cell_labels, case.fleet_labels):
        for positions in frame["labels"].to_list():
            marked = any("ALL" not in twin.labels[at].release for at in positions)
            assert closed or not marked
    arcs = case.network.arcs
    texts = case.cell_labels["labels"].to_list()
    for arc in arcs[arcs["supplier"] >= 0]:
        assert texts[arc["cell"]] == texts[arc["supplier"]]  # what is joined shares its label


@often(12)
@given(cases())
def test_targets_name_rows_that_exist(made: tuple[Twin, SimulatedCase]) -> None:
    case = made[1]
    net = case.network
    heights = {"nodes": net.nodes, "arcs": net.arcs, "lanes": net.lanes, "recipes": net.recipes,
               "cells": net.cells, "streams": net.streams, "fleets": net.fleets}  # fmt: skip
    for names in case.targets.reach.values():
        for reach in names.values():
            for name, rows in heights.items():
                part = getattr(reach, name)
                assert part.size == 0 or (part[0] >= 0 and part[-1] < len(rows))
                assert (np.diff(part) > 0).all()


@often(7)
@given(cases(), st.integers(0, 99))
def test_nothing_is_created_or_lost_in_a_run(made: tuple[Twin, SimulatedCase], seed: int) -> None:
    run = run_events(made[1].network, horizon_days=40, seed=seed, check=True)
    assert (run.on_hand >= 0).all()
    assert ((run.available >= 0) & (run.available <= 1)).all()
