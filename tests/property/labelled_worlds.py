"""Small coalitions with random labels, and what of an answer is compared for two readers.

What is compared of an answer: its sentences, figures, assumptions and tables as one part, under its
own label; and each row of a table that carries a label of its own, under that label.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from tests.often import often

from redball import app
from redball.app.seen import Seen
from redball.model import BadData, Label, ResultLabel, Twin, build_twin, table
from redball.model.frames import frame_schema
from redball.model.results import NOBODY

VIEWER = "DEU"
READERS = ("NLD", "POL")
HELD = {"NLD": frozenset({"COMMERCIAL", "MEDICAL", "PLANS"}), "POL": frozenset({"PLANS"})}
"""Caveats that the readers hold."""
DAY = date(2026, 1, 31)
OPEN = Label("DEU", "UNCLASSIFIED", frozenset({"ALL"}))
CLOSED = (
    Label("DEU", "RESTRICTED", frozenset({"ALL"})),
    Label("DEU", "UNCLASSIFIED", frozenset({"DEU", "NLD"})),
    Label("DEU", "CONFIDENTIAL", frozenset({"DEU", "POL"})),
    Label("DEU", "UNCLASSIFIED", frozenset({"DEU"})),
    Label("DEU", "RESTRICTED", frozenset({"ALL"}), frozenset({"MEDICAL"})),
    Label("DEU", "UNCLASSIFIED", frozenset({"DEU", "POL"}), frozenset({"COMMERCIAL", "PLANS"})),
)
UNDER = (("PLANS", "G-1"), ("MEDICAL", "G-2"))
"""What only partners' rows have: a caveat, and the agreement under which the viewer reads them."""
LABELS = dict(
    enumerate(
        [
            *(replace(label, owner=owner) for owner in ("DEU", "NLD") for label in (OPEN, *CLOSED)),
            *(
                Label("NLD", "RESTRICTED", frozenset({VIEWER}), frozenset({caveat}), under)
                for caveat, under in UNDER
            ),
        ]
    )
)
_ITEM = {"unit_of_issue": "EA", "supply_class": "NATO:II", "currency": "EUR", "mass_kg": 2.0,
         "volume_m3": 0.01, "reparable": False}  # fmt: skip
_RADIO = {**_ITEM, "niin": "111111111", "reparable": True}

Rows = dict[str, list[dict[str, Any]]]
Parts = list[tuple[str, ResultLabel]]
Ask = Callable[[app.Inputs], app.Answer]


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
def coalitions(draw: st.DrawFn, made: Callable[[], Rows] = world) -> Rows:
    """A world with a few rows taken out and a few rows closed to some or all others."""
    whole = made()
    places = [(name, n) for name, rows in whole.items() for n in range(len(rows))]
    some = st.lists(st.sampled_from(places), max_size=4, unique=True)
    # mostly without closed rows of the centre, so that answers stay readable for somebody
    gone = set(draw(some))
    closed = {(name, n): draw(steps(whole[name][n])) for name, n in draw(some)}
    return {
        name: [
            {"owner": "DEU", **row, "label": label_of(row, closed.get((name, n), 0))}
            for n, row in enumerate(rows)
            if (name, n) not in gone
        ]
        for name, rows in whole.items()
    }


def steps(row: dict[str, Any]) -> st.SearchStrategy[int]:
    """Ways to close a row; a partner's is as likely read under an agreement as by its label."""
    further = len(_OF_OWNER[row.get("owner", "DEU")]) - 1 - len(CLOSED)
    by_label = st.integers(1, len(CLOSED))
    return by_label | st.integers(len(CLOSED) + 1, len(CLOSED) + further) if further else by_label


def label_of(row: dict[str, Any], step: int) -> int:
    """Label of a row of a nation: 0 is open, the others those of ``CLOSED``, then of ``UNDER``."""
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


def may_read(label: Label | ResultLabel, member: str) -> bool:
    """Whether one of the readers may read what has a label: as a member, with what it holds."""
    return label.readable_by(member) and label.caveats <= HELD[member]


def readable(rows: Rows, member: str) -> Rows:
    return {
        name: [record for record in records if may_read(LABELS[record["label"]], member)]
        for name, records in rows.items()
    }


class Asker:
    """Gives some use cases a twin in place of a store."""

    def __init__(
        self, patch: pytest.MonkeyPatch, asked: Mapping[str, Ask], modules: Collection[str]
    ) -> None:
        self._seen: Seen | None = None
        self._asked = asked
        for module in modules:
            patch.setattr(f"redball.app.{module}.look", self._look)

    def _look(self, inputs: app.Inputs, *, now: datetime | None = None) -> Seen:
        del inputs, now
        assert self._seen is not None
        return self._seen

    def parts(self, rows: Rows, verb: str) -> Parts:
        """Parts of the answer; where the data allow none, the error, which only the viewer sees."""
        self._seen = Seen(twin_of(rows), pl.DataFrame({"owner": ["DEU"]}))
        try:
            answer = self._asked[verb](app.inputs_of("x", VIEWER, None, None))
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
            (f"{name} {json.dumps(row)}", read_marking(record["label"]))
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


def read_marking(text: str) -> ResultLabel:
    """Read the marking of a result: level and caveats, readers, agreements."""
    head, who, *rest = text.split(" // ")
    level, *caveats = head.split()
    readers = None if who == "REL ALL" else frozenset(who.split()[1:-1])
    if who == "ORIGINATORS ONLY":
        readers = frozenset()
    under = frozenset(code for part in rest for code in part.split()[1:])
    found = ResultLabel(level, readers, frozenset(caveats), under)
    assert found.text == text
    return found


def few(examples: int) -> settings:
    """Settings for so many random worlds."""
    return often(
        examples,
        deadline=None,
        # shrinking takes far longer than finding, and the message says it all
        phases=[Phase.explicit, Phase.generate],
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
