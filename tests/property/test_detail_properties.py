"""Coarse numbers and totals: what holds for any numbers and any rows."""

import math
from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from redball.access.agreements.document import Detail
from redball.access.detail import applied, banded, rounded
from redball.access.detail.coarse import coarse_dates, coarse_numbers, coarse_places
from redball.model import table
from redball.model.frames import frame_schema

numbers = st.floats(min_value=1e-20, max_value=9.9e19) | st.integers(0, 10**12).map(float)
lists = st.lists(numbers, min_size=1, max_size=30)
BAND_BOUNDS = sorted(float(f"{digit}e{power}") for digit in (1, 2, 5) for power in range(-12, 13))


def one(made: Any, number: float) -> float:
    return float(made(np.array([number]))[0])


@given(lists)
def test_both_leave_their_own_results_and_keep_the_order(values: list[float]) -> None:
    array = np.array(sorted(values))
    for made in (rounded, banded):
        once = made(array)
        assert np.array_equal(made(once), once)
        assert (np.diff(once) >= 0).all()


@given(numbers)
@example(0.0)
@example(999.9999999999999)
@example(9.999999999999999e-07)
def test_the_error_of_both_is_bounded(number: float) -> None:
    assert abs(Fraction(one(rounded, number)) - Fraction(number)) <= Fraction(number) / 20
    band = one(banded, number)
    assert band <= number
    assert number < 2.5 * band * (1 + 1e-15) or number == 0.0 == band


@given(st.integers(1, 10**7), st.integers(-9, 9))
@example(125, 0)
@example(135, -2)
@example(115, -2)
@example(995, 0)
def test_rounding_is_half_to_even_on_the_digits_as_written(digits: int, power: int) -> None:
    exact = Decimal(digits).scaleb(power)
    step = Decimal(1).scaleb(exact.adjusted() - 1)
    assert one(rounded, float(exact)) == float(exact.quantize(step, ROUND_HALF_EVEN))


@given(st.floats(min_value=1e-12, max_value=4.9e12))
def test_bands_like_a_search_in_the_list_of_their_bounds(number: float) -> None:
    assert one(banded, number) == max(bound for bound in BAND_BOUNDS if bound <= number)


@given(st.sampled_from(BAND_BOUNDS))
def test_a_bound_is_in_its_own_band_and_what_is_just_below_is_not(bound: float) -> None:
    assert one(banded, bound) == bound
    assert one(banded, math.nextafter(bound, 0.0)) < bound


@given(numbers)
def test_negative_numbers_mirror_and_strange_ones_are_withheld(number: float) -> None:
    for made in (rounded, banded):
        assert one(made, -number) == -one(made, number)
        assert all(math.isnan(one(made, x)) for x in (math.nan, math.inf, -math.inf, 1e21))
        assert one(made, 9e-21) == 0.0


@given(st.lists(st.none() | st.integers(0, 2**52), max_size=20), st.booleans())
def test_whole_numbers_stay_whole_and_missing_ones_missing(
    values: list[int | None], bands: bool
) -> None:
    column = pl.Series("count", values, pl.Int64)
    made = coarse_numbers(column, bands=bands)
    assert made.dtype == pl.Int64
    assert made.is_null().to_list() == [v is None for v in values]
    assert made.fill_null(0).to_list() == [
        int(one(banded if bands else rounded, float(v or 0))) for v in values
    ]


@given(st.lists(st.none() | st.floats(-180, 180), max_size=20), st.booleans())
def test_coordinates_stay_on_the_globe_and_near(values: list[float | None], bands: bool) -> None:
    made = coarse_places(pl.Series("longitude", values, pl.Float64), bands=bands)
    for before, after in zip(values, made.to_list(), strict=True):
        assert (before is None) == (after is None)
        if before is not None:
            assert abs(after) <= 180
            assert abs(after - before) <= (0.5 if bands else 0.05) * (1 + 1e-12)
    assert coarse_places(made, bands=bands).equals(made)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.booleans())
def test_dates_go_to_the_first_of_their_month_or_quarter(day: date, bands: bool) -> None:
    month = (day.month - 1) // 3 * 3 + 1 if bands else day.month
    assert coarse_dates(pl.Series([day]), bands=bands).to_list() == [date(day.year, month, 1)]


