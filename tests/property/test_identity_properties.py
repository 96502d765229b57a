"""What always holds of recognition, expiry, and the picture, whatever the data."""

from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from tests.often import often

from redball.forecasting import consumption
from redball.identity import item_conflicts, recognise_items, unit_factors
from redball.identity.alike import alike_names
from redball.identity.names import name_vectors, plain_names
from redball.model import Consumption, Label, Twin, build_twin, table
from redball.model.frames import frame_schema
from redball.picture import build_picture
from redball.stock import days_of_supply, unused_lots

OWNERS = ("DEU", "NLD", "POL")
DAY = date(2026, 1, 31)
LABELS = {i: Label(owner, "UNCLASSIFIED", frozenset({"ALL"})) for i, owner in enumerate(OWNERS)}


def frame(name: str, records: list[dict[str, Any]]) -> pl.DataFrame:
    schema = frame_schema(table(name))
    base = {"owner": "DEU", "since": 1, "sheet": "x.csv", "line": 2}
    full = [{**base, **record} for record in records]
    full = [{"label": OWNERS.index(str(r["owner"])), **r} for r in full]
    return pl.DataFrame({c: [r.get(c) for r in full] for c in schema}, schema=schema)


def twin(tables: dict[str, list[dict[str, Any]]], shuffle: int | None = None) -> Twin:
    frames = {name: frame(name, records) for name, records in tables.items()}
    if shuffle is not None:
        frames = {n: f.sample(fraction=1.0, shuffle=True, seed=shuffle) for n, f in frames.items()}
    return build_twin(
        frames, LABELS, viewer="DEU", as_of=datetime(2026, 1, 31, 12, tzinfo=UTC)
    )  # fmt: skip


NAMES = ("Bearing, ball", "Ball bearing", "Bearing ball 6205", "Filter fuel", "Fuel filter", "")


