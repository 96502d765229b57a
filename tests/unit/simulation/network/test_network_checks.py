"""What a network refuses, with the allowed edge beside the refused one."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redball.model import NOWHERE, BadUse
from redball.simulation.network import (
    ArcKind,
    Law,
    LawKind,
    Network,
    NetworkBuilder,
    PolicyKind,
    StreamKind,
    warnings_of,
)
from redball.simulation.network.loops import find_circle
from redball.simulation.network.network import TABLES

BASE = PolicyKind.BASE_STOCK


def everything() -> NetworkBuilder:
    """A small network with a row in every table."""
    b = NetworkBuilder()
    b.item("ENGINE", mass_kg=400.0, price_eur=1e5)
    b.item("PUMP", mass_kg=4.0)
    b.item("PUMP-2")
    b.node("DEPOT", "DEU")
    b.node("BASE", "NLD")
    depot = b.cell("DEPOT", "ENGINE", on_hand=5, policy=BASE, order_up_to=5)
    base = b.cell("BASE", "ENGINE", on_hand=2, policy=BASE, order_up_to=2)
    pump = b.cell("DEPOT", "PUMP", on_hand=9, policy=PolicyKind.REORDER_UP_TO, reorder_point=3,
                  order_up_to=9)  # fmt: skip
    other = b.cell("DEPOT", "PUMP-2", on_hand=1)
    b.cell("BASE", "PUMP", policy=PolicyKind.FIXED_QUANTITY, reorder_point=1, quantity=4)
    b.lot(pump, 4, 30.0)
    b.due(base, 1, 2.0)
    there = b.lane("DEPOT", "BASE", Law.spread(3.0, 1.0), name="there", kg_per_day=1_000.0)
    back = b.lane("BASE", "DEPOT", Law.between(1.0, 2.0), name="back")
    again = b.lane("DEPOT", "BASE", Law(2.0), name="again", headway_days=7.0)
    b.move(base, depot, lanes=[there, back, again])
    b.make(depot, per_day=2.0, lead=Law.exponential(4.0), inputs=[(pump, 2.0)])
    b.buy(pump, Law(20.0), batch=5, at_node=1, lanes=[back])
    b.demand(base, per_day=0.3, profile=[(0.0, 1.0), (10.0, 2.0)], unit="1 TANK")
    b.demand(base, trace=[(1.0, 2), (1.0, 3)])
    fleet = b.fleet("BASE", "1 TANK", "LEOPARD", 14)
    b.fit(fleet, base, 0.01)
    pool = b.pool("DEPOT", 2)
    up = b.shop(depot, Law(8.0), pool=pool, parts=[(pump, 0.5), (other, 0.5)])
    b.shop(base, Law(1.0), share=0.2, up=up, up_time=Law(5.0))
    b.substitute(pump, other)
    b.support(pump, 4, Law(2.0), keep=1)
    return b


@pytest.fixture(scope="module")
def whole() -> Network:
    return everything().build()


def changed(network: Network, table: str, row: int, **values: object) -> Network:
    """The network with other values in one row."""
    rows = getattr(network, table).copy()
    if rows.dtype.names is None:
        rows[row] = values["lane"]
    for field, value in values.items():
        if rows.dtype.names is not None:
            rows[field][row] = value
    return replace(network, **{table: rows})


def test_every_table_of_the_example_has_a_row(whole: Network) -> None:
    assert all(len(getattr(whole, name)) for name in TABLES)
    assert warnings_of(whole) == (
        "Nothing supplies what is asked for here, so that demand waits for ever when the stock "
        "is gone: PUMP-2 at DEPOT.",
        "A policy orders here, but no arc supplies the cell: PUMP at BASE.",
    )


REFUSED: list[tuple[str, int, dict[str, Any], str]] = [
    # an index that leads nowhere
    ("nodes", 0, {"nation": 2}, "nation_names"),
    ("cells", 0, {"node": 9}, "'node' leads to no row of 'nodes'"),
    ("cells", 0, {"item": -1}, "'item' leads to no row"),
    ("arcs", 1, {"law": 99}, "'law' leads to no row"),
    ("arcs", 1, {"supplier": -2}, "'supplier' leads to no row"),
    ("routes", 0, {"lane": 3}, "lane does not exist"),
    ("applications", 0, {"fleet": 1}, "'fleet' leads to no row"),
    ("shops", 0, {"pool": 1}, "'pool' leads to no row"),
    # ranges
    ("arcs", 1, {"last_lane": 9}, "no range of rows of 'routes'"),
    ("recipes", 0, {"first_input": 1, "last_input": 0}, "no range of rows of 'inputs'"),
    ("streams", 0, {"first_trace": -1}, "no range of rows of 'traces'"),
    # kinds and flags
    ("laws", 0, {"kind": 7}, "none of LawKind"),
    ("arcs", 0, {"kind": -1}, "none of ArcKind"),
    ("arcs", 0, {"standby": 2}, "neither 0 nor 1"),
    # quantities
    ("cells", 0, {"on_hand": -1}, "'on_hand' is out of its range"),
    ("cells", 0, {"order_up_to": 2**53}, "out of its range"),
    ("arcs", 0, {"batch": 0}, "'batch' is out of its range"),
    ("due", 0, {"quantity": -1}, "out of its range"),
    ("applications", 0, {"per_system": 0}, "out of its range"),
    ("cells", 0, {"on_hand": 2**53 - 1}, "together"),
    # times
    ("laws", 0, {"mean": np.inf}, "A distribution without a mean"),
    ("laws", 0, {"mean": np.nan}, "A distribution without a mean"),
    ("laws", 0, {"mean": -1.0}, "no time in days"),
    ("due", 0, {"day": np.nan}, "no time in days"),
    ("lots", 0, {"expires_day": -0.5}, "no time in days"),
    ("lanes", 0, {"headway_days": 1e-6}, "shorter than a second"),
    ("cells", 0, {"review_days": 1e-9}, "shorter than a second"),
    ("supports", 0, {"from_day": 5.0, "until_day": 4.0}, "before 'from_day'"),
    ("supports", 0, {"until_day": np.nan}, "before 'from_day'"),
    # amounts, shares, limits
    ("items", 0, {"mass_kg": np.nan}, "negative, no number, or too large"),
    ("streams", 0, {"per_day": np.inf}, "negative, no number, or too large"),
    ("applications", 0, {"per_day": -0.1}, "negative, no number, or too large"),
    ("shops", 0, {"share": 1.1}, "no share"),
    ("parts", 0, {"probability": np.nan}, "no share"),
    ("recipes", 0, {"per_day": 0.0}, "not above 0"),
    ("lanes", 0, {"kg_per_day": np.nan}, "not above 0"),
    ("items", 0, {"shelf_life_days": 0.0}, "not above 0"),
    # laws
    ("laws", 2, {"sd": 1.0}, "law that does not read it"),
    ("laws", 2, {"kind": LawKind.GAMMA, "mean": 0.0, "sd": 1.0}, "without a mean"),
    ("laws", 2, {"kind": LawKind.GAMMA, "mean": 1.0}, "without mean or 'sd'"),
    ("laws", 0, {"mean": 1e-6, "sd": 1e-6}, "below a second"),
    ("laws", 0, {"mean": 1.0, "sd": 1_001.0}, "huge 'sd'"),
    ("laws", 0, {"high": 1.0}, "reads none"),
    ("laws", 2, {"kind": LawKind.UNIFORM, "mean": 1.0, "low": 2.0, "high": 0.0}, "above 'high'"),
    ("laws", 2, {"kind": LawKind.UNIFORM, "mean": 1.0, "low": 1.0, "high": 2.0}, "in the middle"),
    ("laws", 2, {"kind": LawKind.TRIANGULAR, "mean": 1.9, "low": 0.0, "high": 2.0}, "No triangle"),
    ("laws", 2, {"kind": LawKind.TRIANGULAR, "mean": 2.0, "low": 2.0, "high": 2.0}, "a base"),
    ("laws", 2, {"kind": LawKind.ERLANG, "mean": 1.0, "phases": 0}, "'phases'"),
    # stock
    ("cells", 1, {"node": 0}, "stands here twice"),
    ("cells", 2, {"reorder_point": 10}, "above 'order_up_to'"),
    ("cells", 4, {"quantity": 0}, "fixed order quantity of 0"),
    ("lots", 0, {"quantity": 10}, "more than is on hand"),
    # supply: the rows are MAKE of the depot, MOVE to the base, BUY of the pump
    ("arcs", 1, {"supplier": NOWHERE}, "without a supplier"),
    ("arcs", 2, {"supplier": 3}, "Only a MOVE arc"),
    ("arcs", 0, {"recipe": NOWHERE}, "without a recipe"),
    ("arcs", 1, {"recipe": 0}, "Only a MAKE arc"),
    ("arcs", 1, {"supplier": 3}, "another item"),
    ("arcs", 1, {"supplier": 1}, "the cell itself"),
    ("recipes", 0, {"cell": 1}, "another cell's"),
    ("arcs", 0, {"first_lane": 0, "last_lane": 1}, "no lanes"),
    ("arcs", 1, {"first_lane": 1}, "does not begin at the supplier's node"),
    ("arcs", 1, {"last_lane": 2}, "does not end at the cell's node"),
    ("routes", 1, {"lane": 2}, "where the one before ends"),
    ("arcs", 2, {"at_node": 0}, "does not begin at the supplier's node"),
    ("arcs", 0, {"cell": 2}, "ascending order"),
    ("lanes", 0, {"to_node": 0}, "where it begins"),
    ("inputs", 0, {"quantity": 0.0}, "not above 0"),
    ("inputs", 0, {"cell": 4}, "another node"),
    ("inputs", 0, {"cell": 0}, "its own input"),
    # demand
    ("streams", 0, {"size": 1.5}, "no number of units"),
    ("streams", 0, {"size": 0.0}, "no number of units"),
    ("streams", 0, {"kind": StreamKind.PERIODIC}, "shorter than a second"),
    ("traces", 1, {"day": 0.5}, "not after the one before"),
    ("profiles", 1, {"day": 0.0}, "not after the one before"),
    ("applications", 0, {"needed": 2}, "More are needed"),
    ("applications", 0, {"per_system": 32_768}, "in one system"),
    ("fleets", 0, {"count": 1_000_001}, "systems"),
    # repair
    ("shops", 1, {"cell": 0}, "has a shop already"),
    ("shops", 1, {"pool": 0}, "pool is at another node"),
    ("shops", 0, {"up": 0}, "circle of shops"),
    ("shops", 1, {"cell": 4}, "repairs another item"),
    ("parts", 0, {"cell": 4}, "another node than the shop"),
    ("parts", 0, {"probability": 0.6}, "add up to over 1"),
    ("parts", 0, {"cell": 0}, "part of itself"),
    # help
    ("substitutes", 0, {"other": 4}, "can't help"),
    ("supports", 0, {"giver": 1}, "can't help"),
]


@pytest.mark.parametrize(("table", "row", "values", "said"), REFUSED)
def test_a_broken_rule_is_refused_with_its_table(
    whole: Network, table: str, row: int, values: dict[str, Any], said: str
) -> None:
    with pytest.raises(BadUse) as caught:
        changed(whole, table, row, **values)
    assert said in caught.value.what
    assert caught.value.where
    assert caught.value.mend


ALLOWED: list[tuple[str, int, dict[str, Any]]] = [
    ("cells", 0, {"on_hand": 0, "order_up_to": 0}),
    ("cells", 2, {"reorder_point": 9}),
    ("cells", 2, {"reorder_point": -1}),
    ("cells", 0, {"on_hand": 2**53 - 100}),
    ("lots", 0, {"quantity": 9}),
    ("laws", 2, {"mean": 0.0}),
    ("laws", 0, {"mean": 1.0, "sd": 1_000.0}),
    ("laws", 2, {"kind": LawKind.TRIANGULAR, "mean": 4 / 3, "low": 0.0, "high": 2.0}),
    ("laws", 2, {"kind": LawKind.TRIANGULAR, "mean": 2 / 3, "low": 0.0, "high": 2.0}),
    ("recipes", 0, {"per_day": np.inf}),
    ("supports", 0, {"from_day": 5.0, "until_day": 5.0}),
    ("arcs", 2, {"at_node": NOWHERE}),
    ("arcs", 1, {"last_lane": 1}),
    ("arcs", 1, {"last_lane": 0}),
    ("traces", 1, {"day": 1.0}),
    ("applications", 0, {"needed": 0}),
    ("pools", 0, {"servers": 0}),
    ("fleets", 0, {"count": 0}),
]


@pytest.mark.parametrize(("table", "row", "values"), ALLOWED)
def test_the_edge_of_a_rule_is_allowed(
    whole: Network, table: str, row: int, values: dict[str, Any]
) -> None:
    made = changed(whole, table, row, **values)
    for field, value in values.items():
        assert getattr(made, table)[field][row] == value


def test_the_message_names_the_row_and_counts_the_others(whole: Network) -> None:
    cells = whole.cells.copy()
    cells["on_hand"] = -1
    with pytest.raises(BadUse) as caught:
        replace(whole, cells=cells)
    assert caught.value.where == "cells, row 0 (ENGINE at DEPOT)"
    assert "4 more rows of the table the same" in caught.value.what


def test_names_fit_the_rows_and_stand_once(whole: Network) -> None:
    for field, value in (
        ("item_names", ("ENGINE", "PUMP")),
        ("node_names", ("DEPOT", "DEPOT")),
        ("lane_names", ("there", "back", "back")),
        ("node_names", ("DEPOT", 1)),
    ):
        with pytest.raises(BadUse):
            replace(whole, **{field: value})  # type: ignore[arg-type]  # wrong on purpose


def test_a_table_of_other_fields_is_not_filled_by_position(whole: Network) -> None:
    for wrong in (
        whole.laws,
        np.zeros(3),
        np.zeros((2, 2), TABLES["cells"]),
        np.array(["a"]),
        5,
    ):
        with pytest.raises(BadUse):
            replace(whole, cells=wrong)  # type: ignore[arg-type]  # wrong on purpose


def test_wider_numbers_are_taken_where_they_fit_and_else_refused(whole: Network) -> None:
    wide = np.dtype([(name, "f8") for name in TABLES["cells"].names or ()])
    cells = whole.cells.astype(wide)
    assert replace(whole, cells=cells).cells.tobytes() == whole.cells.tobytes()
    for value in (0.5, np.nan, np.inf, 2.0**70):
        cells["on_hand"][0] = value
        with pytest.raises(BadUse, match="on_hand"):
            replace(whole, cells=cells)


def test_the_tables_are_copies_that_can_not_be_written(whole: Network) -> None:
    mine = whole.cells.copy()
    made = replace(whole, cells=mine)
    mine["on_hand"] = 77
    assert made.cells["on_hand"][0] == 5
    with pytest.raises(ValueError, match="read-only"):
        made.cells["on_hand"][0] = 1


def test_an_empty_network_is_a_network() -> None:
    empty = NetworkBuilder().build()
    assert warnings_of(empty) == ()


def pair(**second: Any) -> NetworkBuilder:
    """Two cells of one item, each moved from the other one."""
    b = NetworkBuilder()
    b.item("A")
    b.node("N")
    b.node("M")
    left = b.cell("N", "A", policy=BASE, order_up_to=1)
    right = b.cell("M", "A", **{"policy": BASE, "order_up_to": 1, **second})
    b.move(left, right, Law(3.0))
    b.move(right, left, Law(3.0), standby=1)
    return b


def test_a_circle_of_orders_is_named() -> None:
    with pytest.raises(BadUse) as caught:
        pair().build()
    assert "'A at M' <- 'A at N' <- 'A at M'" in caught.value.what


def test_a_circle_that_a_review_or_a_passive_cell_opens_is_allowed() -> None:
    assert len(pair(review_days=7.0).build().arcs) == 2
    assert len(pair(policy=PolicyKind.NONE).build().arcs) == 2


def test_a_product_that_needs_itself_is_refused() -> None:
    b = NetworkBuilder()
    b.item("A")
    b.item("B")
    b.node("N")
    left = b.cell("N", "A", policy=BASE, order_up_to=1)
    right = b.cell("N", "B", policy=BASE, order_up_to=1)
    b.make(left, inputs=[(right, 1.0)], lead=Law(5.0))
    b.make(right, inputs=[(left, 0.5)])
    with pytest.raises(BadUse, match="The supply of a cell needs itself"):
        b.build()


@given(
    count=st.integers(1, 8),
    ends=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=16),
)
def test_a_circle_is_found_where_there_is_one(count: int, ends: list[tuple[int, int]]) -> None:
    edges = [(a % count, b % count) for a, b in ends]
    tail = np.array([a for a, _ in edges], np.int64)
    head = np.array([b for _, b in edges], np.int64)
    circle = find_circle(count, tail, head)
    reach = np.zeros((count, count), bool)
    reach[tail, head] = True
    for middle in range(count):  # closure by Warshall
        reach |= reach[:, [middle]] & reach[[middle], :]
    assert bool(circle) == bool(np.diag(reach).any())
    for here, there in zip(circle, circle[1:] + circle[:1], strict=True):
        assert (here, there) in edges


def test_demand_that_nothing_supplies_is_a_warning() -> None:
    b = NetworkBuilder()
    b.item("A")
    b.item("B")
    for node in "XYZ":
        b.node(node)
    x = b.cell("X", "A", on_hand=9, policy=BASE, order_up_to=1)
    y = b.cell("Y", "A", policy=BASE, order_up_to=1)
    z = b.cell("Z", "B", policy=BASE, order_up_to=1)
    b.move(x, y)
    b.buy(z, Law(1.0), standby=1)
    for cell in (x, z):
        b.demand(cell, per_day=1.0)
    assert warnings_of(b.build()) == (
        "Nothing supplies what is asked for here, so that demand waits for ever when the stock "
        "is gone: A at X.",
        "Only standby sources supply what is asked for here; they wait for a rule: B at Z.",
        "A policy orders here, but no arc supplies the cell: A at Y.",
    )
    b.buy(y, Law(1.0))
    b.buy(z, Law(9.0))
    assert warnings_of(b.build()) == ()


def test_long_warnings_are_cut_with_a_count() -> None:
    b = NetworkBuilder()
    b.item("A")
    for node in range(9):
        b.node(f"N{node}")
        b.demand(b.cell(f"N{node}", "A"), per_day=1.0)
    assert warnings_of(b.build())[0].endswith(
        "A at N0, A at N1, A at N2, A at N3, A at N4 and 4 more."
    )


def test_odd_shops_and_recipes_are_warnings(whole: Network) -> None:
    idle = replace(whole, arcs=whole.arcs[whole.arcs["kind"] != ArcKind.MAKE])
    assert any("no arc uses" in said for said in warnings_of(idle))
    unmanned = changed(whole, "pools", 0, servers=0)
    assert any("no servers" in said for said in warnings_of(unmanned))


NUMBERS = st.sampled_from(
    [-(2**63), -2, -1, 0, 1, 2, 3, 7, 2**53, 0.5, 1e-9, 1e300, np.nan, np.inf, -np.inf]
)


@settings(max_examples=400)
@given(data=st.data())
def test_random_records_give_a_network_or_bad_use(whole: Network, data: st.DataObject) -> None:
    """Fuzz: a few fields of the whole example get odd values; nothing but BadUse comes out."""
    tables: dict[str, Any] = {}
    for _ in range(data.draw(st.integers(1, 3))):
        name = data.draw(st.sampled_from(sorted(TABLES)))
        rows = tables.get(name, getattr(whole, name)).copy()
        row = data.draw(st.integers(0, len(rows) - 1))
        column = rows if rows.dtype.names is None else rows[data.draw(_names(rows))]
        value = data.draw(NUMBERS)
        if column.dtype.kind == "i":
            bounds = np.iinfo(column.dtype)
            value = 0 if value != value else int(max(min(value, bounds.max), bounds.min))
        column[row] = value
        tables[name] = rows
    try:
        made = replace(whole, **tables)
    except BadUse:
        return
    assert isinstance(warnings_of(made), tuple)


def _names(rows: np.ndarray[Any, np.dtype[Any]]) -> st.SearchStrategy[str]:
    return st.sampled_from(rows.dtype.names or ("",))


@given(data=st.data())
def test_random_bytes_give_a_network_or_bad_use(whole: Network, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(TABLES)))
    dtype = TABLES[name]
    rows = data.draw(st.integers(0, 4))
    raw = data.draw(st.binary(min_size=rows * dtype.itemsize, max_size=rows * dtype.itemsize))
    try:
        made = replace(whole, **{name: np.frombuffer(raw, dtype)})  # type: ignore[arg-type]  # a table
    except BadUse:
        return
    assert isinstance(made, Network)
    assert {field.name for field in fields(made)} >= set(TABLES)
