"""Whoever may read an answer on readiness could have made it from what they may read.

Small coalitions of two nations with a tank each, random labels on every row and some rows left
out. What is compared of an answer: its sentences, figures, assumptions and tables as one part,
under its own label; and each row of a table that carries a label of its own, under that label.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from redball import app
from redball.app.view import Seen
from redball.model import (
    BadData,
    Label,
    ResultLabel,
    Twin,
    build_twin,
    combine,
    dominant,
    table,
)
from redball.model.frames import frame_schema
from redball.model.results import NOBODY

VIEWER = "DEU"
READERS = ("NLD", "POL")
DAY = date(2026, 1, 31)
OPEN = ("UNCLASSIFIED", ("ALL",))
CLOSED = (
    ("RESTRICTED", ("ALL",)),
    ("UNCLASSIFIED", ("DEU", "NLD")),
    ("CONFIDENTIAL", ("DEU", "POL")),
    ("UNCLASSIFIED", ("DEU",)),
)
LABELS = {
    number: Label(owner, classification, frozenset(release))
    for number, (owner, (classification, release)) in enumerate(
        product(("DEU", "NLD"), (OPEN, *CLOSED))
    )
}
_ITEM = {"unit_of_issue": "EA", "supply_class": "NATO:II", "currency": "EUR", "mass_kg": 2.0,
         "volume_m3": 0.01, "reparable": False}  # fmt: skip
_RADIO = {**_ITEM, "niin": "111111111", "reparable": True}

Rows = dict[str, list[dict[str, Any]]]
Parts = list[tuple[str, ResultLabel]]
Ask = Callable[[app.Inputs], app.Answer]

SURGE = app.SurgeOptions(surges=((5.0, 15.0, 3.0),), no_repair=((8.0, 12.0),), days=20)
RESERVE = app.ReserveOptions(app.parse_duration("days:90"), "days:90", budget=500.0)
RELEASE = app.ReserveOptions(
    app.parse_duration("exponential:60"), "exponential:60", budget=500.0, release_days=400.0
)
ALONE = app.CurveOptions(points=4, budget=4000.0, support=False)
ASKED: dict[str, Ask] = {
    "forecast": app.forecast_demand,
    "curve": lambda inputs: app.stock_curve(inputs, app.CurveOptions(points=4, budget=4000.0)),
    "curve alone": lambda inputs: app.stock_curve(inputs, ALONE),
    "optimise": lambda inputs: app.stock_optimise(inputs, app.OptimiseOptions(budget=2500.0)),
    "explain": lambda inputs: app.stock_explain(inputs, app.OptimiseOptions(budget=2500.0)),
    "support": app.stock_support,
    "surge": lambda inputs: app.stock_surge(inputs, SURGE),
    "replenish": app.replenish,
    "replenish by table": lambda inputs: app.replenish(inputs, app.ReplenishOptions(own_only=True)),
    "reserve": lambda inputs: app.stock_reserve(inputs, RESERVE),
    "release": lambda inputs: app.stock_reserve(inputs, RELEASE),
    "placement": app.stock_placement,
}


def world() -> Rows:
    """Rows without labels; the same for both nations but for a few figures."""
    days = [DAY - timedelta(days=30 * n) for n in range(1, 9)]
    rows: Rows = {
        "nation": [{"key": n, "currency": "EUR", "owner": n} for n in ("DEU", "NLD")],
        "system": [{"key": "TANK", "item": "ROOT", "name": "Tank"}],
        "rate": [{"key": "1", "currency": "USD", "day": DAY, "per_eur": 1.25}],
    }
    two = [_of_nation(owner, scale, days) for owner, scale in (("DEU", 1.0), ("NLD", 2.0))]
    for name in sorted({name for one in two for name in one}):
        rows.setdefault(name, []).extend(record for one in two for record in one.get(name, []))
    rows["support"] = [
        {"key": "1", "owner": "NLD", "giver": "NLD", "receiver": "DEU:DEU", "move_days": 1.0,
         "keep": 0.0},
        {"key": "2", "owner": "NLD", "giver": "NLD", "receiver": "DEU:DEU", "item": "RADIO",
         "move_days": 2.0, "keep": 1.0},
        {"key": "1", "owner": "DEU", "giver": "DEU", "receiver": "NLD:NLD", "move_days": 1.0,
         "keep": 1.0, "supply_class": "NATO:II"},
    ]  # fmt: skip
    return rows


def _of_nation(owner: str, scale: float, days: list[date]) -> Rows:
    made: Rows = {
        "site": [{"key": "BASE"}, {"key": "DEPOT", "throughput_t_per_day": 1.0}],
        "party": [
            {"key": "U", "kind": "unit", "site": "BASE", "personnel": 10, "name": "Unit"},
            {"key": "S", "kind": "supplier", "name": "Maker"},
            {"key": "S2", "kind": "supplier", "name": "Other maker"},
        ],
        "item": [
            {"key": "LAMP", **_ITEM, "name": "Lamp", "price": 40.0},
            {"key": "RADIO", **_RADIO, "name": "Radio", "price": 900.0 * scale},
            {"key": "ROOT", **_ITEM, "name": "Hull"},
            {"key": "TUBE", **_ITEM, "name": "Tube", "price": 15.0, "shelf_life_days": 400},
        ],
        "structure": [
            {"key": "1", "parent": "ROOT", "child": "RADIO", "quantity": 1.0, "essential": True},
            {"key": "2", "parent": "ROOT", "child": "LAMP", "quantity": 2.0, "essential": True},
            {"key": "3", "parent": "RADIO", "child": "TUBE", "quantity": 1.0, "essential": True,
             "isolation": 0.5},
        ],
        "fleet": [{"key": "1", "unit": "U", "system": "DEU:TANK", "count": 6,
                   "hours_per_day": 2.0 * scale}],
        "factor": [
            {"key": "1", "item": "RADIO", "basis": "system_hour", "system": "DEU:TANK",
             "quantity": 0.004},
            {"key": "2", "item": "TUBE", "basis": "person_day", "quantity": 0.002},
        ],
        "resupply": [
            {"key": "1", "site": "BASE", "from_site": "DEPOT", "ship_days": 4.0},
            {"key": "2", "site": "DEPOT", "ship_days": 60.0},
            {"key": "3", "site": "DEPOT", "item": "LAMP", "ship_days": 30.0},
        ],
        "repair": [
            {"key": "1", "site": "BASE", "item": "RADIO", "repair_days": 5.0,
             "repaired_share": 0.4, "servers": 1},
            {"key": "2", "site": "DEPOT", "item": "RADIO", "repair_days": 20.0,
             "repaired_share": 0.9},
        ],
        "source": [
            {"key": "1", "party": "S", "item": "LAMP", "lead_time_days": 20.0, "unit_price": 38.0,
             "currency": "EUR", "minimum_order": 5.0},
            {"key": "2", "party": "S2", "item": "LAMP", "lead_time_days": 25.0,
             "unit_price": 40.0, "currency": "USD"},
            {"key": "3", "party": "S", "item": "TUBE", "lead_time_days": 40.0, "unit_price": 14.0,
             "currency": "EUR"},
        ],
        "policy": [
            {"key": "1", "site": "DEPOT", "item": "LAMP", "kind": "reorder_up_to",
             "reorder_point": 6.0, "order_up_to": 30.0},
            {"key": "2", "site": "BASE", "item": "TUBE", "kind": "base_stock",
             "order_up_to": 4.0},
        ],
        "holding": [
            {"key": "1", "site": "BASE", "item": "RADIO", "quantity": 1.0},
            {"key": "2", "site": "DEPOT", "item": "RADIO", "quantity": 3.0},
            {"key": "3", "site": "DEPOT", "item": "LAMP", "quantity": 20.0, "reserved": 2.0},
            {"key": "4", "site": "DEPOT", "item": "TUBE", "quantity": 40.0, "lot": "A",
             "expiry": DAY + timedelta(days=60)},
            {"key": "5", "site": "BASE", "item": "ROOT", "quantity": 1.0},
            {"key": "6", "site": "DEPOT", "item": "TUBE", "quantity": 5.0, "lot": "B",
             "expiry": DAY - timedelta(days=6)},
            {"key": "7", "site": "DEPOT", "item": "RADIO", "quantity": 2.0,
             "condition": "in_repair"},
        ],
        "demand": [
            *({"key": f"L{n}", "site": "BASE", "item": "LAMP", "period_start": day,
               "period_days": 30, "quantity": scale * (2.0, 0.0, 1.0, 4.0)[n % 4]}
              for n, day in enumerate(days)),
            *({"key": f"T{n}", "site": "BASE", "item": "TUBE", "period_start": day,
               "period_days": 30, "quantity": (0.0, 1.0)[n % 2]}
              for n, day in enumerate(days[:4])),
        ],
        "order": [{"key": "1", "supplier": "S", "item": "LAMP", "site": "DEPOT", "quantity": 6.0,
                   "ordered_on": DAY - timedelta(days=9), "due_on": DAY + timedelta(days=9),
                   "status": "open"}],
        "consignment": [{"key": "1", "from_site": "DEPOT", "to_site": "BASE", "item": "TUBE",
                         "quantity": 2.0, "mode": "road", "status": "in_transit"}],
        "requirement": [{"key": "1", "nation": owner, "unit": "U", "item": "LAMP",
                         "quantity": 15.0, "needed_by": DAY + timedelta(days=2), "priority": 3}],
        "lane": [
            {"key": "1", "from_site": "DEPOT", "to_site": "BASE", "mode": "road",
             "both_ways": True, "transit_days": 1.0},
            {"key": "2", "from_site": "DEPOT", "to_site": "NLD:BASE", "mode": "rail",
             "both_ways": False, "transit_days": 2.0},
        ],
    }  # fmt: skip
    return {name: [{"owner": owner, **row} for row in rows] for name, rows in made.items()}


_OF_OWNER = {owner: [n for n, label in LABELS.items() if label.owner == owner]
             for owner in ("DEU", "NLD")}  # fmt: skip


@st.composite
def coalitions(draw: st.DrawFn) -> Rows:
    """The world with a few rows taken out and a few rows closed to some or all others."""
    whole = world()
    places = [(name, n) for name, rows in whole.items() for n in range(len(rows))]
    some = st.lists(st.sampled_from(places), max_size=4, unique=True)
    # mostly without closed rows of the centre, so that answers stay readable for somebody
    gone = set(draw(some))
    closed = {place: draw(st.integers(1, len(CLOSED))) for place in draw(some)}
    return {
        name: [
            {"owner": "DEU", **row, "label": _label(row, closed.get((name, n), 0))}
            for n, row in enumerate(rows)
            if (name, n) not in gone
        ]
        for name, rows in whole.items()
    }


def _label(row: dict[str, Any], step: int) -> int:
    return _OF_OWNER[row.get("owner", "DEU")][step]


def twin_of(rows: Rows) -> Twin:
    frames = {}
    for name, records in rows.items():
        schema = frame_schema(table(name))
        defaults = {"condition": "serviceable"} if name == "holding" else {}
        if name == "holding":
            defaults |= {"reserved": 0.0}  # type: ignore[dict-item]  # values of any column
        full = [{"since": 1, "sheet": "x", "line": 1, **defaults, **r} for r in records]
        frames[name] = pl.DataFrame({c: [r.get(c) for r in full] for c in schema}, schema=schema)
    return build_twin(
        frames, LABELS, viewer=VIEWER, as_of=datetime(2026, 1, 31, 12, tzinfo=UTC), revision=1
    )


def readable(rows: Rows, member: str) -> Rows:
    return {
        name: [record for record in records if LABELS[record["label"]].readable_by(member)]
        for name, records in rows.items()
    }


class Asker:
    """Gives the use cases a twin in place of a store."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._seen: Seen | None = None
        for module in ("forecasts", "placement", "replenishment", "reserves", "sparing"):
            patch.setattr(f"redball.app.{module}.look", self._look)

    def _look(self, inputs: app.Inputs, *, now: datetime | None = None) -> Seen:
        del inputs, now
        assert self._seen is not None
        return self._seen

    def parts(self, rows: Rows, verb: str) -> Parts:
        """Parts of the answer; where the data allow none, the error, which only the viewer sees."""
        self._seen = Seen(twin_of(rows), pl.DataFrame({"owner": ["DEU"]}))
        try:
            answer = ASKED[verb](app.inputs_of("x", VIEWER, None, None))
        except BadData as error:
            return [(f"error {error.what}", NOBODY)]
        return parts_of(answer)


