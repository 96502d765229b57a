"""Items of several owners: NIIN, part number and verdict merge; names only propose."""

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from redball.identity import item_conflicts, recognise_items
from redball.model import BadUse, Groups, Label, Twin, build_twin, table
from redball.model.frames import frame_schema

OWNERS = ("DEU", "NLD", "POL", "NOR")
LABELS = {i: Label(owner, "UNCLASSIFIED", frozenset({"ALL"})) for i, owner in enumerate(OWNERS)}


def rows(name: str, *records: dict[str, Any]) -> pl.DataFrame:
    schema = frame_schema(table(name))
    base = {"owner": "DEU", "since": 1, "sheet": "x.csv", "line": 2}
    full = [{**base, **record} for record in records]
    full = [{"label": OWNERS.index(str(r["owner"])), **r} for r in full]
    return pl.DataFrame({c: [r.get(c) for r in full] for c in schema}, schema=schema)


def item(owner: str, key: str, name: str = "x", **more: Any) -> dict[str, Any]:
    base = {"supply_class": "NATO:II", "unit_of_issue": "EA"}
    return {"owner": owner, "key": key, "name": name, **base, **more}


def verdict(a: str, b: str, word: str, owner: str = "DEU") -> dict[str, Any]:
    when = {"decided_by": "J4 cell", "decided_on": date(2026, 1, 20)}
    return {"owner": owner, "key": f"{a}|{b}", "item_a": a, "item_b": b, "verdict": word, **when}


def twin(items: list[dict[str, Any]], verdicts: list[dict[str, Any]] | None = None,
         **tables: list[dict[str, Any]]) -> Twin:  # fmt: skip
    every = {"item": items, "same_item": verdicts or [], **tables}
    frames = {name: rows(name, *records) for name, records in every.items()}
    noon = datetime(2026, 1, 31, 12, tzinfo=UTC)
    return build_twin(frames, LABELS, viewer="DEU", as_of=noon)


def together(t: Twin, groups: Groups) -> set[frozenset[str]]:
    """Groups of two and more as sets of OWNER:KEY."""
    names = t["item"].select(pl.concat_str("owner", "key", separator=":")).to_series().to_list()
    found: dict[int, set[str]] = {}
    for name, group in zip(names, groups.group.tolist(), strict=True):
        found.setdefault(group, set()).add(name)
    return {frozenset(members) for members in found.values() if len(members) > 1}


def kinds(t: Twin) -> list[str]:
    return item_conflicts(t)["kind"].to_list()


def test_one_niin_is_one_article_whatever_its_class_hyphens_or_field() -> None:
    t = twin([
        item("DEU", "a", niin="12-345-6789"),
        item("NLD", "b", nsn="3110-12-345-6789"),
        item("POL", "c", nsn="3120123456789"),
        item("NOR", "d", niin="123456780"),
    ])  # fmt: skip
    groups = recognise_items(t)
    assert together(t, groups) == {frozenset({"DEU:a", "NLD:b", "POL:c"})}
    assert groups.basis == ("niin", "niin", "", "niin")
    assert kinds(t) == []


@pytest.mark.parametrize("filler", ["000000000", "12345678", "ABC456789", ""])
def test_fillers_and_broken_numbers_merge_nothing(filler: str) -> None:
    t = twin([item("DEU", "a", niin=filler), item("NLD", "b", niin=filler)])
    assert together(t, recognise_items(t)) == set()


def test_a_part_number_needs_its_manufacturer_and_is_compared_without_marks() -> None:
    t = twin([
        item("DEU", "a", part_number="6205-2rs", ncage="C1234"),
        item("NLD", "b", part_number="6205 2RS", ncage="c1234"),
        item("POL", "c", part_number="6205/2RS", ncage="D9999"),
        item("NOR", "d", part_number="6205-2RS"),
    ])  # fmt: skip
    groups = recognise_items(t)
    assert together(t, groups) == {frozenset({"DEU:a", "NLD:b"})}
    assert groups.basis[:2] == ("part number", "part number")


def test_a_record_without_niin_joins_by_part_number_and_the_group_keeps_the_niin() -> None:
    maker = {"part_number": "P-100", "ncage": "C1234"}
    t = twin([
        item("DEU", "a", niin="123456789", **maker),
        item("NLD", "b", niin="123456789"),
        item("POL", "c", **maker),
    ])  # fmt: skip
    groups = recognise_items(t)
    assert together(t, groups) == {frozenset({"DEU:a", "NLD:b", "POL:c"})}
    assert groups.basis == ("niin", "niin", "part number")


def test_one_part_number_with_two_niins_is_reported_and_merges_only_records_without() -> None:
    maker = {"part_number": "P-100", "ncage": "C1234"}
    t = twin([
        item("DEU", "a", niin="123456789", **maker),
        item("NLD", "b", niin="987654321", **maker),
        item("POL", "c", **maker),
        item("NOR", "d", **maker),
    ])  # fmt: skip
    assert together(t, recognise_items(t)) == {frozenset({"POL:c", "NOR:d"})}
    conflicts = item_conflicts(t)
    assert conflicts["kind"].to_list() == ["part number"]
    assert conflicts["why"][0] == (
        "Part number P100 of C1234 has NIIN 123456789 and NIIN 987654321."
    )


