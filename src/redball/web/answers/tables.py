"""Tidy tables for pages: heads in words with units, sorted and turned over by the address.

What is sorted by and which page is shown stand in the address (``sort``, ``desc``, ``page``, each
behind the table's prefix), so tables work without a script, and with the back button. Values are
written as in reports (:mod:`redball.reports.columns`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl
from markupsafe import Markup, escape

from redball.model import BadUse, Level
from redball.reports.columns import MISSING, Column, describe, show

if TYPE_CHECKING:
    from redball.web.visit import Visit

ROWS = 100
"""Rows of a page of a table."""
MOST_ROWS = 500
_SAMPLE = 2_000
"""Rows from which a column's format is derived, so that it is the same on every page."""
_SENTENCE, _KEY = 60, 24
"""Signs from which a cell is a sentence, and up to which a word is a key."""
_RANK = {str(level): level.rank for level in Level}

Row = Mapping[str, object]
Address = Callable[[Row], str]


@dataclass(frozen=True)
class Head:
    """The head of a column.

    Attributes
    ----------
    name : str
        Of the column in the frame.
    words, unit : str
    kind : str
        ``number``, ``percent``, ``level``, ``time``, ``date``, ``yes``, ``text``; ``prose`` for
        sentences, which need room, ``code`` for keys, which stay on one line.
    href : str
        Address with the table sorted by it; empty where it can't be.
    order : str
        ``ascending``, ``descending`` or empty: as ``aria-sort`` has it.
    """

    name: str
    words: str
    unit: str = ""
    kind: str = "text"
    href: str = ""
    order: str = ""

    @property
    def numeric(self) -> bool:
        """Whether it is set flush right."""
        return self.kind in ("number", "percent")


@dataclass(frozen=True)
class Tabled:
    """A table, or one page of it, ready for the macro ``table.tidy``.

    Attributes
    ----------
    anchor : str
        Of the element.
    caption : str
    heads : tuple of Head
    rows : list
        Cells in order of ``heads``: text, for a link a pair of text and address.
    keys : list of str
        Keys of the rows for scripts and for what is chosen; empty without.
    total : int
        Rows in all.
    first : int
        Number of the first row shown, from 1; 0 where there is none.
    previous, next : str
        Addresses of the pages before and after; empty at the ends.
    everything : str
        Address of all rows as JSON; empty where there is none.
    chosen : str
        Key of the row that is chosen.
    empty : str
        What is said where there is no row.
    """

    anchor: str
    caption: str
    heads: tuple[Head, ...]
    rows: Sequence[Sequence[object]] = field(repr=False)
    keys: Sequence[str] = field(default=(), repr=False)
    total: int = 0
    first: int = 0
    previous: str = ""
    next: str = ""
    everything: str = ""
    chosen: str = ""
    empty: str = ""

    @property
    def last(self) -> int:
        """Number of the last row shown."""
        return self.first + len(self.rows) - 1 if self.rows else 0

    @property
    def keyed(self) -> Sequence[tuple[str, Sequence[object]]]:
        """Rows, each with its key."""
        keys = self.keys or [""] * len(self.rows)
        return list(zip(keys, self.rows, strict=True))

    @property
    def plain(self) -> bool:
        """Whether all cells are text: no status and no link among them."""
        if any(head.kind == "level" for head in self.heads):
            return False
        return not self.rows or all(isinstance(cell, str) for cell in self.rows[0])

    def line(self, row: Sequence[object]) -> Markup:
        """Cells of a row of a plain table: long tables would take a template too long."""
        cells = [
            f"{_CELL.get(head.kind, '<td>')}{escape(cell)}</td>"
            for head, cell in zip(self.heads, row, strict=True)
        ]
        return Markup("".join(cells))  # noqa: S704 - every cell is escaped in its place


_CELL = {
    "number": '<td class="number">',
    "percent": '<td class="number">',
    "prose": '<td class="prose">',
    "code": '<td class="code">',
}