def parts_of(answer: app.Answer) -> Parts:
    content = dict(answer.content)
    tables = content.pop("tables")
    assert isinstance(tables, dict)
    found: Parts = []
    unlabelled = {}
    for name, records in tables.items():
        rows = [{k: _plain(v) for k, v in row.items() if k != "label"} for row in records]
        unlabelled[name] = sorted(json.dumps(row) for row in rows)
        found += [
            (f"{name} {json.dumps(row)}", _read(record["label"]))
            for row, record in zip(rows, records, strict=True)
            if "label" in record
        ]
    whole = json.dumps([_deep(content), unlabelled], sort_keys=True)
    return [(whole, answer.origin.label), *found]


def _deep(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _deep(v) for k, v in value.items()}
    return [_deep(v) for v in value] if isinstance(value, list) else _plain(value)


def _plain(value: Any) -> Any:
    """Value to compare: rounded, and without the running number that tells masked keys apart."""
    if isinstance(value, str):
        return re.sub(r"#\d+\b", "", value)
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _read(text: str) -> ResultLabel:
    head, _, tail = text.partition(" // ")
    if tail == "ORIGINATORS ONLY":
        return ResultLabel(head, frozenset())
    return ResultLabel(head, None if tail == "REL ALL" else frozenset(tail.split()[1:-1]))