def test_a_persons_verdict_merges_records_that_no_number_ties() -> None:
    t = twin([item("DEU", "a"), item("NLD", "b")], [verdict("a", "NLD:b", "same")])
    groups = recognise_items(t)
    assert together(t, groups) == {frozenset({"DEU:a", "NLD:b"})}
    assert groups.basis == ("confirmed", "confirmed")


def test_a_verdict_of_same_merges_two_niins_and_says_so() -> None:
    t = twin(
        [item("DEU", "a", niin="123456789"), item("NLD", "b", niin="987654321")],
        [verdict("a", "NLD:b", "same")],
    )
    assert together(t, recognise_items(t)) == {frozenset({"DEU:a", "NLD:b"})}
    assert kinds(t) == ["several niin"]


def test_a_verdict_of_different_keeps_equal_niins_apart_and_the_rest_with_the_first() -> None:
    same = {"niin": "123456789"}
    t = twin(
        [item("DEU", "a", **same), item("NLD", "b", **same), item("POL", "c", **same)],
        [verdict("a", "POL:c", "different")],
    )
    groups = recognise_items(t)
    assert together(t, groups) == {frozenset({"DEU:a", "NLD:b"})}
    assert groups.basis == ("niin", "niin", "")
    conflict = item_conflicts(t)
    assert conflict["kind"].to_list() == ["kept apart"]
    assert conflict["why"][0].startswith("Kept apart: J4 cell decided on 2026-01-20")


def test_a_verdict_of_same_decides_on_which_side_of_a_split_a_record_stands() -> None:
    same = {"niin": "123456789"}
    t = twin(
        [item("DEU", "a", **same), item("NLD", "b", **same), item("POL", "c", **same)],
        [verdict("a", "POL:c", "different"), verdict("NLD:b", "POL:c", "same")],
    )
    assert together(t, recognise_items(t)) == {frozenset({"NLD:b", "POL:c"})}


def test_what_is_split_off_stays_together_among_itself() -> None:
    same = {"niin": "123456789"}
    t = twin(
        [item(owner, "a", **same) for owner in OWNERS],
        [verdict("a", "NLD:a", "different"), verdict("a", "NOR:a", "different")],
    )
    assert together(t, recognise_items(t)) == {
        frozenset({"DEU:a", "POL:a"}),
        frozenset({"NLD:a", "NOR:a"}),
    }


def test_different_holds_through_further_records_and_against_a_contrary_verdict() -> None:
    t = twin(
        [item("DEU", "a"), item("NLD", "b", niin="123456789"), item("POL", "c", niin="123456789")],
        [
            verdict("a", "NLD:b", "same"),
            verdict("a", "POL:c", "different"),
            verdict("NLD:b", "a", "different", owner="NLD") | {"item_a": "b", "item_b": "DEU:a"},
        ],
    )
    assert together(t, recognise_items(t)) == {frozenset({"NLD:b", "POL:c"})}
    assert kinds(t) == ["kept apart", "kept apart", "verdict not applied"]


def test_a_record_whose_two_numbers_disagree_goes_by_its_niin_and_is_reported() -> None:
    t = twin([
        item("DEU", "a", niin="123456789", nsn="3110987654321"),
        item("NLD", "b", niin="123456789"),
        item("POL", "c", niin="987654321"),
    ])  # fmt: skip
    assert together(t, recognise_items(t)) == {frozenset({"DEU:a", "NLD:b"})}
    assert kinds(t) == ["own numbers"]


def test_alike_names_propose_whatever_the_order_of_words_and_never_merge() -> None:
    t = twin([
        item("DEU", "a", "Bearing, ball, annular"),
        item("NLD", "b", "BALL BEARING - ANNULAR"),
        item("POL", "c", "Filter, fuel"),
    ])  # fmt: skip
    groups = recognise_items(t)
    assert together(t, groups) == set()
    assert groups.basis == ("", "", "")
    (candidate,) = groups.candidates.rows(named=True)
    assert (candidate["a_ix"], candidate["b_ix"], candidate["score"]) == (0, 1, 1.0)
    assert candidate["why"] == "names 100 % alike; both in class NATO:II"


def test_local_names_are_compared_too_without_accents() -> None:
    t = twin([
        item("DEU", "a", "Bearing", local_name="Łożysko kulkowe zwykłe"),
        item("POL", "b", "lozysko kulkowe zwykle"),
    ])  # fmt: skip
    assert recognise_items(t).candidates.height == 1


def test_records_of_one_owner_are_never_proposed() -> None:
    t = twin([item("DEU", "a", "Bearing, ball"), item("DEU", "b", "Ball bearing")])
    assert recognise_items(t).candidates.is_empty()


def test_two_niins_are_two_articles_however_alike_the_names() -> None:
    name = "Bearing, ball, annular"
    t = twin([item("DEU", "a", name, niin="123456789"), item("NLD", "b", name, niin="987654321")])
    assert recognise_items(t).candidates.is_empty()


