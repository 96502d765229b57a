"""Whatever the rates and the fleets, a case keeps count of every failure."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redball.model import Label, Twin, build_twin, table
from redball.model.frames import frame_schema
from redball.stock.case import SparingCase, sparing_case

Rows = list[dict[str, Any]]

LABELS = {0: Label("DEU", "UNCLASSIFIED", frozenset({"ALL"}))}
ITEMS, SITES = 5, 3
_ITEM = {"supply_class": "NATO:II", "unit_of_issue": "EA", "price": 10.0, "currency": "EUR",
         "reparable": True}  # fmt: skip

amounts = st.floats(1e-6, 10.0)
rates = st.dictionaries(
    st.tuples(st.integers(1, ITEMS - 1), st.integers(0, 1)), amounts, min_size=1, max_size=6
)
fleets = st.dictionaries(
    st.tuples(st.integers(0, SITES - 2), st.integers(0, 1)),
    st.tuples(st.integers(1, 50), st.floats(0.1, 24.0)),
    min_size=1,
    max_size=4,
)
trees = st.lists(
    st.tuples(st.integers(0, ITEMS - 2), st.integers(1, ITEMS - 1), st.integers(1, 9)), max_size=8
)


def _frame(name: str, records: Rows) -> pl.DataFrame:
    schema = frame_schema(table(name))
    base = {"owner": "DEU", "label": 0, "since": 1, "sheet": "x", "line": 2}
    full = [{**base, "key": f"{n:03d}", **record} for n, record in enumerate(records)]
    return pl.DataFrame({c: [r.get(c) for r in full] for c in schema}, schema=schema)


def twin_of(
    stated: dict[tuple[int, int], float],
    held: dict[tuple[int, int], tuple[int, float]],
    edges: list[tuple[int, int, int]],
) -> Twin:
    """Two systems with the roots 0 and R over items 1 to 4; the last site supplies the others."""
    links = {(p, c): q for p, c, q in edges if p < c}  # a tree's edges lead to higher numbers
    below: Rows = [
        {"parent": f"{p:03d}", "child": f"{c:03d}", "quantity": float(q), "essential": True}
        for (p, c), q in links.items()
    ]
    roots: Rows = [
        {"parent": root, "child": f"{i:03d}", "quantity": 1.0, "essential": True}
        for root in ("000", "R") for i in range(1, ITEMS) if (0, i) not in links or root == "R"
    ]  # fmt: skip
    tables: dict[str, Rows] = {
        "site": [{} for _ in range(SITES)],
        "party": [{"kind": "unit", "site": f"{n:03d}"} for n in range(SITES)],
        "item": [*({**_ITEM} for _ in range(ITEMS)), {"key": "R", **_ITEM}],
        "structure": [*below, *roots],
        "system": [{"item": "000"}, {"item": "R"}],
        "fleet": [
            {"unit": f"{site:03d}", "system": f"{y:03d}", "count": count, "hours_per_day": hours}
            for (site, y), (count, hours) in held.items()
        ],
        "factor": [
            {"item": f"{i:03d}", "system": f"{y:03d}", "basis": "system_hour", "quantity": rate}
            for (i, y), rate in stated.items()
        ],
        "resupply": [
            *({"site": f"{s:03d}", "from_site": f"{SITES - 1:03d}", "ship_days": 2.0}
              for s in range(SITES - 1)),
            {"site": f"{SITES - 1:03d}", "ship_days": 30.0},
        ],
    }  # fmt: skip
    frames = {name: _frame(name, rows) for name, rows in tables.items()}
    return build_twin(frames, LABELS, viewer="DEU", as_of=datetime(2026, 1, 31, tzinfo=UTC))


def expected(
    stated: dict[tuple[int, int], float], held: dict[tuple[int, int], tuple[int, float]]
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Failures a day by item and site, added up one by one."""
    total = np.zeros((ITEMS, SITES))
    for (item, kind), rate in stated.items():
        for (site, y), (count, hours) in held.items():
            if y == kind:
                total[item, site] += rate * count * hours
    return total


def built(
    stated: dict[tuple[int, int], float],
    held: dict[tuple[int, int], tuple[int, float]],
    edges: list[tuple[int, int, int]],
) -> SparingCase | None:
    if not expected(stated, held).any():
        return None
    return sparing_case(twin_of(stated, held, edges))


@settings(max_examples=60)
@given(rates, fleets, trees)
def test_no_failure_of_a_replaced_unit_is_lost_or_counted_twice(
    stated: dict[tuple[int, int], float],
    held: dict[tuple[int, int], tuple[int, float]],
    edges: list[tuple[int, int, int]],
) -> None:
    case = built(stated, held, edges)
    if case is None:
        return
    wanted = expected(stated, held)
    # every item hangs under both roots, so what fails on a system that stands is replaced on it
    assert set(np.flatnonzero(wanted.any(axis=1))) == set(case.item_ix.tolist())
    assert case.problem.demand == pytest.approx(wanted[case.item_ix], rel=1e-12)
    used = case.problem.applications
    total = np.zeros_like(case.problem.demand)
    np.add.at(total, used.item, used.share)
    assert total[case.problem.demand > 0] == pytest.approx(1.0)
    assert (used.needed <= used.per_system).all()


@settings(max_examples=30)
@given(rates, fleets, trees, st.floats(0.5, 20.0))
def test_failures_grow_with_the_hours_and_nothing_else_does(
    stated: dict[tuple[int, int], float],
    held: dict[tuple[int, int], tuple[int, float]],
    edges: list[tuple[int, int, int]],
    more: float,
) -> None:
    case = built(stated, held, edges)
    if case is None:
        return
    busier = built(
        stated, {key: (count, hours * more) for key, (count, hours) in held.items()}, edges
    )
    assert busier is not None
    assert busier.problem.demand == pytest.approx(case.problem.demand * more, rel=1e-9)
    assert np.array_equal(busier.problem.ship_days, case.problem.ship_days)
    assert np.array_equal(busier.problem.systems, case.problem.systems)
    assert np.array_equal(
        busier.problem.applications.per_system, case.problem.applications.per_system
    )
