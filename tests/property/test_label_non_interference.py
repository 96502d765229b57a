"""Whoever may read an output row could have made it from what they may read.

For small coalitions with random labels on every row. If a member may read an output row, the row
must come out the same from the rows which that member may read; and the label of a row without
which it changes must be covered by its own, readers and classification.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st
from tests.often import often
from tests.property.labelled_worlds import read_marking

from redball.forecasting import consumption
from redball.identity import item_conflicts, recognise_items, unit_factors
from redball.model import Label, ResultLabel, Twin, build_twin, combine, dominant, table
from redball.model.frames import frame_schema
from redball.picture import build_picture
from redball.stock import days_of_supply, stock_findings, unused_lots

VIEWER = "DEU"
DAY = date(2026, 1, 31)
HELD = {
    "NLD": frozenset({"COMMERCIAL", "MEDICAL", "PLANS"}),
    "POL": frozenset({"PLANS"}),
    "NOR": frozenset({"MEDICAL"}),
}
LABELS = dict(
    enumerate(
        [
            *(
                Label(owner, classification, frozenset(release.split()), frozenset(caveats.split()))
                for owner in ("DEU", "NLD")
                for classification, release, caveats in (
                    ("UNCLASSIFIED", "ALL", ""),
                    ("RESTRICTED", "ALL", ""),
                    ("UNCLASSIFIED", "DEU NLD", ""),
                    ("CONFIDENTIAL", "DEU POL", "PLANS"),
                    ("UNCLASSIFIED", "DEU", ""),
                    ("UNCLASSIFIED", "ALL", "MEDICAL"),
                )
            ),
            Label("NLD", "RESTRICTED", frozenset({VIEWER}), frozenset({"PLANS"}), "G-1"),
            Label("NLD", "UNCLASSIFIED", frozenset({VIEWER}), frozenset(), "G-2"),
        ]
    )
)
Rows = dict[str, list[dict[str, Any]]]
Outputs = Mapping[str, list[tuple[tuple[Any, ...], ResultLabel]]]


def labels_of(owner: str) -> list[int]:
    return [number for number, label in LABELS.items() if label.owner == owner]


class Maker:
    """Draws rows whose label is open more often than not."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw

    def one(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def row(self, key: str, /, **values: Any) -> dict[str, Any]:
        owner = values.pop("owner", None) or self.one("DEU", "NLD")
        usual = labels_of(owner)
        label = self.one(*usual[:1] * 3, *usual)
        return {"owner": owner, "key": key, "label": label, **values}

    def rows(self, prefix: str, most: int, /, **choices: tuple[Any, ...]) -> list[dict[str, Any]]:
        count = self.draw(st.integers(0, most))
        return [
            self.row(f"{prefix}{n}", **{column: self.one(*c) for column, c in choices.items()})
            for n in range(count)
        ]


@st.composite
def coalitions(draw: st.DrawFn) -> Rows:
    make = Maker(draw)
    sites = [make.row(f"s{n}", name=f"Site {n}") for n in range(2)]
    items = [
        make.row(
            f"i{n}",
            name=make.one("Bearing ball", "Ball bearing", "Filter"),
            niin=make.one(None, "111111111", "222222222"),
            part_number=make.one(None, "P-1000"),
            ncage="C1234",
            supply_class=make.one("NATO:II", "NATO:V", "US:IX"),
            unit_of_issue=make.one("EA", "EA", "BX"),
            quantity_per_unit=12.0,
            content_unit="EA",
            price=make.one(None, 10.0, 90_000.0),
            currency=make.one(None, "EUR", "USD"),
            mass_kg=make.one(None, 2.0),
        )
        for n in range(draw(st.integers(2, 4)))
    ]
    site = tuple(f"{one['owner']}:{one['key']}" for one in sites)
    item = tuple(f"{one['owner']}:{one['key']}" for one in items)
    units = make.rows("u", 2, name=("Unit", "Unit 2"), kind=("unit",), site=site, personnel=(100,))
    unit = tuple(f"{one['owner']}:{one['key']}" for one in units)
    starts = tuple(DAY - timedelta(days=d) for d in (500, 100, 60, 30))
    return {
        "nation": make.rows("n", 0)
        + [make.row(code, owner=code, currency=make.one("EUR", "USD")) for code in ("DEU", "NLD")],
        "site": sites,
        "item": items,
        "party": units,
        "system": make.rows("y", 1, name=("System",), availability_target=(0.9,)),
        "rate": make.rows("r", 2, currency=("USD",), day=(DAY, DAY - timedelta(days=9)),
                          per_eur=(1.1, 1.3)),
        "holding": make.rows("h", 6, site=site, item=item, quantity=(0.0, 5.0, 60.0),
                             reserved=(0.0, 9.0), condition=("serviceable",) * 3 + ("in_repair",),
                             lot=(None, "L"),
                             expiry=(None, DAY - timedelta(days=3), DAY + timedelta(days=50))),
        "demand": make.rows("d", 6, site=site, item=item, period_start=starts, period_days=(30,),
                            quantity=(0.0, 30.0, 90.0)),
        "factor": make.rows("f", 2, item=item, basis=("person_day", "system_day"),
                            quantity=(0.1,), system=("DEU:y0", "NLD:y0")),
        "fleet": make.rows("t", 2, unit=unit or ("none",), system=("DEU:y0", "NLD:y0"), count=(4,),
                           available=(None, 1, 4), availability_target=(None, 0.9)),
        "consignment": make.rows("c", 2, from_site=site, to_site=site, item=item, quantity=(5.0,),
                                 mode=("road",), status=("planned", "in_transit"),
                                 expected_on=(DAY - timedelta(days=2),)),
        "target": make.rows("g", 3, unit=(None, *unit), site=(None, *site), item=(None, *item),
                            supply_class=(None, "NATO:II", "US:IX"), days_of_supply=(20.0, 40.0)),
        "same_item": make.rows("v", 2, item_a=item, item_b=item, verdict=("same", "different"),
                               decided_by=("x",), decided_on=(DAY,)),
    }  # fmt: skip


def twin_of(rows: Rows) -> Twin:
    frames = {}
    for name, records in rows.items():
        schema = frame_schema(table(name))
        full = [{"since": 1, "sheet": "x", "line": 1, **record} for record in records]
        frames[name] = pl.DataFrame(
            {c: [record.get(c) for record in full] for c in schema}, schema=schema
        )
    moment = datetime(2026, 1, 31, 12, tzinfo=UTC)
    return build_twin(frames, LABELS, viewer=VIEWER, as_of=moment)


def may_read(label: Label | ResultLabel, member: str) -> bool:
    return label.readable_by(member) and label.caveats <= HELD[member]


def readable(rows: Rows, member: str) -> Rows:
    return {
        name: [record for record in records if may_read(LABELS[record["label"]], member)]
        for name, records in rows.items()
    }


def outputs(twin: Twin) -> Outputs:
    """Every output row by table: its values without row numbers, and its label."""
    items = recognise_items(twin)
    units = unit_factors(twin, items)
    used = consumption(twin)
    merged = days_of_supply(twin, used, items=items, units=units)
    alone = days_of_supply(twin, used, items=items)
    picture = build_picture(twin, used, merged, items, units=units)
    made = {name: _texts(frame) for name, frame in picture.as_tables().items() if name != "about"}
    made["unmerged"] = _texts(build_picture(twin, used, days_of_supply(twin, used), items).stock)
    made["days"] = _listed(twin, days_of_supply(twin, used))
    made["days merged"] = _listed(twin, merged)
    made["days without units"] = _listed(twin, alone)
    made["lots"] = _listed(twin, unused_lots(twin, used))
    made["conflicts"] = _texts(_keyed(twin, item_conflicts(twin)))
    made["findings"] = [
        (
            (f.rule, f.level, str(f.subject), f.title, _plain(f.value), f.threshold,
             tuple((k, _plain(v)) for k, v in f.detail.items()),
             tuple(_plain(str(ref)) for ref in f.evidence)),
            f.label,
        )
        for f in stock_findings(twin, used)
    ]  # fmt: skip
    return made


def _plain(value: Any) -> Any:
    """Value to compare: rounded, and without the running number that tells masked keys apart."""
    if isinstance(value, str):
        return re.sub(r"#\d+$", "", value)
    return round(value, 6) if isinstance(value, float) else value


def _keyed(twin: Twin, frame: pl.DataFrame) -> pl.DataFrame:
    """Row numbers written as the keys of the rows."""
    named = {"site_ix": "site", "item_ix": "item", "target_ix": "target", "a_ix": "item",
             "b_ix": "item", "holding_ix": "holding"}  # fmt: skip
    for column in frame.columns:
        if column in named:
            key = twin[named[column]].select(pl.concat_str("owner", "key", separator=":"))
            frame = frame.with_columns(key.to_series().gather(frame[column]).alias(column))
    return frame


def _listed(twin: Twin, frame: pl.DataFrame) -> list[tuple[tuple[Any, ...], ResultLabel]]:
    labels = [dominant(twin.labels[i] for i in used) for used in frame["labels"].to_list()]
    rows = _keyed(twin, frame).drop("labels").rows()
    return [(tuple(map(_plain, row)), label) for row, label in zip(rows, labels, strict=True)]


def _texts(frame: pl.DataFrame) -> list[tuple[tuple[Any, ...], ResultLabel]]:
    rows = frame.drop("label").rows()
    labels = [read_marking(text) for text in frame["label"].to_list()]
    return [(tuple(map(_plain, row)), label) for row, label in zip(rows, labels, strict=True)]


def by_values(made: list[tuple[tuple[Any, ...], ResultLabel]]) -> dict[Any, list[ResultLabel]]:
    """Labels of output rows; several where rows have the same values."""
    found: dict[Any, list[ResultLabel]] = {}
    for values, label in made:
        found.setdefault(values, []).append(label)
    return found


SMALL = often(
    10,
    deadline=None,
    phases=[Phase.generate],  # shrinking takes far longer than finding, and the message says it all
    suppress_health_check=[HealthCheck.too_slow],
)


@SMALL
@given(coalitions())
def test_a_reader_of_an_output_row_could_have_made_it(rows: Rows) -> None:
    full = outputs(twin_of(rows))
    for member in HELD:
        own = outputs(twin_of(readable(rows, member)))
        for name, made in full.items():
            known = by_values(own[name])
            for values, labels in by_values(made).items():
                open_to = sum(may_read(label, member) for label in labels)
                assert len(known.get(values, [])) >= open_to, (
                    f"{name} for {member}: {values} {labels}, but {own[name]}"
                )


@SMALL
@given(coalitions(), st.data())
def test_what_changes_without_a_row_is_labelled_at_least_as_high_as_the_row(
    rows: Rows, data: st.DataObject
) -> None:
    full = outputs(twin_of(rows))
    name = data.draw(st.sampled_from([n for n, records in rows.items() if records]))
    taken = data.draw(st.sampled_from(rows[name]))
    less = {**rows, name: [record for record in rows[name] if record is not taken]}
    own = outputs(twin_of(less))
    floor = dominant([LABELS[taken["label"]]])
    for output, made in full.items():
        known = by_values(own[output])
        for values, labels in by_values(made).items():
            changed = len(labels) - len(known.get(values, []))
            marked = sum(combine(label, floor) == label for label in labels)
            assert marked >= changed, f"{output} without {taken}: {values} {labels}"
