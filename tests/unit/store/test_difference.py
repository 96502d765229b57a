"""The comparison of frames agrees with the same comparison done row by row on dicts."""

from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from redball.store.difference import described, difference

SCHEMA = {
    "key": pl.String,
    "name": pl.String,
    "quantity": pl.Float64,
    "day": pl.Date,
    "label": pl.String,
}
Row = tuple[str | None, float | None, date | None, str]

rows = st.tuples(
    st.none() | st.sampled_from(["", "a", "é", "a\nb"]),
    st.none() | st.sampled_from([0.0, -0.0, 1.5, 1e308]),
    st.none() | st.sampled_from([date(2026, 1, 1), date(1, 1, 1)]),
    st.sampled_from(["RESTRICTED", "SECRET"]),
)
tables = st.dictionaries(st.sampled_from("abcdefgh"), rows, max_size=8)


def _frame(table: dict[str, Row]) -> pl.DataFrame:
    data = [(key, *row) for key, row in table.items()]
    return pl.DataFrame(data, schema=SCHEMA, orient="row")


def _incoming(table: dict[str, Row]) -> pl.DataFrame:
    return _frame(table).with_columns(sheet=pl.lit("new.csv"), line=pl.lit(7)).sort("key")


@given(tables, tables, st.booleans(), st.sets(st.sampled_from("abcdefgh")))
def test_equals_the_difference_of_two_dicts(
    before: dict[str, Row], after: dict[str, Row], full: bool, keep: set[str]
) -> None:
    found = difference(_frame(before), _incoming(after), full=full, keep=keep)
    added = sorted(after.keys() - before.keys())
    common = sorted(after.keys() & before.keys())
    changed = [key for key in common if before[key] != after[key]]
    withdrawn = sorted(before.keys() - after.keys() - keep) if full else []
    assert found.added["key"].to_list() == added
    assert found.changed["key"].to_list() == changed
    assert found.before["key"].to_list() == changed
    assert found.withdrawn.to_list() == withdrawn
    assert found.unchanged == len(common) - len(changed)
    assert found.written == len(added) + len(changed)

    told = described("holding", found, detail_rows=100)
    assert (told.added, told.changed, told.withdrawn) == (len(added), len(changed), len(withdrawn))
    assert told.added_keys == tuple(added)
    assert told.withdrawn_keys == tuple(withdrawn)
    cells = [
        (key, name, _text(old), _text(new))
        for key in changed
        for name, old, new in zip(list(SCHEMA)[1:], before[key], after[key], strict=True)
        if old != new
    ]
    assert told.changes.rows() == cells


def _text(value: object) -> str | None:
    if value is None:
        return None
    return str(pl.Series([value]).cast(pl.String)[0])


@given(tables, tables, st.integers(0, 5))
def test_detail_is_the_beginning_of_the_whole_detail(
    before: dict[str, Row], after: dict[str, Row], bound: int
) -> None:
    found = difference(_frame(before), _incoming(after), full=True, keep=())
    whole = described("holding", found, detail_rows=1000)
    part = described("holding", found, detail_rows=bound)
    assert part.added_keys == whole.added_keys[:bound]
    assert part.withdrawn_keys == whole.withdrawn_keys[:bound]
    assert part.changes.rows() == whole.changes.rows()[:bound]
    assert (part.added, part.changed, part.withdrawn) == (
        whole.added,
        whole.changed,
        whole.withdrawn,
    )


def test_where_a_row_stood_in_its_file_is_no_difference() -> None:
    table: dict[str, Row] = {"a": ("x", 1.0, None, "SECRET")}
    current = _frame(table)
    moved = _incoming(table).with_columns(sheet=pl.lit("other.csv"), line=pl.lit(99))
    assert difference(current, moved, full=True, keep=()).unchanged == 1
