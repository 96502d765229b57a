"""The exercise has what a readiness curve, mutual support and an order list need."""

from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from redball.forecasting import consumption
from redball.identity import recognise_items, unit_factors
from redball.model import Kind, Label, Twin, build_twin, parse_label, table, tables
from redball.model.frames import frame_schema
from redball.stock.case import SparingCase, agreements, sparing_case
from redball.stock.sparing.evaluation import evaluate
from redball.synthetic.exercise.readiness import TREES, use_per_day
from redball.synthetic.exercise.spares import OWNERS, read_spares

Tables = Mapping[str, Mapping[str, pl.DataFrame]]

LABEL = "UNCLASSIFIED // REL ALL"
WHEN = datetime(2026, 1, 31, 12, tzinfo=UTC)


def coded(sound: Tables, name: str, labels: dict[int, Label]) -> pl.DataFrame:
    """Rows of a table over all owners as the store hands them to the twin."""
    spec, schema = table(name), frame_schema(table(name))
    parts = [
        part[name].with_columns(owner=pl.lit(owner))
        for owner, part in sound.items() if name in part
    ]  # fmt: skip
    if not parts:
        return pl.DataFrame(schema=schema)
    frame = pl.concat(parts, how="diagonal")
    for column in (*schema, "label"):
        if column not in frame.columns:
            frame = frame.with_columns(pl.lit(None).alias(column))
    numbers = {label: number for number, label in labels.items()}
    texts = frame.select("owner", pl.col("label").cast(pl.String).fill_null(LABEL)).rows()
    for owner, text in texts:
        numbers.setdefault(parse_label(text, owner), len(numbers))
    labels |= {number: label for label, number in numbers.items()}
    ids = pl.Series([numbers[parse_label(text, owner)] for owner, text in texts], dtype=pl.Int32)
    defaults = {
        a.name: {"yes": True, "no": False}.get(a.default, a.default)
        if a.type.kind is not Kind.NUMBER else float(a.default)
        for a in spec.attributes if a.default and not a.derived
    }  # fmt: skip
    filled = frame.with_columns(
        *(pl.col(c).fill_null(value) for c, value in defaults.items()),
        label=ids, since=pl.lit(1), sheet=pl.lit("x"), line=pl.lit(2),
    )  # fmt: skip
    return filled.select(pl.col(c).cast(dtype) for c, dtype in schema.items())


@pytest.fixture(scope="module")
def twin(sound: Tables) -> Twin:
    labels: dict[int, Label] = {}
    frames = {name: coded(sound, name, labels) for name in tables()}
    seen = {number: label for number, label in labels.items() if label.readable_by("XAG")}
    shown = {n: f.filter(pl.col("label").is_in(list(seen))) for n, f in frames.items()}
    return build_twin(shown, seen, viewer="XAG", as_of=WHEN, exercise=True)


@pytest.fixture(scope="module")
def case(twin: Twin) -> SparingCase:
    groups = recognise_items(twin)
    units = unit_factors(twin, groups)
    return sparing_case(twin, consumption(twin), items=groups, units=units)


def test_two_nations_hold_the_same_spares_under_one_number(sound: Tables) -> None:
    for spare in read_spares():
        numbers = set()
        for owner in OWNERS:
            (row,) = sound[owner]["item"].filter(pl.col("key") == spare.key(owner)).to_dicts()
            numbers.add(row.get("niin") or str(row["nsn"])[4:])
        assert len(numbers) == 1
    units = [spare for spare in read_spares() if spare.is_unit]
    assert 20 <= sum(s.system == "IFV" for s in units) <= 40
    assert sum(s.needed is not None for s in units) >= 4
    assert sum(not s.reparable for s in units) >= 6
    assert sum(not s.is_unit for s in read_spares()) >= 8


def test_support_is_promised_both_ways(twin: Twin, case: SparingCase) -> None:
    held = agreements(case, twin, WHEN.date())
    ways = held.select("giver", "receiver").unique().sort("giver").rows()
    assert ways == [("DEU", "NLD"), ("NLD", "DEU")]
    assert held.filter(giver="DEU")["item"].n_unique() == case.problem.items


def test_every_spare_is_an_item_of_the_case_once(twin: Twin, case: SparingCase) -> None:
    for spare in read_spares():
        at = {int(case.item_of[twin.find("item", f"{o}:{spare.key(o)}")]) for o in OWNERS}
        assert len(at) == 1
        assert at != {-1}, spare.part


def test_failures_are_the_hours_of_the_fleets_times_the_rates_in_the_file(
    twin: Twin, case: SparingCase
) -> None:
    sites = {name: s for s, name in enumerate(case.problem.site_names)}
    for spare in read_spares():
        if spare.system != "IFV" or not spare.is_unit:
            continue
        item = case.item_of[twin.find("item", f"DEU:{spare.key('DEU')}")]
        expected = np.zeros(len(sites))
        for owner in OWNERS:
            for site, hours in use_per_day(owner, "IFV").items():
                expected[sites[f"{owner}:{site}"]] = spare.per_hour * hours
        assert case.problem.demand[item] == pytest.approx(expected, rel=1e-12)


def test_the_trees_have_bases_under_a_depot_of_each_nation(case: SparingCase) -> None:
    names = case.problem.site_names
    for owner, (depot, bases, _) in TREES.items():
        for base in bases:
            supplier = case.problem.supplier[names.index(f"{owner}:{base}")]
            assert names[supplier] == f"{owner}:{depot}"
    assert [names[s] for s in case.problem.tops] == ["DEU:DEPOT-HEIDE", "NLD:DEPOT-VELUWE"]


def test_stock_is_below_need_so_that_readiness_can_be_bought(case: SparingCase) -> None:
    problem, have = case.problem, case.have
    fleet = problem.systems > 0
    none, now, more = (
        evaluate(problem, stock).availability[fleet]
        for stock in (np.zeros_like(have), have, have + 4.0)
    )
    assert (none < now).all()
    assert (now < more).all()
    assert 0.25 < now.min() < now.max() < 0.95
    assert more.mean() > now.mean() + 0.05


def test_each_nation_has_what_the_other_lacks(case: SparingCase) -> None:
    german = np.array([nation == "DEU" for nation in case.nation])
    own, theirs = case.have[:, german].sum(axis=1), case.have[:, ~german].sum(axis=1)
    assert (own > theirs).sum() > 10
    assert (theirs > own).sum() > 5


def test_rules_sources_and_dated_reserves_are_there(sound: Tables) -> None:
    for owner in OWNERS:
        part = sound[owner]
        assert set(part["policy"]["kind"]) == {"reorder_up_to", "fixed_quantity", "base_stock"}
        spares = part["source"].filter(pl.col("item").str.contains(r"-[LS]\d\d$"))
        assert spares["item"].n_unique() == len(read_spares())
        assert spares["price_breaks"].drop_nulls().len() > 5
        assert spares.filter(pl.col("minimum_order") > 1).height > 5
        depot = part["holding"].filter(pl.col("site") == TREES[owner][0])
        for name in ("RATION", "DRESSING"):
            lots = depot.filter(pl.col("item").str.ends_with(name))
            assert lots["expiry"].drop_nulls().n_unique() >= 3
