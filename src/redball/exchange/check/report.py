"""Put what the rules found into one frame: sheet, line, the value as sent, and what to do."""

from collections.abc import Iterable, Sequence

import polars as pl

from redball.exchange.check.log import SheetIssue
from redball.exchange.check.rule import ERROR, WARNING, Rule
from redball.exchange.check.types import ISSUE_SCHEMA
from redball.exchange.check.work import Part, Work

ISSUES_CUT = Rule(
    "issues-cut",
    WARNING,
    "There are more issues than are listed; all are counted.",
    "A list of millions helps nobody; a rule broken everywhere has one cause.",
    "Mend what is listed and check again.",
)
RULES = (ISSUES_CUT,)

_AS_TEXT = (
    pl.String,
    pl.Categorical,
    pl.Enum,
    pl.Boolean,
    pl.Date,
    pl.Datetime,
    pl.Time,
    pl.Null,
)

_LONGEST_VALUE = 200
"""Characters of a value shown."""


def issue_frame(works: Iterable[Work], package: Sequence[SheetIssue], limit: int) -> pl.DataFrame:
    """All issues, sorted by sheet and line; at most ``limit``, with some of every rule."""
    frames = [_sheet_frame("", package)]
    for work in works:
        frames.append(_sheet_frame(work.spec.name, _spread(work)))
        frames += [_row_frame(work, part) for part in work.parts]
    issues = pl.concat(frames)
    if issues.height > limit:
        issues = _cut(issues, limit)
    order = ("sheet", "line", "severity", "column", "rule")
    return issues.sort(order, nulls_last=False, maintain_order=True)


def _spread(work: Work) -> list[SheetIssue]:
    """Give issues about all sheets of a table to each of them."""
    spread = []
    for issue in work.log.sheet_issues:
        sheets = [issue.sheet] if issue.sheet else [part.raw.sheet for part in work.parts]
        spread += [
            SheetIssue(issue.severity, sheet, issue.column, issue.rule, issue.message, issue.mend)
            for sheet in dict.fromkeys(sheets[:1] if issue.sheet else sheets)
        ]
    return spread


def _sheet_frame(table: str, issues: Sequence[SheetIssue]) -> pl.DataFrame:
    rows = [
        (i.severity, table, i.sheet, None, i.column, i.rule, "", i.message, i.mend) for i in issues
    ]
    return pl.DataFrame(rows, schema=dict(ISSUE_SCHEMA), orient="row")


def _row_frame(work: Work, part: Part) -> pl.DataFrame:
    """Issues of the rows of one sheet, with line and value."""
    inside = pl.col("row").is_between(part.offset, part.offset + part.height, closed="left")
    pieces = [frame.filter(inside) for frame in work.log.row_issues()]
    pieces = [piece for piece in pieces if piece.height]
    if not pieces:
        return pl.DataFrame(schema=dict(ISSUE_SCHEMA))
    shown = []
    for (column,), group in pl.concat(pieces).group_by("column", maintain_order=True):
        rows = group["row"] - part.offset
        shown.append(
            group.with_columns(
                pl.lit(work.spec.name).alias("table"),
                pl.lit(part.raw.sheet).alias("sheet"),
                part.raw.line.cast(pl.Int32).gather(rows).alias("line"),
                _as_sent(work, part, str(column), rows).alias("value"),
            ).select(pl.col(name).cast(dtype) for name, dtype in ISSUE_SCHEMA.items())
        )
    return pl.concat(shown)


def _as_sent(work: Work, part: Part, column: str, rows: pl.Series) -> pl.Series:
    """Cells as the sender wrote them; several source columns are joined."""
    raw = part.raw
    sources = [name for name in raw.columns.get(column, ()) if name in raw.raw.columns]
    if not sources and column == "owner":
        sources = [name for name in raw.unknown if name.strip().casefold() == "owner"]
    if sources:
        texts = [raw.raw[name].gather(rows) for name in sources]
    elif column in raw.frame.columns:
        texts = [raw.frame[column].gather(rows)]
    elif column in work.frame.columns:
        texts = [work.frame[column].gather(rows + part.offset)]
    else:
        return pl.Series([""]).new_from_index(0, len(rows))
    frame = pl.DataFrame([shown(text).alias(str(place)) for place, text in enumerate(texts)])
    joined = frame.select(pl.concat_str(pl.all(), separator=" | ").alias("value"))["value"]
    return joined.str.slice(0, _LONGEST_VALUE)


def shown(values: pl.Series) -> pl.Series:
    """Values as text for people; of a type that has no text, the name of the type."""
    dtype = values.dtype
    if dtype == pl.List(pl.String):
        text = values.list.join(";", ignore_nulls=True)
    elif dtype.is_numeric() or isinstance(dtype, _AS_TEXT):
        text = values.cast(pl.String)
    else:
        text = pl.Series([f"({dtype})"]).new_from_index(0, len(values))
    return text.fill_null("").alias(values.name)


def _cut(issues: pl.DataFrame, limit: int) -> pl.DataFrame:
    """Keep whole-sheet issues and errors first, taking from every rule and column in turn."""
    turn = pl.int_range(pl.len()).over("table", "sheet", "column", "rule")
    kept = (
        issues.with_columns(turn=turn, place=pl.int_range(pl.len()))
        .sort(
            pl.col("line").is_not_null(),
            pl.col("severity") != ERROR,
            "turn",
            "place",
        )
        .head(max(limit - 1, 0))
        .drop("turn", "place")
    )
    message = f"{kept.height} issues are listed; the counts hold all of them."
    note = SheetIssue(WARNING, "", "", ISSUES_CUT.id, message, ISSUES_CUT.mend)
    return pl.concat([_sheet_frame("", [note]), kept])
