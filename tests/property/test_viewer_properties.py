"""Nobody gets a row, or a trace of one, that its label does not give them."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from tests.often import often

from redball.app import View, see
from redball.model import Label, table
from redball.model.frames import value_schema
from redball.model.labels import ALL
from redball.store import PackageRecord, TableRows, open_store

MEMBERS = ("DEU", "NLD", "POL")
THEN = datetime(2026, 1, 31, 6, tzinfo=UTC)

releases = st.frozensets(st.sampled_from((*MEMBERS, ALL)), max_size=3)
sites = st.lists(st.tuples(st.sampled_from(MEMBERS), releases), min_size=1, max_size=8)


def rows(name: str, records: list[dict[str, object]]) -> TableRows:
    schema = dict(value_schema(table(name)))
    frame = pl.DataFrame({c: [r.get(c) for r in records] for c in schema}, schema=schema)
    extra = pl.DataFrame(
        {
            "label": [r["label"] for r in records],
            "sheet": ["s"] * len(records),
            "line": list(range(2, len(records) + 2)),
        },
        schema={"label": pl.String, "sheet": pl.String, "line": pl.Int32},
    )
    return TableRows(pl.concat([frame, extra], how="horizontal"))


def fill(url: str, made: list[tuple[str, frozenset[str]]]) -> dict[tuple[str, str], Label]:
    """Each site has a holding of the next owner that names it; secrets are spelled in the keys."""
    truth = {}
    with open_store(url, create=True) as store:
        for number, owner in enumerate(MEMBERS):
            mine: list[dict[str, object]] = []
            holdings: list[dict[str, object]] = []
            for i, (site_owner, release) in enumerate(made):
                if site_owner == owner:
                    label = Label(owner, "RESTRICTED", release - {owner})
                    truth[owner, f"hush{i}"] = label
                    mine.append(
                        {
                            "key": f"hush{i}",
                            "name": f"hush{i}",
                            "kind": "depot",
                            "country": "DEU",
                            "label": label.text,
                        }
                    )
                if MEMBERS[(MEMBERS.index(site_owner) + 1) % 3] == owner:
                    holdings.append(
                        {
                            "key": f"{site_owner}.hush{i}|it||serviceable",
                            "site": f"{site_owner}:hush{i}",
                            "item": "it",
                            "quantity": 1.0,
                            "condition": "serviceable",
                            "reserved": 0.0,
                            "label": "RESTRICTED // REL ALL",
                        }
                    )
            items: list[dict[str, object]] = [
                {
                    "key": "it",
                    "name": "it",
                    "supply_class": "NATO:II",
                    "unit_of_issue": "EA",
                    "reparable": False,
                    "label": "UNCLASSIFIED // REL ALL",
                }
            ]
            record = PackageRecord(
                owner=owner, package_hash=f"{number:064d}", title="t", as_of=THEN,
                imported_at=THEN.replace(minute=number), software="test", exercise=True, scores={},
                counts={}, content={"site": "full", "holding": "full", "item": "full"},
            )  # fmt: skip
            tables = {
                "item": rows("item", items),
                "site": rows("site", mine),
                "holding": rows("holding", holdings),
            }
            store.import_package(record, tables)
    return truth


@often(12)
@given(sites, st.sampled_from((*MEMBERS, "USA")))
def test_a_twin_holds_what_its_viewer_may_read_and_no_trace_of_the_rest(
    made: list[tuple[str, frozenset[str]]], viewer: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = str(Path(folder) / "s.sqlite")
        truth = fill(url, made)
        twin = see(View(url, viewer)).twin
    readable = {key for key, label in truth.items() if label.readable_by(viewer)}
    seen = set(twin["site"].select(pl.col("owner").cast(pl.String), "key").rows())
    assert seen == readable
    everything = "".join(
        twin.named(name).filter(pl.col("owner").cast(pl.String) != viewer).write_csv()
        for name in twin.tables
    )
    hidden = {key for owner, key in truth if (owner, key) not in readable}
    visible_words = {key for _, key in readable}
    for key in hidden - visible_words:
        assert f"{key}," not in everything
        assert f"{key}|" not in everything
