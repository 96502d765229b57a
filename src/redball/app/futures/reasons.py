"""Why kept futures differ: what was asked of each, what happens in it, when, and on which data."""

from collections.abc import Mapping, Sequence

import polars as pl

from redball.app.futures.chosen import KeptFuture
from redball.app.futures.data import Moved
from redball.model.results import Scalar

_SCHEMA = {
    "matter": pl.String, "future": pl.String, "what": pl.String, "baseline": pl.String,
    "here": pl.String,
}  # fmt: skip
NONE = "–"
_ASKED = ("scenario",)


def what_differs(futures: Sequence[KeptFuture], moved: Mapping[str, Moved | None]) -> pl.DataFrame:
    """One row for each thing in which a future differs from the first.

    Columns: ``matter`` (``scenario``, ``run``, ``moment`` or ``data``), ``future``, ``what``,
    ``baseline`` (as it is in the first), ``here``.
    """
    first, rows = futures[0], []
    for one in futures[1:]:
        rows += [("scenario", one.name, *row) for row in _happens(first, one)]
        for matter, name, before, after in _asked(first, one):
            rows.append((matter, one.name, name, before, after))
        rows += [("moment", one.name, *row) for row in _moment(first, one)]
        data = moved.get(one.key)
        rows += [("data", one.name, *row) for row in (data.rows if data else ())]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def _asked(first: KeptFuture, other: KeptFuture) -> list[tuple[str, str, str, str]]:
    before, after = first.answer.origin.parameters, other.answer.origin.parameters
    return [
        ("scenario" if name in _ASKED else "run", name.replace("_", " "), _said(before.get(name)),
         _said(after.get(name)))
        for name in dict.fromkeys((*before, *after))
        if before.get(name) != after.get(name)
    ]  # fmt: skip


def _happens(first: KeptFuture, other: KeptFuture) -> list[tuple[str, str, str]]:
    """Events that only one has, or that happen at other times."""
    before, after = _events(first), _events(other)
    return [
        (f"event '{name}'", before.get(name, NONE), after.get(name, NONE))
        for name in dict.fromkeys((*before, *after))
        if before.get(name) != after.get(name)
    ]


def _events(future: KeptFuture) -> dict[str, str]:
    table = future.answer.tables.get("what_happens")
    if table is None:
        return {}
    said: dict[str, str] = {}
    for row in table.iter_rows(named=True):
        name = f"{row['event']}: {row['about']}" if row["about"] else str(row["event"])
        ends = "to the end" if row["to_day"] is None else f"to day {row['to_day']:.4g}"
        back = row["whole_again_day"]
        whole = "" if back is None or back == row["to_day"] else f", whole again on day {back:.4g}"
        said[name] = f"day {row['from_day']:.4g} {ends}{whole}"
    return said


def _moment(first: KeptFuture, other: KeptFuture) -> list[tuple[str, str, str]]:
    before, after = first.answer.origin, other.answer.origin
    pairs = (
        ("as of", f"{before.as_of:%Y-%m-%d %H:%M:%SZ}", f"{after.as_of:%Y-%m-%d %H:%M:%SZ}"),
        ("last import", str(before.revision), str(after.revision)),
        ("software", before.software, after.software),
        ("twin", before.twin_hash[:12], after.twin_hash[:12]),
    )
    return [pair for pair in pairs if pair[1] != pair[2]]


def _said(value: Scalar) -> str:
    if value is None:
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
