"""Orders of random worlds: nothing twice, nothing lost, no limit passed."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from tests.often import often

from redball.model import Label, Twin, build_twin, combine, dominant, parse_label, table
from redball.model.frames import frame_schema
from redball.model.marks import Marks
from redball.stock.orders import (
    OrderProposals,
    as_consignment_rows,
    as_order_rows,
    order_proposals,
)

TODAY = date(2026, 1, 31)
LABELS = {
    1: Label("DEU", "UNCLASSIFIED", frozenset({"ALL"})),
    2: Label("DEU", "RESTRICTED", frozenset({"NLD"})),
    3: Label("DEU", "RESTRICTED"),
}
SITES, ITEMS, PARTIES = ("A", "B", "C"), ("I", "J"), ("P", "Q")
World = dict[str, list[dict[str, Any]]]
labels = st.sampled_from([1, 1, 1, 2])
quantities = st.integers(0, 60).map(float)
few = st.integers(1, 40).map(float)


def row(**parts: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {name: p if isinstance(p, st.SearchStrategy) else st.just(p) for name, p in parts.items()}
    )


sites, items, parties = (st.sampled_from(names) for names in (SITES, ITEMS, PARTIES))
policy = row(
    site=sites, item=items, kind=st.sampled_from(["reorder_up_to", "fixed_quantity", "base_stock"]),
    reorder_point=st.integers(5, 35).map(float),
    order_up_to=st.one_of(st.integers(30, 80).map(float), st.just(60.0), st.none()),
    quantity=few, label=labels,
)  # fmt: skip
holding = row(
    site=sites, item=items, quantity=st.integers(0, 45).map(float),
    reserved=st.sampled_from([0.0, 0.0, 5.0]),
    condition=st.sampled_from(["serviceable", "serviceable", "in_repair"]),
    expiry=st.sampled_from([None, TODAY, TODAY - timedelta(days=1)]), label=labels,
)  # fmt: skip
order = row(
    supplier=parties, item=items, site=sites, quantity=few,
    ordered_on=st.sampled_from([TODAY - timedelta(days=3), TODAY - timedelta(days=90)]),
    due_on=st.sampled_from([None, TODAY - timedelta(days=5)]),
    status=st.sampled_from(["open", "shipped", "received", "cancelled"]), label=labels,
)  # fmt: skip
consignment = row(
    from_site=sites, to_site=sites, item=items, quantity=few, mode="road",
    status=st.sampled_from(["planned", "in_transit", "arrived", "lost"]),
    order=st.sampled_from([None, "0", "1"]), label=labels,
)  # fmt: skip
source = row(
    party=parties, item=items, lead_time_days=st.sampled_from([5.0, 30.0]),
    unit_price=st.sampled_from([9.0, 10.0, 9.5, 0.0, None]),
    currency=st.sampled_from(["EUR", "EUR", "EUR", "USD"]),
    price_breaks=st.sampled_from([None, "50:8"]),
    capacity_per_month=st.sampled_from([None, 25.0, 70.0, 0.0]),
    minimum_order=st.sampled_from([None, 12.0]), label=labels,
)  # fmt: skip
resupply = row(
    site=sites, from_site=st.sampled_from([None, *SITES]),
    item=st.sampled_from([None, *ITEMS]), ship_days=st.sampled_from([1.0, 4.0]), label=labels,
)  # fmt: skip
unit = st.sampled_from(["EA", "KG"])


_CHAIN = st.sampled_from([[], [{"key": "chain", "site": "B", "from_site": "A", "ship_days": 2.0}]])
_REPEATED = st.lists(policy.map(lambda r: {**r, "key": "again"}), max_size=1)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    def several(
        kind: st.SearchStrategy[dict[str, Any]], least: int, most: int, *unique: str
    ) -> list[dict[str, Any]]:
        key = (lambda r: tuple(r[name] for name in unique)) if unique else None
        drawn = draw(st.lists(kind, min_size=least, max_size=most, unique_by=key))
        return [{**r, "key": str(i)} for i, r in enumerate(drawn)]

    each = {"supply_class": "NATO:II", "reparable": False}
    return {
        "nation": [{"key": "DEU", "currency": "EUR"}],
        "site": [{"key": key} for key in SITES],
        "party": [{"key": key, "kind": "supplier", "name": key} for key in PARTIES],
        "item": [{"key": key, "unit_of_issue": draw(unit), **each} for key in ITEMS],
        "source": several(source, 1, 4),
        "holding": several(holding, 2, 6),
        "order": several(order, 0, 2),
        "consignment": several(consignment, 0, 2),
        "resupply": draw(_CHAIN) + several(resupply, 0, 1),
        "policy": several(policy, 3, 6, "site", "item") + draw(_REPEATED),
    }


def twin(world: World) -> Twin:
    frames = {}
    for name, records in world.items():
        schema = frame_schema(table(name))
        base = {"owner": "DEU", "label": 1, "since": 1, "sheet": "x.csv", "line": 2}
        full = [{**base, **record} for record in records]
        frames[name] = pl.DataFrame({c: [r.get(c) for r in full] for c in schema}, schema=schema)
    return build_twin(
        frames, LABELS, viewer="DEU", as_of=datetime(2026, 1, 31, 12, tzinfo=UTC)
    )  # fmt: skip


def placed(world: World, made: OrderProposals, seen: Twin) -> World:
    ids = {label: number for number, label in LABELS.items()}
    rows = {"order": as_order_rows(made, seen), "consignment": as_consignment_rows(made, seen)}
    more = {
        name: [{**r, "label": ids[parse_label(r["label"], "DEU")]} for r in f.rows(named=True)]
        for name, f in rows.items()
    }
    return {**world, **{name: world[name] + more[name] for name in more}}


@often(25)
@given(worlds())
def test_what_was_proposed_and_placed_is_not_proposed_again(world: World) -> None:
    seen = twin(world)
    first = order_proposals(seen, today=TODAY)
    after = twin(placed(world, first, seen))
    second = order_proposals(after, today=TODAY)
    assert second.lines.is_empty(), second.lines
    assert not set(after["order"]["key"]) & set(second.lines["key"])


@often(15)
@given(worlds())
def test_every_policy_is_enough_ordered_or_listed(world: World) -> None:
    made = order_proposals(twin(world), today=TODAY)
    assert made.checked == len(world["policy"])
    listed = Counter(made.not_ordered.select("site_ix", "item_ix").rows())
    ordered = set(made.lines.select("site_ix", "item_ix").rows())
    places = {*listed, *ordered}
    several = sum(n - 1 for n in listed.values())
    assert made.enough + len(places) + several == made.checked
    assert (made.lines["quantity"] > 0).all()
    assert made.lines["key"].n_unique() == made.lines.height
    assert all(why.endswith(".") and len(why) > 40 for why in made.lines["why"])


@often(15)
@given(worlds())
def test_no_source_and_no_giver_gives_more_than_it_can(world: World) -> None:
    seen = twin(world)
    made = order_proposals(seen, today=TODAY)
    bought = made.lines.filter(action="purchase")
    for row_ix, quantity in bought.group_by("source_ix").agg(pl.col("quantity").sum()).iter_rows():
        given_source = seen["source"].row(row_ix, named=True)
        if given_source["capacity_per_month"] is not None:
            assert quantity <= given_source["capacity_per_month"] + 1e-9
        for line in bought.filter(source_ix=row_ix).rows(named=True):
            assert line["quantity"] >= (given_source["minimum_order"] or 0.0)
            assert line["unit_price"] > 0
            assert given_source["currency"] == "EUR"  # there is no rate for another one
    usable = seen["holding"].filter(
        pl.col("condition") == "serviceable",
        pl.col("expiry").is_null() | (pl.col("expiry") >= TODAY),
    )
    moved = made.lines.filter(action="transfer").group_by("from_site_ix", "item_ix")
    for site, item, quantity in moved.agg(pl.col("quantity").sum()).iter_rows():
        held = usable.filter(site_ix=site, item_ix=item)["quantity"].sum()
        assert quantity - float(held) <= 1e-9
    counted = [i for i, u in enumerate(seen["item"]["unit_of_issue"]) if u == "EA"]
    whole = made.lines.filter(pl.col("item_ix").is_in(counted))["quantity"]
    assert (whole == whole.round()).all()


@often(10)
@given(worlds())
def test_a_line_is_never_more_open_than_the_stock_and_policy_under_it(world: World) -> None:
    seen = twin(world)
    made = order_proposals(seen, today=TODAY)
    marks = Marks(seen.labels)
    for line in made.lines.rows(named=True):
        got = marks.label(int(marks.of_lists(pl.Series([line["labels"]]))[0]))
        for name in ("policy", "holding", "order"):
            under = seen[name].filter(site_ix=line["site_ix"], item_ix=line["item_ix"])
            if name == "order":
                under = under.filter(pl.col("status").is_in(["open", "shipped"]))
            if name == "holding":
                under = under.filter(condition="serviceable")
            below = dominant(seen.labels[i] for i in under["label"])
            assert combine(got, below) == got


@often(6)
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(world: World, random: Any) -> None:
    shuffled = {name: random.sample(rows, len(rows)) for name, rows in world.items()}
    one = order_proposals(twin(world), today=TODAY)
    other = order_proposals(twin(shuffled), today=TODAY)
    assert one.lines.equals(other.lines)
    assert one.not_ordered.equals(other.not_ordered)
