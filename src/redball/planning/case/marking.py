"""What a figure of a run rests on: everything that is connected with it.

Stock that one draws on is missing for the other, so a figure of a cell rests on all that shares a
supplier, a way, a shop or an agreement with it, however far. Labels are therefore taken over whole
connected parts of the network: two figures have different labels only where nothing joins them.
"""

import math
from functools import reduce

import polars as pl

from redball.model import NOWHERE, ResultLabel
from redball.model.labels import combine
from redball.planning.case.draft import Draft
from redball.planning.case.ground import Ground


class _Parts:
    """Connected parts, each with the marks of all in it (union by size, path halving)."""

    def __init__(self, marks: list[int]) -> None:
        self.up = list(range(len(marks)))
        self.marks = marks
        self.size = [1] * len(marks)

    def root(self, at: int) -> int:
        while self.up[at] != at:
            self.up[at] = self.up[self.up[at]]
            at = self.up[at]
        return at

    def join(self, one: int, other: int) -> None:
        a, b = self.root(one), self.root(other)
        if a == b:
            return
        if self.size[a] < self.size[b]:
            a, b = b, a
        self.up[b] = a
        self.size[a] += self.size[b]
        self.marks[a] |= self.marks[b]

    def add(self, at: int, mark: int) -> None:
        self.marks[self.root(at)] |= mark


def connected_marks(draft: Draft) -> tuple[list[int], list[int]]:
    """Marks of every cell and of every fleet, over all that is connected with it."""
    cells, lanes = len(draft.cells), len(draft.lanes)
    marks = [c.mark for c in draft.cells] + [lane.mark for lane in draft.lanes]
    parts = _Parts(marks + [fleet.mark for fleet in draft.fleets])
    _join_ways(draft, parts)
    _join_making(draft, parts)
    for link in draft.supports:
        parts.join(link.receiver, link.giver)
        parts.add(link.receiver, link.mark)
    for cell, other in draft.substitutes:
        parts.join(cell, other)
    for at, fleet in enumerate(draft.fleets):
        for cell, *_ in fleet.parts:
            parts.join(cells + lanes + at, cell)
    of_cell = [parts.marks[parts.root(at)] for at in range(cells)]
    first = cells + lanes
    of_fleet = [parts.marks[parts.root(first + at)] for at in range(len(draft.fleets))]
    return of_cell, of_fleet


def _join_ways(draft: Draft, parts: _Parts) -> None:
    for arc in draft.arcs:
        parts.add(arc.cell, arc.mark)
        if arc.supplier != NOWHERE:
            parts.join(arc.cell, arc.supplier)
        for lane in arc.lanes:
            if math.isfinite(draft.lanes[lane].kg_per_day):
                parts.join(
                    arc.cell, len(draft.cells) + lane
                )  # who travels with it shares its capacity
            else:
                parts.add(arc.cell, draft.lanes[lane].mark)


def _join_making(draft: Draft, parts: _Parts) -> None:
    for recipe in draft.recipes:
        parts.add(recipe.cell, recipe.mark)
        for cell, _ in recipe.inputs:
            parts.join(recipe.cell, cell)
    for shop in draft.shops:
        if shop.up != NOWHERE:
            parts.join(shop.cell, draft.shops[shop.up].cell)
        for cell, _ in shop.parts:
            parts.join(shop.cell, cell)


def total_mark(ground: Ground, of_cell: list[int], of_fleet: list[int], draft: Draft) -> int:
    """Marks of all rows used."""
    mark = ground.book.mark
    lanes, nodes, items = draft.lanes, draft.nodes, draft.items
    rows = [row.mark for group in (lanes, nodes, items) for row in group]
    for part in (of_cell, of_fleet, rows):
        for one in part:
            mark |= one
    return mark


_OF_FLEETS = ("resupply", "structure", "system", "fleet", "repair", "factor", "demand", "source")
"""What decides whether fleets can be simulated at all."""
_NAMED = ("site", "party", "item", "system", "lane", "fleet", "supply", "nation", "same_item")
"""Tables of the names that a scenario may use, and of what decides what a name reaches."""


def case_label(
    ground: Ground, of_cell: list[int], of_fleet: list[int], draft: Draft
) -> ResultLabel:
    """Dominant label of all rows used, those of the sparing case among them.

    Without a sparing case the reason why there is none may rest on any row that it reads.
    """
    label = ground.book.marks.label(total_mark(ground, of_cell, of_fleet, draft))
    if ground.spares is not None:
        return combine(label, ground.spares.label)
    return reduce(combine, (ground.twin.label_of(table) for table in _OF_FLEETS), label)


def names_label(ground: Ground) -> ResultLabel:
    """Dominant label of what the names of targets and their reach rest on.

    That a name is there, alone or one of several, rests on all names of its kind.
    """
    return reduce(combine, (ground.twin.label_of(table) for table in _NAMED))


def label_frame(ground: Ground, name: str, marks: list[int]) -> pl.DataFrame:
    """Position and ``labels`` (positions in ``twin.labels``) of each row."""
    series = pl.Series("mark", marks, pl.UInt64)
    return pl.DataFrame(
        {name: pl.Series(range(len(marks)), dtype=pl.Int32)}
    ).with_columns(labels=ground.book.marks.lists(series) if marks else
                   pl.Series([], dtype=pl.List(pl.Int32)))  # fmt: skip
