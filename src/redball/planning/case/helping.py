"""Help between nations by agreement, and between articles that are alternatives."""

import math
from collections import defaultdict
from datetime import date
from typing import Any

import polars as pl

from redball.model import NOWHERE
from redball.planning.case.draft import Support
from redball.planning.case.ground import Ground
from redball.planning.case.places import Places
from redball.stock.case import agreements
from redball.stock.case.promises import ANY_ITEM


def plan_supports(ground: Ground, places: Places) -> None:
    """Add agreements of mutual support that hold on the day or begin later.

    Every cell of the receiver that is asked for something is linked with the giver's cells of the
    article, the row for one article before the row for all, nearest site first.
    """
    spares = ground.spares
    if spares is None:
        return
    sites: dict[str, list[int]] = defaultdict(list)
    for row, nation in zip(spares.site_ix.tolist(), spares.nation, strict=True):
        sites[nation].append(row)
    linked: set[tuple[int, int, float]] = set()
    for row, mark in _agreed(ground):
        every = row["item"] == ANY_ITEM
        for item in range(spares.problem.items) if every else (row["item"],):
            lead = int(spares.item_ix[item])
            for receiver in sites[row["receiver"]]:
                for giver in sites[row["giver"]]:
                    cells = places.find(receiver, lead), places.find(giver, lead)
                    start = _start(ground, row["valid_from"])
                    if NOWHERE in cells or (*cells, start) in linked:
                        continue
                    if places.draft.cells[cells[0]].use <= 0:
                        continue
                    linked.add((*cells, start))
                    ends = row["valid_until"]
                    places.draft.supports.append(Support(
                        cells[0], cells[1], row["move_days"], math.ceil(row["keep"]), start,
                        math.inf if ends is None else ground.days_until(ends) + 1, mark,
                    ))  # fmt: skip


def _start(ground: Ground, day: date | None) -> float:
    return 0.0 if day is None else max(ground.days_until(day), 0.0)


def _agreed(ground: Ground) -> list[tuple[dict[str, Any], int]]:
    """Agreements with their validity, each once: asked for on the day it begins to hold."""
    assert ground.spares is not None
    said = ground.twin["support"].select("valid_from", "valid_until")
    begins = {day for day in said["valid_from"].to_list() if day and day > ground.day}
    found = []
    for day in sorted({ground.day, *begins}):
        rows = agreements(ground.spares, ground.twin, day)
        rows = rows.hstack(said[rows["support_ix"]])
        first = pl.max_horizontal(pl.col("valid_from").fill_null(ground.day), ground.day) == day
        rows = rows.filter(first)
        marks = ground.book.marks.of_lists(rows["labels"]).to_list()
        found += list(zip(rows.iter_rows(named=True), marks, strict=True))
    return found


def alternatives(ground: Ground) -> dict[int, dict[int, int]]:
    """Articles that may stand for each other, with the marks of the rows that say so.

    Rows of ``structure`` of one parent and one owner with the same word are alternatives.
    """
    rows = ground.rows("structure").filter(
        pl.col("parent_ix") != NOWHERE, pl.col("child_ix") != NOWHERE,
        pl.col("alternative").fill_null("") != "",
    )  # fmt: skip
    together: dict[tuple[str, int, str], list[tuple[int, int]]] = defaultdict(list)
    for row in rows.iter_rows(named=True):
        key = (row["owner"], ground.lead[row["parent_ix"]], row["alternative"])
        together[key].append((ground.lead[row["child_ix"]], row["mark"]))
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for group in together.values():
        for lead, mark in group:
            for other, of_other in group:
                if lead != other:
                    found[lead].setdefault(other, mark | of_other)
    return dict(found)


def plan_substitutes(ground: Ground, places: Places, other: dict[int, dict[int, int]]) -> None:
    """Let cells of alternatives at one site serve each other."""
    for lead in sorted(other):
        for instead, mark in other[lead].items():
            for site in range(len(ground.above)):
                cell, helper = places.find(site, lead), places.find(site, instead)
                if NOWHERE not in (cell, helper):
                    places.draft.substitutes.append((cell, helper))
                    places.draft.cells[cell].mark |= mark
