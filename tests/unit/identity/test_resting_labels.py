"""What the recognition of a record rests on, as labels."""

from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from redball.identity import item_conflicts, recognise_items, unit_factors
from redball.model import Label, Twin, build_twin, dominant, table
from redball.model.frames import frame_schema

LABELS = {
    1: Label("DEU", "UNCLASSIFIED", frozenset({"ALL"})),
    2: Label("DEU", "RESTRICTED"),
    3: Label("DEU", "UNCLASSIFIED", frozenset({"NLD"})),
}
Items = list[dict[str, Any]]

OPEN, CLOSED, NLD = (
    "UNCLASSIFIED // REL ALL",
    "RESTRICTED // FOR DEU ONLY",
    "UNCLASSIFIED // FOR DEU NLD ONLY",
)


def rows(name: str, *records: dict[str, Any]) -> pl.DataFrame:
    schema = frame_schema(table(name))
    base = {"owner": "DEU", "label": 1, "since": 1, "sheet": "x.csv", "line": 2}
    full = [{"unit_of_issue": "EA", "name": r["key"], **base, **r} for r in records]
    return pl.DataFrame({c: [r.get(c) for r in full] for c in schema}, schema=schema)


def twin(items: list[dict[str, Any]], *verdicts: dict[str, Any]) -> Twin:
    said = [
        {"key": f"{n}", "decided_by": "x", "decided_on": date(2026, 1, 1), **one}
        for n, one in enumerate(verdicts)
    ]
    return build_twin(
        {"item": rows("item", *items), "same_item": rows("same_item", *said)},
        LABELS,
        viewer="DEU",
        as_of=datetime(2026, 1, 31, 12, tzinfo=UTC),
    )


def texts(t: Twin) -> list[str]:
    units = unit_factors(t, recognise_items(t))
    return [dominant(t.labels[i] for i in used).text for used in units["labels"].to_list()]


def test_a_record_alone_rests_on_itself() -> None:
    assert texts(twin([{"key": "a"}, {"key": "b", "label": 2}])) == [OPEN, CLOSED]


def test_records_of_one_niin_rest_on_each_other() -> None:
    same = {"niin": "111111111"}
    items: Items = [{"key": "a", **same}, {"key": "b", "label": 3, **same}, {"key": "c"}]
    assert texts(twin(items)) == [NLD, NLD, OPEN]


def test_a_verdict_of_either_kind_counts_for_both_records_and_their_groups() -> None:
    same = {"niin": "111111111"}
    for verdict in ("same", "different"):
        said = {"item_a": "a", "item_b": "c", "verdict": verdict, "label": 2}
        items = [{"key": "a", **same}, {"key": "b", **same}, {"key": "c"}, {"key": "d"}]
        assert texts(twin(items, said)) == [CLOSED, CLOSED, CLOSED, OPEN]


def test_a_part_number_of_several_niins_links_records_of_several_groups() -> None:
    part = {"part_number": "P-1", "ncage": "C1234"}
    items: Items = [
        {"key": "a", "niin": "111111111", **part},
        {"key": "b", "niin": "222222222", "label": 3, **part},
        {"key": "c", **part},
    ]
    assert texts(twin(items)) == [NLD, NLD, NLD]


def test_a_conflict_carries_the_label_of_records_and_verdicts_and_names_them_by_key() -> None:
    items = [{"key": "a", "niin": "111111111"}, {"key": "b", "niin": "222222222"}]
    said = {"item_a": "a", "item_b": "b", "verdict": "same", "label": 2}
    (row,) = item_conflicts(twin(items, said)).rows(named=True)
    assert (row["kind"], row["label"]) == ("several niin", CLOSED)
    assert row["why"] == (
        "The group of DEU:a holds NIIN 111111111 and NIIN 222222222, by a verdict."
    )
