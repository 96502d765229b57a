"""Rows that are wrong on purpose, in Poland's package.

The check must find every one, and the import must survive them: rows with errors are skipped,
all others kept. A column that holds a faulty cell becomes text, written as Poland writes it
(decimal comma, day first), because a typed column can't hold the fault.
"""

from collections.abc import Callable, Mapping
from datetime import date

import polars as pl

from redball.synthetic.exercise.reading import Row
from redball.synthetic.types import Fault

OWNER = "POL"

_HOLDING: Row = {
    "site": "DEPOT-KUJAWY", "item": "IM-BRG-45", "quantity": "4", "condition": "serviceable",
    "reserved": "0", "counted_on": "12.01.2026",
}  # fmt: skip
_ITEM: Row = {
    "name": "BAD RECORD (EXERCISE)", "supply_class": "NATO:II", "unit_of_issue": "EA",
    "price": 12.5, "currency": "PLN", "mass_kg": 1.0, "reparable": False,
}  # fmt: skip
_DEMAND: Row = {
    "site": "DEPOT-KUJAWY", "item": "IM-BRG-45", "period_start": date(2022, 6, 1),
    "period_days": 30, "quantity": "3",
}  # fmt: skip
_SITE: Row = {"kind": "depot", "country": "POL", "latitude": 52.1, "longitude": 19.3}
_ORDER: Row = {
    "supplier": "D-303", "item": "IM-BRG-45", "site": "DEPOT-KUJAWY", "quantity": 5.0,
    "ordered_on": date(2025, 11, 3), "due_on": date(2026, 3, 2), "status": "open",
    "unit_price": 80.0, "currency": "PLN",
}  # fmt: skip
_MOVE: Row = {
    "from_site": "DEPOT-KUJAWY", "to_site": "BASE-DRAWSKO", "item": "IM-BRG-45", "quantity": 5.0,
    "mode": "road", "expected_on": date(2026, 2, 8),
}  # fmt: skip

_ADDED: tuple[tuple[Fault, Row], ...] = (
    (Fault("holding", "H-90001", "quantity", "negative stock"), _HOLDING | {"quantity": "-12"}),
    (Fault("holding", "H-90002", "item", "unknown item"), _HOLDING | {"item": "IM-99999"}),
    (Fault("holding", "H-90003", "expiry", "no such day"), _HOLDING | {"expiry": "31.02.2026"}),
    (Fault("holding", "H-90004", "quantity", "decimal point"), _HOLDING | {"quantity": "12.5"}),
    (Fault("holding", "H-90005", "condition", "unknown code"), _HOLDING | {"condition": "W"}),
    (Fault("holding", "H-90006", "expiry", "date in another form"),
     _HOLDING | {"expiry": "2027-03-15"}),
    (Fault("holding", "H-90007", "label", "unreadable label"),
     _HOLDING | {"label": "ZASTRZEZONE // DLA SOJUSZU"}),
    (Fault("holding", "H-90008", "quantity", "duplicate key, other values"), _HOLDING),
    (Fault("holding", "H-90008", "quantity", "duplicate key, other values"),
     _HOLDING | {"quantity": "9"}),
    (Fault("holding", "H-90009", "item", "item that is itself refused"),
     _HOLDING | {"item": "IM-90001"}),
    (Fault("item", "IM-90001", "unit_of_issue", "BX without a quantity"),
     _ITEM | {"unit_of_issue": "BX"}),
    (Fault("item", "IM-90002", "unit_of_issue", "unknown unit"), _ITEM | {"unit_of_issue": "Q9"}),
    (Fault("item", "IM-90003", "nsn", "NSN with twelve digits"), _ITEM | {"nsn": "311043900111"}),
    (Fault("item", "IM-90004", "name", "required cell empty"), _ITEM | {"name": None}),
    (Fault("demand", "V-90001", "quantity", "word in place of a number"),
     _DEMAND | {"quantity": "brak"}),
    (Fault("site", "SKLAD-90001", "latitude", "latitude over 90"),
     _SITE | {"name": "Skład testowy", "latitude": 154.37}),
    (Fault("order", "PO-90001", "supplier", "unknown party"), _ORDER | {"supplier": "D-999"}),
    (Fault("consignment", "CN-90001", "status", "unknown word"), _MOVE | {"status": "w drodze"}),
    (Fault("structure", "", "child", "cycle"),
     {"parent": "IM-CYCLE-1", "child": "IM-CYCLE-2", "quantity": 1.0, "essential": True}),
    (Fault("structure", "", "child", "cycle"),
     {"parent": "IM-CYCLE-2", "child": "IM-CYCLE-1", "quantity": 1.0, "essential": True}),
)  # fmt: skip
_SOUND: Mapping[str, tuple[Row, ...]] = {
    "item": tuple(
        _ITEM | {"key": f"IM-CYCLE-{n}", "name": f"HOUSING, CYCLE CASE {n} (EXERCISE)"}
        for n in (1, 2)
    ),
}
"""Sound rows that a fault needs: the two items of the cycle."""

FAULTS: tuple[Fault, ...] = tuple(
    Fault(f.table, f"{row['parent']}|{row['child']}|" if f.table == "structure" else f.key,
          f.column, f.what, f.severity)
    for f, row in _ADDED
)  # fmt: skip
"""Every faulty row of Poland's package (keys as the check makes them)."""

_AS_TEXT: Mapping[str, tuple[str, ...]] = {
    "holding": ("quantity", "reserved", "expiry", "counted_on"),
    "demand": ("quantity",),
}


def add_faults(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Poland's tables with the faulty rows after the sound ones, and text where faults need it."""
    out = dict(tables)
    for name, columns in _AS_TEXT.items():
        out[name] = out[name].with_columns(_as_sent(out[name][c]) for c in columns)
    for name in {f.table for f in FAULTS}:
        added = [*_SOUND.get(name, ()), *(_keyed(f, row) for f, row in _ADDED if f.table == name)]
        out[name] = _append(out[name], added)
    return out


def _keyed(fault: Fault, row: Row) -> Row:
    return row | {"key": fault.key} if fault.key else row


def _append(frame: pl.DataFrame, rows: list[Row]) -> pl.DataFrame:
    names = [*frame.columns, *sorted({c for row in rows for c in row} - set(frame.columns))]
    schema = {c: frame.schema.get(c, pl.String()) for c in names}
    more = pl.DataFrame({c: [row.get(c) for row in rows] for c in names}, schema=schema)
    return pl.concat([frame, more], how="diagonal")


def _as_sent(column: pl.Series) -> pl.Series:
    """Text as Poland writes it."""
    writer: Callable[[pl.Series], pl.Series] = _days if column.dtype == pl.Date else _numbers
    return writer(column).alias(column.name)


def _days(column: pl.Series) -> pl.Series:
    return column.dt.to_string("%d.%m.%Y")


def _numbers(column: pl.Series) -> pl.Series:
    text = column.cast(pl.String).str.replace(r"\.0$", "")
    return text.str.replace(".", ",", literal=True)