@st.composite
def catalogues(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    """Item records with few numbers, so that they collide, and verdicts on them."""
    items = [
        {
            "owner": draw(st.sampled_from(OWNERS)),
            "key": f"i{n}",
            "name": draw(st.sampled_from(NAMES)),
            "niin": draw(st.sampled_from([None, None, "111111111", "222222222"])),
            "part_number": draw(st.sampled_from([None, "P-1000", "P-2000"])),
            "ncage": draw(st.sampled_from([None, "C1234"])),
            "supply_class": draw(st.sampled_from(["NATO:II", "US:IX", "NATO:V"])),
            "unit_of_issue": draw(st.sampled_from(["EA", "BX"])),
            "quantity_per_unit": 12.0,
            "content_unit": "EA",
            "mass_kg": draw(st.sampled_from([None, 1.0, 2.0])),
            "price": draw(st.sampled_from([None, 5.0])),
            "currency": draw(st.sampled_from(["EUR", "USD"])),
        }
        for n in range(draw(st.integers(0, 9)))
    ]
    pairs = list(combinations(items, 2))
    said = draw(st.lists(st.sampled_from(pairs), max_size=5)) if pairs else []
    verdicts = [
        {
            "key": f"v{n}",
            "item_a": f"{a['owner']}:{a['key']}",
            "item_b": f"{b['owner']}:{b['key']}",
            "verdict": draw(st.sampled_from(["same", "different"])),
            "decided_by": "x",
            "decided_on": DAY,
        }
        for n, (a, b) in enumerate(said)
    ]
    return {"item": items, "same_item": verdicts}


@often(15)
@given(catalogues())
def test_groups_are_a_partition_led_by_their_smallest_row(tables: dict[str, Any]) -> None:
    groups = recognise_items(twin(tables))
    rows = np.arange(len(groups.group))
    assert (groups.group <= rows).all()
    assert (groups.group[groups.group] == groups.group).all()
    sizes = np.bincount(groups.group, minlength=len(rows))
    assert [bool(word) for word in groups.basis] == [sizes[g] > 1 for g in groups.group]


@often(15)
@given(catalogues())
def test_a_verdict_of_different_is_never_overridden(tables: dict[str, Any]) -> None:
    t = twin(tables)
    groups = recognise_items(t)
    apart = t["same_item"].filter(pl.col("verdict") == "different")
    for a, b in apart.select("item_a_ix", "item_b_ix").iter_rows():
        assert groups.group[a] != groups.group[b]
        pairs = groups.group[groups.candidates.select("a_ix", "b_ix").to_numpy().astype(int)]
        assert {groups.group[a], groups.group[b]} not in [set(pair) for pair in pairs]


@often(15)
@given(catalogues())
def test_records_of_one_niin_or_verdict_are_together_unless_a_conflict_says_why(
    tables: dict[str, Any],
) -> None:
    t = twin(tables)
    groups, conflicts = recognise_items(t), item_conflicts(t)
    split = [
        (a, b)
        for a, b in combinations(range(len(groups.group)), 2)
        if t["item"]["niin"][a] is not None
        and t["item"]["niin"][a] == t["item"]["niin"][b]
        and groups.group[a] != groups.group[b]
    ]
    assert not split or "kept apart" in conflicts["kind"].to_list()


@often(15)
@given(catalogues())
def test_numbers_alone_never_bring_two_niins_together(tables: dict[str, Any]) -> None:
    t = twin({"item": tables["item"]})
    groups = recognise_items(t)
    named = pl.DataFrame({"group": groups.group, "niin": t["item"]["niin"]}).drop_nulls()
    assert named.unique().height == named["group"].n_unique()


@often(15)
@given(catalogues())
def test_candidates_are_never_merged_and_never_of_one_owner(tables: dict[str, Any]) -> None:
    t = twin(tables)
    groups = recognise_items(t, minimum_score=0.3)
    for a, b, score, why in groups.candidates.iter_rows():
        assert groups.group[a] != groups.group[b]
        assert t["item"]["owner"][a] != t["item"]["owner"][b]
        assert a < b
        assert 0.3 <= score <= 1
        assert why
    pairs = groups.group[groups.candidates.select("a_ix", "b_ix").to_numpy().astype(int)]
    assert len({tuple(sorted(pair)) for pair in pairs.tolist()}) == len(pairs)


@often(15)
@given(catalogues(), st.integers(0, 99))
def test_the_order_of_rows_does_not_matter(tables: dict[str, Any], seed: int) -> None:
    one, other = recognise_items(twin(tables)), recognise_items(twin(tables, shuffle=seed))
    assert one.group.tolist() == other.group.tolist()
    assert one.basis == other.basis
    assert one.candidates.equals(other.candidates)


@given(
    st.lists(st.text("abcde ", min_size=1, max_size=12), min_size=1, max_size=25),
    st.floats(0.3, 0.99),
)
def test_prefix_filtering_finds_what_comparing_all_pairs_finds(
    texts: list[str], minimum: float
) -> None:
    names = plain_names(pl.Series("n", texts, pl.String)).drop_nulls().unique().sort()
    vectors = name_vectors(names)
    dense = np.zeros((len(names), max(vectors.features, 1)))
    for i in range(len(names)):
        part = slice(vectors.start[i], vectors.start[i + 1])
        dense[i, vectors.feature[part]] = vectors.weight[part]
    cosine = dense @ dense.T
    found = alike_names(vectors, minimum, np.full(len(names), -1, np.int32))
    pairs = {(a, b) for a, b in found.select("a", "b").iter_rows()}
    for a, b in combinations(range(len(names)), 2):
        if abs(cosine[a, b] - minimum) > 1e-6:
            assert ((a, b) in pairs) == (cosine[a, b] > minimum)


lots = st.lists(
    st.tuples(st.integers(0, 60), st.one_of(st.none(), st.integers(-5, 40)), st.integers(0, 20)),
    max_size=8,
)


@given(lots, st.integers(0, 12))
def test_waste_equals_a_day_by_day_issue_of_the_lots(
    given_lots: list[tuple[int, int | None, int]], per_day: int
) -> None:
    holdings = [
        {
            "key": f"h{n}", "site": "A", "item": "I", "lot": str(n), "quantity": float(quantity),
            "expiry": None if left is None else DAY + timedelta(days=left),
            "reserved": float(min(reserved, quantity)), "condition": "serviceable",
        }
        for n, (quantity, left, reserved) in enumerate(given_lots)
    ]  # fmt: skip
    t = twin({"site": [{"key": "A"}], "item": [{"key": "I"}], "holding": holdings})
    rate = pl.DataFrame({"site_ix": [0], "item_ix": [0], "per_day": [float(per_day)]},
                        schema_overrides={"site_ix": pl.Int32, "item_ix": pl.Int32})  # fmt: skip
    found = unused_lots(t, Consumption(rate, DAY, 365))
    wasted = dict(zip(found["holding_ix"].to_list(), found["wasted"].to_list(), strict=True))
    expected = _issued_day_by_day(holdings, per_day)
    assert wasted.keys() == expected.keys()
    for row, quantity in expected.items():
        assert abs(wasted[row] - quantity) < 1e-6


def _issued_day_by_day(holdings: list[dict[str, Any]], per_day: int) -> dict[int, float]:
    """Issue whole units each day, the lot that expires first before the others."""
    left = {n: h["quantity"] - h["reserved"] for n, h in enumerate(holdings)}
    past = {n for n, h in enumerate(holdings) if h["expiry"] and h["expiry"] < DAY}
    for day in range(1, 60):
        asked = float(per_day)
        usable = [
            n for n, h in enumerate(holdings)
            if n not in past and (h["expiry"] is None or h["expiry"] >= DAY + timedelta(days=day))
        ]  # fmt: skip
        for n in sorted(usable, key=lambda n: (holdings[n]["expiry"] or date.max, n)):
            taken = min(asked, left[n])
            left[n] -= taken
            asked -= taken
    return {
        n: (h["quantity"] if n in past else left[n]) for n, h in enumerate(holdings) if h["expiry"]
    }


@st.composite
def coalitions(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    """Catalogues with holdings, demand, units and targets."""
    tables = draw(catalogues())
    sites = ["DEU:A", "DEU:B", None]
    keys = [f"{i['owner']}:{i['key']}" for i in tables["item"]]
    item = st.sampled_from([*keys, None])
    holdings = [
        {
            "owner": draw(st.sampled_from(OWNERS)), "key": f"h{n}",
            "site": draw(st.sampled_from(sites)), "item": draw(item),
            "quantity": float(draw(st.integers(0, 50))), "reserved": float(draw(st.integers(0, 5))),
            "condition": draw(st.sampled_from(["serviceable", "in_repair"])),
            "expiry": draw(st.sampled_from([None, DAY - timedelta(days=1), DAY])),
        }
        for n in range(draw(st.integers(0, 12)))
    ]  # fmt: skip
    demand = [
        {"key": f"d{n}", "site": "A", "item": draw(item), "period_start": DAY - timedelta(days=20),
         "period_days": 10, "quantity": float(draw(st.integers(0, 30)))}
        for n in range(draw(st.integers(0, 6)))
    ]  # fmt: skip
    return {
        **tables,
        "site": [{"key": "A", "name": "Alfa"}, {"key": "B", "name": "Alfa"}],
        "party": [{"key": "BN", "name": "Unit", "kind": "unit", "site": "A"}],
        "target": [{"key": "t", "unit": "BN", "days_of_supply": 10.0}],
        "holding": holdings,
        "demand": demand,
    }


@often(10)
@given(coalitions(), st.integers(0, 99))
def test_every_view_of_the_picture_adds_up_to_the_same_and_order_does_not_matter(
    tables: dict[str, Any], seed: int
) -> None:
    pictures = []
    for shuffle in (None, seed):
        t = twin(tables, shuffle)
        items = recognise_items(t)
        units = unit_factors(t, items)
        used = consumption(t)
        days = days_of_supply(t, used, items=items, units=units)
        pictures.append(build_picture(t, used, days, items, units=units))
    first, other = (p.as_tables() for p in pictures)
    assert all(first[name].equals(other[name]) for name in first)

    t = twin(tables)
    held = t["holding"].join(
        t["item"].select("mass_kg").with_row_index("item_ix").cast({"item_ix": pl.Int32}),
        on="item_ix", how="left",
    )  # fmt: skip
    usable = (pl.col("condition") == "serviceable") & (
        pl.col("expiry").is_null() | (pl.col("expiry") >= DAY)
    )
    mass_t = (pl.col("quantity") * pl.col("mass_kg")).sum() / 1000
    for name in ("stock", "by_nation", "by_class", "by_unit", "by_site"):
        view = first[name]
        assert abs(view["mass_t"].sum() - held.filter(usable).select(mass_t).item()) < 1e-9
        assert abs(view["unusable_t"].sum() - held.filter(~usable).select(mass_t).item()) < 1e-9
        assert view["value_unknown"].sum() == first["stock"]["value_unknown"].sum()


@often(10)
@given(coalitions())
def test_merging_records_at_a_site_conserves_stock_in_the_unit_of_the_group(
    tables: dict[str, Any],
) -> None:
    t = twin(tables)
    items = recognise_items(t)
    units = unit_factors(t, items)
    used = consumption(t)
    factor = units.select("item_ix", f=pl.col("factor_to_group_unit").fill_null(1.0))
    plain = days_of_supply(t, used).join(factor, on="item_ix")
    merged = days_of_supply(t, used, items=items, units=units)
    for column in ("on_hand", "reserved", "per_day"):
        expected = float((plain[column].fill_null(0.0) * plain["f"]).sum())
        assert abs(float(merged[column].fill_null(0.0).sum()) - expected) < 1e-6