def test_a_verdict_of_different_withdraws_the_candidate_for_the_whole_group() -> None:
    name = "Bearing, ball, annular"
    items = [
        item("DEU", "a", name, niin="123456789"),
        item("NLD", "b", name, niin="123456789"),
        item("POL", "c", name),
    ]
    assert recognise_items(twin(items)).candidates.height == 1
    said = twin(items, [verdict("a", "POL:c", "different")])
    assert recognise_items(said).candidates.is_empty()


def score(left: dict[str, Any], right: dict[str, Any], **tables: Any) -> tuple[float, str]:
    name = "Bearing, ball, annular, single row"
    t = twin([item("DEU", "a", **{"name": name, **left}),
              item("NLD", "b", **{"name": "Ball bearing annular single row deep groove", **right})],
             **tables)  # fmt: skip
    found = recognise_items(t, minimum_score=0.01).candidates
    return float(found["score"][0]), str(found["why"][0])


def test_evidence_moves_the_score_as_documented_and_is_named() -> None:
    unknown = {"supply_class": "US:VI"}
    base, _ = score({"supply_class": None}, unknown)
    same_class, why = score({}, {"supply_class": "US:IX"})
    assert same_class == pytest.approx(1 - (1 - base) * 0.9, abs=2e-4)
    assert "both in class NATO:II" in why
    other_class, why = score({}, {"supply_class": "NATO:V"})
    assert other_class == pytest.approx(base * 0.8, abs=2e-4)
    assert "classes NATO:II and NATO:V" in why


def test_price_and_mass_are_compared_for_one_piece_and_in_one_currency() -> None:
    box = {"unit_of_issue": "BX", "quantity_per_unit": 12.0, "content_unit": "EA"}
    rate = [{"key": "r", "currency": "USD", "day": date(2026, 1, 2), "per_eur": 1.25}]
    _, why = score(
        {"price": 10.0, "currency": "EUR", "mass_kg": 0.5},
        {"price": 150.0, "currency": "USD", "mass_kg": 6.0, **box},
        rate=rate,
    )
    assert "prices within a factor 1.0" in why
    assert "masses within a factor 1.0" in why
    assert "counted in EA and BX" in why
    _, why = score(
        {"price": 10.0, "currency": "EUR"}, {"price": 150.0, "currency": "USD"}, rate=rate
    )
    assert "prices differ by a factor 12" in why
    _, why = score(
        {"price": 10.0, "currency": "EUR"}, {"price": 150.0, "currency": "NOK"}, rate=rate
    )
    assert "prices" not in why


def test_numbers_in_names_that_differ_lower_the_score() -> None:
    t = twin([item("DEU", "a", "Screw, cap, hexagon head, M8X30"),
              item("NLD", "b", "Screw, cap, hexagon head, M8X35"),
              item("POL", "c", "Cap screw hexagon head M8X30")])  # fmt: skip
    found = recognise_items(t).candidates
    assert found.select("a_ix", "b_ix").rows() == [(0, 2)]


def test_an_equal_part_number_without_manufacturer_proposes_across_languages() -> None:
    t = twin([
        item("DEU", "a", "Rillenkugellager", part_number="6205-2RS", ncage="C1234"),
        item("NLD", "b", "Bearing, ball", part_number="6205 2RS"),
    ])  # fmt: skip
    groups = recognise_items(t)
    assert together(t, groups) == set()
    (candidate,) = groups.candidates.rows(named=True)
    assert candidate["score"] == pytest.approx(1 - 0.2 * 0.9)
    assert "same part number 62052RS, a manufacturer is not given" in candidate["why"]


def test_a_name_that_one_owner_gives_to_many_records_proposes_nothing() -> None:
    crowd = [item("DEU", f"a{i}", "Screw") for i in range(9)]
    assert recognise_items(twin([*crowd, item("NLD", "b", "Screw")])).candidates.is_empty()
    assert recognise_items(twin([*crowd[:8], item("NLD", "b", "Screw")])).candidates.height == 8


def test_candidates_are_capped_best_first() -> None:
    t = twin([
        item("DEU", "a", "Pump, fuel, diesel engine"),
        item("NLD", "b", "Fuel pump diesel engine"),
        item("DEU", "c", "Gasket, cylinder head, engine"),
        item("NLD", "d", "Cylinder head gasket, engine, upper"),
    ])  # fmt: skip
    every = recognise_items(t, minimum_score=0.6).candidates
    assert every["score"].is_sorted(descending=True)
    assert every.height == 2
    assert recognise_items(t, minimum_score=0.6, most_candidates=1).candidates.equals(every.head(1))


@pytest.mark.parametrize(
    "wrong", [{"minimum_score": 0.0}, {"minimum_score": 1.1}, {"most_candidates": -1}]
)
def test_limits_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadUse):
        recognise_items(twin([]), **wrong)


def test_no_items_give_no_groups() -> None:
    groups = recognise_items(twin([]))
    assert len(groups.group) == 0
    assert groups.basis == ()
    assert groups.candidates.columns == ["a_ix", "b_ix", "score", "why"]
    assert item_conflicts(twin([])).is_empty()
