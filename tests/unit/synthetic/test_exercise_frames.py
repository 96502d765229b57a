"""The exercise coalition is complete, consistent and the same every time."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import polars as pl
from polars.testing import assert_frame_equal

from redball.synthetic import NationalPackage, exercise_coalition
from redball.synthetic.exercise.spares import read_spares

Tables = Mapping[str, Mapping[str, pl.DataFrame]]


def all_rows(tables: Tables, name: str) -> pl.DataFrame:
    """Rows of a table over all owners."""
    return pl.concat(
        [part[name].with_columns(owner=pl.lit(o)) for o, part in tables.items() if name in part],
        how="diagonal",
    )


def test_there_are_six_nations_and_an_agency_each_in_its_own_form(
    coalition: Sequence[NationalPackage],
) -> None:
    assert {p.owner: p.form for p in coalition} == {
        "XAG": "csv", "DEU": "csv", "USA": "csv", "POL": "zip", "NLD": "xlsx", "NOR": "parquet",
        "EST": "workbook",
    }  # fmt: skip
    assert all("EXERCISE" in p.title and p.exercise for p in coalition)
    assert {p.owner for p in coalition if p.mapping is None} == {"XAG", "NOR", "EST"}


def test_one_feed_is_old_and_the_others_are_days_apart(
    coalition: Sequence[NationalPackage],
) -> None:
    now = datetime(2026, 1, 31, 6, tzinfo=UTC)
    ages = {p.owner: now - p.as_of for p in coalition}
    assert ages["EST"].days == 70
    assert all(timedelta(0) <= a < timedelta(4) for o, a in ages.items() if o != "EST")


def test_the_size_is_as_told(sound: Tables) -> None:
    assert all_rows(sound, "site").height == 60
    spares = 2 * len(read_spares())
    assert spares == 94
    assert all_rows(sound, "item").height == 400 + spares + 2  # and the two items of the cycle
    assert all_rows(sound, "system").height == 5
    assert all_rows(sound, "party").filter(pl.col("kind") == "unit").height == 12
    fleet = all_rows(sound, "fleet")
    assert fleet.select(pl.concat_str("owner", "unit")).n_unique() == 12
    spans = all_rows(sound, "demand").group_by("owner").agg(pl.col("period_start").n_unique())
    assert set(spans["period_start"]) == {36}


def test_some_forty_suppliers_stand_in_four_tiers() -> None:
    from redball.synthetic.exercise.network import read_firms

    tiers = [firm.tier for firm in read_firms().values()]
    assert {tier: tiers.count(tier) for tier in (1, 2, 3, 4)} == {1: 17, 2: 12, 3: 7, 4: 4}


def test_without_its_faults_the_coalition_is_consistent(
    sound: Tables, inconsistencies: Callable[[Tables], list[str]]
) -> None:
    assert inconsistencies(sound) == []


def test_a_package_refers_only_to_itself_and_to_packages_before_it(
    sound: Tables, inconsistencies: Callable[[Tables], list[str]]
) -> None:
    owners = list(sound)
    for count in range(1, len(owners) + 1):
        part = {owner: sound[owner] for owner in owners[:count]}
        # what a nation promises to one that sends later is a link that comes with that package
        later = "DEU" in part and "NLD" not in part
        promised = ["DEU support.receiver: names no row: ['NLD:NLD']"] if later else []
        assert inconsistencies(part) == promised


def test_the_same_seed_gives_the_same_frames_and_another_seed_other_ones(
    coalition: Sequence[NationalPackage],
) -> None:
    for first, again in zip(coalition, exercise_coalition(1944), strict=True):
        assert first.mapping == again.mapping
        assert list(first.tables) == list(again.tables)
        for name, frame in first.tables.items():
            assert_frame_equal(frame, again.tables[name])
    other = {p.owner: p for p in exercise_coalition(7)}
    assert not other["DEU"].tables["holding"].equals(coalition[1].tables["holding"])


def test_labels_differ_so_that_viewers_see_different_pictures(sound: Tables) -> None:
    fleet = all_rows(sound, "fleet")["label"]
    assert fleet.str.starts_with("RESTRICTED // REL").all()
    ammunition = all_rows(sound, "holding").filter(pl.col("item").str.contains("SHELL|CHARGE"))
    assert ammunition["label"].str.starts_with("RESTRICTED // REL").all()
    requirement = all_rows(sound, "requirement")
    assert requirement.filter(pl.col("label") == "CONFIDENTIAL").height == 6


def test_stock_numbers_carry_the_bureau_of_their_nation(sound: Tables) -> None:
    bureau = {"DEU": "12", "NLD": "17", "NOR": "25", "USA": "01", "POL": "43", "EST": "38"}
    for owner, code in bureau.items():
        item = sound[owner]["item"]
        numbers = item.select(
            pl.coalesce("niin", pl.col("nsn").str.tail(9)) if "nsn" in item.columns else "niin"
        ).to_series()
        assert numbers.drop_nulls().str.len_chars().unique().to_list() == [9]
        assert (numbers.str.head(2) == code).sum() > 8


def test_demand_of_spares_is_intermittent_and_of_fuel_is_steady(sound: Tables) -> None:
    demand = sound["DEU"]["demand"]
    fuel = demand.filter(pl.col("item") == "M-FUEL")["quantity"]
    spares = demand.filter(~pl.col("item").str.contains("FUEL|SHELL|CHARGE|ROUND"))["quantity"]
    assert (fuel > 0).all()
    assert 0.2 < (spares == 0).mean() < 0.6  # type: ignore[operator]
