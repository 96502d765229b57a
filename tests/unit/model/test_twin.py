"""The twin: what the viewer may not see is not in it, and its hash is of the content alone."""

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

from redball.model import NOWHERE, BadUse, Label, Twin, build_twin, table
from redball.model.frames import frame_schema

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
LABELS = {
    5: Label("DEU", "RESTRICTED", frozenset({"NLD"})),
    9: Label("NLD", "UNCLASSIFIED", frozenset({"ALL"})),
}


def rows(name: str, *records: dict[str, Any]) -> pl.DataFrame:
    schema = frame_schema(table(name))
    base = {"owner": "DEU", "label": 5, "since": 1, "sheet": "x.csv"}
    full = [{**base, "line": i + 2, **record} for i, record in enumerate(records)]
    return pl.DataFrame({c: [r.get(c) for r in full] for c in schema}, schema=schema)


def frames() -> dict[str, pl.DataFrame]:
    return {
        "site": rows("site", {"key": "B", "name": "Bravo"}, {"key": "A", "name": "Alfa"},
                     {"key": "A", "owner": "NLD", "label": 9, "name": "Ander"}),
        "item": rows("item", {"key": "I", "name": "Item", "mass_kg": 2.5}),
        "holding": rows("holding",
                        {"key": "h1", "site": "A", "item": "I", "quantity": 3.0,
                         "expiry": date(2027, 1, 1)},
                        {"key": "h2", "site": "NLD:A", "item": "I", "quantity": -0.0},
                        {"key": "NLD.A|secret|", "owner": "NLD", "label": 9, "site": "A",
                         "item": "secret", "quantity": 7.0, "condition": "serviceable"}),
    }  # fmt: skip


def twin(changed: dict[str, pl.DataFrame] | None = None) -> Twin:
    return build_twin(changed or frames(), LABELS, viewer="DEU", as_of=NOON)


def test_references_become_row_indices_in_the_scope_of_their_owner() -> None:
    t = twin()
    assert t["site"].select("owner", "key").rows() == [("DEU", "A"), ("DEU", "B"), ("NLD", "A")]
    assert t.index("holding", "site").tolist() == [0, 2, 2]
    assert t.index("holding", "item").tolist() == [0, 0, NOWHERE]


def test_a_foreign_row_does_not_spell_out_what_the_viewer_may_not_see() -> None:
    t = twin()
    text = t["holding"].filter(pl.col("owner") == "NLD").write_csv()
    assert "secret" not in text
    assert t["holding"]["key"].to_list()[:2] == ["h1", "h2"]
    assert t["holding"]["key"][2] == "A|?||serviceable#2"


def test_named_writes_references_back_for_people() -> None:
    named = twin().named("holding")
    assert named["site"].to_list() == ["DEU:A", "NLD:A", "NLD:A"]
    assert named["item"].to_list() == ["DEU:I", "DEU:I", None]
    assert named["label"].to_list()[0] == "RESTRICTED // REL NLD"
    assert named["line"].to_list() == [2, 3, 0], "where others wrote their rows is not told"
    assert named["sheet"].to_list() == ["x.csv", "x.csv", ""]


def test_the_hash_does_not_depend_on_row_order_provenance_or_label_numbers() -> None:
    first = twin()
    shuffled = {name: f.sample(fraction=1.0, shuffle=True, seed=3) for name, f in frames().items()}
    moved = {
        name: f.with_columns(
            line=pl.lit(99, pl.Int32), since=pl.lit(4, pl.Int32), label=pl.col("label") + 1
        )
        for name, f in shuffled.items()
    }
    other = build_twin(moved, {k + 1: v for k, v in LABELS.items()}, viewer="DEU", as_of=NOON)
    assert other.content_hash == first.content_hash


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("holding", "quantity", 4.0),
        ("holding", "site", "B"),
        ("item", "name", "Itém"),
        ("holding", "expiry", None),
        ("site", "label", 9),
    ],
)
def test_the_hash_changes_with_any_value(name: str, column: str, value: Any) -> None:
    changed = frames()
    frame = changed[name]
    first = pl.int_range(pl.len()) == 0
    new = pl.when(first).then(pl.lit(value, dtype=frame.schema[column])).otherwise(pl.col(column))
    changed[name] = frame.with_columns(new.alias(column))
    assert twin(changed).content_hash != twin().content_hash


