"""Feeds and uploads as the templates need them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import polars as pl

SCORES = ("completeness", "validity", "timeliness", "consistency")
WIDTH, HEIGHT = 160, 36
_POINTS = 24


@dataclass(frozen=True)
class Feed:
    """What came from one nation.

    Attributes
    ----------
    owner : str
    last : datetime
        State that its newest package tells of.
    packages : int
    scores : mapping
        Of the newest package, and ``overall``; empty where they are not the viewer's to know.
    lines : mapping of str to str
        Each score over time as points of a drawing.
    """

    owner: str
    last: datetime
    packages: int
    scores: Mapping[str, float]
    lines: Mapping[str, str]


def feeds_of(frame: pl.DataFrame, nation: str) -> list[Feed]:
    """One feed for each nation, the viewer's own first."""
    made = frame.with_columns(pl.col("owner").cast(pl.String))
    found = []
    for (owner,), part in made.group_by("owner", maintain_order=True):
        newest = part.row(0, named=True)
        names = ("overall", *SCORES) if newest["overall"] is not None else ()
        found.append(
            Feed(
                owner=str(owner),
                last=newest["as_of"],
                packages=part.height,
                scores={name: newest[name] for name in names},
                lines={name: _line(part[name].head(_POINTS).reverse()) for name in names},
            )
        )
    return sorted(found, key=lambda one: (one.owner != nation, one.owner))


def _line(values: pl.Series) -> str:
    """Points of a line from left to right; the height is the whole of 0 to 1."""
    numbers = [float(one) for one in values if one is not None]
    if len(numbers) == 1:
        numbers *= 2
    step = (WIDTH - 8) / max(len(numbers) - 1, 1)
    return " ".join(
        f"{4 + step * at:.1f},{4 + (1 - value) * (HEIGHT - 8):.1f}"
        for at, value in enumerate(numbers)
    )


def said_of(note: Mapping[str, object]) -> str:
    """The first sentence about an upload that was checked."""
    counts = cast("Mapping[str, int]", note["counts"])
    rows, errors = counts["rows"], counts["errors"]
    if note["refused"]:
        return "This package can't be imported as it is."
    if note["unchanged"]:
        return "This very package is in the store already; importing it changes nothing."
    if errors:
        skipped = cast("int", note["skipped"])
        left = _counted(skipped, "row")
        return f"{_counted(errors, 'error')} in {_counted(rows, 'row')}: {left} would be left out."
    return (
        "The one row is fit to be imported."
        if rows == 1
        else (f"All {rows:,} rows are fit to be imported.")
    )


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def totals(note: Mapping[str, object]) -> dict[str, int]:
    """Rows added, changed, withdrawn and unchanged in all tables."""
    tables = cast("list[Mapping[str, int]]", note["tables"])
    kinds = ("added", "changed", "withdrawn", "unchanged")
    return {kind: sum(one[kind] for one in tables) for kind in kinds}
