"""Which output rows of the picture close when one row of the twin closes, and which stay open.

A small coalition in which every row is open to all. Each case closes a single row and names every
output row that rests on it, worked out by hand: a label left out anywhere shows as a row that
stays open, a label added in vain as a row that closes.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from redball.model import Consumption, Groups, Label, Twin, build_twin, table
from redball.model.frames import frame_schema
from redball.picture import Picture, build_picture

DAY = date(2026, 1, 31)
OPEN = "UNCLASSIFIED // REL ALL"
LABELS = {
    1: Label("DEU", "UNCLASSIFIED", frozenset({"ALL"})),
    2: Label("DEU", "RESTRICTED"),
    3: Label("NLD", "UNCLASSIFIED", frozenset({"ALL"})),
    4: Label("NLD", "RESTRICTED", frozenset({"DEU"})),
}
NLD = {"owner": "NLD"}
EACH = {"unit_of_issue": "EA", "mass_kg": 2.0}


def lot(key: str, site: str, item: str, quantity: float, **more: Any) -> dict[str, Any]:
    fixed = {"condition": "serviceable", "reserved": 0.0, "quantity": quantity}
    return {"key": key, "site": site, "item": item, **fixed, **more}


TABLES: dict[str, list[dict[str, Any]]] = {
    "nation": [{"key": "DEU", "currency": "EUR"}],
    "site": [{"key": "A", "name": "Alfa"}, {"key": "B", "name": "Bravo"}],
    "party": [{"key": "BN", "name": "Battalion", "kind": "unit", "site": "A"}],
    "item": [
        {"key": "bearing", "name": "Bearing", "supply_class": "NATO:II", "price": 10.0, **EACH},
        {"key": "diesel", "name": "Diesel", "supply_class": "NATO:III", "price": 2.0,
         "currency": "USD", **EACH},
        {"key": "ball", "name": "Ball", "supply_class": "US:IX", **EACH, **NLD},
    ],
    "rate": [{"key": "1", "currency": "USD", "day": DAY, "per_eur": 1.25}],
    "holding": [
        lot("bearing", "A", "bearing", 100.0),
        lot("diesel", "A", "diesel", 50.0, lot="x", expiry=DAY + timedelta(days=9)),
        lot("ball", "DEU:B", "ball", 7.0, **NLD),
        lot("broken", "B", "bearing", 3.0, condition="unserviceable"),
    ],
    "system": [{"key": "IFV", "name": "Fighter", "availability_target": 0.8}],
    "fleet": [{"key": "f", "unit": "BN", "system": "IFV", "count": 4, "available": 3}],
    "consignment": [
        {"key": "c", "from_site": "A", "to_site": "B", "item": "diesel", "quantity": 1.0,
         "mode": "road", "status": "in_transit"},
    ],
    "same_item": [
        {"key": "v", "item_a": "bearing", "item_b": "NLD:ball", "verdict": "same",
         "decided_by": "x", "decided_on": DAY},
    ],
    "target": [{"key": "t", "days_of_supply": 9.0}],
}  # fmt: skip
A, B = 0, 1
BEARING, DIESEL, BALL = 0, 1, 2
DAYS = {
    "bearing at A": (A, BEARING, 10.0),
    "diesel at A": (A, DIESEL, 50.0),
    "bearing at B": (B, BEARING, 20.0),  # stands for the ball of NLD as well
    "diesel at B": (B, DIESEL, 0.0),  # consumed there, none held: a row of zero lines
}


def twin(name: str, key: str, **changed: list[dict[str, Any]]) -> Twin:
    frames = {}
    for one, records in {**TABLES, **changed}.items():
        full = [
            {"owner": "DEU", "since": 1, "sheet": "x.csv", "line": 2, **record}
            for record in records
        ]
        for record in full:
            closed = (one, record["key"]) == (name, key)
            record["label"] = (3 if record["owner"] == "NLD" else 1) + closed
        schema = frame_schema(table(one))
        frames[one] = pl.DataFrame({c: [r.get(c) for r in full] for c in schema}, schema=schema)
    moment = datetime(2026, 1, 31, 12, tzinfo=UTC)
    return build_twin(frames, LABELS, viewer="DEU", as_of=moment)


def days(t: Twin, closed: str) -> pl.DataFrame:
    """Days that rest on the label of the target where they are the closed row, else on nothing."""
    behind = t["target"]["label"].to_list()
    records = [
        (*row, None, "demand history", behind if name == closed else [])
        for name, row in DAYS.items()
    ]
    schema: dict[str, Any] = {
        "site_ix": pl.Int32,
        "item_ix": pl.Int32,
        "days": pl.Float64,
        "target_days": pl.Float64,
        "basis": pl.String,
        "labels": pl.List(pl.Int32),
    }
    return pl.DataFrame(records, schema=schema, orient="row")


def picture(
    name: str, key: str, *used: tuple[int, int], **changed: list[dict[str, Any]]
) -> Picture:
    t = twin("target", "t") if name == "days" else twin(name, key, **changed)
    item, verdict = t["item"]["label"].to_list(), t["same_item"]["label"].to_list()
    article = [item[BEARING], item[BALL], *verdict]
    units = pl.DataFrame(
        {"item_ix": [BEARING, DIESEL, BALL], "factor_to_group_unit": [1.0] * 3,
         "group_unit": ["EA"] * 3, "note": [""] * 3,
         "labels": [article, [item[DIESEL]], article]},
        schema_overrides={"item_ix": pl.Int32, "labels": pl.List(pl.Int32)},
    )  # fmt: skip
    pairs = pl.DataFrame(
        [(BEARING, DIESEL, 0.5, "names")],
        schema={"a_ix": pl.Int32, "b_ix": pl.Int32, "score": pl.Float64, "why": pl.String},
        orient="row",
    )
    groups = Groups("item", np.array([0, 1, 0], np.int32), ("confirmed", "", "confirmed"), pairs)
    consumed = pl.DataFrame(
        [(B, DIESEL), *used], schema={"site_ix": pl.Int32, "item_ix": pl.Int32}, orient="row"
    ).with_columns(per_day=pl.lit(1.0), basis=pl.lit("demand history"))
    supply = days(t, key if name == "days" else "")
    return build_picture(t, Consumption(consumed, DAY, 365), supply, groups, units=units)


KEYS = {
    "stock": ["nation", "site", "supply_class"],
    "by_nation": ["nation"],
    "by_class": ["supply_class"],
    "by_unit": ["nation", "unit"],
    "by_site": ["site"],
    "readiness": ["unit"],
    "in_transit": ["consignment"],
    "expiring": ["item"],
    "shared_items": ["nation"],
    "candidates": ["a_name"],
    "data_age": ["nation", "table"],
}


def labels(made: Picture) -> dict[str, str]:
    """Label of every output row, under the name of its table and the words that tell it apart."""
    found = {}
    for name, columns in KEYS.items():
        for row in getattr(made, name).select(*columns, "label").iter_rows():
            found[" ".join([name, *(word or "-" for word in row[:-1])])] = row[-1]
    return found


ALFA_II, ALFA_III = "stock DEU Alfa NATO:II", "stock DEU Alfa NATO:III"
BRAVO_II, BRAVO_III = "stock DEU Bravo NATO:II", "stock DEU Bravo NATO:III"
NLD_BRAVO = "stock NLD Bravo NATO:II"
OWN, THEIRS = "by_nation DEU", "by_nation NLD"
UNIT, NO_UNIT, NLD_NO_UNIT = "by_unit DEU Battalion", "by_unit DEU -", "by_unit NLD -"
II, III = "by_class NATO:II", "by_class NATO:III"
ALFA, BRAVO = "by_site Alfa", "by_site Bravo"
READY, MOVE, LOT, PAIR = ("readiness Battalion", "in_transit c", "expiring Diesel",
                          "candidates Bearing")  # fmt: skip
SHARED = {"shared_items DEU", "shared_items NLD"}
AT_ALFA = {ALFA_II, ALFA_III, OWN, UNIT, II, III, ALFA}
AT_BRAVO = {BRAVO_II, BRAVO_III, NLD_BRAVO, OWN, THEIRS, NO_UNIT, NLD_NO_UNIT, II, III, BRAVO}
ARTICLE = {ALFA_II, BRAVO_II, NLD_BRAVO, OWN, THEIRS, UNIT, NO_UNIT, NLD_NO_UNIT, II, ALFA, BRAVO}

CASES: dict[tuple[str, str], set[str]] = {
    # stock without a unit of DEU rests on where its units stand: site Alfa and the battalion
    ("site", "A"): AT_ALFA | {NO_UNIT, READY, MOVE, LOT},
    ("site", "B"): AT_BRAVO | {MOVE},
    ("party", "BN"): AT_ALFA | {NO_UNIT, READY, LOT},
    # an article of two records rests on both, and on the verdict, wherever one of them is held
    ("item", "bearing"): ARTICLE | SHARED | {PAIR},
    ("item", "ball"): ARTICLE | SHARED | {PAIR},
    ("same_item", "v"): ARTICLE | SHARED | {PAIR},
    ("item", "diesel"): {ALFA_III, OWN, UNIT, III, ALFA, MOVE, LOT, PAIR},
    # the bearing's price has no currency: the nation's; the diesel's needs the rate
    ("nation", "DEU"): {ALFA_II, BRAVO_II, OWN, UNIT, NO_UNIT, II, ALFA, BRAVO, PAIR},
    ("rate", "1"): {ALFA_III, OWN, UNIT, III, ALFA, LOT, PAIR},
    # the holding says whose days they are, and so decides the worst class of the unit's site
    ("holding", "bearing"): {ALFA_II, OWN, UNIT, II, ALFA, READY, *SHARED},
    ("holding", "diesel"): {ALFA_III, OWN, UNIT, III, ALFA, READY, LOT},
    # the ball stands in the bearing's row of days: as NLD's there, not as DEU's
    ("holding", "ball"): {NLD_BRAVO, THEIRS, NLD_NO_UNIT, II, BRAVO, *SHARED},
    # what can't be used is weighed too, and is not on hand
    ("holding", "broken"): {BRAVO_II, OWN, NO_UNIT, II, BRAVO},
    ("system", "IFV"): {READY},
    ("fleet", "f"): {READY},
    ("consignment", "c"): {MOVE},
    # the worst class of the unit's site rests on the days of every class there
    ("days", "bearing at A"): {ALFA_II, OWN, UNIT, II, ALFA, READY},
    ("days", "diesel at A"): {ALFA_III, OWN, UNIT, III, ALFA, READY},
    ("days", "bearing at B"): {BRAVO_II, NLD_BRAVO, OWN, THEIRS, NO_UNIT, NLD_NO_UNIT, II, BRAVO},
    # zero lines of diesel at Bravo are as closed as what says that there are none
    ("days", "diesel at B"): {BRAVO_III, OWN, NO_UNIT, III, BRAVO},
}  # fmt: skip


def test_every_row_is_open_where_every_input_is() -> None:
    found = labels(picture("", ""))
    assert set(found.values()) == {OPEN}
    touched = set().union(*CASES.values())
    assert touched <= set(found)  # every row that a case names is there
    assert {name for name in found if not name.startswith("data_age")} == touched


@pytest.mark.parametrize(("name", "key"), CASES, ids=[" ".join(one) for one in CASES])
def test_what_rests_on_a_closed_row_is_closed_and_nothing_else(name: str, key: str) -> None:
    found = labels(picture(name, key))
    owner = "NLD" if key == "ball" else "DEU"
    aged = {f"data_age {owner} {'target' if name == 'days' else name}"}
    assert {row for row, text in found.items() if text != OPEN} == CASES[name, key] | aged
    readers = "DEU NLD" if owner == "NLD" else "DEU"
    assert {text for text in found.values() if text != OPEN} == {
        f"RESTRICTED // FOR {readers} ONLY"
    }


@pytest.mark.parametrize(
    ("name", "key", "closed"),
    [("same_item", "v", True), ("item", "bearing", True), ("item", "ball", True),
     ("item", "diesel", True), ("holding", "bearing", False)],
)  # fmt: skip
def test_days_that_stand_elsewhere_rest_on_what_took_them_there(
    name: str, key: str, closed: bool
) -> None:
    """The ball is consumed at Alfa, in the class of diesel; its days stand in the bearing's row."""
    changed = {
        "item": [{**one, "supply_class": "NATO:III"} if one["key"] == "ball" else one
                 for one in TABLES["item"]],
        "holding": [one for one in TABLES["holding"] if one["key"] != "ball"],
    }  # fmt: skip
    found = labels(picture(name, key, (A, BALL), **changed))
    assert (found[III] != OPEN) == closed