def tabled(
    visit: "Visit",
    frame: pl.DataFrame,
    caption: str,
    *,
    anchor: str = "table",
    prefix: str = "",
    columns: Sequence[str] = (),
    words: Mapping[str, str] | None = None,
    links: Mapping[str, Address] | None = None,
    key: str = "",
    chosen: str = "",
    per_page: int = ROWS,
    sortable: bool = True,
    everything: str = "",
    empty: str = "",
) -> Tabled:
    """One page of a frame, as the address of the visit asks for it.

    Parameters
    ----------
    visit : Visit
    frame : polars.DataFrame
    caption : str
        What the table holds; its accessible name.
    anchor : str
        Of the element; several tables on one page need several.
    prefix : str
        Stands before ``sort``, ``desc`` and ``page`` in the address, likewise.
    columns : sequence of str
        Which to show, in order; all when empty. Those that the frame lacks are left out.
    words : mapping, optional
        Heads that differ from what the name says.
    links : mapping of str to callable, optional
        Address behind the cell of a column, from the row; no link where it is empty.
    key, chosen : str
        Column with the row's key, and the key of the row that is chosen.
    per_page : int
    sortable : bool
    everything, empty : str
        See :class:`Tabled`.

    Raises
    ------
    BadUse
        The address names a column that the table does not have, or a page that is no number.
    """
    wanted = [name for name in (columns or frame.columns) if name in frame.columns]
    sort = visit.request.query_params.get(f"{prefix}sort", "")
    falling = visit.request.query_params.get(f"{prefix}desc", "") == "1"
    if sort:
        frame = _sorted(frame, sort, wanted, falling=falling)
    page = _page(visit.request.query_params.get(f"{prefix}page", "1"), frame.height, per_page)
    begin = (page - 1) * per_page
    part = frame.slice(begin, per_page)
    shown = [describe(frame[name].head(_SAMPLE)) for name in wanted]
    here = visit.here
    turn = f"{prefix}page"
    return Tabled(
        anchor=anchor,
        caption=caption,
        heads=tuple(
            _head(
                _text_kind(column, part),
                (words or {}).get(column.name, ""),
                _sort_address(visit, prefix, column, sort, falling=falling) if sortable else "",
                _order(column.name, sort, falling=falling),
            )
            for column in shown
        ),
        rows=_rows(part, shown, links or {}),
        keys=[str(one) for one in part[key]] if key else (),
        total=frame.height,
        first=begin + 1 if frame.height else 0,
        previous=here(**{turn: page - 1 if page > 2 else None}) if page > 1 else "",
        next=here(**{turn: page + 1}) if begin + per_page < frame.height else "",
        everything=everything,
        chosen=chosen,
        empty=empty,
    )


def plain_table(
    frame: pl.DataFrame, caption: str, *, anchor: str, per_page: int = MOST_ROWS, words: str = ""
) -> Tabled:
    """A table that is neither sorted nor turned over, such as the twin of a chart."""
    part = frame.head(per_page)
    shown = [describe(frame[name].head(_SAMPLE)) for name in frame.columns]
    return Tabled(
        anchor=anchor,
        caption=caption,
        heads=tuple(_head(_text_kind(column, part), "", "", "") for column in shown),
        rows=_rows(part, shown, {}),
        total=frame.height,
        first=1 if frame.height else 0,
        empty=words,
    )


def _text_kind(column: Column, part: pl.DataFrame) -> Column:
    """A column of text as sentences or as keys, where its cells are such."""
    series = part[column.name]
    if column.kind != "text" or series.dtype != pl.String or not series.count():
        return column
    longest = series.str.len_chars().max()
    size = longest if isinstance(longest, int) else 0
    if size > _SENTENCE:
        return replace(column, kind="prose")
    spaced = bool(series.str.contains(" ", literal=True).any())
    return column if spaced or size > _KEY else replace(column, kind="code")


def _head(column: Column, words: str, href: str, order: str) -> Head:
    return Head(column.name, words or column.words, column.unit, column.kind, href, order)


def _sorted(
    frame: pl.DataFrame, sort: str, columns: Sequence[str], *, falling: bool
) -> pl.DataFrame:
    """Sort; what is not known stands last, levels by how grave they are."""
    if sort not in columns:
        raise BadUse(
            f"The table has no column '{sort[:60]}' to sort by.",
            where="sort",
            mend=f"Sort by one of: {', '.join(columns)}.",
        )
    by: pl.Expr = pl.col(sort)
    kind = frame.schema[sort]
    if isinstance(kind, pl.List):
        by = by.list.len()
    elif describe(frame[sort].head(1)).kind == "level":
        by = by.cast(pl.String).replace_strict(_RANK, default=None, return_dtype=pl.Int8)
    elif kind == pl.Categorical or isinstance(kind, pl.Enum):
        by = by.cast(pl.String)
    return frame.sort(by, descending=falling, nulls_last=True, maintain_order=True)


def _page(text: str, total: int, per_page: int) -> int:
    """Number of the page that is asked for; the last where there are fewer."""
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) < 1:
        raise BadUse(
            f"'{text[:20]}' is not the number of a page.", where="page", mend="Count from 1."
        )
    return min(int(text), max(1, -(-total // per_page)))


def _sort_address(visit: "Visit", prefix: str, column: Column, sort: str, *, falling: bool) -> str:
    """Where the head leads: sorted by it; numbers and levels begin with the greatest."""
    first = column.numeric or column.kind == "level"
    down = not falling if sort == column.name else first
    names = {f"{prefix}sort": column.name, f"{prefix}desc": "1" if down else None}
    return f"{visit.here(**names, **{f'{prefix}page': None})}"


def _order(name: str, sort: str, *, falling: bool) -> str:
    return "" if name != sort else "descending" if falling else "ascending"


def _rows(
    part: pl.DataFrame, columns: Sequence[Column], links: Mapping[str, Address]
) -> list[tuple[object, ...]]:
    """Cells as text, column by column."""
    texts: list[Sequence[object]] = []
    whole = part.rows(named=True) if links else []
    for column in columns:
        cells = [_cell(value, column) for value in part[column.name]]
        address = links.get(column.name)
        if address is None:
            texts.append(cells)
        else:
            texts.append([(text, address(row)) for text, row in zip(cells, whole, strict=True)])
    return list(zip(*texts, strict=True)) if texts else []


def _cell(value: object, column: Column) -> str:
    if column.kind == "level":
        return MISSING if value is None else str(value)
    return show(value, column)
