"""Tidy frames as accessible HTML tables."""

from collections.abc import Mapping, Sequence

import polars as pl

from redball.reports.columns import MISSING, Column, describe, grouped, show
from redball.reports.element import Markup, el, join
from redball.reports.status import badge, level_of

_HEADINGS = ("name", "nation", "class", "supply_class", "unit", "site", "item", "owner", "system")
_MANY = 10
"""Tables with more columns are printed across the sheet."""
_WIDE = 60
"""Longer texts may wrap anywhere."""


def table(
    frame: pl.DataFrame,
    caption: str,
    *,
    rows: int,
    where_the_rest: str,
    words: Mapping[str, str] | None = None,
) -> Markup:
    """Write a frame as a table with caption, units in the headings and numbers flush right.

    Parameters
    ----------
    frame : polars.DataFrame
        The rows, in the order to be shown.
    caption : str
        What the table holds; also the name of its scrolling region.
    rows : int
        Most rows to show; the rest is counted below the table.
    where_the_rest : str
        Where a reader gets all rows, such as a command.
    words : mapping of str to str, optional
        Headings for columns whose derived heading would not do.
    """
    if not frame.width or frame.is_empty():
        return el("p", f"{caption}: no rows.", class_="none")
    kept, left_out = _without_needless_columns(frame)
    shown = kept.head(rows)
    columns = [describe(kept[name]) for name in kept.columns]
    parts = el(
        "table",
        el("caption", caption, el("span", f" {_count(frame.height)}", class_="count")),
        el("thead", el("tr", *(_heading(c, words or {}) for c in columns))),
        _body(shown, columns),
    )
    class_ = "table many" if len(columns) > _MANY else "table"
    region = el("div", parts, class_=class_, role="region", aria_label=caption, tabindex=0)
    return join([region, _more(frame.height - shown.height, where_the_rest), *left_out])


def _without_needless_columns(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Markup]]:
    """Take out what says nothing row by row, and say it once: unknown columns, a common label."""
    empty = [name for name in frame.columns if frame[name].null_count() == frame.height]
    said = []
    if 0 < len(empty) < frame.width:
        frame = frame.drop(empty)
        unknown = ", ".join(describe(pl.Series(name, [None])).words.lower() for name in empty)
        said.append(el("p", f"Not known in any row: {unknown}.", class_="more"))
    if frame.width > 1 and "label" in frame.columns and frame["label"].n_unique() == 1:
        said.append(el("p", f"Label of every row: {frame['label'][0]}.", class_="more"))
        frame = frame.drop("label")
    return frame, said


def sentences(items: Sequence[str], nothing: str) -> Markup:
    """Write sentences as a list, or say that there are none."""
    if not items:
        return el("p", nothing, class_="none")
    return el("ul", *(el("li", item) for item in items))


def pairs(rows: Sequence[tuple[str, str | Markup]], class_: str = "pairs") -> Markup:
    """Write names and values as a description list."""
    return el(
        "dl", *(el("div", el("dt", name), el("dd", value)) for name, value in rows), class_=class_
    )


def _body(frame: pl.DataFrame, columns: Sequence[Column]) -> Markup:
    head = next((i for i, c in enumerate(columns) if c.name in _HEADINGS), 0)
    return el(
        "tbody",
        *(
            el(
                "tr",
                *(
                    _cell(value, c, i == head)
                    for i, (value, c) in enumerate(zip(row, columns, strict=True))
                ),
            )
            for row in frame.iter_rows()
        ),
    )


def _heading(column: Column, words: Mapping[str, str]) -> Markup:
    unit = el("span", f" ({column.unit})", class_="unit") if column.unit else None
    title = words.get(column.name, column.words)
    return el("th", title, unit, scope="col", class_="number" if column.numeric else None)


def _cell(value: object, column: Column, heading: bool) -> Markup:
    content: str | Markup = show(value, column)
    level = level_of(value) if column.kind == "level" else None
    if level is not None:
        content = badge(level)
    classes = [
        name
        for name, holds in (
            ("number", column.numeric),
            ("missing", content == MISSING),
            ("wide", column.kind == "text" and len(content) > _WIDE),
        )
        if holds
    ]
    class_ = " ".join(classes) or None
    return (
        el("th", content, scope="row", class_=class_)
        if heading
        else el("td", content, class_=class_)
    )


def _count(rows: int) -> str:
    return f"({grouped(rows)} {'row' if rows == 1 else 'rows'})"


def _more(left: int, where: str) -> Markup | None:
    if left <= 0:
        return None
    return el("p", f"{grouped(left)} more {'row' if left == 1 else 'rows'}: {where}", class_="more")