quantities = st.sampled_from([0.0, 0.1, 1.0, 3.0, 7.0, 8.0, 20.0, 1e15])
holdings = st.lists(
    st.fixed_dictionaries(
        {
            "owner": st.sampled_from(["NLD", "NLD", "POL"]),
            "site": st.sampled_from("ABCDE"),
            "item": st.sampled_from("IIJ"),
            "condition": st.sampled_from(["serviceable"] * 3 + ["in_repair"]),
            "quantity": quantities,
            "reserved": st.sampled_from([0.0, 0.0, 2.0]),
            "label": st.sampled_from([1, 1, 2, 3]),
        }
    ),
    max_size=25,
)
Group = tuple[str, str, str, int]


def frame_of(records: list[dict[str, Any]]) -> pl.DataFrame:
    schema = frame_schema(table("holding"))
    base = {"since": 1, "sheet": "s", "line": 1}
    full = [{**base, "key": f"K{i}", **record} for i, record in enumerate(records)]
    return pl.DataFrame({c: [r.get(c) for r in full] for c in schema}, schema=schema)


def shown(records: list[dict[str, Any]], labels: set[int]) -> dict[Group, float]:
    """Totals as shown, by owner, item, condition and label."""
    found = applied("holding", frame_of(records), dict.fromkeys(labels, Detail.TOTALS))
    told = found.filter(pl.col("label").is_in(sorted(labels)))
    cells = told.select(
        pl.col("owner").cast(pl.String), "item", "condition", "label", "quantity"
    ).rows()
    assert len({cell[:4] for cell in cells}) == len(cells)
    return {cell[:4]: cell[4] for cell in cells}


def plain(records: list[dict[str, Any]]) -> dict[Group, tuple[float, bool]]:
    """Every total once more with exact fractions, and whether it may be told."""
    by_site: dict[Group, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for r in records:
        free = Fraction(max(r["quantity"] - r["reserved"], 0.0))
        by_site[r["owner"], r["item"], r["condition"], r["label"]][r["site"]] += free
    found = {}
    for group, sites in by_site.items():
        parts = [part for part in sites.values() if part > 0]
        total = sum(parts, Fraction(0))
        told = len(parts) >= 3 and max(parts) < Fraction(4, 5) * total
        found[group] = (float(total), told)
    return found


@given(holdings)
def test_totals_are_the_exact_sums_of_groups_that_hide_their_contributors(
    records: list[dict[str, Any]],
) -> None:
    assert shown(records, {1, 2, 3}) == {g: t for g, (t, told) in plain(records).items() if told}


@given(holdings, st.sets(st.integers(1, 3)), st.randoms(use_true_random=False))
def test_a_total_does_not_depend_on_who_asks_for_what_else_or_on_order(
    records: list[dict[str, Any]], labels: set[int], dice: Any
) -> None:
    whole = shown(records, {1, 2, 3})
    dice.shuffle(records)
    assert shown(records, labels) == {g: t for g, t in whole.items() if g[3] in labels}


@settings(max_examples=60)
@given(holdings, st.lists(st.sets(st.integers(1, 3)), min_size=1, max_size=4))
def test_no_contributor_follows_from_any_sums_and_differences_of_what_is_shown(
    records: list[dict[str, Any]], questions: list[set[int]]
) -> None:
    """Linear algebra over everything that several viewers see: their totals and exact rows."""
    sites = sorted({(*_group(r), r["site"]) for r in records})
    known = [
        [float(site[:4] == group) for site in sites]
        for labels in questions
        for group in shown(records, labels)
    ]
    rank = _rank(known, len(sites))
    for position in range(len(sites)):
        unit = [float(i == position) for i in range(len(sites))]
        assert _rank([*known, unit], len(sites)) == rank + 1


def _group(record: dict[str, Any]) -> Group:
    return record["owner"], record["item"], record["condition"], record["label"]


def _rank(known: list[list[float]], width: int) -> int:
    return int(np.linalg.matrix_rank(np.array(known).reshape(-1, width))) if known else 0


@given(holdings, st.sampled_from([Detail.ROUNDED, Detail.BANDED]))
def test_coarse_rows_are_as_many_and_coarse_again_gives_the_same_numbers(
    records: list[dict[str, Any]], detail: Detail
) -> None:
    details = dict.fromkeys((1, 2), detail)
    once = applied("holding", frame_of(records), details)
    again = applied("holding", once, details)
    assert once.height == len(records)
    assert once.select("owner", "key").n_unique() == len(records)
    columns = ["owner", "site", "item", "condition", "quantity", "reserved", "label"]
    assert again.select(columns).sort(columns).equals(once.select(columns).sort(columns))
