"""A small world of rows without a fault, and a way to send it with some rows changed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from redball.exchange.check import Check, Known, check_package
from redball.exchange.package import Manifest, Note, Package, RawTable
from redball.model import table

Row = Mapping[str, str | None]
Rows = Sequence[Row]

AS_OF = datetime(2026, 1, 31, 6, tzinfo=UTC)
NOW = datetime(2026, 2, 1, tzinfo=UTC)

_PROBLEMS = {
    "row": pl.UInt32,
    "column": pl.String,
    "rule": pl.String,
    "message": pl.String,
    "mend": pl.String,
}

WORLD: Mapping[str, Rows] = {
    "nation": [
        {"key": "DEU", "name": "Germany", "country": "DEU", "currency": "EUR"},
        {"key": "NLD", "name": "Netherlands", "country": "NLD", "currency": "EUR"},
    ],
    "site": [
        {"key": "A", "name": "Alpha", "country": "DEU", "latitude": "53.5", "longitude": "9.9"},
        {"key": "B", "name": "Bravo", "country": "DEU", "latitude": "52.5", "longitude": "8.9"},
        {"key": "C", "name": "Charlie", "country": "DEU", "latitude": "51.5", "longitude": "8.1"},
    ],
    "party": [{"key": "P1", "name": "One"}, {"key": "P2", "name": "Two"}],
    "item": [
        {"key": "I1", "name": "Bearing", "supply_class": "NATO:II"},
        {"key": "I2", "name": "Ring", "supply_class": "NATO:II"},
        {"key": "IR", "name": "Pump", "supply_class": "NATO:II", "reparable": "yes"},
    ],
    "system": [{"key": "S1", "name": "Vehicle", "item": "I1"}],
}
"""Rows that others refer to."""


def _raw(
    name: str,
    frame: pl.DataFrame,
    *,
    content: str = "full",
    sheet: str = "",
    problems: Sequence[tuple[int, str, str, str, str]] = (),
    notes: Sequence[Note] = (),
) -> RawTable:
    known = [c for c in frame.columns if c in (*table(name).names, "label")]
    return RawTable(
        table=name,
        sheet=sheet or f"{name}.csv",
        content=content,
        frame=frame.select(known),
        raw=frame,
        line=pl.int_range(2, 2 + frame.height, dtype=pl.Int32, eager=True),
        columns={c: (c,) for c in known},
        unknown=tuple(c for c in frame.columns if c not in known),
        problems=pl.DataFrame(list(problems), schema=_PROBLEMS, orient="row"),
        notes=tuple(notes),
    )


def _frame(rows: Rows) -> pl.DataFrame:
    names = dict.fromkeys(name for row in rows for name in row)
    return pl.DataFrame(
        {name: [row.get(name) for row in rows] for name in names},
        schema=dict.fromkeys(names, pl.String),
    )


RawMaker = Callable[..., RawTable]
FrameMaker = Callable[[Rows], pl.DataFrame]
Checker = Callable[..., Check]


@pytest.fixture
def raw() -> RawMaker:
    """Make a raw table from a frame."""
    return _raw


@pytest.fixture
def frame_of() -> FrameMaker:
    """Make a text frame from rows."""
    return _frame


@pytest.fixture
def checked() -> Checker:
    """Check raw tables, or rows by table; ``world`` adds the rows that others refer to."""

    def run(
        *raws: RawTable,
        rows: Mapping[str, Rows] | None = None,
        world: bool = False,
        owner: str = "DEU",
        label: str | None = None,
        as_of: datetime = AS_OF,
        now: datetime = NOW,
        cadence_days: int = 30,
        content: str = "full",
        known: Known | None = None,
        notes: Sequence[Note] = (),
        max_issues: int = 100_000,
    ) -> Check:
        sent: dict[str, Rows] = {**(WORLD if world else {}), **(rows or {})}
        built = [_raw(name, _frame(given), content=content) for name, given in sent.items()]
        manifest = Manifest(owner=owner, as_of=as_of, label=label, cadence_days=cadence_days)
        package = Package(Path("package"), "0" * 64, manifest, (*built, *raws), tuple(notes))
        return check_package(package, known=known, now=now, max_issues=max_issues)

    return run


@pytest.fixture
def world() -> Mapping[str, Rows]:
    """Give the rows that others refer to."""
    return WORLD