def test_text_moved_between_neighbouring_cells_changes_the_hash() -> None:
    left, right = frames(), frames()
    left["site"] = rows("site", {"key": "A", "name": "ab"}, {"key": "B", "name": "c"})
    right["site"] = rows("site", {"key": "A", "name": "a"}, {"key": "B", "name": "bc"})
    assert twin(left).content_hash != twin(right).content_hash


def test_minus_zero_is_zero() -> None:
    changed = frames()
    changed["holding"] = changed["holding"].with_columns(pl.col("quantity") + 0.0)
    assert twin(changed).content_hash == twin().content_hash


def test_a_row_the_viewer_may_not_read_is_refused_even_when_the_caller_forgot_to_filter() -> None:
    with pytest.raises(BadUse, match="not readable"):
        build_twin(frames(), LABELS, viewer="POL", as_of=NOON)


def test_no_caller_can_change_the_twin() -> None:
    t = twin()
    with pytest.raises(ValueError, match="read-only"):
        t.values("holding", "quantity")[0] = 1e9
    with pytest.raises(ValueError, match="read-only"):
        t.index("holding", "site")[0] = 1
    with pytest.raises(TypeError):
        t.tables["holding"] = t["holding"]  # type: ignore[index]
    mine = t["holding"]
    mine[0, "quantity"] = 1e9
    assert t["holding"]["quantity"][0] == 3.0


def test_labels_of_rows_combine() -> None:
    t = twin()
    assert t.label_of("holding", [0, 1]).text == "RESTRICTED // FOR DEU NLD ONLY"
    assert t.label_of("holding", [2]).text == "UNCLASSIFIED // REL ALL"
    assert t.label_of("holding", [NOWHERE]).text == "UNCLASSIFIED // REL ALL"
    assert t.label.text == "RESTRICTED // FOR DEU NLD ONLY"


def test_rows_are_found_by_owner_scoped_key() -> None:
    t = twin()
    assert t.find("site", "A") == 0
    assert t.find("site", "NLD:A") == 2
    with pytest.raises(BadUse, match="visible"):
        t.find("site", "POL:A")
    assert t.name_of("site", 2) == "Ander"
    assert t.name_of("site", NOWHERE) == "undisclosed"
    assert [str(r) for r in t.refs("site", [2, 0])] == ["site NLD:A", "site DEU:A"]


def test_numbers_come_as_float_arrays_with_missing_marked() -> None:
    t = twin()
    assert t.values("item", "mass_kg").tolist() == [2.5]
    assert np.isnan(t.values("item", "price")).all()
    assert t.values("item", "price", missing=0.0).tolist() == [0.0]


def test_an_empty_twin_has_every_table() -> None:
    t = build_twin({}, {}, viewer="DEU", as_of=NOON)
    assert all(frame.is_empty() for frame in t.tables.values())
    assert len(t.content_hash) == 64
    with pytest.raises(BadUse):
        t["stock"]


def test_sorting_holds_across_the_slices_it_is_checked_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("redball.model.twin._SLICE", 2)
    t = build_twin(
        {"site": rows("site", *({"key": k, "name": k} for k in "ABCEDF"))},
        LABELS,
        viewer="DEU",
        as_of=NOON,
    )
    assert t["site"]["key"].to_list() == list("ABCDEF")
    again = build_twin(frames(), LABELS, viewer="DEU", as_of=NOON)
    assert again.index("holding", "site").tolist() == [0, 2, 2]


def test_tables_may_come_one_at_a_time_in_the_order_of_the_language() -> None:
    made = frames()
    stream = ((name, made[name]) for name in ("site", "item", "holding"))
    other = build_twin(stream, LABELS, viewer="DEU", as_of=NOON)
    assert other.content_hash == twin().content_hash


@pytest.mark.parametrize("order", [("holding", "site"), ("site", "site"), ("stock",)])
def test_a_table_too_late_or_unknown_is_refused(order: tuple[str, ...]) -> None:
    made = frames()
    pairs = [(name, made.get(name, made["site"])) for name in order]
    with pytest.raises(BadUse, match=r"came too late"):
        build_twin(pairs, LABELS, viewer="DEU", as_of=NOON)


def test_a_row_with_a_label_that_was_not_given_is_refused() -> None:
    with pytest.raises(BadUse, match="label"):
        build_twin(frames(), {5: LABELS[5]}, viewer="DEU", as_of=NOON)