@pytest.fixture(scope="module")
def asker() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        yield Asker(patch)


SMALL = settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.generate],  # shrinking takes far longer than finding, and the message says it all
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def changes(ours: Parts, theirs: Parts) -> list[tuple[str, list[ResultLabel], int]]:
    """Parts of ours that theirs do not have, or not as often: text, labels, how many fewer."""
    known: dict[str, int] = {}
    for text, _ in theirs:
        known[text] = known.get(text, 0) + 1
    labels: dict[str, list[ResultLabel]] = {}
    for text, label in ours:
        labels.setdefault(text, []).append(label)
    return [
        (text, some, len(some) - known.get(text, 0))
        for text, some in labels.items()
        if len(some) > known.get(text, 0)
    ]


def difference(text: str, theirs: Parts) -> str:
    """Where a part and its likeliest counterpart begin to differ."""
    other = next((t for t, _ in theirs if t[:12] == text[:12]), theirs[0][0])
    at = next((n for n, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), 0)
    return f"...{text[max(at - 80, 0) : at + 160]}...\n   against ...{other[at - 80 : at + 160]}"


@pytest.mark.parametrize("verb", ASKED)
def test_a_reader_of_an_answer_could_have_made_it(verb: str, asker: Asker) -> None:
    @SMALL
    @given(coalitions())
    def check(rows: Rows) -> None:
        ours = asker.parts(rows, verb)
        for member in READERS:
            less = readable(rows, member)
            if less == rows:
                continue
            theirs = asker.parts(less, verb)
            for text, labels, missing in changes(ours, theirs):
                shut = sum(not label.readable_by(member) for label in labels)
                hidden = [(n, r) for n, rs in rows.items() for r in rs if r not in less[n]]
                assert shut >= missing, (
                    f"{verb}: {member} may read what rests on {hidden}: {difference(text, theirs)}"
                )

    check()


@pytest.mark.parametrize("verb", ASKED)
def test_what_changes_without_a_row_is_labelled_at_least_as_high_as_the_row(
    verb: str, asker: Asker
) -> None:
    @SMALL
    @given(coalitions(), st.data())
    def check(rows: Rows, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from([n for n, records in rows.items() if records]))
        taken = data.draw(st.sampled_from(rows[name]))
        closed = {**taken, "label": _label(taken, data.draw(st.integers(1, len(CLOSED))))}
        held = {**rows, name: [closed if r is taken else r for r in rows[name]]}
        less = {**rows, name: [r for r in rows[name] if r is not taken]}
        ours, theirs = asker.parts(held, verb), asker.parts(less, verb)
        floor = dominant([LABELS[closed["label"]]])
        for text, labels, missing in changes(ours, theirs):
            marked = sum(combine(label, floor) == label for label in labels)
            assert marked >= missing, (
                f"{verb} without {name} {closed} ({LABELS[closed['label']].text}): "
                f"{difference(text, theirs)}"
            )

    check()
